//! A TCP connection.

use std::io::{self, IoSlice, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use socket2::{Domain, Protocol, Type};

use super::Wire;

/// A TCP stream that knows how long it was told to wait.
#[derive(Debug)]
pub(super) struct Socket {
    stream: TcpStream,
    peer: SocketAddr,
    patience: Duration,
}

impl Socket {
    /// Connects to an address; without a limit, for as long as the system tries.
    ///
    /// # Errors
    /// If there is no connection in time.
    pub(super) fn connect(peer: SocketAddr, limit: Option<Duration>) -> io::Result<Self> {
        let socket = socket2::Socket::new(Domain::for_address(peer), Type::STREAM, Some(Protocol::TCP))?;
        // A request is written at once where it is small, and never waits for an answer to a part of it.
        socket.set_tcp_nodelay(true)?;
        match limit {
            Some(limit) => socket.connect_timeout(&peer.into(), limit)?,
            None => socket.connect(&peer.into())?,
        }
        Ok(Self { stream: socket.into(), peer, patience: Duration::ZERO })
    }

    /// Takes what has arrived, or only looks at it, in one call of the system: this is done
    /// before every reuse of a connection.
    #[cfg(unix)]
    fn receive_at_once(&mut self, buffer: &mut [u8], look: Look) -> io::Result<usize> {
        use rustix::net::{RecvFlags, recv};

        let flags = match look {
            Look::Peek => RecvFlags::PEEK,
            Look::Take => RecvFlags::empty(),
        };
        let (count, _) = recv(&self.stream, buffer, flags | RecvFlags::DONTWAIT)?;
        Ok(count)
    }

    #[cfg(not(unix))]
    fn receive_at_once(&mut self, buffer: &mut [u8], look: Look) -> io::Result<usize> {
        self.stream.set_nonblocking(true)?;
        let result = match look {
            Look::Peek => self.stream.peek(buffer),
            Look::Take => self.stream.read(buffer),
        };
        self.stream.set_nonblocking(false)?;
        result
    }
}

/// What becomes of bytes that have arrived.
#[derive(Clone, Copy)]
enum Look {
    /// They stay to be read.
    Peek,
    /// They are read.
    Take,
}

impl Wire for Socket {
    /// Two calls of the system, which are spared while the last time still serves: it is
    /// not longer than it may be, nor so short that it would wake us for nothing.
    fn set_patience(&mut self, patience: Duration) -> io::Result<()> {
        if self.patience > patience || self.patience < patience / 2 {
            self.stream.set_read_timeout(Some(patience))?;
            self.stream.set_write_timeout(Some(patience))?;
            self.patience = patience;
        }
        Ok(())
    }

    fn read_at_once(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.receive_at_once(buffer, Look::Take)
    }

    fn has_input(&mut self) -> bool {
        match self.receive_at_once(&mut [0], Look::Peek) {
            Ok(_) => true,
            Err(error) => error.kind() != io::ErrorKind::WouldBlock,
        }
    }

    fn peer(&self) -> Option<SocketAddr> {
        Some(self.peer)
    }
}

impl Read for Socket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.read(buffer)
    }
}

impl Write for Socket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.write(bytes)
    }

    fn write_vectored(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        self.stream.write_vectored(pieces)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
