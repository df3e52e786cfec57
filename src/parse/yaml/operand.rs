//! What a value of a response is compared with, as YAML says it.

use regex::Regex;

use crate::diagnostic::Diagnostic;
use crate::parse::{assertion, parse_operand};
use crate::spec::{Cookie, Expected, Node, Operand, Query, Subject, Text, Value, parse_duration, parse_size};

use super::Field;

/// What a query answers with, and so what its operands can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// A status code.
    Status,
    /// A text: what a header field is compared with is a text, also where it looks like a number.
    Text,
    /// Any JSON value.
    Json,
    /// What an XPath or an attribute of a cookie gives: texts, numbers and truths, but never null.
    Scalar,
    /// A time.
    Duration,
    /// A number of bytes.
    Size,
    /// Bytes.
    Bytes,
    /// A digest of so many bytes.
    Digest(usize),
}

impl Answer {
    /// What a query and its filters answer with.
    pub(super) fn of(subject: &Subject) -> Self {
        match &subject.query.value {
            _ if !subject.filters.is_empty() => Self::Json,
            Query::Status => Self::Status,
            Query::Version
            | Query::Reason
            | Query::Url
            | Query::Header(_)
            | Query::Link(_)
            | Query::Certificate(_)
            | Query::Body
            | Query::Regex(_)
            | Query::Ip
            | Query::Request(_) => Self::Text,
            Query::JsonPath(_) | Query::Redirects | Query::Variable(_) | Query::JavaScript(_) => Self::Json,
            Query::Cookie(cookie) => Self::of_cookie(cookie),
            Query::XPath(_) => Self::Scalar,
            Query::Bytes | Query::RawBytes => Self::Bytes,
            Query::Size => Self::Size,
            Query::Sha256 => Self::Digest(32),
            Query::Sha512 => Self::Digest(64),
            Query::Md5 => Self::Digest(16),
            Query::Duration(_) | Query::Percentile(..) => Self::Duration,
        }
    }

    /// A cookie is a text; of its attributes some are numbers, and some are only there.
    pub(super) fn of_cookie(cookie: &Cookie) -> Self {
        if cookie.attribute.is_some() { Self::Scalar } else { Self::Text }
    }
}

/// Reads an operand.
pub(super) fn read(field: Field<'_>, answer: Answer) -> Result<Operand, Diagnostic> {
    let value = match &field.value.node {
        Node::Text(text) if !is_template(text) => literal(field, text, answer)?,
        _ => Expected::Value(field.value.clone()),
    };
    Ok(Operand { value, span: field.span().clone() })
}

/// Reads a plain value that a text is to be equal to: a scalar is a text as it is written.
pub(super) fn as_text(field: Field<'_>) -> Result<Operand, Diagnostic> {
    let operand = read(field, Answer::Text)?;
    let Some(text) = field.scalar().filter(|_| matches!(operand.value, Expected::Value(_))) else {
        return Ok(operand);
    };
    let value = Value { node: Node::Text(text), span: field.span().clone() };
    Ok(Operand { value: Expected::Value(value), span: operand.span })
}

/// Reads `^re$` or `/re/flags`.
pub(super) fn pattern(field: Field<'_>) -> Result<Operand, Diagnostic> {
    let text = field.text()?;
    if is_template(&text) {
        return read(field, Answer::Text);
    }
    let pattern = delimited(&text)?.unwrap_or_else(|| text.value.clone());
    match Regex::new(&pattern) {
        Ok(_) => Ok(Operand { value: Expected::Regex(pattern), span: field.span().clone() }),
        Err(error) => {
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
            Err(Diagnostic::error(format!("not a regular expression: {reason}")).at(field.span(), ""))
        }
    }
}

/// The pattern of `/re/flags`, flags written into it.
fn delimited(text: &Text) -> Result<Option<String>, Diagnostic> {
    let parts = text.value.strip_prefix('/').and_then(|rest| rest.rsplit_once('/'));
    let is_word = |flags: &str| flags.bytes().all(|byte| byte.is_ascii_alphabetic());
    let Some((pattern, flags)) = parts.filter(|(_, flags)| is_word(flags)) else { return Ok(None) };
    let end = text.value.len();
    let place = if text.is_verbatim() { text.span.slice(end - flags.len()..end) } else { text.span.clone() };
    let flags = assertion::inline_flags(flags, &place)?;
    Ok(Some(format!("{flags}{pattern}")))
}

fn is_template(text: &Text) -> bool {
    text.value.contains("{{") || text.value.contains("{%")
}

/// A text without templates, which the query may give a meaning of its own.
fn literal(field: Field<'_>, text: &Text, answer: Answer) -> Result<Expected, Diagnostic> {
    match answer {
        Answer::Duration => {
            let wanted = || field.expected("a duration such as `500ms`, or a number of milliseconds");
            parse_duration(&text.value).map(Expected::Duration).ok_or_else(wanted)
        }
        Answer::Size => {
            let wanted = || field.expected("a size such as `512`, `10KiB` or `64MiB`");
            parse_size(&text.value).map(Expected::Size).ok_or_else(wanted)
        }
        Answer::Digest(length) if !text.value.contains(',') => assertion::digest(text, length).map(Expected::Bytes),
        _ => prefixed(text).unwrap_or_else(|| Ok(Expected::Value(field.value.clone()))),
    }
}

/// `hex,…`, `base64,…` and `file,…`, as the assertion language has them, on one line. Quotes
/// change nothing: YAML takes what they hold for the same.
fn prefixed(text: &Text) -> Option<Result<Expected, Diagnostic>> {
    let prefix = prefix(text)?;
    let as_text = || format!("if a text is meant, write `\"{{{{ '{prefix},' }}}}…\"`");
    if !text.is_verbatim() {
        let message = format!("what begins with `{prefix},` is written without escapes");
        return Some(Err(Diagnostic::error(message).at(&text.span, "").help(as_text())));
    }
    let read = parse_operand(&text.span, text.format);
    Some(read.map(|operand| operand.value).map_err(|problem| problem.help(as_text())))
}

fn prefix(text: &Text) -> Option<&str> {
    let (prefix, _) = text.value.split_once(',').filter(|_| !text.value.contains('\n'))?;
    matches!(prefix, "hex" | "base64" | "file").then_some(prefix)
}

/// Checks an element of the list of `in`, in which texts are texts: bytes would never be one of them.
pub(super) fn check_element(item: Field<'_>, answer: Answer) -> Result<(), Diagnostic> {
    match &item.value.node {
        Node::Text(text) if prefix(text).is_some() && matches!(answer, Answer::Bytes | Answer::Digest(_)) => {
            let message = format!("`{}` in a list is a text", text.value);
            Err(Diagnostic::error(message).at(item.span(), "").help("write the bytes as hexadecimal digits alone"))
        }
        Node::Text(text) if prefix(text).is_some() => Ok(()),
        _ => read(item, answer).map(drop),
    }
}

/// An operand as the assertion language writes it.
pub(super) fn show(field: Field<'_>) -> String {
    match &field.value.node {
        Node::Text(text) if text.value.is_empty() || text.value.contains(char::is_whitespace) => {
            serde_json::Value::from(text.value.as_str()).to_string()
        }
        Node::Text(text) => text.value.clone(),
        Node::Bool(_) | Node::Number(_) => field.span().text().to_owned(),
        Node::List(_) if field.span().text().starts_with('[') && !field.span().text().contains('\n') => {
            field.span().text().to_owned()
        }
        Node::Null | Node::List(_) | Node::Map(_) => field.value.to_json().to_string(),
    }
}
