//! A file whose requests may run side by side, as units: each of them waits for those that it
//! takes something from, that it would change something for, or that it names.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use crate::event::CaseId;
use crate::template::Derived;

use super::order::{Mark, Unit};
use super::plan::{Needed, PlannedCase, Stage};
use super::specs::Specs;
use super::traffic::{self, Traffic};

/// The units of a file, in its order. What of it waits for other files is not among their marks.
pub(super) fn units(
    file: usize,
    cases: &[PlannedCase],
    joined: &[Arc<[usize]>],
    specs: &Specs,
    derived: &Derived,
) -> Vec<Unit> {
    // A file without cases ends too.
    if cases.is_empty() || traffic::begins_with_scripts(specs) {
        return vec![Unit::whole(file, cases.len())];
    }
    let traffic = traffic::of_all(cases, specs, derived);
    if traffic.iter().any(|traffic| traffic.exports) {
        return vec![Unit::whole(file, cases.len())];
    }
    let mut lanes = Lanes::new(file, &traffic, joined);
    for (range, is_alone) in ranges(cases, &traffic) {
        lanes.add(range, is_alone, cases, &traffic);
    }
    lanes.units
}

/// The cases of each unit, and whether nothing else of the file runs meanwhile. Setup and teardown
/// are one each, and so is all from the first request with scripts to the last one.
fn ranges(cases: &[PlannedCase], traffic: &[Traffic]) -> Vec<(Range<usize>, bool)> {
    let stage = |stage: Stage| span_of(cases.iter().map(|case| case.stage == stage));
    let scripted = span_of(traffic.iter().map(|traffic| traffic.has_scripts));
    let together = [stage(Stage::Setup), scripted, stage(Stage::Teardown)];
    let mut ranges = Vec::new();
    let mut next = 0;
    while next < cases.len() {
        let mut range = next..next + 1;
        let mut is_alone = traffic[next].is_unknown;
        for other in together.iter().filter(|other| other.start < other.end) {
            if other.start < range.end && next < other.end {
                range.end = range.end.max(other.end);
                is_alone = true;
            }
        }
        next = range.end;
        ranges.push((range, is_alone));
    }
    ranges
}

/// From the first to the last of which something holds.
fn span_of(holds: impl Iterator<Item = bool>) -> Range<usize> {
    let mut places = holds.enumerate().filter(|(_, holds)| *holds).map(|(place, _)| place);
    let first = places.next();
    first.map_or(0..0, |first| first..places.last().unwrap_or(first) + 1)
}

struct Lanes<'a> {
    file: usize,
    units: Vec<Unit>,
    /// The names that somebody takes something from; all count, if that cannot be told.
    asked: Option<HashSet<&'a str>>,
    /// The last unit that ran alone.
    barrier: Option<usize>,
    /// The units that have left something under each name, the last one, and those that have taken it since.
    last_left: HashMap<&'a str, usize>,
    taken_since: HashMap<&'a str, Vec<usize>>,
    /// The cases that are needed together, and which of these somebody waits for.
    joined: &'a [Arc<[usize]>],
    awaited: HashSet<usize>,
}

impl<'a> Lanes<'a> {
    fn new(file: usize, traffic: &'a [Traffic], joined: &'a [Arc<[usize]>]) -> Self {
        let is_known = traffic.iter().all(|traffic| !traffic.is_unknown && !traffic.has_scripts);
        let asked = is_known.then(|| traffic.iter().flat_map(|traffic| &traffic.taken).map(String::as_str).collect());
        let (last_left, taken_since, awaited) = (HashMap::new(), HashMap::new(), HashSet::new());
        Self { file, units: Vec::new(), asked, barrier: None, last_left, taken_since, joined, awaited }
    }

    fn add(&mut self, range: Range<usize>, is_alone: bool, cases: &[PlannedCase], traffic: &'a [Traffic]) {
        let unit = self.units.len();
        let mut before: Vec<usize> = match (is_alone, self.barrier) {
            (true, barrier) => (barrier.unwrap_or(0)..unit).collect(),
            (false, barrier) => barrier.into_iter().collect(),
        };
        for traffic in &traffic[range.clone()] {
            before.extend(self.exchange(traffic, unit));
        }
        let mut marks = Vec::new();
        for need in cases[range.clone()].iter().flat_map(|case| &case.needs) {
            match need.what {
                Needed::Here(case) if case < range.start => before.push(self.unit_of(case)),
                Needed::Joined(place) => match self.joined[place].iter().all(|&case| case < range.start) {
                    true => marks.push(self.join(place)),
                    false => {
                        let above = self.joined[place].iter().filter(|&&case| case < range.start);
                        before.extend(above.map(|&case| self.unit_of(case)));
                    }
                },
                Needed::Here(_) | Needed::There(_) => {}
            }
        }
        before.retain(|&other| other != unit);
        before.sort_unstable();
        before.dedup();
        let after = before.iter().map(|&other| self.end_of(other)).chain(marks).collect();
        before.iter().for_each(|&other| self.units[other].is_last = false);
        self.units.push(Unit { file: self.file, cases: range, after, is_last: true });
        if is_alone {
            self.barrier = Some(unit);
        }
    }

    /// Notes what a case takes and leaves; the units that it has to wait for.
    fn exchange(&mut self, traffic: &'a Traffic, unit: usize) -> Vec<usize> {
        let mut before = Vec::new();
        for name in &traffic.taken {
            before.extend(self.last_left.get(name.as_str()));
            self.taken_since.entry(name).or_default().push(unit);
        }
        for name in traffic.left.iter().map(String::as_str) {
            if self.asked.as_ref().is_some_and(|asked| !asked.contains(name)) {
                continue;
            }
            before.extend(self.last_left.insert(name, unit));
            before.extend(self.taken_since.remove(name).unwrap_or_default());
        }
        before
    }

    /// The mark of some cases above, which somebody waits for now.
    fn join(&mut self, place: usize) -> Mark {
        if self.awaited.insert(place) {
            for &case in self.joined[place].iter() {
                let unit = self.unit_of(case);
                self.units[unit].is_last = false;
            }
        }
        Mark::Joined { file: self.file, place }
    }

    fn unit_of(&self, case: usize) -> usize {
        self.units.partition_point(|unit| unit.cases.end <= case)
    }

    fn end_of(&self, unit: usize) -> Mark {
        Mark::Case(CaseId { file: self.file, case: self.units[unit].cases.end - 1 })
    }
}
