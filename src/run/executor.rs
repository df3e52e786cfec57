//! Runs a plan on a pool of threads, and hands what happens to the calling thread.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::client::ErrorKind;
use crate::diagnostic::Diagnostic;
use crate::event::{Attempt, CaseError, CaseId, CaseResult, Event, Verdict};
use crate::secret::Redactor;
use crate::template::Engine;
use crate::transport::Pool;

use super::mailbox::{Look, Mailbox};
use super::pace::Pace;
use super::preparation::Preparation;
use super::questions::Questions;
use super::schedule::Schedule;
use super::shared::{Options, Shared};
use super::snapshots::{Shelf, SnapshotSummary};
use super::workers::Workers;
use super::{Environments, Interrupt, Plan};

/// The kind of the error that a request was cut short by the end of the run.
pub(super) const INTERRUPTED: &str = ErrorKind::Interrupted.as_str();

/// Runs plans.
#[derive(Debug)]
pub struct Executor {
    shared: Arc<Shared>,
}

impl Executor {
    /// An executor with threads and a connection pool of its own.
    ///
    /// # Errors
    /// If the threads cannot be started.
    pub fn new(
        options: Options,
        engine: Engine,
        environments: Environments,
        redactor: Arc<Redactor>,
        interrupt: Interrupt,
    ) -> Result<Self, rayon::ThreadPoolBuildError> {
        let workers = Workers::new(options.jobs)?;
        let variables = Arc::clone(&environments.home().variables);
        let person = options.person.clone();
        let questions = Questions::new(person, variables, Arc::clone(&redactor), interrupt.clone());
        let shared = Shared {
            options,
            workers,
            engine,
            environments,
            questions: Arc::new(questions),
            connections: Pool::new(),
            cookie_files: Arc::default(),
            tokens: Arc::default(),
            redactor,
            snapshots: Shelf::default(),
            pace: Pace::default(),
            preparation: Preparation::default(),
            interrupt,
            failed: Interrupt::default(),
        };
        Ok(Self { shared: Arc::new(shared) })
    }

    /// Runs everything. Every case of the plan gets one [`Event::CaseFinished`], whatever
    /// happens; `on_event` is called on this thread alone.
    pub fn run(&self, plan: Plan, mut on_event: impl FnMut(Event)) {
        let started = Instant::now();
        on_event(Event::RunStarted(Arc::clone(plan.outline())));
        let mut ledger = Ledger::new(&plan);
        let (mut mailbox, sender) = Mailbox::new();
        Schedule::start(plan, &self.shared, sender);
        while let Some(event) = self.next(&mut mailbox) {
            ledger.note(&event);
            let asked = matches!(event, Event::Asked);
            on_event(event);
            if asked {
                self.shared.questions.put();
                on_event(Event::Answered);
            }
        }
        let interrupted = self.shared.interrupt.reason();
        ledger.settle(interrupted, &mut on_event);
        on_event(Event::RunFinished { elapsed: started.elapsed(), interrupted: interrupted.is_some() });
    }

    /// What became of the snapshots so far.
    pub fn snapshots(&self) -> SnapshotSummary {
        self.shared.snapshots.summary()
    }

    /// The next event; none once all files are done, or when nobody waits for them any more.
    fn next(&self, mailbox: &mut Mailbox) -> Option<Event> {
        loop {
            match mailbox.look() {
                Look::Event(event) => return Some(event),
                Look::Closed => return None,
                Look::Nothing if self.shared.interrupt.is_urgent() => return None,
                Look::Nothing => {}
            }
        }
    }
}

/// Which cases have begun and ended, so that none is lost when a run is cut short.
struct Ledger {
    cases: Vec<Vec<Progress>>,
    files: Vec<Progress>,
}

#[derive(Clone, Copy, PartialEq)]
enum Progress {
    Waiting,
    Started,
    Finished,
}

impl Ledger {
    fn new(plan: &Plan) -> Self {
        let cases = plan.files.iter().map(|file| vec![Progress::Waiting; file.len()]).collect();
        Self { cases, files: vec![Progress::Waiting; plan.files.len()] }
    }

    fn note(&mut self, event: &Event) {
        match event {
            Event::CaseUnrolled(id, cases) => {
                let waiting = cases.iter().map(|_| Progress::Waiting);
                self.cases[id.file].splice(id.case..=id.case, waiting);
            }
            Event::CaseStarted(id) => self.cases[id.file][id.case] = Progress::Started,
            Event::CaseFinished(id, _) => self.cases[id.file][id.case] = Progress::Finished,
            Event::FileStarted { file } => self.files[*file] = Progress::Started,
            Event::FileFinished { file, .. } => self.files[*file] = Progress::Finished,
            Event::RunStarted(_) | Event::Prompted(_) | Event::Asked | Event::Answered | Event::RunFinished { .. } => {}
        }
    }

    /// Reports what has not ended: where the run was interrupted, what was under way is an
    /// error and the rest skipped; where it was not, a worker broke down.
    fn settle(self, interrupted: Option<&str>, on_event: &mut impl FnMut(Event)) {
        for (file, cases) in self.cases.into_iter().enumerate() {
            if self.files[file] == Progress::Finished {
                continue;
            }
            if self.files[file] == Progress::Waiting {
                on_event(Event::FileStarted { file });
            }
            for (case, progress) in cases.into_iter().enumerate() {
                let result = match (progress, interrupted) {
                    (Progress::Finished, _) => continue,
                    (Progress::Started, Some(reason)) => cut_short(reason),
                    (Progress::Waiting, Some(reason)) => CaseResult::skipped(reason),
                    (Progress::Started | Progress::Waiting, None) => broken_down(),
                };
                on_event(Event::CaseFinished(CaseId { file, case }, Box::new(result)));
            }
            on_event(Event::FileFinished { file, elapsed: Duration::ZERO });
        }
    }
}

fn cut_short(reason: &str) -> CaseResult {
    let diagnostic = Diagnostic::error(format!("cut short: {reason}"));
    CaseResult::failed_before_sending(CaseError { kind: INTERRUPTED, diagnostics: vec![diagnostic] })
}

fn broken_down() -> CaseResult {
    let diagnostic =
        Diagnostic::error("rqtest itself failed while it ran this file").help("this is a bug: please report it");
    CaseResult::failed_before_sending(CaseError { kind: "panic", diagnostics: vec![diagnostic] })
}

impl CaseResult {
    /// The result of a request that did not run.
    pub(super) fn skipped(reason: impl Into<String>) -> Self {
        Self { verdict: Verdict::Skipped(reason.into()), attempts: Vec::new(), elapsed: Duration::ZERO }
    }

    /// The result of a request of which nothing was sent.
    pub(super) fn failed_before_sending(error: CaseError) -> Self {
        Self::of(vec![Attempt { error: Some(error), ..Attempt::default() }])
    }

    /// This result with an error that was found out at its end.
    pub(super) fn with_error(mut self, error: CaseError) -> Self {
        let Some(last) = self.attempts.last_mut() else { return Self::failed_before_sending(error) };
        last.error.get_or_insert(error);
        Self { elapsed: self.elapsed, ..Self::of(self.attempts) }
    }

    /// The result of some attempts, of which the last one counts.
    pub(super) fn of(attempts: Vec<Attempt>) -> Self {
        let verdict = attempts.last().map_or(Verdict::Errored, Attempt::verdict);
        Self { verdict, elapsed: attempts.iter().map(|attempt| attempt.elapsed).sum(), attempts }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(interrupted: Option<&str>) -> Vec<Verdict> {
        let ledger = Ledger {
            cases: vec![vec![Progress::Finished], vec![Progress::Finished, Progress::Started, Progress::Waiting]],
            files: vec![Progress::Finished, Progress::Started],
        };
        let mut verdicts = Vec::new();
        ledger.settle(interrupted, &mut |event| {
            if let Event::CaseFinished(_, result) = event {
                verdicts.push(result.verdict);
            }
        });
        verdicts
    }

    #[test]
    fn what_an_interruption_leaves_is_an_error_where_it_had_begun_else_skipped() {
        assert_eq!(settled(Some("why")), [Verdict::Errored, Verdict::Skipped("why".to_owned())]);
    }

    #[test]
    fn what_a_worker_leaves_that_broke_down_never_counts_as_skipped() {
        assert_eq!(settled(None), [Verdict::Errored, Verdict::Errored]);
    }
}
