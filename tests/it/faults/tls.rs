//! Who a server says that it is: row 46.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertificateRevocationListParams, DnType, ExtendedKeyUsagePurpose,
    IsCa, Issuer, KeyIdMethod, KeyPair, RevokedCertParams, SerialNumber, date_time_ymd,
};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

use super::{Case, Error, Peer, With, case};

/// A request that trusts the root of the server, and no other.
pub(super) const TRUSTING: &str = "# @verify root.pem\n# @timeout 10s\nGET {{api}}/\n";

/// One that also asks which certificates the root has revoked.
const CHECKING: &str = "# @verify root.pem\n# @tls {crl: revoked.pem}\n# @timeout 10s\nGET {{api}}/\n";

pub(super) type TlsStream = StreamOwned<ServerConnection, TcpStream>;

pub(super) fn cases() -> Vec<Case> {
    [certificates(), chains(), handshakes()].into_iter().flatten().collect()
}

fn refused(fault: &'static str, identity: Identity, words: &'static str) -> Case {
    let server = TlsServer::new(identity, greet);
    case(46, fault, Peer::Tls(Box::new(server)), Error("tls", words)).met_by(TRUSTING)
}

fn certificates() -> Vec<Case> {
    let shows = |change: fn(&mut CertificateParams)| {
        let mut parameters = named(&["127.0.0.1"]);
        change(&mut parameters);
        Identity::issued(&parameters)
    };
    let sound = TlsServer::new(valid(), greet);
    vec![
        case(46, "nothing", Peer::Tls(Box::new(sound)), With(200, "hello")).met_by(TRUSTING),
        refused("expired", shows(|of| of.not_after = date_time_ymd(2020, 2, 3)), "expired on 2020-02-03"),
        refused("not yet valid", shows(|of| of.not_before = date_time_ymd(3000, 1, 1)), "not valid before 3000-01-01"),
        refused("wrong host", Identity::issued(&named(&["a.example"])), "but for a.example"),
        refused("CN only", Identity::issued(&named(&[])), "no subject alternative name"),
        refused(
            "for clients (EKU)",
            shows(|of| of.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]),
            "not meant for servers",
        ),
        refused("that of a CA", shows(|of| of.is_ca = IsCa::Ca(BasicConstraints::Unconstrained)), "that of a CA"),
    ]
}

fn chains() -> Vec<Case> {
    let other_root = Identity { root: Authority::new("other").certificate.pem(), ..valid() };
    let mut last = authority("last");
    last.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    vec![
        refused("self-signed", Identity { root: other_root.root.clone(), ..Identity::self_signed() }, "self-signed"),
        refused("untrusted root", other_root, "unknown issuer"),
        refused("missing intermediate", Identity::through(&[authority("middle")], 1), "an intermediate certificate"),
        refused("leaf as CA", Identity::through(&[named(&["leaf.example"])], 2), "is not a CA"),
        refused("path length", Identity::through(&[last, authority("second")], 3), "path length"),
        refused("RSA 1024", Identity::rsa_1024(), "has 1024 bits"),
        refused("revoked by a given CRL", Identity::revoked(), "is revoked").met_by(CHECKING),
    ]
}

fn handshakes() -> Vec<Case> {
    let old = TlsServer::listen(Vec::new(), |mut stream| {
        let _ = stream.read(&mut [0; 4096]);
        // A fatal alert: protocol_version (RFC 5246, 7.2).
        drop(stream.write_all(b"\x15\x03\x01\x00\x02\x02\x46"));
    });
    let clients = TlsServer::for_known_clients(valid());
    vec![
        case(46, "TLS 1.0 or 1.1 only", Peer::Tls(Box::new(old)), Error("tls", "neither TLS 1.2 nor 1.3"))
            .met_by("# @verify false\nGET {{api}}/\n"),
        case(
            46,
            "client certificate required",
            Peer::Tls(Box::new(clients)),
            Error("tls", "requires a client certificate"),
        )
        .met_by(TRUSTING),
    ]
}

/// What a server shows, the key to it, and what the client is given: the root, and what it has revoked.
pub(super) struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    root: String,
    revoked: String,
}

/// An identity with which nothing is wrong.
pub(super) fn valid() -> Identity {
    Identity::issued(&named(&["127.0.0.1"]))
}

impl Identity {
    fn issued(parameters: &CertificateParams) -> Self {
        let root = Authority::new("root");
        let (certificate, key) = root.issue(parameters);
        Self::of(&[certificate], &key, root.certificate.pem())
    }

    fn revoked() -> Self {
        let root = Authority::new("root");
        let mut parameters = named(&["127.0.0.1"]);
        parameters.serial_number = Some(SerialNumber::from(7));
        let (certificate, key) = root.issue(&parameters);
        let revoked = RevokedCertParams {
            serial_number: SerialNumber::from(7),
            revocation_time: date_time_ymd(2020, 2, 3),
            reason_code: None,
            invalidity_date: None,
        };
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(2020, 2, 3),
            next_update: date_time_ymd(3000, 1, 1),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: vec![revoked],
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let list = list.signed_by(&root.issuer).unwrap().pem().unwrap();
        Self { revoked: list, ..Self::of(&[certificate], &key, root.certificate.pem()) }
    }

    fn self_signed() -> Self {
        let key = KeyPair::generate().unwrap();
        let certificate = named(&["127.0.0.1"]).self_signed(&key).unwrap();
        Self::of(&[certificate], &key, String::new())
    }

    /// One that a chain of authorities issued, the first of which the root did; so many of its
    /// certificates are shown.
    fn through(authorities: &[CertificateParams], shown: usize) -> Self {
        let root = Authority::new("root");
        let (mut chain, mut issuer) = (Vec::new(), root.issuer);
        for parameters in authorities {
            let key = KeyPair::generate().unwrap();
            chain.insert(0, parameters.signed_by(&key, &issuer).unwrap());
            issuer = Issuer::new(parameters.clone(), key);
        }
        let key = KeyPair::generate().unwrap();
        chain.insert(0, named(&["127.0.0.1"]).signed_by(&key, &issuer).unwrap());
        Self::of(&chain[..shown], &key, root.certificate.pem())
    }

    /// One whose issuer has an RSA key of 1024 bits, made with openssl, since rcgen makes no such
    /// keys. `tests/peers` has a server whose own key is one.
    fn rsa_1024() -> Self {
        let file = |name: &str| std::fs::read(format!("tests/inputs/tls/rsa-1024.{name}")).unwrap();
        Self {
            chain: CertificateDer::pem_slice_iter(&file("chain.pem")).map(Result::unwrap).collect(),
            key: PrivateKeyDer::from_pem_slice(&file("key")).unwrap(),
            root: String::from_utf8(file("root.pem")).unwrap(),
            revoked: String::new(),
        }
    }

    fn of(chain: &[Certificate], key: &KeyPair, root: String) -> Self {
        Self {
            chain: chain.iter().map(|certificate| certificate.der().clone()).collect(),
            key: PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            root,
            revoked: String::new(),
        }
    }
}

/// A CA with its key.
struct Authority {
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new(name: &str) -> Self {
        let (parameters, key) = (authority(name), KeyPair::generate().unwrap());
        Self { certificate: parameters.self_signed(&key).unwrap(), issuer: Issuer::new(parameters, key) }
    }

    fn issue(&self, parameters: &CertificateParams) -> (Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        (parameters.signed_by(&key, &self.issuer).unwrap(), key)
    }
}

fn authority(name: &str) -> CertificateParams {
    let mut parameters = CertificateParams::default();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters
}

/// A server's certificate, yet to be signed.
fn named(names: &[&str]) -> CertificateParams {
    let mut parameters = CertificateParams::new(names.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap();
    parameters.distinguished_name.push(DnType::CommonName, "127.0.0.1");
    parameters
}

/// What its client is given: the name of each file, and its text.
pub(super) type Files = Vec<(&'static str, String)>;

/// A server that speaks TLS, or what it takes for it.
pub(super) struct TlsServer {
    address: SocketAddr,
    files: Files,
    stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl TlsServer {
    /// Shows an identity, and calls a function for each connection.
    pub(super) fn new(identity: Identity, answer: fn(&mut TlsStream)) -> Self {
        let builder = ServerConfig::builder_with_provider(ring::default_provider().into());
        let builder = builder.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
        let files = vec![("root.pem", identity.root), ("revoked.pem", identity.revoked)];
        Self::with(builder.with_single_cert(identity.chain, identity.key).unwrap(), files, answer)
    }

    /// The same, for clients that its root knows, of which there are none.
    fn for_known_clients(identity: Identity) -> Self {
        let provider = Arc::new(ring::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(identity.root.as_bytes()).unwrap()).unwrap();
        let clients = WebPkiClientVerifier::builder_with_provider(roots.into(), Arc::clone(&provider)).build().unwrap();
        let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let builder = builder.with_client_cert_verifier(clients);
        let files = vec![("root.pem", identity.root)];
        Self::with(builder.with_single_cert(identity.chain, identity.key).unwrap(), files, greet)
    }

    fn with(configuration: ServerConfig, files: Files, answer: fn(&mut TlsStream)) -> Self {
        let configuration = Arc::new(configuration);
        Self::listen(files, move |stream| {
            let connection = ServerConnection::new(Arc::clone(&configuration)).unwrap();
            answer(&mut StreamOwned::new(connection, stream));
        })
    }

    fn listen(files: Files, handle: impl Fn(TcpStream) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let stopped = Arc::new(AtomicBool::new(false));
        let thread = {
            let stopped = Arc::clone(&stopped);
            std::thread::spawn(move || {
                for stream in listener.incoming().map_while(Result::ok) {
                    if stopped.load(Ordering::SeqCst) {
                        return;
                    }
                    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
                    handle(stream);
                }
            })
        };
        Self { address, files, stopped, thread: Some(thread) }
    }

    /// `https://127.0.0.1:PORT`
    pub(super) fn base_url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// What its client is given.
    pub(super) fn files(&self) -> &[(&'static str, String)] {
        &self.files
    }
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

fn greet(stream: &mut TlsStream) {
    read_head(stream);
    say(stream, b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    stream.conn.send_close_notify();
    drop(stream.flush());
    // Whoever closes with unread bytes resets the connection, and takes back what it has said.
    drop(std::io::copy(&mut stream.sock, &mut std::io::sink()));
}

pub(super) fn read_head(stream: &mut TlsStream) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|count| count == 1) {
        head.push(byte[0]);
    }
}

pub(super) fn say(stream: &mut TlsStream, bytes: &[u8]) {
    drop(stream.write_all(bytes).and_then(|()| stream.flush()));
}
