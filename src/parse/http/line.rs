//! The lines of a `.http` file as they are written, and what each is taken for
//! before any of it is parsed.

use std::ops::Range;

use crate::source::Span;
use crate::spec::dialect::{AssertionLines, IndentedComments, IndentedSeparators, LinesAbove, ResponseLines, Rules};

use super::script::is_script;

/// White space within a line. Other white space is content: a header value may end with it.
const WHITE_SPACE: [char; 3] = [' ', '\t', '\r'];

/// A line, with its place in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// The line without its terminator.
    pub text: &'a str,
    /// The offset of its first byte.
    pub start: usize,
    /// The offset of the line after it.
    pub next: usize,
}

/// What a line is taken for where it stands outside of a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineKind {
    /// White space at most.
    Blank,
    /// `###` at its start.
    Separator,
    /// `###` after white space, which separates outside of a body.
    IndentedSeparator,
    /// `# …`, `// …`
    Comment,
    /// `?? …`, at any indentation, as those that follow: an assertion.
    Assertion,
    /// `> {% … %}`, `> script.js`: a script that sees the response.
    Handler,
    /// `{{` alone: a script up to `}}`.
    Script,
    /// `>> file`, `>>! file`: where the response goes.
    Output,
    /// `<> file`: a response that an editor kept.
    KeptResponse,
    /// Anything else.
    Content,
}

/// What ends a script, or a fragment of GraphQL, of several lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ScriptEnd {
    /// `%}` anywhere on a line.
    Percent,
    /// `}}` at the start of a line.
    Braces,
    /// An empty line.
    Blank,
}

impl<'a> Line<'a> {
    /// The offset of the end of its text, terminator not included.
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// The offsets of its text.
    pub(super) fn range(&self) -> Range<usize> {
        self.start..self.end()
    }

    /// What a dialect takes it for.
    pub(super) fn kind(&self, rules: &Rules) -> LineKind {
        match self.look() {
            LineKind::Assertion if rules.assertion_lines == AssertionLines::Content => LineKind::Content,
            LineKind::Handler | LineKind::Output | LineKind::KeptResponse
                if rules.response_lines == ResponseLines::Content =>
            {
                LineKind::Content
            }
            LineKind::Script if rules.lines_above == LinesAbove::RequestLine => LineKind::Content,
            LineKind::IndentedSeparator => match (rules.indented_separators, rules.indented_comments) {
                (IndentedSeparators::Always, _) => LineKind::Separator,
                (IndentedSeparators::OutsideBodies, _) => LineKind::IndentedSeparator,
                (IndentedSeparators::Never, IndentedComments::Comment) => LineKind::Comment,
                (IndentedSeparators::Never, IndentedComments::Content) => LineKind::Content,
            },
            LineKind::Comment if self.is_indented() && rules.indented_comments == IndentedComments::Content => {
                LineKind::Content
            }
            kind => kind,
        }
    }

    /// What it looks like, whatever a dialect makes of it.
    pub(super) fn look(&self) -> LineKind {
        let trimmed = self.text.trim_matches(WHITE_SPACE);
        match trimmed.as_bytes() {
            [] => LineKind::Blank,
            [b'#', b'#', b'#', ..] if self.is_indented() => LineKind::IndentedSeparator,
            [b'#', b'#', b'#', ..] => LineKind::Separator,
            [b'?', b'?', ..] => LineKind::Assertion,
            [b'>', b'>', rest @ ..] if is_path(rest.strip_prefix(b"!").unwrap_or(rest)) => LineKind::Output,
            [b'>', rest @ ..] if self.opens_handler() || (is_path(rest) && is_script(trimmed)) => LineKind::Handler,
            [b'{', b'{', rest @ ..] if !self.is_indented() && is_script_mark(rest) => LineKind::Script,
            [b'<', b'>', rest @ ..] if is_path(rest) => LineKind::KeptResponse,
            [b'#', ..] | [b'/', b'/', ..] => LineKind::Comment,
            _ => LineKind::Content,
        }
    }

    /// Whether white space stands before what is on it.
    pub(super) fn is_indented(&self) -> bool {
        self.text.starts_with([' ', '\t'])
    }

    /// What ends the script that begins on it and goes on below it.
    pub(super) fn opens_script(&self) -> Option<ScriptEnd> {
        match self.look() {
            LineKind::Handler if self.opens_handler() && !ScriptEnd::Percent.is_on(self.text) => {
                Some(ScriptEnd::Percent)
            }
            LineKind::Script => Some(ScriptEnd::Braces),
            _ => None,
        }
    }

    /// Whether a script that sees the response begins on it: `> {%`.
    pub(super) fn opens_handler(&self) -> bool {
        self.text
            .trim_start_matches(WHITE_SPACE)
            .strip_prefix('>')
            .is_some_and(|rest| rest.trim_start().starts_with("{%"))
    }

    /// The name of a separator: what follows its number signs.
    pub(super) fn title(&self) -> Option<Range<usize>> {
        let rest = self.text.trim_ascii_start().trim_start_matches('#').trim_start();
        let start = self.end() - rest.len();
        let title = rest.trim_end();
        (!title.is_empty()).then(|| start..start + title.len())
    }
}

impl ScriptEnd {
    /// Whether it is on a line.
    pub(super) fn is_on(self, line: &str) -> bool {
        match self {
            Self::Percent => line.contains("%}"),
            Self::Braces => line.starts_with("}}"),
            Self::Blank => line.trim_matches(WHITE_SPACE).is_empty(),
        }
    }
}

/// Whether what follows `{{` says at most when a script runs: `{{+`, `{{@response`.
fn is_script_mark(rest: &[u8]) -> bool {
    let mark = rest.trim_ascii_end();
    matches!(mark.first(), None | Some(b'+' | b'@')) && !mark.contains(&b' ') && !mark.contains(&b'}')
}

/// Whether what follows an arrow is one path: white space, then a word, which may hold templates.
fn is_path(rest: &[u8]) -> bool {
    let mut path = rest.trim_ascii();
    let is_one = !path.is_empty() && rest.starts_with(b" ");
    while let Some(open) = find(path, b"{{") {
        if path[..open].contains(&b' ') {
            return false;
        }
        path = find(path, b"}}").filter(|close| *close > open).map_or(b"", |close| &path[close + 2..]);
    }
    is_one && !path.contains(&b' ')
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    text.windows(wanted.len()).position(|window| window == wanted)
}

/// The lines of a text, offsets counted from `offset`. Ends with LF or CRLF are left out.
pub(super) fn lines(text: &str, offset: usize) -> impl Iterator<Item = Line<'_>> {
    let mut start = offset;
    text.split_inclusive('\n').map(move |whole| {
        let text = whole.strip_suffix('\n').map_or(whole, |line| line.strip_suffix('\r').unwrap_or(line));
        let line = Line { text, start, next: start + whole.len() };
        start = line.next;
        line
    })
}

/// The lines of a place, offsets counted from the start of the source.
pub(super) fn lines_of(span: &Span) -> impl Iterator<Item = Line<'_>> {
    lines(span.text(), span.range().start)
}

/// A place without the white space and line ends around it.
pub(super) fn trimmed(span: &Span) -> Span {
    let is_white = |character: char| character == '\n' || WHITE_SPACE.contains(&character);
    let text = span.text().trim_end_matches(is_white);
    span.slice(text.len() - text.trim_start_matches(is_white).len()..text.len())
}

/// A text without its references, whose values nobody knows yet.
pub(super) fn outside_of_braces(text: &str) -> String {
    let mut left = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        left.push_str(before);
        match after.split_once("}}") {
            Some((_, after)) => rest = after,
            None => return left + "{{" + after,
        }
    }
    left + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_with_either_terminator() {
        let found: Vec<_> = lines("a\r\nb\n\nc\r", 10).map(|line| (line.text, line.start, line.next)).collect();
        assert_eq!(found, [("a", 10, 13), ("b", 13, 15), ("", 15, 16), ("c\r", 16, 18)]);
    }

    #[test]
    fn takes_lines_for_what_they_begin_with() {
        let cases = [
            (" \t", LineKind::Blank),
            ("\r", LineKind::Blank),
            ("\u{c}", LineKind::Content),
            ("###", LineKind::Separator),
            ("####a", LineKind::Separator),
            (" ### a", LineKind::IndentedSeparator),
            ("## a", LineKind::Comment),
            ("  // a", LineKind::Comment),
            ("?? status == 200", LineKind::Assertion),
            ("  ?? status == 200", LineKind::Assertion),
            ("> {% a %}", LineKind::Handler),
            ("\t> {% a %}", LineKind::Handler),
            ("  >>! out.json", LineKind::Output),
            ("  {{", LineKind::Content),
            ("> check.js", LineKind::Handler),
            ("> check.lua", LineKind::Handler),
            ("> see check.js", LineKind::Content),
            ("> a quotation", LineKind::Content),
            ("{{", LineKind::Script),
            ("{{@response ", LineKind::Script),
            ("{{a", LineKind::Content),
            ("{{ a", LineKind::Content),
            ("{{a}}", LineKind::Content),
            (">> out.json", LineKind::Output),
            (">>! out.json", LineKind::Output),
            (">>! {{ folder }}/{{ name }}.json", LineKind::Output),
            (">> {{ folder }} and more", LineKind::Content),
            (">> a quotation", LineKind::Content),
            ("<> 2026.json", LineKind::KeptResponse),
            ("<><p/></>", LineKind::Content),
            ("GET /", LineKind::Content),
        ];
        for (text, kind) in cases {
            assert_eq!(lines(text, 0).next().unwrap().look(), kind, "{text:?}");
        }
    }

    #[test]
    fn trims_white_space_of_lines_only() {
        for (text, trimmed_text) in [(" \t a b\r\n", "a b"), ("\u{a0}a\u{c}", "\u{a0}a\u{c}"), (" \r\n", "")] {
            let span = crate::source::SourceFile::new("a.http", text).span(0..text.len());
            assert_eq!(trimmed(&span).text(), trimmed_text, "{text:?}");
        }
    }

    #[test]
    fn titles_are_what_follows_the_number_signs() {
        for (text, title) in [("### a b ", Some(4..7)), ("####", None), ("  ###a", Some(5..6)), ("### é", Some(4..6))]
        {
            assert_eq!(lines(text, 0).next().unwrap().title(), title, "{text:?}");
        }
    }
}
