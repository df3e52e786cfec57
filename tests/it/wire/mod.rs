//! What a spec file puts on the wire: the whole way from a file to the bytes that a server
//! receives, as the reference of the formats has it.

mod http;
mod raw;
mod variables;
mod yaml;

use crate::support::{Project, Ran, Recorder};

/// A spec file, and the requests that it sends: each as `METHOD target HTTP/1.1`, header
/// lines, an empty line and the body, where there is one.
type Case = (&'static str, &'static str, &'static [&'static str]);

/// Header fields that the client adds and that say nothing of a case.
const CLIENT_FIELDS: &[&str] = &["User-Agent: rqtest/", "Accept: */*", "Accept-Encoding: gzip, deflate, br, zstd"];

/// How long a boundary is that the client draws; the tests write shorter ones.
const DRAWN_BOUNDARY: usize = 32;

/// Runs each case in a project of its own, and compares what was sent.
fn check(extension: &str, cases: &[Case]) {
    let recorder = Recorder::start();
    let mut wrong = Vec::new();
    for (name, text, expected) in cases {
        let (ran, sent) = run(&recorder, extension, text, &[]);
        let sent: Vec<_> = sent.iter().map(|request| essence(request, &recorder)).collect();
        if sent != *expected {
            wrong.push(format!("{name}\n  expected {expected:#?}\n  sent {sent:#?}\n{}{}", ran.stdout, ran.stderr));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// Runs a file, in which `HOST` stands for the recorder's authority, beside files to refer to.
fn run(recorder: &Recorder, extension: &str, text: &str, arguments: &[&str]) -> (Ran, Vec<Vec<u8>>) {
    let name = format!("a.{extension}");
    let project = Project::new()
        .file(&name, text.replace("HOST", &recorder.authority()))
        .file("ada.json", "{\"name\": \"{{name}}\"}")
        .file("plain.txt", "plain\n")
        .file("latin1.txt", b"caf\xe9 {{name}}")
        .file("bytes.bin", b"\x00\xff\r\n");
    let api = format!("http://{}", recorder.authority());
    let mut all = vec!["--var", "name=Ada", "--seed", "7"];
    all.extend(arguments);
    all.push(&name);
    (project.run_against(&api, &all), recorder.take())
}

/// A request without what the client adds to all of them.
pub(crate) fn essence(request: &[u8], recorder: &Recorder) -> String {
    let (head, body) = parts(request);
    let host = format!("Host: {}", recorder.authority());
    let length = format!("Content-Length: {}", body.len());
    let is_usual =
        |line: &&str| *line == host || *line == length || CLIENT_FIELDS.iter().any(|usual| line.starts_with(usual));
    let lines: Vec<&str> = head.split("\r\n").filter(|line| !is_usual(line)).collect();
    let body = match std::str::from_utf8(body) {
        Ok(text) => text.to_owned(),
        Err(_) => body.escape_ascii().to_string(),
    };
    let request = lines.join("\n") + if body.is_empty() { "" } else { "\n\n" } + &body;
    let drawn = request.lines().find_map(|line| line.split_once("boundary=")?.1.get(..DRAWN_BOUNDARY));
    let request = drawn.map_or_else(|| request.clone(), |boundary| request.replace(boundary, "BOUNDARY"));
    request.replace(&recorder.authority(), "HOST")
}

/// Head and body.
fn parts(request: &[u8]) -> (&str, &[u8]) {
    let end = request.windows(4).position(|window| window == b"\r\n\r\n").expect("a head has an end");
    (std::str::from_utf8(&request[..end]).expect("the tests send UTF-8"), &request[end + 4..])
}
