//! Where the body of a response goes as it arrives, where it does not go into the response.

use std::io::{self, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use crate::http::{Headers, Status};
use crate::source::{Access, Draft, Existing};

use super::{Error, ErrorKind};

/// Takes a body as it arrives, decoded.
pub(super) trait Sink {
    /// Whether it takes the body of a response; where it does not, that stays in the response.
    fn takes(&mut self, _status: Status, _headers: &Headers) -> bool {
        true
    }

    /// Takes the next bytes, and says whether it wants more.
    fn take(&mut self, bytes: &[u8]) -> Result<ControlFlow<()>, Error>;

    /// Hears that there are no more, unless it wanted none.
    fn end(&mut self) -> Result<(), Error>;
}

/// A file that a body goes to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Output {
    /// Where it is; its folders are created.
    pub path: PathBuf,
    /// What becomes of a file that is there.
    pub existing: Existing,
}

impl Output {
    /// A file that is replaced if it is there.
    pub fn to(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), existing: Existing::Replace }
    }
}

/// A body that went to a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// Where it is: under a number of its own, where another file was to be kept.
    pub path: PathBuf,
    /// How many bytes it has.
    pub size: u64,
}

/// Hands on chunks of one size, and at the end what is left.
pub(super) struct Chunks<F> {
    size: usize,
    gathered: Vec<u8>,
    each: F,
    flow: ControlFlow<()>,
}

impl<F: FnMut(&[u8]) -> ControlFlow<()>> Chunks<F> {
    /// Chunks of so many bytes, but at least one.
    pub(super) fn new(size: usize, each: F) -> Self {
        Self { size: size.max(1), gathered: Vec::new(), each, flow: ControlFlow::Continue(()) }
    }
}

impl<F: FnMut(&[u8]) -> ControlFlow<()>> Sink for Chunks<F> {
    fn take(&mut self, mut bytes: &[u8]) -> Result<ControlFlow<()>, Error> {
        while self.flow.is_continue() && self.gathered.len() + bytes.len() >= self.size {
            let (missing, rest) = bytes.split_at(self.size - self.gathered.len());
            self.flow = match self.gathered.as_slice() {
                [] => (self.each)(missing),
                _ => {
                    self.gathered.extend_from_slice(missing);
                    (self.each)(&self.gathered)
                }
            };
            self.gathered.clear();
            bytes = rest;
        }
        self.gathered.extend_from_slice(bytes);
        Ok(self.flow)
    }

    fn end(&mut self) -> Result<(), Error> {
        if self.flow.is_continue() && !self.gathered.is_empty() {
            self.flow = (self.each)(&self.gathered);
        }
        Ok(())
    }
}

/// Hands on lines, without LF or CRLF, and at the end what no line break follows.
pub(super) struct Lines<F> {
    lines: LineDecoder,
    each: F,
    flow: ControlFlow<()>,
}

impl<F: FnMut(&[u8]) -> ControlFlow<()>> Lines<F> {
    pub(super) fn new(each: F) -> Self {
        Self { lines: LineDecoder::default(), each, flow: ControlFlow::Continue(()) }
    }
}

impl<F: FnMut(&[u8]) -> ControlFlow<()>> Sink for Lines<F> {
    fn take(&mut self, bytes: &[u8]) -> Result<ControlFlow<()>, Error> {
        if self.flow.is_continue() {
            self.flow = self.lines.push(bytes, &mut self.each);
        }
        Ok(self.flow)
    }

    fn end(&mut self) -> Result<(), Error> {
        if self.flow.is_continue() {
            self.flow = self.lines.finish(&mut self.each);
        }
        Ok(())
    }
}

/// Lines that end with LF or CRLF, from bytes as they arrive.
#[derive(Debug, Default)]
pub(super) struct LineDecoder {
    /// The line that has no end yet.
    begun: Vec<u8>,
}

impl LineDecoder {
    /// Hands over every line that is whole, until one is the last that is wanted.
    pub(super) fn push(&mut self, mut bytes: &[u8], each: &mut dyn FnMut(&[u8]) -> ControlFlow<()>) -> ControlFlow<()> {
        while let Some(at) = bytes.iter().position(|&byte| byte == b'\n') {
            self.begun.extend_from_slice(&bytes[..at]);
            self.hand_over(each)?;
            bytes = &bytes[at + 1..];
        }
        self.begun.extend_from_slice(bytes);
        ControlFlow::Continue(())
    }

    /// Hands over what no line break follows, if there is anything.
    pub(super) fn finish(&mut self, each: &mut dyn FnMut(&[u8]) -> ControlFlow<()>) -> ControlFlow<()> {
        if self.begun.is_empty() { ControlFlow::Continue(()) } else { self.hand_over(each) }
    }

    /// How much of a line there is that has no end yet.
    pub(super) fn begun(&self) -> usize {
        self.begun.len()
    }

    fn hand_over(&mut self, each: &mut dyn FnMut(&[u8]) -> ControlFlow<()>) -> ControlFlow<()> {
        let flow = each(self.begun.strip_suffix(b"\r").unwrap_or(&self.begun));
        self.begun.clear();
        flow
    }
}

/// A file in the making. Where its body does not become whole, neither does it.
pub(super) struct Saving {
    output: Output,
    draft: Draft,
    size: u64,
}

impl Saving {
    /// Begins the file, before anything is sent: it may not be possible.
    pub(super) fn begin(output: &Output) -> Result<Self, Error> {
        let draft = Draft::create(&output.path, Access::Usual).map_err(|error| unwritable(&output.path, error))?;
        Ok(Self { output: output.clone(), draft, size: 0 })
    }

    /// Puts the file in its place.
    pub(super) fn place(self) -> Result<Saved, Error> {
        let Self { output, draft, size } = self;
        let path = draft.place(output.existing).map_err(|error| unwritable(&output.path, error))?;
        Ok(Saved { path, size })
    }
}

impl Sink for Saving {
    fn take(&mut self, bytes: &[u8]) -> Result<ControlFlow<()>, Error> {
        self.draft.write_all(bytes).map_err(|error| unwritable(&self.output.path, error))?;
        self.size += bytes.len() as u64;
        Ok(ControlFlow::Continue(()))
    }

    fn end(&mut self) -> Result<(), Error> {
        Ok(())
    }
}

fn unwritable(path: &Path, error: io::Error) -> Error {
    Error::new(ErrorKind::Output, format!("cannot write {}: {error}", path.display())).with_source(error)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a sink hands on of pieces, until it has handed on so many.
    fn handed_on<S: Sink>(
        pieces: &[&[u8]],
        make: impl FnOnce(Box<dyn FnMut(&[u8]) -> ControlFlow<()>>) -> S,
        most: usize,
    ) -> Vec<Vec<u8>> {
        let found = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
        let kept = std::rc::Rc::clone(&found);
        let mut sink = make(Box::new(move |piece| {
            kept.borrow_mut().push(piece.to_vec());
            if kept.borrow().len() < most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        }));
        for piece in pieces {
            if sink.take(piece).unwrap().is_break() {
                break;
            }
        }
        sink.end().unwrap();
        drop(sink);
        std::rc::Rc::into_inner(found).unwrap().into_inner()
    }

    #[test]
    fn hands_on_lines() {
        for (pieces, expected) in [
            (&[&b"a\r\nb\n\nc"[..]][..], &["a", "b", "", "c"][..]),
            (&[b"a\r", b"\n", b"b", b"c\n"], &["a", "bc"]),
            (&[b"a\rb\n\r"], &["a\rb", ""]),
            (&[b""], &[]),
        ] {
            let found = handed_on(pieces, Lines::new, usize::MAX);
            assert_eq!(found, expected.iter().map(|line| line.as_bytes().to_vec()).collect::<Vec<_>>());
        }
        assert_eq!(handed_on(&[b"a\nb\nc\nd", b"e\n"], Lines::new, 2), [b"a", b"b"]);
    }

    #[test]
    fn stops_handing_on_chunks_where_they_are_enough() {
        assert_eq!(handed_on(&[b"abcdefg"], |each| Chunks::new(2, each), 2), [b"ab", b"cd"]);
        assert_eq!(handed_on(&[b"ab"], |each| Chunks::new(0, each), 9), [b"a", b"b"]);
    }

    proptest! {
        #[test]
        fn hands_on_chunks_of_one_size(bytes in proptest::collection::vec(any::<u8>(), 0..99), size in 1..20usize, step in 1..30usize) {
            let pieces: Vec<&[u8]> = bytes.chunks(step).collect();
            let expected: Vec<Vec<u8>> = bytes.chunks(size).map(<[u8]>::to_vec).collect();
            prop_assert_eq!(handed_on(&pieces, |each| Chunks::new(size, each), usize::MAX), expected);
        }
    }
}
