//! Values as an author wrote them: text that may hold templates, and trees of it.

use crate::source::{Span, Spanned};

use super::Format;

/// A text that may hold templates.
#[derive(Clone, PartialEq, Eq)]
pub struct Text {
    /// The text, escapes of the surrounding format undone.
    pub value: String,
    /// Where it stands.
    pub span: Span,
    /// The format, which decides what in the text is a template.
    pub format: Format,
}

impl Text {
    /// A text of a format.
    pub fn new(text: Spanned<String>, format: Format) -> Self {
        Self { value: text.value, span: text.span, format }
    }

    /// Whether it is written exactly as its span stands in the source, so that a
    /// byte offset in it is one in the span.
    pub fn is_verbatim(&self) -> bool {
        self.span.text() == self.value
    }
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} @ {:?}", self.value, self.span)
    }
}

/// A tree of values: what JSON and YAML can say, with templates in its texts.
#[derive(Clone, Debug, PartialEq)]
pub struct Value {
    /// What it is.
    pub node: Node,
    /// Where it stands.
    pub span: Span,
}

impl Value {
    /// The value as JSON, the templates in its texts left as they stand.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.node {
            Node::Null => serde_json::Value::Null,
            Node::Bool(value) => (*value).into(),
            Node::Number(number) => number.clone().into(),
            Node::Text(text) => text.value.clone().into(),
            Node::List(items) => items.iter().map(Self::to_json).collect(),
            Node::Map(entries) => entries.iter().map(|(key, value)| (key.value.clone(), value.to_json())).collect(),
        }
    }
}

/// What a value is.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(serde_json::Number),
    /// A text; one that is a single whole expression takes the type of its result.
    Text(Text),
    /// A list.
    List(Vec<Value>),
    /// A map, in the order in which it was written.
    Map(Vec<(Text, Value)>),
}
