//! Names and values, encoded as a query and the body of a form carry them.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::url::ILLEGAL;

/// What is encoded: all but what is unreserved (RFC 3986, 2.3), as Python's `quote_plus` has
/// it, and so requests. Browsers leave `*` as it is and encode `~`.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b' ');

/// Appends `name=value`.
pub(crate) fn push_pair(text: &mut String, name: &str, value: &str) {
    push(text, name);
    text.push('=');
    push(text, value);
}

/// A space becomes `+`.
fn push(text: &mut String, part: &str) {
    for piece in utf8_percent_encode(part, RESERVED) {
        text.extend(piece.chars().map(|character| if character == ' ' { '+' } else { character }));
    }
}

/// A text of a form with what none may hold percent-encoded: `+`, `&`, `=` and what is
/// encoded already stay as they are.
pub(crate) fn encode_illegal(text: &str, space: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for (place, part) in text.split('%').enumerate() {
        if place > 0 {
            let is_encoded = part.as_bytes().get(..2).is_some_and(|code| code.iter().all(u8::is_ascii_hexdigit));
            encoded.push_str(if is_encoded { "%" } else { "%25" });
        }
        for (place, word) in part.split(' ').enumerate() {
            encoded.push_str(if place > 0 { space } else { "" });
            encoded.extend(utf8_percent_encode(word, ILLEGAL));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_what_no_form_may_hold_and_nothing_else() {
        for (text, expected) in [
            ("a=b+c&d=%20", "a=b+c&d=%20"),
            ("100% of <é>", "100%25+of+%3C%C3%A9%3E"),
            ("%", "%25"),
            ("%4", "%254"),
            ("%é1", "%25%C3%A91"),
            ("  ", "++"),
        ] {
            assert_eq!(encode_illegal(text, "+"), expected, "{text}");
        }
        assert_eq!(encode_illegal("a b", "%20"), "a%20b");
    }
}
