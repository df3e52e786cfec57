//! A TLS connection as a wire.

use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::time::Duration;

use rustls::{ClientConnection, Stream};

use super::super::Wire;

/// A connection with TLS on top. Its end without `close_notify` is an
/// [`io::ErrorKind::UnexpectedEof`], since anybody could have cut it.
pub(in crate::transport) struct TlsWire {
    connection: ClientConnection,
    /// What carries the records: TCP, or a tunnel through a proxy.
    carrier: Box<dyn Wire>,
}

impl TlsWire {
    pub(super) fn new(connection: ClientConnection, carrier: Box<dyn Wire>) -> Self {
        Self { connection, carrier }
    }

    fn stream(&mut self) -> Stream<'_, ClientConnection, Box<dyn Wire>> {
        Stream::new(&mut self.connection, &mut self.carrier)
    }

    /// Takes in the records that have arrived, and says whether the layer above has to know
    /// of it. A server may send session tickets at any time, which are no input.
    fn pump(&mut self) -> io::Result<bool> {
        loop {
            let state = self.connection.process_new_packets().map_err(io::Error::other)?;
            if state.plaintext_bytes_to_read() > 0 || state.peer_has_closed() {
                return Ok(true);
            }
            if self.connection.read_tls(&mut AtOnce(&mut *self.carrier))? == 0 {
                return Ok(true);
            }
        }
    }
}

impl Wire for TlsWire {
    fn set_patience(&mut self, patience: Duration) -> io::Result<()> {
        self.carrier.set_patience(patience)
    }

    fn read_at_once(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.pump()?;
        self.connection.reader().read(buffer)
    }

    fn has_input(&mut self) -> bool {
        match self.pump() {
            Ok(found) => found,
            Err(error) => error.kind() != io::ErrorKind::WouldBlock,
        }
    }

    fn peer(&self) -> Option<SocketAddr> {
        self.carrier.peer()
    }
}

impl Read for TlsWire {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream().read(buffer)
    }
}

impl Write for TlsWire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream().flush()
    }
}

/// Reads from a wire what has arrived, without waiting.
struct AtOnce<'a>(&'a mut dyn Wire);

impl Read for AtOnce<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read_at_once(buffer)
    }
}
