//! A line break or NUL that would make something else of a request is an error before a
//! byte is sent: in the library, and in a spec by the real binary.

use rqtest::client::{Error, Multipart, Part, RequestBuilder, Response, Session};
use rqtest::http::{Method, Url};

use crate::support::{FaultServer, Project};

const BREAKS: [&str; 4] = ["\r\n", "\r", "\n", "\0"];

/// Sends a request with a break in one of its parts.
type Attempt = fn(&Session, &str, &str) -> Result<Response, Error>;

fn multipart(session: &Session, api: &str, part: Part) -> Result<Response, Error> {
    session.post(api).multipart(Multipart::new().part(part)).send()
}

fn sent(builder: RequestBuilder<'_>) -> Result<Response, Error> {
    builder.send()
}

const ATTEMPTS: &[(&str, Attempt)] = &[
    ("path", |session, api, evil| sent(session.get(&format!("{api}/a{evil}b")))),
    ("query", |session, api, evil| sent(session.get(&format!("{api}/?a={evil}b")))),
    ("fragment", |session, api, evil| sent(session.get(&format!("{api}/#a{evil}b")))),
    ("host", |session, api, evil| sent(session.get(&api.replace("127", &format!("127{evil}"))))),
    ("user", |session, api, evil| sent(session.get(&api.replace("://", &format!("://u{evil}:p@"))))),
    ("header name", |session, api, evil| sent(session.get(api).header(&format!("X{evil}Y"), "1"))),
    ("header value", |session, api, evil| sent(session.get(api).header("X", format!("1{evil}Y: 2")))),
    ("cookie name", |session, api, evil| sent(session.get(api).cookie(&format!("a{evil}b"), "1"))),
    ("cookie value", |session, api, evil| sent(session.get(api).cookie("a", &format!("1{evil}2")))),
    ("token", |session, api, evil| sent(session.get(api).bearer_auth(format!("t{evil}u")))),
    ("part", |session, api, evil| multipart(session, api, Part::text(format!("a{evil}b"), "1"))),
    ("file name", |session, api, evil| multipart(session, api, Part::bytes("a", format!("a{evil}b"), "1"))),
    ("media type", |session, api, evil| {
        multipart(session, api, Part::text("a", "1").content_type(format!("a{evil}b")))
    }),
];

#[test]
fn the_library_sends_nothing_that_a_line_break_would_split() {
    let server = FaultServer::says("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let session = Session::new();
    for evil in BREAKS {
        for (part, attempt) in ATTEMPTS {
            let error = attempt(&session, &server.base_url(), evil).expect_err(part);
            assert!(
                error.kind().as_str().starts_with("invalid") || error.kind().as_str() == "request",
                "{part}: {error}"
            );
        }
        assert!(format!("GE{evil}T").parse::<Method>().is_err());
        assert!(format!("http://h/{evil}b").parse::<Url>().is_err());
    }
    assert!(server.received().is_empty(), "{:?}", server.received());
}

/// What of a request holds the break, in YAML between double quotes, and the line that is to blame.
const SPECS: &[&str] = &[
    "method: \"GE{evil}T\"\n    url: \"{{ api }}/\"",
    "get: \"{{ api }}/a{evil}b\"",
    "get: \"{{ api }}/{{ evil }}b\"",
    "get: \"{{ api }}/\"\n    headers: {\"X{evil}Y\": a}",
    "get: \"{{ api }}/\"\n    headers: {X: \"a{evil}Y: b\"}",
    "get: \"{{ api }}/\"\n    headers: {X: \"a{{ evil }}Y: b\"}",
    "get: \"{{ api }}/\"\n    cookies: {\"a{evil}b\": c}",
    "get: \"{{ api }}/\"\n    cookies: {a: \"b{evil}c\"}",
    "get: \"{{ api }}/\"\n    auth: {bearer: \"a{evil}b\"}",
    "post: \"{{ api }}/\"\n    multipart: [{name: \"a{evil}b\", value: c}]",
    "post: \"{{ api }}/\"\n    multipart: [{name: a, value: c, filename: \"a{evil}b\"}]",
    "post: \"{{ api }}/\"\n    multipart: [{name: a, value: c, content_type: \"a{evil}b\"}]",
    "post: \"{{ api }}/\"\n    multipart: [{name: a, value: c, headers: {X: \"a{evil}b\"}}]",
];

#[test]
fn a_spec_sends_nothing_that_a_line_break_would_split() {
    let server = FaultServer::says("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let escaped = ["\\r\\n", "\\r", "\\n", "\\0"];
    let requests: Vec<String> = escaped
        .iter()
        .flat_map(|evil| {
            let with = move |spec: &&str| {
                format!("  - {}\n    variables: {{evil: \"{evil}\"}}\n", spec.replace("{evil}", evil))
            };
            SPECS.iter().map(with)
        })
        .collect();
    let project = Project::new().file("a.yaml", format!("requests:\n{}", requests.concat()));
    let ran = project.run_against(&server.base_url(), &["a.yaml"]);
    assert!(ran.stdout.contains(&format!("{} errors", requests.len())), "{}", ran.stdout);
    assert_eq!((ran.code, server.received().len()), (1, 0), "{:?}", server.received());
}

#[test]
fn a_spec_with_two_bodies_names_both() {
    let project = Project::new().file("a.yaml", "requests:\n  - post: http://h/\n    form: {a: b}\n    json: {a: b}\n");
    let ran = project.run(&["check", "a.yaml"]);
    assert!(ran.code == 1 && ran.stderr.contains("`form`") && ran.stderr.contains("`json`"), "{}", ran.stderr);
}
