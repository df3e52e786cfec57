//! Hands the units of a plan to the workers, each once all that it waits for is done.
//!
//! No worker ever waits for another: what cannot run yet is held back here, and taken up by
//! whoever reaches the last mark that it waits for.

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard};

use crate::event::{CaseId, Outline};

use super::course::RunningFile;
use super::file::run_unit;
use super::mailbox::Sender;
use super::order::{End, Mark, Unit};
use super::plan::Plan;
use super::shared::Shared;

/// The units of a run.
#[derive(Debug)]
pub(super) struct Schedule {
    pub(super) shared: Arc<Shared>,
    pub(super) outline: Arc<Outline>,
    pub(super) sender: Sender,
    /// The units that wait for each mark.
    waiting: HashMap<Mark, Vec<usize>>,
    /// The marks of joined cases that somebody waits for, by each of these.
    joints: HashMap<CaseId, Vec<Mark>>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The units that are held back, by their places in the plan.
    held: HashMap<usize, Held>,
    /// How what somebody waits for has ended.
    reached: HashMap<Mark, End>,
    /// The joined cases of which some have not ended, and how the worst of the others has.
    open: HashMap<Mark, (HashSet<usize>, End)>,
}

#[derive(Debug)]
struct Held {
    task: Task,
    /// How many marks it still waits for.
    missing: usize,
}

/// A unit, with the file that it is a part of.
#[derive(Debug)]
pub(super) struct Task {
    pub(super) file: Arc<RunningFile>,
    pub(super) unit: Unit,
}

impl Schedule {
    /// Has all units of a plan run, each when its time has come.
    pub(super) fn start(plan: Plan, shared: &Arc<Shared>, sender: Sender) {
        let Plan { files, outline, order, .. } = plan;
        let mut parts = vec![0; files.len()];
        order.units.iter().for_each(|unit| parts[unit.file] += 1);
        let files = files.into_iter().zip(order.ranks).zip(parts).enumerate();
        let files: Vec<Arc<RunningFile>> = files
            .map(|(index, ((planned, rank), parts))| Arc::new(RunningFile::new(index, rank, planned, parts)))
            .collect();
        let (mut ready, mut waiting, mut state) = (Vec::new(), HashMap::<_, Vec<usize>>::new(), State::default());
        for (place, unit) in order.units.into_iter().enumerate() {
            let missing = unit.after.len();
            unit.after.iter().for_each(|&mark| waiting.entry(mark).or_default().push(place));
            let task = Task { file: Arc::clone(&files[unit.file]), unit };
            match missing {
                0 => ready.push(task),
                _ => drop(state.held.insert(place, Held { task, missing })),
            }
        }
        let mut joints: HashMap<CaseId, Vec<Mark>> = HashMap::new();
        for &mark in waiting.keys() {
            let Mark::Joined { file, place } = mark else { continue };
            let cases = files[file].planned.joined(place);
            cases.iter().for_each(|&case| joints.entry(CaseId { file, case }).or_default().push(mark));
            state.open.insert(mark, (cases.iter().copied().collect(), End::Skipped));
        }
        let state = Mutex::new(state);
        let schedule = Arc::new(Self { shared: Arc::clone(shared), outline, sender, waiting, joints, state });
        ready.into_iter().for_each(|task| schedule.spawn(task));
    }

    fn spawn(self: &Arc<Self>, task: Task) {
        let schedule = Arc::clone(self);
        self.shared.workers.spawn(move || schedule.run(task));
    }

    fn run(self: &Arc<Self>, task: Task) {
        // Whatever becomes of a unit, what waits for it must not wait forever.
        let is_broken = catch_unwind(AssertUnwindSafe(|| run_unit(self, &task))).is_err();
        let Task { file, unit } = task;
        if is_broken {
            file.break_off(unit.cases.clone());
            for case in unit.cases {
                self.reach_case(CaseId { file: file.index, case }, || file.course().end_of(case));
            }
        }
        // The last part sees what all others have left.
        if file.parts.fetch_sub(1, Ordering::AcqRel) == 1 {
            file.finish(self);
        }
    }

    /// Notes that a case of the plan has ended; how is asked only if somebody waits for it.
    pub(super) fn reach_case(self: &Arc<Self>, id: CaseId, end: impl FnOnce() -> End) {
        let mark = Mark::Case(id);
        let joints = self.joints.get(&id).map_or(&[][..], Vec::as_slice);
        if joints.is_empty() && !self.waiting.contains_key(&mark) {
            return;
        }
        let end = end();
        self.reach(mark, end);
        for &joint in joints {
            if let Some(end) = self.close(joint, id.case, end) {
                self.reach(joint, end);
            }
        }
    }

    /// Notes that one of some joined cases has ended; how the worst of them has, if it was the last.
    fn close(&self, joint: Mark, case: usize, end: End) -> Option<End> {
        let mut state = self.lock();
        let (cases, worst) = state.open.get_mut(&joint)?;
        cases.remove(&case);
        *worst = (*worst).max(end);
        if !cases.is_empty() {
            return None;
        }
        state.open.remove(&joint).map(|(_, worst)| worst)
    }

    /// Notes that a mark is reached, and has the units run that waited for nothing else.
    pub(super) fn reach(self: &Arc<Self>, mark: Mark, end: End) {
        let Some(places) = self.waiting.get(&mark) else { return };
        self.release(places, mark, end).into_iter().for_each(|task| self.spawn(task));
    }

    /// How what a mark stands for has ended, if somebody waits for it.
    pub(super) fn end_of(&self, mark: Mark) -> End {
        self.lock().reached.get(&mark).copied().unwrap_or(End::Skipped)
    }

    fn release(&self, places: &[usize], mark: Mark, end: End) -> Vec<Task> {
        let mut state = self.lock();
        let mut released = Vec::new();
        // A unit that broke down says again what had ended before.
        if state.reached.contains_key(&mark) {
            return released;
        }
        state.reached.insert(mark, end);
        for place in places {
            let Some(held) = state.held.get_mut(place) else { continue };
            held.missing -= 1;
            if held.missing == 0 {
                released.extend(state.held.remove(place).map(|held| held.task));
            }
        }
        released
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder of this lock panics")
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::event::{Event, Verdict};
    use crate::run::plan::{Need, PlannedFile};
    use crate::run::{Browser, Detail, Environments, Executor, Input, Interrupt, Options, Planner, SnapshotMode};
    use crate::secret::Redactor;
    use crate::template::Engine;

    fn options() -> Options {
        Options {
            jobs: 1,
            fail_fast: false,
            retry: None,
            delay: std::time::Duration::ZERO,
            cookie_jar: None,
            browser: Browser::Nobody,
            person: None,
            key_log: None,
            snapshots: SnapshotMode::default(),
            detail: Detail::Summary,
            trace: None,
            proxies: None,
        }
    }

    #[test]
    fn what_waits_for_a_file_that_breaks_down_is_told_so_and_the_teardown_is_reached() {
        let folder = tempfile::tempdir().unwrap();
        #[expect(clippy::disallowed_methods, reason = "a test writes its inputs")]
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let broken = file("a.http", "### one\nGET http://127.0.0.1:9\n\n### two\nGET http://127.0.0.1:9\n");
        let waiting = file("b.http", "### three\n# @needs a.http#two\nGET http://127.0.0.1:9\n");
        let last = file("c.http", "### four\n# @disabled\nGET http://127.0.0.1:9\n");
        let planner = Planner { repeat: 1, teardown: vec![last], ..Planner::default() };
        let mut plan = planner.plan(&[broken, waiting].map(|path| Input { path, line: None }));
        let PlannedFile::Spec { cases, .. } = &mut plan.files[0] else { panic!("it can be read") };
        // There is no such case.
        cases[0].needs.push(Need::here(7, "seven".to_owned()));
        let redactor = Arc::new(Redactor::default());
        let executor =
            Executor::new(options(), Engine::default(), Environments::default(), redactor, Interrupt::default());
        let mut verdicts = Vec::new();
        executor.unwrap().run(plan, |event| {
            if let Event::CaseFinished(id, result) = event {
                verdicts.push(((id.file, id.case), result.verdict));
            }
        });
        let skipped = |reason: &str| Verdict::Skipped(reason.to_owned());
        let expected = [
            ((1, 0), skipped("`a.http#two`, which it needs, failed")),
            ((2, 0), skipped("")),
            ((0, 0), Verdict::Errored),
            ((0, 1), Verdict::Errored),
        ];
        assert_eq!(verdicts, expected);
    }
}
