//! What can go wrong on an open WebSocket, in words.

use std::io;

use tungstenite::error::{CapacityError, Error as Fault, ProtocolError};

use crate::client::{Error, ErrorKind};

/// What was being done when it went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    Sending,
    Receiving,
    Closing,
}

impl Doing {
    fn words(self) -> &'static str {
        match self {
            Self::Sending => "while a message was sent",
            Self::Receiving => "while waiting for a message",
            Self::Closing => "while waiting for the server to close the WebSocket",
        }
    }
}

/// The error that a fault is.
pub(super) fn error(fault: Fault, doing: Doing) -> Error {
    let (kind, message) = match &fault {
        Fault::Io(_) => return of_wire(fault, doing),
        Fault::ConnectionClosed | Fault::AlreadyClosed => {
            (ErrorKind::ImproperState, "the WebSocket is closed".to_owned())
        }
        Fault::Capacity(CapacityError::MessageTooLong { size, max_size }) => {
            (ErrorKind::TooLarge, format!("the server sent a message of {size} bytes, and {max_size} are allowed"))
        }
        Fault::Utf8(_) => (ErrorKind::Protocol, "the server sent a text that is not UTF-8".to_owned()),
        Fault::Protocol(fault) => protocol(fault),
        _ => (ErrorKind::Protocol, format!("the WebSocket failed {}", doing.words())),
    };
    Error::new(kind, message).with_source(fault)
}

/// The code by which the server is told of a fault of its own (RFC 6455, 7.4.1).
pub(super) fn code(fault: &Fault) -> Option<u16> {
    match fault {
        Fault::Protocol(ProtocolError::ResetWithoutClosingHandshake | ProtocolError::SendAfterClosing) => None,
        Fault::Protocol(_) => Some(1002),
        Fault::Utf8(_) => Some(1007),
        Fault::Capacity(_) => Some(1009),
        _ => None,
    }
}

/// What the transport says, in the words of WebSockets.
fn of_wire(fault: Fault, doing: Doing) -> Error {
    let Fault::Io(failure) = fault else { return Error::new(ErrorKind::Connection, fault.to_string()) };
    let kind = failure.kind();
    match failure.into_inner().map(|inner| inner.downcast::<Error>()) {
        Some(Ok(error)) if error.is_timeout() => {
            let message = error.to_string();
            let time = message.split(" s ").next().unwrap_or("timed out");
            Error::new(error.kind(), format!("{time} s {}", doing.words())).with_source(error)
        }
        Some(Ok(error)) => *error,
        Some(Err(other)) => {
            Error::new(ErrorKind::Connection, format!("the connection broke {}", doing.words())).with_source(other)
        }
        None => Error::new(ErrorKind::Connection, format!("the connection broke {}", doing.words()))
            .with_source(io::Error::from(kind)),
    }
}

/// What the server has done against the protocol.
fn protocol(fault: &ProtocolError) -> (ErrorKind, String) {
    let words = match fault {
        ProtocolError::ResetWithoutClosingHandshake => {
            return (ErrorKind::Connection, "the server ended the connection without a close frame".to_owned());
        }
        ProtocolError::SendAfterClosing => {
            return (ErrorKind::ImproperState, "nothing can be sent after the close frame".to_owned());
        }
        ProtocolError::MaskedFrameFromServer => "a masked frame, which only clients may",
        ProtocolError::NonZeroReservedBits => "a frame of an extension that was not agreed on",
        ProtocolError::FragmentedControlFrame => "a control frame in fragments",
        ProtocolError::ControlFrameTooBig => "a control frame of more than 125 bytes",
        ProtocolError::InvalidOpcode(_)
        | ProtocolError::UnknownControlFrameType(_)
        | ProtocolError::UnknownDataFrameType(_) => "a frame of an unknown kind",
        ProtocolError::UnexpectedContinueFrame => "the continuation of a message that it had not begun",
        ProtocolError::ExpectedFragment(_) => "another message within one that it had not finished",
        ProtocolError::ReceivedAfterClosing => "something after its close frame",
        ProtocolError::InvalidCloseSequence => "a close frame that holds no code",
        other => return (ErrorKind::Protocol, format!("the server broke the protocol of WebSockets: {other}")),
    };
    (ErrorKind::Protocol, format!("the server sent {words}"))
}
