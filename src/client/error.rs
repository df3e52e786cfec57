//! What can go wrong with an exchange.

use std::fmt;

use crate::http::{InvalidHeader, InvalidUrl, Phase};
use crate::source::ReadError;
use crate::transport::{self, BoxError};

/// Why there is no response.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    source: Option<BoxError>,
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
    /// The response's status says that the request failed; see [`super::Response::raise_for_status`].
    Status,
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
            Self::Status => "status",
        }
    }
}

impl Error {
    /// An error of a kind, said in a lowercase fragment.
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), source: None }
    }

    /// The same error with what caused it.
    pub(crate) fn with_source(self, source: impl Into<BoxError>) -> Self {
        Self { source: Some(source.into()), ..self }
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

impl From<transport::Error> for Error {
    fn from(error: transport::Error) -> Self {
        use transport::ErrorKind as Transport;

        let kind = match error.kind() {
            Transport::Resolve => ErrorKind::Resolve,
            Transport::Connect => ErrorKind::Connect,
            Transport::Tls => ErrorKind::Tls,
            Transport::Timeout(phase) => ErrorKind::Timeout(phase),
            Transport::Connection => ErrorKind::Connection,
            Transport::Truncated => ErrorKind::Truncated,
            Transport::Protocol => ErrorKind::Protocol,
            Transport::TooLarge => ErrorKind::TooLarge,
            Transport::Body => ErrorKind::Request,
            Transport::Receiver => return refused(error),
        };
        Self { kind, message: error.to_string(), source: error.into_source() }
    }
}

/// What the receiver had against the response is the error, and not that it had something against it.
fn refused(error: transport::Error) -> Error {
    let message = error.to_string();
    match error.into_source().map(|source| source.downcast::<Error>()) {
        Some(Ok(own)) => *own,
        Some(Err(source)) => Error::new(ErrorKind::Protocol, message).with_source(source),
        None => Error::new(ErrorKind::Protocol, message),
    }
}

impl From<InvalidHeader> for Error {
    fn from(error: InvalidHeader) -> Self {
        Self::new(ErrorKind::Request, error.to_string()).with_source(error)
    }
}

impl From<InvalidUrl> for Error {
    fn from(error: InvalidUrl) -> Self {
        Self::new(ErrorKind::Request, error.to_string()).with_source(error)
    }
}

impl From<ReadError> for Error {
    fn from(error: ReadError) -> Self {
        Self::new(ErrorKind::Request, error.to_string()).with_source(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_over_what_the_transport_says() {
        for (from, to) in [
            (transport::ErrorKind::Resolve, "resolve"),
            (transport::ErrorKind::Timeout(Phase::Wait), "timeout"),
            (transport::ErrorKind::Body, "request"),
            (transport::ErrorKind::Receiver, "protocol"),
        ] {
            let error = Error::from(transport::Error::new(from, "what happened"));
            assert_eq!((error.kind().as_str(), error.to_string().as_str()), (to, "what happened"));
        }
    }

    #[test]
    fn unwraps_what_the_receiver_said() {
        let own = Error::new(ErrorKind::Decode, "not gzip");
        let error = transport::Error::new(transport::ErrorKind::Receiver, "refused").with_source(own);
        assert_eq!(Error::from(error).to_string(), "not gzip");
    }
}
