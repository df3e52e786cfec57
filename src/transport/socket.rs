//! A connection of the system: TCP, or a Unix socket.

use std::io::{self, IoSlice, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use socket2::{Domain, Protocol, Type};

use super::Wire;

/// A stream that knows how long it was told to wait.
#[derive(Debug)]
pub(super) struct Socket {
    /// Of a Unix socket as well: its calls of the system are the same, and raise no signal
    /// where the other end is gone.
    stream: TcpStream,
    peer: Option<SocketAddr>,
    patience: Duration,
}

impl Socket {
    /// Connects to an address, from `local` where that is given; without a limit, for as
    /// long as the system tries.
    ///
    /// # Errors
    /// If there is no connection in time.
    pub(super) fn connect(peer: SocketAddr, local: Option<IpAddr>, limit: Option<Duration>) -> io::Result<Self> {
        let socket = socket2::Socket::new(Domain::for_address(peer), Type::STREAM, Some(Protocol::TCP))?;
        if let Some(local) = local {
            let bound = socket.bind(&SocketAddr::new(local, 0).into());
            bound.map_err(|error| {
                io::Error::new(error.kind(), format!("this machine cannot use its address {local}"))
            })?;
        }
        // A request is written at once where it is small, and never waits for an answer to a part of it.
        socket.set_tcp_nodelay(true)?;
        match limit {
            Some(limit) => socket.connect_timeout(&peer.into(), limit)?,
            None => socket.connect(&peer.into())?,
        }
        Ok(Self { stream: socket.into(), peer: Some(peer), patience: Duration::ZERO })
    }

    /// Connects to a Unix socket; a server that is too busy to accept is waited for.
    ///
    /// # Errors
    /// If there is no connection in time.
    #[cfg(unix)]
    pub(super) fn connect_unix(path: &Path, limit: Option<Duration>) -> io::Result<Self> {
        let socket = socket2::Socket::new(Domain::UNIX, Type::STREAM, None)?;
        socket.set_write_timeout(limit)?;
        socket.connect(&socket2::SockAddr::unix(path)?)?;
        Ok(Self { stream: socket.into(), peer: None, patience: Duration::ZERO })
    }

    #[cfg(not(unix))]
    pub(super) fn connect_unix(_path: &Path, _limit: Option<Duration>) -> io::Result<Self> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "there are no Unix sockets on this system"))
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
        self.peer
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
