//! `expect` and `capture`: what must hold of a response, and what is taken from it.

use crate::diagnostic::Diagnostic;
use crate::http::Phase;
use crate::parse::assertion::check_types;
use crate::parse::{assertion, is_must, parse_assertion, parse_kept, parse_subject};
use crate::source::{Span, Spanned};
use crate::spec::{Assertion, Capture, Format, Node, Operand, Query, RequestPart, Severity, Subject, Text};

use super::Field;
use super::operand::{self, Answer};
use super::predicate::{self, Demand};
use super::table::{Problems, Table, key, unknown_key};

/// What a capture takes, in the words of messages.
const QUERY: &str = "a query such as `body $.id`";

type Assertions = Vec<Assertion>;

/// The keys of `expect`.
const EXPECT: Table<Assertions> = Table(&[
    key("status", |all, field, problems| add(all, Query::Status, Answer::Status, field, problems)),
    key("version", |all, field, problems| add(all, Query::Version, Answer::Text, field, problems)),
    key("reason", |all, field, problems| add(all, Query::Reason, Answer::Text, field, problems)),
    key("url", |all, field, problems| add(all, Query::Url, Answer::Text, field, problems)),
    key("headers", |all, field, problems| add_each(all, header, field, problems)),
    key("cookies", |all, field, problems| add_each(all, cookie, field, problems)),
    key("links", |all, field, problems| add_each(all, link, field, problems)),
    key("certificate", |all, field, problems| add_each(all, certificate, field, problems)),
    key("json", json),
    key("xpath", |all, field, problems| add_each(all, xpath, field, problems)),
    key("body", |all, field, problems| add(all, Query::Body, Answer::Text, field, problems)),
    key("text", |all, field, problems| add(all, Query::Body, Answer::Text, field, problems)),
    key("bytes", |all, field, problems| add(all, Query::Bytes, Answer::Bytes, field, problems)),
    key("rawbytes", |all, field, problems| add(all, Query::RawBytes, Answer::Bytes, field, problems)),
    key("size", |all, field, problems| add(all, Query::Size, Answer::Size, field, problems)),
    key("sha256", |all, field, problems| add(all, Query::Sha256, Answer::Digest(32), field, problems)),
    key("sha512", |all, field, problems| add(all, Query::Sha512, Answer::Digest(64), field, problems)),
    key("md5", |all, field, problems| add(all, Query::Md5, Answer::Digest(16), field, problems)),
    key("duration", |all, field, problems| add(all, Query::Duration(Phase::Total), Answer::Duration, field, problems)),
    key("redirects", |all, field, problems| add(all, Query::Redirects, Answer::Json, field, problems)),
    key("variables", |all, field, problems| add_each(all, variable, field, problems)),
    key("schema", |all, field, problems| add_of_body(all, predicate::schema(field), field, problems)),
    key("snapshot", |all, field, problems| add_of_body(all, predicate::snapshot(field), field, problems)),
    key("assert", assert),
    key("ip", |all, field, problems| add(all, Query::Ip, Answer::Text, field, problems)),
    key("request", |all, field, problems| REQUEST.read_map(all, field, problems)),
    key("must", |all, field, problems| graded(all, Severity::Must, field, problems)),
    key("warn", |all, field, problems| graded(all, Severity::Warn, field, problems)),
]);

/// What can be expected of the request as it was sent.
const REQUEST: Table<Assertions> = Table(&[
    key("method", |all, field, problems| add_sent(all, RequestPart::Method, field, problems)),
    key("url", |all, field, problems| add_sent(all, RequestPart::Url, field, problems)),
    key("headers", |all, field, problems| add_each(all, sent_header, field, problems)),
    key("body", |all, field, problems| add_sent(all, RequestPart::Body, field, problems)),
]);

/// Reads `expect:`.
pub(super) fn read(field: Field<'_>, problems: &mut Problems) -> Assertions {
    let mut assertions = Vec::new();
    if let Node::Number(_) = field.value.node {
        problems.push(field.expected("a map").help(format!("write `{{status: {}}}`", field.span().text())));
        return assertions;
    }
    read_map(&mut assertions, field, problems);
    assertions.shrink_to_fit();
    assertions
}

/// Reads a map whose keys are those of `expect`, or queries of the assertion language.
fn read_map(all: &mut Assertions, field: Field<'_>, problems: &mut Problems) {
    for entry in problems.keep(field.entries()).into_iter().flatten() {
        if EXPECT.read(all, entry, problems) {
            continue;
        }
        if is_query(entry.key) {
            add_query(all, entry, problems);
        } else {
            problems.push(unknown_key(entry.key, EXPECT.names()));
        }
    }
}

/// Adds what must hold of the answer to a query that has no argument.
fn add(all: &mut Assertions, query: Query, answer: Answer, field: Field<'_>, problems: &mut Problems) {
    let text = match query {
        Query::Body => "body",
        _ => field.key.value.as_str(),
    };
    demand(all, query, text, answer, field, problems);
}

/// Whether a key that has no name here is a query of the assertion language: `$.tags | count`,
/// `header set-cookie | count`.
fn is_query(key: &Text) -> bool {
    key.value.starts_with(['$', '/']) || key.value.contains([' ', '|'])
}

/// Adds what must hold of the answer to a query that is written out.
fn add_query(all: &mut Assertions, field: Field<'_>, problems: &mut Problems) {
    let subject = key_span(field.key).and_then(|span| parse_subject(&span, Format::Yaml));
    if let Some(subject) = problems.keep(subject) {
        let answer = Answer::of(&subject);
        demand_of(all, &subject, &field.key.value, answer, field, problems);
    }
}

fn key_span(key: &Text) -> Result<Span, Diagnostic> {
    if key.is_verbatim() {
        return Ok(key.span.clone());
    }
    let problem = Diagnostic::error("a query is written on one line, without escapes").at(&key.span, "");
    Err(problem.help("use single quotes where it holds `\"`, `: ` or ` #`"))
}

fn add_sent(all: &mut Assertions, part: RequestPart, field: Field<'_>, problems: &mut Problems) {
    let text = format!("request {}", field.key.value);
    demand(all, Query::Request(part), &text, Answer::Text, field, problems);
}

/// A query with an argument: what it asks, how the language writes it, what it answers with.
type Lookup = fn(&Text) -> Result<(Query, String, Answer), Diagnostic>;

fn header(name: &Text) -> Result<(Query, String, Answer), Diagnostic> {
    name_alone(name, "header")?;
    Ok((Query::Header(name.clone()), format!("header {}", name.value), Answer::Text))
}

fn sent_header(name: &Text) -> Result<(Query, String, Answer), Diagnostic> {
    let query = Query::Request(RequestPart::Header(name.clone()));
    Ok((query, format!("request header {}", name.value), Answer::Text))
}

fn link(relation: &Text) -> Result<(Query, String, Answer), Diagnostic> {
    name_alone(relation, "link")?;
    Ok((Query::Link(relation.clone()), format!("link {}", relation.value), Answer::Text))
}

fn certificate(field: &Text) -> Result<(Query, String, Answer), Diagnostic> {
    Ok((assertion::certificate(field)?, format!("certificate {}", field.value), Answer::Text))
}

fn variable(name: &Text) -> Result<(Query, String, Answer), Diagnostic> {
    name_alone(name, "variable")?;
    Ok((Query::Variable(name.clone()), format!("variable {}", name.value), Answer::Json))
}

fn json_path(path: &Text) -> Result<(Query, String, Answer), Diagnostic> {
    let path = assertion::json_path(path.clone())?;
    let text = format!("body {}", path.value);
    Ok((Query::JsonPath(path), text, Answer::Json))
}

fn xpath(expression: &Text) -> Result<(Query, String, Answer), Diagnostic> {
    Ok((Query::XPath(expression.clone()), format!("xpath {}", expression.value), Answer::Scalar))
}

/// `session`, or `session[HttpOnly]`.
fn cookie(key: &Text) -> Result<(Query, String, Answer), Diagnostic> {
    name_alone(key, "cookie")?;
    let cookie = assertion::cookie(key.clone())?;
    let answer = Answer::of_cookie(&cookie);
    Ok((Query::Cookie(Box::new(cookie)), format!("cookie {}", key.value), answer))
}

/// `json: {$.id: 7}`, and `json: {equals: {…}}` for the whole body.
fn json(all: &mut Assertions, field: Field<'_>, problems: &mut Problems) {
    let entries = problems.keep(field.entries()).into_iter().flatten();
    let (mut of_body, paths): (Vec<_>, Vec<_>) = entries.partition(|entry| predicate::compares_json(&entry.key.value));
    if !of_body.is_empty() {
        let subject = Subject { query: field.key.span.clone().with(Query::Body), filters: Vec::new() };
        let demands = predicate::read_entries(&mut of_body, Answer::Json, problems);
        all.extend(demands.into_iter().map(|demand| assertion_of(&subject, "body", demand)));
    }
    for entry in paths {
        match has_filters(entry.key) {
            true => add_query(all, entry, problems),
            false => add_entries(all, json_path, [entry], problems),
        }
    }
}

/// Whether filters stand behind a JSONPath: `$.tags | count`. Within it, `|` stands in brackets alone.
fn has_filters(key: &Text) -> bool {
    let mut depth = 0usize;
    key.value.starts_with('$')
        && key.value.bytes().any(|byte| {
            match byte {
                b'[' => depth += 1,
                b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            byte == b'|' && depth == 0
        })
}

/// Refuses a name with filters behind it, which would be looked for as a whole.
fn name_alone(name: &Text, query: &str) -> Result<(), Diagnostic> {
    if !name.value.contains(" | ") {
        return Ok(());
    }
    let problem = Diagnostic::error(format!("`{}` is a name with filters", name.value)).at(&name.span, "");
    Err(problem.help(format!("write the whole query as a key of `expect`: `{query} {}`", name.value)))
}

/// Adds what must hold of the answers to a query, one for each entry of a map.
fn add_each(all: &mut Assertions, lookup: Lookup, field: Field<'_>, problems: &mut Problems) {
    let entries = problems.keep(field.entries()).into_iter().flatten();
    add_entries(all, lookup, entries, problems);
}

fn add_entries<'a>(
    all: &mut Assertions,
    lookup: Lookup,
    entries: impl IntoIterator<Item = Field<'a>>,
    problems: &mut Problems,
) {
    for entry in entries {
        if let Some((query, text, answer)) = problems.keep(lookup(entry.key)) {
            demand(all, query, &text, answer, entry, problems);
        }
    }
}

/// Adds what must hold of the answer to a query that reports show as given.
pub(super) fn demand(
    all: &mut Assertions,
    query: Query,
    text: &str,
    answer: Answer,
    field: Field<'_>,
    problems: &mut Problems,
) {
    let subject = Subject { query: field.key.span.clone().with(query), filters: Vec::new() };
    demand_of(all, &subject, text, answer, field, problems);
}

fn demand_of(
    all: &mut Assertions,
    subject: &Subject,
    text: &str,
    answer: Answer,
    field: Field<'_>,
    problems: &mut Problems,
) {
    let demands = predicate::read(field, answer, problems);
    let checked = |demand: &Demand| problems.keep(check_types(subject, &demand.predicate.value)).is_some();
    let demands: Vec<Demand> = demands.into_iter().filter(checked).collect();
    all.extend(demands.into_iter().map(|demand| assertion_of(subject, text, demand)));
}

fn assertion_of(subject: &Subject, text: &str, demand: Demand) -> Assertion {
    Assertion {
        subject: subject.clone(),
        span: demand.predicate.span.clone(),
        predicate: demand.predicate,
        negated: demand.negated,
        severity: Severity::default(),
        wording: Some(format!("{text} {}", demand.text).into()),
    }
}

/// Adds what must hold of the body as a whole.
fn add_of_body(all: &mut Assertions, demand: Result<Demand, Diagnostic>, field: Field<'_>, problems: &mut Problems) {
    let demand = problems.keep(demand);
    let subject = Subject { query: field.key.span.clone().with(Query::Body), filters: Vec::new() };
    all.extend(demand.map(|demand| assertion_of(&subject, "body", demand)));
}

/// `assert:` one text, or a list of them, in the assertion language.
fn assert(all: &mut Assertions, field: Field<'_>, problems: &mut Problems) {
    for item in field.one_or_more() {
        let assertion = sentence(item, "an assertion").and_then(|span| parse_assertion(&span, item.key.format));
        all.extend(problems.keep(assertion));
    }
}

/// What of a request's `expect` must hold, also where that cannot be read.
pub(super) fn must(request: Field<'_>) -> Option<Span> {
    let expect = request.entries().into_iter().flatten().find(|field| field.key.value == "expect")?;
    expect.entries().into_iter().flatten().find_map(|field| match &*field.key.value {
        "must" => Some(field.key.span.clone()),
        "assert" => {
            let mut items = field.one_or_more().filter_map(|item| sentence(item, "an assertion").ok());
            items.find(|item| is_must(item, field.key.format))
        }
        _ => None,
    })
}

/// Adds what is of a severity: a map as `expect` is one, or texts as in `assert`.
fn graded(all: &mut Assertions, severity: Severity, field: Field<'_>, problems: &mut Problems) {
    let mut assertions = Vec::new();
    match &field.value.node {
        Node::Map(_) => read_map(&mut assertions, field, problems),
        _ => assert(&mut assertions, field, problems),
    }
    for assertion in assertions {
        match assertion.severity {
            Severity::Fail => all.push(assertion.graded(severity)),
            within => problems.push(
                Diagnostic::error(format!("`{}` stands within `{}`", within.as_str(), severity.as_str()))
                    .at(&assertion.span, "")
                    .help("an assertion has one of them"),
            ),
        }
    }
}

/// Reads `capture:`.
pub(super) fn captures(field: Field<'_>, problems: &mut Problems) -> Vec<Capture> {
    let entries = problems.keep(field.entries()).into_iter().flatten();
    entries.filter_map(|entry| capture(entry, problems)).collect()
}

/// What a capture is written as, where it is a map.
#[derive(Default)]
struct CaptureDraft {
    from: Option<Subject>,
    default: Option<Operand>,
    redact: Option<Spanned<bool>>,
}

const CAPTURE: Table<CaptureDraft> = Table(&[
    key("from", |capture, field, problems| capture.from = problems.keep(subject(field))),
    key("default", |capture, field, problems| capture.default = problems.keep(operand::read(field, Answer::Json))),
    key("redact", |capture, field, problems| capture.redact = problems.keep(field.boolean())),
]);

/// Reads `body $.id`, or `{from: body $.id, default: 1, redact: true}`.
fn capture(field: Field<'_>, problems: &mut Problems) -> Option<Capture> {
    let name = Spanned { value: field.key.value.clone(), span: field.key.span.clone() };
    let span = field.key.span.to(field.span());
    if !matches!(field.value.node, Node::Map(_)) {
        let written = sentence(field, QUERY).and_then(|span| parse_kept(name, &span, field.key.format));
        return problems.keep(written).map(|capture| Capture { span, ..capture });
    }
    let mut draft = CaptureDraft::default();
    CAPTURE.read_map(&mut draft, field, problems);
    field.require("from", problems);
    let is_secret = draft.redact.is_some_and(|redact| redact.value);
    Some(Capture { name, subject: draft.from?, default: draft.default, is_secret, span })
}

fn subject(field: Field<'_>) -> Result<Subject, Diagnostic> {
    parse_subject(&sentence(field, QUERY)?, field.key.format)
}

/// The place of a text in the assertion language, which is read as it stands there.
pub(super) fn sentence(field: Field<'_>, wanted: &str) -> Result<Span, Diagnostic> {
    match &field.value.node {
        Node::Text(text) if text.is_verbatim() => Ok(text.span.clone()),
        Node::Text(_) => {
            let problem = Diagnostic::error(format!("{wanted} is written on one line, without escapes"));
            Err(problem.at(field.span(), "").help("use single quotes where it holds `\"`, `: ` or ` #`"))
        }
        _ => Err(field.expected(wanted)),
    }
}
