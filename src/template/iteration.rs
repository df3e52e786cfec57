//! The times that one request runs, and the collections that it goes over.

use jsonpath_rust::parser::model::{JpQuery, Segment, Selector};
use jsonpath_rust::query::js_path_process;
use minijinja::value::Value;
use serde_json::json;

use crate::diagnostic::Diagnostic;
use crate::source::Span;

use super::value::{from_json, to_json};
use super::view::View;

/// One of the times that a request runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Iteration {
    /// Which one, from 0.
    pub index: usize,
    /// How many there are, where that is known.
    pub count: Option<usize>,
    /// The variables of this time alone.
    pub variables: Vec<(String, serde_json::Value)>,
    /// Variables that others of these times have, and this one lacks: a variable from elsewhere
    /// does not take their place.
    pub lacking: Vec<String>,
    /// Whether it goes over the collections that its templates refer to.
    pub over_collections: bool,
}

impl Iteration {
    /// Whether it lacks a variable that others have.
    pub(super) fn lacks(&self, name: &str) -> bool {
        self.lacking.iter().any(|lacking| lacking == name)
    }
}

/// What a reference such as `{{$.users..id}}` has found: the request runs once for each.
#[derive(Clone, Debug, PartialEq)]
pub struct Collection {
    /// The reference.
    pub span: Span,
    /// What it has found, in order.
    pub values: Vec<serde_json::Value>,
}

/// A JSONPath into a variable: `$.users[0].id`, `$.users..id`.
#[derive(Debug)]
pub(super) struct VariablePath {
    variable: String,
    query: JpQuery,
}

impl VariablePath {
    /// A path, if its first step is the name of a variable.
    pub(super) fn new(query: JpQuery) -> Option<Self> {
        match query.segments.first()? {
            Segment::Selector(Selector::Name(name)) => {
                Some(Self { variable: name.trim_matches(['"', '\'']).to_owned(), query })
            }
            _ => None,
        }
    }

    /// What it finds. A path that can find several values stands for one after the other.
    ///
    /// # Errors
    /// Why it finds nothing.
    pub(super) fn resolve(&self, view: &View, at: &Span) -> Result<Value, Diagnostic> {
        let variable = view.variable(&self.variable, Some(at))?;
        let variable = variable.ok_or_else(|| view.undefined(&self.variable, at))?;
        let root = json!({ &*self.variable: structured(&variable) });
        let found =
            js_path_process(&self.query, &root).map_err(|error| Diagnostic::error(error.to_string()).at(at, ""));
        let values: Vec<_> = found?.iter().map(|node| node.clone().val().clone()).collect();
        if self.is_singular() {
            return values.first().map(from_json).ok_or_else(|| self.nothing(at));
        }
        let index = match view.iteration() {
            Some(iteration) if !iteration.over_collections => return Ok(values.iter().map(from_json).collect()),
            Some(iteration) => iteration.index,
            None => 0,
        };
        let value = values.get(index).map(from_json);
        let count = values.len();
        view.record(Collection { span: at.clone(), values });
        value.ok_or_else(|| if count == 0 { self.nothing(at) } else { self.too_few(count, at) })
    }

    /// Whether it finds one value at most (RFC 9535, 2.3.5.1).
    fn is_singular(&self) -> bool {
        let is_single =
            |segment: &Segment| matches!(segment, Segment::Selector(Selector::Name(_) | Selector::Index(_)));
        self.query.segments.iter().all(is_single)
    }

    fn nothing(&self, at: &Span) -> Diagnostic {
        Diagnostic::error(format!("the path finds nothing in `{}`", self.variable)).at(at, "")
    }

    fn too_few(&self, count: usize, at: &Span) -> Diagnostic {
        let values = if count == 1 { "value" } else { "values" };
        Diagnostic::error(format!("the path finds {count} {values}, and another path of this request more"))
            .at(at, "")
            .help("collections that one request goes over must have as many items each")
    }
}

/// A variable as JSON; one that a `.http` file defines is a text, be it of JSON.
fn structured(variable: &Value) -> serde_json::Value {
    let parsed = variable.as_str().and_then(|text| serde_json::from_str(text).ok());
    parsed.filter(|json: &serde_json::Value| json.is_array() || json.is_object()).unwrap_or_else(|| to_json(variable))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Expression, Format};
    use crate::template::fixture::{engine, file, render, text};
    use crate::template::{FileScope, Scope, Variables};

    fn with_users() -> FileScope {
        let users = json!([{"id": 1, "name": "Ada"}, {"id": 2, "name": "Alan"}]);
        let environment = vec![("users".to_owned(), users), ("ids".to_owned(), json!([7, 8, 9]))];
        file(
            Variables { environment, ..Variables::default() },
            Format::Http,
            &["fixed = {{item}}", "written = [{\"a\": 1}]"],
        )
    }

    fn at(index: usize, over_collections: bool) -> Option<Iteration> {
        let variables = vec![("item".to_owned(), json!("tea"))];
        Some(Iteration { index, variables, over_collections, ..Iteration::default() })
    }

    #[test]
    fn a_path_of_one_value_is_that_value_in_every_iteration() {
        let mut file = with_users();
        for iteration in [None, at(1, true), at(1, false)] {
            file.enter(iteration);
            assert_eq!(render(&file, "{{$.users[0].name}} {{ $.ids[2] }}", Format::Http).unwrap(), "Ada 9");
            assert_eq!(render(&file, "{{ $.users[0].name | upper }}", Format::Yaml).unwrap(), "ADA");
            assert_eq!(render(&file, "{{$.written[0].a}}", Format::Http).unwrap(), "1");
        }
    }

    #[test]
    fn a_path_of_several_values_stands_for_one_after_the_other() {
        let mut file = with_users();
        for (iteration, expected) in [
            (None, "1 Ada"),
            (at(0, true), "1 Ada"),
            (at(1, true), "2 Alan"),
            (at(0, false), "[1,2] [\"Ada\",\"Alan\"]"),
        ] {
            file.enter(iteration);
            assert_eq!(render(&file, "{{$.users..id}} {{$.users[*].name}}", Format::Http).unwrap(), expected);
        }
    }

    #[test]
    fn what_was_gone_over_is_told() {
        let file = with_users();
        let scope = Scope::new(&file, 0, &[]);
        let template = engine().compile(&text("{{$.users..name}}{{$.ids[0]}}{{$.ids[?@ > 9]}}", Format::Http)).unwrap();
        let error = template.render(&scope).unwrap_err();
        assert_eq!(error.message, "the path finds nothing in `ids`");
        let collections = scope.take_collections();
        let shown: Vec<_> = collections.iter().map(|it| (it.span.text(), it.values.len())).collect();
        assert_eq!(shown, [("$.users..name", 2), ("$.ids[?@ > 9]", 0)]);
        assert_eq!(scope.take_collections(), []);
    }

    #[test]
    fn errors_of_paths_say_what_is_missing() {
        let mut file = with_users();
        file.enter(at(2, true));
        for (template, message) in [
            ("{{$.user..id}}", "variable `user` is not defined"),
            ("{{$.users..id}}", "the path finds 2 values, and another path of this request more"),
            ("{{$.users[7].id}}", "the path finds nothing in `users`"),
            ("{{$..id}}", "`$..id` does not begin with the name of a variable"),
            ("{{$.users[}}", "`$.users[` is not a JSONPath"),
        ] {
            assert_eq!(render(&file, template, Format::Http).unwrap_err().message, message, "{template}");
        }
    }

    #[test]
    fn a_counter_and_an_item_are_seen_anywhere_but_in_the_variables_of_the_file() {
        let mut file = with_users();
        file.enter(at(2, false));
        for (template, expected) in [
            ("{{$index}}", "2"),
            ("{{ $index + 1 }}", "3"),
            ("{{ 10 * $index }}", "20"),
            ("{{ ids[$index] }}", "9"),
            ("{{ '$index' }}", "$index"),
            ("{{ item ~ $index }}", "tea2"),
        ] {
            assert_eq!(render(&file, template, Format::Http).unwrap(), expected, "{template}");
        }
        assert!(render(&file, "{{fixed}}", Format::Http).is_err());
        let error = render(&with_users(), "{{$index}}", Format::Http).unwrap_err();
        assert_eq!(error.message, "`$index`: this request does not run in a loop");
    }

    #[test]
    fn expressions_hold_or_do_not() {
        let variables = [("off", json!("false")), ("zero", json!(0)), ("none", json!([])), ("on", json!("true"))];
        let environment = variables.map(|(name, value)| (name.to_owned(), value)).to_vec();
        let file = file(Variables { environment, ..Variables::default() }, Format::Http, &[]);
        let holds = |code: &str| {
            let expression = Expression(text(code, Format::Http));
            engine().compile_expression(&expression)?.holds(&Scope::new(&file, 0, &[]))
        };
        for (code, expected) in [
            ("on", true),
            ("off", false),
            ("zero", false),
            ("none", false),
            ("not none", true),
            ("zero == 0 and on == \"true\"", true),
            ("nope is defined", false),
        ] {
            assert_eq!(holds(code), Ok(expected), "{code}");
        }
        assert_eq!(holds("nope == 1").unwrap_err().message, "variable `nope` is not defined");
        assert!(holds("zero === 0").is_err());
    }
}
