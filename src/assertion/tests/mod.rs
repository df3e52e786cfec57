//! Holds assertions, as they are written, against a response.

mod outcomes;
mod properties;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, SerialNumber, date_time_ymd};
use serde_json::{Value, json};

use super::*;
use crate::client::{Answer, Certificate, InMemory, Response, Session, TlsInfo};
use crate::http::{Status, TlsVersion};
use crate::parse::{parse_assertion, parse_capture};
use crate::source::SourceFile;
use crate::spec::Format;
use crate::template::{Ask, FileScope, Providers, Question, Variables};

const BODY: &str = r#"{
    "id": 7, "name": "Ada", "zip": "007", "big": 9007199254740993, "ratio": 2.0, "none": null, "yes": true,
    "roles": ["admin", "dev"], "one": ["only"], "empty": [], "tags": {"a": 1, "b": [1, 2]}, "lasting": "5m",
    "items": [{"id": 1, "name": "x"}, {"id": 2, "name": "y"}], "created": "2026-11-21T09:30:00Z",
    "link": "https://a.example/?q=a%20b&id=42", "coded": "SGk=", "json": "{\"a\": [1]}"
}"#;

/// What is expected of the body, with what varies, in a file.
const VARYING: &str = r#"{
    "id": "{{ any.integer }}", "name": "{{ text }}", "zip": "{{ any.matches(\"^\\d+$\") }}", "{{ header }}": "{{ any.value }}"
}"#;

fn response(body: &[u8]) -> Response {
    let fields = [
        ("Content-Type", "application/json; charset=utf-8"),
        ("X-Count", "12"),
        ("Link", "</users?page=2>; rel=\"next last\"; title=\"a, b\", <mailto:ada@a.example>; rel=author"),
        ("Via", "1.1 a"),
        ("Via", "1.1 b"),
        ("Set-Cookie", "session=old; Path=/old"),
        ("Set-Cookie", "session = abc=; Path=/; Max-Age=60; Secure; HttpOnly"),
    ];
    let created = Answer { body: body.to_vec(), ..Answer::new(Status::new(201).unwrap()) };
    let answer = fields.iter().fold(created, |answer, (name, value)| answer.header(name, value).unwrap());
    let session = Session::with_adapter(InMemory::new(move |_| answer.clone()));
    let mut response = session.get("https://a.example/users/7").send().unwrap();
    response.timings.wait = Duration::from_millis(40);
    response.timings.total = Duration::from_millis(120);
    response.warnings.clear();
    let certificates = vec![certificate()];
    response.tls = Some(Arc::new(TlsInfo { version: TlsVersion::Tls13, cipher: String::new(), certificates }));
    response
}

fn certificate() -> Certificate {
    let mut parameters = CertificateParams::new(["a.example".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    parameters.distinguished_name = DistinguishedName::new();
    parameters.distinguished_name.push(DnType::CommonName, "a.example");
    parameters.serial_number = Some(SerialNumber::from_slice(&[0x1e, 0xe8, 0xb1]));
    (parameters.not_before, parameters.not_after) = (date_time_ymd(2025, 1, 10), date_time_ymd(2099, 1, 1));
    Certificate::from_der(parameters.self_signed(&KeyPair::generate().unwrap()).unwrap().der().as_ref())
}

/// What tests evaluate with: some variables, and a folder with a file or two.
fn with_context<T>(run: impl FnOnce(Context<'_>) -> T) -> T {
    let folder = tempfile::tempdir().unwrap();
    #[expect(clippy::disallowed_methods, reason = "a test writes its inputs")]
    for (name, text) in [
        ("tags.json", r#"{"b": [1, 2], "a": 1.0}"#),
        ("name.txt", "Ada"),
        ("broken.json", "{"),
        ("lines.txt", "a\r\nb\r\n"),
        ("varying.json", VARYING),
        ("part.json", r#"{"id": 7}"#),
    ] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let root = Root::at(folder.path());
    let overrides = [
        ("id", json!(7)),
        ("text", json!("Ada")),
        ("header", json!("via")),
        ("one", json!(1.0)),
        ("one_name", json!("a")),
        ("written", json!(r#"{"a": 1, "b": [1, 2]}"#)),
        ("zip", json!("007")),
        ("roles", json!(["admin", "dev"])),
    ];
    let overrides = overrides.map(|(name, value)| (name.to_owned(), value)).to_vec();
    let engine = Engine::new(None);
    let file = FileScope::of_project(Arc::new(Variables { overrides, ..Variables::default() }), &engine);
    run(Context { engine: &engine, scope: &Scope::new(&file, 0, &[]), root: &root, snapshots: None, scripts: None })
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

/// A person who answers with a number that grows.
#[derive(Debug, Default)]
struct Counting(AtomicU32);

impl Ask for Counting {
    fn ask(&self, _: &Question) -> Result<String, String> {
        Ok(self.0.fetch_add(1, Ordering::Relaxed).to_string())
    }
}

#[test]
fn what_is_expected_is_worked_out_once() {
    for (text, message) in [
        ("$.name == {{$input Who}}", "$.name is \"Ada\", not \"0\""),
        ("$.name contains {{$input Who}}", "$.name is \"Ada\", which does not contain \"0\""),
        ("$.name matches \"x{{$input Who}}\"", "$.name is \"Ada\", which does not match /x0/"),
        ("$.id between {{$input Low}} {{$input High}}", "$.id is 7, not between \"0\" and \"1\""),
        ("$.roles equals [\"{{$input Role}}\"]", "$.roles is not the same JSON at $[0]: \"admin\", not \"0\""),
    ] {
        let person = Arc::new(Counting::default());
        let engine = Engine::new(None);
        let providers = Providers { person: Some(person), ..Providers::default() };
        let file = FileScope::of_project(Arc::default(), &engine).provided_by(providers);
        let (scope, root) = (Scope::new(&file, 0, &[]), Root::at("."));
        let context = Context { engine: &engine, scope: &scope, root: &root, snapshots: None, scripts: None };
        let response = response(BODY.as_bytes());
        let outcome = compile(text, context).unwrap().evaluate(&Inspection::new(&response), context);
        assert_eq!(outcome.failure.unwrap().message, message);
    }
}

#[test]
fn a_failure_holds_both_sides_whole() {
    let failure = failure("$.tags == {\"a\": 1, \"b\": [1]}").unwrap();
    assert_eq!(failure.actual, "{\n  \"a\": 1,\n  \"b\": [\n    1,\n    2\n  ]\n}");
    assert_eq!(failure.expected, "{\n  \"a\": 1,\n  \"b\": [\n    1\n  ]\n}");
    assert_eq!(failure.notes, ["$.b[1]: unexpected 2"]);
}

#[test]
fn a_body_compared_with_json_is_read_as_json() {
    let failure = failure_with_body("body == {\"a\": [1, 3]}", b"{\"a\": [1, 2]}").unwrap();
    assert_eq!(failure.notes, ["$.a[1]: 2, not 3"]);
    assert_eq!(message("header x-count == 5"), "header x-count is 12, not 5");
    assert_eq!(message("header via == 5"), "header via is the list [\"1.1 a\", \"1.1 b\"], not the number 5");
}

#[test]
fn digests_are_shown_in_hexadecimal() {
    let failure = failure_with_body("md5 == abc", b"").unwrap();
    assert_eq!(failure.message, "md5 is the bytes hex,d41d8cd98f00b204e9800998ecf8427e, not the text \"abc\"");
    for text in ["md5 == d41d8cd98f00b204e9800998ecf8427e", "md5 == hex,d41d8cd98f00b204e9800998ecf8427e"] {
        assert_eq!(failure_with_body(text, b""), None);
    }
}

#[test]
fn a_failure_says_what_of_its_sides_is_worth_showing() {
    let contrast = |text: &str| failure(text).unwrap().contrast;
    for text in ["status == 200", "$.name == Eve", "header via == []", "header x-count == 13"] {
        assert_eq!(contrast(text), Contrast::Difference, "{text}");
    }
    for text in
        ["status != 201", "$.id == \"7\"", "body contains Eve", "$.name matches /x/", "status in [404]", "$.id > 9"]
    {
        assert_eq!(contrast(text), Contrast::Sides, "{text}");
    }
    let Contrast::Differences(places) = contrast("$.tags containsJson {\"a\": 2, \"c\": 3}") else { panic!() };
    let shown: Vec<String> = places.shown.iter().map(ToString::to_string).collect();
    assert_eq!(shown, ["$.a: 1, not 2", "$.c: missing, expected 3"]);
}

#[test]
fn both_sides_are_in_one_notation() {
    for (text, actual, expected) in [
        ("$.id == \"7\"", "7", "\"7\""),
        ("$.name == Eve", "\"Ada\"", "\"Eve\""),
        ("header x-count == 13", "12", "13"),
        ("header x-count == \"13\"", "\"12\"", "\"13\""),
        ("$.name startsWith E", "\"Ada\"", "to start with \"E\""),
        ("status in [200, 204]", "201", "one of [200,204]"),
        ("$.name isInteger", "\"Ada\"", "an integer"),
    ] {
        let failure = failure(text).unwrap();
        assert_eq!((failure.actual.as_str(), failure.expected.as_str()), (actual, expected), "{text}");
    }
    let failure = failure_with_body("body == a", b"a\nb").unwrap();
    assert_eq!((failure.actual.as_str(), failure.expected.as_str()), ("a\nb", "a"));
}

#[test]
fn lines_are_the_same_however_they_end() {
    for body in ["a\nb", "a\nb\n", "a\r\nb\r\n", "a\rb"] {
        assert_eq!(failure_with_body("body sameLines file,lines.txt", body.as_bytes()), None, "{body:?}");
        let is_same = body == "a\r\nb\r\n";
        for text in ["bytes == file,lines.txt", "body == file,lines.txt"] {
            assert_eq!(failure_with_body(text, body.as_bytes()).is_none(), is_same, "{text} {body:?}");
        }
    }
    let failure = failure_with_body("body sameLines file,lines.txt", b"a\nc\nd").unwrap();
    assert_eq!(failure.message, "body has other lines, the first of them line 2");
    assert_eq!((failure.actual.as_str(), failure.expected.as_str()), ("a\nc\nd", "a\nb"));
    assert!(failure_with_body("body sameLines file,lines.txt", b"a\nb\n\n").is_some());
}

#[test]
fn what_must_not_be_there_is_found_in_its_line() {
    for text in ["body not contains c", "body not matches /c/"] {
        assert_eq!(failure_with_body(text, b"a\n  b c\n").unwrap().notes, ["line 2 is \"b c\""], "{text}");
    }
    assert_eq!(failure_with_body("body not contains a", b"a").unwrap().notes, Vec::<String>::new());
}

#[test]
fn notes_how_to_write_what_was_likely_meant() {
    assert_eq!(failure("$.zip == 007x").unwrap().notes, Vec::<String>::new());
    assert_eq!(failure("$.id == \"7\"").unwrap().notes, ["write 7, without quotes, to compare with the number"]);
    let failure = failure_with_body("$ == 7", b"\"7\"").unwrap();
    assert_eq!(failure.notes, ["write \"7\", with quotes, to compare with the text"]);
}

#[test]
fn a_path_that_matched_nothing_says_where_it_ends() {
    for (text, message, note) in [
        ("$.tags.c == 1", "$.tags.c matched nothing: $.tags has no member \"c\"", "it has a, b"),
        ("$.items[5].id == 1", "$.items[5].id matched nothing: $.items has no element 5", "it has 2 elements"),
        (
            "$.items[*].nmae == 1",
            "$.items[*].nmae matched nothing: none of the 2 nodes of $.items[*] has a member \"nmae\"",
            "they have id, name; did you mean `name`?",
        ),
        (
            "$..coed exists",
            "$..coed matched nothing: nothing in $ has a member \"coed\", at any depth",
            "did you mean `coded`?",
        ),
    ] {
        let failure = failure(text).unwrap();
        assert_eq!((failure.message.as_str(), failure.notes[0].as_str()), (message, note), "{text}");
    }
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
            ("body | to_int == 1", "there is no filter `to_int`", "to_int"),
            ("body | Count == 1", "there is no filter `Count`", "Count"),
            (
                "bytes | decode utf8bit == a",
                "`utf8bit` is no character set: the Encoding Standard has no such label",
                "utf8bit",
            ),
            ("body equals {\"a\": \"{{any.integr}}\"}", "there is no placeholder `any.integr`", "any.integr"),
            ("$.a == {{any.strin}}", "there is no placeholder `any.strin`", "any.strin"),
            ("body equals {} ignoring $.a[", "`$.a[` is no JSONPath: it ends too early", ""),
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
            let captured = capture(text).unwrap();
            assert_eq!((captured.name.as_str(), captured.value, captured.is_secret), ("x", expected, false), "{text}");
        }
        let diagnostic = capture("x = $.missing").unwrap_err();
        assert_eq!(diagnostic.message, "`x` is not captured: $.missing matched nothing: $ has no member \"missing\"");
        assert_eq!(diagnostic.span().unwrap().text(), "x = $.missing");
        for (text, expected) in [
            ("x = $.missing default 7", json!(7)),
            ("x = $.missing | first | toInt default [1, {}]", json!([1, {}])),
            ("x = header x-none default a-b", json!("a-b")),
            ("x = $.id default 8", json!(7)),
        ] {
            assert_eq!(capture(text).unwrap().value, expected, "{text}");
        }
        assert!(capture("x = $.id | split \",\" default 7").is_err(), "a filter that fails does not find nothing");
        assert!(capture("x = $.id redact").unwrap().is_secret);
        assert_eq!(capture("x = sha256").unwrap().value.as_str().unwrap().len(), 64);
    });
}
