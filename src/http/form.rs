//! Names and values, encoded as a query and the body of a form carry them.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

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
