//! A response under examination: what several assertions ask of it is worked out once.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::error::Error;
use std::time::Duration;

use serde_json::Value as Json;
use sha2::Digest;

use crate::client::Response;
use crate::http::{Phase, Timings};
use crate::spec::Percentile;
use crate::xpath::Document;

use super::Failure;
use super::value::{brief_json, excerpt};

/// The most characters of a body that a message about it shows.
const EXCERPT: usize = 60;

/// The most characters of a body that are shown as the reason of a status.
const REASON: usize = 240;

/// A response under examination: what several assertions ask of it is worked out once.
#[derive(Debug)]
pub struct Inspection<'a> {
    /// The response.
    pub response: &'a Response,
    /// How long the turns of a loop took, this one among them; empty where there is none.
    turns: &'a [Timings],
    bytes: OnceCell<Result<Cow<'a, [u8]>, Failure>>,
    text: OnceCell<Result<Cow<'a, str>, String>>,
    json: OnceCell<Result<Json, Failure>>,
    markup: OnceCell<Result<Document, Failure>>,
}

impl<'a> Inspection<'a> {
    /// Examines a response.
    pub fn new(response: &'a Response) -> Self {
        Self {
            response,
            turns: &[],
            bytes: OnceCell::new(),
            text: OnceCell::new(),
            json: OnceCell::new(),
            markup: OnceCell::new(),
        }
    }

    /// Examines with it how long all the turns of a loop took, this one among them.
    #[must_use]
    pub fn over(self, turns: &'a [Timings]) -> Self {
        Self { turns, ..self }
    }

    /// The time that a phase took in so many of a hundred turns; of a request that runs once, its own.
    pub(super) fn percentile(&self, phase: Phase, percentile: Percentile) -> Duration {
        let times = self.turns.iter().map(|timings| timings.phase(phase));
        percentile.of(times).unwrap_or_else(|| self.response.timings.phase(phase))
    }

    /// How many turns a percentile is of.
    pub(super) fn turns(&self) -> usize {
        self.turns.len().max(1)
    }

    /// The body's bytes, read back where they went to a file.
    pub(super) fn bytes(&self) -> Result<&[u8], Failure> {
        let read = || self.response.bytes().map_err(|error| Failure::new(format!("the body cannot be read: {error}")));
        self.bytes.get_or_init(read).as_deref().map_err(Failure::clone)
    }

    /// A digest of the body, which need not be read whole for it.
    pub(super) fn digest<D: Digest>(&self) -> Result<Vec<u8>, Failure> {
        let mut digest = D::new();
        let read = self.response.for_each_piece(|piece| digest.update(piece));
        read.map_err(|error| Failure::new(format!("the body cannot be read: {error}")))?;
        Ok(digest.finalize().to_vec())
    }

    /// The body as text.
    pub(super) fn text(&self) -> Result<&str, Failure> {
        match self.text.get_or_init(|| self.response.text().map_err(|error| error.to_string())) {
            Ok(text) => Ok(text),
            Err(reason) => Err(Failure::new(format!("the body is not text: {reason}"))),
        }
    }

    /// The start of the body, on one line: where a status is not as expected, it often
    /// says why. Nothing where there is no text.
    pub(super) fn reason_given(&self) -> Option<String> {
        let words: Vec<&str> = self.text().ok()?.split_whitespace().take(REASON).collect();
        let start = excerpt(&words.join(" "), REASON);
        (!start.is_empty()).then(|| format!("the body says {start}"))
    }

    /// The body as JSON.
    pub(super) fn json(&self) -> Result<&Json, Failure> {
        self.json.get_or_init(|| self.parse()).as_ref().map_err(Failure::clone)
    }

    /// The body as XML or HTML.
    pub(super) fn markup(&self) -> Result<&Document, Failure> {
        let parse = || {
            let content_type = self.response.headers.text("content-type");
            let parsed = Document::parse(self.text()?, content_type.as_deref());
            parsed.map_err(|error| self.unlike("XML", self.bytes().unwrap_or_default(), &error))
        };
        self.markup.get_or_init(parse).as_ref().map_err(Failure::clone)
    }

    /// JSON is UTF-8 (RFC 8259, 8.1); where the body is not, its text in another
    /// character set may be.
    fn parse(&self) -> Result<Json, Failure> {
        let body = self.bytes()?;
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        let parsed = match std::str::from_utf8(body) {
            Ok(text) => serde_json::from_str(text),
            Err(_) => serde_json::from_str(self.text()?.trim_start_matches('\u{feff}')),
        };
        parsed.map_err(|error| self.unlike("JSON", body, &error))
    }

    /// The body is not of a format.
    fn unlike(&self, format: &str, body: &[u8], error: &dyn Error) -> Failure {
        let content_type = self.response.headers.text("content-type");
        let kind = content_type.map(|kind| format!("its content type is `{kind}`"));
        if body.is_empty() {
            return Failure {
                notes: kind.into_iter().collect(),
                ..Failure::new(format!("the body is empty, which is not {format}"))
            };
        }
        let beginning = String::from_utf8_lossy(&body[..body.len().min(EXCERPT * 4)]);
        let shown = brief_json(&Json::String(excerpt(beginning.trim_start(), EXCERPT)));
        let mut failure = Failure::new(format!("the body is not {format}: {error}"));
        failure.notes.push(format!("it begins with {shown}"));
        failure.notes.extend(kind);
        failure
    }
}
