//! A TLS connection as a wire.

use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::time::Duration;

use rustls::{ClientConnection, Stream};

use super::super::Wire;
use super::super::socket::Socket;

/// A TCP connection with TLS on top. Its end without `close_notify` is an
/// [`io::ErrorKind::UnexpectedEof`], since anybody could have cut it.
#[derive(Debug)]
pub(in crate::transport) struct TlsWire {
    connection: ClientConnection,
    socket: Socket,
}

impl TlsWire {
    pub(super) fn new(connection: ClientConnection, socket: Socket) -> Self {
        Self { connection, socket }
    }

    fn stream(&mut self) -> Stream<'_, ClientConnection, Socket> {
        Stream::new(&mut self.connection, &mut self.socket)
    }

    /// Reads what has arrived, and says whether the layer above has to know of it. A
    /// server may send session tickets at any time, which are no input.
    fn pump(&mut self) -> io::Result<bool> {
        loop {
            let state = self.connection.process_new_packets().map_err(io::Error::other)?;
            if state.plaintext_bytes_to_read() > 0 || state.peer_has_closed() {
                return Ok(true);
            }
            let connection = &mut self.connection;
            if self.socket.at_once(|socket| connection.read_tls(socket))? == 0 {
                return Ok(true);
            }
        }
    }
}

impl Wire for TlsWire {
    fn set_patience(&mut self, patience: Duration) -> io::Result<()> {
        self.socket.set_patience(patience)
    }

    fn has_input(&mut self) -> bool {
        match self.pump() {
            Ok(found) => found,
            Err(error) => error.kind() != io::ErrorKind::WouldBlock,
        }
    }

    fn peer(&self) -> Option<SocketAddr> {
        self.socket.peer()
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
