//! What a run amounts to: the counts that all reports and the exit code agree on.

use std::ops::AddAssign;
use std::time::Duration;

use serde::Serialize;

use super::interrupted;
use crate::event::{CaseId, CaseResult, Event, Verdict};

/// Counts of requests and assertions: of a file or of the whole run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// All requests: the sum of the next four.
    pub requests: usize,
    /// Those of which all that was expected holds.
    pub passed: usize,
    /// Those of which something that was expected does not hold.
    pub failed: usize,
    /// Those that could not be run.
    pub errored: usize,
    /// Those that did not run.
    pub skipped: usize,
    /// Those of the passed that did not pass on the first attempt.
    pub flaky: usize,
    /// The assertions of every request's last attempt.
    pub assertions: usize,
    /// Those of them by which requests fail.
    pub failed_assertions: usize,
    /// Those that do not hold, which is only to be told.
    pub warned_assertions: usize,
}

impl Counts {
    /// Counts one request more.
    pub fn add(&mut self, result: &CaseResult) {
        self.requests += 1;
        *match result.verdict {
            Verdict::Passed => &mut self.passed,
            Verdict::Failed => &mut self.failed,
            Verdict::Errored => &mut self.errored,
            Verdict::Skipped(_) => &mut self.skipped,
        } += 1;
        self.flaky += usize::from(is_flaky(result));
        if let Some(attempt) = result.attempts.last() {
            self.assertions += attempt.outcomes.len();
            self.failed_assertions += attempt.outcomes.iter().filter(|outcome| outcome.is_failed()).count();
            self.warned_assertions += attempt.outcomes.iter().filter(|outcome| outcome.is_warning()).count();
        }
    }

    /// How many were not skipped.
    pub fn ran(&self) -> usize {
        self.requests - self.skipped
    }

    /// Whether no request failed or could not be run.
    pub fn is_success(&self) -> bool {
        self.failed == 0 && self.errored == 0
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.requests += other.requests;
        self.passed += other.passed;
        self.failed += other.failed;
        self.errored += other.errored;
        self.skipped += other.skipped;
        self.flaky += other.flaky;
        self.assertions += other.assertions;
        self.failed_assertions += other.failed_assertions;
        self.warned_assertions += other.warned_assertions;
    }
}

/// Whether a request passed, but not on the first attempt. One that waited for something has
/// not failed before that was there.
pub(super) fn is_flaky(result: &CaseResult) -> bool {
    let earlier = result.attempts.split_last().map(|(_, earlier)| earlier).unwrap_or_default();
    result.verdict == Verdict::Passed && earlier.iter().any(|attempt| !attempt.is_pending)
}

/// What a run amounts to so far.
#[derive(Clone, Debug, Default)]
pub struct RunStatistics {
    total: Counts,
    /// A file's counts, and which of its requests have ended.
    files: Vec<(Counts, Vec<bool>)>,
    exchanges: usize,
    elapsed: Duration,
    interrupted: bool,
    finished: bool,
}

impl RunStatistics {
    /// Counts what an event adds.
    pub fn event(&mut self, event: &Event) {
        match event {
            Event::RunStarted(outline) => {
                self.files =
                    outline.files.iter().map(|file| (Counts::default(), vec![false; file.cases.len()])).collect();
            }
            Event::FileStarted { .. }
            | Event::CaseStarted(_)
            | Event::Prompted(_)
            | Event::Asked
            | Event::Answered
            | Event::FileFinished { .. } => {}
            Event::CaseUnrolled(id, cases) => self.unroll(*id, cases.len()),
            Event::CaseFinished(id, result) => self.count(*id, result),
            Event::RunFinished { elapsed, interrupted } => {
                self.elapsed = *elapsed;
                self.interrupted = *interrupted;
                self.finished = true;
                self.skip_the_rest();
            }
        }
    }

    fn unroll(&mut self, id: CaseId, cases: usize) {
        if let Some((_, ended)) = self.files.get_mut(id.file).filter(|(_, ended)| id.case < ended.len()) {
            ended.splice(id.case..=id.case, std::iter::repeat_n(false, cases));
        }
    }

    fn count(&mut self, id: CaseId, result: &CaseResult) {
        self.total.add(result);
        self.exchanges += result.attempts.iter().map(|attempt| attempt.exchanges.len()).sum::<usize>();
        let Some((counts, ended)) = self.files.get_mut(id.file) else { return };
        counts.add(result);
        if let Some(ended) = ended.get_mut(id.case) {
            *ended = true;
        }
    }

    /// Requests that did not end are skipped ones.
    fn skip_the_rest(&mut self) {
        let unrun = interrupted();
        for (counts, ended) in &mut self.files {
            for _ in std::mem::take(ended).into_iter().filter(|ended| !ended) {
                counts.add(&unrun);
                self.total.add(&unrun);
            }
        }
    }

    /// The counts of all files.
    pub fn total(&self) -> Counts {
        self.total
    }

    /// The counts of each file, in the order of the outline.
    pub fn files(&self) -> impl ExactSizeIterator<Item = Counts> {
        self.files.iter().map(|&(counts, _)| counts)
    }

    /// How many requests were sent, redirects and repeated attempts included.
    pub fn exchanges(&self) -> usize {
        self.exchanges
    }

    /// How long the run took; zero until it is finished.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// How many requests were sent each second; nothing for a run that took no time.
    pub fn exchanges_per_second(&self) -> Option<f64> {
        let seconds = self.elapsed.as_secs_f64();
        (seconds > 0.0).then(|| self.exchanges as f64 / seconds)
    }

    /// Whether the end of the run was told.
    pub fn is_finished(&self) -> bool {
        self.finished
    }

    /// Whether a signal cut the run short.
    pub fn was_interrupted(&self) -> bool {
        self.interrupted
    }

    /// Whether no request failed or could not be run.
    pub fn is_success(&self) -> bool {
        self.total.is_success()
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn counts_every_request_once() {
        let mut statistics = RunStatistics::default();
        sample::events().iter().for_each(|event| statistics.event(event));
        let total = statistics.total();
        assert_eq!(total.passed + total.failed + total.errored + total.skipped, total.requests);
        assert_eq!(statistics.files().map(|counts| counts.requests).sum::<usize>(), total.requests);
        assert!(!statistics.is_success());
        insta::assert_debug_snapshot!(total);
    }

    #[test]
    fn counts_what_an_interrupted_run_left_as_skipped() {
        let mut statistics = RunStatistics::default();
        sample::interrupted_events().iter().for_each(|event| statistics.event(event));
        assert!(statistics.was_interrupted());
        assert!(statistics.is_success());
        assert_eq!(statistics.total().passed, 1);
        assert_eq!(
            statistics.total().requests,
            sample::outline().files.iter().map(|file| file.cases.len()).sum::<usize>()
        );
    }
}
