//! How a request is sent.

use crate::diagnostic::Diagnostic;
use crate::http::Version;
use crate::source::{Existing, Spanned};
use crate::spec::{DEFAULT_REDIRECTS, Jar, Node, Output, Settings, Text, Verify};

use super::table::{Problems, Table, key};
use super::{Field, tls};

/// The keys of [`Settings`].
pub(crate) const SETTINGS: Table<Settings> = Table(&[
    key("base_url", |settings, field, problems| settings.base_url = problems.keep(field.text())),
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
    key("jwt", |settings, field, problems| settings.jwt = problems.keep(tokens(field))),
]);

/// `true` for all tokens, or the names of some.
fn tokens(field: Field<'_>) -> Result<Spanned<Vec<String>>, Diagnostic> {
    let name = |item: Field<'_>| item.text().map(|text| text.value);
    let names = match &field.value.node {
        Node::Bool(true) => Ok(Vec::new()),
        Node::Bool(false) | Node::Null | Node::Number(_) | Node::Map(_) => Err(field.expected("`true`, or names")),
        Node::Text(_) | Node::List(_) => field.one_or_more().map(name).collect(),
    };
    Ok(field.span().clone().with(names?))
}

fn redirects(field: Field<'_>) -> Result<Spanned<usize>, Diagnostic> {
    let count = match field.value.node {
        Node::Bool(true) => DEFAULT_REDIRECTS,
        Node::Bool(false) => 0,
        _ => return field.whole().map_err(|_| field.expected("`true`, `false` or a whole number")),
    };
    Ok(field.span().clone().with(count))
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
