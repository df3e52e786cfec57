//! What a connection leads to.

use std::fmt;
use std::sync::Arc;

use crate::http::Scheme;

use super::{Route, TlsOptions};

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
    /// How to get there.
    pub route: Arc<Route>,
    /// What holds for TLS.
    pub tls: Arc<TlsOptions>,
}

impl Endpoint {
    /// A place that one goes straight to, TLS as it is by default.
    pub fn new(scheme: Scheme, host: impl Into<String>, port: u16) -> Self {
        Self { scheme, host: host.into(), port, route: Route::direct(), tls: TlsOptions::shared() }
    }
}

/// Shown as `host:port`.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}
