//! Responses, as handlers make them.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Read, Write};

use serde_json::Value;

use super::delivery::Sink;
use super::problem::Problem;
use crate::http::{Headers, Status};

/// A response that has yet to be written.
#[derive(Debug)]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) headers: Headers,
    pub(super) content: Content,
}

/// The content of a response.
pub(super) enum Content {
    /// All of it.
    Whole(Cow<'static, [u8]>),
    /// What a function writes; chunked where its length is not known.
    Streamed {
        /// The length in bytes.
        length: Option<u64>,
        /// Writes it.
        write: Producer,
    },
    /// None: from here on the connection carries another protocol, which a function speaks.
    Switched(Speaker),
}

/// Writes content piece by piece.
pub(super) type Producer = Box<dyn FnOnce(&mut Sink<'_>) -> io::Result<()>>;

/// Speaks another protocol than HTTP, until the connection is to be closed.
pub(super) type Speaker = Box<dyn FnOnce(&mut dyn Duplex) -> io::Result<()>>;

/// A connection, to be read from and written to.
pub(super) trait Duplex: Read + Write {}

impl<T: Read + Write> Duplex for T {}

impl Response {
    /// 200 without content.
    pub(super) fn empty() -> Self {
        Self { status: 200, headers: Headers::new(), content: Content::Whole(Cow::Borrowed(&[])) }
    }

    /// 200 with content of a type.
    pub(super) fn new(media_type: &'static str, content: impl Into<Cow<'static, [u8]>>) -> Self {
        Self { content: Content::Whole(content.into()), ..Self::empty() }.with_type(media_type)
    }

    /// 200 with text of a type.
    pub(super) fn text(media_type: &'static str, text: impl Into<Cow<'static, str>>) -> Self {
        match text.into() {
            Cow::Borrowed(text) => Self::new(media_type, text.as_bytes()),
            Cow::Owned(text) => Self::new(media_type, text.into_bytes()),
        }
    }

    /// 200 with JSON, indented by two and ended by a line feed, as httpbin writes it.
    pub(super) fn json(value: &Value) -> Self {
        let mut content = serde_json::to_vec_pretty(value).expect("a JSON value has no keys but strings");
        content.push(b'\n');
        Self::new("application/json", content)
    }

    /// 200 with content that is written piece by piece.
    pub(super) fn streamed(media_type: &'static str, length: Option<u64>, write: Producer) -> Self {
        Self { content: Content::Streamed { length, write }, ..Self::empty() }.with_type(media_type)
    }

    /// 101: another protocol follows, which a function speaks.
    pub(super) fn switched(protocol: &'static str, speak: Speaker) -> Self {
        let mut response = Self { status: 101, content: Content::Switched(speak), ..Self::empty() };
        response.headers.set("Upgrade", protocol).expect("a protocol of ours has no line break");
        response
    }

    /// With another status code.
    pub(super) fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// With another type.
    pub(super) fn with_type(mut self, media_type: &'static str) -> Self {
        self.headers.set("Content-Type", media_type).expect("a media type of ours has no line break");
        self
    }

    /// With one more header field.
    ///
    /// # Errors
    /// If the field cannot be sent.
    pub(super) fn with_header(mut self, name: &str, value: impl AsRef<[u8]>) -> Result<Self, Problem> {
        self.headers.append(name, value)?;
        Ok(self)
    }

    /// The header fields, to be changed.
    pub(super) fn headers_mut(&mut self) -> &mut Headers {
        &mut self.headers
    }

    /// The length of the content in bytes, where it is known.
    pub(super) fn length(&self) -> Option<u64> {
        match &self.content {
            Content::Whole(content) => Some(content.len() as u64),
            Content::Streamed { length, .. } => *length,
            Content::Switched(_) => None,
        }
    }

    /// The registered reason phrase of a status code, or nothing.
    pub(super) fn reason_of(status: u16) -> &'static str {
        Status::new(status).ok().and_then(Status::reason).unwrap_or_default()
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(content) => write!(f, "{} bytes", content.len()),
            Self::Streamed { length: Some(length), .. } => write!(f, "{length} bytes, streamed"),
            Self::Streamed { length: None, .. } => f.write_str("streamed"),
            Self::Switched(_) => f.write_str("another protocol"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_header_injection() {
        let error = Response::empty().with_header("Location", "/a\r\nSet-Cookie: b=c").unwrap_err();
        assert_eq!(error.status(), 400);
    }
}
