//! What the language has names for and rqtest does not have yet.

use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// Predicates that are not supported yet.
pub(super) const PREDICATES: &[&str] = &["snapshot"];

/// The error for a construct that is not supported yet: a `kind` of a name.
pub(super) fn not_supported(kind: &str, name: &str, span: &Span) -> Diagnostic {
    Diagnostic::error(format!("the {kind} `{name}` is not supported yet")).unsupported().at(span, "")
}
