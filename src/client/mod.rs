//! An HTTP client with the feel of Python's `requests`: sessions, prepared requests,
//! responses, cookies, redirects, authentication, decoding.

mod auth;
mod error;
mod options;
mod payload;
mod request;
mod response;
mod session;

pub use auth::Auth;
pub use error::{Error, ErrorKind};
pub use options::Options;
pub use payload::{Multipart, Part, Payload};
pub use request::Request;
pub use response::{Response, SentRequest};
pub use session::Session;

pub use crate::transport::Verify;
