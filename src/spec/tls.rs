//! What a request says of TLS, beside how the server's certificate is checked.

use crate::http::TlsVersion;
use crate::source::Spanned;

use super::Text;

/// Who the client is, where a server asks for its certificate; texts are as they were
/// written, or what became of them.
#[derive(Clone, Debug, PartialEq)]
pub enum Cert<T = Text> {
    /// Nobody: takes a default away.
    None,
    /// What certificate and key lie in.
    Files {
        /// The file of the certificate: PEM or PKCS#12.
        certificate: T,
        /// The file of the key, where it is another one.
        key: Option<T>,
        /// The password of the key, or of the PKCS#12 file.
        password: Option<T>,
    },
}

/// How TLS is spoken; `None` leaves it to the level above.
#[derive(Clone, Debug, PartialEq)]
pub struct Tls<T = Text> {
    /// The name that the server is asked for, and that its certificate must be made out for.
    pub server_name: Option<T>,
    /// The lowest version to speak.
    pub min_version: Option<Spanned<TlsVersion>>,
    /// The highest version to speak.
    pub max_version: Option<Spanned<TlsVersion>>,
    /// The public keys of which the server must have one.
    pub pinned_key: Option<Vec<T>>,
    /// A file or folder of lists of revoked certificates.
    pub crl: Option<T>,
    /// A file that the keys of connections are added to.
    pub key_log: Option<T>,
}

impl<T> Cert<T> {
    /// The same with something else in the place of each text.
    pub fn map<U>(&self, mut change: impl FnMut(&T) -> U) -> Cert<U> {
        match self {
            Self::None => Cert::None,
            Self::Files { certificate, key, password } => Cert::Files {
                certificate: change(certificate),
                key: key.as_ref().map(&mut change),
                password: password.as_ref().map(&mut change),
            },
        }
    }

    /// The text that no output may show.
    pub fn secret(&self) -> Option<&T> {
        match self {
            Self::None => None,
            Self::Files { password, .. } => password.as_ref(),
        }
    }
}

impl<T> Tls<T> {
    /// Says nothing.
    pub const SILENT: Self =
        Self { server_name: None, min_version: None, max_version: None, pinned_key: None, crl: None, key_log: None };

    /// The same with something else in the place of each text.
    pub fn map<U>(&self, mut change: impl FnMut(&T) -> U) -> Tls<U> {
        Tls {
            server_name: self.server_name.as_ref().map(&mut change),
            min_version: self.min_version.clone(),
            max_version: self.max_version.clone(),
            pinned_key: self.pinned_key.as_ref().map(|pins| pins.iter().map(&mut change).collect()),
            crl: self.crl.as_ref().map(&mut change),
            key_log: self.key_log.as_ref().map(&mut change),
        }
    }
}

impl<T: Clone> Tls<T> {
    /// What this says, and what the level above says where this is silent.
    #[must_use]
    pub fn or(&self, above: &Self) -> Self {
        macro_rules! nearest {
            ($($field:ident),* $(,)?) => {
                Self { $($field: self.$field.clone().or_else(|| above.$field.clone())),* }
            };
        }
        nearest!(server_name, min_version, max_version, pinned_key, crl, key_log)
    }
}

impl<T> Default for Tls<T> {
    fn default() -> Self {
        Self::SILENT
    }
}
