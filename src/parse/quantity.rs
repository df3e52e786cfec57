//! Lengths of time and sizes, as settings of both formats write them.

use std::time::Duration;

use crate::diagnostic::Diagnostic;
use crate::source::{Span, Spanned};
use crate::spec::{parse_bytes, parse_milliseconds, parse_seconds};

/// Reads `5`, `1.5s`, `500ms`, `2 m`; a number alone is seconds.
///
/// # Errors
/// If it is something else.
pub(super) fn duration(text: &str, span: &Span) -> Result<Spanned<Duration>, Diagnostic> {
    let help = "write a number of seconds, or one with a unit: `500ms`, `2s`, `1m`";
    read(parse_seconds(text), text, span, "duration", help)
}

/// Reads `500`, `1.5s`, `2 m`; a number alone is milliseconds.
///
/// # Errors
/// If it is something else.
pub(super) fn milliseconds(text: &str, span: &Span) -> Result<Spanned<Duration>, Diagnostic> {
    let help = "write a number of milliseconds, or one with a unit: `500ms`, `2s`, `1m`";
    read(parse_milliseconds(text), text, span, "duration", help)
}

/// Reads `512`, `10KiB`, `1MB`; a number alone is bytes.
///
/// # Errors
/// If it is something else.
pub(super) fn size(text: &str, span: &Span) -> Result<Spanned<u64>, Diagnostic> {
    read(parse_bytes(text), text, span, "size", "write a number of bytes, or one with a unit: `10KiB`, `1MB`")
}

fn read<T>(parsed: Option<T>, text: &str, span: &Span, what: &str, help: &str) -> Result<Spanned<T>, Diagnostic> {
    let wrong = || Diagnostic::error(format!("`{text}` is not a {what}")).at(span, "").help(help);
    parsed.map(|value| span.clone().with(value)).ok_or_else(wrong)
}
