//! What a request carries, compiled and rendered.

use std::io::Read;
use std::path::Path;

use encoding_rs::Encoding;
use serde_json::{Value, json};

use crate::client::Payload;
use crate::diagnostic::Diagnostic;
use crate::http;
use crate::http::Segment;
use crate::source::{Root, SourceFile, open};
use crate::spec::{self, FileReference, Format, Text};

use super::super::{CompiledValue, Scope, Template};
use super::compiler::Compiler;
use super::fields::Pair;
use super::multipart::Part;
use super::{error_at, resolve};

/// The most bytes of a file that is rendered.
const LARGEST_RENDERED: u64 = 64 * 1024 * 1024;

/// How much of a file that is sent as it is is searched for what looks like a variable.
const SEARCHED: u64 = 64 * 1024;

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const TEXT: &str = "text/plain; charset=utf-8";

/// A body, compiled.
#[derive(Debug)]
pub(super) enum Body {
    Json(CompiledValue),
    Form(Vec<Pair>),
    Multipart(Vec<Part>),
    Content { pieces: Vec<Piece>, content_type: Option<&'static str> },
    Fixed(Payload),
    GraphQl(Box<GraphQl>),
}

/// A GraphQL request, compiled.
#[derive(Debug)]
pub(super) struct GraphQl {
    query: Template,
    variables: Option<CompiledValue>,
    operation_name: Option<Template>,
}

/// A piece of a body, compiled.
#[derive(Debug)]
pub(super) enum Piece {
    Text(Template),
    Verbatim { path: Template, format: Format },
    Rendered { path: Template, encoding: Option<&'static Encoding> },
}

impl Body {
    pub(super) fn compile(compiler: &mut Compiler<'_>, body: &spec::Body, format: Format) -> Self {
        match body {
            spec::Body::Json(value) => Self::Json(compiler.value(value)),
            spec::Body::Form(pairs) => Self::Form(compiler.pairs(pairs)),
            spec::Body::Multipart(parts) => {
                Self::Multipart(parts.iter().map(|part| Part::compile(compiler, part)).collect())
            }
            spec::Body::Content(pieces) => {
                let has_text = pieces.iter().any(|piece| matches!(piece, spec::Piece::Text(_)));
                let content_type = text_type(format).filter(|_| has_text);
                Self::Content {
                    pieces: pieces.iter().map(|piece| Piece::compile(compiler, piece)).collect(),
                    content_type,
                }
            }
            spec::Body::Raw(text) => Self::Fixed(payload(text.value.as_str(), text_type(format))),
            spec::Body::Bytes(bytes) => Self::Fixed(payload(bytes.value.clone(), None)),
            spec::Body::GraphQl { query, variables, operation_name } => Self::GraphQl(Box::new(GraphQl {
                query: compiler.text(query),
                variables: variables.as_ref().map(|variables| compiler.value(variables)),
                operation_name: operation_name.as_ref().map(|name| compiler.text(name)),
            })),
        }
    }

    /// The body and its media type.
    pub(super) fn render(&self, scope: &Scope<'_>, root: &Root) -> Result<Payload, Diagnostic> {
        match self {
            Self::Json(value) => Ok(payload(value.evaluate(scope)?.to_string(), Some(JSON))),
            Self::Form(pairs) => render_form(pairs, scope),
            Self::Multipart(parts) => super::multipart::render(parts, scope, root),
            Self::Content { pieces, content_type } => Ok(payload(render_pieces(pieces, scope, root)?, *content_type)),
            Self::Fixed(payload) => Ok(payload.clone()),
            Self::GraphQl(graphql) => graphql.render(scope),
        }
    }
}

impl GraphQl {
    fn render(&self, scope: &Scope<'_>) -> Result<Payload, Diagnostic> {
        let mut request = json!({ "query": self.query.render(scope)? });
        if let Some(variables) = &self.variables {
            request["variables"] = variables.evaluate(scope)?;
        }
        if let Some(name) = &self.operation_name {
            request["operationName"] = Value::String(name.render(scope)?);
        }
        Ok(payload(request.to_string(), Some(JSON)))
    }
}

/// In a `.http` file only what its author wrote is sent, and so no media type is added.
fn text_type(format: Format) -> Option<&'static str> {
    (format == Format::Yaml).then_some(TEXT)
}

fn payload(body: impl Into<http::Body>, content_type: Option<&str>) -> Payload {
    Payload { body: body.into(), content_type: content_type.map(str::to_owned) }
}

fn render_form(pairs: &[Pair], scope: &Scope<'_>) -> Result<Payload, Diagnostic> {
    let mut fields = Vec::new();
    for pair in pairs {
        pair.render_into(scope, &mut fields)?;
    }
    let encoded = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    Ok(payload(encoded, Some(FORM)))
}

fn render_pieces(pieces: &[Piece], scope: &Scope<'_>, root: &Root) -> Result<http::Body, Diagnostic> {
    let (mut segments, mut text) = (Vec::new(), Vec::new());
    for piece in pieces {
        match piece {
            Piece::Text(template) => text.extend(template.octets(scope.view())?),
            Piece::Rendered { path, encoding } => text.extend(render_file(path, *encoding, scope, root)?),
            Piece::Verbatim { path, format } => {
                push_bytes(&mut segments, &mut text);
                segments.push(file_segment(path, scope, root)?);
                warn_of_variables(path, *format, scope, &segments);
            }
        }
    }
    if segments.is_empty() || !text.is_empty() {
        segments.push(Segment::Bytes(text.into()));
    }
    Ok(http::Body::new(segments))
}

fn push_bytes(segments: &mut Vec<Segment>, bytes: &mut Vec<u8>) {
    if !bytes.is_empty() {
        segments.push(Segment::Bytes(std::mem::take(bytes).into()));
    }
}

/// A file, to be read while it is sent.
pub(super) fn file_segment(path: &Template, scope: &Scope<'_>, root: &Root) -> Result<Segment, Diagnostic> {
    let file = resolve(path, scope, root)?;
    let opened = open(&file).map_err(|error| error_at(path, error))?;
    let metadata = opened.metadata().map_err(|error| error_at(path, error))?;
    if !metadata.is_file() {
        return Err(error_at(path, format!("{} is not a file", file.display())));
    }
    Ok(Segment::File { length: metadata.len(), path: file })
}

fn render_file(
    path: &Template,
    encoding: Option<&'static Encoding>,
    scope: &Scope<'_>,
    root: &Root,
) -> Result<Vec<u8>, Diagnostic> {
    let from = path.span().source().path();
    let reference = path.render(scope)?;
    let bytes = root.read_bytes(from, &reference, LARGEST_RENDERED).map_err(|error| error_at(path, error))?;
    let encoding = encoding.unwrap_or(encoding_rs::UTF_8);
    let (text, _, malformed) = encoding.decode(&bytes);
    if malformed {
        return Err(error_at(path, format!("the file {reference} is not {}", encoding.name()))
            .help("name its encoding, as in `<@latin1 file`, or send it as it is, with `< file`"));
    }
    let source = SourceFile::new(from.parent().unwrap_or(Path::new("")).join(&reference), text);
    let span = source.span(0..source.text().len());
    let text = Text { value: source.text().to_owned(), span, format: Format::Http };
    let rendered = Template::compile(&text).and_then(|template| template.octets(scope.view()));
    rendered.map_err(|error| error.at(path.span(), "in this file"))
}

/// A file that is sent as it is, but holds the name of a variable in braces, was perhaps
/// meant to be rendered.
fn warn_of_variables(path: &Template, format: Format, scope: &Scope<'_>, segments: &[Segment]) {
    let (Some(Segment::File { path: file, .. }), Format::Http) = (segments.last(), format) else { return };
    let mut start = Vec::new();
    if open(file).is_ok_and(|file| file.take(SEARCHED).read_to_end(&mut start).is_ok())
        && let Some(name) = defined_name(&String::from_utf8_lossy(&start), scope)
    {
        scope.warn(
            Diagnostic::warning(format!("the file holds `{{{{{name}}}}}`, but is sent as it is"))
                .at(path.span(), "")
                .help("to have its variables replaced, write `<@`"),
        );
    }
}

fn defined_name(text: &str, scope: &Scope<'_>) -> Option<String> {
    let names = text.split("{{").skip(1).filter_map(|rest| rest.split_once("}}"));
    let names = names.map(|(name, _)| name.trim()).filter(|name| name.len() < 128);
    names.into_iter().find(|name| matches!(scope.lookup(name), Ok(Some(_)))).map(str::to_owned)
}

impl Piece {
    fn compile(compiler: &mut Compiler<'_>, piece: &spec::Piece) -> Self {
        match piece {
            spec::Piece::Text(text) => Self::Text(compiler.text(text)),
            spec::Piece::File(FileReference::Verbatim(path)) => {
                Self::Verbatim { path: compiler.text(path), format: path.format }
            }
            spec::Piece::File(FileReference::Rendered { path, encoding }) => {
                let known = encoding.as_ref().and_then(|name| Encoding::for_label(name.as_bytes()));
                if let (Some(name), None) = (encoding, known) {
                    let message = format!("`{}` is not an encoding that is known", name.value);
                    compiler.error(Diagnostic::error(message).at(&name.span, "").help("one is `latin1` or `utf-16le`"));
                }
                Self::Rendered { path: compiler.text(path), encoding: known }
            }
        }
    }
}
