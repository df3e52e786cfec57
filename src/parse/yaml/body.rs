//! What a request carries: one key, one kind of body.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::diagnostic::Diagnostic;
use crate::parse::message::with_line_ends;
use crate::source::Spanned;
use crate::spec::{Body, FileReference, GraphQl, GraphQlVariables, Node, Part, PartContent, Piece, Text, Value};

use super::table::{Problems, Table, key};
use super::{Field, defaults};

/// The bodies that a request was given, each with its key; more than one is too many.
pub(crate) type Bodies = Vec<(Text, Body)>;

/// The keys of bodies.
pub(crate) const BODIES: Table<Bodies> = Table(&[
    key("json", |bodies, field, _| add(bodies, field, Some(Body::Json(field.value.clone())))),
    key("form", |bodies, field, problems| {
        let pairs = defaults::pairs(field, problems);
        add(bodies, field, Some(Body::Form(pairs)));
    }),
    key("multipart", |bodies, field, problems| {
        let parts = multipart(field, problems);
        add(bodies, field, Some(Body::Multipart(parts)));
    }),
    key("text", |bodies, field, problems| {
        let pieces = pieces(field, problems);
        add(bodies, field, Some(Body::Content(pieces)));
    }),
    key("bytes", |bodies, field, problems| {
        let bytes = problems.keep(base64(field));
        add(bodies, field, bytes.map(Body::Bytes));
    }),
    key("file", |bodies, field, problems| {
        let file = file(field, problems);
        add(bodies, field, file.map(|file| Body::Content(vec![Piece::File(file)])));
    }),
    key("graphql", |bodies, field, problems| {
        let query = graphql(field, problems);
        add(bodies, field, query);
    }),
    key("verbatim", |bodies, field, problems| {
        let text = problems.keep(field.string());
        add(bodies, field, text.map(Body::Verbatim));
    }),
    key("raw", |bodies, field, problems| {
        let message = message(field, problems);
        add(bodies, field, message.map(Body::Message));
    }),
]);

fn add(bodies: &mut Bodies, field: Field<'_>, body: Option<Body>) {
    bodies.extend(body.map(|body| (field.key.clone(), body)));
}

/// The one body of a request.
pub(super) fn only(mut bodies: Bodies, problems: &mut Problems) -> Option<Body> {
    if let [(first, _), (second, _), ..] = bodies.as_slice() {
        let message = format!("a request has one body, and not both `{}` and `{}`", first.value, second.value);
        problems.push(Diagnostic::error(message).at(&second.span, "the second").at(&first.span, "the first"));
    }
    bodies.pop().map(|(_, body)| body)
}

/// What `raw` takes beside a text: a message to the byte.
const MESSAGE: Table<Vec<Piece>> = Table(&[
    key("text", |pieces, field, problems| pieces.extend(problems.keep(field.text()).map(Piece::Text))),
    key("bytes", |pieces, field, problems| pieces.extend(problems.keep(base64(field)).map(Piece::Bytes))),
    key("file", |pieces, field, problems| pieces.extend(file(field, problems).map(Piece::File))),
]);

/// A text as people type a message, or `{text: …}`, `{bytes: …}` or `{file: …}`.
fn message(field: Field<'_>, problems: &mut Problems) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    match (field.only_entry(), field.scalar()) {
        (Some(entry), _) => MESSAGE.read_entries(&mut pieces, [entry], problems),
        (None, Some(text)) => {
            pieces.push(Piece::Text(Text { value: with_line_ends(&text.value).into_owned(), ..text }))
        }
        (None, None) => problems.push(field.expected("a text, or one of `{text: …}`, `{bytes: …}` and `{file: …}`")),
    }
    (!pieces.is_empty()).then_some(pieces)
}

/// Bytes, written in base64.
pub(super) fn base64(field: Field<'_>) -> Result<Spanned<Vec<u8>>, Diagnostic> {
    let text = field.text()?;
    let compact: String = text.value.split_ascii_whitespace().collect();
    let bytes = STANDARD.decode(compact).map_err(|_| {
        let problem = Diagnostic::error(format!("`{}`: not base64", field.key.value)).at(&text.span, "");
        problem.help("`text` and `file` take what they send as it is")
    })?;
    Ok(text.span.with(bytes))
}

/// Texts and files, one or a list of them.
fn pieces(field: Field<'_>, problems: &mut Problems) -> Vec<Piece> {
    field.one_or_more().filter_map(|item| piece(item, problems)).collect()
}

/// A text, or `{file: …}`: a list of both is sent one after the other.
pub(super) fn piece(field: Field<'_>, problems: &mut Problems) -> Option<Piece> {
    match field.only_entry() {
        Some(entry) if entry.key.value == "file" => file(entry, problems).map(Piece::File),
        _ => problems.keep(field.scalar().ok_or_else(|| field.expected("a text, or `{file: path}`")).map(Piece::Text)),
    }
}

/// A path, sent as it is, or `{path, render, encoding}`.
#[derive(Default)]
struct FileDraft {
    path: Option<Text>,
    render: bool,
    encoding: Option<Spanned<String>>,
}

const FILE: Table<FileDraft> = Table(&[
    key("path", |file, field, problems| file.path = problems.keep(field.text())),
    key("render", |file, field, problems| {
        file.render = problems.keep(field.boolean()).is_some_and(|render| render.value);
    }),
    key("encoding", |file, field, problems| file.encoding = problems.keep(field.charset())),
]);

fn file(field: Field<'_>, problems: &mut Problems) -> Option<FileReference> {
    if !matches!(field.value.node, Node::Map(_)) {
        return problems.keep(field.text()).map(FileReference::Verbatim);
    }
    let mut draft = FileDraft::default();
    FILE.read_map(&mut draft, field, problems);
    field.require("path", problems);
    let path = draft.path?;
    let is_rendered = draft.render || draft.encoding.is_some();
    Some(if is_rendered {
        FileReference::Rendered { path, encoding: draft.encoding }
    } else {
        FileReference::Verbatim(path)
    })
}

#[derive(Default)]
struct PartDraft {
    name: Option<Text>,
    value: Option<Value>,
    file: Option<Text>,
    filename: Option<Text>,
    content_type: Option<Text>,
    headers: Vec<(Text, Text)>,
}

const PART: Table<PartDraft> = Table(&[
    key("name", |part, field, problems| part.name = problems.keep(field.text())),
    key("value", |part, field, _| part.value = Some(part_value(field))),
    key("file", |part, field, problems| part.file = problems.keep(field.text())),
    key("filename", |part, field, problems| part.filename = problems.keep(field.text())),
    key("content_type", |part, field, problems| part.content_type = problems.keep(field.text())),
    key("headers", |part, field, problems| part.headers = field.texts(problems)),
]);

/// A tree is sent as JSON, all else as it is written.
fn part_value(field: Field<'_>) -> Value {
    match field.value.node {
        Node::List(_) | Node::Map(_) => field.value.clone(),
        _ => field.as_written(),
    }
}

fn multipart(field: Field<'_>, problems: &mut Problems) -> Vec<Part> {
    let parts = problems.keep(field.items());
    parts.into_iter().flatten().filter_map(|item| part(item, problems)).collect()
}

fn part(field: Field<'_>, problems: &mut Problems) -> Option<Part> {
    let mut draft = PartDraft::default();
    PART.read_map(&mut draft, field, problems);
    field.require("name", problems);
    let content = match (draft.value, draft.file) {
        _ if !matches!(field.value.node, Node::Map(_)) => None,
        (Some(value), None) => Some(PartContent::Value(value)),
        (None, Some(path)) => Some(PartContent::File(path)),
        _ => {
            problems.push(Diagnostic::error("a part has either a `value` or a `file`").at(field.span(), ""));
            None
        }
    };
    let PartDraft { name, filename, content_type, headers, .. } = draft;
    Some(Part { name: name?, content: content?, filename, content_type, headers })
}

#[derive(Default)]
struct GraphQlDraft {
    query: Vec<Piece>,
    variables: Option<Value>,
    operation_name: Option<Text>,
}

const GRAPHQL: Table<GraphQlDraft> = Table(&[
    key("query", |graphql, field, problems| graphql.query = pieces(field, problems)),
    key("variables", |graphql, field, _| graphql.variables = Some(field.value.clone())),
    key("operation_name", |graphql, field, problems| graphql.operation_name = problems.keep(field.text())),
]);

/// A document, or `{query, variables, operation_name}`; a list of texts and files is one document.
fn graphql(field: Field<'_>, problems: &mut Problems) -> Option<Body> {
    let mut draft = GraphQlDraft::default();
    match &field.value.node {
        Node::Map(_) => {
            GRAPHQL.read_map(&mut draft, field, problems);
            field.require("query", problems);
        }
        _ => draft.query = pieces(field, problems),
    }
    let GraphQlDraft { query: document, variables, operation_name } = draft;
    let variables = variables.map(GraphQlVariables::Tree);
    let graphql = GraphQl { document, fragments: Vec::new(), variables, operation_name };
    (!graphql.document.is_empty()).then(|| Body::GraphQl(Box::new(graphql)))
}
