//! The connections of a run.

mod builder;
mod exchange;
mod idle;
mod keep_alive;
mod open;

use std::fmt;
use std::sync::Arc;

use super::proxy::Authorizations;
use super::{Channel, Clock, Connector, Deadlines, Endpoint, Error, Trace};
use idle::Idle;

pub use builder::PoolBuilder;

/// Connections that are kept open for the next request of the same endpoint.
pub struct Pool {
    connector: Box<dyn Connector>,
    idle: Idle,
    /// What proxies are told of who asks them.
    authorizations: Arc<Authorizations>,
}

impl Pool {
    /// A pool with no connections, which will lead over the network.
    pub fn new() -> Arc<Self> {
        Self::builder().build()
    }

    /// A pool whose connections are opened in another way.
    pub fn with_connector(connector: impl Connector + 'static) -> Arc<Self> {
        let authorizations = Arc::default();
        Arc::new(Self { connector: Box::new(connector), idle: Idle::default(), authorizations })
    }

    /// A pool that keeps connections otherwise than by default.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use rqtest::client::{Pool, Session};
    ///
    /// let pool = Pool::builder().idle_per_host(4).idle_time(Duration::from_secs(5)).build();
    /// let session = Session::with_pool(pool);
    /// ```
    pub fn builder() -> PoolBuilder {
        PoolBuilder::default()
    }

    /// Opens a connection that is the caller's own.
    ///
    /// # Errors
    /// If it cannot be opened in time.
    pub fn channel(
        &self,
        endpoint: &Endpoint,
        deadlines: Deadlines,
        trace: Option<&Arc<Trace>>,
    ) -> Result<Channel, Error> {
        let mut clock = Clock::traced(deadlines, trace);
        let connection = self.open(endpoint, &mut clock)?;
        Ok(Channel::new(connection, clock))
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("idle", &self.idle.len()).finish_non_exhaustive()
    }
}
