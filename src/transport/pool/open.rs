//! How a pool opens connections, also where the process is short of descriptors.

use std::io;
use std::thread;
use std::time::Duration;

use super::super::connection::Connection;
use super::super::{Clock, Endpoint, Error, ErrorKind};
use super::Pool;

/// How long to wait for a descriptor before the next try.
const DESCRIPTOR_PAUSE: Duration = Duration::from_millis(20);

/// How often to try for a descriptor, where no deadline is nearer.
const DESCRIPTOR_ATTEMPTS: u32 = 500;

/// What the system says where a process has no more descriptors: ENFILE, EMFILE, WSAEMFILE.
const OUT_OF_DESCRIPTORS: &[i32] = if cfg!(windows) { &[10024] } else { &[23, 24] };

impl Pool {
    /// Opens a connection. A process that is out of descriptors gives up the connections
    /// at rest, and then waits for other exchanges to end.
    pub(super) fn open(&self, endpoint: &Endpoint, clock: &mut Clock) -> Result<Connection, Error> {
        for _ in 0..DESCRIPTOR_ATTEMPTS {
            match self.connector.connect(endpoint, clock) {
                Ok(wire) => return Ok(Connection::new(endpoint.clone(), wire)),
                Err(error) if !is_out_of_descriptors(&error) => return Err(error),
                Err(_) if self.idle.clear() > 0 => {}
                Err(_) if clock.remaining().is_err() => break,
                Err(_) => thread::sleep(DESCRIPTOR_PAUSE),
            }
        }
        Err(Error::new(ErrorKind::Connect, "too many files are open: raise the limit (ulimit -n) or run fewer jobs"))
    }
}

fn is_out_of_descriptors(error: &(dyn std::error::Error + 'static)) -> bool {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes
        .filter_map(|cause| cause.downcast_ref::<io::Error>()?.raw_os_error())
        .any(|code| OUT_OF_DESCRIPTORS.contains(&code))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::transport::loopback::{Call, Server};
    use crate::transport::{Connector, Memory, Wire};

    const HELLO: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

    /// Has no descriptor left until the pool has given up its idle connection.
    struct Exhausted {
        memory: Memory,
        failures: AtomicUsize,
    }

    impl Connector for Exhausted {
        fn connect(&self, endpoint: &Endpoint, clock: &mut Clock) -> Result<Box<dyn Wire>, Error> {
            if self.failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok() {
                let cause = io::Error::from_raw_os_error(OUT_OF_DESCRIPTORS[0]);
                return Err(Error::new(ErrorKind::Connect, "cannot connect").with_source(cause));
            }
            self.memory.connect(endpoint, clock)
        }
    }

    #[test]
    fn backs_off_where_there_is_no_descriptor_left() {
        for (failures, expected) in [(3, None), (usize::MAX, Some(ErrorKind::Connect))] {
            let connector = Exhausted { memory: Memory::new([[HELLO]]), failures: failures.into() };
            let call = Call::get(&Server::answering(&[])).within(Duration::from_millis(200));
            let result = call.send(&Pool::with_connector(connector));
            assert_eq!(result.err().map(|error| error.kind()), expected, "{failures}");
        }
    }
}
