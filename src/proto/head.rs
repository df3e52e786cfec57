//! The head of a response, and the trailers: httparse reads them, and what real servers
//! get wrong without harm is normalised on top.

use std::borrow::Cow;
use std::mem::MaybeUninit;

use crate::http::{Error, ErrorKind, Headers, Status, Version};

use super::limits::{MAX_HEAD, MAX_HEADERS};

/// The fields that fit the stack; a head with more is read a second time.
const USUAL_HEADERS: usize = 64;

/// What every response begins with, so that anything else is refused at its first byte.
const PREFIX: &[u8] = b"HTTP/1.";

/// The bytes of `HTTP/1.1 200`.
const STATUS_LENGTH: usize = 12;

/// Status line and header fields of a response (RFC 9112, 4 and 5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseHead {
    /// The protocol version: 1.0 or 1.1.
    pub version: Version,
    /// The status code.
    pub status: Status,
    /// The reason phrase as it was sent, which may be empty.
    pub reason: String,
    /// The header fields, in order.
    pub headers: Headers,
}

/// The end of the head: after the first blank line that begins at or after `from`.
pub(super) fn find_end(input: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    while let Some(found) = input[at..].iter().position(|&byte| byte == b'\n') {
        at += found + 1;
        match &input[at..] {
            [b'\n', ..] => return Some(at + 1),
            [b'\r', b'\n', ..] => return Some(at + 2),
            _ => {}
        }
    }
    None
}

/// Refuses what cannot become a response, as soon as it can be told.
pub(super) fn check_start(input: &[u8]) -> Result<(), Error> {
    let length = input.len().min(PREFIX.len());
    if input[..length] != PREFIX[..length] {
        return Err(Error::new(
            ErrorKind::StatusLine,
            format!("the response does not begin with HTTP/1.x but with {}", excerpt(input)),
        ));
    }
    if input.len() > MAX_HEAD {
        return Err(Error::new(
            ErrorKind::TooLarge,
            format!("the head of the response has more than {MAX_HEAD} bytes"),
        ));
    }
    Ok(())
}

/// Reads a head that is whole.
pub(super) fn parse_response(head: &[u8]) -> Result<ResponseHead, Error> {
    match parse_into(head, &mut [const { MaybeUninit::uninit() }; USUAL_HEADERS]) {
        Err(httparse::Error::TooManyHeaders) => parse_into(head, &mut vec![MaybeUninit::uninit(); MAX_HEADERS]),
        parsed => parsed,
    }
    .map_err(|error| explain(error, head))?
}

fn parse_into<'a>(
    head: &'a [u8],
    fields: &mut [MaybeUninit<httparse::Header<'a>>],
) -> Result<Result<ResponseHead, Error>, httparse::Error> {
    let mut response = httparse::Response::new(&mut []);
    httparse::ParserConfig::default()
        .allow_obsolete_multiline_headers_in_responses(true)
        .allow_spaces_after_header_name_in_responses(true)
        .parse_response_with_uninit_headers(&mut response, head, fields)?;
    let (Some(minor), Some(code)) = (response.version, response.code) else {
        return Err(httparse::Error::Status);
    };
    Ok(convert(head, minor, code, response.headers))
}

fn convert(head: &[u8], minor: u8, code: u16, fields: &[httparse::Header<'_>]) -> Result<ResponseHead, Error> {
    Ok(ResponseHead {
        version: if minor == 0 { Version::Http10 } else { Version::Http11 },
        status: Status::new(code).map_err(|error| Error::new(ErrorKind::StatusLine, error.to_string()))?,
        reason: reason(head),
        headers: headers(fields)?,
    })
}

/// The reason phrase in UTF-8 or Latin-1, which httparse leaves out where it is not ASCII.
fn reason(head: &[u8]) -> String {
    let line = first_line(head).get(STATUS_LENGTH..).unwrap_or_default().trim_ascii();
    match std::str::from_utf8(line) {
        Ok(text) => text.to_owned(),
        Err(_) => line.iter().map(|&byte| char::from(byte)).collect(),
    }
}

/// Reads the fields after the last chunk (RFC 9112, 7.1.2), up to their blank line.
pub(super) fn parse_trailers(section: &[u8]) -> Result<Headers, Error> {
    let mut fields = Vec::new();
    if section != b"\r\n" {
        fields.resize(MAX_HEADERS, httparse::EMPTY_HEADER);
    }
    match httparse::parse_headers(section, &mut fields) {
        Ok(httparse::Status::Complete((_, fields))) => headers(fields),
        Ok(httparse::Status::Partial) => Err(Error::new(ErrorKind::Protocol, "the trailers end within a line")),
        Err(error) => Err(explain(error, section)),
    }
}

fn headers(fields: &[httparse::Header<'_>]) -> Result<Headers, Error> {
    let mut headers = Headers::new();
    for field in fields {
        headers
            .append(field.name, unfold(field.value))
            .map_err(|error| Error::new(ErrorKind::Protocol, error.to_string()))?;
    }
    Ok(headers)
}

/// A value on one line: each fold becomes a space.
///
/// > A user agent that receives an obs-fold in a response message [...] MUST replace each
/// > received obs-fold with one or more SP octets prior to interpreting the field value.
/// > (RFC 9112, 5.2)
fn unfold(value: &[u8]) -> Cow<'_, [u8]> {
    if !value.contains(&b'\n') {
        return Cow::Borrowed(value);
    }
    let lines = value.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    Cow::Owned(lines.collect::<Vec<_>>().join(&b' '))
}

fn explain(error: httparse::Error, section: &[u8]) -> Error {
    use httparse::Error as Fault;
    match error {
        Fault::TooManyHeaders => {
            Error::new(ErrorKind::TooLarge, format!("there are more than {MAX_HEADERS} header fields"))
        }
        Fault::Version | Fault::Status | Fault::Token => Error::new(
            ErrorKind::StatusLine,
            format!("the response begins with {} and not with a status line", excerpt(section)),
        ),
        Fault::HeaderName => Error::new(ErrorKind::Protocol, "a header line does not begin with a name and a colon"),
        Fault::HeaderValue => Error::new(ErrorKind::Protocol, "the value of a header holds a control character"),
        Fault::NewLine => Error::new(ErrorKind::Protocol, "a header line ends in CR alone"),
    }
}

/// The start of the first line, as messages show it.
fn excerpt(input: &[u8]) -> String {
    const LENGTH: usize = 40;
    let line = first_line(input);
    let end = if line.len() > LENGTH { "…" } else { "" };
    format!("`{}{end}`", line[..line.len().min(LENGTH)].escape_ascii())
}

fn first_line(input: &[u8]) -> &[u8] {
    let line = input.split(|&byte| byte == b'\n').next().unwrap_or_default();
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(head: impl AsRef<[u8]>) -> Result<ResponseHead, Error> {
        let head = head.as_ref();
        check_start(head)?;
        assert_eq!(find_end(head, 0), Some(head.len()), "{:?}", head.escape_ascii().to_string());
        parse_response(head)
    }

    #[test]
    fn accepts_and_normalises_what_real_servers_send() {
        for (head, name, value) in [
            ("HTTP/1.1 200 OK\r\nA: 1\r\n\r\n", "a", "1"),
            ("HTTP/1.1 200 OK\nA: 1\n\n", "a", "1"),
            ("HTTP/1.1 200\r\nA:1\r\n\r\n", "a", "1"),
            ("HTTP/1.1 600 \r\nA: 1  \r\n\r\n", "a", "1"),
            ("HTTP/1.0 200 OK\r\nA : 1\r\n\r\n", "a", "1"),
            ("HTTP/1.1 200 OK\r\nA: 1\r\n  2\r\n\t3\r\n\r\n", "a", "1 2 3"),
            ("HTTP/1.1 200 OK\r\nA:\r\n 1\r\n \r\n\r\n", "a", "1"),
            ("HTTP/1.1 200 OK\nA: 1\n 2\n\n", "a", "1 2"),
            ("HTTP/1.1 200 OK\r\nA:\r\n\r\n", "a", ""),
        ] {
            assert_eq!(parse(head).unwrap().headers.text(name).unwrap(), value, "{head:?}");
        }
        let head = parse(b"HTTP/1.1 200 Tr\xe8s bien\r\nA: caf\xe9\r\n\r\n").unwrap();
        assert_eq!((head.reason.as_str(), &*head.headers.text("a").unwrap()), ("Très bien", "café"));
    }

    #[test]
    fn refuses_what_is_ambiguous_or_no_http() {
        for head in [
            "HTTP/1.1 200 OK\r\n A: 1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
            "HTTP/1.1 200 OK\r\nA: 1\0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nA: 1\r2\r\n\r\n",
            "HTTP/1.1 200 OK\rA: 1\r\n\r\n",
            "HTTP/1.1 200 OK\r\n: 1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nA b: 1\r\n\r\n",
            "HTTP/1.1 99 No\r\n\r\n",
            "HTTP/1.1 099 No\r\n\r\n",
            "HTTP/1.1 1000 No\r\n\r\n",
            "HTTP/1.1 2xx No\r\n\r\n",
            "HTTP/1.1 -200 No\r\n\r\n",
            "HTTP/1.1\r\n\r\n",
            "HTTP/1.2 200 OK\r\n\r\n",
            "HTTP/2.0 200 OK\r\n\r\n",
            "http/1.1 200 OK\r\n\r\n",
            "ICY 200 OK\r\n\r\n",
            "<html>\r\n\r\n",
            "\r\nHTTP/1.1 200 OK\r\n\r\n",
        ] {
            let kind = parse(head).unwrap_err().kind();
            assert!(matches!(kind, ErrorKind::StatusLine | ErrorKind::Protocol), "{head:?}: {kind:?}");
        }
    }

    #[test]
    fn limits_the_fields() {
        let head = |count: usize| format!("HTTP/1.1 200 OK\r\n{}\r\n", "A: 1\r\n".repeat(count));
        assert_eq!(parse(head(300)).unwrap().headers.len(), 300);
        assert_eq!(parse(head(MAX_HEADERS)).unwrap().headers.len(), MAX_HEADERS);
        assert_eq!(parse(head(MAX_HEADERS + 1)).unwrap_err().kind(), ErrorKind::TooLarge);
    }
}
