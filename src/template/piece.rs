//! The pieces of a text: what stands in braces, and what stands between.

use std::ops::Range;

use minijinja::value::Value;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Severity;
use crate::source::Span;
use crate::spec::Format;
use crate::spec::dialect::{ExpressionLanguage, References, Rules, Undefined};

use super::cut::{Cut, Unclosed, cut};
use super::demand::Demand;
use super::expression::{Expression, Site, head_end};
use super::javascript::{self, JavaScript};
use super::reference::{Malformed, Reference};
use super::view::View;

/// A piece of a text.
#[derive(Debug)]
pub(super) enum Piece {
    /// What is sent as it is.
    Literal(String),
    /// What is replaced by its value.
    Live(Live),
}

/// What stands in braces.
#[derive(Debug)]
pub(super) enum Live {
    /// A name, looked up directly.
    Reference(Reference, Span),
    /// The same in a dialect that sends it as it is written where it has no value.
    Doubtful {
        /// What it refers to.
        reference: Reference,
        /// Where it stands.
        span: Span,
        /// How it is written.
        written: String,
    },
    /// Anything else, and the same in JavaScript, which knows members and functions that the
    /// language does not.
    Expression(Expression, Option<JavaScript>),
    /// What only JavaScript can read.
    JavaScript(JavaScript),
}

/// What becomes of braces in a `.http` file that hold nothing that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// They are text: a body may hold any language.
    Text,
    /// They are a mistake.
    Error,
}

/// Cuts a text, and compiles what stands in its braces.
///
/// # Errors
/// Where and why that cannot be compiled.
pub(super) fn compile(
    text: &str,
    format: Format,
    rules: &Rules,
    site: &Site,
    unreadable: Unreadable,
) -> Result<Vec<Piece>, Diagnostic> {
    let mut pieces = Vec::new();
    for cut in cut(text, format, rules).map_err(|unclosed| unclosed_error(unclosed, site))? {
        pieces.push(match cut {
            Cut::Literal(literal) => Piece::Literal(literal),
            Cut::Live(inner) => {
                let may_be_text =
                    format == Format::Http && unreadable == Unreadable::Text && is_doubtful(&text[inner.clone()]);
                match compile_live(&text[inner.clone()], format, rules, &place(text, inner.clone(), site), site) {
                    Err(_) if may_be_text => Piece::Literal(text[inner.start - 2..inner.end + 2].to_owned()),
                    compiled => compiled?,
                }
            }
        });
    }
    Ok(merge(pieces))
}

/// Where a part of a text stands.
fn place(text: &str, part: Range<usize>, site: &Site) -> Site {
    let found = if site.exact { None } else { site.find(&text[part.clone()]) };
    found.unwrap_or_else(|| site.part(part))
}

/// Compiles what could stand in braces.
///
/// # Errors
/// Where and why it cannot be compiled.
pub(super) fn compile_expression(text: &str, format: Format, rules: &Rules, site: &Site) -> Result<Live, Diagnostic> {
    let (trimmed, word) = trim(text, site);
    if is_javascript(trimmed, format, rules) {
        return Ok(Live::JavaScript(JavaScript::new(trimmed, &word)));
    }
    match reference(trimmed, format, rules) {
        Some(Ok(reference)) => Ok(Live::Reference(reference, word.span)),
        Some(Err(malformed)) => Err(malformed.at(|range| word.slice(range))),
        None => expression(trimmed, word, format),
    }
}

/// An expression of the template language, or of JavaScript where it is none.
fn expression(text: &str, site: Site, format: Format) -> Result<Live, Diagnostic> {
    let place = site.part(0..text.len());
    match Expression::compile(text, site, format) {
        Err(_) if format == Format::Http && javascript::is_likely(text) => {
            Ok(Live::JavaScript(JavaScript::new(text, &place)))
        }
        compiled => {
            let stand_in =
                (format == Format::Http && javascript::may_stand_in(text)).then(|| JavaScript::new(text, &place));
            compiled.map(|expression| Live::Expression(expression, stand_in))
        }
    }
}

/// Whether a text is JavaScript whatever the template language could make of it.
fn is_javascript(text: &str, format: Format, rules: &Rules) -> bool {
    let is_reference = || reference(text, format, rules).is_some_and(|found| found.is_ok());
    format == Format::Http
        && rules.references == References::Expression
        && (javascript::begins(text) || rules.expression_language == ExpressionLanguage::JavaScript && !is_reference())
}

/// A text without the white space at its ends.
fn trim<'a>(text: &'a str, site: &Site) -> (&'a str, Site) {
    let trimmed = text.trim();
    let start = text.len() - text.trim_start().len();
    (trimmed, site.part(start..start + trimmed.len()))
}

/// A text that is a reference as a whole.
fn reference(text: &str, format: Format, rules: &Rules) -> Option<Result<Reference, Malformed>> {
    (head_end(text) == text.len()).then(|| Reference::parse(text, format, rules)).flatten()
}

impl Piece {
    /// What it asks for that may be missed before it is rendered.
    pub(super) fn demands(&self) -> Vec<Demand<'_>> {
        match self {
            Self::Literal(_) => Vec::new(),
            Self::Live(live) => live.demands(),
        }
    }
}

impl Live {
    /// What it asks for that may be missed before it is worked out.
    pub(super) fn demands(&self) -> Vec<Demand<'_>> {
        match self {
            Self::Reference(reference, at) => reference.demand(at).into_iter().collect(),
            // In a dialect that sends it as it is written, nothing is missed.
            Self::Doubtful { .. } => Vec::new(),
            Self::Expression(expression, _) => expression.demands(),
            Self::JavaScript(expression) => vec![Demand::JavaScript(expression.code())],
        }
    }

    /// Its value.
    ///
    /// # Errors
    /// Why it has none.
    pub(super) fn value(&self, view: &View) -> Result<Value, Diagnostic> {
        match self {
            Self::Reference(reference, span) => reference.resolve(view, span),
            Self::Doubtful { reference, span, written } => Ok(reference.resolve(view, span).unwrap_or_else(|error| {
                view.warn(Diagnostic { severity: Severity::Warning, ..error }.note("it is sent as it is written"));
                Value::from(written.as_str())
            })),
            Self::Expression(expression, stand_in) => expression.evaluate(view).or_else(|error| {
                let value = stand_in.as_ref().and_then(|stand_in| stand_in.value(view).ok());
                value.filter(|value| !value.is_none()).ok_or(error)
            }),
            Self::JavaScript(expression) => expression.value(view),
        }
    }
}

/// Joins texts that stand side by side.
fn merge(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut merged: Vec<Piece> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match (merged.last_mut(), piece) {
            (Some(Piece::Literal(before)), Piece::Literal(text)) => before.push_str(&text),
            (_, piece) => merged.push(piece),
        }
    }
    merged
}

fn compile_live(inner: &str, format: Format, rules: &Rules, site: &Site, whole: &Site) -> Result<Piece, Diagnostic> {
    let (trimmed, word) = trim(inner, site);
    let written = || format!("{{{{{inner}}}}}");
    let is_kept = format == Format::Http && rules.undefined == Undefined::Verbatim;
    if is_javascript(trimmed, format, rules) {
        return Ok(Piece::Live(Live::JavaScript(JavaScript::new(trimmed, &word))));
    }
    match reference(trimmed, format, rules) {
        Some(Ok(reference)) if is_kept => {
            return Ok(Piece::Live(Live::Doubtful { reference, span: word.span, written: written() }));
        }
        Some(Ok(reference)) => return Ok(Piece::Live(Live::Reference(reference, word.span))),
        Some(Err(_)) if is_kept => return Ok(Piece::Literal(written())),
        Some(Err(malformed)) => return Err(malformed.at(|range| word.slice(range))),
        None if format == Format::Http && rules.references != References::Expression => {
            return Ok(Piece::Literal(written()));
        }
        None => {}
    }
    match expression(trimmed, word, format) {
        Ok(live) => Ok(Piece::Live(live)),
        Err(error) => Err(with_hint(error, format, whole)),
    }
}

/// Whether brace text of a `.http` file that is no expression is more likely text than a mistake.
fn is_doubtful(inner: &str) -> bool {
    !inner.trim_start().starts_with(|first: char| first.is_alphabetic() || first == '_' || first == '$')
}

fn with_hint(error: Diagnostic, format: Format, whole: &Site) -> Diagnostic {
    match format {
        Format::Http if error.help.is_none() && whole.exact => error.help(r"to send the braces, write `\{\{…\}\}`"),
        _ => error,
    }
}

fn unclosed_error(Unclosed(at): Unclosed, site: &Site) -> Diagnostic {
    Diagnostic::error("`{{` is not closed")
        .at(&site.slice(at..at + 2), "")
        .help("close it with `}}`; to send the braces, write `{{ '{{' }}`")
}
