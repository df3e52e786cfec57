//! A connection that is the caller's own: bytes go out as they are, responses come in.

use std::fmt;
use std::sync::Arc;

use crate::http::{Method, Phase};
use crate::proto::ResponseDecoder;

use super::attempt::{Fate, read_reply};
use super::connection::{Connection, Written};
use super::receive::read_head;
use super::{Clock, Deadlines, Error, Receiver, Reply, Trace};

/// A connection outside of any pool, on which the caller says what is sent.
pub struct Channel {
    connection: Connection,
    clock: Clock,
}

impl Channel {
    pub(super) fn new(connection: Connection, clock: Clock) -> Self {
        Self { connection, clock }
    }

    /// Begins another exchange, with deadlines of its own.
    pub fn begin(&mut self, deadlines: Deadlines, trace: Option<&Arc<Trace>>) {
        self.clock = Clock::traced(deadlines, trace);
        self.connection.begin();
    }

    /// Sends bytes, all of them.
    ///
    /// # Errors
    /// If they are not taken in time, or the connection is broken: what the server said
    /// before may still be read.
    pub fn send(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
        let Self { connection, clock } = self;
        if clock.phase() != Phase::Request {
            clock.enter(Phase::Request);
        }
        loop {
            let written = if bytes.is_empty() { connection.flush(clock)? } else { connection.write(bytes, clock)? };
            match written {
                Written::Bytes(_) if bytes.is_empty() => return Ok(()),
                Written::Bytes(count) => bytes = &bytes[count..],
                Written::Stalled => {}
                Written::Broken(error) => return Err(error),
            }
        }
    }

    /// Reads the response to a request of a method, and says whether the server will hear
    /// another one on this connection.
    ///
    /// # Errors
    /// If there is no whole response in time, or the receiver refuses it.
    pub fn receive(&mut self, method: &Method, receiver: &mut dyn Receiver) -> Result<(Reply, bool), Error> {
        let Self { connection, clock } = self;
        let mut decoder = ResponseDecoder::new(method);
        let head = read_head(connection, &mut decoder, clock)?;
        let (mut reply, fate) = read_reply(connection, method, &mut decoder, head, receiver, clock)?;
        reply.timings = clock.finish();
        connection.rest(std::time::Instant::now());
        Ok((reply, fate == Fate::Keep))
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channel").field("endpoint", &self.connection.endpoint).finish_non_exhaustive()
    }
}
