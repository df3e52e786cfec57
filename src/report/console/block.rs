//! A file as text: its line, and below it what there is to say of its requests.

use std::sync::Arc;
use std::time::Duration;

use super::{Options, Verbosity};
use crate::diagnostic::{Diagnostic, Severity, Style, render_redacted};
use crate::event::{Attempt, CaseOutline, CaseResult, FileOutline, Outline, Verdict};
use crate::report::Counts;
use crate::report::dialogue::{Room, dialogue, line};
use crate::report::paint::{Ink, Paint};
use crate::report::problem::{headline, problems};
use crate::report::statistics::is_flaky;
use crate::report::wording;
use crate::secret::Redactor;

/// How far the lines about a request are indented, and what belongs to it.
const CASE: usize = 2;
const DETAIL: usize = 4;

/// How much of a body is shown.
const ROOM: Room = Room { lines: 40, characters: 400 };

/// How many warnings of a file are shown.
const MOST_WARNINGS: usize = 10;

/// Makes text of files and their requests.
pub(super) struct Blocks {
    pub(super) redactor: Arc<Redactor>,
    pub(super) options: Options,
    pub(super) paint: Paint,
    /// The width of the column of the files' labels.
    column: usize,
}

/// What is kept of a request until its file is printed.
pub(super) struct Block {
    counts: Counts,
    text: String,
    /// Its name and why it was skipped.
    skipped: Option<(String, String)>,
    warnings: Vec<Diagnostic>,
    /// A line about it, if it did not pass.
    pub(super) recap: Option<String>,
}

impl Blocks {
    pub(super) fn new(redactor: Arc<Redactor>, options: Options) -> Self {
        Self { redactor, options, paint: Paint { color: options.style.color }, column: 0 }
    }

    /// Makes the labels' column as wide as the longest label, but leaves room for the rest.
    pub(super) fn align(&mut self, outline: &Outline) {
        let widest = outline.files.iter().map(|file| self.label(file).chars().count()).max();
        self.column = widest.unwrap_or(0).min(self.options.style.width / 2);
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
        let verbose = self.options.verbosity == Verbosity::Verbose;
        let Some(last) = result.attempts.last() else { return String::new() };
        let is_told = match result.verdict {
            Verdict::Failed | Verdict::Errored => true,
            Verdict::Passed => verbose || is_flaky(result) && self.options.verbosity == Verbosity::Normal,
            Verdict::Skipped(_) => verbose,
        };
        if !is_told {
            return String::new();
        }
        let mut details = vec![indent(CASE, &self.title(outline, result))];
        if verbose {
            let exchanges = result.attempts.iter().flat_map(|attempt| &attempt.exchanges);
            details.extend(
                exchanges.map(|exchange| indent(DETAIL, &dialogue(exchange, ROOM, &self.redactor, self.paint))),
            );
        } else if !is_flaky(result) {
            details.extend(self.exchanges(last).map(|line| indent(DETAIL, &line)));
        }
        details.extend(self.earlier_attempts(result));
        let problems = problems(last, self.style(DETAIL), &self.redactor);
        details.extend(problems.iter().flat_map(|problem| [String::new(), indent(DETAIL, problem)]));
        details.join("\n") + "\n"
    }

    /// `✗ create: 2 of 3 assertions failed`
    fn title(&self, outline: &CaseOutline, result: &CaseResult) -> String {
        let symbol = if is_flaky(result) { self.paint.flaky_symbol() } else { self.paint.symbol(&result.verdict) };
        let name = self.paint.text(Ink::Strong, &self.line(&outline.name));
        let time = self.paint.text(Ink::Faint, &wording::duration(result.elapsed));
        format!("{symbol} {name}: {}  {time}", self.verdict(result))
    }

    fn verdict(&self, result: &CaseResult) -> String {
        let attempts = result.attempts.len();
        let mut counts = Counts::default();
        counts.add(result);
        let verdict = match &result.verdict {
            Verdict::Passed if attempts > 1 => return format!("flaky, passed on attempt {attempts}"),
            Verdict::Passed => "passed".to_owned(),
            Verdict::Failed if counts.failed_assertions > 0 => {
                format!("{} of {} failed", counts.failed_assertions, wording::count(counts.assertions, "assertion"))
            }
            Verdict::Failed => "failed".to_owned(),
            Verdict::Errored => {
                let error = result.attempts.last().and_then(|attempt| attempt.error.as_ref());
                error.map_or_else(|| "error".to_owned(), |error| format!("{} error", error.kind))
            }
            Verdict::Skipped(reason) => format!("skipped, {}", self.line(reason)),
        };
        if attempts > 1 { format!("{verdict} after {attempts} attempts") } else { verdict }
    }

    /// The request that was judged, and how many redirects led there.
    fn exchanges(&self, attempt: &Attempt) -> impl Iterator<Item = String> {
        let redirects = match attempt.exchanges.len().saturating_sub(1) {
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
        let name = self.paint.text(Ink::Strong, &self.line(&outline.name));
        let place = self.paint.text(Ink::Faint, &self.line(&place));
        format!(
            "  {symbol} {name}  {place}\n    {}\n",
            result.attempts.last().map(|last| headline(last, &self.redactor)).unwrap_or_default()
        )
    }

    /// A file's line and all that belongs below it.
    pub(super) fn file(&self, file: &FileOutline, cases: &[Block], elapsed: Option<Duration>) -> String {
        let mut counts = Counts::default();
        cases.iter().for_each(|block| counts += block.counts);
        let quiet = self.options.verbosity == Verbosity::Quiet;
        if quiet && counts.is_success() {
            return String::new();
        }
        let mut text = self.file_line(file, counts, elapsed);
        if !quiet {
            text += &self.skipped(cases);
            text += &self.warnings(file, cases);
        }
        let details: Vec<&str> =
            cases.iter().map(|block| block.text.as_str()).filter(|text| !text.is_empty()).collect();
        if !details.is_empty() {
            text = format!("{text}\n{}\n", details.join("\n"));
        }
        text
    }

    /// `✗ specs/users.http  2 failed of 5 requests  12 ms`
    fn file_line(&self, file: &FileOutline, counts: Counts, elapsed: Option<Duration>) -> String {
        let label = format!("{:1$}", self.label(file), self.column);
        let time = elapsed.filter(|_| counts.ran() > 0).map(wording::duration).unwrap_or_default();
        let line = format!(
            "{} {label}  {}  {}",
            self.file_symbol(counts),
            outcome(counts),
            self.paint.text(Ink::Faint, &time)
        );
        format!("{}\n", line.trim_end())
    }

    fn file_symbol(&self, counts: Counts) -> String {
        let verdict = match counts {
            Counts { failed: 1.., .. } => Verdict::Failed,
            Counts { errored: 1.., .. } => Verdict::Errored,
            Counts { flaky: 1.., .. } => return self.paint.flaky_symbol(),
            Counts { skipped: 1.., .. } if counts.ran() == 0 => Verdict::Skipped(String::new()),
            _ => Verdict::Passed,
        };
        self.paint.symbol(&verdict)
    }

    fn label(&self, file: &FileOutline) -> String {
        if file.name == file.path {
            self.line(&file.path)
        } else {
            self.line(&format!("{} ({})", file.path, file.name))
        }
    }

    /// The requests that were skipped, a line a reason.
    fn skipped(&self, cases: &[Block]) -> String {
        let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
        for (name, reason) in cases.iter().filter_map(|block| block.skipped.as_ref()) {
            match reasons.iter_mut().find(|(known, _)| known == reason) {
                Some((_, names)) => names.push(name),
                None => reasons.push((reason, vec![name])),
            }
        }
        let symbol = self.paint.symbol(&Verdict::Skipped(String::new()));
        let line = |(reason, names): (&str, Vec<&str>)| match names.as_slice() {
            [name] => format!("  {symbol} {name}: skipped, {reason}\n"),
            names => format!("  {symbol} {} skipped, {reason}\n", names.len()),
        };
        reasons.into_iter().map(line).collect()
    }

    /// Warnings, a line each, and each but once; in full where everything is told.
    fn warnings(&self, file: &FileOutline, cases: &[Block]) -> String {
        let verbose = self.options.verbosity == Verbosity::Verbose;
        let least = if verbose { Severity::Info } else { Severity::Warning };
        let all = file.diagnostics.iter().chain(cases.iter().flat_map(|block| &block.warnings));
        let mut lines: Vec<String> = Vec::new();
        for diagnostic in all.filter(|diagnostic| diagnostic.severity >= least) {
            let line = if verbose {
                render_redacted(diagnostic, self.style(CASE), &self.redactor)
            } else {
                self.warning(diagnostic)
            };
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        let more = lines.len().saturating_sub(if verbose { usize::MAX } else { MOST_WARNINGS });
        lines.truncate(lines.len() - more);
        lines.extend((more > 0).then(|| format!("… {more} more warnings")));
        lines.iter().map(|line| indent(CASE, line) + "\n").collect()
    }

    fn warning(&self, diagnostic: &Diagnostic) -> String {
        let word = self.paint.text(Ink::Doubtful, "warning");
        let place = diagnostic.span().map(|span| format!("  {span}")).unwrap_or_default();
        format!("{word}: {}{}", self.line(&diagnostic.message), self.paint.text(Ink::Faint, &self.line(&place)))
    }

    /// The style of what is indented.
    fn style(&self, indent: usize) -> Style {
        Style { width: self.options.style.width.saturating_sub(indent), ..self.options.style }
    }

    /// Text from outside as it may be printed: without secrets, control characters and line breaks.
    pub(super) fn line(&self, text: &str) -> String {
        line(text, &self.redactor)
    }
}

/// `5 requests`, `5 skipped`, or `2 failed, 1 skipped of 5 requests`.
fn outcome(counts: Counts) -> String {
    let requests = wording::count(counts.requests, "request");
    let remarkable = wording::parts(&[
        (counts.failed, "failed"),
        (counts.errored, if counts.errored == 1 { "error" } else { "errors" }),
        (counts.skipped, "skipped"),
        (counts.flaky, "flaky"),
    ]);
    match (remarkable.is_empty(), counts.skipped == counts.requests) {
        (true, _) => requests,
        (false, true) => remarkable,
        (false, false) => format!("{remarkable} of {requests}"),
    }
}

pub(super) fn indent(columns: usize, text: &str) -> String {
    let line = |line: &str| if line.is_empty() { String::new() } else { format!("{:columns$}{line}", "") };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}
