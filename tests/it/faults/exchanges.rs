//! Redirects, and connections that are lost, refused, or never were: rows 41 to 45 and 47.

use std::io::{Read as _, Write as _};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::support::{FaultServer, Project, free_port, skipped};

use super::{Case, Error, Peer, Warned, With, case, says};

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

pub(super) fn cases() -> Vec<Case> {
    [redirects(), methods(), lost_connections(), expectations(), nobody()].into_iter().flatten().collect()
}

fn redirects() -> Vec<Case> {
    let leads = |fault, locations: &str, ends| {
        says(41, fault, format!("HTTP/1.1 302 Found\r\n{locations}Content-Length: 0\r\n\r\n"), ends)
    };
    vec![
        leads("a loop", "Location: /\r\n", Error("too-many-redirects", "/ 302 -> (")),
        leads("no location", "", With(302, "")),
        leads("an empty location", "Location: \r\n", With(302, "")),
        leads("two locations", "Location: /a\r\nLocation: /b\r\n", Error("redirect", "two places, `/a` and `/b`")),
        leads("no URL", "Location: http://[::1\r\n", Error("redirect", "302")),
        leads("a script", "Location: javascript:alert(1)\r\n", Error("redirect", "302")),
        leads("a file", "Location: file:///etc/passwd\r\n", Error("redirect", "file:///etc/passwd")),
    ]
}

/// Row 42: how a POST goes on; the server says with what it was asked at last.
fn methods() -> Vec<Case> {
    let on =
        |fault, answer, body| case(42, fault, Peer::Answers(answer), With(200, body)).met_by("POST {{api}}/\n\nbody\n");
    vec![
        on("POST on 301", |head| redirected(head, 301), "GET without a body"),
        on("POST on 302", |head| redirected(head, 302), "GET without a body"),
        on("POST on 303", |head| redirected(head, 303), "GET without a body"),
        on("POST on 307", |head| redirected(head, 307), "POST with a body"),
        on("POST on 308", |head| redirected(head, 308), "POST with a body"),
    ]
}

fn redirected(head: &str, status: u16) -> Vec<u8> {
    let (method, target) = head.split_once(' ').unwrap_or_default();
    if target.starts_with("/ ") {
        let head = format!("HTTP/1.1 {status} On\r\nLocation: /next\r\n");
        return (head + "Content-Length: 0\r\nConnection: close\r\n\r\n").into();
    }
    let body = if head.contains("Content-Length: ") { "with" } else { "without" };
    let said = format!("{method} {body} a body");
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{said}", said.len()).into()
}

/// When the first connection of a server dies.
#[derive(Clone, Copy)]
enum Dies {
    /// After its first response.
    Idle,
    /// The same, by a reset.
    IdleByReset,
    /// Once the next request came.
    Asked,
}

fn lost_connections() -> Vec<Case> {
    let lost = |row, fault, dies, method, ends| {
        let next = format!("# @delay 200ms\n{method} {{{{api}}}}/2\nContent-Length: 0\n");
        case(row, fault, Peer::Server(dying(dies)), ends).met_by(format!("GET {{{{api}}}}/1\n\n###\n{next}"))
    };
    vec![
        lost(43, "closed while idle, then GET", Dies::Idle, "GET", With(200, "hello")),
        lost(43, "closed while idle, then POST", Dies::Idle, "POST", With(200, "hello")),
        lost(43, "reset while idle, then GET", Dies::IdleByReset, "GET", With(200, "hello")),
        lost(43, "reset while idle, then POST", Dies::IdleByReset, "POST", With(200, "hello")),
        lost(44, "closed after a GET", Dies::Asked, "GET", With(200, "hello")),
        lost(44, "closed after a PUT", Dies::Asked, "PUT", With(200, "hello")),
        lost(44, "closed after a POST", Dies::Asked, "POST", Error("connection", "without a response")),
    ]
}

/// Every connection but the first is answered as one would expect.
fn dying(dies: Dies) -> FaultServer {
    let connections = AtomicUsize::new(0);
    FaultServer::start(move |stream, _| {
        drop(stream.write_all(OK));
        if connections.fetch_add(1, Ordering::SeqCst) > 0 {
            return;
        }
        match dies {
            Dies::Idle => {}
            Dies::IdleByReset => FaultServer::reset(stream),
            Dies::Asked => drop(stream.read(&mut [0; 4096])),
        }
    })
}

fn expectations() -> Vec<Case> {
    let silent = FaultServer::start(|stream, _| {
        let mut body = [0; 4];
        if stream.read_exact(&mut body).is_ok() && body == *b"body" {
            drop(stream.write_all(OK));
        }
    });
    let refuses: fn(&str) -> Vec<u8> = |head| {
        let refusal = b"HTTP/1.1 417 Expectation Failed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        if head.contains("Expect: ") { refusal.to_vec() } else { OK.to_vec() }
    };
    let expecting = "POST {{api}}/\nExpect: 100-continue\n\nbody\n";
    vec![
        case(45, "no answer to `Expect: 100-continue`", Peer::Server(silent), With(200, "hello")).met_by(expecting),
        case(45, "417", Peer::Answers(refuses), Warned(200, "hello", "sent again without it")).met_by(expecting),
    ]
}

fn nobody() -> Vec<Case> {
    let nobody = |fault, base_url: String, ends| case(47, fault, Peer::Nobody(base_url), ends);
    let refused = format!("http://127.0.0.1:{}", free_port());
    let mut cases = vec![
        nobody("no such name", "http://no-such-host.invalid".to_owned(), Error("resolve", "no-such-host.invalid")),
        nobody("nobody listens", refused, Error("refused", "connection refused")),
    ];
    if Project::new().command_without_network().arg("--version").output().is_ok_and(|output| output.status.success()) {
        cases.push(case(47, "no way there", Peer::Unreachable, Error("unreachable", "network unreachable")));
    } else {
        skipped("no program can be run without a network here, and so nothing is unreachable");
    }
    cases
}
