//! What must hold, or the rest of a file does not run.

use crate::event::CaseResult;
use crate::source::Span;
use crate::spec::{Assertion, Severity};

/// Why nothing more is to run after a request that has not passed, if one of the assertions
/// that must hold does not, or could not be evaluated at all.
pub(super) fn unmet(assertions: &[Assertion], result: &CaseResult) -> Option<String> {
    let outcomes = result.attempts.last().map(|last| last.outcomes.as_slice()).unwrap_or_default();
    let mut musts = outcomes.iter().filter(|outcome| outcome.severity == Severity::Must);
    if let Some(outcome) = musts.find(|outcome| outcome.failure.is_some()) {
        return Some(format!("`{}` at {} does not hold", outcome.assertion, outcome.span));
    }
    let was_evaluated = |assertion: &Assertion| outcomes.iter().any(|outcome| outcome.span == assertion.span);
    let nothing_was = !assertions.iter().any(was_evaluated);
    let must = assertions.iter().find(|assertion| nothing_was && assertion.severity == Severity::Must)?;
    Some(not_evaluated(must.text(), &must.span))
}

/// The same after a request that could not be read.
pub(super) fn unread(must: &Span) -> String {
    not_evaluated(must.text(), must)
}

fn not_evaluated(assertion: &str, span: &Span) -> String {
    format!("`{assertion}` at {span} could not be evaluated")
}
