//! Predicates whose operands are worked out: what is held against a value, and what a failure
//! then speaks of. No operand is worked out twice, since that may give something else.

use std::borrow::Cow;
use std::cmp::Ordering;

use regex::Regex;
use serde_json::Value as Json;

use crate::spec::{StatusRange, TypeTest};

use super::compare::{equal, order, read_json};
use super::contain::{Place, contains, has_part};
use super::explain::Explanation;
use super::json::{Against, Placeholder};
use super::kinds;
use super::operand::Given;
use super::prepared::Held;
use super::schema::Schema;
use super::snapshot::Snapshot;
use super::value::Value;
use super::{Context, Failure};

/// A predicate whose operands are worked out.
pub(super) enum Resolved<'a> {
    Equal(Given<'a>),
    Ordered(Bound, Given<'a>),
    Contains(Given<'a>),
    Part(Place, Given<'a>),
    Matches(Held<'a, Regex>),
    /// A list, and how it is written.
    In(Given<'a>, &'a str),
    Between(Given<'a>, Given<'a>),
    Exists,
    IsEmpty,
    Truthy,
    Is(TypeTest),
    Any(&'a Placeholder),
    /// A comparison, and the value as JSON.
    Json(Against<'a>, Cow<'a, Json>),
    SameLines(Given<'a>),
    Status(&'a StatusRange),
    /// A list, and how it is written.
    StatusIn(Given<'a>, &'a str),
    /// A schema, and the value as JSON.
    Schema(&'a Schema, Cow<'a, Json>),
    Snapshot(&'a Snapshot, Context<'a>),
}

/// The side of a value on which another must lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

impl Bound {
    fn admits(self, ordering: Ordering) -> bool {
        match self {
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
        }
    }

    /// As messages say it: `greater than`.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Greater => "greater than",
            Self::GreaterOrEqual => "at least",
            Self::Less => "less than",
            Self::LessOrEqual => "at most",
        }
    }
}

impl Resolved<'_> {
    /// Whether it holds of a value.
    ///
    /// # Errors
    /// Why it can neither hold nor fail to hold: an order of values that have none, …;
    /// negated or not, that is a failure.
    pub(super) fn holds(&self, actual: &Value<'_>, explain: Explanation<'_>) -> Result<bool, Failure> {
        match self {
            Self::Equal(given) => Ok(equal(actual, given)),
            Self::Ordered(bound, given) => {
                let ordering = order(actual, given).ok_or_else(|| explain.no_order(actual, given))?;
                Ok(bound.admits(ordering))
            }
            Self::Contains(given) => {
                contains(actual, given).ok_or_else(|| explain.wrong_kind(actual, "contain anything"))
            }
            Self::Part(place, given) => {
                has_part(actual, given, *place).ok_or_else(|| explain.wrong_kind(actual, "start or end"))
            }
            Self::Matches(pattern) => {
                let text = actual.readable().ok_or_else(|| explain.wrong_kind(actual, "match a pattern"))?;
                Ok(pattern.is_match(&text))
            }
            Self::In(list, written) => is_in(actual, list).ok_or_else(|| explain.not_a_list(written)),
            Self::Between(low, high) => {
                let above = order(actual, low).ok_or_else(|| explain.no_order(actual, low))?;
                let below = order(actual, high).ok_or_else(|| explain.no_order(actual, high))?;
                Ok(above.is_ge() && below.is_le())
            }
            Self::Exists => Ok(!actual.is_absent()),
            Self::IsEmpty => is_empty(actual).ok_or_else(|| explain.wrong_kind(actual, "be empty")),
            Self::Truthy => Ok(is_truthy(actual)),
            Self::Is(test) => Ok(kinds::is(*test, actual)),
            Self::Any(placeholder) => Ok(placeholder.fits(actual.alone())),
            Self::Json(against, json) => Ok(against.fits(json)),
            Self::Snapshot(snapshot, context) => snapshot.check(actual, explain, *context).map(|()| true),
            Self::Schema(schema, json) => Ok(schema.admits(json)),
            Self::SameLines(given) => {
                let text = actual.readable().ok_or_else(|| explain.wrong_kind(actual, "have lines"))?;
                Ok(lines(&text).eq(lines(&given.as_part_of_text())))
            }
            Self::Status(range) => Ok(code(actual).is_some_and(|code| range.contains(code))),
            Self::StatusIn(list, written) => is_status_in(actual, list).ok_or_else(|| explain.not_a_list(written)),
        }
    }
}

/// Whether a list has an element that is equal: nothing, if it is no list.
fn is_in(actual: &Value<'_>, list: &Given<'_>) -> Option<bool> {
    let Value::Json(json) = &list.value else {
        return None;
    };
    Some(json.as_array()?.iter().any(|element| equal(actual, &Given::of_json(element))))
}

/// A status, a number.
fn code(actual: &Value<'_>) -> Option<u64> {
    actual.as_number().and_then(|status| status.as_u64())
}

/// As [`is_in`], of a list that may have classes and ranges.
fn is_status_in(actual: &Value<'_>, list: &Given<'_>) -> Option<bool> {
    let Value::Json(json) = &list.value else {
        return None;
    };
    let range = |element: &Json| match element {
        Json::String(text) => StatusRange::parse(text),
        other => StatusRange::parse(&other.to_string()),
    };
    let code = code(actual)?;
    Some(json.as_array()?.iter().filter_map(range).any(|range| range.contains(code)))
}

/// The lines of a text, however they end; whether the last one ends does not count.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let Some(at) = text.find(['\r', '\n']) else { return rest.take() };
        let length = if text[at..].starts_with("\r\n") { 2 } else { 1 };
        rest = Some(&text[at + length..]);
        Some(&text[..at])
    })
}

/// Whether there is nothing in a text, a list, an object or bytes: nothing, if it is none of these.
fn is_empty(value: &Value<'_>) -> Option<bool> {
    match value {
        Value::Nodes(nodes) => match nodes.as_slice() {
            [only] => is_empty(only),
            several => Some(several.is_empty()),
        },
        Value::List(values) => Some(values.is_empty()),
        Value::Bytes(bytes) => Some(bytes.is_empty()),
        Value::Raw(text) => Some(text.is_empty()),
        Value::Json(json) => match json.as_ref() {
            Json::String(text) => Some(text.is_empty()),
            Json::Array(elements) => Some(elements.is_empty()),
            Json::Object(members) => Some(members.is_empty()),
            _ => None,
        },
        Value::Absent | Value::Duration(_) | Value::Date(_) => None,
    }
}

/// What JavaScript takes for true: all but nothing, `false`, 0, null and an empty text.
fn is_truthy(value: &Value<'_>) -> bool {
    match value.alone() {
        Value::Absent => false,
        Value::Raw(text) => !text.is_empty(),
        Value::Json(json) => match json.as_ref() {
            Json::Null => false,
            Json::Bool(flag) => *flag,
            Json::Number(number) => number.as_f64() != Some(0.0),
            Json::String(text) => !text.is_empty(),
            Json::Array(_) | Json::Object(_) => true,
        },
        Value::Nodes(_) | Value::List(_) | Value::Bytes(_) | Value::Duration(_) | Value::Date(_) => true,
    }
}

/// JSON as it is, or the JSON that a text without a type is.
pub(super) fn as_json<'v>(value: &'v Value<'_>) -> serde_json::Result<Cow<'v, Json>> {
    match value.alone() {
        Value::Json(json) => Ok(Cow::Borrowed(json)),
        Value::Raw(text) => read_json(text).map(Cow::Owned),
        other => Ok(Cow::Owned(other.clone().into_json())),
    }
}
