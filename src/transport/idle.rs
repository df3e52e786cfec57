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
