//! The names that cases are known by from one run to the next.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::secret::MASK;

/// What stands between the name and the number of a run.
const RUN: &str = " [run ";

/// A name in one of several runs of its file.
pub fn of_run(name: &str, run: usize, runs: usize) -> String {
    format!("{name}{RUN}{run} of {runs}]")
}

/// The name that a case has in every run: its turns are named after the run.
pub fn of_any_run(name: &str) -> Cow<'_, str> {
    let whole = || {
        let (before, rest) = name.rsplit_once(RUN)?;
        let (run, after) = rest.split_once(']')?;
        let (run, runs) = run.split_once(" of ")?;
        [run, runs].iter().all(|number| number.parse::<usize>().is_ok()).then(|| format!("{before}{after}"))
    };
    whole().map_or(Cow::Borrowed(name), Cow::Owned)
}

/// Whether a case is, by its name, one of the turns of a request that were counted in the run.
pub fn is_turn_of(case: &str, request: &str) -> bool {
    match request.split_once("{{") {
        Some((start, _)) => case.starts_with(start),
        None => case.strip_prefix(request).is_some_and(|rest| rest.starts_with(" [")),
    }
}

/// Whether a name is one of those that are kept, in which no secret stands.
pub fn is_among(name: &str, kept: &BTreeSet<String>) -> bool {
    kept.contains(name) || kept.iter().any(|kept| kept.contains(MASK) && is_without_secrets(kept, name))
}

/// Whether what is kept may be a name, with anything where secrets were taken out.
fn is_without_secrets(kept: &str, name: &str) -> bool {
    let parts: Vec<&str> = kept.split(MASK).collect();
    let [start, between @ .., end] = parts.as_slice() else { return false };
    let inner = name.strip_prefix(start).and_then(|rest| rest.strip_suffix(end));
    inner.is_some_and(|inner| {
        between.iter().try_fold(inner, |rest, part| rest.find(part).map(|at| &rest[at + part.len()..])).is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_has_one_name_in_every_run() {
        assert_eq!(of_run("a [b]", 1, 3), "a [b] [run 1 of 3]");
        for (name, expected) in [
            ("a [run 1 of 3]", "a"),
            ("a [run 1 of 3] [ada]", "a [ada]"),
            ("a", "a"),
            ("a [run x]", "a [run x]"),
            ("x [run fast]", "x [run fast]"),
            ("a [run 1 of 3", "a [run 1 of 3"),
        ] {
            assert_eq!(of_any_run(name), expected);
        }
    }

    #[test]
    fn a_turn_is_known_by_the_name_of_its_request() {
        for (case, request, expected) in [
            ("brew [green]", "brew", true),
            ("brew", "brew", false),
            ("brewer", "brew", false),
            ("user ada", "user {{ name }}", true),
            ("ping", "user {{ name }}", false),
        ] {
            assert_eq!(is_turn_of(case, request), expected, "{case}");
        }
    }

    #[test]
    fn a_name_is_known_without_its_secrets() {
        for (kept, name, expected) in [
            ("log in [***]", "log in [hunter2]", true),
            ("log in [***]", "log in [hunter2] (2)", false),
            ("*** and *** too", "one and other too", true),
            ("*** and *** too", "one or other too", false),
            ("***", "anything", true),
            ("a***a", "a", false),
            ("one", "other", false),
        ] {
            assert_eq!(is_among(name, &BTreeSet::from([kept.to_owned()])), expected, "{kept}: {name}");
        }
    }
}
