//! The entries of a YAML map: each key once, and `<<` replaced by what it brings in.

use std::collections::{HashMap, HashSet};

use crate::diagnostic::Diagnostic;
use crate::source::{Span, Spanned};
use crate::spec::{Format, Node, Text, Value};

/// The key of an entry.
pub(super) enum Key {
    /// A name.
    Name(Text),
    /// A plain `<<`: its value's entries stand here, where the map has none of their name.
    Merge(Text),
    /// What cannot be a key, and was reported.
    Invalid,
}

impl Key {
    /// The key that a node is: a text, or a scalar as it is written, as all keys of JSON are.
    pub(super) fn new(node: Value, format: Format, problems: &mut Vec<Diagnostic>) -> Self {
        match node.node {
            Node::Text(text) if text.value == "<<" && text.span == node.span => Self::Merge(text),
            Node::Text(text) => Self::Name(text),
            Node::Null | Node::Bool(_) | Node::Number(_) if !node.span.text().is_empty() => {
                let written = node.span.text().to_owned();
                Self::Name(Text::new(Spanned { value: written, span: node.span }, format))
            }
            _ => {
                problems.push(match node.node {
                    Node::Map(_) => Diagnostic::error("a template without quotes is no text in YAML")
                        .at(&node.span, "")
                        .help("put quotes around the whole text: `\"{{ … }}\"`"),
                    _ => Diagnostic::error("a key must be a text").at(&node.span, ""),
                });
                Self::Invalid
            }
        }
    }
}

/// The entries of a map, in order.
pub(super) fn finish(entries: Vec<(Key, Value)>, problems: &mut Vec<Diagnostic>) -> Vec<(Text, Value)> {
    let entries = without_duplicates(entries, problems);
    if !entries.iter().any(|(key, _)| matches!(key, Key::Merge(_))) {
        return entries.into_iter().filter_map(|(key, value)| Some((name(key)?, value))).collect();
    }
    merge(entries, problems)
}

fn name(key: Key) -> Option<Text> {
    match key {
        Key::Name(name) => Some(name),
        Key::Merge(_) | Key::Invalid => None,
    }
}

fn without_duplicates(entries: Vec<(Key, Value)>, problems: &mut Vec<Diagnostic>) -> Vec<(Key, Value)> {
    let mut first: HashMap<String, Span> = HashMap::new();
    let mut unique = Vec::with_capacity(entries.len());
    for (key, value) in entries {
        if let Key::Name(name) | Key::Merge(name) = &key {
            if let Some(earlier) = first.get(&name.value) {
                problems.push(duplicate(name, earlier));
                continue;
            }
            first.insert(name.value.clone(), name.span.clone());
        }
        unique.push((key, value));
    }
    unique
}

fn duplicate(name: &Text, earlier: &Span) -> Diagnostic {
    Diagnostic::error(format!("the key `{}` is written twice", name.value))
        .at(&name.span, "a second time")
        .at(earlier, "the first time")
}

/// What a map says itself wins over what is merged in, and an earlier merged map over a later one.
fn merge(entries: Vec<(Key, Value)>, problems: &mut Vec<Diagnostic>) -> Vec<(Text, Value)> {
    let own = entries.iter().filter_map(|(key, _)| match key {
        Key::Name(name) => Some(name.value.clone()),
        Key::Merge(_) | Key::Invalid => None,
    });
    let mut taken: HashSet<String> = own.collect();
    let mut merged = Vec::new();
    for (key, value) in entries {
        match key {
            Key::Name(name) => merged.push((name, value)),
            Key::Merge(_) => {
                let fresh = brought_in(value, problems).into_iter();
                merged.extend(fresh.filter(|(name, _)| taken.insert(name.value.clone())));
            }
            Key::Invalid => {}
        }
    }
    merged
}

fn brought_in(value: Value, problems: &mut Vec<Diagnostic>) -> Vec<(Text, Value)> {
    match value.node {
        Node::Map(entries) => entries,
        Node::List(maps) if maps.iter().all(|map| matches!(map.node, Node::Map(_))) => {
            maps.into_iter().flat_map(|map| brought_in(map, problems)).collect()
        }
        _ => {
            let problem = Diagnostic::error("`<<` takes a map, or a list of maps").at(&value.span, "");
            problems.push(problem.help("quote it where a key of that name is meant: `\"<<\":`"));
            Vec::new()
        }
    }
}
