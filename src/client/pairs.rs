//! Names and values from what people have: pairs, maps, structures.

use serde::Serialize;
use serde_json::Value;

use super::{Error, ErrorKind};

/// The names with their values, in order: a list repeats its name, null leaves it out.
///
/// # Errors
/// If it is neither a map nor a list of pairs, or a value is a tree.
pub(super) fn pairs(fields: &(impl Serialize + ?Sized)) -> Result<Vec<(String, String)>, Error> {
    let tree = serde_json::to_value(fields)
        .map_err(|error| wrong(&format!("cannot be written as names and values: {error}")).with_source(error))?;
    let mut pairs = Vec::new();
    match tree {
        Value::Null => {}
        Value::Object(members) => members.into_iter().try_for_each(|(name, value)| add(&mut pairs, &name, value))?,
        Value::Array(items) => {
            for item in items {
                let Value::Array(pair) = item else { return Err(wrong("are neither a map nor a list of pairs")) };
                let [name, value] = <[Value; 2]>::try_from(pair).map_err(|_| wrong("are not pairs"))?;
                add(&mut pairs, &text(name).ok_or_else(|| wrong("have a tree for a name"))?, value)?;
            }
        }
        _ => return Err(wrong("are neither a map nor a list of pairs")),
    }
    Ok(pairs)
}

fn add(pairs: &mut Vec<(String, String)>, name: &str, value: Value) -> Result<(), Error> {
    let items = match value {
        Value::Array(items) => items,
        one => vec![one],
    };
    for item in items.into_iter().filter(|item| !item.is_null()) {
        let tree = || wrong(&format!("have a tree for the value of `{name}`; send trees as JSON"));
        pairs.push((name.to_owned(), text(item).ok_or_else(tree)?));
    }
    Ok(())
}

/// A text as it is, numbers and booleans as JSON writes them.
fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn wrong(message: &str) -> Error {
    Error::new(ErrorKind::Request, format!("the fields {message}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    #[derive(Serialize)]
    struct Search<'a> {
        q: &'a str,
        page: Option<u8>,
        tags: Vec<&'a str>,
    }

    fn joined(fields: &(impl Serialize + ?Sized)) -> String {
        match pairs(fields) {
            Ok(pairs) => pairs.iter().map(|(name, value)| format!("{name}={value} ")).collect(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn takes_pairs_maps_and_structures() {
        assert_eq!(joined(&[("b", "1"), ("a", "2"), ("b", "3")]), "b=1 a=2 b=3 ");
        assert_eq!(joined(&[("a", [1, 2])]), "a=1 a=2 ");
        assert_eq!(joined(&("a", "b", "c")), "the fields are neither a map nor a list of pairs");
        assert_eq!(joined(&BTreeMap::from([("a", 1.5), ("b", 2.0)])), "a=1.5 b=2.0 ");
        assert_eq!(joined(&json!({"b": [true, null, "x"], "a": null, "é": 1})), "b=true b=x é=1 ");
        assert_eq!(joined(&Search { q: "tea", page: None, tags: vec!["a", "b"] }), "q=tea tags=a tags=b ");
        assert_eq!(joined(&()), "");
    }

    #[test]
    fn refuses_trees() {
        for (fields, expected) in [
            (json!({"a": {"b": 1}}), "the fields have a tree for the value of `a`; send trees as JSON"),
            (json!({"a": [[1]]}), "the fields have a tree for the value of `a`; send trees as JSON"),
            (json!([["a", 1, 2]]), "the fields are not pairs"),
            (json!([[["a"], 1]]), "the fields have a tree for a name"),
            (json!("a=b"), "the fields are neither a map nor a list of pairs"),
        ] {
            assert_eq!(joined(&fields), expected);
        }
    }
}
