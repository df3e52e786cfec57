//! A request as it was rendered, and what scripts change of it.

use serde::{Deserialize, Serialize};

use crate::client::{self, Payload};
use crate::http::Headers;

use super::Written;

/// A request as it is sent, for scripts that look at it.
#[derive(Clone, Debug, Serialize)]
pub struct Rendered {
    /// The method.
    pub method: String,
    /// The URL.
    pub url: String,
    /// The header fields, those of a name joined.
    pub headers: serde_json::Map<String, serde_json::Value>,
    /// The body, where it is a text in memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

/// What a script changes of a request.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(default)]
pub struct Changes {
    method: Option<String>,
    url: Option<String>,
    headers: serde_json::Map<String, serde_json::Value>,
    #[serde(deserialize_with = "said")]
    body: Option<Option<String>>,
}

/// A body that is null is taken away; one that is not said stays.
fn said<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl From<&client::Request> for Rendered {
    fn from(request: &client::Request) -> Self {
        let body = request.payload.body.in_memory().and_then(|bytes| String::from_utf8(bytes).ok());
        Self {
            method: request.method.as_str().to_owned(),
            url: request.url.to_string(),
            headers: fields(&request.headers),
            body: body.filter(|body| !body.is_empty()),
        }
    }
}

impl From<&Written> for Rendered {
    fn from(written: &Written) -> Self {
        let field = |(name, value): &(crate::spec::Text, crate::spec::Text)| {
            (name.value.clone(), serde_json::Value::from(value.value.as_str()))
        };
        Self {
            method: written.method.value.clone(),
            url: written.target.value.clone(),
            headers: written.headers.iter().map(field).collect(),
            body: None,
        }
    }
}

/// Header fields by their names as they are written, several of a name joined.
pub(super) fn fields(headers: &Headers) -> serde_json::Map<String, serde_json::Value> {
    let value = |name: &str| headers.text(name).map(|text| text.into_owned().into());
    headers.iter().filter_map(|field| Some((field.name().to_owned(), value(field.name())?))).collect()
}

impl Changes {
    /// Whether nothing is changed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Adds what a later script changes.
    pub fn extend(&mut self, later: Self) {
        self.method = later.method.or(self.method.take());
        self.url = later.url.or(self.url.take());
        self.headers.extend(later.headers);
        self.body = later.body.or(self.body.take());
    }

    /// Changes a request.
    ///
    /// # Errors
    /// If it is then none: a lowercase fragment.
    pub fn apply(&self, request: &mut client::Request) -> Result<(), String> {
        if let Some(method) = &self.method {
            request.method = method.parse().map_err(|_| format!("`{method}` is not a method"))?;
        }
        if let Some(url) = &self.url {
            request.url = url.parse().map_err(|error| format!("`{url}` is not a URL: {error}"))?;
        }
        for (name, value) in &self.headers {
            request.headers.remove(name);
            for value in several(value) {
                request.headers.append(name, value).map_err(|error| error.to_string())?;
            }
        }
        if let Some(body) = &self.body {
            let content_type = request.payload.content_type.take();
            let body = body.clone().unwrap_or_default();
            request.payload = Payload { body: body.into(), content_type, ..Payload::default() };
        }
        Ok(())
    }
}

/// The values of a header field; null is none.
fn several(value: &serde_json::Value) -> Vec<String> {
    match value {
        serde_json::Value::Null => Vec::new(),
        serde_json::Value::Array(values) => values.iter().flat_map(several).collect(),
        serde_json::Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}
