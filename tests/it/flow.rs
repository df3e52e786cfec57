//! The order of things in a file and in a run.

use std::io::{Read as _, Write as _};
use std::sync::Barrier;

use rqtest::serve::PracticeServer;
use serde_json::Value;

use crate::support::{FaultServer, Project};

fn practice() -> PracticeServer {
    PracticeServer::start(([127, 0, 0, 1], 0).into()).unwrap()
}

/// Runs one file and gives each request's name and verdict.
fn verdicts(name: &str, text: &str, arguments: &[&str]) -> Vec<(String, String)> {
    let server = practice();
    let project = Project::new().file(name, text);
    let mut all = vec![name, "--json", "report.json"];
    all.extend(arguments);
    let ran = project.run_against(&server.base_url(), &all);
    assert!(ran.code <= 1, "{}{}", ran.stdout, ran.stderr);
    let report: Value = serde_json::from_str(&project.read("report.json")).unwrap();
    let cases = report["files"].as_array().unwrap().iter().flat_map(|file| file["cases"].as_array().unwrap());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    cases.map(|case| (text(&case["name"]), text(&case["verdict"]))).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(name, verdict)| ((*name).to_owned(), (*verdict).to_owned())).collect()
}

const SETUP: &str = "
setup:
  - {name: first, get: '{{ api }}/status/STATUS', expect: {status: 200}}
requests:
  - {name: second, get: '{{ api }}/get', expect: {status: 200}}
teardown:
  - {name: last, get: '{{ api }}/get', expect: {status: 200}}
";

#[test]
fn a_failed_setup_skips_the_requests_but_not_the_teardown() {
    let expected = [("first", "failed"), ("second", "skipped"), ("last", "passed")];
    assert_eq!(verdicts("a.yaml", &SETUP.replace("STATUS", "500"), &[]), pairs(&expected));
    let expected = [("first", "passed"), ("second", "passed"), ("last", "passed")];
    assert_eq!(verdicts("a.yaml", &SETUP.replace("STATUS", "200"), &[]), pairs(&expected));
}

#[test]
fn fail_fast_skips_what_comes_after_the_first_failure() {
    let text = "### a\nGET {{api}}/get\n\n?? status == 500\n\n### b\nGET {{api}}/get\n";
    assert_eq!(verdicts("a.http", text, &["--fail-fast"]), pairs(&[("a", "failed"), ("b", "skipped")]));
    assert_eq!(verdicts("a.http", text, &[]), pairs(&[("a", "failed"), ("b", "passed")]));
}

#[test]
fn fail_fast_tears_down_what_had_begun_and_nothing_else() {
    let file = |status: u16| {
        format!(
            "### main\nGET {{{{api}}}}/status/{status}\n\n?? status == 200\n\n\
             ### clean up\n# @teardown\nGET {{{{api}}}}/get\n\n?? status == 200\n"
        )
    };
    let project = Project::new().file("a.http", file(500)).file("b.http", file(200));
    let ran =
        project.run_against(&practice().base_url(), &[".", "--fail-fast", "--jobs", "1", "--json", "report.json"]);
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    let report: Value = serde_json::from_str(&project.read("report.json")).unwrap();
    let cases = report["files"].as_array().unwrap().iter().flat_map(|file| file["cases"].as_array().unwrap());
    let verdicts: Vec<&str> = cases.map(|case| case["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["failed", "passed", "skipped", "skipped"]);
}

#[test]
fn a_retry_gives_a_flaky_service_time() {
    let text = "### a\nGET {{api}}/flaky/key/2\n\n?? status == 200\n";
    assert_eq!(verdicts("a.http", text, &["--retry", "2"]), pairs(&[("a", "passed")]));
    assert_eq!(verdicts("a.http", text, &["--retry", "1"]), pairs(&[("a", "failed")]));
}

#[test]
fn captures_keep_their_type_and_reach_the_requests_below() {
    let text = "
requests:
  - name: echo
    post: '{{ api }}/post'
    json: {number: 7, text: '7', list: [1, 2]}
    capture: {number: body $.json.number, text: body $.json.text, list: body $.json.list}
  - name: again
    post: '{{ api }}/post'
    json: {number: '{{ number }}', text: '{{ text }}', list: '{{ list }}', mixed: 'n{{ number }}'}
    expect:
      json:
        $.json: {equals: {number: 7, text: '7', list: [1, 2], mixed: n7}}
";
    assert_eq!(verdicts("a.yaml", text, &[]), pairs(&[("echo", "passed"), ("again", "passed")]));
}

#[test]
fn cookies_belong_to_a_file() {
    let server = practice();
    let project = Project::new()
        .file("a.http", "GET {{api}}/cookies/set/a/1\n\n###\nGET {{api}}/cookies\n\n?? body $.cookies.a == \"1\"\n")
        .file("b.http", "GET {{api}}/cookies\n\n?? body $.cookies isEmpty\n");
    let ran = project.run_against(&server.base_url(), &[".", "--jobs", "1"]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
}

#[test]
fn files_run_side_by_side() {
    // Nobody is answered before all have asked.
    let all = Barrier::new(8);
    let server = FaultServer::start(move |stream, _| {
        all.wait();
        drop(stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"));
    });
    let files = (0..8).fold(Project::new(), |project, file| project.file(&format!("{file}.http"), "GET {{api}}/\n"));
    let ran = files.run_against(&server.base_url(), &[".", "--jobs", "8"]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
}

#[test]
fn connections_are_shared_by_all_files() {
    let server = FaultServer::start(|stream, _| {
        // The first request has been read; the others are answered as they come.
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
        let mut buffer = [0; 4096];
        while stream.write_all(answer).is_ok() && stream.read(&mut buffer).is_ok_and(|count| count > 0) {}
    });
    let project =
        Project::new().file("a.http", "GET {{api}}/1\n\n###\nGET {{api}}/2\n").file("b.http", "GET {{api}}/3\n");
    let ran = project.run_against(&server.base_url(), &[".", "--jobs", "1"]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert_eq!(server.received().len(), 1, "more than one connection was opened");
}

#[test]
fn the_most_specific_variable_wins() {
    let text = "@a = file\n\nGET {{api}}/anything/{{a}}/{{b}}\n\n?? body $.url endsWith EXPECTED\n";
    let server = practice();
    let project = Project::new()
        .file("rqtest.yaml", "variables: {a: project, b: project}\n")
        .file("vars.json", "{\"a\": \"vars\"}")
        .file("http-client.env.json", "{\"dev\": {\"a\": \"environment\", \"b\": \"environment\"}}");
    for (arguments, expected) in [
        (&[][..], "file/project"),
        (&["--env", "dev"], "file/environment"),
        (&["--vars-file", "vars.json"], "vars/project"),
        (&["--vars-file", "vars.json", "--var", "a=flag", "--env", "dev"], "flag/environment"),
    ] {
        std::fs::write(project.path("a.http"), text.replace("EXPECTED", expected)).unwrap();
        let mut all = vec!["a.http"];
        all.extend(arguments);
        let ran = project.run_against(&server.base_url(), &all);
        assert_eq!(ran.code, 0, "{arguments:?}: {}{}", ran.stdout, ran.stderr);
    }
}

#[test]
fn a_file_with_nothing_but_a_setup_runs() {
    let text = "setup:\n- {name: first, get: '{{ api }}/status/500', expect: {status: 200}}\nrequests: []\n";
    assert_eq!(verdicts("a.yaml", text, &[]), pairs(&[("first", "failed")]));
}
