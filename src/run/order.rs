//! What of a plan waits for what.
//!
//! A plan is cut into units: cases of one file that one worker runs in order. A unit waits
//! for marks, each of which is reached once: a case has ended, or a whole file has. All that
//! keeps requests in an order beyond that of their file is said by marks.

use std::ops::Range;

use crate::event::{CaseId, FileOutline, Verdict};

use super::plan::PlannedFile;
use super::{Environments, circle, groups, lanes};

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
    /// Whether no other unit of the file waits for it.
    pub(super) is_last: bool,
}

impl Unit {
    /// A file that runs in order.
    pub(super) fn whole(file: usize, cases: usize) -> Self {
        Self { file, cases: 0..cases, after: Vec::new(), is_last: true }
    }
}

/// Something that is reached once in a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Mark {
    /// A case of the plan has ended, however.
    Case(CaseId),
    /// All of some cases of a file have, which are [joined](PlannedFile::joined) at this place.
    Joined { file: usize, place: usize },
    /// All cases of a file have.
    File(usize),
}

impl Mark {
    /// The file that it is a mark of.
    pub(super) fn file(self) -> usize {
        match self {
            Self::Case(id) => id.file,
            Self::Joined { file, .. } | Self::File(file) => file,
        }
    }
}

impl Order {
    /// The order of some files, each with what it is to the run. Requests that need one
    /// another come to say so.
    pub(super) fn of(
        files: &mut [PlannedFile],
        outlines: &[FileOutline],
        ranks: Vec<Rank>,
        environments: &Environments,
    ) -> Self {
        loop {
            let units = units(files, &ranks, environments);
            // Without references between files nothing can wait for itself.
            let may_be_circular = files.iter().any(PlannedFile::needs_others);
            let joined = |file: usize, place: usize| files[file].joined(place);
            match may_be_circular.then(|| circle::find(&units, joined)).flatten() {
                Some(circle) => circle::report(&circle, &units, files, outlines),
                None => return Self { ranks, units },
            }
        }
    }
}

fn units(files: &[PlannedFile], ranks: &[Rank], environments: &Environments) -> Vec<Unit> {
    let of_setup: Vec<usize> = (0..files.len()).filter(|&file| ranks[file] == Rank::Setup).collect();
    let around = |file: usize| -> Vec<Mark> {
        let before: Vec<usize> = match ranks[file] {
            Rank::Setup => of_setup.iter().copied().take_while(|&other| other != file).collect(),
            Rank::Main => of_setup.clone(),
            Rank::Teardown => (0..file).collect(),
        };
        before.into_iter().map(Mark::File).collect()
    };
    let of_file = |(file, planned): (usize, &PlannedFile)| {
        let mut units = match planned {
            PlannedFile::Spec { specs, cases, joined, .. } if specs.own().parallel && ranks[file] != Rank::Teardown => {
                let environment = environments.of(specs.own().source.0.path());
                lanes::units(file, cases, joined, specs, &environment.variables.derived)
            }
            _ => vec![Unit::whole(file, planned.len())],
        };
        for unit in &mut units {
            unit.after.extend(around(file));
            unit.after.extend(planned.needs_of(unit.cases.clone()));
            unit.after.sort_unstable();
            unit.after.dedup();
        }
        units
    };
    let mut units: Vec<Unit> = files.iter().enumerate().flat_map(of_file).collect();
    groups::keep_apart(&mut units, files);
    units
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
