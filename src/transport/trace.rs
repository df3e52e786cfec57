//! What happens on the way of an exchange, for whoever wants to see it.

use std::ops::ControlFlow;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::http::Timings;
use crate::proto::ResponseHead;

use super::{BoxError, Receiver};

/// The most bytes of a message sent as it is that are kept: it is what its author wants to see.
const MESSAGE_LIMIT: usize = 16 * 1024;

/// Notes what happens, step by step, on the connections of the exchanges that it is given to.
#[derive(Debug)]
pub struct Trace {
    started: Instant,
    body_limit: usize,
    steps: Mutex<Vec<(Duration, Step)>>,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// What was done, or met with: a lowercase fragment.
    Note(String),
    /// The head of a request, its blank line included.
    SentHead(Vec<u8>),
    /// A body, or as much of it as was sent, without what frames it.
    SentBody(Excerpt),
    /// A whole message, sent as it is.
    SentMessage(Excerpt),
    /// The head of a response, an interim one too, its blank line included.
    ReceivedHead(Vec<u8>),
    /// A body, or as much of it as came, without what frames it.
    ReceivedBody(Excerpt),
    /// An exchange is done, and took this long.
    Done(Timings),
}

/// The start of what went over the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Excerpt {
    /// The start.
    pub start: Vec<u8>,
    /// The length of the whole, in bytes.
    pub size: u64,
    limit: usize,
}

impl Trace {
    /// A trace that begins now, and keeps so many bytes of each body.
    pub fn new(body_limit: usize) -> Self {
        Self { started: Instant::now(), body_limit, steps: Mutex::default() }
    }

    /// Notes a step.
    pub fn note(&self, step: Step) {
        let at = self.started.elapsed();
        self.steps().push((at, step));
    }

    /// What was noted so far, with the time since the trace began; the trace is empty then.
    pub fn take(&self) -> Vec<(Duration, Step)> {
        std::mem::take(&mut self.steps())
    }

    /// Notes a received body that is at hand, where bodies are kept at all.
    pub fn note_body(&self, body: &[u8]) {
        let mut excerpt = self.body();
        if excerpt.limit > 0 {
            excerpt.add(body);
            self.note(Step::ReceivedBody(excerpt));
        }
    }

    /// An excerpt of a body that is yet to come.
    pub(super) fn body(&self) -> Excerpt {
        Excerpt { limit: self.body_limit, ..Excerpt::default() }
    }

    fn steps(&self) -> MutexGuard<'_, Vec<(Duration, Step)>> {
        // Each change is complete in itself, and so a panic elsewhere leaves them whole.
        self.steps.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Hands a response on, and keeps the start of its body.
pub(super) struct Witness<'a> {
    pub(super) receiver: &'a mut dyn Receiver,
    pub(super) excerpt: Excerpt,
}

impl Receiver for Witness<'_> {
    fn head(&mut self, head: &ResponseHead) -> Result<(), BoxError> {
        self.receiver.head(head)
    }

    fn data(&mut self, bytes: &[u8]) -> Result<ControlFlow<()>, BoxError> {
        self.excerpt.add(bytes);
        self.receiver.data(bytes)
    }
}

impl Excerpt {
    /// An excerpt of a message that is yet to come.
    pub(super) fn message() -> Self {
        Self { limit: MESSAGE_LIMIT, ..Self::default() }
    }

    /// Adds the bytes that go over the wire next.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        let room = self.limit.saturating_sub(self.start.len()).min(bytes.len());
        self.start.extend_from_slice(&bytes[..room]);
        self.size += bytes.len() as u64;
    }
}
