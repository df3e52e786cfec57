//! How a client proves who it is: the challenges of a server or a proxy, and the schemes
//! that answer them or sign a request, as pure functions. Clock, randomness and files are
//! the caller's.

mod challenge;
mod digest;

pub use challenge::{Challenge, parameters};
pub use digest::{BodyHash, DigestChallenge, DigestRequest};

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
