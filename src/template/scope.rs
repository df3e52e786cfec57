//! The variables of a run, of a file, and of one request.

use std::collections::{HashMap, HashSet};
use std::marker::PhantomData;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use minijinja::value::Value;

use crate::client::Response;
use crate::diagnostic::Diagnostic;
use crate::secret::Redactor;
use crate::source::Root;
use crate::spec::{self, Entry, Format, Rules, Spec};

use super::Engine;
use super::credential::{Credentials, TokenProvider};
use super::definition::{Definitions, Derived};
use super::engine::Clock;
use super::exchange::Exchange;
use super::iteration::{Collection, Iteration};
use super::javascript::Interpreter;
use super::mentions::Mentions;
use super::question::Ask;
use super::randomness::Randomness;
use super::value::{from_json, to_json};
use super::view::{Bindings, View};

/// Variables that are the same for the whole run. Of two with the same name in one list
/// the later one counts.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    /// Given on the command line: they win over all others.
    pub overrides: Vec<(String, serde_json::Value)>,
    /// Those of the environment that was chosen.
    pub environment: Vec<(String, serde_json::Value)>,
    /// Those of the project's configuration, and the servers that it starts.
    pub project: Vec<(String, serde_json::Value)>,
    /// What those of the environment become whose values refer to others; they stand above too, as
    /// they are written.
    pub derived: Derived,
    /// What `{{$auth.token("name")}}` stands for.
    pub credentials: Credentials,
    /// What `.env` files define, for `{{$dotenv NAME}}`.
    pub dotenv: Vec<(String, String)>,
    /// The environment of the process, for `{{$processEnv NAME}}` and `env("NAME")`.
    pub process: Vec<(String, String)>,
}

/// What a file brings along wherever its requests run: its variables, the names of its
/// requests, and its place.
#[derive(Clone, Debug)]
pub struct Module(Arc<Fixed>);

/// What one file leaves to another: the values that it has captured. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Captures(Arc<HashMap<String, Value>>);

/// The variables of one run of a file: its own, captures, and past exchanges.
#[derive(Clone, Debug)]
pub struct FileScope {
    /// The file whose request runs.
    pub(super) fixed: Arc<Fixed>,
    /// Other files whose variables are seen where that one has none of the name.
    pub(super) around: Arc<[Neighbour]>,
    /// What the request is run with, in the place of variables of all files.
    pub(super) parameters: Arc<[(String, Value)]>,
    /// All files whose requests run in the session.
    pub(super) known: Arc<[Module]>,
    pub(super) captures: Arc<HashMap<String, Value>>,
    /// What the setup of the run has captured.
    pub(super) prepared: Captures,
    /// What scripts have given the request that runs: variables of its own.
    pub(super) given: Arc<HashMap<String, Value>>,
    pub(super) exchanges: Arc<HashMap<String, Arc<Exchange>>>,
    /// The time that the current request runs, where it runs several times.
    pub(super) iteration: Option<Arc<Iteration>>,
    pub(super) random: Arc<Randomness>,
    pub(super) providers: Providers,
    /// Where what looks into this scope stands itself: in an expression that is being worked out,
    /// so that what needs itself in the end is found out.
    pub(super) within: Option<Arc<View>>,
}

/// A file whose variables are seen from the request of another one.
#[derive(Clone, Debug)]
pub struct Neighbour {
    /// The file.
    pub module: Module,
    /// How many of its requests stand above the place that it is seen from.
    pub position: usize,
    /// Where a name is looked for that one of its own definitions refers to, after the file
    /// itself: from this place on among the files that are seen, the request's own being the first.
    pub onward: usize,
}

/// What stays as it is while a file runs.
#[derive(Debug)]
pub(super) struct Fixed {
    pub(super) variables: Arc<Variables>,
    pub(super) definitions: Definitions,
    pub(super) rules: &'static Rules,
    pub(super) format: Format,
    /// The names of the file's requests.
    pub(super) requests: Vec<String>,
    /// Those of them whose exchanges are kept.
    mentions: Mentions,
    pub(super) clock: Clock,
    /// Where files are read from: the spec that names them, and the folder that they lie in.
    pub(super) files: Option<(PathBuf, Root)>,
}

/// Who gives what no file holds.
#[derive(Clone, Debug, Default)]
pub struct Providers {
    /// Who puts questions to a person.
    pub person: Option<Arc<dyn Ask>>,
    /// Who gets tokens, for `{{$auth.token("name")}}`.
    pub tokens: Option<Arc<dyn TokenProvider>>,
    /// What works out JavaScript.
    pub javascript: Option<Interpreter>,
    /// Who learns the keys that functions are given, which no output may show.
    pub secrets: Option<Arc<Redactor>>,
}

impl Captures {
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl Module {
    /// What a file brings along, nothing worked out yet.
    pub fn new(variables: Arc<Variables>, spec: &Spec, root: &Root, engine: &Engine) -> Self {
        let entries = spec.setup.iter().chain(&spec.requests).chain(&spec.teardown);
        let names = entries.filter_map(Entry::name).map(|name| name.value.clone());
        let fixed = Fixed {
            variables,
            definitions: Definitions::compile(&spec.variables, spec.dialect.rules()),
            rules: spec.dialect.rules(),
            format: spec.format,
            requests: names.collect(),
            mentions: Mentions::of(spec),
            clock: engine.clock().clone(),
            files: Some((spec.source.0.path().to_owned(), root.clone())),
        };
        Self(Arc::new(fixed))
    }

    pub(super) fn fixed(&self) -> &Fixed {
        &self.0
    }
}

impl FileScope {
    /// A scope in which nothing is captured yet.
    pub fn new(variables: Arc<Variables>, spec: &Spec, root: &Root, engine: &Engine) -> Self {
        let session = spec.source.0.path().to_string_lossy();
        Self::of(Arc::new([Module::new(variables, spec, root, engine)]), engine, &session)
    }

    /// The scope of a file and of others whose requests run in its session. Sessions of different
    /// names draw different random values.
    ///
    /// # Panics
    /// If there is no file.
    pub fn of(known: Arc<[Module]>, engine: &Engine, session: &str) -> Self {
        Self {
            fixed: Arc::clone(&known[0].0),
            around: Arc::default(),
            parameters: Arc::default(),
            known,
            captures: Arc::default(),
            prepared: Captures::default(),
            given: Arc::default(),
            exchanges: Arc::default(),
            iteration: None,
            random: Arc::new(engine.randomness(session)),
            providers: Providers::default(),
            within: None,
        }
    }

    /// Makes this the scope of a request of a file, and of what is seen from there. What was
    /// captured stays.
    pub fn enter_file(&mut self, module: &Module, around: Arc<[Neighbour]>) {
        self.fixed = Arc::clone(&module.0);
        self.around = around;
        self.parameters = Arc::default();
    }

    /// Gives the request values that hold in the place of all but those of the command line.
    pub fn give(&mut self, values: Vec<(String, serde_json::Value)>) {
        self.parameters = values.into_iter().map(|(name, value)| (name, from_json(&value))).collect();
    }

    /// The scope of texts that stand in no spec, such as those of a project's configuration.
    pub fn of_project(variables: Arc<Variables>, engine: &Engine) -> Self {
        let fixed = Fixed {
            variables,
            definitions: Definitions::default(),
            rules: engine.rules(),
            format: Format::Yaml,
            requests: Vec::new(),
            mentions: Mentions::Names(HashSet::new()),
            clock: engine.clock().clone(),
            files: None,
        };
        Self::of(Arc::new([Module(Arc::new(fixed))]), engine, "")
    }

    /// This scope with those who give what no file holds.
    #[must_use]
    pub fn provided_by(self, providers: Providers) -> Self {
        Self { providers, ..self }
    }

    /// This scope where a setup has captured something before.
    #[must_use]
    pub fn prepared_by(self, prepared: Captures) -> Self {
        Self { prepared, ..self }
    }

    /// Takes over what was captured, and which exchanges were kept, in a scope that began as another
    /// one, whatever others have left here since then.
    pub fn take_over(&mut self, begun: &Self, ended: &Self) {
        take_over(&mut self.captures, &begun.captures, &ended.captures, |one, other| one == other);
        take_over(&mut self.exchanges, &begun.exchanges, &ended.exchanges, Arc::ptr_eq);
    }

    /// All that was captured by now, be it by a setup before, for files that come after.
    pub fn handed_on(&self) -> Captures {
        let mut all = self.prepared.clone();
        if !self.captures.is_empty() {
            let captured = self.captures.iter().map(|(name, value)| (name.clone(), value.clone()));
            Arc::make_mut(&mut all.0).extend(captured);
        }
        all
    }

    /// Says which of the times that a request runs is meant from now on; none where it runs once.
    pub fn enter(&mut self, iteration: Option<Iteration>) {
        self.iteration = iteration.map(Arc::new);
    }

    /// Which of the times that the current request runs it is, where it runs several times.
    pub fn iteration(&self) -> Option<&Iteration> {
        self.iteration.as_deref()
    }

    /// Keeps a captured value.
    pub fn capture(&mut self, name: &str, value: serde_json::Value) {
        Arc::make_mut(&mut self.captures).insert(name.to_owned(), from_json(&value));
    }

    /// A value that was captured, be it by a script.
    pub fn captured(&self, name: &str) -> Option<serde_json::Value> {
        self.captures.get(name).map(to_json)
    }

    /// The names of all that was captured, in alphabetical order.
    pub fn captured_names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.captures.keys().cloned().collect();
        names.sort_unstable();
        names
    }

    /// Forgets a captured value.
    pub fn forget(&mut self, name: &str) {
        if self.captures.contains_key(name) {
            Arc::make_mut(&mut self.captures).remove(name);
        }
    }

    /// Forgets all captured values.
    pub fn forget_all(&mut self) {
        self.captures = Arc::default();
    }

    /// Gives the request that runs a variable of its own, until [`FileScope::forget_all_own`].
    pub fn set_own(&mut self, name: &str, value: serde_json::Value) {
        Arc::make_mut(&mut self.given).insert(name.to_owned(), from_json(&value));
    }

    /// The names of the variables that the request that runs was given, in alphabetical order.
    pub fn own_names(&self) -> Vec<String> {
        let mut names: Vec<_> = self.given.keys().cloned().collect();
        names.sort_unstable();
        names
    }

    /// Takes a variable that it was given from the request that runs.
    pub fn forget_own(&mut self, name: &str) {
        if self.given.contains_key(name) {
            Arc::make_mut(&mut self.given).remove(name);
        }
    }

    /// Takes all variables that it was given from the request that runs.
    pub fn forget_all_own(&mut self) {
        if !self.given.is_empty() {
            self.given = Arc::default();
        }
    }

    /// The response of an earlier request, if it was kept.
    pub fn response_of(&self, name: &str) -> Option<&Response> {
        self.exchanges.get(name).map(|exchange| exchange.response())
    }

    /// The names of the requests whose exchanges are kept, in alphabetical order.
    pub fn recorded(&self) -> Vec<String> {
        let mut names: Vec<_> = self.exchanges.keys().cloned().collect();
        names.sort_unstable();
        names
    }

    /// Keeps the exchange of a named request, for `{{name.response.…}}`, if a file of the
    /// session speaks of it.
    pub fn record(&mut self, name: &str, response: Arc<Response>) {
        if !self.known.iter().any(|file| file.0.mentions.include(name)) {
            return;
        }
        Arc::make_mut(&mut self.exchanges).insert(name.to_owned(), Arc::new(Exchange::new(response)));
    }
}

/// Brings what became of a map to one that may have changed meanwhile.
fn take_over<T: Clone>(
    map: &mut Arc<HashMap<String, T>>,
    begun: &Arc<HashMap<String, T>>,
    ended: &Arc<HashMap<String, T>>,
    is_same: impl Fn(&T, &T) -> bool,
) {
    if Arc::ptr_eq(map, begun) {
        *map = Arc::clone(ended);
    } else if !Arc::ptr_eq(begun, ended) {
        let is_new = |name: &str, value: &T| !begun.get(name).is_some_and(|before| is_same(before, value));
        let new = ended.iter().filter(|(name, value)| is_new(name, value));
        Arc::make_mut(map).extend(new.map(|(name, value)| (name.clone(), value.clone())));
    }
}

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
    use serde_json::{Value as Json, json};

    use super::*;
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
