//! A user and a password in every request.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::secret::Secret;

use super::super::{Error, PreparedRequest, Session};
use super::Auth;

/// A user with a password (RFC 7617), in UTF-8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basic {
    user: String,
    password: Secret<String>,
}

impl Basic {
    /// A user with this password.
    pub fn new(user: impl Into<String>, password: impl Into<String>) -> Self {
        Self { user: user.into(), password: Secret::new(password.into()) }
    }

    fn pair(&self) -> String {
        format!("{}:{}", self.user, self.password.expose())
    }
}

impl Auth for Basic {
    fn authorize(&self, request: &mut PreparedRequest, _session: &Session) -> Result<(), Error> {
        Ok(request.headers.set("Authorization", format!("Basic {}", STANDARD.encode(self.pair())))?)
    }

    fn secrets(&self) -> Vec<String> {
        vec![self.password.expose().clone(), self.pair()]
    }
}
