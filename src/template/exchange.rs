//! A past exchange, as the templates of later requests see it.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use jsonpath_rust::parser::model::JpQuery;
use jsonpath_rust::query::js_path_process;
use minijinja::value::{Enumerator, Object, Value};

use crate::client::Response;
use crate::http::Headers;

use super::value::from_json;

/// A response with its request.
#[derive(Debug)]
pub(super) struct Exchange {
    response: Arc<Response>,
    /// The body of the response, where it is JSON, or why it cannot be had: read once.
    json: OnceLock<Result<Option<serde_json::Value>, String>>,
}

/// One of the two sides of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Request,
    Response,
}

impl Side {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Response => "response",
        }
    }

    /// What a side can be asked for, beside its body.
    pub(super) fn attributes(self) -> &'static [&'static str] {
        match self {
            Self::Request => &["method", "url", "headers", "body"],
            Self::Response => &["status", "reason", "version", "url", "headers", "body"],
        }
    }
}

impl Exchange {
    /// Wraps a response.
    pub(super) fn new(response: Arc<Response>) -> Self {
        Self { response, json: OnceLock::new() }
    }

    /// The octets of a body: a text where they are UTF-8.
    ///
    /// # Errors
    /// Why there are none: a lowercase fragment.
    pub(super) fn body(&self, side: Side) -> Result<Value, String> {
        let octets = self.octets(side)?.into_owned();
        Ok(String::from_utf8(octets).map_or_else(|error| Value::from_bytes(error.into_bytes()), Value::from))
    }

    /// What a JSONPath finds in a body: one node is that node, several are a list.
    ///
    /// # Errors
    /// If the body is not JSON, or the path finds nothing: a lowercase fragment.
    pub(super) fn select(&self, side: Side, path: &JpQuery) -> Result<Value, String> {
        let json = self.json(side)?;
        let json = json.ok_or_else(|| format!("the body of that {} is not JSON", side.as_str()))?;
        let found = js_path_process(path, json.as_ref()).map_err(|error| error.to_string())?;
        match found.as_slice() {
            [] => Err(format!("the path finds nothing in the body of that {}", side.as_str())),
            [one] => Ok(from_json(one.val)),
            several => Ok(several.iter().map(|node| from_json(node.val)).collect()),
        }
    }

    /// The value of a header field; several of its name are joined with `, `.
    pub(super) fn header(&self, side: Side, name: &str) -> Option<Value> {
        self.headers(side).text(name).map(Value::from)
    }

    /// The names of the header fields.
    pub(super) fn header_names(&self, side: Side) -> impl Iterator<Item = &str> {
        self.headers(side).iter().map(|field| field.name())
    }

    /// What is known of a side by a name, such as `status`.
    pub(super) fn attribute(self: &Arc<Self>, side: Side, name: &str) -> Option<Value> {
        let response = &*self.response;
        Some(match (side, name) {
            (_, "body") => self.structured_body(side)?,
            (_, "headers") => Value::from_object(HeadersView { exchange: Arc::clone(self), side }),
            (Side::Request, "method") => Value::from(response.request.method.as_str()),
            (Side::Request, "url") => Value::from(response.request.url.to_string()),
            (Side::Response, "status") => Value::from(response.status.code()),
            (Side::Response, "reason") => Value::from(response.reason.as_str()),
            (Side::Response, "version") => Value::from(response.version.as_str()),
            (Side::Response, "url") => Value::from(response.url.to_string()),
            _ => return None,
        })
    }

    /// The exchange as a value with the members `request` and `response`.
    pub(super) fn as_value(self: &Arc<Self>) -> Value {
        let side = |side| Value::from_object(SideView { exchange: Arc::clone(self), side });
        Value::from_pairs([("request", side(Side::Request)), ("response", side(Side::Response))])
    }

    /// A JSON body as what it says, any other as [`Exchange::body`].
    fn structured_body(&self, side: Side) -> Option<Value> {
        match self.json(side).ok()? {
            Some(json) => Some(from_json(&json)),
            None => self.body(side).ok(),
        }
    }

    fn json(&self, side: Side) -> Result<Option<Cow<'_, serde_json::Value>>, String> {
        match side {
            Side::Request => Ok(serde_json::from_slice(&self.octets(side)?).ok().map(Cow::Owned)),
            Side::Response => match self.json.get_or_init(|| self.read_response()) {
                Ok(json) => Ok(json.as_ref().map(Cow::Borrowed)),
                Err(reason) => Err(reason.clone()),
            },
        }
    }

    /// JSON is UTF-8 (RFC 8259, 8.1), but some servers send it in the set that they declare.
    fn read_response(&self) -> Result<Option<serde_json::Value>, String> {
        let body = self.octets(Side::Response)?;
        Ok(match serde_json::from_slice(&body) {
            Ok(json) => Some(json),
            Err(_) if std::str::from_utf8(&body).is_ok() => None,
            Err(_) => self.response.text().ok().and_then(|text| serde_json::from_str(&text).ok()),
        })
    }

    fn octets(&self, side: Side) -> Result<Cow<'_, [u8]>, String> {
        match side {
            Side::Response => self.response.bytes().map_err(|error| error.to_string()),
            Side::Request => {
                let octets = self.response.request.body.in_memory().map(Cow::Owned);
                octets.ok_or_else(|| "the body of that request was streamed from a file, and is not kept".to_owned())
            }
        }
    }

    fn headers(&self, side: Side) -> &Headers {
        match side {
            Side::Request => &self.response.request.headers,
            Side::Response => &self.response.headers,
        }
    }
}

#[derive(Debug)]
struct SideView {
    exchange: Arc<Exchange>,
    side: Side,
}

impl Object for SideView {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.exchange.attribute(self.side, key.as_str()?)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Str(self.side.attributes())
    }
}

#[derive(Debug)]
struct HeadersView {
    exchange: Arc<Exchange>,
    side: Side,
}

impl Object for HeadersView {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.exchange.header(self.side, key.as_str()?)
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.exchange.header_names(self.side).map(Value::from).collect())
    }
}
