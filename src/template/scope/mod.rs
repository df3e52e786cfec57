//! What the templates of one request see.

mod file;
mod module;
mod variables;

use std::marker::PhantomData;
use std::sync::Mutex;

use crate::diagnostic::Diagnostic;
use crate::spec::{self, Rules};

use super::definition::Definitions;
use super::iteration::Collection;
use super::value::to_json;
use super::view::{Bindings, View};

pub use file::{FileScope, Neighbour};
pub use module::Module;
pub use variables::{Captures, Providers, Variables};

pub(in crate::template) use module::Fixed;

/// What the templates of one request see.
///
/// `--var` wins over what the request is run with, that over the variables of a loop, these over
/// the request's own variables, these over captures, these over the file's variables, these over
/// those of the files around it, these over what the setup of the run has captured, this over the
/// environment, and that over the project's configuration.
#[derive(Debug)]
pub struct Scope<'file> {
    view: View,
    /// Why a definition above the request could not be worked out, where that is an error.
    unsettled: Option<Diagnostic>,
    file: PhantomData<&'file FileScope>,
}

impl<'file> Scope<'file> {
    /// The scope of the request that stands at a position among the file's requests
    /// (counted as in [`spec::Variable::position`]), with its own variables. The file's
    /// variables that stand above it and are worked out once, are now.
    pub fn new(file: &'file FileScope, position: usize, own: &[spec::Variable]) -> Self {
        if let Some(view) = &file.within {
            return Self { view: View::clone(view), unsettled: None, file: PhantomData };
        }
        let own = Definitions::compile(own, file.fixed.rules);
        let (drawn, warnings, collections) = (Mutex::default(), Mutex::default(), Mutex::default());
        let view = View::new(Bindings { file: file.clone(), position, own, drawn, warnings, collections });
        let unsettled = view.settle().err();
        Self { view, unsettled, file: PhantomData }
    }

    /// The value of a variable.
    ///
    /// # Errors
    /// Why its value cannot be worked out.
    pub fn lookup(&self, name: &str) -> Result<Option<serde_json::Value>, Diagnostic> {
        Ok(self.view.variable(name, None)?.map(|value| to_json(&value)))
    }

    /// A variable that neither the file nor a response gives: of the command line, the
    /// environment or the project.
    ///
    /// # Errors
    /// Why its value cannot be worked out.
    pub fn of_environment(&self, name: &str) -> Result<Option<serde_json::Value>, Diagnostic> {
        Ok(self.view.outside_value(name, None)?.map(|value| to_json(&value)))
    }

    /// The value of a variable that the file defines.
    ///
    /// # Errors
    /// Why its value cannot be worked out.
    pub fn of_file(&self, name: &str) -> Result<Option<serde_json::Value>, Diagnostic> {
        Ok(self.view.of_file(name)?.map(|value| to_json(&value)))
    }

    /// The value of a variable of the request's own.
    ///
    /// # Errors
    /// Why its value cannot be worked out.
    pub fn of_request(&self, name: &str) -> Result<Option<serde_json::Value>, Diagnostic> {
        Ok(self.view.of_request(name, None)?.map(|value| to_json(&value)))
    }

    /// Whether all definitions that stand above the request could be worked out.
    ///
    /// # Errors
    /// Why one could not, in a dialect in which that is an error by itself.
    pub(super) fn settled(&self) -> Result<(), Diagnostic> {
        self.unsettled.clone().map_or(Ok(()), Err)
    }

    /// What the file's dialect does where dialects conflict.
    pub fn rules(&self) -> &'static Rules {
        self.view.rules()
    }

    /// The names of all variables, and of dynamic ones.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.view.known_names().into_iter().map(str::to_owned).collect();
        names.dedup();
        names
    }

    /// The warnings that came up since the last call.
    pub fn take_warnings(&self) -> Vec<Diagnostic> {
        self.view.take_warnings()
    }

    /// The collections that were referred to since the last call: the request runs once for
    /// each of their items.
    pub fn take_collections(&self) -> Vec<Collection> {
        self.view.take_collections()
    }

    /// Keeps a warning, to be taken with the others.
    pub fn warn(&self, warning: Diagnostic) {
        self.view.warn(warning);
    }

    pub(super) fn view(&self) -> &View {
        &self.view
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value as Json, json};

    use super::*;
    use crate::source::Root;
    use crate::spec::{Format, Spec};
    use crate::template::fixture::{engine, file, place, render, spec, variable};

    fn list(values: &[(&str, &str)]) -> Vec<(String, Json)> {
        values.iter().map(|&(name, value)| (name.to_owned(), json!(value))).collect()
    }

    fn from_spec(spec: &Spec, environment: &[(&str, &str)]) -> FileScope {
        let variables = Variables { environment: list(environment), ..Variables::default() };
        FileScope::new(Arc::new(variables), spec, &Root::at("."), &engine())
    }

    #[test]
    fn the_nearer_source_of_a_variable_wins() {
        const SOURCES: [&str; 6] = ["override", "own", "capture", "file", "environment", "project"];
        for (first, winner) in SOURCES.iter().enumerate() {
            let given = |source: usize| if source >= first { vec![("x", SOURCES[source])] } else { vec![] };
            let variables = Variables {
                overrides: list(&given(0)),
                environment: list(&given(4)),
                project: list(&given(5)),
                ..Variables::default()
            };
            let mut file = file(variables, Format::Http, if first <= 3 { &["x = file"] } else { &[] });
            if first <= 2 {
                file.capture("x", json!("capture"));
            }
            let own = if first <= 1 { vec![variable("x = own", 0, Format::Http)] } else { vec![] };
            let scope = Scope::new(&file, 0, &own);
            assert_eq!(scope.lookup("x").unwrap(), Some(json!(winner)));
        }
    }

    #[test]
    fn a_file_is_seen_from_another_one_and_sees_what_it_imports_first() {
        let module = |definitions: &[(&str, usize)]| {
            let spec = spec(Format::Http, definitions, &[]);
            Module::new(Arc::default(), &spec, &Root::at("."), &engine())
        };
        let own = module(&[("a = own", 0)]);
        let imported = module(&[("a = imported", 0), ("b = {{a}} {{c}}", 0)]);
        let runner = module(&[("c = runner", 1), ("d = {{a}}", 1), ("a = runner", 0)]);
        let mut file = FileScope::of([own.clone(), imported.clone(), runner.clone()].into(), &engine(), "own");
        let around = [
            Neighbour { module: imported, position: usize::MAX, onward: 0 },
            Neighbour { module: runner, position: 1, onward: 2 },
        ];
        file.enter_file(&own, around.into());
        let value = |name: &str| Scope::new(&file, 0, &[]).lookup(name).unwrap();
        for (name, expected) in [("a", "own"), ("b", "imported runner"), ("c", "runner"), ("d", "runner")] {
            assert_eq!(value(name), Some(json!(expected)), "{name}");
        }
    }

    #[test]
    fn what_a_request_is_run_with_wins_over_all_files_but_not_over_the_command_line() {
        let variables = Variables { overrides: list(&[("x", "override")]), ..Variables::default() };
        let mut file = file(variables, Format::Http, &["y = {{z}}", "z = file"]);
        file.give(list(&[("x", "given"), ("z", "given"), ("own", "given")]).into_iter().collect());
        let scope = Scope::new(&file, 0, &[variable("own = own", 0, Format::Http)]);
        for (name, expected) in [("x", "override"), ("y", "given"), ("own", "given")] {
            assert_eq!(scope.lookup(name).unwrap(), Some(json!(expected)), "{name}");
        }
    }

    #[test]
    fn the_last_of_two_in_one_list_counts() {
        let variables = Variables { overrides: list(&[("x", "1"), ("x", "2")]), ..Variables::default() };
        assert_eq!(render(&file(variables, Format::Http, &[]), "{{x}}", Format::Http).unwrap(), "2");
    }

    #[test]
    fn the_latest_definition_above_the_use_counts_else_a_later_one() {
        let spec = spec(Format::Http, &[("x = first", 0), ("x = second", 1), ("y = late", 2)], &[]);
        let file = from_spec(&spec, &[]);
        for (position, name, expected, warnings) in [
            (0, "x", "first", 0),
            (1, "x", "second", 0),
            (2, "x", "second", 0),
            (0, "y", "late", 1),
            (2, "y", "late", 0),
        ] {
            let scope = Scope::new(&file, position, &[]);
            let template = crate::template::fixture::text(&format!("{{{{{name}}}}} {{{{{name}}}}}"), Format::Http);
            let rendered =
                crate::template::Template::compile(&template, <&Rules>::default()).unwrap().render(&scope).unwrap();
            assert_eq!(rendered, format!("{expected} {expected}"));
            let labels: Vec<_> = scope.take_warnings().iter().map(|warning| place(warning).to_owned()).collect();
            assert_eq!(labels, vec![name; warnings * 2]);
            assert_eq!(scope.take_warnings(), []);
        }
    }

    #[test]
    fn a_later_redefinition_does_not_change_what_was_bound() {
        let spec = spec(Format::Http, &[("host = a", 0), ("base = {{host}}/v1", 0), ("host = b", 1)], &[]);
        let file = from_spec(&spec, &[]);
        let scope = Scope::new(&file, 1, &[]);
        assert_eq!(scope.lookup("base").unwrap(), Some(json!("a/v1")));
        assert_eq!(scope.lookup("host").unwrap(), Some(json!("b")));
    }

    #[test]
    fn yaml_variables_refer_to_later_ones_without_a_warning() {
        let file = file(Variables::default(), Format::Yaml, &["a = {{ b }}1", "b = 2"]);
        let scope = Scope::new(&file, 0, &[]);
        assert_eq!(scope.lookup("a").unwrap(), Some(json!("21")));
        assert_eq!(scope.take_warnings(), []);
    }

    #[test]
    fn a_dynamic_value_is_drawn_once_or_at_each_use() {
        let file = file(Variables::default(), Format::Http, &["once = {{$uuid}}", "lazy := {{$uuid}}"]);
        let value = |name: &str| Scope::new(&file, 0, &[]).lookup(name).unwrap();
        assert_eq!(value("once"), value("once"));
        assert_ne!(value("lazy"), value("lazy"));
    }

    #[test]
    fn what_is_worked_out_once_is_worked_out_at_its_place() {
        let spec = spec(Format::Http, &[("kept = {{token}}", 1)], &[]);
        let mut file = from_spec(&spec, &[]);
        file.capture("token", json!("one"));
        drop(Scope::new(&file, 1, &[]));
        file.capture("token", json!("two"));
        assert_eq!(Scope::new(&file, 2, &[]).lookup("kept").unwrap(), Some(json!("one")));
    }

    #[test]
    fn what_cannot_be_worked_out_at_its_place_is_tried_at_its_use() {
        let spec = spec(Format::Http, &[("kept = {{token}}", 0)], &[]);
        let mut file = from_spec(&spec, &[]);
        assert!(Scope::new(&file, 0, &[]).lookup("kept").is_err());
        file.capture("token", json!(1));
        assert_eq!(Scope::new(&file, 1, &[]).lookup("kept").unwrap(), Some(json!(1)));
    }

    #[test]
    fn a_definition_may_extend_its_namesake() {
        let spec = spec(Format::Http, &[("base = {{base}}/v1", 0), ("base = {{base}}/x", 0)], &[]);
        let file = from_spec(&spec, &[("base", "http://h")]);
        assert_eq!(Scope::new(&file, 0, &[]).lookup("base").unwrap(), Some(json!("http://h/v1/x")));
    }

    #[test]
    fn own_variables_see_those_of_the_file() {
        let file = file(Variables::default(), Format::Http, &["host = h", "url = {{host}}{{path}}"]);
        let own = ["path = /p", "all = {{host}}{{path}}"].map(|definition| variable(definition, 0, Format::Http));
        let scope = Scope::new(&file, 0, &own);
        assert_eq!(scope.lookup("all").unwrap(), Some(json!("h/p")));
        assert!(scope.lookup("url").is_err(), "the file's do not see those of a request");
    }

    #[test]
    fn errors_name_the_cycle_and_where_it_was_needed() {
        for (definitions, name, message) in [
            (
                &["a = {{b}}", "b = {{ c }}", "c = {{a}}"][..],
                "b",
                "variables are defined by one another: b -> c -> a -> b",
            ),
            (&["a = {{ a }}"], "a", "variable `a` is defined by itself"),
            (&["a = {{nope}}"], "a", "variable `nope` is not defined"),
            (&["a = {{ x + }}"], "a", "this is not an expression: unexpected end of input, expected expression"),
        ] {
            let file = file(Variables::default(), Format::Http, definitions);
            let error = render(&file, &format!("{{{{{name}}}}}"), Format::Http).unwrap_err();
            assert_eq!(error.message, message);
            let last = error.labels.last().unwrap();
            assert_eq!((last.span.text(), last.text.as_str()), (name, "needed here"));
        }
    }

    #[test]
    fn long_chains_of_definitions_end() {
        let chain: Vec<_> = (0..1000).map(|index| format!("v{index} := {{{{v{}}}}}", index + 1)).collect();
        let chain: Vec<_> = chain.iter().map(String::as_str).collect();
        let file = file(Variables::default(), Format::Http, &chain);
        let error = Scope::new(&file, 0, &[]).lookup("v0").unwrap_err();
        assert!(error.message.contains("more than 64"), "{}", error.message);
    }
}
