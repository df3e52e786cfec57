//! The values that HTTP speaks of: methods, status codes, versions, fields,
//! URLs, bodies, and what can go wrong with them. Plain data, with no I/O:
//! what a body's reader gives is read by the transport.

mod body;
mod error;
mod form;
mod headers;
mod link;
mod method;
mod status;
mod stream;
mod timings;
mod tls_version;
mod url;
mod version;

pub use body::{Body, Segment};
pub use error::{BoxError, Error, ErrorKind, Partial};
pub(crate) use form::{encode_illegal, push_pair};
pub use headers::{Header, HeaderValue, Headers, InvalidHeader};
pub use link::{Link, Links};
pub use method::{InvalidMethod, Method};
pub use status::{InvalidStatus, Status};
pub use stream::Stream;
pub use timings::{Phase, Timings};
pub use tls_version::TlsVersion;
pub use url::{InvalidUrl, Scheme, Url};
pub use version::Version;

/// Whether a byte may stand in a token (RFC 9110, 5.6.2), the form of methods
/// and field names.
pub(crate) fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}
