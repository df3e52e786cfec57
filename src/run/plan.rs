//! What will run: the files, and of each the requests that were chosen.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Severity};
use crate::event::{CaseError, CaseOutline, Outline};
use crate::secret::Redactor;
use crate::source::Root;
use crate::spec::{Entry, Request, Spec};

use super::credentials::learn_written;
use super::turn::Turn;

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
        specs: Specs,
        /// The folder that its references may not leave.
        root: Arc<Root>,
        cases: Vec<PlannedCase>,
    },
    /// One that cannot be read: it is one case, which ends with this error.
    Unreadable(CaseError),
}

/// A file, and the others whose requests run with its own.
#[derive(Clone, Debug)]
pub(super) struct Specs(Arc<[Arc<Spec>]>);

/// One case to run.
#[derive(Clone, Debug)]
pub(super) struct PlannedCase {
    pub(super) stage: Stage,
    /// What the author wrote.
    pub(super) place: Place,
    /// Which of the times that it runs.
    pub(super) turn: Turn,
}

/// The place of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Place {
    /// Its file's place among the [`Specs`].
    pub(super) file: usize,
    /// The list of the file that it stands in.
    pub(super) list: Stage,
    /// Its place in that list.
    pub(super) index: usize,
}

/// When in its file a request runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
            Self::Spec { specs, cases, .. } => Box::new(cases.iter().flat_map(|case| match specs.entry(case.place) {
                Entry::Request(request) => &request.diagnostics,
                Entry::Invalid(invalid) => &invalid.diagnostics,
            })),
        }
    }
}

impl Specs {
    /// A file, and the others whose requests run with its own.
    pub(super) fn new(own: Spec, others: impl IntoIterator<Item = Arc<Spec>>) -> Self {
        Self(std::iter::once(Arc::new(own)).chain(others).collect())
    }

    /// The file itself.
    pub(super) fn own(&self) -> &Spec {
        &self.0[0]
    }

    /// All of them, the file itself first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Spec> {
        self.0.iter().map(|spec| &**spec)
    }

    /// What the author wrote at a place.
    pub(super) fn entry(&self, place: Place) -> &Entry {
        let spec = &self.0[place.file];
        match place.list {
            Stage::Setup => &spec.setup[place.index],
            Stage::Main => &spec.requests[place.index],
            Stage::Teardown => &spec.teardown[place.index],
        }
    }

    /// How many requests of its file stand above a place.
    pub(super) fn position(&self, place: Place) -> usize {
        let spec = &self.0[place.file];
        let above = match place.list {
            Stage::Setup => 0,
            Stage::Main => spec.setup.len(),
            Stage::Teardown => spec.setup.len() + spec.requests.len(),
        };
        above + place.index
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

    /// The folders that its specs lie in, as their paths name them.
    pub fn folders(&self) -> Vec<PathBuf> {
        let specs = self.files.iter().filter_map(|file| match file {
            PlannedFile::Spec { specs, .. } => specs.own().source.0.path().parent(),
            PlannedFile::Unreadable(_) => None,
        });
        let mut folders: Vec<PathBuf> = specs.map(Path::to_owned).collect();
        folders.dedup();
        folders
    }

    /// Each request of the plan that could be read, with its outline, in plan order.
    pub fn requests(&self) -> impl Iterator<Item = (&CaseOutline, &Request)> {
        self.files.iter().zip(&self.outline.files).flat_map(|(file, outline)| {
            let (specs, cases) = match file {
                PlannedFile::Spec { specs, cases, .. } => (Some(specs), &**cases),
                PlannedFile::Unreadable(_) => (None, &[][..]),
            };
            cases.iter().zip(&outline.cases).filter_map(move |(case, outline)| match specs?.entry(case.place) {
                Entry::Request(request) => Some((outline, &**request)),
                Entry::Invalid(_) => None,
            })
        })
    }

    /// Lets a redactor learn the passwords and tokens that the files hold in clear.
    pub fn teach(&self, redactor: &Redactor) {
        for file in &self.files {
            if let PlannedFile::Spec { specs, .. } = file {
                specs.iter().for_each(|spec| learn_written(spec, redactor));
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
}
