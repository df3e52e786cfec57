//! The requests of one file, in order, in one session.

use std::sync::Arc;
use std::time::Instant;

use crate::client::Session;
use crate::event::{CaseError, CaseId, CaseResult, Event, Verdict};
use crate::source::Root;
use crate::spec::{Entry, Skip, Spec};
use crate::template::FileScope;

use super::case::CaseRun;
use super::mailbox::Sender;
use super::plan::{PlannedCase, PlannedFile, Stage};
use super::shared::Shared;

/// Runs a file: all its cases end, one way or another.
pub(super) fn run_file(shared: &Shared, file: &PlannedFile, index: usize, sender: &Sender) {
    let started = Instant::now();
    sender.send(Event::FileStarted { file: index });
    match file {
        PlannedFile::Spec { spec, root, cases } => FileRun::new(shared, spec, root, index, sender).run(cases),
        PlannedFile::Unreadable(error) => {
            let result = CaseResult::failed_before_sending(error.clone());
            sender.send(Event::CaseFinished(CaseId { file: index, case: 0 }, Box::new(result)));
        }
    }
    sender.send(Event::FileFinished { file: index, elapsed: started.elapsed() });
}

/// A file that is being run.
struct FileRun<'a> {
    shared: &'a Shared,
    spec: &'a Spec,
    root: &'a Root,
    index: usize,
    sender: &'a Sender,
    session: Session,
    scope: FileScope,
    setup_failed: bool,
    /// When the last request had ended.
    last: Option<Instant>,
}

impl<'a> FileRun<'a> {
    fn new(shared: &'a Shared, spec: &'a Spec, root: &'a Root, index: usize, sender: &'a Sender) -> Self {
        let mut session = Session::with_pool(Arc::clone(&shared.connections));
        session.secrets = Some(Arc::clone(&shared.redactor));
        let scope = FileScope::new(Arc::clone(&shared.variables), spec, &shared.engine);
        Self { shared, spec, root, index, sender, session, scope, setup_failed: false, last: None }
    }

    fn run(&mut self, cases: &[PlannedCase]) {
        for (index, case) in cases.iter().enumerate() {
            let id = CaseId { file: self.index, case: index };
            let result = match self.reason_to_skip(case) {
                Some(reason) => CaseResult::skipped(reason),
                None => self.run_case(id, case),
            };
            self.learn(case, &result);
            self.sender.send(Event::CaseFinished(id, Box::new(result)));
        }
    }

    fn run_case(&mut self, id: CaseId, case: &PlannedCase) -> CaseResult {
        let request = match case.entry(self.spec) {
            Entry::Request(request) => request,
            Entry::Invalid(invalid) => {
                let diagnostics = invalid.diagnostics.clone();
                return CaseResult::failed_before_sending(CaseError { kind: "parse", diagnostics });
            }
        };
        if let Some(Skip::Yes(reason)) = request.flow.skip.as_deref() {
            return CaseResult::skipped(reason);
        }
        let position = case.position(self.spec);
        let run = CaseRun { shared: self.shared, root: self.root, session: &self.session, request, position };
        run.wait(self.last);
        if let Some(reason) = self.reason_to_skip(case) {
            return CaseResult::skipped(reason);
        }
        self.sender.send(Event::CaseStarted(id));
        let result = run.run(&mut self.scope);
        self.last = Some(Instant::now());
        result
    }

    /// Teardown always runs; the rest does as long as nothing stands against it.
    fn reason_to_skip(&self, case: &PlannedCase) -> Option<&'static str> {
        if case.stage == Stage::Teardown {
            return None;
        }
        if case.stage == Stage::Main && self.setup_failed {
            return Some("the setup failed");
        }
        self.shared.interrupt.reason().or_else(|| self.shared.failed.reason())
    }

    fn learn(&mut self, case: &PlannedCase, result: &CaseResult) {
        if matches!(result.verdict, Verdict::Passed | Verdict::Skipped(_)) {
            return;
        }
        self.setup_failed |= case.stage == Stage::Setup;
        if self.shared.options.fail_fast {
            self.shared.failed.raise("an earlier request failed");
        }
    }
}
