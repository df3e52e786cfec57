//! JSON, to text and from it.

use minijinja::value::Value;
use serde::Serialize;
use serde_json::ser::PrettyFormatter;

use super::super::value::{from_json, to_json};
use super::arguments::Arguments;
use super::{Function, function};

/// The widest that a level is indented.
const WIDEST: usize = 16;

pub(super) const FUNCTIONS: &[Function] =
    &[function("tojson", &["value", "indent?"], to_json_text), function("fromjson", &["text"], from_json_text)];

/// minijinja's own writes JSON for HTML, with `<` and `'` as escapes; bodies want plain JSON.
fn to_json_text(arguments: &Arguments<'_>) -> Result<Value, String> {
    let json = to_json(arguments.value("value"));
    let Some(indent) = arguments.optional_integer("indent")? else { return Ok(json.to_string().into()) };
    let indent = " ".repeat(usize::try_from(indent).unwrap_or_default().min(WIDEST));
    let mut written = Vec::new();
    let formatter = PrettyFormatter::with_indent(indent.as_bytes());
    json.serialize(&mut serde_json::Serializer::with_formatter(&mut written, formatter))
        .map_err(|error| error.to_string())?;
    Ok(String::from_utf8(written).expect("JSON is UTF-8").into())
}

fn from_json_text(arguments: &Arguments<'_>) -> Result<Value, String> {
    let json: serde_json::Value =
        serde_json::from_slice(&arguments.octets("text")).map_err(|error| format!("the value is not JSON: {error}"))?;
    Ok(from_json(&json))
}

#[cfg(test)]
mod tests {
    use crate::template::environment::ENVIRONMENT;

    #[test]
    fn reads_and_writes_json() {
        for (template, expected) in [
            (r#"{{ '{"a": [1, null]}' | fromjson }}"#, r#"{"a":[1,null]}"#),
            (r#"{{ fromjson('{"a": [1, 2]}').a[1] + 1 }}"#, "3"),
            (r#"{{ "a" | tojson | fromjson }}"#, "a"),
            (r#"{{ tojson(["<'é"]) }}"#, r#"["<'é"]"#),
            (r#"{{ {"a": 1} | tojson(2) }}"#, "{\n  \"a\": 1\n}"),
        ] {
            assert_eq!(ENVIRONMENT.render_str(template, ()).unwrap(), expected, "{template}");
        }
        let error = ENVIRONMENT.render_str("{{ fromjson('{') }}", ()).unwrap_err();
        let problem = error.detail().unwrap();
        assert!(problem.starts_with("`fromjson(text)`: the value is not JSON: EOF"), "{problem}");
    }
}
