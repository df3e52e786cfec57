//! Reports, as those read them who did not write them.

use std::path::Path;
use std::process::Command;

use rqtest::serve::PracticeServer;

use crate::support::{Project, skipped};

/// A project of which one request passes, one fails, one cannot run, one is skipped, and
/// one passes on a retry.
fn mixed() -> Project {
    Project::new()
        .file("api/users.http", "### fine\nGET {{api}}/get?control=%01\n\n?? status == 200\n\n### wrong\nGET {{api}}/get\n\n?? status == 201\n?? body $.args.x == \"]]>\"\n")
        .file(
            "api/more.yaml",
            "name: More <&>\nrequests:\n  - {name: undefined, get: '{{ api }}/{{ nothing }}'}\n  - {name: later, skip: not yet, get: '{{ api }}/get'}\n  \
             - {name: flaky, get: '{{ api }}/flaky/a/1', retry: 2, expect: {status: 200}}\n  - {name: fine, get: '{{ api }}/get', tags: [smoke]}\n",
        )
}

#[test]
fn junit_is_read_back_by_a_parser_of_others() {
    let server = PracticeServer::start(([127, 0, 0, 1], 0).into()).unwrap();
    let project = mixed();
    let ran = project.run_against(&server.base_url(), &["api", "--junit", "out/junit.xml"]);
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    let text = project.read("out/junit.xml");
    let report = junit_parser::from_reader(text.as_bytes()).unwrap();
    assert_eq!((report.tests, report.failures, report.errors, report.skipped), (6, 1, 1, 1), "{text}");
    assert_eq!(report.suites.len(), 2);
    assert_eq!(report.suites[0].name, "More <&>");
    let mut names: Vec<(String, String)> = Vec::new();
    for suite in &report.suites {
        assert_eq!(suite.cases.len() as u64, suite.tests);
        for case in &suite.cases {
            names.push((case.classname.clone().unwrap_or_default(), case.original_name.clone()));
        }
    }
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count, "(classname, name) is not unique: {names:?}");
    for words in ["status is 200, not 201", "users.http\"", "line=\"7\"", "<flakyFailure", "not yet"] {
        assert!(text.contains(words), "{words} is missing in\n{text}");
    }
    assert!(!text.contains('\u{1}'));
}

#[test]
fn junit_holds_against_the_schema_that_jenkins_uses() {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors/junit-10.xsd");
    if !schema.exists() || Command::new("xmllint").arg("--version").output().is_err() {
        skipped("the schema or xmllint is not here");
        return;
    }
    let server = PracticeServer::start(([127, 0, 0, 1], 0).into()).unwrap();
    let project = mixed();
    project.run_against(&server.base_url(), &["api", "--junit", "junit.xml", "--junit-layout", "strict"]);
    let output =
        Command::new("xmllint").arg("--noout").arg("--schema").arg(&schema).arg(project.path("junit.xml")).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}\n{}", String::from_utf8_lossy(&output.stderr), project.read("junit.xml"));
}

#[test]
fn reports_are_the_same_whatever_the_jobs() {
    let server = PracticeServer::start(([127, 0, 0, 1], 0).into()).unwrap();
    let names = |jobs: &str| {
        let mut project = Project::new();
        for file in 0..20 {
            let wait = (file * 7) % 5;
            project = project
                .file(&format!("{file:02}.http"), format!("GET {{{{api}}}}/delay/0.0{wait}\n\n?? status == 200\n"));
        }
        let ran = project.run_against(&server.base_url(), &[".", "--jobs", jobs, "--json", "report.json"]);
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
        let report: serde_json::Value = serde_json::from_str(&project.read("report.json")).unwrap();
        let files = report["files"].as_array().unwrap().iter().map(|file| file["path"].to_string());
        files.collect::<Vec<_>>()
    };
    assert_eq!(names("1"), names("8"));
}

#[test]
fn no_report_shows_a_secret() {
    let server = PracticeServer::start(([127, 0, 0, 1], 0).into()).unwrap();
    let secret = "hunter2-hunter2";
    let project = Project::new()
        .file("http-client.env.json", "{\"dev\": {\"user\": \"ada\"}}")
        .file("http-client.private.env.json", format!("{{\"dev\": {{\"password\": \"{secret}\"}}}}"))
        .file(
            "a.http",
            "POST {{api}}/post\nAuthorization: Basic {{user}} {{password}}\nContent-Type: text/plain\n\nit is {{password}}\n\n?? status == 500\n",
        );
    let ran = project.run_against(
        &server.base_url(),
        &["a.http", "--env", "dev", "--verbose", "--junit", "junit.xml", "--json", "report.json"],
    );
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    let everything = [ran.stdout, ran.stderr, project.read("junit.xml"), project.read("report.json")];
    let encoded = ["aHVudGVyMi1odW50ZXIy", "YWRhOmh1bnRlcjItaHVudGVyMg=="];
    for text in &everything {
        for form in encoded.iter().chain([&secret]) {
            assert!(!text.contains(form), "{form} is shown in\n{text}");
        }
    }
    assert!(everything[0].contains("it is ***"), "{}", everything[0]);
}

#[test]
fn an_error_of_the_client_is_shown_at_the_request_line_alone() {
    let yaml = "requests:\n  - name: refused\n    get: \"http://127.0.0.1:1/\"\n    headers: {X-A: b}\n";
    let project = Project::new().file("a.yaml", yaml).file("b.http", "GET http://127.0.0.1:1/\nX-A: b\n");
    let ran = project.run(&["run", "a.yaml", "b.http"]);
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    for lines in [
        "3 |     get: \"http://127.0.0.1:1/\"\n      |     ^^^^^^^^^^^^^^^^^^^^^^^^^^\n",
        "1 | GET http://127.0.0.1:1/\n      | ^^^^^^^^^^^^^^^^^^^^^^^\n",
    ] {
        assert!(ran.stdout.contains(lines), "{lines}\n{}", ran.stdout);
    }
    assert!(!ran.stdout.contains("X-A"), "{}", ran.stdout);
}

#[cfg(unix)]
#[test]
fn no_line_is_longer_than_a_narrow_terminal_is_wide() {
    use crate::support::PseudoTerminal;

    let long = "a-segment-that-is-long/".repeat(5);
    let spec = format!(
        "### a name that says at length what the request is about\nGET {{{{api}}}}/anything/{long}\n\n?? status == 404\n\
         ?? $.url == {{\"a\": \"{long}\"}}\n\n### two\n# @skip because somebody has not come round to it for a long time\n\
         GET {{{{api}}}}/get\n"
    );
    let project = Project::new().file("a.http", spec).file("rqtest.yaml", "servers: {api: {builtin: practice}}");
    for verbosity in ["-q", "-v", "-vv", "--color=never"] {
        let mut command = project.command();
        command.args(["run", "a.http", verbosity]).env("TERM", "dumb");
        let (code, printed) = PseudoTerminal::of_columns(60, &mut command).finish();
        assert_eq!(code, 1, "{printed}");
        for line in printed.lines() {
            assert!(line.trim_end().chars().count() <= 60, "{verbosity}: {line}\n{printed}");
        }
        assert!(printed.contains('\u{21b5}') || verbosity == "-q", "{printed}");
    }
}
