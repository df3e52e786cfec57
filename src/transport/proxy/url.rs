//! A proxy, as its URL names it.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;

use crate::http::{Error, ErrorKind};
use crate::secret::Secret;

/// A proxy, and who asks it.
///
/// ```
/// use rqtest::client::{Proxy, ProxyScheme};
///
/// let proxy: Proxy = "socks5h://ada:p%40ss@proxy.example".parse()?;
/// assert_eq!((proxy.scheme(), proxy.host(), proxy.port()), (ProxyScheme::Socks5h, "proxy.example", 1080));
/// assert_eq!(proxy.to_string(), "socks5h://proxy.example:1080"); // Credentials are not shown.
/// # Ok::<(), rqtest::client::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Proxy {
    scheme: ProxyScheme,
    host: String,
    port: u16,
    pub(super) credentials: Option<Credentials>,
    tunnels: bool,
}

/// How a proxy is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProxyScheme {
    /// HTTP in clear (RFC 9110, 3.7).
    Http,
    /// HTTP over TLS.
    Https,
    /// SOCKS 4; names are looked up here, and IPv4 is all it knows.
    Socks4,
    /// SOCKS 4a; names are looked up by the proxy.
    Socks4a,
    /// SOCKS 5 (RFC 1928); names are looked up here.
    Socks5,
    /// SOCKS 5; names are looked up by the proxy.
    Socks5h,
}

/// Who asks a proxy.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Credentials {
    pub(super) user: String,
    pub(super) password: Secret<String>,
}

impl ProxyScheme {
    /// Every scheme with its name.
    const NAMES: &'static [(&'static str, Self)] = &[
        ("http", Self::Http),
        ("https", Self::Https),
        ("socks4", Self::Socks4),
        ("socks4a", Self::Socks4a),
        ("socks5", Self::Socks5),
        ("socks5h", Self::Socks5h),
    ];

    /// The scheme as URLs write it.
    pub fn as_str(self) -> &'static str {
        let named = Self::NAMES.iter().find(|(_, scheme)| *scheme == self);
        named.expect("every scheme has a name").0
    }

    /// Whether the proxy speaks HTTP.
    pub fn is_http(self) -> bool {
        matches!(self, Self::Http | Self::Https)
    }

    /// Whether the proxy looks names up, and not this machine.
    pub(crate) fn looks_names_up(self) -> bool {
        !matches!(self, Self::Socks4 | Self::Socks5)
    }

    fn default_port(self) -> u16 {
        match self {
            Self::Http => 80,
            Self::Https => 443,
            Self::Socks4 | Self::Socks4a | Self::Socks5 | Self::Socks5h => 1080,
        }
    }
}

impl Proxy {
    /// This proxy with a tunnel (CONNECT) for requests in clear too, which it is
    /// otherwise asked to forward.
    #[must_use]
    pub fn tunneling(self) -> Self {
        Self { tunnels: true, ..self }
    }

    /// How it is spoken to.
    pub fn scheme(&self) -> ProxyScheme {
        self.scheme
    }

    /// The host: lower case, an IPv6 address in brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port: where none is written, 80, 443 for `https`, and 1080 for SOCKS.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether requests in clear are tunneled too.
    pub fn tunnels(&self) -> bool {
        self.tunnels
    }

    /// User and password, where it is asked with any.
    pub fn credentials(&self) -> Option<(&str, &str)> {
        self.credentials.as_ref().map(|given| (&*given.user, given.password.expose().as_str()))
    }

    /// The value of `Proxy-Authorization` in the Basic scheme (RFC 7617).
    pub(crate) fn basic(&self) -> Option<String> {
        self.credentials().map(|(user, password)| format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))))
    }
}

/// Reads `scheme://user:password@host:port`, of which only the host is needed: the scheme
/// is then `http`. User and password are percent-encoded.
impl FromStr for Proxy {
    type Err = InvalidProxy;

    fn from_str(text: &str) -> Result<Self, InvalidProxy> {
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (parse_scheme(scheme)?, rest),
            None => (ProxyScheme::Http, text),
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        if !matches!(&rest[end..], "" | "/") {
            return Err(InvalidProxy::new("the URL of a proxy ends with its host and port"));
        }
        let (credentials, address) = match rest[..end].rsplit_once('@') {
            Some((credentials, address)) => (Some(parse_credentials(scheme, credentials)?), address),
            None => (None, &rest[..end]),
        };
        let (host, port) = parse_address(address)?;
        Ok(Self { scheme, host, port: port.unwrap_or(scheme.default_port()), credentials, tunnels: false })
    }
}

fn parse_scheme(text: &str) -> Result<ProxyScheme, InvalidProxy> {
    let known = ProxyScheme::NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
    known.map(|(_, scheme)| *scheme).ok_or_else(|| {
        let names: Vec<&str> = ProxyScheme::NAMES.iter().map(|(name, _)| *name).collect();
        InvalidProxy::new(format!(
            "`{}` is no scheme of a proxy: write one of {}",
            text.escape_debug(),
            names.join(", ")
        ))
    })
}

/// > | VER | ULEN | UNAME 1 to 255 | PLEN | PASSWD 1 to 255 | (RFC 1929, 2)
fn parse_credentials(scheme: ProxyScheme, text: &str) -> Result<Credentials, InvalidProxy> {
    let (user, password) = text.split_once(':').unwrap_or((text, ""));
    let (user, password) = (decode(user)?, decode(password)?);
    let problem = match scheme {
        ProxyScheme::Http | ProxyScheme::Https => user.contains(':').then_some("the user cannot hold a colon"),
        ProxyScheme::Socks4 | ProxyScheme::Socks4a if !password.is_empty() => {
            Some("SOCKS 4 knows a user, and no password: use socks5")
        }
        ProxyScheme::Socks4 | ProxyScheme::Socks4a => user.contains('\0').then_some("the user cannot hold a NUL"),
        ProxyScheme::Socks5 | ProxyScheme::Socks5h if user.is_empty() => Some("SOCKS 5 needs a user with its password"),
        ProxyScheme::Socks5 | ProxyScheme::Socks5h => {
            (user.len().max(password.len()) > 255).then_some("SOCKS 5 knows users and passwords of up to 255 bytes")
        }
    };
    match problem {
        Some(problem) => Err(InvalidProxy::new(problem)),
        None => Ok(Credentials { user, password: Secret::new(password) }),
    }
}

fn decode(text: &str) -> Result<String, InvalidProxy> {
    let decoded = percent_decode_str(text).decode_utf8();
    let decoded = decoded.map_err(|_| InvalidProxy::new("its user or password is not UTF-8 once decoded"))?;
    Ok(decoded.into_owned())
}

fn parse_address(text: &str) -> Result<(String, Option<u16>), InvalidProxy> {
    let (host, port) = match text.rsplit_once(':') {
        // The colon may be one of an IPv6 address.
        Some((host, port)) if !port.ends_with(']') => (host, port),
        _ => (text, ""),
    };
    let port = match port {
        "" => None,
        port => {
            let wrong =
                || InvalidProxy::new(format!("`{}` is not a port: credentials end with an `@`", port.escape_debug()));
            Some(port.parse().ok().filter(|port| *port != 0).ok_or_else(wrong)?)
        }
    };
    if host.is_empty() {
        return Err(InvalidProxy::new("it names no host"));
    }
    let wrong = || InvalidProxy::new(format!("`{}` is not a host", host.escape_debug()));
    Ok((url::Host::parse(host).map_err(|_| wrong())?.to_string(), port))
}

/// Shown as a URL without credentials.
impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:{}", self.scheme.as_str(), self.host, self.port)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why a text is not a proxy; it never holds the credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidProxy(String);

impl InvalidProxy {
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

impl fmt::Display for InvalidProxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidProxy {}

impl From<InvalidProxy> for Error {
    fn from(error: InvalidProxy) -> Self {
        Self::new(ErrorKind::InvalidUrl, error.to_string()).with_source(error)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<(String, Option<(String, String)>), String> {
        let proxy: Proxy = text.parse().map_err(|error: InvalidProxy| error.to_string())?;
        let credentials = proxy.credentials().map(|(user, password)| (user.to_owned(), password.to_owned()));
        Ok((proxy.to_string(), credentials))
    }

    #[test]
    fn reads_every_part_of_a_url() {
        for (text, shown, credentials) in [
            ("http://proxy:3128", "http://proxy:3128", None),
            ("proxy", "http://proxy:80", None),
            ("Proxy.Example:3128/", "http://proxy.example:3128", None),
            ("HTTPS://proxy", "https://proxy:443", None),
            ("socks4://ada@proxy", "socks4://proxy:1080", Some(("ada", ""))),
            ("socks4a://proxy:80", "socks4a://proxy:80", None),
            ("socks5://[::1]", "socks5://[::1]:1080", None),
            ("socks5h://u:p@[::1]:9", "socks5h://[::1]:9", Some(("u", "p"))),
            ("http://a%3Ab%40c", "", None),
            ("http://ada:p%40%3A%2F%C3%A9@proxy", "http://proxy:80", Some(("ada", "p@:/é"))),
            ("http://ada:a:b@c@proxy", "http://proxy:80", Some(("ada", "a:b@c"))),
            ("ada:@proxy:8080", "http://proxy:8080", Some(("ada", ""))),
        ] {
            let credentials = credentials.map(|(user, password)| (user.to_owned(), password.to_owned()));
            match shown {
                "" => assert!(read(text).is_err(), "{text}"),
                _ => assert_eq!(read(text), Ok((shown.to_owned(), credentials)), "{text}"),
            }
        }
    }

    #[test]
    fn says_what_is_wrong_without_the_password() {
        for (text, words) in [
            ("", "names no host"),
            ("http://", "names no host"),
            ("http://:3128", "names no host"),
            ("socks://h", "`socks` is no scheme of a proxy: write one of http, https, socks4"),
            ("http://h/path", "ends with its host and port"),
            ("http://h?a", "ends with its host and port"),
            ("http://h:0", "`0` is not a port"),
            ("http://h:99999", "is not a port"),
            ("http://a b", "is not a host"),
            ("http://a%3Ab:hunter2@h", "cannot hold a colon"),
            ("http://%ff:hunter2@h", "not UTF-8"),
            ("socks4://a:hunter2@h", "no password"),
            ("socks4://a%00@h", "NUL"),
            ("socks5://:hunter2@h", "needs a user"),
            (&format!("socks5://a:{}@h", "hunter2".repeat(40)), "255 bytes"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(words) && !error.contains("hunter2"), "{text}: {error}");
        }
    }

    #[test]
    fn hides_the_password() {
        let proxy: Proxy = "http://ada:hunter2@h".parse().unwrap();
        assert!(!format!("{proxy:?} {proxy}").contains("hunter2"));
        assert_eq!(proxy.basic().unwrap(), "Basic YWRhOmh1bnRlcjI=");
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_as_the_same_proxy(text in "(https?|socks[45])?(://)?[a-z0-9@:.\\[\\]%/]{0,20}") {
            if let Ok(proxy) = text.parse::<Proxy>() {
                let again: Proxy = proxy.to_string().parse().unwrap();
                prop_assert_eq!(again, Proxy { credentials: None, ..proxy });
            }
        }
    }
}
