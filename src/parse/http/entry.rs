//! From a block to an entry of the spec: a request, or everything that is wrong with one.

use crate::diagnostic::{Diagnostic, Severity};
use crate::parse::protocol::{Named, saved_in_vain};
use crate::parse::{message, parse_httpyac_assertion};
use crate::source::{Span, Spanned};
use crate::spec::dialect::{
    AssertionValues, Credentials, DefinitionEscapes, GraphQlField, NameExtent, Rules, SeparatorText,
};
use crate::spec::{
    Auth, Body, Conflict, Entry, FileReference, Format, Fragment, HeaderField, Import, Invalid, Node, Piece, Protocol,
    Request, Scripts, Text, Value, Variable,
};

use super::blocks::Block;
use super::braces::{self, Collected, Place};
use super::directive::{self, Draft, Raw, Stage};
use super::head::{self, Definition, Head};
use super::request_line::RequestLine;
use super::{Above, body, conflict, conversation, graphql, reference, script, shorthand, text, trailer};

/// What a block gives.
#[derive(Debug)]
pub(super) struct Reading {
    /// Variables of the file.
    pub variables: Vec<Variable>,
    /// Where dialects would read the block differently.
    pub conflicts: Vec<Conflict>,
    /// Fragments of GraphQL that the file's documents share.
    pub fragments: Vec<Fragment>,
    /// Scripts that do not run with the request of the block alone.
    pub scripts: Collected,
    /// Files that it imports.
    pub imports: Vec<Import>,
    /// How the file runs, if that is said here.
    pub course: Course,
    /// What else it is.
    pub outcome: Outcome,
}

/// How a file runs.
#[derive(Debug)]
pub(super) struct Course {
    /// Whether its requests run side by side.
    pub parallel: bool,
    /// Files of one group never run at the same time.
    pub serial: Option<Spanned<String>>,
}

/// What a block is.
#[derive(Debug)]
pub(super) enum Outcome {
    /// A request, what runs in the place of one, or the place of one that could not be read.
    Entries(Stage, Vec<Entry>),
    /// Comments, definitions and directives at most.
    NoRequest(Box<Draft>),
}

/// Reads a block.
pub(super) fn read(block: Block, above: Above, rules: &'static Rules) -> Reading {
    let mut head = head::read(&block.head, rules);
    let conflicts = conflict::find(&block, &head);
    let tail = trailer::split(&block.body, rules);
    let mut draft = directive::read(&head.directives, rules);
    let named = head.request_line.as_ref().and_then(|line| line.protocol);
    let (body, body_diagnostics) = match named {
        Some(Named::WebSocket) => (None, read_messages(&mut draft, &tail.body, &head.fields, rules)),
        _ if is_graphql(&draft, &tail.body, &mut head.fields, named, rules) => {
            graphql::read(&tail.body, &mut head.fields, head.line.as_ref().unwrap_or(&block.head), rules)
        }
        _ => read_body(&mut draft, &tail.body, &head.fields, rules),
    };
    let body = body.map(|body| if draft.injects { rendered(body) } else { body });
    let mut scripts = read_scripts(&mut draft, &head, &tail.blocks);
    for found in [block.diagnostics, head.diagnostics, body_diagnostics, tail.diagnostics] {
        draft.diagnostics.extend(found);
    }
    draft.own.settings.output = tail.output.or(draft.own.settings.output);
    reference::read_all(&mut draft, &head.imports, &head.runs);
    read_assertions(&mut draft, head.assertions.iter().chain(&tail.assertions), rules);
    let auth = read_auth(&mut draft, &mut head.fields, rules);
    let protocol = read_protocol(&mut draft, named);
    let course = read_course(&mut draft, above);
    let stage = draft.stage.as_deref().copied().unwrap_or(Stage::Main);
    let line = head.line.as_ref().or(head.runs.first());
    if let Some(line) = line.filter(|_| stage < above.stage) {
        draft.diagnostics.push(out_of_order(stage, draft.stage.as_ref().map_or(line, |stage| &stage.span)));
    }
    if line.is_none() {
        draft.diagnostics.extend(tail.scripts.iter().map(script::without_request));
    }
    draft.diagnostics.sort_by_key(|diagnostic| diagnostic.span().map(|span| span.range().start));

    let variables =
        head.definitions.into_iter().map(|definition| variable(definition, above.requests, rules)).collect();
    let imports = std::mem::take(&mut draft.imports);
    let runs =
        !draft.runs.is_empty() || (!above.is_file && draft.references.iter().any(|reference| !reference.is_apart));
    if head.line.is_none() && runs {
        draft.diagnostics.extend(reference::needed_by_no_request(&draft));
    }
    let is_invalid = draft.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    let fragments = std::mem::take(&mut head.fragments);
    if head.line.is_none() && !is_invalid && !runs {
        draft.diagnostics.extend(directive::in_vain(&head.directives, above.is_file));
        draft.diagnostics.extend(head.scripts.iter().map(script::in_vain));
        let outcome = Outcome::NoRequest(Box::new(draft));
        return Reading { variables, imports, conflicts, fragments, scripts, course, outcome };
    }
    if let Some(title) = &block.title {
        entitle(&mut draft, title, rules);
    }
    if let Some(title) = draft.title.take() {
        let slot = if draft.name.is_none() { &mut draft.name } else { &mut draft.description };
        slot.get_or_insert(title);
    }
    draft.name = draft.name.map(|name| cut_name(name, rules));
    if head.line.is_none() && !is_invalid {
        draft.diagnostics.extend(directive::beside_runs(&head.directives));
        let outcome = Outcome::Entries(stage.max(above.stage), reference::entries(draft));
        return Reading { variables, imports, conflicts, fragments, scripts, course, outcome };
    }
    reference::need_what_runs_above(&mut draft);
    let entry = match (head.request_line, head.line) {
        (Some(request_line), Some(line)) if !is_invalid => {
            let request = request(draft, request_line, line, head.fields, body, auth);
            let header_maps = head.spreads;
            let mut own = Scripts { before: head.scripts, after: tail.scripts, ..Scripts::default() };
            std::mem::take(&mut scripts.own).add_to(&mut own);
            whole(Request { protocol, header_maps, scripts: own.into(), ..request })
        }
        (_, line) => Entry::Invalid(invalid(draft, line, &block.head)),
    };
    let outcome = Outcome::Entries(stage.max(above.stage), vec![entry]);
    Reading { variables, imports, conflicts, fragments, scripts, course, outcome }
}

/// A body whose files have their templates filled in: `# @injectVariables`.
fn rendered(mut body: Body) -> Body {
    if let Body::Content(pieces) = &mut body {
        for piece in pieces {
            if let Piece::File(FileReference::Verbatim(path)) = piece {
                *piece = Piece::File(FileReference::Rendered { path: path.clone(), encoding: None });
            }
        }
    }
    body
}

/// Whether a body is a GraphQL document, which people say, and editors make out, in different ways.
fn is_graphql(draft: &Draft, body: &Span, fields: &mut Vec<HeaderField>, named: Option<Named>, rules: &Rules) -> bool {
    let is_said = rules.graphql_field == GraphQlField::Read && graphql::take_request_type(fields)
        || draft.is_graphql
        || named == Some(Named::GraphQl);
    draft.raw.is_none() && !draft.is_plain && (is_said || graphql::looks_like_document(body, fields, rules))
}

/// Takes up the text after a separator.
fn entitle(draft: &mut Draft, title: &Span, rules: &Rules) {
    let slot = match rules.separator_text {
        SeparatorText::Name => &mut draft.name,
        SeparatorText::Comment => &mut draft.description,
    };
    slot.get_or_insert_with(|| title.clone().with(title.text().to_owned()));
}

/// As much of a name as counts.
fn cut_name(name: Spanned<String>, rules: &Rules) -> Spanned<String> {
    match name.value.split_ascii_whitespace().next() {
        Some(first) if rules.name_extent == NameExtent::FirstWord => {
            name.span.slice(0..first.len()).with(first.to_owned())
        }
        _ => name,
    }
}

/// Reads a body, or the message in its place.
fn read_body(draft: &mut Draft, body: &Span, fields: &[HeaderField], rules: &Rules) -> (Option<Body>, Vec<Diagnostic>) {
    let Some(raw) = draft.raw.take() else { return body::read(body, fields, rules) };
    match raw.value {
        Raw::Below => body::read_message(body, rules),
        Raw::Written(message) if body.text().is_empty() => (Some(message), Vec::new()),
        Raw::Written(_) => {
            let error = Diagnostic::error("a body beside a message that is sent as it is").at(body, "");
            (None, vec![error.at(&raw.span, "the message")])
        }
    }
}

/// Reads the messages of a WebSocket, unless a directive gives its steps.
fn read_messages(draft: &mut Draft, body: &Span, fields: &[HeaderField], rules: &Rules) -> Vec<Diagnostic> {
    let (steps, mut diagnostics) = conversation::read(body, fields, rules);
    match (&draft.protocol.steps, steps) {
        (Some(written), Some(below)) => {
            let error = Diagnostic::error("messages beside the steps of the WebSocket").at(&below.span, "");
            diagnostics.push(error.at(&written.span, "the steps"));
        }
        (None, below) => draft.protocol.steps = below,
        (Some(_), None) => {}
    }
    if let Some(raw) = &draft.raw {
        diagnostics.push(Diagnostic::error("a WebSocket has no message that is sent as it is").at(&raw.span, ""));
    }
    diagnostics
}

/// Reads scripts in braces. What they run with depends on where they stand.
fn read_scripts(draft: &mut Draft, head: &Head, below: &[braces::Block]) -> Collected {
    let mut scripts = Collected::default();
    let (above, below_line) =
        if head.line.is_some() { (Place::Above, Place::Below) } else { (Place::Alone, Place::Alone) };
    let placed = head.blocks.iter().map(|block| (block, above)).chain(below.iter().map(|block| (block, below_line)));
    for (block, place) in placed {
        draft.diagnostics.extend(scripts.take_up(block, place).err());
    }
    scripts
}

/// How the file runs, which is said above its first request.
fn read_course(draft: &mut Draft, above: Above) -> Course {
    let (parallel, serial) = (draft.parallel.take(), draft.serial.take());
    let spans = [parallel.as_ref().map(|parallel| &parallel.span), serial.as_ref().map(|serial| &serial.span)];
    if !above.is_file {
        let misplaced = |span: &Span| {
            Diagnostic::error("this is said of a whole file").at(span, "").help("put it above the first request")
        };
        draft.diagnostics.extend(spans.into_iter().flatten().map(misplaced));
    }
    Course { parallel: parallel.is_some_and(|parallel| parallel.value), serial }
}

/// What is spoken with the server; of a block without a request line nothing is known.
fn read_protocol(draft: &mut Draft, named: Option<Named>) -> Protocol {
    std::mem::take(&mut draft.protocol).finish(named).unwrap_or_else(|diagnostic| {
        draft.diagnostics.push(diagnostic);
        Protocol::Http
    })
}

fn out_of_order(stage: Stage, place: &Span) -> Diagnostic {
    let (message, help) = match stage {
        Stage::Setup => ("a request of the setup stands below others", "put it above all requests that are none"),
        Stage::Main | Stage::Teardown => ("a request stands below the teardown", "put it above, or add `# @teardown`"),
    };
    Diagnostic::error(message).at(place, "").help(help)
}

fn variable(definition: Definition, position: usize, rules: &Rules) -> Variable {
    let written = match rules.definition_escapes {
        DefinitionEscapes::Read if definition.value.text().contains('\\') => {
            Text::new(definition.value.clone().with(unescaped(definition.value.text())), Format::Http)
        }
        DefinitionEscapes::Read | DefinitionEscapes::Verbatim => text(&definition.value),
    };
    let value = Value { node: Node::Text(written), span: definition.value };
    let name = definition.name.text().to_owned();
    Variable { name: definition.name.with(name), value, binding: definition.binding, position }
}

/// A text with its escapes read.
fn unescaped(text: &str) -> String {
    let mut rest = text.chars();
    let mut read = String::with_capacity(text.len());
    while let Some(next) = rest.next() {
        match if next == '\\' { rest.next() } else { None } {
            Some('n') => read.push('\n'),
            Some('r') => read.push('\r'),
            Some('t') => read.push('\t'),
            Some(escaped) => read.push(escaped),
            None if next == '\\' => {}
            None => read.push(next),
        }
    }
    read
}

fn read_assertions<'a>(draft: &mut Draft, spans: impl Iterator<Item = &'a Span>, rules: &Rules) {
    for span in spans {
        let assertion = match rules.assertion_values {
            AssertionValues::Untyped => parse_httpyac_assertion(span),
            AssertionValues::Typed => draft.assertion(span),
        };
        match assertion {
            Ok(assertion) => draft.assertions.push(assertion),
            Err(diagnostic) => draft.diagnostics.push(diagnostic),
        }
    }
    // All requests of a run are kept until they have run.
    draft.assertions.shrink_to_fit();
}

/// Reads what header fields mean to an editor, and not to a server.
fn read_auth(draft: &mut Draft, fields: &mut Vec<HeaderField>, rules: &Rules) -> Option<Spanned<Auth>> {
    if rules.credentials == Credentials::Verbatim {
        return None;
    }
    shorthand::take(fields).unwrap_or_else(|diagnostic| {
        draft.diagnostics.push(diagnostic);
        None
    })
}

fn request(
    draft: Draft,
    line: RequestLine,
    span: Span,
    headers: Vec<HeaderField>,
    body: Option<Body>,
    auth: Option<Spanned<Auth>>,
) -> Request {
    Request {
        name: draft.name,
        description: draft.description,
        tags: draft.tags,
        span,
        protocol: Protocol::Http,
        method: line.method,
        target: line.target,
        version: line.version,
        params: draft.own.params,
        headers: headers.into_iter().chain(draft.own.headers).collect(),
        header_maps: Vec::new(),
        cookies: draft.own.cookies,
        body: body.map(Box::new),
        auth: draft.own.auth.or(auth).map(Box::new),
        settings: draft.own.settings.into(),
        flow: draft.own.flow.into(),
        references: draft.references.into(),
        scripts: Scripts::default().into(),
        variables: draft.variables,
        assertions: draft.assertions,
        captures: draft.captures,
        diagnostics: draft.diagnostics,
    }
}

/// A request, unless it says what does not belong together.
fn whole(request: Request) -> Entry {
    let problem = message::in_vain(&request).or_else(|| saved_in_vain(&request));
    let Some(error) = problem else { return Entry::Request(Box::new(request)) };
    Entry::Invalid(Invalid::in_place_of(&request, vec![error]))
}

/// The place of a request that could not be read: its line, its name, or what is wrong.
fn invalid(draft: Draft, line: Option<Span>, head: &Span) -> Invalid {
    let name = draft.name.as_ref().map(|name| &name.span);
    let first = draft.diagnostics.iter().find(|diagnostic| diagnostic.severity == Severity::Error);
    let span = line.as_ref().or(name).or(first.and_then(Diagnostic::span)).unwrap_or(head).clone();
    Invalid { name: draft.name, tags: draft.tags, span, diagnostics: draft.diagnostics, must: draft.must }
}
