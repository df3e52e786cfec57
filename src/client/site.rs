//! A site of fixed answers that notes what it is asked for.

use std::io::Write as _;
use std::sync::{Arc, Mutex};

use crate::http::Status;

use super::{Answer, InMemory, Session};

pub(super) type Log = Arc<Mutex<Vec<String>>>;

pub(super) fn status(code: u16) -> Answer {
    Answer::new(Status::new(code).unwrap())
}

pub(super) fn leads(code: u16, location: &str) -> Answer {
    status(code).header("Location", location).unwrap()
}

/// Answers by the target, and notes each request: where it went, and the fields in question.
pub(super) fn site(routes: Vec<(&'static str, Answer)>) -> (Session, Log) {
    let log = Log::default();
    let notes = Arc::clone(&log);
    let site = InMemory::new(move |request| {
        let line = format!("{} {}{}", request.method, request.endpoint, request.target);
        let fields = ["Host", "Authorization", "Cookie", "Content-Type", "Content-Length", "Transfer-Encoding"];
        let shown = request.headers.iter().filter(|field| fields.iter().any(|name| field.is(name)));
        let note = shown.fold(line, |note, field| format!("{note} | {field:?}"));
        notes.lock().unwrap().push(note);
        let route = routes.iter().find(|(target, _)| *target == request.target);
        route.map_or_else(|| Answer::ok("end"), |(_, answer)| answer.clone())
    });
    (Session::with_adapter(site), log)
}

pub(super) fn notes(log: &Log) -> Vec<String> {
    log.lock().unwrap().clone()
}

/// What gzip makes of these bytes.
pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
