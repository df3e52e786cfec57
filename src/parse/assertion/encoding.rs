//! Escapes in quoted texts, and bytes written as base64 or in hexadecimal.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Undoes the escapes of JSON (RFC 8259, 7); a backslash before anything else stands for itself, so that `"\d"` is a
/// pattern.
pub(super) fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        plain.push_str(&rest[..at]);
        let (character, length) = escape(&rest[at..]);
        plain.push(character);
        rest = &rest[at + length..];
    }
    plain.push_str(rest);
    plain
}

/// The character that an escape at the start of a text stands for, and the escape's length.
fn escape(text: &str) -> (char, usize) {
    match text.as_bytes().get(1) {
        Some(b'n') => ('\n', 2),
        Some(b'r') => ('\r', 2),
        Some(b't') => ('\t', 2),
        Some(b'b') => ('\u{8}', 2),
        Some(b'f') => ('\u{c}', 2),
        Some(&plain @ (b'"' | b'\'' | b'\\' | b'/')) => (char::from(plain), 2),
        Some(b'u') => unicode_escape(text).unwrap_or(('\\', 1)),
        _ => ('\\', 1),
    }
}

/// `\u00e9`, or two of them that are a surrogate pair.
fn unicode_escape(text: &str) -> Option<(char, usize)> {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
    };
    let units = [unit(0)?, unit(6).unwrap_or_default()];
    let character = char::decode_utf16(units).next()?.ok()?;
    Some((character, 6 * character.len_utf16()))
}

/// Hexadecimal in either case.
pub(super) fn decode_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
    text.as_bytes().chunks(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

/// Base64 of either alphabet, with or without padding.
pub(super) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let text = text.trim_end_matches('=');
    STANDARD_NO_PAD.decode(text).or_else(|_| URL_SAFE_NO_PAD.decode(text)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn undoes_escapes_and_leaves_other_backslashes() {
        for (text, expected) in [
            (r"a\\b\/", "a\\b/"),
            (r"\n\t\r\b\f", "\n\t\r\u{8}\u{c}"),
            (r#"\"\'"#, "\"'"),
            (r"\u00e9\ud83d\ude00", "\u{e9}\u{1f600}"),
            (r"\ud83d \u12 \d \", r"\ud83d \u12 \d \"),
        ] {
            assert_eq!(unescape(text), expected, "{text}");
        }
    }

    #[test]
    fn decodes_bytes() {
        assert_eq!(decode_hex("00fF"), Some(vec![0, 255]));
        assert_eq!(decode_hex("0"), None);
        assert_eq!(decode_hex("\u{e9}"), None);
        for text in ["_-8=", "_-8", "/+8"] {
            assert_eq!(decode_base64(text), Some(vec![255, 239]), "{text}");
        }
        assert_eq!(decode_base64("a"), None);
    }
}
