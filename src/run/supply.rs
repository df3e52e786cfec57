//! What a request takes from others by name, and gives to them, as exactly as its text tells it: what runs along
//! with it is chosen by that. What must never miss anything is in [`super::traffic`].

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use regex::Regex;

use crate::source::{Root, read_source};
use crate::spec::dialect::VariablePrecedence;
use crate::spec::{
    Binding, Body, Code, Expected, FileReference, ITEM, Piece, Predicate, Query, Repetition, Request, Script, Skip,
    Surroundings, Text,
};
use crate::template::{Variables, words};

use super::company::Placed;
use super::plan::Call;
use super::specs::{Requested, Specs};
use super::turn::Turn;

/// What a case takes and gives.
#[derive(Debug, Default)]
pub(super) struct Supply {
    pub(super) taken: HashSet<Taken>,
    /// The names under which it captures something.
    pub(super) captured: HashSet<String>,
    /// The name that its response is known by.
    pub(super) name: Option<String>,
    pub(super) certainty: Certainty,
}

/// A name that something is taken of.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Taken {
    pub(super) name: String,
    /// Whether it may be that of a request: something of it is meant.
    pub(super) is_entered: bool,
}

/// Whether a request gives anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Certainty {
    /// It runs.
    #[default]
    Sure,
    /// It may be left out, by a condition or an empty list.
    Perhaps,
    /// It is left out.
    Never,
}

/// What each case of a file takes and gives. The turns of a request are alike: only the first of them counts.
pub(super) fn of_all(cases: &[Placed], specs: &Specs, outside: &Variables, root: &Root) -> Vec<Supply> {
    let reader = Reader { definitions: definitions(specs, outside), given: given(specs, outside), root };
    let of_case = |(case, _): &Placed| match (case.turn, specs.request(case)) {
        (Turn::Counted(1..), _) | (_, Err(_)) => Supply { certainty: Certainty::Never, ..Supply::default() },
        (_, Ok(requested)) => reader.supply(requested),
    };
    cases.iter().map(of_case).collect()
}

/// The templates that variables are made of, by their names.
fn definitions(specs: &Specs, outside: &Variables) -> HashMap<String, Vec<String>> {
    let mut all: HashMap<String, Vec<String>> = HashMap::new();
    for variable in
        specs.iter().flat_map(|known| &known.spec.variables).filter(|variable| is_worked_out(variable.binding))
    {
        all.entry(variable.name.value.clone()).or_default().extend(words::templates(variable));
    }
    for (name, templates) in outside.derived.templates() {
        all.entry(name.to_owned()).or_default().extend_from_slice(templates);
    }
    all
}

fn is_worked_out(binding: Binding) -> bool {
    match binding {
        Binding::Once | Binding::Lazy => true,
        // The value is the question.
        Binding::Asked(_) => false,
    }
}

/// The names of what wins over whatever is captured.
fn given(specs: &Specs, outside: &Variables) -> HashSet<String> {
    let wins = specs.own().dialect.rules().variable_precedence == VariablePrecedence::Environment;
    let environment = outside.environment.iter().filter(|_| wins);
    outside.overrides.iter().chain(environment).map(|(name, _)| name.clone()).collect()
}

struct Reader<'a> {
    definitions: HashMap<String, Vec<String>>,
    given: HashSet<String>,
    root: &'a Root,
}

impl Reader<'_> {
    fn supply(&self, Requested { request, call, .. }: Requested<'_>) -> Supply {
        let calls = || call.into_iter().flat_map(Call::chain);
        let scripts = &request.scripts;
        let scripted = || [&scripts.before, &scripts.rendered, &scripts.after].into_iter().flatten();
        let mut own: HashSet<String> = own_names(request);
        own.extend(calls().flat_map(|call| &call.variables).map(|variable| variable.name.value.clone()));
        let captured: HashSet<String> = request.every_capture().map(|capture| capture.name.value.clone()).collect();
        let mut texts = words::templates(request);
        texts.extend(calls().flat_map(|call| words::templates(&call.variables)));
        texts.extend(request.flow.expressions().map(|expression| expression.0.value.clone()));
        texts.extend(self.files(request));
        let mut taken = self.taken(texts, &own);
        let asked =
            request.every_query().filter_map(|query| if let Query::Variable(name) = query { Some(name) } else { None });
        let asked = asked.filter(|name| !captured.contains(&name.value)).map(|name| name.value.clone());
        let of_scripts = scripted().filter_map(code).flat_map(|(code, surroundings)| asked_for(code, surroundings));
        taken.extend(
            asked
                .chain(of_scripts)
                .flat_map(|name| [true, false].map(|is_entered| Taken { name: name.clone(), is_entered })),
        );
        let set = scripted().filter_map(code).flat_map(|(code, _)| set(code));
        let captured = captured.into_iter().chain(set).collect();
        let name = request.name.as_ref().map(|name| name.value.clone());
        Supply { taken, captured, name, certainty: certainty(request, calls().any(|call| call.skip.is_some())) }
    }

    /// The names in some expressions, with those that their definitions are made of, and so on.
    fn taken(&self, mut texts: Vec<String>, own: &HashSet<String>) -> HashSet<Taken> {
        let mut taken = HashSet::new();
        while let Some(text) = texts.pop() {
            for one in words::roots(&text).into_iter().flat_map(|root| meant(root.name, root.is_entered)) {
                if own.contains(&one.name) || self.given.contains(&one.name) {
                    continue;
                }
                let definitions = self.definitions.get(&one.name);
                if taken.insert(one) {
                    texts.extend(definitions.into_iter().flatten().cloned());
                }
            }
        }
        taken
    }

    /// The templates of files that are filled in. What is in one that cannot be read is said when it is due.
    fn files(&self, request: &Request) -> Vec<String> {
        let read = |path: &Text| {
            let found = self.root.resolve(path.span.source().path(), &path.value).ok()?;
            Some(words::templates(&read_source(&found).ok()?.text()))
        };
        filled_in(request).filter_map(read).flatten().collect()
    }
}

/// What a word of an expression may mean. Which of these a hyphen is, a part of a name or a minus, shows only later.
fn meant(word: &str, is_entered: bool) -> Vec<Taken> {
    let taken = |name: &str, is_entered| Taken { name: name.to_owned(), is_entered };
    let whole = words::meant(word).map(|name| taken(name, is_entered || name != word));
    let parts = word.split('-').filter(|part| !part.is_empty() && *part != word);
    whole.chain(parts.map(|part| taken(part, is_entered))).collect()
}

/// The names of what is a request's own, whatever others capture.
fn own_names(request: &Request) -> HashSet<String> {
    let variables = request.variables.iter().map(|variable| variable.name.value.clone());
    let looped: Vec<String> = match request.flow.repetition.as_deref() {
        Some(Repetition::Rows(rows) | Repetition::Matrix(rows)) => {
            rows.first().into_iter().flat_map(|row| &row.cells).map(|(name, _)| name.value.clone()).collect()
        }
        Some(Repetition::Items { name, .. }) => vec![name.as_ref().map_or(ITEM, |name| &name.value).to_owned()],
        _ => Vec::new(),
    };
    let before = request.scripts.before.iter().filter_map(code).flat_map(|(code, _)| set(code));
    variables.chain(looped).chain(before).collect()
}

/// The files in which templates are filled in: of bodies, and of JSON that is compared with.
fn filled_in(request: &Request) -> impl Iterator<Item = &Text> {
    let pieces: &[Piece] = match request.body.as_deref() {
        Some(Body::Content(pieces) | Body::Message(pieces)) => pieces,
        _ => &[],
    };
    let sent = pieces.iter().filter_map(|piece| match piece {
        Piece::File(FileReference::Rendered { path, .. }) => Some(path),
        _ => None,
    });
    let compared = request.every_assertion().filter_map(|assertion| match &assertion.predicate.value {
        Predicate::Equals(comparison) | Predicate::ContainsJson(comparison) => match &comparison.expected.value {
            Expected::File(path) => Some(path),
            _ => None,
        },
        _ => None,
    });
    sent.chain(compared)
}

fn certainty(request: &Request, is_left_out: bool) -> Certainty {
    let flow = &request.flow;
    let may_be_none = matches!(flow.repetition.as_deref(), Some(Repetition::Items { .. } | Repetition::While(_)));
    match flow.skip.as_deref() {
        Some(Skip::Yes(_)) => Certainty::Never,
        _ if is_left_out => Certainty::Never,
        _ if may_be_none || flow.conditions.as_ref().is_some_and(|conditions| !conditions.is_empty()) => {
            Certainty::Perhaps
        }
        _ => Certainty::Sure,
    }
}

/// The code of a script that stands in the spec, and what it finds there.
fn code(script: &Script) -> Option<(&str, Surroundings)> {
    match &script.code {
        Code::Inline(text) => Some((&text.value, script.surroundings)),
        Code::File(_) => None,
    }
}

/// The names that a script keeps something under.
fn set(code: &str) -> Vec<String> {
    static SET: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"\bset\w*\(\s*["'`]([^"'`]+)["'`]|\bexports\.([\w$]+)\s*="#).expect("the pattern is right")
    });
    let found = SET.captures_iter(code).filter_map(|found| found.get(1).or(found.get(2)));
    found.map(|name| name.as_str().to_owned()).collect()
}

/// The names that a script asks for.
fn asked_for(code: &str, surroundings: Surroundings) -> Vec<String> {
    static GET: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"\bget\w*\(\s*["'`]([^"'`]+)["'`]"#).expect("the pattern is right"));
    let got = GET.captures_iter(code).filter_map(|found| found.get(1)).map(|name| name.as_str());
    let named = match surroundings {
        // There they are variables of the language.
        Surroundings::HttpYac => words::roots(code),
        Surroundings::JetBrains => Vec::new(),
    };
    got.chain(named.into_iter().map(|root| root.name)).map(str::to_owned).collect()
}
