//! Files that must not overlap: of one group each waits for the one before it.

use std::collections::HashMap;

use super::order::{Mark, Unit};
use super::plan::PlannedFile;

/// Has the files of each group run one after the other: in the order of the plan, but those
/// that are needed before those that need them.
pub(super) fn keep_apart(units: &mut [Unit], files: &[PlannedFile]) {
    if files.iter().all(|file| file.group().is_none()) {
        return;
    }
    let mut last: HashMap<&str, usize> = HashMap::new();
    for file in in_order(units, files.len()) {
        let Some(group) = files[file].group() else { continue };
        if let Some(before) = last.insert(group, file) {
            let own = units.iter_mut().filter(|unit| unit.file == file);
            own.for_each(|unit| unit.after.push(Mark::File(before)));
        }
    }
}

/// The files, each after those that it waits for. Where files wait for one another there is no such
/// order: that is found out elsewhere.
fn in_order(units: &[Unit], count: usize) -> Vec<usize> {
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); count];
    for unit in units {
        before[unit.file].extend(unit.after.iter().map(|mark| mark.file()));
    }
    let (mut order, mut seen, mut open) = (Vec::new(), vec![false; count], Vec::new());
    for file in 0..count {
        open.push((file, false));
        while let Some((file, is_done)) = open.pop() {
            if is_done {
                order.push(file);
            } else if !std::mem::replace(&mut seen[file], true) {
                open.push((file, true));
                open.extend(before[file].iter().rev().map(|&other| (other, false)));
            }
        }
    }
    order
}
