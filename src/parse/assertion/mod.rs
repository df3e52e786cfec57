//! The assertion language: `query filter* predicate` (`grammar/assertion.pest`).

mod comparison;
mod encoding;
mod filter;
mod javascript;
mod predicate;
mod query;
mod status;
mod types;
mod value;

pub(super) use comparison::{IGNORING, UNORDERED, json_path};
pub use javascript::parse_httpyac_assertion;
pub(super) use predicate::{digest, lone_predicate, predicate_with_value, refuse_denial, schema, unknown_predicate};
pub(super) use query::{certificate, cookie};
pub(super) use status::of_status;
pub(super) use types::check as check_types;
pub(super) use value::inline_flags;

use pest::Parser as _;
use pest::error::{ErrorVariant, InputLocation};
use pest::iterators::{Pair, Pairs};

use crate::diagnostic::Diagnostic;
use crate::source::{Span, Spanned};
use crate::spec::{Assertion, Capture, Format, Operand, Severity, Subject};

#[derive(pest_derive::Parser)]
#[grammar = "grammar/assertion.pest"]
struct Grammar;

/// The deepest nesting of brackets that is read: it bounds the parser's recursion.
const DEEPEST: usize = 100;

/// Reads `query filter* predicate` from a place in a spec file.
///
/// # Errors
/// Where and why it is no assertion.
pub fn parse_assertion(span: &Span, format: Format) -> Result<Assertion, Diagnostic> {
    let whole = Reader::new(span, format);
    let (severity, reader) = whole.severity();
    if javascript::asks(reader.text()) {
        return Ok(Assertion { severity, span: whole.span, ..javascript::read(&reader)? });
    }
    let mut pairs = reader.parse(Rule::assertion)?;
    let subject_pair = expect_pair(&mut pairs, Rule::subject);
    let subject_span = reader.span_of(&subject_pair);
    let subject = reader.subject(subject_pair)?;
    let Some(pair) = pairs.next().filter(|pair| pair.as_rule() == Rule::predicate) else {
        return Err(reader.no_predicate(&subject_span));
    };
    let claim = reader.predicate(pair).map_err(|problem| query::near_phase(&subject, problem))?;
    let comment = pairs.peek().filter(|pair| pair.as_rule() == Rule::comment);
    reader.refuse_leftover(&mut pairs)?;
    let (subject, claim) = claim.applied_to(subject)?;
    let length = whole.text().len() - comment.map_or(0, |comment| reader.text().len() - comment.as_span().start());
    Ok(Assertion {
        subject,
        predicate: claim.predicate,
        negated: claim.negated,
        severity,
        wording: None,
        span: whole.span.slice(0..length),
    })
}

/// Whether an assertion says that it must hold, also where the rest of it cannot be read.
pub fn is_must(span: &Span, format: Format) -> bool {
    Reader::new(span, format).severity().0 == Severity::Must
}

/// Reads `name = query filter*`, with `default value` and `redact` after it, from a place in
/// a `.http` file.
///
/// # Errors
/// Where and why it is no capture.
pub fn parse_capture(span: &Span, format: Format) -> Result<Capture, Diagnostic> {
    let reader = Reader::new(span, format);
    let mut pairs = reader.parse(Rule::capture)?;
    let name = expect_pair(&mut pairs, Rule::variable);
    let name = reader.span_of(&name).with(name.as_str().to_owned());
    reader.kept(name, &mut pairs)
}

/// Reads the same without its name and the `=`.
///
/// # Errors
/// Where and why it is no capture.
pub fn parse_kept(name: Spanned<String>, span: &Span, format: Format) -> Result<Capture, Diagnostic> {
    let reader = Reader::new(span, format);
    let mut pairs = reader.parse(Rule::lone_kept)?;
    reader.kept(name, &mut pairs)
}

/// Reads `query filter*` alone, from a place in a spec file.
///
/// # Errors
/// Where and why it is none.
pub fn parse_subject(span: &Span, format: Format) -> Result<Subject, Diagnostic> {
    let reader = Reader::new(span, format);
    let mut pairs = reader.parse(Rule::lone_subject)?;
    let subject = reader.subject(expect_pair(&mut pairs, Rule::subject))?;
    reader.refuse_leftover(&mut pairs)?;
    Ok(subject)
}

/// Reads a value as it stands after `==`: `200`, `"text"`, `500ms`, `base64,…`, JSON, or a text without quotes.
///
/// # Errors
/// Where and why it is none: JSON that breaks off, an unknown encoding, ….
pub fn parse_operand(span: &Span, format: Format) -> Result<Operand, Diagnostic> {
    let reader = Reader::new(span, format);
    match reader.parse(Rule::lone_value)?.find(|pair| pair.as_rule() == Rule::value) {
        Some(value) => reader.value(value),
        None => Err(Diagnostic::error("there is no value").at(span, "").help("write `\"\"` for an empty text")),
    }
}

/// A text of the assertion language with its place.
struct Reader {
    /// The text without white space around it.
    span: Span,
    format: Format,
}

impl Reader {
    fn new(span: &Span, format: Format) -> Self {
        let text = span.text();
        let start = text.len() - text.trim_start().len();
        Self { span: span.slice(start..start + text.trim().len()), format }
    }

    fn text(&self) -> &str {
        self.span.text()
    }

    /// What is written before an assertion, and the assertion.
    fn severity(&self) -> (Severity, Self) {
        let text = self.text();
        let written = Severity::WRITTEN.iter().find_map(|severity| {
            let rest = text.strip_prefix(severity.as_str()).filter(|rest| rest.starts_with([' ', '\t']))?;
            Some((*severity, rest.len()))
        });
        let (severity, length) = written.unwrap_or((Severity::default(), text.len()));
        (severity, Self::new(&self.span.slice(text.len() - length..text.len()), self.format))
    }

    /// A subject, and what is to be done with what it gives.
    fn kept(&self, name: Spanned<String>, pairs: &mut Pairs<'_, Rule>) -> Result<Capture, Diagnostic> {
        let subject = self.subject(expect_pair(pairs, Rule::subject))?;
        let mut capture = Capture { name, subject, default: None, is_secret: false, span: self.span.clone() };
        for pair in pairs.by_ref().take_while(|pair| !matches!(pair.as_rule(), Rule::EOI | Rule::comment)) {
            match pair.as_rule() {
                Rule::default => capture.default = Some(self.item(alone(pair))?),
                Rule::redact => capture.is_secret = true,
                _ => return Err(self.no_option(&pair, &capture)),
            }
        }
        Ok(capture)
    }

    /// That what stands behind a capture is none of its options.
    fn no_option(&self, pair: &Pair<'_, Rule>, before: &Capture) -> Diagnostic {
        let problem = self.leftover(pair);
        match pair.as_str().split_whitespace().next().unwrap_or_default() {
            "default" if before.is_secret => problem.help("`default` stands before `redact`"),
            "default" => problem.help("write a value behind it, as in `default \"none\"`"),
            word => problem.suggest(word, ["default", "redact"]),
        }
    }

    /// What a rule makes of the whole text: the pairs within it.
    fn parse(&self, rule: Rule) -> Result<Pairs<'_, Rule>, Diagnostic> {
        self.check_depth()?;
        match Grammar::parse(rule, self.text()) {
            Ok(mut pairs) => Ok(pairs.next().expect("an entry point yields one pair").into_inner()),
            Err(error) => Err(self.syntax_error(&error, rule)),
        }
    }

    fn check_depth(&self) -> Result<(), Diagnostic> {
        let mut depth = 0_usize;
        for (at, byte) in self.text().bytes().enumerate() {
            match byte {
                b'[' | b'(' | b'{' => depth += 1,
                b']' | b')' | b'}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > DEEPEST {
                let message = format!("brackets are nested more than {DEEPEST} deep");
                return Err(Diagnostic::error(message).at(&self.span.slice(at..at + 1), "one more here"));
            }
        }
        Ok(())
    }

    fn span_of(&self, pair: &Pair<'_, Rule>) -> Span {
        let span = pair.as_span();
        self.span.slice(span.start()..span.end())
    }

    fn refuse_leftover(&self, pairs: &mut Pairs<'_, Rule>) -> Result<(), Diagnostic> {
        match pairs.find(|pair| pair.as_rule() == Rule::leftover) {
            None => Ok(()),
            Some(pair) => Err(self.leftover(&pair)),
        }
    }

    fn leftover(&self, pair: &Pair<'_, Rule>) -> Diagnostic {
        let message = format!("unexpected `{}`", excerpt(pair.as_str()));
        Diagnostic::error(message).at(&self.span_of(pair), "nothing is expected here")
    }

    fn no_predicate(&self, subject: &Span) -> Diagnostic {
        let rest = self.span.slice(subject.range().end - self.span.range().start..self.text().len());
        let message = format!("`{}` has no predicate", excerpt(subject.text()));
        let diagnostic = if rest.text().trim().is_empty() {
            Diagnostic::error(message).at(subject, "no predicate follows")
        } else {
            Diagnostic::error(message).at(&rest, "this is no predicate")
        };
        diagnostic.help("say what must hold, as in `== 200`, `contains text`, `exists`")
    }

    fn syntax_error(&self, error: &pest::error::Error<Rule>, rule: Rule) -> Diagnostic {
        let at = match error.location {
            InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
        };
        let width = self.text()[at..].chars().next().map_or(0, char::len_utf8);
        let (wanted, help) = match rule {
            Rule::capture => ("a capture", "write `name = query`, as in `userId = body $.id`"),
            Rule::lone_structure => ("JSON", "put the value in quotes if a text is meant"),
            Rule::lone_subject => ("a query", "write what to look at, as in `status` or `body $.id`"),
            _ => ("an assertion", "write `query predicate`, as in `status == 200`"),
        };
        let label = match &error.variant {
            ErrorVariant::ParsingError { .. } if width == 0 => "it ends too early",
            ErrorVariant::ParsingError { .. } => "it breaks off here",
            ErrorVariant::CustomError { message } => message,
        };
        let message = format!("`{}` is not {wanted}", excerpt(self.text()));
        Diagnostic::error(message).at(&self.span.slice(at..at + width), label).help(help)
    }
}

/// The next pair, which the grammar says is of this rule.
fn expect_pair<'i>(pairs: &mut Pairs<'i, Rule>, rule: Rule) -> Pair<'i, Rule> {
    let pair = pairs.next().expect("the grammar demands a pair here");
    debug_assert_eq!(pair.as_rule(), rule, "the grammar demands this rule here");
    pair
}

/// The value of a `default`.
fn alone(pair: Pair<'_, Rule>) -> Pair<'_, Rule> {
    let value = query::first(pair);
    if value.as_rule() == Rule::item { query::first(value) } else { value }
}

/// The start of a text, for a message.
fn excerpt(text: &str) -> String {
    const LONGEST: usize = 60;
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::source::SourceFile;

    pub(super) fn span(text: &str) -> Span {
        let source = SourceFile::new("a.http", format!("# @assert {text}"));
        let end = source.text().len();
        source.span(10..end)
    }

    pub(super) fn read(text: &str) -> Assertion {
        match parse_assertion(&span(text), Format::Http) {
            Ok(assertion) => assertion,
            Err(diagnostic) => panic!("{text}: {diagnostic:?}"),
        }
    }

    /// The message, the place that it points at, and the help.
    pub(super) fn error(text: &str) -> (String, String, String) {
        let diagnostic = parse_assertion(&span(text), Format::Http).expect_err(text);
        let place = diagnostic.span().map_or_else(String::new, |span| span.text().to_owned());
        (diagnostic.message, place, diagnostic.help.unwrap_or_default())
    }

    #[test]
    fn keeps_the_text_and_its_place_without_white_space_around_it() {
        let assertion = read("  status == 200 ");
        assert_eq!(assertion.text(), "status == 200");
        assert_eq!(assertion.span.range(), 12..25);
    }

    #[test]
    fn says_what_is_missing_or_too_much() {
        for (text, message, place, help) in [
            ("status", "`status` has no predicate", "status", "say what must hold"),
            ("body | count 5", "`body | count` has no predicate", " 5", "say what must hold"),
            ("status exists now", "unexpected `now`", "now", ""),
            ("== 200", "`== 200` is not an assertion", "=", "write `query predicate`"),
            ("", "`` is not an assertion", "", "write `query predicate`"),
        ] {
            let (actual, at, hint) = error(text);
            assert_eq!((actual.as_str(), at.as_str()), (message, place), "{text}");
            assert!(hint.starts_with(help), "{text}: {hint}");
        }
    }

    #[test]
    fn reads_captures() {
        let capture = parse_capture(&span("userId = body $.id | toString"), Format::Http).unwrap();
        assert_eq!(capture.name.value, "userId");
        assert_eq!(capture.name.span.text(), "userId");
        assert_eq!(capture.subject.filters.len(), 1);
        let diagnostic = parse_capture(&span("body $.id"), Format::Http).unwrap_err();
        assert_eq!(diagnostic.message, "`body $.id` is not a capture");
    }

    #[test]
    fn a_capture_may_have_a_default_and_be_secret() {
        let shown = |text: &str| {
            let capture = parse_capture(&span(text), Format::Http).map_err(|error| error.message)?;
            let default = capture.default.map(|default| default.span.text().to_owned());
            Ok::<_, String>((capture.subject.filters.len(), default.unwrap_or_default(), capture.is_secret))
        };
        for (text, filters, default, is_secret) in [
            ("a = $.a redact", 0, "", true),
            ("a = header x | split \" \" | last redact", 2, "", true),
            ("a = $.a default 5", 0, "5", false),
            ("a = body default \"a b\"  redact", 0, "\"a b\"", true),
            ("a = $.a | first default {\"b\": [1, 2]} redact", 1, "{\"b\": [1, 2]}", true),
            ("a = cookie default default {{b}}", 0, "{{b}}", false),
        ] {
            assert_eq!(shown(text), Ok((filters, default.to_owned(), is_secret)), "{text}");
        }
        assert_eq!(shown("a = $.a default 5 redact # it is new"), Ok((0, "5".to_owned(), true)));
        for (text, leftover, help) in [
            ("a = $.a default", "default", "write a value behind it, as in `default \"none\"`"),
            ("a = $.a redact default 5", "default 5", "`default` stands before `redact`"),
            ("a = $.a redacted", "redacted", "did you mean `redact`?"),
            ("a = $.a defualt 5", "defualt 5", "did you mean `default`?"),
        ] {
            assert_eq!(shown(text), Err(format!("unexpected `{leftover}`")), "{text}");
            let problem = parse_capture(&span(text), Format::Http).unwrap_err();
            assert_eq!(problem.help.as_deref(), Some(help), "{text}");
        }
    }

    #[test]
    fn a_word_before_an_assertion_says_how_much_hangs_on_it() {
        for (text, severity, query) in [
            ("status == 200", Severity::Fail, "status"),
            ("must status == 200", Severity::Must, "status"),
            ("warn\tduration < 5ms", Severity::Warn, "duration"),
            ("must js a == b", Severity::Must, "js a"),
        ] {
            let assertion = read(text);
            let found = (assertion.severity, assertion.subject.query.span.text(), assertion.text());
            assert_eq!(found, (severity, query, text));
        }
        assert_eq!(error("must").0, "there is no query `must`");
        assert_eq!(error("must status").0, "`status` has no predicate");
    }

    #[test]
    fn a_comment_may_stand_behind_what_has_an_end_of_its_own() {
        for (text, assertion) in [
            ("status == 200 # fine", "status == 200"),
            ("must status == 2xx #fine", "must status == 2xx"),
            ("$.name == \"a # b\"\t# c", "$.name == \"a # b\""),
            ("$.a exists # b", "$.a exists"),
            ("$.a | count == 2 # \"b\"", "$.a | count == 2"),
            ("$.a matches /b # c/ # d", "$.a matches /b # c/"),
            ("$.a == [1, \"#\"] # d", "$.a == [1, \"#\"]"),
            ("$.a equals {\"a\": 1} unordered # d", "$.a equals {\"a\": 1} unordered"),
            ("$.a equals {\"a\": 1} # d", "$.a equals {\"a\": 1}"),
            ("$.a between 1 5 # d", "$.a between 1 5"),
            ("body == file,a b.json # d", "body == file,a b.json"),
            ("body snapshot a.json # d", "body snapshot a.json"),
            ("body snapshot # d", "body snapshot"),
            ("header x contains # a", "header x contains # a"),
            ("header x == a#b", "header x == a#b"),
        ] {
            assert_eq!(read(text).text(), assertion, "{text}");
        }
        for text in ["header x == a b # c", "body matches ^a # b"] {
            let (message, place, help) = error(text);
            assert_eq!(message, "a text without quotes goes to the end of the line, `#` included", "{text}");
            assert!(place.starts_with("# ") && help.contains("quotes"), "{text}: {place} {help}");
        }
    }

    #[test]
    fn reads_subjects_alone() {
        let subject = parse_subject(&span("header x | first"), Format::Yaml).unwrap();
        assert_eq!(subject.query.span.text(), "header x");
        let diagnostic = parse_subject(&span("status == 200"), Format::Yaml).unwrap_err();
        assert_eq!(diagnostic.message, "unexpected `== 200`");
    }

    #[test]
    fn refuses_nesting_that_would_exhaust_the_stack() {
        let (message, _, _) = error(&format!("body $.a == {}", "[".repeat(100_000)));
        assert_eq!(message, "brackets are nested more than 100 deep");
    }

    #[test]
    fn takes_linear_time_for_unclosed_brackets() {
        let text = format!("body ${} == 1", "[?(@".repeat(20));
        assert!(parse_assertion(&span(&text), Format::Http).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn never_panics(text in ".{0,60}") {
            drop(parse_assertion(&span(&text), Format::Http));
            drop(parse_capture(&span(&text), Format::Yaml));
            drop(parse_capture(&span(&format!("a = {text}")), Format::Http));
            drop(parse_operand(&span(&text), Format::Http));
        }

        #[test]
        fn never_panics_on_what_is_nearly_right(
            parts in prop::collection::vec(prop::sample::select(vec![
                "status", "header", "body", "$.a", "[", "]", "(", ")", "{", "}", "{{", "}}", "\"", "'", "/", "|",
                " ", "==", "not", "in", "between", "matches", "contains", "1", "-", "e5", "ms", "\\", "\\u", ",", ":",
                "must", "warn", "replace", "regex", "é", "base64,", "hex,", "file,", ";", "true", "2xx",
            ]), 0..24),
        ) {
            let text = parts.concat();
            if let Ok(assertion) = parse_assertion(&span(&text), Format::Http) {
                prop_assert_eq!(assertion.span.text(), text.trim());
            }
        }
    }
}
