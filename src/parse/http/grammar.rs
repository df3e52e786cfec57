//! The parser that is made of `grammar/http.pest`, and what its errors say.

use pest::Parser as _;
use pest::error::{ErrorVariant, InputLocation};
use pest::iterators::{Pair, Pairs};

use crate::diagnostic::Diagnostic;
use crate::source::Span;

#[derive(pest_derive::Parser)]
#[grammar = "grammar/http.pest"]
struct Grammar;

/// What the parts of the grammar are called in messages. Where several may follow,
/// the first of these is what an author most likely meant.
const NAMES: &[(Rule, &str)] = &[
    (Rule::target, "a URL or a path"),
    (Rule::version, "a version such as `HTTP/1.1`, or the end of the line"),
    (Rule::gap, "one space"),
    (Rule::line_end, "the end of the line"),
    (Rule::colon, "a colon"),
    (Rule::once, "`=`"),
    (Rule::variable_name, "the name of a variable"),
    (Rule::field_name, "the name of a header field"),
    (Rule::given_variable, "a variable such as `@name = value`"),
    (Rule::equals, "`=`"),
    (Rule::closing, "`)` at the end of the line"),
];

/// Reads a place by a rule of the grammar. The rule must match from its start.
///
/// # Errors
/// Where it stops to match, and what was expected there.
pub(super) fn read(rule: Rule, span: &Span) -> Result<Pairs<'_, Rule>, Mismatch> {
    Grammar::parse(rule, span.text()).map_err(|error| Mismatch::new(&error, span))
}

/// The error of a place that a rule does not match: it points at where it stops to.
pub(super) fn mismatch(rule: Rule, span: &Span, message: &str) -> Diagnostic {
    match read(rule, span) {
        Err(mismatch) => mismatch.diagnostic(message),
        Ok(_) => Diagnostic::error(message).at(span, ""),
    }
}

/// Whether a text matches a rule from its start.
pub(super) fn matches(rule: Rule, text: &str) -> bool {
    Grammar::parse(rule, text).is_ok()
}

/// The place of a pair that was found in a place.
pub(super) fn locate(origin: &Span, pair: &Pair<'_, Rule>) -> Span {
    let found = pair.as_span();
    origin.slice(found.start()..found.end())
}

/// Where and why a rule does not match.
#[derive(Debug)]
pub(super) struct Mismatch {
    at: Span,
    expected: Option<&'static str>,
}

impl Mismatch {
    fn new(error: &pest::error::Error<Rule>, origin: &Span) -> Self {
        let start = match error.location {
            InputLocation::Pos(start) | InputLocation::Span((start, _)) => start,
        };
        let width = origin.text()[start..].chars().next().map_or(0, char::len_utf8);
        let positives = match &error.variant {
            ErrorVariant::ParsingError { positives, .. } => positives.as_slice(),
            ErrorVariant::CustomError { .. } => &[],
        };
        let expected = NAMES.iter().find(|(rule, _)| positives.contains(rule)).map(|&(_, name)| name);
        Self { at: origin.slice(start..start + width), expected }
    }

    /// An error that points at the place.
    pub(super) fn diagnostic(&self, message: impl Into<String>) -> Diagnostic {
        let label = self.expected.map_or_else(String::new, |name| format!("expected {name}"));
        Diagnostic::error(message).at(&self.at, label)
    }
}
