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
    /// Makes the labels' column as wide as the longest label, but leaves room for the rest.
    pub(super) fn align(&mut self, outline: &Outline) {
        let widest = outline.files.iter().map(|file| self.label(file).chars().count()).max();
        self.column = widest.unwrap_or(0).min(self.options.style.width / 2);
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
        let line = |diagnostic: &Diagnostic| {
            if verbose {
                render_redacted(diagnostic, self.style(CASE), &self.redactor)
            } else {
                self.warning(diagnostic)
            }
        };
        let mut told = HashSet::new();
        let mut lines: Vec<String> = all.filter(|diagnostic| diagnostic.severity >= least).map(line).collect();
        lines.retain(|line| told.insert(line.clone()));
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
