//! What can go wrong with an exchange.

use std::fmt;

use crate::http::Phase;

/// Why there is no response.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What kind of thing went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The request cannot be sent as it is.
    Request,
    /// The host's name has no address.
    Resolve,
    /// No connection could be opened.
    Connect,
    /// The TLS handshake failed.
    Tls,
    /// The time ran out in this phase.
    Timeout(Phase),
    /// The connection broke.
    Connection,
    /// The response ended too early.
    Truncated,
    /// The response is not HTTP as it should be.
    Protocol,
    /// The response is larger than it may be.
    TooLarge,
    /// A redirect that cannot be followed.
    Redirect,
    /// The body is not what `Content-Encoding` says.
    Decode,
}

impl ErrorKind {
    /// The kind as reports name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Resolve => "resolve",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Timeout(_) => "timeout",
            Self::Connection => "connection",
            Self::Truncated => "truncated",
            Self::Protocol => "protocol",
            Self::TooLarge => "too-large",
            Self::Redirect => "redirect",
            Self::Decode => "decode",
        }
    }
}

impl Error {
    /// An error of a kind, said in a lowercase fragment.
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    /// The kind.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| &**source as _)
    }
}
