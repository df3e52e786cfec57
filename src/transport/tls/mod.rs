//! TLS: configurations by how certificates are checked, the handshake, and the wire that
//! comes of it.

mod refusal;
mod verifier;
mod wire;

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};

use super::socket::Socket;
use super::wire::is_tick;
use super::{Clock, Endpoint, Error, ErrorKind, Verify, Wire};

pub(super) use refusal::refused;
use wire::TlsWire;

/// The configurations that were needed so far, each with its store of sessions to resume.
#[derive(Debug, Default)]
pub(super) struct Tls {
    configurations: Mutex<HashMap<Verify, Arc<ClientConfig>>>,
}

impl Tls {
    /// Makes a TLS connection of a TCP connection.
    ///
    /// # Errors
    /// If the server is not who it should be, or does not speak TLS as we do, or not in time.
    pub(super) fn handshake(&self, endpoint: &Endpoint, mut socket: Socket, clock: &Clock) -> Result<TlsWire, Error> {
        let configuration = self.configuration(&endpoint.verify)?;
        let mut connection = ClientConnection::new(configuration, server_name(endpoint)?)
            .map_err(|error| Error::new(ErrorKind::Tls, error.to_string()))?;
        while connection.is_handshaking() {
            let done = socket.set_patience(clock.patience()?).and_then(|()| connection.complete_io(&mut socket));
            match done {
                Err(error) if !is_tick(&error) => return Err(broken_off(endpoint, error)),
                _ => {}
            }
        }
        Ok(TlsWire::new(connection, socket))
    }

    /// The configuration, made when it is first needed: reading the platform's roots takes time.
    fn configuration(&self, verify: &Verify) -> Result<Arc<ClientConfig>, Error> {
        let mut configurations = self.configurations.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = configurations.get(verify) {
            return Ok(Arc::clone(known));
        }
        let configuration = Arc::new(configure(verify)?);
        configurations.insert(verify.clone(), Arc::clone(&configuration));
        Ok(configuration)
    }
}

fn configure(verify: &Verify) -> Result<ClientConfig, Error> {
    let provider: Arc<CryptoProvider> = Arc::new(ring::default_provider());
    let verifier = verifier::verifier(verify, &provider)?;
    let mut configuration = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS 1.2 and 1.3")
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    configuration.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(configuration)
}

fn server_name(endpoint: &Endpoint) -> Result<ServerName<'static>, Error> {
    let host = endpoint.host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.');
    ServerName::try_from(host.to_owned())
        .map_err(|_| Error::new(ErrorKind::Tls, format!("`{host}` is not a name that a certificate can have")))
}

fn broken_off(endpoint: &Endpoint, error: io::Error) -> Error {
    match refused(&error) {
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

    use rcgen::{
        BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, date_time_ymd,
    };
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use rustls::server::WebPkiClientVerifier;
    use rustls::{HandshakeKind, RootCertStore, ServerConfig, ServerConnection, StreamOwned};

    use super::*;
    use crate::http::Scheme;
    use crate::transport::loopback::{Call, Server, read_request};
    use crate::transport::{Pool, Reply};

    const HELLO: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

    /// A CA with its key, and its certificate in a file.
    struct Authority {
        issuer: Issuer<'static, KeyPair>,
        certificate: CertificateDer<'static>,
        file: tempfile::NamedTempFile,
    }

    impl Authority {
        fn new(name: &str) -> Self {
            let (parameters, key) = (authority(name, BasicConstraints::Unconstrained), KeyPair::generate().unwrap());
            let certificate = parameters.self_signed(&key).unwrap();
            let file = pem_file(&certificate.pem());
            Self { issuer: Issuer::new(parameters, key), certificate: certificate.der().clone(), file }
        }

        fn verify(&self) -> Verify {
            Verify::Roots(self.file.path().to_owned())
        }

        fn issue(&self, parameters: &CertificateParams) -> Identity {
            issue(parameters, &self.issuer)
        }
    }

    fn authority(name: &str, constraint: BasicConstraints) -> CertificateParams {
        let mut parameters = CertificateParams::default();
        parameters.is_ca = IsCa::Ca(constraint);
        parameters.distinguished_name.push(DnType::CommonName, name);
        parameters
    }

    fn issue(parameters: &CertificateParams, issuer: &Issuer<'_, KeyPair>) -> Identity {
        let key = KeyPair::generate().unwrap();
        let certificate = parameters.signed_by(&key, issuer).unwrap();
        Identity { chain: vec![certificate.der().clone()], key }
    }

    /// What a server shows, and its key.
    struct Identity {
        chain: Vec<CertificateDer<'static>>,
        key: KeyPair,
    }

    fn pem_file(pem: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(pem.as_bytes()).unwrap();
        file
    }

    /// A server's certificate, yet to be signed.
    fn parameters(names: &[&str]) -> CertificateParams {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let mut parameters = CertificateParams::new(names).unwrap();
        parameters.distinguished_name.push(DnType::CommonName, "127.0.0.1");
        parameters
    }

    type ServerStream = StreamOwned<ServerConnection, std::net::TcpStream>;

    fn serve(configuration: ServerConfig, handle: impl Fn(ServerStream) + Send + Sync + 'static) -> Server {
        let configuration = Arc::new(configuration);
        let mut server = Server::new(move |_, stream| {
            let connection = ServerConnection::new(Arc::clone(&configuration)).unwrap();
            handle(StreamOwned::new(connection, stream));
        });
        server.endpoint.scheme = Scheme::Https;
        server
    }

    fn configuration(identity: Identity) -> ServerConfig {
        let key = PrivateKeyDer::try_from(identity.key.serialize_der()).unwrap();
        ServerConfig::builder_with_provider(ring::default_provider().into())
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(identity.chain, key)
            .unwrap()
    }

    fn greet(mut stream: ServerStream) {
        while !read_request(&mut stream).is_empty() {
            stream.write_all(HELLO).unwrap();
        }
    }

    fn get(server: &Server, verify: &Verify, pool: &Pool) -> Result<(Reply, Vec<u8>), Error> {
        let mut call = Call::get(server);
        call.endpoint.verify = verify.clone();
        call.send(pool)
    }

    /// The refusal of a server that shows this.
    fn refusal(identity: Identity, verify: &Verify) -> String {
        let error = get(&serve(configuration(identity), greet), verify, &Pool::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
        error.to_string()
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
    fn says_in_words_why_a_certificate_is_refused() {
        let authority = Authority::new("root");
        let other = Authority::new("other root");
        let named = || parameters(&["127.0.0.1"]);
        let mut expired = named();
        expired.not_after = date_time_ymd(2020, 2, 3);
        let mut early = named();
        early.not_before = date_time_ymd(3000, 1, 1);
        let mut client = named();
        client.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let mut ca = named();
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        for (parameters, verify, words) in [
            (expired, authority.verify(), "expired on 2020-02-03"),
            (early, authority.verify(), "not valid before 3000-01-01"),
            (parameters(&["a.example", "b.example"]), authority.verify(), "`127.0.0.1` but for a.example, b.example"),
            (parameters(&[]), authority.verify(), "it has no subject alternative name"),
            (client, authority.verify(), "not meant for servers"),
            (ca, authority.verify(), "that of a CA"),
            (named(), other.verify(), "unknown issuer"),
            (named(), Authority::new("root").verify(), "signed in a way that is wrong"),
            (named(), Verify::Platform, "unknown issuer"),
        ] {
            let message = refusal(authority.issue(&parameters), &verify);
            assert!(message.contains(words), "{message:?} does not say {words:?}");
        }
    }

    #[test]
    fn refuses_a_chain_that_is_longer_than_its_root_allows() {
        let root = Authority::new("root");
        let first = authority("first", BasicConstraints::Constrained(0));
        let second = authority("second", BasicConstraints::Unconstrained);
        let Identity { chain: first_chain, key } = root.issue(&first);
        let Identity { chain: second_chain, key } = issue(&second, &Issuer::new(first, key));
        let Identity { chain, key } = issue(&parameters(&["127.0.0.1"]), &Issuer::new(second, key));
        let refusal = |chain: &[&[CertificateDer<'static>]]| {
            refusal(
                Identity { chain: chain.concat(), key: KeyPair::try_from(key.serialize_der()).unwrap() },
                &root.verify(),
            )
        };
        let message = refusal(&[&chain, &second_chain, &first_chain]);
        assert!(message.contains("path length"), "{message}");
        let message = refusal(&[&chain]);
        assert!(message.contains("an intermediate certificate"), "{message}");
    }

    #[test]
    fn accepts_a_self_signed_certificate_only_where_it_is_given_and_names_the_host() {
        for is_ca in [IsCa::NoCa, IsCa::Ca(BasicConstraints::Unconstrained)] {
            let identity = |name: &str| {
                let mut parameters = parameters(&[name]);
                parameters.is_ca = is_ca;
                let key = KeyPair::generate().unwrap();
                let certificate = parameters.self_signed(&key).unwrap();
                let file = pem_file(&certificate.pem());
                (Identity { chain: vec![certificate.der().clone()], key }, file)
            };
            let (shown, file) = identity("127.0.0.1");
            let server = serve(configuration(shown), greet);
            let given = Verify::Roots(file.path().to_owned());
            assert!(get(&server, &given, &Pool::new()).is_ok(), "{is_ca:?}");
            assert!(get(&server, &Verify::Off, &Pool::new()).is_ok(), "{is_ca:?}");
            let error = get(&server, &Verify::Platform, &Pool::new()).unwrap_err();
            assert!(error.to_string().contains("self-signed"), "{error}");

            let (shown, file) = identity("other.example");
            let message = refusal(shown, &Verify::Roots(file.path().to_owned()));
            assert!(message.contains("but for other.example"), "{message}");
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
    fn says_why_given_roots_are_of_no_use() {
        let empty = pem_file("no certificate");
        let missing = std::path::PathBuf::from("no/such/file.pem");
        let mut server = Server::answering(&[]);
        server.endpoint.scheme = Scheme::Https;
        for (path, words) in [(empty.path().to_owned(), "holds no certificate"), (missing, "there is no file")] {
            let error = get(&server, &Verify::Roots(path), &Pool::new()).unwrap_err();
            assert!(error.to_string().contains(words), "{error}");
        }
    }
}
