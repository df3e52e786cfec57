//! What the YAML parser says is wrong, as diagnostics.

use granit_parser::{ErrorKind, ScanError};

use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// An error of the parser at the character of a place that it stumbled over.
pub(super) fn diagnose(place: &Span, error: &ScanError) -> Diagnostic {
    let offset = error.marker().byte_offset().unwrap_or(place.text().len());
    let diagnostic =
        Diagnostic::error(format!("not YAML: {}", message(error.kind()))).at(&character(place, offset), "");
    match help(error.kind()) {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// The character at an offset; nothing at the end of the text.
fn character(place: &Span, offset: usize) -> Span {
    let text = place.text();
    let start = text.floor_char_boundary(offset);
    let length = text[start..].chars().next().filter(|character| *character != '\n').map_or(0, char::len_utf8);
    place.slice(start..start + length)
}

fn message(kind: &ErrorKind) -> String {
    match kind {
        ErrorKind::MappingValueNotAllowed => "a `:` where no key can be".to_owned(),
        ErrorKind::TabInBlockIndentation | ErrorKind::TabInIndentation => "a tab in the indentation".to_owned(),
        ErrorKind::InvalidQuotedScalarIndent => {
            "a quoted text goes on at the left edge; is its quote not closed?".to_owned()
        }
        ErrorKind::InvalidColonPlacement => "a `:` where none can be; is a bracket above not closed?".to_owned(),
        ErrorKind::UnknownQuotedScalarEscape => "an unknown escape in double quotes".to_owned(),
        ErrorKind::ExpectedDocumentStart => "more text after the end of the document".to_owned(),
        ErrorKind::UnclosedFlowCollection { open } => format!("`{open}` is not closed"),
        ErrorKind::UnclosedQuotedScalar => "a quote is not closed".to_owned(),
        ErrorKind::SimpleKeyExpected => "a line that is no `key: value`".to_owned(),
        ErrorKind::UnexpectedCharacter { character } => {
            format!("unexpected character `{}`", character.escape_debug())
        }
        kind => kind.to_string(),
    }
}

fn help(kind: &ErrorKind) -> Option<&'static str> {
    match kind {
        ErrorKind::TabInIndentation
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabNotAllowed
        | ErrorKind::TabAtBlockScalarStart => Some("indent with spaces"),
        ErrorKind::MappingValueNotAllowed
        | ErrorKind::InvalidColonPlacement
        | ErrorKind::InvalidMappingValueWhitespace => Some("put quotes around a text that holds `: `"),
        ErrorKind::UnexpectedCharacter { .. } | ErrorKind::FlowMappingValueAdjacentCollection => {
            Some("put quotes around a text that begins with a character that YAML uses itself, such as `{{`")
        }
        ErrorKind::UnknownQuotedScalarEscape => Some("use single quotes where a backslash is meant as it is"),
        _ => None,
    }
}
