//! `api_key`: a key under a name.

use crate::diagnostic::Diagnostic;
use crate::spec::{ApiKeyPlace, Auth, Text};

use super::Field;
use super::table::{Problems, Table, key};

/// What the map has been read into so far.
#[derive(Default)]
struct Draft {
    place: Option<ApiKeyPlace>,
    name: Option<Text>,
    value: Option<Text>,
}

const API_KEY: Table<Draft> = Table(&[
    key("in", |draft, field, problems| draft.place = problems.keep(place(field))),
    key("name", |draft, field, problems| draft.name = problems.keep(field.text())),
    key("value", |draft, field, problems| draft.value = problems.keep(field.text())),
]);

/// Reads a map such as `{in: header, name: X-API-Key, value: a}`.
pub(super) fn read(field: Field<'_>, problems: &mut Problems) -> Option<Auth> {
    let mut draft = Draft::default();
    API_KEY.read_map(&mut draft, field, problems);
    API_KEY.names().for_each(|name| field.require(name, problems));
    Some(Auth::ApiKey { place: draft.place?, name: draft.name?, value: draft.value? })
}

fn place(field: Field<'_>) -> Result<ApiKeyPlace, Diagnostic> {
    match field.scalar().as_ref().map(|text| text.value.as_str()) {
        Some("header") => Ok(ApiKeyPlace::Header),
        Some("query") => Ok(ApiKeyPlace::Query),
        Some("cookie") => Ok(ApiKeyPlace::Cookie),
        _ => Err(field.expected("`header`, `query` or `cookie`")),
    }
}
