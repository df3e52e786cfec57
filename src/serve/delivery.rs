//! How responses are written (RFC 9112, 4 to 7).

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};
use std::time::Duration;

use super::response::{Content, Response};
use super::stop::StopSignal;

/// What the exchange says about how its response is to be written.
pub(super) struct Delivery<'a> {
    /// Whether the client reads chunks: it speaks HTTP/1.1.
    pub(super) chunks: bool,
    /// Whether the response to a HEAD request is due, which has no content.
    pub(super) head_only: bool,
    /// The value of the `Connection` field, where there must be one.
    pub(super) connection: Option<&'static str>,
    /// The value of the `Date` field.
    pub(super) date: &'a str,
    /// Who may read the response from a page in a browser: an origin, or `*`.
    pub(super) origin: Cow<'a, str>,
    /// What cuts a streamed response short.
    pub(super) signal: &'a StopSignal,
}

/// Up to this size, content is sent in the same write as the head.
const ONE_WRITE: usize = 64 * 1024;

impl Response {
    /// Whether the end of the content can only be told by closing the connection.
    pub(super) fn ends_with_connection(&self, chunks: bool) -> bool {
        !chunks && matches!(self.content, Content::Streamed { length: None, .. })
    }

    /// Writes the response. `buffer` is room that is used again and again.
    ///
    /// # Errors
    /// If it cannot be written, or the server stops meanwhile.
    pub(super) fn write(self, stream: &mut dyn Write, buffer: &mut Vec<u8>, delivery: &Delivery<'_>) -> io::Result<()> {
        buffer.clear();
        self.write_head(buffer, delivery);
        let content = if delivery.head_only || !has_content(self.status) { None } else { Some(self.content) };
        match content {
            None | Some(Content::Switched(_)) => stream.write_all(buffer),
            Some(Content::Whole(content)) if content.len() <= ONE_WRITE => {
                buffer.extend_from_slice(&content);
                stream.write_all(buffer)
            }
            Some(Content::Whole(content)) => {
                stream.write_all(buffer)?;
                stream.write_all(&content)
            }
            Some(Content::Streamed { length, write }) => {
                stream.write_all(buffer)?;
                let chunked = length.is_none() && delivery.chunks;
                let mut sink = Sink { stream, buffer, chunked, signal: delivery.signal };
                write(&mut sink)?;
                sink.finish()
            }
        }
    }

    fn write_head(&self, buffer: &mut Vec<u8>, delivery: &Delivery<'_>) {
        append(buffer, format_args!("HTTP/1.1 {} {}\r\n", self.status, Self::reason_of(self.status)));
        append_field(buffer, "Server", b"rqtest");
        append_field(buffer, "Date", delivery.date.as_bytes());
        append_field(buffer, "Access-Control-Allow-Origin", delivery.origin.as_bytes());
        append_field(buffer, "Access-Control-Allow-Credentials", b"true");
        for field in &self.headers {
            append_field(buffer, field.name(), field.value().as_bytes());
        }
        self.write_framing(buffer, delivery);
        if let Some(connection) = delivery.connection {
            append_field(buffer, "Connection", connection.as_bytes());
        }
        buffer.extend_from_slice(b"\r\n");
    }

    /// RFC 9112, 6.3.
    fn write_framing(&self, buffer: &mut Vec<u8>, delivery: &Delivery<'_>) {
        if !has_content(self.status) {
            return;
        }
        match self.length() {
            Some(length) => append(buffer, format_args!("Content-Length: {length}\r\n")),
            None if delivery.chunks => append_field(buffer, "Transfer-Encoding", b"chunked"),
            None => {}
        }
    }
}

/// Whether a response with this status code may have content (RFC 9110, 6.4.1).
fn has_content(status: u16) -> bool {
    !matches!(status, 100..200 | 204 | 304)
}

fn append(buffer: &mut Vec<u8>, text: fmt::Arguments<'_>) {
    buffer.write_fmt(text).expect("writing to memory does not fail");
}

fn append_field(buffer: &mut Vec<u8>, name: &str, value: &[u8]) {
    for piece in [name.as_bytes(), b": ", value, b"\r\n"] {
        buffer.extend_from_slice(piece);
    }
}

/// Where streamed content goes.
pub(super) struct Sink<'a> {
    stream: &'a mut dyn Write,
    buffer: &'a mut Vec<u8>,
    chunked: bool,
    signal: &'a StopSignal,
}

impl Sink<'_> {
    /// Sends a piece at once: one chunk, where content is chunked (RFC 9112, 7.1).
    ///
    /// # Errors
    /// If it cannot be sent.
    pub(super) fn send(&mut self, piece: &[u8]) -> io::Result<()> {
        if !self.chunked {
            return self.stream.write_all(piece);
        }
        if piece.is_empty() {
            return Ok(());
        }
        self.buffer.clear();
        append(self.buffer, format_args!("{:x}\r\n", piece.len()));
        self.buffer.extend_from_slice(piece);
        self.buffer.extend_from_slice(b"\r\n");
        self.stream.write_all(self.buffer)
    }

    /// Waits.
    ///
    /// # Errors
    /// If the server stops.
    pub(super) fn pause(&self, duration: Duration) -> io::Result<()> {
        if duration.is_zero() { Ok(()) } else { self.signal.sleep(duration) }
    }

    fn finish(self) -> io::Result<()> {
        if self.chunked { self.stream.write_all(b"0\r\n\r\n") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::response::Producer;

    fn written(response: Response, change: impl Fn(&mut Delivery<'_>)) -> String {
        let mut delivery = Delivery {
            chunks: true,
            head_only: false,
            connection: None,
            date: "now",
            origin: Cow::Borrowed("*"),
            signal: &StopSignal::default(),
        };
        change(&mut delivery);
        let mut output = Vec::new();
        response.write(&mut output, &mut Vec::new(), &delivery).unwrap();
        let text = String::from_utf8(output).unwrap();
        let fixed = "Server: rqtest\r\nDate: now\r\nAccess-Control-Allow-Origin: *\r\n\
                     Access-Control-Allow-Credentials: true\r\n";
        text.replace(fixed, "")
    }

    fn streamed(length: Option<u64>) -> Response {
        let producer: Producer = Box::new(|sink| sink.send(b"ab").and_then(|()| sink.send(b"")));
        Response::streamed("text/plain", length, producer)
    }

    #[test]
    fn frames_what_it_writes() {
        let plain = || Response::text("text/plain", "ab");
        for (response, expected) in [
            (plain(), "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nab"),
            (Response::empty(), "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
            (Response::empty().with_status(204), "HTTP/1.1 204 No Content\r\n\r\n"),
            (Response::empty().with_status(599), "HTTP/1.1 599 \r\nContent-Length: 0\r\n\r\n"),
            (plain().with_status(304), "HTTP/1.1 304 Not Modified\r\nContent-Type: text/plain\r\n\r\n"),
            (streamed(Some(2)), "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nab"),
            (
                streamed(None),
                "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n\
                 2\r\nab\r\n0\r\n\r\n",
            ),
        ] {
            assert_eq!(written(response, |_| ()), expected);
        }
    }

    #[test]
    fn announces_content_that_a_head_request_does_not_get() {
        let head = |response| written(response, |delivery| delivery.head_only = true);
        assert!(head(Response::text("text/plain", "ab")).ends_with("Content-Length: 2\r\n\r\n"));
        assert!(head(streamed(None)).ends_with("Transfer-Encoding: chunked\r\n\r\n"));
    }

    #[test]
    fn sends_no_chunks_to_http_1_0() {
        assert!(streamed(None).ends_with_connection(false));
        let text = written(streamed(None), |delivery| delivery.chunks = false);
        assert_eq!(text, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nab");
    }
}
