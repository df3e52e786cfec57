//! Captures: secret ones, defaults, and types.

use rqtest::serve::PracticeServer;
use serde_json::Value;

use crate::support::{Project, Ran};

fn run(project: &Project, arguments: &[&str]) -> Ran {
    let server = PracticeServer::start(([127, 0, 0, 1], 0).into()).unwrap();
    project.run_against(&server.base_url(), &[&["."], arguments].concat())
}

/// Sends secrets in every form, has them echoed, and fails, so that everything is shown.
const SECRETS: &str = r#"
### log in
# @capture token = $.json.token redact
# @capture parts = $.json.parts redact
# @capture pin = $.json.pin redact
# @capture last = $.json.bearer | split " " | last redact
POST {{api}}/anything
Content-Type: application/json

{"token": "top-5ecret", "parts": {"a": ["fir5t"], "b": "sec0nd"}, "pin": 482913, "bearer": "Bearer thi2d"}

?? $.json.token == other
?? body contains nothing of it

### use it
GET {{api}}/anything?t={{token}}&p={{parts.b}}&n={{pin}}
X-Token: {{token}} {{last}} {{parts.a[0]}}

?? status == 500
?? $.args.t == other
"#;

#[test]
fn a_secret_capture_is_shown_nowhere() {
    let project = Project::new().file("a.http", SECRETS);
    for verbosity in [&[][..], &["-v"], &["-vv"], &["-vvv"]] {
        let reports = ["--json", "report.json", "--junit", "report.xml"];
        let ran = run(&project, &[&reports, verbosity].concat());
        assert_eq!(ran.code, 1, "{}", ran.stdout);
        // The excerpts of the spec show what its author wrote, and no more.
        for text in [ran.stdout, project.read("report.json"), project.read("report.xml")] {
            for secret in ["top-5ecret", "fir5t", "sec0nd", "482913", "thi2d"] {
                assert!(!text.contains(secret), "{secret}: {text}");
            }
            assert!(text.contains("***"), "{text}");
        }
    }
}

#[test]
fn a_value_is_no_secret_before_it_was_captured_and_is_one_from_then_on() {
    let text = "
### before
GET {{api}}/anything?q=tea-and-cake

?? status == 500

### capture
# @capture cake = $.args.q redact
GET {{api}}/anything?q=tea-and-cake

### after
GET {{api}}/anything?q={{cake}}

?? status == 500
";
    let project = Project::new().file("a.http", text);
    assert_eq!(run(&project, &["--junit", "report.xml"]).code, 1);
    let junit = project.read("report.xml");
    let after = &junit[junit.find("name=\"after\"").unwrap()..];
    assert!(after.contains("q=***") && !after.contains("tea-and-cake"), "{after}");
}

#[test]
fn both_formats_capture_alike_with_types_and_defaults() {
    let http = r#"
@fallback = 4

###
# @capture list = $.json.list
# @capture object = $.json.object
# @capture number = $.json.number | toInt
# @capture nobody = $.json.nobody | first default "nothing"
# @capture other = header x-none default 7
# @capture missing = cookie none default {{fallback}}
# @capture size = $.json.list | count
POST {{api}}/anything
Content-Type: application/json

{"list": [1, "2"], "object": {"a": null}, "number": 4.5}

###
POST {{api}}/anything
Content-Type: application/json

{"list": {{list}}, "object": {{object}}, "number": {{number}}, "nobody": "{{nobody}}", "other": {{other}}, "size": {{size}}, "missing": {{missing}}}

?? $.json equals {"list": [1, "2"], "object": {"a": null}, "number": 4, "nobody": "nothing", "other": 7, "size": 2, "missing": 4}
"#;
    let yaml = r#"
variables: {fallback: 4}
requests:
  - post: "{{ api }}/anything"
    json: {list: [1, "2"], object: {a: null}, number: 4.5}
    capture:
      list: $.json.list
      object: {from: $.json.object, redact: true}
      number: $.json.number | toInt
      nobody: {from: $.json.nobody | first, default: nothing}
      other: header x-none default 7
      missing: {from: cookie none, default: "{{ fallback }}"}
      size: {from: $.json.list | count}
  - post: "{{ api }}/anything"
    json:
      {list: "{{ list }}", object: "{{ object }}", number: "{{ number }}", nobody: "{{ nobody }}", other: "{{ other }}", size: "{{ size }}", missing: "{{ missing }}"}
    expect:
      json:
        $.json: {equals: {list: [1, "2"], object: {a: null}, number: 4, nobody: nothing, other: 7, size: 2, missing: 4}}
"#;
    for (name, text) in [("a.http", http), ("a.yaml", yaml)] {
        let ran = run(&Project::new().file(name, text), &[]);
        assert_eq!(ran.code, 0, "{name}: {}", ran.stdout);
    }
}

#[test]
fn a_capture_that_finds_nothing_and_has_no_default_is_an_error() {
    let text = "# @capture id = $.none redact\nGET {{api}}/json\n\n###\n# @capture id = status | split \",\" default 1\nGET {{api}}/json\n";
    let project = Project::new().file("a.http", text);
    let ran = run(&project, &["--json", "report.json"]);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    let report: Value = serde_json::from_str(&project.read("report.json")).unwrap();
    let messages = report["files"][0]["cases"].as_array().unwrap().iter().map(|case| {
        let error = &case["attempts"][0]["error"];
        (error["kind"].as_str().unwrap(), error["diagnostics"][0]["message"].as_str().unwrap())
    });
    let messages: Vec<_> = messages.collect();
    assert_eq!(messages[0], ("capture", "`id` is not captured: $.none matched nothing: $ has no member \"none\""));
    assert!(messages[1].1.starts_with("`id` is not captured: "), "{messages:?}");
}
