//! Whether, when and how often a request runs.

use std::time::Duration;

use crate::diagnostic::Diagnostic;
use crate::parse::{flow, matrix};
use crate::source::Spanned;
use crate::spec::{Assertion, Condition, Flow, MOST_REPEATS, Node, Pause, RateLimit, Repetition, Retry, Skip};

use super::Field;
use super::expectation::sentence;
use super::table::{Problems, Table, key, not_supported};

/// The keys of [`Flow`].
pub(crate) const FLOW: Table<Flow> = Table(&[
    key("skip", |flow, field, problems| flow.skip = problems.keep(skip(field))),
    key("if", |flow, field, problems| flow.conditions = problems.keep(conditions(field))),
    key("retry", |flow, field, problems| flow.retry = retry(field, problems)),
    key("delay", |flow, field, problems| flow.delay = problems.keep(delay(field))),
    key("sleep", |flow, field, problems| flow.pause = problems.keep(pause(field))),
    key("rate_limit", |flow, field, problems| flow.rate_limit = rate_limit(field, problems)),
    key("repeat", |flow, field, problems| repeated(flow, field, repeat(field), problems)),
    key("each", |flow, field, problems| repeated(flow, field, each(field), problems)),
    key("matrix", |flow, field, problems| repeated(flow, field, matrix(field), problems)),
    key("for", |flow, field, problems| repeated(flow, field, items(field), problems)),
    key("while", |flow, field, problems| repeated(flow, field, while_it_holds(field), problems)),
]);

/// Reads a key of the format by saying that it is not supported yet.
pub(crate) fn refuse<T>(_target: &mut T, field: Field<'_>, problems: &mut Problems) {
    problems.push(not_supported(field.key));
}

fn skip(field: Field<'_>) -> Result<Spanned<Skip>, Diagnostic> {
    match &field.value.node {
        Node::Null | Node::Bool(false) => Ok(field.span().clone().with(Skip::No)),
        Node::Bool(true) => Ok(field.span().clone().with(Skip::Yes(String::new()))),
        Node::Text(_) => field.string().and_then(flow::reason),
        _ => Err(field.expected("`true`, `false`, or a reason")),
    }
}

/// An expression, or several of which each must hold; null takes those of the defaults away.
fn conditions(field: Field<'_>) -> Result<Vec<Condition>, Diagnostic> {
    if field.is_null() {
        return Ok(Vec::new());
    }
    let condition = |field: Field<'_>| {
        let text = field.scalar().ok_or_else(|| field.expected("an expression such as `stage == \"test\"`"))?;
        Ok(Condition { expression: flow::expression(&text)?, expected: true })
    };
    field.one_or_more().map(condition).collect()
}

fn delay(field: Field<'_>) -> Result<Spanned<Duration>, Diagnostic> {
    if field.is_null() { Ok(field.span().clone().with(Duration::ZERO)) } else { field.duration() }
}

/// A duration, or an expression that gives one.
fn pause(field: Field<'_>) -> Result<Spanned<Pause>, Diagnostic> {
    let pause = match &field.value.node {
        Node::Text(text) if is_computed(&text.value) => Pause::Computed(flow::expression(text)?),
        _ => Pause::Fixed(delay(field)?.value),
    };
    Ok(field.span().clone().with(pause))
}

/// Whether a text cannot be meant as a duration: it has an operator, or what stands in brackets.
fn is_computed(text: &str) -> bool {
    text.contains(['*', '+', '/', '|', '(', '[', '{']) || text.contains(" - ")
}

/// Notes how often the request runs; of two keys that say it, the second is an error.
fn repeated(
    flow: &mut Flow,
    field: Field<'_>,
    repetition: Result<Option<Repetition>, Diagnostic>,
    problems: &mut Problems,
) {
    if let Some(first) = &flow.repetition {
        let message = format!("`{}` and another key say how often this request runs", field.key.value);
        problems.push(Diagnostic::error(message).at(&field.key.span, "").at(&first.span, "the first"));
    }
    let repetition = problems.keep(repetition).map(|repetition| repetition.unwrap_or(Repetition::Times(1)));
    flow.repetition = repetition.map(|repetition| field.span().clone().with(repetition));
}

fn repeat(field: Field<'_>) -> Result<Option<Repetition>, Diagnostic> {
    Ok(Some(Repetition::Times(times(field)?.value)))
}

/// How many times.
pub(super) fn times(field: Field<'_>) -> Result<Spanned<u32>, Diagnostic> {
    if field.is_null() {
        return Ok(field.span().clone().with(1));
    }
    let expected = || field.expected(&format!("a whole number from 1 to {MOST_REPEATS}"));
    field.whole().ok().filter(|times| (1..=MOST_REPEATS).contains(&times.value)).ok_or_else(expected)
}

/// Rows, the path of a file of such, or an expression in braces that gives a list.
fn each(field: Field<'_>) -> Result<Option<Repetition>, Diagnostic> {
    match &field.value.node {
        Node::Null => Ok(None),
        Node::List(_) => flow::rows(field.value, None).map(|rows| Some(Repetition::Rows(rows))),
        Node::Text(text) if text.value.starts_with("{{") => {
            Ok(Some(Repetition::Items { name: None, list: flow::expression(text)? }))
        }
        Node::Text(path) => Ok(Some(Repetition::Table(path.clone()))),
        Node::Map(entries) if entries.len() == 1 && entries[0].0.value == "matrix" => {
            matrix(Field { key: &entries[0].0, value: &entries[0].1 })
        }
        _ => Err(field.expected("a list, `{matrix: {…}}`, `\"{{ list }}\"`, or the path of a file")),
    }
}

/// Every combination of the values of some variables.
fn matrix(field: Field<'_>) -> Result<Option<Repetition>, Diagnostic> {
    if field.is_null() { Ok(None) } else { matrix::rows(field.value).map(|rows| Some(Repetition::Matrix(rows))) }
}

fn items(field: Field<'_>) -> Result<Option<Repetition>, Diagnostic> {
    match &field.value.node {
        Node::Null => Ok(None),
        Node::Text(text) => flow::items(text).map(Some),
        _ => Err(field.expected("`item in list`")),
    }
}

fn while_it_holds(field: Field<'_>) -> Result<Option<Repetition>, Diagnostic> {
    match field.scalar() {
        Some(text) => flow::lasting(&text).map(Some),
        None if field.is_null() => Ok(None),
        None => Err(field.expected("an expression, `link next`, `next body $.next`, or `next $.cursor as after`")),
    }
}

/// What `rate_limit` is written as.
#[derive(Default)]
struct RateLimitDraft {
    slot: Option<Spanned<String>>,
    min_idle_time: Option<Spanned<Duration>>,
    max: Option<Spanned<u32>>,
    expire: Option<Spanned<Duration>>,
}

const RATE_LIMIT: Table<RateLimitDraft> = Table(&[
    key("slot", |limit, field, problems| limit.slot = problems.keep(field.string())),
    key("min_idle_time", |limit, field, problems| limit.min_idle_time = problems.keep(field.duration())),
    key("max", |limit, field, problems| limit.max = problems.keep(field.whole())),
    key("expire", |limit, field, problems| limit.expire = problems.keep(field.duration())),
]);

/// Reads `{slot: api, max: 5, expire: 1s}` or `{min_idle_time: 100ms}`; null is no limit.
fn rate_limit(field: Field<'_>, problems: &mut Problems) -> Option<Spanned<RateLimit>> {
    let mut draft = RateLimitDraft::default();
    if !field.is_null() {
        RATE_LIMIT.read_map(&mut draft, field, problems);
    }
    if draft.max.is_some() || draft.expire.is_some() {
        field.require("max", problems);
        field.require("expire", problems);
    }
    let RateLimitDraft { slot, min_idle_time, max, expire } = draft;
    let limit = RateLimit::new(
        slot.map(|slot| slot.value),
        min_idle_time.map(|time| time.value),
        max.map(|max| max.value),
        expire.map(|time| time.value),
    )?;
    Some(field.span().clone().with(limit))
}

/// What `retry` is written as: a number, or a map of these.
#[derive(Default)]
struct RetryDraft {
    times: Option<Spanned<u32>>,
    delay: Option<Spanned<Duration>>,
    backoff: Option<f64>,
    max: Option<Spanned<Duration>>,
    time: Option<Spanned<Duration>>,
    until: Option<Box<Assertion>>,
}

const RETRY: Table<RetryDraft> = Table(&[
    key("times", |retry, field, problems| retry.times = problems.keep(field.whole())),
    key("delay", |retry, field, problems| retry.delay = problems.keep(field.duration())),
    key("backoff", |retry, field, problems| retry.backoff = problems.keep(backoff(field))),
    key("max", |retry, field, problems| retry.max = problems.keep(field.duration())),
    key("for", |retry, field, problems| retry.time = problems.keep(field.duration())),
    key("until", |retry, field, problems| retry.until = problems.keep(until(field))),
]);

/// Reads a number of attempts, or `{times: 3, delay: 1s}`; without a delay there is none.
pub(crate) fn retry(field: Field<'_>, problems: &mut Problems) -> Option<Spanned<Retry>> {
    let retry = match field.value.node {
        Node::Map(_) => {
            let mut draft = RetryDraft::default();
            RETRY.read_map(&mut draft, field, problems);
            problems.extend(endless(field));
            draft.finish()
        }
        Node::Null => Retry::times(0),
        Node::Number(_) => Retry::times(problems.keep(field.whole())?.value),
        _ => {
            problems.push(field.expected("a number, or `{times: 3, delay: 1s}`"));
            return None;
        }
    };
    Some(field.span().clone().with(retry))
}

impl RetryDraft {
    fn finish(self) -> Retry {
        Retry {
            times: self.times.map(|times| times.value),
            delay: self.delay.map_or(Duration::ZERO, |delay| delay.value),
            backoff: self.backoff.unwrap_or(1.0),
            max: self.max.map(|max| max.value),
            time: self.time.map(|time| time.value),
            until: self.until,
        }
    }
}

/// That nothing says when it ends.
fn endless(field: Field<'_>) -> Option<Diagnostic> {
    let mut keys = field.entries().ok()?.map(|entry| entry.key.value.as_str());
    let message = format!("`{}` needs `times`, or `for` with the time that it may take", field.key.value);
    (!keys.any(|key| key == "times" || key == "for")).then(|| Diagnostic::error(message).at(field.span(), ""))
}

fn backoff(field: Field<'_>) -> Result<f64, Diagnostic> {
    let number = match &field.value.node {
        Node::Number(number) => number.as_f64(),
        _ => None,
    };
    number.filter(|number| *number >= 1.0).ok_or_else(|| field.expected("a number from 1"))
}

fn until(field: Field<'_>) -> Result<Box<Assertion>, Diagnostic> {
    flow::until(&sentence(field, "an assertion such as `$.state == done`")?, field.key.format)
}
