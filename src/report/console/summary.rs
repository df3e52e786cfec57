//! What the run amounts to, in the last lines.

use super::Verbosity;
use super::block::Blocks;
use crate::report::paint::Ink;
use crate::report::wording::{count, duration, parts, rate};
use crate::report::{Counts, RunStatistics};

/// How many of the requests that did not pass are named again.
const MOST_NAMED: usize = 20;

/// Fewer exchanges say nothing about speed.
const FEWEST_TIMED: usize = 100;

impl Blocks {
    /// The requests that did not pass, named again; the counts; the verdict.
    pub(super) fn summary(&self, statistics: &RunStatistics, recap: &[String]) -> String {
        let mut text = String::new();
        if self.options.verbosity > Verbosity::Quiet && statistics.files().len() > 1 && !recap.is_empty() {
            text += &self.named_again(recap);
        }
        for (name, value) in rows(statistics) {
            text += &format!("{}  {value}\n", self.paint.text(Ink::Faint, &format!("{name:>10}")));
        }
        text + "\n" + &self.verdict_of_run(statistics) + "\n"
    }

    fn named_again(&self, recap: &[String]) -> String {
        let mut text = format!("{}\n", self.paint.text(Ink::Strong, "Not passed:"));
        text.extend(recap.iter().take(MOST_NAMED).map(String::as_str));
        if recap.len() > MOST_NAMED {
            text += &format!("  … {} more\n", recap.len() - MOST_NAMED);
        }
        text + "\n"
    }

    fn verdict_of_run(&self, statistics: &RunStatistics) -> String {
        let total = statistics.total();
        let requests = count(total.requests, "request");
        let bad = total.failed + total.errored;
        let (ink, verdict) = match total.passed {
            _ if statistics.was_interrupted() => {
                let parts = parts(&[(bad, "did not pass"), (total.skipped, "did not run")]);
                (Ink::Doubtful, format!("! interrupted, of {requests} {parts}"))
            }
            _ if bad > 0 => (Ink::Bad, format!("✗ {bad} of {requests} did not pass")),
            0 => (Ink::Skipped, "○ no request ran".to_owned()),
            passed => (Ink::Good, format!("✓ {} passed", count(passed, "request"))),
        };
        self.paint.text(ink, &verdict)
    }
}

fn rows(statistics: &RunStatistics) -> Vec<(&'static str, String)> {
    let total = statistics.total();
    let files = |is: fn(&Counts) -> bool| statistics.files().filter(is).count();
    let (failed, skipped) = (files(|file| !file.is_success()), files(|file| file.ran() == 0 && file.requests > 0));
    let passed = statistics.files().len() - failed - skipped;
    let mut rows = vec![
        ("requests", with_flaky(total)),
        ("assertions", assertions(total)),
        ("files", parts(&[(passed, "passed"), (failed, "failed"), (skipped, "skipped")])),
        ("time", time(statistics)),
    ];
    rows.retain(|(_, value)| !value.is_empty());
    rows
}

fn assertions(total: Counts) -> String {
    let held = total.assertions - total.failed_assertions - total.warned_assertions;
    let warnings = if total.warned_assertions == 1 { "warning" } else { "warnings" };
    parts(&[(held, "passed"), (total.failed_assertions, "failed"), (total.warned_assertions, warnings)])
}

fn with_flaky(total: Counts) -> String {
    let errors = if total.errored == 1 { "error" } else { "errors" };
    let counts = parts(&[
        (total.passed, "passed"),
        (total.failed, "failed"),
        (total.errored, errors),
        (total.skipped, "skipped"),
    ]);
    if total.flaky > 0 { format!("{counts} ({} flaky)", total.flaky) } else { counts }
}

/// How long it took, and how fast that was, redirects and repeated attempts counted too.
fn time(statistics: &RunStatistics) -> String {
    let time = duration(statistics.elapsed());
    match statistics.exchanges_per_second() {
        Some(per_second) if statistics.exchanges() >= FEWEST_TIMED => {
            format!("{time}, {}, {}/s", count(statistics.exchanges(), "exchange"), rate(per_second))
        }
        _ => time,
    }
}
