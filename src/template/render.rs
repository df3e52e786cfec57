//! A spec's request, compiled and rendered.

use crate::client;
use crate::diagnostic::Diagnostic;
use crate::source::Root;
use crate::spec;

use super::{Engine, Scope};

/// A spec's request with its templates compiled.
#[derive(Debug)]
pub struct CompiledRequest {}

impl CompiledRequest {
    /// Compiles every template of a request.
    ///
    /// # Errors
    /// Every text that is no template, at its place.
    pub fn compile(_engine: &Engine, _request: &spec::Request) -> Result<Self, Vec<Diagnostic>> {
        todo!()
    }

    /// The request to send.
    ///
    /// # Errors
    /// What cannot be rendered or is then no method, URL, header, …; a file that cannot be had.
    pub fn render(&self, _scope: &Scope<'_>, _root: &Root) -> Result<client::Request, Diagnostic> {
        todo!()
    }
}
