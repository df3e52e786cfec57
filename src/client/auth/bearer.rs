//! A token in every request.

use crate::secret::Secret;

use super::super::{Error, PreparedRequest, Session};
use super::Auth;

/// Whoever bears this token (RFC 6750, 2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bearer {
    token: Secret<String>,
}

impl Bearer {
    /// The bearer of this token.
    pub fn new(token: impl Into<String>) -> Self {
        Self { token: Secret::new(token.into()) }
    }
}

impl Auth for Bearer {
    fn authorize(&self, request: &mut PreparedRequest, _session: &Session) -> Result<(), Error> {
        Ok(request.headers.set("Authorization", format!("Bearer {}", self.token.expose()))?)
    }

    fn secrets(&self) -> Vec<String> {
        vec![self.token.expose().clone()]
    }
}
