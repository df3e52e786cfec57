//! What holds for TLS on a connection.

use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

/// How a TLS connection is made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct TlsOptions {
    /// How the server's certificate is checked.
    pub verify: Verify,
}

/// How the server's certificate is checked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Verify {
    /// Against the roots of the platform, or bundled ones where it has none.
    #[default]
    Platform,
    /// Not at all.
    Off,
    /// Against the certificates in a PEM file.
    Roots(PathBuf),
}

impl TlsOptions {
    /// The defaults: the one value that all who want no others share.
    pub fn shared() -> Arc<Self> {
        static DEFAULTS: LazyLock<Arc<TlsOptions>> = LazyLock::new(Arc::default);
        Arc::clone(&DEFAULTS)
    }
}
