//! Predicates: what must hold of a value.

use std::borrow::Cow;
use std::cmp::Ordering;

use regex::Regex;
use serde_json::Value as Json;

use crate::diagnostic::Diagnostic;
use crate::spec::{self, Extent, JsonComparison, StatusRange, TypeTest};
use crate::template::Engine;

use super::compare::{equal, order, read_json};
use super::contain::{Place, contains, has_part};
use super::explain::Explanation;
use super::json::{Expectation, Placeholder};
use super::kinds;
use super::operand::{Given, Operand};
use super::prepared::{Prepared, text_of};
use super::schema::Schema;
use super::snapshot::Snapshot;
use super::value::Value;
use super::{Context, Failure};

/// A compiled predicate.
#[derive(Debug)]
pub(super) enum Predicate {
    Equal(Operand),
    Ordered(Bound, Operand),
    Contains(Operand),
    Part(Place, Operand),
    Matches(Prepared<Regex>),
    In(Operand),
    Between(Operand, Operand),
    Exists,
    IsEmpty,
    Truthy,
    Is(TypeTest),
    Any(Placeholder),
    Json(Expectation),
    SameLines(Operand),
    Status(StatusRange),
    StatusIn(Operand),
    Schema(Schema),
    Snapshot(Snapshot),
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

impl Predicate {
    /// The predicate, and whether it must not hold: `!=` is `==` that must not.
    pub(super) fn compile(engine: &Engine, predicate: &spec::Predicate) -> Result<(Self, bool), Diagnostic> {
        let compile = |operand| Operand::compile(engine, operand);
        let ordered = |bound, operand| Ok(Self::Ordered(bound, compile(operand)?));
        let compiled: Result<Self, Diagnostic> = match predicate {
            spec::Predicate::NotEqual(operand) => return Ok((Self::equal(engine, operand)?, true)),
            spec::Predicate::Equal(operand) => Self::equal(engine, operand),
            spec::Predicate::Greater(operand) => ordered(Bound::Greater, operand),
            spec::Predicate::GreaterOrEqual(operand) => ordered(Bound::GreaterOrEqual, operand),
            spec::Predicate::Less(operand) => ordered(Bound::Less, operand),
            spec::Predicate::LessOrEqual(operand) => ordered(Bound::LessOrEqual, operand),
            spec::Predicate::Contains(operand) => compile(operand).map(Self::Contains),
            spec::Predicate::StartsWith(operand) => Ok(Self::Part(Place::Start, compile(operand)?)),
            spec::Predicate::EndsWith(operand) => Ok(Self::Part(Place::End, compile(operand)?)),
            spec::Predicate::Matches(operand) => Prepared::compile(engine, &text_of(operand)).map(Self::Matches),
            spec::Predicate::In(operand) => compile(operand).map(Self::In),
            spec::Predicate::Between(bounds) => Ok(Self::Between(compile(&bounds[0])?, compile(&bounds[1])?)),
            spec::Predicate::Exists => Ok(Self::Exists),
            spec::Predicate::IsEmpty => Ok(Self::IsEmpty),
            spec::Predicate::Truthy => Ok(Self::Truthy),
            spec::Predicate::Is(test) => Ok(Self::Is(*test)),
            spec::Predicate::Equals(comparison) => {
                Expectation::compile(engine, comparison, Extent::Whole).map(Self::Json)
            }
            spec::Predicate::ContainsJson(comparison) => {
                Expectation::compile(engine, comparison, Extent::Part).map(Self::Json)
            }
            spec::Predicate::SameLines(operand) => compile(operand).map(Self::SameLines),
            spec::Predicate::Status(range) => Ok(Self::Status(*range)),
            spec::Predicate::StatusIn(operand) => compile(operand).map(Self::StatusIn),
            spec::Predicate::Snapshot(snapshot) => Snapshot::compile(engine, snapshot).map(Self::Snapshot),
            spec::Predicate::Schema(schema) => Schema::compile(schema).map(Self::Schema),
        };
        compiled.map(|compiled| (compiled, false))
    }

    /// `==`, which is `equals` where there are placeholders in a tree.
    fn equal(engine: &Engine, operand: &spec::Operand) -> Result<Self, Diagnostic> {
        if !Placeholder::is_in(operand) {
            return Operand::compile(engine, operand).map(Self::Equal);
        }
        match Placeholder::of(operand)? {
            Some(placeholder) => Ok(Self::Any(placeholder)),
            None => {
                let comparison = JsonComparison::with(operand.clone());
                Expectation::compile(engine, &comparison, Extent::Whole).map(Self::Json)
            }
        }
    }

    /// Whether it compares JSON by value.
    pub(super) fn compares_json(&self) -> bool {
        matches!(self, Self::Json(_))
    }

    /// Whether it can be held against what is absent, or against no nodes.
    pub(super) fn admits_absence(&self, value: &Value<'_>) -> bool {
        matches!(self, Self::Exists | Self::Truthy) || matches!((self, value), (Self::IsEmpty, Value::Nodes(_)))
    }

    /// Whether it holds of a value.
    ///
    /// # Errors
    /// Why it can neither hold nor fail to hold: an order of values that have none, …;
    /// negated or not, that is a failure.
    pub(super) fn holds(
        &self,
        actual: &Value<'_>,
        explain: Explanation<'_>,
        context: Context<'_>,
    ) -> Result<bool, Failure> {
        match self {
            Self::Equal(operand) => {
                let given = operand.given(context)?;
                Ok(equal(actual, &given))
            }
            Self::Ordered(bound, operand) => {
                let given = operand.given(context)?;
                let ordering = order(actual, &given).ok_or_else(|| explain.no_order(actual, &given))?;
                Ok(bound.admits(ordering))
            }
            Self::Contains(operand) => {
                contains(actual, &operand.given(context)?).ok_or_else(|| explain.wrong_kind(actual, "contain anything"))
            }
            Self::Part(place, operand) => has_part(actual, &operand.given(context)?, *place)
                .ok_or_else(|| explain.wrong_kind(actual, "start or end")),
            Self::Matches(pattern) => {
                let text = actual.readable().ok_or_else(|| explain.wrong_kind(actual, "match a pattern"))?;
                Ok(pattern.get(context.scope)?.is_match(&text))
            }
            Self::In(operand) => is_in(actual, &operand.given(context)?).ok_or_else(|| explain.not_a_list(operand)),
            Self::Between(low, high) => {
                let (low, high) = (low.given(context)?, high.given(context)?);
                let above = order(actual, &low).ok_or_else(|| explain.no_order(actual, &low))?;
                let below = order(actual, &high).ok_or_else(|| explain.no_order(actual, &high))?;
                Ok(above.is_ge() && below.is_le())
            }
            Self::Exists => Ok(!actual.is_absent()),
            Self::IsEmpty => is_empty(actual).ok_or_else(|| explain.wrong_kind(actual, "be empty")),
            Self::Truthy => Ok(is_truthy(actual)),
            Self::Is(test) => Ok(kinds::is(*test, actual)),
            Self::Any(placeholder) => Ok(placeholder.fits(actual.alone())),
            Self::Json(expectation) => {
                let actual = explain.json_of(actual)?;
                Ok(expectation.against(&actual, context)?.fits(&actual))
            }
            Self::Snapshot(snapshot) => snapshot.check(actual, explain, context).map(|()| true),
            Self::Schema(schema) => Ok(schema.admits(&*explain.json_of(actual)?)),
            Self::SameLines(operand) => {
                let given = operand.given(context)?;
                let text = actual.readable().ok_or_else(|| explain.wrong_kind(actual, "have lines"))?;
                Ok(lines(&text).eq(lines(&given.as_part_of_text())))
            }
            Self::Status(range) => Ok(code(actual).is_some_and(|code| range.contains(code))),
            Self::StatusIn(operand) => {
                is_status_in(actual, &operand.given(context)?).ok_or_else(|| explain.not_a_list(operand))
            }
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
