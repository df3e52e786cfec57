//! The words of an expression (XPath 1.0, 3.7).
//!
//! Whether `*` or `div` is a name or an operator is left to the parser, which knows what
//! it waits for.

use std::ops::Range;

use super::Error;

/// Signs, the longer ones first.
const SIGNS: &[&str] =
    &["::", "//", "..", "!=", "<=", ">=", "(", ")", "[", "]", ".", "@", ",", "/", "|", "+", "-", "=", "<", ">", "*"];

/// A word, and which bytes of the text it takes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token<'t> {
    pub(super) kind: Kind<'t>,
    pub(super) place: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind<'t> {
    Sign(&'static str),
    /// A name; `*` as its local part stands for any.
    Name {
        prefix: Option<&'t str>,
        local: &'t str,
    },
    Text(&'t str),
    Number(f64),
    End,
}

/// Cuts a text into words, of which the last is the end.
///
/// # Errors
/// Where a character begins no word, or a text is not closed.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, Error> {
    let (mut tokens, mut at) = (Vec::new(), 0);
    loop {
        at = text.len() - text[at..].trim_start_matches([' ', '\t', '\r', '\n']).len();
        let (kind, length) = token(text, at)?;
        tokens.push(Token { kind, place: at..at + length });
        if kind == Kind::End {
            return Ok(tokens);
        }
        at += length;
    }
}

/// The word that begins at a place, and its length.
fn token(text: &str, at: usize) -> Result<(Kind<'_>, usize), Error> {
    let rest = &text[at..];
    let Some(first) = rest.chars().next() else { return Ok((Kind::End, 0)) };
    match first {
        '"' | '\'' => literal(rest, first, at),
        '0'..='9' => Ok(number(rest)),
        '.' if rest[1..].starts_with(|next: char| next.is_ascii_digit()) => Ok(number(rest)),
        _ if starts_name(first) => Ok(name(rest)),
        '$' => Err(Error::new("an XPath has no variables here: write `{{name}}`", at..at + 1)),
        _ => match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            Some(sign) => Ok((Kind::Sign(sign), sign.len())),
            None => Err(Error::new(format!("`{first}` has no meaning in XPath"), at..at + first.len_utf8())),
        },
    }
}

fn literal(rest: &str, quote: char, at: usize) -> Result<(Kind<'_>, usize), Error> {
    let inside = &rest[1..];
    match inside.find(quote) {
        Some(length) => Ok((Kind::Text(&inside[..length]), length + 2)),
        None => Err(Error::new("this text is not closed", at..at + rest.len())),
    }
}

/// Digits, with a dot among, before or after them.
fn number(rest: &str) -> (Kind<'_>, usize) {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(rest);
    let length = match rest[whole..].strip_prefix('.') {
        Some(fraction) => whole + 1 + digits(fraction),
        None => whole,
    };
    (Kind::Number(super::number::from_text(&rest[..length])), length)
}

/// A name with or without a prefix. A colon before another one belongs to an axis.
fn name(rest: &str) -> (Kind<'_>, usize) {
    let first = name_length(rest);
    let after = rest[first..].strip_prefix(':').filter(|after| !after.starts_with(':'));
    let second = after.map_or(0, |after| if after.starts_with('*') { 1 } else { name_length(after) });
    if second == 0 {
        return (Kind::Name { prefix: None, local: &rest[..first] }, first);
    }
    let end = first + 1 + second;
    (Kind::Name { prefix: Some(&rest[..first]), local: &rest[first + 1..end] }, end)
}

fn name_length(text: &str) -> usize {
    if !text.starts_with(starts_name) {
        return 0;
    }
    text.find(|character| !continues_name(character)).unwrap_or(text.len())
}

fn starts_name(character: char) -> bool {
    character == '_' || character.is_alphabetic()
}

fn continues_name(character: char) -> bool {
    starts_name(character)
        || character.is_numeric()
        || matches!(character, '-' | '.' | '\u{b7}' | '\u{300}'..='\u{36f}')
}
