//! What waits for itself, by way of others.

use std::collections::HashMap;

use crate::diagnostic::Diagnostic;
use crate::event::FileOutline;

use super::order::{Mark, Unit};
use super::plan::{Needed, PlannedFile};

/// The places of units each of which waits for the next, and the last for the first; none if
/// all of them can run.
pub(super) fn find(units: &[Unit]) -> Option<Vec<usize>> {
    let before = predecessors(units);
    let mut visit = Visit { before: &before, marks: vec![Visited::No; units.len()], trail: Vec::new() };
    (0..units.len()).find_map(|unit| visit.enter(unit))
}

/// The units that each unit waits for.
fn predecessors(units: &[Unit]) -> Vec<Vec<usize>> {
    let mut of_file: HashMap<usize, Vec<usize>> = HashMap::new();
    units.iter().enumerate().for_each(|(place, unit)| of_file.entry(unit.file).or_default().push(place));
    let of = |file: &usize| of_file.get(file).map(Vec::as_slice).unwrap_or_default();
    let before = |mark: &Mark| -> Vec<usize> {
        match mark {
            Mark::File(file) => of(file).to_vec(),
            Mark::Case(id) => {
                of(&id.file).iter().copied().filter(|&place| units[place].cases.contains(&id.case)).collect()
            }
        }
    };
    units.iter().map(|unit| unit.after.iter().flat_map(before).collect()).collect()
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
    let waiting: Vec<(usize, usize)> = pairs
        .filter_map(|(&unit, &next)| Some((units[unit].file, waiting_case(&units[unit], &units[next], files)?)))
        .collect();
    let name = |&(file, case): &(usize, usize)| format!("{}#{}", outlines[file].path, outlines[file].cases[case].name);
    let names: Vec<String> = waiting.iter().chain(waiting.first()).map(name).collect();
    let message = format!("requests need one another: {}", names.join(" -> "));
    for (file, case) in waiting {
        let PlannedFile::Spec { cases, .. } = &mut files[file] else { continue };
        let outline = &outlines[file].cases[case];
        let span = cases[case].needs.iter().find_map(|need| need.span.clone()).or_else(|| outline.span.clone());
        let Some(span) = span else { continue };
        let diagnostic = Diagnostic::error(&message)
            .at(&span, "")
            .note("a file runs in order, and begins when all that its requests need of other files is done");
        cases[case].spoil(outline, diagnostic);
    }
}

/// The case of a unit that needs something of another one.
fn waiting_case(unit: &Unit, other: &Unit, files: &[PlannedFile]) -> Option<usize> {
    let PlannedFile::Spec { cases, .. } = &files[unit.file] else { return None };
    let is_of_other = |mark: Mark| match mark {
        Mark::File(file) => file == other.file,
        Mark::Case(id) => id.file == other.file && other.cases.contains(&id.case),
    };
    unit.cases.clone().find(|&case| {
        cases[case].needs.iter().any(|need| matches!(need.what, Needed::There(mark) if is_of_other(mark)))
    })
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
    fn finds_what_waits_for_itself_and_only_that() {
        for (after, circle) in [
            (&[&[][..], &[0], &[0, 1]][..], None),
            (&[&[1], &[2], &[1]], Some(vec![1, 2])),
            (&[&[], &[0, 1]], Some(vec![1])),
            (&[&[1, 2], &[3], &[3], &[]], None),
        ] {
            assert_eq!(find(&waiting(after)), circle, "{after:?}");
        }
    }
}
