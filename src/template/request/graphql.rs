//! A GraphQL request, compiled, and rendered as the JSON that is sent.

use serde_json::{Value, json};

use crate::diagnostic::Diagnostic;
use crate::source::{Root, Span};
use crate::spec;
use crate::spec::{GraphQlVariables, Piece as Written};

use super::super::{CompiledValue, Scope, Template};
use super::compiler::Compiler;
use super::content::{Piece, render_text};

/// What a GraphQL request asks for, compiled.
#[derive(Debug)]
pub(super) struct GraphQl {
    document: Vec<Piece>,
    fragments: Vec<Fragment>,
    variables: Option<Variables>,
    operation_name: Option<Template>,
}

#[derive(Debug)]
struct Fragment {
    name: String,
    document: Vec<Piece>,
}

#[derive(Debug)]
enum Variables {
    Tree(CompiledValue),
    Written { pieces: Vec<Piece>, place: Span },
}

impl GraphQl {
    pub(super) fn compile(compiler: &mut Compiler<'_>, graphql: &spec::GraphQl) -> Self {
        let mut pieces = |written: &[Written]| -> Vec<Piece> {
            written.iter().map(|piece| Piece::compile(compiler, piece)).collect()
        };
        let document = pieces(&graphql.document);
        let fragment = |fragment: &spec::Fragment| Fragment {
            name: fragment.name.value.clone(),
            document: pieces(&fragment.document),
        };
        let fragments = graphql.fragments.iter().map(fragment).collect();
        let variables = graphql.variables.as_ref().map(|variables| match variables {
            GraphQlVariables::Tree(value) => Variables::Tree(compiler.value(value)),
            GraphQlVariables::Written(written) => Variables::Written {
                pieces: written.iter().map(|piece| Piece::compile(compiler, piece)).collect(),
                place: place(written).expect("variables that are written have a piece"),
            },
        });
        let operation_name = graphql.operation_name.as_ref().map(|name| compiler.text(name));
        Self { document, fragments, variables, operation_name }
    }

    /// The JSON that is sent (GraphQL over HTTP, 5.4).
    pub(super) fn render(&self, scope: &Scope<'_>, root: &Root) -> Result<String, Diagnostic> {
        let mut request = json!({ "query": self.render_document(scope, root)? });
        if let Some(name) = &self.operation_name {
            request["operationName"] = Value::String(name.render(scope)?);
        }
        if let Some(variables) = &self.variables {
            request["variables"] = variables.render(scope, root)?;
        }
        Ok(request.to_string())
    }

    /// The document, with the fragments that it spreads, and those that these spread.
    fn render_document(&self, scope: &Scope<'_>, root: &Root) -> Result<String, Diagnostic> {
        let mut document = render_text(&self.document, scope, root)?;
        let mut left: Vec<&Fragment> = self.fragments.iter().collect();
        while let Some(at) = left.iter().position(|fragment| spreads(&document, &fragment.name)) {
            let fragment = left.remove(at);
            document.push('\n');
            document.push_str(&render_text(&fragment.document, scope, root)?);
        }
        Ok(document)
    }
}

impl Variables {
    fn render(&self, scope: &Scope<'_>, root: &Root) -> Result<Value, Diagnostic> {
        match self {
            Self::Tree(value) => value.evaluate(scope),
            Self::Written { pieces, place } => {
                let text = render_text(pieces, scope, root)?;
                serde_json::from_str(&text).map_err(|error| {
                    Diagnostic::error(format!("the variables of the query are not JSON: {error}"))
                        .at(place, "")
                        .help("a text that a template gives needs quotes around it: `\"{{name}}\"`")
                })
            }
        }
    }
}

/// Whether a document spreads a fragment that it does not define.
fn spreads(document: &str, name: &str) -> bool {
    let follows = |before: &str| {
        document.match_indices(before).any(|(at, _)| {
            let rest = document[at + before.len()..].trim_start();
            rest.strip_prefix(name)
                .is_some_and(|rest| !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_'))
        })
    };
    follows("...") && !follows("fragment ")
}

/// Where pieces stand.
fn place(pieces: &[Written]) -> Option<Span> {
    let span = |piece: &Written| match piece {
        Written::Text(text) | Written::Form { text, .. } => text.span.clone(),
        Written::Bytes(bytes) => bytes.span.clone(),
        Written::File(file) => file.path().span.clone(),
    };
    let (first, last) = (span(pieces.first()?), span(pieces.last()?));
    Some(first.to(&last))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::{Body, Format, GraphQl as Asked};
    use crate::template::fixture::{self, Folder, place};

    fn written(text: &str) -> Vec<Written> {
        vec![Written::Text(fixture::text(text, Format::Http))]
    }

    fn sent(graphql: Asked) -> Result<String, Diagnostic> {
        let (payload, _) = Folder::new().payload(Body::GraphQl(Box::new(graphql)), Format::Http)?;
        Ok(String::from_utf8(payload.body.in_memory().unwrap()).unwrap())
    }

    fn asked(document: &str) -> Asked {
        Asked { document: written(document), fragments: Vec::new(), variables: None, operation_name: None }
    }

    #[test]
    fn variables_are_json_once_their_templates_are_filled_in() {
        let variables = |text: &str| Some(GraphQlVariables::Written(written(text)));
        let graphql = Asked { variables: variables("{\"id\": {{id}}}"), ..asked("query q { a(id: {{id}}) }") };
        assert_eq!(sent(graphql).unwrap(), r#"{"query":"query q { a(id: 7) }","variables":{"id":7}}"#);
        let error = sent(Asked { variables: variables("{\"id\": {{braces}}}"), ..asked("{ a }") }).unwrap_err();
        assert!(
            error.message.starts_with("the variables of the query are not JSON: key must be a string"),
            "{error:?}"
        );
        assert_eq!(place(&error), "{\"id\": {{braces}}}");
    }

    #[test]
    fn fragments_are_added_where_something_spreads_them() {
        let fragment = |name: &str, document: &str| spec::Fragment {
            name: fixture::text(name, Format::Http).span.with(name.to_owned()),
            document: written(document),
        };
        let fragments = vec![
            fragment("Inner", "fragment Inner on I { i }"),
            fragment("Outer", "fragment Outer on O { ... Inner }"),
            fragment("Out", "fragment Out on O { no }"),
            fragment("Own", "fragment Own on O { no }"),
        ];
        let document = "{ a { ...Outer ...Own } }\nfragment Own on A { own }";
        let graphql = Asked { fragments, ..asked(document) };
        let expected = format!("{document}\nfragment Outer on O {{ ... Inner }}\nfragment Inner on I {{ i }}");
        assert_eq!(sent(graphql).unwrap(), json!({ "query": expected }).to_string());
    }
}
