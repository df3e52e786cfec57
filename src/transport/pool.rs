//! The connections of a run.

use std::sync::Arc;

use super::{Error, Exchange, Receiver, Reply};

/// Connections that are kept open for the next request of the same endpoint.
#[derive(Debug)]
pub struct Pool {}

impl Pool {
    /// A pool with no connections.
    pub fn new() -> Arc<Self> {
        Arc::new(Self {})
    }

    /// Sends a request and hands the response over as it arrives, on a connection of the
    /// pool or a new one.
    ///
    /// # Errors
    /// If there is no whole response in time, or the receiver refuses it.
    pub fn exchange(&self, _exchange: &Exchange<'_>, _receiver: &mut dyn Receiver) -> Result<Reply, Error> {
        todo!()
    }
}
