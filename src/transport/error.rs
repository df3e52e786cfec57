//! What can go wrong on the wire.

use std::fmt;

use crate::http::Phase;

/// An error of any kind.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why an exchange failed.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    source: Option<BoxError>,
}

/// What kind of thing went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
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
    /// The head, or what frames the body, is larger than it may be.
    TooLarge,
    /// A file of the request's body cannot be read as it was announced.
    Body,
    /// The receiver refused the response; its error is the source.
    Receiver,
}

impl Error {
    /// An error of a kind, said in a lowercase fragment.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    /// The same error with what caused it.
    pub fn with_source(self, source: impl Into<BoxError>) -> Self {
        Self { source: Some(source.into()), ..self }
    }

    /// The kind.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// What caused it, to be taken: of [`ErrorKind::Receiver`], the receiver's own error.
    pub fn into_source(self) -> Option<BoxError> {
        self.source
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
