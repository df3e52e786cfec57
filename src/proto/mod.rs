//! HTTP/1.1 without I/O: bytes to states and back (RFC 9112).

mod head;

pub use head::ResponseHead;
