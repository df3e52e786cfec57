//! Bodies that go to files: whole or not at all, and never outside of the project.

use crate::support::{FaultServer, Project};

const HELLO: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

/// The names of the files of a project, in order.
fn files(project: &Project) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(project.path(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn saves_beside_or_in_the_place_of_what_is_there() {
    let server = FaultServer::says(HELLO);
    let request = |line: &str| format!("GET {{{{api}}}}/\n\n{line}\n?? size == 5\n?? body == hello\n");
    let project = Project::new().file("out.txt", "old").file("beside.http", request(">> out.txt"));
    let project = project.file("instead.http", request(">>! out.txt")).file("new.http", request(">> new/er/out"));
    for (spec, expected) in [
        ("beside.http", &[("out.txt", "old"), ("out-1.txt", "hello")][..]),
        ("beside.http", &[("out.txt", "old"), ("out-1.txt", "hello"), ("out-2.txt", "hello")]),
        ("instead.http", &[("out.txt", "hello"), ("out-2.txt", "hello")]),
        ("new.http", &[("new/er/out", "hello")]),
    ] {
        let ran = project.run_against(&server.base_url(), &[spec]);
        assert_eq!(ran.code, 0, "{}", ran.stdout);
        for (file, content) in expected {
            assert_eq!(project.read(file), *content, "{spec}");
        }
    }
    assert_eq!(
        files(&project),
        ["beside.http", "instead.http", "new", "new.http", "out-1.txt", "out-2.txt", "out.txt"]
    );
}

#[test]
fn leaves_nothing_of_a_body_that_is_not_whole() {
    for (answer, kind) in [
        ("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello", "truncated"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\nContent-Encoding: gzip\r\n\r\n\x1f is not gzip", "decode"),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n01234567890123456789012345678901234567890123456789",
            "too-large",
        ),
    ] {
        let server = FaultServer::says(answer);
        let project = Project::new()
            .file("out.txt", "old")
            .file("a.yaml", "requests:\n  - get: \"{{ api }}/\"\n    output: out.txt\n    max_body: 40B\n");
        let ran = project.run_against(&server.base_url(), &["--json", "-", "a.yaml"]);
        assert_eq!(ran.code, 1);
        assert!(ran.stdout.contains(&format!("\"kind\":\"{kind}\"")), "{}", ran.stdout);
        assert_eq!((project.read("out.txt").as_str(), files(&project).len()), ("old", 2));
    }
}

#[test]
fn saves_outside_of_the_project_only_where_the_command_line_says_so() {
    let server = FaultServer::says(HELLO);
    for (output, allowed) in [("../elsewhere/out.txt", true), ("../out.txt", false), ("../project-2/out.txt", false)] {
        let spec = format!("GET {{{{api}}}}/\n\n>>! {output}\n");
        let project =
            Project::new().file("project/rqtest.yaml", "{}").file("project/a.http", spec).file("elsewhere/file", "");
        let ran = project.run_against(&server.base_url(), &["project/a.http"]);
        assert!(ran.stdout.contains("lies outside of") && ran.stdout.contains("--output-root"), "{}", ran.stdout);
        let ran = project.run_against(&server.base_url(), &["--output-root", "elsewhere", "project/a.http"]);
        assert_eq!(ran.code == 0, allowed, "{output}: {}", ran.stdout);
        assert_eq!(project.path("elsewhere/out.txt").exists(), allowed);
    }
}

#[test]
fn says_why_a_file_cannot_be_written_before_anything_is_sent() {
    let server = FaultServer::says(HELLO);
    let project = Project::new().file("folder/file", "").file("a.http", "GET {{api}}/\n\n>>! folder\n");
    let ran = project.run_against(&server.base_url(), &["a.http"]);
    assert!(ran.stdout.contains("cannot write") && ran.code == 1, "{}", ran.stdout);
    assert!(server.received().is_empty());
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_leaves_no_half_of_a_body() {
    let server = FaultServer::says_and_stalls("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello");
    let project = Project::new().file("a.http", "GET {{api}}/\n\n>> out.txt\n");
    let mut command = project.command();
    command.args(["run", "a.http", "--var", &format!("api={}", server.base_url())]);
    let mut child = command.stdout(std::process::Stdio::null()).spawn().unwrap();
    while files(&project).len() < 2 {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let sent = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(sent.unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(files(&project), ["a.http"]);
}
