//! Braces that dialects take for different things.

use crate::source::Span;
use crate::spec::{Conflict, Rule};

/// Notes what a line has in braces that is more than a name, and escapes of braces: each once.
pub(super) fn read(line: &Span, conflicts: &mut Vec<Conflict>) {
    let text = line.text();
    if let Some(at) = text.find(r"\{\{") {
        conflicts.push(Rule::BraceEscape.at(&line.slice(at..at + r"\{\{".len())));
    }
    let mut start = 0;
    while let Some(open) = text[start..].find("{{").map(|at| start + at) {
        let Some(close) = text[open..].find("}}").map(|at| open + at) else { return };
        let inner = &text[open + 2..close];
        if !is_name(inner.strip_prefix('$').unwrap_or(inner)) && !inner.trim().is_empty() {
            let place = line.slice(open..close + 2);
            conflicts.push(Rule::Reference.at(&place));
            return conflicts.extend(is_expression(inner.trim()).then(|| Rule::ExpressionLanguage.at(&place)));
        }
        start = close + 2;
    }
}

/// A name, or names with dots between; a path in a response is more.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_plain) && !is_path(text)
}

/// What is worked out, and neither looked up nor drawn.
fn is_expression(text: &str) -> bool {
    !text.starts_with(['$', '%']) && !text.bytes().all(is_plain) && !is_path(text)
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

fn is_path(text: &str) -> bool {
    ["response", "request"].iter().any(|side| text.contains(&format!(".{side}.body.")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    #[test]
    fn notes_what_is_more_than_a_name_in_braces() {
        for (text, expected) in [
            ("{{a}} {{b-c}} {{$uuid}} {{a.response.body}} {{}} {{ }} {{", None),
            ("{{a}} {{ b }} {{ c }}", Some("{{ b }}")),
            ("{{a.response.body.$.id}}", Some("{{a.response.body.$.id}}")),
            ("{{$randomInt 1 2}}", Some("{{$randomInt 1 2}}")),
        ] {
            let mut conflicts = Vec::new();
            read(&SourceFile::new("a.http", text).span(0..text.len()), &mut conflicts);
            let found = conflicts.first().map(|conflict| conflict.span.text());
            assert_eq!(found, expected, "{text}");
        }
    }
}
