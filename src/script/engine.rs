//! Runs the scripts of a file.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;
use std::time::Duration;

use rquickjs::promise::PromiseState;
use rquickjs::{Context, Ctx, Function, Module, Object, Persistent, Promise, Runtime, Value};

use crate::diagnostic::Diagnostic;
use crate::source::Root;
use crate::spec::Surroundings;

use super::fault::Fault;
use super::glue::{Glue, STANDARD, named};
use super::host::{self, Host};
use super::limits::{Limits, Timekeeper, Watch};
use super::module::{Loader, Resolver};
use super::program::{Form, Kind, Program};
use super::situation::{Report, Situation};

/// Promises that were rejected, and that nothing has handled so far, each with what it was
/// rejected with.
type Rejections = Rc<RefCell<Vec<(Persistent<Value<'static>>, Persistent<Value<'static>>)>>>;

/// Runs scripts one after the other. What one of them leaves in its variables the next does
/// not see; modules that they import are loaded once.
pub struct Engine {
    // What lives in the runtime is dropped before it, in this order.
    glue: RefCell<Vec<(Surroundings, Persistent<Object<'static>>)>>,
    tools: Persistent<Object<'static>>,
    rejections: Rejections,
    context: Context,
    host: Rc<Host>,
    time: Rc<Timekeeper>,
    limits: Limits,
    spent: Cell<bool>,
}

impl Engine {
    /// An engine with a memory of its own.
    ///
    /// # Errors
    /// If there is not enough memory for it.
    pub fn new(limits: Limits, watch: Rc<dyn Watch>) -> Result<Self, rquickjs::Error> {
        let runtime = Runtime::new()?;
        runtime.set_memory_limit(limits.memory);
        runtime.set_max_stack_size(limits.stack);
        let time = Rc::new(Timekeeper::new(watch, limits.time));
        let interrupt = Rc::clone(&time);
        runtime.set_interrupt_handler(Some(Box::new(move || interrupt.is_up())));
        let host = Rc::new(Host::default());
        runtime.set_loader(Resolver::new(&host), Loader::new(&host));
        let rejections = track_rejections(&runtime);
        let context = Context::full(&runtime)?;
        let tools = context.with(|ctx| {
            let tools: Object = STANDARD.read(&ctx)?.call((host::object(&ctx, &host)?,))?;
            Ok::<_, rquickjs::Error>(Persistent::save(&ctx, tools))
        })?;
        let glue = RefCell::default();
        Ok(Self { glue, tools, rejections, context, host, time, limits, spent: Cell::new(false) })
    }

    /// Runs a script.
    pub fn run(&self, program: &Program, situation: Situation) -> Report {
        self.host.begin(program, situation);
        self.time.start();
        let ended = self.context.with(|ctx| self.run_in(&ctx, program));
        self.rejections.borrow_mut().clear();
        let (value, fault) = match ended {
            Ok(value) => (value, None),
            Err(fault) => (None, Some(fault.or_out_of_memory(|| self.memory_used() > self.limits.memory / 2))),
        };
        self.spent.set(self.spent.get() || fault.as_ref().is_some_and(Fault::is_final));
        let error = fault.map(|fault| fault.diagnostic(program, &self.host.sources, &self.limits));
        self.host.finish(value, error)
    }

    fn memory_used(&self) -> usize {
        let used = self.context.runtime().memory_usage().malloc_size;
        usize::try_from(used).unwrap_or_default()
    }

    /// Whether a script came to an end that left the engine in disorder: another one has to
    /// run those that follow.
    pub fn is_spent(&self) -> bool {
        self.spent.get()
    }

    /// Reads a script, and what it imports from below a root, without running it.
    ///
    /// # Errors
    /// Where it is not JavaScript.
    pub fn check(&self, program: &Program, root: &Root) -> Result<(), Diagnostic> {
        self.host.allow(root);
        let name = self.host.sources.name(program.code.span.source());
        self.time.start();
        let read = self.context.with(|ctx| {
            let read = match program.kind() {
                Kind::Module => Module::declare(ctx.clone(), name, program.text()).map(drop),
                Kind::Function | Kind::Expression | Kind::Required => {
                    ctx.eval_with_options::<Function, _>(program.text(), named(&name)).map(drop)
                }
            };
            read.map_err(|error| Fault::new(&error, &ctx, &self.time))
        });
        read.map_err(|fault| fault.diagnostic(program, &self.host.sources, &self.limits))
    }

    fn run_in(&self, ctx: &Ctx<'_>, program: &Program) -> Result<Option<serde_json::Value>, Fault> {
        let fault = |error: rquickjs::Error| Fault::new(&error, ctx, &self.time);
        let tools = self.tools.clone().restore(ctx).map_err(fault)?;
        let glue = self.glue(ctx, &tools, program.surroundings).map_err(fault)?;
        let start = self.start(ctx, program).map_err(fault)?;
        let drive: Function = tools.get("drive").map_err(fault)?;
        let promise: Promise = drive.call((glue, start, program.form == Form::Expression)).map_err(fault)?;
        self.settle(ctx, &tools, &promise)?;
        let value: Value = promise.result().ok_or_else(Fault::waiting)?.map_err(fault)?;
        if let Some((_, reason)) = self.rejections.borrow_mut().pop() {
            return Err(Fault::thrown(&reason.restore(ctx).map_err(fault)?));
        }
        let json = ctx.json_stringify(value).map_err(fault)?;
        let json = json.map(|json| json.to_string()).transpose().map_err(fault)?;
        Ok(json.and_then(|json| serde_json::from_str(&json).ok()))
    }

    /// A function that runs the code.
    fn start<'js>(&self, ctx: &Ctx<'js>, program: &Program) -> rquickjs::Result<Function<'js>> {
        let (name, text) = (self.host.sources.name(program.code.span.source()), program.text());
        match program.kind() {
            Kind::Function | Kind::Expression | Kind::Required => ctx.eval_with_options(text, named(&name)),
            Kind::Module => {
                let evaluate = move |ctx: Ctx<'js>| Module::evaluate(ctx, name.as_str(), text.as_str());
                Function::new(ctx.clone(), evaluate)
            }
        }
    }

    /// Runs what is left to run until a promise is settled, or nothing is left.
    fn settle<'js>(&self, ctx: &Ctx<'js>, tools: &Object<'js>, promise: &Promise<'js>) -> Result<(), Fault> {
        let fault = |error: rquickjs::Error| Fault::new(&error, ctx, &self.time);
        let next_timer: Function = tools.get("nextTimer").map_err(fault)?;
        let fire_timer: Function = tools.get("fireTimer").map_err(fault)?;
        loop {
            while ctx.execute_pending_job() {
                if self.time.is_up() {
                    return Err(Fault::default().or_out_of_time(&self.time));
                }
            }
            if promise.state() != PromiseState::Pending {
                return Ok(());
            }
            if self.time.is_up() {
                return Err(Fault::default().or_out_of_time(&self.time));
            }
            let Some(left) = next_timer.call::<_, Option<f64>>(()).map_err(fault)? else {
                return Err(Fault::waiting());
            };
            self.time.wait(Duration::try_from_secs_f64(left.max(0.0) / 1000.0).unwrap_or(Duration::MAX));
            fire_timer.call::<_, ()>(()).map_err(fault)?;
        }
    }

    /// What a script of these surroundings is run with: made at the first.
    fn glue<'js>(
        &self,
        ctx: &Ctx<'js>,
        tools: &Object<'js>,
        surroundings: Surroundings,
    ) -> rquickjs::Result<Object<'js>> {
        let mut made = self.glue.borrow_mut();
        if let Some((_, glue)) = made.iter().find(|(known, _)| *known == surroundings) {
            return glue.clone().restore(ctx);
        }
        let make = Glue::of(surroundings).read(ctx)?;
        let glue: Object = make.call((host::object(ctx, &self.host)?, tools.clone()))?;
        made.push((surroundings, Persistent::save(ctx, glue.clone())));
        Ok(glue)
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine").field("limits", &self.limits).finish_non_exhaustive()
    }
}

fn track_rejections(runtime: &Runtime) -> Rejections {
    let rejections = Rejections::default();
    let tracked = Rc::clone(&rejections);
    runtime.set_host_promise_rejection_tracker(Some(Box::new(move |ctx, promise, reason, is_handled| {
        let mut open = tracked.borrow_mut();
        if is_handled {
            open.retain(|(other, _)| other.clone().restore(&ctx).is_ok_and(|other| other != promise));
        } else {
            open.push((Persistent::save(&ctx, promise), Persistent::save(&ctx, reason)));
        }
    })));
    rejections
}
