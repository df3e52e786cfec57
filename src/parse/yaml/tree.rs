//! YAML text to a tree in which every key and value knows its place.
//!
//! The parser's events are folded over a stack of open collections. What is wrong
//! with a single node is reported and stood in for by null, so that the rest of the
//! file can still be read; what breaks the structure ends the reading.

use std::ops::Range;
use std::sync::Arc;

use granit_parser::{Event, Parser, ScalarStyle, StructureStyle, Tag, options};

use super::anchor::{Anchors, Branch, TooMuch};
use super::mapping::{self, Key};
use super::scalar::{Kind, Scalar};
use super::syntax;
use crate::diagnostic::Diagnostic;
use crate::source::{SourceFile, Span};
use crate::spec::{Format, Node, Text, Value};

/// The most collections that may lie within each other, aliases followed.
const MAX_DEPTH: usize = 128;

/// The longest key, in characters: the 1,024 of YAML are too few for JSON.
const MAX_KEY: usize = 1024 * 1024;

/// What a text was read into.
pub(super) struct Tree {
    /// The tree; none where the text has no structure.
    pub(super) root: Option<Value>,
    /// Everything that is wrong, in the order in which it was found.
    pub(super) problems: Vec<Diagnostic>,
}

/// Reads the text of a place; its texts are of a format. An empty one is null.
pub(super) fn read(place: &Span, format: Format) -> Tree {
    read_as(place, place.text(), format)
}

/// As [`read`], with a text of the same length in the place of what stands there.
pub(super) fn read_as(place: &Span, text: &str, format: Format) -> Tree {
    let mut builder = Builder::new(place, format);
    let root = builder.build(text);
    let mut problems = builder.problems;
    let line = |problem: &Diagnostic| problem.span().map(|span| span.location().line);
    match root {
        Ok(root) => Tree { root: Some(root), problems },
        // After a template without quotes the rest of its line makes no sense either.
        Err(problem) if problems.iter().any(|earlier| line(earlier) == line(&problem)) => Tree { root: None, problems },
        Err(problem) => {
            problems.push(problem);
            Tree { root: None, problems }
        }
    }
}

/// A collection that has begun and has not ended.
struct Open {
    content: Content,
    style: StructureStyle,
    anchor: usize,
    start: usize,
    /// Where the last child ends.
    end: usize,
    height: usize,
    weight: usize,
}

enum Content {
    List(Vec<Value>),
    Map { entries: Vec<(Key, Value)>, key: Option<Key> },
}

struct Builder<'s> {
    source: &'s Arc<SourceFile>,
    /// The bytes of the source that are read.
    place: Range<usize>,
    format: Format,
    open: Vec<Open>,
    anchors: Anchors,
    root: Option<Value>,
    documents: usize,
    problems: Vec<Diagnostic>,
}

impl<'s> Builder<'s> {
    fn new(place: &'s Span, format: Format) -> Self {
        Self {
            source: place.source(),
            place: place.range(),
            format,
            open: Vec::new(),
            anchors: Anchors::default(),
            root: None,
            documents: 0,
            problems: Vec::new(),
        }
    }

    fn build(&mut self, text: &str) -> Result<Value, Diagnostic> {
        let options = options! {
            emit_comments: false,
            emit_unresolved_aliases: true,
            simple_key_max_lookahead: MAX_KEY,
        };
        let (source, place) = (self.source, self.place.clone());
        let in_source = |range: Range<usize>| range.start + place.start..range.end + place.start;
        for event in Parser::new_from_str_with_options(text, options) {
            let (event, span) = event.map_err(|error| syntax::diagnose(&source.span(place.clone()), &error))?;
            let range = in_source(span.byte_range().expect("events of a text in memory have byte offsets"));
            let tag = span.tag_span().and_then(|tag| tag.byte_range()).map_or_else(|| range.clone(), in_source);
            self.take(event, range, tag)?;
        }
        let nothing = || Value { node: Node::Null, span: source.span(place.start..place.start) };
        Ok(self.root.take().unwrap_or_else(nothing))
    }

    /// Takes an event in; fails where nothing after it can be read.
    fn take(&mut self, event: Event<'_>, range: Range<usize>, tag_range: Range<usize>) -> Result<(), Diagnostic> {
        match event {
            Event::DocumentStart(..) => self.begin_document(range),
            Event::Scalar(text, style, anchor, tag) => {
                let value = self.scalar(&text, style, tag.as_deref(), range, tag_range);
                self.put(Branch::leaf(value), anchor)
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.check_tag(tag.as_deref(), "seq", tag_range);
                self.begin(Content::List(Vec::new()), style, anchor, range)
            }
            Event::MappingStart(style, anchor, tag) => {
                self.check_tag(tag.as_deref(), "map", tag_range);
                self.begin(Content::Map { entries: Vec::new(), key: None }, style, anchor, range)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(range),
            Event::Alias(anchor) => self.alias(anchor, range),
            Event::UnresolvedAlias(name) => {
                self.stand_in(format!("there is no anchor `&{name}` above this alias"), range)
            }
            _ => Ok(()),
        }
    }

    fn begin_document(&mut self, range: Range<usize>) -> Result<(), Diagnostic> {
        self.documents += 1;
        if self.documents == 1 {
            return Ok(());
        }
        let problem = Diagnostic::error("a second document in one file").at(&self.source.span(range), "");
        Err(problem.help("a file holds one document: move this one to a file of its own"))
    }

    fn begin(
        &mut self,
        content: Content,
        style: StructureStyle,
        anchor: usize,
        range: Range<usize>,
    ) -> Result<(), Diagnostic> {
        if self.open.len() >= MAX_DEPTH {
            return Err(self.too_deep(range));
        }
        self.open.push(Open { content, style, anchor, start: range.start, end: range.end, height: 0, weight: 0 });
        Ok(())
    }

    fn end(&mut self, range: Range<usize>) -> Result<(), Diagnostic> {
        let open = self.open.pop().expect("the parser ends only collections that it began");
        // The parser ends a block collection where the next thing begins.
        let end = if open.style == StructureStyle::Flow { range.end } else { open.end };
        let node = match open.content {
            Content::List(items) => Node::List(items),
            Content::Map { entries, .. } => Node::Map(mapping::finish(entries, &mut self.problems)),
        };
        let value = Value { node, span: self.source.span(open.start..end) };
        let weight = open.weight + size_of::<Value>();
        self.put(Branch { value, height: open.height + 1, weight }, open.anchor)
    }

    /// Copies what an anchor names. A collection is then where it is used; a scalar stays
    /// where its characters stand, since places within it are counted from there.
    fn alias(&mut self, anchor: usize, range: Range<usize>) -> Result<(), Diagnostic> {
        let copy = self.anchors.copy(anchor).map_err(|TooMuch| self.too_much(range.clone()))?;
        let Some(mut branch) = copy else {
            return self.stand_in("an alias within the anchor that it names", range);
        };
        if self.open.len() + branch.height > MAX_DEPTH {
            return Err(self.too_deep(range));
        }
        if branch.height > 0 {
            branch.value.span = self.source.span(range.clone());
        }
        self.place(branch, range.end);
        Ok(())
    }

    fn put(&mut self, branch: Branch, anchor: usize) -> Result<(), Diagnostic> {
        let range = branch.value.span.range();
        if anchor != 0 {
            self.anchors.define(anchor, &branch).map_err(|TooMuch| self.too_much(range.clone()))?;
        }
        self.place(branch, range.end);
        Ok(())
    }

    /// Reports what is wrong with a node, and puts null in its place.
    fn stand_in(&mut self, message: impl Into<String>, range: Range<usize>) -> Result<(), Diagnostic> {
        let span = self.source.span(range);
        self.problems.push(Diagnostic::error(message).at(&span, ""));
        self.put(Branch::leaf(Value { node: Node::Null, span }), 0)
    }

    /// Makes a value the next of the innermost open collection.
    fn place(&mut self, branch: Branch, end: usize) {
        let Some(open) = self.open.last_mut() else {
            self.root = Some(branch.value);
            return;
        };
        open.end = open.end.max(end);
        open.height = open.height.max(branch.height);
        open.weight = open.weight.saturating_add(branch.weight);
        match &mut open.content {
            Content::List(items) => items.push(branch.value),
            Content::Map { entries, key } => match key.take() {
                Some(key) => entries.push((key, branch.value)),
                None => *key = Some(Key::new(branch.value, self.format, &mut self.problems)),
            },
        }
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        tag: Option<&Tag>,
        range: Range<usize>,
        tag_range: Range<usize>,
    ) -> Value {
        // The parser calls a value that is not there `~`.
        let text = if range.is_empty() && style == ScalarStyle::Plain { "" } else { text };
        let Some(kind) = Kind::of(style, tag) else {
            self.unknown_tag(tag_range);
            return Value { node: Node::Null, span: self.source.span(range) };
        };
        let (outer, inner) = self.scalar_spans(text, style, range);
        let node = match kind.read(text) {
            Ok(Scalar::Null) => Node::Null,
            Ok(Scalar::Bool(value)) => Node::Bool(value),
            Ok(Scalar::Number(number)) => Node::Number(number),
            Ok(Scalar::Text) => {
                let node = Node::Text(Text { value: text.to_owned(), span: inner, format: self.format });
                return Value { node, span: outer };
            }
            Err(problem) => {
                let problem = Diagnostic::error(problem.message(text)).at(&outer, "");
                self.problems.push(problem.help("put quotes around it to say a text"));
                Node::Null
            }
        };
        Value { node, span: inner }
    }

    /// The place of a scalar, and the place of its text alone: where no escape, fold or
    /// indentation stands between them, that is exactly the text.
    fn scalar_spans(&self, text: &str, style: ScalarStyle, range: Range<usize>) -> (Span, Span) {
        let written = &self.source.text()[range.clone()];
        let quote = usize::from(matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted));
        let start = range.start + quote;
        let verbatim = written.get(quote..).is_some_and(|rest| rest.starts_with(text));
        let end = if quote == 0 { range.start + written.trim_end().len() } else { range.end };
        let outer = self.source.span(range.start..end);
        if verbatim { (outer, self.source.span(start..start + text.len())) } else { (outer.clone(), outer) }
    }

    fn check_tag(&mut self, tag: Option<&Tag>, kind: &str, range: Range<usize>) {
        if tag.is_some_and(|tag| tag.core_suffix() != Some(kind) && tag.original() != "!") {
            self.unknown_tag(range);
        }
    }

    fn unknown_tag(&mut self, range: Range<usize>) {
        let span = self.source.span(range);
        let problem = Diagnostic::error(format!("the tag `{}` means nothing here", span.text())).at(&span, "");
        self.problems.push(problem.help("remove it, or use `!!str`, `!!int`, `!!float`, `!!bool` or `!!null`"));
    }

    fn too_deep(&self, range: Range<usize>) -> Diagnostic {
        let message = format!("more than {MAX_DEPTH} lists and maps within each other");
        Diagnostic::error(message).at(&self.source.span(range), "")
    }

    fn too_much(&self, range: Range<usize>) -> Diagnostic {
        Diagnostic::error(TooMuch::message()).at(&self.source.span(range), "the limit is reached here")
    }
}
