//! What scripts ask of rqtest: functions that the glue calls.

mod document;
mod encoding;
mod httpyac;
mod log;
mod message;
mod outcome;
mod variables;

use std::cell::RefCell;
use std::fmt::Display;
use std::rc::Rc;

use rquickjs::prelude::Func;
use rquickjs::{Ctx, Exception, Object};
use serde_json::Value as Json;

use crate::assertion::Outcome;
use crate::diagnostic::Diagnostic;
use crate::source::Root;

use super::glue::part;
use super::module;
use super::program::{Form, Program, Sources};
use super::rendered::Changes;
use super::situation::{LogLine, Report, Situation};

/// What is known of the script that runs, and what it has left behind so far.
#[derive(Debug, Default)]
pub(super) struct Host {
    pub(super) sources: Sources,
    /// The folder that files may be imported from.
    root: RefCell<Option<Root>>,
    run: RefCell<Option<Run>>,
}

/// A script that runs.
#[derive(Debug)]
struct Run {
    program: Program,
    situation: Situation,
    outcomes: Vec<Outcome>,
    log: Vec<LogLine>,
    /// How many bytes the log has.
    logged: usize,
    /// What the script changes of the request.
    changes: Changes,
    /// Whether the request is not to be sent.
    is_cancelled: bool,
    /// Why the last variable that was asked for in vain has no value.
    unknown: Option<Diagnostic>,
}

impl Host {
    pub(super) fn begin(&self, program: &Program, situation: Situation) {
        let program = program.clone();
        self.allow(&situation.root);
        *self.run.borrow_mut() = Some(Run {
            program,
            situation,
            outcomes: Vec::new(),
            log: Vec::new(),
            logged: 0,
            changes: Changes::default(),
            is_cancelled: false,
            unknown: None,
        });
    }

    pub(super) fn finish(&self, value: Option<Json>, error: Option<Diagnostic>) -> Report {
        let run = self.run.borrow_mut().take().expect("what has begun is finished once");
        let Run { program, situation, outcomes, log, changes, is_cancelled, unknown, logged: _ } = run;
        let Situation { scope, headers, .. } = situation;
        // An expression fails as the variable does that it needs.
        let unknown = unknown.filter(|_| program.form == Form::Expression);
        let error = error.map(|error| match unknown {
            Some(unknown) if error.message.ends_with(&unknown.message) => unknown,
            _ => error,
        });
        Report { scope, headers, outcomes, log, changes, is_cancelled, value, error }
    }

    /// Lets files be imported from a folder.
    pub(super) fn allow(&self, root: &Root) {
        *self.root.borrow_mut() = Some(root.clone());
    }

    /// The folder that files may be imported from.
    pub(super) fn root(&self) -> Option<Root> {
        self.root.borrow().clone()
    }

    /// The path of the script that runs.
    pub(super) fn script_path(&self) -> String {
        self.with(|run| run.program.code.span.source().path().display().to_string())
    }

    /// Asks or changes what is known of the script that runs.
    fn with<T>(&self, ask: impl FnOnce(&mut Run) -> T) -> T {
        ask(self.run.borrow_mut().as_mut().expect("host functions are called by a script that runs"))
    }
}

/// All host functions, in one object.
pub(super) fn object<'js>(ctx: &Ctx<'js>, host: &Rc<Host>) -> rquickjs::Result<Object<'js>> {
    let object = Object::new(ctx.clone())?;
    document::register(&object)?;
    encoding::register(&object)?;
    httpyac::register(&object, host)?;
    log::register(&object, host)?;
    message::register(&object, host)?;
    module::register(&object, host)?;
    outcome::register(&object, host)?;
    variables::register(&object, host)?;
    object.set("part", Func::from(part))?;
    Ok(object)
}

/// An error that JavaScript sees.
fn thrown(ctx: &Ctx<'_>, reason: impl Display) -> rquickjs::Error {
    Exception::throw_message(ctx, &reason.to_string())
}
