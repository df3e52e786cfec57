//! A request onto a connection: head and a small body in one write, files as a stream.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::http::{Headers, Segment, Stream};
use crate::proto::{self, Event, LAST_CHUNK, ResponseDecoder, ResponseHead, has_token};
use crate::secret::Secret;

use super::body_file::BodyFile;
use super::body_stream::BodyStream;
use super::connection::{Arrival, Connection, Written};
use super::receive::next_event;
use super::{Clock, Error, ErrorKind, Excerpt, Exchange, Step};

/// How much is gathered before it is written, and read of a file at a time.
const PIECE: usize = 64 * 1024;

/// How long the server may keep silent about an expectation (as curl has it).
const CONTINUE_PATIENCE: Duration = Duration::from_secs(1);

/// How sending ended.
#[derive(Debug)]
pub(super) enum Sent {
    /// All of it was written.
    Whole,
    /// The server gave its final answer before all of it was written.
    Answered(Box<ResponseHead>),
    /// The connection broke; there may be an answer all the same.
    Broken(Error),
}

/// Whether the body is only to be sent once the server asks for it (RFC 9110, 10.1.1).
pub(super) fn expects_continue(exchange: &Exchange<'_>) -> bool {
    // A body of no bytes is one, but nothing that could be held back.
    exchange.body.len() != Some(0) && has_token(exchange.headers, "Expect", "100-continue")
}

/// Whether the headers announce the body as it is sent, so that the server finds the next
/// request where it begins.
pub(super) fn is_announced(exchange: &Exchange<'_>) -> bool {
    if Framing::of(exchange.headers) == Framing::Chunked {
        return !exchange.headers.contains("Content-Length");
    }
    let announced = exchange.headers.text("Content-Length").map_or(Ok(0), |length| length.parse::<u64>());
    announced.ok() == exchange.body.len()
}

/// Sends head and body.
///
/// # Errors
/// If the request cannot be written, a file of the body is not what it was, or the time is up.
pub(super) fn send(
    connection: &mut Connection,
    exchange: &Exchange<'_>,
    decoder: &mut ResponseDecoder,
    clock: &mut Clock,
) -> Result<Sent, Error> {
    let framing = Framing::of(exchange.headers);
    let excerpt = if exchange.is_message { clock.message_excerpt() } else { clock.excerpt() };
    let mut sender = Sender { connection, decoder, clock, framing, excerpt };
    let sent = sender.send(exchange);
    sender.tell_body(exchange);
    match sent {
        Ok(()) => Ok(Sent::Whole),
        Err(Unsent::Answered(head)) => Ok(Sent::Answered(head)),
        Err(Unsent::Broken(error)) => Ok(Sent::Broken(error)),
        Err(Unsent::Failed(error)) => Err(error),
    }
}

/// How the body is put on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    Plain,
    Chunked,
}

impl Framing {
    fn of(headers: &Headers) -> Self {
        if has_token(headers, "Transfer-Encoding", "chunked") { Self::Chunked } else { Self::Plain }
    }
}

/// Target and fields as a proxy is to have them that forwards the request. Its credentials
/// are added here and nowhere earlier, so that no record of the request holds them, and the
/// origin never sees them.
///
/// > When making a request to a proxy, other than a CONNECT or server-wide OPTIONS request, a
/// > client MUST send the target URI in "absolute-form" as the request-target. (RFC 9112, 3.2.2)
fn forwarded(exchange: &Exchange<'_>, authorization: Option<&Secret<String>>) -> Result<(String, Headers), Error> {
    let mut headers = exchange.headers.clone();
    if let Some(authorization) = authorization.filter(|_| !headers.contains("Proxy-Authorization")) {
        headers.append("Proxy-Authorization", authorization.expose())?;
    }
    Ok((absolute_target(exchange), headers))
}

/// The request target as a proxy is to have it that forwards the request.
pub(super) fn absolute_target(exchange: &Exchange<'_>) -> String {
    let Exchange { endpoint, target, .. } = *exchange;
    let scheme = endpoint.scheme.as_str();
    // That the whole server is meant, the lack of a path says (RFC 9112, 3.2.4).
    let path = if target == "*" { "" } else { target };
    if endpoint.port == endpoint.scheme.default_port() {
        format!("{scheme}://{}{path}", endpoint.host)
    } else {
        format!("{scheme}://{endpoint}{path}")
    }
}

/// Why sending ended early.
enum Unsent {
    Answered(Box<ResponseHead>),
    Broken(Error),
    Failed(Error),
}

impl From<Error> for Unsent {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// A request on its way. It listens to the server where that takes no more bytes.
struct Sender<'a> {
    connection: &'a mut Connection,
    decoder: &'a mut ResponseDecoder,
    clock: &'a mut Clock,
    framing: Framing,
    /// The start of the body, for the trace.
    excerpt: Option<Excerpt>,
}

impl Sender<'_> {
    fn send(&mut self, exchange: &Exchange<'_>) -> Result<(), Unsent> {
        if !exchange.is_message {
            self.put_head(exchange)?;
            if expects_continue(exchange) {
                self.flush()?;
                self.await_continue()?;
            }
        }
        for segment in exchange.body.segments() {
            match segment {
                Segment::Bytes(bytes) => self.put(bytes)?,
                Segment::File { path, length } => self.put_file(path, *length)?,
                Segment::Stream(stream) => self.put_stream(stream)?,
            }
        }
        if self.framing == Framing::Chunked {
            self.connection.output.extend_from_slice(LAST_CHUNK);
        }
        self.flush()
    }

    fn put_head(&mut self, exchange: &Exchange<'_>) -> Result<(), Unsent> {
        let Exchange { endpoint, method, target, version, headers, .. } = *exchange;
        let output = &mut self.connection.output;
        let admission = &self.connection.admission;
        match endpoint.forwarding_proxy() {
            None => proto::encode_request_head(output, method, target, version, headers)?,
            Some(_) => {
                let (target, headers) = forwarded(exchange, admission.authorization.as_ref())?;
                proto::encode_request_head(output, method, &target, version, &headers)?;
            }
        }
        self.clock.tell(|| Step::SentHead(self.connection.output.clone()));
        Ok(())
    }

    /// Tells the trace how much was sent beside the head.
    fn tell_body(&mut self, exchange: &Exchange<'_>) {
        if let Some(excerpt) = self.excerpt.take().filter(|excerpt| excerpt.size > 0) {
            let step = if exchange.is_message { Step::SentMessage } else { Step::SentBody };
            self.clock.tell(|| step(excerpt));
        }
    }

    /// Waits until the server asks for the body or has kept silent for long enough.
    fn await_continue(&mut self) -> Result<(), Unsent> {
        let until = Instant::now() + CONTINUE_PATIENCE;
        loop {
            match next_event(self.connection, self.decoder, self.clock)? {
                Some(Event::Interim(head)) if head.status.code() == 100 => return Ok(()),
                Some(Event::Head(head)) => return Err(Unsent::Answered(Box::new(head))),
                Some(Event::Interim(_) | Event::Data(_) | Event::End(_)) => {}
                // The end of the stream will be met again where the response is read.
                None => match self.connection.fill(self.clock, Some(until))? {
                    Arrival::Bytes => {}
                    Arrival::End | Arrival::Cut | Arrival::Late => return Ok(()),
                },
            }
        }
    }

    fn put_file(&mut self, path: &Path, length: u64) -> Result<(), Unsent> {
        let mut file = BodyFile::open(path, length)?;
        let mut piece = Vec::with_capacity(usize::try_from(length).map_or(PIECE, |length| length.min(PIECE)));
        while file.read(&mut piece, PIECE)? {
            self.put(&piece)?;
        }
        Ok(())
    }

    /// What a reader gives at once is sent at once: it may be all that there is for a while.
    fn put_stream(&mut self, stream: &Stream) -> Result<(), Unsent> {
        let mut stream = BodyStream::open(stream)?;
        let mut piece = vec![0; PIECE];
        loop {
            match stream.read(&mut piece)? {
                0 => return Ok(()),
                count => self.put(&piece[..count])?,
            }
            self.flush()?;
        }
    }

    /// Gathers bytes of the body, and writes what does not fit.
    fn put(&mut self, bytes: &[u8]) -> Result<(), Unsent> {
        if let Some(excerpt) = &mut self.excerpt {
            excerpt.add(bytes);
        }
        match self.framing {
            Framing::Plain if self.connection.output.len() + bytes.len() <= PIECE => {
                self.connection.output.extend_from_slice(bytes);
                Ok(())
            }
            Framing::Plain => {
                self.flush()?;
                self.write(bytes)
            }
            Framing::Chunked => bytes.chunks(PIECE).try_for_each(|piece| {
                proto::encode_chunk(&mut self.connection.output, piece);
                if self.connection.output.len() < PIECE { Ok(()) } else { self.flush() }
            }),
        }
    }

    /// Writes what was gathered.
    fn flush(&mut self) -> Result<(), Unsent> {
        let output = std::mem::take(&mut self.connection.output);
        let result = self.write(&output);
        // The memory is kept for the next request.
        self.connection.output = output;
        self.connection.output.clear();
        result
    }

    fn write(&mut self, mut bytes: &[u8]) -> Result<(), Unsent> {
        loop {
            let written = match bytes {
                [] => self.connection.flush(self.clock)?,
                _ => self.connection.write(bytes, self.clock)?,
            };
            match written {
                Written::Bytes(_) if bytes.is_empty() => return Ok(()),
                Written::Bytes(count) => bytes = &bytes[count..],
                Written::Stalled => self.listen()?,
                Written::Broken(error) => return Err(Unsent::Broken(error)),
            }
        }
    }

    /// Hears whether the server has answered already, and so wants no more of the body.
    fn listen(&mut self) -> Result<(), Unsent> {
        if !self.connection.has_input() {
            return Ok(());
        }
        match self.connection.fill(self.clock, None)? {
            Arrival::Bytes | Arrival::Late => {}
            Arrival::End | Arrival::Cut => {
                let message = "the connection was closed by the server while the request was sent";
                return Err(Unsent::Broken(Error::new(ErrorKind::Connection, message)));
            }
        }
        while let Some(event) = next_event(self.connection, self.decoder, self.clock)? {
            if let Event::Head(head) = event {
                return Err(Unsent::Answered(Box::new(head)));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Read, Write};
    use std::net::{Shutdown, TcpStream};

    use super::*;
    use crate::http::{Body, Phase};
    use crate::transport::loopback::{Call, Server, read_head, read_request, reset};
    use crate::transport::{Memory, Pool};

    const HELLO: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    const TOO_LARGE: &[u8] = b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno";

    /// More than the buffers of two sockets hold.
    const HUGE: usize = 32 * 1024 * 1024;

    fn file(content: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content).unwrap();
        file
    }

    fn segment(file: &tempfile::NamedTempFile, length: u64) -> Segment {
        Segment::File { path: file.path().to_owned(), length }
    }

    fn sent(call: Call) -> String {
        let memory = Memory::new([[HELLO]]);
        call.send(&Pool::with_connector(memory.clone())).unwrap();
        String::from_utf8(memory.sent()).unwrap()
    }

    #[test]
    fn sends_segments_plain_or_in_chunks() {
        let server = Server::answering(&[]);
        let file = file(b"from a file");
        let body = || Body::new(vec![Segment::Bytes((*b"memory, ").into()), segment(&file, 11)]);
        assert_eq!(
            sent(Call::post(&server, body())),
            "POST / HTTP/1.1\r\nContent-Length: 19\r\n\r\nmemory, from a file"
        );
        let chunked = Call { body: body(), ..Call::get(&server) }.with("Transfer-Encoding", "chunked");
        assert_eq!(
            sent(chunked),
            "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nmemory, \r\nb\r\nfrom a file\r\n0\r\n\r\n"
        );
    }

    #[test]
    fn sends_what_a_reader_gives_when_it_gives_it() {
        let server = Server::answering(&[]);
        let chunks = |body| Call { body, ..Call::get(&server) }.with("Transfer-Encoding", "chunked");
        assert_eq!(
            sent(chunks(Body::from_chunks(["ab", "", "cde"]))),
            "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n"
        );
        assert_eq!(
            sent(Call::post(&server, Body::from_reader(&b"abc"[..]).with_length(3))),
            "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"
        );
        let spent = Body::from_reader(&b"abc"[..]);
        sent(chunks(spent.clone()));
        let error = chunks(spent).send(&Pool::with_connector(Memory::new([[HELLO]]))).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request);
    }

    #[test]
    fn streams_what_does_not_fit_the_buffers() {
        let server = Server::new(|_, mut stream| {
            let request = read_request(&mut stream);
            write!(stream, "HTTP/1.1 200 OK\r\n\r\n{}", request.len()).unwrap();
        });
        let content = vec![b'x'; 3 * PIECE + 7];
        let file = file(&content);
        for body in [Body::from(content.clone()), Body::new(vec![segment(&file, content.len() as u64)])] {
            let (_, answer) = Call::post(&server, body).send(&Pool::new()).unwrap();
            let length: usize = String::from_utf8(answer).unwrap().parse().unwrap();
            assert!(length > content.len() && length < content.len() + 100);
        }
    }

    #[test]
    fn reads_an_early_answer_to_a_large_body() {
        let closing: [fn(&mut TcpStream); 3] = [
            // Closes with most of the body unread, which resets the connection.
            |_| {},
            |stream| reset(stream),
            // Neither reads nor closes.
            |stream| {
                stream.shutdown(Shutdown::Write).unwrap();
                std::thread::sleep(Duration::from_secs(2));
            },
        ];
        for close in closing {
            let server = Server::new(move |_, mut stream| {
                read_head(&mut stream);
                stream.write_all(TOO_LARGE).unwrap();
                // The answer is on its way before the connection is cut.
                std::thread::sleep(Duration::from_millis(20));
                close(&mut stream);
            });
            let (reply, body) = Call::post(&server, vec![0; HUGE]).send(&Pool::new()).unwrap();
            assert_eq!((reply.head.status.code(), &*body), (413, &b"no"[..]));
        }
    }

    #[test]
    fn an_interim_response_does_not_stop_a_body_that_is_stalled() {
        let server = Server::new(|_, mut stream| {
            stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\nHTTP").unwrap();
            std::thread::sleep(Duration::from_millis(600));
            read_request(&mut stream);
            stream.write_all(&HELLO.as_bytes()[4..]).unwrap();
        });
        let (reply, _) = Call::post(&server, vec![0; HUGE]).send(&Pool::new()).unwrap();
        assert_eq!(reply.head.status.code(), 200);
    }

    #[test]
    fn names_the_phase_where_the_server_takes_nothing() {
        let server = Server::new(|_, stream| {
            std::thread::sleep(Duration::from_secs(2));
            drop(stream);
        });
        let call = Call::post(&server, vec![0; HUGE]).within(Duration::from_millis(100));
        assert_eq!(call.send(&Pool::new()).unwrap_err().kind(), ErrorKind::Timeout(Phase::Request));
    }

    /// Answers in two parts, with the body read between them.
    fn expecting(first: &'static str) -> Server {
        Server::new(move |_, mut stream| {
            read_head(&mut stream);
            stream.write_all(first.as_bytes()).unwrap();
            let mut body = [0; 3];
            if stream.read_exact(&mut body).is_ok() {
                write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}", String::from_utf8_lossy(&body))
                    .unwrap();
            }
            let _ = io::copy(&mut stream, &mut io::sink());
        })
    }

    #[test]
    fn holds_the_body_back_until_the_server_asks_for_it() {
        for (first, status, body) in [
            ("HTTP/1.1 100 Continue\r\n\r\n", 200, "abc"),
            ("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n", 200, "abc"),
            ("", 200, "abc"),
            ("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno", 403, "no"),
        ] {
            let call = Call::post(&expecting(first), "abc");
            let pool = Pool::new();
            let began = Instant::now();
            let (reply, received) = call.with("Expect", "100-continue").send(&pool).unwrap();
            assert_eq!((reply.head.status.code(), received), (status, body.as_bytes().to_vec()), "{first:?}");
            assert_eq!(began.elapsed() >= CONTINUE_PATIENCE, first.is_empty(), "{first:?}");
        }
    }
}
