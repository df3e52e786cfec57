//! The lines of a form, `application/x-www-form-urlencoded`: they are joined, and what stands
//! between `&` and `=` is read as the dialect has it.

use std::ops::Range;

use crate::diagnostic::Diagnostic;
use crate::http::encode_illegal;
use crate::source::Span;
use crate::spec::dialect::{FormTexts, Rules};
use crate::spec::{Format, Piece, Text};

use super::line::{outside_of_braces, trimmed};
use super::text;

/// What is written, and what is sent for it.
type Escape = (&'static str, &'static str);

/// What stands for a character that would part pairs, or be read as a space.
const ESCAPES: &[Escape] = &[("%+", "%2B"), ("%&", "%26"), ("%=", "%3D"), ("%%", "%25")];

/// Adds a line to those above it: what joins them is `&`, and no white space.
pub(super) fn push_line(pieces: &mut Vec<Piece>, line: &Span, rules: &Rules) -> Vec<Diagnostic> {
    if line.text().is_empty() {
        return Vec::new();
    }
    let goes_on = !line.text().starts_with('&') && pieces.last().is_some_and(|above| !ends_a_pair(above));
    let in_doubt = if rules.form_texts == FormTexts::Pairs { doubtful_escape(line) } else { None };
    match rules.form_texts {
        FormTexts::Pairs => pieces.extend(pairs(line, ESCAPES, "+")),
        FormTexts::Trimmed => pieces.extend(pairs(line, &[], "%20")),
        FormTexts::Encoded => push_joined(pieces, line, |text| Piece::Form { text, space: "%20" }),
        FormTexts::Verbatim => push_joined(pieces, line, Piece::Text),
    }
    let gone_on = goes_on.then(|| {
        Diagnostic::warning("this line goes on with the value above")
            .at(line, "")
            .help("write `&` before it, if it is a pair of its own")
    });
    gone_on.into_iter().chain(in_doubt).collect()
}

/// A warning of `%&`, which joins what other editors part.
fn doubtful_escape(line: &Span) -> Option<Diagnostic> {
    let is_joining = |token: &Token| matches!(token, Token::Escape(_, "%26"));
    let Token::Escape(range, _) = tokens(line.text(), ESCAPES).into_iter().find(is_joining)? else { return None };
    let warning = Diagnostic::warning("`%&` is read as a `&` of the value, as JetBrains has it");
    Some(warning.at(&line.slice(range), "").help("write `%25&` for a percent sign at the end of the value"))
}

/// Whether a pair of its own may follow.
fn ends_a_pair(piece: &Piece) -> bool {
    match piece {
        Piece::Text(text) | Piece::Form { text, .. } => text.value.ends_with('&'),
        Piece::File(_) => true,
        Piece::Bytes(_) => false,
    }
}

/// The line as it stands, but for white space beside the `&` that join it to others.
fn push_joined(pieces: &mut Vec<Piece>, line: &Span, piece: impl Fn(Text) -> Piece) {
    let whole = line.text();
    let start = usize::from(whole.starts_with('&'));
    let end = whole.len() - usize::from(whole.len() > start && whole.ends_with('&'));
    let parts = [line.slice(0..start), trimmed(&line.slice(start..end)), line.slice(end..whole.len())];
    pieces.extend(parts.iter().filter(|part| !part.text().is_empty()).map(|part| piece(text(part))));
}

/// Whether dialects send different texts for a line.
pub(super) fn is_changed(line: &Span) -> bool {
    let differs = |token: &Token| match token {
        Token::Run(range) => {
            let run = outside_of_braces(&line.text()[range.clone()]);
            encode_illegal(&run, "+") != run
        }
        Token::Separator(_) => false,
        Token::Escape(..) => true,
    };
    tokens(line.text(), ESCAPES).iter().any(differs)
}

/// A part of a line.
enum Token {
    Run(Range<usize>),
    /// `&`, or the first `=` of a pair.
    Separator(Range<usize>),
    Escape(Range<usize>, &'static str),
}

/// The pairs of a line: white space at the ends of names and values is left out.
fn pairs(line: &Span, escapes: &[Escape], space: &'static str) -> Vec<Piece> {
    let tokens = tokens(line.text(), escapes);
    let is_border = |token: Option<&Token>| matches!(token, None | Some(Token::Separator(_)));
    let piece = |(at, token): (usize, &Token)| match token {
        Token::Separator(range) => Some(Piece::Text(text(&line.slice(range.clone())))),
        Token::Escape(range, encoded) => {
            Some(Piece::Text(Text::new(line.slice(range.clone()).with((*encoded).to_owned()), Format::Http)))
        }
        Token::Run(range) => {
            let mut range = range.clone();
            if is_border(at.checked_sub(1).map(|before| &tokens[before])) {
                range.start = range.end - line.text()[range.clone()].trim_start().len();
            }
            if is_border(tokens.get(at + 1)) {
                range.end = range.start + line.text()[range.clone()].trim_end().len();
            }
            (!range.is_empty()).then(|| Piece::Form { text: text(&line.slice(range)), space })
        }
    };
    tokens.iter().enumerate().filter_map(piece).collect()
}

/// Cuts a line outside of its templates.
fn tokens(line: &str, escapes: &[Escape]) -> Vec<Token> {
    let (mut tokens, mut run, mut at, mut may_part) = (Vec::new(), 0, 0, true);
    while at < line.len() {
        let rest = &line[at..];
        let escape = escapes.iter().find(|(written, _)| rest.starts_with(written));
        let (length, token) = match escape {
            Some((written, encoded)) => (written.len(), Some(Token::Escape(at..at + written.len(), encoded))),
            None if rest.starts_with("{{") => (rest.find("}}").map_or(rest.len(), |end| end + 2), None),
            None if rest.starts_with('&') || may_part && rest.starts_with('=') => {
                // Where nothing escapes a `=`, each of them parts, as httpYac has it.
                may_part = rest.starts_with('&') || escapes.is_empty();
                (1, Some(Token::Separator(at..at + 1)))
            }
            None => (rest.chars().next().map_or(1, char::len_utf8), None),
        };
        if let Some(token) = token {
            tokens.extend((run < at).then_some(Token::Run(run..at)));
            tokens.push(token);
            run = at + length;
        }
        at += length;
    }
    tokens.extend((run < at).then_some(Token::Run(run..at)));
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;
    use crate::spec::Dialect;

    fn read(form: &str, dialect: Dialect) -> (String, usize) {
        let (mut pieces, mut warnings) = (Vec::new(), 0);
        for line in form.lines() {
            let source = SourceFile::new("a.http", line);
            warnings += push_line(&mut pieces, &trimmed(&source.span(0..line.len())), dialect.rules()).len();
        }
        let show = |piece: &Piece| match piece {
            Piece::Text(text) => text.value.clone(),
            Piece::Form { text, space } => encode_illegal(&text.value, space),
            Piece::File(_) | Piece::Bytes(_) => panic!("no files in these forms"),
        };
        (pieces.iter().map(show).collect(), warnings)
    }

    #[test]
    fn pairs_are_trimmed_and_their_escapes_read() {
        for (form, expected) in [
            ("a=1\n  &b=2", "a=1&b=2"),
            ("id = 999 &\nfact = 3 %+ 4 %= 7 <é", "id=999&fact=3+%2B+4+%3D+7+%3C%C3%A9"),
            ("a = b = c & d", "a=b+=+c&d"),
            ("100%% = %&%20&%", "100%25=%26%20&%25"),
            ("{{a & b = c}} = {{ x }} &", "{{a+&+b+=+c}}={{+x+}}&".replace('{', "%7B").replace('}', "%7D").as_str()),
            ("&", "&"),
            (" = ", "="),
        ] {
            assert_eq!(read(form, Dialect::JetBrains).0, expected, "{form}");
        }
    }

    #[test]
    fn dialects_encode_or_send_what_is_written() {
        let form = "a = x y &\n%+=%";
        assert_eq!(read(form, Dialect::VsCode).0, "a%20=%20x%20y&%25+=%25");
        assert_eq!(read(form, Dialect::HttpYac).0, "a=x%20y&%25+=%25");
        assert_eq!(read(form, Dialect::Standard).0, "a = x y&%+=%");
    }

    #[test]
    fn warns_of_an_escape_that_other_editors_read_as_two_pairs() {
        assert_eq!(read("discount=10%&code=x", Dialect::Superset), ("discount=10%26code=x".to_owned(), 1));
        assert_eq!(read("discount=10%&code=x", Dialect::HttpYac), ("discount=10%25&code=x".to_owned(), 0));
    }

    #[test]
    fn warns_of_a_line_that_goes_on_with_a_value() {
        for dialect in [Dialect::Superset, Dialect::VsCode, Dialect::HttpYac] {
            assert_eq!(read("a=1\nb=2", dialect).1, 1);
            assert_eq!(read("a=1 &\nb=2\n&c=3\n\n", dialect).1, 0);
        }
    }
}
