//! Where a body ends: rows 1 to 8 and 12 to 16.

use super::{Case, Error, Peer, Warned, With, case, says};

/// A response whose body is in chunks.
macro_rules! chunked {
    ($($body:literal),*) => {
        concat!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", $($body),*)
    };
}

/// A response with these header lines, and `hello` after them.
macro_rules! hello {
    ($($fields:literal),*) => {
        concat!("HTTP/1.1 200 OK\r\n", $($fields),*, "\r\nhello")
    };
}

pub(super) fn cases() -> Vec<Case> {
    [ends(), chunks(), lengths(), transfer_codings()].into_iter().flatten().collect()
}

fn ends() -> Vec<Case> {
    let read = "5 of 10 bytes of the body were read: hello";
    vec![
        says(1, "closed in a body with a length", hello!("Content-Length: 10\r\n"), Error("truncated", read)),
        says(
            1,
            "closed in a chunk",
            chunked!("10\r\nhello"),
            Error("truncated", "5 bytes of the body were read: hello"),
        ),
        says(
            1,
            "closed before the last chunk",
            chunked!("5\r\nhello\r\n"),
            Error("truncated", "before the last chunk"),
        ),
        says(2, "no line end after the last chunk", chunked!("5\r\nhello\r\n0\r\n"), Error("truncated", "last chunk")),
        says(8, "an empty reply", "", Error("connection", "without a response")),
        case(8, "reset before the head", Peer::Resets(""), Error("connection", "reset")),
        case(8, "reset in the body", Peer::Resets(hello!("Content-Length: 10\r\n")), Error("connection", read)),
    ]
}

fn chunks() -> Vec<Case> {
    let huge = format!(chunked!("5;{}\r\nhello\r\n0\r\n\r\n"), "a".repeat(17 * 1024));
    let accepted = chunked!("5 ;a=b;c=\"d\"\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n");
    vec![
        says(3, "a size of letters", chunked!("ZZ\r\nhello"), Error("chunked", "begins with `Z`")),
        says(3, "no size", chunked!("\r\nhello"), Error("chunked", "begins with `\\\\r`")),
        says(3, "a negative size", chunked!("-5\r\nhello"), Error("chunked", "begins with `-`")),
        says(3, "a prefixed size", chunked!("0x5\r\nhello"), Error("chunked", "followed by `x`")),
        says(3, "a size of 17 digits", chunked!("10000000000000005\r\nhello"), Error("chunked", "too large")),
        says(3, "a size of 2^63", chunked!("8000000000000000\r\nhello"), Error("chunked", "too large")),
        says(4, "no line end after a chunk", chunked!("5\r\nhello0\r\n\r\n"), Error("chunked", "followed by `0`")),
        says(5, "chunk lines that end in LF alone", chunked!("5\nhello\n0\n\n"), Error("chunked", "LF alone")),
        says(6, "an extension, a trailer, a space after the size", accepted, With(200, "hello")),
        says(7, "an extension of 17 KiB", huge, Error("too-large", "chunk extension")),
    ]
}

fn lengths() -> Vec<Case> {
    let no_length = |fault, bytes| says(14, fault, bytes, Error("protocol", "is no length"));
    vec![
        says(12, "equal lengths twice", hello!("Content-Length: 5\r\nContent-Length: 5\r\n"), With(200, "hello")),
        says(12, "equal lengths in a list", hello!("Content-Length: 5, 5\r\n"), With(200, "hello")),
        says(
            13,
            "conflicting lengths",
            hello!("Content-Length: 5\r\nContent-Length: 6\r\n"),
            Error("protocol", "conflicting values of Content-Length"),
        ),
        no_length("a negative length", hello!("Content-Length: -5\r\n")),
        no_length("a length of letters", hello!("Content-Length: abc\r\n")),
        no_length("an empty length", hello!("Content-Length:\r\n")),
        no_length("a signed length", hello!("Content-Length: +5\r\n")),
        no_length("a length with an underscore", hello!("Content-Length: 1_0\r\n")),
        no_length("a length over 2^64", hello!("Content-Length: 99999999999999999999\r\n")),
    ]
}

fn transfer_codings() -> Vec<Case> {
    let both = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n";
    let not_asked_for = |fault, bytes| says(16, fault, bytes, Error("transfer-encoding", "was not asked for"));
    vec![
        says(15, "both framings", both, Warned(200, "hello", "both Transfer-Encoding and Content-Length")),
        not_asked_for("an unknown coding", hello!("Transfer-Encoding: what\r\n")),
        not_asked_for("chunked is not the last", hello!("Transfer-Encoding: chunked, gzip\r\n")),
        not_asked_for("chunked twice", hello!("Transfer-Encoding: chunked, chunked\r\n")),
        not_asked_for("gzip unasked", hello!("Transfer-Encoding: gzip, chunked\r\n")),
    ]
}
