//! GraphQL in the place of a body: a document, and below an empty line its variables.
//!
//! Editors say in different ways that a body is GraphQL: `GRAPHQL url`, a field
//! `X-Request-Type: GraphQL`, `# @graphql`, or a document where JSON is announced.

use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::spec::dialect::{GraphQlBodies, Rules};
use crate::spec::{Body, FileReference, Format, Fragment, GraphQl, GraphQlVariables, HeaderField, Piece, Text};

use super::body;
use super::grammar::{self, Rule, locate};
use super::line::{Line, LineKind, lines_of, trimmed};
use super::media::{Media, content_type};
use super::text;

/// The field that tells VS Code's client that a body is GraphQL.
const REQUEST_TYPE: &str = "X-Request-Type";

/// The field that names the operation.
const OPERATION: &str = "X-GraphQL-Operation";

/// What a document may begin with, beside a selection.
const KEYWORDS: &[&str] = &["query", "mutation", "subscription", "fragment"];

/// Whether the fields say that the body is GraphQL; they are for the editor, and are not sent.
pub(super) fn take_request_type(fields: &mut Vec<HeaderField>) -> bool {
    let says = |field: &HeaderField| {
        let value = field.value.as_ref().map_or("", |value| &value.value);
        field.name.value.eq_ignore_ascii_case(REQUEST_TYPE) && value.eq_ignore_ascii_case("graphql")
    };
    let before = fields.len();
    fields.retain(|field| !says(field));
    fields.len() < before
}

/// Whether a body is a document although nothing above it says so: httpYac reads every one
/// that begins as such, here only what is announced as JSON and is none.
pub(super) fn looks_like_document(span: &Span, fields: &[HeaderField], rules: &Rules) -> bool {
    let is_possible = match rules.graphql_bodies {
        GraphQlBodies::Document => true,
        GraphQlBodies::Announced => content_type(fields).is_some_and(|kind| kind.contains("json")),
        GraphQlBodies::Content => false,
    };
    is_possible && may_be_document(span)
}

/// Whether a body begins as a document does.
pub(super) fn may_be_document(span: &Span) -> bool {
    let first = lines_of(span).find(|line| !matches!(line.look(), LineKind::Blank | LineKind::Comment));
    let begins = |line: &Line<'_>| keyword(line.text).is_some() || grammar::matches(Rule::named_file, line.text);
    first.as_ref().is_some_and(begins)
}

/// Reads a document and its variables. A body that is JSON already stays as it is.
///
/// That there is none is said at the request line.
pub(super) fn read(
    span: &Span,
    fields: &mut Vec<HeaderField>,
    line: &Span,
    rules: &Rules,
) -> (Option<Body>, Vec<Diagnostic>) {
    let operation = take_operation(fields);
    let (document, below) = split(span, rules);
    if is_json(&document) {
        announce_json(fields, &document);
        let (pieces, diagnostics) = body::pieces(span, Media::Json, rules);
        return (Some(Body::Content(pieces)), diagnostics);
    }
    let (document, mut diagnostics) = read_document(&document, rules);
    let (variables, wrong) = body::pieces(&below, Media::Json, rules);
    diagnostics.extend(wrong);
    if document.is_empty() {
        let error = Diagnostic::error("a GraphQL request without a query").at(line, "");
        diagnostics.push(error.help("write the query below an empty line"));
        return (None, diagnostics);
    }
    let operation_name = operation.or_else(|| operation_name(&document));
    let variables = (!variables.is_empty()).then_some(GraphQlVariables::Written(variables));
    let graphql = GraphQl { document, fragments: Vec::new(), variables, operation_name };
    (Some(Body::GraphQl(Box::new(graphql))), diagnostics)
}

/// Reads what stands above request lines: `fragment Name on Type {…}`, `gql Name < file`.
pub(super) fn fragment(name: Span, document: &Span, rules: &Rules) -> (Fragment, Vec<Diagnostic>) {
    let (document, diagnostics) = read_document(document, rules);
    let name = name.clone().with(name.text().to_owned());
    (Fragment { name, document }, diagnostics)
}

fn take_operation(fields: &mut Vec<HeaderField>) -> Option<Text> {
    let at = fields.iter().position(|field| field.name.value.eq_ignore_ascii_case(OPERATION))?;
    fields.remove(at).value
}

/// Says that JSON is sent, unless the author says what.
fn announce_json(fields: &mut Vec<HeaderField>, body: &Span) {
    if content_type(fields).is_none() {
        let made = |text: &str| Text::new(body.slice(0..0).with(text.to_owned()), Format::Http);
        fields.push(HeaderField { name: made("Content-Type"), value: Some(made("application/json")) });
    }
}

/// The pieces of a document; `gql Name < file` stands for what the file holds.
fn read_document(span: &Span, rules: &Rules) -> (Vec<Piece>, Vec<Diagnostic>) {
    let trimmed = trimmed(span);
    match named_file(&trimmed) {
        Some((_, path)) => (vec![rendered(&path)], Vec::new()),
        None => body::pieces(&trimmed, Media::GraphQl, rules),
    }
}

/// The name and the path of `gql Name < file`.
pub(super) fn named_file(line: &Span) -> Option<(Option<Span>, Span)> {
    let pairs: Vec<_> = grammar::read(Rule::named_file, line).ok()?.flat_map(|pair| pair.into_inner()).collect();
    let part = |rule: Rule| pairs.iter().find(|pair| pair.as_rule() == rule).map(|pair| locate(line, pair));
    Some((part(Rule::fragment_name), trimmed(&part(Rule::argument)?)))
}

fn rendered(path: &Span) -> Piece {
    Piece::File(FileReference::Rendered { path: text(path), encoding: None })
}

/// The word that a line of a document begins with, and where it ends.
fn keyword(line: &str) -> Option<usize> {
    let start = line.len() - line.trim_start().len();
    let found = KEYWORDS.iter().find(|keyword| {
        let rest = line[start..].strip_prefix(**keyword);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '{', '(', '@']))
    })?;
    Some(start + found.len())
}

/// The name of the operation that a document begins with.
fn operation_name(document: &[Piece]) -> Option<Text> {
    let [Piece::Text(first), ..] = document else { return None };
    let start = keyword(&first.value).filter(|_| !first.value.trim_start().starts_with("fragment"))?;
    let rest = &first.value[start..];
    let at = start + (rest.len() - rest.trim_start().len());
    let length = first.value[at..].find(|next: char| !next.is_ascii_alphanumeric() && next != '_')?;
    (length > 0).then(|| text(&first.span.slice(at..at + length)))
}

/// Whether a document is none, but JSON: an object with a key in quotes, or a list.
fn is_json(document: &Span) -> bool {
    let text = document.text().trim_start();
    let object = text.strip_prefix('{').map(str::trim_start);
    text.starts_with('[') || object.is_some_and(|inside| inside.starts_with(['"', '}']))
}

/// Cuts off the variables: what begins with a brace, or is a file of JSON, below an empty
/// line where no bracket of the document is open.
fn split(span: &Span, rules: &Rules) -> (Span, Span) {
    let mut extent = Extent::default();
    let (mut is_empty, mut is_below_blank) = (true, false);
    for line in lines_of(span) {
        match line.kind(rules) {
            LineKind::Blank => is_below_blank = true,
            LineKind::Comment => {}
            _ => {
                if is_below_blank && !is_empty && extent.is_closed() && begins_variables(line.text) {
                    let at = line.start - span.range().start;
                    return (span.slice(0..at), span.slice(at..span.text().len()));
                }
                extent.read(line.text);
                (is_empty, is_below_blank) = (false, false);
            }
        }
    }
    let end = span.text().len();
    (span.clone(), span.slice(end..end))
}

fn begins_variables(line: &str) -> bool {
    line.starts_with('{') || (line.starts_with('<') && line.trim_end().ends_with(".json"))
}

/// How much of a document is open: brackets are counted outside of strings and comments.
#[derive(Default)]
struct Extent {
    depth: usize,
    is_in_block_string: bool,
}

impl Extent {
    fn is_closed(&self) -> bool {
        self.depth == 0 && !self.is_in_block_string
    }

    fn read(&mut self, line: &str) {
        let mut rest = line;
        while let Some(next) = rest.chars().next() {
            let length = if rest.starts_with("\"\"\"") {
                self.is_in_block_string = !self.is_in_block_string;
                3
            } else if self.is_in_block_string {
                next.len_utf8()
            } else {
                self.step(rest, next)
            };
            rest = &rest[length..];
        }
    }

    /// Goes on with a token outside of block strings; its length.
    fn step(&mut self, rest: &str, next: char) -> usize {
        match next {
            '{' | '(' | '[' => self.depth += 1,
            '}' | ')' | ']' => self.depth = self.depth.saturating_sub(1),
            '"' => return string(rest),
            '#' => return rest.len(),
            _ => {}
        }
        next.len_utf8()
    }
}

/// The length of the string that a text begins with.
fn string(text: &str) -> usize {
    let mut escaped = false;
    let end = text.bytes().skip(1).position(|byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    });
    end.map_or(text.len(), |end| end + 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;
    use crate::spec::Dialect;

    fn span(text: &str) -> Span {
        SourceFile::new("a.http", text).span(0..text.len())
    }

    fn shown(pieces: &[Piece]) -> String {
        let show = |piece: &Piece| match piece {
            Piece::Text(text) | Piece::Form { text, .. } => text.value.clone(),
            Piece::File(file) => format!("[{}]", file.path().value),
            Piece::Bytes(_) => panic!("no bytes stand in a `.http` file"),
        };
        pieces.iter().map(show).collect()
    }

    /// The document, the variables and the operation of a body.
    fn parts(body: &str) -> (String, String, String) {
        match read(&span(body), &mut Vec::new(), &span(""), Dialect::Superset.rules()) {
            (Some(Body::GraphQl(graphql)), diagnostics) if diagnostics.is_empty() => {
                let variables = match &graphql.variables {
                    Some(GraphQlVariables::Written(pieces)) => shown(pieces),
                    None => String::new(),
                    Some(GraphQlVariables::Tree(_)) => panic!("variables in a `.http` file are written"),
                };
                let operation = graphql.operation_name.map(|name| name.value).unwrap_or_default();
                (shown(&graphql.document), variables, operation)
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn variables_stand_below_the_document() {
        for (body, document, variables, operation) in [
            ("query {\n  a\n}\n\n{\"b\": 1}\n", "query {\n  a\n}", "{\"b\": 1}", ""),
            ("{ a }\n\n\n{{variables}}", "{ a }", "{{variables}}", ""),
            (
                "query Q($b: Int) {\n  a(b: $b)\n\n  {{c}}\n}\n\n{\n}",
                "query Q($b: Int) {\n  a(b: $b)\n\n  {{c}}\n}",
                "{\n}",
                "Q",
            ),
            ("mutation M { a(b: \"{\") }\n\n# c\n{}", "mutation M { a(b: \"{\") }", "{}", "M"),
            ("{ a(b: \"\"\"\n\n{\n\"\"\") }", "{ a(b: \"\"\"\n\n{\n\"\"\") }", "", ""),
            ("{ a } # {\n\n{}", "{ a } # {", "{}", ""),
            ("query Q { ...F }\n\nfragment F on A { b }\n\n{}", "query Q { ...F }\n\nfragment F on A { b }", "{}", "Q"),
            ("< a.graphql\n\n{}", "[a.graphql]", "{}", ""),
            ("<@ a.graphql\n\n< b.json", "[a.graphql]", "[b.json]", ""),
            ("gql Named < ./a b.graphql\n\n{}", "[./a b.graphql]", "{}", ""),
            ("# a comment\nsubscription S{ a }", "subscription S{ a }", "", "S"),
        ] {
            let expected = (document.to_owned(), variables.to_owned(), operation.to_owned());
            assert_eq!(parts(body), expected, "{body:?}");
        }
    }

    #[test]
    fn what_is_json_already_stays_as_it_is() {
        for body in ["{\"query\": \"{ a }\"}", "[{\"query\": \"{ a }\"}]", "{ }"] {
            let (found, _) = read(&span(body), &mut Vec::new(), &span(""), Dialect::Superset.rules());
            assert!(matches!(found, Some(Body::Content(_))), "{body}");
        }
    }

    #[test]
    fn a_query_must_be_there() {
        let (body, diagnostics) = read(&span("\n"), &mut Vec::new(), &span(""), Dialect::Superset.rules());
        assert_eq!((body, diagnostics[0].message.as_str()), (None, "a GraphQL request without a query"));
    }

    #[test]
    fn a_document_in_the_place_of_json_is_graphql_where_httpyac_is_heeded() {
        let media = |kind: &str| {
            let value = span(kind);
            vec![HeaderField { name: text(&span("Content-Type")), value: Some(text(&value)) }]
        };
        for (body, kind, dialect, expected) in [
            ("query { a }", "application/json", Dialect::Superset, true),
            ("query { a }", "application/json", Dialect::VsCode, false),
            ("query { a }", "text/plain", Dialect::Superset, false),
            ("query { a }", "text/plain", Dialect::HttpYac, true),
            ("# b\nmutation M { a }", "application/json", Dialect::Superset, true),
            ("gql M < a.graphql", "application/json", Dialect::Superset, true),
            ("queryable", "application/json", Dialect::HttpYac, false),
            ("{ a }", "application/json", Dialect::HttpYac, false),
        ] {
            assert_eq!(
                looks_like_document(&span(body), &media(kind), dialect.rules()),
                expected,
                "{body} {kind} {dialect:?}"
            );
        }
    }
}
