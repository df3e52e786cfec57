//! Scripts: JavaScript that runs before a request is sent, or once its response is there.

use super::{Silent, Text};

/// The scripts of a request, in the order in which they are written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scripts {
    /// Run before the request is rendered and sent.
    pub before: Vec<Script>,
    /// Run on the request as it was rendered, which they may change, before it is sent.
    pub rendered: Vec<Script>,
    /// Run once the response is there.
    pub after: Vec<Script>,
}

/// A script.
#[derive(Clone, Debug, PartialEq)]
pub struct Script {
    /// The code.
    pub code: Code,
    /// What it finds there beside JavaScript itself.
    pub surroundings: Surroundings,
}

/// Where the code of a script stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Code {
    /// In the spec file.
    Inline(Text),
    /// In a file; its path is relative to the spec file.
    File(Text),
}

/// What a script finds there beside JavaScript itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surroundings {
    /// `client`, `request`, `response`: what JetBrains' HTTP client gives `> {% … %}`.
    JetBrains,
    /// `test`, `expect`, `response`, `exports`: what httpYac gives `{{ … }}`.
    HttpYac,
}

impl Silent for Scripts {
    const SILENT: &'static Self = &Self { before: Vec::new(), rendered: Vec::new(), after: Vec::new() };
}
