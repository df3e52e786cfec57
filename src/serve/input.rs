//! What comes in on a connection: heads and bodies, cut from a stream of bytes.

use std::io::{self, Read};

use super::problem::Problem;
use super::request::{BODY_LIMIT, Framing, HEAD_LIMIT, Head};

/// How much is read at once.
const READ_SIZE: usize = 16 * 1024;

/// How much room is set aside for a body before any of it has come.
const BODY_ROOM: u64 = 1024 * 1024;

/// The greatest length of a line that tells the size of a chunk.
const CHUNK_LINE_LIMIT: usize = 4096;

/// A stream of requests. What is read too far belongs to the next one.
pub(super) struct Input<R> {
    stream: R,
    room: Box<[u8]>,
    pending: Vec<u8>,
    consumed: usize,
}

/// Why there is no further request.
#[derive(Debug)]
pub(super) enum Ending {
    /// The client is gone, or too slow to be waited for.
    Gone,
    /// The client is told why, and then the connection is closed.
    Refused(Problem),
}

impl From<Problem> for Ending {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem)
    }
}

impl<R: Read> Input<R> {
    pub(super) fn new(stream: R) -> Self {
        Self { stream, room: vec![0; READ_SIZE].into(), pending: Vec::with_capacity(READ_SIZE), consumed: 0 }
    }

    /// The head of the next request.
    ///
    /// # Errors
    /// If there is none, or it cannot be read.
    pub(super) fn head(&mut self) -> Result<Head, Ending> {
        loop {
            if let Some((head, length)) = Head::parse(self.pending())? {
                self.consume(length);
                return Ok(head);
            }
            if self.pending().len() >= HEAD_LIMIT {
                return Err(Problem::new(431, "the head is longer than 64 KiB").into());
            }
            self.fill("the head")?;
        }
    }

    /// Whether some of what follows has come already.
    pub(super) fn has_pending(&self) -> bool {
        !self.pending().is_empty()
    }

    /// The body that follows a head.
    ///
    /// # Errors
    /// If it is malformed, too long or not complete.
    pub(super) fn body(&mut self, framing: Framing) -> Result<Vec<u8>, Ending> {
        match framing {
            Framing::Length(0) => Ok(Vec::new()),
            Framing::Length(length) => {
                check_body_length(length)?;
                let mut body = Vec::with_capacity(length.min(BODY_ROOM) as usize);
                self.take(length, &mut body)?;
                Ok(body)
            }
            Framing::Chunked => self.chunks(),
        }
    }

    /// ```text
    /// chunked-body = *chunk last-chunk trailer-section CRLF
    /// chunk        = chunk-size [ chunk-ext ] CRLF chunk-data CRLF
    /// ```
    /// RFC 9112, 7.1.
    fn chunks(&mut self) -> Result<Vec<u8>, Ending> {
        let mut body = Vec::new();
        loop {
            let size = self.chunk_size()?;
            if size == 0 {
                self.skip_trailers()?;
                return Ok(body);
            }
            check_body_length(size.saturating_add(body.len() as u64))?;
            self.take(size, &mut body)?;
            let mut end = Vec::with_capacity(2);
            self.take(2, &mut end)?;
            if end != b"\r\n" {
                return Err(Problem::bad_request("a chunk is longer than its size").into());
            }
        }
    }

    fn chunk_size(&mut self) -> Result<u64, Ending> {
        loop {
            let pending = self.pending();
            if pending.first().is_some_and(|first| !first.is_ascii_hexdigit()) {
                return Err(Problem::bad_request("a chunk has no size").into());
            }
            match httparse::parse_chunk_size(pending) {
                Ok(httparse::Status::Complete((length, size))) => {
                    self.consume(length);
                    return Ok(size);
                }
                Ok(httparse::Status::Partial) if pending.len() < CHUNK_LINE_LIMIT => self.fill("a chunk size")?,
                _ => return Err(Problem::bad_request("the size of a chunk cannot be read").into()),
            }
        }
    }

    fn skip_trailers(&mut self) -> Result<(), Ending> {
        let mut skipped = 0;
        loop {
            match self.pending().iter().position(|&byte| byte == b'\n') {
                Some(end) => {
                    let line_is_empty = matches!(&self.pending()[..end], b"" | b"\r");
                    skipped += end + 1;
                    self.consume(end + 1);
                    if line_is_empty {
                        return Ok(());
                    }
                }
                None => self.fill("the trailers")?,
            }
            if skipped + self.pending().len() > 2 * HEAD_LIMIT {
                return Err(Problem::new(431, "the trailers are longer than 64 KiB").into());
            }
        }
    }

    /// Moves as many bytes to the end of a body.
    fn take(&mut self, length: u64, body: &mut Vec<u8>) -> Result<(), Ending> {
        let pending = self.pending();
        let ready = pending.len().min(usize::try_from(length).unwrap_or(usize::MAX));
        body.extend_from_slice(&pending[..ready]);
        self.consume(ready);
        let missing = length - ready as u64;
        match (&mut self.stream).take(missing).read_to_end(body) {
            Ok(read) if read as u64 == missing => Ok(()),
            Ok(_) => Err(Problem::bad_request("the body ended early").into()),
            Err(error) => Err(ending(&error, "the body")),
        }
    }

    fn fill(&mut self, what: &str) -> Result<(), Ending> {
        let read = loop {
            match self.stream.read(&mut self.room) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result,
            }
        };
        let idle = self.pending().is_empty() && what == "the head";
        match read {
            Ok(0) | Err(_) if idle => Err(Ending::Gone),
            Ok(0) => Err(Problem::bad_request(format!("{what} ended early")).into()),
            Err(error) => Err(ending(&error, what)),
            Ok(read) => {
                self.pending.drain(..self.consumed);
                self.consumed = 0;
                self.pending.extend_from_slice(&self.room[..read]);
                Ok(())
            }
        }
    }

    fn pending(&self) -> &[u8] {
        &self.pending[self.consumed..]
    }

    fn consume(&mut self, length: usize) {
        self.consumed += length;
    }
}

/// What follows the requests, where it is another protocol: what was read too far comes first.
impl<R: Read> Read for Input<R> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        if !self.has_pending() {
            return self.stream.read(room);
        }
        let read = self.pending().read(room)?;
        self.consume(read);
        Ok(read)
    }
}

fn check_body_length(length: u64) -> Result<(), Problem> {
    if length > BODY_LIMIT { Err(Problem::new(413, "the body is longer than 64 MiB")) } else { Ok(()) }
}

/// A read timeout shows as either kind, depending on the system.
fn ending(error: &io::Error, what: &str) -> Ending {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => {
            Problem::new(408, format!("{what} did not come in time")).into()
        }
        _ => Ending::Gone,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Gives its bytes in pieces of a size.
    struct Pieces<'a>(&'a [u8], usize);

    impl Read for Pieces<'_> {
        fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
            let size = self.1.min(self.0.len()).min(room.len());
            let (piece, rest) = self.0.split_at(size);
            room[..size].copy_from_slice(piece);
            self.0 = rest;
            Ok(size)
        }
    }

    fn all_bodies(bytes: &[u8], piece: usize) -> (Vec<String>, Option<u16>) {
        let mut input = Input::new(Pieces(bytes, piece));
        let mut bodies = Vec::new();
        loop {
            let body = input.head().and_then(|head| input.body(head.framing));
            match body {
                Ok(body) => bodies.push(String::from_utf8_lossy(&body).into_owned()),
                Err(Ending::Gone) => return (bodies, None),
                Err(Ending::Refused(problem)) => return (bodies, Some(problem.status())),
            }
        }
    }

    #[test]
    fn cuts_pipelined_requests_wherever_the_bytes_are_split() {
        let bytes = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc\
                      \r\nPOST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n\
                      2;x=y\r\nde\r\n01\r\nf\r\n0\r\nTrailer: x\r\n\r\n\
                      GET / HTTP/1.1\r\nHost: h\r\n\r\n";
        for piece in 1..bytes.len() {
            assert_eq!(all_bodies(bytes, piece), (vec!["abc".into(), "def".into(), String::new()], None), "{piece}");
        }
    }

    #[test]
    fn says_what_is_wrong_with_a_body() {
        for (rest, expected) in [
            ("Content-Length: 3\r\n\r\nab", 400),
            ("Content-Length: 67108865\r\n\r\n", 413),
            ("Transfer-Encoding: chunked\r\n\r\n\r\nab", 400),
            ("Transfer-Encoding: chunked\r\n\r\nx\r\n", 400),
            ("Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n", 400),
            ("Transfer-Encoding: chunked\r\n\r\n2\r\nab", 400),
            ("Transfer-Encoding: chunked\r\n\r\nfffffffffffffff\r\n", 413),
            ("Transfer-Encoding: chunked\r\n\r\n0\r\nA: b", 400),
        ] {
            let bytes = format!("POST / HTTP/1.1\r\nHost: h\r\n{rest}");
            assert_eq!(all_bodies(bytes.as_bytes(), 7), (vec![], Some(expected)), "{rest}");
        }
        let endless = format!("GET / HTTP/1.1\r\nA: {}", "b".repeat(2 * HEAD_LIMIT));
        assert_eq!(all_bodies(endless.as_bytes(), READ_SIZE), (vec![], Some(431)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn reads_any_chunks_without_panic(rest in proptest::collection::vec(any::<u8>(), 0..200), piece in 1_usize..50) {
            let mut bytes = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
            bytes.extend(rest);
            all_bodies(&bytes, piece);
        }
    }
}
