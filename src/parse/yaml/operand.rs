//! What a value of a response is compared with, as YAML says it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::Regex;

use crate::diagnostic::Diagnostic;
use crate::source::Spanned;
use crate::spec::{Expected, Format, Node, Operand, Text, Value, parse_duration, parse_size};

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
    /// A time.
    Duration,
    /// A number of bytes.
    Size,
    /// Bytes.
    Bytes,
    /// A digest, written in hex.
    Digest,
}

/// Reads an operand.
pub(super) fn read(field: Field<'_>, answer: Answer) -> Result<Operand, Diagnostic> {
    let value = match &field.value.node {
        Node::Text(text) if !is_template(text) => literal(field, text, answer)?,
        Node::Number(_) if answer == Answer::Duration => {
            return Err(field.expected("a duration with its unit, such as `500ms`"));
        }
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
    let pattern = match delimited(&text.value) {
        Some((pattern, flags)) if flags.is_empty() => pattern.to_owned(),
        Some((pattern, flags)) => format!("(?{flags}){pattern}"),
        None => text.value.clone(),
    };
    match Regex::new(&pattern) {
        Ok(_) => Ok(Operand { value: Expected::Regex(pattern), span: field.span().clone() }),
        Err(error) => {
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
            Err(Diagnostic::error(format!("not a regular expression: {reason}")).at(field.span(), ""))
        }
    }
}

/// The pattern and the flags of `/re/flags`; `g`, `u` and `y` of JavaScript change nothing here.
fn delimited(text: &str) -> Option<(&str, String)> {
    let (pattern, flags) = text.strip_prefix('/')?.rsplit_once('/')?;
    let is_flag = flags.chars().all(|flag| "imsxUguy".contains(flag));
    is_flag.then(|| (pattern, flags.replace(['g', 'u', 'y'], "")))
}

fn is_template(text: &Text) -> bool {
    text.value.contains("{{") || text.value.contains("{%")
}

/// A text without templates, which the query may give a meaning of its own.
fn literal(field: Field<'_>, text: &Text, answer: Answer) -> Result<Expected, Diagnostic> {
    match answer {
        Answer::Duration => {
            let wanted = || field.expected("a duration with its unit, such as `500ms`");
            parse_duration(&text.value).map(Expected::Duration).ok_or_else(wanted)
        }
        Answer::Size => {
            let wanted = || field.expected("a size such as `512`, `10KiB` or `64MiB`");
            parse_size(&text.value).map(Expected::Size).ok_or_else(wanted)
        }
        Answer::Digest if !text.value.contains(',') => {
            hex(&text.value).map(Expected::Bytes).ok_or_else(|| field.expected("a digest in hex"))
        }
        _ => prefixed(field, text).unwrap_or_else(|| Ok(Expected::Value(field.value.clone()))),
    }
}

/// `hex,…`, `base64,…` and `file,…`, as the assertion language has them; quoted, they are texts.
fn prefixed(field: Field<'_>, text: &Text) -> Option<Result<Expected, Diagnostic>> {
    if *field.span() != text.span {
        return None;
    }
    let (prefix, rest) = text.value.split_once(',')?;
    let not = |what: &str| Diagnostic::error(format!("not {what}")).at(field.span(), "").help("quote it to say a text");
    match prefix {
        "hex" => Some(hex(rest).map(Expected::Bytes).ok_or_else(|| not("hex"))),
        "base64" => Some(STANDARD.decode(rest).map(Expected::Bytes).map_err(|_| not("base64"))),
        "file" => {
            let span = text.span.slice(prefix.len() + 1..text.value.len());
            let path = Spanned { value: rest.to_owned(), span };
            Some(Ok(Expected::File(Text::new(path, Format::Yaml))))
        }
        _ => None,
    }
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect())
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
