//! The coding `br` (RFC 7932).

use std::fmt;

use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState, StandardAlloc};

use super::{CHUNK, Error, Output, decode_error, truncated};

/// Undoes Brotli as it arrives.
pub(super) struct Brotli {
    decoder: BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>,
    state: State,
    buffer: Box<[u8]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Inside,
    Ended { garbage: bool },
}

impl Brotli {
    pub(super) fn new() -> Self {
        let allocator = StandardAlloc::default;
        Self {
            // Strict: without the windows of up to 1 GiB that RFC 7932 does not know.
            decoder: BrotliState::new_strict(allocator(), allocator(), allocator()),
            state: State::Inside,
            buffer: vec![0; CHUNK].into(),
        }
    }

    pub(super) fn push(&mut self, bytes: &[u8], output: &mut Output<'_>) -> Result<(), Error> {
        let (mut left, mut taken) = (bytes.len(), 0);
        while let State::Inside = self.state {
            let (mut room, mut written, mut total) = (self.buffer.len(), 0, 0);
            let result = BrotliDecompressStream(
                &mut left,
                &mut taken,
                bytes,
                &mut room,
                &mut written,
                &mut self.buffer,
                &mut total,
                &mut self.decoder,
            );
            output(&self.buffer[..written])?;
            match result {
                BrotliResult::NeedsMoreOutput => {}
                BrotliResult::NeedsMoreInput => return Ok(()),
                BrotliResult::ResultSuccess => self.state = State::Ended { garbage: false },
                BrotliResult::ResultFailure => return Err(decode_error("the body is not valid Brotli")),
            }
        }
        if left > 0 {
            self.state = State::Ended { garbage: true };
        }
        Ok(())
    }

    pub(super) fn finish(&self) -> Result<Option<&'static str>, Error> {
        match self.state {
            State::Inside => Err(truncated("Brotli")),
            State::Ended { garbage } => Ok(garbage.then_some("bytes after the end of the Brotli body are ignored")),
        }
    }
}

impl fmt::Debug for Brotli {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Brotli").field("state", &self.state).finish_non_exhaustive()
    }
}
