//! What can be made of several items, and what is wrong with the others.

use crate::diagnostic::Diagnostic;

/// What `make` makes of each item; what it cannot make goes to `wrong`.
pub(super) fn collect<'a, T, U>(
    items: &'a [T],
    make: impl Fn(&'a T) -> Result<U, Diagnostic>,
    wrong: &mut Vec<Diagnostic>,
) -> Vec<U> {
    items.iter().filter_map(|item| make(item).map_err(|diagnostic| wrong.push(diagnostic)).ok()).collect()
}
