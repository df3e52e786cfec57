//! The responses of llhttp's test suite: what it makes of each, our decoder must, but
//! where a decision of our own says otherwise.

use std::path::Path;

use crate::http::{Error, Method};
use crate::source::read_source;

use super::{Event, ResponseDecoder};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/vectors/llhttp-response");

const FILES: &[&str] =
    &["connection", "content-length", "invalid", "pipelining", "sample", "transfer-encoding", "lenient-version"];

/// Where we decide otherwise: the names, and why.
const DIFFERENCES: &[(&[&str], &str)] = &[
    (&["Only LFs present and no body", "Only LFs present", "No carriage ret"], "lines of a head may end in LF alone"),
    (&["RTSP response", "ICE response", "HTTP version 0.9"], "only HTTP/1.0 and 1.1 are spoken"),
    (&["Invalid space after start line"], "a head is only judged once it is whole"),
    (&["Response starting with CRLF", "HTTP 100 first, then 400"], "a blank line begins no response"),
    (
        &["HTTP/1.1 with keep-alive disabled and 204 status", "HTTP/1.1 with keep-alive disabled, content-length"],
        "what follows a last response is surplus, of which transport tells",
    ),
    (
        &["Trailing space on chunked body", "No extension after semicolon", "Unbalanced chunk extensions quoting"],
        "what stands after a size is not read",
    ),
    (
        &[
            "`chunked` before other transfer-encoding",
            "multiple transfer-encoding where chunked is not the last one",
            "`chunkedchunked` transfer-encoding does not enable chunked enconding",
        ],
        "a transfer coding that was not asked for is refused",
    ),
];

/// A response, and what llhttp says of it.
struct Vector {
    name: String,
    method: Method,
    input: Vec<u8>,
    expected: Option<Seen>,
}

/// What was seen on a connection: the status codes in order, and the length of all bodies.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    statuses: Vec<u16>,
    body: usize,
}

#[test]
fn agrees_with_llhttp() {
    if !Path::new(FOLDER).is_dir() {
        println!("skipped: there is no {FOLDER}");
        return;
    }
    let mut failures = Vec::new();
    for file in FILES {
        let source = read_source(&Path::new(FOLDER).join(format!("{file}.md"))).unwrap();
        for vector in read_vectors(source.text()) {
            let seen = decode(&vector.method, &vector.input);
            let differs = DIFFERENCES.iter().any(|(names, _)| names.contains(&&*vector.name));
            if differs == (seen.as_ref().ok() == vector.expected.as_ref()) {
                failures.push(format!("{file}: {}: {:?} and {seen:?}", vector.name, vector.expected));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Reads responses for as long as the connection lasts. Many are cut short, and have blank
/// lines between them; the decoder is not asked what it thinks of that.
fn decode(method: &Method, mut input: &[u8]) -> Result<Seen, Error> {
    let mut seen = Seen::default();
    while !input.is_empty() {
        let mut decoder = ResponseDecoder::new(method);
        while !decoder.is_done() {
            let step = decoder.decode(input)?;
            match step.event {
                Some(Event::Interim(head) | Event::Head(head)) => seen.statuses.push(head.status.code()),
                Some(Event::Data(range)) => seen.body += range.len(),
                Some(Event::End(_)) => {}
                None => return Ok(seen),
            }
            input = &input[step.consumed..];
        }
        if !decoder.is_persistent() {
            break;
        }
        input = input.trim_ascii_start();
    }
    Ok(seen)
}

/// Cuts a file at its headlines; each has a description, an `http` block and a `log` block.
fn read_vectors(text: &str) -> Vec<Vector> {
    let sections = text.split("\n#").filter(|section| section.contains("\"type\": \"response\""));
    sections
        .filter_map(|section| {
            let name = section.lines().next()?.trim_start_matches('#').trim().to_owned();
            let method = if section.contains("\"skipBody\": true") { Method::HEAD } else { Method::GET };
            Some(Vector {
                name,
                method,
                input: unescape(block(section, "http")?),
                expected: read_log(block(section, "log")?),
            })
        })
        .collect()
}

fn block<'a>(section: &'a str, kind: &str) -> Option<&'a str> {
    let (_, rest) = section.split_once(&format!("```{kind}\n"))?;
    Some(rest.split_once("\n```")?.0)
}

/// Line ends are CRLF, but for those that are escaped, and those written as `\r` and `\n`.
fn unescape(text: &str) -> Vec<u8> {
    let text = text.replace("\\\n", "").replace('\n', "\r\n");
    let text = text.replace("\\r", "\r").replace("\\n", "\n").replace("\\t", "\t").replace("\\f", "\x0c");
    let mut pieces = text.split("\\x");
    let mut bytes = pieces.next().unwrap_or_default().as_bytes().to_vec();
    for piece in pieces {
        let (digits, rest) = piece.split_at(2);
        bytes.push(u8::from_str_radix(digits, 16).unwrap());
        bytes.extend_from_slice(rest.as_bytes());
    }
    bytes
}

/// What the log says, up to where another protocol begins, or nothing where it ends in an error.
fn read_log(log: &str) -> Option<Seen> {
    let mut seen = Seen::default();
    for line in log.lines() {
        if line.contains("reason=\"Pause") {
            break;
        }
        if line.contains("error code=") {
            return None;
        }
        if let Some((_, rest)) = line.split_once("headers complete status=") {
            seen.statuses.push(rest.split(' ').next()?.parse().ok()?);
        }
        if line.contains("span[body]") {
            seen.body += line.split("len=").nth(1)?.split(' ').next()?.parse::<usize>().ok()?;
        }
    }
    Some(seen)
}
