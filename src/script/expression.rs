//! Works out the expressions of templates that are JavaScript.
//!
//! The engine of the scripts of the file works them out, where there is one: they see the functions
//! and objects that scripts have made. Else a thread has an engine for them, which the first one
//! makes. One that is needed while another is being worked out gets an engine of its own.

use std::cell::{Cell, RefCell};
use std::ops::Deref;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value as Json;

use crate::diagnostic::Diagnostic;
use crate::http::Headers;
use crate::source::Root;
use crate::spec::{Surroundings, Text};
use crate::template::{self, FileScope};

use super::{Engine, Form, Limits, Program, Situation, Watch, Written};

/// How many expressions may be worked out for one another: each takes a part of the stack.
const DEEPEST: usize = 16;

thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    static ENGINE: RefCell<Option<Engine>> = const { RefCell::new(None) };
    static LENT: RefCell<Weak<RefCell<Option<Engine>>>> = const { RefCell::new(Weak::new()) };
}

/// The place of an engine that the expressions of this thread may use as long as it lives. Of
/// several the one that was made last is used.
#[derive(Debug)]
pub struct Loan(Rc<RefCell<Option<Engine>>>);

impl Default for Loan {
    fn default() -> Self {
        let place = Rc::default();
        LENT.with(|lent| *lent.borrow_mut() = Rc::downgrade(&place));
        Self(place)
    }
}

impl Deref for Loan {
    type Target = RefCell<Option<Engine>>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

/// Does not wait: an expression is worked out at once, or not at all.
struct Impatient;

impl Watch for Impatient {
    fn is_called_off(&self) -> bool {
        false
    }

    fn wait(&self, _: Duration) {}
}

/// One more expression that is being worked out, as long as it lives.
struct Level;

impl Level {
    fn enter() -> Option<Self> {
        let depth = DEPTH.get();
        (depth < DEEPEST).then(|| {
            DEPTH.set(depth + 1);
            Self
        })
    }
}

impl Drop for Level {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
    }
}

/// The value of an expression; nothing where it is undefined.
///
/// # Errors
/// What it throws, or why it cannot be worked out.
pub fn evaluate(code: &Text, scope: FileScope, position: usize) -> Result<Option<Json>, Diagnostic> {
    let _level = Level::enter().ok_or_else(|| {
        Diagnostic::error(format!("an expression in JavaScript needs more than {DEEPEST} others in a row"))
            .at(&code.span, "")
    })?;
    let (form, surroundings) = (Form::Expression, Surroundings::HttpYac);
    let program = Program { code: code.clone(), caller: code.span.clone(), form, surroundings };
    let situation = situation(code, scope, position);
    let lent = LENT.with(|lent| lent.borrow().upgrade());
    // It is in use where a script asks for a variable that is itself worked out by JavaScript.
    if let Some(lent) = lent.as_ref().and_then(|lent| lent.try_borrow_mut().ok())
        && let Some(engine) = lent.as_ref().filter(|engine| !engine.is_spent())
    {
        let report = engine.run(&program, situation);
        return report.error.map_or(Ok(report.value), Err);
    }
    let kept = ENGINE.with(|engine| engine.borrow_mut().take());
    let made = kept.map_or_else(|| Engine::new(Limits::default(), Rc::new(Impatient)), Ok);
    let engine = made.map_err(|error| Diagnostic::error(error.to_string()).at(&code.span, ""))?;
    let report = engine.run(&program, situation);
    if !engine.is_spent() {
        ENGINE.with(|slot| *slot.borrow_mut() = Some(engine));
    }
    report.error.map_or(Ok(report.value), Err)
}

/// An expression sees the variables, and neither request nor response.
fn situation(code: &Text, scope: FileScope, position: usize) -> Situation {
    let target = Text { value: String::new(), ..code.clone() };
    let folder = code.span.source().path().parent().map(std::path::Path::to_owned).unwrap_or_default();
    Situation {
        templates: template::Engine::default(),
        scope,
        position,
        own: Vec::new(),
        headers: Headers::new(),
        request: Arc::new(Written { method: target.clone(), target, headers: Vec::new(), body: None }),
        rendered: None,
        response: None,
        iteration: 0,
        template_values: Vec::new(),
        root: Root::at(folder),
    }
}
