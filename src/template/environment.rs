//! The template language: minijinja, strict, with filters and functions of our own.
//!
//! There is one environment for all engines. It holds nothing that changes: what a function
//! needs to know of the run it finds in the context (see [`super::expression`]).

use std::sync::LazyLock;

use minijinja::value::{Kwargs, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, UndefinedBehavior};
use serde::Serialize;
use serde_json::ser::PrettyFormatter;

use super::value::{to_json, write_text};
use super::{bounded, digest, functions};

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
    environment.add_filter("tojson", to_json_text);
    bounded::register(&mut environment);
    digest::register(&mut environment);
    functions::register(&mut environment);
    environment
});

/// The filters that a misspelt name may have meant.
pub(super) const FILTERS: &[&str] = &[
    "abs",
    "attr",
    "base64",
    "base64_decode",
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
    "format",
    "groupby",
    "hmac_sha256",
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
    "md5",
    "min",
    "pprint",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "select",
    "selectattr",
    "sha256",
    "slice",
    "sort",
    "split",
    "string",
    "sum",
    "title",
    "tojson",
    "trim",
    "unique",
    "upper",
    "url_decode",
    "url_encode",
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

/// minijinja's own writes JSON for HTML, with `<` and `'` as escapes; bodies want plain JSON.
fn to_json_text(value: &Value, indent: Option<usize>, options: Kwargs) -> Result<String, Error> {
    let indent = indent.map_or_else(|| options.get::<Option<usize>>("indent"), |indent| Ok(Some(indent)))?;
    options.assert_all_used()?;
    if value.is_undefined() {
        return Err(ErrorKind::UndefinedError.into());
    }
    let json = to_json(value);
    let Some(indent) = indent else { return Ok(json.to_string()) };
    let indent = " ".repeat(indent.min(16));
    let mut written = Vec::new();
    let formatter = PrettyFormatter::with_indent(indent.as_bytes());
    json.serialize(&mut serde_json::Serializer::with_formatter(&mut written, formatter))
        .map_err(|error| Error::new(ErrorKind::BadSerialization, error.to_string()))?;
    Ok(String::from_utf8(written).expect("JSON is UTF-8"))
}

#[cfg(test)]
mod tests {
    use minijinja::context;

    use super::*;

    #[test]
    fn every_filter_that_is_suggested_exists() {
        for name in FILTERS {
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
