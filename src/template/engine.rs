//! Texts compiled once and rendered often.

use crate::diagnostic::Diagnostic;
use crate::spec::Text;

use super::Scope;

/// Compiles templates, and holds the functions and filters that they may use.
#[derive(Debug, Default)]
pub struct Engine {}

/// A text, compiled.
#[derive(Debug)]
pub struct Template {}

impl Engine {
    /// An engine; a seed makes its random values repeatable.
    pub fn new(_seed: Option<u64>) -> Self {
        todo!()
    }

    /// Compiles a text. One that holds no template costs nothing to render.
    ///
    /// # Errors
    /// Where and why it is no template.
    pub fn compile(&self, _text: &Text) -> Result<Template, Diagnostic> {
        todo!()
    }

    /// Whether there is a filter of this name.
    pub fn has_filter(&self, _name: &str) -> bool {
        todo!()
    }

    /// What a filter makes of a value.
    ///
    /// # Errors
    /// Why it makes nothing of it, as a lowercase fragment.
    pub fn apply_filter(
        &self,
        _name: &str,
        _value: serde_json::Value,
        _arguments: Vec<serde_json::Value>,
    ) -> Result<serde_json::Value, String> {
        todo!()
    }
}

impl Template {
    /// The text that it renders to.
    ///
    /// # Errors
    /// Where and why it cannot be rendered: a variable that is not defined, ….
    pub fn render(&self, _scope: &Scope<'_>) -> Result<String, Diagnostic> {
        todo!()
    }

    /// The value that it renders to: one that is a single whole expression keeps the type of its result.
    ///
    /// # Errors
    /// As [`Template::render`].
    pub fn evaluate(&self, _scope: &Scope<'_>) -> Result<serde_json::Value, Diagnostic> {
        todo!()
    }
}
