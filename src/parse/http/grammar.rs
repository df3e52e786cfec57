//! The parser that is made of `grammar/http.pest`, and what its errors say.

use pest::Parser as _;
use pest::error::{ErrorVariant, InputLocation};
use pest::iterators::{Pair, Pairs};

use crate::diagnostic::Diagnostic;
use crate::source::Span;

#[derive(pest_derive::Parser)]
#[grammar = "grammar/http.pest"]
struct Grammar;

/// What the parts of the grammar are called in messages.
const NAMES: &[(Rule, &str)] = &[
    (Rule::method, "a method"),
    (Rule::target, "a URL or a path"),
    (Rule::version, "a version such as `HTTP/1.1`"),
    (Rule::line_end, "the end of the line"),
    (Rule::field_name, "the name of a header field"),
    (Rule::colon, "a colon"),
];

/// Reads a place by a rule of the grammar. The rule must match from its start.
///
/// # Errors
/// Where it stops to match, and what was expected there.
pub(super) fn read(rule: Rule, span: &Span) -> Result<Pairs<'_, Rule>, Mismatch> {
    Grammar::parse(rule, span.text()).map_err(|error| Mismatch::new(&error, span))
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
    expected: Vec<&'static str>,
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
        let expected = NAMES.iter().filter(|(rule, _)| positives.contains(rule)).map(|&(_, name)| name).collect();
        Self { at: origin.slice(start..start + width), expected }
    }

    /// An error that points at the place.
    pub(super) fn diagnostic(&self, message: impl Into<String>) -> Diagnostic {
        let label = match self.expected.as_slice() {
            [] => String::new(),
            names => format!("expected {}", names.join(" or ")),
        };
        Diagnostic::error(message).at(&self.at, label)
    }
}
