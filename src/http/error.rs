//! What can go wrong with a request, from its URL to the JSON of its response: the one
//! error of the wire and of the client.

use std::fmt;

use super::{InvalidHeader, InvalidMethod, InvalidUrl, Phase, Status, Url};

/// An error of any kind.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why a request has no response, or not the response that was asked for: what went wrong
/// in words, its [kind](ErrorKind), the URL, and what caused it.
///
/// ```
/// use rqtest::client::{ErrorKind, get};
///
/// let error = get("http://ada:secret@127.0.0.1:1/users").send().unwrap_err();
/// assert_eq!(error.to_string(), "cannot connect to 127.0.0.1:1: connection refused");
/// assert_eq!(error.kind(), ErrorKind::Refused);
/// assert_eq!(error.url().unwrap().to_string(), "http://ada:***@127.0.0.1:1/users");
/// assert!(error.is_connect() && !error.is_timeout());
/// ```
#[derive(Debug)]
pub struct Error(Box<Detail>);

/// Boxed, so that a result is as small as what it holds if all is well.
#[derive(Debug)]
struct Detail {
    kind: ErrorKind,
    message: String,
    url: Option<Url>,
    partial: Option<Partial>,
    source: Option<BoxError>,
}

/// What had come of a response's body when reading it failed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Partial {
    /// What was read, decoded as far as `Content-Encoding` allows.
    pub body: Vec<u8>,
    /// How many bytes had come over the wire, without what frames them.
    pub received: u64,
    /// How many were announced, where `Content-Length` says it.
    pub expected: Option<u64>,
}

/// What kind of thing went wrong.
///
/// A user of Python's `requests` and `http.client` (once httplib) knows them by these names:
///
/// | kind | requests | http.client, and Python's own |
/// |---|---|---|
/// | [`InvalidUrl`](Self::InvalidUrl) | `InvalidURL`, `InvalidProxyURL` | `InvalidURL` |
/// | [`MissingScheme`](Self::MissingScheme) | `MissingSchema` | |
/// | [`InvalidScheme`](Self::InvalidScheme) | `InvalidSchema` | |
/// | [`InvalidHeader`](Self::InvalidHeader) | `InvalidHeader` | `ValueError` |
/// | [`Request`](Self::Request) | `InvalidJSONError`, `UnrewindableBodyError` | `ValueError`, `OSError` |
/// | [`ImproperState`](Self::ImproperState) | `StreamConsumedError` | `ImproperConnectionState`, `CannotSendRequest`, `CannotSendHeader`, `ResponseNotReady`, `NotConnected` |
/// | [`Resolve`](Self::Resolve) | `ConnectionError` | `socket.gaierror` |
/// | [`Refused`](Self::Refused) | `ConnectionError` | `ConnectionRefusedError` |
/// | [`Unreachable`](Self::Unreachable) | `ConnectionError` | `OSError` |
/// | [`Connect`](Self::Connect) | `ConnectionError` | `OSError` |
/// | [`Proxy`](Self::Proxy) | `ProxyError` | `OSError` |
/// | [`Tls`](Self::Tls) | `SSLError` | `ssl.SSLError` |
/// | [`ConnectTimeout`](Self::ConnectTimeout) | `ConnectTimeout` | `TimeoutError` |
/// | [`ReadTimeout`](Self::ReadTimeout) | `ReadTimeout` | `TimeoutError` |
/// | [`Timeout`](Self::Timeout) | | |
/// | [`Connection`](Self::Connection) | `ConnectionError` | `RemoteDisconnected`, `ConnectionResetError` |
/// | [`StatusLine`](Self::StatusLine) | `ConnectionError` | `BadStatusLine`, `UnknownProtocol` |
/// | [`TransferEncoding`](Self::TransferEncoding) | | `UnknownTransferEncoding` |
/// | [`Chunked`](Self::Chunked) | `ChunkedEncodingError` | `IncompleteRead` |
/// | [`Truncated`](Self::Truncated) | `ChunkedEncodingError` | `IncompleteRead` |
/// | [`TooLarge`](Self::TooLarge) | | `LineTooLong` |
/// | [`Protocol`](Self::Protocol) | `ConnectionError` | `HTTPException` |
/// | [`Auth`](Self::Auth) | | |
/// | [`TooManyRedirects`](Self::TooManyRedirects) | `TooManyRedirects` | |
/// | [`Redirect`](Self::Redirect) | `InvalidURL`, `InvalidSchema` | |
/// | [`Decode`](Self::Decode) | `ContentDecodingError` | |
/// | [`Output`](Self::Output) | | `OSError` |
/// | [`Charset`](Self::Charset) | | `UnicodeDecodeError`, `LookupError` |
/// | [`Json`](Self::Json) | `JSONDecodeError` | `json.JSONDecodeError` |
/// | [`Status`](Self::Status) | `HTTPError` | |
/// | [`Stopped`](Self::Stopped) | | what one's own code raised |
/// | [`Interrupted`](Self::Interrupted) | | `KeyboardInterrupt` |
///
/// What `except Timeout` catches, [`Error::is_timeout`] tells, and what `except ConnectionError`
/// catches before anything is sent, [`Error::is_connect`].
///
/// ```
/// use rqtest::client::{Answer, Error, ErrorKind, InMemory, Session, get};
/// use rqtest::http::{Status, Url};
///
/// let kind = |error: Error| error.kind();
/// // requests.exceptions.MissingSchema, InvalidSchema, InvalidURL, InvalidHeader
/// assert_eq!(kind("example.org".parse::<Url>().unwrap_err().into()), ErrorKind::MissingScheme);
/// assert_eq!(kind(get("ftp://example.org").send().unwrap_err()), ErrorKind::InvalidScheme);
/// assert_eq!(kind(get("http://:80/").send().unwrap_err()), ErrorKind::InvalidUrl);
/// assert_eq!(kind(get("http://h/").header("X", "a\r\nb").send().unwrap_err()), ErrorKind::InvalidHeader);
///
/// // requests.exceptions.ContentDecodingError, JSONDecodeError, HTTPError, TooManyRedirects
/// let session = Session::with_adapter(InMemory::new(|request| match request.target {
///     "/gzip" => Answer::ok("html").header("Content-Encoding", "gzip").unwrap(),
///     "/loop" => Answer::new(Status::new(302).unwrap()).header("Location", "/loop").unwrap(),
///     _ => Answer { body: b"<html>".to_vec(), ..Answer::new(Status::new(404).unwrap()) },
/// }));
/// assert_eq!(kind(session.get("http://h/gzip").send().unwrap_err()), ErrorKind::Decode);
/// assert_eq!(kind(session.get("http://h/loop").send().unwrap_err()), ErrorKind::TooManyRedirects);
/// let response = session.get("http://h/").send()?;
/// assert_eq!(kind(response.json_value().unwrap_err()), ErrorKind::Json);
/// let ErrorKind::Status(status) = kind(response.raise_for_status().unwrap_err()) else { unreachable!() };
/// assert_eq!(status.code(), 404);
/// # Ok::<(), Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// What should be a URL is none.
    InvalidUrl,
    /// The URL does not begin with a scheme.
    MissingScheme,
    /// The URL's scheme is neither `http` nor `https`.
    InvalidScheme,
    /// A header field cannot be sent as it is: a line break in it would be the next one.
    InvalidHeader,
    /// The request cannot be sent as it is for another reason: a cookie, its body, a file that is not there.
    Request,
    /// A step was taken before the one that it needs, or twice.
    ImproperState,
    /// The host's name has no address.
    Resolve,
    /// Nobody listens at the host's address.
    Refused,
    /// There is no way to the host's address.
    Unreachable,
    /// No connection could be opened for another reason.
    Connect,
    /// The proxy would not or could not lead on.
    Proxy,
    /// TLS failed; the message names the reason.
    Tls,
    /// The time for opening a connection ran out in this phase.
    ConnectTimeout(Phase),
    /// The time for the next bytes to come, or to be taken, ran out in this phase.
    ReadTimeout(Phase),
    /// The time for all of it ran out in this phase.
    Timeout(Phase),
    /// The connection broke, or was closed without a response.
    Connection,
    /// What came does not begin with a status line of HTTP/1.0 or 1.1.
    StatusLine,
    /// The response is in a transfer coding that was not asked for.
    TransferEncoding,
    /// The chunks of the response are not what they should be.
    Chunked,
    /// The response ended too early; see [`Error::partial`].
    Truncated,
    /// The response, or a part of its head, is larger than it may be.
    TooLarge,
    /// The response is in another way not HTTP as it should be.
    Protocol,
    /// There is no token, or other proof, of who sends the request.
    Auth,
    /// A redirect follows on more of them than are allowed.
    TooManyRedirects,
    /// A redirect that cannot be followed.
    Redirect,
    /// The body is not what `Content-Encoding` says.
    Decode,
    /// The file that the body was to go to cannot be written.
    Output,
    /// The body is not in the character set that it should be in, or nobody knows that one.
    Charset,
    /// The body is not JSON, or not the JSON expected.
    Json,
    /// The response's status says that the request failed; see [`crate::client::Response::raise_for_status`].
    Status(Status),
    /// The caller's own code stopped it; its error is the source.
    Stopped,
    /// It was cut short; see [`crate::client::Options::cancel`].
    Interrupted,
}

impl ErrorKind {
    /// The kind as reports name it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidUrl => "invalid-url",
            Self::MissingScheme => "missing-scheme",
            Self::InvalidScheme => "invalid-scheme",
            Self::InvalidHeader => "invalid-header",
            Self::Request => "request",
            Self::ImproperState => "improper-state",
            Self::Resolve => "resolve",
            Self::Refused => "refused",
            Self::Unreachable => "unreachable",
            Self::Connect => "connect",
            Self::Proxy => "proxy",
            Self::Tls => "tls",
            Self::ConnectTimeout(_) => "connect-timeout",
            Self::ReadTimeout(_) => "read-timeout",
            Self::Timeout(_) => "timeout",
            Self::Connection => "connection",
            Self::StatusLine => "status-line",
            Self::TransferEncoding => "transfer-encoding",
            Self::Chunked => "chunked",
            Self::Truncated => "truncated",
            Self::TooLarge => "too-large",
            Self::Protocol => "protocol",
            Self::Auth => "auth",
            Self::TooManyRedirects => "too-many-redirects",
            Self::Redirect => "redirect",
            Self::Decode => "decode",
            Self::Output => "output",
            Self::Charset => "charset",
            Self::Json => "json",
            Self::Status(_) => "status",
            Self::Stopped => "stopped",
            Self::Interrupted => "interrupted",
        }
    }
}

impl Error {
    /// An error of a kind, said in a lowercase fragment.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Detail { kind, message: message.into(), url: None, partial: None, source: None }))
    }

    /// The same error with what caused it.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// The same error of the request to this URL, if it is not known to be of another.
    #[must_use]
    pub fn with_url(mut self, url: &Url) -> Self {
        self.0.url.get_or_insert_with(|| url.clone());
        self
    }

    /// The same error with what had come of the body.
    #[must_use]
    pub fn with_partial(mut self, partial: Partial) -> Self {
        self.0.partial = Some(partial);
        self
    }

    /// What the caller's own code has against a request or a response: an error of this
    /// type as it is, and any other one as the source of [`ErrorKind::Stopped`].
    pub fn stopped(error: impl Into<BoxError>) -> Self {
        match error.into().downcast::<Self>() {
            Ok(own) => *own,
            Err(other) => Self::new(ErrorKind::Stopped, other.to_string()).with_source(other),
        }
    }

    /// The kind.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The URL that was requested, where there was one: of a redirect, the one that it led to.
    /// Shown, it hides its password.
    pub fn url(&self) -> Option<&Url> {
        self.0.url.as_ref()
    }

    /// What had come of the body, where reading it had begun.
    pub fn partial(&self) -> Option<&Partial> {
        self.0.partial.as_ref()
    }

    /// Whether the time ran out, whichever limit it was.
    pub fn is_timeout(&self) -> bool {
        matches!(self.kind(), ErrorKind::ConnectTimeout(_) | ErrorKind::ReadTimeout(_) | ErrorKind::Timeout(_))
    }

    /// Whether no connection was had, so that the server has seen nothing of the request.
    pub fn is_connect(&self) -> bool {
        use ErrorKind::{Connect, ConnectTimeout, Proxy, Refused, Resolve, Timeout, Unreachable};

        matches!(
            self.kind(),
            Resolve
                | Refused
                | Unreachable
                | Connect
                | Proxy
                | ConnectTimeout(_)
                | Timeout(Phase::Dns | Phase::Connect | Phase::Tls)
        )
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_ref().map(|source| &**source as _)
    }
}

impl From<InvalidHeader> for Error {
    fn from(error: InvalidHeader) -> Self {
        Self::new(ErrorKind::InvalidHeader, error.to_string()).with_source(error)
    }
}

impl From<InvalidMethod> for Error {
    fn from(error: InvalidMethod) -> Self {
        Self::new(ErrorKind::Request, error.to_string()).with_source(error)
    }
}

impl From<InvalidUrl> for Error {
    fn from(error: InvalidUrl) -> Self {
        Self::new(error.kind(), error.to_string()).with_source(error)
    }
}

/// Bodies are long, and may hold what no log should.
impl fmt::Debug for Partial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Partial")
            .field("received", &self.received)
            .field("expected", &self.expected)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_an_error_that_goes_through_the_callers_code() {
        let own = Error::new(ErrorKind::Decode, "not gzip");
        assert_eq!(Error::stopped(own).kind(), ErrorKind::Decode);
        let foreign = Error::stopped("enough");
        assert_eq!((foreign.kind(), foreign.to_string().as_str()), (ErrorKind::Stopped, "enough"));
        assert_eq!(std::error::Error::source(&foreign).unwrap().to_string(), "enough");
    }

    #[test]
    fn names_the_url_that_failed_first() {
        let (first, last): (Url, Url) = ("http://u:secret@h/a".parse().unwrap(), "http://h/b".parse().unwrap());
        let error = Error::new(ErrorKind::Connection, "gone").with_url(&first).with_url(&last);
        assert_eq!(error.url(), Some(&first));
        assert!(!format!("{error:?}").contains("secret"));
    }

    #[test]
    fn every_kind_stands_in_the_table_above_and_in_the_readme() {
        let (source, readme) = (include_str!("error.rs"), include_str!("../../README.md"));
        let rows = source.lines().filter_map(|line| line.trim().strip_prefix("Self::")?.split_once(" => \""));
        let rows: Vec<_> = rows.collect();
        assert!(rows.len() > 20);
        for (kind, name) in rows {
            let kind = kind.split('(').next().unwrap();
            assert!(source.contains(&format!("/// | [`{kind}`](Self::{kind}) |")), "{kind} is not in the table");
            let name = name.trim_end_matches("\",");
            assert!(readme.contains(&format!("`{name}`")), "{name} is not in the README");
        }
    }

    #[test]
    fn shows_no_body_where_it_is_debugged() {
        let partial = Partial { body: b"secret".to_vec(), received: 6, expected: Some(9) };
        assert_eq!(format!("{partial:?}"), "Partial { received: 6, expected: Some(9), .. }");
    }
}
