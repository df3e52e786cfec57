//! Fills a document, in the order of its markup.

use std::collections::HashMap;

use super::{Declaration, Document, Entry, Format, Kind, MalformedDocument, Name};

/// How many nodes a document may have.
const MOST_NODES: u32 = 5_000_000;

pub(super) struct Builder {
    document: Document,
    /// The elements that are open, outermost first; the document itself before them.
    open: Vec<u32>,
    known: HashMap<Name, u32>,
    /// Text that may go on.
    text: String,
    is_too_large: bool,
}

impl Builder {
    pub(super) fn new(format: Format) -> Self {
        let document = Document { format, nodes: Vec::new(), names: Vec::new(), declarations: Vec::new() };
        let mut builder =
            Self { document, open: Vec::new(), known: HashMap::new(), text: String::new(), is_too_large: false };
        builder.push(Kind::Root, Name::default(), "");
        builder.open.push(0);
        builder
    }

    /// Begins an element; its attributes and namespaces come before what it contains.
    pub(super) fn open(&mut self, name: Name) {
        let element = self.push(Kind::Element, name, "");
        self.open.push(element);
    }

    pub(super) fn attribute(&mut self, name: Name, value: &str) {
        self.push(Kind::Attribute, name, value);
    }

    pub(super) fn declare(&mut self, prefix: &str, namespace: &str) {
        let element = self.innermost();
        self.document.declarations.push(Declaration { element, prefix: prefix.into(), namespace: namespace.into() });
    }

    /// Text that follows text is one with it.
    pub(super) fn text(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(super) fn comment(&mut self, text: &str) {
        self.push(Kind::Comment, Name::default(), text);
    }

    pub(super) fn instruction(&mut self, target: &str, text: &str) {
        self.push(Kind::Instruction, Name { local: target.into(), ..Name::default() }, text);
    }

    /// Ends the innermost element.
    pub(super) fn close(&mut self) {
        self.end_text();
        if let Some(element) = self.open.pop() {
            self.document.nodes[element as usize].end = self.next();
        }
    }

    pub(super) fn finish(mut self) -> Result<Document, MalformedDocument> {
        while !self.open.is_empty() {
            self.close();
        }
        if self.is_too_large {
            return Err(MalformedDocument { reason: format!("it has more than {MOST_NODES} nodes") });
        }
        Ok(self.document)
    }

    fn push(&mut self, kind: Kind, name: Name, value: &str) -> u32 {
        self.end_text();
        self.add(kind, name, value)
    }

    fn end_text(&mut self) {
        if !self.text.is_empty() {
            let text = std::mem::take(&mut self.text);
            self.add(Kind::Text, Name::default(), &text);
        }
    }

    /// Adds a node, and gives its number. What is too many is left out, and told at the end.
    fn add(&mut self, kind: Kind, name: Name, value: &str) -> u32 {
        let index = self.next();
        if index == MOST_NODES {
            self.is_too_large = true;
            return index - 1;
        }
        let name = self.name(name);
        self.document.nodes.push(Entry { kind, parent: self.innermost(), end: index + 1, name, value: value.into() });
        index
    }

    /// The number of the node to come.
    fn next(&self) -> u32 {
        u32::try_from(self.document.nodes.len()).expect("the nodes are limited in number")
    }

    fn innermost(&self) -> u32 {
        self.open.last().copied().unwrap_or_default()
    }

    fn name(&mut self, name: Name) -> u32 {
        if let Some(&known) = self.known.get(&name) {
            return known;
        }
        let index = u32::try_from(self.document.names.len()).expect("there are fewer names than nodes");
        self.document.names.push(name.clone());
        self.known.insert(name, index);
        index
    }
}
