//! TLS: configurations by how certificates are checked, the handshake, and the wire that
//! comes of it.

#[cfg(test)]
mod authority;
mod certificate;
mod configuration;
mod distrust;
mod identity;
mod info;
mod key_file;
mod key_log;
mod options;
mod pem;
mod pin;
mod refusal;
mod trust;
#[cfg(test)]
mod tunneled;
mod verifier;
mod wire;

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, HandshakeKind};

use super::wire::is_tick;
use super::{Clock, Endpoint, Error, ErrorKind, Wire};

pub use certificate::{Certificate, CertificateFields};
use configuration::configure;
pub use identity::Identity;
pub use info::TlsInfo;
pub use options::{TlsOptions, Verify};
pub use pin::{InvalidKeyPin, KeyPin};
pub(super) use refusal::refused;
use refusal::refused_handshake;
use wire::TlsWire;

/// The configurations that were needed so far, each with its store of sessions to resume.
#[derive(Debug, Default)]
pub(super) struct Tls {
    configurations: Mutex<HashMap<Arc<TlsOptions>, Arc<ClientConfig>>>,
}

impl Tls {
    /// Makes a TLS connection of any other.
    ///
    /// # Errors
    /// If the server is not who it should be, or does not speak TLS as we do, or not in time.
    pub(super) fn handshake(
        &self,
        endpoint: &Endpoint,
        mut carrier: Box<dyn Wire>,
        clock: &Clock,
    ) -> Result<TlsWire, Error> {
        let configuration = self.configuration(&endpoint.tls)?;
        let mut connection = ClientConnection::new(configuration, server_name(endpoint)?)
            .map_err(|error| Error::new(ErrorKind::Tls, error.to_string()))?;
        while connection.is_handshaking() {
            let done = carrier.set_patience(clock.patience()?).and_then(|()| connection.complete_io(&mut carrier));
            match done {
                Err(error) if !is_tick(&error) => return Err(broken_off(endpoint, error)),
                _ => {}
            }
        }
        let is_resumed = connection.handshake_kind() == Some(HandshakeKind::Resumed);
        let wire = TlsWire::new(connection, carrier);
        clock.note(|| agreed(wire.info(), is_resumed));
        clock.note(|| certified(wire.info()));
        Ok(wire)
    }

    /// The configuration, made when it is first needed: reading the platform's roots takes time.
    fn configuration(&self, options: &Arc<TlsOptions>) -> Result<Arc<ClientConfig>, Error> {
        let mut configurations = self.configurations.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = configurations.get(options) {
            return Ok(Arc::clone(known));
        }
        let configuration = Arc::new(configure(options)?);
        configurations.insert(Arc::clone(options), Arc::clone(&configuration));
        Ok(configuration)
    }
}

/// `TLS 1.3, TLS_AES_256_GCM_SHA384, resumed`
fn agreed(info: &TlsInfo, is_resumed: bool) -> String {
    let resumed = if is_resumed { ", resumed" } else { "" };
    format!("{}, {}{resumed}", info.version, info.cipher)
}

/// `the certificate of CN=example.org, valid until 2027-01-31T12:00:00Z`
fn certified(info: &TlsInfo) -> String {
    match info.certificate().and_then(Certificate::read) {
        Some(fields) => format!("the certificate of {}, valid until {}", fields.subject, fields.expire_date),
        None => "a certificate that cannot be read".to_owned(),
    }
}

fn server_name(endpoint: &Endpoint) -> Result<ServerName<'static>, Error> {
    let host = endpoint.tls.server_name.as_deref().unwrap_or(&endpoint.host);
    let host = host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.');
    ServerName::try_from(host.to_owned())
        .map_err(|_| Error::new(ErrorKind::Tls, format!("`{host}` is not a name that a certificate can have")))
}

fn broken_off(endpoint: &Endpoint, error: io::Error) -> Error {
    match refused_handshake(&error, &endpoint.tls.versions()) {
        Some(words) => Error::new(ErrorKind::Tls, format!("the TLS handshake with {endpoint} failed: {words}")),
        None if error.kind() == io::ErrorKind::UnexpectedEof => {
            Error::new(ErrorKind::Tls, format!("{endpoint} closed the connection in the TLS handshake"))
        }
        None => Error::new(ErrorKind::Tls, format!("the connection to {endpoint} broke in the TLS handshake: {error}")),
    }
    .with_source(error)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::sync::mpsc;
    use std::time::Duration;

    use rustls::crypto::ring;
    use rustls::pki_types::PrivateKeyDer;
    use rustls::server::WebPkiClientVerifier;
    use rustls::{HandshakeKind, RootCertStore, ServerConfig};

    use super::authority::{Authority, Identity, configuration, get, greet, parameters, serve};
    use super::*;
    use crate::http::{Phase, Scheme};
    use crate::transport::Pool;
    use crate::transport::loopback::{Call, Server, read_head, read_request};

    /// More than the buffers of two sockets hold.
    const HUGE: usize = 16 * 1024 * 1024;

    #[test]
    fn a_trace_says_what_was_agreed_and_whose_certificate_it_is() {
        let authority = Authority::new("root");
        let certificate = Certificate::from_der(authority.issue(&parameters(&["127.0.0.1"])).chain[0].as_ref());
        let info = TlsInfo {
            version: crate::http::TlsVersion::Tls13,
            cipher: "TLS_AES_128_GCM_SHA256".to_owned(),
            certificates: vec![certificate],
        };
        assert_eq!(agreed(&info, true), "TLS 1.3, TLS_AES_128_GCM_SHA256, resumed");
        let words = certified(&info);
        assert!(words.starts_with("the certificate of ") && words.contains(", valid until "), "{words}");
    }

    #[test]
    fn talks_to_a_server_whose_root_is_given() {
        let authority = Authority::new("root");
        let server = serve(configuration(authority.issue(&parameters(&["127.0.0.1"]))), greet);
        let pool = Pool::new();
        let (first, body) = get(&server, &authority.verify(), &pool).unwrap();
        let (second, _) = get(&server, &authority.verify(), &pool).unwrap();
        assert_eq!((&*body, first.reused, second.reused, server.accepted()), (&b"hello"[..], false, true, 1));
        assert!(!first.timings.tls.is_zero() && second.timings.tls.is_zero());
    }

    #[test]
    fn resumes_sessions() {
        let authority = Authority::new("root");
        let (sender, kinds) = mpsc::channel();
        let server = serve(configuration(authority.issue(&parameters(&["127.0.0.1"]))), move |mut stream| {
            read_request(&mut stream);
            sender.send(stream.conn.handshake_kind()).unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n").unwrap();
        });
        let pool = Pool::new();
        for expected in [HandshakeKind::Full, HandshakeKind::Resumed] {
            get(&server, &authority.verify(), &pool).unwrap();
            assert_eq!(kinds.recv().unwrap(), Some(expected));
        }
    }

    #[test]
    fn says_that_a_client_certificate_is_required() {
        let authority = Authority::new("root");
        let mut roots = RootCertStore::empty();
        roots.add(authority.certificate.clone()).unwrap();
        let Identity { chain, key } = authority.issue(&parameters(&["127.0.0.1"]));
        let provider = Arc::new(ring::default_provider());
        let clients =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider)).build().unwrap();
        for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
            let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
            let configuration = ServerConfig::builder_with_provider(Arc::clone(&provider))
                .with_protocol_versions(&[version])
                .unwrap()
                .with_client_cert_verifier(Arc::clone(&clients))
                .with_single_cert(chain.clone(), key)
                .unwrap();
            let server = serve(configuration, |mut stream| {
                let _ = stream.read(&mut [0]);
                // Whoever closes with unread bytes resets the connection and takes the alert back.
                let _ = io::copy(&mut stream.sock, &mut io::sink());
            });
            let error = get(&server, &authority.verify(), &Pool::new()).unwrap_err();
            assert!(error.to_string().contains("client certificate"), "{version:?}: {error}");
        }
    }

    #[test]
    fn a_body_until_close_needs_close_notify() {
        let authority = Authority::new("root");
        for (polite, expected) in [(true, None), (false, Some(ErrorKind::Truncated))] {
            let identity = authority.issue(&parameters(&["127.0.0.1"]));
            let server = serve(configuration(identity), move |mut stream| {
                read_request(&mut stream);
                stream.write_all(b"HTTP/1.1 200 OK\r\n\r\nuntil close").unwrap();
                if polite {
                    stream.conn.send_close_notify();
                }
                stream.flush().unwrap();
            });
            let result = get(&server, &authority.verify(), &Pool::new());
            assert_eq!(result.err().map(|error| error.kind()), expected, "polite: {polite}");
        }
    }

    #[test]
    fn says_what_a_server_speaks_that_is_not_our_tls() {
        for (answer, words) in [
            (&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], "does not speak TLS on this port"),
            (b"\x15\x03\x01\x00\x02\x02\x46", "neither TLS 1.2 nor 1.3"),
            (b"", "closed the connection in the TLS handshake"),
        ] {
            let mut server = Server::new(move |_, mut stream| {
                let _ = stream.read(&mut [0; 4096]);
                stream.write_all(answer).unwrap();
            });
            server.endpoint.scheme = Scheme::Https;
            let error = get(&server, &Verify::Off, &Pool::new()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Tls);
            assert!(error.to_string().contains(words), "{error}");
        }
    }

    #[test]
    fn reads_an_early_answer_to_a_large_body() {
        let authority = Authority::new("root");
        let server = serve(configuration(authority.issue(&parameters(&["127.0.0.1"]))), |mut stream| {
            read_head(&mut stream);
            stream.write_all(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno").unwrap();
            std::thread::sleep(Duration::from_secs(2));
        });
        let mut call = Call::post(&server, vec![0; HUGE]);
        call.endpoint.tls = authority.options().into();
        let (reply, body) = call.send(&Pool::new()).unwrap();
        assert_eq!((reply.head.status.code(), &*body), (413, &b"no"[..]));
    }

    #[test]
    fn session_tickets_are_no_answer_to_a_body_that_is_stalled() {
        let authority = Authority::new("root");
        let server = serve(configuration(authority.issue(&parameters(&["127.0.0.1"]))), |mut stream| {
            let mut request = read_head(&mut stream);
            std::thread::sleep(Duration::from_millis(600));
            request.resize(HUGE, 0);
            stream.read_exact(&mut request).unwrap();
            stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
        });
        let mut call = Call::post(&server, vec![0; HUGE]);
        call.endpoint.tls = authority.options().into();
        assert_eq!(call.send(&Pool::new()).unwrap().0.head.status.code(), 204);
    }

    #[test]
    fn names_the_phase_where_the_server_does_not_shake_hands() {
        let mut server = Server::new(|_, mut stream| {
            let _ = io::copy(&mut stream, &mut io::sink());
        });
        server.endpoint.scheme = Scheme::Https;
        let mut call = Call::get(&server);
        call.deadlines.connect = Some(Duration::from_millis(60));
        assert_eq!(call.send(&Pool::new()).unwrap_err().kind(), ErrorKind::ConnectTimeout(Phase::Tls));
    }
}
