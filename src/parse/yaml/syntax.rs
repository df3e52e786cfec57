//! What the YAML parser says is wrong, as diagnostics.

use granit_parser::{ErrorKind, ScanError};

use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// An error of the parser at the character of a place that it stumbled over, and where
/// what is wrong most likely began.
pub(super) fn diagnose(place: &Span, error: &ScanError) -> Diagnostic {
    let kind = error.kind();
    let offset = error.marker().byte_offset().unwrap_or(place.text().len());
    let before = &place.text()[..place.text().floor_char_boundary(offset)];
    let at = if is_of_tab(kind) { tab(place.text(), before.len()).unwrap_or(offset) } else { offset };
    let is_json = place.source().path().extension().is_some_and(|extension| extension == "json");
    let language = if is_json { "JSON" } else { "YAML" };
    let diagnostic = Diagnostic::error(format!("not {language}: {}", message(kind))).at(&character(place, at), "");
    let diagnostic = match beginning(kind, before) {
        Some(start) => diagnostic.at(&place.slice(start..start + 1), "possibly unclosed"),
        None => diagnostic,
    };
    match help(kind, before) {
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

fn is_of_tab(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::TabInIndentation
            | ErrorKind::TabInBlockIndentation
            | ErrorKind::TabNotAllowed
            | ErrorKind::TabInPlainScalar
            | ErrorKind::TabAtBlockScalarStart
    )
}

/// The first tab on the line of an offset, or else after it.
fn tab(text: &str, offset: usize) -> Option<usize> {
    let line = text[..offset].rfind('\n').map_or(0, |end| end + 1);
    text[line..].find('\t').map(|at| line + at)
}

/// Where a quote or a bracket was opened that the parser misses the end of.
fn beginning(kind: &ErrorKind, before: &str) -> Option<usize> {
    match kind {
        ErrorKind::InvalidQuotedScalarIndent | ErrorKind::UnclosedQuotedScalar => {
            let opens = |&at: &usize| at == 0 || before[..at].ends_with([' ', '\t', '\n', '[', '{', ',', ':']);
            before.rmatch_indices(['"', '\'']).map(|(at, _)| at).find(opens)
        }
        ErrorKind::InvalidColonPlacement
        | ErrorKind::ExpectedFlowSequenceSeparator
        | ErrorKind::ExpectedFlowMappingSeparator => open_bracket(before),
        _ => None,
    }
}

/// The last bracket of a text that nothing in it closes.
fn open_bracket(before: &str) -> Option<usize> {
    let mut closed = 0_usize;
    for (at, byte) in before.bytes().enumerate().rev() {
        match byte {
            b']' | b'}' => closed += 1,
            b'[' | b'{' if closed == 0 => return Some(at),
            b'[' | b'{' => closed -= 1,
            _ => {}
        }
    }
    None
}

fn message(kind: &ErrorKind) -> String {
    match kind {
        ErrorKind::MappingValueNotAllowed => "a `:` where no key can be".to_owned(),
        kind if is_of_tab(kind) => "a tab in the indentation".to_owned(),
        ErrorKind::InvalidQuotedScalarIndent => "a quoted text goes on at the left edge".to_owned(),
        ErrorKind::InvalidColonPlacement => "a `:` where none can be".to_owned(),
        ErrorKind::UnknownQuotedScalarEscape => "an unknown escape in double quotes".to_owned(),
        ErrorKind::ExpectedDocumentStart => "more text after the end of the document".to_owned(),
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => format!("`{open}` is closed by `{close}`"),
        ErrorKind::UnclosedFlowCollection { open } => format!("`{open}` is not closed"),
        ErrorKind::UnclosedQuotedScalar => "a quote is not closed".to_owned(),
        ErrorKind::SimpleKeyExpected => "a line that is no `key: value`".to_owned(),
        ErrorKind::ExpectedBlockSequenceEntry => "a line between the items of a list that is none".to_owned(),
        ErrorKind::ExpectedBlockMappingKey => "a line between the keys of a map that is none".to_owned(),
        ErrorKind::InvalidIndentation => "an indentation that no line above has".to_owned(),
        ErrorKind::ExpectedFlowSequenceSeparator => "a list in brackets lacks a `,` or its `]`".to_owned(),
        ErrorKind::ExpectedFlowMappingSeparator => "a map in braces lacks a `,` or its `}`".to_owned(),
        ErrorKind::UnexpectedCharacter { character } => {
            format!("unexpected character `{}`", character.escape_debug())
        }
        kind => kind.to_string(),
    }
}

fn help(kind: &ErrorKind, before: &str) -> Option<&'static str> {
    let line = before.lines().next_back().unwrap_or_default();
    match kind {
        kind if is_of_tab(kind) => Some("indent with spaces"),
        ErrorKind::MappingValueNotAllowed if !line.contains(": ") => Some("the line above perhaps lacks its `: `"),
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidMappingValueWhitespace => {
            Some("put quotes around a text that holds `: `")
        }
        ErrorKind::SimpleKeyExpected => Some("write a colon and a space after the key"),
        ErrorKind::ExpectedBlockSequenceEntry | ErrorKind::ExpectedBlockMappingKey | ErrorKind::InvalidIndentation => {
            Some("give the line the indentation of those that it belongs to")
        }
        ErrorKind::UnexpectedCharacter { .. } | ErrorKind::FlowMappingValueAdjacentCollection => {
            Some("put quotes around a text that begins with a character that YAML uses itself, such as `{{`")
        }
        ErrorKind::UnknownQuotedScalarEscape => Some("use single quotes where a backslash is meant as it is"),
        _ => None,
    }
}
