//! The document's members, in their order, and what of the run becomes them.

use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::assertion::{Contrast, Outcome};
use crate::diagnostic::{Diagnostic, Severity};
use crate::event::{self, Attempt, CaseOutline, CaseResult, Excerpt, FileOutline, Outline, Verdict};
use crate::http::Timings;
use crate::report::log::level_name;
use crate::report::statistics::is_flaky;
use crate::report::{Counts, RunStatistics};
use crate::script::LogLine;
use crate::secret::Redactor;
use crate::source::Span;

/// How much of an actual or expected value is kept.
const MOST_BYTES: usize = 64 * 1024;

/// The whole.
#[derive(Debug, Serialize)]
pub(super) struct Document {
    schema_version: u32,
    generator: &'static str,
    started: String,
    elapsed_ms: f64,
    interrupted: bool,
    totals: Counts,
    exchanges: usize,
    files: Vec<File>,
}

/// A file.
#[derive(Debug, Serialize)]
pub(super) struct File {
    path: String,
    name: String,
    elapsed_ms: f64,
    totals: Counts,
    diagnostics: Vec<Message>,
    cases: Vec<Case>,
}

/// A request.
#[derive(Debug, Serialize)]
pub(super) struct Case {
    name: String,
    location: Option<Place>,
    /// Where the request stands that runs there, if that is elsewhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<Place>,
    tags: Vec<String>,
    verdict: &'static str,
    /// Why it was skipped.
    reason: Option<String>,
    flaky: bool,
    elapsed_ms: f64,
    attempts: Vec<Try>,
}

#[derive(Debug, Serialize)]
struct Try {
    elapsed_ms: f64,
    /// Whether what it was to wait for was not there yet.
    pending: bool,
    assertions: Vec<Assertion>,
    error: Option<Error>,
    exchanges: Vec<Exchange>,
    /// What happened on the wire, where that was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    trace: Vec<Step>,
    /// What scripts had to say; left out where that is nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    log: Vec<Said>,
    warnings: Vec<Message>,
}

/// Something that a script says.
#[derive(Debug, Serialize)]
struct Said {
    level: &'static str,
    text: String,
}

/// Something that happened on the wire.
#[derive(Debug, Serialize)]
struct Step {
    at_ms: f64,
    #[serde(flatten)]
    what: Wire,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Wire {
    Note(String),
    SentHead(String),
    SentBody(Body),
    ReceivedHead(String),
    ReceivedBody(Body),
    DoneMs(Milliseconds),
}

#[derive(Debug, Serialize)]
struct Assertion {
    assertion: String,
    location: Place,
    severity: &'static str,
    passed: bool,
    failure: Option<Failure>,
}

#[derive(Debug, Serialize)]
struct Failure {
    message: String,
    actual: String,
    expected: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    differences: Vec<String>,
    notes: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Error {
    kind: &'static str,
    diagnostics: Vec<Message>,
}

#[derive(Debug, Serialize)]
struct Message {
    severity: &'static str,
    message: String,
    labels: Vec<Label>,
    notes: Vec<String>,
    help: Option<String>,
}

#[derive(Debug, Serialize)]
struct Label {
    location: Place,
    text: String,
}

#[derive(Debug, Serialize)]
struct Place {
    path: String,
    line: usize,
    column: usize,
}

#[derive(Debug, Serialize)]
struct Exchange {
    method: String,
    url: String,
    status: Option<u16>,
    request: Half,
    response: Half,
    /// What was said over a WebSocket; left out where there was none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    messages: Vec<Spoken>,
    timings_ms: Milliseconds,
}

/// A message of a WebSocket.
#[derive(Debug, Serialize)]
struct Spoken {
    direction: &'static str,
    kind: &'static str,
    text: String,
    /// Whether `text` is the whole.
    complete: bool,
    size: u64,
}

/// A body, or a part of one, as it went over the wire.
#[derive(Debug, Serialize)]
struct Body {
    text: String,
    /// Whether `text` is the whole.
    complete: bool,
    size: u64,
}

/// How long each phase took.
#[derive(Debug, Serialize)]
struct Milliseconds {
    dns: f64,
    connect: f64,
    tls: f64,
    request: f64,
    wait: f64,
    download: f64,
    total: f64,
}

/// A request or a response as it went over the wire.
#[derive(Debug, Serialize)]
struct Half {
    /// Nothing where the request passed.
    head: Option<String>,
    /// Nothing where the request passed.
    body: Option<String>,
    /// Whether `body` is the whole.
    complete: Option<bool>,
    size: u64,
}

impl Document {
    pub(super) fn new(outline: &Outline, statistics: &RunStatistics, files: Vec<File>) -> Self {
        Self {
            schema_version: 1,
            generator: concat!("rqtest ", env!("CARGO_PKG_VERSION")),
            started: timestamp(outline.started),
            elapsed_ms: milliseconds(statistics.elapsed()),
            interrupted: statistics.was_interrupted(),
            totals: statistics.total(),
            exchanges: statistics.exchanges(),
            files,
        }
    }
}

/// Makes members of what happened, without the secrets.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) redactor: Arc<Redactor>,
}

impl Draft {
    pub(super) fn file(&self, file: &FileOutline, cases: Vec<Case>, totals: Counts, elapsed: Duration) -> File {
        File {
            path: self.text(&file.path),
            name: self.text(&file.name),
            elapsed_ms: milliseconds(elapsed),
            totals,
            diagnostics: self.messages(&file.diagnostics),
            cases,
        }
    }

    pub(super) fn case(&self, outline: &CaseOutline, result: &CaseResult) -> (Counts, Case) {
        let mut counts = Counts::default();
        counts.add(result);
        let (verdict, reason) = match &result.verdict {
            Verdict::Passed => ("passed", None),
            Verdict::Failed => ("failed", None),
            Verdict::Errored => ("errored", None),
            Verdict::Skipped(reason) => ("skipped", Some(self.text(reason))),
        };
        let case = Case {
            name: self.text(&outline.name),
            location: outline.span.as_ref().map(|span| self.place(span)),
            origin: outline.origin.as_ref().map(|span| self.place(span)),
            tags: self.texts(&outline.tags),
            verdict,
            reason,
            flaky: is_flaky(result),
            elapsed_ms: milliseconds(result.elapsed),
            attempts: result.attempts.iter().map(|attempt| self.attempt(attempt, !counts.is_success())).collect(),
        };
        (counts, case)
    }

    fn said(&self, line: &LogLine) -> Said {
        Said { level: level_name(line.level), text: self.text(&line.text) }
    }

    fn attempt(&self, attempt: &Attempt, whole: bool) -> Try {
        Try {
            elapsed_ms: milliseconds(attempt.elapsed),
            pending: attempt.is_pending,
            assertions: attempt.outcomes.iter().map(|outcome| self.assertion(outcome)).collect(),
            error: attempt
                .error
                .as_ref()
                .map(|error| Error { kind: error.kind, diagnostics: self.messages(&error.diagnostics) }),
            exchanges: attempt.exchanges.iter().map(|exchange| self.exchange(exchange, whole)).collect(),
            trace: attempt.trace.iter().map(|step| self.step(step)).collect(),
            log: attempt.log.iter().map(|line| self.said(line)).collect(),
            warnings: self.messages(&attempt.warnings),
        }
    }

    fn assertion(&self, outcome: &Outcome) -> Assertion {
        let failure = outcome.failure.as_ref().map(|failure| Failure {
            message: self.text(&failure.message),
            actual: cut(self.text(&failure.actual)),
            expected: cut(self.text(&failure.expected)),
            differences: self.differences(&failure.contrast),
            notes: self.texts(&failure.notes),
        });
        Assertion {
            assertion: self.text(&outcome.assertion),
            location: self.place(&outcome.span),
            severity: outcome.severity.as_str(),
            passed: failure.is_none(),
            failure,
        }
    }

    fn differences(&self, contrast: &Contrast) -> Vec<String> {
        match contrast {
            Contrast::Sides | Contrast::Difference => Vec::new(),
            Contrast::Places(places) => self.texts(&places.0),
            Contrast::Differences(differences) => {
                let shown = differences.shown.iter().map(|difference| self.text(&difference.to_string()));
                let more = (differences.more > 0).then(|| format!("… and {} more", differences.more));
                shown.chain(more).collect()
            }
        }
    }

    fn exchange(&self, exchange: &event::Exchange, whole: bool) -> Exchange {
        Exchange {
            method: self.text(&exchange.method),
            url: self.text(&exchange.url),
            status: exchange.status,
            request: self.half(&exchange.request_head, &exchange.request_body, whole),
            response: self.half(&exchange.response_head, &exchange.response_body, whole),
            messages: exchange.messages.iter().filter(|_| whole).map(|message| self.spoken(message)).collect(),
            timings_ms: Milliseconds::from(&exchange.timings),
        }
    }

    fn spoken(&self, message: &event::Message) -> Spoken {
        Spoken {
            direction: match message.direction {
                event::Direction::Sent => "sent",
                event::Direction::Received => "received",
            },
            kind: message.kind,
            text: self.text(&message.content.text),
            complete: message.content.complete,
            size: message.content.size,
        }
    }

    fn half(&self, head: &str, body: &Excerpt, whole: bool) -> Half {
        Half {
            head: whole.then(|| self.text(head)),
            body: whole.then(|| self.text(&body.text)),
            complete: whole.then_some(body.complete),
            size: body.size,
        }
    }

    fn step(&self, step: &event::TraceStep) -> Step {
        let body = |body: &Excerpt| Body { text: self.text(&body.text), complete: body.complete, size: body.size };
        let what = match &step.what {
            event::Wire::Note(words) => Wire::Note(self.text(words)),
            event::Wire::SentHead(head) => Wire::SentHead(self.text(head)),
            event::Wire::SentBody(sent) => Wire::SentBody(body(sent)),
            event::Wire::ReceivedHead(head) => Wire::ReceivedHead(self.text(head)),
            event::Wire::ReceivedBody(received) => Wire::ReceivedBody(body(received)),
            event::Wire::Done(timings) => Wire::DoneMs(Milliseconds::from(timings)),
        };
        Step { at_ms: milliseconds(step.at), what }
    }

    fn messages(&self, diagnostics: &[Diagnostic]) -> Vec<Message> {
        diagnostics.iter().map(|diagnostic| self.message(diagnostic)).collect()
    }

    fn message(&self, diagnostic: &Diagnostic) -> Message {
        let label = |label: &crate::diagnostic::Label| Label {
            location: self.place(&label.span),
            text: self.text(&label.text),
        };
        Message {
            severity: match diagnostic.severity {
                Severity::Info => "info",
                Severity::Warning => "warning",
                Severity::Error => "error",
            },
            message: self.text(&diagnostic.message),
            labels: diagnostic.labels.iter().map(label).collect(),
            notes: self.texts(&diagnostic.notes),
            help: diagnostic.help.as_ref().map(|help| self.text(help)),
        }
    }

    fn place(&self, span: &Span) -> Place {
        let location = span.location();
        let path = self.text(&span.source().path().to_string_lossy());
        Place { path, line: location.line, column: location.column }
    }

    fn texts(&self, texts: &[String]) -> Vec<String> {
        texts.iter().map(|text| self.text(text)).collect()
    }

    fn text(&self, text: &str) -> String {
        self.redactor.redact(text).into_owned()
    }
}

impl From<&Timings> for Milliseconds {
    fn from(timings: &Timings) -> Self {
        Self {
            dns: milliseconds(timings.dns),
            connect: milliseconds(timings.connect),
            tls: milliseconds(timings.tls),
            request: milliseconds(timings.request),
            wait: milliseconds(timings.wait),
            download: milliseconds(timings.download),
            total: milliseconds(timings.total),
        }
    }
}

/// The start of what may be a whole body.
fn cut(mut text: String) -> String {
    if text.len() > MOST_BYTES {
        text.truncate(text.floor_char_boundary(MOST_BYTES));
        text.push('…');
    }
    text
}

/// With three digits: microseconds are as exact as clocks are.
fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1_000_000.0).round() / 1000.0
}

/// RFC 3339, in UTC, to the millisecond.
fn timestamp(since_epoch: Duration) -> String {
    let whole = i64::try_from(since_epoch.as_millis())
        .ok()
        .and_then(|milliseconds| jiff::Timestamp::from_millisecond(milliseconds).ok());
    format!("{:.3}", whole.unwrap_or(jiff::Timestamp::UNIX_EPOCH))
}
