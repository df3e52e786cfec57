//! References of a schema that lead nowhere, and drafts that are none: what is wrong, at its place.

use jsonschema::ReferencingError;
use serde_json::Value as Json;

use super::{InvalidSchema, Step};

/// The keys whose values refer to a schema.
const REFERENCES: &[&str] = &["$ref", "$dynamicRef", "$recursiveRef"];

/// What the URLs of drafts begin with, behind their host.
const DRAFTS: &[&str] = &["draft-04/", "draft-06/", "draft-07/", "draft/2019-09/", "draft/2020-12/"];

/// The most names that a message lists.
const MOST_NAMES: usize = 8;

/// What is wrong with a reference; nothing where the error says it best.
pub(super) fn of(error: &ReferencingError, schema: &Json) -> Option<InvalidSchema> {
    let at = |reason: String, keys: &[&str], is: &dyn Fn(&str) -> bool| {
        let place = find(schema, keys, is).unwrap_or_default();
        Some(InvalidSchema { reason, place })
    };
    match error {
        ReferencingError::Unretrievable { uri, source } => {
            let is = |reference: &str| leads_to(reference, uri);
            at(source.to_string(), &[REFERENCES, &["$schema"]].concat(), &is)
        }
        ReferencingError::PointerToNowhere { pointer } => {
            let reason = format!("there is nothing at `{pointer}`{}", what_there_is(pointer, schema));
            at(reason, REFERENCES, &|reference| fragment(reference) == pointer)
        }
        ReferencingError::NoSuchAnchor { anchor } | ReferencingError::InvalidAnchor { anchor } => {
            let reason = format!("no part of the schema has the `$anchor` `{anchor}`; a path into it begins with `#/`");
            at(reason, REFERENCES, &|reference| fragment(reference) == anchor)
        }
        ReferencingError::UnknownSpecification { specification } => {
            at(no_draft(specification), &["$schema"], &|_| true)
        }
        _ => None,
    }
}

/// That a schema as a whole is of a draft which is not known.
pub(super) fn unknown_draft(schema: &Json) -> Option<InvalidSchema> {
    let named = schema.get("$schema")?.as_str()?;
    let (_, draft) = named.split_once("://json-schema.org/")?;
    let is_known = DRAFTS.iter().any(|known| draft.starts_with(known));
    let invalid = || InvalidSchema { reason: no_draft(named), place: vec![Step::Member("$schema".to_owned())] };
    (!is_known).then(invalid)
}

fn no_draft(named: &str) -> String {
    format!(
        "`{named}` is no draft that is known: write `https://json-schema.org/draft/2020-12/schema`, \
         `http://json-schema.org/draft-07/schema#` or another, or leave it out"
    )
}

/// What a reference has after its `#`.
fn fragment(reference: &str) -> &str {
    reference.split_once('#').map_or("", |(_, fragment)| fragment)
}

/// Whether a reference, which may be relative, stands for a URL.
fn leads_to(reference: &str, url: &str) -> bool {
    let file = reference.split('#').next().unwrap_or_default().trim_start_matches(['.', '/']);
    !file.is_empty() && url.ends_with(file)
}

/// The first place at which one of some keys has such a text.
fn find(schema: &Json, keys: &[&str], is: &dyn Fn(&str) -> bool) -> Option<Vec<Step>> {
    let below = |step: Step, value: &Json| {
        let mut place = find(value, keys, is)?;
        place.insert(0, step);
        Some(place)
    };
    match schema {
        Json::Object(members) => members.iter().find_map(|(name, value)| match value {
            Json::String(text) if keys.contains(&name.as_str()) && is(text) => Some(vec![Step::Member(name.clone())]),
            _ => below(Step::Member(name.clone()), value),
        }),
        Json::Array(elements) => {
            elements.iter().enumerate().find_map(|(index, value)| below(Step::Element(index), value))
        }
        _ => None,
    }
}

/// The names where a pointer breaks off.
fn what_there_is(pointer: &str, schema: &Json) -> String {
    let ends = pointer.char_indices().filter(|&(_, character)| character == '/').map(|(at, _)| &pointer[..at]);
    let Some((known, Json::Object(members))) = ends.filter_map(|part| Some((part, schema.pointer(part)?))).next_back()
    else {
        return String::new();
    };
    let names: Vec<String> = members.keys().take(MOST_NAMES).map(|name| format!("`{name}`")).collect();
    match (known, names.as_slice()) {
        (_, []) => String::new(),
        ("", names) => format!("; the schema has {}", names.join(", ")),
        (known, names) => format!("; `{known}` has {}", names.join(", ")),
    }
}
