//! What waits holds up nobody else.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::support::{FaultServer, Project, Ran};

const READY: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
const NOT_YET: &[u8] = b"HTTP/1.1 503 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// A server that is ready for one target only after it has been asked for another.
fn ready_after(target: &'static str, other: &'static str) -> FaultServer {
    let was_asked = AtomicBool::new(false);
    FaultServer::answers(move |head| {
        was_asked.fetch_or(head.contains(other), Ordering::SeqCst);
        if head.contains(target) && !was_asked.load(Ordering::SeqCst) { NOT_YET.into() } else { READY.into() }
    })
}

/// The targets of the requests that a server was sent, in order.
fn targets(server: &FaultServer) -> Vec<String> {
    let target = |head: &String| head.split(' ').nth(1).unwrap_or_default().to_owned();
    server.received().iter().map(target).collect()
}

fn run(project: &Project, server: &FaultServer, arguments: &[&str]) -> Ran {
    project.run_against(&server.base_url(), &[&["."], arguments].concat())
}

#[test]
fn a_file_between_two_attempts_lets_the_next_one_run_with_one_job() {
    let server = ready_after("/poll", "/third");
    let project = Project::new()
        .file("a.http", "# @retry 1000 10ms\nGET {{api}}/poll\n\n?? status == 200\n")
        .file("b.http", "GET {{api}}/first\n\n###\nGET {{api}}/second\n\n###\nGET {{api}}/third\n");
    let ran = run(&project, &server, &["--jobs", "1"]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    let targets = targets(&server);
    assert_eq!(targets.first().map(String::as_str), Some("/poll"));
    assert_eq!(targets.last().map(String::as_str), Some("/poll"));
    let others: Vec<_> = targets.iter().filter(|target| *target != "/poll").collect();
    assert_eq!(others, ["/first", "/second", "/third"]);
    assert!(ran.stdout.find("a.http") < ran.stdout.find("b.http"), "{}", ran.stdout);
}

#[test]
fn a_file_that_has_waited_goes_on_before_one_that_has_not_begun() {
    // The second file is as long as the first wants it to be: it ends when that has gone on.
    let server = ready_after("/long", "/after");
    let project = Project::new()
        .file("a.http", "GET {{api}}/before\n\n###\n# @sleep 10ms\nGET {{api}}/after\n")
        .file("b.http", "# @retry 100000\nGET {{api}}/long\n\n?? status == 200\n")
        .file("c.http", "GET {{api}}/last\n");
    let ran = run(&project, &server, &["--jobs", "1"]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    let targets = targets(&server);
    let place = |target: &str| targets.iter().position(|known| known == target);
    assert!(place("/after").is_some() && place("/after") < place("/last"), "{targets:?}");
}
