//! What values of an environment refer to: `{{$shared name}}`, as VS Code's REST Client has it, is
//! what the shared environment says; any other `{{…}}` is worked out where the variable is used.

use crate::spec::{Node, Text, Value};

use super::layers::put;

type Entries = Vec<(Text, Value)>;

/// The entries of both, those of the chosen environment over those that are shared, each with
/// what `{{$shared name}}` and `{{$environment name}}` stand for in their places.
pub(super) fn resolve(environment: Option<&str>, shared: &Entries, own: &Entries) -> Entries {
    let mut entries = Entries::new();
    for (name, value) in shared.iter().chain(own) {
        let value = replaced(value, &|text: &str| {
            let text = replace(text, "shared", shared);
            environment.map_or(text.clone(), |environment| replace(&text, environment, own))
        });
        put(&mut entries, (name.clone(), value));
    }
    entries
}

/// Whether a template stands anywhere in a value.
pub(super) fn is_template(value: &Value) -> bool {
    match &value.node {
        Node::Text(text) => text.value.contains("{{"),
        Node::List(items) => items.iter().any(is_template),
        Node::Map(entries) => entries.iter().any(|(_, value)| is_template(value)),
        Node::Null | Node::Bool(_) | Node::Number(_) => false,
    }
}

fn replaced(value: &Value, change: &impl Fn(&str) -> String) -> Value {
    let node = match &value.node {
        Node::Text(text) => Node::Text(Text { value: change(&text.value), ..text.clone() }),
        Node::List(items) => Node::List(items.iter().map(|item| replaced(item, change)).collect()),
        Node::Map(entries) => {
            Node::Map(entries.iter().map(|(name, value)| (name.clone(), replaced(value, change))).collect())
        }
        other => other.clone(),
    };
    Value { node, span: value.span.clone() }
}

/// A text with `{{$environment name}}` replaced, where there is such an entry.
fn replace(text: &str, environment: &str, entries: &Entries) -> String {
    let opening = format!("{{{{${environment} ");
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(&opening) {
        written.push_str(before);
        let found = after.split_once("}}").and_then(|(name, after)| {
            let (_, value) = entries.iter().find(|(known, _)| known.value == name.trim())?;
            Some((value, after))
        });
        match found {
            Some((value, after)) => {
                written.push_str(&shown(value));
                rest = after;
            }
            None => {
                written.push_str(&opening);
                rest = after;
            }
        }
    }
    written + rest
}

fn shown(value: &Value) -> String {
    match value.to_json() {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use crate::parse::yaml;
    use crate::source::SourceFile;
    use crate::spec::Format;

    use super::*;

    fn entries(text: &str) -> Entries {
        match yaml::load_json(&SourceFile::new("a.json", text), Format::Http).unwrap().node {
            Node::Map(entries) => entries,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn takes_what_the_shared_environment_says() {
        let shared = entries(r#"{"a": "1", "b": 2, "c": "{{$shared a}}!"}"#);
        let own = entries(
            r#"{"a": "x", "d": "<{{$shared a}}{{ $shared a}}>", "e": ["{{$shared b}}"], "f": "{{$dev a}}{{$shared no}}"}"#,
        );
        let resolved: serde_json::Value = resolve(Some("dev"), &shared, &own)
            .into_iter()
            .map(|(name, value)| (name.value, value.to_json()))
            .collect();
        let expected = serde_json::json!(
            {"a": "x", "b": 2, "c": "1!", "d": "<1{{ $shared a}}>", "e": ["2"], "f": "x{{$shared no}}"}
        );
        assert_eq!(resolved, expected);
    }
}
