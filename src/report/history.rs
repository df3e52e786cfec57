//! What a run leaves for later ones: which requests did not pass, and how long files took.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::event::{Event, Outline, Verdict};
use crate::history::{Archive, FileRun, Scope, of_any_run};
use crate::secret::Redactor;

/// Notes how a run goes, and adds it to the history of the project.
#[derive(Debug)]
pub struct Historian {
    archive: Archive,
    redactor: Arc<Redactor>,
    times: Times,
    outline: Outline,
    runs: BTreeMap<String, FileRun>,
}

/// Whether the times of a run say something of other runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    /// They are kept.
    Kept,
    /// They are not: the other shards of the run must find those that it began with.
    Left,
}

impl Historian {
    /// One that writes to an archive.
    pub fn new(archive: Archive, redactor: Arc<Redactor>, times: Times) -> Self {
        Self { archive, redactor, times, outline: Outline::default(), runs: BTreeMap::new() }
    }

    /// Takes one event in.
    pub fn event(&mut self, event: &Event) {
        match event {
            Event::RunStarted(outline) => self.outline = Outline::clone(outline),
            Event::CaseUnrolled(id, cases) => self.outline.unroll(*id, cases),
            Event::CaseFinished(id, result) => {
                let Some(file) = self.outline.files.get(id.file) else { return };
                let Some(case) = file.cases.get(id.case) else { return };
                let run = self.runs.entry(file.path.clone()).or_default();
                run.scope = if file.is_whole { Scope::Whole } else { Scope::Selected };
                let names = match result.verdict {
                    Verdict::Passed => &mut run.passed,
                    Verdict::Failed | Verdict::Errored => &mut run.failed,
                    Verdict::Skipped(_) => &mut run.skipped,
                };
                names.insert(of_any_run(&case.name).into_owned());
            }
            Event::FileFinished { file, elapsed } if self.times == Times::Kept => {
                if let Some(run) = self.outline.files.get(*file).and_then(|file| self.runs.get_mut(&file.path)) {
                    run.elapsed = run.elapsed.max(Some(*elapsed));
                }
            }
            Event::FileFinished { .. }
            | Event::FileStarted { .. }
            | Event::CaseStarted(_)
            | Event::Prompted(_)
            | Event::Asked
            | Event::Answered => {}
            Event::RunFinished { interrupted, .. } => self.forget_times_of_parts(*interrupted),
        }
    }

    /// How long a part of a file took says nothing of the file: what was not chosen, or did not
    /// run any more since something had failed or a signal came.
    fn forget_times_of_parts(&mut self, is_interrupted: bool) {
        let has_failed = self.runs.values().any(|run| !run.failed.is_empty());
        for run in self.runs.values_mut() {
            let has_run = !run.passed.is_empty() || !run.failed.is_empty();
            let is_cut_short = is_interrupted || (has_failed && !run.skipped.is_empty());
            if run.scope == Scope::Selected || !has_run || is_cut_short {
                run.elapsed = None;
            }
        }
    }

    /// Writes what was noted, without secrets: those of the whole run are known by now.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish(self) -> io::Result<()> {
        let redacted = |names: BTreeSet<String>| -> BTreeSet<String> {
            names.iter().map(|name| self.redactor.redact(name).into_owned()).collect()
        };
        let runs = self.runs.into_iter().map(|(path, FileRun { scope, elapsed, passed, failed, skipped })| {
            let [passed, failed, skipped] = [passed, failed, skipped].map(redacted);
            (PathBuf::from(path), FileRun { scope, elapsed, passed, failed, skipped })
        });
        self.archive.add(runs)
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn a_run_leaves_what_did_not_pass() {
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::in_project(folder.path());
        let mut historian = Historian::new(archive.clone(), Arc::default(), Times::Kept);
        sample::events().iter().for_each(|event| historian.event(event));
        historian.finish().unwrap();
        assert!(archive.path().exists());
    }
}
