//! Values inside templates: to and from JSON, and as text.

use minijinja::value::{Serde, Value, ValueKind};
use serde_json::{Map, Number};

/// A JSON value as templates see it.
pub(super) fn from_json(value: &serde_json::Value) -> Value {
    match value {
        serde_json::Value::String(text) => Value::from(text.as_str()),
        other => Value::from(Serde(other)),
    }
}

/// A value as JSON. Bytes and what JSON cannot say become text.
pub(super) fn to_json(value: &Value) -> serde_json::Value {
    match value.kind() {
        ValueKind::Undefined | ValueKind::None => serde_json::Value::Null,
        ValueKind::Bool => value.is_true().into(),
        ValueKind::Number => number(value).map_or_else(|| value.to_string().into(), Into::into),
        ValueKind::Seq | ValueKind::Iterable => items(value).map(|item| to_json(&item)).collect(),
        ValueKind::Map => {
            let members = items(value).map(|key| {
                let member = value.get_item(&key).unwrap_or_default();
                (text(&key), to_json(&member))
            });
            members.collect::<Map<_, _>>().into()
        }
        _ => value.to_string().into(),
    }
}

/// Adds a value to a text: a string as it is, all else as JSON writes it.
pub(super) fn write_text(out: &mut String, value: &Value) {
    match value.as_str() {
        Some(text) => out.push_str(text),
        None if value.kind() == ValueKind::Number => match number(value) {
            Some(number) => out.push_str(&number.to_string()),
            None => out.push_str(&value.to_string()),
        },
        None => match to_json(value) {
            serde_json::Value::String(text) => out.push_str(&text),
            json => out.push_str(&json.to_string()),
        },
    }
}

/// A value as text.
pub(super) fn text(value: &Value) -> String {
    let mut text = String::new();
    write_text(&mut text, value);
    text
}

/// The octets that a value stands for: bytes as they are, all else as text.
pub(super) fn octets(value: &Value) -> Vec<u8> {
    let mut octets = Vec::new();
    push_octets(&mut octets, value);
    octets
}

/// Adds the octets that a value stands for.
pub(super) fn push_octets(out: &mut Vec<u8>, value: &Value) {
    match (value.as_bytes(), value.as_str()) {
        (Some(bytes), _) => out.extend_from_slice(bytes),
        (None, Some(text)) => out.extend_from_slice(text.as_bytes()),
        (None, None) => out.extend_from_slice(text(value).as_bytes()),
    }
}

fn items(value: &Value) -> impl Iterator<Item = Value> {
    value.try_iter().into_iter().flatten()
}

fn number(value: &Value) -> Option<Number> {
    if value.is_integer() {
        let signed = value.as_i64().map(Number::from);
        return signed.or_else(|| u64::try_from(value.clone()).ok().map(Number::from));
    }
    f64::try_from(value.clone()).ok().and_then(Number::from_f64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_survives_the_way_into_templates_and_back() {
        for value in [
            json!(null),
            json!(true),
            json!(-1),
            json!(u64::MAX),
            json!(i64::MIN),
            json!(1.5),
            json!("a"),
            json!([1, [2], {}]),
            json!({"b": 1, "a": {"c": [null]}}),
        ] {
            assert_eq!(to_json(&from_json(&value)), value);
        }
    }

    #[test]
    fn values_read_as_json_does_but_for_strings() {
        for (value, expected) in [
            (json!("a \"b\""), "a \"b\""),
            (json!(true), "true"),
            (json!(null), "null"),
            (json!(1.0), "1.0"),
            (json!(1e300), "1e+300"),
            (json!(0.1), "0.1"),
            (json!({"b": ["x", 1], "a": null}), r#"{"b":["x",1],"a":null}"#),
        ] {
            assert_eq!(text(&from_json(&value)), expected);
        }
        assert_eq!(text(&Value::from(f64::NAN)), "NaN");
    }

    #[test]
    fn bytes_keep_their_octets() {
        assert_eq!(octets(&Value::from_bytes(vec![0xff, 0])), [0xff, 0]);
        assert_eq!(octets(&Value::from(7)), b"7");
    }
}
