//! What will run: the files, and of each the requests that were chosen.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Severity};
use crate::event::{CaseError, CaseOutline, Outline};
use crate::secret::Redactor;
use crate::source::{Root, Span};
use crate::spec::{Invalid, Request, Variable};

use super::credentials::learn_written;
use super::order::{Mark, Order};
use super::specs::{Place, Specs};
use super::turn::Turn;

/// Everything that will run.
#[derive(Debug, Default)]
pub struct Plan {
    /// The files that have something to run, in the order in which they are reported.
    pub(super) files: Vec<PlannedFile>,
    pub(super) outline: Arc<Outline>,
    /// How many files were chosen, each counted once.
    pub(super) chosen: usize,
    /// How many files are left to other shards.
    pub(super) left: usize,
    /// How many files have not changed.
    pub(super) unchanged: usize,
    /// How many requests were not chosen, but give something to those that were.
    pub(super) brought: usize,
    /// What of it waits for what.
    pub(super) order: Order,
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
        /// Cases that are needed together, each time in order.
        joined: Vec<Arc<[usize]>>,
    },
    /// One that cannot be read: it is one case, which ends with this error.
    Unreadable(CaseError),
}

/// One case to run.
#[derive(Clone, Debug)]
pub(super) struct PlannedCase {
    pub(super) stage: Stage,
    pub(super) work: Work,
    /// Which of the times that its request runs.
    pub(super) turn: Turn,
    /// What must have passed.
    pub(super) needs: Vec<Need>,
}

/// What a case does.
#[derive(Clone, Debug)]
pub(super) enum Work {
    /// It runs a request.
    Request {
        place: Place,
        /// What runs it, where that is not its own file.
        call: Option<Arc<Call>>,
    },
    /// It says what is wrong.
    Invalid(Arc<Invalid>),
}

/// What must have passed for a case to run.
#[derive(Clone, Debug)]
pub(super) struct Need {
    pub(super) what: Needed,
    /// What the case calls it.
    pub(super) name: String,
    /// Where it says so, if that is not in the file itself.
    pub(super) span: Option<Span>,
}

/// What can be needed.
#[derive(Clone, Copy, Debug)]
pub(super) enum Needed {
    /// A case above, of the same file.
    Here(usize),
    /// Cases above, of the same file, which are [joined](PlannedFile::joined) at this place.
    Joined(usize),
    /// Another file, or a case of it.
    There(Mark),
}

/// A place in a file that runs a request which stands elsewhere.
#[derive(Debug)]
pub(super) struct Call {
    /// The file's place among the [`Specs`].
    pub(super) file: usize,
    /// How many requests of the file stand above it.
    pub(super) position: usize,
    /// Where it stands.
    pub(super) span: Span,
    /// Variables that hold for what it runs.
    pub(super) variables: Vec<Variable>,
    /// Why it is left out, if it is.
    pub(super) skip: Option<String>,
    /// What runs the place itself.
    pub(super) outer: Option<Arc<Call>>,
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

    /// What some of its cases need of other files.
    pub(super) fn needs_of(&self, range: Range<usize>) -> impl Iterator<Item = Mark> {
        let cases = if let Self::Spec { cases, .. } = self { &cases[range] } else { &[] };
        cases.iter().flat_map(|case| &case.needs).filter_map(|need| match need.what {
            Needed::There(mark) => Some(mark),
            Needed::Here(_) | Needed::Joined(_) => None,
        })
    }

    /// Cases of it that are needed together, by one mark: however many need them, they are listed but once.
    pub(super) fn joined(&self, place: usize) -> &[usize] {
        match self {
            Self::Spec { joined, .. } => &joined[place],
            Self::Unreadable(_) => &[],
        }
    }

    /// Whether a case of it needs something of another file.
    pub(super) fn needs_others(&self) -> bool {
        self.needs_of(0..self.len()).next().is_some()
    }

    /// Files of one group never run at the same time.
    pub(super) fn group(&self) -> Option<&str> {
        let Self::Spec { specs, .. } = self else { return None };
        specs.own().serial.as_ref().map(|group| group.value.as_str())
    }

    /// Says anew at which places the files are that its cases need.
    pub(super) fn move_needs(&mut self, place: impl Fn(usize) -> usize) {
        let Self::Spec { cases, .. } = self else { return };
        for need in cases.iter_mut().flat_map(|case| &mut case.needs) {
            match &mut need.what {
                Needed::There(Mark::Case(id)) => id.file = place(id.file),
                Needed::There(Mark::Joined { file, .. } | Mark::File(file)) => *file = place(*file),
                Needed::Here(_) | Needed::Joined(_) => {}
            }
        }
    }

    fn diagnostics(&self) -> Box<dyn Iterator<Item = &Diagnostic> + '_> {
        match self {
            Self::Unreadable(error) => Box::new(error.diagnostics.iter()),
            Self::Spec { specs, cases, .. } => Box::new(cases.iter().flat_map(|case| match specs.request(case) {
                Ok(requested) => &requested.request.diagnostics,
                Err(invalid) => &invalid.diagnostics,
            })),
        }
    }
}

impl PlannedCase {
    /// A case that says what is wrong.
    pub(super) fn invalid(stage: Stage, invalid: Invalid) -> Self {
        Self { stage, work: Work::Invalid(Arc::new(invalid)), turn: Turn::Only, needs: Vec::new() }
    }

    /// Has it say what is wrong, and do nothing else.
    pub(super) fn spoil(&mut self, outline: &CaseOutline, diagnostic: Diagnostic) {
        let span = outline.span.clone().or_else(|| diagnostic.span().cloned());
        let span = span.expect("a case that can be read stands somewhere");
        let invalid = Invalid { name: None, tags: Vec::new(), span, diagnostics: vec![diagnostic], must: None };
        *self = Self::invalid(self.stage, invalid);
    }
}

impl Need {
    /// A case above, of the same file.
    pub(super) fn here(case: usize, name: String) -> Self {
        Self { what: Needed::Here(case), name, span: None }
    }
}

impl Call {
    /// This call and those around it, the innermost first.
    pub(super) fn chain(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |call| call.outer.as_deref())
    }

    /// Where it all begins: a place in the file that is run.
    pub(super) fn outermost(&self) -> &Self {
        self.chain().last().unwrap_or(self)
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

    /// How many files were chosen: not those that run before or after all others, nor those that
    /// others need.
    pub fn chosen(&self) -> usize {
        self.chosen
    }

    /// How many files have something to run, but are left to other shards.
    pub fn left(&self) -> usize {
        self.left
    }

    /// Whether there is something to run, though not now or here: it has not changed, or is left to
    /// other shards.
    pub fn is_elsewhere(&self) -> bool {
        self.left + self.unchanged > 0
    }

    /// Whether it matters what its requests take from one another: not all of a file runs, or not in order.
    pub fn is_cut(&self) -> bool {
        let is_parallel = |file: &PlannedFile| matches!(file, PlannedFile::Spec { specs, .. } if specs.own().parallel);
        self.files.iter().any(is_parallel) || self.outline.files.iter().any(|file| !file.is_whole)
    }

    /// How many requests run only since others take what they capture or get back.
    pub fn brought(&self) -> usize {
        self.brought
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
            let outlined = cases.iter().zip(&outline.cases);
            outlined.filter_map(move |(case, outline)| Some((outline, specs?.request(case).ok()?.request)))
        })
    }

    /// Lets a redactor learn the passwords and tokens that the files hold in clear.
    pub fn teach(&self, redactor: &Redactor) {
        for file in &self.files {
            if let PlannedFile::Spec { specs, .. } = file {
                specs.iter().for_each(|known| learn_written(&known.spec, redactor));
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
