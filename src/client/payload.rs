//! What a request carries, with the media type that goes with it.

use crate::http::Body;

/// A body and its media type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payload {
    /// The bytes.
    pub body: Body,
    /// The `Content-Type` where the headers have none.
    pub content_type: Option<String>,
}

/// A `multipart/form-data` body (RFC 7578).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Multipart {
    /// The parts, in order.
    pub parts: Vec<Part>,
}

/// A part of a multipart body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The field's name.
    pub name: String,
    /// What it holds.
    pub body: Body,
    /// The file name.
    pub filename: Option<String>,
    /// The media type.
    pub content_type: Option<String>,
    /// Further header fields.
    pub headers: crate::http::Headers,
}
