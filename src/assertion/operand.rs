//! What predicates compare with and filters take: compiled, and worked out at each use.

use std::borrow::Cow;

use serde_json::Value as Json;

use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::spec::{self, Expected, Node, parse_duration, parse_size};
use crate::template::{Engine, Scope, Template};

use super::prepared::{Prepared, is_fixed};
use super::value::{Value, read_number};
use super::{Context, Failure};

/// The most bytes of a file that a response is compared with.
const LARGEST_FILE: u64 = 64 * 1024 * 1024;

/// A compiled operand.
#[derive(Debug)]
pub(super) struct Operand {
    source: Source,
    span: Span,
    /// Whether the span holds the value and nothing else, as it does in the assertion
    /// language; a value of a YAML tree may have another.
    is_written: bool,
}

/// Where its value comes from.
#[derive(Debug)]
enum Source {
    Fixed(Value<'static>),
    Tree(Tree),
    File(Prepared<String>),
}

/// A tree with templates in it.
#[derive(Debug)]
enum Tree {
    Fixed(Json),
    Template(Template),
    List(Vec<Self>),
    Map(Vec<(Prepared<String>, Self)>),
}

/// The value of an operand.
#[derive(Clone, Debug)]
pub(super) struct Given<'a> {
    /// The value.
    pub(super) value: Value<'a>,
    /// The text that it was written as, where no template made it.
    pub(super) written: Option<&'a str>,
}

impl Operand {
    pub(super) fn compile(engine: &Engine, operand: &spec::Operand) -> Result<Self, Diagnostic> {
        let fixed = |value| Ok(Source::Fixed(value));
        let source = match &operand.value {
            Expected::Value(value) => match Tree::compile(engine, value)? {
                Tree::Fixed(json) => fixed(Value::Json(Cow::Owned(json))),
                tree => Ok(Source::Tree(tree)),
            },
            Expected::Regex(pattern) => fixed(Value::Json(Cow::Owned(Json::String(pattern.clone())))),
            Expected::File(path) => Prepared::compile(engine, path).map(Source::File),
            Expected::Bytes(bytes) => fixed(Value::Bytes(Cow::Owned(bytes.clone()))),
            Expected::Duration(duration) => fixed(Value::Duration(*duration)),
            Expected::Size(size) => fixed(Value::number(*size)),
        }?;
        let is_written = is_written(operand, operand.span.text());
        Ok(Self { source, span: operand.span.clone(), is_written })
    }

    /// The value, and how it was written.
    ///
    /// # Errors
    /// A template that cannot be rendered, or a file that cannot be had.
    pub(super) fn given(&self, context: Context<'_>) -> Result<Given<'_>, Failure> {
        let value = match &self.source {
            Source::Fixed(value) => {
                let written = self.is_written.then(|| self.span.text());
                return Ok(Given { value: borrowed(value), written });
            }
            Source::Tree(tree) => Value::Json(Cow::Owned(tree.evaluate(context.scope)?)),
            Source::File(path) => {
                let path = path.get(context.scope)?;
                let read = context.root.read_bytes(self.span.source().path(), &path, LARGEST_FILE);
                of_file(read.map_err(|error| Failure::new(error.to_string()))?)
            }
        };
        Ok(Given { value, written: None })
    }

    /// The operand as it is written.
    pub(super) fn text(&self) -> &str {
        self.span.text()
    }

    /// Whether the value is a file's.
    pub(super) fn is_file(&self) -> bool {
        matches!(self.source, Source::File(_))
    }
}

/// Whether a text is how an operand is written.
fn is_written(operand: &spec::Operand, text: &str) -> bool {
    match &operand.value {
        Expected::Value(value) => match &value.node {
            Node::Number(number) => read_number(text).is_some_and(|read| read == *number),
            Node::Bool(flag) => text == if *flag { "true" } else { "false" },
            Node::Null => text == "null",
            Node::Text(_) | Node::List(_) | Node::Map(_) => true,
        },
        Expected::Duration(duration) => parse_duration(text) == Some(*duration),
        Expected::Size(size) => parse_size(text) == Some(*size),
        _ => true,
    }
}

/// A file is a text if it is UTF-8.
fn of_file(bytes: Vec<u8>) -> Value<'static> {
    match String::from_utf8(bytes) {
        Ok(text) => Value::Json(Cow::Owned(Json::String(text))),
        Err(error) => Value::Bytes(Cow::Owned(error.into_bytes())),
    }
}

/// A fixed value without a copy of what it holds.
fn borrowed<'a>(value: &'a Value<'static>) -> Value<'a> {
    match value {
        Value::Json(json) => Value::Json(Cow::Borrowed(json.as_ref())),
        Value::Bytes(bytes) => Value::Bytes(Cow::Borrowed(bytes.as_ref())),
        other => other.clone(),
    }
}

impl<'a> Given<'a> {
    pub(super) fn of_json(json: &'a Json) -> Self {
        Self { value: Value::Json(Cow::Borrowed(json)), written: None }
    }

    /// Whether a text is what stands in the file for a duration or a size: `5m` is also
    /// a text.
    pub(super) fn is_written_quantity(&self, text: &str) -> bool {
        let is_quantity = match &self.value {
            Value::Duration(_) => true,
            Value::Json(json) => json.is_number(),
            _ => false,
        };
        let ends_in_unit = || text.ends_with(|last: char| last.is_ascii_alphabetic());
        is_quantity && self.written == Some(text) && ends_in_unit()
    }

    /// As a part of a text: a text as it is, anything else as it was written.
    pub(super) fn as_part_of_text(&self) -> Cow<'_, str> {
        match (self.value.as_text(), self.written) {
            (Some(text), _) => Cow::Borrowed(text),
            (None, Some(written)) => Cow::Borrowed(written),
            (None, None) => Cow::Owned(self.value.clone().into_json().to_string()),
        }
    }
}

impl Tree {
    fn compile(engine: &Engine, value: &spec::Value) -> Result<Self, Diagnostic> {
        Ok(match &value.node {
            Node::Null => Self::Fixed(Json::Null),
            Node::Bool(flag) => Self::Fixed(Json::Bool(*flag)),
            Node::Number(number) => Self::Fixed(Json::Number(number.clone())),
            Node::Text(text) if is_fixed(text) => Self::Fixed(Json::String(text.value.clone())),
            Node::Text(text) => Self::Template(engine.compile(text)?),
            Node::List(elements) => {
                Self::list(elements.iter().map(|element| Self::compile(engine, element)).collect::<Result<_, _>>()?)
            }
            Node::Map(members) => {
                let member = |(key, value)| Ok((Prepared::compile(engine, key)?, Self::compile(engine, value)?));
                Self::map(members.iter().map(|(key, value)| member((key, value))).collect::<Result<_, Diagnostic>>()?)
            }
        })
    }

    /// A list; a fixed one if all of its elements are.
    fn list(elements: Vec<Self>) -> Self {
        let fixed = |element: &Self| match element {
            Self::Fixed(json) => Some(json.clone()),
            _ => None,
        };
        match elements.iter().map(fixed).collect() {
            Some(fixed) => Self::Fixed(Json::Array(fixed)),
            None => Self::List(elements),
        }
    }

    /// A map; a fixed one if all of its members are.
    fn map(members: Vec<(Prepared<String>, Self)>) -> Self {
        let fixed = |(key, value): &(Prepared<String>, Self)| match (key, value) {
            (Prepared::Fixed(key), Self::Fixed(json)) => Some((key.clone(), json.clone())),
            _ => None,
        };
        match members.iter().map(fixed).collect() {
            Some(fixed) => Self::Fixed(Json::Object(fixed)),
            None => Self::Map(members),
        }
    }

    fn evaluate(&self, scope: &Scope<'_>) -> Result<Json, Failure> {
        match self {
            Self::Fixed(json) => Ok(json.clone()),
            Self::Template(template) => Ok(template.evaluate(scope)?),
            Self::List(elements) => elements.iter().map(|element| element.evaluate(scope)).collect(),
            Self::Map(members) => members
                .iter()
                .map(|(key, value)| Ok((Cow::from(key.get(scope)?).into_owned(), value.evaluate(scope)?)))
                .collect::<Result<serde_json::Map<_, _>, Failure>>()
                .map(Json::Object),
        }
    }
}
