//! Whatever requests hold: printed as `.http`, they parse back to themselves.

use std::fmt;

use proptest::prelude::*;

use super::parse;
use crate::http::Version;
use crate::source::SourceFile;
use crate::spec::{Binding, Body, Dialect, Entry, FileReference, Node, Piece, Request};

/// What a request says, without its places.
#[derive(Clone, Debug, PartialEq)]
struct Printed {
    name: Option<String>,
    tags: Vec<String>,
    definitions: Vec<(String, Binding, String)>,
    method: Option<String>,
    target: String,
    version: Option<Version>,
    headers: Vec<(String, String)>,
    /// Its lines, those of files included.
    body: String,
    assertions: Vec<String>,
}

impl fmt::Display for Printed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "### {}", self.name.as_deref().unwrap_or_default())?;
        for (name, binding, value) in &self.definitions {
            writeln!(f, "@{name} {} {value}", if *binding == Binding::Lazy { ":=" } else { "=" })?;
        }
        self.tags.iter().try_for_each(|tag| writeln!(f, "# @tag {tag}"))?;
        let method = self.method.iter().map(|method| format!("{method} ")).collect::<String>();
        let version = self.version.iter().map(|version| format!(" {version}")).collect::<String>();
        writeln!(f, "{method}{}{version}", self.target)?;
        self.headers.iter().try_for_each(|(name, value)| writeln!(f, "{name}: {value}"))?;
        if !self.body.is_empty() {
            writeln!(f, "\n{}", self.body)?;
        }
        writeln!(f)?;
        self.assertions.iter().try_for_each(|assertion| writeln!(f, "?? {assertion}"))
    }
}

/// What a parsed request says, with the definitions above it.
fn read(request: &Request, definitions: Vec<(String, Binding, String)>) -> Printed {
    Printed {
        name: request.name.as_ref().map(|name| name.value.clone()),
        tags: request.tags.iter().map(|tag| tag.value.clone()).collect(),
        definitions,
        method: request.method.as_ref().map(|method| method.value.clone()),
        target: request.target.value.clone(),
        version: request.version.as_ref().map(|version| version.value),
        headers: request
            .headers
            .iter()
            .map(|field| {
                (field.name.value.clone(), field.value.as_ref().map_or_else(String::new, |it| it.value.clone()))
            })
            .collect(),
        body: request.body.as_deref().map(lines).unwrap_or_default(),
        assertions: request.assertions.iter().map(|assertion| assertion.text().to_owned()).collect(),
    }
}

/// A body as the lines that make it.
fn lines(body: &Body) -> String {
    let Body::Content(pieces) = body else { panic!("no text was printed for {body:?}") };
    let line = |piece: &Piece| match piece {
        Piece::Text(text) | Piece::Form { text, .. } => text.value.clone(),
        Piece::File(FileReference::Verbatim(path)) => format!("< {}", path.value),
        Piece::File(FileReference::Rendered { path, .. }) => format!("<@ {}", path.value),
        Piece::Bytes(bytes) => panic!("no bytes were printed: {bytes:?}"),
    };
    pieces.iter().map(line).collect()
}

fn requests() -> impl Strategy<Value = Vec<Printed>> {
    prop::collection::vec(request(), 1..4)
}

fn request() -> impl Strategy<Value = Printed> {
    let head = (
        prop::option::of("[A-Za-z][A-Za-z0-9_.:-]{0,8}( [A-Za-z0-9#]{1,6})?"),
        prop::collection::vec("[a-z0-9-]{1,6}", 0..3),
        prop::collection::vec(definition(), 0..3),
        prop::option::of(prop::sample::select(vec!["GET", "POST", "DELETE", "PURGE", "M-SEARCH"])),
        "(https://[a-z]{1,6}\\.example|\\{\\{base\\}\\})(/[a-z0-9%~{}:@!$]{0,6}){0,3}(\\?[a-z]{1,3}=[a-z0-9+%/?]{0,6})?",
        prop::option::of(prop::sample::select(vec![Version::Http10, Version::Http11])),
    );
    let rest = (
        prop::collection::vec(("X-[A-Za-z0-9-]{1,8}", "([!-~]([ -~é]{0,16}[!-~])?)?"), 0..4),
        prop_oneof![Just(String::new()), body()],
        prop::collection::vec(prop::sample::select(vec!["status == 200", "body $.id == 7", "duration < 5s"]), 0..3),
    );
    (head, rest).prop_map(
        |((name, mut tags, definitions, method, target, version), (mut headers, body, assertions))| {
            tags.sort();
            tags.dedup();
            // Text in which no comment is dropped, and no line is taken for JSON.
            headers.push(("Content-Type".to_owned(), "text/plain".to_owned()));
            let (method, assertions) = (method.map(str::to_owned), assertions.into_iter().map(str::to_owned).collect());
            Printed { name, tags, definitions, method, target, version, headers, body, assertions }
        },
    )
}

fn definition() -> impl Strategy<Value = (String, Binding, String)> {
    ("[a-z][a-z0-9_]{0,6}", prop::sample::select(vec![Binding::Once, Binding::Lazy]), "[!-~]([ -~]{0,12}[!-~])?")
}

/// A body ends with its last line that is not blank, and what begins like a line with a
/// meaning of its own is none of text's.
fn body() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        4 => "([a-zA-Zé{\"(*]([ -~é]{0,16}[!-~])?)?",
        1 => "< \\./[a-z]{1,6}(-[a-z]{1,3})?\\.json",
        1 => "<@ [a-z]{1,6}/[a-z]{1,6}\\.txt",
    ];
    prop::collection::vec(line, 1..6).prop_map(|lines| lines.join("\n").trim_matches('\n').to_owned())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_parses_back_to_itself(printed in requests(), crlf: bool) {
        let text: String = printed.iter().map(ToString::to_string).collect();
        let spec = parse(&SourceFile::new("a.http", text.clone()), Dialect::default());
        let mut parsed = Vec::new();
        for (position, entry) in spec.requests.iter().enumerate() {
            let Entry::Request(request) = entry else { panic!("{entry:?} in\n{text}") };
            let own = spec.variables.iter().filter(|variable| variable.position == position);
            let definitions = own.map(|variable| match &variable.value.node {
                Node::Text(value) => (variable.name.value.clone(), variable.binding, value.value.clone()),
                other => panic!("a variable of a `.http` file is a text, not {other:?}"),
            });
            parsed.push(read(request, definitions.collect()));
        }
        prop_assert_eq!(&parsed, &printed, "{}", text);
        // Only heads: the ends of a text's lines are its own.
        if crlf && printed.iter().all(|request| !request.body.contains('\n')) {
            let spec = parse(&SourceFile::new("a.http", text.replace('\n', "\r\n")), Dialect::default());
            prop_assert_eq!(spec.requests.len(), printed.len());
        }
    }
}
