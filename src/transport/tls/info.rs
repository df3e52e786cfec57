//! What a TLS handshake came to.

use rustls::{ClientConnection, ProtocolVersion};

use super::Certificate;
use crate::http::TlsVersion;

/// What a connection over TLS was agreed to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsInfo {
    /// The version of TLS.
    pub version: TlsVersion,
    /// The cipher suite by its IANA name: `TLS_AES_128_GCM_SHA256`.
    pub cipher: String,
    /// The certificates that the server sent, its own first; where a session was resumed,
    /// those of the session's first handshake.
    pub certificates: Vec<Certificate>,
}

impl TlsInfo {
    /// Of a connection whose handshake is done.
    pub(super) fn of(connection: &ClientConnection) -> Self {
        let version = match connection.protocol_version() {
            Some(ProtocolVersion::TLSv1_2) => TlsVersion::Tls12,
            _ => TlsVersion::Tls13,
        };
        let cipher = connection.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str()).unwrap_or_default();
        let certificates = connection.peer_certificates().unwrap_or_default();
        Self {
            version,
            // What the library calls `TLS13_…` is `TLS_…` in IANA's registry.
            cipher: cipher.replacen("TLS13_", "TLS_", 1),
            certificates: certificates.iter().map(|certificate| Certificate::from_der(certificate.as_ref())).collect(),
        }
    }

    /// The server's own certificate.
    pub fn certificate(&self) -> Option<&Certificate> {
        self.certificates.first()
    }
}

#[cfg(test)]
mod tests {
    use super::super::authority::{Authority, configuration, get, greet, parameters, serve};
    use super::*;
    use crate::transport::Pool;

    #[test]
    fn tells_what_was_agreed_on_of_resumed_sessions_too() {
        let authority = Authority::new("root");
        let identity = authority.issue(&parameters(&["127.0.0.1"]));
        let leaf = identity.chain[0].clone();
        let server = serve(configuration(identity), greet);
        let pool = Pool::new();
        for _ in 0..2 {
            let info = get(&server, &authority.verify(), &pool).unwrap().0.tls.unwrap();
            assert_eq!((info.version, info.cipher.as_str()), (TlsVersion::Tls13, "TLS_AES_256_GCM_SHA384"));
            assert_eq!(info.certificate().unwrap().as_der(), leaf.as_ref());
        }
    }
}
