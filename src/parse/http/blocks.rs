//! Cuts a `.http` file into blocks, one a request, by a scan over its raw lines.
//!
//! ```text
//!          +--------- blank, comment, definition, script
//!          v   |
//!       Above -+--- any other line ----> Fields --- blank line ----> Body
//!          ^                               |                          |
//!          +-- `###`, `METHOD url` --------+--- `###`, `METHOD url` --+
//! ```
//!
//! `###` at the start of a line always separates. After white space it separates
//! outside of a body only, and so does a second `METHOD url`: where the body so
//! far is empty, or a whole JSON value. A body that is a whole message (`# @raw`) has
//! request lines of its own, and ends at `###` alone. What is substituted later never separates.

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::source::{SourceFile, Span};
use crate::spec::dialect::{IndentedLines, LinesAbove, Rules, SecondRequestLine, UnseparatedBody};

use super::grammar::{Rule, matches};
use super::json::JsonExtent;
use super::line::{Line, LineKind, ScriptEnd, lines};
use super::request_line::begins_request;

/// What lies between two separators.
#[derive(Clone, Debug)]
pub(super) struct Block {
    /// The text after `###`.
    pub title: Option<Span>,
    /// The lines down to the body, the blank line between included.
    pub head: Span,
    /// The lines after that; empty where there are none.
    pub body: Span,
    /// Warnings about where it was cut.
    pub diagnostics: Vec<Diagnostic>,
}

/// Cuts a file into its blocks. Some may hold no request.
pub(super) fn split(source: &Arc<SourceFile>, rules: &Rules) -> Vec<Block> {
    let mut scanner = Scanner { source, rules, blocks: Vec::new(), open: Open::default() };
    for line in lines(source.text(), 0) {
        scanner.read(&line);
    }
    scanner.close(source.text().len());
    scanner.blocks
}

struct Scanner<'a> {
    source: &'a Arc<SourceFile>,
    rules: &'a Rules,
    blocks: Vec<Block>,
    open: Open,
}

/// The block that is being read.
#[derive(Default)]
struct Open {
    title: Option<Span>,
    start: usize,
    body_start: Option<usize>,
    part: Part,
    script: Option<ScriptEnd>,
    extent: JsonExtent,
    /// Where the comment lines begin that stand last in the body so far.
    comments_start: Option<usize>,
    /// Whether the body is a whole message, with a request line of its own.
    raw: bool,
    diagnostics: Vec<Diagnostic>,
    warned: bool,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Part {
    #[default]
    Above,
    Fields,
    Body,
}

impl Scanner<'_> {
    fn read(&mut self, line: &Line<'_>) {
        let kind = line.kind(self.rules);
        if kind == LineKind::Separator {
            return self.separate(line);
        }
        if let Some(end) = self.open.script {
            if end.is_on(line.text) {
                self.open.script = None;
            }
            return;
        }
        match self.open.part {
            Part::Above => self.read_above(line, kind),
            Part::Fields => self.read_field(line, kind),
            Part::Body => self.read_body(line, kind),
        }
    }

    fn read_above(&mut self, line: &Line<'_>, kind: LineKind) {
        match kind {
            LineKind::Comment => self.open.raw |= says_raw(line.text),
            LineKind::IndentedSeparator => self.separate(line),
            LineKind::Handler | LineKind::Output | LineKind::KeptResponse => self.begin_body(line),
            LineKind::Script => self.open.script = Some(ScriptEnd::Braces),
            LineKind::Content | LineKind::Assertion if !self.stands_above(line.text) => self.open.part = Part::Fields,
            LineKind::Content => self.open.script = opens_script(line.text),
            _ => {}
        }
    }

    fn read_field(&mut self, line: &Line<'_>, kind: LineKind) {
        match kind {
            LineKind::Comment => self.open.raw |= says_raw(line.text),
            LineKind::Blank => {
                self.open.part = Part::Body;
                self.open.body_start = Some(line.next);
            }
            LineKind::IndentedSeparator => self.separate(line),
            LineKind::Handler | LineKind::Script | LineKind::Output | LineKind::KeptResponse => self.begin_body(line),
            LineKind::Content if self.separates(line) => self.begin_request(line),
            LineKind::Content if self.begins_body(line.text) => {
                let warning = Diagnostic::warning("no blank line before the body")
                    .at(&self.source.span(line.range()), "taken for the body, since it begins as JSON does")
                    .help("leave a line empty between the header fields and the body");
                self.open.diagnostics.push(warning);
                self.begin_body(line);
            }
            _ => {}
        }
    }

    /// Whether a line before the request line is not that line: `@x = 1`, `< script.js`, `import …`.
    fn stands_above(&self, line: &str) -> bool {
        let defines = match self.rules.indented_lines {
            IndentedLines::Read => line.trim_ascii_start().starts_with('@'),
            IndentedLines::Malformed => line.starts_with('@'),
        };
        defines || self.rules.lines_above == LinesAbove::Read && begins_line_above(line)
    }

    /// Whether a line begins a request without a separator.
    fn separates(&self, line: &Line<'_>) -> bool {
        self.rules.second_request_line == SecondRequestLine::Separates && begins_request(line.text)
    }

    /// Whether a line begins a body without a blank line.
    fn begins_body(&self, line: &str) -> bool {
        self.rules.unseparated_body == UnseparatedBody::Body && begins_json(line)
    }

    fn begin_body(&mut self, line: &Line<'_>) {
        self.open.part = Part::Body;
        self.open.body_start = Some(line.start);
        self.read_body(line, line.kind(self.rules));
    }

    fn read_body(&mut self, line: &Line<'_>, kind: LineKind) {
        match kind {
            LineKind::Content | LineKind::IndentedSeparator | LineKind::Comment if self.open.raw => {}
            LineKind::Comment => {
                self.open.comments_start.get_or_insert(line.start);
            }
            LineKind::Handler | LineKind::Script => self.open.script = line.opens_script(),
            LineKind::IndentedSeparator if self.open.may_end() => self.separate(line),
            LineKind::Content if self.open.may_end() && self.separates(line) => self.begin_request(line),
            LineKind::Content if !self.open.warned && begins_request(line.text) => self.warn_of_request_in_body(line),
            LineKind::Content | LineKind::IndentedSeparator => self.open.read_content(line),
            _ => {}
        }
    }

    fn warn_of_request_in_body(&mut self, line: &Line<'_>) {
        self.open.warned = true;
        self.open.extent = JsonExtent::NotJson;
        let warning = Diagnostic::warning("this looks like a request, and is part of the body above")
            .at(&self.source.span(line.range()), "")
            .help("put a line with `###` above it, if it is a request");
        self.open.diagnostics.push(warning);
    }

    /// Ends the block at a separator line; the next one begins after it.
    fn separate(&mut self, line: &Line<'_>) {
        self.close(line.start);
        self.open.title = line.title().map(|range| self.source.span(range));
        self.open.start = line.next;
    }

    /// Ends the block above a request line that no separator announces, and above
    /// the comments that belong to it.
    fn begin_request(&mut self, line: &Line<'_>) {
        let start = self.open.comments_start.unwrap_or(line.start);
        self.close(start);
        self.open.start = start;
        self.open.part = Part::Fields;
        let warning = Diagnostic::warning("no separator before this request")
            .at(&self.source.span(line.range()), "")
            .help("put a line with `###` above it");
        self.open.diagnostics.push(warning);
    }

    fn close(&mut self, end: usize) {
        let open = std::mem::take(&mut self.open);
        let body_start = open.body_start.unwrap_or(end).min(end);
        self.blocks.push(Block {
            title: open.title,
            head: self.source.span(open.start..body_start),
            body: self.source.span(body_start..end),
            diagnostics: open.diagnostics,
        });
    }
}

impl Open {
    /// Whether another request may follow the body so far.
    fn may_end(&self) -> bool {
        matches!(self.extent, JsonExtent::Empty | JsonExtent::Complete)
    }

    fn read_content(&mut self, line: &Line<'_>) {
        self.comments_start = None;
        self.extent.read(line.text);
    }
}

/// Whether a comment says that the body is a whole message: `# @raw`.
fn says_raw(comment: &str) -> bool {
    let text = comment.trim_start_matches([' ', '\t']);
    let directive = text.strip_prefix('#').or_else(|| text.strip_prefix("//"));
    directive.is_some_and(|directive| directive.trim_matches([' ', '\t', '\r', '=']) == "@raw")
}

/// Whether a line begins a fragment of GraphQL, which ends with an empty line.
fn begins_fragment(line: &str) -> bool {
    line.starts_with("fragment ") && matches(Rule::fragment, line)
}

/// What ends the script or fragment above a request line that begins on a line and goes on below it.
fn opens_script(line: &str) -> Option<ScriptEnd> {
    if begins_fragment(line) {
        return Some(ScriptEnd::Blank);
    }
    let script = line.strip_prefix('<')?.trim_start_matches([' ', '\t']);
    (script.starts_with("{%") && !ScriptEnd::Percent.is_on(script)).then_some(ScriptEnd::Percent)
}

/// Whether a line runs before the request, where it stands above it.
pub(super) fn begins_line_above(line: &str) -> bool {
    let is_word = |word: &str| line.strip_prefix(word).is_some_and(|rest| rest.starts_with([' ', '\t']));
    line.starts_with('<')
        || is_word("import")
        || is_word("run")
        || begins_fragment(line)
        || matches(Rule::named_file, line)
}

pub(super) fn begins_json(line: &str) -> bool {
    line.starts_with('[') || (line.starts_with('{') && !line.starts_with("{{"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Dialect;

    /// Each block as its title, head and body.
    fn cut(text: &str) -> Vec<(Option<String>, String, String)> {
        let source = SourceFile::new("a.http", text);
        let owned = |span: &Span| span.text().to_owned();
        split(&source, Dialect::default().rules())
            .iter()
            .map(|block| (block.title.as_ref().map(owned), owned(&block.head), owned(&block.body)))
            .collect()
    }

    /// The heads of the blocks, trimmed.
    fn heads(text: &str) -> Vec<String> {
        cut(text).into_iter().map(|(_, head, _)| head.trim().to_owned()).collect()
    }

    #[test]
    fn cuts_at_separators_and_at_the_first_blank_line_after_the_request_line() {
        let blocks = cut("@a = 1\n\n### one\n# @tag x\n\nPOST /a\nA: b\n\nbody\n\nmore\n####\nGET /b\n");
        let expected = [
            (None, "@a = 1\n\n", ""),
            (Some("one"), "# @tag x\n\nPOST /a\nA: b\n\n", "body\n\nmore\n"),
            (None, "GET /b\n", ""),
        ];
        let expected = expected.map(|(title, head, body)| (title.map(str::to_owned), head.to_owned(), body.to_owned()));
        assert_eq!(blocks, expected);
    }

    #[test]
    fn indented_separators_separate_outside_of_bodies_only() {
        assert_eq!(heads("  ### a\nGET /a\n ### b\nGET /b").len(), 3);
        assert_eq!(heads("GET /a\n\n ### b\nGET /b").len(), 2);
        assert_eq!(heads("GET /a\n\ntext\n ### b\n").len(), 1);
    }

    #[test]
    fn a_second_request_line_separates_where_the_body_is_empty_or_whole_json() {
        let cases = [
            ("GET /a\nGET /b\n\nGET http://c\n", vec!["GET /a", "GET /b", "GET http://c"]),
            ("POST /a\n\n{\"a\": {{b}}\n}\n\n# @name b\nGET /b\n", vec!["POST /a", "# @name b\nGET /b"]),
            ("POST /a\n\n[1]\n?? status == 200\nGET {{b}}/c HTTP/1.1\n", vec!["POST /a", "GET {{b}}/c HTTP/1.1"]),
            ("POST /a\n\n{\nGET /b\n}\nGET /b\n", vec!["POST /a"]),
            ("POST /a\n\ntext\nGET /b\n", vec!["POST /a"]),
            ("POST /a\n\nGET some rest\n", vec!["POST /a"]),
        ];
        for (text, expected) in cases {
            assert_eq!(heads(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_request_line_in_a_body_draws_one_warning() {
        let source = SourceFile::new("a.http", "POST /a\n\ntext\nGET /b\nGET /c\n");
        let blocks = split(&source, Dialect::default().rules());
        assert_eq!(blocks[0].diagnostics.len(), 1);
        assert_eq!(blocks[0].diagnostics[0].span().unwrap().to_string(), "a.http:4:1");
    }

    #[test]
    fn scripts_of_several_lines_hide_what_looks_like_a_request() {
        assert_eq!(heads("< {%\n\nGET /no\n%}\nGET /a\n").len(), 1);
        assert_eq!(heads("{{\n\nGET /no\n}}\nGET /a\n").len(), 1);
        assert_eq!(heads("GET /a\n\n> {%\nGET /no\n%}\n").len(), 1);
    }

    #[test]
    fn json_without_a_blank_line_is_the_body() {
        let blocks = cut("POST /a\nA: b\n{\n}\n");
        assert_eq!((blocks[0].1.as_str(), blocks[0].2.as_str()), ("POST /a\nA: b\n", "{\n}\n"));
    }
}
