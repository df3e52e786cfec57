//! Connections at rest.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::super::Endpoint;
use super::super::connection::Connection;

/// How many connections are kept, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limits {
    /// The most connections that are kept.
    pub(super) connections: usize,
    /// The most connections that are kept to one endpoint.
    pub(super) per_host: usize,
    /// How long a connection is kept without a request.
    pub(super) idle_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        // Most servers close a connection that rests for less than a minute.
        Self { connections: 128, per_host: 128, idle_time: Duration::from_secs(60) }
    }
}

/// The connections at rest, the one that rests longest first.
#[derive(Default)]
pub(super) struct Idle {
    limits: Limits,
    connections: Mutex<Vec<Connection>>,
}

impl Idle {
    /// Keeps no connections yet.
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, connections: Mutex::default() }
    }

    /// Takes the connection to an endpoint that was used last and is still of use.
    pub(super) fn take(&self, endpoint: &Endpoint) -> Option<Connection> {
        loop {
            let mut connection = self.take_any(endpoint)?;
            let longest = connection.idle_limit().min(self.limits.idle_time);
            if connection.idle(Instant::now()) < longest && !connection.has_input() {
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
        connections.push(connection);
        let dropped = self.limits.surplus(&mut connections, now);
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

impl Limits {
    /// Takes out what is more, or older, than is kept; the last connection has just come.
    fn surplus(self, connections: &mut Vec<Connection>, now: Instant) -> Vec<Connection> {
        let expired = connections.iter().take_while(|connection| connection.idle(now) >= self.idle_time).count();
        let too_many = connections.len().saturating_sub(self.connections);
        let mut surplus: Vec<Connection> = connections.drain(..expired.max(too_many)).collect();
        if connections.len() > self.per_host
            && let Some(newest) = connections.last()
        {
            let is_same = |other: &Connection| other.endpoint == newest.endpoint;
            let siblings = connections.iter().filter(|other| is_same(other)).count();
            let oldest = connections.iter().position(is_same).filter(|_| siblings > self.per_host);
            surplus.extend(oldest.map(|at| connections.remove(at)));
        }
        surplus
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
        for other in [
            endpoint(2),
            Endpoint { tls: TlsOptions { verify: Verify::Off, ..TlsOptions::default() }.into(), ..endpoint(1) },
        ] {
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
        let capacity = Limits::default().connections;
        for port in 0..=capacity as u16 {
            idle.put(connection(port, &["more"]));
        }
        assert_eq!(idle.len(), capacity);
        assert!(idle.take(&endpoint(0)).is_none());
        assert!(idle.take(&endpoint(1)).is_some());
    }

    #[test]
    fn keeps_so_many_connections_to_a_host() {
        for (per_host, kept) in [(0, 0), (1, 2), (2, 3), (9, 4)] {
            let idle = Idle::new(Limits { per_host, ..Limits::default() });
            for port in [1, 1, 2, 1] {
                idle.put(connection(port, &["more"]));
            }
            assert_eq!(idle.len(), kept, "{per_host}");
        }
    }

    #[test]
    fn keeps_a_connection_no_longer_than_it_may_rest() {
        let idle = Idle::new(Limits { idle_time: Duration::ZERO, ..Limits::default() });
        idle.put(connection(1, &["more"]));
        assert!(idle.take(&endpoint(1)).is_none());

        let idle = Idle::default();
        let mut hasty = connection(1, &["more"]);
        hasty.limit_idle(Duration::ZERO);
        idle.put(hasty);
        assert!(idle.take(&endpoint(1)).is_none());
    }
}
