//! Holds assertions, as they are written, against a response.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::*;
use crate::client::{Response, SentRequest};
use crate::http::{Body, Headers, Method, Status, Timings, Url, Version};
use crate::parse::{parse_assertion, parse_capture};
use crate::source::SourceFile;
use crate::spec::Format;
use crate::template::{FileScope, Variables};

const BODY: &str = r#"{
    "id": 7, "name": "Ada", "zip": "007", "big": 9007199254740993, "ratio": 2.0, "none": null, "yes": true,
    "roles": ["admin", "dev"], "one": ["only"], "empty": [], "tags": {"a": 1, "b": [1, 2]}, "lasting": "5m",
    "items": [{"id": 1, "name": "x"}, {"id": 2, "name": "y"}], "created": "2026-11-21T09:30:00Z",
    "link": "https://a.example/?q=a%20b&id=42", "coded": "SGk=", "json": "{\"a\": [1]}"
}"#;

fn response(body: &[u8]) -> Response {
    let mut headers = Headers::new();
    for (name, value) in [
        ("Content-Type", "application/json; charset=utf-8"),
        ("X-Count", "12"),
        ("Via", "1.1 a"),
        ("Via", "1.1 b"),
        ("Set-Cookie", "session=old; Path=/old"),
        ("Set-Cookie", "session = abc=; Path=/; Max-Age=60; Secure; HttpOnly"),
    ] {
        headers.append(name, value).unwrap();
    }
    let url: Url = "https://a.example/users/7".parse().unwrap();
    Response {
        status: Status::new(201).unwrap(),
        reason: "Created".to_owned(),
        version: Version::Http11,
        headers,
        trailers: Headers::new(),
        body: body.to_vec(),
        url: url.clone(),
        history: Vec::new(),
        request: SentRequest { method: Method::GET, url, headers: Headers::new(), body: Body::default() },
        timings: Timings { wait: Duration::from_millis(40), total: Duration::from_millis(120), ..Timings::default() },
        peer: None,
        encoding: None,
        warnings: Vec::new(),
    }
}

/// What tests evaluate with: some variables, and a folder with a file or two.
fn with_context<T>(run: impl FnOnce(Context<'_>) -> T) -> T {
    let folder = tempfile::tempdir().unwrap();
    #[expect(clippy::disallowed_methods, reason = "a test writes its inputs")]
    for (name, text) in [("tags.json", r#"{"b": [1, 2], "a": 1.0}"#), ("name.txt", "Ada"), ("broken.json", "{")] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let root = Root::at(folder.path());
    let overrides = [
        ("id", json!(7)),
        ("text", json!("Ada")),
        ("header", json!("via")),
        ("one", json!(1.0)),
        ("roles", json!(["admin", "dev"])),
    ];
    let overrides = overrides.map(|(name, value)| (name.to_owned(), value)).to_vec();
    let engine = Engine::new(None);
    let file = FileScope::of_project(Arc::new(Variables { overrides, ..Variables::default() }), &engine);
    run(Context { engine: &engine, scope: &Scope::new(&file, 0, &[]), root: &root })
}

fn compile(text: &str, context: Context<'_>) -> Result<CompiledAssertion, Diagnostic> {
    let source = SourceFile::new(context.root.folder().join("a.http"), text);
    let assertion = parse_assertion(&source.span(0..text.len()), Format::Http)?;
    CompiledAssertion::compile(context.engine, &assertion)
}

fn failure_with_body(text: &str, body: &[u8]) -> Option<Failure> {
    with_context(|context| {
        let assertion = compile(text, context).unwrap_or_else(|diagnostic| panic!("{text}: {diagnostic:?}"));
        assertion.evaluate(&Inspection::new(&response(body)), context).failure
    })
}

fn failure(text: &str) -> Option<Failure> {
    failure_with_body(text, BODY.as_bytes())
}

fn message(text: &str) -> String {
    failure(text).map_or_else(|| "(it holds)".to_owned(), |failure| failure.message)
}

#[test]
fn what_holds_has_no_failure() {
    for text in [
        // Queries.
        "status == 201",
        "status == 2xx",
        "status != 5xx",
        "status in [200, 201]",
        "version == HTTP/1.1",
        "reason == Created",
        "url endsWith /users/7",
        "header content-type contains json",
        "header CONTENT-TYPE startsWith application/",
        "header x-count == 12",
        "header x-count > 9",
        "header x-count isInteger",
        "header via | count == 2",
        "header via | last == \"1.1 b\"",
        "header via contains b",
        "header {{header}} == [1.1 a, \"1.1 b\"]",
        "header x-none not exists",
        "cookie session == abc=",
        "cookie session[Secure] exists",
        "cookie session[Max-Age] == 60",
        "cookie \"session[Path]\" == /",
        "cookie other not exists",
        "body contains \"Ada\"",
        "body startsWith \"{\"",
        "body not contains [INFO]",
        "regex /\"zip\": \"(\\d+)\"/ == 007",
        "bytes startsWith hex,7b0a",
        "size > 100B",
        "size < 1KiB",
        "duration < 500ms",
        "duration == 120",
        "duration wait between 40ms 0.04s",
        "redirects == 0",
        "variable id == 7",
        "variable missing not exists",
        // JSONPath.
        "$.id == 7",
        "body $.id == 7.0",
        "$.big == 9007199254740993",
        "$.big != 9007199254740992",
        "$.big > 9007199254740992",
        "$.ratio == 2",
        "$.none == null",
        "$.none exists",
        "$.name == {{text}}",
        "$.id == {{id}}",
        "$['{{text}}'] not exists",
        "$.roles == {{roles}}",
        "$.roles[*] == [admin, dev]",
        "$.roles[*] contains dev",
        "$.one[*] == only",
        "$.one[*] | count == 1",
        "$.nothing[*] | count == 0",
        "$.nothing[*] isEmpty",
        "$.empty isEmpty",
        "$.name not isEmpty",
        "$.items[?@.id == 2].name == y",
        "$.lasting == 5m",
        "$.zip == \"007\"",
        // Predicates.
        "$.id between 7 8",
        "$.name matches /^a/i",
        "$.name not matches \"^a\"",
        "$.name < B",
        "$.tags equals {\"b\": [1, 2], \"a\": 1}",
        "$.tags equals file,tags.json",
        "$.tags == {\"b\": [1, 2], \"a\": {{one}}}",
        "$.items containsJson [{\"id\": 2}]",
        "body containsJson {\"tags\": {\"a\": 1}}",
        "body not equals {}",
        "$.name == file,name.txt",
        "$.created isIsoDate",
        "$.tags contains a",
        "$.tags not contains c",
        "$.id != \"7\"",
        // Filters.
        "$.roles | count == 2",
        "$.roles | first == admin",
        "$.roles | nth -1 == dev",
        "$.name | upper | lower == ada",
        "$.zip | toInt == 7",
        "$.ratio | toInt isInteger",
        "$.id | toFloat isFloat",
        "$.id | toString == \"7\"",
        "$.link | regex /id=(\\d+)/ == 42",
        "$.link | urlDecode contains \"a b\"",
        "$.link | split ? | last == q=a%20b&id=42",
        "$.coded | base64Decode == Hi",
        "$.coded | base64Decode == hex,4869",
        "$.json | jsonpath $.a[0] == 1",
        "$.name | replace A O == Oda",
        "$.name | replace /[Aa]/ \"<$0>\" == <A>d<a>",
        "$.id | abs == 7",
    ] {
        assert_eq!(failure(text), None, "{text}");
    }
}

#[test]
fn what_does_not_hold_says_so_in_one_line() {
    for (text, expected) in [
        ("status == 200", "status is 201, not 200"),
        ("status != 201", "status is 201, and must not be"),
        ("status == 4xx", "status is 201, not 4xx"),
        ("status != 2xx", "status is 201, which is 2xx"),
        ("status in [200, 204]", "status is 201, which is none of [200,204]"),
        ("status > 300", "status is 201, not greater than 300"),
        ("status not <= 300", "status is 201, which is at most 300"),
        ("status between 400 499", "status is 201, not between 400 and 499"),
        ("header x-none == 1", "there is no header x-none"),
        ("header x-count exists", "(it holds)"),
        ("header x-count not exists", "header x-count is \"12\", and must not exist"),
        (
            "header content-type contains xml",
            "header content-type is \"application/json; charset=utf-8\", which does not contain \"xml\"",
        ),
        ("header via == \"1.1 a\"", "header via is the list [\"1.1 a\", \"1.1 b\"], not the text \"1.1 a\""),
        ("cookie other == 1", "there is no cookie other"),
        ("variable missing == 1", "there is no variable missing"),
        ("$.missing == 1", "$.missing matched nothing"),
        ("$.missing != 1", "$.missing matched nothing"),
        ("$.nothing[*] == 1", "$.nothing[*] matched nothing"),
        ("$.missing exists", "$.missing matched nothing"),
        ("regex /xyz/ exists", "regex /xyz/ matched nothing"),
        ("$.zip == 7", "$.zip is the text \"007\", not the number 7"),
        ("$.id == \"7\"", "$.id is the number 7, not the text \"7\""),
        ("$.zip > 5", "$.zip is the text \"007\", which has no order beside the number 5"),
        ("$.zip not > 5", "$.zip is the text \"007\", which has no order beside the number 5"),
        ("$.id contains 7", "$.id is the number 7, which cannot contain anything"),
        ("$.id isEmpty", "$.id is the number 7, which cannot be empty"),
        ("$.id matches /7/", "$.id is the number 7, which cannot match a pattern"),
        ("$.id isString", "$.id is the number 7, not a text"),
        ("$.id not isInteger", "$.id is the number 7, which is an integer"),
        ("$.name isEmpty", "$.name is \"Ada\", not empty"),
        ("$.name matches /^b/", "$.name is \"Ada\", which does not match /^b/"),
        ("$.name startsWith B", "$.name is \"Ada\", which does not start with \"B\""),
        ("$.roles == [admin]", "$.roles is [\"admin\",\"dev\"], not [\"admin\"]"),
        ("$.roles in 5", "`5` is no list"),
        ("$.tags equals {\"a\": 1, \"b\": [1, 3]}", "$.tags is not the same JSON: $.b[1] is 2, not 3"),
        ("$.tags containsJson {\"c\": 1}", "$.tags does not contain the JSON: $.c is missing; expected is 1"),
        ("$.tags not containsJson {\"a\": 1}", "$.tags contains the JSON, and must not"),
        (
            "$.name equals file,broken.json",
            "the file that is expected is not JSON: EOF while parsing an object at line 1 column 1",
        ),
        ("duration < 100ms", "duration is 120ms, not less than 100ms"),
        ("$.id | count == 1", "`count` takes a list, a text or an object, not the number 7"),
        ("$.name | toInt == 1", "`toInt` takes a number or a text that is an integer, not the text \"Ada\""),
        ("$.roles | nth 5 == x", "`nth 5` found nothing"),
        ("$.roles | nth 5 | upper == x", "`nth 5` found nothing"),
        ("$.missing | count == 0", "$.missing matched nothing"),
        ("$.name | abs == 1", "`abs` makes nothing of \"Ada\": cannot get absolute value"),
        ("$.id == {{undefined}}", "variable `undefined` is not defined"),
        ("$[{{text}}] == 1", "`$[Ada]` is no JSONPath: it breaks off here"),
        ("sha256 == abc", "sha256 is the bytes hex,a"),
    ] {
        let actual = message(text);
        assert!(
            actual == expected || text.starts_with("sha256") && actual.starts_with("sha256 is the bytes hex,"),
            "{text}\n{actual}"
        );
    }
}

#[test]
fn a_failure_holds_both_sides_whole() {
    let failure = failure("$.tags == {\"a\": 1, \"b\": [1]}").unwrap();
    assert_eq!(failure.actual, "{\n  \"a\": 1,\n  \"b\": [\n    1,\n    2\n  ]\n}");
    assert_eq!(failure.expected, "{\n  \"a\": 1,\n  \"b\": [\n    1\n  ]\n}");
    assert_eq!(failure.notes, ["$.b has 2 elements, not 1"]);
}

#[test]
fn notes_how_to_write_what_was_likely_meant() {
    assert_eq!(failure("$.zip == 007x").unwrap().notes, Vec::<String>::new());
    assert_eq!(failure("$.id == \"7\"").unwrap().notes, ["write 7, without quotes, to compare with the number"]);
    let failure = failure_with_body("$ == 7", b"\"7\"").unwrap();
    assert_eq!(failure.notes, ["write \"7\", with quotes, to compare with the text"]);
    let failure = crate::assertion::tests::failure("$.id == {{undefined}}").unwrap();
    assert_eq!(failure.notes.len(), 1);
}

#[test]
fn notes_where_a_path_that_matched_nothing_ends() {
    for (text, note) in [
        ("$.tags.c == 1", "$.tags is an object of a, b"),
        ("$.items[5].id == 1", "$.items is a list of 2"),
        ("$.items[0].name.first == 1", "$.items[0].name is \"x\""),
        ("$['a b'].c == 1", "$ is an object of id, name, zip,"),
    ] {
        let notes = failure(text).unwrap().notes;
        assert!(notes[0].starts_with(note), "{text}: {notes:?}");
    }
    assert!(failure("$..c == 1").unwrap().notes.is_empty());
}

#[test]
fn a_body_that_is_not_json_is_shown() {
    let failure = failure_with_body("$.id == 1", b"<html>Bad Gateway</html>").unwrap();
    assert_eq!(failure.message, "the body is not JSON: expected value at line 1 column 1");
    assert_eq!(failure.notes[0], "it begins with \"<html>Bad Gateway</html>\"");
    assert_eq!(failure.notes[1], "its content type is `application/json; charset=utf-8`");
    assert_eq!(failure_with_body("$.id not exists", b"").unwrap().message, "the body is empty, which is not JSON");
    assert_eq!(failure_with_body("$.id == 1", b"\xef\xbb\xbf{\"id\": 1}"), None);
}

#[test]
fn what_is_wrong_with_an_assertion_is_known_before_it_runs() {
    with_context(|context| {
        for (text, message, place) in [
            ("$.a[?@.b =] == 1", "`$.a[?@.b =]` is no JSONPath: it breaks off here", "="),
            ("body matches /(a/", "`(a` is no regular expression: unclosed group", "/(a/"),
            ("regex \"[\" exists", "`[` is no regular expression: unclosed character class", "["),
            ("body | upcase == a", "there is no filter `upcase`", "upcase"),
        ] {
            let diagnostic = compile(text, context).unwrap_err();
            assert_eq!((diagnostic.message.as_str(), diagnostic.span().unwrap().text()), (message, place), "{text}");
        }
    });
}

#[test]
fn captures_values_with_their_types() {
    with_context(|context| {
        let response = response(BODY.as_bytes());
        let inspection = Inspection::new(&response);
        let capture = |text: &str| {
            let source = SourceFile::new("a.http", text);
            let capture = parse_capture(&source.span(0..text.len()), Format::Http).unwrap();
            CompiledCapture::compile(context.engine, &capture).unwrap().capture(&inspection, context)
        };
        let values: [(&str, Value); 8] = [
            ("x = $.id", json!(7)),
            ("x = $.roles[*]", json!(["admin", "dev"])),
            ("x = $.one[*]", json!("only")),
            ("x = header x-count", json!("12")),
            ("x = header via", json!(["1.1 a", "1.1 b"])),
            ("x = $.coded | base64Decode", json!("Hi")),
            ("x = duration", json!(120)),
            ("x = bytes | count", json!(BODY.len())),
        ];
        for (text, expected) in values {
            assert_eq!(capture(text).unwrap(), ("x".to_owned(), expected), "{text}");
        }
        let diagnostic = capture("x = $.missing").unwrap_err();
        assert_eq!(diagnostic.message, "`x` is not captured: $.missing matched nothing");
        assert_eq!(diagnostic.span().unwrap().text(), "x = $.missing");
        assert_eq!(capture("x = sha256").unwrap().1.as_str().unwrap().len(), 64);
    });
}
