//! Requests that stand elsewhere: of files that are imported, run by their name, or
//! needed by another request.

use crate::diagnostic::Diagnostic;
use crate::source::{Span, Spanned};

use super::{Silent, Skip, Variable};

/// A file whose requests and variables are known in the one that imports it.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    /// Its path, relative to the importing file.
    pub path: Spanned<String>,
}

/// What is meant by the name or the path of something that stands elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// The request of this name, in this file or in one that it imports.
    Request(Spanned<String>),
    /// Every request of a file.
    File(Spanned<String>),
    /// One request of a file, which need not be imported.
    RequestOf {
        /// The file.
        path: Spanned<String>,
        /// The request's name.
        name: Spanned<String>,
    },
}

/// A request, or a file of them, that stands elsewhere and runs here.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// What runs.
    pub target: Target,
    /// Where it is asked for.
    pub span: Span,
    /// Variables that hold for what runs, in the place of those that it has itself.
    pub variables: Vec<Variable>,
    /// Whether it runs again where it has run before.
    pub force: bool,
    /// Whether it only has to run before: in its own file, which shares nothing with this one.
    pub is_apart: bool,
}

impl Reference {
    /// This reference as that to something which is needed: what stands in another file runs there.
    #[must_use]
    pub fn needed(self) -> Self {
        let is_apart = !matches!(self.target, Target::Request(_));
        Self { is_apart, force: false, ..self }
    }
}

/// An entry that is no request itself, but runs some that stand elsewhere.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// The name that the author gave.
    pub name: Option<Spanned<String>>,
    /// Its tags, those of the file included.
    pub tags: Vec<Spanned<String>>,
    /// What runs.
    pub reference: Reference,
    /// Whether it is left out.
    pub skip: Option<Spanned<Skip>>,
    /// Warnings and infos about how it is written.
    pub diagnostics: Vec<Diagnostic>,
}

impl Target {
    /// What is meant, as its author wrote it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Request(name) | Self::RequestOf { name, .. } => &name.value,
            Self::File(path) => &path.value,
        }
    }
}

impl Silent for Vec<Reference> {
    const SILENT: &'static Self = &Vec::new();
}
