//! The cases of a file: which of its requests run, in which order, and the name that
//! reports know each by.

use std::collections::HashMap;

use crate::event::CaseOutline;
use crate::source::Span;
use crate::spec::Entry;

use super::Selection;
use super::plan::{Place, PlannedCase, Specs, Stage};
use super::select::at_line;
use super::turn;

/// What is to run of a file, where a selection and perhaps a line of it say which of its
/// requests are meant; nothing at all if none of them is.
pub(super) fn of(specs: &Specs, selection: &Selection, line: Option<usize>) -> Option<Vec<(PlannedCase, CaseOutline)>> {
    let spec = specs.own();
    let only = line.map(|line| at_line(spec.requests.iter().map(Entry::span), line));
    let mut names = Names::default();
    let mut chosen = Vec::new();
    // A file may have nothing but a setup.
    let decisive = |stage| stage == Stage::Main || spec.requests.is_empty();
    let mut any = false;
    let stages = [(Stage::Setup, &spec.setup), (Stage::Main, &spec.requests), (Stage::Teardown, &spec.teardown)];
    for (stage, entries) in stages {
        for (index, entry) in entries.iter().enumerate() {
            let name = names.unique(display_name(entry));
            let left_out = only.is_some_and(|only| only != Some(index)) || !selection.takes(entry, &name);
            any |= decisive(stage) && !left_out;
            if stage != Stage::Main || !left_out {
                let place = Place { file: 0, list: stage, index };
                chosen.extend(repeated(stage, place, &name, entry));
            }
        }
    }
    any.then_some(chosen)
}

/// A request, as often as it runs; once where that can only be told later.
fn repeated(stage: Stage, place: Place, name: &str, entry: &Entry) -> impl Iterator<Item = (PlannedCase, CaseOutline)> {
    let repetition = match entry {
        Entry::Request(request) => request.flow.repetition.as_deref(),
        Entry::Invalid(_) => None,
    };
    let (span, tags) = (entry.span().clone(), tags_of(entry));
    turn::planned(repetition).into_iter().map(move |(turn, label)| {
        let outline = CaseOutline { name: format!("{name}{label}"), span: Some(span.clone()), tags: tags.clone() };
        (PlannedCase { stage, place, turn }, outline)
    })
}

fn tags_of(entry: &Entry) -> Vec<String> {
    let tags = match entry {
        Entry::Request(request) => &request.tags,
        Entry::Invalid(invalid) => &invalid.tags,
    };
    tags.iter().map(|tag| tag.value.clone()).collect()
}

fn display_name(entry: &Entry) -> String {
    match (entry.name(), entry) {
        (Some(name), _) => name.value.clone(),
        (None, Entry::Request(request)) => {
            let method = request.method.as_ref().map_or("GET", |method| &method.value);
            format!("{method} {}", request.target.value)
        }
        (None, Entry::Invalid(invalid)) => first_line(&invalid.span).to_owned(),
    }
}

fn first_line(span: &Span) -> &str {
    let line = span.text().lines().next().unwrap_or_default().trim();
    if line.is_empty() { "unreadable request" } else { line }
}

/// Gives a name that was given before a number.
#[derive(Default)]
struct Names(HashMap<String, usize>);

impl Names {
    fn unique(&mut self, name: String) -> String {
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
    fn names_are_unique() {
        let mut names = Names::default();
        let given = ["a", "a", "a (2)", "b"].map(|name| names.unique(name.to_owned()));
        assert_eq!(given, ["a", "a (2)", "a (2) (2)", "b"]);
    }
}
