//! The codings `gzip` (RFC 1952) and `deflate` (RFC 1950), and the bare deflate stream
//! (RFC 1951) that some servers send under that name.
//!
//! ```text
//! Start --two bytes--> Inside --end of gzip member--> Start
//!   |                    '-----end of deflate-------> Ended
//!   '---------no further gzip member----------------> Ended
//! ```

use std::fmt;

use flate2::{Decompress, FlushDecompress, Status};

use super::{CHUNK, Error, Output, decode_error, truncated};

/// The window that every stream may use: 32 KiB.
const WINDOW_BITS: u8 = 15;

/// What each gzip member starts with (RFC 1952, 2.3.1).
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Inflates a body as it arrives.
pub(super) struct Inflate {
    format: Format,
    state: State,
    inflater: Decompress,
    /// The first bytes of a stream or member, until there are two.
    start: Vec<u8>,
    members: usize,
    buffer: Box<[u8]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Gzip,
    Deflate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Start,
    Inside,
    Ended { garbage: bool },
}

impl Inflate {
    /// All members of a gzip file, one after the other.
    pub(super) fn gzip() -> Self {
        Self::new(Format::Gzip)
    }

    /// A zlib stream, or a bare deflate stream.
    pub(super) fn deflate() -> Self {
        Self::new(Format::Deflate)
    }

    fn new(format: Format) -> Self {
        Self {
            format,
            state: State::Start,
            inflater: Decompress::new(true),
            start: Vec::with_capacity(GZIP_MAGIC.len()),
            members: 0,
            buffer: vec![0; CHUNK].into(),
        }
    }

    pub(super) fn push(&mut self, mut bytes: &[u8], output: &mut Output<'_>) -> Result<(), Error> {
        while !bytes.is_empty() {
            match &mut self.state {
                State::Start => {
                    self.start.push(bytes[0]);
                    bytes = &bytes[1..];
                    if let &[first, second] = self.start.as_slice() {
                        self.start.clear();
                        self.begin([first, second], output)?;
                    }
                }
                State::Inside => bytes = &bytes[self.inflate(bytes, output)?..],
                State::Ended { garbage } => {
                    *garbage = true;
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    pub(super) fn finish(&self) -> Result<Option<&'static str>, Error> {
        let garbage = match self.state {
            State::Inside => return Err(truncated(self.format.name())),
            State::Start if self.members == 0 && !self.start.is_empty() => return Err(truncated(self.format.name())),
            State::Start => !self.start.is_empty(),
            State::Ended { garbage } => garbage,
        };
        Ok(garbage.then(|| self.format.garbage_warning()))
    }

    /// Decides by the first two bytes what follows, and reads them again as its part.
    fn begin(&mut self, start: [u8; 2], output: &mut Output<'_>) -> Result<(), Error> {
        self.inflater = match self.format {
            Format::Gzip if start == GZIP_MAGIC => Decompress::new_gzip(WINDOW_BITS),
            Format::Gzip if self.members > 0 => {
                self.state = State::Ended { garbage: true };
                return Ok(());
            }
            Format::Gzip => return Err(decode_error("the body is not gzip: it does not begin as gzip does")),
            Format::Deflate => Decompress::new(is_zlib_header(start)),
        };
        self.state = State::Inside;
        self.inflate(&start, output).map(|_| ())
    }

    /// Inflates up to the end of the bytes or of the stream, and says how many bytes that took.
    fn inflate(&mut self, bytes: &[u8], output: &mut Output<'_>) -> Result<usize, Error> {
        let mut taken = 0;
        loop {
            let (read, written) = (self.inflater.total_in(), self.inflater.total_out());
            let status = self
                .inflater
                .decompress(&bytes[taken..], &mut self.buffer, FlushDecompress::None)
                .map_err(|error| self.format.error(error.message()))?;
            let produced = difference(self.inflater.total_out(), written);
            let consumed = difference(self.inflater.total_in(), read);
            taken += consumed;
            output(&self.buffer[..produced])?;
            if status == Status::StreamEnd {
                self.end();
                return Ok(taken);
            }
            let stuck = produced == 0 && consumed == 0;
            if stuck || (taken == bytes.len() && produced < self.buffer.len()) {
                return Ok(bytes.len());
            }
        }
    }

    fn end(&mut self) {
        self.members += 1;
        self.state = match self.format {
            Format::Gzip => State::Start,
            Format::Deflate => State::Ended { garbage: false },
        };
    }
}

impl fmt::Debug for Inflate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inflate").field("format", &self.format).field("state", &self.state).finish_non_exhaustive()
    }
}

impl Format {
    fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate => "deflate",
        }
    }

    fn garbage_warning(self) -> &'static str {
        match self {
            Self::Gzip => "bytes after the end of the gzip body are ignored",
            Self::Deflate => "bytes after the end of the deflate body are ignored",
        }
    }

    fn error(self, reason: Option<&str>) -> Error {
        decode_error(format!("the body is not valid {}: {}", self.name(), reason.unwrap_or("its data is corrupt")))
    }
}

/// RFC 1950, 2.2: the method is 8, and both bytes together are a multiple of 31. No
/// encoder writes a bare deflate stream that begins like this.
fn is_zlib_header(start: [u8; 2]) -> bool {
    start[0] & 0x0f == 8 && u16::from_be_bytes(start).is_multiple_of(31)
}

fn difference(after: u64, before: u64) -> usize {
    usize::try_from(after - before).expect("one step is smaller than its buffers")
}
