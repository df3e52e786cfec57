//! Status lines, header fields, and what stands before and after a response: rows 17 to 20 and
//! 23 to 31.

use super::tls::{self, TlsServer};
use super::{Case, Error, Peer, Warned, With, case, says};

const HELLO: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

/// A response that carries `hello`, and begins with this line.
macro_rules! begins {
    ($line:literal) => {
        concat!($line, "\r\nContent-Length: 5\r\n\r\nhello")
    };
}

/// A response that carries `hello`, and has these header lines.
macro_rules! has {
    ($fields:literal) => {
        concat!("HTTP/1.1 200 OK\r\n", $fields, "\r\nContent-Length: 5\r\n\r\nhello")
    };
}

pub(super) fn cases() -> Vec<Case> {
    [interim(), bodiless(), fields(), until_close(), status_lines(), ends()].into_iter().flatten().collect()
}

fn interim() -> Vec<Case> {
    let after = |interim: &str, count: usize| interim.repeat(count) + HELLO;
    let switched = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n";
    vec![
        says(17, "100", after("HTTP/1.1 100 Continue\r\n\r\n", 1), With(200, "hello")),
        says(17, "103", after("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", 1), With(200, "hello")),
        says(17, "102 many times", after("HTTP/1.1 102 Processing\r\n\r\n", 100), With(200, "hello")),
        says(17, "102 too many times", after("HTTP/1.1 102 Processing\r\n\r\n", 101), Error("too-large", "100")),
        says(17, "199", after("HTTP/1.1 199 Odd\r\n\r\n", 1), With(200, "hello")),
        says(18, "101 unasked", switched, With(101, "")),
        twice(says(18, "101 and what is no HTTP", format!("{switched}\x01\x02"), With(101, ""))),
    ]
}

fn bodiless() -> Vec<Case> {
    let chunked = "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    let head = |fault, bytes| says(19, fault, bytes, With(200, "")).met_by("HEAD {{api}}/\n");
    vec![
        says(19, "204 with a length", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", With(204, "")),
        says(19, "204 with chunks", chunked, With(204, "")),
        twice(says(19, "204 with chunks, twice", chunked, With(204, ""))),
        says(19, "304 with a length", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", With(304, "")),
        head("HEAD with a length", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"),
        head("HEAD in chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        says(20, "205 with a body", begins!("HTTP/1.1 205 Reset Content"), With(205, "hello")),
    ]
}

/// The same fault met by two requests, which may go over one connection: what is left over on
/// it must not answer the second.
fn twice(case: Case) -> Case {
    let both = format!("{0}\n###\n{0}", case.spec);
    case.met_by(both)
}

fn fields() -> Vec<Case> {
    let latin = |spec: &str| {
        let bytes = [b"HTTP/1.1 200 Tr\xe8s bien\r\nX-A: caf\xe9\r\n", &b"Content-Length: 5\r\n\r\nhello"[..]].concat();
        says(23, "Latin-1", bytes, With(200, "hello")).met_by(spec)
    };
    let folded = says(23, "a folded field", has!("X-A: b\r\n c"), With(200, "hello"));
    vec![
        folded.met_by("# @assert header X-A == \"b c\"\nGET {{api}}/\n"),
        says(23, "a space before the colon", "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\nhello", With(200, "hello")),
        says(23, "lines that end in LF alone", "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello", With(200, "hello")),
        latin("# @assert header X-A == café\n# @assert reason == \"Très bien\"\nGET {{api}}/\n"),
        says(24, "the first line folded", "HTTP/1.1 200 OK\r\n X-A: b\r\n\r\n", Error("protocol", "name and a colon")),
        says(24, "no colon", has!("nonsense"), Error("protocol", "name and a colon")),
        says(24, "NUL", has!("X-A: b\0c"), Error("protocol", "control character")),
        says(24, "a bare CR", has!("X-A: b\rc"), Error("protocol", "control character")),
        says(24, "an empty name", has!(": b"), Error("protocol", "name and a colon")),
    ]
}

fn until_close() -> Vec<Case> {
    let cut = TlsServer::new(tls::valid(), |stream| {
        tls::read_head(stream);
        tls::say(stream, b"HTTP/1.1 200 OK\r\n\r\nhello");
    });
    vec![
        says(25, "until close", "HTTP/1.1 200 OK\r\n\r\nhello", With(200, "hello")),
        says(25, "until close, with HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\nhello", With(200, "hello")),
        case(
            26,
            "until close over TLS, without close_notify",
            Peer::Tls(Box::new(cut)),
            Error("truncated", "close_notify"),
        )
        .met_by(tls::TRUSTING),
    ]
}

fn status_lines() -> Vec<Case> {
    let no_response = |row, fault, bytes| says(row, fault, bytes, Error("status-line", ""));
    vec![
        no_response(27, "HTTP/0.9", "hello"),
        no_response(27, "garbage first", "\x16\x03garbage"),
        no_response(27, "a blank line first", "\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        no_response(27, "ICY", begins!("ICY 200 OK")),
        says(28, "no reason", begins!("HTTP/1.1 200"), With(200, "hello")),
        says(28, "600", begins!("HTTP/1.1 600 What"), With(600, "hello")),
        no_response(29, "99", begins!("HTTP/1.1 99 What")),
        no_response(29, "1000", begins!("HTTP/1.1 1000 What")),
        no_response(29, "2xx", begins!("HTTP/1.1 2xx What")),
        no_response(29, "-200", begins!("HTTP/1.1 -200 What")),
        no_response(29, "HTTP/1.2", begins!("HTTP/1.2 200 OK")),
        no_response(29, "HTTP/2.0", begins!("HTTP/2.0 200 OK")),
        no_response(29, "lower case", begins!("http/1.1 200 OK")),
    ]
}

fn ends() -> Vec<Case> {
    let surplus = "HTTP/1.1 500 Evil\r\nContent-Length: 0\r\n\r\n";
    let both = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    vec![
        says(30, "the end inside a field", "HTTP/1.1 200 OK\r\nContent-Le", Error("truncated", "within the head")),
        says(30, "the end after a field", "HTTP/1.1 200 OK\r\nA: b\r\n", Error("truncated", "within the head")),
        says(31, "bytes after the body", format!("{HELLO} and more"), Warned(200, "hello", "9 bytes after the end")),
        twice(says(31, "a response after the body", format!("{HELLO}{surplus}"), With(200, "hello"))),
        twice(says(31, "a response after chunks", format!("{both}{surplus}"), With(200, "hello"))),
    ]
}
