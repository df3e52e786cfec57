//! The variables that a template sees, and which of them wins.

use std::sync::Arc;

use serde_json::Value;

use crate::client::Response;
use crate::diagnostic::Diagnostic;
use crate::spec::Variable;

/// Variables that are the same for the whole run.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    /// Given on the command line: they win over all others.
    pub overrides: Vec<(String, Value)>,
    /// Those of the environment that was chosen.
    pub environment: Vec<(String, Value)>,
    /// Those of the project's configuration, and the servers that it starts.
    pub project: Vec<(String, Value)>,
    /// What `.env` files define, for `{{$dotenv NAME}}`.
    pub dotenv: Vec<(String, String)>,
}

/// The variables of one run of a file: its own, captures, and past exchanges.
#[derive(Debug)]
pub struct FileScope {}

impl FileScope {
    /// A scope in which nothing is captured yet.
    pub fn new(_variables: Arc<Variables>, _own: &[Variable]) -> Self {
        todo!()
    }

    /// Keeps a captured value.
    pub fn capture(&mut self, _name: &str, _value: Value) {
        todo!()
    }

    /// Keeps the exchange of a named request, for `{{name.response.…}}`.
    pub fn record(&mut self, _name: &str, _response: Arc<Response>) {
        todo!()
    }
}

/// What the templates of one request see.
#[derive(Debug)]
pub struct Scope<'file> {
    /// The file's.
    pub file: &'file FileScope,
}

impl Scope<'_> {
    /// The value of a variable, if there is one of that name.
    ///
    /// # Errors
    /// Why its value cannot be worked out.
    pub fn lookup(&self, _name: &str) -> Result<Option<Value>, Diagnostic> {
        todo!()
    }
}
