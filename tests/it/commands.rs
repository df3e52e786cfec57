//! The commands, their flags and their exit codes.

use rqtest::serve::PracticeServer;

use crate::support::{FaultServer, Project};

fn practice() -> PracticeServer {
    PracticeServer::start(([127, 0, 0, 1], 0).into()).unwrap()
}

#[test]
fn exit_codes_say_how_a_run_ended() {
    let server = practice();
    let project = Project::new()
        .file("pass.http", "GET {{api}}/get\n\n?? status == 200\n")
        .file("fail.http", "GET {{api}}/get\n\n?? status == 201\n")
        .file("broken.http", "GET {{api}}/get\nno colon here\n")
        .file("empty/readme.txt", "nothing here")
        .file("bad.yaml", "servers: {api: {builtin: unknown}}\n");
    for (arguments, code) in [
        (&["pass.http"][..], 0),
        (&["fail.http"], 1),
        (&["broken.http"], 1),
        (&["missing.http"], 1),
        (&["pass.http", "missing.http"], 1),
        (&["empty"], 4),
        (&["pass.http", "--tag", "none"], 4),
        (&["pass.http", "--name", "("], 2),
        (&["pass.http", "--tag", "smoke and"], 2),
        (&["pass.http", "--no-such-flag"], 2),
        (&["pass.http", "--jobs", "0"], 2),
        (&["pass.http", "--var", "novalue"], 2),
        (&["pass.http", "--env", "nowhere"], 2),
        (&["pass.http", "--config", "bad.yaml"], 2),
        (&["pass.http", "--config", "missing.yaml"], 2),
        (&["pass.http", "--junit", "empty"], 5),
        (&["pass.http", "--junit", "/dev/full"], 5),
    ] {
        let ran = project.run_against(&server.base_url(), arguments);
        assert_eq!(ran.code, code, "{arguments:?}\n{}{}", ran.stdout, ran.stderr);
        assert!(code == 0 || !(ran.stdout + &ran.stderr).is_empty(), "{arguments:?} says nothing");
    }
    assert_eq!(project.run(&["--version"]).code, 0);
    assert_eq!(project.run(&["run", "--help"]).code, 0);
    assert_eq!(project.run(&[]).code, 2);
}

#[test]
fn a_file_that_does_not_parse_costs_only_its_own_requests() {
    let server = practice();
    let project = Project::new()
        .file("a.http", "### bad\nGET {{api}}/get\nno colon here\n\n### good\nGET {{api}}/get\n\n?? status == 200\n")
        .file("b.yaml", "requests:\n  - get: '{{ api }}/get'\n    expcet: {status: 200}\n  - get: '{{ api }}/get'\n")
        .file("c.yaml", "requests: [\n")
        .file("c2.yaml", "requests: {get: '{{ api }}/get'}\n")
        .file("d.http", b"GET {{api}}/get\n\n\xff\xfe")
        .file("e.http", "GET {{api}}/get\n\n?? status == 200\n");
    let ran = project.run_against(&server.base_url(), &["."]);
    assert_eq!(ran.code, 1);
    for words in ["a.http:3:4", "did you mean `expect`", "c.yaml", "c2.yaml:1:11", "is not UTF-8"] {
        assert!(ran.stdout.contains(words), "{words} is missing in:\n{}", ran.stdout);
    }
    assert!(ran.stdout.contains("3 passed"), "{}", ran.stdout);
}

#[test]
fn an_undefined_variable_is_an_error_and_nothing_is_sent() {
    let server = FaultServer::says("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let project = Project::new().file("a.http", "GET {{api}}/{{usre}}\n").file("b.http", "GET {{api}}/sent\n");
    let ran = project.run_against(&server.base_url(), &[".", "--var", "user=ada"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("usre") && ran.stdout.contains("a.http:1:"), "{}", ran.stdout);
    assert!(ran.stdout.contains("did you mean `user`"), "{}", ran.stdout);
    let received = server.received();
    assert_eq!(received.len(), 1);
    assert!(received[0].starts_with("GET /sent "));
}

#[test]
fn a_line_or_a_name_or_a_tag_selects_requests() {
    let server = FaultServer::says("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let text =
        "### one\n# @tag a\nGET {{api}}/1\n\n### two\n# @tag b\nGET {{api}}/2\n\n### three\n# @tag a\nGET {{api}}/3\n";
    let project = Project::new().file("a.http", text);
    for (arguments, expected) in [
        (&["a.http:7"][..], &["/2"][..]),
        (&["a.http", "--name", "^t"], &["/2", "/3"]),
        (&["a.http", "--tag", "a"], &["/1", "/3"]),
        (&["a.http", "--tag", "a", "--tag", "b", "--name", "o"], &["/1", "/2"]),
        (&["a.http", "--tag", "b, a", "--name", "o"], &["/1", "/2"]),
        (&["a.http", "--tag", "not a"], &["/2"]),
        (&["a.http", "--tag", "a and not (b or c)"], &["/1", "/3"]),
        (&["a.http", "--repeat", "2", "--tag", "b"], &["/2", "/2"]),
    ] {
        let before = server.received().len();
        let ran = project.run_against(&server.base_url(), arguments);
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
        let sent: Vec<String> =
            server.received()[before..].iter().map(|head| head.split(' ').nth(1).unwrap().to_owned()).collect();
        assert_eq!(sent, expected, "{arguments:?}");
    }
}

#[test]
fn a_wrong_expression_over_tags_is_shown_with_its_place() {
    let ran = Project::new().file("a.http", "GET http://127.0.0.1:9\n").run(&["list", "a.http", "--tag", "(a or b"]);
    assert_eq!(ran.code, 2);
    insta::assert_snapshot!(ran.stderr);
}

#[test]
fn list_and_check_send_nothing() {
    let project = Project::new().file(
        "a.http",
        "### one\n# @tag smoke\nGET http://127.0.0.1:9/1\n\n### two\n# @assert status == \nGET http://127.0.0.1:9/2\n",
    );
    let listed = project.run(&["list", "a.http"]);
    assert!(listed.stdout.contains("a.http:3") && listed.stdout.contains("one") && listed.stdout.contains("[smoke]"));
    assert_eq!(listed.code, 1, "{}", listed.stderr);
    let json: serde_json::Value =
        serde_json::from_str(&project.run(&["list", "a.http", "--format", "json"]).stdout).unwrap();
    assert_eq!(json[0]["url"], "http://127.0.0.1:9/1");
    let yaml = project.run(&["list", "a.http", "--format", "yaml"]).stdout;
    assert!(yaml.contains("name: one"), "{yaml}");
    let checked = project.run(&["check", "a.http"]);
    assert_eq!(checked.code, 1);
    assert!(checked.stderr.contains("a.http:6:"), "{}", checked.stderr);
    assert!(checked.stdout.contains("1 error"), "{}", checked.stdout);
}

#[test]
fn nothing_is_printed_twice_when_nobody_reads() {
    use std::process::Stdio;
    let server = practice();
    let project = Project::new().file("a.http", "GET {{api}}/get\n\n?? status == 200\n");
    let mut command = project.command();
    command.args(["run", "a.http", "--var", &format!("api={}", server.base_url()), "--junit", "report.xml"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty());
    assert!(project.read("report.xml").contains("</testsuites>"));
}
