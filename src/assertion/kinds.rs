//! Tests of what a value is: `isInteger`, `isDate`, `isUuid`, ….

use std::net::{Ipv4Addr, Ipv6Addr};

use serde_json::{Number, Value as Json};

use crate::spec::TypeTest;

use super::date;
use super::value::{Value, read_number};

/// What a test asks for, as messages name it: `an integer`.
pub(super) fn name(test: TypeTest) -> &'static str {
    match test {
        TypeTest::Integer => "an integer",
        TypeTest::Float => "a number with a fraction",
        TypeTest::Number => "a number",
        TypeTest::String => "a text",
        TypeTest::Boolean => "a boolean",
        TypeTest::List => "a list",
        TypeTest::Collection => "a list, an object or bytes",
        TypeTest::Object => "an object",
        TypeTest::Null => "null",
        TypeTest::Date => "a date",
        TypeTest::IsoDate => "an ISO date (RFC 3339)",
        TypeTest::Uuid => "a UUID",
        TypeTest::Ipv4 => "an IPv4 address",
        TypeTest::Ipv6 => "an IPv6 address",
        TypeTest::True => "true",
        TypeTest::False => "false",
    }
}

/// Whether a value is what a test asks for. A text without a type of its own is all that
/// it reads as.
pub(super) fn is(test: TypeTest, value: &Value<'_>) -> bool {
    let is_list = matches!(value, Value::List(_) | Value::Nodes(_));
    let value = value.alone();
    let text = || value.as_text();
    match test {
        TypeTest::Integer => number(value).is_some_and(|number| !is_float(&number)),
        TypeTest::Float => number(value).is_some_and(|number| is_float(&number)),
        TypeTest::Number => number(value).is_some(),
        TypeTest::String => text().is_some(),
        TypeTest::Boolean => is(TypeTest::True, value) || is(TypeTest::False, value),
        TypeTest::Collection => {
            is_list || matches!(value, Value::Bytes(_)) || is(TypeTest::List, value) || is(TypeTest::Object, value)
        }
        TypeTest::List => is_list || json(value).is_some_and(Json::is_array),
        TypeTest::Object => json(value).is_some_and(Json::is_object),
        TypeTest::Null => json(value).is_some_and(Json::is_null),
        TypeTest::Date => date::of(value).is_some(),
        TypeTest::IsoDate => text().is_some_and(|text| date::of_rfc3339(text).is_some()),
        TypeTest::Uuid => text().is_some_and(|text| uuid::Uuid::try_parse(text).is_ok()),
        TypeTest::Ipv4 => text().is_some_and(|text| text.parse::<Ipv4Addr>().is_ok()),
        TypeTest::Ipv6 => text().is_some_and(|text| text.parse::<Ipv6Addr>().is_ok()),
        TypeTest::True => is_boolean(value, true),
        TypeTest::False => is_boolean(value, false),
    }
}

fn json<'v>(value: &'v Value<'_>) -> Option<&'v Json> {
    match value {
        Value::Json(json) => Some(json),
        _ => None,
    }
}

fn number(value: &Value<'_>) -> Option<Number> {
    match value {
        Value::Raw(text) => read_number(text),
        other => json(other)?.as_number().cloned(),
    }
}

/// `1.0` is one too: it is written with a fraction. An integer of more than 64 bits is kept as a
/// number that can have none.
fn is_float(number: &Number) -> bool {
    const BEYOND: f64 = 18_446_744_073_709_551_616.0;
    number.is_f64() && number.as_f64().is_some_and(|float| float.abs() < BEYOND)
}

fn is_boolean(value: &Value<'_>, flag: bool) -> bool {
    match value {
        Value::Raw(text) => text == if flag { "true" } else { "false" },
        other => json(other).and_then(Json::as_bool) == Some(flag),
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use serde_json::json;

    use super::*;

    #[test]
    fn tests_json_by_its_type() {
        for (value, holds, fails) in [
            (json!(1), vec![TypeTest::Integer, TypeTest::Number], vec![TypeTest::Float, TypeTest::String]),
            (json!(1.0), vec![TypeTest::Float, TypeTest::Number], vec![TypeTest::Integer]),
            (json!("1"), vec![TypeTest::String], vec![TypeTest::Integer, TypeTest::Number]),
            (json!(true), vec![TypeTest::Boolean, TypeTest::True], vec![TypeTest::False, TypeTest::String]),
            (json!("true"), vec![TypeTest::String], vec![TypeTest::Boolean]),
            (json!(null), vec![TypeTest::Null], vec![TypeTest::Object]),
            (json!(1e20), vec![TypeTest::Integer, TypeTest::Number], vec![TypeTest::Float]),
            (json!([]), vec![TypeTest::List, TypeTest::Collection], vec![TypeTest::Object]),
            (json!({}), vec![TypeTest::Object, TypeTest::Collection], vec![TypeTest::List]),
            (json!("a"), vec![TypeTest::String], vec![TypeTest::Collection]),
        ] {
            for (tests, expected) in [(holds, true), (fails, false)] {
                for test in tests {
                    assert_eq!(is(test, &Value::Json(Cow::Borrowed(&value))), expected, "{value} {test:?}");
                }
            }
        }
    }

    #[test]
    fn raw_text_is_all_that_it_reads_as() {
        for test in [TypeTest::Integer, TypeTest::Number, TypeTest::String] {
            assert!(is(test, &Value::raw("12")), "{test:?}");
        }
        assert!(is(TypeTest::False, &Value::raw("false")));
        assert!(!is(TypeTest::Integer, &Value::raw("twelve")));
        assert!(is(TypeTest::Collection, &Value::Bytes(Cow::Borrowed(b"a"))));
    }

    #[test]
    fn tests_the_forms_of_texts() {
        for (test, holds, fails) in [
            (
                TypeTest::IsoDate,
                vec!["2026-11-21T09:30:00Z", "2026-11-21T09:30:00.123+01:00", "2026-11-21t09:30:00z"],
                vec!["2026-11-21", "2026-13-21T09:30:00Z", "2026-11-21T09:30:00", "2026-11-21T09:30:00.Z", "é"],
            ),
            (
                TypeTest::Date,
                vec!["2026-11-21", "Sun, 06 Nov 1994 08:49:37 GMT", "2026-11-21T09:30:00Z"],
                vec!["2026-02-30", "21.11.2026", "today", ""],
            ),
            (
                TypeTest::Uuid,
                vec!["67e55044-10b1-426f-9247-bb680e5fe0c8", "67E5504410B1426F9247BB680E5FE0C8"],
                vec!["67e55044-10b1-426f-9247-bb680e5fe0c", "{67e55044-10b1-426f-9247-bb680e5fe0c}", "67e55044"],
            ),
            (TypeTest::Ipv4, vec!["127.0.0.1"], vec!["127.0.0.256", "::1"]),
            (TypeTest::Ipv6, vec!["::1", "fe80::1"], vec!["127.0.0.1", "[::1]"]),
        ] {
            for (texts, expected) in [(holds, true), (fails, false)] {
                for text in texts {
                    assert_eq!(is(test, &Value::raw(text)), expected, "{text} {test:?}");
                }
            }
        }
    }
}
