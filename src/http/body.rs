//! What a request carries: a sequence of segments, in memory or in files, so
//! that a large upload is streamed and can be sent again.

use std::path::PathBuf;
use std::sync::Arc;

/// A body that can be sent any number of times.
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
}

impl Body {
    /// No body at all.
    pub const EMPTY: Self = Self { segments: Vec::new() };

    /// A body of these segments, in order.
    pub fn new(segments: Vec<Segment>) -> Self {
        Self { segments }
    }

    /// The segments, in order.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Whether there is no body; one of zero bytes is a body.
    pub fn is_empty(&self) -> bool {
        self.segments.is_empty()
    }

    /// The length in bytes.
    pub fn len(&self) -> u64 {
        self.segments.iter().map(Segment::len).sum()
    }

    /// The bytes, where all of them are in memory.
    pub fn in_memory(&self) -> Option<Vec<u8>> {
        self.segments.iter().try_fold(Vec::new(), |mut bytes, segment| match segment {
            Segment::Bytes(piece) => {
                bytes.extend_from_slice(piece);
                Some(bytes)
            }
            Segment::File { .. } => None,
        })
    }
}

impl Segment {
    /// The length in bytes.
    #[expect(clippy::len_without_is_empty, reason = "an empty segment is of no interest")]
    pub fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File { length, .. } => *length,
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
