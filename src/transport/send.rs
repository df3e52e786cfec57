//! A request onto a connection: head and a small body in one write, files as a stream.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::http::{Body, Headers, Segment};
use crate::proto::{self, Event, LAST_CHUNK, ResponseDecoder, ResponseHead, has_token};

use super::connection::{Arrival, Connection, Unwritten};
use super::receive::next_event;
use super::{Clock, Error, ErrorKind, Exchange};

/// How much is gathered before it is written, and read of a file at a time.
const PIECE: usize = 64 * 1024;

/// How long the server may keep silent about an expectation (as curl has it).
const CONTINUE_PATIENCE: Duration = Duration::from_secs(1);

/// How sending ended.
#[derive(Debug)]
pub(super) enum Sent {
    /// All of it was written.
    Whole,
    /// The server answered before all of it was written.
    Answered,
    /// The server gave its final answer to the head alone.
    Declined(Box<ResponseHead>),
    /// The connection broke; there may be an answer all the same.
    Broken(Error),
}

/// Whether the body is only to be sent once the server asks for it (RFC 9110, 10.1.1).
#[expect(clippy::len_zero, reason = "a body of no bytes is one, but nothing that could be held back")]
pub(super) fn expects_continue(exchange: &Exchange<'_>) -> bool {
    exchange.body.len() > 0 && has_token(exchange.headers, "Expect", "100-continue")
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
    proto::encode_request_head(
        &mut connection.output,
        exchange.method,
        exchange.target,
        exchange.version,
        exchange.headers,
    )
    .map_err(|error| Error::new(ErrorKind::Protocol, error.to_string()))?;
    if expects_continue(exchange) {
        if let Err(unwritten) = connection.flush(clock) {
            return unwritten.into_sent();
        }
        if let Some(head) = await_continue(connection, decoder, clock)? {
            return Ok(Sent::Declined(Box::new(head)));
        }
    }
    let framing = Framing::of(exchange.headers);
    match send_body(connection, exchange.body, framing, clock) {
        Ok(()) => Ok(Sent::Whole),
        Err(unwritten) => unwritten.into_sent(),
    }
}

impl Unwritten {
    fn into_sent(self) -> Result<Sent, Error> {
        match self {
            Self::Answered => Ok(Sent::Answered),
            Self::Broken(error) => Ok(Sent::Broken(error)),
            Self::Failed(error) => Err(error),
        }
    }
}

/// Waits until the server asks for the body or has kept silent for long enough; gives
/// the head of a final response, if that is what comes.
fn await_continue(
    connection: &mut Connection,
    decoder: &mut ResponseDecoder,
    clock: &mut Clock,
) -> Result<Option<ResponseHead>, Error> {
    let until = Instant::now() + CONTINUE_PATIENCE;
    loop {
        match next_event(connection, decoder)? {
            Some(Event::Interim(head)) if head.status.code() == 100 => return Ok(None),
            Some(Event::Head(head)) => return Ok(Some(head)),
            Some(Event::Interim(_) | Event::Data(_) | Event::End(_)) => {}
            // The end of the stream is told by whoever reads next.
            None => match connection.fill(clock, Some(until))? {
                Arrival::Bytes => {}
                Arrival::End | Arrival::Cut | Arrival::Late => return Ok(None),
            },
        }
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

/// Whether the headers announce the body as it is sent, so that the server finds the next
/// request where it begins.
pub(super) fn is_announced(exchange: &Exchange<'_>) -> bool {
    if Framing::of(exchange.headers) == Framing::Chunked {
        return !exchange.headers.contains("Content-Length");
    }
    let announced = exchange.headers.text("Content-Length").map_or(Ok(0), |length| length.parse::<u64>());
    announced == Ok(exchange.body.len())
}

fn send_body(connection: &mut Connection, body: &Body, framing: Framing, clock: &mut Clock) -> Result<(), Unwritten> {
    for segment in body.segments() {
        match segment {
            Segment::Bytes(bytes) => put(connection, bytes, framing, clock)?,
            Segment::File { path, length } => send_file(connection, path, *length, framing, clock)?,
        }
    }
    if framing == Framing::Chunked {
        connection.output.extend_from_slice(LAST_CHUNK);
    }
    connection.flush(clock)
}

/// Gathers bytes, and writes what does not fit.
fn put(connection: &mut Connection, bytes: &[u8], framing: Framing, clock: &mut Clock) -> Result<(), Unwritten> {
    if framing == Framing::Chunked {
        for piece in bytes.chunks(PIECE) {
            proto::encode_chunk(&mut connection.output, piece);
            if connection.output.len() >= PIECE {
                connection.flush(clock)?;
            }
        }
        return Ok(());
    }
    if connection.output.len() + bytes.len() <= PIECE {
        connection.output.extend_from_slice(bytes);
        return Ok(());
    }
    connection.flush(clock)?;
    connection.write(bytes, clock)
}

/// Sends a file as it was announced: with the length that it had when the request was made.
fn send_file(
    connection: &mut Connection,
    path: &Path,
    length: u64,
    framing: Framing,
    clock: &mut Clock,
) -> Result<(), Unwritten> {
    let mut file = open(path, length)?;
    let mut piece = Vec::with_capacity(PIECE.min(usize::try_from(length).unwrap_or(PIECE)));
    let mut left = length;
    while left > 0 {
        piece.clear();
        let wanted = left.min(PIECE as u64);
        let count = file.by_ref().take(wanted).read_to_end(&mut piece).map_err(|error| unreadable(path, error))?;
        if count == 0 {
            return Err(changed(path, length).into());
        }
        left -= count as u64;
        put(connection, &piece, framing, clock)?;
    }
    match file.read(&mut [0]) {
        Ok(0) => Ok(()),
        Ok(_) => Err(changed(path, length).into()),
        Err(error) => Err(unreadable(path, error).into()),
    }
}

fn open(path: &Path, length: u64) -> Result<File, Error> {
    let file =
        crate::source::open(path).map_err(|error| Error::new(ErrorKind::Body, error.to_string()).with_source(error))?;
    let metadata = file.metadata().map_err(|error| unreadable(path, error))?;
    if metadata.is_file() && metadata.len() != length {
        return Err(changed(path, length));
    }
    Ok(file)
}

fn changed(path: &Path, length: u64) -> Error {
    let path = path.display();
    Error::new(
        ErrorKind::Body,
        format!("{path} no longer has the {length} bytes that it had when the request was made"),
    )
}

fn unreadable(path: &Path, error: std::io::Error) -> Error {
    Error::new(ErrorKind::Body, format!("cannot read {}: {error}", path.display())).with_source(error)
}
