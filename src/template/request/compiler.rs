//! Compiles the templates of a request, and collects what is wrong with them.

use crate::diagnostic::Diagnostic;
use crate::spec;
use crate::spec::{Rules, Text};

use super::super::{CompiledValue, Engine, Template};
use super::fields::Pair;

/// Compiles texts; one that is no template is noted, and stands for itself.
#[derive(Debug)]
pub(super) struct Compiler<'engine> {
    engine: &'engine Engine,
    errors: Vec<Diagnostic>,
}

impl<'engine> Compiler<'engine> {
    pub(super) fn new(engine: &'engine Engine) -> Self {
        Self { engine, errors: Vec::new() }
    }

    /// What the dialect does where dialects conflict.
    pub(super) fn rules(&self) -> &'static Rules {
        self.engine.rules()
    }

    /// Compiles a text.
    pub(super) fn text(&mut self, text: &Text) -> Template {
        let compiled = self.engine.compile_strictly(text);
        self.note(compiled, text)
    }

    /// Compiles a part of a body, in which braces may be those of any language.
    pub(super) fn content(&mut self, text: &Text) -> Template {
        let compiled = self.engine.compile(text);
        self.note(compiled, text)
    }

    fn note(&mut self, compiled: Result<Template, Diagnostic>, text: &Text) -> Template {
        compiled.unwrap_or_else(|error| {
            self.errors.push(error);
            Template::literal(String::new(), text.span.clone())
        })
    }

    /// Compiles a tree.
    pub(super) fn value(&mut self, value: &spec::Value) -> CompiledValue {
        CompiledValue::compile(value, self.engine.rules()).unwrap_or_else(|error| {
            self.errors.push(error);
            CompiledValue::null()
        })
    }

    /// Compiles names and values.
    pub(super) fn pairs(&mut self, pairs: &[(Text, spec::Value)]) -> Vec<Pair> {
        pairs.iter().map(|(name, value)| Pair { name: self.text(name), value: self.value(value) }).collect()
    }

    /// Notes an error.
    pub(super) fn error(&mut self, error: Diagnostic) {
        self.errors.push(error);
    }

    /// What was compiled, or all that is wrong with it.
    pub(super) fn finish<T>(self, compiled: T) -> Result<T, Vec<Diagnostic>> {
        if self.errors.is_empty() { Ok(compiled) } else { Err(self.errors) }
    }
}
