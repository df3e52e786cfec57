//! Files that keep certificates and private keys: PEM and PKCS#12.

use std::path::Path;

use p12_keystore::Pkcs12Archive;
use p12_keystore::error::Error as ArchiveError;
use pkcs8::{EncryptedPrivateKeyInfoRef, Error as KeyError, pkcs5};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs1KeyDer, PrivatePkcs8KeyDer, PrivateSec1KeyDer};

use super::super::{Error, ErrorKind};
use super::pem;

/// How OpenSSL marks a key that is encrypted in the way that it had before PKCS#8, whose
/// digest of the password is a single round of MD5.
const OLD_ENCRYPTION: &[u8] = b"Proc-Type: 4,ENCRYPTED";

/// What is to be done about a key that cannot be decrypted.
const CONVERT: &str = "convert it with `openssl pkcs8 -topk8`";

/// What such a file holds.
#[derive(Debug)]
pub(super) struct KeyFile {
    /// Its certificates, in order.
    pub(super) chain: Vec<CertificateDer<'static>>,
    /// Its first private key.
    pub(super) key: Option<PrivateKeyDer<'static>>,
}

/// Reads a file; a password opens what is protected in it.
///
/// # Errors
/// If it cannot be read or opened, in words that name it.
pub(super) fn read(path: &Path, password: Option<&str>) -> Result<KeyFile, Error> {
    let content = pem::read(path)?;
    if pem::is_pem(&content) { of_pem(&content, path, password) } else { of_archive(&content, path, password) }
}

fn of_pem(content: &[u8], path: &Path, password: Option<&str>) -> Result<KeyFile, Error> {
    if content.windows(OLD_ENCRYPTION.len()).any(|window| window == OLD_ENCRYPTION) {
        return Err(unsupported(path));
    }
    let sections = pem::sections(content, path)?;
    let key = sections.iter().find_map(|section| private_key(&section.label, &section.contents, path, password));
    Ok(KeyFile { key: key.transpose()?, chain: pem::certificates_of(sections) })
}

/// The private key that a section of PEM holds, if it holds one.
fn private_key(
    label: &str,
    content: &[u8],
    path: &Path,
    password: Option<&str>,
) -> Option<Result<PrivateKeyDer<'static>, Error>> {
    Some(match label {
        "PRIVATE KEY" => Ok(PrivatePkcs8KeyDer::from(content.to_vec()).into()),
        "RSA PRIVATE KEY" => Ok(PrivatePkcs1KeyDer::from(content.to_vec()).into()),
        "EC PRIVATE KEY" => Ok(PrivateSec1KeyDer::from(content.to_vec()).into()),
        "ENCRYPTED PRIVATE KEY" => decrypt(content, path, password),
        _ => return None,
    })
}

fn decrypt(content: &[u8], path: &Path, password: Option<&str>) -> Result<PrivateKeyDer<'static>, Error> {
    let key = EncryptedPrivateKeyInfoRef::try_from(content).map_err(|error| unsupported(path).with_source(error))?;
    let shown = path.display();
    let password = password
        .ok_or_else(|| failure(format!("the private key in {shown} is encrypted, and no password is given")))?;
    match key.decrypt(password) {
        Ok(key) => Ok(PrivatePkcs8KeyDer::from(key.as_bytes().to_vec()).into()),
        // A wrong password gives wrong padding or, by chance, bytes that are no key.
        Err(error @ (KeyError::EncryptedPrivateKey(pkcs5::Error::DecryptFailed) | KeyError::Asn1(_))) => {
            Err(failure(format!("the password does not open the private key in {shown}")).with_source(error))
        }
        Err(error) => Err(unsupported(path).with_source(error)),
    }
}

fn unsupported(path: &Path) -> Error {
    failure(format!("the private key in {} is encrypted in a way that is not supported: {CONVERT}", path.display()))
}

fn of_archive(content: &[u8], path: &Path, password: Option<&str>) -> Result<KeyFile, Error> {
    let archive = Pkcs12Archive::from_pkcs12(content, password.unwrap_or_default())
        .map_err(|error| closed(&error, path, password).with_source(error))?;
    let key = archive.keys.first().map(|bag| PrivatePkcs8KeyDer::from(bag.key.as_der().to_vec()).into());
    let chain = archive.certs.iter().map(|bag| bag.cert.as_der().to_vec().into()).collect();
    Ok(KeyFile { chain, key })
}

/// Why a PKCS#12 file stays closed.
fn closed(error: &ArchiveError, path: &Path, password: Option<&str>) -> Error {
    let path = path.display();
    failure(match (error, password) {
        (ArchiveError::MacError(_), None) => format!("{path} is protected by a password, and none is given"),
        (ArchiveError::MacError(_), Some(_)) => format!("the password does not open {path}"),
        (ArchiveError::DerError(_), _) => format!("{path} is neither PEM nor PKCS#12"),
        _ => format!("{path} cannot be read as PKCS#12: {error}"),
    })
}

fn failure(message: String) -> Error {
    Error::new(ErrorKind::Tls, message)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::authority::fixture;
    use super::*;

    proptest! {
        #[test]
        fn takes_no_harm_from_files_that_are_broken(
            name in prop::sample::select(&["client.p12", "client.legacy.p12", "client.all.pem", "client.sec1.key"]),
            at: prop::sample::Index,
            byte: u8,
            noise in prop::collection::vec(any::<u8>(), 0..100),
        ) {
            let mut content = pem::read(&fixture(name)).unwrap();
            let at = at.index(content.len());
            content[at] = byte;
            for content in [&content[..], &content[..at], &noise] {
                let _ = of_pem(content, Path::new(name), Some("secret"));
                let _ = of_archive(content, Path::new(name), Some("secret"));
            }
        }
    }
}
