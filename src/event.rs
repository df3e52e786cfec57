//! What happens in a run, as data: from the runner, over a channel, to the reporters.

use std::sync::Arc;
use std::time::Duration;

use crate::assertion::Outcome;
use crate::client::ErrorKind;
use crate::diagnostic::Diagnostic;
use crate::http::Timings;
use crate::script::LogLine;
use crate::source::Span;

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// The plan is made, and nothing is sent yet.
    RunStarted(Arc<Outline>),
    /// The first request of a file is about to run.
    FileStarted {
        /// The file's place in the outline.
        file: usize,
    },
    /// A request whose turns could only be counted now is these cases, which take its
    /// place: the places of those below it move. It may also be none.
    CaseUnrolled(CaseId, Vec<CaseOutline>),
    /// A request is about to be sent.
    CaseStarted(CaseId),
    /// A person has to do something, or the request will not go on.
    Prompted(String),
    /// A person is asked something: until that is done, nothing else may be printed there.
    Asked,
    /// The person has answered, or will not.
    Answered,
    /// A request and all that belongs to it is done.
    CaseFinished(CaseId, Box<CaseResult>),
    /// The last request of a file is done.
    FileFinished {
        /// The file's place in the outline.
        file: usize,
        /// How long the file took.
        elapsed: Duration,
    },
    /// All is done.
    RunFinished {
        /// How long the run took.
        elapsed: Duration,
        /// Whether a signal cut it short.
        interrupted: bool,
    },
}

/// All that will run, in the order in which it is reported.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    /// The files.
    pub files: Vec<FileOutline>,
    /// When the run began: seconds and nanoseconds since 1970-01-01T00:00:00Z.
    pub started: Duration,
}

/// A file of the run.
#[derive(Clone, Debug)]
pub struct FileOutline {
    /// Its path, as reports show it.
    pub path: String,
    /// Its name: the one its author gave, or the path.
    pub name: String,
    /// Its requests.
    pub cases: Vec<CaseOutline>,
    /// Whether these are all that it has.
    pub is_whole: bool,
    /// What a person should know of the file: warnings and infos.
    pub diagnostics: Vec<Diagnostic>,
}

/// A case of the run: a request, or one of the times that it runs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CaseOutline {
    /// Its name, unique within the file.
    pub name: String,
    /// Where it stands; nowhere, if the file could not be read.
    pub span: Option<Span>,
    /// Where the request stands that it runs, if that is elsewhere.
    pub origin: Option<Span>,
    /// Its tags.
    pub tags: Vec<String>,
}

impl Outline {
    /// How many cases there are.
    pub fn cases(&self) -> usize {
        self.files.iter().map(|file| file.cases.len()).sum()
    }

    /// Puts the cases that one has turned out to be in its place.
    pub fn unroll(&mut self, id: CaseId, cases: &[CaseOutline]) {
        if let Some(file) = self.files.get_mut(id.file).filter(|file| id.case < file.cases.len()) {
            file.cases.splice(id.case..=id.case, cases.iter().cloned());
        }
    }
}

/// The place of a request in the outline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CaseId {
    /// The file's.
    pub file: usize,
    /// The request's within the file.
    pub case: usize,
}

/// How a request ended.
#[derive(Clone, Debug)]
pub struct CaseResult {
    /// The verdict, from the last attempt.
    pub verdict: Verdict,
    /// Every attempt, in order; none for what was skipped.
    pub attempts: Vec<Attempt>,
    /// The time from the first attempt's start to the last one's end.
    pub elapsed: Duration,
}

/// What is to be said of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All that was expected holds.
    Passed,
    /// Something that was expected does not hold.
    Failed,
    /// It could not be run.
    Errored,
    /// It did not run, for this reason.
    Skipped(String),
}

/// One attempt at a request.
#[derive(Clone, Debug, Default)]
pub struct Attempt {
    /// What became of each assertion, in the order in which they were written.
    pub outcomes: Vec<Outcome>,
    /// Why it could not be run, or a value not be captured.
    pub error: Option<CaseError>,
    /// What was sent and received: the redirects that were followed, then the last.
    pub exchanges: Vec<Exchange>,
    /// What happened on the wire, in order, where that was asked for.
    pub trace: Vec<TraceStep>,
    /// What its scripts had to say, in order.
    pub log: Vec<LogLine>,
    /// Warnings that came up on the way.
    pub warnings: Vec<Diagnostic>,
    /// Whether what it was to wait for was not there yet.
    pub is_pending: bool,
    /// How long it took, all of it.
    pub elapsed: Duration,
}

/// Why a request could not be run.
#[derive(Clone, Debug)]
pub struct CaseError {
    /// The kind, as reports name it: `parse`, `template`, `timeout`, `connect`, ….
    pub kind: &'static str,
    /// What went wrong: one diagnostic or more.
    pub diagnostics: Vec<Diagnostic>,
}

impl CaseError {
    /// An error of the client's, at the request that it struck.
    pub fn client(kind: ErrorKind, diagnostic: Diagnostic) -> Self {
        Self { kind: kind.as_str(), diagnostics: vec![diagnostic] }
    }
}

/// A request and its response, as reports show them: what they keep of a body is capped.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The method that was sent.
    pub method: String,
    /// The URL that was requested, without a password.
    pub url: String,
    /// The head of the request as it was sent, without the final blank line.
    pub request_head: String,
    /// The start of what the request carried.
    pub request_body: Excerpt,
    /// The status code, once there is one.
    pub status: Option<u16>,
    /// The head of the response as it came, or empty.
    pub response_head: String,
    /// The start of the response's body.
    pub response_body: Excerpt,
    /// What was said over a WebSocket that the exchange has opened, in order.
    pub messages: Vec<Message>,
    /// How long each phase took.
    pub timings: Timings,
}

/// Something that happened on the wire.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceStep {
    /// The time since the attempt began.
    pub at: Duration,
    /// What it was.
    pub what: Wire,
}

/// What can happen on the wire.
#[derive(Clone, Debug, PartialEq)]
pub enum Wire {
    /// Something was done, or met with: a lowercase fragment.
    Note(String),
    /// A head was sent.
    SentHead(String),
    /// A body, or a part of one, was sent.
    SentBody(Excerpt),
    /// A head came, be it of an interim response.
    ReceivedHead(String),
    /// A body, or a part of one, came: as it was encoded.
    ReceivedBody(Excerpt),
    /// An exchange was done, after so long.
    Done(Timings),
}

/// A message of a WebSocket, as reports show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Who sent it.
    pub direction: Direction,
    /// What it is: `text`, `binary`, `ping`, `pong` or `close`.
    pub kind: &'static str,
    /// The start of what it holds; of a close frame, code and reason.
    pub content: Excerpt,
}

/// Which way a message went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To the server.
    Sent,
    /// From the server.
    Received,
}

/// The start of a body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt {
    /// The start as text, or empty for what is not text.
    pub text: String,
    /// The length of the whole, in bytes.
    pub size: u64,
    /// Whether the text is the whole.
    pub complete: bool,
}
