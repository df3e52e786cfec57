//! Cookies that a response sets (RFC 6265, 5.2), and their attributes.

use std::borrow::Cow;

use serde_json::Value as Json;

use crate::client::Response;

use super::value::Value;

/// The value of a cookie or of an attribute of it; of several cookies of one name, the
/// last counts. An attribute that is only there, such as `Secure`, is true.
pub(super) fn find<'a>(response: &'a Response, name: &str, attribute: &str) -> Value<'a> {
    let fields = response.headers.iter().filter(|field| field.is("set-cookie"));
    let lines: Vec<Cow<'a, str>> = fields.map(|field| field.value().text()).collect();
    let Some(line) = lines.into_iter().rev().find(|line| split_pair(first_part(line)).0 == name) else {
        return Value::Absent;
    };
    if attribute == "Value" {
        return Value::raw(split_pair(first_part(&line)).1.unwrap_or_default().to_owned());
    }
    let attributes = line.split(';').skip(1).map(split_pair);
    match attributes.filter(|(known, _)| known.eq_ignore_ascii_case(attribute)).last() {
        None => Value::Absent,
        Some((_, None)) => Value::Json(Cow::Owned(Json::Bool(true))),
        Some((_, Some(value))) => Value::raw(value.to_owned()),
    }
}

fn first_part(line: &str) -> &str {
    line.split(';').next().unwrap_or_default()
}

/// `name=value` or `name`, white space left out.
fn split_pair(part: &str) -> (&str, Option<&str>) {
    match part.split_once('=') {
        Some((name, value)) => (name.trim(), Some(value.trim())),
        None => (part.trim(), None),
    }
}
