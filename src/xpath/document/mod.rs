//! One tree for XML and HTML, in document order.
//!
//! A node is known by its number. A node's attributes and what it contains are the
//! numbers after its own, up to its end: so axes are stretches of numbers, and an order
//! of numbers is document order.

mod build;
mod html;
mod markup;
mod xml;

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

/// A document: XML or HTML, read.
#[derive(Debug)]
pub struct Document {
    format: Format,
    nodes: Vec<Entry>,
    names: Vec<Name>,
    declarations: Vec<Declaration>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Xml,
    Html,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// The document itself.
    Root,
    /// An element.
    Element,
    /// An attribute of an element.
    Attribute,
    /// Text.
    Text,
    /// `<!-- … -->`.
    Comment,
    /// `<?name … ?>`.
    Instruction,
}

pub(super) use NodeKind as Kind;

/// A node of the tree.
#[derive(Debug)]
struct Entry {
    kind: Kind,
    parent: u32,
    /// One past the last of what it contains.
    end: u32,
    /// Which of the document's names it bears.
    name: u32,
    value: Box<str>,
}

/// What an element, attribute or instruction is called.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Name {
    /// As it is written; empty where there is none.
    pub(super) prefix: Box<str>,
    pub(super) local: Box<str>,
    /// Empty where there is none.
    pub(super) namespace: Box<str>,
}

/// A namespace, and the element that declares it.
#[derive(Debug)]
struct Declaration {
    element: u32,
    prefix: Box<str>,
    namespace: Box<str>,
}

/// Why a text is no document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MalformedDocument {
    /// A lowercase fragment, with the line and column where it is known.
    pub reason: String,
}

impl fmt::Display for MalformedDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for MalformedDocument {}

impl Document {
    /// Reads what a content type calls HTML or XML; where it is neither, HTML is what
    /// begins like it.
    ///
    /// # Errors
    /// As [`Document::parse_xml`] and [`Document::parse_html`].
    pub fn parse(text: &str, content_type: Option<&str>) -> Result<Self, MalformedDocument> {
        let media_type = content_type.unwrap_or_default().split(';').next().unwrap_or_default().to_ascii_lowercase();
        let is_html =
            if media_type.contains("xml") { false } else { media_type.contains("html") || begins_like_html(text) };
        if is_html { Self::parse_html(text) } else { Self::parse_xml(text) }
    }

    /// Reads XML 1.0 with namespaces.
    ///
    /// # Errors
    /// If it is not well-formed, or its entities would expand to too much.
    pub fn parse_xml(text: &str) -> Result<Self, MalformedDocument> {
        xml::read(text)
    }

    /// Reads HTML the way browsers do: no text is malformed.
    ///
    /// # Errors
    /// If its elements are nested too deep.
    pub fn parse_html(text: &str) -> Result<Self, MalformedDocument> {
        html::read(text)
    }

    /// The document itself, which contains the outermost element.
    pub fn root(&self) -> Node<'_> {
        self.node(0)
    }

    pub(super) fn node(&self, index: u32) -> Node<'_> {
        Node { document: self, index }
    }

    pub(super) fn is_html(&self) -> bool {
        self.format == Format::Html
    }

    fn entry(&self, node: u32) -> &Entry {
        &self.nodes[node as usize]
    }

    pub(super) fn kind(&self, node: u32) -> Kind {
        self.entry(node).kind
    }

    pub(super) fn name(&self, node: u32) -> &Name {
        &self.names[self.entry(node).name as usize]
    }

    pub(super) fn end(&self, node: u32) -> u32 {
        self.entry(node).end
    }

    pub(super) fn parent(&self, node: u32) -> Option<u32> {
        (node != 0).then(|| self.entry(node).parent)
    }

    pub(super) fn attributes(&self, node: u32) -> impl Iterator<Item = u32> {
        (node + 1..self.end(node)).take_while(move |&other| {
            let entry = self.entry(other);
            entry.kind == Kind::Attribute && entry.parent == node
        })
    }

    pub(super) fn children(&self, node: u32) -> impl Iterator<Item = u32> {
        let attributes = u32::try_from(self.attributes(node).count()).expect("nodes are numbered by u32");
        let first = node + 1 + attributes;
        self.siblings(first.min(self.end(node))..self.end(node))
    }

    /// The outermost nodes of a stretch.
    pub(super) fn siblings(&self, stretch: Range<u32>) -> impl Iterator<Item = u32> {
        let within = move |node: &u32| *node < stretch.end;
        std::iter::successors(Some(stretch.start).filter(within), move |&node| {
            Some(self.end(node)).filter(|next| *next < stretch.end)
        })
    }

    /// The string-value of a node (XPath 1.0, 5).
    pub(super) fn text(&self, node: u32) -> Cow<'_, str> {
        let entry = self.entry(node);
        if !matches!(entry.kind, Kind::Root | Kind::Element) {
            return Cow::Borrowed(&entry.value);
        }
        let mut texts = (node + 1..entry.end).map(|inner| self.entry(inner)).filter(|inner| inner.kind == Kind::Text);
        match (texts.next(), texts.next()) {
            (None, _) => Cow::Borrowed(""),
            (Some(only), None) => Cow::Borrowed(&only.value),
            (Some(first), Some(second)) => {
                let both = format!("{}{}", first.value, second.value);
                Cow::Owned(texts.fold(both, |all, text| all + &text.value))
            }
        }
    }

    /// Whether its root element has a default namespace, which paths call `_`.
    pub fn has_default_namespace(&self) -> bool {
        self.namespace("_").is_some()
    }

    /// The namespace that a prefix stands for: its first declaration in the document,
    /// and for `_` the default namespace of the outermost element.
    pub(super) fn namespace(&self, prefix: &str) -> Option<&str> {
        let declared = |prefix: &str| self.declarations.iter().find(|declaration| &*declaration.prefix == prefix);
        if let Some(declaration) = declared(prefix) {
            return Some(&declaration.namespace);
        }
        match prefix {
            "xml" => Some("http://www.w3.org/XML/1998/namespace"),
            "_" => declared("").map(|declaration| &*declaration.namespace),
            _ => None,
        }
    }
}

fn begins_like_html(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}').trim_ascii_start();
    let begins_with = |start: &str| text.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start));
    begins_with("<!doctype html") || begins_with("<html")
}

/// A node of a document. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Node<'d> {
    document: &'d Document,
    index: u32,
}

impl<'d> Node<'d> {
    /// What it is.
    pub fn kind(self) -> NodeKind {
        self.document.kind(self.index)
    }

    /// Its number, in document order; that of the document itself is 0.
    pub fn number(self) -> u32 {
        self.index
    }

    /// Its attributes, in order.
    pub fn attributes(self) -> impl Iterator<Item = Self> {
        self.document.attributes(self.index).map(move |index| Self { index, ..self })
    }

    /// What it contains, attributes aside, in order.
    pub fn children(self) -> impl Iterator<Item = Self> {
        self.document.children(self.index).map(move |index| Self { index, ..self })
    }

    /// Its text: of an element, all text in it; of an attribute, its value.
    pub fn text(self) -> Cow<'d, str> {
        self.document.text(self.index)
    }

    /// What an element, attribute or instruction is called, with the prefix that is
    /// written; else empty.
    pub fn name(self) -> String {
        self.document.name(self.index).to_string()
    }

    /// Written as it would stand in a document: an element as a document of its own, with
    /// the namespaces that it needs; an attribute as its value.
    pub fn to_markup(self) -> String {
        markup::write(self.document, self.index)
    }
}

impl PartialEq for Node<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.document, other.document) && self.index == other.index
    }
}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_markup())
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.prefix.is_empty() { f.write_str(&self.local) } else { write!(f, "{}:{}", self.prefix, self.local) }
    }
}
