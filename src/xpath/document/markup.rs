//! Writes a node as it would stand in a document.

use super::{Document, Kind};

/// Elements of HTML that have no end tag.
const VOID: &[&str] =
    &["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];

/// Elements of HTML whose text is written as it is.
const RAW: &[&str] = &["script", "style", "xmp", "iframe", "noembed", "noframes", "plaintext"];

/// A node as markup; an attribute as its value.
pub(super) fn write(document: &Document, node: u32) -> String {
    let mut writer = Writer { document, text: String::new(), open: Vec::new() };
    match document.kind(node) {
        Kind::Attribute => document.text(node).into_owned(),
        _ => {
            writer.write(node);
            writer.text
        }
    }
}

struct Writer<'d> {
    document: &'d Document,
    text: String,
    /// The elements that are to be closed, innermost last.
    open: Vec<u32>,
}

impl<'d> Writer<'d> {
    fn write(&mut self, top: u32) {
        for node in top..self.document.end(top) {
            while let Some(element) = self.open.pop_if(|element| self.document.end(*element) <= node) {
                self.end(element);
            }
            match self.document.kind(node) {
                Kind::Root | Kind::Attribute => {}
                Kind::Element => self.begin(node, node == top),
                Kind::Text => self.content(node),
                Kind::Comment => self.text += &format!("<!--{}-->", self.document.text(node)),
                Kind::Instruction => {
                    self.text += &format!("<?{} {}?>", self.document.name(node), self.document.text(node));
                }
            }
        }
        while let Some(element) = self.open.pop() {
            self.end(element);
        }
    }

    fn begin(&mut self, element: u32, is_top: bool) {
        self.text += &format!("<{}", self.document.name(element));
        for (prefix, namespace) in self.declarations(element, is_top) {
            let colon = if prefix.is_empty() { "" } else { ":" };
            self.text += &format!(" xmlns{colon}{prefix}=\"{}\"", escaped(namespace, true));
        }
        for attribute in self.document.attributes(element) {
            let value = escaped(&self.document.text(attribute), true);
            self.text += &format!(" {}=\"{value}\"", self.document.name(attribute));
        }
        let is_empty = self.document.children(element).next().is_none();
        if is_empty && !self.document.is_html() {
            self.text += "/>";
            return;
        }
        self.text.push('>');
        if !(self.document.is_html() && self.is_one_of(element, VOID)) {
            self.open.push(element);
        }
    }

    fn end(&mut self, element: u32) {
        self.text += &format!("</{}>", self.document.name(element));
    }

    fn content(&mut self, node: u32) {
        let text = self.document.text(node);
        let is_raw = self.document.is_html() && self.open.last().is_some_and(|&element| self.is_one_of(element, RAW));
        if is_raw {
            self.text += &text;
        } else {
            self.text += &escaped(&text, false);
        }
    }

    /// The namespaces that an element declares; the outermost takes those around it along.
    fn declarations(&self, element: u32, is_top: bool) -> Vec<(&'d str, &'d str)> {
        let document = self.document;
        // They stand in the order of their elements.
        let before = document.declarations.partition_point(|declaration| declaration.element < element);
        let (outer, rest) = document.declarations.split_at(before);
        let around = outer.iter().filter(|outer| is_top && document.end(outer.element) > element);
        let own = rest.iter().take_while(|declaration| declaration.element == element);
        let mut found: Vec<(&str, &str)> = Vec::new();
        for declaration in around.chain(own) {
            found.retain(|(prefix, _)| *prefix != &*declaration.prefix);
            found.push((&declaration.prefix, &declaration.namespace));
        }
        found
    }

    fn is_one_of(&self, element: u32, names: &[&str]) -> bool {
        names.contains(&&*self.document.name(element).local)
    }
}

fn escaped(text: &str, is_quoted: bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' if is_quoted => escaped += "&quot;",
            other => escaped.push(other),
        }
    }
    escaped
}
