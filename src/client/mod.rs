//! An HTTP client with the feel of Python's `requests`: sessions, prepared requests,
//! responses, cookies, redirects, authentication, decoding.

mod auth;
mod cookies;
mod decode;
mod error;
mod options;
mod payload;
mod request;
mod response;
mod session;
#[cfg(test)]
mod vectors;

pub use auth::Auth;
pub use cookies::{Cookie, CookieJar, SameSite, SetCookie};
pub use error::{Error, ErrorKind};
pub use options::Options;
pub use payload::{Multipart, Part, Payload};
pub use request::Request;
pub use response::{Response, SentRequest};
pub use session::Session;

pub use crate::transport::Verify;
