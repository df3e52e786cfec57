//! The part of the WebSocket's handshake that both sides compute (RFC 6455, 1.3).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest as _, Sha1};

/// What every server appends to the key.
const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// The version of the protocol: the one that there is.
pub const WEBSOCKET_VERSION: &str = "13";

/// The `Sec-WebSocket-Accept` by which a server shows that it has understood a
/// `Sec-WebSocket-Key`.
///
/// ```
/// // The example of RFC 6455, 1.3.
/// assert_eq!(rqtest::proto::websocket_accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
/// ```
pub fn websocket_accept(key: &str) -> String {
    STANDARD.encode(Sha1::new().chain_update(key).chain_update(GUID).finalize())
}

/// A `Sec-WebSocket-Key` of sixteen bytes, which should be random.
pub fn websocket_key(nonce: [u8; 16]) -> String {
    STANDARD.encode(nonce)
}

/// Whether a text is a key: sixteen bytes in base64.
pub fn is_websocket_key(text: &str) -> bool {
    STANDARD.decode(text).is_ok_and(|nonce| nonce.len() == 16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_keys_from_other_texts() {
        assert!(is_websocket_key(&websocket_key([7; 16])));
        for text in ["", "dGhlIHNhbXBsZSBub25jZQ", "c2hvcnQ=", "dGhlIHNhbXBsZSBub25jZSAgIA==", "?"] {
            assert!(!is_websocket_key(text), "{text:?}");
        }
    }
}
