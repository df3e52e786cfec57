//! The messages of a WebSocket, in the place of a body: separated by lines with `===`, or
//! with `=== wait-for-server` where an answer is awaited before the next one is sent.

use crate::diagnostic::Diagnostic;
use crate::source::{Span, Spanned};
use crate::spec::{Body, Expectation, HeaderField, MessageKind, Rules, Step, Steps};

use super::body;
use super::line::{Line, lines_of, trimmed};

/// What a line of three equals signs says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Separator {
    /// Another message follows.
    Plain,
    /// … once the server has sent one.
    Wait,
    /// Nothing that is known.
    Unknown,
}

/// Reads the messages of a block. Each separator with `wait-for-server` waits for one
/// message of the server's; between two of them nothing is sent.
pub(super) fn read(span: &Span, fields: &[HeaderField], rules: &Rules) -> (Option<Spanned<Steps>>, Vec<Diagnostic>) {
    let mut reader = Reader { span, fields, rules, start: 0, steps: Vec::new(), diagnostics: Vec::new() };
    for line in lines_of(span) {
        if let Some(separator) = separator(&line) {
            reader.separate(&line, separator);
        }
    }
    reader.end_message(span.text().len());
    let steps = (!reader.steps.is_empty()).then(|| span.clone().with(reader.steps));
    (steps, reader.diagnostics)
}

struct Reader<'a> {
    span: &'a Span,
    fields: &'a [HeaderField],
    rules: &'a Rules,
    /// Where the message begins, relative to the start of the span.
    start: usize,
    steps: Steps,
    diagnostics: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn separate(&mut self, line: &Line<'_>, separator: Separator) {
        let origin = self.span.range().start;
        let place = trimmed(&self.span.slice(line.start - origin..line.end() - origin));
        self.end_message(line.start - origin);
        self.start = line.next - origin;
        match separator {
            Separator::Plain => {}
            Separator::Wait => self.steps.push(place.with(Step::Expect(Expectation::default()))),
            Separator::Unknown => self.diagnostics.push(
                Diagnostic::error("this separates no messages")
                    .at(&place, "")
                    .help("write `===`, or `=== wait-for-server` for each answer that is awaited"),
            ),
        }
    }

    fn end_message(&mut self, end: usize) {
        let message = trimmed(&self.span.slice(self.start..end));
        let (body, diagnostics) = body::read(&message, self.fields, self.rules);
        self.diagnostics.extend(diagnostics);
        if let Some(body @ Body::Content(_)) = body {
            self.steps.push(message.with(Step::Send { kind: MessageKind::Text, body }));
        }
    }
}

/// What a line separates, if it does. A comment may follow.
fn separator(line: &Line<'_>) -> Option<Separator> {
    let rest = line.text.strip_prefix("===").filter(|rest| !rest.starts_with('='))?;
    let word = rest.split("//").next().unwrap_or_default().trim();
    Some(match word {
        "" => Separator::Plain,
        "wait-for-server" => Separator::Wait,
        _ => Separator::Unknown,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;
    use crate::spec::Piece;

    /// Messages as they are, `?` for each wait.
    fn steps(text: &str) -> Vec<String> {
        let (steps, diagnostics) = read(&SourceFile::new("a.http", text).span(0..text.len()), &[], <&Rules>::default());
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        let show = |step: &Spanned<Step>| match &step.value {
            Step::Send { body: Body::Content(pieces), .. } => pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Text(text) => text.value.as_str(),
                    _ => "[file]",
                })
                .collect(),
            Step::Expect(_) => "?".to_owned(),
            other => panic!("{other:?}"),
        };
        steps.iter().flat_map(|steps| steps.value.iter().map(show)).collect()
    }

    #[test]
    fn messages_stand_between_separators() {
        for (text, expected) in [
            ("", &[][..]),
            ("one", &["one"]),
            ("one\n===\ntwo\r\n\r\nstill two\n\n===\n", &["one", "two\r\n\r\nstill two"]),
            ("===\none\n=== wait-for-server\ntwo\n", &["one", "?", "two"]),
            ("{}\n=== wait-for-server\n=== wait-for-server // twice\n{}", &["{}", "?", "?", "{}"]),
            ("one\n===  // a comment\n< file.txt\n", &["one", "[file]"]),
            ("a === b\n ===\n====\n", &["a === b\n ===\n===="]),
        ] {
            assert_eq!(steps(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_separator_says_nothing_else() {
        let text = "one\n=== wait-for-server 2\ntwo";
        let (_, diagnostics) = read(&SourceFile::new("a.http", text).span(0..text.len()), &[], <&Rules>::default());
        assert_eq!(diagnostics[0].span().unwrap().text(), "=== wait-for-server 2");
    }
}
