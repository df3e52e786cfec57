//! What is sent over a WebSocket.

use std::fmt;

use tungstenite::protocol::CloseFrame;

/// A message, or what controls the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Text.
    Text(String),
    /// Bytes.
    Binary(Vec<u8>),
    /// A ping of up to 125 bytes; it is answered without further ado.
    Ping(Vec<u8>),
    /// The answer to a ping, with the bytes of the ping.
    Pong(Vec<u8>),
    /// The end: nothing follows.
    Close(Close),
}

/// Why a WebSocket was closed (RFC 6455, 7.1.5 and 7.1.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Close {
    /// The status code: 1000 is the normal one, and 1005 that there was none.
    pub code: u16,
    /// The reason in words, or nothing.
    pub reason: String,
}

impl Close {
    /// The code of a close frame that has none.
    pub const NO_STATUS: u16 = 1005;

    /// The normal end.
    pub fn normal() -> Self {
        Self::new(1000, "")
    }

    /// An end with a code and a reason of up to 123 bytes.
    pub fn new(code: u16, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into() }
    }
}

/// `1000`, or `4001 bye`.
impl fmt::Display for Close {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", self.code, if self.reason.is_empty() { "" } else { " " }, self.reason)
    }
}

impl From<Option<CloseFrame>> for Close {
    fn from(frame: Option<CloseFrame>) -> Self {
        let said = |frame: CloseFrame| Self::new(frame.code.into(), frame.reason.as_str());
        frame.map_or_else(|| Self::new(Self::NO_STATUS, ""), said)
    }
}

impl From<&Close> for Option<CloseFrame> {
    fn from(close: &Close) -> Self {
        let frame = || CloseFrame { code: close.code.into(), reason: close.reason.as_str().into() };
        (close.code != Close::NO_STATUS).then(frame)
    }
}

impl From<Message> for tungstenite::Message {
    fn from(message: Message) -> Self {
        match message {
            Message::Text(text) => Self::Text(text.into()),
            Message::Binary(bytes) => Self::Binary(bytes.into()),
            Message::Ping(bytes) => Self::Ping(bytes.into()),
            Message::Pong(bytes) => Self::Pong(bytes.into()),
            Message::Close(close) => Self::Close((&close).into()),
        }
    }
}
