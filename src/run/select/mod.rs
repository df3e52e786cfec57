//! Which of the requests found are to run.

mod changes;
mod shard;
mod tags;

use std::collections::BTreeSet;
use std::path::Path;

use regex::Regex;

use crate::diagnostic::Diagnostic;
use crate::history::{FileHistory, History, is_among, is_turn_of};
use crate::source::Span;

use tags::TagExpression;

pub use changes::Changes;
pub(super) use shard::File;
pub use shard::Shard;

/// What a request must be to be run. Nothing that is asked for: every request is.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    tags: Vec<TagExpression>,
    name: Option<Regex>,
    /// Whether it must not have passed when it ran last.
    failed: bool,
}

/// What a request of one file must be to be run.
#[derive(Clone, Copy, Debug)]
pub(super) struct FileSelection<'a> {
    selection: &'a Selection,
    /// The names of the cases that did not pass, where only those are to run.
    failed: Option<&'a BTreeSet<String>>,
}

impl Selection {
    /// A selection by expressions over tags, one of which must hold, and by a pattern that is
    /// searched for in a name.
    ///
    /// # Errors
    /// Where an expression is wrong, or if the pattern is no regular expression.
    pub fn new(tags: &[String], name: Option<&str>) -> Result<Self, Diagnostic> {
        let tags = tags.iter().map(|text| TagExpression::parse("--tag", text)).collect::<Result<_, _>>()?;
        let wrong = |error| Diagnostic::error(format!("--name is no regular expression: {error}"));
        Ok(Self { tags, name: name.map(Regex::new).transpose().map_err(wrong)?, failed: false })
    }

    /// The same, but only of what did not pass when it ran last.
    #[must_use]
    pub fn only_failed(self) -> Self {
        Self { failed: true, ..self }
    }

    /// What it takes of a file; nothing, if none of its requests can be meant.
    pub(super) fn of_file<'a>(&'a self, path: &Path, history: &'a History) -> Option<FileSelection<'a>> {
        let failed = self.failed.then(|| history.of(path).map(FileHistory::failed));
        match failed {
            None => Some(FileSelection { selection: self, failed: None }),
            Some(failed) => failed.map(|failed| FileSelection { selection: self, failed: Some(failed) }),
        }
    }
}

/// A selection that takes every request.
static EVERYTHING: Selection = Selection { tags: Vec::new(), name: None, failed: false };

impl FileSelection<'static> {
    /// Every request of a file.
    pub(super) fn everything() -> Self {
        Self { selection: &EVERYTHING, failed: None }
    }
}

impl FileSelection<'_> {
    /// Whether it takes every request.
    pub(super) fn is_everything(self) -> bool {
        let Selection { tags, name, failed: _ } = self.selection;
        tags.is_empty() && name.is_none() && self.failed.is_none()
    }

    /// Whether a request with these tags and this name is to run, at least in one of its turns.
    pub(super) fn takes(&self, tags: &[String], name: &str, turns: impl Fn() -> Vec<String>) -> bool {
        let Selection { tags: expressions, name: pattern, .. } = self.selection;
        let tagged = expressions.is_empty() || expressions.iter().any(|expression| expression.holds(tags));
        let is_all = pattern.is_none() && self.failed.is_none();
        let unrolls = || self.failed.is_some_and(|failed| failed.iter().any(|case| is_turn_of(case, name)));
        let is_named = || pattern.as_ref().is_none_or(|pattern| pattern.is_match(name));
        tagged
            && (is_all
                || self.takes_turn(name, name)
                || (unrolls() && is_named())
                || turns().iter().any(|turn| self.takes_turn(name, turn)))
    }

    /// Whether one of the turns of such a request is to run, by its own name.
    pub(super) fn takes_turn(&self, request: &str, turn: &str) -> bool {
        let is_named = |pattern: &Regex| pattern.is_match(request) || pattern.is_match(turn);
        self.selection.name.as_ref().is_none_or(is_named) && self.failed.is_none_or(|failed| is_among(turn, failed))
    }

    /// The same without asking for what did not pass, if that is one of these names: what
    /// comes before or after the others concerns them all.
    pub(super) fn widened<'n>(self, names: impl IntoIterator<Item = &'n str>) -> Self {
        let has_failed = |name: &str| self.failed.is_some_and(|failed| is_among(name, failed));
        if names.into_iter().any(has_failed) { Self { failed: None, ..self } } else { self }
    }
}

/// The place in `entries` of the request that a line of the file belongs to: the last
/// that begins at or above it, or the first of all.
pub(super) fn at_line<'a>(spans: impl Iterator<Item = &'a Span>, line: usize) -> Option<usize> {
    let mut above = 0;
    let starts: Vec<usize> =
        spans.map(|span| beginning(span, std::mem::replace(&mut above, span.location().line))).collect();
    let found = starts.iter().rposition(|&start| start <= line);
    found.or(if starts.is_empty() { None } else { Some(0) })
}

/// The line where a request begins that stands below a line of the one above it: that of the
/// separator between them, since what stands below that is about the request.
fn beginning(request: &Span, above: usize) -> usize {
    let line = request.location().line;
    let between = request.source().text().lines().enumerate().take(line).skip(above);
    let separators = between.filter(|(_, text)| text.starts_with("###")).map(|(index, _)| index + 1);
    separators.last().unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    #[test]
    fn a_line_selects_the_request_that_it_belongs_to() {
        let source = SourceFile::new("a.http", "###\nGET a\n\n###\nGET b\n");
        let spans = [source.span(4..9), source.span(15..20)];
        for (line, expected) in [(1, Some(0)), (2, Some(0)), (3, Some(0)), (4, Some(1)), (5, Some(1)), (99, Some(1))] {
            assert_eq!(at_line(spans.iter(), line), expected, "line {line}");
        }
        assert_eq!(at_line([].iter(), 1), None);
    }
}
