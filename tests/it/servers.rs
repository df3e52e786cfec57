//! Servers that a project starts, and what becomes of them.

use std::net::TcpStream;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::{FaultServer, Project};

#[test]
fn the_practice_server_is_started_and_its_base_url_known() {
    let project = Project::new()
        .file("rqtest.yaml", "servers: {api: {builtin: practice}}\n")
        .file("a.yaml", "requests:\n  - get: '{{ api }}/get'\n    expect: {status: 200}\n");
    let ran = project.run(&["run", "."]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn a_path_that_does_not_exist_does_not_cost_the_others_their_configuration() {
    let project = Project::new()
        .file("rqtest.yaml", "servers: {api: {builtin: practice}}\n")
        .file("a.http", "GET {{api}}/get\n\n?? status == 200\n");
    let ran = project.run(&["run", "missing.http", "a.http"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("1 passed, 1 error"), "{}", ran.stdout);
}

#[test]
fn a_command_is_started_waited_for_and_stopped() {
    let rqtest = env!("CARGO_BIN_EXE_rqtest");
    let configuration = format!(
        "servers:\n  api:\n    command: ['{rqtest}', serve, --port, '{{{{ port }}}}']\n    \
         ready: 'http://127.0.0.1:{{{{ port }}}}/get'\n    timeout: 20s\n"
    );
    let project = Project::new()
        .file("rqtest.yaml", configuration)
        .file("a.http", "GET {{api}}/get\n\n?? status == 200\n?? body $.url matches /:[0-9]+/\n")
        .file("b.http", "GET {{api}}/status/500\n\n?? status == 200\n");
    let ran = project.run(&["run", ".", "--json", "report.json"]);
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    let report: serde_json::Value = serde_json::from_str(&project.read("report.json")).unwrap();
    let url = report["files"][0]["cases"][0]["attempts"][0]["exchanges"][0]["url"].as_str().unwrap().to_owned();
    let address = url.strip_prefix("http://").unwrap().split('/').next().unwrap();
    assert!(TcpStream::connect(address).is_err(), "the server still listens on {address}");
}

#[test]
fn a_server_that_does_not_come_up_ends_the_run_before_it_begins() {
    let project = Project::new()
        .file(
            "rqtest.yaml",
            "servers: {api: {command: [sh, -c, 'echo no license; exit 3'], ready: 'http://127.0.0.1:9/'}}\n",
        )
        .file("a.http", "GET {{api}}/get\n");
    let ran = project.run(&["run", "."]);
    assert_eq!(ran.code, 2, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("no license"), "{}", ran.stderr);
}

#[test]
fn a_base_url_that_is_given_wins_over_a_server_of_the_project() {
    let server = FaultServer::says("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let project = Project::new()
        .file("rqtest.yaml", "servers: {api: {command: [does-not-exist], ready: 'http://127.0.0.1:9/'}}\n")
        .file("a.http", "GET {{api}}/get\n\n?? status == 200\n");
    let ran = project.run_against(&server.base_url(), &["."]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
}

#[cfg(unix)]
#[test]
fn a_signal_ends_the_run_with_whole_reports() {
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let server = FaultServer::says_and_stalls("");
        let project = Project::new().file("a.http", "### one\nGET {{api}}/1\n\n### two\nGET {{api}}/2\n");
        let mut command = project.command();
        command.args(["run", "a.http", "--var", &format!("api={}", server.base_url()), "--junit", "report.xml"]);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let deadline = Instant::now() + Duration::from_secs(20);
        while server.received().is_empty() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(10));
        }
        let kill = std::process::Command::new("kill").args([format!("-{signal}"), child.id().to_string()]).status();
        assert!(kill.unwrap().success());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", String::from_utf8_lossy(&output.stderr));
        let report = project.read("report.xml");
        assert!(report.contains("tests=\"2\"") && report.contains("<skipped"), "{report}");
    }
}
