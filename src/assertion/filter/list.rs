//! Filters of lists: how many, and which one.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::super::value::Value;
use super::Applied;

/// How many nodes, elements, members, characters or bytes.
pub(super) fn count<'a>(value: &Value<'a>) -> Applied<'a> {
    let length = match value {
        Value::Nodes(values) | Value::List(values) => values.len(),
        Value::Raw(text) => text.chars().count(),
        Value::Bytes(bytes) => bytes.len(),
        Value::Json(json) => match json.as_ref() {
            Json::Array(elements) => elements.len(),
            Json::Object(members) => members.len(),
            Json::String(text) => text.chars().count(),
            _ => return Err("a list, a text or an object"),
        },
        Value::Absent | Value::Duration(_) | Value::Date(_) => return Err("a list, a text or an object"),
    };
    Ok(Value::number(length))
}

/// The element of an index, which counts from the end where negative; absent beyond either end.
///
/// The values of a header field are a list even if there is one, and so are the nodes of
/// a path that may find several: what they are a list of does not depend on their number.
pub(super) fn element<'a>(value: &Value<'a>, index: isize) -> Applied<'a> {
    let at = |length: usize| if index < 0 { length.checked_add_signed(index) } else { usize::try_from(index).ok() };
    match value {
        Value::Nodes(values) | Value::List(values) => {
            Ok(at(values.len()).and_then(|at| values.get(at)).cloned().unwrap_or(Value::Absent))
        }
        Value::Json(json) => {
            let length = json.as_array().ok_or("a list")?.len();
            Ok(at(length).and_then(|at| json_element(json, at)).unwrap_or(Value::Absent))
        }
        _ => Err("a list"),
    }
}

/// Where a redirect leads: a member of what `redirects` lists.
pub(super) fn location<'a>(value: &Value<'a>) -> Applied<'a> {
    const WANTED: &str = "a redirect, as in `redirects | first | location`";
    match value.alone() {
        Value::Json(json) => {
            let location = json.as_object().and_then(|members| members.get("location")).ok_or(WANTED)?;
            Ok(Value::Json(Cow::Owned(location.clone())))
        }
        _ => Err(WANTED),
    }
}

fn json_element<'a>(json: &Cow<'a, Json>, at: usize) -> Option<Value<'a>> {
    match json {
        Cow::Borrowed(json) => json.get(at).map(|element| Value::Json(Cow::Borrowed(element))),
        Cow::Owned(json) => json.get(at).map(|element| Value::Json(Cow::Owned(element.clone()))),
    }
}

/// Filters of minijinja that are about a list.
const OF_LISTS: &[&str] = &[
    "batch",
    "groupby",
    "join",
    "length",
    "list",
    "map",
    "max",
    "min",
    "reject",
    "rejectattr",
    "select",
    "selectattr",
    "slice",
    "sort",
    "sum",
    "unique",
];

/// What a filter is given: what a path has found that may find several is a list to those that are
/// about one, also where it is one; but not where that one is a list itself.
pub(super) fn whole<'a>(value: &Value<'a>, filter: &str) -> Value<'a> {
    match value {
        Value::Nodes(nodes) if OF_LISTS.contains(&filter) && !is_list(value.alone()) => Value::List(nodes.clone()),
        other => other.clone(),
    }
}

fn is_list(value: &Value<'_>) -> bool {
    matches!(value, Value::Json(json) if json.is_array())
}
