//! What certificates are checked against: roots, and lists of revoked ones.

use std::sync::Arc;

use rustls::RootCertStore;
use rustls::client::danger::ServerCertVerifier;
use rustls::client::{VerifierBuilderError, WebPkiServerVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer};

use super::super::{Error, ErrorKind};
use super::{TlsOptions, Verify, pem};

/// Roots, in the hands of who checks against them.
#[derive(Debug)]
pub(super) struct Trust {
    verifier: Arc<dyn ServerCertVerifier>,
    /// The certificates that were given to be trusted, one by one.
    given: Vec<CertificateDer<'static>>,
}

impl Trust {
    /// Reads what is to be trusted; none where certificates are not checked.
    ///
    /// # Errors
    /// If the files of roots, or of revoked certificates, cannot be read.
    pub(super) fn read(options: &TlsOptions, provider: &Arc<CryptoProvider>) -> Result<Option<Self>, Error> {
        let given = match &options.verify {
            Verify::Off => return Ok(None),
            Verify::Platform => Vec::new(),
            Verify::Roots(paths) => {
                paths.iter().map(|path| pem::certificates_at(path)).collect::<Result<Vec<_>, _>>()?.concat()
            }
        };
        let lists = match &options.revocation_lists {
            Some(path) => pem::revocation_lists_at(path)?,
            None => Vec::new(),
        };
        let verifier = match &options.verify {
            Verify::Roots(_) => webpki_verifier(store(&given), lists, provider),
            _ if lists.is_empty() => platform(provider),
            _ => webpki_verifier(platform_store(), lists, provider),
        };
        let verifier = verifier.map_err(|error| unusable(options, error))?;
        Ok(Some(Self { verifier, given }))
    }

    /// Who checks.
    pub(super) fn verifier(&self) -> &dyn ServerCertVerifier {
        &*self.verifier
    }

    /// Whether a certificate was itself given to be trusted.
    pub(super) fn holds(&self, certificate: &CertificateDer<'_>) -> bool {
        self.given.contains(certificate)
    }
}

/// The platform's own verifier, and one with Mozilla's roots where it has none.
fn platform(provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, VerifierBuilderError> {
    match rustls_platform_verifier::Verifier::new(Arc::clone(provider)) {
        Ok(verifier) => Ok(Arc::new(verifier)),
        Err(_) => webpki_verifier(bundled(), Vec::new(), provider),
    }
}

/// The platform's roots by themselves: its own verifier takes no revocation lists.
fn platform_store() -> RootCertStore {
    let roots = store(&rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() { bundled() } else { roots }
}

fn bundled() -> RootCertStore {
    webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect()
}

/// Roots that cannot be read serve nobody, and do no harm to the others.
fn store(certificates: &[CertificateDer<'static>]) -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates.iter().cloned());
    roots
}

/// Checks against roots and, where there are lists, whether a certificate of the chain is
/// revoked. As curl has it, each must then have a list of its issuer, and the list be of today.
fn webpki_verifier(
    roots: RootCertStore,
    lists: Vec<CertificateRevocationListDer<'static>>,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, VerifierBuilderError> {
    let builder = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
    Ok(builder.with_crls(lists).enforce_revocation_expiration().build()?)
}

/// Names the file that is of no use.
fn unusable(options: &TlsOptions, error: VerifierBuilderError) -> Error {
    let message = match (&options.verify, &options.revocation_lists, &error) {
        (_, Some(path), VerifierBuilderError::InvalidCrl(cause)) => {
            format!("{} holds no valid revocation list (X509 CRL): {cause:?}", path.display())
        }
        (Verify::Roots(paths), _, VerifierBuilderError::NoRootAnchors) => {
            let paths: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
            format!("no certificate in {} can be read", paths.join(", "))
        }
        _ => format!("the certificates to trust cannot be used: {error}"),
    };
    Error::new(ErrorKind::Tls, message).with_source(error)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use rcgen::{
        CertificateRevocationListParams, Issuer, KeyIdMethod, KeyPair, RevokedCertParams, SerialNumber, date_time_ymd,
    };
    use tempfile::TempDir;

    use super::super::authority::{Authority, configuration, greet, outcome, parameters, pem_file, serve};
    use super::*;
    use crate::transport::loopback::Server;

    const REVOKED: u64 = 0x1234;

    /// A list of what a CA has revoked, until some year.
    fn list(issuer: &Issuer<'static, KeyPair>, until: i32) -> String {
        let revoked = RevokedCertParams {
            serial_number: SerialNumber::from(REVOKED),
            revocation_time: date_time_ymd(2024, 1, 1),
            reason_code: None,
            invalidity_date: None,
        };
        let parameters = CertificateRevocationListParams {
            this_update: date_time_ymd(2024, 1, 1),
            next_update: date_time_ymd(until, 1, 1),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: vec![revoked],
            key_identifier_method: KeyIdMethod::Sha256,
        };
        parameters.signed_by(issuer).unwrap().pem().unwrap()
    }

    fn server(authority: &Authority, serial: u64) -> Server {
        let mut parameters = parameters(&["127.0.0.1"]);
        parameters.serial_number = Some(SerialNumber::from(serial));
        serve(configuration(authority.issue(&parameters)), greet)
    }

    #[test]
    fn refuses_what_a_given_list_says_is_revoked() {
        let (authority, other) = (Authority::new("root"), Authority::new("other root"));
        let (good, revoked) = (server(&authority, 1), server(&authority, REVOKED));
        let list = |authority: &Authority, until| list(authority.issuer(), until);
        for (server, text, words) in [
            (&good, list(&authority, 3000), ""),
            (&revoked, list(&authority, 3000), "is revoked"),
            (&revoked, list(&other, 3000) + &list(&authority, 3000), "is revoked"),
            (&good, list(&other, 3000), "nothing tells whether the server's certificate is revoked"),
            (&good, list(&authority, 2025), "a list of revoked certificates expired on 2025-01-01"),
            (&good, "no list".to_owned(), "holds no valid revocation list"),
            (&good, "-----BEGIN A-----\n-----END A-----\n".to_owned(), "holds no revocation list"),
        ] {
            let file = pem_file(&text);
            let options = TlsOptions { revocation_lists: Some(file.path().to_owned()), ..authority.options() };
            let outcome = outcome(server, options);
            assert!(outcome.contains(words) && outcome.is_empty() == words.is_empty(), "{words:?}: {outcome}");
        }
        assert_eq!(outcome(&revoked, authority.options()), "");
    }

    #[test]
    fn lists_of_revoked_certificates_go_with_the_roots_of_the_platform_too() {
        let authority = Authority::new("root");
        let file = pem_file(&list(authority.issuer(), 3000));
        let options = TlsOptions { revocation_lists: Some(file.path().to_owned()), ..TlsOptions::default() };
        assert!(outcome(&server(&authority, 1), options).contains("unknown issuer"));
    }

    #[expect(clippy::disallowed_methods, reason = "the test makes the files that it reads")]
    fn folder(files: &[(&str, &str)]) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        std::fs::create_dir(folder.path().join("folder")).unwrap();
        folder
    }

    #[test]
    fn takes_every_certificate_of_a_folder() {
        let (authority, other) = (Authority::new("root"), Authority::new("other root"));
        let server = server(&authority, 1);
        let pem = authority.pem();
        let whole = folder(&[("a.pem", &other.pem()), ("readme.txt", "a text"), ("b1c2.0", &pem), ("b.crt", &pem)]);
        let roots = |paths: &[PathBuf]| TlsOptions { verify: Verify::Roots(paths.to_vec()), ..TlsOptions::default() };
        assert_eq!(outcome(&server, roots(&[whole.path().to_owned()])), "");
        let (one, two) = (folder(&[("a.pem", &other.pem())]), folder(&[("a.pem", &pem)]));
        assert_eq!(outcome(&server, roots(&[one.path().to_owned(), two.path().to_owned()])), "");
        let without = folder(&[("readme.txt", "a text")]);
        assert!(outcome(&server, roots(&[without.path().to_owned()])).contains("holds no certificate"));
        let broken = folder(&[("a.pem", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n")]);
        assert!(outcome(&server, roots(&[broken.path().to_owned()])).contains("a.pem is no valid PEM"));
        let useless = folder(&[("a.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]);
        assert!(outcome(&server, roots(&[useless.path().to_owned()])).contains("can be read"));
    }
}
