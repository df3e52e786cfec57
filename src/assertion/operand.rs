//! What predicates compare with and filters take: compiled, and worked out at each use.

use std::borrow::Cow;

use serde_json::Value as Json;

use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::spec::{self, Expected, Format, Node, parse_duration, parse_size};
use crate::template::{CompiledValue, Engine};

use super::prepared::Prepared;
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
    Tree(CompiledValue),
    /// A template without quotes.
    Bare(CompiledValue),
    File(Prepared<String>),
    /// A text that takes the type of what it is compared with.
    Untyped(Prepared<String>),
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
            Expected::Value(value) => {
                let tree = CompiledValue::compile(value, engine.rules())?;
                match tree.as_constant() {
                    Some(json) => fixed(Value::Json(Cow::Owned(json.clone()))),
                    None if is_bare(value) => Ok(Source::Bare(tree)),
                    None => Ok(Source::Tree(tree)),
                }
            }
            Expected::Untyped(text) => Prepared::compile(engine, text).map(Source::Untyped),
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
            Source::Bare(template) => match template.evaluate(context.scope)? {
                Json::String(text) => Value::raw(text),
                typed => Value::Json(Cow::Owned(typed)),
            },
            Source::Untyped(text) => Value::Raw(text.get(context.scope)?.into()),
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

/// Whether a text stands without quotes in a `.http` file, where definitions know no types:
/// after `@id = 7`, `{{id}}` may well be meant as the number.
pub(super) fn is_bare(value: &spec::Value) -> bool {
    matches!(&value.node, Node::Text(text) if text.format == Format::Http && text.span == value.span)
}

/// Whether there is such a template within a tree: `[1, {{id}}]`.
pub(super) fn holds_bare(operand: &spec::Operand) -> bool {
    fn within(value: &spec::Value) -> bool {
        let is_template = is_bare(value) && value.span.text().contains("{{");
        match &value.node {
            Node::List(items) => items.iter().any(within),
            Node::Map(members) => members.iter().any(|(_, member)| within(member)),
            _ => is_template,
        }
    }
    matches!(&operand.value, Expected::Value(value) if !is_bare(value) && within(value))
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
