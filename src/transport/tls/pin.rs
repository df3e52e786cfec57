//! Public keys that a server must have.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::CertificateDer;
use sha2::{Digest as _, Sha256};

/// What stands before the digest, as curl writes it.
const SCHEME: &str = "sha256//";

/// The SHA-256 digest of a public key (`SubjectPublicKeyInfo`, RFC 5280), written as curl
/// writes it: `sha256//` and base64.
///
/// ```
/// use rqtest::client::KeyPin;
///
/// let pin: KeyPin = "sha256//YhKJKSzoTt2b5FP18fvpHo7fJYQCjAAp3pp2wpNZYbw=".parse()?;
/// assert_eq!(pin.to_string(), "sha256//YhKJKSzoTt2b5FP18fvpHo7fJYQCjAAp3pp2wpNZYbw=");
/// # Ok::<(), rqtest::client::InvalidKeyPin>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyPin([u8; 32]);

impl KeyPin {
    /// The pin of a certificate's public key; none if the certificate cannot be read.
    pub(super) fn of(certificate: &CertificateDer<'_>) -> Option<Self> {
        let certificate = webpki::EndEntityCert::try_from(certificate).ok()?;
        Some(Self(Sha256::digest(certificate.subject_public_key_info()).into()))
    }
}

impl FromStr for KeyPin {
    type Err = InvalidKeyPin;

    fn from_str(text: &str) -> Result<Self, InvalidKeyPin> {
        let digest = text.strip_prefix(SCHEME).and_then(|digest| STANDARD.decode(digest).ok());
        digest.and_then(|digest| digest.try_into().ok()).map(Self).ok_or(InvalidKeyPin)
    }
}

impl fmt::Display for KeyPin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}", STANDARD.encode(self.0))
    }
}

/// The error of a text that is no [`KeyPin`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidKeyPin;

impl fmt::Display for InvalidKeyPin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a pinned public key is `sha256//` and the base64 of 32 bytes")
    }
}

impl std::error::Error for InvalidKeyPin {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn reads_what_it_writes(digest: [u8; 32]) {
            prop_assert_eq!(KeyPin(digest).to_string().parse(), Ok(KeyPin(digest)));
        }

        #[test]
        fn takes_nothing_else(text in ".*") {
            prop_assert!(text.parse::<KeyPin>().is_err());
        }
    }

    #[test]
    fn refuses_other_digests_and_other_lengths() {
        for text in
            ["", "sha256//", "sha256//YWJj", "sha1//YWJj", "sha256/YhKJKSzoTt2b5FP18fvpHo7fJYQCjAAp3pp2wpNZYbw="]
        {
            assert_eq!(text.parse::<KeyPin>(), Err(InvalidKeyPin), "{text}");
        }
    }
}
