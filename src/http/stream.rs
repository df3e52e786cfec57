//! Bytes that are made while they are sent, so that nobody has to hold all of them.

use std::fmt;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

/// A source of bytes that are read while they are sent.
#[derive(Clone)]
pub struct Stream {
    source: Arc<Source>,
    length: Option<u64>,
}

type Reader = Box<dyn Read + Send>;

enum Source {
    /// Makes a reader each time.
    Any(Box<dyn Fn() -> Reader + Send + Sync>),
    /// Has one reader, until it is taken.
    One(Mutex<Option<Reader>>),
}

impl Stream {
    /// What a reader gives, once.
    pub(super) fn once(reader: impl Read + Send + 'static) -> Self {
        Self::new(Source::One(Mutex::new(Some(Box::new(reader)))))
    }

    /// What a reader gives that is made anew each time.
    pub(super) fn again<R: Read + Send + 'static>(make: impl Fn() -> R + Send + Sync + 'static) -> Self {
        Self::new(Source::Any(Box::new(move || Box::new(make()))))
    }

    fn new(source: Source) -> Self {
        Self { source: Arc::new(source), length: None }
    }

    /// The same with its length in bytes, to which it will be held.
    pub(super) fn with_length(self, length: u64) -> Self {
        Self { length: Some(length), ..self }
    }

    /// The length in bytes, where it is known.
    pub fn len(&self) -> Option<u64> {
        self.length
    }

    /// Whether it is known that there is nothing to be read.
    pub fn is_empty(&self) -> bool {
        self.length == Some(0)
    }

    /// Whether it can be read any number of times.
    pub fn is_repeatable(&self) -> bool {
        matches!(*self.source, Source::Any(_))
    }

    /// The reader; nothing where there was one only, and it was taken before.
    pub fn open(&self) -> Option<Reader> {
        match &*self.source {
            Source::Any(make) => Some(make()),
            Source::One(reader) => reader.lock().unwrap_or_else(PoisonError::into_inner).take(),
        }
    }

    /// Whether [`Stream::open`] has nothing more to give.
    pub fn is_spent(&self) -> bool {
        match &*self.source {
            Source::Any(_) => false,
            Source::One(reader) => reader.lock().unwrap_or_else(PoisonError::into_inner).is_none(),
        }
    }
}

/// Two are equal when they are one.
impl PartialEq for Stream {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.source, &other.source) && self.length == other.length
    }
}

impl Eq for Stream {}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").field("length", &self.length).finish_non_exhaustive()
    }
}

/// Reads one item of an iterator after the other.
pub(super) struct Items<I, T> {
    items: I,
    current: Option<(T, usize)>,
}

impl<I, T> Items<I, T> {
    pub(super) fn new(items: I) -> Self {
        Self { items, current: None }
    }
}

impl<I: Iterator<Item = T>, T: AsRef<[u8]>> Read for Items<I, T> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        while !room.is_empty() {
            if let Some((item, taken)) = &mut self.current {
                let count = (&item.as_ref()[*taken..]).read(room)?;
                *taken += count;
                if count > 0 {
                    return Ok(count);
                }
            }
            match self.items.next() {
                Some(item) => self.current = Some((item, 0)),
                None => return Ok(0),
            }
        }
        Ok(0)
    }
}
