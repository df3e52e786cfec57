//! What is said over a WebSocket.

use std::time::Duration;

use crate::source::Spanned;
use crate::spec::{Assertion, Body, Capture, Text};

/// The steps of a conversation, in order. After the last one the WebSocket is closed,
/// unless a step has closed it, and what had come until then was heard.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conversation {
    /// The steps.
    pub steps: Steps,
}

/// Steps in their order, each with its place.
pub type Steps = Vec<Spanned<Step>>;

/// A step of a conversation.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// Sends a message.
    Send {
        /// How it is marked.
        kind: MessageKind,
        /// What it holds.
        body: Body,
    },
    /// Waits for messages.
    Expect(Expectation),
    /// Waits for the server to close the WebSocket. What holds is asked of a JSON object of
    /// `code` and `reason`.
    ExpectClose(Expectation),
    /// Sends a ping, and waits for the pong.
    Ping(Text),
    /// Closes the WebSocket, and waits for the server to do so too.
    Close(Farewell),
}

/// How a message is marked (RFC 6455, 5.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    /// As UTF-8 text.
    Text,
    /// As bytes.
    Binary,
}

/// What is expected of the next messages.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectation {
    /// How many messages are waited for, each of which must be as expected.
    pub count: u32,
    /// How long each is waited for; as long as the request may take where it is not said.
    pub timeout: Option<Duration>,
    /// What must hold of each.
    pub assertions: Vec<Assertion>,
    /// What is taken from each; the last one counts.
    pub captures: Vec<Capture>,
}

impl Default for Expectation {
    fn default() -> Self {
        Self { count: 1, timeout: None, assertions: Vec::new(), captures: Vec::new() }
    }
}

/// What a close frame says (RFC 6455, 5.5.1).
#[derive(Clone, Debug, PartialEq)]
pub struct Farewell {
    /// The status code: 1000, or from 1001 to 4999 what may be sent.
    pub code: u16,
    /// Why, in words.
    pub reason: Option<Text>,
}
