//! A request as a spec file describes it, before its templates are rendered.

use crate::diagnostic::Diagnostic;
use crate::http::Version;
use crate::source::{Span, Spanned};

use super::{
    Assertion, Auth, Capture, Flow, GraphQl, Protocol, Query, Rare, Reference, Repetition, Scripts, Settings, Text,
    Value, Variable,
};

/// A request of a spec file, the file's defaults merged in.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The name by which reports and other requests know it.
    pub name: Option<Spanned<String>>,
    /// What it is for.
    pub description: Option<Spanned<String>>,
    /// Its tags, those of the file included.
    pub tags: Vec<Spanned<String>>,
    /// The line that reports point at: the request line, or the YAML entry's first.
    pub span: Span,
    /// What is spoken with the server.
    pub protocol: Protocol,
    /// The method. `None`: not written, and so GET, unless the target's template renders
    /// to a whole request line.
    pub method: Option<Text>,
    /// The URL, with or without its scheme; in `.http` also a path, where a `Host` header names the rest.
    pub target: Text,
    /// The version that the request line names.
    pub version: Option<Spanned<Version>>,
    /// Added to the query. A list repeats its key; null leaves it out.
    pub params: Vec<(Text, Value)>,
    /// Header fields, in order; those of the defaults that are not overridden first.
    pub headers: Vec<HeaderField>,
    /// Templates that give maps of further header fields; each replaces those of its name.
    pub header_maps: Vec<Text>,
    /// Cookies for this request alone.
    pub cookies: Vec<(Text, Value)>,
    /// What it carries.
    pub body: Option<Box<Body>>,
    /// Who sends it.
    pub auth: Option<Box<Spanned<Auth>>>,
    /// How it is sent.
    pub settings: Rare<Settings>,
    /// Whether, when and how often it runs.
    pub flow: Rare<Flow>,
    /// What must have run, and passed, before it runs.
    pub references: Rare<Vec<Reference>>,
    /// What runs before it is sent, and once the response is there.
    pub scripts: Rare<Scripts>,
    /// Variables of this request alone.
    pub variables: Vec<Variable>,
    /// What is expected of the response.
    pub assertions: Vec<Assertion>,
    /// What is taken from the response.
    pub captures: Vec<Capture>,
    /// Warnings and infos about how it is written.
    pub diagnostics: Vec<Diagnostic>,
}

impl Request {
    /// All that is expected: of the response, of what comes before it ends, and of what it waits for.
    pub fn every_assertion_mut(&mut self) -> impl Iterator<Item = &mut Assertion> {
        let retry = self.flow.said_mut().and_then(|flow| flow.retry.as_mut()?.value.until.as_deref_mut());
        self.assertions.iter_mut().chain(self.protocol.assertions_mut()).chain(retry)
    }

    /// All that is expected, as [`Request::every_assertion_mut`] has it.
    pub fn every_assertion(&self) -> impl Iterator<Item = &Assertion> {
        let until = self.flow.retry.as_ref().and_then(|retry| retry.value.until.as_deref());
        self.assertions.iter().chain(self.protocol.assertions()).chain(until)
    }

    /// All that is taken: from the response, and from what comes before it ends.
    pub fn every_capture(&self) -> impl Iterator<Item = &Capture> {
        self.captures.iter().chain(self.protocol.captures())
    }

    /// All that is asked of the response.
    pub fn every_query(&self) -> impl Iterator<Item = &Query> {
        let asserted = self.every_assertion().map(|assertion| &assertion.subject);
        let turned = self.flow.repetition.as_deref().and_then(|repetition| match repetition {
            Repetition::Pages(leads) => leads.query(),
            _ => None,
        });
        let captured = self.every_capture().chain(turned).map(|capture| &capture.subject);
        asserted.chain(captured).map(|subject| &subject.query.value)
    }
}

/// A header field.
#[derive(Clone, Debug, PartialEq)]
pub struct HeaderField {
    /// Its name.
    pub name: Text,
    /// Its value; `None` takes a default away, also one that the client would add.
    pub value: Option<Text>,
}

/// What a request carries.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// A tree, sent as JSON.
    Json(Value),
    /// Pairs, sent as `application/x-www-form-urlencoded`. A list repeats its key.
    Form(Vec<(Text, Value)>),
    /// Parts, sent as `multipart/form-data`.
    Multipart(Vec<Part>),
    /// Texts and files, one after the other.
    Content(Vec<Piece>),
    /// Text in which nothing is a template.
    Verbatim(Spanned<String>),
    /// Bytes.
    Bytes(Spanned<Vec<u8>>),
    /// A GraphQL query over HTTP POST, sent as JSON.
    GraphQl(Box<GraphQl>),
    /// No body, but the whole message, head included: sent in the place of all that would
    /// be made of the request.
    Message(Vec<Piece>),
}

/// A piece of a body.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// Text.
    Text(Text),
    /// Text of a form, in which what no form may hold is percent-encoded.
    Form {
        /// The text.
        text: Text,
        /// What a space becomes: `+` or `%20`.
        space: &'static str,
    },
    /// A file.
    File(FileReference),
    /// Bytes.
    Bytes(Spanned<Vec<u8>>),
}

/// A file that a body is taken from; its path is relative to the spec file.
#[derive(Clone, Debug, PartialEq)]
pub enum FileReference {
    /// Sent as it is: `< path`.
    Verbatim(Text),
    /// Read as text and rendered first: `<@ path`, `<@latin1 path`.
    Rendered {
        /// Its path.
        path: Text,
        /// Its encoding; UTF-8 where it has none.
        encoding: Option<Spanned<String>>,
    },
}

impl FileReference {
    /// Its path.
    pub fn path(&self) -> &Text {
        match self {
            Self::Verbatim(path) | Self::Rendered { path, .. } => path,
        }
    }
}

/// A part of a multipart body.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The field's name.
    pub name: Text,
    /// What it holds.
    pub content: PartContent,
    /// The file name; that of the file where none is written.
    pub filename: Option<Text>,
    /// The media type; guessed from the file name where none is written.
    pub content_type: Option<Text>,
    /// Further header fields.
    pub headers: Vec<(Text, Text)>,
}

/// What a part holds.
#[derive(Clone, Debug, PartialEq)]
pub enum PartContent {
    /// A value, as text; a tree as JSON.
    Value(Value),
    /// A file, relative to the spec file.
    File(Text),
}
