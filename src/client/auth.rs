//! Who sends a request.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::secret::Secret;

/// Credentials for a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Auth {
    /// None, even where the session or the URL has some.
    None,
    /// RFC 7617.
    Basic {
        /// The user.
        user: String,
        /// The password.
        password: Secret<String>,
    },
    /// RFC 6750.
    Bearer(Secret<String>),
}

impl Auth {
    /// A user and a password.
    pub fn basic(user: impl Into<String>, password: impl Into<String>) -> Self {
        Self::Basic { user: user.into(), password: Secret::new(password.into()) }
    }

    /// A token.
    pub fn bearer(token: impl Into<String>) -> Self {
        Self::Bearer(Secret::new(token.into()))
    }

    /// The value of the `Authorization` field.
    pub(super) fn header(&self) -> Option<String> {
        match self {
            Self::None => None,
            Self::Basic { user, password } => {
                Some(format!("Basic {}", STANDARD.encode(format!("{user}:{}", password.expose()))))
            }
            Self::Bearer(token) => Some(format!("Bearer {}", token.expose())),
        }
    }
}
