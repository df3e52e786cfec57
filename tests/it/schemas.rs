//! JSON Schema: what of it is shown, and what is said before anything is sent.

use rqtest::serve::PracticeServer;
use serde_json::Value;

use crate::support::{FaultServer, Project, Ran};

/// Runs a file against the practice server.
fn run(project: &Project, name: &str) -> Ran {
    let server = PracticeServer::start(([127, 0, 0, 1], 0).into()).unwrap();
    project.run_against(&server.base_url(), &[name])
}

fn with_schema(schema: &str, spec: &str) -> Project {
    Project::new().file("user.schema.json", schema).file("a.http", spec)
}

#[test]
fn all_violations_are_shown_in_one_failure() {
    let project = with_schema(
        r#"{"required": ["age"], "properties": {"id": {"type": "string"}, "email": {"format": "uuid"}}}"#,
        "### read\nGET {{api}}/users/1\n\n?? body schema user.schema.json\n?? $.id schema {\"type\": \"string\"}\n",
    );
    let ran = run(&project, "a.http");
    assert_eq!(ran.code, 1);
    let shown = "error: body does not match user.schema.json: $: \"age\" is a required property";
    assert!(ran.stdout.contains(shown), "{}", ran.stdout);
    let violations = "
      3 places are not as expected:
        $: \"age\" is a required property
        $.id: 1 is not of type \"string\"
        $.email: \"ada@example.org\" is not a \"uuid\"
";
    assert!(ran.stdout.contains(violations), "{}", ran.stdout);
    let shown = "error: $.id does not match the schema: $: 1 is not of type \"string\"";
    assert!(ran.stdout.contains(shown), "{}", ran.stdout);
}

#[test]
fn every_violation_comes_into_the_report() {
    let project = with_schema(
        r#"{"properties": {"id": {"type": "string"}, "name": {"maxLength": 3}}}"#,
        "### read\nGET {{api}}/users/1\n\n?? body schema user.schema.json\n",
    );
    let server = PracticeServer::start(([127, 0, 0, 1], 0).into()).unwrap();
    project.run_against(&server.base_url(), &["a.http", "--junit", "junit.xml"]);
    let report = project.read("junit.xml");
    for line in ["$.id: 1 is not of type", "$.name: &quot;Ada Lovelace&quot; is longer than 3 characters"] {
        assert!(report.contains(line) || report.contains(&line.replace("&quot;", "\"")), "{report}");
    }
}

/// What is wrong with a schema fails its request, which is not sent; the others are.
#[test]
fn what_is_wrong_with_a_schema_is_said_before_anything_is_sent() {
    for (schema, messages) in [
        (
            r#"{"type": "strin"}"#,
            &["a.http:4:16", "`user.schema.json` is no schema: $.type: \"strin\"", "user.schema.json:1:10"][..],
        ),
        ("{\"type\": ", &["a.http:4:16", "`user.schema.json` is no schema:", "user.schema.json:1"]),
        (
            r#"{"$ref": "https://a.example/b.json"}"#,
            &["`https://a.example/b.json` is not fetched: save it beside the spec"],
        ),
        (r#"{"$ref": "none.json"}"#, &["there is no file", "none.json"]),
        (r#"{"$ref": "../outside.json"}"#, &["lies outside of"]),
        (r##"{"$ref": "#/none"}"##, &["there is nothing at `/none`; the schema has `$ref`"]),
    ] {
        let server = FaultServer::says("HTTP/1.1 200 OK\r\n\r\n");
        let project = with_schema("", "")
            .file("p/rqtest.yaml", "")
            .file("p/user.schema.json", schema)
            .file("p/a.http", "### one\nGET {{api}}/\n\n?? body schema user.schema.json\n");
        let project = project.file("outside.json", "{}");
        let ran = project.run(&["check", "p/a.http"]);
        assert_eq!(ran.code, 1, "{schema}: {}{}", ran.stdout, ran.stderr);
        for message in messages {
            assert!(
                (ran.stdout.clone() + &ran.stderr).contains(message),
                "{schema} {message}: {}{}",
                ran.stdout,
                ran.stderr
            );
        }
        let ran = project.run_against(&server.base_url(), &["p/a.http", "--json", "report.json"]);
        assert_eq!((ran.code, server.received().len()), (1, 0), "{schema}");
        let report: Value = serde_json::from_str(&project.read("report.json")).unwrap();
        assert_eq!(report["files"][0]["cases"][0]["verdict"], "errored");
    }
}

#[test]
fn a_missing_schema_costs_its_own_request_alone() {
    let project =
        Project::new().file("a.http", "GET {{api}}/get\n\n?? body schema none.json\n\n###\nGET {{api}}/get\n");
    let ran = run(&project, "a.http");
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("there is no file none.json"), "{}", ran.stdout);
    assert!(ran.stdout.contains("1 passed"), "{}", ran.stdout);
}

#[test]
fn messages_and_items_are_held_against_schemas_too() {
    let project = Project::new().file("event.yaml", "{required: [id]}").file(
        "a.yaml",
        "requests:
- name: talk
  websocket: '{{ api }}/websocket/echo'
  steps: [{send: '{\"id\": 1}'}, {expect: {schema: event.yaml}}, {send: '{}'}, {expect: {schema: event.yaml}}]
",
    );
    let ran = run(&project, "a.yaml");
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    assert!(ran.stdout.contains("\"id\" is a required property"), "{}", ran.stdout);
}

#[test]
fn what_is_waited_for_may_be_a_schema() {
    let project = with_schema(
        r#"{"properties": {"state": {"const": "done"}}}"#,
        "### job\n# @retry 5 until body schema user.schema.json\nGET {{api}}/jobs/key/2\n\n?? $.state == done\n",
    );
    let ran = run(&project, "a.http");
    assert_eq!(ran.code, 0, "{}", ran.stdout);
}
