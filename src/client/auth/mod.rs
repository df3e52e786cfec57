//! Who sends a request, and how they prove it.

mod basic;
mod bearer;

use std::fmt;

use super::{Error, PreparedRequest, Response, Session};

pub use basic::Basic;
pub use bearer::Bearer;

/// A way to prove who sends a request.
pub trait Auth: fmt::Debug + Send + Sync {
    /// The header field that carries the proof: where the author wrote or omitted it, the
    /// request goes without this.
    fn field(&self) -> Option<&str> {
        Some("Authorization")
    }

    /// Adds the proof to a request of which everything else stands, its cookies included.
    /// Called again for a redirect within the origin: what was added before is replaced.
    ///
    /// # Errors
    /// If there is no proof to be had.
    fn authorize(&self, request: &mut PreparedRequest, session: &Session) -> Result<(), Error>;

    /// Sees a response, and may have another request sent in answer to it: to a challenge
    /// (RFC 9110, 11.4), for example. The response then goes to the history.
    ///
    /// # Errors
    /// If the response cannot be answered and is of no use by itself.
    fn answer(&self, _response: &Response, _session: &Session) -> Result<Option<PreparedRequest>, Error> {
        Ok(None)
    }

    /// What no output may show.
    fn secrets(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Nobody, even where the session or the URL names somebody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoAuth;

impl Auth for NoAuth {
    fn field(&self) -> Option<&str> {
        None
    }

    fn authorize(&self, _request: &mut PreparedRequest, _session: &Session) -> Result<(), Error> {
        Ok(())
    }
}
