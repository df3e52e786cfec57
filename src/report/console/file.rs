//! A file as text: its line, what was skipped or drew a warning, its requests.

use std::collections::HashSet;
use std::time::Duration;

use super::Verbosity;
use super::block::{Block, Blocks, CASE, indent};
use crate::diagnostic::{Diagnostic, Severity, render_redacted};
use crate::event::{FileOutline, Outline, Verdict};
use crate::report::Counts;
use crate::report::paint::Ink;
use crate::report::wording;

/// Files are shown by path and name in terminals of at least so many columns.
const ROOMY: usize = 80;

/// How many warnings of a file are shown.
const MOST_WARNINGS: usize = 10;

impl Blocks {
    /// Makes the labels' column as wide as the widest label that leaves room for the rest.
    pub(super) fn align(&mut self, outline: &Outline) {
        let roomy = self.options.style.width / 2;
        let widths = outline.files.iter().map(|file| wording::columns(&self.label(file)));
        self.column = widths.filter(|&width| width <= roomy).max().unwrap_or(0);
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

    /// `✗ specs/users.http  2 failed of 5  12 ms`
    fn file_line(&self, file: &FileOutline, counts: Counts, elapsed: Option<Duration>) -> String {
        let label = wording::pad(&self.label(file), self.column);
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

    /// The path, and the name where there is one and room for it.
    fn label(&self, file: &FileOutline) -> String {
        if file.name == file.path || self.options.style.width < ROOMY {
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
            [name] => format!("  {symbol} {name}: skipped{}\n", because(reason)),
            names => format!("  {symbol} {} skipped{}\n", names.len(), because(reason)),
        };
        reasons.into_iter().map(line).collect()
    }

    /// Warnings, each but once: in full where everything is told, else a line a message.
    fn warnings(&self, file: &FileOutline, cases: &[Block]) -> String {
        let verbose = self.options.verbosity >= Verbosity::Verbose;
        let least = if verbose { Severity::Info } else { Severity::Warning };
        let all = file.diagnostics.iter().chain(cases.iter().flat_map(|block| &block.warnings));
        let all = all.filter(|diagnostic| diagnostic.severity >= least);
        let lines = if verbose {
            let mut told = HashSet::new();
            let full = |diagnostic| render_redacted(diagnostic, self.style(CASE), &self.redactor);
            all.map(full).filter(|text| told.insert(text.clone())).collect()
        } else {
            self.brief_warnings(all)
        };
        lines.iter().map(|line| indent(CASE, line) + "\n").collect()
    }

    /// A line for all warnings of one message, at the first of their places.
    fn brief_warnings<'a>(&self, all: impl Iterator<Item = &'a Diagnostic>) -> Vec<String> {
        let mut messages: Vec<(String, Vec<String>)> = Vec::new();
        for diagnostic in all {
            let said = advised(diagnostic);
            let place = diagnostic.span().map(ToString::to_string).unwrap_or_default();
            match messages.iter_mut().find(|(message, _)| *message == said) {
                Some((_, places)) if places.contains(&place) => {}
                Some((_, places)) => places.push(place),
                None => messages.push((said, vec![place])),
            }
        }
        let mut lines: Vec<String> =
            messages.iter().take(MOST_WARNINGS).map(|(message, places)| self.warning(message, places)).collect();
        let more = messages.len().saturating_sub(MOST_WARNINGS);
        lines.extend((more > 0).then(|| format!("… {} more", wording::count(more, "warning"))));
        lines
    }

    /// ``warning: the URL names no scheme  a.http:3:5 and 2 more places``
    fn warning(&self, message: &str, places: &[String]) -> String {
        let word = self.paint.text(Ink::Doubtful, "warning");
        let place = match places {
            [place] => self.line(place),
            [first, more @ ..] => {
                format!("{} and {} more", self.line(first), wording::count(more.len(), "place"))
            }
            [] => String::new(),
        };
        format!("{word}: {}  {}", self.line(message), self.paint.text(Ink::Faint, &place)).trim_end().to_owned()
    }
}

/// What a warning says, and what it says to try.
fn advised(diagnostic: &Diagnostic) -> String {
    let help = diagnostic.help.iter().map(|help| format!(": {help}"));
    std::iter::once(diagnostic.message.clone()).chain(help).collect()
}

/// `5 requests`, `5 skipped`, or `2 failed, 1 skipped of 5`.
fn outcome(counts: Counts) -> String {
    let remarkable = wording::parts(&[
        (counts.failed, "failed"),
        (counts.errored, if counts.errored == 1 { "error" } else { "errors" }),
        (counts.skipped, "skipped"),
        (counts.flaky, "flaky"),
    ]);
    match (remarkable.is_empty(), counts.skipped == counts.requests) {
        (true, _) => wording::count(counts.requests, "request"),
        (false, true) => remarkable,
        (false, false) => format!("{remarkable} of {}", counts.requests),
    }
}

/// A reason behind what happened, where there is one.
fn because(reason: &str) -> String {
    if reason.is_empty() { String::new() } else { format!(", {reason}") }
}
