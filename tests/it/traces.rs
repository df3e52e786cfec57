//! `-vv` and `-vvv`: what happens on the wire, as a person sees it.

use regex::Regex;
use rqtest::serve::PracticeServer;
use serde_json::Value;

use crate::support::{Project, Ran};

const FILE: &str = "\
### moved
# @auth {basic: [ada, secret1234]}
GET {{api}}/redirect/1
X-Long: a-value-that-goes-on-and-on-and-on-until-it-no-longer-fits-a-narrow-terminal

### posted
POST {{api}}/anything

{\"token\": \"secret1234\"}

### packed
GET {{api}}/gzip

### again
# @retry 1
# @assert status == 200
GET {{api}}/flaky/traces/1

### malformed
# @raw
GET {{api}}

GET /get HTTP/1.1
Authorization: Bearer raw-secret
no colon

### refused
GET http://127.0.0.1:1/
";

fn run(arguments: &[&str], project: &Project) -> Ran {
    let server = PracticeServer::start(([127, 0, 0, 1], 0).into()).unwrap();
    let ran = project.run_against(&server.base_url(), arguments);
    Ran { stdout: steady(&ran.stdout), ..ran }
}

/// The text without what is another with every run.
fn steady(text: &str) -> String {
    let mut text = text.to_owned();
    for (pattern, replacement) in [
        (r"127\.0\.0\.1:\d{4,}", "HOST"),
        (r"(< Date:) .*", "$1 DATE"),
        // The server's answers name the port.
        (r"(< Content-Length:) \d+", "$1 LENGTH"),
        (r"(< \()\d+ bytes", "${1}LENGTH"),
        (r"(dns|connect|request|wait|download) [0-9.]+ m?s, ", ""),
        (r"[0-9.]+ m?s\b", "TIME"),
    ] {
        text = Regex::new(pattern).unwrap().replace_all(&text, replacement).into_owned();
    }
    text
}

#[test]
fn shows_what_happens_on_the_wire() {
    let project = Project::new().file("a.http", FILE);
    insta::assert_snapshot!("wire", run(&["-vv", "a.http"], &project).stdout);
}

#[test]
fn shows_the_bodies_too_and_no_secret() {
    let project = Project::new().file("a.http", FILE);
    let shown = run(&["-vvv", "a.http"], &project).stdout;
    for expected in ["> {\"token\": \"***\"}", "\"gzipped\"", "* 176 bytes, decoded from gzip"] {
        assert!(shown.contains(expected), "{expected}\n{shown}");
    }
    for verbosity in ["-vv", "-vvv"] {
        let shown = run(&[verbosity, "a.http"], &project).stdout;
        assert!(!shown.contains("secret1234") && !shown.contains("raw-secret"), "{shown}");
    }
}

#[test]
fn is_whole_for_each_request_and_in_the_order_of_the_files_whatever_runs_side_by_side() {
    let mut project = Project::new();
    for file in 0..6 {
        let delay = (6 - file) as f64 / 50.0;
        let requests: String =
            (0..3).map(|index| format!("###\nGET {{{{api}}}}/delay/{delay}?f={file}&r={index}\n\n")).collect();
        project = project.file(&format!("{file}.http"), requests);
    }
    let shown = run(&["-vv", "-j", "6", "."], &project).stdout;
    let requests = shown.lines().filter_map(|line| line.trim_start().strip_prefix("> GET "));
    let order: Vec<&str> =
        requests.filter_map(|target| target.split_once("?f=")?.1.split_once(' ')).map(|(id, _)| id).collect();
    let expected: Vec<String> = (0..6).flat_map(|file| (0..3).map(move |index| format!("{file}&r={index}"))).collect();
    assert_eq!(order, expected);
    // What was sent is followed by what came.
    let marks: String = shown
        .lines()
        .filter_map(|line| line.trim_start().chars().next())
        .filter(|mark| "<>*".contains(*mark))
        .collect();
    assert!(Regex::new(r"^(\*{1,2}>+<+\*{2})+$").unwrap().is_match(&marks), "{marks}");
}

#[test]
fn the_json_report_has_it_too() {
    let project = Project::new().file("a.http", "GET http://127.0.0.1:1/\n");
    run(&["-vv", "--json", "report.json", "a.http"], &project);
    let report: Value = serde_json::from_str(&project.read("report.json")).unwrap();
    let trace = &report["files"][0]["cases"][0]["attempts"][0]["trace"];
    assert_eq!(trace[0]["note"], "connecting to 127.0.0.1:1");
    assert!(trace[0]["at_ms"].is_number());
    run(&["--json", "report.json", "a.http"], &project);
    assert!(!project.read("report.json").contains("\"trace\""));
}
