//! A connection after HTTP: another protocol is spoken on it.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::time::Instant;

use crate::http::Phase;

use super::connection::{Arrival, Connection, Written};
use super::{Clock, Deadlines, Error};

/// A connection whose server has switched protocols, to be read from and written to as a
/// stream. What came along with the response is read first. The deadlines of the request
/// hold on: what they end is an [`io::Error`] around an [`Error`].
pub struct Upgraded {
    connection: Connection,
    clock: Clock,
    until: Option<Instant>,
}

impl Upgraded {
    pub(super) fn new(connection: Connection, deadlines: Deadlines) -> Self {
        let mut clock = Clock::start(deadlines);
        clock.enter(Phase::Download);
        Self { connection, clock, until: None }
    }

    /// The address at the other end.
    pub fn peer(&self) -> Option<SocketAddr> {
        self.connection.peer()
    }

    /// Until when reading waits for bytes: it then ends with [`io::ErrorKind::WouldBlock`], and
    /// can be repeated. With `None`, only the deadlines hold.
    pub fn wait_until(&mut self, until: Option<Instant>) {
        self.until = until;
    }

    /// Repeats an operation for as long as it only takes its time.
    fn persist(
        &mut self,
        mut operation: impl FnMut(&mut Connection, &mut Clock) -> Result<Written, Error>,
    ) -> io::Result<usize> {
        loop {
            match operation(&mut self.connection, &mut self.clock).map_err(io::Error::other)? {
                Written::Bytes(count) => return Ok(count),
                Written::Stalled => {}
                Written::Broken(error) => return Err(io::Error::other(error)),
            }
        }
    }
}

impl Read for Upgraded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Self { connection, clock, until } = self;
        if connection.input.unread().is_empty() {
            match connection.fill(clock, *until).map_err(io::Error::other)? {
                Arrival::Bytes => {}
                // What is spoken has an end of its own, and needs no word of TLS for it.
                Arrival::End | Arrival::Cut => return Ok(0),
                Arrival::Late => return Err(io::ErrorKind::WouldBlock.into()),
            }
        }
        let count = connection.input.unread().read(buffer)?;
        connection.input.consume(count);
        Ok(count)
    }
}

impl Write for Upgraded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.persist(|connection, clock| connection.write(bytes, clock))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.persist(Connection::flush).map(drop)
    }
}

impl fmt::Debug for Upgraded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upgraded").field("peer", &self.peer()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;
    use std::time::Duration;

    use super::*;
    use crate::proto::ResponseHead;
    use crate::transport::loopback::{Call, Server, read_request};
    use crate::transport::{BoxError, ErrorKind, Pool, Receiver};

    #[derive(Default)]
    struct Taken(Option<Upgraded>);

    impl Receiver for Taken {
        fn head(&mut self, _head: &ResponseHead) -> Result<(), BoxError> {
            Ok(())
        }

        fn data(&mut self, _bytes: &[u8]) -> Result<ControlFlow<()>, BoxError> {
            Ok(ControlFlow::Continue(()))
        }

        fn upgraded(&mut self, connection: Upgraded) {
            self.0 = Some(connection);
        }
    }

    /// Says `101` and a little more, then sends back what it hears.
    fn mirror() -> Server {
        Server::new(|_, mut stream| {
            read_request(&mut stream);
            stream.write_all(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: mirror\r\n\r\nhi").unwrap();
            let mut room = [0; 64];
            while let Ok(count @ 1..) = stream.read(&mut room) {
                stream.write_all(&room[..count]).unwrap();
            }
        })
    }

    fn upgrade(server: &Server, read: Option<Duration>) -> Upgraded {
        let mut call = Call::get(server);
        call.deadlines.read = read;
        let mut taken = Taken::default();
        let reply = Pool::new().exchange(&call.exchange(), &mut taken).unwrap();
        assert_eq!((reply.head.status.code(), reply.warnings), (101, vec![]));
        taken.0.expect("a 101 hands the connection over")
    }

    #[test]
    fn carries_what_came_along_and_then_what_is_said() {
        let mut connection = upgrade(&mirror(), None);
        let mut heard = [0; 5];
        connection.read_exact(&mut heard[..2]).unwrap();
        connection.write_all(b"all").unwrap();
        connection.flush().unwrap();
        connection.read_exact(&mut heard[2..]).unwrap();
        assert_eq!(&heard, b"hiall");
    }

    #[test]
    fn waits_no_longer_than_it_is_told_to_and_can_go_on() {
        let mut connection = upgrade(&mirror(), None);
        connection.read_exact(&mut [0; 2]).unwrap();
        connection.wait_until(Some(Instant::now() + Duration::from_millis(20)));
        assert_eq!(connection.read(&mut [0; 8]).unwrap_err().kind(), io::ErrorKind::WouldBlock);
        connection.wait_until(None);
        connection.write_all(b"x").unwrap();
        assert_eq!(connection.read(&mut [0; 8]).unwrap(), 1);
    }

    #[test]
    fn is_held_to_the_deadlines_of_the_request() {
        let mut connection = upgrade(&mirror(), Some(Duration::from_millis(30)));
        connection.read_exact(&mut [0; 2]).unwrap();
        let error = connection.read(&mut [0; 8]).unwrap_err();
        let error = error.into_inner().unwrap().downcast::<Error>().unwrap();
        assert_eq!(error.kind(), ErrorKind::ReadTimeout(Phase::Download));
    }

    #[test]
    fn a_connection_that_nobody_takes_over_is_closed_and_not_used_again() {
        let server = mirror();
        let pool = Pool::new();
        for accepted in [1, 2] {
            assert_eq!(Call::get(&server).send(&pool).unwrap().0.head.status.code(), 101);
            assert_eq!(server.accepted(), accepted);
        }
    }
}
