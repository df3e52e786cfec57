//! The requests of one file, in order, in one session.

use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::client::{Cookie, Jar, Session};
use crate::diagnostic::{Diagnostic, Fault};
use crate::event::{CaseError, CaseId, CaseOutline, CaseResult, Event};
use crate::http::{Headers, Url};
use crate::script;
use crate::source::Root;
use crate::spec::Request;
use crate::template::{Collection, FileScope, Iteration, Providers, Scope};

use super::case::CaseRun;
use super::course::{Ground, RunningFile};
use super::decision;
use super::environment::Environment;
use super::lookout::Lookout;
use super::mailbox::Sender;
use super::order::{End, Rank};
use super::pages::NextPage;
use super::plan::{PlannedCase, PlannedFile};
use super::questions::Inquirer;
use super::samples::Samples;
use super::schedule::{Schedule, Task};
use super::script::ScriptRunner;
use super::shared::Shared;
use super::sight::{Seen, Sight};
use super::specs::{Requested, Specs};
use super::tokens::Asking;

/// Runs a unit: all its cases end, one way or another.
pub(super) fn run_unit(schedule: &Arc<Schedule>, task: &Task) {
    let file = &*task.file;
    file.begin(schedule);
    match &file.planned {
        PlannedFile::Spec { specs, root, cases, .. } => FileRun::new(schedule, file, specs, root).run(cases, task),
        PlannedFile::Unreadable(error) => {
            let result = CaseResult::failed_before_sending(error.clone());
            file.course().note(0, End::Failed, false);
            file.tell(0, 0, schedule, |id| Event::CaseFinished(id, Box::new(result)));
        }
    }
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
    options.cancel = Some(shared.interrupt.cancel().clone());
    session
}

/// What the requests of a file are run with.
fn ground(schedule: &Schedule, specs: &Specs, root: &Root, running: &RunningFile) -> Ground {
    let (shared, sender) = (&*schedule.shared, &schedule.sender);
    let environment = shared.environments.of(specs.own().source.0.path());
    let has_credentials = !environment.variables.credentials.is_empty();
    let tokens = has_credentials.then(|| Arc::new(Asking(session(shared, environment, sender))) as _);
    let person = Inquirer::new(&shared.questions, sender);
    let seen = Seen::new(&shared.engine, &environment.variables, specs, root);
    let prepared = shared.preparation.so_far();
    let outline = &schedule.outline.files[running.index];
    // The path alone is not enough: a file may be run several times.
    let name = format!("{}\n{}", outline.path, outline.name);
    let scope = seen.scope(&shared.engine, &name).prepared_by(prepared.captures).provided_by(Providers {
        person: Some(Arc::new(person)),
        tokens,
        javascript: Some(script::evaluate),
        secrets: Some(Arc::clone(&shared.redactor)),
    });
    specs.iter().for_each(|known| shared.questions.learn_given(&known.spec.variables));
    let session = session(shared, environment, sender);
    prepared.cookies.iter().cloned().for_each(|cookie: Cookie| session.set_cookie(cookie));
    let failure = prepared.failure.filter(|_| running.rank != Rank::Teardown);
    Ground {
        session: Arc::new(session),
        scope,
        seen,
        samples: Arc::default(),
        failure: failure.map(Arc::from),
        headers: Headers::default(),
    }
}

/// A part of a file that is being run.
pub(super) struct FileRun<'a> {
    pub(super) schedule: &'a Arc<Schedule>,
    pub(super) shared: &'a Shared,
    pub(super) running: &'a RunningFile,
    pub(super) specs: &'a Specs,
    root: &'a Root,
    session: Arc<Session>,
    pub(super) scope: FileScope,
    /// The scope that the unit began with.
    given: FileScope,
    pub(super) scripts: ScriptRunner,
    samples: Arc<Samples>,
    sight: Sight<'a>,
    /// Why nothing of the file runs, if so.
    pub(super) failure: Option<Arc<str>>,
    /// The place of the case of the plan that is due.
    pub(super) current: usize,
    /// How many cases it has turned out to be that have ended.
    ended: usize,
    /// Where the request goes that is next to run, if that is a page that another one leads to.
    pub(super) page: Option<Url>,
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
    /// What its response leads to, where it runs for that too.
    pub(super) next: NextPage,
}

impl Ran {
    /// Something that came of it without its being sent.
    fn instead(result: CaseResult) -> Self {
        Self { result, collections: Vec::new(), next: None }
    }
}

impl<'a> FileRun<'a> {
    fn new(schedule: &'a Arc<Schedule>, running: &'a RunningFile, specs: &'a Specs, root: &'a Root) -> Self {
        let shared = &*schedule.shared;
        let make = || ground(schedule, specs, root, running);
        let ground = running.course().ground.get_or_insert_with(make).clone();
        let Ground { session, scope, seen, samples, failure, headers } = ground;
        let variables = &shared.environments.of(specs.own().source.0.path()).variables;
        let sight = Sight::new(&shared.engine, variables, specs, root, seen);
        let scripts = ScriptRunner::new(Rc::new(Lookout::new(shared)), headers);
        Self {
            schedule,
            shared,
            running,
            specs,
            root,
            session,
            given: scope.clone(),
            scope,
            scripts,
            samples,
            sight,
            failure,
            current: 0,
            ended: 0,
            page: None,
        }
    }

    fn run(mut self, cases: &'a [PlannedCase], task: &Task) {
        let outlines = &self.schedule.outline.files[self.running.index].cases;
        for index in task.unit.cases.clone() {
            (self.current, self.ended) = (index, 0);
            let is_last = index + 1 == task.unit.cases.end;
            self.run_case(&cases[index], &outlines[index], is_last && task.unit.is_last);
            if is_last {
                self.hand_back();
            }
            let id = CaseId { file: self.running.index, case: index };
            self.schedule.reach_case(id, || self.running.course().end_of(index));
        }
    }

    /// Leaves what was captured, and what scripts have set, to the units that come after.
    fn hand_back(&self) {
        if let Some(ground) = &mut self.running.course().ground {
            ground.scope.take_over(&self.given, &self.scope);
            ground.headers = self.scripts.headers();
        }
    }

    fn run_case(&mut self, case: &'a PlannedCase, outline: &'a CaseOutline, is_last: bool) {
        let specs = self.specs;
        self.scripts.lookout.enter(case.stage);
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
        self.scope.enter(iteration);
        // To decide may ask a person, or a server: nothing is asked for what does not run anyway.
        let decision = match self.reason_to_skip(due.case) {
            Some(reason) => Err(CaseResult::skipped(reason).into()),
            None => self.decide(due),
        };
        let ran = match decision {
            Ok(pause) => self.run_request(due, pause),
            Err(instead) => Ran::instead(*instead),
        };
        self.scope.enter(None);
        // One that did not run must leave nothing to the next request.
        self.page = None;
        ran
    }

    /// Runs the scripts of the request's file, and of those that it imports, unless they have run:
    /// before anything is decided of the request. What comes of it instead, where they fail.
    pub(super) fn begin_file(&mut self, due: Due<'_>) -> Option<CaseResult> {
        if self.scripts.have_begun(self.specs, due.file) {
            return None;
        }
        let run = CaseRun::new(self.shared, self.root, &self.session, &self.scripts, &self.samples, self.specs, due);
        run.begin_file(&mut self.scope)
    }

    fn run_request(&mut self, due: Due<'_>, pause: Duration) -> Ran {
        self.shared.questions.learn_given(&due.request.variables);
        let page = self.page.take();
        let fresh = CaseRun::new(self.shared, self.root, &self.session, &self.scripts, &self.samples, self.specs, due);
        let run = CaseRun { page, ..fresh };
        let last = self.running.course().last;
        run.wait(last, pause);
        if let Some(reason) = self.reason_to_skip(due.case) {
            return Ran::instead(CaseResult::skipped(reason));
        }
        self.tell(Event::CaseStarted);
        let result = run.run(&mut self.scope);
        self.running.course().last = Some(Instant::now());
        Ran { result, collections: run.collections.into_inner(), next: run.next.into_inner() }
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

    /// Tells something of the case that is next to end.
    fn tell(&self, event: impl FnOnce(CaseId) -> Event) {
        self.running.tell(self.current, self.ended, self.schedule, event);
    }

    /// Puts cases in the place of the one that is next to end.
    pub(super) fn unroll(&self, cases: Vec<CaseOutline>) {
        self.tell(|id| Event::CaseUnrolled(id, cases));
    }

    /// Notes what came of a case, and tells it.
    pub(super) fn finish(&mut self, case: &PlannedCase, mut result: CaseResult, is_last: bool) {
        if is_last {
            result = self.save_cookies(case, result);
        }
        self.learn(case, &result);
        self.note_losses(case, &result.verdict);
        self.tell(|id| Event::CaseFinished(id, Box::new(result)));
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
}

/// The result of a case of which it cannot be told whether or how it runs; that is another one's
/// fault where it has not left what is needed for that.
pub(super) fn not_worked_out(diagnostic: Diagnostic) -> Box<CaseResult> {
    if diagnostic.fault == Fault::Elsewhere {
        return CaseResult::skipped(diagnostic.message).into();
    }
    let error = CaseError { kind: "template", diagnostics: vec![diagnostic] };
    CaseResult::failed_before_sending(error).into()
}
