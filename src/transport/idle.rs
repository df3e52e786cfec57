//! Connections at rest.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Endpoint;
use super::connection::Connection;

/// How long a connection is kept without a request; most servers close it before.
const MAX_IDLE: Duration = Duration::from_secs(60);

/// The most connections that are kept.
const CAPACITY: usize = 128;

/// The connections at rest, the one that rests longest first.
#[derive(Default)]
pub(super) struct Idle {
    connections: Mutex<Vec<Connection>>,
}

impl Idle {
    /// Takes the connection to an endpoint that was used last and is still of use.
    pub(super) fn take(&self, endpoint: &Endpoint) -> Option<Connection> {
        loop {
            let mut connection = self.take_any(endpoint)?;
            if connection.idle(Instant::now()) < MAX_IDLE && !connection.has_input() {
                return Some(connection);
            }
        }
    }

    fn take_any(&self, endpoint: &Endpoint) -> Option<Connection> {
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        let at = connections.iter().rposition(|connection| connection.endpoint == *endpoint)?;
        Some(connections.remove(at))
    }

    /// Keeps a connection, and drops those that have rested for too long.
    pub(super) fn put(&self, mut connection: Connection) {
        let now = Instant::now();
        connection.rest(now);
        let mut connections = self.connections.lock().unwrap_or_else(PoisonError::into_inner);
        let expired = connections.iter().take_while(|connection| connection.idle(now) >= MAX_IDLE).count();
        let surplus = (connections.len() + 1).saturating_sub(CAPACITY);
        let dropped: Vec<Connection> = connections.drain(..expired.max(surplus)).collect();
        connections.push(connection);
        drop(connections);
        // Closing takes time that nobody should wait for.
        drop(dropped);
    }

    /// Closes all of them, and says how many there were.
    pub(super) fn clear(&self) -> usize {
        std::mem::take(&mut *self.connections.lock().unwrap_or_else(PoisonError::into_inner)).len()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Scheme;
    use crate::transport::{Clock, Connector, Deadlines, Memory, TlsOptions, Verify};

    fn endpoint(port: u16) -> Endpoint {
        Endpoint::new(Scheme::Http, "a", port)
    }

    /// A connection to a server that has so much to say.
    fn connection(port: u16, script: &[&str]) -> Connection {
        let memory = Memory::new([script.iter().copied()]);
        let wire = memory.connect(&endpoint(port), &mut Clock::start(Deadlines::default())).unwrap();
        Connection::new(endpoint(port), wire)
    }

    #[test]
    fn gives_a_connection_to_its_endpoint_alone() {
        let idle = Idle::default();
        idle.put(connection(1, &["more"]));
        for other in [endpoint(2), Endpoint { tls: TlsOptions { verify: Verify::Off }.into(), ..endpoint(1) }] {
            assert!(idle.take(&other).is_none());
        }
        assert!(idle.take(&endpoint(1)).is_some());
        assert!(idle.take(&endpoint(1)).is_none());
    }

    #[test]
    fn passes_over_connections_that_were_closed() {
        let idle = Idle::default();
        for script in [&["more"][..], &[], &[]] {
            idle.put(connection(1, script));
        }
        assert!(idle.take(&endpoint(1)).is_some());
        assert_eq!(idle.len(), 0);
    }

    #[test]
    fn keeps_the_connections_that_were_used_last() {
        let idle = Idle::default();
        for port in 0..=CAPACITY as u16 {
            idle.put(connection(port, &["more"]));
        }
        assert_eq!(idle.len(), CAPACITY);
        assert!(idle.take(&endpoint(0)).is_none());
        assert!(idle.take(&endpoint(1)).is_some());
    }
}
