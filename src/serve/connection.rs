//! One connection: requests are read, answered and written in turn.

use std::borrow::Cow;
use std::io::{self, Read, Write};
use std::net::{IpAddr, Shutdown, TcpStream};
use std::time::{Duration, Instant};

use super::date::DateField;
use super::delivery::Delivery;
use super::input::{Ending, Input};
use super::request::{BODY_LIMIT, Framing, Request};
use super::response::{Content, Response};
use super::router::Router;
use super::state::State;
use super::stop::StopSignal;

/// How long a client may be silent, or refuse to read.
const IDLE_LIMIT: Duration = Duration::from_secs(60);

/// How long the rest of a refused request is read and thrown away.
const LINGER_LIMIT: Duration = Duration::from_secs(2);

/// Answers the requests of a connection until either side closes it.
///
/// # Errors
/// If the connection fails.
pub(super) fn serve_connection(stream: &TcpStream, peer: IpAddr, router: &Router, state: &State) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(IDLE_LIMIT))?;
    stream.set_write_timeout(Some(IDLE_LIMIT))?;
    let mut connection = Connection::new(stream, stream, peer, state.signal());
    if connection.run(router, state)? == Closing::Refused {
        linger(stream)?;
    }
    Ok(())
}

/// Reads on for a while after the last response. Closing with bytes unread would
/// reset the connection, and the client might never see the response (RFC 9112, 9.6).
fn linger(mut stream: &TcpStream) -> io::Result<()> {
    stream.shutdown(Shutdown::Write)?;
    stream.set_read_timeout(Some(LINGER_LIMIT))?;
    let start = Instant::now();
    let mut room = vec![0; 64 * 1024];
    while start.elapsed() < LINGER_LIMIT && stream.read(&mut room)? > 0 {}
    Ok(())
}

/// How a connection came to its end.
#[derive(Debug, PartialEq, Eq)]
enum Closing {
    /// Nothing is left to be read.
    Done,
    /// Something may still be on its way that nobody wants: the rest of a request that was
    /// refused, or of another protocol.
    Refused,
}

struct Connection<'a, R, W> {
    input: Input<R>,
    output: W,
    buffer: Vec<u8>,
    peer: IpAddr,
    date: DateField,
    signal: &'a StopSignal,
}

impl<'a, R: Read, W: Write> Connection<'a, R, W> {
    fn new(reader: R, writer: W, peer: IpAddr, signal: &'a StopSignal) -> Self {
        let input = Input::new(reader);
        Self { input, output: writer, buffer: Vec::new(), peer, date: DateField::default(), signal }
    }

    fn run(&mut self, router: &Router, state: &State) -> io::Result<Closing> {
        loop {
            match self.next_request() {
                Ok(request) => {
                    let mut response = router.answer(&request, state).unwrap_or_else(Response::from);
                    if let Content::Switched(speak) = response.content {
                        response.content = Content::Whole(Cow::Borrowed(&[]));
                        self.deliver(response, Some("Upgrade"))?;
                        speak(&mut Wire { input: &mut self.input, output: &mut self.output })?;
                        return Ok(Closing::Refused);
                    }
                    if !self.respond(&request, response)? {
                        return Ok(Closing::Done);
                    }
                }
                Err(Ending::Gone) => return Ok(Closing::Done),
                Err(Ending::Refused(problem)) => {
                    self.deliver(problem.into(), Some("close"))?;
                    return Ok(Closing::Refused);
                }
            }
        }
    }

    fn next_request(&mut self) -> Result<Request, Ending> {
        let head = self.input.head()?;
        let waits = head.expects_continue()? && !self.input.has_pending();
        let is_welcome = match head.framing {
            Framing::Length(length) => (1..=BODY_LIMIT).contains(&length),
            Framing::Chunked => true,
        };
        if waits && is_welcome {
            self.output.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").map_err(|_| Ending::Gone)?;
        }
        let body = self.input.body(head.framing)?;
        Ok(Request { head, body, peer: self.peer })
    }

    /// Writes a response, and says whether the connection stays open.
    fn respond(&mut self, request: &Request, response: Response) -> io::Result<bool> {
        let chunks = !request.head.is_http_1_0;
        let keeps_alive = request.head.keeps_alive() && !response.ends_with_connection(chunks);
        let connection = match (keeps_alive, chunks) {
            (false, _) => Some("close"),
            (true, false) => Some("keep-alive"),
            (true, true) => None,
        };
        let head_only = request.head.method == "HEAD";
        let origin = request.header("Origin").unwrap_or(Cow::Borrowed("*"));
        let date = self.date.now();
        let delivery = Delivery { chunks, head_only, connection, date, origin, signal: self.signal };
        response.write(&mut self.output, &mut self.buffer, &delivery)?;
        Ok(keeps_alive)
    }

    /// Writes the last response of HTTP on this connection.
    fn deliver(&mut self, response: Response, connection: Option<&'static str>) -> io::Result<()> {
        let date = self.date.now();
        let origin = Cow::Borrowed("*");
        let delivery = Delivery { chunks: true, head_only: false, connection, date, origin, signal: self.signal };
        response.write(&mut self.output, &mut self.buffer, &delivery)
    }
}

/// Both halves of the connection, for another protocol.
struct Wire<'a, R, W> {
    input: &'a mut Input<R>,
    output: &'a mut W,
}

impl<R: Read, W> Read for Wire<'_, R, W> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        self.input.read(room)
    }
}

impl<R, W: Write> Write for Wire<'_, R, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.output.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;

    fn exchange(input: &[u8]) -> (String, Closing) {
        let mut output = Vec::new();
        let state = State::new(Arc::default());
        let mut connection = Connection::new(input, &mut output, IpAddr::from([127, 0, 0, 1]), state.signal());
        let closing = connection.run(&Router::new(), &state).unwrap();
        (String::from_utf8_lossy(&output).into_owned(), closing)
    }

    fn statuses(output: &str) -> Vec<&str> {
        output.match_indices("HTTP/1.1 ").map(|(at, found)| &output[at + found.len()..][..3]).collect()
    }

    #[test]
    fn answers_in_turn_until_it_shall_close() {
        let get = "GET /status/204 HTTP/1.1\r\nHost: h\r\n\r\n";
        let last = "GET /status/201 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
        let (output, closing) = exchange(format!("{get}{get}{last}{get}").as_bytes());
        assert_eq!((statuses(&output), closing), (vec!["204", "204", "201"], Closing::Done));
    }

    #[test]
    fn closes_after_a_request_that_cannot_be_read() {
        let (output, closing) = exchange(b"GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n");
        assert_eq!((statuses(&output), closing), (vec!["400"], Closing::Refused));
        assert!(output.contains("Connection: close\r\n"));
    }

    #[test]
    fn invites_the_body_that_a_client_holds_back() {
        /// Gives the head first, and the body when it is asked again.
        struct Steps(Vec<&'static [u8]>);
        impl Read for Steps {
            fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
                if self.0.is_empty() { Ok(0) } else { self.0.remove(0).read(room) }
            }
        }
        let head = b"PUT /put HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";
        let mut output = Vec::new();
        let state = State::new(Arc::default());
        let steps = Steps(vec![head, b"ab"]);
        let mut connection = Connection::new(steps, &mut output, IpAddr::from([127, 0, 0, 1]), state.signal());
        connection.run(&Router::new(), &state).unwrap();
        assert_eq!(statuses(&String::from_utf8_lossy(&output)), ["100", "200"]);
    }

    #[test]
    fn refuses_other_expectations_and_too_much() {
        for (fields, expected) in
            [("Expect: a miracle\r\n", "417"), ("Content-Length: 99999999999\r\nExpect: 100-continue\r\n", "413")]
        {
            let (output, _) = exchange(format!("POST /post HTTP/1.1\r\nHost: h\r\n{fields}\r\n").as_bytes());
            assert_eq!(statuses(&output), [expected]);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn survives_any_path_and_body(
            method in "GET|POST|HEAD|PATCH",
            route in "/(anything|post|base64|links|cache|users|flaky|jobs|bytes|range|redirect|status|digest-auth)",
            tail in "(/[ -~&&[^ #]]{0,6}){0,3}(\\?[a-z=&%0-9]{0,12})?",
            body in proptest::collection::vec(any::<u8>(), 0..64),
            media_type in "application/json|multipart/form-data; boundary=a|application/x-www-form-urlencoded",
        ) {
            let head = format!("{method} {route}{tail} HTTP/1.1\r\nHost: h\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\n\r\n", body.len());
            let (output, _) = exchange(&[head.as_bytes(), &body].concat());
            prop_assert_eq!(statuses(&output[..12]).len(), 1);
        }
    }
}
