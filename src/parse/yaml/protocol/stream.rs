//! `stream`: how a response is read item by item, and when enough of it has come.

use crate::diagnostic::Diagnostic;
use crate::parse::parse_assertion;
use crate::parse::yaml::Field;
use crate::parse::yaml::expectation::sentence;
use crate::parse::yaml::operand;
use crate::parse::yaml::table::{Problems, Table, key};
use crate::source::Spanned;
use crate::spec::{Assertion, Format, Node, Predicate, Query, Severity, Stream, StreamForm, Subject};

/// The keys of a stream.
const STREAM: Table<Stream> = Table(&[
    key("as", |stream, field, problems| stream.form = problems.keep(form(field, "`events` or `lines`"))),
    key("count", |stream, field, problems| stream.count = problems.keep(count(field)).map(|count| count.value)),
    key("for", |stream, field, problems| stream.time = problems.keep(field.duration()).map(|time| time.value)),
    key("until", |stream, field, problems| stream.until = problems.keep(until(field))),
]);

/// Reads `true`, `events`, `lines`, or a map.
pub(super) fn read(field: Field<'_>, problems: &mut Problems) -> Option<Spanned<Stream>> {
    let mut stream = Stream::default();
    match &field.value.node {
        Node::Map(_) => STREAM.read_map(&mut stream, field, problems),
        Node::Bool(true) => {}
        Node::Bool(false) => return None,
        _ => stream.form = problems.keep(form(field, "`events`, `lines`, or a map such as `{count: 3, for: 2s}`")),
    }
    Some(field.span().clone().with(stream))
}

fn form(field: Field<'_>, expected: &str) -> Result<StreamForm, Diagnostic> {
    match field.scalar().as_ref().map(|text| text.value.as_str()) {
        Some("events") => Ok(StreamForm::Events),
        Some("lines") => Ok(StreamForm::Lines),
        _ => Err(field.expected(expected)),
    }
}

fn count(field: Field<'_>) -> Result<Spanned<u32>, Diagnostic> {
    let expected = || field.expected("how many items: a whole number from 1");
    field.whole().ok().filter(|count: &Spanned<u32>| count.value > 0).ok_or_else(expected)
}

/// `/pattern/`, or an assertion that an item is held against.
fn until(field: Field<'_>) -> Result<Assertion, Diagnostic> {
    let span = sentence(field, "a pattern such as `/done/`, or an assertion such as `$.event == done`")?;
    if !span.text().starts_with('/') {
        return parse_assertion(&span, Format::Yaml);
    }
    Ok(Assertion {
        subject: Subject { query: field.key.span.clone().with(Query::Body), filters: Vec::new() },
        predicate: span.clone().with(Predicate::Matches(operand::pattern(field)?)),
        negated: false,
        severity: Severity::default(),
        wording: Some(format!("body matches {}", span.text()).into()),
        span,
    })
}
