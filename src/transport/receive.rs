//! A response off a connection.

use crate::http::{Headers, Phase};
use crate::proto::{Event, ResponseDecoder, ResponseHead};

use super::connection::{Arrival, Connection};
use super::{Clock, Error, ErrorKind, Receiver, Step};

/// A response that was read.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) head: ResponseHead,
    pub(super) trailers: Headers,
    /// Whether it was read to its end; else the receiver had enough of it.
    pub(super) whole: bool,
}

/// What the next of the bytes are that have arrived; `None` where more are needed.
///
/// # Errors
/// If they are no response.
pub(super) fn next_event(
    connection: &mut Connection,
    decoder: &mut ResponseDecoder,
    clock: &Clock,
) -> Result<Option<Event>, Error> {
    let step = decoder.decode(connection.input.unread()).inspect_err(|_| {
        clock.tell(|| Step::ReceivedHead(connection.input.unread().to_vec()));
    })?;
    if let Some(Event::Interim(_) | Event::Head(_)) = step.event {
        clock.tell(|| Step::ReceivedHead(connection.input.unread()[..step.consumed].to_vec()));
    }
    connection.input.consume(step.consumed);
    Ok(step.event)
}

/// Reads on until the head of the final response.
///
/// # Errors
/// If there is none, or not in time.
pub(super) fn read_head(
    connection: &mut Connection,
    decoder: &mut ResponseDecoder,
    clock: &mut Clock,
) -> Result<ResponseHead, Error> {
    clock.enter(Phase::Wait);
    loop {
        match next_event(connection, decoder, clock)? {
            Some(Event::Head(head)) => {
                // It came along with an interim response.
                if clock.phase() == Phase::Wait {
                    clock.enter(Phase::Download);
                }
                return Ok(head);
            }
            // The wait goes on, however much of the next response came along.
            Some(Event::Interim(_)) if connection.input.unread().is_empty() => clock.enter(Phase::Wait),
            Some(Event::Interim(_) | Event::Data(_) | Event::End(_)) => {}
            None => match connection.fill(clock, None)? {
                Arrival::Bytes if clock.phase() == Phase::Wait => clock.enter(Phase::Download),
                Arrival::Bytes | Arrival::Late => {}
                Arrival::End | Arrival::Cut => decoder.finish()?,
            },
        }
    }
}

/// Hands head and body over.
///
/// # Errors
/// If the body is not whole, or not in time, or the receiver refuses it.
pub(super) fn receive(
    connection: &mut Connection,
    decoder: &mut ResponseDecoder,
    head: ResponseHead,
    receiver: &mut dyn Receiver,
    clock: &mut Clock,
) -> Result<Received, Error> {
    receiver.head(&head).map_err(Error::stopped)?;
    let enough = clock.enough();
    loop {
        let step = decoder.decode(connection.input.unread())?;
        if let Some(Event::Data(range)) = &step.event {
            let data = &connection.input.unread()[range.clone()];
            if receiver.data(data).map_err(Error::stopped)?.is_break() {
                return Ok(Received { head, trailers: Headers::new(), whole: false });
            }
        }
        connection.input.consume(step.consumed);
        match step.event {
            Some(Event::End(trailers)) => return Ok(Received { head, trailers, whole: true }),
            Some(Event::Interim(_) | Event::Head(_) | Event::Data(_)) => {}
            None => match connection.fill(clock, enough)? {
                Arrival::Bytes => {}
                Arrival::Late => return Ok(Received { head, trailers: Headers::new(), whole: false }),
                Arrival::End => {
                    decoder.finish()?;
                    return Ok(Received { head, trailers: Headers::new(), whole: true });
                }
                Arrival::Cut => return Err(cut(decoder)),
            },
        }
    }
}

/// A body that ends with the connection must end with TLS's own word for it, or anybody
/// could have cut it (RFC 9112, 9.8).
fn cut(decoder: &mut ResponseDecoder) -> Error {
    match decoder.finish() {
        Err(error) => error,
        Ok(()) => {
            Error::new(ErrorKind::Truncated, "the connection ended without TLS's close_notify: the body may be cut")
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::ops::ControlFlow;
    use std::time::Duration;

    use super::*;
    use crate::transport::loopback::{Call, Server, read_request, reset};
    use crate::transport::{BoxError, Memory, Pool};

    fn get(answer: &'static str) -> Result<Vec<u8>, Error> {
        let pool = Pool::with_connector(Memory::new([[answer]]));
        Call::get(&Server::answering(&[])).send(&pool).map(|(_, body)| body)
    }

    #[test]
    fn names_what_is_wrong_with_a_response() {
        for (answer, kind) in [
            ("", ErrorKind::Connection),
            ("HTTP/1.1 200 OK\r\nA: 1\r\n", ErrorKind::Truncated),
            ("HTTP/1.1 100 Continue\r\n\r\n", ErrorKind::Truncated),
            ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", ErrorKind::Truncated),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", ErrorKind::Truncated),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", ErrorKind::Truncated),
            ("<html>", ErrorKind::StatusLine),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n", ErrorKind::Chunked),
        ] {
            assert_eq!(get(answer).unwrap_err().kind(), kind, "{answer:?}");
        }
        assert_eq!(get("HTTP/1.0 200 OK\r\n\r\nuntil close").unwrap(), b"until close");
    }

    #[test]
    fn a_reset_is_an_error_wherever_it_comes() {
        for answer in ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort"] {
            let server = Server::new(move |_, mut stream| {
                read_request(&mut stream);
                stream.write_all(answer.as_bytes()).unwrap();
                reset(&stream);
            });
            let error = Call::get(&server).send(&Pool::new()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Connection, "{answer:?}: {error}");
        }
    }

    #[test]
    fn a_stall_is_a_timeout_that_names_the_phase() {
        for (answer, phase) in [
            ("", Phase::Wait),
            ("HTTP/1.1 102 Processing\r\n\r\n", Phase::Wait),
            ("HTTP/1.1 200", Phase::Download),
            ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort", Phase::Download),
        ] {
            let server = Server::new(move |_, mut stream| {
                read_request(&mut stream);
                stream.write_all(answer.as_bytes()).unwrap();
                read_request(&mut stream);
            });
            let mut call = Call::get(&server);
            call.deadlines.read = Some(Duration::from_millis(60));
            assert_eq!(call.send(&Pool::new()).unwrap_err().kind(), ErrorKind::ReadTimeout(phase), "{answer:?}");
        }
    }

    /// Refuses what it is given.
    struct Refusing;

    impl Receiver for Refusing {
        fn head(&mut self, _head: &ResponseHead) -> Result<(), BoxError> {
            Ok(())
        }

        fn data(&mut self, _bytes: &[u8]) -> Result<ControlFlow<()>, BoxError> {
            Err("too much".into())
        }
    }

    /// Has enough once there is anything.
    struct Sated;

    impl Receiver for Sated {
        fn head(&mut self, _head: &ResponseHead) -> Result<(), BoxError> {
            Ok(())
        }

        fn data(&mut self, _bytes: &[u8]) -> Result<ControlFlow<()>, BoxError> {
            Ok(ControlFlow::Break(()))
        }
    }

    #[test]
    fn a_receiver_that_has_enough_ends_the_exchange_well() {
        let server = Server::answering(&["HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhello"; 2]);
        let pool = Pool::new();
        for accepted in [1, 2] {
            let reply = pool.exchange(&Call::get(&server).exchange(), &mut Sated).unwrap();
            assert_eq!((reply.head.status.code(), reply.reused, server.accepted()), (200, false, accepted));
            assert_eq!(reply.warnings, [""; 0]);
        }
    }

    #[test]
    fn an_exchange_ends_well_when_it_has_taken_its_time() {
        let server = Server::new(|_, mut stream| {
            read_request(&mut stream);
            stream.write_all(b"HTTP/1.1 200 OK\r\n\r\nhello").unwrap();
            read_request(&mut stream);
        });
        let mut call = Call::get(&server);
        call.deadlines.enough = Some(Duration::from_millis(30));
        assert_eq!(call.send(&Pool::new()).unwrap().1, b"hello");
    }

    #[test]
    fn a_receiver_stops_the_exchange_with_its_own_error() {
        let server = Server::answering(&["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"]);
        let call = Call::get(&server);
        let pool = Pool::new();
        let error = pool.exchange(&call.exchange(), &mut Refusing).unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Stopped, "too much"));
    }
}
