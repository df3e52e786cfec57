//! What contains what: parts of texts and bytes, elements of lists, keys of objects.

use serde_json::Value as Json;

use super::compare::equal;
use super::operand::Given;
use super::value::Value;

/// Where in a text or in bytes a part stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// `contains`
    Anywhere,
    /// `startsWith`
    Start,
    /// `endsWith`
    End,
}

/// Whether a value contains a part: nothing, if it cannot contain anything.
pub(super) fn contains(whole: &Value<'_>, part: &Given<'_>) -> Option<bool> {
    match whole {
        Value::Nodes(nodes) => match nodes.as_slice() {
            [] => None,
            [Value::Json(only)] if !only.is_string() => {
                Some(equal(&nodes[0], part) || contains(&nodes[0], part) == Some(true))
            }
            // A text without a type of its own has parts. Those of JSON are whole, also where there
            // is but one: what is asked for does not depend on how many there happen to be.
            nodes => Some(nodes.iter().any(|node| equal(node, part) || is_raw_part(node, part))),
        },
        Value::List(values) => Some(values.iter().any(|value| equal(value, part))),
        Value::Json(json) => match json.as_ref() {
            Json::Array(elements) => Some(elements.iter().any(|element| equal(&Given::of_json(element).value, part))),
            Json::Object(members) => Some(members.contains_key(&*part.as_part_of_text())),
            _ => has_part(whole, part, Place::Anywhere),
        },
        _ => has_part(whole, part, Place::Anywhere),
    }
}

fn is_raw_part(node: &Value<'_>, part: &Given<'_>) -> bool {
    matches!(node, Value::Raw(_)) && has_part(node, part, Place::Anywhere) == Some(true)
}

/// Whether a part stands at a place in a text or in bytes: nothing, if there are neither.
pub(super) fn has_part(whole: &Value<'_>, part: &Given<'_>, place: Place) -> Option<bool> {
    let whole = whole.alone();
    if let (Some(text), false) = (whole.as_text(), matches!(part.value, Value::Bytes(_))) {
        let part = part.as_part_of_text();
        return Some(match place {
            Place::Anywhere => text.contains(&*part),
            Place::Start => text.starts_with(&*part),
            Place::End => text.ends_with(&*part),
        });
    }
    let bytes = match whole {
        Value::Bytes(bytes) => bytes,
        other => other.as_text()?.as_bytes(),
    };
    let text;
    let part = match &part.value {
        Value::Bytes(part) => part,
        _ => {
            text = part.as_part_of_text();
            text.as_bytes()
        }
    };
    Some(match place {
        Place::Anywhere => has_bytes(bytes, part),
        Place::Start => bytes.starts_with(part),
        Place::End => bytes.ends_with(part),
    })
}

fn has_bytes(bytes: &[u8], part: &[u8]) -> bool {
    part.is_empty() || bytes.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use serde_json::json;

    use super::*;

    #[test]
    fn contains_by_the_type_of_the_whole() {
        let json = |value: Json| Value::Json(Cow::Owned(value));
        for (whole, part, expected) in [
            (json(json!("abc")), json!("b"), Some(true)),
            (json(json!("a5c")), json!(5), Some(true)),
            (json(json!([1, "b"])), json!("b"), Some(true)),
            (json(json!([1, "bc"])), json!("b"), Some(false)),
            (json(json!([1.0])), json!(1), Some(true)),
            (json(json!({"b": 1})), json!("b"), Some(true)),
            (json(json!(5)), json!(5), None),
            (Value::raw("abc"), json!("bc"), Some(true)),
            (Value::Nodes(vec![Value::raw("abc"), Value::raw("d")]), json!("b"), Some(true)),
            (Value::Nodes(vec![json(json!("abc")), json(json!("d"))]), json!("b"), Some(false)),
            (Value::Nodes(vec![json(json!(5))]), json!(5), Some(true)),
            (Value::Nodes(vec![json(json!("superadmin"))]), json!("admin"), Some(false)),
            (Value::Nodes(vec![json(json!("admin"))]), json!("admin"), Some(true)),
            (Value::Nodes(vec![json(json!(["admin"]))]), json!("admin"), Some(true)),
            (Value::Nodes(vec![Value::raw("superadmin")]), json!("admin"), Some(true)),
            (Value::Nodes(vec![]), json!(5), None),
            (Value::Bytes(Cow::Borrowed(b"a\xffb")), json!("b"), Some(true)),
        ] {
            let given = Given { value: json(part.clone()), written: None };
            assert_eq!(contains(&whole, &given), expected, "{whole:?} {part}");
        }
    }

    #[test]
    fn finds_bytes_in_bytes_and_in_text() {
        let given = |bytes: &'static [u8]| Given { value: Value::Bytes(Cow::Borrowed(bytes)), written: None };
        let whole = Value::Bytes(Cow::Borrowed(b"\x00\xff\n\x89"));
        for (part, place, expected) in [
            (&b"\xff\n"[..], Place::Anywhere, true),
            (b"\x00", Place::Start, true),
            (b"\xff", Place::Start, false),
            (b"\x89", Place::End, true),
            (b"", Place::Anywhere, true),
            (b"longer than it", Place::Anywhere, false),
        ] {
            assert_eq!(has_part(&whole, &given(part), place), Some(expected), "{part:?} {place:?}");
        }
        assert_eq!(has_part(&Value::raw("Hi"), &given(b"H"), Place::Anywhere), Some(true));
    }
}
