//! Content codings and character sets: rows 32 to 40.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};

use super::{Case, Error, Fails, Warned, With, says};

pub(super) fn cases() -> Vec<Case> {
    [codings(), broken(), several(), bombs(), character_sets()].into_iter().flatten().collect()
}

fn codings() -> Vec<Case> {
    let decoded = |fault, coding, body: &[u8]| says(32, fault, encoded(coding, body), With(200, "hello"));
    let zlib = zlib(b"hello");
    vec![
        decoded("x-gzip", "x-gzip", &gzip(b"hello")),
        decoded("upper case", "GZIP", &gzip(b"hello")),
        decoded("deflate with a zlib head", "deflate", &zlib),
        decoded("raw deflate", "deflate", &zlib[2..zlib.len() - 4]),
        says(32, "an empty body", encoded("gzip", b""), With(200, "")),
        says(38, "an unknown coding", encoded("what", b"hello"), Warned(200, "hello", "`what` is unknown")),
        says(38, "an unknown coding after gzip", encoded("gzip, what", b"hello"), Warned(200, "hello", "`what`")),
    ]
}

fn broken() -> Vec<Case> {
    let whole = gzip(b"hello");
    let cut = |bytes: usize| encoded("gzip", &whole[..whole.len() - bytes]);
    let mut damaged = whole.clone();
    damaged[whole.len() - 6] ^= 1;
    vec![
        says(33, "cut by 4 bytes", cut(4), Error("decode", "truncated")),
        says(33, "cut by 12 bytes", cut(12), Error("decode", "truncated")),
        says(34, "a wrong checksum", encoded("gzip", &damaged), Error("decode", "incorrect data check")),
        says(34, "not gzip at all", encoded("gzip", b"hello"), Error("decode", "not gzip")),
    ]
}

fn several() -> Vec<Case> {
    let whole = gzip(b"hello");
    let followed = |rest: &[u8]| encoded("gzip", &[&whole, rest].concat());
    let ten = (0..10).fold(b"hello".to_vec(), |body, _| gzip(&body));
    let members = [gzip(b"hel"), gzip(b"lo")].concat();
    vec![
        says(35, "garbage after it", followed(b"garbage"), Warned(200, "hello", "are ignored")),
        says(35, "zeros after it", followed(&[0; 64]), Warned(200, "hello", "are ignored")),
        says(36, "several members", encoded("gzip", &members), With(200, "hello")),
        says(37, "gzip twice", encoded("gzip, gzip", &gzip(&whole)), With(200, "hello")),
        says(37, "gzip ten times", encoded(&["gzip"; 10].join(", "), &ten), Error("decode", "encoded 10 times")),
    ]
}

/// Of 2 GiB, in 2 MiB; `tests/peers/memory` sees how much memory they take.
fn bombs() -> Vec<Case> {
    let body = gzip(&vec![0; 4 << 20]).repeat(512);
    let bomb = |fault, first: &str| {
        let head = format!("HTTP/1.1 {first}\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", body.len());
        says(39, fault, [head.as_bytes(), &body].concat(), Error("too-large", "larger than 1048576 bytes"))
            .met_by("# @max-body 1MiB\nGET {{api}}/\n")
    };
    vec![bomb("a bomb", "200 OK"), bomb("a bomb on a redirect", "302 Found\r\nLocation: /next")]
}

fn character_sets() -> Vec<Case> {
    let text = |fault, content_type, body: &[u8], ends| says(40, fault, typed(content_type, body), ends);
    let utf16: Vec<u8> = "\u{feff}hello".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let asserted = "GET {{api}}/\n\n?? body == café\n";
    let json = "GET {{api}}/\n\n?? body $.a == café\n";
    vec![
        text("a wrong charset", "text/plain; charset=utf-8", b"caf\xe9", Fails("not in the character set UTF-8"))
            .met_by(asserted),
        text("an unknown charset", "text/plain; charset=wtf", b"hello", Fails("character set `wtf`")).met_by(asserted),
        text(
            "JSON that is not UTF-8",
            "application/json",
            b"{\"a\": \"caf\xe9\"}",
            Fails("not in the character set UTF-8"),
        )
        .met_by(json),
        text("a wrong charset, and bytes as they are", "text/plain; charset=utf-8", b"caf\xe9", With(200, "café"))
            .met_by("# @encoding latin1\n# @assert bytes == hex,636166e9\nGET {{api}}/\n"),
        text(
            "a wrong charset, and nobody reads",
            "text/plain; charset=utf-8",
            b"\xff",
            Fails("status is 200, not 201"),
        )
        .met_by("GET {{api}}/\n\n?? status == 201\n"),
        text("a byte order mark", "text/plain", b"\xef\xbb\xbfhello", With(200, "hello")),
        text("UTF-16", "text/plain", &utf16, With(200, "hello")),
        text("UTF-16 without a mark", "text/plain; charset=utf-16le", &utf16[2..], With(200, "hello")),
    ]
}

fn encoded(coding: &str, body: &[u8]) -> Vec<u8> {
    with_field(&format!("Content-Encoding: {coding}"), body)
}

fn typed(content_type: &str, body: &[u8]) -> Vec<u8> {
    with_field(&format!("Content-Type: {content_type}"), body)
}

fn with_field(field: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\n{field}\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn zlib(data: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}
