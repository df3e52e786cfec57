//! What came back.

use std::borrow::Cow;
use std::net::SocketAddr;

use crate::http::{Body, Headers, Method, Status, Timings, Url, Version};

/// A response, read whole.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status code.
    pub status: Status,
    /// The reason phrase as it was sent, which may be empty.
    pub reason: String,
    /// The protocol version of the response.
    pub version: Version,
    /// The header fields.
    pub headers: Headers,
    /// The fields that came after a chunked body.
    pub trailers: Headers,
    /// The body, decoded as `Content-Encoding` says.
    pub body: Vec<u8>,
    /// The URL that it came from: the last one, redirects followed.
    pub url: Url,
    /// The responses that led here, oldest first.
    pub history: Vec<Response>,
    /// The request as it was sent.
    pub request: SentRequest,
    /// How long each phase took: of this exchange, but the total of all of them.
    pub timings: Timings,
    /// The address that it came from.
    pub peer: Option<SocketAddr>,
    /// The character set to read the body in, where the request set one.
    pub encoding: Option<String>,
    /// What a person should know: lowercase fragments.
    pub warnings: Vec<String>,
}

/// A request as it was sent.
#[derive(Clone, Debug)]
pub struct SentRequest {
    /// The method.
    pub method: Method,
    /// The URL.
    pub url: Url,
    /// Every header field, in the order in which they were sent.
    pub headers: Headers,
    /// The body.
    pub body: Body,
}

impl Response {
    /// The body as text: in the character set that was asked for, that of a byte order
    /// mark, that of `Content-Type`, UTF-8 if it is that, else the one detected.
    ///
    /// # Errors
    /// If the body is not in the character set that was asked for or declared, in words
    /// that name it.
    pub fn text(&self) -> Result<Cow<'_, str>, String> {
        todo!()
    }
}
