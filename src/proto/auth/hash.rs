//! Hashes over what comes in pieces, and in the forms in which schemes write them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{KeyInit, Mac};
use sha2::digest::DynDigest;
use sha2::{Digest, Sha256};

/// Hashes what it is given in pieces: a body, which may be a file of any length.
pub struct Hasher(Box<dyn DynDigest>);

impl Hasher {
    pub(super) fn new<D: DynDigest + Default + 'static>() -> Self {
        Self(Box::new(D::default()))
    }

    /// SHA-256.
    pub fn sha256() -> Self {
        Self::new::<Sha256>()
    }

    /// Takes the next piece.
    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// The hash of all of it, in hexadecimal.
    pub fn hexadecimal(self) -> String {
        hexadecimal(&self.0.finalize())
    }

    /// The hash of all of it, in base64.
    pub fn base64(self) -> String {
        STANDARD.encode(self.0.finalize())
    }
}

impl std::fmt::Debug for Hasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hasher").finish_non_exhaustive()
    }
}

pub(super) fn sha256(text: &str) -> String {
    hexadecimal(&Sha256::digest(text))
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// RFC 2104.
pub(super) fn hmac<M: Mac + KeyInit>(key: &[u8], text: &str) -> Vec<u8> {
    let mut code = <M as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
    code.update(text.as_bytes());
    code.finalize().into_bytes().to_vec()
}
