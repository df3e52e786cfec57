//! What a script looks at and changes, and what it leaves behind.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::assertion::Outcome;
use crate::client::Response;
use crate::diagnostic::Diagnostic;
use crate::http::Headers;
use crate::source::Root;
use crate::spec::Variable;
use crate::template::{Engine, FileScope};

use super::{Changes, Rendered, Written};

/// What a script looks at and changes.
#[derive(Clone, Debug)]
pub struct Situation {
    /// What compiles templates.
    pub templates: Engine,
    /// The variables of the file; a script that runs has its own copy, which it hands back.
    pub scope: FileScope,
    /// The request's place among those of the file.
    pub position: usize,
    /// The variables that the request itself defines.
    pub own: Vec<Variable>,
    /// Header fields that scripts of the file have all requests sent with.
    pub headers: Headers,
    /// The request as it is written.
    pub request: Arc<Written>,
    /// The request as it was rendered, once it was.
    pub rendered: Option<Rendered>,
    /// The response, once there is one.
    pub response: Option<Arc<Response>>,
    /// Which time it is that the request runs, from 0.
    pub iteration: u32,
    /// What stands in the templates of the request, where they go through a list, in order.
    pub template_values: Vec<Json>,
    /// The folder that files may be imported from.
    pub root: Root,
}

/// What a script leaves behind.
#[derive(Debug)]
pub struct Report {
    /// The variables of the file, with what the script made of them.
    pub scope: FileScope,
    /// Header fields that later requests are sent with.
    pub headers: Headers,
    /// What became of each test, in order.
    pub outcomes: Vec<Outcome>,
    /// What the script has to say.
    pub log: Vec<LogLine>,
    /// What the script changes of the request.
    pub changes: Changes,
    /// Whether the request is not to be sent.
    pub is_cancelled: bool,
    /// The value of an expression.
    pub value: Option<Json>,
    /// Why it could not run to its end.
    pub error: Option<Diagnostic>,
}

/// Something that a script says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// How bad it is.
    pub level: LogLevel,
    /// What it says, which may have several lines.
    pub text: String,
}

/// How bad something is that a script says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogLevel {
    /// Worth knowing.
    Info,
    /// Perhaps not as meant: `console.warn`.
    Warning,
    /// Wrong: `console.error`.
    Error,
}
