//! Equality and order: by value, across the ways in which a value can be written.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::time::Duration;

use serde_json::{Number, Value as Json};

use crate::spec::parse_duration;

use super::date;
use super::operand::Given;
use super::value::{Value, hex, milliseconds};

/// Whether an actual value is the expected one. Values of different types are not equal;
/// what has no type of its own takes that of the expected value.
pub(super) fn equal(actual: &Value<'_>, expected: &Given<'_>) -> bool {
    if is_list_of_one(actual, &expected.value) {
        return true;
    }
    match (actual.alone(), &expected.value) {
        (Value::Json(actual), Value::Json(wanted)) => {
            json_equal(actual, wanted) || actual.as_str().is_some_and(|text| expected.is_written_quantity(text))
        }
        (Value::Json(actual), Value::Raw(wanted)) => raw_equal(wanted, &Given::of_json(actual)),
        (Value::Json(_), Value::Duration(_)) | (Value::Duration(_), _) => equal_duration(actual.alone(), expected),
        (Value::Date(_), _) => order(actual, expected) == Some(Ordering::Equal),
        (Value::Raw(text), _) => raw_equal(text, expected),
        (Value::Bytes(bytes), wanted) => bytes_equal(bytes, wanted),
        (Value::Json(json), Value::Bytes(bytes)) => json.as_str().is_some_and(|text| text.as_bytes() == &**bytes),
        (Value::List(values) | Value::Nodes(values), wanted) => list_equal(values, wanted),
        _ => false,
    }
}

/// Whether what a path has found that may find several is a list of a single one: the path
/// says that it is a list, not how much there happens to be.
fn is_list_of_one(actual: &Value<'_>, expected: &Value<'_>) -> bool {
    matches!(actual, Value::Nodes(nodes) if nodes.len() == 1 && list_equal(nodes, expected))
}

fn equal_duration(actual: &Value<'_>, expected: &Given<'_>) -> bool {
    if let Some(text) = actual.as_text() {
        return expected.is_written_quantity(text);
    }
    order(actual, expected) == Some(Ordering::Equal)
}

/// A text without a type is read as what it is compared with.
fn raw_equal(text: &str, expected: &Given<'_>) -> bool {
    match &expected.value {
        Value::Bytes(bytes) => text.as_bytes() == &**bytes,
        Value::Raw(wanted) => text == wanted,
        Value::Duration(_) => equal_duration(&Value::raw(text), expected),
        Value::Json(wanted) => match wanted.as_ref() {
            Json::String(wanted) => text == wanted,
            Json::Null => text == "null",
            Json::Bool(flag) => text == if *flag { "true" } else { "false" },
            Json::Number(wanted) => {
                let number = super::value::read_number(text);
                number.is_some_and(|number| compare_numbers(&number, wanted) == Some(Ordering::Equal))
                    || expected.is_written_quantity(text)
            }
            Json::Array(_) | Json::Object(_) => read_json(text).is_ok_and(|json| json_equal(&json, wanted)),
        },
        _ => false,
    }
}

/// The JSON that a text is.
pub(super) fn read_json(text: &str) -> serde_json::Result<Json> {
    serde_json::from_str(text)
}

/// Bytes are a text if it is theirs, or their hexadecimal form.
fn bytes_equal(bytes: &[u8], expected: &Value<'_>) -> bool {
    match expected {
        Value::Bytes(wanted) => bytes == &**wanted,
        other => other.as_text().is_some_and(|text| {
            text.as_bytes() == bytes || text.len() == bytes.len() * 2 && text.eq_ignore_ascii_case(&hex(bytes))
        }),
    }
}

fn list_equal(values: &[Value<'_>], expected: &Value<'_>) -> bool {
    let Value::Json(json) = expected else {
        return false;
    };
    let Json::Array(elements) = json.as_ref() else {
        return false;
    };
    let pairs = values.iter().zip(elements);
    values.len() == elements.len() && pairs.into_iter().all(|(value, element)| equal(value, &Given::of_json(element)))
}

/// How an actual value stands to the expected one: numbers, lengths of time (a number is
/// milliseconds), dates and texts have an order, if both are of one type. Texts that are
/// both dates have that of these, however they are written; a date has none beside another text.
pub(super) fn order(actual: &Value<'_>, expected: &Given<'_>) -> Option<Ordering> {
    let actual = actual.alone();
    if matches!(actual, Value::Duration(_)) || matches!(expected.value, Value::Duration(_)) {
        return duration_order(actual, &expected.value);
    }
    if let Some(wanted) = wanted_number(actual, &expected.value) {
        return compare_numbers(actual.as_number()?.as_ref(), wanted.as_ref());
    }
    match (date::of(actual), date::of(&expected.value)) {
        (Some(actual), Some(wanted)) => return Some(actual.cmp(&wanted)),
        (None, None) => {}
        _ => return None,
    }
    match (actual.as_text(), expected.value.as_text()) {
        (Some(actual), Some(wanted)) => Some(actual.cmp(wanted)),
        _ => None,
    }
}

fn duration_order(actual: &Value<'_>, expected: &Value<'_>) -> Option<Ordering> {
    if let (Some(actual), Some(expected)) = (as_duration(actual), as_duration(expected)) {
        return Some(actual.cmp(&expected));
    }
    compare_numbers(as_milliseconds(actual)?.as_ref(), as_milliseconds(expected)?.as_ref())
}

fn as_duration(value: &Value<'_>) -> Option<Duration> {
    match value {
        Value::Duration(duration) => Some(*duration),
        other => other.as_text().and_then(parse_duration),
    }
}

fn as_milliseconds<'a>(value: &'a Value<'_>) -> Option<Cow<'a, Number>> {
    match value {
        Value::Duration(duration) => Some(Cow::Owned(milliseconds(*duration))),
        other => other.as_number(),
    }
}

/// The number that a value is to be compared with: also one that a text without a type
/// reads as, if the value reads as a number too.
fn wanted_number<'a>(actual: &Value<'_>, expected: &'a Value<'_>) -> Option<Cow<'a, Number>> {
    match expected {
        Value::Raw(_) => actual.as_number().and_then(|_| expected.as_number()),
        typed => typed.as_number(),
    }
}

/// Whether two JSON values are equal: numbers by value, objects in any order.
pub(super) fn json_equal(left: &Json, right: &Json) -> bool {
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => compare_numbers(left, right) == Some(Ordering::Equal),
        (Json::Array(left), Json::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| json_equal(left, right))
        }
        (Json::Object(left), Json::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(key, value)| right.get(key).is_some_and(|other| json_equal(value, other)))
        }
        _ => left == right,
    }
}

/// The order of two numbers, exact for integers of 64 bits beside fractions too.
pub(super) fn compare_numbers(left: &Number, right: &Number) -> Option<Ordering> {
    match (integer(left), integer(right)) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        (Some(left), None) => compare_mixed(left, right.as_f64()?),
        (None, Some(right)) => compare_mixed(right, left.as_f64()?).map(Ordering::reverse),
        (None, None) => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

fn integer(number: &Number) -> Option<i128> {
    number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))
}

/// `as` saturates, so that a float beyond every integer stays beyond it.
fn compare_mixed(integer: i128, float: f64) -> Option<Ordering> {
    let whole = integer.cmp(&(float.trunc() as i128));
    if whole.is_eq() { 0.0.partial_cmp(&float.fract()) } else { Some(whole) }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;

    fn given(value: Json) -> Given<'static> {
        Given { value: Value::Json(Cow::Owned(value)), written: None }
    }

    #[test]
    fn numbers_compare_by_value() {
        for (left, right, expected) in [
            (json!(1), json!(1.0), Ordering::Equal),
            (json!(9_007_199_254_740_993_u64), json!(9_007_199_254_740_992.0), Ordering::Greater),
            (json!(u64::MAX), json!(i64::MIN), Ordering::Greater),
            (json!(-1), json!(-1.5), Ordering::Greater),
            (json!(1), json!(1e300), Ordering::Less),
            (json!(u64::MAX), json!(u64::MAX - 1), Ordering::Greater),
        ] {
            let (Json::Number(left), Json::Number(right)) = (&left, &right) else { panic!() };
            assert_eq!(compare_numbers(left, right), Some(expected), "{left} {right}");
            assert_eq!(compare_numbers(right, left), Some(expected.reverse()), "{right} {left}");
        }
    }

    #[test]
    fn json_is_equal_by_value_in_any_order_of_members() {
        assert!(json_equal(&json!({"a": [1, 2.0], "b": null}), &json!({"b": null, "a": [1.0, 2]})));
        assert!(!json_equal(&json!({"a": 1}), &json!({"a": 1, "b": 2})));
        assert!(!json_equal(&json!([1, 2]), &json!([2, 1])));
    }

    #[test]
    fn json_keeps_its_types_and_raw_text_takes_them() {
        let json = |value: Json| Value::Json(Cow::Owned(value));
        for (actual, expected, is_equal) in [
            (json(json!(5)), json!("5"), false),
            (json(json!("5")), json!(5), false),
            (Value::raw("5"), json!(5), true),
            (Value::raw("5.0"), json!(5), true),
            (Value::raw("true"), json!(true), true),
            (Value::raw("[1, 2]"), json!([1, 2]), true),
            (Value::raw("five"), json!(5), false),
            (Value::Bytes(Cow::Borrowed(b"Hi")), json!("4869"), true),
            (Value::Bytes(Cow::Borrowed(b"Hi")), json!("Hi"), true),
            (Value::Nodes(vec![Value::raw("a"), Value::raw("1")]), json!(["a", 1]), true),
            (Value::Nodes(vec![Value::raw("a")]), json!("a"), true),
            (Value::Nodes(vec![Value::raw("a")]), json!(["a"]), true),
            (Value::Nodes(vec![json(json!(["a"]))]), json!(["a"]), true),
            (Value::Nodes(vec![json(json!(["a"]))]), json!([["a"]]), true),
            (Value::Nodes(vec![Value::raw("a")]), json!(["b"]), false),
            (Value::List(vec![Value::raw("a")]), json!("a"), false),
            (Value::Duration(Duration::from_millis(500)), json!(500), true),
            (Value::Duration(Duration::from_millis(500)), json!("500ms"), true),
            (Value::Date(Timestamp::UNIX_EPOCH), json!("1970-01-01"), true),
            (Value::Date(Timestamp::UNIX_EPOCH), json!("Thu, 01 Jan 1970 00:00:00 GMT"), true),
            (Value::Date(Timestamp::UNIX_EPOCH), json!(0), false),
        ] {
            assert_eq!(equal(&actual, &given(expected.clone())), is_equal, "{actual:?} {expected}");
        }
    }

    #[test]
    fn only_values_of_one_type_have_an_order() {
        let json = |value: Json| Value::Json(Cow::Owned(value));
        for (actual, expected, ordering) in [
            (json(json!("b")), json!("a"), Some(Ordering::Greater)),
            (json(json!("10")), json!(9), None),
            (Value::raw("10"), json!(9), Some(Ordering::Greater)),
            (json(json!(null)), json!(9), None),
            (json(json!([1])), json!([2]), None),
            (Value::Duration(Duration::from_micros(1500)), json!(1.5), Some(Ordering::Equal)),
            (Value::Duration(Duration::from_millis(1)), json!("1s"), Some(Ordering::Less)),
            (Value::Duration(Duration::from_millis(1)), json!("x"), None),
            (Value::Date(Timestamp::UNIX_EPOCH), json!("1970-01-01T01:00:00+01:00"), Some(Ordering::Equal)),
            (Value::Date(Timestamp::UNIX_EPOCH), json!("1970"), None),
            (Value::raw("Sun, 06 Nov 1994 08:49:37 GMT"), json!("2026-01-01"), Some(Ordering::Less)),
            (json(json!("2099-01-01T00:00:00Z")), json!("31.12.2026"), None),
            (json(json!("soon")), json!("2026-01-01"), None),
        ] {
            assert_eq!(order(&actual, &given(expected.clone())), ordering, "{actual:?} {expected}");
        }
    }
}
