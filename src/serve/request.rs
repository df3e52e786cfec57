//! Requests: heads from bytes, strictly (RFC 9112, 3 to 6), and what handlers ask of them.

use std::borrow::Cow;
use std::net::IpAddr;

use super::problem::Problem;
use crate::http::{Headers, InvalidHeader};

/// The greatest length of a head in bytes.
pub(super) const HEAD_LIMIT: usize = 64 * 1024;

/// The greatest length of a body in bytes.
pub(super) const BODY_LIMIT: u64 = 64 * 1024 * 1024;

/// The greatest number of header fields.
const FIELD_LIMIT: usize = 128;

/// The request line, the header fields and what follows from them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// The method as it was sent.
    pub(super) method: String,
    /// Path and query as they were sent.
    pub(super) target: String,
    /// Whether the client speaks HTTP/1.0, and so reads no chunks.
    pub(super) is_http_1_0: bool,
    /// The fields as they were sent.
    pub(super) headers: Headers,
    /// How the body is delimited.
    pub(super) framing: Framing,
}

/// How a body is delimited (RFC 9112, 6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// By its length in bytes.
    Length(u64),
    /// By its last chunk.
    Chunked,
}

impl Head {
    /// Reads a head from the beginning of the bytes, and tells its length; `None`
    /// if it is not complete.
    ///
    /// # Errors
    /// If it is malformed or ambiguous.
    pub(super) fn parse(bytes: &[u8]) -> Result<Option<(Self, usize)>, Problem> {
        let mut fields = [httparse::EMPTY_HEADER; FIELD_LIMIT];
        let mut parsed = httparse::Request::new(&mut fields);
        let length = match parsed.parse(bytes) {
            Ok(httparse::Status::Complete(length)) => length,
            Ok(httparse::Status::Partial) => return Ok(None),
            Err(httparse::Error::TooManyHeaders) => return Err(Problem::new(431, "more than 128 header fields")),
            Err(error) => return Err(Problem::bad_request(format!("the request cannot be read: {error}"))),
        };
        let (Some(method), Some(target), Some(version)) = (parsed.method, parsed.path, parsed.version) else {
            return Err(Problem::bad_request("the request line is not complete"));
        };
        let is_http_1_0 = version == 0;
        let headers = collect_fields(parsed.headers)?;
        check_host(&headers, is_http_1_0)?;
        let framing = Framing::of(&headers, is_http_1_0)?;
        let target = origin_form(method, target)?.into_owned();
        Ok(Some((Self { method: method.to_owned(), target, is_http_1_0, headers, framing }, length)))
    }

    /// Whether the client is ready for a further response on this connection (RFC 9112, 9.3).
    pub(super) fn keeps_alive(&self) -> bool {
        let asks_for = |option| self.lists("Connection", option);
        if self.is_http_1_0 { asks_for("keep-alive") } else { !asks_for("close") }
    }

    /// Whether the client waits before it sends the body (RFC 9110, 10.1.1).
    ///
    /// # Errors
    /// If it expects anything else.
    pub(super) fn expects_continue(&self) -> Result<bool, Problem> {
        match self.headers.text("Expect") {
            Some(expected) if !expected.eq_ignore_ascii_case("100-continue") => {
                Err(Problem::new(417, "only 100-continue can be expected"))
            }
            expected => Ok(expected.is_some() && !self.is_http_1_0),
        }
    }

    /// Whether a comma-separated field holds a token, in any case.
    pub(super) fn lists(&self, name: &str, token: &str) -> bool {
        self.headers
            .get_all(name)
            .any(|value| value.text().split(',').any(|item| item.trim().eq_ignore_ascii_case(token)))
    }
}

fn collect_fields(fields: &[httparse::Header<'_>]) -> Result<Headers, InvalidHeader> {
    let mut headers = Headers::new();
    for field in fields {
        headers.append(field.name, field.value)?;
    }
    Ok(headers)
}

/// RFC 9112, 3.2: exactly one `Host`, and only HTTP/1.0 may do without.
fn check_host(headers: &Headers, is_http_1_0: bool) -> Result<(), Problem> {
    match headers.get_all("Host").count() {
        1 => Ok(()),
        0 if is_http_1_0 => Ok(()),
        0 => Err(Problem::bad_request("there is no Host field")),
        _ => Err(Problem::bad_request("there is more than one Host field")),
    }
}

/// Path and query of a request target (RFC 9112, 3.2): as they are, or cut from a whole URL.
fn origin_form<'a>(method: &str, target: &'a str) -> Result<Cow<'a, str>, Problem> {
    if target.starts_with('/') || (target == "*" && method == "OPTIONS") {
        return Ok(Cow::Borrowed(target));
    }
    let Some((_, rest)) = target.split_once("://") else {
        return Err(Problem::bad_request("the request target is neither a path nor a URL"));
    };
    match rest.find(['/', '?']) {
        Some(start) if rest[start..].starts_with('/') => Ok(Cow::Borrowed(&rest[start..])),
        Some(start) => Ok(Cow::Owned(format!("/{}", &rest[start..]))),
        None => Ok(Cow::Borrowed("/")),
    }
}

impl Framing {
    fn of(headers: &Headers, is_http_1_0: bool) -> Result<Self, Problem> {
        let length = headers.text("Content-Length");
        match (headers.text("Transfer-Encoding"), length) {
            (None, None) => Ok(Self::Length(0)),
            (None, Some(length)) => content_length(&length).map(Self::Length),
            (Some(_), Some(_)) => Err(Problem::bad_request("both Content-Length and Transfer-Encoding are given")),
            (Some(_), None) if is_http_1_0 => Err(Problem::bad_request("HTTP/1.0 has no Transfer-Encoding")),
            (Some(coding), None) if coding.eq_ignore_ascii_case("chunked") => Ok(Self::Chunked),
            (Some(_), None) => Err(Problem::new(501, "the only Transfer-Encoding known is chunked")),
        }
    }
}

/// A length, which may be repeated (RFC 9110, 8.6).
fn content_length(text: &str) -> Result<u64, Problem> {
    let invalid = || Problem::bad_request("Content-Length is not one decimal number");
    let mut items = text.split(',').map(str::trim);
    let first = items.next().unwrap_or_default();
    if !first.bytes().all(|byte| byte.is_ascii_digit()) || items.any(|other| other != first) {
        return Err(invalid());
    }
    first.parse().map_err(|_| invalid())
}

/// A request that is there as a whole.
#[derive(Debug)]
pub(super) struct Request {
    /// The head.
    pub(super) head: Head,
    /// The content, without its framing.
    pub(super) body: Vec<u8>,
    /// Who sent it.
    pub(super) peer: IpAddr,
}

impl Request {
    /// The path, still percent-encoded.
    pub(super) fn path(&self) -> &str {
        self.head.target.split_once('?').map_or(&*self.head.target, |(path, _)| path)
    }

    /// Names and values of the query, decoded, in order.
    pub(super) fn query(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        let query = self.head.target.split_once('?').map_or("", |(_, query)| query);
        url::form_urlencoded::parse(query.as_bytes())
    }

    /// The first value of a name in the query.
    pub(super) fn query_value(&self, name: &str) -> Option<Cow<'_, str>> {
        self.query().find(|(other, _)| other == name).map(|(_, value)| value)
    }

    /// The same as a text of its own.
    pub(super) fn query_text(&self, name: &str) -> Option<String> {
        self.query_value(name).map(Cow::into_owned)
    }

    /// A number in the query, or what stands for it where there is none.
    ///
    /// # Errors
    /// If what is there is no such number.
    pub(super) fn query_number<T: std::str::FromStr>(&self, name: &str, default: T) -> Result<T, Problem> {
        match self.query_value(name) {
            None => Ok(default),
            Some(text) => {
                text.parse().map_err(|_| Problem::bad_request(format!("the parameter `{name}` is not a valid number")))
            }
        }
    }

    /// The value of a header field.
    pub(super) fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        self.head.headers.text(name)
    }

    /// The media type of the body in lower case, without its parameters.
    pub(super) fn media_type(&self) -> String {
        let value = self.header("Content-Type").unwrap_or_default();
        value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// The cookies that were sent, in order (RFC 6265, 4.2).
    pub(super) fn cookies(&self) -> Vec<(String, String)> {
        let fields = self.head.headers.get_all("Cookie").map(|value| value.text().into_owned());
        fields
            .flat_map(|field| field.split(';').map(cookie_pair).collect::<Vec<_>>())
            .filter(|(name, _)| !name.is_empty())
            .collect()
    }

    /// Where the client believes the server to be: `http://host:port`.
    pub(super) fn base_url(&self) -> String {
        let scheme = match self.header("X-Forwarded-Proto") {
            Some(scheme) if scheme.eq_ignore_ascii_case("https") => "https",
            _ => "http",
        };
        format!("{scheme}://{}", self.header("Host").unwrap_or_default())
    }
}

fn cookie_pair(text: &str) -> (String, String) {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    (name.trim().to_owned(), value.trim().trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn head(text: &str) -> Result<Head, u16> {
        let parsed = Head::parse(text.as_bytes()).map_err(|problem| problem.status())?;
        Ok(parsed.expect("a complete head").0)
    }

    #[test]
    fn reads_targets_of_every_form() {
        for (line, expected) in [
            ("GET /a?b HTTP/1.1", Ok("/a?b")),
            ("GET http://h/a?b HTTP/1.1", Ok("/a?b")),
            ("GET http://h HTTP/1.1", Ok("/")),
            ("GET http://h?b/c HTTP/1.1", Ok("/?b/c")),
            ("OPTIONS * HTTP/1.1", Ok("*")),
            ("GET * HTTP/1.1", Err(400)),
            ("CONNECT h:80 HTTP/1.1", Err(400)),
            ("GET a HTTP/1.1", Err(400)),
            ("GET / HTTP/2.0", Err(400)),
            ("GET /", Err(400)),
            ("G@T / HTTP/1.1 x", Err(400)),
        ] {
            let actual = head(&format!("{line}\r\nHost: h\r\n\r\n")).map(|head| head.target);
            assert_eq!(actual.as_deref().map_err(|status| *status), expected, "{line}");
        }
    }

    #[test]
    fn frames_bodies_strictly() {
        for (fields, expected) in [
            ("", Ok(Framing::Length(0))),
            ("Content-Length: 5\r\n", Ok(Framing::Length(5))),
            ("Content-Length: 5\r\nContent-Length: 5\r\n", Ok(Framing::Length(5))),
            ("Content-Length: 5\r\nContent-Length: 6\r\n", Err(400)),
            ("Content-Length: +5\r\n", Err(400)),
            ("Content-Length:\r\n", Err(400)),
            ("Content-Length: 99999999999999999999\r\n", Err(400)),
            ("Transfer-Encoding: Chunked\r\n", Ok(Framing::Chunked)),
            ("Transfer-Encoding: gzip, chunked\r\n", Err(501)),
            ("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", Err(400)),
            ("Host: other\r\n", Err(400)),
        ] {
            let actual = head(&format!("POST / HTTP/1.1\r\nHost: h\r\n{fields}\r\n")).map(|head| head.framing);
            assert_eq!(actual, expected, "{fields}");
        }
        assert_eq!(head("GET / HTTP/1.1\r\n\r\n"), Err(400));
        assert!(head("GET / HTTP/1.0\r\n\r\n").is_ok());
    }

    #[test]
    fn refuses_too_many_fields() {
        let text = format!("GET / HTTP/1.1\r\nHost: h\r\n{}\r\n", "A: b\r\n".repeat(FIELD_LIMIT));
        assert_eq!(head(&text), Err(431));
    }

    #[test]
    fn keeps_alive_as_the_version_has_it() {
        for (version, field, expected) in [
            ("1.1", "", true),
            ("1.1", "Connection: Close\r\n", false),
            ("1.1", "Connection: te, close\r\n", false),
            ("1.0", "", false),
            ("1.0", "Connection: Keep-Alive\r\n", true),
        ] {
            let head = head(&format!("GET / HTTP/{version}\r\nHost: h\r\n{field}\r\n")).unwrap();
            assert_eq!(head.keeps_alive(), expected, "{version} {field}");
        }
    }

    #[test]
    fn reads_cookies_from_all_fields() {
        let head = head("GET / HTTP/1.1\r\nHost: h\r\nCookie: a=1; b=\"2\"\r\nCookie: c; ;d=e=f\r\n\r\n").unwrap();
        let request = Request { head, body: Vec::new(), peer: IpAddr::from([127, 0, 0, 1]) };
        let pairs = request.cookies();
        let shown: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(shown, ["a=1", "b=2", "c=", "d=e=f"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn reads_any_bytes_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..512)) {
            let _ = Head::parse(&bytes);
        }

        #[test]
        fn reads_almost_requests_without_panic(line in "[A-Z]{0,4} ?[ -~é]{0,20}( HTTP/1\\.[012])?", fields in "([A-Za-z-]{0,8}:? ?[ -~]{0,8}\r?\n){0,4}") {
            let _ = Head::parse(format!("{line}\r\n{fields}\r\n").as_bytes());
        }
    }
}
