//! How far a file is: what its units share, whichever workers run them.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::client::Session;
use crate::event::{CaseId, Event};
use crate::http::Headers;
use crate::template::FileScope;

use super::order::{End, Mark, Rank};
use super::plan::{PlannedFile, Stage};
use super::samples::Samples;
use super::schedule::Schedule;
use super::shared::Shared;
use super::sight::Seen;
use super::snapshots::SnapshotMode;

/// A file of the plan, until all of it has run.
#[derive(Debug)]
pub(super) struct RunningFile {
    pub(super) index: usize,
    pub(super) rank: Rank,
    pub(super) planned: PlannedFile,
    /// How many of its units have not ended.
    pub(super) parts: AtomicUsize,
    course: Mutex<Course>,
}

/// How far a file is.
#[derive(Debug)]
pub(super) struct Course {
    started: Option<Instant>,
    /// What its requests are run with, once the first of them is due.
    pub(super) ground: Option<Ground>,
    /// How each case of the plan has ended.
    ends: Vec<End>,
    /// The first of them that did not pass.
    first_failed: Option<usize>,
    /// Whether a unit of it broke down, and has left cases without a result.
    is_broken: bool,
    /// Whether a request of its setup did not pass.
    pub(super) setup_failed: bool,
    /// Why nothing but the teardown runs any more.
    pub(super) stopped: Option<String>,
    /// How many places more than one each case has taken that turned out to be several.
    unrolled: BTreeMap<usize, isize>,
    /// A case, and how many places more than one those before it have taken.
    moved: (usize, isize),
    /// When the last request had ended.
    pub(super) last: Option<Instant>,
}

/// What the requests of a file are run with. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Ground {
    pub(super) session: Arc<Session>,
    pub(super) scope: FileScope,
    pub(super) seen: Seen,
    pub(super) samples: Arc<Samples>,
    /// Why none of them runs, if so.
    pub(super) failure: Option<Arc<str>>,
    /// Header fields that scripts have all of them sent with.
    pub(super) headers: Headers,
}

impl RunningFile {
    pub(super) fn new(index: usize, rank: Rank, planned: PlannedFile, parts: usize) -> Self {
        let course = Course {
            started: None,
            ground: None,
            ends: vec![End::Skipped; planned.len()],
            first_failed: None,
            is_broken: false,
            setup_failed: false,
            stopped: None,
            unrolled: BTreeMap::new(),
            moved: (0, 0),
            last: None,
        };
        Self { index, rank, planned, parts: AtomicUsize::new(parts), course: Mutex::new(course) }
    }

    pub(super) fn course(&self) -> MutexGuard<'_, Course> {
        // After a panic it still says what has ended: the teardown has to run.
        self.course.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that the first of its units is about to run.
    pub(super) fn begin(&self, schedule: &Schedule) {
        let mut course = self.course();
        if course.started.is_none() {
            course.started = Some(Instant::now());
            schedule.sender.send(Event::FileStarted { file: self.index });
        }
    }

    /// Tells something of a case of the plan, or where it has turned out to be several, of
    /// the one that so many of them stand above.
    pub(super) fn tell(&self, case: usize, above: usize, schedule: &Schedule, event: impl FnOnce(CaseId) -> Event) {
        let mut course = self.course();
        let moved = course.moved_before(case);
        let id = CaseId { file: self.index, case: (case + above).saturating_add_signed(moved) };
        let event = event(id);
        if let Event::CaseUnrolled(_, cases) = &event {
            *course.unrolled.entry(case).or_default() += cases.len().cast_signed() - 1;
        }
        // Sent before anybody else can move what it speaks of.
        schedule.sender.send(event);
    }

    /// Notes that nothing more comes of some of its cases, since rqtest itself failed: those that had
    /// not passed have failed.
    pub(super) fn break_off(&self, cases: Range<usize>) {
        let mut course = self.course();
        course.is_broken = true;
        for case in cases {
            if course.ends[case] == End::Skipped {
                course.note(case, End::Failed, self.is_setup(case));
            }
        }
    }

    /// Whether without a case nothing more of the file runs than its teardown.
    pub(super) fn is_setup(&self, case: usize) -> bool {
        let is_of_stage = match &self.planned {
            PlannedFile::Spec { cases, .. } => cases[case].stage == Stage::Setup,
            PlannedFile::Unreadable(_) => false,
        };
        is_of_stage || self.rank == Rank::Setup
    }

    /// Notes that all of its units have ended.
    pub(super) fn finish(&self, schedule: &Arc<Schedule>) {
        let mut course = self.course();
        if self.rank == Rank::Setup {
            course.hand_over(self, schedule);
        }
        // Whoever waits for the file must not wait for what it holds.
        course.ground = None;
        let elapsed = course.started.map(|started| started.elapsed()).unwrap_or_default();
        let end = course.ends.iter().max().copied().unwrap_or(End::Skipped);
        let is_broken = course.is_broken;
        // Of a part of the requests it cannot be told what the others ask for.
        let has_all_passed = course.ends.iter().all(|end| *end == End::Passed);
        drop(course);
        if has_all_passed && schedule.outline.files[self.index].is_whole {
            self.look_for_obsolete_snapshots(&schedule.shared);
        }
        // The cases without a result get theirs at the end of the run, and so does the file.
        if !is_broken {
            schedule.sender.send(Event::FileFinished { file: self.index, elapsed });
        }
        schedule.reach(Mark::File(self.index), end);
    }

    fn look_for_obsolete_snapshots(&self, shared: &Shared) {
        if let PlannedFile::Spec { specs, root, .. } = &self.planned
            && shared.options.snapshots == SnapshotMode::Update
        {
            shared.snapshots.look_for_obsolete(specs.own().source.0.path(), root);
        }
    }
}

impl Course {
    /// Notes how a case of the plan has ended, if it is one of several the last of them too.
    pub(super) fn note(&mut self, case: usize, end: End, is_setup: bool) {
        self.ends[case] = self.ends[case].max(end);
        if end == End::Failed {
            self.first_failed.get_or_insert(case);
            self.setup_failed |= is_setup;
        }
    }

    /// How many places more than one the cases before one have taken. Most often this is asked of
    /// the case that was asked for last, or the next.
    fn moved_before(&mut self, case: usize) -> isize {
        let (last, moved) = self.moved;
        let between: isize = self.unrolled.range(last.min(case)..last.max(case)).map(|(_, more)| more).sum();
        self.moved = (case, if last < case { moved + between } else { moved - between });
        self.moved.1
    }

    /// How a case of the plan has ended.
    pub(super) fn end_of(&self, case: usize) -> End {
        self.ends[case]
    }

    /// How the worst of some cases has.
    pub(super) fn end_of_all(&self, cases: &[usize]) -> End {
        cases.iter().map(|&case| self.ends[case]).max().unwrap_or(End::Skipped)
    }

    /// Leaves to all other files what was captured, and why they cannot run.
    fn hand_over(&self, file: &RunningFile, schedule: &Schedule) {
        let preparation = &schedule.shared.preparation;
        if let Some(Ground { session, scope, .. }) = &self.ground {
            preparation.keep(scope.handed_on(), session.cookies());
        }
        if let Some(case) = self.first_failed {
            preparation.fail(&schedule.outline.files[file.index].cases[case].name);
        }
    }
}
