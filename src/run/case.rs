//! One request: rendered, sent, examined, and tried again if that is asked for.

use std::cell::{Cell, RefCell};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::assertion::{Captured, CompiledAssertion, Context, Inspection, Outcome};
use crate::client::{self, Session, Trace};
use crate::diagnostic::Diagnostic;
use crate::event::{Attempt, CaseError, CaseResult, Verdict};
use crate::http::Url;
use crate::script::Changes;
use crate::source::{Root, Span};
use crate::spec;
use crate::template::{Collection, FileScope, Scope};

use super::collect::collect;
use super::compiled::Compiled;
use super::credentials::{learn_captured, learn_rendered};
use super::file::Due;
use super::jwt;
use super::pages::NextPage;
use super::protocol::CompiledProtocol;
use super::record::exchanges;
use super::samples::Samples;
use super::script::{Answers, ScriptRunner};
use super::shared::Shared;
use super::snapshots::{CaseSnapshots, SnapshotMode};
use super::specs::Specs;
use super::trace::steps;

/// A request that is being run, and what it is run with.
#[derive(Debug)]
pub(super) struct CaseRun<'a> {
    pub(super) shared: &'a Shared,
    pub(super) root: &'a Root,
    pub(super) session: &'a Session,
    pub(super) scripts: &'a ScriptRunner,
    /// How long the turns of the session's requests took.
    pub(super) samples: &'a Samples,
    pub(super) request: &'a spec::Request,
    /// Its name, unique within the file that is run.
    pub(super) name: &'a str,
    /// How many requests of the file stand above it.
    pub(super) position: usize,
    /// The collections that it has referred to: it runs once for each of their items.
    pub(super) collections: RefCell<Vec<Collection>>,
    /// The file that is run, and those whose requests run with its own.
    pub(super) specs: &'a Specs,
    /// Which of them it stands in.
    pub(super) file: usize,
    /// What scripts change of the request, until it is changed.
    pub(super) changes: RefCell<Changes>,
    /// Whether a script has called it off.
    pub(super) is_called_off: Cell<bool>,
    /// Where it goes, if that is a page that another one leads to.
    pub(super) page: Option<Url>,
    /// What its response leads to, where it runs for that too.
    pub(super) next: RefCell<NextPage>,
    /// The snapshots that its response is like.
    pub(super) confirmed: RefCell<Vec<PathBuf>>,
}

impl<'a> CaseRun<'a> {
    pub(super) fn new(
        shared: &'a Shared,
        root: &'a Root,
        session: &'a Session,
        scripts: &'a ScriptRunner,
        samples: &'a Samples,
        specs: &'a Specs,
        due: Due<'a>,
    ) -> Self {
        let Due { outline, request, file, position, .. } = due;
        let (collections, changes, is_called_off) = (RefCell::default(), RefCell::default(), Cell::default());
        Self {
            shared,
            root,
            session,
            scripts,
            samples,
            request,
            name: &outline.name,
            position,
            collections,
            specs,
            file,
            changes,
            is_called_off,
            page: None,
            next: RefCell::default(),
            confirmed: RefCell::default(),
        }
    }
}

impl CaseRun<'_> {
    /// Waits until the request's delay has passed since the one before it had ended, then
    /// for as long as it asks for itself, then until its rate allows it.
    pub(super) fn wait(&self, last: Option<Instant>, pause: Duration) {
        let delay = self.request.flow.delay.as_ref().map_or(self.shared.options.delay, |delay| delay.value);
        if let Some(last) = last.filter(|_| !delay.is_zero()) {
            self.scripts.lookout.sleep(delay.saturating_sub(last.elapsed()));
        }
        self.scripts.lookout.sleep(pause);
        self.keep_pace();
    }

    pub(super) fn keep_pace(&self) {
        if let Some(limit) = &self.request.flow.rate_limit {
            self.scripts.lookout.sleep(self.shared.pace.reserve(limit, Instant::now()));
        }
    }

    /// Runs it. A panic on the way is an error of this request, and of no other.
    pub(super) fn run(&self, scope: &mut FileScope) -> CaseResult {
        let run = AssertUnwindSafe(|| self.attempt_all(scope));
        catch_unwind(run).unwrap_or_else(|panic| {
            let diagnostic = Diagnostic::error(format!("rqtest itself failed: {}", panic_message(&*panic)))
                .at(&request_line(self.request), "while it ran this request")
                .help("this is a bug: please report it with this request");
            CaseResult::failed_before_sending(CaseError { kind: "panic", diagnostics: vec![diagnostic] })
        })
    }

    /// The result of the attempts, once there will be no other: it took the time between them too.
    pub(super) fn conclude(&self, mut attempts: Vec<Attempt>, elapsed: Duration) -> CaseResult {
        if self.shared.options.snapshots == SnapshotMode::Update {
            self.shared.snapshots.confirm(self.confirmed.take());
            self.shared.snapshots.renew(&mut attempts, &self.shared.redactor);
        }
        CaseResult { elapsed, ..CaseResult::of(attempts) }
    }

    /// The snapshots of the request.
    pub(super) fn snapshots(&self) -> CaseSnapshots<'_> {
        CaseSnapshots {
            shelf: &self.shared.snapshots,
            root: self.root,
            redactor: &self.shared.redactor,
            spec: self.specs.own().source.0.path(),
            case: self.name,
            are_many: false,
            confirmed: &self.confirmed,
        }
    }

    /// Makes one attempt.
    pub(super) fn attempt(&self, compiled: &Compiled, file_scope: &mut FileScope) -> Attempt {
        let (warnings, is_pending) = (self.request.diagnostics.clone(), compiled.until.is_some());
        let mut attempt = Attempt { warnings, is_pending, ..self.scripts.take_prelude() };
        self.collections.take();
        self.next.take();
        self.confirmed.take();
        // What a script sets up is gone over as a whole: it has run when the first item was due.
        if !file_scope.iteration().is_some_and(|iteration| iteration.over_collections) {
            file_scope.forget_all_own();
            if !self.run_before(compiled, file_scope, &mut attempt) {
                return attempt;
            }
        }
        let scope = Scope::new(file_scope, self.position, &self.request.variables);
        let rendered = compiled.request.render(&scope, self.root);
        attempt.warnings.extend(scope.take_warnings());
        self.collections.replace(scope.take_collections());
        let mut request = match rendered {
            Ok(request) => request,
            Err(diagnostic) => {
                attempt.error = Some(CaseError { kind: "template", diagnostics: vec![diagnostic] });
                return attempt;
            }
        };
        drop(scope);
        if let Some(page) = &self.page {
            request.url = page.clone();
            request.params.clear();
        }
        self.scripts.add_headers(&mut request);
        if !self.run_rendered(compiled, &mut request, file_scope, &mut attempt) {
            return attempt;
        }
        learn_rendered(&request, &self.shared.redactor);
        request.options.cancel = Some(self.scripts.lookout.cancel());
        request.trace = self.shared.options.trace.map(|body_limit| Arc::new(Trace::new(body_limit)));
        let trace = request.trace.clone();
        match &compiled.protocol {
            CompiledProtocol::Http => match self.session.send(request) {
                Ok(response) => self.examine(compiled, response, file_scope, &mut attempt),
                Err(error) => attempt.error = Some(client_error(&error, self.request)),
            },
            CompiledProtocol::WebSocket(conversation) => {
                self.converse(conversation, request, compiled, file_scope, &mut attempt);
            }
            CompiledProtocol::Stream(stream) => match self.read_items(stream, request, file_scope) {
                Ok(response) => self.examine(compiled, response, file_scope, &mut attempt),
                Err(error) => attempt.error = Some(client_error(&error, self.request)),
            },
        }
        attempt.trace = trace.map(|trace| steps(&trace)).unwrap_or_default();
        attempt
    }

    /// Holds a response against what is expected of it, and takes from it what is to be kept.
    pub(super) fn examine(
        &self,
        compiled: &Compiled,
        mut response: client::Response,
        file_scope: &mut FileScope,
        attempt: &mut Attempt,
    ) {
        if let Some(tokens) = &self.request.settings.jwt {
            jwt::decode(&mut response, tokens);
        }
        let response = Arc::new(response);
        // Before anything is evaluated: an assertion may speak of its own request.
        if let Some(name) = &self.request.name {
            file_scope.record(name, Arc::clone(&response));
            if let Some(iteration) = file_scope.iteration() {
                file_scope.record(&format!("{}{}", name.value, iteration.index), Arc::clone(&response));
            }
        }
        // What is asked of all turns is told at the last.
        let turns = match compiled.asks_of_all_turns {
            true => self.samples.note((self.file, self.position), file_scope.iteration(), response.timings),
            false => None,
        };
        let is_due = |assertion: &&CompiledAssertion| turns.is_some() || !assertion.is_of_all_turns();
        let inspection = Inspection::new(&response).over(turns.as_deref().unwrap_or_default());
        let scope = Scope::new(file_scope, self.position, &self.request.variables);
        let answers = Answers { run: self, scope: file_scope, response: &response };
        let snapshots = self.snapshots();
        let context = Context {
            engine: &self.shared.engine,
            scope: &scope,
            root: self.root,
            snapshots: Some(&snapshots),
            scripts: Some(&answers),
        };
        let mut missing = Vec::new();
        let captured = collect(&compiled.captures, |capture| capture.capture(&inspection, context), &mut missing);
        // Before anything is evaluated: what an assertion keeps of the response holds no secret.
        captured.iter().for_each(|captured| self.learn(captured));
        let evaluate = |assertion: &CompiledAssertion| assertion.evaluate(&inspection, context);
        if let Some(until) = &compiled.until {
            let outcome = evaluate(until);
            attempt.is_pending = outcome.failure.is_some();
            attempt.outcomes.push(outcome);
        }
        attempt.outcomes.extend(compiled.assertions.iter().filter(is_due).map(evaluate));
        self.look_ahead(&response, &inspection, context);
        attempt.warnings.extend(scope.take_warnings());
        attempt
            .warnings
            .extend(response.warnings.iter().map(|text| Diagnostic::warning(text).at(&request_line(self.request), "")));
        if !missing.is_empty() {
            attempt.error = Some(CaseError { kind: "capture", diagnostics: missing });
        }
        drop(scope);
        captured.into_iter().for_each(|captured| file_scope.capture(&captured.name, captured.value));
        self.run_after(compiled, &response, file_scope, attempt);
        attempt.exchanges = exchanges(&response, self.shared.options.detail, attempt.verdict() == Verdict::Passed);
    }
}

impl CaseRun<'_> {
    /// Learns what was captured, if no output may show it.
    pub(super) fn learn(&self, captured: &Captured) {
        if captured.is_secret {
            learn_captured(&captured.value, &self.shared.redactor);
        }
    }
}

impl Attempt {
    /// What is to be said of this attempt: an assertion that does not hold weighs more
    /// than a value that could then not be captured.
    pub(super) fn verdict(&self) -> Verdict {
        if self.outcomes.iter().any(Outcome::is_failed) {
            Verdict::Failed
        } else if self.error.is_some() {
            Verdict::Errored
        } else {
            Verdict::Passed
        }
    }
}

/// The result of a request that is not to be sent.
pub(super) fn called_off() -> CaseResult {
    CaseResult::skipped("a script has called it off")
}

/// The error at the request that it struck, with those of its causes that say more than it does.
pub(super) fn client_error(error: &client::Error, request: &spec::Request) -> CaseError {
    let mut diagnostic = Diagnostic::error(error.to_string()).at(&request_line(request), "");
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let text = cause.to_string();
        let words = text.split(" (os error").next().unwrap_or_default().to_lowercase();
        if !diagnostic.message.to_lowercase().contains(&words) {
            diagnostic = diagnostic.note(format!("caused by: {text}"));
        }
        source = cause.source();
    }
    if let Some(partial) = error.partial() {
        diagnostic = diagnostic.note(what_was_read(partial));
    }
    CaseError::client(error.kind(), diagnostic)
}

/// How much of a body there is, and the start of it.
fn what_was_read(partial: &client::Partial) -> String {
    const MOST: usize = 200;
    let of = partial.expected.map(|expected| format!(" of {expected}")).unwrap_or_default();
    let start = String::from_utf8_lossy(&partial.body[..partial.body.len().min(MOST)]);
    let rest = if partial.body.len() > MOST { "…" } else { "" };
    let shown = if start.is_empty() { String::new() } else { format!(": {}{rest}", start.escape_debug()) };
    format!("{}{of} bytes of the body were read{shown}", partial.received)
}

/// The method and the target where they stand on one line, else the start of the target.
pub(super) fn request_line(request: &spec::Request) -> Span {
    let target = &request.target.span;
    let whole = request.method.as_ref().map(|method| method.span.to(target));
    let is_line = |span: &Span| !span.text().is_empty() && !span.text().contains('\n');
    let span = whole.filter(is_line).unwrap_or_else(|| target.clone());
    let first = span.text().lines().next().unwrap_or_default().len();
    let Range { start, end } = span.slice(0..first).range();
    // What opens a quote closes it too.
    let text = span.source().text();
    let is_quoted = text[start..end].contains(['"', '\'']) && text[end..].starts_with(['"', '\'']);
    span.source().span(start..end + usize::from(is_quoted))
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}
