//! What a request of a file takes from others, and leaves to them: by the names of what it
//! speaks of. Whatever that is, it is found, if perhaps too much.

use std::collections::{HashMap, HashSet};
use std::fmt;

use crate::spec::{
    Binding, Body, FileReference, Piece, Predicate, Query, Request, Severity, Spec, Surroundings, Variable,
};
use crate::template::{Derived, words};

use super::plan::{PlannedCase, Work};
use super::specs::{Place, Specs};
use super::turn::Turn;

/// What a case takes from others and leaves to them.
#[derive(Clone, Debug, Default)]
pub(super) struct Traffic {
    /// The names of what it speaks of.
    pub(super) taken: HashSet<String>,
    /// The names that it gives something.
    pub(super) left: HashSet<String>,
    /// Whether it cannot be told what it takes or leaves, or how often it runs.
    pub(super) is_unknown: bool,
    /// Whether it has scripts: they share what they keep in their engine.
    pub(super) has_scripts: bool,
    /// Whether templates can ask for what its scripts make.
    pub(super) exports: bool,
}

/// What each case of a file takes and leaves.
pub(super) fn of_all(cases: &[PlannedCase], specs: &Specs, derived: &Derived) -> Vec<Traffic> {
    let definitions = Definitions::of(specs, derived);
    let mut all = of_each(cases, specs, &definitions);
    let position = |case: &PlannedCase| {
        let place = specs.request(case).ok()?.place;
        (place.file == 0).then(|| specs.position(place))
    };
    // A definition that is worked out once is so at the first request below it.
    let left = cases.iter().zip(&all).filter_map(|(case, traffic)| Some((position(case)?, &traffic.left)));
    let drawn = definitions.drawn(&left.collect::<Vec<_>>(), specs.own());
    for (traffic, case) in all.iter_mut().zip(cases) {
        let Some(position) = position(case) else { continue };
        let above = drawn.iter().filter(|(above, _)| *above <= position);
        traffic.taken.extend(above.flat_map(|(_, words)| words.iter().cloned()));
    }
    all
}

/// What each case takes and leaves. The turns of a request, which stand side by side, are read
/// but once: each of them holds all of its rows.
fn of_each(cases: &[PlannedCase], specs: &Specs, definitions: &Definitions) -> Vec<Traffic> {
    let mut all = Vec::with_capacity(cases.len());
    let mut before: Option<(Place, Traffic)> = None;
    for case in cases {
        let requested = match specs.request(case) {
            Ok(requested) => requested,
            Err(invalid) => {
                all.push(Traffic { is_unknown: invalid.must.is_some(), ..Traffic::default() });
                continue;
            }
        };
        let is_called = matches!(&case.work, Work::Request { call: Some(_), .. });
        let whole = match before.take() {
            Some((place, whole)) if place == requested.place && !is_called => whole,
            _ => of(case, requested.request, definitions),
        };
        let mut traffic = whole.clone();
        if let (Some(name), Turn::Counted(index)) = (&requested.request.name, case.turn) {
            traffic.left.insert(format!("{}{index}", name.value));
        }
        all.push(traffic);
        before = (!is_called).then_some((requested.place, whole));
    }
    all
}

fn of(case: &PlannedCase, request: &Request, definitions: &Definitions) -> Traffic {
    let mut words = Words::default();
    words.add(request);
    if let Work::Request { call: Some(call), .. } = &case.work {
        call.chain().for_each(|call| words.add(&call.variables));
    }
    request.flow.expressions().for_each(|expression| words.add_text(&expression.0.value));
    request.every_query().for_each(|query| {
        if let Query::Variable(name) = query {
            words.add_text(&name.value)
        }
    });
    let mut left: HashSet<String> = request.every_capture().map(|capture| capture.name.value.clone()).collect();
    if let Some(name) = &request.name {
        left.insert(name.value.clone());
    }
    let scripts = &request.scripts;
    let mut all = [&scripts.before, &scripts.rendered, &scripts.after].into_iter().flatten().peekable();
    let has_scripts = all.peek().is_some();
    let exports = all.any(|script| script.surroundings == Surroundings::HttpYac);
    let shared: Vec<String> = snapshots(request).collect();
    left.extend(shared.iter().cloned());
    let is_unknown =
        case.turn == Turn::All || renders_a_file(request) || is_decisive(request) || looks_further(request);
    let mut taken = definitions.closure(words.0);
    taken.extend(shared);
    Traffic { taken, left, is_unknown, has_scripts, exports }
}

/// The snapshots that it names, each as what no word is. Of those who share one, which of them
/// writes it must not depend on who comes first.
fn snapshots(request: &Request) -> impl Iterator<Item = String> {
    request.every_assertion().filter_map(|assertion| match &assertion.predicate.value {
        Predicate::Snapshot(snapshot) => snapshot.name.as_ref().map(|name| format!("snapshot {}", name.value)),
        _ => None,
    })
}

/// Whether it stops the file, if it fails.
fn is_decisive(request: &Request) -> bool {
    request.assertions.iter().any(|assertion| assertion.severity == Severity::Must)
}

/// Whether it asks a script, or how long all its turns took.
fn looks_further(request: &Request) -> bool {
    request.every_query().any(|query| matches!(query, Query::JavaScript(_) | Query::Percentile(..)))
}

fn renders_a_file(request: &Request) -> bool {
    let Some(Body::Content(pieces) | Body::Message(pieces)) = request.body.as_deref() else { return false };
    pieces.iter().any(|piece| matches!(piece, Piece::File(FileReference::Rendered { .. })))
}

/// The names that the variables of some files, and of their environment, are made of.
struct Definitions {
    words: HashMap<String, HashSet<String>>,
}

impl Definitions {
    fn of(specs: &Specs, derived: &Derived) -> Self {
        let mut words: HashMap<String, HashSet<String>> = HashMap::new();
        for (name, templates) in derived.templates() {
            let mut made_of = Words::default();
            templates.iter().for_each(|text| made_of.add_text(text));
            words.entry(name.to_owned()).or_default().extend(made_of.0);
        }
        for variable in specs.iter().flat_map(|known| &known.spec.variables) {
            words.entry(variable.name.value.clone()).or_default().extend(words_of(variable));
        }
        Self { words }
    }

    /// Some names, with those that their definitions are made of, and so on.
    fn closure(&self, names: HashSet<String>) -> HashSet<String> {
        let mut waiting: Vec<String> = names.iter().cloned().collect();
        let mut all = names;
        while let Some(name) = waiting.pop() {
            for word in self.words.get(&name).into_iter().flatten() {
                if all.insert(word.clone()) {
                    waiting.push(word.clone());
                }
            }
        }
        all
    }

    /// The definitions of a file that are made of what requests above them leave, each with how
    /// many requests stand above it.
    fn drawn(&self, left: &[(usize, &HashSet<String>)], spec: &Spec) -> Vec<(usize, HashSet<String>)> {
        let once = spec.variables.iter().filter(|variable| variable.binding == Binding::Once);
        let made_of = once.map(|variable| (variable.position, self.closure(words_of(variable))));
        let is_left_above = |(position, words): &(usize, HashSet<String>)| {
            left.iter().any(|(above, left)| above < position && !words.is_disjoint(left))
        };
        made_of.filter(is_left_above).collect()
    }
}

fn words_of(variable: &Variable) -> HashSet<String> {
    let mut words = Words::default();
    words.add(variable);
    words.0
}

/// The words that stand in the braces of templates.
#[derive(Default)]
struct Words(HashSet<String>);

impl Words {
    /// Adds those of all texts in something.
    fn add(&mut self, whole: &impl fmt::Debug) {
        words::templates(whole).iter().for_each(|text| self.add_text(text));
    }

    fn add_text(&mut self, text: &str) {
        for word in words::words(text) {
            self.0.extend(words::meant(word).map(str::to_owned));
            // Which of these a hyphen is, a part of a name or a minus, shows only later.
            if word.contains('-') {
                self.0.extend(word.split('-').filter(|part| !part.is_empty()).map(str::to_owned));
            }
        }
    }
}

/// Whether a file, or one that runs with it, has scripts that run with the first of its requests.
pub(super) fn begins_with_scripts(specs: &Specs) -> bool {
    specs.iter().any(|known| !known.spec.scripts.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let mut words = Words::default();
        words.add(&text);
        let mut words: Vec<String> = words.0.into_iter().collect();
        words.sort_unstable();
        words
    }

    #[test]
    fn words_are_those_in_braces() {
        assert_eq!(words(r#"a {{ b + "c" }} d {% if e %} f {% endif %}"#), ["b", "c", "e", "endif", "if"]);
        assert_eq!(words("{{log-in.response.body.$.id}}"), ["body", "id", "in", "log", "log-in", "response"]);
        assert_eq!(words("{{ a"), ["a"]);
        assert_eq!(words("{{\n\ttoken\r\n+ größe}}"), ["größe", "token"]);
        assert_eq!(words(r"{{ 'x\y' + z }}"), ["x", "y", "z"]);
        assert_eq!(words("{{loginResponse.statusCode}}"), ["login", "loginResponse", "statusCode"]);
        assert!(words("a }} b").is_empty());
    }
}
