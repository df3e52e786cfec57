//! What holds for TLS on a connection.

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use crate::http::TlsVersion;

use super::{Identity, KeyPin};

/// How a TLS connection is made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct TlsOptions {
    /// How the server's certificate is checked.
    pub verify: Verify,
    /// Who the client is, where a server asks for a certificate.
    pub identity: Option<Identity>,
    /// The name that the server is asked for (SNI) and that its certificate must be made
    /// out for; by default the host of the URL.
    pub server_name: Option<String>,
    /// The lowest version of TLS to speak; by default the lowest that there is.
    pub minimum_version: Option<TlsVersion>,
    /// The highest version of TLS to speak; by default the highest that there is.
    pub maximum_version: Option<TlsVersion>,
    /// The public keys of which the server must have one, however its certificate is
    /// checked otherwise; where there are none, it may have any.
    pub pins: Vec<KeyPin>,
    /// A file, or a folder of files, of lists of revoked certificates (PEM, or one list in
    /// DER). There must be a list of every CA that the server's certificate depends on.
    pub revocation_lists: Option<PathBuf>,
    /// The file that the keys of each connection are added to, for a tool that decrypts
    /// captured traffic. Whoever reads it can read all that was sent.
    pub key_log: Option<PathBuf>,
}

/// How the server's certificate is checked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Verify {
    /// Against the roots of the platform, or bundled ones where it has none.
    #[default]
    Platform,
    /// Not at all.
    Off,
    /// Against the certificates in PEM files: in these, and in those that lie in these folders.
    Roots(Vec<PathBuf>),
}

impl TlsOptions {
    /// The defaults: the one value that all who want no others share.
    pub fn shared() -> Arc<Self> {
        static DEFAULTS: LazyLock<Arc<TlsOptions>> = LazyLock::new(Arc::default);
        Arc::clone(&DEFAULTS)
    }

    /// The versions that may be spoken, lowest first; none where the limits leave none.
    pub(super) fn versions(&self) -> Vec<TlsVersion> {
        let (lowest, highest) = (self.minimum_version, self.maximum_version);
        let within = |version: &TlsVersion| {
            lowest.is_none_or(|lowest| *version >= lowest) && highest.is_none_or(|highest| *version <= highest)
        };
        TlsVersion::ALL.into_iter().filter(within).collect()
    }
}

impl Verify {
    /// Against the certificates in one PEM file, or in those that lie in one folder.
    pub fn roots(path: impl Into<PathBuf>) -> Self {
        Self::Roots(vec![path.into()])
    }
}
