//! The coding `zstd` (RFC 8878, RFC 9659): frames, each of blocks, and frames to skip.
//!
//! ```text
//! Frame --header--> Blocks --last block--> Frame
//!   |--skippable frame--> Skip --its end--> Frame
//!   '--no further frame--> Garbage
//! ```

use std::fmt;
use std::io::Read as _;

use ruzstd::decoding::errors::FrameDecoderError;
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::{CHUNK, Error, Output, decode_error, truncated};

/// The largest window that a content coding may ask for (RFC 9659, 3).
const MAX_WINDOW: u64 = 8 * 1024 * 1024;

/// What a frame starts with (RFC 8878, 3.1.1).
const MAGIC: u32 = 0xFD2F_B528;

/// What a frame to skip starts with, but for its last four bits (RFC 8878, 3.1.2).
const SKIPPABLE_MAGIC: u32 = 0x184D_2A50;

/// Undoes Zstandard as it arrives, a block at a time.
pub(super) struct Zstd {
    decoder: FrameDecoder,
    state: State,
    /// What has arrived of the next header or block.
    pending: Vec<u8>,
    frames: usize,
    buffer: Box<[u8]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Frame,
    Blocks { checksum: bool },
    Skip { left: u64 },
    Garbage,
}

impl Zstd {
    pub(super) fn new() -> Self {
        let mut decoder = FrameDecoder::new();
        decoder.set_max_window_size(MAX_WINDOW);
        Self { decoder, state: State::Frame, pending: Vec::new(), frames: 0, buffer: vec![0; CHUNK].into() }
    }

    pub(super) fn push(&mut self, bytes: &[u8], output: &mut Output<'_>) -> Result<(), Error> {
        let mut pending = std::mem::take(&mut self.pending);
        pending.extend_from_slice(bytes);
        let mut rest = pending.as_slice();
        while let Some(taken) = self.step(rest, output)? {
            rest = &rest[taken..];
        }
        let taken = pending.len() - rest.len();
        pending.drain(..taken);
        self.pending = pending;
        Ok(())
    }

    pub(super) fn finish(&self) -> Result<Option<&'static str>, Error> {
        let garbage = match self.state {
            State::Frame if self.frames > 0 => !self.pending.is_empty(),
            State::Garbage => true,
            State::Frame | State::Blocks { .. } | State::Skip { .. } => return Err(truncated("Zstandard")),
        };
        Ok(garbage.then_some("bytes after the end of the Zstandard body are ignored"))
    }

    /// Takes the next header or block where it is there as a whole, and says how long it was.
    fn step(&mut self, bytes: &[u8], output: &mut Output<'_>) -> Result<Option<usize>, Error> {
        match self.state {
            State::Frame => self.begin_frame(bytes),
            State::Blocks { checksum } => self.decode_block(bytes, checksum, output),
            State::Skip { left } => Ok(self.skip(bytes, left)),
            State::Garbage => Ok((!bytes.is_empty()).then_some(bytes.len())),
        }
    }

    fn begin_frame(&mut self, bytes: &[u8]) -> Result<Option<usize>, Error> {
        let Some(magic) = little_endian(bytes) else {
            return Ok(None);
        };
        match magic {
            MAGIC => self.read_frame_header(bytes),
            _ if magic & !0xf == SKIPPABLE_MAGIC => {
                let length = little_endian(&bytes[4..]);
                Ok(length.map(|length| {
                    self.state = State::Skip { left: length.into() };
                    8
                }))
            }
            _ if self.frames > 0 => {
                self.state = State::Garbage;
                Ok(Some(bytes.len()))
            }
            _ => Err(decode_error("the body is not Zstandard: it does not begin as Zstandard does")),
        }
    }

    fn read_frame_header(&mut self, bytes: &[u8]) -> Result<Option<usize>, Error> {
        let Some(&descriptor) = bytes.get(4) else {
            return Ok(None);
        };
        let length = frame_header_length(descriptor);
        let Some(header) = bytes.get(..length) else {
            return Ok(None);
        };
        self.decoder.reset(header).map_err(|error| invalid(&error))?;
        self.state = State::Blocks { checksum: descriptor & 0b100 != 0 };
        Ok(Some(length))
    }

    /// ```text
    /// block header, 3 bytes, little-endian (RFC 8878, 3.1.1.2):
    ///   bit 0 last block · bits 1-2 type (1 repeats one byte) · bits 3-23 size
    /// ```
    fn decode_block(&mut self, bytes: &[u8], checksum: bool, output: &mut Output<'_>) -> Result<Option<usize>, Error> {
        let &[first, second, third, ..] = bytes else {
            return Ok(None);
        };
        let header = u32::from_le_bytes([first, second, third, 0]);
        let size = if header >> 1 & 0b11 == 1 { 1 } else { (header >> 3) as usize };
        let trailer = if header & 1 == 1 && checksum { 4 } else { 0 };
        let Some(block) = bytes.get(..3 + size + trailer) else {
            return Ok(None);
        };
        self.decoder.decode_blocks(block, BlockDecodingStrategy::UptoBlocks(1)).map_err(|error| invalid(&error))?;
        self.hand_on(output)?;
        if self.decoder.is_finished() {
            self.end_frame()?;
        }
        Ok(Some(block.len()))
    }

    fn hand_on(&mut self, output: &mut Output<'_>) -> Result<(), Error> {
        while self.decoder.can_collect() > 0 {
            let length = self
                .decoder
                .read(&mut self.buffer)
                .map_err(|error| decode_error(format!("the body is not valid Zstandard: {error}")))?;
            output(&self.buffer[..length])?;
        }
        Ok(())
    }

    fn end_frame(&mut self) -> Result<(), Error> {
        let expected = self.decoder.get_checksum_from_data();
        if expected.is_some() && expected != self.decoder.get_calculated_checksum() {
            return Err(decode_error("the body is not valid Zstandard: its checksum does not match"));
        }
        self.frames += 1;
        self.state = State::Frame;
        Ok(())
    }

    fn skip(&mut self, bytes: &[u8], left: u64) -> Option<usize> {
        let taken = usize::try_from(left).map_or(bytes.len(), |left| left.min(bytes.len()));
        let left = left - taken as u64;
        if left == 0 {
            self.frames += 1;
            self.state = State::Frame;
            return Some(taken);
        }
        self.state = State::Skip { left };
        (taken > 0).then_some(taken)
    }
}

impl fmt::Debug for Zstd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Zstd").field("state", &self.state).field("frames", &self.frames).finish_non_exhaustive()
    }
}

/// ```text
/// magic 4 · descriptor 1 · window 0-1 · dictionary 0-4 · content size 0-8 (RFC 8878, 3.1.1.1)
/// ```
fn frame_header_length(descriptor: u8) -> usize {
    let single_segment = descriptor & 0b10_0000 != 0;
    let window = usize::from(!single_segment);
    let dictionary = [0, 1, 2, 4][usize::from(descriptor & 0b11)];
    let content_size = match descriptor >> 6 {
        0 => usize::from(single_segment),
        flag => 1 << flag,
    };
    5 + window + dictionary + content_size
}

fn little_endian(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk().map(|&bytes| u32::from_le_bytes(bytes))
}

fn invalid(error: &FrameDecoderError) -> Error {
    decode_error(format!("the body is not valid Zstandard: {error}"))
}
