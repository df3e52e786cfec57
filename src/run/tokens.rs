//! Who gets the tokens that templates ask for.

use crate::client::{Error, Granted, OAuth2, Session};
use crate::template::TokenProvider;

/// A session that asks for nothing else.
#[derive(Debug)]
pub(super) struct Asking(pub(super) Session);

impl TokenProvider for Asking {
    fn token(&self, way: &OAuth2) -> Result<Granted, Error> {
        use crate::client::Auth as _;
        if let Some(redactor) = &self.0.secrets {
            way.secrets().iter().for_each(|secret| redactor.learn(secret));
        }
        self.0.token(way)
    }
}
