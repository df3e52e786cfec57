//! What a run leaves for later ones: which requests did not pass, and how long files took.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use crate::event::{Event, Outline, Verdict};
use crate::history::{Archive, FileRun, Scope};

/// Notes how a run goes, and adds it to the history of the project.
#[derive(Debug)]
pub struct Historian {
    archive: Archive,
    scope: Scope,
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
    pub fn new(archive: Archive, scope: Scope, times: Times) -> Self {
        Self { archive, scope, times, outline: Outline::default(), runs: BTreeMap::new() }
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
                let names = match result.verdict {
                    Verdict::Passed => &mut run.passed,
                    Verdict::Failed | Verdict::Errored => &mut run.failed,
                    Verdict::Skipped(_) => return,
                };
                names.insert(without_run(&case.name));
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
            | Event::Answered
            | Event::RunFinished { .. } => {}
        }
    }

    /// Writes what was noted.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish(self) -> io::Result<()> {
        let runs = self.runs.into_iter().map(|(path, run)| (PathBuf::from(path), run));
        self.archive.add(runs, self.scope)
    }
}

/// A name without what tells the runs of `--repeat` apart.
fn without_run(name: &str) -> String {
    let marked = name.split_once(" [run ").and_then(|(before, rest)| Some((before, rest.split_once(']')?.1)));
    marked.map_or_else(|| name.to_owned(), |(before, after)| format!("{before}{after}"))
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    #[test]
    fn a_run_leaves_what_did_not_pass() {
        let folder = tempfile::tempdir().unwrap();
        let archive = Archive::in_project(folder.path());
        let mut historian = Historian::new(archive.clone(), Scope::Whole, Times::Kept);
        sample::events().iter().for_each(|event| historian.event(event));
        historian.finish().unwrap();
        assert!(archive.path().exists());
    }

    #[test]
    fn the_runs_of_a_repetition_share_a_name() {
        for (name, expected) in [
            ("one", "one"),
            ("one [run 2 of 3]", "one"),
            ("one [run 2 of 3] [ada]", "one [ada]"),
            ("one [run", "one [run"),
        ] {
            assert_eq!(without_run(name), expected);
        }
    }
}
