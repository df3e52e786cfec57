//! Failures in words: what there was, what there should have been, and where they part.

use std::borrow::Cow;

use serde_json::Value as Json;

use crate::spec::Extent;

use super::compare::read_json;
use super::contain::Place;
use super::date;
use super::json::{Against, Comparison, Difference, Differences, Wanted};
use super::kinds;
use super::operand::Given;
use super::resolved::{Resolved, as_json, lines};
use super::schema::Schema;
use super::value::{Value, excerpt};
use super::{Contrast, Failure, Places};

/// The most characters of a query that a message repeats.
const LONGEST: usize = 80;

/// What is to be known where the only node of a path has a part that none of its nodes is.
const PART_OF_ONE: &str = "a path that may find several values gives a list, of which one is asked for; \
                           `| first` before it asks for a part of the text";

/// Speaks of a subject.
#[derive(Clone, Copy)]
pub(super) struct Explanation<'a> {
    /// The subject as it is written.
    pub(super) subject: &'a str,
}

impl Explanation<'_> {
    /// The subject on one line.
    pub(super) fn subject(&self) -> String {
        let words: Vec<&str> = self.subject.split_whitespace().collect();
        excerpt(&words.join(" "), LONGEST)
    }

    fn failure(&self, actual: &Value<'_>, what: impl AsRef<str>) -> Failure {
        Failure { actual: actual.excerpt(), ..Failure::new(format!("{} {}", self.subject(), what.as_ref())) }
    }

    /// A value has no order beside what it is compared with.
    pub(super) fn no_order(&self, actual: &Value<'_>, given: &Given<'_>) -> Failure {
        let (actual_kind, given_kind) = (actual.brief_with_kind(), given.value.brief_with_kind());
        let failure = self.failure(actual, format!("is {actual_kind}, which cannot be ordered against {given_kind}"));
        Failure { expected: given.value.full(), ..failure }
    }

    /// A value is not of a type that the predicate is about.
    pub(super) fn wrong_kind(&self, actual: &Value<'_>, ability: &str) -> Failure {
        self.failure(actual, format!("is {}, which cannot {ability}", actual.brief_with_kind()))
    }

    /// What `in` is given is no list.
    pub(super) fn not_a_list(&self, written: &str) -> Failure {
        let mut failure = Failure::new(format!("`{}` is no list", excerpt(written, LONGEST)));
        failure.notes.push("write the values in brackets, as in `in [200, 201]`".to_owned());
        failure
    }

    /// The value as JSON.
    pub(super) fn json_of<'v>(&self, actual: &'v Value<'_>) -> Result<Cow<'v, Json>, Failure> {
        as_json(actual).map_err(|error| self.failure(actual, format!("is not JSON: {error}")))
    }

    /// Why a predicate that should hold does not, or one that should not does.
    pub(super) fn unmet(&self, predicate: &Resolved<'_>, negated: bool, actual: &Value<'_>) -> Failure {
        match Verdict::of(predicate, negated, actual) {
            Ok(Verdict { words, actual, expected, contrast, notes }) => {
                let message = format!("{} {words}", self.subject());
                let expected = if negated { String::new() } else { expected };
                Failure { message, actual, expected, contrast, notes, renewal: None }
            }
            Err(failure) => failure,
        }
    }
}

/// What is to be said of a value that is not as demanded.
struct Verdict {
    /// After the subject: `is 404, not 200`.
    words: String,
    actual: String,
    expected: String,
    contrast: Contrast,
    notes: Vec<String>,
}

impl Verdict {
    fn of(predicate: &Resolved<'_>, negated: bool, actual: &Value<'_>) -> Result<Self, Failure> {
        let brief = || actual.brief();
        let not = if negated { "which is" } else { "not" };
        let new = |words: String, expected: String| Ok(Self::new(actual, words, expected));
        let relation = |holds: &str, fails: &str, demand: &str, given: &Given<'_>| {
            let verb = if negated { holds } else { fails };
            let words = which(actual, &format!("{verb} {}", given.value.brief()));
            new(words, format!("{demand} {}", given.value.in_line()))
        };
        match predicate {
            Resolved::Equal(given) => Ok(Self::unequal(negated, actual, given)),
            Resolved::Ordered(bound, given) => {
                let limit = format!("{} {}", bound.words(), beside(actual, given));
                new(format!("is {}, {not} {limit}", brief()), limit)
            }
            Resolved::Contains(given) => {
                let verdict = relation("contains", "does not contain", "to contain", given)?;
                let find = |text: &str| text.find(&*given.as_part_of_text());
                let part = actual.alone().as_text().and_then(find).filter(|_| !negated).map(|_| PART_OF_ONE.to_owned());
                let notes = line_found(negated, actual, find).into_iter().chain(part).collect();
                Ok(Self { notes, ..verdict })
            }
            Resolved::Part(Place::Start, given) => {
                relation("starts with", "does not start with", "to start with", given)
            }
            Resolved::Part(_, given) => relation("ends with", "does not end with", "to end with", given),
            Resolved::Matches(regex) => {
                let pattern = as_written(regex.as_str());
                let verb = if negated { "matches" } else { "does not match" };
                let words = which(actual, &format!("{verb} {}", excerpt(&pattern, LONGEST)));
                let notes = line_found(negated, actual, |text| regex.find(text).map(|found| found.start()));
                Ok(Self { notes, ..Self::new(actual, words, format!("to match {pattern}")) })
            }
            Resolved::In(list, _) | Resolved::StatusIn(list, _) => relation("is one of", "is none of", "one of", list),
            Resolved::Between(low, high) => {
                let (low, high) = (beside(actual, low), beside(actual, high));
                let range = format!("between {low} and {high}");
                new(format!("is {}, {not} {range}", brief()), range)
            }
            Resolved::Exists => new(format!("is {}, and must not exist", brief()), String::new()),
            Resolved::Truthy => {
                let kind = "what JavaScript takes for true";
                new(format!("is {}, {not} {kind}", actual.brief_with_kind()), kind.to_owned())
            }
            Resolved::IsEmpty if negated => new("is empty".to_owned(), String::new()),
            Resolved::IsEmpty => new(format!("is {}, not empty", brief()), String::new()),
            Resolved::Is(test) => {
                let kind = kinds::name(*test);
                new(format!("is {}, {not} {kind}", actual.brief_with_kind()), kind.to_owned())
            }
            Resolved::Any(placeholder) => {
                let kind = placeholder.to_string();
                new(format!("is {}, {not} {kind}", actual.brief_with_kind()), kind)
            }
            Resolved::Json(against, json) => Ok(Self::of_json(against, negated, json)),
            Resolved::Snapshot(..) => new("is as it was".to_owned(), String::new()),
            Resolved::Schema(schema, json) => Ok(Self::of_schema(schema, negated, json)),
            Resolved::SameLines(given) => Ok(Self::other_lines(negated, actual, given)),
            Resolved::Status(range) => new(format!("is {}, {not} {range}", brief()), range.to_string()),
        }
    }

    fn new(actual: &Value<'_>, words: String, expected: String) -> Self {
        Self { words, actual: actual.excerpt(), expected, contrast: Contrast::Sides, notes: Vec::new() }
    }

    fn unequal(negated: bool, actual: &Value<'_>, given: &Given<'_>) -> Self {
        if negated {
            return Self::new(actual, format!("is {}, and must not be", actual.brief()), String::new());
        }
        let (shown, expected) = as_compared(actual.alone(), &given.value);
        if shown.kind() != expected.kind() {
            let words = format!("is {}, not {}", shown.brief_with_kind(), expected.brief_with_kind());
            return Self { notes: quotes_note(actual, given), ..Self::new(&shown, words, expected.full()) };
        }
        let differences = match (as_json(&shown), &expected) {
            (Ok(actual), Value::Json(expected)) => {
                Differences::between(&Comparison::whole(), &actual, &Wanted::from(expected.clone().into_owned()))
            }
            _ => Differences::default(),
        };
        let note = differences.first().filter(|difference| difference.is_inner()).map(Difference::to_string);
        Self {
            words: format!("is {}, not {}", shown.brief(), expected.brief()),
            notes: note.into_iter().collect(),
            ..Self::in_full(&shown, &expected)
        }
    }

    /// Both sides in one notation: texts as they are where one has several lines.
    fn in_full(actual: &Value<'_>, expected: &Value<'_>) -> Self {
        let [actual, expected] = match (actual.as_text(), expected.as_text()) {
            (Some(actual), Some(expected)) if [actual, expected].iter().any(|text| text.contains('\n')) => {
                [actual, expected].map(str::to_owned)
            }
            _ => [actual, expected].map(Value::full),
        };
        Self { words: String::new(), actual, expected, contrast: Contrast::Difference, notes: Vec::new() }
    }

    fn of_schema(schema: &Schema, negated: bool, json: &Json) -> Self {
        let violations = schema.violations(json);
        let words = match violations.first() {
            Some(first) if !negated => format!("does not match {}: {first}", schema.name()),
            _ => format!("matches {}, and must not", schema.name()),
        };
        Self {
            contrast: Contrast::Places(Places(violations).into()),
            ..Self::new(&Value::Json(Cow::Borrowed(json)), words, String::new())
        }
    }

    /// Both sides with lines that end alike, so that what differs is not how they end.
    fn other_lines(negated: bool, actual: &Value<'_>, given: &Given<'_>) -> Self {
        let joined = |text: &str| lines(text).collect::<Vec<_>>().join("\n");
        let (actual, expected) = (joined(&actual.readable().unwrap_or_default()), joined(&given.as_part_of_text()));
        let at = lines(&actual).zip(lines(&expected)).take_while(|(actual, expected)| actual == expected).count();
        let words = match negated {
            true => "has the same lines, and must not".to_owned(),
            false => format!("has other lines, the first of them line {}", at + 1),
        };
        Self { words, actual, expected, contrast: Contrast::Difference, notes: Vec::new() }
    }

    fn of_json(against: &Against<'_>, negated: bool, json: &Json) -> Self {
        let (same, other) = match against.extent() {
            Extent::Whole => ("is the same JSON, and must not be", "is not the same JSON"),
            Extent::Part => ("contains the JSON, and must not", "does not contain the JSON"),
        };
        let expected = Given::of_json(&against.wanted().to_json()).value.full();
        let differences = against.differences(json);
        let words = match differences.first() {
            Some(first) if first.is_inner() => format!("{other} at {first}"),
            Some(root) => format!("{other}: {}", root.change),
            None => same.to_owned(),
        };
        let contrast = if negated { Contrast::Sides } else { Contrast::Differences(differences.into()) };
        Self { contrast, ..Self::new(&Value::Json(Cow::Borrowed(json)), words, expected) }
    }
}

/// What a value is compared with, in short: a number beside a duration is milliseconds.
fn beside(actual: &Value<'_>, given: &Given<'_>) -> String {
    let brief = given.value.brief();
    let is_bare = matches!(actual.alone(), Value::Duration(_)) && given.value.as_number().is_some();
    if is_bare { format!("{brief}ms") } else { brief }
}

/// A pattern as the language writes it: its flags behind it.
fn as_written(pattern: &str) -> String {
    let flagged = pattern.strip_prefix("(?").and_then(|rest| rest.split_once(')'));
    match flagged.filter(|(flags, _)| flags.bytes().all(|flag| flag.is_ascii_lowercase())) {
        Some((flags, pattern)) => format!("/{pattern}/{flags}"),
        None => format!("/{pattern}/"),
    }
}

/// What is to be said of a value, after the value where it fits into a line.
fn which(actual: &Value<'_>, what: &str) -> String {
    let is_long = |text: &str| text.contains('\n') || text.chars().nth(LONGEST).is_some();
    if actual.readable().is_some_and(|text| is_long(&text)) {
        return what.to_owned();
    }
    format!("is {}, which {what}", actual.brief())
}

/// Where in a text of several lines there is what must not be there.
fn line_found(negated: bool, actual: &Value<'_>, find: impl Fn(&str) -> Option<usize>) -> Vec<String> {
    let text = actual.readable().filter(|text| negated && text.contains('\n'));
    let place = |text: Cow<'_, str>| {
        let before = &text[..find(&text)?];
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = text[start..].lines().next().unwrap_or_default();
        Some(format!("line {} is {}", before.matches('\n').count() + 1, Value::raw(line.trim()).brief()))
    };
    text.and_then(place).into_iter().collect()
}

/// Two values the way in which they were compared: a text without a type is what it
/// reads as, and bytes are text where both sides are.
fn as_compared<'v>(actual: &'v Value<'_>, expected: &'v Value<'_>) -> (Value<'v>, Value<'v>) {
    let has_bytes = [actual, expected].iter().any(|value| matches!(value, Value::Bytes(_)));
    if let (true, Some(actual), Some(expected)) = (has_bytes, actual.printable(), expected.printable()) {
        return (Value::raw(actual), Value::raw(expected));
    }
    if let (Value::Date(_), Some(expected)) = (actual, date::of(expected)) {
        return (actual.clone(), Value::Date(expected));
    }
    if let (Value::Raw(text), false) = (actual, expected.kind() == "text") {
        let read = read_json(text).map(|json| Value::Json(Cow::Owned(json)));
        if let Some(read) = read.ok().filter(|read| read.kind() == expected.kind()) {
            return (read, expected.clone());
        }
    }
    (actual.clone(), expected.clone())
}

/// A number and a text that look alike are not equal: how to write what is meant.
fn quotes_note(actual: &Value<'_>, given: &Given<'_>) -> Vec<String> {
    match (actual.alone(), given.written) {
        (Value::Json(json), Some(written)) if json.as_str() == Some(written) => {
            vec![format!("write \"{written}\", with quotes, to compare with the text")]
        }
        (Value::Json(json), None)
            if json.is_number() && given.value.as_text().is_some_and(|text| text == json.to_string()) =>
        {
            vec!["a template gives a text where its variable is one: `| int` in it makes it a number".to_owned()]
        }
        (Value::Json(json), _) if given.value.as_text().is_some_and(|text| text == json.to_string()) => {
            vec![format!("write {json}, without quotes, to compare with the {}", actual.kind())]
        }
        _ => Vec::new(),
    }
}
