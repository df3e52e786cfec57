//! The template language: minijinja, strict, with filters and functions of our own.
//!
//! There is one environment for all engines. It holds nothing that changes: what a function
//! needs to know of the run it finds in the context (see [`super::expression`]).

use std::sync::LazyLock;

use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, UndefinedBehavior};

use super::value::write_text;
use super::{bounded, comparison, functions};

/// How many instructions a template may take: enough for any that a person would wait for.
const FUEL: u64 = 1_000_000;

/// minijinja with the settings, filters and functions of this crate.
pub(super) static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_debug(true);
    environment.set_fuel(Some(FUEL));
    environment.set_formatter(format);
    let mut syntax = minijinja::syntax::SyntaxConfig::builder();
    environment.set_syntax(syntax.keep_trailing_newline(true).build().expect("the delimiters are the usual ones"));
    bounded::register(&mut environment);
    comparison::register(&mut environment);
    functions::register(&mut environment);
    environment
});

/// The names of all filters, which a misspelt one may have meant.
pub(super) fn filter_names() -> impl Iterator<Item = &'static str> {
    FILTERS.iter().copied().chain(functions::filter_names())
}

/// The filters that the language brings along.
const FILTERS: &[&str] = &[
    "abs",
    "attr",
    "batch",
    "bool",
    "capitalize",
    "chain",
    "count",
    "default",
    "dictsort",
    "escape",
    "first",
    "float",
    "groupby",
    "indent",
    "int",
    "items",
    "join",
    "last",
    "length",
    "lines",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "pprint",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "select",
    "selectattr",
    "slice",
    "sort",
    "split",
    "string",
    "sum",
    "title",
    "trim",
    "unique",
    "upper",
    "urlencode",
    "zip",
];

fn format(output: &mut Output<'_>, _: &mut minijinja::State<'_, '_>, value: &Value) -> Result<(), Error> {
    if value.is_undefined() {
        return Err(ErrorKind::UndefinedError.into());
    }
    let mut text = String::new();
    write_text(&mut text, value);
    Ok(output.write_str(&text)?)
}

#[cfg(test)]
mod tests {
    use minijinja::context;

    use super::*;

    #[test]
    fn every_filter_that_is_suggested_exists() {
        for name in filter_names() {
            let applied = ENVIRONMENT.empty_state().apply_filter(name, &[]);
            assert!(!applied.is_err_and(|error| error.kind() == ErrorKind::UnknownFilter), "{name}");
        }
    }

    #[test]
    fn renders_as_json_writes() {
        let values = context! { list => [Some(1), None], map => context! { b => true, a => "<'é" } };
        for (template, expected) in [
            ("{{ true }} {{ none }} {{ 1.0 }}", "true null 1.0"),
            ("{{ list }}", "[1,null]"),
            ("{{ map }}", r#"{"b":true,"a":"<'é"}"#),
            ("{{ map | tojson }}", r#"{"b":true,"a":"<'é"}"#),
            ("{{ 'a\"' | tojson }}", r#""a\"""#),
            ("{{ list | tojson(indent=2) }}", "[\n  1,\n  null\n]"),
            ("a\n", "a\n"),
        ] {
            assert_eq!(ENVIRONMENT.render_str(template, values.clone()).unwrap(), expected, "{template}");
        }
    }

    #[test]
    fn runs_out_of_fuel() {
        let endless = "{% for a in range(10000) %}{% for b in range(10000) %}{% endfor %}{% endfor %}";
        assert_eq!(ENVIRONMENT.render_str(endless, ()).unwrap_err().kind(), ErrorKind::OutOfFuel);
    }
}
