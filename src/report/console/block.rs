//! A request as text: its line, the exchange, what is wrong.

use std::sync::Arc;

use super::{Options, Verbosity};
use crate::assertion::Outcome;
use crate::diagnostic::{Diagnostic, Style};
use crate::event::{Attempt, CaseOutline, CaseResult, FileOutline, Verdict};
use crate::report::Counts;
use crate::report::dialogue::{Room, dialogue, line, messages};
use crate::report::log::log;
use crate::report::paint::{Ink, Paint};
use crate::report::problem::{cautions, headline, problems};
use crate::report::statistics::is_flaky;
use crate::report::wire::wire;
use crate::report::wording;
use crate::secret::Redactor;

/// How far the lines about a request are indented, and what belongs to it.
pub(super) const CASE: usize = 2;
const DETAIL: usize = 4;

/// How much of a body is shown.
const ROOM: Room = Room { lines: 40, characters: 400 };

/// Makes text of files and their requests.
pub(super) struct Blocks {
    pub(super) redactor: Arc<Redactor>,
    pub(super) options: Options,
    pub(super) paint: Paint,
    /// The width of the column of the files' labels.
    pub(super) column: usize,
}

/// What is kept of a request until its file is printed.
pub(super) struct Block {
    pub(super) counts: Counts,
    pub(super) text: String,
    /// Its name and why it was skipped.
    pub(super) skipped: Option<(String, String)>,
    pub(super) warnings: Vec<Diagnostic>,
    /// Two lines about it, if it did not pass.
    pub(super) recap: Option<String>,
}

impl Blocks {
    pub(super) fn new(redactor: Arc<Redactor>, options: Options) -> Self {
        Self { redactor, options, paint: Paint { color: options.style.color }, column: 0 }
    }

    /// What there is to say of a request.
    pub(super) fn case(&self, file: &FileOutline, index: usize, result: &CaseResult) -> Block {
        let outline = &file.cases[index];
        let mut counts = Counts::default();
        counts.add(result);
        let skipped = match &result.verdict {
            Verdict::Skipped(reason) => Some((self.line(&outline.name), self.line(reason))),
            Verdict::Passed | Verdict::Failed | Verdict::Errored => None,
        };
        let warnings = result.attempts.iter().flat_map(|attempt| attempt.warnings.iter().cloned()).collect();
        let recap = (!counts.is_success()).then(|| self.recap(file, outline, result));
        Block { counts, text: self.details(outline, result), skipped, warnings, recap }
    }

    fn details(&self, outline: &CaseOutline, result: &CaseResult) -> String {
        let verbose = self.options.verbosity >= Verbosity::Verbose;
        let Some(last) = result.attempts.last() else { return String::new() };
        let is_told = match result.verdict {
            Verdict::Failed | Verdict::Errored => true,
            Verdict::Passed => {
                let is_worth_it = is_flaky(result) || has_log(result) || has_cautions(result);
                verbose || is_worth_it && self.options.verbosity == Verbosity::Normal
            }
            Verdict::Skipped(_) => verbose,
        };
        if !is_told {
            return String::new();
        }
        let mut details = vec![indent(CASE, &self.title(outline, result))];
        if self.options.verbosity >= Verbosity::Wire {
            details.extend(self.traces(result));
        } else if verbose {
            let exchanges = result.attempts.iter().flat_map(|attempt| &attempt.exchanges);
            details.extend(
                exchanges.map(|exchange| indent(DETAIL, &dialogue(exchange, ROOM, &self.redactor, self.paint))),
            );
        } else if !is_flaky(result) {
            details.extend(self.exchanges(last).map(|line| indent(DETAIL, &line)));
        }
        if self.options.verbosity < Verbosity::Wire {
            details.extend(self.earlier_attempts(result));
        }
        details.extend(log(last, &self.redactor, self.paint).iter().map(|line| indent(DETAIL, line)));
        let mut problems = problems(last, self.style(DETAIL), &self.redactor);
        if self.options.verbosity > Verbosity::Quiet {
            problems.extend(cautions(last, self.style(DETAIL), &self.redactor));
        }
        details.extend(problems.iter().flat_map(|problem| [String::new(), indent(DETAIL, problem)]));
        details.join("\n") + "\n"
    }

    /// What happened on the wire, attempt by attempt.
    fn traces(&self, result: &CaseResult) -> Vec<String> {
        let room = (self.options.verbosity >= Verbosity::WireAndBodies).then_some(ROOM);
        let trace = |attempt: &Attempt| {
            let wire = wire(&attempt.trace, room, self.style(DETAIL), &self.redactor);
            let said = room.map(|room| self.messages(attempt, room)).unwrap_or_default();
            [wire].into_iter().chain(said).collect::<Vec<_>>().join("\n")
        };
        let attempts = result.attempts.iter().enumerate();
        let lines = attempts.flat_map(|(index, attempt)| [self.attempt_line(result, index), trace(attempt)]);
        lines.filter(|lines| !lines.is_empty()).map(|lines| indent(DETAIL, &lines)).collect()
    }

    /// What was said over WebSockets: the trace ends with their handshakes.
    fn messages(&self, attempt: &Attempt, room: Room) -> Vec<String> {
        let said = |exchange| messages(exchange, room, &self.redactor, self.paint);
        attempt.exchanges.iter().flat_map(said).collect()
    }

    /// `attempt 1 of 3: status is 503, not 200`; nothing where there was only one. What became
    /// of the last is told below.
    fn attempt_line(&self, result: &CaseResult, index: usize) -> String {
        let (number, attempts) = (index + 1, result.attempts.len());
        match number {
            _ if attempts == 1 => String::new(),
            _ if number == attempts => self.paint.text(Ink::Strong, &format!("attempt {number} of {attempts}")),
            _ => {
                let outcome = headline(&result.attempts[index], &self.redactor);
                self.paint.text(Ink::Strong, &format!("attempt {number} of {attempts}: {outcome}"))
            }
        }
    }

    /// `✗ create: 2 of 3 assertions failed`
    fn title(&self, outline: &CaseOutline, result: &CaseResult) -> String {
        let symbol = if is_flaky(result) { self.paint.flaky_symbol() } else { self.paint.symbol(&result.verdict) };
        let name = self.paint.text(Ink::Strong, &self.line(&outline.name));
        let time = if result.elapsed.is_zero() { String::new() } else { wording::duration(result.elapsed) };
        format!("{symbol} {name}: {}  {}", self.verdict(result), self.paint.text(Ink::Faint, &time))
            .trim_end()
            .to_owned()
    }

    fn verdict(&self, result: &CaseResult) -> String {
        let attempts = result.attempts.len();
        let mut counts = Counts::default();
        counts.add(result);
        let verdict = match &result.verdict {
            Verdict::Passed if is_flaky(result) => return format!("flaky, passed on attempt {attempts}"),
            Verdict::Passed if attempts > 1 => return format!("passed on attempt {attempts}"),
            Verdict::Passed if counts.warned_assertions > 0 => {
                format!("passed with {}", wording::count(counts.warned_assertions, "warning"))
            }
            Verdict::Passed => "passed".to_owned(),
            Verdict::Failed if counts.failed_assertions > 0 => {
                format!("{} of {} failed", counts.failed_assertions, wording::count(counts.assertions, "assertion"))
            }
            Verdict::Failed => "failed".to_owned(),
            Verdict::Errored => {
                let error = result.attempts.last().and_then(|attempt| attempt.error.as_ref());
                error.map_or_else(|| "error".to_owned(), |error| format!("{} error", error.kind))
            }
            Verdict::Skipped(reason) if reason.is_empty() => "skipped".to_owned(),
            Verdict::Skipped(reason) => format!("skipped, {}", self.line(reason)),
        };
        if attempts > 1 { format!("{verdict} after {attempts} attempts") } else { verdict }
    }

    /// The request that was judged, and how many redirects led there.
    fn exchanges(&self, attempt: &Attempt) -> impl Iterator<Item = String> {
        let earlier = &attempt.exchanges[..attempt.exchanges.len().saturating_sub(1)];
        // The rest of them are requests that were answered with another, as by Digest.
        let redirects = match earlier.iter().filter(|exchange| matches!(exchange.status, Some(300..=399))).count() {
            0 => String::new(),
            redirects => format!(" after {}", wording::count(redirects, "redirect")),
        };
        attempt.exchanges.last().into_iter().map(move |exchange| self.line(&wording::exchange(exchange)) + &redirects)
    }

    /// What became of each attempt but the last, in as few lines as tell it.
    fn earlier_attempts(&self, result: &CaseResult) -> Vec<String> {
        let earlier = &result.attempts[..result.attempts.len() - 1];
        let headlines: Vec<String> = earlier.iter().map(|attempt| headline(attempt, &self.redactor)).collect();
        let mut first = 1;
        let line = |same: &[String]| {
            let last = first + same.len() - 1;
            let attempts =
                if first == last { format!("attempt {first}") } else { format!("attempts {first} to {last}") };
            first = last + 1;
            indent(DETAIL, &format!("{attempts}: {}", same[0]))
        };
        headlines.chunk_by(|one, other| one == other).map(line).collect()
    }

    fn recap(&self, file: &FileOutline, outline: &CaseOutline, result: &CaseResult) -> String {
        let symbol = self.paint.symbol(&result.verdict);
        let place = outline.span.as_ref().map_or_else(|| file.path.clone(), ToString::to_string);
        let place = outline.origin.as_ref().map_or_else(|| place.clone(), |origin| format!("{place}, runs {origin}"));
        let name = self.paint.text(Ink::Strong, &self.line(&outline.name));
        let place = self.paint.text(Ink::Faint, &self.line(&place));
        format!(
            "  {symbol} {name}  {place}\n    {}\n",
            result.attempts.last().map(|last| headline(last, &self.redactor)).unwrap_or_default()
        )
    }

    /// The style of what is indented.
    pub(super) fn style(&self, indent: usize) -> Style {
        Style { width: self.options.style.width.saturating_sub(indent), ..self.options.style }
    }

    /// Text from outside as it may be printed: without secrets, control characters and line breaks.
    pub(super) fn line(&self, text: &str) -> String {
        line(text, &self.redactor)
    }
}

/// Whether scripts had something to say, in the attempt that counts.
fn has_log(result: &CaseResult) -> bool {
    result.attempts.last().is_some_and(|last| !last.log.is_empty())
}

/// Whether something does not hold that fails nothing, in the attempt that counts.
fn has_cautions(result: &CaseResult) -> bool {
    result.attempts.last().is_some_and(|last| last.outcomes.iter().any(Outcome::is_warning))
}

pub(super) fn indent(columns: usize, text: &str) -> String {
    let line = |line: &str| if line.is_empty() { String::new() } else { format!("{:columns$}{line}", "") };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}
