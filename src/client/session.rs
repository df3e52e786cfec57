//! A session: defaults and cookies that its requests share.

use super::{Error, Request, Response};

/// Sends requests that share cookies and defaults, over a pool of connections.
#[derive(Debug, Default)]
pub struct Session {}

impl Session {
    /// Sends a request and reads the response whole.
    ///
    /// # Errors
    /// If there is no response; a status such as 404 is one.
    pub fn send(&self, _request: Request) -> Result<Response, Error> {
        todo!()
    }
}
