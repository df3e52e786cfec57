//! JSON compared by value, as those see it who must find what differs.

use regex::Regex;
use rqtest::serve::PracticeServer;
use serde_json::Value;

use crate::support::{Project, Ran};

const SPEC: &str = r#"requests:
  - name: an order
    post: "{{ api }}/anything"
    json: {id: 7, owner: {name: Bob, roles: [admin, dev]}, lines: [{item: tea, count: 1}, {item: jam, count: 2}], at: now}
    expect:
      json:
        $.json:
          equals:
            id: "{{ any.uuid }}"
            owner: {name: Ada, roles: [dev], mail: "{{ any.string }}"}
            lines: [{item: jam, count: 3}, {item: tea, count: 1}]
          unordered: true
          ignoring: [$.at]
        $.json.owner:
          containsJson: file,owner.json
        $.json.lines[*].itme: tea
"#;

const OWNER: &str = r#"{"name": "{{ any.of(\"Ada\", \"Eve\") }}", "roles": ["admin"]}"#;

fn run(spec: &str, arguments: &[&str]) -> (Project, Ran) {
    let server = PracticeServer::start(([127, 0, 0, 1], 0).into()).unwrap();
    let project = Project::new().file("a.yaml", spec).file("owner.json", OWNER);
    let ran = project.run_against(&server.base_url(), &[&["a.yaml"], arguments].concat());
    (project, ran)
}

#[test]
fn the_console_names_each_place_that_differs() {
    let (_, ran) = run(SPEC, &["--color", "always"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (1, ""));
    let numbers = Regex::new(r"\d+(\.\d+)? m?s\b|127\.0\.0\.1:\d+|, \d+/s").unwrap();
    insta::assert_snapshot!(numbers.replace_all(&ran.stdout, "…"));
}

#[test]
fn reports_name_them_as_plain_text() {
    let (project, ran) = run(SPEC, &["--color", "always", "--junit", "junit.xml", "--json", "report.json"]);
    assert_eq!(ran.code, 1);
    let junit = project.read("junit.xml");
    for line in ["5 places differ:", "  $.id: 7, not a UUID", "  $.owner.mail: missing, expected a text"] {
        assert!(junit.contains(line), "{line} is missing in\n{junit}");
    }
    assert!(!junit.contains('\u{1b}'));
    let report: Value = serde_json::from_str(&project.read("report.json")).unwrap();
    let assertions = &report["files"][0]["cases"][0]["attempts"][0]["assertions"];
    let differences = assertions[0]["failure"]["differences"].as_array().unwrap();
    assert_eq!(differences[0], "$.id: 7, not a UUID");
    assert_eq!(assertions[1]["failure"]["differences"][0], "$.name: \"Bob\", not one of \"Ada\", \"Eve\"");
}

#[test]
fn a_placeholder_that_is_none_is_an_error_at_its_place() {
    let spec = "requests:\n  - get: \"{{ api }}/json\"\n    expect: {json: {equals: {a: \"{{ any.intger }}\"}}}\n  - get: \"{{ api }}/json\"\n";
    let (_, ran) = run(spec, &["--color", "never"]);
    assert_eq!(ran.code, 1);
    for words in ["there is no placeholder `any.intger`", "a.yaml:3:37", "did you mean `integer`?"] {
        assert!(ran.stdout.contains(words), "{words} is missing in\n{}", ran.stdout);
    }
    assert!(ran.stdout.contains("1 passed"), "{}", ran.stdout);
}

#[test]
fn a_file_of_expected_json_speaks_of_earlier_exchanges() {
    let spec = "requests:\n  - {name: first, get: \"{{ api }}/anything?a=1\"}\n  - {get: \"{{ api }}/anything?a=1\", expect: {json: {$.args: {equals: \"{{ first.response.body.$.args }}\"}}}}\n  \
                - get: \"{{ api }}/anything?a=1\"\n    expect:\n      json:\n        containsJson: file,args.json\n";
    let server = PracticeServer::start(([127, 0, 0, 1], 0).into()).unwrap();
    let project = Project::new()
        .file("a.yaml", spec)
        .file("args.json", r#"{"args": "{{ first.response.body.$.args }}", "method": "{{ any.string }}"}"#);
    let ran = project.run_against(&server.base_url(), &["a.yaml"]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
}
