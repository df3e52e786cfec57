//! Messages that are sent as they are: `raw` in YAML, `# @raw` in `.http`.

use std::borrow::Cow;

use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::spec::{Body, Request};

/// The end of a head, and of a line of it.
pub(super) const HEAD_END: &str = "\r\n\r\n";

/// A message as people type one: the lines of its head end with CRLF, and a head that
/// nothing follows ends with a blank line. A text with a CR in it says itself how its
/// lines end, and is left as it is.
pub(super) fn with_line_ends(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        return Cow::Borrowed(text);
    }
    let lines = text.trim_start_matches('\n').len();
    let above = text.len() - lines;
    Cow::Owned(match text[above..].split_once("\n\n") {
        Some((head, body)) => format!("{}{HEAD_END}{body}", text[..above + head.len()].replace('\n', "\r\n")),
        None => format!("{}{HEAD_END}", text.trim_end_matches('\n').replace('\n', "\r\n")),
    })
}

/// What a request says beside its message, and what nobody would ever see.
pub(super) fn in_vain(request: &Request) -> Option<Diagnostic> {
    let Some(Body::Message(_)) = request.body.as_deref() else { return None };
    let first = |what: &str, span: Option<&Span>| {
        let error = Diagnostic::error(format!("{what} beside a message that is sent as it is"));
        Some(error.at(span?, "").help("write it in the message"))
    };
    first("a header field", request.headers.first().map(|field| &field.name.span))
        .or_else(|| first("a parameter", request.params.first().map(|(name, _)| &name.span)))
        .or_else(|| first("a cookie", request.cookies.first().map(|(name, _)| &name.span)))
        .or_else(|| first("credentials", request.auth.as_ref().map(|auth| &auth.span)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_head_end_with_crlf_and_those_of_a_body_as_they_are_written() {
        for (text, expected) in [
            ("GET / HTTP/1.1\nHost: h\n", "GET / HTTP/1.1\r\nHost: h\r\n\r\n"),
            ("GET / HTTP/1.1", "GET / HTTP/1.1\r\n\r\n"),
            ("POST / HTTP/1.1\nA: b\n\none\n\ntwo\n", "POST / HTTP/1.1\r\nA: b\r\n\r\none\n\ntwo\n"),
            ("POST / HTTP/1.1\n\n", "POST / HTTP/1.1\r\n\r\n"),
            ("\nGET / HTTP/1.1\n", "\r\nGET / HTTP/1.1\r\n\r\n"),
            ("GET / HTTP/1.1\r\nunfinished", "GET / HTTP/1.1\r\nunfinished"),
            ("bare\rCR\n", "bare\rCR\n"),
            ("", "\r\n\r\n"),
        ] {
            assert_eq!(with_line_ends(text), expected, "{text:?}");
        }
    }
}
