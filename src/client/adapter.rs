//! What carries a session's requests: the connections of a pool, or a function.

use std::fmt;

use crate::http::{Headers, InvalidHeader, Method, Status, Timings, Version};
use crate::proto::ResponseHead;
use crate::transport::{self, Exchange, Pool, Receiver, Reply};

/// Carries a request to where its response comes from.
pub trait Adapter: fmt::Debug + Send + Sync {
    /// Sends a request and hands the response over as it arrives.
    ///
    /// # Errors
    /// If there is no whole response in time, or the receiver refuses it.
    fn send(&self, exchange: &Exchange<'_>, receiver: &mut dyn Receiver) -> Result<Reply, transport::Error>;
}

/// Over the network.
impl Adapter for Pool {
    fn send(&self, exchange: &Exchange<'_>, receiver: &mut dyn Receiver) -> Result<Reply, transport::Error> {
        self.exchange(exchange, receiver)
    }
}

/// Answers with what a function says, without any network: for tests.
pub struct InMemory {
    answer: Box<dyn Fn(&Exchange<'_>) -> Answer + Send + Sync>,
}

/// What an [`InMemory`] adapter answers, as it would come over the wire.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status code.
    pub status: Status,
    /// The header fields.
    pub headers: Headers,
    /// The body, encoded as `Content-Encoding` says.
    pub body: Vec<u8>,
}

impl InMemory {
    /// An adapter that answers each request with what the function makes of it.
    pub fn new(answer: impl Fn(&Exchange<'_>) -> Answer + Send + Sync + 'static) -> Self {
        Self { answer: Box::new(answer) }
    }
}

impl Answer {
    /// An answer with a status and nothing else.
    pub fn new(status: Status) -> Self {
        Self { status, headers: Headers::new(), body: Vec::new() }
    }

    /// `200 OK` with a body.
    pub fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..Self::new(Status::new(200).expect("200 has three digits")) }
    }

    /// This answer with a header field more.
    ///
    /// # Errors
    /// As [`Headers::append`].
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, InvalidHeader> {
        self.headers.append(name, value)?;
        Ok(self)
    }
}

impl Adapter for InMemory {
    fn send(&self, exchange: &Exchange<'_>, receiver: &mut dyn Receiver) -> Result<Reply, transport::Error> {
        let Answer { status, headers, body } = (self.answer)(exchange);
        let reason = status.reason().unwrap_or_default().to_owned();
        let head = ResponseHead { version: Version::Http11, status, reason, headers };
        let refused = |error: transport::BoxError| {
            transport::Error::new(transport::ErrorKind::Receiver, error.to_string()).with_source(error)
        };
        receiver.head(&head).map_err(refused)?;
        // RFC 9110, 6.4.1: these have no body whatever their fields say.
        let without_body = *exchange.method == Method::HEAD || matches!(status.code(), 204 | 304);
        if !body.is_empty() && !without_body {
            receiver.data(&body).map_err(refused)?;
        }
        Ok(Reply {
            head,
            trailers: Headers::new(),
            timings: Timings::default(),
            peer: None,
            reused: false,
            warnings: Vec::new(),
        })
    }
}

impl fmt::Debug for InMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InMemory").finish_non_exhaustive()
    }
}
