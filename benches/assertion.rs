//! What an assertion costs: beyond its query, and for JSONPath over a megabyte.

use std::fmt::Write as _;
use std::sync::Arc;

use divan::{Bencher, black_box};
use rqtest::assertion::{CompiledAssertion, Context, Inspection};
use rqtest::client::{Answer, InMemory, Response, Session};
use rqtest::parse::parse_assertion;
use rqtest::source::{Root, SourceFile};
use rqtest::spec::{Assertion, Format};
use rqtest::template::{Engine, FileScope, Scope, Variables};

fn main() {
    divan::main();
}

/// Assertions that hold of [`response`], and should cost under 5 µs.
const SMALL: &[&str] = &[
    "status == 200",
    "status == 2xx",
    "header content-type contains json",
    "$.items[0].id isInteger",
    "$.items[0].name == \"item 0\"",
    "$.items[0].name matches /^item/",
    "duration < 500ms",
    "$.items[0] equals {\"price\": 0.5, \"id\": \"{{any.integer}}\", \"name\": \"item 0\"} ignoring $.tags, $.description, $.available",
    "$.items[0].tags equals [\"large\", \"red\"] unordered",
    "$.items[0] containsJson {\"id\": 0, \"tags\": [\"red\"]}",
];

/// Assertions that visit the whole megabyte, and should cost under 10 ms.
const LARGE: &[&str] = &[
    "$.items[*].id | count > 5000",
    "$..id | count > 5000",
    "$..* | count > 30000",
    "$.items[?@.id == 4000].name == \"item 4000\"",
    "$.items[?match(@.name, 'item 4.*')] | count > 1000",
    "$.items[?count(@.tags[*]) == 2] | count > 5000",
];

/// A megabyte of JSON.
fn body() -> Vec<u8> {
    let mut text = String::from("{\"items\": [");
    for id in 0..9_000 {
        let comma = if id == 0 { "" } else { "," };
        write!(
            text,
            "{comma}{{\"id\": {id}, \"name\": \"item {id}\", \"price\": {id}.5, \"tags\": [\"red\", \"large\"],"
        )
        .expect("a string takes every write");
        text.push_str("\"description\": \"a thing that is sold in a shop\", \"available\": true}");
    }
    text.push_str("]}");
    text.into_bytes()
}

fn response() -> Response {
    let answer = Answer::ok(body()).header("Content-Type", "application/json").expect("the header is valid");
    let session = Session::with_adapter(InMemory::new(move |_| answer.clone()));
    session.get("https://a.example/items").send().expect("there is an answer")
}

fn parse(text: &str) -> Assertion {
    let source = SourceFile::new("bench.http", text);
    parse_assertion(&source.span(0..text.len()), Format::Http).expect("the assertion is valid")
}

fn evaluate(bencher: Bencher<'_, '_>, text: &str) {
    let engine = Engine::new(Some(0));
    let assertion = CompiledAssertion::compile(&engine, &parse(text)).expect("the assertion compiles");
    let response = response();
    let inspection = Inspection::new(&response);
    let file = FileScope::of_project(Arc::new(Variables::default()), &engine);
    let scope = Scope::new(&file, 0, &[]);
    let root = Root::at(env!("CARGO_MANIFEST_DIR"));
    let context = Context { engine: &engine, scope: &scope, root: &root, snapshots: None, scripts: None };
    assert!(assertion.evaluate(&inspection, context).failure.is_none(), "{text} holds");
    bencher.bench_local(|| black_box(&assertion).evaluate(&inspection, context));
}

#[divan::bench(args = SMALL)]
fn small(bencher: Bencher<'_, '_>, text: &str) {
    evaluate(bencher, text);
}

#[divan::bench(args = LARGE)]
fn large(bencher: Bencher<'_, '_>, text: &str) {
    evaluate(bencher, text);
}

#[divan::bench(args = SMALL)]
fn reading(text: &str) -> Assertion {
    parse(black_box(text))
}

#[divan::bench(args = SMALL)]
fn compiling(bencher: Bencher<'_, '_>, text: &str) {
    let engine = Engine::new(Some(0));
    let assertion = parse(text);
    bencher.bench_local(|| CompiledAssertion::compile(&engine, black_box(&assertion)));
}
