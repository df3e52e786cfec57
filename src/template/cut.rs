//! Cuts a text at its `{{ … }}`, by the rules of its format.
//!
//! Out of its scope: what stands inside of the braces, but for what tells text from template.

use std::ops::Range;

use crate::http::is_token_byte;
use crate::spec::Format;
use crate::spec::dialect::{BraceEscapes, References, Rules};

/// The most bytes that an expression in a `.http` file may have: without an end, a long
/// line that holds many `{{` would be read to its end again and again.
const LONGEST: usize = 4096;

/// A piece of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Cut {
    /// Text.
    Literal(String),
    /// What stands between `{{` and `}}`, as a byte range of the whole text.
    Live(Range<usize>),
}

/// A `{{` without its `}}`, and where it stands.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unclosed(pub(super) usize);

/// Whether nothing in a text can be a template.
pub(super) fn is_literal(text: &str, format: Format) -> bool {
    match format {
        Format::Http => !text.contains("{{") && !text.contains(r"\{\{"),
        Format::Yaml => !["{{", "{%", "{#"].iter().any(|opening| text.contains(opening)),
    }
}

/// Whether a text holds more of the template language than expressions.
pub(super) fn is_program(text: &str, format: Format) -> bool {
    format == Format::Yaml && ["{%", "{#", "{{-", "{{+", "-}}", "+}}"].iter().any(|mark| text.contains(mark))
}

/// Cuts a text into pieces, in order.
///
/// # Errors
/// In YAML, a `{{` that is not closed; in `.http` that is plain text.
pub(super) fn cut(text: &str, format: Format, rules: &Rules) -> Result<Vec<Cut>, Unclosed> {
    let mut cuts = Cuts::default();
    let mut at = 0;
    while let Some(found) = next_opening(&text[at..], format) {
        let opening = at + found;
        cuts.push_text(&text[at..opening]);
        at = match format {
            Format::Yaml => {
                let end = closing(&text[opening + 2..], format).ok_or(Unclosed(opening))?;
                cuts.push_live(opening + 2..opening + 2 + end)
            }
            Format::Http => cut_http(text, opening, rules, &mut cuts),
        };
    }
    cuts.push_text(&text[at..]);
    Ok(cuts.0)
}

/// Cuts at an opening in a `.http` text, and says where to go on.
///
/// The http specification (`variable-substitution`): brace text that does not match the
/// reference form is sent as written; `\{\{name\}\}` is an escape that yields `{{name}}`.
fn cut_http(text: &str, opening: usize, rules: &Rules, cuts: &mut Cuts) -> usize {
    let rest = &text[opening..];
    if rest.starts_with('\\') {
        return match escaped(rest, rules) {
            Some(name) => {
                cuts.push_text(&format!("{{{{{name}}}}}"));
                opening + name.len() + r"\{\{\}\}".len()
            }
            None => cuts.push_plain(text, opening, 1),
        };
    }
    if rest.starts_with("{{{") {
        return cuts.push_plain(text, opening, 1);
    }
    let (end, is_live): (_, fn(&str) -> bool) = match rules.references {
        References::Exact => (rest[2..].find("}}"), is_exact),
        References::Expression | References::Name => (closing(&rest[2..], Format::Http), may_be_live),
    };
    match end {
        Some(end) if is_live(&rest[2..2 + end]) => cuts.push_live(opening + 2..opening + 2 + end),
        _ => cuts.push_plain(text, opening, 2),
    }
}

#[derive(Default)]
struct Cuts(Vec<Cut>);

impl Cuts {
    fn push_text(&mut self, piece: &str) {
        match self.0.last_mut() {
            _ if piece.is_empty() => {}
            Some(Cut::Literal(text)) => text.push_str(piece),
            _ => self.0.push(Cut::Literal(piece.to_owned())),
        }
    }

    /// Takes bytes that open nothing as text, and says where to go on.
    fn push_plain(&mut self, text: &str, at: usize, length: usize) -> usize {
        self.push_text(&text[at..at + length]);
        at + length
    }

    /// Takes the inside of braces, and says where to go on.
    fn push_live(&mut self, inner: Range<usize>) -> usize {
        let next = inner.end + 2;
        self.0.push(Cut::Live(inner));
        next
    }
}

/// Where the next `{{` stands, or in `.http` the next escape of one.
fn next_opening(text: &str, format: Format) -> Option<usize> {
    if format == Format::Yaml {
        return text.find("{{");
    }
    let mut candidates = text.match_indices(['{', '\\']).map(|(at, _)| at);
    candidates.find(|&at| text[at..].starts_with("{{") || text[at..].starts_with(r"\{\{"))
}

/// The name in `\{\{name\}\}`.
fn escaped<'a>(text: &'a str, rules: &Rules) -> Option<&'a str> {
    let (name, _) = text.strip_prefix(r"\{\{")?.split_once(r"\}\}")?;
    let is_name = match (rules.brace_escapes, rules.references) {
        (BraceEscapes::Verbatim, _) => false,
        (BraceEscapes::Removed, References::Exact) => name.bytes().all(is_name_byte),
        (BraceEscapes::Removed, _) => name.bytes().all(|byte| is_name_byte(byte) || b".$ ".contains(&byte)),
    };
    (!name.is_empty() && is_name).then_some(name)
}

/// The http specification, `variable-definition#name-grammar`.
fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// Whether brace text has one of the forms of the http specification: a name, `$` and a
/// name, or a property of an exchange, without white space (`variable-substitution`,
/// `dynamic-variables` and `response-chaining`, each `#reference-form`).
fn is_exact(inner: &str) -> bool {
    let is_name = |text: &str| !text.is_empty() && text.bytes().all(is_name_byte);
    let mut parts = inner.splitn(4, '.');
    let (name, side, root, field) = (parts.next().unwrap_or_default(), parts.next(), parts.next(), parts.next());
    match (side, root, field) {
        (None, ..) => is_name(name.strip_prefix('$').unwrap_or(name)),
        (Some("request" | "response"), Some("headers"), Some(field)) => {
            is_name(name) && !field.is_empty() && field.bytes().all(is_token_byte)
        }
        (Some("request" | "response"), Some(root), None) => is_name(name) && is_name(root),
        _ => false,
    }
}

/// Where the `}}` stands that closes an expression. Quotes and brackets within it are
/// heeded; where they do not add up, the next `}}` closes it.
fn closing(text: &str, format: Format) -> Option<usize> {
    let within = match format {
        Format::Yaml => text,
        Format::Http => {
            let near = &text[..text.floor_char_boundary(LONGEST)];
            near.split('\n').next().unwrap_or(near)
        }
    };
    balanced_closing(within).or_else(|| within.find("}}"))
}

fn balanced_closing(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut depth, mut quote, mut at) = (0_usize, None, 0);
    while let Some(&byte) = bytes.get(at) {
        match (quote, byte) {
            (Some(_), b'\\') => at += 1,
            (Some(open), _) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'' | b'`') => quote = Some(byte),
            (None, b'{' | b'[' | b'(') => depth += 1,
            (None, b'}') if depth == 0 => return text[at..].starts_with("}}").then_some(at),
            (None, b'}' | b']' | b')') => depth = depth.checked_sub(1)?,
            _ => {}
        }
        at += 1;
    }
    None
}

/// Whether brace text in a `.http` file looks like a reference or an expression, and not
/// like a part of another language: a mustache tag, a JSON object, ….
fn may_be_live(inner: &str) -> bool {
    let code = inner.trim_start();
    // `{{{` is a brace of text before a reference; after a blank it opens a map.
    let opens_map = code.len() < inner.len() && code.starts_with('{');
    let opens = |first: char| first.is_alphanumeric() || "_$%-([\"'`".contains(first);
    (opens_map || code.starts_with(opens)) && !inner.contains("{{")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, format: Format) -> String {
        let piece = |cut: &Cut| match cut {
            Cut::Literal(literal) => literal.replace('|', "?"),
            Cut::Live(inner) => format!("<{}>", &text[inner.clone()]),
        };
        cut(text, format, <&Rules>::default()).unwrap().iter().map(piece).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn cuts_http_texts() {
        for (text, expected) in [
            ("", ""),
            ("plain", "plain"),
            ("{{a}}", "<a>"),
            ("x{{a}}y{{ b }}z", "x|<a>|y|< b >|z"),
            ("{\"a\":{{a}}}", "{\"a\":|<a>|}"),
            ("{{{a}}}", "{|<a>|}"),
            ("{{}} {{  }}", "{{}} {{  }}"),
            ("{{a", "{{a"),
            ("{{a\n}}", "{{a\n}}"),
            ("{{ {{a}}", "{{ |<a>"),
            ("{{ x {{a}}", "{{ x |<a>"),
            (r"\{\{a\}\}", "{{a}}"),
            (r"\{\{$uuid\}\} {{b}}", "{{$uuid}} |<b>"),
            (r"\{\{a}}", r"\{\{a}}"),
            (r"\{\{\}\}", r"\{\{\}\}"),
            ("{{#if}} {{/if}} {{> x}} {{! y}} {{^z}}", "{{#if}} {{/if}} {{> x}} {{! y}} {{^z}}"),
            ("{{ x | default('}}') }}", "< x | default('}}') >"),
            ("{{ don't }}", "< don't >"),
            ("{{ {'a': {'b': 1}} | tojson }}!", "< {'a': {'b': 1}} | tojson >|!"),
            ("{ {a: {{ {b} }}", "{ {a: |< {b} >"),
            ("{% if x %} {# c #}", "{% if x %} {# c #}"),
            ("{{%a}}", "<%a>"),
            ("{{`x${a}}}`}} {{é}}", "<`x${a}}}`>| |<é>"),
        ] {
            assert_eq!(shown(text, Format::Http), expected, "{text}");
        }
    }

    #[test]
    fn cuts_yaml_texts() {
        for (text, expected) in [
            ("{{ {'a': {'b': 1}} }}!", "< {'a': {'b': 1}} >|!"),
            ("{{ a\n| upper }}", "< a\n? upper >".replace('?', "|").as_str()),
            ("{{}}", "<>"),
            (r"\{\{a\}\}", r"\{\{a\}\}"),
        ] {
            assert_eq!(shown(text, Format::Yaml), expected, "{text}");
        }
        assert_eq!(cut("a {{ b", Format::Yaml, <&Rules>::default()), Err(Unclosed(2)));
    }
}
