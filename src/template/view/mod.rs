//! What is seen from one place: which variable a name means there, and its value.

mod bindings;
mod definitions;
mod names;
mod surroundings;
mod unknown;

use std::sync::Arc;

use minijinja::value::Value;

use crate::diagnostic::Diagnostic;
use crate::spec::Text;
use crate::spec::dialect::Rules;

use crate::template::exchange::Exchange;
use crate::template::iteration::{Collection, Iteration};
use crate::template::scope::{FileScope, Variables};
use crate::template::value::from_json;

pub(in crate::template) use bindings::Bindings;

/// How many definitions may need one another in a row.
const DEEPEST: usize = 64;

/// A place that references are looked up from: a request, or a definition that is being
/// worked out.
#[derive(Clone, Debug)]
pub(in crate::template) struct View {
    bindings: Arc<Bindings>,
    /// The definitions that are being worked out, the innermost last.
    trail: Vec<Place>,
    /// Whether a credential is being worked out, which can need no other.
    in_credential: bool,
}

/// The place of a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::template) struct Place {
    owner: Owner,
    index: usize,
}

/// Who a definition belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::template) enum Owner {
    Request,
    /// The file at a place among those that are seen: the request's own is the first.
    File(usize),
    Environment,
}

impl View {
    /// The view from a request.
    pub(in crate::template) fn new(bindings: Bindings) -> Self {
        Self { bindings: Arc::new(bindings), trail: Vec::new(), in_credential: false }
    }

    /// What JavaScript gives; nothing where that is undefined.
    ///
    /// # Errors
    /// What it throws, or that nothing can work it out here.
    pub(in crate::template) fn interpret(&self, code: &Text) -> Result<Option<Value>, Diagnostic> {
        let unable = || Diagnostic::error("JavaScript cannot be worked out here").at(&code.span, "");
        let interpreter = self.bindings.file.providers.javascript.ok_or_else(unable)?;
        let file = FileScope { within: Some(Arc::new(self.clone())), ..self.bindings.file.clone() };
        Ok(interpreter(code, file, self.bindings.position)?.map(|json| from_json(&json)))
    }

    /// The exchange of a request, once it is done.
    pub(in crate::template) fn exchange(&self, request: &str) -> Option<&Arc<Exchange>> {
        self.bindings.file.exchanges.get(request)
    }

    /// The time that the request runs, where it runs several times.
    pub(in crate::template) fn iteration(&self) -> Option<&Iteration> {
        self.bindings.file.iteration.as_deref()
    }

    /// Keeps what a reference to a collection has found.
    pub(in crate::template) fn record(&self, collection: Collection) {
        self.bindings.collections.lock().expect("no holder of this lock panics").push(collection);
    }

    /// The collections that were referred to since the last call.
    pub(in crate::template) fn take_collections(&self) -> Vec<Collection> {
        std::mem::take(&mut self.bindings.collections.lock().expect("no holder of this lock panics"))
    }

    /// The variables of the run.
    pub(in crate::template) fn variables(&self) -> &Variables {
        &self.bindings.file.fixed.variables
    }

    /// What the file's dialect does where dialects conflict.
    pub(in crate::template) fn rules(&self) -> &'static Rules {
        self.bindings.file.fixed.rules
    }

    /// Keeps a warning, once.
    pub(in crate::template) fn warn(&self, warning: Diagnostic) {
        self.bindings.warnings.lock().expect("no holder of this lock panics").add(warning);
    }

    /// The warnings that came up since the last call.
    pub(in crate::template) fn take_warnings(&self) -> Vec<Diagnostic> {
        std::mem::take(&mut *self.bindings.warnings.lock().expect("no holder of this lock panics")).list
    }
}
