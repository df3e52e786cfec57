//! What a misbehaving server must lead to: an error of that request that names the
//! fault, or a response, and never a panic, a hang or a wrong body.

use std::io::Write as _;
use std::time::{Duration, Instant};

use crate::support::{FaultServer, Project};

/// How a request to a server that says certain bytes must end.
enum Ends {
    /// With a response of this status and body.
    With(u16, &'static str),
    /// With an error of this kind, whose message holds these words.
    Error(&'static str, &'static str),
}

use Ends::{Error, With};

const TABLE: &[(&str, &str, Ends)] = &[
    (
        "closed in a body with a length",
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello",
        Error("truncated", "5 of 10 bytes of the body were read: hello"),
    ),
    ("closed in a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nhello", Error("truncated", "")),
    (
        "closed before the last chunk",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        Error("truncated", ""),
    ),
    (
        "no line end after the last chunk",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
        Error("truncated", ""),
    ),
    (
        "chunk size of letters",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nhello",
        Error("chunked", "chunk"),
    ),
    (
        "negative chunk size",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello",
        Error("chunked", "chunk"),
    ),
    (
        "prefixed chunk size",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nhello",
        Error("chunked", "chunk"),
    ),
    (
        "chunk size of 17 digits",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000005\r\nhello",
        Error("chunked", "chunk"),
    ),
    (
        "huge chunk size",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8000000000000000\r\nhello",
        Error("", ""),
    ),
    (
        "no line end after a chunk",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello0\r\n\r\n",
        Error("chunked", "chunk"),
    ),
    (
        "chunk lines that end in LF alone",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\nhello\n0\n\n",
        Error("chunked", ""),
    ),
    (
        "chunk extensions and trailers",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5 ;a=b\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n",
        With(200, "hello"),
    ),
    ("empty reply", "", Error("", "")),
    (
        "equal lengths twice",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
        With(200, "hello"),
    ),
    ("equal lengths in a list", "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello", With(200, "hello")),
    (
        "conflicting lengths",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        Error("protocol", ""),
    ),
    ("negative length", "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello", Error("protocol", "")),
    ("length of letters", "HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\nhello", Error("protocol", "")),
    ("signed length", "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello", Error("protocol", "")),
    ("empty length", "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\nhello", Error("protocol", "")),
    ("length over 2^64", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nhello", Error("protocol", "")),
    (
        "both framings",
        "HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        With(200, "hello"),
    ),
    (
        "unknown transfer coding",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: what\r\n\r\nhello",
        Error("transfer-encoding", ""),
    ),
    (
        "chunked is not last",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\nhello",
        Error("transfer-encoding", ""),
    ),
    (
        "chunked twice",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
        Error("transfer-encoding", ""),
    ),
    ("100 first", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", With(200, "hello")),
    (
        "103 first",
        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        With(200, "hello"),
    ),
    ("204 with a length", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", With(204, "")),
    ("304 with a length", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", With(304, "")),
    ("205 with a body", "HTTP/1.1 205 Reset Content\r\nContent-Length: 5\r\n\r\nhello", With(205, "hello")),
    ("folded header", "HTTP/1.1 200 OK\r\nX-A: b\r\n c\r\nContent-Length: 5\r\n\r\nhello", With(200, "hello")),
    ("space before the colon", "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\nhello", With(200, "hello")),
    ("lines that end in LF alone", "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", With(200, "hello")),
    ("first header line folded", "HTTP/1.1 200 OK\r\n X-A: b\r\nContent-Length: 5\r\n\r\nhello", Error("protocol", "")),
    ("header without a colon", "HTTP/1.1 200 OK\r\nnonsense\r\nContent-Length: 5\r\n\r\nhello", Error("protocol", "")),
    ("NUL in a header", "HTTP/1.1 200 OK\r\nX-A: b\0c\r\nContent-Length: 5\r\n\r\nhello", Error("protocol", "")),
    ("bare CR in a header", "HTTP/1.1 200 OK\r\nX-A: b\rc\r\nContent-Length: 5\r\n\r\nhello", Error("protocol", "")),
    ("empty header name", "HTTP/1.1 200 OK\r\n: b\r\nContent-Length: 5\r\n\r\nhello", Error("protocol", "")),
    ("body until close", "HTTP/1.1 200 OK\r\n\r\nhello", With(200, "hello")),
    ("HTTP/1.0 until close", "HTTP/1.0 200 OK\r\n\r\nhello", With(200, "hello")),
    ("HTTP/0.9", "hello", Error("status-line", "")),
    ("blank line first", "\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", Error("status-line", "")),
    ("ICY", "ICY 200 OK\r\n\r\nhello", Error("status-line", "")),
    ("no reason", "HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello", With(200, "hello")),
    ("status 600", "HTTP/1.1 600 What\r\nContent-Length: 5\r\n\r\nhello", With(600, "hello")),
    ("status 99", "HTTP/1.1 99 What\r\nContent-Length: 5\r\n\r\nhello", Error("status-line", "")),
    ("status 1000", "HTTP/1.1 1000 What\r\nContent-Length: 5\r\n\r\nhello", Error("status-line", "")),
    ("status of letters", "HTTP/1.1 2xx What\r\nContent-Length: 5\r\n\r\nhello", Error("status-line", "")),
    ("HTTP/2.0 on this wire", "HTTP/2.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", Error("status-line", "")),
    ("lower-case protocol", "http/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", Error("status-line", "")),
    ("end inside the headers", "HTTP/1.1 200 OK\r\nContent-Le", Error("truncated", "")),
    ("bytes after the body", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello and more", With(200, "hello")),
    (
        "not gzip at all",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
        Error("decode", "gzip"),
    ),
    (
        "unknown coding",
        "HTTP/1.1 200 OK\r\nContent-Encoding: what\r\nContent-Length: 5\r\n\r\nhello",
        With(200, "hello"),
    ),
    (
        "redirect to a file",
        "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n",
        Error("redirect", "file:"),
    ),
    (
        "redirect to itself",
        "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
        Error("too-many-redirects", "30"),
    ),
    ("redirect without a location", "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n", With(302, "")),
];

#[test]
fn misbehaving_servers_lead_to_what_the_table_says() {
    let mut wrong = Vec::new();
    for (name, bytes, ends) in TABLE {
        let server = FaultServer::says(*bytes);
        let project = Project::new().file("a.http", spec(ends));
        let ran = project.run_against(&server.base_url(), &["--json", "report.json", "a.http"]);
        let report: serde_json::Value = serde_json::from_str(&project.read("report.json")).unwrap();
        let error = &report["files"][0]["cases"][0]["attempts"][0]["error"];
        let (code, kind, words) = match ends {
            With(..) => (0, "", ""),
            Error(kind, words) => (1, *kind, *words),
        };
        let right = ran.code == code
            && (kind.is_empty() || error["kind"] == kind)
            && error.to_string().contains(words)
            && (code == 0 || error.is_object());
        if !right {
            wrong.push(format!("{name}: exit {}, {error}\n{}{}", ran.code, ran.stdout, ran.stderr));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), TABLE.len(), wrong.join("\n"));
}

fn spec(ends: &Ends) -> String {
    match ends {
        With(status, body) => format!("GET {{{{api}}}}/\n\n?? status == {status}\n?? body == \"{body}\"\n"),
        Error(..) => "GET {{api}}/\n".to_owned(),
    }
}

#[test]
fn a_stall_ends_with_the_phase_that_ran_out() {
    for (bytes, phase) in [
        ("", "while waiting for the response"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel", "while the response was read"),
    ] {
        let server = FaultServer::says_and_stalls(bytes);
        let project = Project::new().file("a.http", "# @timeout 300ms\nGET {{api}}/\n");
        let ran = project.run_against(&server.base_url(), &["--json", "report.json", "a.http"]);
        let report: serde_json::Value = serde_json::from_str(&project.read("report.json")).unwrap();
        let error = report["files"][0]["cases"][0]["attempts"][0]["error"].to_string();
        assert!(ran.code == 1 && error.contains("timeout") && error.contains(phase), "{phase}: {error}");
    }
}

#[test]
fn a_byte_now_and_then_does_not_outlast_the_deadline() {
    let server = FaultServer::start(|stream, stopped| {
        drop(stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"));
        while !stopped.load(std::sync::atomic::Ordering::SeqCst) && stream.write_all(b"x").is_ok() {
            std::thread::sleep(Duration::from_millis(100));
        }
    });
    let project = Project::new().file("a.http", "# @timeout 1s\nGET {{api}}/\n");
    let started = Instant::now();
    let ran = project.run_against(&server.base_url(), &["a.http"]);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    assert!(started.elapsed() < Duration::from_secs(10), "the deadline of a second held nothing back");
}

#[test]
fn an_endless_body_is_an_error_at_the_cap() {
    let server = FaultServer::start(|stream, _| {
        drop(stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n"));
        while stream.write_all(&[b'x'; 65536]).is_ok() {}
    });
    let project = Project::new().file("a.http", "# @max-body 1MiB\nGET {{api}}/\n");
    let ran = project.run_against(&server.base_url(), &["--json", "report.json", "a.http"]);
    let report: serde_json::Value = serde_json::from_str(&project.read("report.json")).unwrap();
    assert_eq!(report["files"][0]["cases"][0]["attempts"][0]["error"]["kind"], "too-large", "{}", ran.stdout);
}

#[test]
fn refused_and_unknown_hosts_are_told_apart() {
    let port = crate::support::free_port();
    let project = Project::new()
        .file("a.http", format!("GET http://127.0.0.1:{port}/\n\n###\nGET http://no-such-host.invalid/\n"));
    project.run(&["run", "--json", "report.json", "a.http"]);
    let report: serde_json::Value = serde_json::from_str(&project.read("report.json")).unwrap();
    let kind = |case: usize| report["files"][0]["cases"][case]["attempts"][0]["error"]["kind"].clone();
    assert_eq!((kind(0), kind(1)), ("refused".into(), "resolve".into()));
}
