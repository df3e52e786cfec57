//! A TLS connection as a wire.

use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::{ClientConnection, Stream};

use super::super::Wire;
use super::TlsInfo;

/// How long the farewell may take to be handed over.
const FAREWELL: Duration = Duration::from_millis(10);

/// A connection with TLS on top. Its end without `close_notify` is an
/// [`io::ErrorKind::UnexpectedEof`], since anybody could have cut it.
pub(in crate::transport) struct TlsWire {
    connection: ClientConnection,
    /// What carries the records: TCP, or a tunnel through a proxy.
    carrier: Box<dyn Wire>,
    info: Arc<TlsInfo>,
}

impl TlsWire {
    /// A connection whose handshake is done.
    pub(super) fn new(connection: ClientConnection, carrier: Box<dyn Wire>) -> Self {
        let info = Arc::new(TlsInfo::of(&connection));
        Self { connection, carrier, info }
    }

    /// What the handshake came to.
    pub(super) fn info(&self) -> &TlsInfo {
        &self.info
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

    fn tls(&self) -> Option<&Arc<TlsInfo>> {
        Some(&self.info)
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

/// > Each party MUST send a "close_notify" alert before closing its write side of the
/// > connection (RFC 8446, 6.1)
///
/// The other side may be gone, and is not waited for.
impl Drop for TlsWire {
    fn drop(&mut self) {
        self.connection.send_close_notify();
        if self.carrier.set_patience(FAREWELL).is_ok() {
            let _ = self.connection.write_tls(&mut self.carrier).and_then(|_| self.carrier.flush());
        }
    }
}

/// Reads from a wire what has arrived, without waiting.
struct AtOnce<'a>(&'a mut dyn Wire);

impl Read for AtOnce<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read_at_once(buffer)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::sync::mpsc;

    use rustls::{ServerConnection, StreamOwned};

    use super::super::Tls;
    use super::super::authority::{Authority, configuration, parameters, serve};
    use super::*;
    use crate::transport::connect::Network;
    use crate::transport::loopback::{Call, read_request};
    use crate::transport::{Clock, Connector, Endpoint, Error, Pool};

    #[test]
    fn says_farewell_when_it_is_put_away() {
        let authority = Authority::new("root");
        let (sender, ends) = mpsc::channel();
        let server = serve(configuration(authority.issue(&parameters(&["127.0.0.1"]))), move |mut stream| {
            read_request(&mut stream);
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
            sender.send(stream.read(&mut [0; 16]).map_err(|error| error.kind())).unwrap();
        });
        let pool = Pool::new();
        let mut call = Call::get(&server);
        call.endpoint.tls = authority.options().into();
        call.send(&pool).unwrap();
        assert!(ends.try_recv().is_err());
        drop(pool);
        // An end without it would be an `UnexpectedEof`.
        assert_eq!(ends.recv(), Ok(Ok(0)));
    }

    /// Speaks TLS over TLS, as with a server behind a proxy that speaks it.
    struct Twice(Network, Tls);

    impl Connector for Twice {
        fn connect(&self, endpoint: &Endpoint, clock: &mut Clock) -> Result<Box<dyn Wire>, Error> {
            let carrier = self.0.connect(endpoint, clock)?;
            Ok(Box::new(self.1.handshake(endpoint, carrier, clock)?))
        }
    }

    #[test]
    fn carries_another_connection_of_its_kind() {
        let authority = Authority::new("root");
        let identity = || authority.issue(&parameters(&["127.0.0.1"]));
        let inner = Arc::new(configuration(identity()));
        let body = vec![b'x'; 1_000_000];
        let sent = body.clone();
        let server = serve(configuration(identity()), move |outer| {
            let mut stream = StreamOwned::new(ServerConnection::new(Arc::clone(&inner)).unwrap(), outer);
            while let request = read_request(&mut stream)
                && !request.is_empty()
            {
                assert!(request.ends_with(&sent));
                write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", sent.len()).unwrap();
                stream.write_all(&sent).unwrap();
            }
        });
        let pool = Pool::with_connector(Twice(Network::new(Arc::default()), Tls::default()));
        for reused in [false, true] {
            let mut call = Call::post(&server, body.clone());
            call.endpoint.tls = authority.options().into();
            let (reply, received) = call.send(&pool).unwrap();
            assert_eq!((reply.reused, received.len()), (reused, body.len()));
        }
        assert_eq!(server.accepted(), 1);
    }
}
