//! Who decides whether a server is who it should be.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, OtherError, SignatureScheme};

use super::super::Error;
use super::distrust::Distrust;
use super::trust::Trust;
use super::{KeyPin, TlsOptions};

/// Checks what a server shows: its certificate, as far as that is wanted, its public key,
/// and that it has the private one.
#[derive(Debug)]
pub(super) struct Verifier {
    /// What the certificate is checked against, if it is checked.
    trust: Option<Trust>,
    pins: Vec<KeyPin>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Verifier {
    /// The verifier that these options want.
    ///
    /// # Errors
    /// If the certificates to trust, or lists of revoked ones, cannot be read.
    pub(super) fn new(options: &TlsOptions, provider: &Arc<CryptoProvider>) -> Result<Self, Error> {
        Ok(Self {
            trust: Trust::read(options, provider)?,
            pins: options.pins.clone(),
            algorithms: provider.signature_verification_algorithms,
        })
    }

    fn check_pins(&self, certificate: &CertificateDer<'_>) -> Result<(), rustls::Error> {
        if self.pins.is_empty() {
            return Ok(());
        }
        let pin = KeyPin::of(certificate).ok_or(CertificateError::BadEncoding)?;
        if self.pins.contains(&pin) { Ok(()) } else { Err(refusal(Distrust::Unpinned(pin.to_string()))) }
    }
}

/// Says more of a refusal where the chain shows more. A certificate that was itself given to
/// be trusted is accepted though no root vouches for it, or though it is a CA's, as test
/// servers have them, if it is made out for the host; its dates were checked by then.
fn reconsider(
    trust: &Trust,
    certificate: &CertificateDer<'_>,
    intermediates: &[CertificateDer<'_>],
    host: &ServerName<'_>,
    refused: rustls::Error,
) -> Result<ServerCertVerified, rustls::Error> {
    let is_unknown = refused == CertificateError::UnknownIssuer.into();
    if (is_unknown || is_ca_as_server(&refused)) && trust.holds(certificate) {
        verify_server_name(&ParsedCertificate::try_from(certificate)?, host)?;
        return Ok(ServerCertVerified::assertion());
    }
    let weak = || Distrust::of_weak_key(std::iter::once(certificate).chain(intermediates));
    let distrust = match &refused {
        _ if is_unknown => weak().or_else(|| Distrust::of_unknown_issuer(certificate, intermediates)),
        _ if is_ca_as_server(&refused) && is_self_signed(certificate) => Some(Distrust::SelfSigned),
        rustls::Error::InvalidCertificate(CertificateError::BadSignature) => weak(),
        _ => None,
    };
    Err(distrust.map_or(refused, refusal))
}

fn refusal(distrust: Distrust) -> rustls::Error {
    CertificateError::Other(OtherError(Arc::new(distrust))).into()
}

fn is_ca_as_server(refused: &rustls::Error) -> bool {
    match refused {
        rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(cause))) => {
            matches!(cause.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity))
        }
        _ => false,
    }
}

fn is_self_signed(certificate: &CertificateDer<'_>) -> bool {
    webpki::EndEntityCert::try_from(certificate).is_ok_and(|certificate| certificate.issuer() == certificate.subject())
}

/// A key that is too short cannot be said to have signed anything.
fn of_key(certificate: &CertificateDer<'_>, refused: rustls::Error) -> rustls::Error {
    Distrust::of_weak_key([certificate]).map_or(refused, refusal)
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        host: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if let Some(trust) = &self.trust {
            trust
                .verifier()
                .verify_server_cert(certificate, intermediates, host, ocsp_response, now)
                .or_else(|refused| reconsider(trust, certificate, intermediates, host, refused))?;
        }
        self.check_pins(certificate)?;
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
            .map_err(|refused| of_key(certificate, refused))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
            .map_err(|refused| of_key(certificate, refused))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use rcgen::{BasicConstraints, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, date_time_ymd};
    use rustls::crypto::ring;
    use rustls::pki_types::PrivateKeyDer;
    use rustls::pki_types::pem::PemObject;
    use rustls::sign::{CertifiedKey, Signer, SigningKey, SingleCertAndKey};
    use rustls::{ServerConfig, SignatureAlgorithm};

    use super::super::authority::{
        Authority, Identity, authority, configuration, fixture, get, greet, issue, outcome, parameters, pem_file,
        refusal, serve,
    };
    use super::super::{Verify, pem};
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
    fn tells_a_root_that_is_not_trusted_from_a_certificate_that_is_not_sent() {
        let (root, other) = (Authority::new("root"), Authority::new("other root"));
        let first = authority("first", BasicConstraints::Unconstrained);
        let Identity { chain: first_chain, key } = root.issue(&first);
        let Identity { chain, key } = issue(&parameters(&["127.0.0.1"]), &Issuer::new(first, key));
        let refusal = |chain: &[&[CertificateDer<'static>]]| {
            let key = KeyPair::try_from(key.serialize_der()).unwrap();
            refusal(Identity { chain: chain.concat(), key }, &other.verify())
        };
        for (message, words) in [
            (refusal(&[&chain]), "`CN=first` is no trusted root"),
            (refusal(&[&chain, &first_chain]), "`CN=root` is no trusted root"),
            (refusal(&[&chain, &first_chain, std::slice::from_ref(&root.certificate)]), "ends in the root `CN=root`"),
        ] {
            assert!(message.contains(words), "{message}");
        }
    }

    #[test]
    fn refuses_a_server_that_signs_for_another() {
        let root = Authority::new("root");
        let leaf = parameters(&["other.example"]);
        let Identity { chain: others, key } = root.issue(&leaf);
        let Identity { chain, key } = issue(&parameters(&["127.0.0.1"]), &Issuer::new(leaf, key));
        let message = refusal(Identity { chain: [chain, others].concat(), key }, &root.verify());
        assert!(message.contains("the issuer of the server's certificate is not a CA"), "{message}");
    }

    /// Signs anything in the same way.
    #[derive(Debug)]
    struct Forger;

    impl SigningKey for Forger {
        fn choose_scheme(&self, _offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
            Some(Box::new(Self))
        }

        fn algorithm(&self) -> SignatureAlgorithm {
            SignatureAlgorithm::RSA
        }
    }

    impl Signer for Forger {
        fn sign(&self, _message: &[u8]) -> Result<Vec<u8>, rustls::Error> {
            Ok(vec![7; 128])
        }

        fn scheme(&self) -> SignatureScheme {
            SignatureScheme::RSA_PSS_SHA256
        }
    }

    fn certificates(names: &[&str]) -> Vec<CertificateDer<'static>> {
        names.iter().flat_map(|name| pem::certificates_at(&fixture(name)).unwrap()).collect()
    }

    #[test]
    fn says_that_a_key_is_too_short() {
        let key = PrivateKeyDer::from_pem_file(fixture("weakly-issued.key")).unwrap();
        let key = ring::default_provider().key_provider.load_private_key(key).unwrap();
        for (chain, key, words) in [
            (certificates(&["weak.pem"]), Arc::new(Forger) as Arc<dyn SigningKey>, "`CN=weak server` has 1024 bits"),
            (certificates(&["weakly-issued.pem", "weak-ca.pem"]), key, "`CN=weak intermediate` has 1024 bits"),
        ] {
            let shown = SingleCertAndKey::from(CertifiedKey::new(chain, key));
            let configuration = ServerConfig::builder_with_provider(ring::default_provider().into())
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_cert_resolver(Arc::new(shown));
            let message = outcome(
                &serve(configuration, greet),
                TlsOptions { verify: Verify::roots(fixture("ca.pem")), ..TlsOptions::default() },
            );
            assert!(message.contains(words), "{message}");
        }
    }

    #[test]
    fn a_pinned_key_counts_however_the_certificate_is_checked() {
        let authority = Authority::new("root");
        let identity = authority.issue(&parameters(&["127.0.0.1"]));
        let own = KeyPin::of(&identity.chain[0]).unwrap();
        let others = KeyPin::of(&authority.certificate).unwrap();
        let server = serve(configuration(identity), greet);
        for verify in [authority.verify(), Verify::Off] {
            for (pins, words) in [
                (vec![], None),
                (vec![own], None),
                (vec![others, own], None),
                (vec![others], Some(format!("is not one of those that are pinned: it is {own}"))),
            ] {
                let outcome = outcome(&server, TlsOptions { verify: verify.clone(), pins, ..TlsOptions::default() });
                assert!(words.as_ref().map_or(outcome.is_empty(), |words| outcome.contains(words)), "{outcome}");
            }
        }
    }

    #[test]
    fn accepts_a_certificate_that_was_itself_given_whoever_signed_it() {
        let authority = Authority::new("root");
        let identity = authority.issue(&parameters(&["127.0.0.1"]));
        let file = pem_file(&super::super::Certificate::from_der(identity.chain[0].as_ref()).to_pem());
        let server = serve(configuration(identity), greet);
        assert!(get(&server, &Verify::roots(file.path()), &Pool::new()).is_ok());
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
            let given = Verify::roots(file.path().to_owned());
            assert!(get(&server, &given, &Pool::new()).is_ok(), "{is_ca:?}");
            assert!(get(&server, &Verify::Off, &Pool::new()).is_ok(), "{is_ca:?}");
            let error = get(&server, &Verify::Platform, &Pool::new()).unwrap_err();
            assert!(error.to_string().contains("self-signed"), "{error}");

            let (shown, file) = identity("other.example");
            let message = refusal(shown, &Verify::roots(file.path().to_owned()));
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
            let error = get(&server, &Verify::roots(path), &Pool::new()).unwrap_err();
            assert!(error.to_string().contains(words), "{error}");
        }
    }
}
