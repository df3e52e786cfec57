//! What a request, a file's `defaults` and the project's configuration can each say.

use crate::diagnostic::Diagnostic;
use crate::spec::{Defaults, HeaderField, Node, Text, Value};

use super::flow::FLOW;
use super::route::ROUTE;
use super::settings::SETTINGS;
use super::table::{Problems, Table, key, unknown_key};
use super::{Field, auth, request};

/// The keys that [`Defaults`] have beside settings and flow.
pub(crate) const CARRIED: Table<Defaults> = Table(&[
    key("params", |defaults, field, problems| defaults.params = pairs(field, problems)),
    key("headers", |defaults, field, problems| defaults.headers = headers(field, problems)),
    key("cookies", |defaults, field, problems| defaults.cookies = pairs(field, problems)),
    key("auth", |defaults, field, problems| defaults.auth = auth::read(field, problems)),
]);

/// Reads a field, if its key is one that defaults have. Null takes what a level above says of it away.
pub(super) fn read_field(defaults: &mut Defaults, field: Field<'_>, problems: &mut Problems) -> bool {
    let removed = field.is_null() && defaults.settings.remove(&field.key.value);
    removed
        || SETTINGS.read(&mut defaults.settings, field, problems)
        || ROUTE.read(&mut defaults.settings.route, field, problems)
        || FLOW.read(&mut defaults.flow, field, problems)
        || CARRIED.read(defaults, field, problems)
}

/// The names of the keys that defaults have.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    SETTINGS.names().chain(ROUTE.names()).chain(FLOW.names()).chain(CARRIED.names())
}

/// Reads `defaults:`.
pub(crate) fn read(field: Field<'_>, problems: &mut Problems) -> Defaults {
    let mut defaults = Defaults::default();
    for entry in problems.keep(field.entries()).into_iter().flatten() {
        if !read_field(&mut defaults, entry, problems) {
            problems.push(not_a_default(entry.key));
        }
    }
    defaults
}

fn not_a_default(key: &Text) -> Diagnostic {
    if request::has_key(&key.value) {
        return Diagnostic::error(format!("`{}` cannot be a default", key.value))
            .at(&key.span, "")
            .help("write it in each request");
    }
    unknown_key(key, names())
}

/// Names with what they are given, as it is written: a value, or a list of values; null
/// takes a default away.
pub(super) fn pairs(field: Field<'_>, problems: &mut Problems) -> Vec<(Text, Value)> {
    let entries = field.ordered_entries(problems).into_iter();
    let is_tree = |value: &Value| matches!(value.node, Node::List(_) | Node::Map(_));
    entries
        .filter_map(|entry| {
            let wrong = match &entry.value.node {
                Node::List(items) => items.iter().any(is_tree),
                _ => is_tree(entry.value),
            };
            if wrong {
                problems.push(entry.expected("a value, or a list of values"));
            }
            (!wrong).then(|| (entry.key.clone(), entry.as_written()))
        })
        .collect()
}

/// Header fields: a list of values repeats its name, null takes a default away.
fn headers(field: Field<'_>, problems: &mut Problems) -> Vec<HeaderField> {
    let mut headers = Vec::new();
    for entry in field.ordered_entries(problems) {
        let name = &entry.key;
        if entry.is_null() {
            headers.push(HeaderField { name: (*name).clone(), value: None });
            continue;
        }
        for value in entry.one_or_more() {
            let value = value.scalar().ok_or_else(|| value.expected("a text, a list of texts, or null"));
            headers.extend(problems.keep(value).map(|value| HeaderField { name: (*name).clone(), value: Some(value) }));
        }
    }
    headers
}
