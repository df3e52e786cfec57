//! How many connections a pool keeps.

use std::sync::Arc;
use std::time::Duration;

use super::super::connect::Network;
use super::super::proxy::Authorizations;
use super::Pool;
use super::idle::{Idle, Limits};

/// Says how many connections a pool keeps, and for how long. Those that serve a request
/// do not count.
#[derive(Clone, Copy, Debug, Default)]
#[must_use = "there is no pool before `build`"]
pub struct PoolBuilder {
    limits: Limits,
}

impl PoolBuilder {
    /// The most connections at rest, to all hosts together; the one that rests longest is
    /// closed. Default: 128.
    pub fn idle_connections(mut self, most: usize) -> Self {
        self.limits.connections = most;
        self
    }

    /// The most connections at rest to one host by one way; 0 keeps none. Default: 128.
    pub fn idle_per_host(mut self, most: usize) -> Self {
        self.limits.per_host = most;
        self
    }

    /// How long a connection rests, where the server does not say less (`Keep-Alive:
    /// timeout=5`). Default: 60 seconds.
    pub fn idle_time(mut self, longest: Duration) -> Self {
        self.limits.idle_time = longest;
        self
    }

    /// The pool.
    pub fn build(self) -> Arc<Pool> {
        let authorizations = Arc::new(Authorizations::default());
        let network = Network::new(Arc::clone(&authorizations));
        Arc::new(Pool { connector: Box::new(network), idle: Idle::new(self.limits), authorizations })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::loopback::{Call, Server};

    const HELLO: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

    #[test]
    fn keeps_as_many_connections_as_it_was_built_for() {
        let server = Server::answering(&[HELLO, HELLO]);
        let pool = Pool::builder().idle_per_host(0).build();
        let reused: Vec<bool> = (0..2).map(|_| Call::get(&server).send(&pool).unwrap().0.reused).collect();
        assert_eq!((reused, pool.idle.len()), (vec![false, false], 0));
    }
}
