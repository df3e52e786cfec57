//! JSON that is expected: values, and what stands for those that vary.

use std::collections::HashMap;
use std::rc::Rc;

use serde_json::Value as Json;

use crate::assertion::operand::Given;
use crate::assertion::value::{Value, brief_json, json_kind};

use super::Placeholder;

/// What is expected at a place.
#[derive(Clone, Debug)]
pub(in crate::assertion) enum Wanted {
    /// A number, a text, `true`, `false` or null.
    Scalar(Json),
    /// A text that takes the type of what it is compared with.
    Untyped(String),
    /// Any value of a kind.
    Any(Rc<Placeholder>),
    /// A list.
    List(Vec<Self>),
    /// An object, no two members of the same name.
    Object(Vec<(String, Self)>),
    /// Whatever there is, or nothing at all.
    Ignored,
}

impl Wanted {
    /// An object; of members of the same name the last counts.
    pub(super) fn object(members: Vec<(String, Self)>) -> Self {
        let mut places: HashMap<String, usize> = HashMap::with_capacity(members.len());
        let mut distinct: Vec<(String, Self)> = Vec::with_capacity(members.len());
        for (name, wanted) in members {
            match places.get(&name) {
                Some(&at) => distinct[at].1 = wanted,
                None => {
                    places.insert(name.clone(), distinct.len());
                    distinct.push((name, wanted));
                }
            }
        }
        Self::Object(distinct)
    }

    /// What an operand gives: a text without a type may be JSON that was written as one.
    pub(super) fn given(given: Given<'_>) -> Self {
        let Value::Raw(text) = given.value else {
            return given.value.into_json().into();
        };
        match serde_json::from_str(&text) {
            Ok(json @ (Json::Array(_) | Json::Object(_))) => Self::from(json),
            _ => Self::Untyped(text.into_owned()),
        }
    }

    /// As JSON, placeholders as they are written.
    pub(in crate::assertion) fn to_json(&self) -> Json {
        match self {
            Self::Scalar(json) => json.clone(),
            Self::Untyped(text) => text.as_str().into(),
            Self::Any(placeholder) => placeholder.written().into(),
            Self::List(items) => items.iter().map(Self::to_json).collect(),
            Self::Object(members) => members.iter().map(|(name, wanted)| (name.clone(), wanted.to_json())).collect(),
            Self::Ignored => Json::Null,
        }
    }

    /// In one line: a value, or what a placeholder stands for.
    pub(super) fn brief(&self) -> String {
        match self {
            Self::Any(placeholder) => placeholder.to_string(),
            other => brief_json(&other.to_json()),
        }
    }

    /// The type, as messages name it; nothing for what stands for several.
    pub(super) fn kind(&self) -> Option<&'static str> {
        match self {
            Self::Scalar(json) => Some(json_kind(json)),
            Self::List(_) => Some("list"),
            Self::Object(_) => Some("object"),
            Self::Untyped(_) | Self::Any(_) | Self::Ignored => None,
        }
    }
}

impl From<Json> for Wanted {
    fn from(json: Json) -> Self {
        match json {
            Json::Array(elements) => Self::List(elements.into_iter().map(Self::from).collect()),
            Json::Object(members) => {
                Self::Object(members.into_iter().map(|(name, value)| (name, value.into())).collect())
            }
            scalar => Self::Scalar(scalar),
        }
    }
}
