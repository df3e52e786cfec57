//! A connection with its buffers: reading and writing held to the clock.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::secret::Secret;

use super::input::Input;
use super::tls::refused;
use super::wire::is_tick;
use super::{Clock, Endpoint, Error, ErrorKind, TlsInfo, Wire};

/// When a connection breaks, as messages say it.
const SENDING: &str = "while the request was sent";

/// A wire to an endpoint, on which one exchange runs at a time.
pub(super) struct Connection {
    pub(super) endpoint: Endpoint,
    pub(super) input: Input,
    /// What is to be written next, gathered so that it goes out at once.
    pub(super) output: Vec<u8>,
    /// What the exchange tells the proxy that forwards it.
    pub(super) admission: Admission,
    wire: Box<dyn Wire>,
    /// The bytes that were written, and read, since the exchange began.
    written: u64,
    read: u64,
    served: bool,
    idle_since: Instant,
    /// How long the server lets it rest, as far as it says so.
    idle_limit: Duration,
}

/// What a proxy is told that forwards a request.
#[derive(Default)]
pub(super) struct Admission {
    /// The value of `Proxy-Authorization`.
    pub(super) authorization: Option<Secret<String>>,
    /// Whether a challenge is answered, and not handed over as the response.
    pub(super) answers_challenge: bool,
}

/// What came of waiting for bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    /// There are more.
    Bytes,
    /// There will be no more.
    End,
    /// There will be no more, and TLS does not vouch that these were all.
    Cut,
    /// There are none so far.
    Late,
}

/// What came of writing.
#[derive(Debug)]
pub(super) enum Written {
    /// So many bytes were taken.
    Bytes(usize),
    /// None were taken for a while.
    Stalled,
    /// The connection is broken; what the server said before may still be read.
    Broken(Error),
}

impl Connection {
    pub(super) fn new(endpoint: Endpoint, wire: Box<dyn Wire>) -> Self {
        Self {
            endpoint,
            input: Input::new(),
            output: Vec::new(),
            admission: Admission::default(),
            wire,
            written: 0,
            read: 0,
            served: false,
            idle_since: Instant::now(),
            idle_limit: Duration::MAX,
        }
    }

    /// The address at the other end.
    pub(super) fn peer(&self) -> Option<SocketAddr> {
        self.wire.peer()
    }

    /// What was agreed on, where it is a connection over TLS.
    pub(super) fn tls(&self) -> Option<Arc<TlsInfo>> {
        self.wire.tls().cloned()
    }

    /// Makes ready for an exchange.
    pub(super) fn begin(&mut self) {
        (self.written, self.read) = (0, 0);
        self.output.clear();
    }

    /// Puts the connection to rest until the next exchange.
    pub(super) fn rest(&mut self, now: Instant) {
        self.served = true;
        self.idle_since = now;
        self.input.shrink();
    }

    /// Whether an exchange was served before.
    pub(super) fn has_served(&self) -> bool {
        self.served
    }

    /// How long no exchange has run.
    pub(super) fn idle(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.idle_since)
    }

    /// How long it may rest.
    pub(super) fn idle_limit(&self) -> Duration {
        self.idle_limit
    }

    /// Lets it rest no longer than this.
    pub(super) fn limit_idle(&mut self, limit: Duration) {
        self.idle_limit = limit;
    }

    /// Whether the server has sent something that was not read, or has closed the
    /// connection. One that is idle is then of no more use.
    pub(super) fn has_input(&mut self) -> bool {
        self.wire.has_input()
    }

    /// Whether nothing of the exchange has reached the wire.
    pub(super) fn is_unwritten(&self) -> bool {
        self.written == 0
    }

    /// Whether nothing has come from the server since the exchange began.
    pub(super) fn is_unanswered(&self) -> bool {
        self.read == 0
    }

    /// Waits for bytes, up to the clock's deadlines; with `until`, no longer than that.
    ///
    /// # Errors
    /// If the time is up, or the connection is broken.
    pub(super) fn fill(&mut self, clock: &mut Clock, until: Option<Instant>) -> Result<Arrival, Error> {
        loop {
            let mut patience = clock.patience()?;
            if let Some(until) = until {
                let left = until.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Ok(Arrival::Late);
                }
                patience = patience.min(left);
            }
            let filled = self.wire.set_patience(patience).and_then(|()| self.input.fill(&mut self.wire));
            match filled {
                Ok(0) => return Ok(Arrival::End),
                Ok(count) => {
                    self.read += count as u64;
                    clock.note_progress();
                    return Ok(Arrival::Bytes);
                }
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(Arrival::Cut),
                Err(error) if is_tick(&error) => {}
                Err(error) => return Err(broken("while the response was awaited", error)),
            }
        }
    }

    /// Writes some of these bytes.
    ///
    /// # Errors
    /// If the time is up.
    pub(super) fn write(&mut self, bytes: &[u8], clock: &mut Clock) -> Result<Written, Error> {
        let written = self.wire.set_patience(clock.patience()?).and_then(|()| self.wire.write(bytes));
        match written {
            Ok(0) => Ok(Written::Broken(broken(SENDING, io::ErrorKind::WriteZero.into()))),
            Ok(count) => {
                self.written += count as u64;
                clock.note_progress();
                Ok(Written::Bytes(count))
            }
            Err(error) if is_tick(&error) => Ok(Written::Stalled),
            Err(error) => Ok(Written::Broken(broken(SENDING, error))),
        }
    }

    /// Sends off what the wire has gathered by itself; 0 bytes where all is gone.
    ///
    /// # Errors
    /// If the time is up.
    pub(super) fn flush(&mut self, clock: &mut Clock) -> Result<Written, Error> {
        let flushed = self.wire.set_patience(clock.patience()?).and_then(|()| self.wire.flush());
        match flushed {
            Ok(()) => Ok(Written::Bytes(0)),
            Err(error) if is_tick(&error) => Ok(Written::Stalled),
            Err(error) => Ok(Written::Broken(broken(SENDING, error))),
        }
    }
}

fn broken(when: &str, error: io::Error) -> Error {
    if let Some(words) = refused(&error) {
        return Error::new(ErrorKind::Tls, format!("TLS failed {when}: {words}")).with_source(error);
    }
    let fate = match error.kind() {
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => "was reset by the server".to_owned(),
        io::ErrorKind::BrokenPipe | io::ErrorKind::WriteZero => "was closed by the server".to_owned(),
        _ => format!("broke ({error})"),
    };
    Error::new(ErrorKind::Connection, format!("the connection {fate} {when}")).with_source(error)
}
