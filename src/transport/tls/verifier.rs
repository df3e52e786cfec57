//! Who decides whether a server is who it should be.

use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, OtherError, RootCertStore, SignatureScheme};

use super::super::{Error, ErrorKind, Verify};
use super::refusal::SelfSigned;

/// The verifier that checks certificates in this way.
///
/// # Errors
/// If the certificates to trust cannot be read.
pub(super) fn verifier(verify: &Verify, provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, Error> {
    Ok(match verify {
        Verify::Off => Arc::new(Trusting { provider: Arc::clone(provider) }),
        Verify::Platform => Arc::new(Checking { inner: platform(provider)?, given: Vec::new() }),
        Verify::Roots(path) => {
            let given = read_certificates(path)?;
            let mut roots = RootCertStore::empty();
            let (added, _) = roots.add_parsable_certificates(given.iter().cloned());
            if added == 0 {
                return Err(Error::new(ErrorKind::Tls, format!("{} holds no certificate (PEM)", path.display())));
            }
            Arc::new(Checking { inner: webpki_verifier(roots, provider)?, given })
        }
    })
}

/// The platform's own roots, and Mozilla's where it has none.
fn platform(provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, Error> {
    match rustls_platform_verifier::Verifier::new(Arc::clone(provider)) {
        Ok(verifier) => Ok(Arc::new(verifier)),
        Err(_) => webpki_verifier(webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect(), provider),
    }
}

fn webpki_verifier(roots: RootCertStore, provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, Error> {
    match WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build() {
        Ok(verifier) => Ok(verifier),
        Err(error) => Err(Error::new(ErrorKind::Tls, "the certificates to trust cannot be used").with_source(error)),
    }
}

fn read_certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let file =
        crate::source::open(path).map_err(|error| Error::new(ErrorKind::Tls, error.to_string()).with_source(error))?;
    CertificateDer::pem_reader_iter(file).collect::<Result<_, _>>().map_err(|error| {
        Error::new(ErrorKind::Tls, format!("{} holds no valid certificates (PEM): {error}", path.display()))
    })
}

/// Checks against trusted roots, and knows more of self-signed certificates.
#[derive(Debug)]
struct Checking {
    inner: Arc<dyn ServerCertVerifier>,
    /// The certificates that were given to be trusted, one by one.
    given: Vec<CertificateDer<'static>>,
}

impl Checking {
    /// A certificate that signed itself is refused under names that hide this: its issuer
    /// is unknown, or it is a CA's. It is what a test server has, so it is accepted where
    /// it was given to be trusted, if it is made out for the host; its dates were checked
    /// by then.
    fn reconsider(
        &self,
        certificate: &CertificateDer<'_>,
        host: &ServerName<'_>,
        refusal: rustls::Error,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if !is_untrusted(&refusal) || !is_self_signed(certificate) {
            return Err(refusal);
        }
        if !self.given.contains(certificate) {
            return Err(CertificateError::Other(OtherError(Arc::new(SelfSigned))).into());
        }
        verify_server_name(&ParsedCertificate::try_from(certificate)?, host)?;
        Ok(ServerCertVerified::assertion())
    }
}

fn is_untrusted(refusal: &rustls::Error) -> bool {
    match refusal {
        rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer) => true,
        rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(cause))) => {
            matches!(cause.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity))
        }
        _ => false,
    }
}

fn is_self_signed(certificate: &CertificateDer<'_>) -> bool {
    webpki::EndEntityCert::try_from(certificate).is_ok_and(|certificate| certificate.issuer() == certificate.subject())
}

impl ServerCertVerifier for Checking {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        host: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.inner
            .verify_server_cert(certificate, intermediates, host, ocsp_response, now)
            .or_else(|refusal| self.reconsider(certificate, host, refusal))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

/// Accepts whatever certificate the server has the key of.
#[derive(Debug)]
struct Trusting {
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Trusting {
    fn verify_server_cert(
        &self,
        _certificate: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _host: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use rcgen::{BasicConstraints, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, date_time_ymd};

    use super::super::authority::{
        Authority, Identity, authority, configuration, get, greet, issue, parameters, pem_file, refusal, serve,
    };
    use super::*;
    use crate::http::Scheme;
    use crate::transport::Pool;
    use crate::transport::loopback::Server;

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
    fn says_why_given_roots_are_of_no_use() {
        let empty = pem_file("no certificate");
        let missing = PathBuf::from("no/such/file.pem");
        let mut server = Server::answering(&[]);
        server.endpoint.scheme = Scheme::Https;
        for (path, words) in [(empty.path().to_owned(), "holds no certificate"), (missing, "there is no file")] {
            let error = get(&server, &Verify::Roots(path), &Pool::new()).unwrap_err();
            assert!(error.to_string().contains(words), "{error}");
        }
    }
}
