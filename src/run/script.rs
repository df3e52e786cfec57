//! The scripts of a request, and what they leave behind.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use crate::client;
use crate::diagnostic::Diagnostic;
use crate::event::{Attempt, CaseError};
use crate::http::Headers;
use crate::script::{self, Engine, Form, Limits, Program, Report, Situation, Watch, Written};
use crate::source::{Root, Span};
use crate::spec::{self, Code, Surroundings};
use crate::template::{self, FileScope, Scope, Template};

use super::Interrupt;
use super::case::CaseRun;
use super::collect::collect;
use super::compiled::Compiled;

/// The kind of the error that a script could not run to its end.
const KIND: &str = "script";

/// The scripts of a request, compiled as far as they can be without their files.
#[derive(Debug)]
pub(super) struct CompiledScripts {
    before: Vec<CompiledScript>,
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
        if scripts.before.is_empty() && scripts.after.is_empty() {
            return None;
        }
        let compile = |script: &spec::Script| CompiledScript::compile(engine, script);
        let before = collect(&scripts.before, compile, wrong);
        let after = collect(&scripts.after, compile, wrong);
        Some(Self { before, after, written: Arc::new(Written::from(request)) })
    }

    /// The scripts that can be read now: those of files too, where their paths are fixed.
    fn programs(&self, root: &Root) -> impl Iterator<Item = Result<Program, Diagnostic>> {
        self.before.iter().chain(&self.after).filter_map(|script| match script {
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
    /// What is wrong with the scripts of a request.
    pub(super) fn check(&self, scripts: &CompiledScripts, root: &Root) -> Vec<Diagnostic> {
        let make = || Engine::new(Limits::default(), Rc::new(Interrupt::default())).map_err(no_engine);
        match self.0.get_or_init(make) {
            Ok(engine) => {
                let check =
                    |program: Result<Program, Diagnostic>| program.and_then(|program| engine.check(&program, root));
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
    engine: RefCell<Option<Engine>>,
    /// Header fields that scripts have all requests sent with.
    headers: RefCell<Headers>,
    interrupt: Interrupt,
}

impl ScriptRunner {
    pub(super) fn new(interrupt: Interrupt) -> Self {
        Self { engine: RefCell::default(), headers: RefCell::default(), interrupt }
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
            *engine = Some(Engine::new(Limits::default(), Rc::new(self.interrupt.clone()))?);
        }
        Ok(engine.as_ref().expect("it was made above").run(program, situation))
    }
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
    /// Runs what is to run before the request is sent, and tells whether it may be sent now.
    pub(super) fn run_before(&self, compiled: &Compiled, scope: &mut FileScope, attempt: &mut Attempt) -> bool {
        let Some(scripts) = &compiled.scripts else { return true };
        scripts.before.iter().all(|script| {
            self.run_script(script, scripts, None, scope, attempt);
            attempt.error.is_none() && attempt.outcomes.iter().all(|outcome| outcome.failure.is_none())
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
            self.run_script(script, scripts, Some(response), scope, attempt);
        }
    }

    fn run_script(
        &self,
        script: &CompiledScript,
        scripts: &CompiledScripts,
        response: Option<&Arc<client::Response>>,
        scope: &mut FileScope,
        attempt: &mut Attempt,
    ) {
        let report = self.program(script, scope).and_then(|program| {
            let iteration = scope.iteration().map_or(0, |iteration| iteration.index);
            let collections = self.collections.borrow();
            let situation = Situation {
                templates: self.shared.engine.clone(),
                scope: scope.clone(),
                position: self.position,
                own: self.request.variables.clone(),
                headers: self.scripts.headers.borrow().clone(),
                request: Arc::clone(&scripts.written),
                rendered: None,
                response: response.map(Arc::clone),
                iteration: u32::try_from(iteration).unwrap_or(u32::MAX),
                template_values: collections.iter().filter_map(|one| one.values.get(iteration).cloned()).collect(),
                root: self.root.clone(),
            };
            let report = self.scripts.run(&program, situation);
            report.map_err(|error| no_engine(error).at(&program.caller, ""))
        });
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
        let script::Report { scope: changed, headers, outcomes, log, error, .. } = report;
        *scope = changed;
        self.scripts.headers.replace(headers);
        attempt.outcomes.extend(outcomes);
        attempt.log.extend(log);
        if let Some(diagnostic) = error {
            add_error(attempt, diagnostic);
        }
    }
}

/// Adds what is wrong with a script to what else is wrong.
fn add_error(attempt: &mut Attempt, diagnostic: Diagnostic) {
    let error = attempt.error.get_or_insert_with(|| CaseError { kind: KIND, diagnostics: Vec::new() });
    error.diagnostics.push(diagnostic);
}
