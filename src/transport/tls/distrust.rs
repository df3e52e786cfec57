//! Why a chain of certificates is not trusted, where the chain itself shows it.

use std::fmt;

use rustls::pki_types::CertificateDer;
use x509_parser::certificate::X509Certificate;
use x509_parser::prelude::FromDer;
use x509_parser::public_key::PublicKey;

/// The fewest bits of an RSA key whose signatures are checked.
const FEWEST_BITS: usize = 2048;

/// Why a certificate is not trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Distrust {
    /// It signed itself.
    SelfSigned,
    /// Its chain ends in this root, which is not trusted.
    Root(String),
    /// Its chain ends in a certificate of this issuer, which the server does not send.
    Issuer(String),
    /// A certificate of the chain, the one of this subject, has an RSA key of so few bits.
    Weak { subject: String, bits: usize },
    /// It has none of the public keys that the server must have.
    Unpinned(String),
}

impl Distrust {
    /// Why there is no way from a certificate to a trusted root; none where the chain does not show it.
    pub(super) fn of_unknown_issuer(leaf: &CertificateDer<'_>, others: &[CertificateDer<'_>]) -> Option<Self> {
        let chain: Vec<X509Certificate<'_>> = std::iter::once(leaf).chain(others).filter_map(read).collect();
        let leaf = chain.first()?;
        if leaf.issuer() == leaf.subject() {
            return Some(Self::SelfSigned);
        }
        let mut last = leaf;
        // A chain that goes round in a circle has no end to be named.
        for _ in &chain {
            match chain.iter().find(|other| other.subject() == last.issuer()) {
                Some(next) if next.issuer() == next.subject() => return Some(Self::Root(next.subject().to_string())),
                Some(next) => last = next,
                None => return Some(Self::Issuer(last.issuer().to_string())),
            }
        }
        None
    }

    /// The first certificate whose key is too short to be trusted.
    pub(super) fn of_weak_key<'a>(chain: impl IntoIterator<Item = &'a CertificateDer<'a>>) -> Option<Self> {
        chain.into_iter().filter_map(read).find_map(|certificate| match certificate.public_key().parsed() {
            Ok(PublicKey::RSA(key)) if key.key_size() < FEWEST_BITS => {
                Some(Self::Weak { subject: certificate.subject().to_string(), bits: key.key_size() })
            }
            _ => None,
        })
    }
}

fn read<'a>(certificate: &'a CertificateDer<'_>) -> Option<X509Certificate<'a>> {
    X509Certificate::from_der(certificate).ok().map(|(_, certificate)| certificate)
}

impl fmt::Display for Distrust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SelfSigned => f.write_str("the server's certificate is self-signed; give it as a root to trust it"),
            Self::Root(root) => write!(
                f,
                "the server's certificate has an unknown issuer: its chain ends in the root `{root}`, which is not trusted"
            ),
            Self::Issuer(issuer) => write!(
                f,
                "the server's certificate has an unknown issuer: `{issuer}` is no trusted root, and the server does \
                 not send its certificate, as it should if it is an intermediate certificate"
            ),
            Self::Weak { subject, bits } => {
                write!(
                    f,
                    "the RSA key of the certificate of `{subject}` has {bits} bits, and {FEWEST_BITS} are the least"
                )
            }
            Self::Unpinned(pin) => {
                write!(f, "the server's public key is not one of those that are pinned: it is {pin}")
            }
        }
    }
}

impl std::error::Error for Distrust {}
