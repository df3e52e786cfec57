//! How a request is sent: what a request, a file's `defaults` and the project's
//! configuration can each say, the nearest winning.

use std::time::Duration;

use crate::http::Version;
use crate::source::{Existing, Spanned};

use super::{Cert, Route, Silent, Text, Tls};

/// How many redirects are followed where an author only says that they are.
pub const DEFAULT_REDIRECTS: usize = 30;

/// Settings of one level; `None` leaves a setting to the level above.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// The time for all of it, redirects included.
    pub timeout: Option<Spanned<Duration>>,
    /// The time to open a connection, name look-up and TLS included.
    pub connect_timeout: Option<Spanned<Duration>>,
    /// The time to wait for the next bytes.
    pub read_timeout: Option<Spanned<Duration>>,
    /// How many redirects are followed; with 0 a redirect is the response.
    pub redirects: Option<Spanned<usize>>,
    /// How the server's certificate is checked.
    pub verify: Option<Spanned<Verify>>,
    /// The way that it takes.
    pub route: Route,
    /// Who the client is, where a server asks for its certificate.
    pub cert: Option<Spanned<Cert>>,
    /// How TLS is spoken.
    pub tls: Tls,
    /// The protocol version.
    pub http_version: Option<Spanned<Version>>,
    /// Whether the body is decoded as `Content-Encoding` says.
    pub decompress: Option<Spanned<bool>>,
    /// The character set of the response, where its own word is not to be trusted.
    pub encoding: Option<Spanned<String>>,
    /// Where cookies are kept.
    pub cookie_jar: Option<Spanned<Jar>>,
    /// The most bytes that a response body may have, decoded.
    pub max_body: Option<Spanned<u64>>,
    /// The file that the response body goes to.
    pub output: Option<Spanned<Output>>,
}

/// A file that a response body goes to.
#[derive(Clone, Debug, PartialEq)]
pub struct Output {
    /// Its path, relative to the spec file.
    pub path: Text,
    /// What becomes of a file that is there.
    pub existing: Existing,
}

/// How the server's certificate is checked.
#[derive(Clone, Debug, PartialEq)]
pub enum Verify {
    /// Against the roots of the platform.
    On,
    /// Not at all.
    Off,
    /// Against the certificates in a PEM file, or in those of a folder.
    Roots(Text),
}

/// Where cookies are kept.
#[derive(Clone, Debug, PartialEq)]
pub enum Jar {
    /// In that of the file's session.
    Session,
    /// Nowhere: none are sent, and none are kept.
    Off,
    /// In a file, relative to the spec file.
    File(Text),
}

impl Silent for Settings {
    const SILENT: &'static Self = &Self {
        timeout: None,
        connect_timeout: None,
        read_timeout: None,
        redirects: None,
        verify: None,
        route: Route::SILENT,
        cert: None,
        tls: Tls::SILENT,
        http_version: None,
        decompress: None,
        encoding: None,
        cookie_jar: None,
        max_body: None,
        output: None,
    };
}

impl Settings {
    /// These settings, and those of the level above where these are silent.
    #[must_use]
    pub fn or(&self, above: &Self) -> Self {
        macro_rules! nearest {
            ($($field:ident),* $(,)?) => {
                Self {
                    route: self.route.or(&above.route),
                    tls: self.tls.or(&above.tls),
                    $($field: self.$field.clone().or_else(|| above.$field.clone())),*
                }
            };
        }
        nearest!(
            timeout,
            connect_timeout,
            read_timeout,
            redirects,
            verify,
            cert,
            http_version,
            decompress,
            encoding,
            cookie_jar,
            max_body,
            output,
        )
    }
}
