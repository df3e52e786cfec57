//! Failures in words: what there was, what there should have been, and where they part.

use std::borrow::Cow;

use serde_json::Value as Json;

use crate::source::Span;

use super::contain::Place;
use super::difference::{Difference, Extent, first_difference};
use super::kinds;
use super::operand::{Given, Operand};
use super::predicate::{Predicate, as_json, expected_json};
use super::value::{Value, excerpt, json_kind};
use super::{Context, Failure};

/// The most characters of a query that a message repeats.
const LONGEST: usize = 80;

/// Speaks of a subject.
#[derive(Clone, Copy)]
pub(super) struct Explanation<'a> {
    /// The subject as it is written.
    pub(super) subject: &'a Span,
}

impl Explanation<'_> {
    fn subject(&self) -> String {
        let words: Vec<&str> = self.subject.text().split_whitespace().collect();
        excerpt(&words.join(" "), LONGEST)
    }

    fn failure(&self, actual: &Value<'_>, what: impl AsRef<str>) -> Failure {
        Failure { actual: actual.full(), ..Failure::new(format!("{} {}", self.subject(), what.as_ref())) }
    }

    /// A value has no order beside what it is compared with.
    pub(super) fn no_order(&self, actual: &Value<'_>, given: &Given<'_>) -> Failure {
        let (actual_kind, given_kind) = (actual.brief_with_kind(), given.value.brief_with_kind());
        let failure = self.failure(actual, format!("is {actual_kind}, which has no order beside {given_kind}"));
        Failure { expected: given.value.full(), ..failure }
    }

    /// A value is not of a type that the predicate is about.
    pub(super) fn wrong_kind(&self, actual: &Value<'_>, ability: &str) -> Failure {
        self.failure(actual, format!("is {}, which cannot {ability}", actual.brief_with_kind()))
    }

    /// What `in` is given is no list.
    pub(super) fn not_a_list(&self, operand: &Operand) -> Failure {
        let mut failure = Failure::new(format!("`{}` is no list", excerpt(operand.text(), LONGEST)));
        failure.notes.push("write the values in brackets, as in `in [200, 201]`".to_owned());
        failure
    }

    /// The value as JSON.
    pub(super) fn json_of<'v>(&self, actual: &'v Value<'_>) -> Result<Cow<'v, Json>, Failure> {
        as_json(actual).map_err(|error| self.failure(actual, format!("is not JSON: {error}")))
    }

    /// Why a predicate that should hold does not, or one that should not does.
    pub(super) fn unmet(
        &self,
        predicate: &Predicate,
        negated: bool,
        actual: &Value<'_>,
        context: Context<'_>,
    ) -> Failure {
        match Verdict::of(predicate, negated, actual, context) {
            Ok(Verdict { words, expected, notes }) => {
                let expected = if negated { String::new() } else { expected };
                Failure { expected, notes, ..self.failure(actual, words) }
            }
            Err(failure) => failure,
        }
    }
}

/// What is to be said of a value that is not as demanded.
struct Verdict {
    /// After the subject: `is 404, not 200`.
    words: String,
    /// What there should have been, whole.
    expected: String,
    notes: Vec<String>,
}

impl Verdict {
    fn of(predicate: &Predicate, negated: bool, actual: &Value<'_>, context: Context<'_>) -> Result<Self, Failure> {
        let brief = || actual.brief();
        let not = if negated { "which is" } else { "not" };
        let relation = |holds: &str, fails: &str, operand: &Operand| {
            let given = operand.given(context)?;
            let verb = if negated { holds } else { fails };
            Ok(Self::new(format!("is {}, which {verb} {}", brief(), given.value.brief()), given.value.full()))
        };
        match predicate {
            Predicate::Equal(operand) => Ok(Self::unequal(negated, actual, &operand.given(context)?)),
            Predicate::Ordered(bound, operand) => {
                let limit = format!("{} {}", bound.words(), operand.given(context)?.value.brief());
                Ok(Self::new(format!("is {}, {not} {limit}", brief()), limit))
            }
            Predicate::Contains(operand) => relation("contains", "does not contain", operand),
            Predicate::Part(Place::Start, operand) => relation("starts with", "does not start with", operand),
            Predicate::Part(_, operand) => relation("ends with", "does not end with", operand),
            Predicate::Matches(pattern) => {
                let pattern = format!("/{}/", pattern.get(context.scope)?.as_str());
                let verb = if negated { "matches" } else { "does not match" };
                Ok(Self::new(format!("is {}, which {verb} {}", brief(), excerpt(&pattern, LONGEST)), pattern))
            }
            Predicate::In(operand) => relation("is one of", "is none of", operand),
            Predicate::Between(low, high) => {
                let (low, high) = (low.given(context)?.value.brief(), high.given(context)?.value.brief());
                let range = format!("between {low} and {high}");
                Ok(Self::new(format!("is {}, {not} {range}", brief()), range))
            }
            Predicate::Exists => Ok(Self::new(format!("is {}, and must not exist", brief()), String::new())),
            Predicate::IsEmpty if negated => Ok(Self::new("is empty".to_owned(), String::new())),
            Predicate::IsEmpty => Ok(Self::new(format!("is {}, not empty", brief()), String::new())),
            Predicate::Is(test) => {
                let kind = kinds::name(*test);
                Ok(Self::new(format!("is {}, {not} {kind}", actual.brief_with_kind()), kind.to_owned()))
            }
            Predicate::Json(extent, operand) => {
                Self::of_json(*extent, negated, actual, &expected_json(operand, context)?)
            }
            Predicate::StatusClass(class) => {
                Ok(Self::new(format!("is {}, {not} {class}xx", brief()), format!("{class}xx")))
            }
        }
    }

    fn new(words: String, expected: String) -> Self {
        Self { words, expected, notes: Vec::new() }
    }

    fn unequal(negated: bool, actual: &Value<'_>, given: &Given<'_>) -> Self {
        let expected = &given.value;
        if negated {
            return Self::new(format!("is {}, and must not be", actual.brief()), String::new());
        }
        let json = as_json(actual).ok();
        let reads_as = json.as_deref().map_or(actual.kind(), json_kind);
        if actual.kind() != expected.kind() && reads_as != expected.kind() {
            let words = format!("is {}, not {}", actual.brief_with_kind(), expected.brief_with_kind());
            return Self { notes: quotes_note(actual, given), ..Self::new(words, expected.full()) };
        }
        let difference = match (&json, expected) {
            (Some(actual), Value::Json(expected)) => first_difference(actual, expected, Extent::Whole),
            _ => None,
        };
        let note = difference.filter(Difference::is_inner).map(|difference| difference.to_string());
        let words = format!("is {}, not {}", actual.brief(), expected.brief());
        Self { notes: note.into_iter().collect(), ..Self::new(words, expected.full()) }
    }

    fn of_json(extent: Extent, negated: bool, actual: &Value<'_>, expected: &Json) -> Result<Self, Failure> {
        let given = Given::of_json(expected);
        let (same, other) = match extent {
            Extent::Whole => ("is the same JSON, and must not be", "is not the same JSON"),
            Extent::Part => ("contains the JSON, and must not", "does not contain the JSON"),
        };
        let json = as_json(actual).map_err(|error| Failure::new(format!("not JSON: {error}")))?;
        Ok(match first_difference(&json, expected, extent) {
            Some(difference) if !negated => Self::new(format!("{other}: {difference}"), given.value.full()),
            _ => Self::new(same.to_owned(), given.value.full()),
        })
    }
}

/// A number and a text that look alike are not equal: how to write what is meant.
fn quotes_note(actual: &Value<'_>, given: &Given<'_>) -> Vec<String> {
    match (actual.alone(), given.written) {
        (Value::Json(json), Some(written)) if json.as_str() == Some(written) => {
            vec![format!("write \"{written}\", with quotes, to compare with the text")]
        }
        (Value::Json(json), _) if given.value.as_text().is_some_and(|text| text == json.to_string()) => {
            vec![format!("write {json}, without quotes, to compare with the {}", actual.kind())]
        }
        _ => Vec::new(),
    }
}
