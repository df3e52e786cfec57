//! What follows a body, or stands in its place, and is none of it: assertions
//! (`?? …`), scripts that see the response (`> {% … %}`), where it goes (`>> file`),
//! and responses that an editor kept (`<> file`).
//!
//! These lines are told from a body's own by their place: no line of content follows.

use crate::diagnostic::Diagnostic;
use crate::source::{Existing, Span, Spanned};
use crate::spec::{Output, Rules, Script};

use super::line::{Line, LineKind, ScriptEnd, lines_of, trimmed};
use super::{braces, directive, script, text};

/// The lines after the head, told apart.
#[derive(Debug)]
pub(super) struct Tail {
    /// The body, without the terminator of its last line and the blank lines after it.
    pub body: Span,
    /// What follows each `??`.
    pub assertions: Vec<Span>,
    /// Scripts in braces.
    pub blocks: Vec<braces::Block>,
    /// What runs once the response is there.
    pub scripts: Vec<Script>,
    /// Where the response goes.
    pub output: Option<Spanned<Output>>,
    /// What is wrong.
    pub diagnostics: Vec<Diagnostic>,
}

/// Tells the body from what follows it.
pub(super) fn split(span: &Span, rules: &Rules) -> Tail {
    let mut reader = Reader {
        span,
        rules,
        body_end: 0,
        open: None,
        scripts: Vec::new(),
        last: Vec::new(),
        blocks: Vec::new(),
        is_interrupted: false,
        handled: false,
        diagnostics: Vec::new(),
    };
    for line in lines_of(span) {
        reader.read(line);
    }
    reader.finish()
}

struct Reader<'a> {
    span: &'a Span,
    rules: &'a Rules,
    /// Relative to the start of the span.
    body_end: usize,
    /// The script that goes on: where it begins, and what ends it.
    open: Option<(usize, ScriptEnd)>,
    scripts: Vec<Script>,
    /// The lines so far that are not the body's, unless content follows.
    last: Vec<(LineKind, Line<'a>)>,
    blocks: Vec<braces::Block>,
    /// Whether content follows a script, which has been said.
    is_interrupted: bool,
    /// Whether a script stands above, which nothing of a body follows.
    handled: bool,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    fn read(&mut self, line: Line<'a>) {
        if let Some((start, end)) = self.open {
            if end.is_on(line.text) {
                self.close_script(start, end, &line);
            }
            return;
        }
        match line.kind(self.rules) {
            LineKind::Blank => {}
            LineKind::Comment if !self.last.is_empty() || self.handled => {
                self.diagnostics.extend(directive::misplaced(&self.place(&line)));
            }
            LineKind::Content | LineKind::IndentedSeparator if self.handled => self.refuse_content(&line),
            LineKind::Comment | LineKind::Content | LineKind::IndentedSeparator | LineKind::Separator => {
                self.read_content(&line);
            }
            LineKind::Handler => self.open_script(&line),
            LineKind::Script => {
                self.open = line.opens_script().map(|end| (line.start, end));
                self.blocks.push(braces::Block::at(self.span, &line).0);
            }
            kind => self.last.push((kind, line)),
        }
    }

    fn open_script(&mut self, line: &Line<'a>) {
        self.handled = true;
        match line.opens_script() {
            Some(end) => self.open = Some((line.start, end)),
            None => self.read_script(line.start, line.end()),
        }
    }

    fn close_script(&mut self, start: usize, end: ScriptEnd, line: &Line<'a>) {
        self.open = None;
        if end == ScriptEnd::Percent {
            self.read_script(start, line.end());
        }
    }

    /// Reads a script whose arrow is the first of what stands there.
    fn read_script(&mut self, start: usize, end: usize) {
        let origin = self.span.range().start;
        let place = trimmed(&self.span.slice(start - origin..end - origin));
        match script::read(&place.slice(">".len()..place.text().len())) {
            Ok(script) => self.scripts.push(script),
            Err(diagnostic) => self.diagnostics.push(diagnostic),
        }
    }

    fn refuse_content(&mut self, line: &Line<'a>) {
        let error = Diagnostic::error("a text below a script that sees the response").at(&self.place(line), "");
        self.diagnostics.push(error.help("put the body above the script; what follows belongs below `###`"));
    }

    fn read_content(&mut self, line: &Line<'a>) {
        self.body_end = line.end() - self.span.range().start;
        if let Some(block) = self.blocks.first().filter(|_| !self.is_interrupted) {
            self.is_interrupted = true;
            self.diagnostics.push(block.within_a_body());
        }
        let assertion = self.last.iter().find(|(kind, _)| *kind == LineKind::Assertion);
        let doubt = assertion.map(|(_, line)| match line.text.trim_end().ends_with(['{', '[', ',']) {
            true => Diagnostic::error("an assertion ends with its line")
                .at(&self.place(line), "")
                .help("write its JSON on this line, or in a file: `equals file,expected.json`"),
            false => Diagnostic::warning("this looks like an assertion, and is part of the body")
                .at(&self.place(line), "")
                .help("put it below the body"),
        });
        self.diagnostics.extend(doubt);
        self.diagnostics.extend(directive::one_question_mark(&self.place(line), "body", self.rules));
        self.last.clear();
    }

    fn finish(mut self) -> Tail {
        if let Some((start, ScriptEnd::Percent)) = self.open {
            self.read_script(start, self.span.range().end);
        }
        let (mut assertions, mut output) = (Vec::new(), None);
        for (kind, line) in std::mem::take(&mut self.last) {
            let place = self.place(&line);
            match kind {
                LineKind::Assertion => assertions.push(trimmed(&place.slice("??".len()..place.text().len()))),
                LineKind::Output if output.is_some() => {
                    self.diagnostics
                        .push(Diagnostic::error("a response is saved to one file").at(&place, "the second"));
                }
                LineKind::Output => output = Some(output_of(&place)),
                _ => {}
            }
        }
        let body = self.span.slice(0..self.body_end);
        Tail { body, assertions, blocks: self.blocks, scripts: self.scripts, output, diagnostics: self.diagnostics }
    }

    fn place(&self, line: &Line<'_>) -> Span {
        let start = self.span.range().start;
        trimmed(&self.span.slice(line.start - start..line.end() - start))
    }
}

/// `>> file`, beside one that is there under a number of its own, or `>>! file` in its place.
fn output_of(line: &Span) -> Spanned<Output> {
    let (mark, existing) =
        if line.text().starts_with(">>!") { (">>!", Existing::Replace) } else { (">>", Existing::Keep) };
    let path = trimmed(&line.slice(mark.len()..line.text().len()));
    line.clone().with(Output { path: text(&path), existing })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Severity;
    use crate::source::SourceFile;

    fn tail(text: &str) -> Tail {
        split(&SourceFile::new("a.http", text).span(0..text.len()), <&Rules>::default())
    }

    #[test]
    fn a_body_ends_with_its_last_line_that_is_not_blank() {
        let cases = [
            ("", ""),
            ("\n \n", ""),
            ("a\r\n\r\nb\r\n\r\n", "a\r\n\r\nb"),
            ("\na\n", "\na"),
            ("a\n# b\n", "a\n# b"),
            ("a\n\n?? status == 200\n# c\n<> 1.json\n\n", "a"),
            ("a\n<> 1.json\nb\n", "a\n<> 1.json\nb"),
        ];
        for (text, body) in cases {
            assert_eq!(tail(text).body.text(), body, "{text:?}");
        }
    }

    #[test]
    fn assertions_follow_the_body() {
        let tail = tail("a\n\n?? status == 200 \n??header a exists\n");
        let found: Vec<_> = tail.assertions.iter().map(Span::text).collect();
        assert_eq!(found, ["status == 200", "header a exists"]);
    }

    #[test]
    fn what_follows_a_body_may_be_indented() {
        let tail = tail("a\n  ?? status == 200\n\t> {%\n  b\n  %}\n  >> out.json\n <> 1.json\n");
        assert_eq!((tail.body.text(), tail.assertions.len(), tail.scripts.len()), ("a", 1, 1));
        assert!(tail.output.is_some() && tail.diagnostics.is_empty());
    }

    #[test]
    fn a_response_goes_to_one_file() {
        for (text, path, existing) in [
            ("a\n\n>> out.json\n?? status == 200\n", "out.json", Existing::Keep),
            (">>! out/{{name}}.json", "out/{{name}}.json", Existing::Replace),
        ] {
            let output = tail(text).output.unwrap();
            assert_eq!((output.path.value.as_str(), output.path.span.text(), output.existing), (path, path, existing));
        }
        let tail = tail("a\n>> b.json\n>>! c.json\n");
        assert_eq!((tail.body.text(), tail.diagnostics[0].message.as_str()), ("a", "a response is saved to one file"));
    }

    #[test]
    fn directives_below_a_body_are_not_passed_over() {
        for (text, severity) in [
            ("a\n?? status == 200\n# @assert status == 200\n", Some(Severity::Error)),
            ("> {% a %}\n// @timeout 5\n", Some(Severity::Warning)),
            ("> {% a %}\n# @someone wrote this\n", None),
        ] {
            assert_eq!(tail(text).diagnostics.first().map(|said| said.severity), severity, "{text:?}");
        }
    }

    #[test]
    fn an_assertion_with_content_below_is_content() {
        let tail = tail("?? a\n?? b\nc\n");
        assert_eq!((tail.body.text(), tail.assertions.len(), tail.diagnostics.len()), ("?? a\n?? b\nc", 0, 1));
    }

    #[test]
    fn an_assertion_over_several_lines_is_an_error() {
        for text in ["?? body equals {\n  \"a\": 1\n}\n", "a\n\n?? $.b in [\n1]\n"] {
            assert_eq!(tail(text).diagnostics[0].message, "an assertion ends with its line", "{text:?}");
        }
    }

    #[test]
    fn scripts_follow_the_body() {
        for (text, body, scripts) in [
            ("> {% a %}", "", 1),
            ("> {%\na\n\n%}\n", "", 1),
            ("a\n\n> a.js\n# c\n>{% a\n%}\n\n?? status == 200\n> b.js", "a", 3),
            ("> see a.js", "> see a.js", 0),
        ] {
            let tail = tail(text);
            assert_eq!((tail.body.text(), tail.scripts.len(), tail.diagnostics.len()), (body, scripts, 0), "{text:?}");
        }
    }

    #[test]
    fn what_follows_a_script_is_no_body() {
        for text in ["> {% a %}\nb", "> {% a\n\n", "> {% a %} b"] {
            let tail = tail(text);
            assert_eq!(tail.diagnostics.len(), 1, "{text:?}");
            assert_eq!(tail.body.text(), "", "{text:?}");
        }
    }
}
