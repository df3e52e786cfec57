//! What is wrong with a request, shown the way a compiler shows errors: the place, the
//! excerpt with the assertion underlined, what there was and what should have been.

use super::comparison::comparison;
use super::paint::{Ink, Paint};
use super::wording::shorten;
use crate::assertion::{Failure, Outcome};
use crate::diagnostic::{Diagnostic, Style, render_redacted, visible};
use crate::event::Attempt;
use crate::secret::Redactor;

/// How much of a message is shown.
const MOST_CHARACTERS: usize = 300;

/// Everything that is wrong with an attempt, a text each, without trailing newlines.
pub(super) fn problems(attempt: &Attempt, style: Style, redactor: &Redactor) -> Vec<String> {
    let errors = attempt.error.iter().flat_map(|error| &error.diagnostics);
    let errors = errors.map(|diagnostic| render_redacted(diagnostic, style, redactor));
    failures(attempt).map(|(outcome, failure)| problem(outcome, failure, style, redactor)).chain(errors).collect()
}

/// The assertions by which it fails.
pub(super) fn failures(attempt: &Attempt) -> impl Iterator<Item = (&Outcome, &Failure)> {
    unmet(attempt).filter(|(outcome, _)| outcome.is_failed())
}

/// What does not hold and fails nothing, a text each, without trailing newlines.
pub(super) fn cautions(attempt: &Attempt, style: Style, redactor: &Redactor) -> Vec<String> {
    let cautions = unmet(attempt).filter(|(outcome, _)| outcome.is_warning());
    cautions.map(|(outcome, failure)| problem(outcome, failure, style, redactor)).collect()
}

/// The same in one line each.
pub(super) fn brief_cautions(attempt: &Attempt, redactor: &Redactor) -> Vec<String> {
    let cautions = unmet(attempt).filter(|(outcome, _)| outcome.is_warning());
    cautions.map(|(_, failure)| in_brief(&failure.message, redactor)).collect()
}

fn unmet(attempt: &Attempt) -> impl Iterator<Item = (&Outcome, &Failure)> {
    attempt.outcomes.iter().filter_map(|outcome| Some((outcome, outcome.failure.as_ref()?)))
}

/// What is wrong with an attempt, in one line: the first thing, and how many there are besides.
pub(super) fn headline(attempt: &Attempt, redactor: &Redactor) -> String {
    let failures = failures(attempt).map(|(_, failure)| failure.message.as_str());
    let errors =
        attempt.error.iter().flat_map(|error| &error.diagnostics).map(|diagnostic| diagnostic.message.as_str());
    let mut messages = failures.chain(errors);
    let first = in_brief(messages.next().unwrap_or("it failed"), redactor);
    match messages.count() {
        0 => first,
        more => format!("{first} (and {more} more)"),
    }
}

/// A message on one line: it may quote what a server sent.
fn in_brief(message: &str, redactor: &Redactor) -> String {
    let message = visible(&redactor.redact(message)).replace('\n', " ");
    shorten(&message, 1, MOST_CHARACTERS).pop().unwrap_or_default()
}

fn problem(outcome: &Outcome, failure: &Failure, style: Style, redactor: &Redactor) -> String {
    let paint = Paint { color: style.color };
    let message = in_brief(&failure.message, redactor);
    let diagnostic = if outcome.is_warning() { Diagnostic::warning(message) } else { Diagnostic::error(message) };
    let diagnostic = diagnostic.at(&outcome.span, "");
    let mut lines = vec![render_redacted(&diagnostic, style, redactor)];
    let compared = comparison(failure, redactor, paint);
    let note = paint.text(Ink::Strong, "note");
    let notes = failure.notes.iter().map(|text| format!("{note}: {}", visible(&redactor.redact(text))));
    lines.extend(compared.into_iter().chain(notes).map(|line| format!("  {line}")));
    lines.join("\n")
}
