//! The requests of one file, in order, in one session.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::client::{Jar, Session};
use crate::diagnostic::Diagnostic;
use crate::event::{CaseError, CaseId, CaseOutline, CaseResult, Event, FileOutline, Verdict};
use crate::script;
use crate::source::Root;
use crate::spec::Request;
use crate::template::{Collection, FileScope, Iteration, Providers, Scope};

use super::case::CaseRun;
use super::decision;
use super::environment::Environment;
use super::mailbox::Sender;
use super::must;
use super::plan::{PlannedCase, PlannedFile, Stage};
use super::questions::Inquirer;
use super::samples::Samples;
use super::script::{ScriptRunner, Sleeper};
use super::shared::Shared;
use super::sight::Sight;
use super::specs::{Requested, Specs};
use super::tokens::Asking;

/// Runs a file: all its cases end, one way or another.
pub(super) fn run_file(shared: &Shared, file: &PlannedFile, outline: &FileOutline, index: usize, sender: &Sender) {
    let started = Instant::now();
    sender.send(Event::FileStarted { file: index });
    match file {
        PlannedFile::Spec { specs, root, cases: planned } => {
            FileRun::new(shared, specs, root, index, outline, sender).run(planned, &outline.cases);
        }
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
pub(super) struct FileRun<'a> {
    pub(super) shared: &'a Shared,
    specs: &'a Specs,
    root: &'a Root,
    index: usize,
    sender: &'a Sender,
    session: Session,
    pub(super) scope: FileScope,
    scripts: ScriptRunner,
    samples: Samples,
    sight: Sight<'a>,
    /// How each case of the plan so far has ended.
    ends: Vec<End>,
    setup_failed: bool,
    /// Why nothing but the teardown runs any more.
    stopped: Option<String>,
    /// When the last request had ended.
    last: Option<Instant>,
    /// How many cases have ended.
    ended: usize,
}

/// A case whose turn has come.
#[derive(Clone, Copy)]
pub(super) struct Due<'a> {
    pub(super) case: &'a PlannedCase,
    pub(super) outline: &'a CaseOutline,
    pub(super) request: &'a Request,
    /// Which of the session's files it stands in.
    pub(super) file: usize,
    /// How many requests of its file stand above it.
    pub(super) position: usize,
    /// Whether no other follows.
    pub(super) is_last: bool,
}

/// What came of a request.
pub(super) struct Ran {
    pub(super) result: CaseResult,
    /// The collections that it has gone over.
    pub(super) collections: Vec<Collection>,
}

impl<'a> FileRun<'a> {
    fn new(
        shared: &'a Shared,
        specs: &'a Specs,
        root: &'a Root,
        index: usize,
        outline: &FileOutline,
        sender: &'a Sender,
    ) -> Self {
        let environment = shared.environments.of(specs.own().source.0.path());
        let has_credentials = !environment.variables.credentials.is_empty();
        let tokens = has_credentials.then(|| Arc::new(Asking(session(shared, environment, sender))) as _);
        let person = Inquirer::new(&shared.questions, sender);
        let sight = Sight::new(&shared.engine, &environment.variables, specs, root);
        // The path alone is not enough: a file may be run several times.
        let scope = sight.scope(&format!("{}\n{}", outline.path, outline.name)).provided_by(Providers {
            person: Some(Arc::new(person)),
            tokens,
            javascript: Some(script::evaluate),
            secrets: Some(Arc::clone(&shared.redactor)),
        });
        specs.iter().for_each(|known| shared.questions.learn_given(&known.spec.variables));
        let session = session(shared, environment, sender);
        let scripts = ScriptRunner::new(Sleeper::new(shared));
        Self {
            shared,
            specs,
            root,
            index,
            sender,
            session,
            scope,
            scripts,
            samples: Samples::default(),
            sight,
            ends: Vec::new(),
            setup_failed: false,
            stopped: None,
            last: None,
            ended: 0,
        }
    }

    fn run(&mut self, cases: &[PlannedCase], outlines: &[CaseOutline]) {
        for (index, (case, outline)) in cases.iter().zip(outlines).enumerate() {
            let is_last = index + 1 == cases.len();
            let specs = self.specs;
            self.ends.push(End::Skipped);
            match (self.reason_to_skip(case), specs.request(case)) {
                (Some(reason), _) => self.finish(case, CaseResult::skipped(reason), is_last),
                (None, Err(invalid)) => {
                    let error = CaseError { kind: "parse", diagnostics: invalid.diagnostics.clone() };
                    self.finish(case, CaseResult::failed_before_sending(error), is_last);
                }
                (None, Ok(requested)) => {
                    let Requested { request, place, .. } = requested;
                    let (file, position) = (place.file, specs.position(place));
                    match self.take_up(requested) {
                        Ok(()) => self.run_due(Due { case, outline, request, file, position, is_last }),
                        Err(instead) => self.finish(case, *instead, is_last),
                    }
                }
            }
        }
    }

    /// Brings what a request sees into the scope, unless what runs it leaves it out.
    fn take_up(&mut self, requested: Requested<'_>) -> Result<(), Box<CaseResult>> {
        let Requested { place, call, .. } = requested;
        if let Some(reason) = call.and_then(|call| call.chain().find_map(|call| call.skip.as_deref())) {
            return Err(CaseResult::skipped(reason).into());
        }
        self.sight.enter(&mut self.scope, place.file, call).map_err(not_worked_out)
    }

    /// Runs one of the times that a request runs, unless something stands against it.
    pub(super) fn run_turn(&mut self, due: Due<'_>, iteration: Option<Iteration>) -> Ran {
        let alone = |result| Ran { result, collections: Vec::new() };
        self.scope.enter(iteration);
        let ran = match (self.reason_to_skip(due.case), self.decide(due)) {
            (Some(reason), _) => alone(CaseResult::skipped(reason)),
            (None, Err(instead)) => alone(*instead),
            (None, Ok(pause)) => self.run_request(due, pause),
        };
        self.scope.enter(None);
        ran
    }

    fn run_request(&mut self, due: Due<'_>, pause: Duration) -> Ran {
        let Due { case, request, file, position, .. } = due;
        let (shared, root, session, scripts) = (self.shared, self.root, &self.session, &self.scripts);
        shared.questions.learn_given(&request.variables);
        let run = CaseRun {
            shared,
            root,
            session,
            scripts,
            samples: &self.samples,
            request,
            position,
            collections: RefCell::default(),
            file,
            file_scripts: &self.specs.at(file).spec.scripts,
            changes: RefCell::default(),
            is_called_off: Cell::default(),
        };
        run.wait(self.last, pause);
        if let Some(reason) = self.reason_to_skip(case) {
            return Ran { result: CaseResult::skipped(reason), collections: Vec::new() };
        }
        self.sender.send(Event::CaseStarted(self.id()));
        let result = run.run(&mut self.scope);
        self.last = Some(Instant::now());
        Ran { result, collections: run.collections.into_inner() }
    }

    /// How long a request wants to wait; or what comes of it instead of being run.
    fn decide(&self, due: Due<'_>) -> Result<Duration, Box<CaseResult>> {
        let flow = &due.request.flow;
        // The scope of most requests need not be looked into before they are rendered.
        if flow.conditions.is_none() && flow.pause.is_none() {
            return Ok(Duration::ZERO);
        }
        let engine = &self.shared.engine;
        let scope = Scope::new(&self.scope, due.position, &due.request.variables);
        let against = decision::against(flow.conditions.as_deref().unwrap_or_default(), engine, &scope);
        if let Some(reason) = against.map_err(not_worked_out)? {
            return Err(CaseResult::skipped(reason).into());
        }
        let pause = flow.pause.as_deref().map(|pause| decision::time(pause, engine, &scope)).transpose();
        Ok(pause.map_err(not_worked_out)?.unwrap_or_default())
    }

    /// The place of the case that is next to end.
    fn id(&self) -> CaseId {
        CaseId { file: self.index, case: self.ended }
    }

    /// Puts cases in the place of the one that is next to end.
    pub(super) fn unroll(&self, cases: Vec<CaseOutline>) {
        self.sender.send(Event::CaseUnrolled(self.id(), cases));
    }

    /// Notes what came of a case, and tells it.
    pub(super) fn finish(&mut self, case: &PlannedCase, mut result: CaseResult, is_last: bool) {
        if is_last {
            result = self.save_cookies(case, result);
        }
        self.learn(case, &result);
        self.sender.send(Event::CaseFinished(self.id(), Box::new(result)));
        self.ended += 1;
    }

    /// Writes the cookies that are kept in files. That it cannot be done is an error of the
    /// request at which it was found out.
    fn save_cookies(&self, case: &PlannedCase, result: CaseResult) -> CaseResult {
        match self.session.save_cookies() {
            Ok(()) => result,
            Err(error) => {
                let span = match self.specs.request(case) {
                    Ok(requested) => &requested.request.span,
                    Err(invalid) => &invalid.span,
                };
                let diagnostic = Diagnostic::error(error.to_string())
                    .at(span, "")
                    .help("after the last request of a file, the cookies of its session are written");
                result.with_error(CaseError { kind: "cookies", diagnostics: vec![diagnostic] })
            }
        }
    }

    /// Teardown always runs; the rest does as long as nothing stands against it. Nothing runs
    /// without what it needs.
    pub(super) fn reason_to_skip(&self, case: &PlannedCase) -> Option<Cow<'static, str>> {
        let of_run = match case.stage {
            Stage::Teardown => None,
            Stage::Main if self.setup_failed && self.stopped.is_none() => Some("the setup failed"),
            Stage::Setup | Stage::Main => self.shared.interrupt.reason().or_else(|| self.shared.failed.reason()),
        };
        let of_file = || self.stopped.clone().filter(|_| case.stage != Stage::Teardown);
        let missing = || case.needs.iter().find_map(|need| self.ends[need.case].lack(&need.name));
        of_run.map(Cow::Borrowed).or_else(|| of_file().or_else(missing).map(Cow::Owned))
    }

    fn learn(&mut self, case: &PlannedCase, result: &CaseResult) {
        if let Some(end) = self.ends.last_mut() {
            *end = End::of(&result.verdict).max(*end);
        }
        if matches!(result.verdict, Verdict::Passed | Verdict::Skipped(_)) {
            return;
        }
        self.setup_failed |= case.stage == Stage::Setup;
        let request = self.specs.request(case).ok().map(|requested| requested.request);
        if let Some(reason) = request.and_then(|request| must::unmet(&request.assertions, result)) {
            self.stopped.get_or_insert(reason);
        }
        if self.shared.options.fail_fast {
            self.shared.failed.raise("an earlier request failed");
        }
    }
}

/// The result of a case of which it cannot be told whether or how it runs.
pub(super) fn not_worked_out(diagnostic: Diagnostic) -> Box<CaseResult> {
    let error = CaseError { kind: "template", diagnostics: vec![diagnostic] };
    CaseResult::failed_before_sending(error).into()
}

/// How a case has ended, for those that need it: of several times that it ran, the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Skipped,
    Passed,
    Failed,
}

impl End {
    fn of(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Passed => Self::Passed,
            Verdict::Failed | Verdict::Errored => Self::Failed,
            Verdict::Skipped(_) => Self::Skipped,
        }
    }

    /// Why what needs the case cannot run.
    fn lack(self, name: &str) -> Option<String> {
        match self {
            Self::Passed => None,
            Self::Failed => Some(format!("`{name}`, which it needs, failed")),
            Self::Skipped => Some(format!("`{name}`, which it needs, was skipped")),
        }
    }
}
