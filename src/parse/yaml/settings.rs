//! How a request is sent, and whether, when and how often it runs.

use std::time::Duration;

use crate::diagnostic::Diagnostic;
use crate::http::Version;
use crate::source::{Existing, Spanned};
use crate::spec::{DEFAULT_REDIRECTS, Flow, Jar, MOST_REPEATS, Node, Output, Retry, Settings, Skip, Text, Verify};

use super::table::{Problems, Table, key, not_supported};
use super::{Field, tls};

/// The keys of [`Settings`].
pub(crate) const SETTINGS: Table<Settings> = Table(&[
    key("timeout", |settings, field, problems| settings.timeout = problems.keep(field.duration())),
    key("connect_timeout", |settings, field, problems| settings.connect_timeout = problems.keep(field.duration())),
    key("read_timeout", |settings, field, problems| settings.read_timeout = problems.keep(field.duration())),
    key("redirects", |settings, field, problems| settings.redirects = problems.keep(redirects(field))),
    key("verify", |settings, field, problems| settings.verify = problems.keep(verify(field))),
    key("cert", |settings, field, problems| settings.cert = tls::cert(field, problems)),
    key("tls", |settings, field, problems| settings.tls = tls::tls(field, problems)),
    key("http_version", |settings, field, problems| settings.http_version = problems.keep(version(field))),
    key("decompress", |settings, field, problems| settings.decompress = problems.keep(field.boolean())),
    key("encoding", |settings, field, problems| settings.encoding = problems.keep(field.charset())),
    key("cookie_jar", |settings, field, problems| settings.cookie_jar = problems.keep(cookie_jar(field))),
    key("max_body", |settings, field, problems| settings.max_body = problems.keep(field.size())),
    key("output", |settings, field, problems| settings.output = output(field, problems)),
]);

/// The keys of [`Flow`].
pub(super) const FLOW: Table<Flow> = Table(&[
    key("skip", |flow, field, problems| flow.skip = problems.keep(skip(field))),
    key("retry", |flow, field, problems| flow.retry = retry(field, problems)),
    key("delay", |flow, field, problems| flow.delay = problems.keep(delay(field))),
    key("repeat", |flow, field, problems| flow.repeat = problems.keep(repeat(field))),
]);

/// Keys of the format that nothing acts on yet.
pub(super) const NOT_YET: Table<()> =
    Table(&[key("if", refuse), key("each", refuse), key("needs", refuse), key("run", refuse)]);

/// Reads a key of the format by saying that it is not supported yet.
pub(crate) fn refuse<T>(_target: &mut T, field: Field<'_>, problems: &mut Problems) {
    problems.push(not_supported(field.key));
}

fn redirects(field: Field<'_>) -> Result<Spanned<usize>, Diagnostic> {
    let count = match field.value.node {
        Node::Bool(true) => DEFAULT_REDIRECTS,
        Node::Bool(false) => 0,
        _ => return field.whole().map_err(|_| field.expected("`true`, `false` or a whole number")),
    };
    Ok(field.span().clone().with(count))
}

fn delay(field: Field<'_>) -> Result<Spanned<Duration>, Diagnostic> {
    if field.is_null() { Ok(field.span().clone().with(Duration::ZERO)) } else { field.duration() }
}

/// How many times.
pub(super) fn repeat(field: Field<'_>) -> Result<Spanned<u32>, Diagnostic> {
    if field.is_null() {
        return Ok(field.span().clone().with(1));
    }
    let expected = || field.expected(&format!("a whole number from 1 to {MOST_REPEATS}"));
    field.whole().ok().filter(|times| (1..=MOST_REPEATS).contains(&times.value)).ok_or_else(expected)
}

fn verify(field: Field<'_>) -> Result<Spanned<Verify>, Diagnostic> {
    let verify = match &field.value.node {
        Node::Bool(true) => Verify::On,
        Node::Bool(false) => Verify::Off,
        Node::Text(path) => Verify::Roots(path.clone()),
        _ => return Err(field.expected("`true`, `false`, or the path of a PEM file or of a folder of such files")),
    };
    Ok(field.span().clone().with(verify))
}

fn cookie_jar(field: Field<'_>) -> Result<Spanned<Jar>, Diagnostic> {
    let jar = match &field.value.node {
        Node::Bool(true) => Jar::Session,
        Node::Bool(false) => Jar::Off,
        Node::Text(path) => Jar::File(path.clone()),
        _ => return Err(field.expected("`true`, `false`, or the path of a file of cookies")),
    };
    Ok(field.span().clone().with(jar))
}

/// What `output` is written as: a path, or a map of these.
#[derive(Default)]
struct OutputDraft {
    path: Option<Text>,
    overwrite: Option<Spanned<bool>>,
}

const OUTPUT: Table<OutputDraft> = Table(&[
    key("path", |output, field, problems| output.path = problems.keep(field.text())),
    key("overwrite", |output, field, problems| output.overwrite = problems.keep(field.boolean())),
]);

/// Reads a path, or `{path: a.json, overwrite: false}`.
fn output(field: Field<'_>, problems: &mut Problems) -> Option<Spanned<Output>> {
    let mut draft = OutputDraft::default();
    match &field.value.node {
        Node::Map(_) => {
            OUTPUT.read_map(&mut draft, field, problems);
            field.require("path", problems);
        }
        Node::Text(path) => draft.path = Some(path.clone()),
        _ => problems.push(field.expected("a path, or `{path: a.json, overwrite: false}`")),
    }
    let existing = match draft.overwrite {
        Some(Spanned { value: false, .. }) => Existing::Keep,
        _ => Existing::Replace,
    };
    Some(field.span().clone().with(Output { path: draft.path?, existing }))
}

fn version(field: Field<'_>) -> Result<Spanned<Version>, Diagnostic> {
    let version = field.scalar().and_then(|text| Version::parse(&text.value));
    let version = version.map(|version| field.span().clone().with(version));
    version.ok_or_else(|| field.expected("an HTTP version such as `1.1`"))
}

fn skip(field: Field<'_>) -> Result<Spanned<Skip>, Diagnostic> {
    match &field.value.node {
        Node::Null | Node::Bool(false) => Ok(field.span().clone().with(Skip::No)),
        Node::Bool(true) => Ok(field.span().clone().with(Skip::Yes(String::new()))),
        Node::Text(_) => field.string().map(|reason| reason.map(Skip::Yes)),
        _ => Err(field.expected("`true`, `false`, or a reason")),
    }
}

/// What `retry` is written as: a number, or a map of these.
#[derive(Default)]
struct RetryDraft {
    times: Option<Spanned<u32>>,
    delay: Option<Spanned<Duration>>,
}

const RETRY: Table<RetryDraft> = Table(&[
    key("times", |retry, field, problems| retry.times = problems.keep(field.whole())),
    key("delay", |retry, field, problems| retry.delay = problems.keep(field.duration())),
    key("until", refuse),
    key("backoff", refuse),
]);

/// Reads a number of attempts, or `{times: 3, delay: 1s}`; without a delay there is none.
pub(crate) fn retry(field: Field<'_>, problems: &mut Problems) -> Option<Spanned<Retry>> {
    let mut draft = RetryDraft::default();
    match field.value.node {
        Node::Map(_) => {
            RETRY.read_map(&mut draft, field, problems);
            field.require("times", problems);
        }
        Node::Null => draft.times = Some(field.span().clone().with(0)),
        Node::Number(_) => draft.times = problems.keep(field.whole()),
        _ => problems.push(field.expected("a number, or `{times: 3, delay: 1s}`")),
    }
    let times = draft.times?.value;
    let delay = draft.delay.map_or(Duration::ZERO, |delay| delay.value);
    Some(field.span().clone().with(Retry { times, delay }))
}
