//! What was said over a WebSocket: for reports, and as the list that assertions see.

use std::collections::VecDeque;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::client::{ErrorKind, Message};
use crate::diagnostic::Diagnostic;
use crate::event::{self, CaseError, Direction};
use crate::run::record::message_excerpt;
use crate::source::Span;

/// The most messages that a report keeps.
const MOST: usize = 500;

/// The most messages or items that are kept for assertions, where no number is asked for.
pub(super) const MOST_ITEMS: usize = 100_000;

/// The most bytes of all messages that are kept for assertions.
const MOST_BYTES: usize = 256 * 1024 * 1024;

/// What was said so far.
#[derive(Debug, Default)]
pub(super) struct Transcript {
    /// What reports show, up to a limit.
    pub(super) shown: Vec<event::Message>,
    /// The messages of the server, each as [`value`] has it.
    heard: Vec<Value>,
    /// The messages of the server that no step has waited for.
    pending: VecDeque<Message>,
    /// The bytes of the messages of the server.
    size: usize,
    /// Whether there were more messages than are kept.
    overflowed: bool,
}

impl Transcript {
    /// Notes what was sent.
    pub(super) fn sent(&mut self, message: &Message) {
        self.show(Direction::Sent, message);
    }

    /// Notes what the server has sent; texts and bytes wait for their step.
    pub(super) fn received(&mut self, message: Message) {
        self.show(Direction::Received, &message);
        let Some(value) = value(&message) else { return };
        self.size = self.size.saturating_add(size(&message));
        // How large a single one may be is up to `max_body`.
        let is_too_large = self.size > MOST_BYTES && !self.heard.is_empty();
        if is_too_large || self.heard.len() == MOST_ITEMS {
            self.overflowed = true;
        } else {
            self.heard.push(value);
            self.pending.push_back(message);
        }
    }

    /// # Errors
    /// If the server has said more than is kept.
    pub(super) fn check(&self, at: &Span) -> Result<(), CaseError> {
        if !self.overflowed {
            return Ok(());
        }
        let message = format!("the server has sent more than {MOST_ITEMS} messages, or more than 256 MiB");
        Err(CaseError::client(ErrorKind::TooLarge, Diagnostic::error(message).at(at, "in this step")))
    }

    /// The first message of the server that no step has waited for.
    pub(super) fn take(&mut self) -> Option<Message> {
        self.pending.pop_front()
    }

    /// All messages of the server, as a list.
    pub(super) fn take_heard(&mut self) -> Value {
        Value::Array(std::mem::take(&mut self.heard))
    }

    fn show(&mut self, direction: Direction, message: &Message) {
        if self.shown.len() < MOST {
            let (kind, content) = match message {
                Message::Text(text) => ("text", message_excerpt(text.as_bytes())),
                Message::Binary(bytes) => ("binary", message_excerpt(bytes)),
                Message::Ping(bytes) => ("ping", message_excerpt(bytes)),
                Message::Pong(bytes) => ("pong", message_excerpt(bytes)),
                Message::Close(close) => ("close", message_excerpt(close.to_string().as_bytes())),
            };
            self.shown.push(event::Message { direction, kind, content });
        }
    }
}

fn size(message: &Message) -> usize {
    match message {
        Message::Text(text) => text.len(),
        Message::Binary(bytes) | Message::Ping(bytes) | Message::Pong(bytes) => bytes.len(),
        Message::Close(close) => close.reason.len(),
    }
}

/// A message as a value: what its JSON says, else its text; bytes are in base64. What
/// controls the connection is no message.
fn value(message: &Message) -> Option<Value> {
    match message {
        Message::Text(text) => Some(json_or_text(text)),
        Message::Binary(bytes) => Some(Value::String(STANDARD.encode(bytes))),
        Message::Ping(_) | Message::Pong(_) | Message::Close(_) => None,
    }
}

/// What a text says as JSON, or the text where it is none.
pub(super) fn json_or_text(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}
