//! Responses, from bytes as they arrive.

use std::ops::Range;

use crate::http::{Error, ErrorKind, Headers, Method, Version};

use super::chunked::{BodyEvent, ChunkedDecoder, Step};
use super::framing::{Framing, is_persistent, is_tunnel};
use super::limits::MAX_INTERIM;
use super::{ResponseHead, head};

/// What is found in a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// An interim response (1xx, but 101); the final one follows.
    Interim(ResponseHead),
    /// The head of the final response.
    Head(ResponseHead),
    /// Bytes of the body: a range of the input, never empty.
    Data(Range<usize>),
    /// The response is whole; the fields that came after a chunked body.
    End(Headers),
}

/// Reads the response to one request. The module's documentation draws it.
#[derive(Debug)]
pub struct ResponseDecoder {
    method: Method,
    state: State,
    interim: usize,
    persistent: bool,
    ambiguous: bool,
}

#[derive(Debug)]
enum State {
    /// Within a head; how much of it is known not to hold its end, and whether there is any.
    Head {
        searched: usize,
        begun: bool,
    },
    Length {
        left: u64,
        total: u64,
    },
    Chunked(ChunkedDecoder),
    UntilClose,
    Done,
}

const AT_HEAD: State = State::Head { searched: 0, begun: false };

impl ResponseDecoder {
    /// A decoder of the response to a request of this method.
    pub fn new(method: &Method) -> Self {
        Self { method: method.clone(), state: AT_HEAD, interim: 0, persistent: false, ambiguous: false }
    }

    /// Reads on, up to the next event. The bytes that were not consumed are to be given
    /// again, with more after them: a head is read in one piece.
    ///
    /// # Errors
    /// If this is not a response that can be trusted, or a part of it that is not the
    /// body is larger than is read.
    pub fn decode(&mut self, input: &[u8]) -> Result<Step<Event>, Error> {
        match &mut self.state {
            State::Head { .. } => self.decode_head(input),
            State::Length { left: 0, .. } => Ok(self.end(0, Headers::new())),
            State::Length { left, .. } => {
                let length = usize::try_from(*left).map_or(input.len(), |left| left.min(input.len()));
                *left -= length as u64;
                Ok(data(0..length))
            }
            State::Chunked(decoder) => {
                let Step { consumed, event } = decoder.decode(input)?;
                Ok(match event {
                    Some(BodyEvent::Data(range)) => Step { consumed, event: Some(Event::Data(range)) },
                    Some(BodyEvent::End(trailers)) => self.end(consumed, trailers),
                    None => Step { consumed, event: None },
                })
            }
            State::UntilClose => Ok(data(0..input.len())),
            State::Done => Ok(Step { consumed: 0, event: None }),
        }
    }

    /// Says that no more bytes will come, where [`ResponseDecoder::decode`] has asked for more.
    ///
    /// # Errors
    /// If the response is not whole.
    pub fn finish(&mut self) -> Result<(), Error> {
        match &self.state {
            State::Head { begun: false, .. } if self.interim == 0 => {
                Err(Error::new(ErrorKind::Connection, "the connection was closed without a response"))
            }
            State::Head { begun: false, .. } => {
                Err(Error::new(ErrorKind::Truncated, "the connection was closed after an interim response"))
            }
            State::Head { begun: true, .. } => {
                Err(Error::new(ErrorKind::Truncated, "the connection was closed within the head of the response"))
            }
            State::Length { left: 0, .. } | State::Done => Ok(()),
            State::Length { left, total } => Err(Error::new(
                ErrorKind::Truncated,
                format!("the connection was closed after {} of the {total} bytes of the body", total - left),
            )),
            State::Chunked(decoder) => decoder.finish(),
            State::UntilClose => {
                self.state = State::Done;
                Ok(())
            }
        }
    }

    /// Whether the response is whole.
    pub fn is_done(&self) -> bool {
        matches!(self.state, State::Done)
    }

    /// Whether the server will serve another request on this connection once the
    /// response is whole (RFC 9112, 9.3).
    pub fn is_persistent(&self) -> bool {
        self.persistent
    }

    /// Whether the response had both `Transfer-Encoding` and `Content-Length`, of which
    /// the first was heeded (RFC 9112, 6.3).
    pub fn is_ambiguous(&self) -> bool {
        self.ambiguous
    }

    fn decode_head(&mut self, input: &[u8]) -> Result<Step<Event>, Error> {
        let State::Head { searched, begun } = &mut self.state else {
            return Ok(Step { consumed: 0, event: None });
        };
        let Some(end) = head::find_end(input, (*searched).min(input.len())) else {
            head::check_start(input)?;
            // The last line break may be the first half of the end.
            *searched = input.len().saturating_sub(2);
            *begun = !input.is_empty();
            return Ok(Step { consumed: 0, event: None });
        };
        head::check_start(&input[..end])?;
        let response = head::parse_response(&input[..end])?;
        let event = if response.status.is_informational() && response.status.code() != 101 {
            self.skip_interim()?;
            Event::Interim(response)
        } else {
            self.begin_body(&response)?;
            Event::Head(response)
        };
        Ok(Step { consumed: end, event: Some(event) })
    }

    fn skip_interim(&mut self) -> Result<(), Error> {
        self.interim += 1;
        if self.interim > MAX_INTERIM {
            return Err(Error::new(
                ErrorKind::TooLarge,
                format!("there are more than {MAX_INTERIM} interim responses"),
            ));
        }
        self.state = AT_HEAD;
        Ok(())
    }

    fn begin_body(&mut self, response: &ResponseHead) -> Result<(), Error> {
        let framing = Framing::of(&self.method, response)?;
        let headers = &response.headers;
        self.ambiguous = framing == Framing::Chunked && headers.contains("Content-Length");
        // > A server or client that receives an HTTP/1.0 message containing a
        // > Transfer-Encoding header field MUST treat the message as if the framing is
        // > faulty. (RFC 9112, 6.1)
        let faulty = self.ambiguous || framing == Framing::Chunked && response.version == Version::Http10;
        self.persistent = is_persistent(response.version, headers)
            && framing != Framing::UntilClose
            && !faulty
            && !is_tunnel(&self.method, response);
        self.state = match framing {
            Framing::Empty => State::Length { left: 0, total: 0 },
            Framing::Length(total) => State::Length { left: total, total },
            Framing::Chunked => State::Chunked(ChunkedDecoder::new()),
            Framing::UntilClose => State::UntilClose,
        };
        Ok(())
    }

    fn end(&mut self, consumed: usize, trailers: Headers) -> Step<Event> {
        self.state = State::Done;
        Step { consumed, event: Some(Event::End(trailers)) }
    }
}

fn data(range: Range<usize>) -> Step<Event> {
    Step { consumed: range.end, event: (!range.is_empty()).then_some(Event::Data(range)) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a response came to.
    #[derive(Debug, PartialEq)]
    struct Whole {
        statuses: Vec<u16>,
        body: Vec<u8>,
        trailers: Headers,
        persistent: bool,
        surplus: usize,
    }

    /// Decodes pieces as they would arrive, then the end of the stream.
    fn decode<'a>(method: &Method, pieces: impl IntoIterator<Item = &'a [u8]>) -> Result<Whole, Error> {
        let mut decoder = ResponseDecoder::new(method);
        let (mut statuses, mut body, mut trailers) = (Vec::new(), Vec::new(), Headers::new());
        let mut input = Vec::new();
        for piece in pieces {
            input.extend_from_slice(piece);
            loop {
                let Step { consumed, event } = decoder.decode(&input)?;
                match event {
                    Some(Event::Interim(head) | Event::Head(head)) => statuses.push(head.status.code()),
                    Some(Event::Data(range)) => body.extend_from_slice(&input[range]),
                    Some(Event::End(fields)) => trailers = fields,
                    None => {
                        input.drain(..consumed);
                        break;
                    }
                }
                input.drain(..consumed);
            }
        }
        if !decoder.is_done() {
            decoder.finish()?;
        }
        Ok(Whole { statuses, body, trailers, persistent: decoder.is_persistent(), surplus: input.len() })
    }

    fn get(text: &str) -> Result<Whole, Error> {
        decode(&Method::GET, [text.as_bytes()])
    }

    const VALID: &[&str] = &[
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x\r\nlo\r\n0\r\nA: 1\r\n\r\n",
        "HTTP/1.0 200 OK\r\n\r\nhello",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    ];

    #[test]
    fn every_split_gives_the_same_response() {
        for text in VALID {
            let whole = get(text).unwrap();
            assert_eq!(whole.body, b"hello", "{text:?}");
            let bytes = text.as_bytes();
            assert_eq!(decode(&Method::GET, bytes.chunks(1)).unwrap(), whole, "{text:?} byte by byte");
            for cut in 0..bytes.len() {
                assert_eq!(decode(&Method::GET, [&bytes[..cut], &bytes[cut..]]).unwrap(), whole, "{text:?} at {cut}");
            }
        }
    }

    #[test]
    fn every_cut_of_a_delimited_response_is_an_error() {
        for text in VALID.iter().filter(|text| text.starts_with("HTTP/1.1")) {
            for cut in 0..text.len() {
                let kind = get(&text[..cut]).unwrap_err().kind();
                let expected = if cut == 0 { ErrorKind::Connection } else { ErrorKind::Truncated };
                assert_eq!(kind, expected, "{text:?} cut at {cut}");
            }
        }
    }

    #[test]
    fn tells_whether_another_response_can_follow() {
        for (text, persistent, surplus) in [
            ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na", true, 0),
            ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nabc", true, 2),
            ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\na", false, 0),
            ("HTTP/1.1 200 OK\r\n\r\na", false, 0),
            ("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", false, 0),
            ("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\na", true, 0),
            ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", false, 0),
            ("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n", true, 0),
            ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n", false, 0),
        ] {
            let whole = get(text).unwrap();
            assert_eq!((whole.persistent, whole.surplus), (persistent, surplus), "{text:?}");
        }
    }

    #[test]
    fn a_response_to_head_has_no_body_whatever_it_says() {
        for fields in ["Content-Length: 5", "Transfer-Encoding: chunked", "A: 1"] {
            let text = format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n");
            assert_eq!(decode(&Method::HEAD, [text.as_bytes()]).unwrap().body, b"", "{fields}");
        }
    }

    #[test]
    fn limits_heads_and_interim_responses() {
        let padded = |length: usize| format!("HTTP/1.1 204 No Content\r\nA: {}\r\n\r\n", "x".repeat(length));
        assert!(get(&padded(90_000)).is_ok());
        let interim =
            |count: usize| "HTTP/1.1 102 Processing\r\n\r\n".repeat(count) + "HTTP/1.1 204 No Content\r\n\r\n";
        assert_eq!(get(&interim(MAX_INTERIM)).unwrap().statuses.len(), MAX_INTERIM + 1);
        for text in [padded(300_000), padded(300_000).trim_end().to_owned(), interim(MAX_INTERIM + 1)] {
            assert_eq!(get(&text).unwrap_err().kind(), ErrorKind::TooLarge);
        }
    }

    #[test]
    fn refuses_what_is_not_http_at_its_first_bytes() {
        for text in ["g", "<!doctype html>", "HTTP/2", "\r\n", "SSH-2.0-"] {
            assert_eq!(get(text).unwrap_err().kind(), ErrorKind::StatusLine, "{text:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_pieces_give_the_same_response(which in 0..VALID.len(), cuts in proptest::collection::vec(any::<u8>(), 1..8)) {
            let bytes = VALID[which].as_bytes();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| usize::from(cut) % bytes.len()).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let pieces = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]);
            prop_assert_eq!(decode(&Method::GET, pieces).ok(), decode(&Method::GET, [bytes]).ok());
        }

        #[test]
        fn any_bytes_end_without_a_panic(
            status in prop_oneof![Just("200"), Just("100"), Just("204")],
            field in prop_oneof![Just("Content-Length: 9"), Just("Transfer-Encoding: chunked"), Just("A: 1")],
            tail in proptest::collection::vec(any::<u8>(), 0..64),
            piece in 1_usize..16,
        ) {
            let mut bytes = format!("HTTP/1.1 {status} OK\r\n{field}\r\n\r\n").into_bytes();
            bytes.extend(&tail);
            let _ = decode(&Method::GET, bytes.chunks(piece));
            let _ = decode(&Method::GET, tail.chunks(piece));
        }
    }
}
