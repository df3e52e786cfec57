//! What will run: the files, and of each the requests that were chosen.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Severity};
use crate::event::{CaseError, CaseOutline, Outline};
use crate::secret::Redactor;
use crate::source::Root;
use crate::spec::{Entry, Request, Spec};
use crate::template::Engine;

use super::compiled::Compiled;
use super::credentials::learn_written;

/// Everything that will run.
#[derive(Debug)]
pub struct Plan {
    /// The files that have something to run, in the order in which they are reported.
    pub(super) files: Vec<PlannedFile>,
    pub(super) outline: Arc<Outline>,
}

/// A file of the plan.
#[derive(Clone, Debug)]
pub(super) enum PlannedFile {
    /// A spec, and which of its requests will run.
    Spec {
        spec: Arc<Spec>,
        /// The folder that its references may not leave.
        root: Arc<Root>,
        cases: Vec<PlannedCase>,
    },
    /// One that cannot be read: it is one case, which ends with this error.
    Unreadable(CaseError),
}

/// One request to run.
#[derive(Clone, Copy, Debug)]
pub(super) struct PlannedCase {
    pub(super) stage: Stage,
    /// Its place among those of its stage.
    pub(super) index: usize,
}

/// When in its file a request runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Setup,
    Main,
    Teardown,
}

impl PlannedFile {
    /// How many cases the file has.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Spec { cases, .. } => cases.len(),
            Self::Unreadable(_) => 1,
        }
    }

    fn diagnostics(&self) -> Box<dyn Iterator<Item = &Diagnostic> + '_> {
        match self {
            Self::Unreadable(error) => Box::new(error.diagnostics.iter()),
            Self::Spec { spec, cases, .. } => Box::new(cases.iter().flat_map(|case| match case.entry(spec) {
                Entry::Request(request) => &request.diagnostics,
                Entry::Invalid(invalid) => &invalid.diagnostics,
            })),
        }
    }
}

impl PlannedCase {
    /// What the author wrote.
    pub(super) fn entry<'a>(&self, spec: &'a Spec) -> &'a Entry {
        match self.stage {
            Stage::Setup => &spec.setup[self.index],
            Stage::Main => &spec.requests[self.index],
            Stage::Teardown => &spec.teardown[self.index],
        }
    }

    /// How many requests of the file stand above it.
    pub(super) fn position(&self, spec: &Spec) -> usize {
        let above = match self.stage {
            Stage::Setup => 0,
            Stage::Main => spec.setup.len(),
            Stage::Teardown => spec.setup.len() + spec.requests.len(),
        };
        above + self.index
    }
}

impl Plan {
    /// The files and requests, as reports list them.
    pub fn outline(&self) -> &Arc<Outline> {
        &self.outline
    }

    /// Whether nothing is to run.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// Each request of the plan that could be read, with its outline, in plan order.
    pub fn requests(&self) -> impl Iterator<Item = (&CaseOutline, &Request)> {
        self.files.iter().zip(&self.outline.files).flat_map(|(file, outline)| {
            let (spec, cases) = match file {
                PlannedFile::Spec { spec, cases, .. } => (Some(spec), &**cases),
                PlannedFile::Unreadable(_) => (None, &[][..]),
            };
            cases.iter().zip(&outline.cases).filter_map(move |(case, outline)| match case.entry(spec?) {
                Entry::Request(request) => Some((outline, &**request)),
                Entry::Invalid(_) => None,
            })
        })
    }

    /// Lets a redactor learn the passwords and tokens that the files hold in clear.
    pub fn teach(&self, redactor: &Redactor) {
        for file in &self.files {
            if let PlannedFile::Spec { spec, .. } = file {
                learn_written(spec, redactor);
            }
        }
    }

    /// What there is to say of the files and requests of the plan, in plan order.
    pub fn diagnostics(&self) -> impl Iterator<Item = &Diagnostic> {
        let files = self.files.iter().zip(&self.outline.files);
        files.flat_map(|(file, outline)| outline.diagnostics.iter().chain(file.diagnostics()))
    }

    /// What is wrong with what could not be read.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics().filter(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// What is wrong with the templates, paths and patterns of the requests.
    pub fn compile(&self, engine: &Engine) -> Vec<Diagnostic> {
        self.requests().filter_map(|(_, request)| Compiled::new(engine, request).err()).flatten().collect()
    }
}
