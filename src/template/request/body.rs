//! What a request carries, compiled and rendered.

use crate::client::Payload;
use crate::diagnostic::Diagnostic;
use crate::http;
use crate::source::Root;
use crate::spec::{self, Format};

use super::super::{CompiledValue, Scope};
use super::compiler::Compiler;
use super::content::{Piece, render_pieces};
use super::fields::Pair;
use super::graphql::GraphQl;
use super::multipart::Part;

const JSON: &str = "application/json";
const TEXT: &str = "text/plain; charset=utf-8";

/// A body, compiled.
#[derive(Debug)]
pub(super) enum Body {
    Json(CompiledValue),
    Form(Vec<Pair>),
    Multipart(Vec<Part>),
    Content { pieces: Vec<Piece>, content_type: Option<&'static str> },
    Fixed(Payload),
    Message(Vec<Piece>),
    GraphQl(Box<GraphQl>),
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
            spec::Body::Verbatim(text) => Self::Fixed(payload(text.value.as_str(), text_type(format))),
            spec::Body::Message(pieces) => {
                Self::Message(pieces.iter().map(|piece| Piece::compile(compiler, piece)).collect())
            }
            spec::Body::Bytes(bytes) => Self::Fixed(payload(bytes.value.clone(), None)),
            spec::Body::GraphQl(graphql) => Self::GraphQl(Box::new(GraphQl::compile(compiler, graphql))),
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
            Self::Message(pieces) => Ok(Payload::message(render_pieces(pieces, scope, root)?)),
            Self::GraphQl(graphql) => Ok(payload(graphql.render(scope, root)?, Some(JSON))),
        }
    }
}

/// In a `.http` file only what its author wrote is sent, and so no media type is added.
fn text_type(format: Format) -> Option<&'static str> {
    (format == Format::Yaml).then_some(TEXT)
}

fn payload(body: impl Into<http::Body>, content_type: Option<&str>) -> Payload {
    Payload { body: body.into(), content_type: content_type.map(str::to_owned), ..Payload::default() }
}

fn render_form(pairs: &[Pair], scope: &Scope<'_>) -> Result<Payload, Diagnostic> {
    let mut fields = Vec::new();
    for pair in pairs {
        pair.render_into(scope, &mut fields)?;
    }
    Ok(Payload::pairs(&fields))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{SourceFile, Span};
    use crate::spec::Node;
    use crate::template::fixture::{self, Folder, value};

    fn nowhere() -> Span {
        SourceFile::new("spec", "").span(0..0)
    }

    fn tree(members: &[(&str, &str)]) -> spec::Value {
        let member = |&(name, content): &_| (fixture::text(name, Format::Yaml), value(content, Format::Yaml));
        spec::Value { node: Node::Map(members.iter().map(member).collect()), span: nowhere() }
    }

    #[test]
    fn bodies_carry_their_media_type() {
        let content = |text| spec::Body::Content(vec![spec::Piece::Text(text)]);
        let verbatim = || spec::Body::Verbatim(nowhere().with("{{id}}".to_owned()));
        let pairs = vec![
            (fixture::text("a b", Format::Yaml), value("{{ id }}&", Format::Yaml)),
            (fixture::text("l", Format::Yaml), value("{{ [1, none, '~*'] }}", Format::Yaml)),
        ];
        let graphql = spec::Body::GraphQl(Box::new(spec::GraphQl {
            document: vec![spec::Piece::Text(fixture::text("{ me }", Format::Yaml))],
            fragments: Vec::new(),
            variables: Some(spec::GraphQlVariables::Tree(tree(&[("id", "{{ id }}")]))),
            operation_name: None,
        }));
        for (body, format, expected, media_type) in [
            (
                spec::Body::Json(tree(&[("id", "{{ id }}"), ("t", "x{{ id }}")])),
                Format::Yaml,
                r#"{"id":7,"t":"x7"}"#,
                Some(JSON),
            ),
            (spec::Body::Form(pairs), Format::Yaml, "a+b=7%26&l=1&l=~%2A", Some("application/x-www-form-urlencoded")),
            (content(fixture::text("é{{ id }}", Format::Yaml)), Format::Yaml, "é7", Some(TEXT)),
            (content(fixture::text("é{{id}}", Format::Http)), Format::Http, "é7", None),
            (content(fixture::text("{{braces}}", Format::Http)), Format::Http, "{{id}}", None),
            (verbatim(), Format::Yaml, "{{id}}", Some(TEXT)),
            (verbatim(), Format::Http, "{{id}}", None),
            (spec::Body::Bytes(nowhere().with(b"ab".to_vec())), Format::Yaml, "ab", None),
            (graphql, Format::Yaml, r#"{"query":"{ me }","variables":{"id":7}}"#, Some(JSON)),
        ] {
            let (payload, _) = Folder::new().payload(body, format).unwrap();
            assert_eq!(String::from_utf8(payload.body.in_memory().unwrap()).unwrap(), expected);
            assert_eq!(payload.content_type.as_deref(), media_type, "{expected}");
        }
    }
}
