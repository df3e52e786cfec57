//! The assertion language: `query filter* predicate` (`grammar/assertion.pest`).

use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::spec::{Assertion, Capture, Format};

/// Reads `query filter* predicate` from a place in a spec file.
///
/// # Errors
/// Where and why it is no assertion.
pub fn parse_assertion(_span: &Span, _format: Format) -> Result<Assertion, Diagnostic> {
    todo!()
}

/// Reads `name = query filter*` from a place in a `.http` file.
///
/// # Errors
/// Where and why it is no capture.
pub fn parse_capture(_span: &Span, _format: Format) -> Result<Capture, Diagnostic> {
    todo!()
}
