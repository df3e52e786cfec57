//! What a request carries: a sequence of segments, in memory, in files, or made while they
//! are sent, so that a large upload is streamed.

use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use super::stream::{Items, Stream};

/// A body. It can be sent any number of times, unless there is a reader in it that can be
/// read but once: see [`Body::from_reader`].
///
/// ```
/// use rqtest::client::{Answer, InMemory, Session};
/// use rqtest::http::Body;
///
/// let framing = InMemory::new(|request| Answer::ok(&*request.headers.text("Transfer-Encoding").unwrap_or_default()));
/// let session = Session::with_adapter(framing);
/// let lines = (1..=3).map(|number| format!("line {number}\n"));
/// let response = session.post("http://localhost/").body(Body::from_chunks(lines)).send()?;
/// assert_eq!(response.text()?, "chunked");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    segments: Vec<Segment>,
}

/// A piece of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Bytes in memory.
    Bytes(Arc<[u8]>),
    /// A file, read while it is sent.
    File {
        /// Where it is.
        path: PathBuf,
        /// Its length in bytes when the request was made.
        length: u64,
    },
    /// Bytes that are made while they are sent.
    Stream(Stream),
}

impl Body {
    /// No body at all.
    pub const EMPTY: Self = Self { segments: Vec::new() };

    /// A body of these segments, in order.
    pub fn new(segments: Vec<Segment>) -> Self {
        Self { segments }
    }

    /// What a reader gives, which can be sent once: where it would have to be sent again, after
    /// a redirect 307 or 308 or a challenge, that is an error. See [`Body::from_fn`].
    pub fn from_reader(reader: impl Read + Send + 'static) -> Self {
        Self::new(vec![Segment::Stream(Stream::once(reader))])
    }

    /// What a reader gives that is made anew each time that the body is sent.
    pub fn from_fn<R: Read + Send + 'static>(make: impl Fn() -> R + Send + Sync + 'static) -> Self {
        Self::new(vec![Segment::Stream(Stream::again(make))])
    }

    /// What an iterator gives, each item sent off as soon as it is there; once, as [`Body::from_reader`].
    pub fn from_chunks<T>(chunks: impl IntoIterator<Item = T, IntoIter: Send + 'static>) -> Self
    where
        T: AsRef<[u8]> + Send + 'static,
    {
        Self::from_reader(Items::new(chunks.into_iter()))
    }

    /// The same body with the length in bytes of what its reader gives, so that it is announced
    /// and not sent in chunks. A reader that gives more or less is then an error.
    #[must_use]
    pub fn with_length(self, length: u64) -> Self {
        let segments = self.segments.into_iter().map(|segment| match segment {
            Segment::Stream(stream) => Segment::Stream(stream.with_length(length)),
            other => other,
        });
        Self { segments: segments.collect() }
    }

    /// The segments, in order.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Whether there is no body; one of zero bytes is a body.
    pub fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    /// The length in bytes, where it is known before all of it was read.
    pub fn len(&self) -> Option<u64> {
        self.segments.iter().map(Segment::len).sum()
    }

    /// Whether it can be sent any number of times.
    pub fn is_repeatable(&self) -> bool {
        self.streams().all(Stream::is_repeatable)
    }

    /// Whether it was sent, and cannot be sent again.
    pub fn is_spent(&self) -> bool {
        self.streams().any(Stream::is_spent)
    }

    fn streams(&self) -> impl Iterator<Item = &Stream> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Stream(stream) => Some(stream),
            Segment::Bytes(_) | Segment::File { .. } => None,
        })
    }

    /// The bytes, where all of them are in memory.
    pub fn in_memory(&self) -> Option<Vec<u8>> {
        self.segments.iter().try_fold(Vec::new(), |mut bytes, segment| match segment {
            Segment::Bytes(piece) => {
                bytes.extend_from_slice(piece);
                Some(bytes)
            }
            Segment::File { .. } | Segment::Stream(_) => None,
        })
    }
}

impl Segment {
    /// The length in bytes, where it is known.
    #[expect(clippy::len_without_is_empty, reason = "an empty segment is of no interest")]
    pub fn len(&self) -> Option<u64> {
        match self {
            Self::Bytes(bytes) => Some(bytes.len() as u64),
            Self::File { length, .. } => Some(*length),
            Self::Stream(stream) => stream.len(),
        }
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self::new(vec![Segment::Bytes(bytes.into())])
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        text.into_bytes().into()
    }
}

impl From<&str> for Body {
    fn from(text: &str) -> Self {
        text.as_bytes().to_vec().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &Body) -> Option<Vec<u8>> {
        let [Segment::Stream(stream)] = body.segments() else { return None };
        let mut bytes = Vec::new();
        stream.open()?.read_to_end(&mut bytes).unwrap();
        Some(bytes)
    }

    #[test]
    fn a_reader_is_read_once_and_a_function_makes_one_each_time() {
        let once = Body::from_reader(&b"abc"[..]);
        let again = Body::from_fn(|| &b"abc"[..]);
        assert_eq!((once.is_repeatable(), once.is_spent(), again.is_repeatable()), (false, false, true));
        // A clone is the same body.
        assert_eq!((read(&once.clone()).as_deref(), read(&once)), (Some(&b"abc"[..]), None));
        assert_eq!(read(&again), read(&again));
        assert_eq!((once.is_spent(), again.is_spent()), (true, false));
    }

    #[test]
    fn the_length_is_known_where_all_of_it_is() {
        let reader = || Body::from_reader(&b"abc"[..]);
        assert_eq!((reader().len(), reader().with_length(3).len(), Body::EMPTY.len()), (None, Some(3), Some(0)));
        let mut segments = Body::from("ab").segments().to_vec();
        segments.extend_from_slice(reader().with_length(3).segments());
        assert_eq!(Body::new(segments).len(), Some(5));
    }

    #[test]
    fn an_iterator_is_read_item_by_item() {
        let body = Body::from_chunks(["ab", "", "cde"]);
        let [Segment::Stream(stream)] = body.segments() else { panic!("{body:?}") };
        let mut reader = stream.open().unwrap();
        let mut room = [0; 2];
        let mut pieces = Vec::new();
        while let count @ 1.. = reader.read(&mut room).unwrap() {
            pieces.push(String::from_utf8_lossy(&room[..count]).into_owned());
        }
        assert_eq!(pieces, ["ab", "cd", "e"]);
    }
}
