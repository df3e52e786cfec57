//! Where the body of a response ends, and whether another one can follow it on the same
//! connection.

use crate::http::{Error, ErrorKind, Headers, Method, Version};

use super::ResponseHead;

/// How a body is delimited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// There is none.
    Empty,
    /// By its length in bytes.
    Length(u64),
    /// By the chunked coding.
    Chunked,
    /// By the end of the connection.
    UntilClose,
}

impl Framing {
    /// The rules of RFC 9112, 6.3, in their order.
    ///
    /// # Errors
    /// If the fields that say it cannot be trusted.
    pub(super) fn of(method: &Method, head: &ResponseHead) -> Result<Self, Error> {
        if is_bodiless(method, head) {
            return Ok(Self::Empty);
        }
        if head.headers.contains("Transfer-Encoding") {
            return transfer_coding(&head.headers);
        }
        Ok(content_length(&head.headers)?.map_or(Self::UntilClose, Self::Length))
    }
}

/// > Any response to a HEAD request and any response with a 1xx (Informational), 204 (No
/// > Content), or 304 (Not Modified) status code is always terminated by the first empty
/// > line after the header fields. [...] Any 2xx (Successful) response to a CONNECT
/// > request implies that the connection will become a tunnel.
fn is_bodiless(method: &Method, head: &ResponseHead) -> bool {
    let status = head.status;
    *method == Method::HEAD
        || status.is_informational()
        || matches!(status.code(), 204 | 304)
        || is_tunnel(method, head)
}

/// Whether the connection carries something else from here on.
pub(super) fn is_tunnel(method: &Method, head: &ResponseHead) -> bool {
    head.status.code() == 101 || *method == Method::CONNECT && head.status.is_success()
}

/// Only `chunked` is understood, since no other coding was asked for with `TE`.
fn transfer_coding(headers: &Headers) -> Result<Framing, Error> {
    let value = headers.text("Transfer-Encoding").unwrap_or_default();
    let mut codings = value.split(',').map(str::trim).filter(|coding| !coding.is_empty());
    match (codings.next(), codings.next()) {
        (Some(coding), None) if coding.eq_ignore_ascii_case("chunked") => Ok(Framing::Chunked),
        _ => Err(Error::new(
            ErrorKind::TransferEncoding,
            format!("the transfer coding `{}` was not asked for: only `chunked` can be read", value.escape_debug()),
        )),
    }
}

/// The one length that all `Content-Length` fields agree on (RFC 9110, 8.6).
fn content_length(headers: &Headers) -> Result<Option<u64>, Error> {
    let mut agreed = None;
    for value in headers.get_all("Content-Length") {
        for element in value.as_bytes().split(|&byte| byte == b',') {
            let length = digits(element.trim_ascii()).ok_or_else(|| {
                Error::new(
                    ErrorKind::Protocol,
                    format!("`Content-Length: {}` is no length", value.text().escape_debug()),
                )
            })?;
            if *agreed.get_or_insert(length) != length {
                return Err(Error::new(ErrorKind::Protocol, "there are conflicting values of Content-Length"));
            }
        }
    }
    Ok(agreed)
}

fn digits(text: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(text).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?;
    text.parse().ok()
}

/// Whether the sender of a message with these fields leaves the connection open for
/// another one (RFC 9112, 9.3).
pub(crate) fn is_persistent(version: Version, headers: &Headers) -> bool {
    let has = |option| has_token(headers, "Connection", option);
    !has("close") && (version != Version::Http10 || has("keep-alive"))
}

/// Whether the comma-separated list in the fields of a name holds a word, in any case.
pub(crate) fn has_token(headers: &Headers, name: &str, token: &str) -> bool {
    headers
        .get_all(name)
        .flat_map(|value| value.as_bytes().split(|&byte| byte == b','))
        .any(|word| word.trim_ascii().eq_ignore_ascii_case(token.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Status;

    fn framing(method: &Method, status: u16, fields: &[(&str, &str)]) -> Result<Framing, Error> {
        let mut headers = Headers::new();
        for (name, value) in fields {
            headers.append(name, value).unwrap();
        }
        let status = Status::new(status).unwrap();
        Framing::of(method, &ResponseHead { version: Version::Http11, status, reason: String::new(), headers })
    }

    #[test]
    fn follows_the_rules_in_their_order() {
        let length = ("Content-Length", "5");
        let chunked = ("Transfer-Encoding", "Chunked");
        for (method, status, fields, expected) in [
            (&Method::HEAD, 200, &[length][..], Framing::Empty),
            (&Method::HEAD, 200, &[chunked], Framing::Empty),
            (&Method::GET, 204, &[chunked], Framing::Empty),
            (&Method::GET, 304, &[length], Framing::Empty),
            (&Method::CONNECT, 200, &[length], Framing::Empty),
            (&Method::CONNECT, 407, &[length], Framing::Length(5)),
            (&Method::GET, 205, &[length], Framing::Length(5)),
            (&Method::GET, 200, &[length, length], Framing::Length(5)),
            (&Method::GET, 200, &[("Content-Length", "5, 05")], Framing::Length(5)),
            (&Method::GET, 200, &[length, chunked], Framing::Chunked),
            (&Method::GET, 200, &[], Framing::UntilClose),
        ] {
            assert_eq!(framing(method, status, fields).unwrap(), expected, "{method} {status} {fields:?}");
        }
    }

    #[test]
    fn refuses_lengths_and_codings_that_cannot_be_trusted() {
        for length in ["-5", "abc", "", "+5", "1_0", "5 5", "5,", "5, 6", "18446744073709551616", "0x5"] {
            assert!(framing(&Method::GET, 200, &[("Content-Length", length)]).is_err(), "{length:?}");
        }
        for coding in ["gzip", "chunked, gzip", "chunked, chunked", "gzip, chunked", "identity", "", "chunked;q=1"] {
            assert!(framing(&Method::GET, 200, &[("Transfer-Encoding", coding)]).is_err(), "{coding:?}");
        }
        assert!(framing(&Method::GET, 200, &[("Content-Length", "5"), ("Content-Length", "6")]).is_err());
    }

    #[test]
    fn tells_whether_the_connection_stays() {
        for (version, connection, expected) in [
            (Version::Http11, "", true),
            (Version::Http11, "Close", false),
            (Version::Http11, "x, close", false),
            (Version::Http10, "", false),
            (Version::Http10, "Keep-Alive", true),
            (Version::Http10, "keep-alive, close", false),
        ] {
            let mut headers = Headers::new();
            headers.append("Connection", connection).unwrap();
            assert_eq!(is_persistent(version, &headers), expected, "{version} {connection}");
        }
    }
}
