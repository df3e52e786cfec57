//! Streams over real sockets: cut anywhere, without an end, and ended early.

use std::io::Write as _;
use std::time::{Duration, Instant};

use crate::support::{FaultServer, Project};

const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n";

fn run(server: &FaultServer, more: &str) -> crate::support::Ran {
    let spec = format!("requests:\n- get: {}\n{more}", server.base_url());
    Project::new().file("a.yaml", spec).run(&["run", "a.yaml"])
}

#[test]
fn events_are_whole_however_they_come() {
    let server = FaultServer::start(|stream, _| {
        drop(stream.write_all(format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n").as_bytes()));
        let body = "\u{feff}id: 1\r\nevent: \u{e9}\r\ndata: {\"price\": \"5 \u{20ac}\"}\r\n\r\ndata: plain\r\r";
        for byte in body.bytes() {
            drop(stream.write_all(&[b"1\r\n", &[byte][..], b"\r\n"].concat()));
        }
        drop(stream.write_all(b"0\r\n\r\n"));
    });
    let expected = "  expect:\n    json: {$: {equals: [{event: \u{e9}, id: '1', data: {price: 5 \u{20ac}}}, {event: message, id: '1', data: plain}]}}\n";
    let ran = run(&server, &format!("  stream: true\n{expected}"));
    assert_eq!(ran.code, 0, "{}", ran.stdout);
}

#[test]
fn a_stream_without_an_end_ends_at_its_limits() {
    let server = FaultServer::says_and_stalls(format!("{HEAD}\r\ndata: 1\n\ndata: 2\n\ndata: half"));
    for more in
        ["{count: 2}", "{for: 100ms}", "{until: '$.data == 2'}", "{until: '/\"data\":2/'}", "{count: 9, for: 100ms}"]
    {
        let started = Instant::now();
        let ran = run(&server, &format!("  stream: {more}\n  expect: {{assert: $ | count == 2}}\n"));
        assert_eq!(ran.code, 0, "{more}: {}", ran.stdout);
        assert!(started.elapsed() < Duration::from_secs(10), "{more}");
    }
}

#[test]
fn a_stream_that_ends_before_there_is_enough_is_worth_a_warning() {
    for (more, warns) in [("{count: 2}", true), ("{until: /never/}", true), ("{count: 1}", false), ("true", false)] {
        let server = FaultServer::says(format!("{HEAD}Content-Length: 9\r\n\r\ndata: 1\n\n"));
        let ran = run(&server, &format!("  stream: {more}\n"));
        assert_eq!(ran.code, 0, "{more}: {}", ran.stdout);
        let warning = "the stream ended before there were enough items: it had 1";
        assert_eq!(ran.stdout.contains(warning), warns, "{more}: {}", ran.stdout);
        let reason = "; of the last one, until is";
        assert_eq!(ran.stdout.contains(reason), more.contains("until"), "{more}: {}", ran.stdout);
    }
}

#[test]
fn a_stream_that_breaks_off_or_has_no_limit_is_an_error() {
    let endless = FaultServer::says_and_stalls(format!("{HEAD}\r\ndata: 1\n\n"));
    let cut = FaultServer::says(format!("{HEAD}Content-Length: 99\r\n\r\ndata: 1\n\n"));
    for (server, more, words) in [
        (&endless, "  timeout: 200ms\n  stream: events\n", "timed out after"),
        (&cut, "  stream: {count: 2}\n", "closed after"),
    ] {
        let ran = run(server, more);
        assert!(ran.code == 1 && ran.stdout.contains(words), "{more}: {}", ran.stdout);
    }
}

#[test]
fn what_is_no_stream_of_events_is_not_read_as_one() {
    let server =
        FaultServer::says("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{\"a\": 1}\n");
    let ran = run(&server, "  stream: events\n  expect: {json: {$.a: 1}}\n");
    assert_eq!(ran.code, 0, "{}", ran.stdout);
}

#[test]
fn a_flood_of_items_is_an_error_before_it_fills_the_memory() {
    let events = FaultServer::repeats("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n", "data\n\n");
    let lines = FaultServer::repeats("HTTP/1.1 200 OK\r\n\r\n", "1\n");
    for (server, more) in [(&events, "{as: events, until: '$.data == 9'}"), (&lines, "lines")] {
        let ran = run(server, &format!("  stream: {more}\n"));
        assert!(ran.code == 1 && ran.stdout.contains("more than 100000 items"), "{more}: {}", ran.stdout);
    }
}
