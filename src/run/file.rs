//! The requests of one file, in order, in one session.

use std::sync::Arc;
use std::time::Instant;

use crate::client::{Jar, Session};
use crate::diagnostic::Diagnostic;
use crate::event::{CaseError, CaseId, CaseResult, Event, Verdict};
use crate::source::Root;
use crate::spec::{Entry, Skip};
use crate::template::{FileScope, Providers};

use super::case::CaseRun;
use super::environment::Environment;
use super::mailbox::Sender;
use super::plan::{PlannedCase, PlannedFile, Specs, Stage};
use super::questions::Inquirer;
use super::shared::Shared;
use super::tokens::Asking;

/// Runs a file: all its cases end, one way or another.
pub(super) fn run_file(shared: &Shared, file: &PlannedFile, index: usize, sender: &Sender) {
    let started = Instant::now();
    sender.send(Event::FileStarted { file: index });
    match file {
        PlannedFile::Spec { specs, root, cases } => FileRun::new(shared, specs, root, index, sender).run(cases),
        PlannedFile::Unreadable(error) => {
            let result = CaseResult::failed_before_sending(error.clone());
            sender.send(Event::CaseFinished(CaseId { file: index, case: 0 }, Box::new(result)));
        }
    }
    sender.send(Event::FileFinished { file: index, elapsed: started.elapsed() });
}

/// A session of a file.
fn session(shared: &Shared, environment: &Environment, sender: &Sender) -> Session {
    let mut session = Session::with_pool(Arc::clone(&shared.connections));
    environment.apply(&mut session);
    session.secrets = Some(Arc::clone(&shared.redactor));
    session.share_tokens(Arc::clone(&shared.tokens));
    session.on_prompt(shared.options.browser.visitor(&shared.connections, sender));
    session.share_cookie_files(Arc::clone(&shared.cookie_files));
    let options = &mut session.defaults.options;
    options.key_log = shared.options.key_log.clone();
    options.cookie_jar = shared.options.cookie_jar.clone().map(Jar::File).or(options.cookie_jar.take());
    options.proxies = shared.options.proxies.clone();
    session
}

/// A file that is being run.
struct FileRun<'a> {
    shared: &'a Shared,
    specs: &'a Specs,
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
    fn new(shared: &'a Shared, specs: &'a Specs, root: &'a Root, index: usize, sender: &'a Sender) -> Self {
        let environment = shared.environments.of(specs.own().source.0.path());
        let has_credentials = !environment.variables.credentials.is_empty();
        let tokens = has_credentials.then(|| Arc::new(Asking(session(shared, environment, sender))) as _);
        let person = Inquirer::new(&shared.questions, sender);
        let scope = FileScope::new(Arc::clone(&environment.variables), specs.own(), root, &shared.engine)
            .provided_by(Providers { person: Some(Arc::new(person)), tokens });
        shared.questions.learn_given(&specs.own().variables);
        let session = session(shared, environment, sender);
        Self { shared, specs, root, index, sender, session, scope, setup_failed: false, last: None }
    }

    fn run(&mut self, cases: &[PlannedCase]) {
        for (index, case) in cases.iter().enumerate() {
            let id = CaseId { file: self.index, case: index };
            let mut result = match self.reason_to_skip(case) {
                Some(reason) => CaseResult::skipped(reason),
                None => self.run_case(id, case),
            };
            if index + 1 == cases.len() {
                result = self.save_cookies(case, result);
            }
            self.learn(case, &result);
            self.sender.send(Event::CaseFinished(id, Box::new(result)));
        }
    }

    fn run_case(&mut self, id: CaseId, case: &PlannedCase) -> CaseResult {
        let request = match self.specs.entry(case.place) {
            Entry::Request(request) => request,
            Entry::Invalid(invalid) => {
                let diagnostics = invalid.diagnostics.clone();
                return CaseResult::failed_before_sending(CaseError { kind: "parse", diagnostics });
            }
        };
        if let Some(Skip::Yes(reason)) = request.flow.skip.as_deref() {
            return CaseResult::skipped(reason);
        }
        self.shared.questions.learn_given(&request.variables);
        let position = self.specs.position(case.place);
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

    /// Writes the cookies that are kept in files. That it cannot be done is an error of the
    /// request at which it was found out.
    fn save_cookies(&self, case: &PlannedCase, result: CaseResult) -> CaseResult {
        match self.session.save_cookies() {
            Ok(()) => result,
            Err(error) => {
                let diagnostic = Diagnostic::error(error.to_string())
                    .at(self.specs.entry(case.place).span(), "")
                    .help("after the last request of a file, the cookies of its session are written");
                result.with_error(CaseError { kind: "cookies", diagnostics: vec![diagnostic] })
            }
        }
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
