//! A server that speaks TLS, with a CA of its own.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType, IsCa, Issuer, KeyIdMethod, KeyPair,
    RevokedCertParams, SerialNumber, date_time_ymd,
};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

const SERIAL: &[u8] = &[0x1e, 0xe8, 0xb1];

const ANSWER: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ";

/// What opens a WebSocket for whoever asks with [`TlsServer::WEBSOCKET_KEY`].
const SWITCH: &str = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
    Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

/// How long the frame is that closes a WebSocket with a code: head, mask, code.
const CLOSE_FRAME: usize = 8;

/// Answers every request with how many certificates the client has shown, over TLS; its
/// certificate is that of 127.0.0.1 and inner.example. A WebSocket gets the same as its one message.
pub struct TlsServer {
    address: SocketAddr,
    authority: Issuer<'static, KeyPair>,
    certificate: String,
    stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// What a server asks of its clients.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Clients {
    /// Nothing.
    Anybody,
    /// A certificate of the CA in `tests/inputs/tls`.
    Certified,
}

impl TlsServer {
    /// The one key of a WebSocket that it can answer.
    pub const WEBSOCKET_KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

    /// A server for these clients.
    pub fn start(clients: Clients) -> Self {
        let (authority, certificate) = authority();
        let configuration = Arc::new(configuration(&authority, clients));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let stopped = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&stopped);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if flag.load(Ordering::SeqCst) {
                    return;
                }
                let configuration = Arc::clone(&configuration);
                std::thread::spawn(move || serve(stream, configuration));
            }
        });
        Self { address, authority, certificate, stopped, thread: Some(thread) }
    }

    /// `https://127.0.0.1:PORT`
    pub fn base_url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// The certificate of its CA, in PEM.
    pub fn authority(&self) -> &str {
        &self.certificate
    }

    /// A list on which its certificate is revoked, or is not, in PEM.
    pub fn revocation_list(&self, revoked: bool) -> String {
        let entry = RevokedCertParams {
            serial_number: SerialNumber::from_slice(SERIAL),
            revocation_time: date_time_ymd(2024, 1, 1),
            reason_code: None,
            invalidity_date: None,
        };
        let parameters = CertificateRevocationListParams {
            this_update: date_time_ymd(2024, 1, 1),
            next_update: date_time_ymd(3000, 1, 1),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: if revoked { vec![entry] } else { Vec::new() },
            key_identifier_method: KeyIdMethod::Sha256,
        };
        parameters.signed_by(&self.authority).unwrap().pem().unwrap()
    }
}

/// A file in the folder of those that OpenSSL made.
pub fn tls_input(name: &str) -> Vec<u8> {
    std::fs::read(tls_inputs().join(name)).unwrap()
}

fn tls_inputs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/inputs/tls")
}

fn authority() -> (Issuer<'static, KeyPair>, String) {
    let mut parameters = CertificateParams::default();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.distinguished_name.push(DnType::CommonName, "test CA");
    let key = KeyPair::generate().unwrap();
    let certificate = parameters.self_signed(&key).unwrap().pem();
    (Issuer::new(parameters, key), certificate)
}

fn configuration(authority: &Issuer<'static, KeyPair>, clients: Clients) -> ServerConfig {
    let mut parameters = CertificateParams::new(["127.0.0.1".to_owned(), "inner.example".to_owned()]).unwrap();
    parameters.distinguished_name.push(DnType::CommonName, "test server");
    parameters.serial_number = Some(SerialNumber::from_slice(SERIAL));
    (parameters.not_before, parameters.not_after) = (date_time_ymd(2025, 1, 10), date_time_ymd(2999, 1, 1));
    let key = KeyPair::generate().unwrap();
    let chain = vec![parameters.signed_by(&key, authority).unwrap().der().clone()];
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let provider = Arc::new(ring::default_provider());
    let builder =
        ServerConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions().unwrap();
    if clients == Clients::Anybody {
        return builder.with_no_client_auth().with_single_cert(chain, key).unwrap();
    }
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(tls_inputs().join("ca.pem")).unwrap()).unwrap();
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
    builder.with_client_cert_verifier(verifier).with_single_cert(chain, key).unwrap()
}

fn serve(stream: TcpStream, configuration: Arc<ServerConfig>) {
    let mut stream = StreamOwned::new(ServerConnection::new(configuration).unwrap(), stream);
    loop {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            if !stream.read(&mut byte).is_ok_and(|count| count == 1) {
                // Whoever closes with unread bytes resets the connection and takes an alert back.
                drop(std::io::copy(&mut stream.sock, &mut std::io::sink()));
                return;
            }
            head.push(byte[0]);
        }
        let body = stream.conn.peer_certificates().map_or(0, <[_]>::len).to_string();
        if head.windows(TlsServer::WEBSOCKET_KEY.len()).any(|part| part == TlsServer::WEBSOCKET_KEY.as_bytes()) {
            drop(converse(&mut stream, &body));
            return;
        }
        if write!(stream, "{ANSWER}{}\r\n\r\n{body}", body.len()).is_err() {
            return;
        }
    }
}

/// Opens a WebSocket, says one message, and closes after the client.
fn converse(stream: &mut StreamOwned<ServerConnection, TcpStream>, message: &str) -> std::io::Result<()> {
    let length = u8::try_from(message.len()).expect("a short message");
    stream.write_all(&[SWITCH.as_bytes(), &[0x81, length], message.as_bytes()].concat())?;
    stream.read_exact(&mut [0; CLOSE_FRAME])?;
    stream.write_all(b"\x88\x02\x03\xe8")
}

impl Drop for TlsServer {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}
