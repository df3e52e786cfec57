//! One exchange on a connection of a pool, and again on another where the first would not do.

use crate::http::Method;
use crate::proto::auth::DigestChallenge;
use crate::secret::Secret;

use super::super::attempt::{Fate, Outcome, attempt};
use super::super::connection::{Admission, Connection};
use super::super::send::absolute_target;
use super::super::{Clock, Error, ErrorKind, Exchange, Receiver, Reply, Upgraded};
use super::Pool;
use super::keep_alive::keep_alive;

/// What becomes of a proxy's wish for other proof of who sends a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Challenges {
    Answered,
    HandedOver,
}

impl Pool {
    /// Sends a request and hands the response over as it arrives, on a connection of the
    /// pool or a new one.
    ///
    /// # Errors
    /// If there is no whole response in time, or the receiver refuses it.
    pub fn exchange(&self, exchange: &Exchange<'_>, receiver: &mut dyn Receiver) -> Result<Reply, Error> {
        match self.exchange_once(exchange, receiver, Challenges::Answered)? {
            Outcome::Reply(reply, _) => Ok(*reply),
            Outcome::ExpectationFailed => self.exchange_without_expectation(exchange, receiver),
            Outcome::Challenged(challenge) => self.exchange_authorized(exchange, receiver, challenge),
        }
    }

    /// Sends a request again with the proof that the proxy has asked for. Where that will
    /// not do either, its refusal is the response.
    fn exchange_authorized(
        &self,
        exchange: &Exchange<'_>,
        receiver: &mut dyn Receiver,
        challenge: DigestChallenge,
    ) -> Result<Reply, Error> {
        if let Some(proxy) = exchange.endpoint.forwarding_proxy() {
            self.authorizations.learn(proxy, challenge);
        }
        match self.exchange_once(exchange, receiver, Challenges::HandedOver)? {
            Outcome::Reply(reply, _) => Ok(*reply),
            Outcome::ExpectationFailed | Outcome::Challenged(_) => {
                self.exchange_without_expectation(exchange, receiver)
            }
        }
    }

    /// > A client that receives a 417 (Expectation Failed) status code in response to a
    /// > request containing a 100-continue expectation SHOULD repeat that request without a
    /// > 100-continue expectation. (RFC 9110, 10.1.1)
    fn exchange_without_expectation(
        &self,
        exchange: &Exchange<'_>,
        receiver: &mut dyn Receiver,
    ) -> Result<Reply, Error> {
        let mut headers = exchange.headers.clone();
        headers.remove("Expect");
        let exchange = Exchange { headers: &headers, ..exchange.clone() };
        match self.exchange_once(&exchange, receiver, Challenges::HandedOver)? {
            Outcome::Reply(mut reply, _) => {
                reply.warnings.push("the server refused `Expect: 100-continue`: sent again without it".to_owned());
                Ok(*reply)
            }
            Outcome::ExpectationFailed | Outcome::Challenged(_) => {
                Err(Error::new(ErrorKind::Protocol, "the server refused an expectation that was not sent"))
            }
        }
    }

    /// An idle connection may be closed by the server at any moment, even while the
    /// request is on its way; then the request is sent on a new one, where that is harmless.
    fn exchange_once(
        &self,
        exchange: &Exchange<'_>,
        receiver: &mut dyn Receiver,
        challenges: Challenges,
    ) -> Result<Outcome, Error> {
        let mut clock = Clock::traced(exchange.deadlines.clone(), exchange.trace);
        clock.remaining()?;
        // A body that can be sent once is not risked on a connection that may be dead.
        let may_reuse = exchange.body.is_repeatable() && !exchange.is_message;
        let idle = may_reuse.then(|| self.idle.take(exchange.endpoint)).flatten();
        if let Some(mut connection) = idle {
            connection.admission = self.admission(exchange, challenges);
            clock.note(|| format!("reusing the connection to {}", exchange.endpoint));
            match attempt(&mut connection, exchange, receiver, &mut clock) {
                Err(error) if is_repeatable(&connection, exchange.method, &error) => {
                    clock.note(|| format!("{error}: sending again on a new connection"));
                }
                result => return Ok(self.settle(connection, clock, result?, exchange, receiver)),
            }
        }
        let mut connection = self.open(exchange.endpoint, &mut clock)?;
        connection.admission = self.admission(exchange, challenges);
        let outcome = attempt(&mut connection, exchange, receiver, &mut clock)?;
        Ok(self.settle(connection, clock, outcome, exchange, receiver))
    }

    /// What the proxy is told, where one forwards the request.
    fn admission(&self, exchange: &Exchange<'_>, challenges: Challenges) -> Admission {
        let Some(proxy) = exchange.endpoint.forwarding_proxy() else {
            return Admission::default();
        };
        let value = self.authorizations.value(proxy, exchange.method.as_str(), &absolute_target(exchange));
        Admission {
            authorization: value.map(Secret::new),
            answers_challenge: challenges == Challenges::Answered && exchange.body.is_repeatable(),
        }
    }

    /// Adds to a reply what the connection and the clock know, and keeps the connection
    /// where it can serve another request, or hands it over where it no longer can.
    fn settle(
        &self,
        mut connection: Connection,
        mut clock: Clock,
        mut outcome: Outcome,
        exchange: &Exchange<'_>,
        receiver: &mut dyn Receiver,
    ) -> Outcome {
        if let Outcome::Reply(reply, fate) = &mut outcome {
            clock.note(|| fate.words().to_owned());
            reply.timings = clock.finish();
            match fate {
                Fate::Keep => {
                    if let Some(limit) = keep_alive(&reply.head.headers) {
                        connection.limit_idle(limit);
                    }
                    self.idle.put(connection);
                }
                Fate::HandOver => receiver.upgraded(Upgraded::new(connection, exchange.deadlines.clone())),
                Fate::Close => {}
            }
        }
        outcome
    }
}

/// Whether a request may be sent once more: the connection went away before there was an
/// answer, and nothing was sent or it does not matter how often it is (RFC 9110, 9.2.2).
fn is_repeatable(connection: &Connection, method: &Method, error: &Error) -> bool {
    error.kind() == ErrorKind::Connection
        && connection.is_unanswered()
        && (connection.is_unwritten() || method.is_idempotent())
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::TcpStream;
    use std::thread;
    use std::time::{Duration, Instant};

    use super::*;
    use crate::http::{Body, Phase};
    use crate::transport::loopback::{Call, Server, read_head, read_request, reset};
    use crate::transport::{Deadlines, Memory};

    const HELLO: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

    #[test]
    fn reuses_a_connection_for_the_next_request() {
        let server = Server::answering(&[HELLO, HELLO, HELLO]);
        let pool = Pool::new();
        let reused: Vec<bool> = (0..3).map(|_| Call::get(&server).send(&pool).unwrap().0.reused).collect();
        assert_eq!(reused, [false, true, true]);
        assert_eq!(server.accepted(), 1);
    }

    #[test]
    fn keeps_no_connection_that_cannot_serve_another_request() {
        for (answer, call) in [
            ("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", None),
            ("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", None),
            ("HTTP/1.1 200 OK\r\n\r\nuntil close", None),
            ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nsurplus", None),
            ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", None),
            ("HTTP/1.1 101 Switching Protocols\r\n\r\n", None),
            (HELLO, Some(("Connection", "close"))),
            (HELLO, Some(("Content-Length", "0"))),
        ] {
            let memory = Memory::new([[answer]]);
            let pool = Pool::with_connector(memory);
            let mut request = Call::post(&Server::answering(&[]), "abc");
            if let Some((name, value)) = call {
                request.headers.set(name, value).unwrap();
            }
            request.send(&pool).unwrap();
            assert_eq!(pool.idle.len(), 0, "{answer:?} {call:?}");
        }
    }

    #[test]
    fn warns_of_what_it_tolerates() {
        for (answer, warnings) in [
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nabc",
                &["the server sent 2 bytes after the end of the response"][..],
            ),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
                &["the response has both Transfer-Encoding and Content-Length; the first was heeded"],
            ),
            (HELLO, &[]),
        ] {
            let pool = Pool::with_connector(Memory::new([[answer]]));
            let (reply, _) = Call::get(&Server::answering(&[])).send(&pool).unwrap();
            assert_eq!(reply.warnings, warnings);
        }
    }

    /// The first connection serves one request and is then closed, in one way or another.
    fn closing_server(close: impl Fn(&mut TcpStream) + Send + Sync + 'static) -> Server {
        Server::new(move |number, mut stream| {
            read_request(&mut stream);
            stream.write_all(HELLO.as_bytes()).unwrap();
            if number == 0 {
                return close(&mut stream);
            }
            while !read_request(&mut stream).is_empty() {
                stream.write_all(HELLO.as_bytes()).unwrap();
            }
        })
    }

    #[test]
    fn reconnects_unseen_where_the_server_closed_an_idle_connection() {
        for close in [|_: &mut TcpStream| {}, |stream: &mut TcpStream| reset(stream)] {
            let server = closing_server(close);
            let pool = Pool::new();
            Call::get(&server).send(&pool).unwrap();
            thread::sleep(Duration::from_millis(50));
            let (reply, body) = Call::post(&server, "abc").send(&pool).unwrap();
            assert_eq!((reply.reused, &*body, server.accepted()), (false, &b"hello"[..], 2));
        }
    }

    #[test]
    fn sends_a_body_that_can_be_sent_once_on_a_connection_of_its_own() {
        let server = closing_server(|_| {});
        let pool = Pool::new();
        Call::get(&server).send(&pool).unwrap();
        let call = Call::post(&server, Body::from_reader(&b"abc"[..]).with_length(3));
        assert_eq!((call.send(&pool).unwrap().0.reused, server.accepted()), (false, 2));
    }

    #[test]
    fn repeats_only_idempotent_requests_where_the_connection_died_after_they_were_sent() {
        for close in [|_: &mut TcpStream| {}, |stream: &mut TcpStream| reset(stream)] {
            let server = closing_server(move |stream| {
                read_request(stream);
                close(stream);
            });
            let pool = Pool::new();
            Call::get(&server).send(&pool).unwrap();
            let (reply, _) = Call::get(&server).send(&pool).unwrap();
            assert_eq!((reply.reused, server.accepted()), (false, 2));

            let server = closing_server(move |stream| {
                read_request(stream);
                close(stream);
            });
            Call::get(&server).send(&pool).unwrap();
            let error = Call::post(&server, "abc").send(&pool).unwrap_err();
            assert_eq!((error.kind(), server.accepted()), (ErrorKind::Connection, 1));
        }
    }

    #[test]
    fn sends_again_without_an_expectation_that_is_refused() {
        let server = Server::new(|number, mut stream| {
            let head = String::from_utf8(read_head(&mut stream)).unwrap();
            assert_eq!(head.contains("Expect"), number == 0);
            let answer = if number == 0 { "HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n" } else { HELLO };
            stream.write_all(answer.as_bytes()).unwrap();
        });
        let call = Call::post(&server, "abc").with("Expect", "100-continue");
        let (reply, body) = call.send(&Pool::new()).unwrap();
        assert_eq!((reply.head.status.code(), &*body, reply.warnings.len()), (200, &b"hello"[..], 1));
    }

    #[test]
    fn gives_no_time_to_a_request_that_has_none_left() {
        let server = Server::answering(&[HELLO]);
        let call = Call::get(&server).within(Duration::ZERO);
        assert_eq!(call.send(&Pool::new()).unwrap_err().kind(), ErrorKind::Timeout(Phase::Total));
        assert_eq!(server.accepted(), 0);
    }

    #[test]
    fn a_server_that_dribbles_is_cut_off_at_the_deadline() {
        let server = Server::new(|_, mut stream| {
            read_request(&mut stream);
            for byte in HELLO.bytes().cycle() {
                if stream.write_all(&[byte]).is_err() {
                    return;
                }
                thread::sleep(Duration::from_millis(30));
            }
        });
        let began = Instant::now();
        let mut call = Call::get(&server).within(Duration::from_millis(300));
        call.deadlines = Deadlines { read: Some(Duration::from_secs(1)), ..call.deadlines };
        let error = call.send(&Pool::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout(Phase::Download));
        assert!(began.elapsed() < Duration::from_millis(700), "{:?}", began.elapsed());
    }
}
