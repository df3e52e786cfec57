//! What a connection leads to.

use std::fmt;
use std::path::PathBuf;

use crate::http::Scheme;

/// Everything that makes a connection what it is: two requests of equal endpoints may
/// share one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// In clear, or over TLS.
    pub scheme: Scheme,
    /// The host: lower case, an IPv6 address in brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// How the server's certificate is checked.
    pub verify: Verify,
}

/// How the server's certificate is checked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Verify {
    /// Against the roots of the platform, or bundled ones where it has none.
    #[default]
    Platform,
    /// Not at all.
    Off,
    /// Against the certificates in a PEM file.
    Roots(PathBuf),
}

/// Shown as `host:port`.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}
