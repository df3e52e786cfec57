//! What holds for every text, whatever it is.

use proptest::prelude::*;

use super::parse;
use super::snapshots::fixtures;
use crate::source::{SourceFile, read_source};
use crate::spec::{Entry, Spec};

/// What the format is made of, so that random texts come near to it.
const TOKENS: &[&str] = &[
    "###",
    "\n",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    " ",
    "\t",
    "GET ",
    "POST ",
    "https://a.b",
    "/c",
    " HTTP/1.1",
    "{{",
    "}}",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\\",
    "<",
    "< ",
    "<@",
    "> {%",
    "< {%",
    "%}",
    ">>",
    "<>",
    "@",
    "@a = 1",
    ":=",
    "=",
    "# ",
    "//",
    "#",
    "# @",
    "name ",
    "timeout ",
    "tags ",
    "retry ",
    ":",
    "A: b",
    "Content-Type: ",
    "multipart/a",
    "application/json",
    "application/x-www-form-urlencoded",
    "Cookie: a",
    "Authorization: Basic ",
    "&",
    "?",
    "a",
    "é",
    "\u{feff}",
    "\u{85}",
    "\0",
];

fn texts() -> impl Strategy<Value = String> {
    let tokens = prop::collection::vec(prop::sample::select(TOKENS), 0..60).prop_map(|tokens| tokens.concat());
    prop_oneof![tokens, any::<String>()]
}

/// A fixture with a stretch of it taken out, or put in again elsewhere.
fn mutated_fixtures() -> impl Strategy<Value = String> {
    let texts: Vec<String> = fixtures().iter().map(|path| read_source(path).unwrap().text().to_owned()).collect();
    (prop::sample::select(texts), any::<[prop::sample::Index; 3]>(), inserted()).prop_map(|(text, places, inserted)| {
        let mut places = places.map(|place| text.floor_char_boundary(place.index(text.len() + 1)));
        places.sort_unstable();
        let [first, second, third] = places;
        [&text[..first], &text[second..third], &inserted, &text[first..second], &text[third..]].concat()
    })
}

fn inserted() -> impl Strategy<Value = String> {
    prop::sample::select(TOKENS).prop_map(str::to_owned)
}

fn read(text: &str) -> Spec {
    parse(&SourceFile::new("a.http", text))
}

fn holds(text: &str) {
    let spec = read(text);
    for entry in &spec.requests {
        let diagnostics = match entry {
            Entry::Request(request) => &request.diagnostics,
            Entry::Invalid(invalid) => &invalid.diagnostics,
        };
        let places = diagnostics.iter().flat_map(|diagnostic| &diagnostic.labels);
        places.for_each(|label| drop(label.span.text().to_owned()));
    }
    let lines: Vec<_> = spec.requests.iter().map(|entry| entry.span().range().start).collect();
    assert!(lines.is_sorted(), "requests are in the order of the file");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_without_a_panic(text in texts()) {
        holds(&text);
    }

    #[test]
    fn a_changed_fixture_is_read_without_a_panic(text in mutated_fixtures()) {
        holds(&text);
    }
}
