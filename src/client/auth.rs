//! Who sends a request.

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
