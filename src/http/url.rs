//! URLs of the schemes `http` and `https`, and of WebSockets, whose path and query are sent as they were written.

use std::fmt;
use std::net::IpAddr;

use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use super::ErrorKind;
use super::form::push_pair;

/// What may not stand in a path or query (RFC 3986, 2), and so is percent-encoded.
/// `%` is left alone, so that what is encoded already is not encoded again, and so
/// are `[` and `]`, which people write and servers read.
pub(super) const ILLEGAL: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'\\').add(b'^').add(b'`').add(b'{').add(b'|').add(b'}');

/// Ports that a URL without a scheme names where TLS is meant.
const TLS_PORTS: [u16; 2] = [443, 8443];

/// The scheme of a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// In clear.
    Http,
    /// Over TLS.
    Https,
}

impl Scheme {
    /// `http` or `https`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }

    /// The port where none is written.
    pub fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
        }
    }
}

/// An absolute URL. The host is checked and normalised for connecting; path and
/// query are kept as they were written, but for characters that are illegal in a
/// URL, which are percent-encoded.
///
/// ```
/// use rqtest::http::Url;
///
/// let url: Url = "http://Example.org:8080/a/../b c?q={x}&p=a+b%20c#top".parse()?;
/// assert_eq!(url.host(), "example.org");
/// assert_eq!(url.host_header(), "Example.org:8080");
/// assert_eq!(url.target(), "/a/../b%20c?q=%7Bx%7D&p=a+b%20c");
/// assert_eq!(url.fragment(), Some("top"));
/// # Ok::<(), rqtest::http::InvalidUrl>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Url {
    scheme: Scheme,
    protocol: Protocol,
    credentials: Option<Credentials>,
    host: String,
    written_host: String,
    /// Host and port, where they are sent as they were written.
    authority: Option<String>,
    port: Option<u16>,
    target: String,
    fragment: Option<String>,
}

/// What is spoken at a URL.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Protocol {
    Http,
    /// `ws://` or `wss://` (RFC 6455, 3); everything but its name is as it is in HTTP.
    WebSocket,
}

#[derive(Clone, PartialEq, Eq)]
struct Credentials {
    user: String,
    password: String,
}

impl Url {
    /// Reads a URL whose scheme may be left out. It is then `https`, but `http` for a
    /// loopback host and for a port other than 443 and 8443; the second value tells
    /// that it was assumed.
    ///
    /// # Errors
    /// As [`str::parse`].
    pub fn parse_with_default_scheme(text: &str) -> Result<(Self, bool), InvalidUrl> {
        let is_plain = |url: &Self| url.is_loopback() || url.port.is_some_and(|port| !TLS_PORTS.contains(&port));
        Self::parse_assuming(text, |url| if is_plain(url) { Scheme::Http } else { Scheme::Https })
    }

    /// Reads a URL whose scheme may be left out. It is then what a function says of what
    /// would be the URL with `https`; the second value tells that it was assumed.
    ///
    /// # Errors
    /// As [`str::parse`].
    pub fn parse_assuming(text: &str, scheme: impl FnOnce(&Self) -> Scheme) -> Result<(Self, bool), InvalidUrl> {
        if has_scheme(text) {
            return Ok((text.parse()?, false));
        }
        let scheme = scheme(&Self::parse_parts(Scheme::Https, text, text)?);
        Ok((Self::parse_parts(scheme, text, text)?, true))
    }

    /// This URL, which was read from a text, with path, query and `Host` as they stand there:
    /// nothing is percent-encoded, and a port is named even where it is the scheme's own.
    #[must_use]
    pub fn as_written(mut self, text: &str) -> Self {
        let rest = if has_scheme(text) { text.split_once("://").map_or(text, |(_, rest)| rest) } else { text };
        let Parts { authority, target, .. } = Parts::of(rest);
        let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        self.authority = authority.is_ascii().then(|| authority.to_owned());
        self.target = format!("{}{target}", slash_before(target));
        self
    }

    /// Reads the URL of a WebSocket: `ws://…` or `wss://…`, or that of the resource which turns
    /// into one, `http://…` or `https://…`. The scheme may be left out, as in
    /// [`Url::parse_with_default_scheme`].
    ///
    /// ```
    /// use rqtest::http::{Scheme, Url};
    ///
    /// let (url, _) = Url::parse_websocket("wss://example.org/chat")?;
    /// assert_eq!((url.scheme(), url.port(), url.is_websocket()), (Scheme::Https, 443, true));
    /// assert_eq!(url.to_string(), "wss://example.org/chat");
    /// # Ok::<(), rqtest::http::InvalidUrl>(())
    /// ```
    ///
    /// # Errors
    /// As [`str::parse`].
    pub fn parse_websocket(text: &str) -> Result<(Self, bool), InvalidUrl> {
        let (url, assumed) = match text.split_once("://") {
            Some((scheme, rest)) if has_scheme(text) => match websocket_scheme(scheme) {
                Some(scheme) => (Self::parse_parts(scheme, rest, text)?, false),
                None => (text.parse()?, false),
            },
            _ => Self::parse_with_default_scheme(text)?,
        };
        Ok((Self { protocol: Protocol::WebSocket, ..url }, assumed))
    }

    /// Whether a text is a URL that begins with `ws://` or `wss://`.
    pub fn begins_as_websocket(text: &str) -> bool {
        text.split_once("://").is_some_and(|(scheme, _)| websocket_scheme(scheme).is_some())
    }

    fn parse_parts(scheme: Scheme, rest: &str, whole: &str) -> Result<Self, InvalidUrl> {
        let invalid = |reason: &str| InvalidUrl::new(ErrorKind::InvalidUrl, whole, reason);
        if whole.contains(['\r', '\n', '\0']) {
            return Err(invalid("it holds a line break or NUL"));
        }
        let Parts { authority, target, fragment } = Parts::of(rest);
        let (credentials, host_and_port) = match authority.rsplit_once('@') {
            Some((credentials, host)) => (Some(Credentials::parse(credentials)), host),
            None => (None, authority),
        };
        if host_and_port.is_empty() || host_and_port.starts_with(':') {
            return Err(invalid("it names no host"));
        }
        if host_and_port.contains(|character: char| character.is_whitespace() || character.is_control()) {
            return Err(invalid("its host holds white space"));
        }
        let parsed = url::Url::parse(&format!("{}://{host_and_port}/", scheme.as_str()))
            .map_err(|error| invalid(&error.to_string()))?;
        let host = parsed.host_str().ok_or_else(|| invalid("it names no host"))?.to_owned();
        let written_host = written_host(host_and_port, &host);
        let target = format!("{}{}", slash_before(target), utf8_percent_encode(target, ILLEGAL));
        Ok(Self {
            scheme,
            protocol: Protocol::Http,
            credentials,
            host,
            written_host,
            authority: None,
            port: parsed.port(),
            target,
            fragment: fragment.map(str::to_owned),
        })
    }

    /// Whether it is that of a WebSocket.
    pub fn is_websocket(&self) -> bool {
        self.protocol == Protocol::WebSocket
    }

    /// How the server is connected to: in clear for `http` and `ws`, over TLS for `https` and `wss`.
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The host to connect to: lower case, internationalised names in their ASCII form,
    /// an IPv6 address in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port to connect to.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(self.scheme.default_port())
    }

    /// The value of the `Host` field (RFC 9110, 7.2): the host in the case in which it
    /// was written, and the port where it is not the scheme's own.
    pub fn host_header(&self) -> String {
        match (&self.authority, self.port) {
            (Some(authority), _) => authority.clone(),
            (None, Some(port)) => format!("{}:{port}", self.written_host),
            (None, None) => self.written_host.clone(),
        }
    }

    /// Path and query, as they are sent on the request line (RFC 9112, 3.2.1).
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The path.
    pub fn path(&self) -> &str {
        self.target.split_once('?').map_or(&*self.target, |(path, _)| path)
    }

    /// What stands after the first `?`.
    pub fn query(&self) -> Option<&str> {
        self.target.split_once('?').map(|(_, query)| query)
    }

    /// What stands after the first `#`; it is never sent.
    pub fn fragment(&self) -> Option<&str> {
        self.fragment.as_deref()
    }

    /// User and password, decoded, where the URL has them.
    pub fn credentials(&self) -> Option<(&str, &str)> {
        self.credentials.as_ref().map(|given| (&*given.user, &*given.password))
    }

    /// The address where the host is one and not a name.
    pub fn ip(&self) -> Option<IpAddr> {
        self.host.trim_start_matches('[').trim_end_matches(']').parse().ok()
    }

    /// Whether the host is this machine.
    pub fn is_loopback(&self) -> bool {
        self.host == "localhost" || self.host.ends_with(".localhost") || self.ip().is_some_and(|ip| ip.is_loopback())
    }

    /// Whether both have the same scheme, host and port (RFC 6454, 4).
    pub fn same_origin(&self, other: &Self) -> bool {
        self.scheme == other.scheme && self.host == other.host && self.port() == other.port()
    }

    /// Adds names and values to the query, encoded as a form, a space as `+`.
    pub fn append_query<'a>(&mut self, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) {
        for (name, value) in pairs {
            match self.query() {
                None => self.target.push('?'),
                Some("") => {}
                Some(_) => self.target.push('&'),
            }
            push_pair(&mut self.target, name, value);
        }
    }

    /// Takes those names and values out of the query whose name, decoded, is not to stay.
    pub fn retain_query(&mut self, stays: impl Fn(&str) -> bool) {
        let Some((path, query)) = self.target.split_once('?') else { return };
        let decoded = |name: &str| percent_decode_str(&name.replace('+', " ")).decode_utf8_lossy().into_owned();
        let name = |pair: &str| decoded(pair.split('=').next().unwrap_or_default());
        let kept: Vec<&str> = query.split('&').filter(|pair| stays(&name(pair))).collect();
        self.target = if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) };
    }

    /// The URL that a reference means when it stands in a response from this one
    /// (RFC 3986, 5.2). A fragment is inherited (RFC 9110, 10.2.2). From a WebSocket it
    /// leads to a WebSocket.
    ///
    /// # Errors
    /// If the reference is no URL, or leads to another scheme than `http` and `https`.
    pub fn join(&self, reference: &str) -> Result<Self, InvalidUrl> {
        let resolved = self.resolve(reference)?;
        let mut url = match self.protocol {
            Protocol::Http => resolved.parse()?,
            Protocol::WebSocket => Self::parse_websocket(&resolved)?.0,
        };
        url.fragment = url.fragment.or_else(|| self.fragment.clone());
        Ok(url)
    }

    /// What a reference leads to, of any scheme: links need not lead to what can be requested.
    ///
    /// # Errors
    /// If it is no URL.
    pub fn resolve(&self, reference: &str) -> Result<String, InvalidUrl> {
        let invalid = |error: url::ParseError| InvalidUrl::new(ErrorKind::InvalidUrl, reference, error.to_string());
        let base = url::Url::parse(&self.without_credentials()).map_err(invalid)?;
        Ok(base.join(reference).map_err(invalid)?.into())
    }

    /// The scheme by its name: `http`, `https`, `ws` or `wss`.
    pub fn scheme_name(&self) -> &'static str {
        match (self.protocol, self.scheme) {
            (Protocol::Http, scheme) => scheme.as_str(),
            (Protocol::WebSocket, Scheme::Http) => "ws",
            (Protocol::WebSocket, Scheme::Https) => "wss",
        }
    }

    fn without_credentials(&self) -> String {
        format!("{}://{}{}", self.scheme_name(), self.host_header(), self.target)
    }
}

/// What follows the scheme of a URL.
struct Parts<'a> {
    authority: &'a str,
    target: &'a str,
    fragment: Option<&'a str>,
}

impl<'a> Parts<'a> {
    fn of(rest: &'a str) -> Self {
        let (rest, fragment) = match rest.split_once('#') {
            Some((rest, fragment)) => (rest, Some(fragment)),
            None => (rest, None),
        };
        let (authority, target) = rest.split_at(rest.find(['/', '?', '\\']).unwrap_or(rest.len()));
        Self { authority, target, fragment }
    }
}

/// RFC 9112, 3.2.1: a path that is empty is sent as `/`.
fn slash_before(target: &str) -> &'static str {
    if target.starts_with('/') { "" } else { "/" }
}

/// How the server of a WebSocket is connected to.
fn websocket_scheme(scheme: &str) -> Option<Scheme> {
    match scheme.to_ascii_lowercase().as_str() {
        "ws" => Some(Scheme::Http),
        "wss" => Some(Scheme::Https),
        _ => None,
    }
}

fn has_scheme(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, _)| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    })
}

/// The host in its written case, where it differs from the normal form in nothing else.
fn written_host(host_and_port: &str, host: &str) -> String {
    match host_and_port.get(..host.len()) {
        Some(written) if written.eq_ignore_ascii_case(host) => written.to_owned(),
        _ => host.to_owned(),
    }
}

impl Credentials {
    fn parse(text: &str) -> Self {
        let (user, password) = text.split_once(':').unwrap_or((text, ""));
        let decode = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
        Self { user: decode(user), password: decode(password) }
    }
}

impl std::str::FromStr for Url {
    type Err = InvalidUrl;

    fn from_str(text: &str) -> Result<Self, InvalidUrl> {
        let invalid = |kind, reason: &str| InvalidUrl::new(kind, text, reason);
        let (scheme, rest) = match text.split_once("://") {
            Some(parts) if has_scheme(text) => parts,
            _ => {
                let reason = "it has no scheme: begin it with http:// or https://";
                return Err(invalid(ErrorKind::MissingScheme, reason));
            }
        };
        let scheme = match scheme.to_ascii_lowercase().as_str() {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            "ws" | "wss" => {
                let reason = "its scheme is that of a WebSocket, which has to be opened as one";
                return Err(invalid(ErrorKind::InvalidScheme, reason));
            }
            _ => return Err(invalid(ErrorKind::InvalidScheme, "its scheme is neither http nor https")),
        };
        Self::parse_parts(scheme, rest, text)
    }
}

/// The whole URL, without its password.
impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://", self.scheme_name())?;
        if let Some(Credentials { user, password }) = &self.credentials {
            let hidden = if password.is_empty() { "" } else { ":***" };
            write!(f, "{user}{hidden}@")?;
        }
        write!(f, "{}{}", self.host_header(), self.target)?;
        match &self.fragment {
            Some(fragment) => write!(f, "#{fragment}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Url({self})")
    }
}

/// A text that is no URL, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidUrl {
    kind: ErrorKind,
    /// As it was written, but for its password.
    url: String,
    reason: String,
}

impl InvalidUrl {
    fn new(kind: ErrorKind, url: &str, reason: impl Into<String>) -> Self {
        Self { kind, url: without_password(url), reason: reason.into() }
    }

    /// What is wrong: [`ErrorKind::MissingScheme`], [`ErrorKind::InvalidScheme`] or [`ErrorKind::InvalidUrl`].
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Why: a fragment that speaks of the URL as `it`.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

/// What stands between a user's name and the `@` is hidden, in whatever is otherwise no URL.
fn without_password(text: &str) -> String {
    let start = text.find("://").map_or(0, |at| at + 3);
    let end = text[start..].find(['/', '?', '#', '\\']).map_or(text.len(), |length| start + length);
    let authority = &text[start..end];
    match authority.rsplit_once('@').and_then(|(credentials, host)| Some((credentials.split_once(':')?.0, host))) {
        Some((user, host)) => format!("{}{user}:***@{host}{}", &text[..start], &text[end..]),
        None => text.to_owned(),
    }
}

impl fmt::Display for InvalidUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a URL that can be requested: {}", self.url.escape_debug(), self.reason)
    }
}

impl std::error::Error for InvalidUrl {}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn reads_hosts_of_every_kind() {
        for (text, host, port) in [
            ("http://a", "a", 80),
            ("https://a/", "a", 443),
            ("http://[::1]:81/", "[::1]", 81),
            ("http://127.0.0.1:80/x", "127.0.0.1", 80),
            ("http://bücher.example/", "xn--bcher-kva.example", 80),
            ("HTTP://user:pa%40ss@Host:8080?q", "host", 8080),
        ] {
            assert_eq!((url(text).host(), url(text).port()), (host, port), "{text}");
        }
        assert_eq!(url("http://user:pa%40ss@h/").credentials(), Some(("user", "pa@ss")));
        assert_eq!(url("http://user:pass@h/").to_string(), "http://user:***@h/");
    }

    #[test]
    fn says_why_a_text_is_no_url() {
        for text in [
            "",
            "a",
            "/a",
            "http://",
            "http:///a",
            "http://:80/",
            "ftp://a/",
            "http://a b/",
            "http://a:99999/",
            "http://[::1/",
            "http://%00/",
            "http://a/b\r\nc",
            "http://a/\nb",
            "http://a/?b\0",
            "http://a/#b\r",
            "http://u\n:p@a/",
        ] {
            assert!(text.parse::<Url>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_websocket_has_urls_of_its_own() {
        for (text, scheme, shown) in [
            ("ws://h/a?b", Scheme::Http, "ws://h/a?b"),
            ("WSS://h", Scheme::Https, "wss://h/"),
            ("http://h:81/", Scheme::Http, "ws://h:81/"),
            ("https://h/", Scheme::Https, "wss://h/"),
            ("localhost:80/", Scheme::Http, "ws://localhost/"),
            ("h", Scheme::Https, "wss://h/"),
        ] {
            let (url, _) = Url::parse_websocket(text).unwrap();
            assert_eq!((url.scheme(), url.to_string().as_str()), (scheme, shown), "{text}");
            assert!(url.same_origin(&shown.replacen("ws", "http", 1).parse().unwrap()));
        }
        assert!(Url::parse_websocket("ftp://h/").is_err());
        let error = "ws://h/".parse::<Url>().unwrap_err();
        assert_eq!((error.kind(), error.reason().contains("WebSocket")), (ErrorKind::InvalidScheme, true));
    }

    #[test]
    fn a_websocket_leads_to_websockets_alone() {
        let (socket, _) = Url::parse_websocket("ws://h/a").unwrap();
        for (reference, expected) in [("/b", "ws://h/b"), ("https://h/", "wss://h/"), ("wss://g/c", "wss://g/c")] {
            assert_eq!(socket.join(reference).unwrap().to_string(), expected, "{reference}");
        }
        assert!(url("http://h/").join("ws://h/").is_err());
    }

    #[test]
    fn shows_no_password_of_what_is_no_url() {
        for (text, shown) in [
            ("http://ada:secret@:80/a@b", "`http://ada:***@:80/a@b`"),
            ("ftp://ada:p@ss:w@h/", "`ftp://ada:***@h/`"),
            ("ada:secret@h h", "`ada:***@h h`"),
            ("http://a b/?x=c:d@e", "`http://a b/?x=c:d@e`"),
        ] {
            let message = Url::parse_with_default_scheme(text).unwrap_err().to_string();
            assert!(message.starts_with(shown), "{message}");
        }
    }

    #[test]
    fn assumes_https_but_http_where_that_is_meant() {
        for (text, expected) in [
            ("example.org/a", "https://example.org/a"),
            ("example.org:8443/a", "https://example.org:8443/a"),
            ("example.org:8080", "http://example.org:8080/"),
            ("localhost/a", "http://localhost/a"),
            ("127.0.0.1/a", "http://127.0.0.1/a"),
            ("[::1]:443", "http://[::1]:443/"),
        ] {
            let (url, assumed) = Url::parse_with_default_scheme(text).unwrap();
            assert_eq!((url.to_string().as_str(), assumed), (expected, true), "{text}");
        }
        assert!(!Url::parse_with_default_scheme("http://a?u=http://b").unwrap().1);
    }

    #[test]
    fn appends_to_the_query_as_requests_does() {
        for (before, after) in [
            ("http://h/p", "http://h/p?a+b=%C3%A9%26&c=~"),
            ("http://h/p?", "http://h/p?a+b=%C3%A9%26&c=~"),
            ("http://h/p?x=1", "http://h/p?x=1&a+b=%C3%A9%26&c=~"),
        ] {
            let mut url = url(before);
            url.append_query([("a b", "é&"), ("c", "~")]);
            assert_eq!(url.to_string(), after);
        }
    }

    #[test]
    fn takes_names_out_of_the_query() {
        for (before, after) in [
            ("http://h/p", "http://h/p"),
            ("http://h/p?", "http://h/p?"),
            ("http://h/p?k%65y=1", "http://h/p"),
            ("http://h/p?a=%20&key=1&&b&key#f", "http://h/p?a=%20&&b#f"),
        ] {
            let mut url = url(before);
            url.retain_query(|name| name != "key");
            assert_eq!(url.to_string(), after);
        }
    }

    #[test]
    fn joins_references() {
        let base = url("http://h:81/a/b?q#f");
        for (reference, expected) in [
            ("c", "http://h:81/a/c#f"),
            ("/c?x", "http://h:81/c?x#f"),
            ("//other/c#g", "http://other/c#g"),
            ("https://h/", "https://h/#f"),
            ("?y", "http://h:81/a/b?y#f"),
        ] {
            assert_eq!(base.join(reference).unwrap().to_string(), expected);
        }
        assert!(base.join("file:///etc/passwd").is_err());
    }
}
