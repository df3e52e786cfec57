//! A text with its name, and the places in it.

use std::fmt;
use std::ops::{Deref, Range};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// A text that was read, and the path that it is known by in messages.
///
/// A byte order mark is left out of the text; offsets count from after it.
pub struct SourceFile {
    path: PathBuf,
    text: String,
    private: bool,
    line_starts: OnceLock<Vec<u32>>,
}

impl SourceFile {
    /// Wraps a text under the path that messages will show.
    ///
    /// # Panics
    /// If the text has 4 GiB or more; [`super::read_source`] refuses such files.
    pub fn new(path: impl Into<PathBuf>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self::of(path.into(), text.into(), false))
    }

    /// As [`SourceFile::new`], for a text that no message may quote.
    pub fn private(path: impl Into<PathBuf>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self::of(path.into(), text.into(), true))
    }

    fn of(path: PathBuf, mut text: String, private: bool) -> Self {
        if text.starts_with('\u{feff}') {
            text.drain(..'\u{feff}'.len_utf8());
        }
        assert!(u32::try_from(text.len()).is_ok(), "a source text is under 4 GiB");
        Self { path, text, private, line_starts: OnceLock::new() }
    }

    /// Whether no message may quote the text.
    pub fn is_private(&self) -> bool {
        self.private
    }

    /// The path as messages show it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The place of a byte range of this text. Of a range that lies outside of it or within a
    /// character, the nearest place that holds all of it there is.
    pub fn span(self: &Arc<Self>, range: Range<usize>) -> Span {
        let start = self.text.floor_char_boundary(range.start);
        let end = self.text.ceil_char_boundary(range.end).max(start);
        Span { source: Arc::clone(self), start: start as u32, end: end as u32 }
    }

    /// The line and column of a byte offset, both from 1; columns count characters.
    pub fn location(&self, offset: usize) -> Location {
        let starts = self.line_starts();
        let line = starts.partition_point(|&start| start as usize <= offset);
        let start = starts[line - 1] as usize;
        let column = self.text[start..].char_indices().take_while(|(at, _)| start + at < offset).count() + 1;
        Location { line, column }
    }

    fn line_starts(&self) -> &[u32] {
        self.line_starts.get_or_init(|| {
            let newlines = self.text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n');
            std::iter::once(0).chain(newlines.map(|(at, _)| at as u32 + 1)).collect()
        })
    }
}

impl fmt::Debug for SourceFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SourceFile({})", self.path.display())
    }
}

/// A line and a column, both from 1; the column counts characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The line.
    pub line: usize,
    /// The character within the line.
    pub column: usize,
}

/// A byte range of one source text. Cheap to clone.
#[derive(Clone)]
pub struct Span {
    source: Arc<SourceFile>,
    start: u32,
    end: u32,
}

impl Span {
    /// The text that this is a part of.
    pub fn source(&self) -> &Arc<SourceFile> {
        &self.source
    }

    /// The byte offsets within the source text.
    pub fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// What stands there.
    pub fn text(&self) -> &str {
        &self.source.text[self.range()]
    }

    /// Where it begins.
    pub fn location(&self) -> Location {
        self.source.location(self.start as usize)
    }

    /// A part of this span, by byte offsets relative to its start; cut off at its end.
    pub fn slice(&self, range: Range<usize>) -> Self {
        let start = (self.start as usize + range.start).min(self.end as usize);
        let end = (self.start as usize + range.end).clamp(start, self.end as usize);
        self.source.span(start..end)
    }

    /// From the start of this span to the end of another in the same source.
    pub fn to(&self, end: &Self) -> Self {
        Self { source: Arc::clone(&self.source), start: self.start, end: end.end.max(self.start) }
    }

    /// This place with something that was read there.
    pub fn with<T>(self, value: T) -> Spanned<T> {
        Spanned { value, span: self }
    }
}

/// Shown as `path:line:column`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Location { line, column } = self.location();
        write!(f, "{}:{line}:{column}", self.source.path.display())
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = self.source.location(self.end as usize);
        let Location { line, column } = self.location();
        write!(f, "{line}:{column}-{}:{}", end.line, end.column)
    }
}

impl PartialEq for Span {
    fn eq(&self, other: &Self) -> bool {
        self.range() == other.range() && self.source.path == other.source.path
    }
}

impl Eq for Span {}

/// A value and the place that it was read from. Dereferences to the value.
#[derive(Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// What was read.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Another value at the same place.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { value: change(self.value), span: self.span }
    }
}

impl<T> Deref for Spanned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Spanned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)?;
        write!(f, " @ {:?}", self.span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locates_by_characters_from_one() {
        let source = SourceFile::new("a.http", "é=1\nb");
        assert_eq!(source.location(0), Location { line: 1, column: 1 });
        assert_eq!(source.location(2), Location { line: 1, column: 2 });
        assert_eq!(source.location(5), Location { line: 2, column: 1 });
        assert_eq!(source.location(6), Location { line: 2, column: 2 });
    }

    #[test]
    fn leaves_the_byte_order_mark_out() {
        let source = SourceFile::new("a.http", "\u{feff}GET /");
        assert_eq!(source.span(0..3).text(), "GET");
        assert_eq!(source.span(4..5).to_string(), "a.http:1:5");
    }

    #[test]
    fn slices_stay_within_the_span() {
        let span = SourceFile::new("a", "0123456789").span(2..6);
        assert_eq!(span.slice(1..3).text(), "34");
        assert_eq!(span.slice(3..99).text(), "5");
        assert_eq!(span.slice(50..99).text(), "");
    }

    #[test]
    fn a_place_never_cuts_a_character() {
        let source = SourceFile::new("a", "aéb");
        for (range, text) in [(0..2, "aé"), (2..3, "é"), (2..2, "é"), (1..99, "éb"), (98..99, ""), (4..4, "")] {
            assert_eq!(source.span(range.clone()).text(), text, "{range:?}");
        }
        assert_eq!(source.span(0..4).slice(0..2).text(), "aé");
    }
}
