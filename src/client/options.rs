//! How a request is sent.

use std::time::Duration;

use crate::http::Version;
use crate::transport::Verify;

/// Options of a request or of a session; `None` leaves an option to the session, and
/// then to the client's own default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The time for all of it, redirects included. Default: 30 seconds.
    pub timeout: Option<Duration>,
    /// The time to open a connection: name look-up, TCP and TLS. Default: 10 seconds.
    pub connect_timeout: Option<Duration>,
    /// The time to wait for the next bytes. Default: what is left of `timeout`.
    pub read_timeout: Option<Duration>,
    /// How many redirects are followed; with 0 a redirect is the response. Default: 30, as requests has it.
    pub redirects: Option<usize>,
    /// How the server's certificate is checked. Default: against the platform's roots.
    pub verify: Option<Verify>,
    /// The protocol version. Default: HTTP/1.1.
    pub version: Option<Version>,
    /// Whether the body is decoded as `Content-Encoding` says. Default: true.
    pub decompress: Option<bool>,
    /// The character set of the response's text, whatever the response says of it.
    pub encoding: Option<String>,
    /// Whether cookies are kept and sent. Default: true.
    pub cookie_jar: Option<bool>,
    /// The most bytes that a response body may have, decoded. Default: 64 MiB.
    pub max_body: Option<u64>,
}
