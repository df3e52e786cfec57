//! What was read from a wire and not yet consumed, in one piece.

use std::io::{self, Read};

/// The room for one read; it grows for a head that does not fit.
const ROOM: usize = 32 * 1024;

/// A buffer that lives as long as its connection.
#[derive(Debug)]
pub(super) struct Input {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
}

impl Input {
    /// An empty buffer.
    pub(super) fn new() -> Self {
        Self { bytes: vec![0; ROOM], start: 0, end: 0 }
    }

    /// What is there to be consumed.
    pub(super) fn unread(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    /// Takes bytes off the front.
    pub(super) fn consume(&mut self, count: usize) {
        self.start += count;
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        }
    }

    /// Reads once, after what is there; 0 is the end of the stream.
    pub(super) fn fill(&mut self, reader: &mut (impl Read + ?Sized)) -> io::Result<usize> {
        if self.end == self.bytes.len() {
            self.make_room();
        }
        let count = reader.read(&mut self.bytes[self.end..])?;
        self.end += count;
        Ok(count)
    }

    fn make_room(&mut self) {
        if self.start == 0 {
            self.bytes.resize(self.bytes.len() * 2, 0);
            return;
        }
        self.bytes.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
    }

    /// Gives back what an unusually large head took.
    pub(super) fn shrink(&mut self) {
        if self.bytes.len() > ROOM && self.end <= ROOM {
            self.bytes.truncate(ROOM);
            self.bytes.shrink_to_fit();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_is_unread_and_grows_only_for_it() {
        let mut input = Input::new();
        let stream: Vec<u8> = (0..5 * ROOM).map(|at| at as u8).collect();
        let mut reader = &*stream;
        while input.unread().len() < 2 * ROOM {
            input.fill(&mut reader).unwrap();
        }
        assert_eq!(input.unread(), &stream[..2 * ROOM]);
        input.consume(2 * ROOM - 10);
        input.fill(&mut reader).unwrap();
        assert_eq!(input.unread(), &stream[2 * ROOM - 10..4 * ROOM - 10]);
        input.consume(2 * ROOM);
        input.shrink();
        assert_eq!(input.bytes.len(), ROOM);
        assert_eq!(input.unread(), b"");
    }
}
