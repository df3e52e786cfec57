//! HTML, as html5ever reads it, into the tree.
//!
//! The parser of the standard moves nodes about while it reads, so they are first kept in
//! a tree of links, and then walked in order.

use std::borrow::Cow;
use std::cell::{Cell, Ref, RefCell};

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::{Attribute, ParseOpts, QualName, parse_document};

use super::build::Builder;
use super::{Document, Format, MalformedDocument, Name};

/// How deep elements may be nested; browsers stop at 512.
const DEEPEST: usize = 1024;

/// How many bytes the parser is given at a time: between two, the depth is looked at.
const PIECE: usize = 16 << 10;

pub(super) fn read(text: &str) -> Result<Document, MalformedDocument> {
    let mut parser = parse_document(Tree::default(), ParseOpts::default());
    let mut rest = text;
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.floor_char_boundary(PIECE));
        parser.process(StrTendril::from_slice(piece));
        if parser.tokenizer.sink.sink.deepest.get() > DEEPEST {
            return Err(too_deep());
        }
        rest = after;
    }
    let tree = parser.finish();
    if tree.deepest.get() > DEEPEST { Err(too_deep()) } else { tree.into_document() }
}

fn too_deep() -> MalformedDocument {
    MalformedDocument { reason: format!("its elements are nested more than {DEEPEST} deep") }
}

/// A node among its relatives, by their numbers.
struct Linked {
    content: Content,
    parent: Option<usize>,
    children: Vec<usize>,
    depth: usize,
}

enum Content {
    Document,
    Element(QualName, Vec<Attribute>),
    Text(StrTendril),
    Comment(StrTendril),
}

struct Tree {
    nodes: RefCell<Vec<Linked>>,
    deepest: Cell<usize>,
}

impl Default for Tree {
    fn default() -> Self {
        let tree = Self { nodes: RefCell::default(), deepest: Cell::default() };
        tree.add(Content::Document);
        tree
    }
}

impl Tree {
    fn add(&self, content: Content) -> usize {
        let mut nodes = self.nodes.borrow_mut();
        nodes.push(Linked { content, parent: None, children: Vec::new(), depth: 0 });
        nodes.len() - 1
    }

    /// Puts what is new among the children of a parent.
    fn insert(&self, parent: usize, at: usize, new: NodeOrText<usize>) {
        let child = match new {
            NodeOrText::AppendNode(node) => {
                self.remove_from_parent(&node);
                node
            }
            NodeOrText::AppendText(text) => match self.extended(parent, at, text) {
                Some(text) => self.add(Content::Text(text)),
                None => return,
            },
        };
        let mut nodes = self.nodes.borrow_mut();
        let depth = nodes[parent].depth + 1;
        nodes[child].parent = Some(parent);
        nodes[child].depth = depth;
        nodes[parent].children.insert(at, child);
        self.deepest.set(self.deepest.get().max(depth));
    }

    /// Adds a text to the one before it, or gives it back where there is none.
    fn extended(&self, parent: usize, at: usize, text: StrTendril) -> Option<StrTendril> {
        let mut nodes = self.nodes.borrow_mut();
        let before = at.checked_sub(1).and_then(|before| nodes[parent].children.get(before).copied());
        match before.map(|before| &mut nodes[before].content) {
            Some(Content::Text(known)) => {
                known.push_tendril(&text);
                None
            }
            _ => Some(text),
        }
    }

    fn place(&self, node: usize) -> Option<(usize, usize)> {
        let nodes = self.nodes.borrow();
        let parent = nodes[node].parent?;
        // What is moved is nearly always among the last.
        let at = nodes[parent].children.iter().rposition(|&child| child == node)?;
        Some((parent, at))
    }

    fn into_document(self) -> Result<Document, MalformedDocument> {
        let nodes = self.nodes.into_inner();
        let mut builder = Builder::new(Format::Html);
        // The children that are still to come, innermost last.
        let mut open = vec![nodes[0].children.iter()];
        while let Some(children) = open.last_mut() {
            let Some(&child) = children.next() else {
                open.pop();
                builder.close();
                continue;
            };
            match &nodes[child].content {
                Content::Document => {}
                Content::Element(name, attributes) => {
                    begin(&mut builder, name, attributes);
                    open.push(nodes[child].children.iter());
                }
                Content::Text(text) => builder.text(text),
                Content::Comment(text) => builder.comment(text),
            }
        }
        builder.finish()
    }
}

fn begin(builder: &mut Builder, name: &QualName, attributes: &[Attribute]) {
    builder.open(without_namespace(name));
    for attribute in attributes {
        builder.attribute(without_namespace(&attribute.name), &attribute.value);
    }
}

fn without_namespace(name: &QualName) -> Name {
    let prefix = name.prefix.as_deref().unwrap_or_default();
    Name { prefix: prefix.into(), local: (*name.local).into(), namespace: "".into() }
}

impl TreeSink for Tree {
    type Handle = usize;
    type Output = Self;
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) -> Self {
        self
    }

    fn parse_error(&self, _message: Cow<'static, str>) {}

    fn get_document(&self) -> usize {
        0
    }

    fn elem_name<'a>(&'a self, target: &'a usize) -> Ref<'a, QualName> {
        Ref::map(self.nodes.borrow(), |nodes| match &nodes[*target].content {
            Content::Element(name, _) => name,
            _ => unreachable!("the parser asks for the names of elements alone"),
        })
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, _flags: ElementFlags) -> usize {
        self.add(Content::Element(name, attributes))
    }

    fn create_comment(&self, text: StrTendril) -> usize {
        self.add(Content::Comment(text))
    }

    /// HTML has no instructions: what looks like one is a comment.
    fn create_pi(&self, _target: StrTendril, data: StrTendril) -> usize {
        self.add(Content::Comment(data))
    }

    fn append(&self, parent: &usize, child: NodeOrText<usize>) {
        let end = self.nodes.borrow()[*parent].children.len();
        self.insert(*parent, end, child);
    }

    fn append_based_on_parent_node(&self, element: &usize, previous: &usize, child: NodeOrText<usize>) {
        if self.nodes.borrow()[*element].parent.is_some() {
            self.append_before_sibling(element, child);
        } else {
            self.append(previous, child);
        }
    }

    fn append_doctype_to_document(&self, _name: StrTendril, _public: StrTendril, _system: StrTendril) {}

    /// What a template holds is searched like any other element.
    fn get_template_contents(&self, target: &usize) -> usize {
        *target
    }

    fn same_node(&self, one: &usize, other: &usize) -> bool {
        one == other
    }

    fn set_quirks_mode(&self, _mode: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &usize, new: NodeOrText<usize>) {
        if let NodeOrText::AppendNode(node) = &new {
            self.remove_from_parent(node);
        }
        if let Some((parent, at)) = self.place(*sibling) {
            self.insert(parent, at, new);
        }
    }

    fn add_attrs_if_missing(&self, target: &usize, attributes: Vec<Attribute>) {
        if let Content::Element(_, known) = &mut self.nodes.borrow_mut()[*target].content {
            for attribute in attributes {
                if known.iter().all(|known| known.name != attribute.name) {
                    known.push(attribute);
                }
            }
        }
    }

    fn remove_from_parent(&self, target: &usize) {
        if let Some((parent, at)) = self.place(*target) {
            let mut nodes = self.nodes.borrow_mut();
            nodes[parent].children.remove(at);
            nodes[*target].parent = None;
        }
    }

    fn reparent_children(&self, node: &usize, new_parent: &usize) {
        let children = std::mem::take(&mut self.nodes.borrow_mut()[*node].children);
        for child in children {
            self.nodes.borrow_mut()[child].parent = None;
            self.append(new_parent, NodeOrText::AppendNode(child));
        }
    }
}
