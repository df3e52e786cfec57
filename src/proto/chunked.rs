//! The chunked transfer coding (RFC 9112, 7.1), byte by byte, so that chunks may be cut
//! anywhere on their way.
//!
//! ```text
//! chunked-body   = *chunk last-chunk trailer-section CRLF
//! chunk          = chunk-size [ chunk-ext ] CRLF chunk-data CRLF
//! last-chunk     = 1*("0") [ chunk-ext ] CRLF
//!
//!         +----------------------------------------------------+
//!         v                                                    |
//! --> Size --> Extension --> SizeLf --> Data --> DataCr --> DataLf
//!                              | size 0
//!                              v
//!                           Trailers --> Done
//! ```

use std::ops::Range;

use crate::http::{Error, ErrorKind, Headers};

use super::head::parse_trailers;
use super::limits::{MAX_CHUNK_EXTENSION, MAX_HEAD};

/// The most digits of a chunk's size: what fits 64 bits.
const MAX_SIZE_DIGITS: u32 = 16;

/// How far one call of a decoder came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step<E> {
    /// How many bytes of the input are done with.
    pub consumed: usize,
    /// What was found in them; `None` asks for more input.
    pub event: Option<E>,
}

/// What a body is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyEvent {
    /// Bytes of the body: a range of the input, never empty.
    Data(Range<usize>),
    /// The body is whole; the fields that came after it.
    End(Headers),
}

/// Reads a chunked body.
///
/// ```
/// use rqtest::proto::{BodyEvent, ChunkedDecoder, Step};
///
/// let mut decoder = ChunkedDecoder::new();
/// let input = b"4\r\nRust\r\n0\r\n\r\n";
/// let step = decoder.decode(input)?;
/// assert_eq!(step, Step { consumed: 7, event: Some(BodyEvent::Data(3..7)) });
/// let step = decoder.decode(&input[7..])?;
/// assert_eq!((step.consumed, decoder.is_done()), (7, true));
/// # Ok::<(), rqtest::http::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct ChunkedDecoder {
    state: State,
    trailers: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Size { size: u64, digits: u32 },
    Extension { size: u64, kind: Extension, length: usize },
    SizeLf { size: u64 },
    Data { left: u64 },
    DataCr,
    DataLf,
    Trailers { line: usize },
    Done,
}

/// What stands after a chunk's size: white space, and then what comes after a semicolon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Extension {
    Space,
    Text,
}

impl Default for State {
    fn default() -> Self {
        Self::Size { size: 0, digits: 0 }
    }
}

impl ChunkedDecoder {
    /// A decoder at the first chunk's size.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads on, up to the end of a run of data or of the body.
    ///
    /// # Errors
    /// If the coding is broken, or an extension or the trailers are larger than is read.
    pub fn decode(&mut self, input: &[u8]) -> Result<Step<BodyEvent>, Error> {
        let mut at = 0;
        while let Some(&byte) = input.get(at) {
            match self.state {
                State::Done => break,
                State::Data { left } => {
                    let end = at + usize::try_from(left).map_or(input.len() - at, |left| left.min(input.len() - at));
                    let left = left - (end - at) as u64;
                    self.state = if left == 0 { State::DataCr } else { State::Data { left } };
                    return Ok(Step { consumed: end, event: Some(BodyEvent::Data(at..end)) });
                }
                _ => self.take(byte)?,
            }
            at += 1;
            if self.is_done() {
                let trailers = parse_trailers(&std::mem::take(&mut self.trailers))?;
                return Ok(Step { consumed: at, event: Some(BodyEvent::End(trailers)) });
            }
        }
        Ok(Step { consumed: at, event: None })
    }

    /// Whether the body is whole.
    pub fn is_done(&self) -> bool {
        matches!(self.state, State::Done)
    }

    /// Says that no more bytes will come.
    ///
    /// # Errors
    /// If the body is not whole.
    pub fn finish(&self) -> Result<(), Error> {
        let place = match self.state {
            State::Done => return Ok(()),
            State::Size { digits: 0, .. } => "before the last chunk of the body",
            State::Size { .. } | State::Extension { .. } | State::SizeLf { .. } => "within the size of a chunk",
            State::Data { .. } => "within a chunk of the body",
            State::DataCr | State::DataLf => "before the end of a chunk",
            State::Trailers { .. } => "after the last chunk, before the blank line that ends the body",
        };
        Err(Error::new(ErrorKind::Truncated, format!("the connection was closed {place}")))
    }

    fn take(&mut self, byte: u8) -> Result<(), Error> {
        self.state = match self.state {
            State::Size { size, digits } => size_byte(byte, size, digits)?,
            State::Extension { size, kind, length } => extension_byte(byte, size, kind, length)?,
            State::SizeLf { size: 0 } => expect(byte, b'\n', State::Trailers { line: 0 }, "the size of a chunk")?,
            State::SizeLf { size } => expect(byte, b'\n', State::Data { left: size }, "the size of a chunk")?,
            State::DataCr => expect(byte, b'\r', State::DataLf, "the data of a chunk")?,
            State::DataLf => expect(byte, b'\n', State::default(), "the data of a chunk")?,
            State::Trailers { line } => self.trailer_byte(byte, line)?,
            State::Data { .. } | State::Done => self.state,
        };
        Ok(())
    }

    /// Gathers trailers up to the blank line; `line` counts the bytes of the current one.
    fn trailer_byte(&mut self, byte: u8, line: usize) -> Result<State, Error> {
        self.trailers.push(byte);
        if self.trailers.len() > MAX_HEAD {
            return Err(Error::new(ErrorKind::TooLarge, format!("the trailers have more than {MAX_HEAD} bytes")));
        }
        if byte != b'\n' {
            return Ok(State::Trailers { line: line + 1 });
        }
        match (line, self.trailers.ends_with(b"\r\n")) {
            (_, false) => Err(Error::new(ErrorKind::Chunked, "a line after the last chunk ends in LF alone")),
            (1, true) => Ok(State::Done),
            (_, true) => Ok(State::Trailers { line: 0 }),
        }
    }
}

fn size_byte(byte: u8, size: u64, digits: u32) -> Result<State, Error> {
    if let Some(digit) = char::from(byte).to_digit(16) {
        let size = size << 4 | u64::from(digit);
        // A length beyond 2^63 is a mistake or an attack, and no body that could be read.
        if digits == MAX_SIZE_DIGITS || i64::try_from(size).is_err() {
            return Err(Error::new(ErrorKind::Chunked, "the size of a chunk is too large"));
        }
        return Ok(State::Size { size, digits: digits + 1 });
    }
    if digits == 0 {
        return Err(Error::new(
            ErrorKind::Chunked,
            format!("the size of a chunk begins with `{}`", byte.escape_ascii()),
        ));
    }
    extension_byte(byte, size, Extension::Space, 0)
}

fn extension_byte(byte: u8, size: u64, kind: Extension, length: usize) -> Result<State, Error> {
    if length > MAX_CHUNK_EXTENSION {
        return Err(Error::new(
            ErrorKind::TooLarge,
            format!("a chunk extension has more than {MAX_CHUNK_EXTENSION} bytes"),
        ));
    }
    let length = length + 1;
    match (byte, kind) {
        (b'\r', _) => Ok(State::SizeLf { size }),
        (b'\n', _) => Err(Error::new(ErrorKind::Chunked, "the size of a chunk ends in LF alone")),
        (b' ' | b'\t', _) => Ok(State::Extension { size, kind, length }),
        (b';', _) => Ok(State::Extension { size, kind: Extension::Text, length }),
        (_, Extension::Text) if !byte.is_ascii_control() => Ok(State::Extension { size, kind, length }),
        _ => {
            Err(Error::new(ErrorKind::Chunked, format!("the size of a chunk is followed by `{}`", byte.escape_ascii())))
        }
    }
}

fn expect(byte: u8, expected: u8, next: State, what: &str) -> Result<State, Error> {
    if byte == expected {
        return Ok(next);
    }
    Err(Error::new(ErrorKind::Chunked, format!("{what} is followed by `{}` and not by CRLF", byte.escape_ascii())))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Decodes pieces as they would arrive.
    fn decode(pieces: &[&[u8]]) -> Result<(Vec<u8>, Headers), Error> {
        let mut decoder = ChunkedDecoder::new();
        let mut body = Vec::new();
        for piece in pieces {
            let mut rest = *piece;
            while !rest.is_empty() {
                let step = decoder.decode(rest)?;
                match step.event {
                    Some(BodyEvent::Data(range)) => body.extend_from_slice(&rest[range]),
                    Some(BodyEvent::End(trailers)) => return Ok((body, trailers)),
                    None => assert_eq!(step.consumed, rest.len()),
                }
                rest = &rest[step.consumed..];
            }
        }
        decoder.finish()?;
        unreachable!("the end is an event");
    }

    #[test]
    fn accepts_extensions_spaces_and_trailers() {
        for text in [
            "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
            "3;name=value\r\nabc\r\n2;\r\nde\r\n000\r\n\r\n",
            "3 \r\nabc\r\n2 ; a = \"b;c\"\r\nde\r\n0 \r\n\r\n",
            "0000000000000003\r\nabc\r\n2\r\nde\r\n0;x\r\nA: 1\r\nB: 2\r\n\r\nsurplus",
        ] {
            for cut in 0..text.len() {
                let (first, second) = text.as_bytes().split_at(cut);
                assert_eq!(decode(&[first, second]).unwrap().0, b"abcde", "{text:?} cut at {cut}");
            }
        }
        let (_, trailers) = decode(&[b"0\r\nA: 1\r\nB: 2\r\n\r\n"]).unwrap();
        assert_eq!((trailers.text("a").as_deref(), trailers.text("b").as_deref()), (Some("1"), Some("2")));
    }

    #[test]
    fn refuses_what_is_broken() {
        for text in [
            "ZZ\r\n",
            "\r\n",
            "-5\r\nabcde\r\n",
            "0x5\r\n",
            "+5\r\n",
            " 5\r\n",
            "5 5\r\n",
            "5a b\r\n",
            "00000000000000005\r\nabcde\r\n",
            "8000000000000000\r\n",
            "FFFFFFFFFFFFFFFF\r\n",
            "3\nabc\n0\n\n",
            "3\r\nabcd\r\n",
            "3\r\nabc\n",
            "3\r\nabc0\r\n\r\n",
            "3;a\0b\r\n",
            "3\rabc",
            "0\r\n\n",
            "0\r\nA: 1\n\r\n",
        ] {
            assert_eq!(decode(&[text.as_bytes()]).unwrap_err().kind(), ErrorKind::Chunked, "{text:?}");
        }
        for text in ["0\r\nno colon\r\n\r\n", "0\r\n: empty\r\n\r\n"] {
            assert_eq!(decode(&[text.as_bytes()]).unwrap_err().kind(), ErrorKind::Protocol, "{text:?}");
        }
    }

    #[test]
    fn says_where_a_body_was_cut() {
        let text = b"3;x\r\nabc\r\n0\r\nA: 1\r\n\r\n";
        for cut in 0..text.len() {
            assert_eq!(decode(&[&text[..cut]]).unwrap_err().kind(), ErrorKind::Truncated, "cut at {cut}");
        }
        assert!(decode(&[b"3\r\nabc\r\n"]).unwrap_err().to_string().ends_with("before the last chunk of the body"));
    }

    #[test]
    fn limits_extensions_and_trailers() {
        let extension = |length: usize| format!("1;{}\r\na\r\n0\r\n\r\n", "x".repeat(length - 1));
        assert!(decode(&[extension(MAX_CHUNK_EXTENSION).as_bytes()]).is_ok());
        let trailers = format!("0\r\nA: {}\r\n\r\n", "x".repeat(MAX_HEAD));
        for text in [extension(MAX_CHUNK_EXTENSION + 2), trailers] {
            assert_eq!(decode(&[text.as_bytes()]).unwrap_err().kind(), ErrorKind::TooLarge);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn never_panics_and_always_moves(input in proptest::collection::vec(
            prop_oneof![Just(b'\r'), Just(b'\n'), Just(b'0'), Just(b'1'), Just(b';'), any::<u8>()], 0..64,
        )) {
            let mut decoder = ChunkedDecoder::new();
            let mut rest = &*input;
            while let Ok(step) = decoder.decode(rest) {
                prop_assert!(step.consumed > 0 || rest.is_empty() || decoder.is_done());
                if step.event.is_none() || decoder.is_done() {
                    break;
                }
                rest = &rest[step.consumed..];
            }
        }
    }
}
