//! The names that reports know requests by.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::source::Span;
use crate::spec::Entry;

/// The name of an entry: the one that its author gave, or what it does.
pub(super) fn display_name(entry: &Entry) -> Cow<'_, str> {
    match (entry.name(), entry) {
        (Some(name), _) => Cow::Borrowed(&name.value),
        (None, Entry::Request(request)) => {
            let method = request.method.as_ref().map_or("GET", |method| &method.value);
            Cow::Owned(format!("{method} {}", request.target.value))
        }
        (None, Entry::Run(run)) => Cow::Borrowed(run.reference.target.as_str()),
        (None, Entry::Invalid(invalid)) => Cow::Borrowed(first_line(&invalid.span)),
    }
}

fn first_line(span: &Span) -> &str {
    let line = span.text().lines().next().unwrap_or_default().trim();
    if line.is_empty() { "unreadable request" } else { line }
}

/// A name in one of several runs of its file.
pub(super) fn of_run(name: &str, run: usize, runs: usize) -> String {
    format!("{name}{RUN}{run} of {runs}]")
}

/// The name that a case has in every run: its turns are named after the run.
pub(super) fn of_any_run(name: &str) -> Cow<'_, str> {
    let whole = || {
        let (before, rest) = name.rsplit_once(RUN)?;
        let (run, after) = rest.split_once(']')?;
        let (run, runs) = run.split_once(" of ")?;
        [run, runs].iter().all(|number| number.parse::<usize>().is_ok()).then(|| format!("{before}{after}"))
    };
    whole().map_or(Cow::Borrowed(name), Cow::Owned)
}

/// What stands between the name and the number of a run.
const RUN: &str = " [run ";

/// Gives a name that was given before a number.
#[derive(Default)]
pub(super) struct Names(HashMap<String, usize>);

impl Names {
    pub(super) fn unique(&mut self, name: String) -> String {
        let count = self.0.entry(name.clone()).or_default();
        *count += 1;
        match *count {
            1 => name,
            number => self.unique(format!("{name} ({number})")),
        }
    }
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
            ("a [run 1 of 3", "a [run 1 of 3"),
        ] {
            assert_eq!(of_any_run(name), expected);
        }
    }

    #[test]
    fn names_are_unique() {
        let mut names = Names::default();
        let given = ["a", "a", "a (2)", "b"].map(|name| names.unique(name.to_owned()));
        assert_eq!(given, ["a", "a (2)", "a (2) (2)", "b"]);
    }
}
