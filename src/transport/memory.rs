//! Connections that need no network: what the server sends is written down beforehand.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::{Clock, Connector, Endpoint, Error, ErrorKind, Wire};

/// Opens connections that answer from memory, and remembers what was sent on them.
///
/// ```
/// use std::ops::ControlFlow;
///
/// use rqtest::http::{Body, Headers, Method, Scheme, Version};
/// use rqtest::proto::ResponseHead;
/// use rqtest::transport::{BoxError, Deadlines, Endpoint, Exchange, Memory, Pool, Receiver};
///
/// struct Collected(Vec<u8>);
///
/// impl Receiver for Collected {
///     fn head(&mut self, _: &ResponseHead) -> Result<(), BoxError> {
///         Ok(())
///     }
///
///     fn data(&mut self, bytes: &[u8]) -> Result<ControlFlow<()>, BoxError> {
///         self.0.extend_from_slice(bytes);
///         Ok(ControlFlow::Continue(()))
///     }
/// }
///
/// let memory = Memory::new([["HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", "Rust"]]);
/// let pool = Pool::with_connector(memory.clone());
/// let exchange = Exchange {
///     endpoint: &Endpoint::new(Scheme::Http, "example.org", 80),
///     method: &Method::GET,
///     target: "/",
///     version: Version::Http11,
///     headers: &Headers::new(),
///     body: &Body::EMPTY,
///     is_message: false,
///     deadlines: Deadlines::default(),
///     trace: None,
/// };
/// let mut collected = Collected(Vec::new());
/// let reply = pool.exchange(&exchange, &mut collected)?;
/// assert_eq!((reply.head.status.code(), &*collected.0), (200, &b"Rust"[..]));
/// assert_eq!(memory.sent(), b"GET / HTTP/1.1\r\n\r\n");
/// # Ok::<(), rqtest::transport::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Memory {
    scripts: Arc<Mutex<VecDeque<Script>>>,
    sent: Arc<Mutex<Vec<u8>>>,
}

/// What a server sends on one connection, read by read, before it closes it.
type Script = VecDeque<Vec<u8>>;

impl Memory {
    /// A server that accepts one connection for each script; a script has a piece for each
    /// read, and the end of the stream after the last.
    pub fn new<Pieces>(scripts: impl IntoIterator<Item = Pieces>) -> Self
    where
        Pieces: IntoIterator,
        Pieces::Item: Into<Vec<u8>>,
    {
        let scripts = scripts.into_iter().map(|pieces| pieces.into_iter().map(Into::into).collect()).collect();
        Self { scripts: Arc::new(Mutex::new(scripts)), sent: Arc::default() }
    }

    /// All that was sent, over all connections.
    pub fn sent(&self) -> Vec<u8> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Connector for Memory {
    fn connect(&self, endpoint: &Endpoint, _clock: &mut Clock) -> Result<Box<dyn Wire>, Error> {
        let script = self.scripts.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let script = script.ok_or_else(|| {
            Error::new(ErrorKind::Connect, format!("cannot connect to {endpoint}: the script has no more connections"))
        })?;
        Ok(Box::new(MemoryWire { script, sent: Arc::clone(&self.sent) }))
    }
}

#[derive(Debug)]
struct MemoryWire {
    script: Script,
    sent: Arc<Mutex<Vec<u8>>>,
}

impl Wire for MemoryWire {
    fn set_patience(&mut self, _patience: Duration) -> io::Result<()> {
        Ok(())
    }

    /// A piece only arrives once it is waited for; the end can be seen before.
    fn read_at_once(&mut self, _buffer: &mut [u8]) -> io::Result<usize> {
        if self.script.is_empty() { Ok(0) } else { Err(io::ErrorKind::WouldBlock.into()) }
    }

    fn has_input(&mut self) -> bool {
        self.script.is_empty()
    }

    fn peer(&self) -> Option<SocketAddr> {
        None
    }
}

impl Read for MemoryWire {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(piece) = self.script.front_mut() else { return Ok(0) };
        let count = piece.len().min(buffer.len());
        buffer[..count].copy_from_slice(&piece[..count]);
        piece.drain(..count);
        if piece.is_empty() {
            self.script.pop_front();
        }
        Ok(count)
    }
}

impl Write for MemoryWire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
