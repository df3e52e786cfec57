//! Client certificates with their keys, from the files that they are kept in.

use std::path::{Display, PathBuf};
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, SigningKey};

use super::super::{Error, ErrorKind};
use super::key_file::{self, KeyFile};
use crate::secret::Secret;

/// Who a client is: a certificate with its key, by the files that they are kept in.
///
/// A file is PEM, with the chain of the certificate and perhaps the key, or PKCS#12. A key
/// is PKCS#8, which a password may protect, PKCS#1 or SEC1.
///
/// ```no_run
/// use rqtest::client::{Identity, get};
///
/// let identity = Identity::new("client.pem").key("client.key").password("secret");
/// let response = get("https://example.org/").cert(identity).send()?;
/// # Ok::<(), rqtest::client::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Identity {
    certificate: PathBuf,
    key: Option<PathBuf>,
    password: Option<Secret<String>>,
}

impl Identity {
    /// The certificate in a file, with the key that lies beside it there.
    pub fn new(certificate: impl Into<PathBuf>) -> Self {
        Self { certificate: certificate.into(), key: None, password: None }
    }

    /// The key lies in a file of its own.
    #[must_use]
    pub fn key(self, key: impl Into<PathBuf>) -> Self {
        Self { key: Some(key.into()), ..self }
    }

    /// The key, or all of a PKCS#12 file, is protected by a password.
    #[must_use]
    pub fn password(self, password: impl Into<String>) -> Self {
        Self { password: Some(Secret::new(password.into())), ..self }
    }

    /// What no output may show.
    pub(crate) fn secret(&self) -> Option<&str> {
        self.password.as_ref().map(|password| password.expose().as_str())
    }

    /// Reads the files.
    ///
    /// # Errors
    /// If they cannot be read or opened, or do not belong together, in words that name them.
    pub(super) fn read(&self, provider: &CryptoProvider) -> Result<CertifiedKey, Error> {
        let password = self.secret();
        let KeyFile { mut chain, mut key } = key_file::read(&self.certificate, password)?;
        if let Some(path) = &self.key {
            key = key_file::read(path, password)?.key;
        }
        let key = self.load(key, provider)?;
        let certificate = self.certificate.display();
        if chain.is_empty() {
            return Err(Error::new(ErrorKind::Tls, format!("{certificate} holds no certificate (PEM or PKCS#12)")));
        }
        let Some(leaf) = chain.iter().position(|certificate| fits(&*key, certificate)) else {
            let message = format!("the private key in {} fits no certificate in {certificate}", self.key_path());
            return Err(Error::new(ErrorKind::Tls, message));
        };
        // The certificate of the key leads the chain on the wire, wherever it stands in the file.
        chain[..=leaf].rotate_right(1);
        Ok(CertifiedKey::new(chain, key))
    }

    /// Makes of a private key one that signs.
    fn load(
        &self,
        key: Option<PrivateKeyDer<'static>>,
        provider: &CryptoProvider,
    ) -> Result<Arc<dyn SigningKey>, Error> {
        let path = self.key_path();
        let key = key.ok_or_else(|| {
            let hint = if self.key.is_none() { ": name the file of the key too" } else { "" };
            Error::new(ErrorKind::Tls, format!("{path} holds no private key{hint}"))
        })?;
        provider.key_provider.load_private_key(key).map_err(|error| {
            Error::new(ErrorKind::Tls, format!("the private key in {path} cannot be used: {error}")).with_source(error)
        })
    }

    fn key_path(&self) -> Display<'_> {
        self.key.as_ref().unwrap_or(&self.certificate).display()
    }
}

/// Whether a certificate is that of a key.
fn fits(key: &dyn SigningKey, certificate: &CertificateDer<'_>) -> bool {
    let public = webpki::EndEntityCert::try_from(certificate).map(|certificate| certificate.subject_public_key_info());
    key.public_key().is_some_and(|key| public.is_ok_and(|public| public == key))
}

#[cfg(test)]
mod tests {
    use rustls::crypto::ring;

    use super::super::authority::fixture;
    use super::*;

    /// `client.pem`, or `client.pem client.key` where the key lies in a file of its own.
    fn identity(files: &str) -> Identity {
        let (certificate, key) = files.split_once(' ').unwrap_or((files, ""));
        let identity = Identity::new(fixture(certificate));
        if key.is_empty() { identity } else { identity.key(fixture(key)) }
    }

    fn read(identity: &Identity) -> Result<CertifiedKey, Error> {
        identity.read(&ring::default_provider())
    }

    #[test]
    fn reads_every_way_in_which_a_key_is_kept() {
        for (files, certificates) in [
            ("client.pem client.key", 1),
            ("client.pem client.sec1.key", 1),
            ("client.all.pem", 2),
            ("client.backwards.pem client.key", 2),
            ("client-rsa.pem client-rsa.pkcs1.key", 1),
            ("client-rsa.pem client-rsa.aes.key", 1),
            ("client-rsa.pem client-rsa.des3.key", 1),
            ("client-rsa.pem client-rsa.scrypt.key", 1),
            ("client.p12", 2),
            ("client.legacy.p12", 1),
            ("client.pem client.p12", 1),
        ] {
            let read = read(&identity(files).password("secret")).unwrap_or_else(|error| panic!("{files}: {error}"));
            assert_eq!((read.cert.len(), read.keys_match()), (certificates, Ok(())), "{files}");
        }
        assert!(read(&identity("client.open.p12")).is_ok());
    }

    #[test]
    fn says_in_words_that_name_the_file_what_is_wrong() {
        for (files, password, words) in [
            ("none.pem", None, "there is no file"),
            ("client.pem", None, "client.pem holds no private key: name the file of the key too"),
            ("client.pem ca.pem", None, "ca.pem holds no private key"),
            ("client.key", None, "client.key holds no certificate"),
            ("client-rsa.pem client.key", None, "client.key fits no certificate in"),
            ("client-rsa.pem client-rsa.aes.key", None, "client-rsa.aes.key is encrypted, and no password is given"),
            ("client-rsa.pem client-rsa.aes.key", Some("x"), "does not open the private key in"),
            ("client-rsa.pem client-rsa.des3.key", Some("x"), "does not open the private key in"),
            ("client-rsa.pem client-rsa.pbes1.key", Some("secret"), "convert it with `openssl pkcs8 -topk8`"),
            ("client-rsa.pem client-rsa.old.key", Some("secret"), "convert it with `openssl pkcs8 -topk8`"),
            ("client.p12", None, "client.p12 is protected by a password, and none is given"),
            ("client.p12", Some("x"), "the password does not open"),
            ("client.legacy.p12", Some("x"), "the password does not open"),
            ("ca.p12", Some("secret"), "ca.p12 holds no private key"),
            ("generate.sh", None, "generate.sh is neither PEM nor PKCS#12"),
        ] {
            let identity = password.into_iter().fold(identity(files), Identity::password);
            let error = read(&identity).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Tls, "{files}");
            assert!(error.to_string().contains(words), "{files}: {error}");
        }
    }

    #[test]
    fn shows_no_password() {
        assert!(!format!("{:?}", identity("client.p12").password("hunter2")).contains("hunter2"));
    }
}
