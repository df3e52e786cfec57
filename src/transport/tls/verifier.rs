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
