//! Works out the expressions of templates that are JavaScript.
//!
//! A thread has an engine for them, which the first one makes. One that is needed while
//! another is being worked out gets an engine of its own.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value as Json;

use crate::diagnostic::Diagnostic;
use crate::http::Headers;
use crate::source::Root;
use crate::spec::{Surroundings, Text};
use crate::template::{self, FileScope};

use super::{Engine, Form, Limits, Program, Situation, Watch, Written};

thread_local! {
    static ENGINE: RefCell<Option<Engine>> = const { RefCell::new(None) };
}

/// Does not wait: an expression is worked out at once, or not at all.
struct Impatient;

impl Watch for Impatient {
    fn is_called_off(&self) -> bool {
        false
    }

    fn wait(&self, _: Duration) {}
}

/// The value of an expression; nothing where it is undefined.
///
/// # Errors
/// What it throws, or why it cannot be worked out.
pub fn evaluate(code: &Text, scope: FileScope, position: usize) -> Result<Option<Json>, Diagnostic> {
    let kept = ENGINE.with(|engine| engine.borrow_mut().take());
    let made = kept.map_or_else(|| Engine::new(Limits::default(), Rc::new(Impatient)), Ok);
    let engine = made.map_err(|error| Diagnostic::error(error.to_string()).at(&code.span, ""))?;
    let (form, surroundings) = (Form::Expression, Surroundings::HttpYac);
    let program = Program { code: code.clone(), caller: code.span.clone(), form, surroundings };
    let report = engine.run(&program, situation(code, scope, position));
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
