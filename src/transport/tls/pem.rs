//! PEM files: what stands in them, and in all of a folder.

use std::path::Path;

use rustls::pki_types::{CertificateDer, CertificateRevocationListDer};
use x509_parser::pem::Pem;

use super::super::{Error, ErrorKind};

/// The most bytes that a file may have: the largest revocation lists have over a hundred MiB.
const LARGEST: u64 = 256 * 1024 * 1024;

/// How the lines begin that tell a PEM file from others.
const BEGIN: &[u8] = b"-----BEGIN ";

/// What certificates are called.
const CERTIFICATES: &[&str] = &["CERTIFICATE", "X509 CERTIFICATE"];

/// Reads a file whole.
///
/// # Errors
/// If it cannot be read.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, Error> {
    crate::source::read_bytes(path, LARGEST).map_err(unreadable)
}

/// Whether a file's content is PEM.
pub(super) fn is_pem(content: &[u8]) -> bool {
    content.windows(BEGIN.len()).any(|window| window == BEGIN)
}

/// The sections of a PEM file.
///
/// # Errors
/// If one is not closed, or is no base64.
pub(super) fn sections(content: &[u8], path: &Path) -> Result<Vec<Pem>, Error> {
    Pem::iter_from_buffer(content).collect::<Result<_, _>>().map_err(|error| {
        Error::new(ErrorKind::Tls, format!("{} is no valid PEM: {error}", path.display())).with_source(error)
    })
}

/// The certificates among sections.
pub(super) fn certificates_of(sections: Vec<Pem>) -> Vec<CertificateDer<'static>> {
    let certificates = sections.into_iter().filter(|section| CERTIFICATES.contains(&section.label.as_str()));
    certificates.map(|section| section.contents.into()).collect()
}

/// The certificates of a file, or of every file of a folder.
///
/// # Errors
/// If there is none, or one cannot be read.
pub(super) fn certificates_at(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let certificates = at(path, |content, path| Ok(certificates_of(sections(&content, path)?)))?;
    if certificates.is_empty() {
        return Err(Error::new(ErrorKind::Tls, format!("{} holds no certificate (PEM)", path.display())));
    }
    Ok(certificates)
}

/// The revocation lists of a file, which may also be one in DER, or of every file of a folder.
///
/// # Errors
/// If there is none, or one cannot be read.
pub(super) fn revocation_lists_at(path: &Path) -> Result<Vec<CertificateRevocationListDer<'static>>, Error> {
    let lists = at(path, |content, path| {
        if !is_pem(&content) {
            return Ok(vec![content.into()]);
        }
        let lists = sections(&content, path)?.into_iter().filter(|section| section.label == "X509 CRL");
        Ok(lists.map(|section| section.contents.into()).collect())
    })?;
    if lists.is_empty() {
        return Err(Error::new(ErrorKind::Tls, format!("{} holds no revocation list (X509 CRL)", path.display())));
    }
    Ok(lists)
}

/// What all files at a path hold. A folder whose files c_rehash has linked to their
/// hashes names each twice, which does no harm.
fn at<T>(path: &Path, extract: impl Fn(Vec<u8>, &Path) -> Result<Vec<T>, Error>) -> Result<Vec<T>, Error> {
    let mut found = Vec::new();
    for file in crate::source::files_at(path).map_err(unreadable)? {
        found.extend(extract(read(&file)?, &file)?);
    }
    Ok(found)
}

fn unreadable(error: crate::source::ReadError) -> Error {
    Error::new(ErrorKind::Tls, error.to_string()).with_source(error)
}
