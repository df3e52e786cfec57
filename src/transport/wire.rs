//! What a connection is to the layers above: something that bytes go into and come out of.

use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use super::{Clock, Endpoint, Error, TlsInfo};

/// A connection. Reading and writing end with [`io::ErrorKind::WouldBlock`] when they took
/// as long as they may, and can then be repeated.
pub trait Wire: Read + Write + Send {
    /// Sets how long one operation may take.
    ///
    /// # Errors
    /// If the connection is broken.
    fn set_patience(&mut self, patience: Duration) -> io::Result<()>;

    /// Reads what has arrived, without waiting: [`io::ErrorKind::WouldBlock`] where nothing has.
    ///
    /// # Errors
    /// As reading.
    fn read_at_once(&mut self, buffer: &mut [u8]) -> io::Result<usize>;

    /// Whether reading would give bytes, or the end, or an error, at once.
    fn has_input(&mut self) -> bool;

    /// The address at the other end.
    fn peer(&self) -> Option<SocketAddr>;

    /// What was agreed on, where this is a connection over TLS.
    fn tls(&self) -> Option<&Arc<TlsInfo>> {
        None
    }
}

/// Opens connections.
pub trait Connector: Send + Sync {
    /// Opens a connection, and tells the clock of the phases on the way.
    ///
    /// # Errors
    /// If it cannot be opened in time.
    fn connect(&self, endpoint: &Endpoint, clock: &mut Clock) -> Result<Box<dyn Wire>, Error>;
}

/// Whether an operation only took as long as it may; Windows calls it a timeout.
pub(super) fn is_tick(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted)
}
