//! A request on its way out, and a response on its way in.

use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::http::{Body, Headers, Method, Timings, Version};
use crate::proto::ResponseHead;

use super::{BoxError, Cancel, Endpoint, TlsInfo, Trace, Upgraded};

/// A request, ready for the wire.
#[derive(Clone, Debug)]
pub struct Exchange<'a> {
    /// Where it goes.
    pub endpoint: &'a Endpoint,
    /// The method.
    pub method: &'a Method,
    /// What stands on the request line after the method.
    pub target: &'a str,
    /// The version on the request line: 1.0 or 1.1.
    pub version: Version,
    /// Every header field in the order of the wire, `Host` and the body's
    /// `Content-Length` or `Transfer-Encoding` among them.
    pub headers: &'a Headers,
    /// What it carries; sent in chunks where the headers say so.
    pub body: &'a Body,
    /// Whether the body is the whole message, head included: then nothing else is sent, on
    /// a connection of its own.
    pub is_message: bool,
    /// When to give up.
    pub deadlines: Deadlines,
    /// Who is told what happens on the way, where somebody wants to know.
    pub trace: Option<&'a Arc<Trace>>,
}

/// When an exchange is given up; `None` is never.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Deadlines {
    /// When all of it must be done.
    pub total: Option<Instant>,
    /// The time to open a connection: name look-up, TCP and TLS.
    pub connect: Option<Duration>,
    /// The time to wait for the next bytes to come, or to be taken.
    pub read: Option<Duration>,
    /// The time after which enough has come of a body: the exchange then ends well.
    pub enough: Option<Duration>,
    /// Who may cut it short before.
    pub cancel: Option<Cancel>,
}

/// Takes a response as it arrives. An error stops the exchange and closes the connection.
pub trait Receiver {
    /// Takes the head of the final response; called once, before any data.
    ///
    /// # Errors
    /// If the response is not wanted.
    fn head(&mut self, head: &ResponseHead) -> Result<(), BoxError>;

    /// Takes the next bytes of the body, without what frames them. A break ends the exchange
    /// well before the body does, and closes the connection.
    ///
    /// # Errors
    /// If the body is not wanted as it is.
    fn data(&mut self, bytes: &[u8]) -> Result<ControlFlow<()>, BoxError>;

    /// Takes over the connection after a response that switches to another protocol (101):
    /// by default, it is closed.
    fn upgraded(&mut self, _connection: Upgraded) {}
}

/// What is known of a response that was read, whole or for as long as it was wanted.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Status line and header fields.
    pub head: ResponseHead,
    /// The fields that came after a chunked body.
    pub trailers: Headers,
    /// How long each phase took.
    pub timings: Timings,
    /// The address that it came from.
    pub peer: Option<SocketAddr>,
    /// What was agreed on, where it came over TLS.
    pub tls: Option<Arc<TlsInfo>>,
    /// Whether the connection had served a request before.
    pub reused: bool,
    /// What a person should know: lowercase fragments.
    pub warnings: Vec<String>,
}
