//! `.env` files, and other lines of `name=value`.
//!
//! ```text
//! file    = ( blank | comment | [ "export" ] name "=" value [ comment ] )*
//! name    = ( letter | digit | "_" | "." | "-" )+
//! value   = "'" text as it is "'" | '"' text with \n \r \t \\ \" \$ '"' | text up to " #"
//! comment = "#" text
//! ```
//! Quoted values may go over several lines. Nothing is expanded.

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::source::{SourceFile, Span};

/// Reads a file: its names with their values, in order.
///
/// # Errors
/// Every line that is none of the above.
pub(in crate::cli) fn parse(source: &Arc<SourceFile>) -> Result<Vec<(String, String)>, Vec<Diagnostic>> {
    let mut reader = Reader { source, at: 0 };
    let mut defined = Vec::new();
    let mut problems = Vec::new();
    while let Some(line) = reader.next_line() {
        match definition(&mut reader, &line) {
            Ok(definition) => defined.extend(definition),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(defined) } else { Err(problems) }
}

struct Reader<'s> {
    source: &'s Arc<SourceFile>,
    at: usize,
}

impl Reader<'_> {
    fn next_line(&mut self) -> Option<Span> {
        let rest = &self.source.text()[self.at..];
        if rest.is_empty() {
            return None;
        }
        let length = rest.find('\n').unwrap_or(rest.len());
        let line = self.source.span(self.at..self.at + length);
        self.at = (self.at + length + 1).min(self.source.text().len());
        Some(line)
    }
}

fn definition(reader: &mut Reader<'_>, line: &Span) -> Result<Option<(String, String)>, Diagnostic> {
    let written = line.text().trim();
    if written.is_empty() || written.starts_with('#') {
        return Ok(None);
    }
    let (name, value) = written.split_once('=').ok_or_else(|| {
        Diagnostic::error("a line that is no `name=value`").at(&trimmed(line), "").help("a comment begins with `#`")
    })?;
    let name = match name.split_once(char::is_whitespace) {
        Some(("export", name)) => name.trim(),
        _ => name.trim(),
    };
    if name.is_empty() || !name.chars().all(|character| character.is_alphanumeric() || "_.-".contains(character)) {
        let problem = Diagnostic::error(format!("`{name}` is not the name of a variable")).at(&trimmed(line), "");
        return Err(problem.help("letters, digits, `_`, `.` and `-` are allowed"));
    }
    let value = value.trim_start();
    let value = match value.chars().next() {
        Some(quote @ ('"' | '\'')) => quoted(reader, line, quote)?,
        _ => unquoted(value),
    };
    Ok(Some((name.to_owned(), value)))
}

fn trimmed(line: &Span) -> Span {
    let text = line.text();
    let start = text.len() - text.trim_start().len();
    line.slice(start..text.trim_end().len().max(start))
}

fn unquoted(value: &str) -> String {
    let comment = value.match_indices('#').find(|&(at, _)| at == 0 || value[..at].ends_with([' ', '\t']));
    value[..comment.map_or(value.len(), |(at, _)| at)].trim_end().to_owned()
}

/// Reads from the first quote after the `=` of a line to the next that is not escaped.
fn quoted(reader: &mut Reader<'_>, line: &Span, quote: char) -> Result<String, Diagnostic> {
    let equals = line.text().find('=').expect("a definition has been split at its `=`");
    let opening = equals + line.text()[equals..].find(quote).expect("the value begins with this quote");
    let start = line.range().start + opening;
    let mut value = String::new();
    let mut characters = reader.source.text()[start + 1..].char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' if quote == '"' => match characters.next() {
                Some((_, 'n')) => value.push('\n'),
                Some((_, 'r')) => value.push('\r'),
                Some((_, 't')) => value.push('\t'),
                Some((_, escaped @ ('\\' | '"' | '$'))) => value.push(escaped),
                Some((_, other)) => value.extend(['\\', other]),
                None => break,
            },
            character if character == quote => {
                reader.at = start + 1 + at + 1;
                return nothing_follows(reader).map(|()| value);
            }
            character => value.push(character),
        }
    }
    Err(Diagnostic::error("a quote is not closed").at(&line.slice(opening..opening + 1), ""))
}

fn nothing_follows(reader: &mut Reader<'_>) -> Result<(), Diagnostic> {
    match reader.next_line() {
        Some(rest) if !matches!(rest.text().trim().chars().next(), None | Some('#')) => {
            Err(Diagnostic::error("text after the closing quote").at(&trimmed(&rest), ""))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_definitions() {
        let cases: &[(&str, &[(&str, &str)])] = &[
            ("", &[]),
            ("# a\n\n  # b\n", &[]),
            (
                "A=1\r\nexport B = two words # three\nC=\nD=a#b",
                &[("A", "1"), ("B", "two words"), ("C", ""), ("D", "a#b")],
            ),
            ("A='x # \\n' # y\nB=\"a\\n\\\"b\\\" \\$ \\q\"", &[("A", "x # \\n"), ("B", "a\n\"b\" $ \\q")]),
            ("A=\"one\ntwo\"\nB='3'", &[("A", "one\ntwo"), ("B", "3")]),
            ("a.b-c=#x\nd==", &[("a.b-c", ""), ("d", "=")]),
        ];
        for (text, expected) in cases {
            let defined = parse(&SourceFile::new(".env", *text)).unwrap();
            let defined: Vec<_> = defined.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            assert_eq!(&defined, expected, "{text}");
        }
    }

    #[test]
    fn says_which_lines_are_wrong() {
        let problems = parse(&SourceFile::new(".env", "A=1\n  oops\nB C=2\n=3\nD='x' y\nE=\"open\n")).unwrap_err();
        let shown: Vec<_> =
            problems.iter().map(|problem| format!("{}: {}", problem.span().unwrap(), problem.message)).collect();
        assert_eq!(
            shown,
            [
                ".env:2:3: a line that is no `name=value`",
                ".env:3:1: `B C` is not the name of a variable",
                ".env:4:1: `` is not the name of a variable",
                ".env:5:7: text after the closing quote",
                ".env:6:3: a quote is not closed",
            ]
        );
    }

    proptest! {
        #[test]
        fn never_panics(text in "([A-Z='\"\\\\# \\n]|\\PC){0,40}") {
            let _ = parse(&SourceFile::new(".env", text));
        }
    }
}
