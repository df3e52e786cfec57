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

    /// Does something that must not wait at all.
    pub(super) fn at_once<T>(&mut self, act: impl FnOnce(&mut Self) -> io::Result<T>) -> io::Result<T> {
        self.stream.set_nonblocking(true)?;
        let result = act(self);
        self.stream.set_nonblocking(false)?;
        result
    }

    /// Looks for input without waiting, in one call of the system: this is done before
    /// every reuse of a connection.
    #[cfg(unix)]
    fn peek_at_once(&mut self) -> io::Result<usize> {
        use rustix::net::{RecvFlags, recv};

        let (count, _) = recv(&self.stream, &mut [0; 1], RecvFlags::PEEK | RecvFlags::DONTWAIT)?;
        Ok(count)
    }

    #[cfg(not(unix))]
    fn peek_at_once(&mut self) -> io::Result<usize> {
        self.at_once(|socket| socket.stream.peek(&mut [0]))
    }
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

    fn has_input(&mut self) -> bool {
        match self.peek_at_once() {
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
