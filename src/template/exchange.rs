//! A past exchange, as the templates of later requests see it.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use jsonpath_rust::parser::model::JpQuery;
use jsonpath_rust::query::js_path_process;
use minijinja::value::{Enumerator, Object, Value};

use crate::client::{Response, SetCookie};
use crate::http::Headers;
use crate::xpath::{self, Document};

use super::value::from_json;

/// A response with its request.
#[derive(Debug)]
pub(super) struct Exchange {
    response: Arc<Response>,
    /// The body of the response, where it is JSON, or why it cannot be had: read once.
    json: OnceLock<Result<Option<serde_json::Value>, String>>,
    /// The body of the response as XML or HTML, or why it is none: read once.
    document: OnceLock<Result<Document, String>>,
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
            Self::Response => &["status", "reason", "version", "url", "headers", "cookies", "body"],
        }
    }
}

impl Exchange {
    /// Wraps a response.
    pub(super) fn new(response: Arc<Response>) -> Self {
        Self { response, json: OnceLock::new(), document: OnceLock::new() }
    }

    /// The response.
    pub(super) fn response(&self) -> &Response {
        &self.response
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

    /// What an XPath finds in a body: one node is its text, several are a list.
    ///
    /// # Errors
    /// If the body is no XML or HTML, or the path finds nothing: a lowercase fragment.
    pub(super) fn select_nodes(&self, side: Side, path: &xpath::Expression) -> Result<Value, String> {
        match side {
            Side::Request => nodes(&self.read_document(side)?, path, side),
            Side::Response => match self.document.get_or_init(|| self.read_document(side)) {
                Ok(document) => nodes(document, path, side),
                Err(reason) => Err(reason.clone()),
            },
        }
    }

    /// A cookie that the response sets: its value, or an attribute of it; of two with one name the last.
    pub(super) fn cookie(&self, name: &str, attribute: Option<&str>) -> Option<Value> {
        let cookies = self.cookies();
        let cookie = cookies.get(name)?;
        Some(from_json(cookie.get(attribute.unwrap_or("value"))?))
    }

    /// The names of the cookies that the response sets.
    pub(super) fn cookie_names(&self) -> Vec<String> {
        self.cookies().into_iter().map(|(name, _)| name).collect()
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
            (Side::Response, "cookies") => from_json(&self.cookies().into()),
            (Side::Request, "method") => Value::from(response.request.method.as_str()),
            (Side::Request, "url") => Value::from(response.request.url.to_string()),
            (Side::Response, "status") => Value::from(response.status.code()),
            (Side::Response, "reason") => Value::from(response.reason.as_str()),
            (Side::Response, "version") => Value::from(response.version.as_str()),
            (Side::Response, "url") => Value::from(response.url.to_string()),
            _ => return None,
        })
    }

    /// The exchange as a value: its members `request` and `response`, and else what the
    /// body of the response says.
    pub(super) fn as_value(self: &Arc<Self>) -> Value {
        Value::from_object(ExchangeView { exchange: Arc::clone(self) })
    }

    /// A JSON body as what it says, any other as [`Exchange::body`].
    pub(super) fn structured_body(&self, side: Side) -> Option<Value> {
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

    fn read_document(&self, side: Side) -> Result<Document, String> {
        let octets = self.octets(side)?;
        let text = match side {
            Side::Request => String::from_utf8_lossy(&octets),
            Side::Response => self.response.text().map_err(|error| error.to_string())?,
        };
        let is_html = self.headers(side).text("Content-Type").is_some_and(|media| media.contains("html"));
        let read = if is_html { Document::parse_html(&text) } else { Document::parse_xml(&text) };
        read.map_err(|_| format!("the body of that {} is not XML", side.as_str()))
    }

    fn cookies(&self) -> serde_json::Map<String, serde_json::Value> {
        let cookies = self.response.cookies().into_iter();
        cookies.map(|cookie| (cookie.name.clone(), described(&cookie))).collect()
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

fn nodes(document: &Document, path: &xpath::Expression, side: Side) -> Result<Value, String> {
    let found = path.evaluate(document).map_err(|error| error.to_string())?;
    Ok(match &found {
        xpath::Value::Nodes(nodes) => match nodes.as_slice() {
            [] => return Err(format!("the path finds nothing in the body of that {}", side.as_str())),
            [one] => one.text().into(),
            several => several.iter().map(|node| Value::from(node.text())).collect(),
        },
        xpath::Value::Number(number) => whole(*number).map_or_else(|| (*number).into(), Value::from),
        xpath::Value::Boolean(boolean) => (*boolean).into(),
        xpath::Value::Text(text) => text.as_str().into(),
    })
}

/// A number as an integer, where it is one.
fn whole(number: f64) -> Option<i64> {
    const MOST: f64 = 9_007_199_254_740_991.0;
    (number.fract() == 0.0 && number.abs() <= MOST).then_some(number as i64)
}

/// A cookie and its attributes, by their names in lower case.
fn described(cookie: &SetCookie) -> serde_json::Value {
    let attribute = |(name, value): &(String, Option<String>)| {
        (name.to_lowercase(), value.as_ref().map_or(serde_json::Value::Bool(true), |value| value.as_str().into()))
    };
    let value = ("value".to_owned(), cookie.value.as_str().into());
    std::iter::once(value).chain(cookie.attributes.iter().map(attribute)).collect::<serde_json::Map<_, _>>().into()
}

#[derive(Debug)]
struct ExchangeView {
    exchange: Arc<Exchange>,
}

impl Object for ExchangeView {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let side = |side| Value::from_object(SideView { exchange: Arc::clone(&self.exchange), side });
        match key.as_str() {
            Some("request") => Some(side(Side::Request)),
            Some("response") => Some(side(Side::Response)),
            _ => {
                let body = self.exchange.structured_body(Side::Response)?;
                body.get_item(key).ok().filter(|value| !value.is_undefined())
            }
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        let body = self.exchange.structured_body(Side::Response);
        let keys = body.as_ref().and_then(|body| body.try_iter().ok());
        keys.map_or(Enumerator::Empty, |keys| Enumerator::Values(keys.collect()))
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
