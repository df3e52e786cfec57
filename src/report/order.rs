//! Files end in any order; reports list them in that of the plan.

use std::time::Duration;

use crate::event::{CaseId, Outline};

/// Holds what a reporter made of each request until the file's turn has come.
#[derive(Debug)]
pub(super) struct PlanOrder<T> {
    files: Vec<Slot<T>>,
    next: usize,
}

#[derive(Debug)]
struct Slot<T> {
    cases: Vec<Option<T>>,
    elapsed: Option<Duration>,
}

/// A file whose turn has come.
#[derive(Debug, PartialEq)]
pub(super) struct Done<T> {
    /// Its place in the outline.
    pub(super) file: usize,
    /// What was made of each of its requests; nothing of those that did not end.
    pub(super) cases: Vec<Option<T>>,
    /// How long it took; nothing if it did not end.
    pub(super) elapsed: Option<Duration>,
}

impl<T> Default for PlanOrder<T> {
    fn default() -> Self {
        Self { files: Vec::new(), next: 0 }
    }
}

impl<T> PlanOrder<T> {
    pub(super) fn new(outline: &Outline) -> Self {
        let slot = |cases: usize| Slot { cases: (0..cases).map(|_| None).collect(), elapsed: None };
        Self { files: outline.files.iter().map(|file| slot(file.cases.len())).collect(), next: 0 }
    }

    /// Keeps what was made of a request.
    pub(super) fn put(&mut self, id: CaseId, case: T) {
        if let Some(slot) = self.files.get_mut(id.file).and_then(|file| file.cases.get_mut(id.case)) {
            *slot = Some(case);
        }
    }

    /// Makes room for the cases that one has turned out to be.
    pub(super) fn unroll(&mut self, id: CaseId, cases: usize) {
        if let Some(file) = self.files.get_mut(id.file).filter(|file| id.case < file.cases.len()) {
            file.cases.splice(id.case..=id.case, (0..cases).map(|_| None));
        }
    }

    /// Notes that a file is done, and gives out the files whose turn has come.
    pub(super) fn finish(&mut self, file: usize, elapsed: Duration) -> Vec<Done<T>> {
        if let Some(slot) = self.files.get_mut(file) {
            slot.elapsed = Some(elapsed);
        }
        let due = self.files[self.next..].iter().take_while(|slot| slot.elapsed.is_some()).count();
        self.take(due)
    }

    /// Gives out all files that are left, done or not.
    pub(super) fn rest(&mut self) -> Vec<Done<T>> {
        self.take(self.files.len() - self.next)
    }

    fn take(&mut self, count: usize) -> Vec<Done<T>> {
        let files = self.next..self.next + count;
        self.next = files.end;
        let done = |file| {
            let slot: &mut Slot<T> = &mut self.files[file];
            Done { file, cases: std::mem::take(&mut slot.cases), elapsed: slot.elapsed }
        };
        files.map(done).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{CaseOutline, FileOutline};

    fn outline(cases: &[usize]) -> Outline {
        let case = |number: usize| CaseOutline { name: number.to_string(), ..CaseOutline::default() };
        let file = |&cases: &usize| FileOutline {
            path: String::new(),
            name: String::new(),
            cases: (0..cases).map(case).collect(),
            is_whole: true,
            diagnostics: Vec::new(),
        };
        Outline { files: cases.iter().map(file).collect(), started: Duration::ZERO }
    }

    #[test]
    fn holds_a_file_back_until_those_before_it_are_done() {
        let mut order = PlanOrder::new(&outline(&[1, 2, 1]));
        let second = Duration::from_secs(1);
        order.put(CaseId { file: 1, case: 1 }, 'b');
        assert_eq!(order.finish(1, second), []);
        order.put(CaseId { file: 0, case: 0 }, 'a');
        let first = Done { file: 0, cases: vec![Some('a')], elapsed: Some(second) };
        let other = Done { file: 1, cases: vec![None, Some('b')], elapsed: Some(second) };
        assert_eq!(order.finish(0, second), [first, other]);
        assert_eq!(order.rest(), [Done { file: 2, cases: vec![None], elapsed: None }]);
        assert_eq!(order.rest(), []);
    }

    #[test]
    fn cases_take_the_place_of_the_one_that_they_turn_out_to_be() {
        let mut order = PlanOrder::new(&outline(&[3]));
        order.put(CaseId { file: 0, case: 0 }, 'a');
        order.unroll(CaseId { file: 0, case: 1 }, 2);
        order.put(CaseId { file: 0, case: 2 }, 'c');
        order.put(CaseId { file: 0, case: 3 }, 'd');
        order.unroll(CaseId { file: 0, case: 1 }, 0);
        order.unroll(CaseId { file: 0, case: 7 }, 2);
        assert_eq!(order.rest()[0].cases, [Some('a'), Some('c'), Some('d')]);
    }

    #[test]
    fn ignores_what_is_not_in_the_plan() {
        let mut order = PlanOrder::new(&outline(&[1]));
        order.put(CaseId { file: 7, case: 0 }, ());
        order.put(CaseId { file: 0, case: 7 }, ());
        assert_eq!(order.finish(7, Duration::ZERO), []);
    }
}
