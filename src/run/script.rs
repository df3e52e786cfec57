//! The scripts of a request, and what they leave behind.

use std::cell::{OnceCell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::assertion::{Expressions, Outcome};
use crate::client;
use crate::diagnostic::Diagnostic;
use crate::event::{Attempt, CaseError, CaseResult, Verdict};
use crate::http::Headers;
use crate::script::{self, Engine, Form, Limits, Loan, Program, Rendered, Report, Situation, Watch, Written};
use crate::source::{Root, Span};
use crate::spec::{self, Code, Format, Surroundings, Text};
use crate::template::{self, FileScope, Scope, Template};

use super::Interrupt;
use super::case::{CaseRun, called_off};
use super::collect::collect;
use super::compiled::Compiled;
use super::lookout::Lookout;
use super::specs::Specs;

/// The kind of the error that a script could not run to its end.
const KIND: &str = "script";

/// The scripts of a request, compiled as far as they can be without their files.
#[derive(Debug)]
pub(super) struct CompiledScripts {
    before: Vec<CompiledScript>,
    rendered: Vec<CompiledScript>,
    after: Vec<CompiledScript>,
    /// The request as it is written.
    written: Arc<Written>,
}

#[derive(Debug)]
enum CompiledScript {
    Inline(Program),
    File { path: Template, surroundings: Surroundings },
}

impl CompiledScripts {
    /// Compiles the scripts of a request, if it has any; what is wrong with them goes to `wrong`.
    pub(super) fn compile(
        engine: &template::Engine,
        request: &spec::Request,
        wrong: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let scripts = &request.scripts;
        if [&scripts.before, &scripts.rendered, &scripts.after].iter().all(|scripts| scripts.is_empty()) {
            return None;
        }
        let compile = |script: &spec::Script| CompiledScript::compile(engine, script);
        let before = collect(&scripts.before, compile, wrong);
        let rendered = collect(&scripts.rendered, compile, wrong);
        let after = collect(&scripts.after, compile, wrong);
        Some(Self { before, rendered, after, written: Arc::new(Written::from(request)) })
    }

    /// The scripts that can be read now: those of files too, where their paths are fixed.
    fn programs(&self, root: &Root) -> impl Iterator<Item = Result<Program, Diagnostic>> {
        self.before.iter().chain(&self.rendered).chain(&self.after).filter_map(|script| match script {
            CompiledScript::Inline(program) => Some(Ok(program.clone())),
            CompiledScript::File { path, surroundings } => {
                Some(load(root, path.span(), path.as_literal()?, *surroundings))
            }
        })
    }
}

/// Reads scripts without running them.
#[derive(Debug, Default)]
pub(super) struct ScriptChecker(OnceCell<Result<Engine, Diagnostic>>);

impl ScriptChecker {
    /// What is wrong with an expression.
    pub(super) fn check_expression(&self, code: &Text, root: &Root) -> Option<Diagnostic> {
        let (form, surroundings) = (Form::Expression, Surroundings::HttpYac);
        let program = Program { code: code.clone(), caller: code.span.clone(), form, surroundings };
        // What cannot be checked at all is told of scripts.
        self.engine().ok()?.check(&program, root).err()
    }

    fn engine(&self) -> Result<&Engine, &Diagnostic> {
        let make = || Engine::new(Limits::default(), Rc::new(Interrupt::default())).map_err(no_engine);
        self.0.get_or_init(make).as_ref()
    }

    /// What is wrong with the scripts of a request.
    pub(super) fn check(&self, scripts: &CompiledScripts, root: &Root) -> Vec<Diagnostic> {
        match self.engine() {
            Ok(engine) => {
                let check = |program: Result<Program, Diagnostic>| {
                    let program = program?;
                    engine.check(&program, root)?;
                    program.missing_package().map_or(Ok(()), Err)
                };
                scripts.programs(root).filter_map(|program| check(program).err()).collect()
            }
            Err(diagnostic) => vec![diagnostic.clone()],
        }
    }
}

impl CompiledScript {
    fn compile(engine: &template::Engine, script: &spec::Script) -> Result<Self, Diagnostic> {
        let surroundings = script.surroundings;
        match &script.code {
            Code::Inline(code) => {
                let caller = code.span.clone();
                Ok(Self::Inline(Program { code: code.clone(), caller, form: Form::Statements, surroundings }))
            }
            Code::File(path) => Ok(Self::File { path: engine.compile(path)?, surroundings }),
        }
    }
}

fn load(root: &Root, caller: &Span, path: &str, surroundings: Surroundings) -> Result<Program, Diagnostic> {
    let program = Program::load(root, caller, path, surroundings);
    program.map_err(|error| Diagnostic::error(error.to_string()).at(caller, ""))
}

fn no_engine(error: rquickjs::Error) -> Diagnostic {
    Diagnostic::error(format!("scripts cannot be run: {error}"))
}

/// Runs the scripts of a file in one engine, which the first of them makes.
#[derive(Debug)]
pub(super) struct ScriptRunner {
    /// Lent to the expressions of templates, which see what scripts have made.
    engine: Loan,
    /// Header fields that scripts have all requests sent with.
    headers: RefCell<Headers>,
    /// The specs whose own scripts have run, by their places.
    begun: RefCell<HashSet<usize>>,
    /// What came of these, until a request runs that it is told with.
    prelude: RefCell<Attempt>,
    pub(super) lookout: Rc<Lookout>,
}

impl ScriptRunner {
    /// A runner, where scripts have had header fields sent with all requests before.
    pub(super) fn new(lookout: Rc<Lookout>, headers: Headers) -> Self {
        let (engine, begun, prelude) = Default::default();
        Self { engine, headers: headers.into(), begun, prelude, lookout }
    }

    /// The header fields that scripts have all requests sent with.
    pub(super) fn headers(&self) -> Headers {
        self.headers.borrow().clone()
    }

    /// Whether the scripts of a file and of those that it imports have run.
    pub(super) fn have_begun(&self, specs: &Specs, file: usize) -> bool {
        let begun = self.begun.borrow();
        files_to_begin(specs, file).all(|file| begun.contains(&file))
    }

    /// What came of the scripts of files, for the first request after them.
    pub(super) fn take_prelude(&self) -> Attempt {
        self.prelude.take()
    }

    /// Adds the header fields that scripts have all requests sent with; what the request says
    /// itself counts more.
    pub(super) fn add_headers(&self, request: &mut client::Request) {
        for field in self.headers.borrow().iter() {
            let is_omitted = request.omitted_headers.iter().any(|name| field.is(name));
            if !is_omitted && !request.headers.contains(field.name()) {
                request.headers.extend([field.clone()]);
            }
        }
    }

    fn run(&self, program: &Program, situation: Situation) -> Result<Report, rquickjs::Error> {
        let mut engine = self.engine.borrow_mut();
        if engine.as_ref().is_none_or(Engine::is_spent) {
            *engine = Some(Engine::new(Limits::default(), Rc::<Lookout>::clone(&self.lookout))?);
        }
        Ok(engine.as_ref().expect("it was made above").run(program, situation))
    }
}

/// A file and those that it imports which have scripts of their own, the file itself last.
fn files_to_begin(specs: &Specs, file: usize) -> impl Iterator<Item = usize> {
    let files = specs.at(file).imports.iter().rev().copied().chain([file]);
    files.filter(|&file| !specs.at(file).spec.scripts.is_empty())
}

impl Watch for Interrupt {
    fn is_called_off(&self) -> bool {
        self.reason().is_some()
    }

    fn wait(&self, time: Duration) {
        self.sleep(time);
    }
}

impl CaseRun<'_> {
    /// Runs what is to run before the request is rendered, and tells whether it may be sent now.
    pub(super) fn run_before(&self, compiled: &Compiled, scope: &mut FileScope, attempt: &mut Attempt) -> bool {
        let Some(scripts) = &compiled.scripts else { return true };
        self.run_all(&scripts.before, &scripts.written, None, scope, attempt)
    }

    /// Runs the scripts of the files that the request's own imports, the nearest last, then those
    /// of that file. What comes of the request instead of being run, where they fail.
    pub(super) fn begin_file(&self, scope: &mut FileScope) -> Option<CaseResult> {
        // What the scripts of another file have found may not be told yet.
        let (started, mut attempt) = (Instant::now(), self.scripts.take_prelude());
        for file in files_to_begin(self.specs, self.file) {
            if !self.scripts.begun.borrow().contains(&file) && !self.begin(file, scope, &mut attempt) {
                attempt.elapsed = started.elapsed();
                let is_cancelled = self.is_called_off.get() && attempt.verdict() == Verdict::Passed;
                return Some(if is_cancelled { called_off() } else { CaseResult::of(vec![attempt]) });
            }
        }
        self.scripts.prelude.replace(attempt);
        None
    }

    /// Runs the scripts of a file itself.
    fn begin(&self, file: usize, scope: &mut FileScope, attempt: &mut Attempt) -> bool {
        let mut wrong = Vec::new();
        let compile = |script: &spec::Script| CompiledScript::compile(&self.shared.engine, script);
        let scripts = collect(&self.specs.at(file).spec.scripts, compile, &mut wrong);
        wrong.into_iter().for_each(|diagnostic| add_error(attempt, diagnostic));
        let written = Arc::new(Written::from(self.request));
        let went_well = attempt.error.is_none() && self.run_all(&scripts, &written, None, scope, attempt);
        if went_well {
            self.scripts.begun.borrow_mut().insert(file);
        }
        went_well
    }

    /// Runs what sees the request as it was rendered, has it changed as scripts want it, and
    /// tells whether it may be sent now.
    pub(super) fn run_rendered(
        &self,
        compiled: &Compiled,
        request: &mut client::Request,
        scope: &mut FileScope,
        attempt: &mut Attempt,
    ) -> bool {
        let Some(scripts) = &compiled.scripts else { return true };
        let may_be_sent = self.change(request, attempt) && {
            let rendered = (!scripts.rendered.is_empty()).then(|| Rendered::from(&*request));
            self.run_all(&scripts.rendered, &scripts.written, rendered.as_ref(), scope, attempt)
        };
        may_be_sent && self.change(request, attempt)
    }

    /// Changes the request as scripts wanted it since the last time.
    fn change(&self, request: &mut client::Request, attempt: &mut Attempt) -> bool {
        let changed = self.changes.take().apply(request);
        let line = || Diagnostic::error("a script makes something else of this request").at(&self.request.span, "");
        changed.map_err(|reason| add_error(attempt, line().note(reason))).is_ok()
    }

    /// Runs scripts up to the first that goes wrong or calls the request off.
    fn run_all(
        &self,
        scripts: &[CompiledScript],
        written: &Arc<Written>,
        rendered: Option<&Rendered>,
        scope: &mut FileScope,
        attempt: &mut Attempt,
    ) -> bool {
        scripts.iter().all(|script| {
            self.run_script(script, written, Sight { rendered, response: None }, scope, attempt);
            let went_well = attempt.error.is_none() && !attempt.outcomes.iter().any(Outcome::is_failed);
            went_well && !self.is_called_off.get()
        })
    }

    /// Runs what is to run once the response is there: all of it, whatever fails.
    pub(super) fn run_after(
        &self,
        compiled: &Compiled,
        response: &Arc<client::Response>,
        scope: &mut FileScope,
        attempt: &mut Attempt,
    ) {
        let Some(scripts) = &compiled.scripts else { return };
        for script in &scripts.after {
            let sight = Sight { rendered: None, response: Some(response) };
            self.run_script(script, &scripts.written, sight, scope, attempt);
        }
    }

    /// The value of an expression that asks for a response.
    fn evaluate(
        &self,
        code: &Span,
        scope: &FileScope,
        response: &Arc<client::Response>,
    ) -> Result<Option<serde_json::Value>, Diagnostic> {
        let text = Text::new(code.clone().with(code.text().to_owned()), Format::Http);
        let (form, surroundings) = (Form::Expression, Surroundings::HttpYac);
        let program = Program { code: text, caller: code.clone(), form, surroundings };
        let sight = Sight { rendered: None, response: Some(response) };
        let report = self.run_program(&program, &Arc::new(Written::from(self.request)), sight, scope)?;
        report.error.map_or(Ok(report.value), Err)
    }

    fn run_program(
        &self,
        program: &Program,
        written: &Arc<Written>,
        sight: Sight<'_>,
        scope: &FileScope,
    ) -> Result<Report, Diagnostic> {
        let iteration = scope.iteration().map_or(0, |iteration| iteration.index);
        let collections = self.collections.borrow();
        let situation = Situation {
            templates: self.shared.engine.clone(),
            scope: scope.clone(),
            position: self.position,
            own: self.request.variables.clone(),
            headers: self.scripts.headers.borrow().clone(),
            request: Arc::clone(written),
            rendered: sight.rendered.cloned(),
            response: sight.response.map(Arc::clone),
            iteration: u32::try_from(iteration).unwrap_or(u32::MAX),
            template_values: collections.iter().filter_map(|one| one.values.get(iteration).cloned()).collect(),
            root: self.root.clone(),
        };
        self.scripts.run(program, situation).map_err(|error| no_engine(error).at(&program.caller, ""))
    }

    fn run_script(
        &self,
        script: &CompiledScript,
        written: &Arc<Written>,
        sight: Sight<'_>,
        scope: &mut FileScope,
        attempt: &mut Attempt,
    ) {
        let report = self.program(script, scope).and_then(|program| self.run_program(&program, written, sight, scope));
        match report {
            Ok(report) => self.keep(report, scope, attempt),
            Err(diagnostic) => add_error(attempt, diagnostic),
        }
    }

    /// The code that runs, read from its file where it has one.
    fn program(&self, script: &CompiledScript, scope: &FileScope) -> Result<Program, Diagnostic> {
        match script {
            CompiledScript::Inline(program) => Ok(program.clone()),
            CompiledScript::File { path, surroundings } => {
                let scope = Scope::new(scope, self.position, &self.request.variables);
                load(self.root, path.span(), &path.render(&scope)?, *surroundings)
            }
        }
    }

    fn keep(&self, report: Report, scope: &mut FileScope, attempt: &mut Attempt) {
        let script::Report { scope: changed, headers, outcomes, log, changes, is_cancelled, error, value: _ } = report;
        *scope = changed;
        self.changes.borrow_mut().extend(changes);
        self.is_called_off.set(self.is_called_off.get() || is_cancelled);
        self.scripts.headers.replace(headers);
        attempt.outcomes.extend(outcomes);
        attempt.log.extend(log);
        if let Some(diagnostic) = error {
            add_error(attempt, diagnostic);
        }
    }
}

/// What there is to see when a script runs.
#[derive(Clone, Copy)]
struct Sight<'a> {
    rendered: Option<&'a Rendered>,
    response: Option<&'a Arc<client::Response>>,
}

/// Answers the expressions in JavaScript of assertions.
#[derive(Debug)]
pub(super) struct Answers<'a> {
    pub(super) run: &'a CaseRun<'a>,
    pub(super) scope: &'a FileScope,
    pub(super) response: &'a Arc<client::Response>,
}

impl Expressions for Answers<'_> {
    fn value(&self, code: &Span) -> Result<Option<serde_json::Value>, Diagnostic> {
        self.run.evaluate(code, self.scope, self.response)
    }
}

/// Adds what is wrong with a script to what else is wrong.
fn add_error(attempt: &mut Attempt, diagnostic: Diagnostic) {
    let error = attempt.error.get_or_insert_with(|| CaseError { kind: KIND, diagnostics: Vec::new() });
    error.diagnostics.push(diagnostic);
}
