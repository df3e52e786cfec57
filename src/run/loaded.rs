//! A file of the run that was read, and what of it is to run.

use std::path::PathBuf;
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::event::{CaseError, CaseOutline, FileOutline};
use crate::source::Root;
use crate::spec::Spec;
use crate::template::Variables;

use super::cases::Cases;
use super::choice::{self, Choice, Wanted};
use super::imports::{Gathered, Library, gather};
use super::order::Rank;
use super::plan::{PlannedCase, PlannedFile, Stage};
use super::select::FileSelection;
use super::specs::Specs;

/// A file of the run that was read, and what of it is to run.
pub(super) struct Loaded<'a> {
    pub(super) rank: Rank,
    pub(super) path: PathBuf,
    pub(super) root: Arc<Root>,
    /// What was asked for of it, if anything was.
    selection: Option<FileSelection<'a>>,
    /// The lines of those requests that were asked for; any, where nothing is said.
    lines: Option<Vec<usize>>,
    /// What reports call it.
    name: String,
    diagnostics: Vec<Diagnostic>,
    content: Result<Gathered, CaseError>,
    /// The variables that are defined outside of it.
    outside: Arc<Variables>,
    /// What runs of it since it is needed elsewhere.
    wanted: Wanted,
    pub(super) cases: Cases,
}

impl<'a> Loaded<'a> {
    /// A file, nothing of which is to run yet.
    pub(super) fn new(rank: Rank, path: PathBuf, root: Arc<Root>, mut spec: Spec, library: &Library<'_>) -> Self {
        let shown = path.display().to_string();
        let name = spec.name.as_ref().map_or(shown, |name| name.value.clone());
        let diagnostics = std::mem::take(&mut spec.diagnostics);
        let content = Ok(gather(spec, &root, library));
        Self::of(rank, path, root, name, content).with(diagnostics)
    }

    /// One that cannot be read.
    pub(super) fn unreadable(rank: Rank, path: PathBuf, root: Arc<Root>, message: String) -> Self {
        let error = CaseError { kind: "read", diagnostics: vec![Diagnostic::error(message)] };
        let name = path.display().to_string();
        Self::of(rank, path, root, name, Err(error))
    }

    fn of(rank: Rank, path: PathBuf, root: Arc<Root>, name: String, content: Result<Gathered, CaseError>) -> Self {
        let (selection, lines, diagnostics) = (None, None, Vec::new());
        let (outside, wanted, cases) = (Arc::default(), Wanted::default(), Cases::default());
        Self { rank, path, root, selection, lines, name, diagnostics, content, outside, wanted, cases }
    }

    fn with(self, diagnostics: Vec<Diagnostic>) -> Self {
        Self { diagnostics, ..self }
    }

    /// The same, where these variables are defined outside of it.
    pub(super) fn with_variables(self, outside: Arc<Variables>) -> Self {
        Self { outside, ..self }
    }

    /// The same, asked for by itself: what a selection takes of it, perhaps only at some lines.
    pub(super) fn asked_for(self, selection: FileSelection<'a>, lines: Option<Vec<usize>>) -> Self {
        Self { selection: Some(selection), lines, ..self }
    }

    /// Chooses from its requests what was asked for and what is needed; whether that is any.
    pub(super) fn choose(&mut self) -> bool {
        let Ok(gathered) = &self.content else { return true };
        let asked = Choice {
            selection: self.selection,
            lines: self.lines.as_deref(),
            wanted: &self.wanted,
            outside: &self.outside,
            root: &self.root,
        };
        let Some(mut cases) = choice::of(gathered, asked) else { return false };
        if self.rank == Rank::Teardown {
            cases.list.iter_mut().for_each(|(case, _)| case.stage = Stage::Teardown);
        }
        self.cases = cases;
        true
    }

    /// Whether nothing of it runs.
    pub(super) fn is_empty(&self) -> bool {
        self.content.is_ok() && self.cases.list.is_empty()
    }

    /// Has more of it run; whether that is so.
    pub(super) fn want(&mut self, name: Option<&str>) -> bool {
        self.wanted.add(name)
    }

    /// The file with those that it refers to, if it can be read.
    pub(super) fn specs(&self) -> Option<&Specs> {
        self.content.as_ref().ok().map(|gathered| &gathered.specs)
    }

    /// Whether all of its requests are to run.
    fn is_whole(&self) -> bool {
        let is_asked_for = self.selection.is_some_and(FileSelection::is_everything) && self.lines.is_none();
        is_asked_for || self.wanted.is_all()
    }

    /// Its part of the plan.
    pub(super) fn into_parts(self) -> (PlannedFile, FileOutline) {
        let is_whole = self.is_whole();
        let Self { path, root, name, mut diagnostics, content, mut cases, .. } = self;
        let path = path.display().to_string();
        let gathered = match content {
            Ok(gathered) => gathered,
            Err(error) => {
                let case = CaseOutline { name: "read the file".to_owned(), ..CaseOutline::default() };
                let outline = FileOutline { path, name, cases: vec![case], is_whole: false, diagnostics };
                return (PlannedFile::Unreadable(error), outline);
            }
        };
        diagnostics.extend(cases.warnings);
        let joined = std::mem::take(&mut cases.joined);
        let (cases, outlines): (Vec<PlannedCase>, _) = cases.list.into_iter().unzip();
        let file = PlannedFile::Spec { specs: gathered.specs, root, cases, joined };
        (file, FileOutline { path, name, cases: outlines, is_whole, diagnostics })
    }
}
