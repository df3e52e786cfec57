//! What holds for every text, whatever it is.

use proptest::prelude::*;

use super::parse;
use super::snapshots::fixtures;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{SourceFile, read_source};
use crate::spec::{Dialect, Entry};

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
    "assert ",
    "capture ",
    "a = ",
    "?? ",
    "status == 200",
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
    "import a.http",
    "run #a",
    "run a.http#a (@a=",
    "# @ref a",
    ", @b = ",
    ")",
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

/// The requests of all parts of a file.
fn entries(text: &str) -> Vec<Entry> {
    let spec = parse(&SourceFile::new("a.http", text), Dialect::default());
    [spec.setup, spec.requests, spec.teardown].concat()
}

/// What is wrong with an entry, and whether it is one that runs.
fn diagnostics(entry: &Entry) -> (&[Diagnostic], bool) {
    match entry {
        Entry::Request(_) | Entry::Run(_) => (entry.diagnostics(), true),
        Entry::Invalid(_) => (entry.diagnostics(), false),
    }
}

/// What the head of each request says, and its name.
fn heads(entries: &[Entry]) -> Vec<String> {
    let head = |entry: &Entry| match entry {
        Entry::Request(request) => {
            let fields =
                request.headers.iter().map(|field| (&field.name.value, field.value.as_ref().map(|it| &it.value)));
            let (name, method) = (request.name.as_deref(), request.method.as_ref().map(|method| &method.value));
            format!("{name:?} {method:?} {:?} {:?}", request.target.value, fields.collect::<Vec<_>>())
        }
        Entry::Run(run) => format!("{:?} {:?}", run.name.as_deref(), run.reference.target.as_str()),
        Entry::Invalid(invalid) => format!("{:?} {}", invalid.name.as_deref(), invalid.diagnostics.len()),
    };
    entries.iter().map(head).collect()
}

fn check(text: &str) {
    let entries = entries(text);
    assert!(entries.iter().map(|entry| entry.span().range().start).is_sorted(), "entries are in the order of the file");
    for (diagnostics, runs) in entries.iter().map(diagnostics) {
        let errors = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count();
        assert_eq!(errors == 0, runs, "what has an error does not run, and nothing else is kept from it");
        assert!(diagnostics.iter().all(|diagnostic| diagnostic.span().is_some()), "every message has a place");
    }
}

/// Were any of these quadratic, the test would take minutes.
#[test]
fn long_lines_are_read_in_linear_time() {
    let repeated = |before: &str, unit: &str| format!("{before}{}", unit.repeat(50_000));
    let texts = [
        repeated("GET http://", "{{"),
        repeated("GET http://", "{{a"),
        repeated("GET /\nAuthorization: Basic ", "{{"),
        repeated("GET /\n\n{", "{{"),
        repeated("GET /\n\n", "{\n"),
        repeated("GET /\n\ntext", "\n\n"),
        repeated("", "< {% "),
        repeated("", "###"),
    ];
    texts.iter().for_each(|text| check(text));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in texts()) {
        check(&text);
    }

    #[test]
    fn any_changed_fixture_is_read(text in mutated_fixtures()) {
        check(&text);
    }

    #[test]
    fn what_is_above_a_separator_does_not_touch_what_is_below(text in mutated_fixtures()) {
        // A teardown is the one thing that says what may follow.
        prop_assume!(!text.contains("@teardown"));
        let alone = entries(&text);
        let above = entries(&format!("{text}\n### last\nGET https://last.example/\n"));
        prop_assert_eq!(above.len(), alone.len() + 1);
        prop_assert!(diagnostics(&above[alone.len()]).1);
    }

    #[test]
    fn line_terminators_make_no_difference_to_heads(text in mutated_fixtures()) {
        let unix = text.replace('\r', "");
        prop_assert_eq!(heads(&entries(&unix)), heads(&entries(&unix.replace('\n', "\r\n"))));
    }
}
