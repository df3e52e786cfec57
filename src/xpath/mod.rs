//! XPath 1.0 over XML and HTML: an expression is compiled once, then asked of many documents.
//!
//! ```
//! use rqtest::xpath::{Document, Expression, Value};
//!
//! let price = Expression::parse("//book[title='Rust']/price")?;
//! let document = Document::parse_xml("<shop><book><title>Rust</title><price>5</price></book></shop>")?;
//! let Value::Nodes(nodes) = price.evaluate(&document)? else { panic!("a path gives nodes") };
//! assert_eq!(nodes[0].text(), "5");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Both parsers fill one tree, whose nodes stand in document order. A prefix means what
//! its first declaration in the document says, and `_` stands for the default namespace
//! of the root element. The elements of HTML are in no namespace, as browsers' users write
//! them. There are no variables, and no namespace axis. Nothing is read from outside, and
//! depth and time are limited, since documents come from servers.

mod axis;
mod compare;
mod document;
mod evaluate;
mod function;
mod number;
mod parser;
mod syntax;
mod token;
mod value;

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

pub use document::{Document, MalformedDocument, Node, NodeKind};

use evaluate::Evaluation;
use value::Object;

/// A compiled expression. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Expression {
    tree: Arc<syntax::Expression>,
    length: usize,
}

impl Expression {
    /// Compiles an expression.
    ///
    /// # Errors
    /// Why and where it is not well-formed.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Ok(Self { tree: Arc::new(parser::parse(text)?), length: text.len() })
    }

    /// What it says of a document.
    ///
    /// # Errors
    /// If it names a prefix that the document does not declare, counts what are no nodes,
    /// or goes through the document too often.
    pub fn evaluate<'d>(&self, document: &'d Document) -> Result<Value<'d>, Error> {
        let object = Evaluation::new(document, 0..self.length).run(&self.tree)?;
        Ok(match object {
            Object::Nodes(nodes) => Value::Nodes(nodes.into_iter().map(|index| document.node(index)).collect()),
            Object::Text(text) => Value::Text(text.into_owned()),
            Object::Number(number) => Value::Number(number),
            Object::Boolean(boolean) => Value::Boolean(boolean),
        })
    }
}

/// What an expression gives.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'d> {
    /// Nodes, in document order, each once.
    Nodes(Vec<Node<'d>>),
    /// A text.
    Text(String),
    /// A number, which may be infinite or none.
    Number(f64),
    /// True or false.
    Boolean(bool),
}

impl Value<'_> {
    /// As the function `string` has it: of nodes, the text of the first.
    pub fn text(&self) -> String {
        match self {
            Self::Nodes(nodes) => nodes.first().map(|node| node.text().into_owned()).unwrap_or_default(),
            Self::Text(text) => text.clone(),
            Self::Number(number) => number::to_text(*number),
            Self::Boolean(boolean) => boolean.to_string(),
        }
    }
}

/// Why a text is no expression, or says nothing of a document, and which bytes of it are
/// at fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// A lowercase fragment.
    pub reason: String,
    /// Which bytes of the expression.
    pub place: Range<usize>,
}

impl Error {
    fn new(reason: impl Into<String>, place: Range<usize>) -> Self {
        Self { reason: reason.into(), place }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests;
