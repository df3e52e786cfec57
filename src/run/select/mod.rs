//! Which of the requests found are to run.

mod tags;

use regex::Regex;

use crate::diagnostic::Diagnostic;
use crate::source::Span;

use tags::TagExpression;

/// What a request must be to be run. Nothing that is asked for: every request is.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    tags: Vec<TagExpression>,
    name: Option<Regex>,
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
        Ok(Self { tags, name: name.map(Regex::new).transpose().map_err(wrong)? })
    }

    /// Whether a request with these tags and this name is to run.
    pub(super) fn takes(&self, tags: &[String], name: &str) -> bool {
        let tagged = self.tags.is_empty() || self.tags.iter().any(|expression| expression.holds(tags));
        tagged && self.name.as_ref().is_none_or(|pattern| pattern.is_match(name))
    }
}

/// The place in `entries` of the request that a line of the file belongs to: the last
/// that begins at or above it, or the first of all.
pub(super) fn at_line<'a>(spans: impl Iterator<Item = &'a Span>, line: usize) -> Option<usize> {
    let starts: Vec<usize> = spans.map(|span| span.location().line).collect();
    let above = starts.iter().rposition(|&start| start <= line);
    above.or(if starts.is_empty() { None } else { Some(0) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    #[test]
    fn a_line_selects_the_request_that_it_belongs_to() {
        let source = SourceFile::new("a.http", "###\nGET a\n\n###\nGET b\n");
        let spans = [source.span(4..9), source.span(15..20)];
        for (line, expected) in [(1, Some(0)), (2, Some(0)), (4, Some(0)), (5, Some(1)), (99, Some(1))] {
            assert_eq!(at_line(spans.iter(), line), expected, "line {line}");
        }
        assert_eq!(at_line([].iter(), 1), None);
    }
}
