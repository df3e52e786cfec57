//! For tests: certificates of every kind, and servers that show them.

use std::io::Write;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tempfile::NamedTempFile;

use super::super::loopback::{Call, Server, read_request};
use super::super::{Certificate, Error, ErrorKind, Pool, Reply, TlsOptions, Verify};
use crate::http::Scheme;

const HELLO: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

/// A CA with its key, and its certificate in a file.
pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(super) certificate: CertificateDer<'static>,
    file: NamedTempFile,
}

impl Authority {
    pub(super) fn new(name: &str) -> Self {
        let (parameters, key) = (authority(name, BasicConstraints::Unconstrained), KeyPair::generate().unwrap());
        let certificate = parameters.self_signed(&key).unwrap();
        let file = pem_file(&certificate.pem());
        Self { issuer: Issuer::new(parameters, key), certificate: certificate.der().clone(), file }
    }

    pub(super) fn verify(&self) -> Verify {
        Verify::roots(self.file.path().to_owned())
    }

    pub(super) fn issuer(&self) -> &Issuer<'static, KeyPair> {
        &self.issuer
    }

    pub(super) fn pem(&self) -> String {
        Certificate::from_der(self.certificate.as_ref()).to_pem()
    }

    /// With this CA as the only root.
    pub(super) fn options(&self) -> TlsOptions {
        TlsOptions { verify: self.verify(), ..TlsOptions::default() }
    }

    pub(super) fn issue(&self, parameters: &CertificateParams) -> Identity {
        issue(parameters, &self.issuer)
    }
}

pub(super) fn authority(name: &str, constraint: BasicConstraints) -> CertificateParams {
    let mut parameters = CertificateParams::default();
    parameters.is_ca = IsCa::Ca(constraint);
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters
}

pub(super) fn issue(parameters: &CertificateParams, issuer: &Issuer<'_, KeyPair>) -> Identity {
    let key = KeyPair::generate().unwrap();
    let certificate = parameters.signed_by(&key, issuer).unwrap();
    Identity { chain: vec![certificate.der().clone()], key }
}

/// A file in the folder of those that OpenSSL made.
pub(super) fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/inputs/tls").join(name)
}

/// What a server shows, and its key.
pub(super) struct Identity {
    pub(super) chain: Vec<CertificateDer<'static>>,
    pub(super) key: KeyPair,
}

pub(super) fn pem_file(pem: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(pem.as_bytes()).unwrap();
    file
}

/// A server's certificate, yet to be signed.
pub(super) fn parameters(names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    let mut parameters = CertificateParams::new(names).unwrap();
    parameters.distinguished_name.push(DnType::CommonName, "127.0.0.1");
    parameters
}

pub(super) type ServerStream = StreamOwned<ServerConnection, TcpStream>;

pub(super) fn serve(configuration: ServerConfig, handle: impl Fn(ServerStream) + Send + Sync + 'static) -> Server {
    let configuration = Arc::new(configuration);
    let mut server = Server::new(move |_, stream| {
        let connection = ServerConnection::new(Arc::clone(&configuration)).unwrap();
        handle(StreamOwned::new(connection, stream));
    });
    server.endpoint.scheme = Scheme::Https;
    server
}

pub(super) fn configuration(identity: Identity) -> ServerConfig {
    let key = PrivateKeyDer::try_from(identity.key.serialize_der()).unwrap();
    ServerConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(identity.chain, key)
        .unwrap()
}

pub(super) fn greet(mut stream: ServerStream) {
    while !read_request(&mut stream).is_empty() {
        stream.write_all(HELLO).unwrap();
    }
}

pub(super) fn get(server: &Server, verify: &Verify, pool: &Pool) -> Result<(Reply, Vec<u8>), Error> {
    ask(server, TlsOptions { verify: verify.clone(), ..TlsOptions::default() }, pool)
}

pub(super) fn ask(server: &Server, options: TlsOptions, pool: &Pool) -> Result<(Reply, Vec<u8>), Error> {
    let mut call = Call::get(server);
    call.endpoint.tls = options.into();
    call.send(pool)
}

/// What becomes of a request with these options: nothing, or why it fails.
pub(super) fn outcome(server: &Server, options: TlsOptions) -> String {
    match ask(server, options, &Pool::new()) {
        Ok(_) => String::new(),
        Err(error) => error.to_string(),
    }
}

/// The refusal of a server that shows this.
pub(super) fn refusal(identity: Identity, verify: &Verify) -> String {
    let error = get(&serve(configuration(identity), greet), verify, &Pool::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
    error.to_string()
}
