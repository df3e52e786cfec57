//! How a client proves who it is: the challenges of a server or a proxy, and the schemes
//! that answer them or sign a request, as pure functions. Clock, randomness and files are
//! the caller's.

mod challenge;
mod digest;
mod hash;
mod jwt;
mod oauth1;
mod sigv4;
#[cfg(test)]
mod vectors;

pub use challenge::{Challenge, parameters};
pub use digest::{DigestChallenge, DigestRequest};
pub use hash::Hasher;
pub use jwt::{InvalidToken, JsonWebToken};
pub use oauth1::{InvalidRsaKey, OAuth1Method, RsaKey, authorization, base_string, form_pairs};
pub use sigv4::{SigV4, SignedPath, SignedRequest, UNSIGNED_PAYLOAD, signable};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};

/// All but the unreserved characters (RFC 3986, 2.3).
pub(crate) const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
