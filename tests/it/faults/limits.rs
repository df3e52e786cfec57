//! What takes too long, and what is too much: rows 9 to 11, 21 and 22.

use std::io::Write as _;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::support::FaultServer;

use super::{Case, Error, Peer, With, case, says};

/// The start of a body in chunks.
macro_rules! chunked {
    ($start:literal) => {
        concat!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", $start)
    };
}

const IMPATIENT: &str = "# @timeout 300ms\nGET {{api}}/\n";
const CAPPED: &str = "# @max-body 100KiB\nGET {{api}}/\n";

pub(super) fn cases() -> Vec<Case> {
    [stalls(), endless(), heads()].into_iter().flatten().collect()
}

fn stalls() -> Vec<Case> {
    let stall = |fault, bytes, ends| case(9, fault, Peer::Stalls(bytes), ends).met_by(IMPATIENT);
    let body = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel";
    let reading = "while the response was read";
    vec![
        stall("before the head", "", Error("timeout", "while waiting for the response")),
        stall("in the head", "HTTP/1.1 200 OK\r\nConten", Error("timeout", reading)),
        stall("after the head", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", Error("timeout", reading)),
        stall("in the body", body, Error("timeout", "3 of 9 bytes of the body were read: hel")),
        stall("in the body, for the time between bytes", body, Error("read-timeout", reading))
            .met_by("# @read-timeout 300ms\nGET {{api}}/\n"),
        case(10, "a byte now and then", Peer::Server(drip()), Error("timeout", "timed out after 1."))
            .met_by("# @timeout 1s\n# @read-timeout 10s\nGET {{api}}/\n"),
    ]
}

/// Sends a byte often enough that none of them is late.
fn drip() -> FaultServer {
    FaultServer::start(|stream, stopped| {
        drop(stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"));
        while !stopped.load(Ordering::SeqCst) && stream.write_all(b"x").is_ok() {
            std::thread::sleep(Duration::from_millis(100));
        }
    })
}

fn endless() -> Vec<Case> {
    let endless = |fault, start, piece, words| {
        case(11, fault, Peer::Repeats(start, piece), Error("too-large", words)).met_by(CAPPED)
    };
    vec![
        endless("endless body", "HTTP/1.1 200 OK\r\n\r\n", "xxxxxxxx", "larger than 102400 bytes"),
        endless("endless chunks", chunked!(""), "5\r\nhello\r\n", "larger than 102400 bytes"),
        endless("endless chunk extension", chunked!("5;"), "aaaaaaaa", "a chunk extension"),
        endless("endless trailers", chunked!("0\r\n"), "X-A: b\r\n", "the trailers"),
        endless("endless headers", "HTTP/1.1 200 OK\r\n", "X-A: b\r\n", "the head of the response"),
        endless("endless interim responses", "", "HTTP/1.1 102 Processing\r\n\r\n", "interim responses"),
    ]
}

fn heads() -> Vec<Case> {
    let head = |fields: String| format!("HTTP/1.1 200 OK\r\n{fields}Content-Length: 5\r\n\r\nhello");
    let long = |length: usize| format!("X-A: {}\r\n", "a".repeat(length));
    let many = |count: usize| (0..count).map(|index| format!("X-{index}: a\r\n")).collect();
    vec![
        says(21, "a header of 90 KB", head(long(90_000)), With(200, "hello")),
        says(21, "a head over 300 KB", head(long(100_000).repeat(4)), Error("too-large", "the head of the response")),
        says(22, "300 headers", head(many(300)), With(200, "hello")),
        says(22, "5,000 headers", head(many(5000)), Error("too-large", "header fields")),
    ]
}
