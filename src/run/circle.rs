//! What waits for itself, by way of others.

use std::collections::HashMap;

use crate::diagnostic::Diagnostic;
use crate::event::FileOutline;
use crate::source::Span;

use super::order::{Mark, Unit};
use super::plan::{Need, Needed, PlannedFile};

/// The places of units each of which waits for the next, and the last for the first; none if
/// all of them can run.
pub(super) fn find<'a>(units: &[Unit], joined: impl Fn(usize, usize) -> &'a [usize]) -> Option<Vec<usize>> {
    let before = predecessors(units, joined);
    let mut visit = Visit { before: &before, marks: vec![Visited::No; before.len()], trail: Vec::new() };
    let circle = (0..units.len()).find_map(|unit| visit.enter(unit))?;
    Some(circle.into_iter().filter(|&place| place < units.len()).collect())
}

/// What each unit waits for: other units, and below these in the list what joins some of them.
fn predecessors<'a>(units: &[Unit], joined: impl Fn(usize, usize) -> &'a [usize]) -> Vec<Vec<usize>> {
    // They are in the order of the files, and of their cases.
    let from = |file: usize, case: usize| units.partition_point(|unit| (unit.file, unit.cases.end) <= (file, case));
    let unit_of = |file: usize, case: usize| {
        let place = from(file, case);
        let is_there = units.get(place).is_some_and(|unit| unit.file == file && unit.cases.contains(&case));
        place..place + usize::from(is_there)
    };
    let mut joints: HashMap<(usize, usize), usize> = HashMap::new();
    let mut of_joints: Vec<Vec<usize>> = Vec::new();
    let mut before = |mark: &Mark| match *mark {
        Mark::File(file) => from(file, 0)..units.partition_point(|unit| unit.file <= file),
        Mark::Case(id) => unit_of(id.file, id.case),
        Mark::Joined { file, place } => {
            let joint = *joints.entry((file, place)).or_insert_with(|| {
                of_joints.push(joined(file, place).iter().flat_map(|&case| unit_of(file, case)).collect());
                units.len() + of_joints.len() - 1
            });
            joint..joint + 1
        }
    };
    let mut all: Vec<Vec<usize>> = units.iter().map(|unit| unit.after.iter().flat_map(&mut before).collect()).collect();
    all.append(&mut of_joints);
    all
}

#[derive(Clone, Copy, PartialEq)]
enum Visited {
    No,
    Open,
    Done,
}

struct Visit<'a> {
    before: &'a [Vec<usize>],
    marks: Vec<Visited>,
    /// The units that are open, and how many of those that they wait for were looked at.
    trail: Vec<(usize, usize)>,
}

impl Visit<'_> {
    /// Goes from a unit to all that it waits for, however far: without recursion.
    fn enter(&mut self, unit: usize) -> Option<Vec<usize>> {
        if self.marks[unit] != Visited::No {
            return None;
        }
        self.open(unit);
        while let Some((unit, next)) = self.trail.last_mut() {
            let Some(&before) = self.before[*unit].get(*next) else {
                self.marks[*unit] = Visited::Done;
                self.trail.pop();
                continue;
            };
            *next += 1;
            match self.marks[before] {
                Visited::Done => {}
                Visited::No => self.open(before),
                Visited::Open => {
                    let trail = self.trail.iter().map(|&(unit, _)| unit);
                    return Some(trail.skip_while(|&unit| unit != before).collect());
                }
            }
        }
        None
    }

    fn open(&mut self, unit: usize) {
        self.marks[unit] = Visited::Open;
        self.trail.push((unit, 0));
    }
}

/// Has the requests that a circle is made of say so, instead of waiting forever.
pub(super) fn report(circle: &[usize], units: &[Unit], files: &mut [PlannedFile], outlines: &[FileOutline]) {
    let pairs = circle.iter().zip(circle.iter().skip(1).chain(circle.first()));
    let waiting: Vec<(usize, usize, Option<Span>)> = pairs
        .filter_map(|(&unit, &next)| {
            let (case, need) = waiting_case(&units[unit], &units[next], files)?;
            Some((units[unit].file, case, need.span.clone()))
        })
        .collect();
    let name = |(file, case, _): &(usize, usize, _)| {
        let outline = &outlines[*file];
        format!("{}#{}", outline.path, outline.cases[*case].name)
    };
    let names: Vec<String> = waiting.iter().chain(waiting.first()).map(name).collect();
    let message = format!("requests need one another: {}", names.join(" -> "));
    for (file, case, span) in waiting {
        let PlannedFile::Spec { cases, .. } = &mut files[file] else { continue };
        let outline = &outlines[file].cases[case];
        let Some(span) = span.or_else(|| outline.span.clone()) else { continue };
        let diagnostic = Diagnostic::error(&message)
            .at(&span, "")
            .note("a file runs in order, and begins when all that its requests need of other files is done");
        cases[case].spoil(outline, diagnostic);
    }
}

/// The case of a unit that needs something of another one, and that need.
fn waiting_case<'a>(unit: &Unit, other: &Unit, files: &'a [PlannedFile]) -> Option<(usize, &'a Need)> {
    let PlannedFile::Spec { cases, .. } = &files[unit.file] else { return None };
    let is_of_other = |need: &&Need| match need.what {
        Needed::There(Mark::File(file)) => file == other.file,
        Needed::There(Mark::Case(id)) => id.file == other.file && other.cases.contains(&id.case),
        Needed::There(Mark::Joined { file, place }) => {
            file == other.file && files[file].joined(place).iter().any(|case| other.cases.contains(case))
        }
        Needed::Here(_) | Needed::Joined(_) => false,
    };
    unit.cases.clone().find_map(|case| Some((case, cases[case].needs.iter().find(is_of_other)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(after: &[&[usize]]) -> Vec<Unit> {
        let unit = |(file, after): (usize, &&[usize])| {
            let after = after.iter().map(|&other| Mark::File(other)).collect();
            Unit { after, ..Unit::whole(file, 1) }
        };
        after.iter().enumerate().map(unit).collect()
    }

    #[test]
    fn finds_what_waits_for_itself_by_way_of_cases_that_are_joined() {
        let mut units = waiting(&[&[], &[0]]);
        units[0].after = vec![Mark::Joined { file: 1, place: 0 }];
        assert_eq!(find(&units, |_, _| &[0]), Some(vec![0, 1]));
        assert_eq!(find(&units, |_, _| &[7]), None);
    }

    #[test]
    fn finds_what_waits_for_itself_and_only_that() {
        for (after, circle) in [
            (&[&[][..], &[0], &[0, 1]][..], None),
            (&[&[1], &[2], &[1]], Some(vec![1, 2])),
            (&[&[], &[0, 1]], Some(vec![1])),
            (&[&[1, 2], &[3], &[3], &[]], None),
        ] {
            assert_eq!(find(&waiting(after), |_, _| &[]), circle, "{after:?}");
        }
    }
}
