//! Statements of the `.http` specification that speak of what a document resolves
//! to, by their anchors. Where rqtest deviates in its default dialect, the statement
//! is not here, and the test of the deviation is beside the code.

use std::time::Duration;

use super::parse;
use crate::source::SourceFile;
use crate::spec::{Body, Dialect, Entry, HeaderField, Piece, Request};

/// Pairs of documents that resolve to the same requests.
const SAME: &[(&str, &str, &str)] = &[
    ("comments#request-identity", "# a\nGET /\n# b\nA: b\n", "GET /\nA: b\n"),
    ("comments/slash#recognition", "// a\nGET /\n// b\nA: b\n", "GET /\nA: b\n"),
    ("request-line#recognition", "\n\n@a = 1\n# b\n\nGET /\n", "GET /\n"),
    ("request-line#trailing-whitespace", "GET / \t \nA: b", "GET /\nA: b"),
    ("request-line/target-first#implied-method", "https://example.org/", "https://example.org/\n"),
    ("request-separator#leading-separator", "###\n###\nGET /\n###\nGET /b", "GET /\n###\nGET /b"),
    ("request-separator#empty-block", "GET /\n###\n# a\n###\nGET /b", "GET /\n###\nGET /b"),
    ("request-separator/hash-line#trailing-text", "GET /\n###any text\nGET /b", "GET /\n###\nGET /b"),
    ("request-separator/hash-line#recognition", "GET /\n#####\nGET /b", "GET /\n###\nGET /b"),
    ("comment-directives#unimplemented", "# @frobnicate 1\nGET /", "GET /"),
    ("comment-directives#header-placement", "GET /\n# @tag a: b\nA: b", "GET /\nA: b"),
    ("comment-directives#marker-forms", "// @timeout 5\nGET /", "# @timeout 5\nGET /"),
    ("comment-directives#marker-spacing", "#   @timeout 5\nGET /", "#@timeout 5\nGET /"),
    ("comment-directives#argument-text", "# @timeout \t 5 \t\nGET /", "# @timeout 5\nGET /"),
    (
        "file-conventions#terminator-variance",
        "@a = 1\r\nGET / HTTP/1.1\r\nA: b\r\n\r\nc\r\n",
        "@a = 1\nGET / HTTP/1.1\nA: b\n\nc\n",
    ),
    ("file-conventions#mixed-terminators", "GET /\r\nA: b\n\r\nc\n", "GET /\nA: b\n\nc\n"),
    ("header-fields#block-extent", "GET /\nA: b", "GET /\nA: b\n\n"),
    ("header-fields#value-whitespace", "GET /\nA: \t b \t\n", "GET /\nA:b\n"),
    ("message-body#trailing-blank-lines", "GET /\n\na\n \n\n###", "GET /\n\na"),
    ("message-body#final-terminator", "GET /\n\na\n", "GET /\n\na"),
    ("request-naming#request-identity", "### a\nGET /", "GET /"),
    ("request-naming#assignment-form", "# @name=a\nGET /", "# @name a\nGET /"),
    ("method-verbatim#lowercase-methods", "get /", "get / "),
    ("variable-definition#value-whitespace", "@a \t = \t 1 \t\nGET /", "@a=1\nGET /"),
];

/// Documents of which a part is an error.
const ERRORS: &[(&str, &str)] = &[
    ("request-line/method-first#malformed-line", "GET / HTTP/1.1 a"),
    ("request-line/method-first#malformed-line", "GET / /"),
    ("request-line/method-first#malformed-line", "GET"),
    ("request-version#malformed-version", "GET / HTTP/9.9"),
    ("request-version#malformed-version", "GET / HTTP/"),
    ("variable-definition#header-placement", "GET /\n@a = 1"),
    ("variable-definition#reserved-characters", "@a.b = 1\nGET /"),
    ("variable-definition#reserved-characters", "@$a = 1\nGET /"),
    ("header-fields#field-line-form", "GET /\nno colon"),
];

/// Documents of one request, and its body.
const BODIES: &[(&str, &str, &str)] = &[
    ("message-body#body-start", "GET /\n\n\n a", "\n a"),
    ("message-body#body-end", "GET /\n\na\n\nb\n###\n", "a\n\nb"),
    ("message-body#body-content", "GET /\nContent-Type: text/plain\n\n# a\n// b\nc", "# a\n// b\nc"),
    ("message-body#body-absence", "GET /\nA: b\n", ""),
    ("message-body#line-terminators", "GET /\n\na\r\nb\nc\r\n", "a\r\nb\nc"),
    ("variable-definition#body-lines", "GET /\n\n@a = 1\n", "@a = 1"),
    ("body-octets#document-octets", "GET /\n\n\\u00e9 é &eacute;", "\\u00e9 é &eacute;"),
    ("variable-substitution#brace-text", "GET /\n\n{{}} {{ a }} {{", "{{}} {{ a }} {{"),
];

/// What is sent of a request.
#[derive(Debug, PartialEq)]
struct Sent {
    method: Option<String>,
    target: String,
    fields: Vec<(String, String)>,
    body: String,
    timeout: Option<Duration>,
}

impl Sent {
    fn of(request: &Request) -> Self {
        let field = |field: &HeaderField| {
            let value = field.value.as_ref().expect("a field of a `.http` file has a value");
            (field.name.value.clone(), value.value.clone())
        };
        Self {
            method: request.method.as_ref().map(|method| method.value.clone()),
            target: request.target.value.clone(),
            fields: request.headers.iter().map(field).collect(),
            body: request.body.as_deref().map_or_else(String::new, body_text),
            timeout: request.settings.timeout.as_deref().copied(),
        }
    }
}

fn body_text(body: &Body) -> String {
    let Body::Content(pieces) = body else { panic!("a body of a `.http` file is its content") };
    let texts = pieces.iter().map(|piece| match piece {
        Piece::Text(text) => text.value.as_str(),
        Piece::Form { .. } | Piece::File(_) | Piece::Bytes(_) => panic!("no file is in these documents"),
    });
    texts.collect()
}

fn entries(document: &str) -> Vec<Entry> {
    parse(&SourceFile::new("a.http", document), Dialect::default()).requests
}

fn requests(document: &str) -> Vec<Sent> {
    let request = |entry: &Entry| match entry {
        Entry::Request(request) => Sent::of(request),
        other => panic!("{document:?}: {:?}", other.diagnostics()),
    };
    entries(document).iter().map(request).collect()
}

#[test]
fn documents_resolve_to_the_same_requests() {
    for (anchor, one, other) in SAME {
        assert_eq!(requests(one), requests(other), "{anchor}");
    }
}

#[test]
fn bodies_are_what_the_specification_says() {
    for (anchor, document, body) in BODIES {
        let found = requests(document);
        assert_eq!((found.len(), found[0].body.as_str()), (1, *body), "{anchor}");
    }
}

#[test]
fn documents_that_do_not_conform_are_errors() {
    for (anchor, document) in ERRORS {
        let entries = entries(document);
        assert!(matches!(entries.as_slice(), [Entry::Invalid(_)]), "{anchor}: {document:?}");
    }
}
