//! What of a plan waits for what.
//!
//! A plan is cut into units: cases of one file that one worker runs in order. A unit waits
//! for marks, each of which is reached once: a case has ended, or a whole file has. All that
//! keeps requests in an order beyond that of their file is said by marks.

use std::ops::Range;

use crate::event::{CaseId, FileOutline, Verdict};

use super::circle;
use super::plan::PlannedFile;

/// What a file is to the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rank {
    /// It runs before all others: without it they are skipped.
    Setup,
    /// It was named, or found.
    Main,
    /// It runs after all others, whatever became of them.
    Teardown,
}

/// What of a plan waits for what.
#[derive(Debug, Default)]
pub(super) struct Order {
    /// What each file is to the run.
    pub(super) ranks: Vec<Rank>,
    /// All units, in the order of the files.
    pub(super) units: Vec<Unit>,
}

/// Cases of a file that one worker runs, one after the other.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) file: usize,
    /// Their places among the cases of the plan.
    pub(super) cases: Range<usize>,
    /// What must have been reached before it runs.
    pub(super) after: Vec<Mark>,
}

/// Something that is reached once in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Mark {
    /// A case of the plan has ended, however.
    Case(CaseId),
    /// All cases of a file have.
    File(usize),
}

impl Order {
    /// The order of some files, each with what it is to the run. Requests that need one
    /// another come to say so.
    pub(super) fn of(files: &mut [PlannedFile], outlines: &[FileOutline], ranks: Vec<Rank>) -> Self {
        loop {
            let units = units(files, &ranks);
            // Without references between files nothing can wait for itself.
            let may_be_circular = files.iter().any(PlannedFile::needs_others);
            match may_be_circular.then(|| circle::find(&units)).flatten() {
                Some(circle) => circle::report(&circle, &units, files, outlines),
                None => return Self { ranks, units },
            }
        }
    }
}

fn units(files: &[PlannedFile], ranks: &[Rank]) -> Vec<Unit> {
    let of_setup: Vec<usize> = (0..files.len()).filter(|&file| ranks[file] == Rank::Setup).collect();
    let unit = |(file, planned): (usize, &PlannedFile)| {
        let around: Vec<usize> = match ranks[file] {
            Rank::Setup => of_setup.iter().copied().take_while(|&other| other != file).collect(),
            Rank::Main => of_setup.clone(),
            Rank::Teardown => (0..file).collect(),
        };
        let mut after: Vec<Mark> = around.into_iter().map(Mark::File).chain(planned.needs()).collect();
        after.sort_unstable();
        after.dedup();
        Unit { file, cases: 0..planned.len(), after }
    };
    files.iter().enumerate().map(unit).collect()
}

/// How a case has ended, for those that need it: of several, or several times, the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum End {
    Skipped,
    Passed,
    Failed,
}

impl End {
    pub(super) fn of(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Passed => Self::Passed,
            Verdict::Failed | Verdict::Errored => Self::Failed,
            Verdict::Skipped(_) => Self::Skipped,
        }
    }

    /// Why what needs the case cannot run.
    pub(super) fn lack(self, name: &str) -> Option<String> {
        match self {
            Self::Passed => None,
            Self::Failed => Some(format!("`{name}`, which it needs, failed")),
            Self::Skipped => Some(format!("`{name}`, which it needs, was skipped")),
        }
    }
}
