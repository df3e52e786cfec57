//! The head of a response.

use crate::http::{Headers, Status, Version};

/// Status line and header fields of a response (RFC 9112, 4 and 5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResponseHead {
    /// The protocol version: 1.0 or 1.1.
    pub version: Version,
    /// The status code.
    pub status: Status,
    /// The reason phrase as it was sent, which may be empty.
    pub reason: String,
    /// The header fields, in order.
    pub headers: Headers,
}
