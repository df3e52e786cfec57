//! WebSockets (RFC 6455): messages in both directions over a connection that an HTTP request
//! has opened. Frames, masks and fragments are tungstenite's work; the connection is that
//! of the session's transport, and its deadlines hold.

mod fault;
pub(super) mod handshake;
mod message;

use std::fmt;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use tungstenite::error::Error as Fault;
use tungstenite::protocol::{Role, WebSocketConfig};

use crate::http::{BoxError, Phase};
use crate::transport::Upgraded;

use super::{Error, ErrorKind, Response};
use fault::Doing;

pub use message::{Close, Message};

/// How much is read and written at once.
const ROOM: usize = 16 * 1024;

/// The most bytes of a message, where `max_body` does not say it.
const MOST: u64 = 64 * 1024 * 1024;

/// How long a server has to close a WebSocket that the client has closed.
const CLOSING: Duration = Duration::from_secs(5);

/// An open WebSocket. Pings are answered while messages are awaited, and the time limits of
/// the request hold: `timeout` for all that is said, and `read_timeout` for each wait.
///
/// ```no_run
/// use rqtest::client::{Close, Message, Session};
///
/// let session = Session::new();
/// let mut socket = session.websocket("wss://example.org/chat").subprotocol("chat").bearer_auth("t").connect()?;
/// assert_eq!((socket.response().status.code(), socket.subprotocol()), (101, Some("chat")));
/// socket.send_text("hello")?;
/// assert_eq!(socket.receive()?, Message::Text("hello, too".to_owned()));
/// assert_eq!(socket.close(&Close::normal())?.code, 1000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct WebSocket {
    socket: tungstenite::WebSocket<Upgraded>,
    response: Response,
    subprotocol: Option<String>,
    /// What the server's close frame said, once there was one.
    closed: Option<Close>,
}

/// Why there is no WebSocket.
#[derive(Debug)]
pub enum ConnectError {
    /// The server answered in another way: with 401, for example, or 404.
    Refused(Box<Response>),
    /// There was no answer, or a wrong one.
    Failed(Error),
}

impl WebSocket {
    /// What a response opens.
    pub(super) fn open(response: Response) -> Result<Self, ConnectError> {
        if response.status.code() != 101 {
            return Err(ConnectError::Refused(Box::new(response)));
        }
        let subprotocol = handshake::verify(&response)?;
        let connection = response.take_upgraded().ok_or_else(|| {
            Error::new(ErrorKind::ImproperState, "the session's adapter hands no connections over")
                .with_url(&response.url)
        })?;
        let limit = response.request.delivery.max_body.unwrap_or(MOST);
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let config = WebSocketConfig::default()
            .read_buffer_size(ROOM)
            .write_buffer_size(ROOM)
            .max_message_size(Some(limit))
            .max_frame_size(Some(limit));
        let socket = tungstenite::WebSocket::from_raw_socket(connection, Role::Client, Some(config));
        Ok(Self { socket, response, subprotocol, closed: None })
    }

    /// The response that has opened it: its status is 101.
    pub fn response(&self) -> &Response {
        &self.response
    }

    /// The subprotocol that the server has chosen of those that were offered.
    pub fn subprotocol(&self) -> Option<&str> {
        self.subprotocol.as_deref()
    }

    /// What the server's close frame said, once one has come.
    pub fn closed(&self) -> Option<&Close> {
        self.closed.as_ref()
    }

    /// Sends a message.
    ///
    /// # Errors
    /// If the WebSocket is closed, or the connection breaks, or the time is up.
    pub fn send(&mut self, message: Message) -> Result<(), Error> {
        if let Message::Ping(bytes) | Message::Pong(bytes) = &message
            && bytes.len() > 125
        {
            return Err(self.locate(Error::new(ErrorKind::Request, "a ping holds no more than 125 bytes")));
        }
        self.socket.send(message.into()).map_err(|fault| self.locate(fault::error(fault, Doing::Sending)))
    }

    /// Sends a text.
    ///
    /// # Errors
    /// As [`WebSocket::send`].
    pub fn send_text(&mut self, text: impl Into<String>) -> Result<(), Error> {
        self.send(Message::Text(text.into()))
    }

    /// Sends bytes.
    ///
    /// # Errors
    /// As [`WebSocket::send`].
    pub fn send_bytes(&mut self, bytes: impl Into<Vec<u8>>) -> Result<(), Error> {
        self.send(Message::Binary(bytes.into()))
    }

    /// Waits for the next message, pings and pongs among them. After [`Message::Close`]
    /// there are no more.
    ///
    /// # Errors
    /// If none comes in time; if the server breaks the protocol, or the connection without
    /// closing the WebSocket; if it is closed already.
    pub fn receive(&mut self) -> Result<Message, Error> {
        loop {
            if let Some(message) = self.receive_until(None, Doing::Receiving)? {
                return Ok(message);
            }
        }
    }

    /// As [`WebSocket::receive`], but no longer than a time: nothing where none has come.
    ///
    /// # Errors
    /// As [`WebSocket::receive`].
    pub fn receive_within(&mut self, time: Duration) -> Result<Option<Message>, Error> {
        self.receive_until(Instant::now().checked_add(time), Doing::Receiving)
    }

    /// Hands every message to a function as it comes, until that breaks off or the server has
    /// closed the WebSocket; the function may send, too.
    ///
    /// ```no_run
    /// use std::ops::ControlFlow;
    ///
    /// use rqtest::client::{Message, websocket};
    ///
    /// let mut socket = websocket("ws://localhost:8000/websocket/echo").connect()?;
    /// socket.send_text("3")?;
    /// socket.on_message(|socket, message| match message {
    ///     Message::Text(text) if text == "0" => Ok(ControlFlow::Break(())),
    ///     Message::Text(text) => {
    ///         socket.send_text((text.parse::<u32>()? - 1).to_string())?;
    ///         Ok(ControlFlow::Continue(()))
    ///     }
    ///     _ => Ok(ControlFlow::Continue(())),
    /// })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`WebSocket::receive`], and the function's own, as the source of one of the kind
    /// [`ErrorKind::Stopped`].
    pub fn on_message(
        &mut self,
        mut each: impl FnMut(&mut Self, Message) -> Result<ControlFlow<()>, BoxError>,
    ) -> Result<(), Error> {
        loop {
            let message = self.receive()?;
            let is_last = matches!(message, Message::Close(_));
            if each(self, message).map_err(Error::stopped)?.is_break() || is_last {
                return Ok(());
            }
        }
    }

    /// Closes the WebSocket and waits until the server has done so too, for 5 seconds at most;
    /// what it still sends is thrown away. Says what the server's close frame said.
    ///
    /// # Errors
    /// If the server does not close it in time, or in another way.
    pub fn close(&mut self, close: &Close) -> Result<Close, Error> {
        self.close_and_hear(close, |_| {})
    }

    /// As [`WebSocket::close`], with what the server still sends handed to a function.
    ///
    /// # Errors
    /// As [`WebSocket::close`].
    pub fn close_and_hear(&mut self, close: &Close, mut each: impl FnMut(Message)) -> Result<Close, Error> {
        if let Some(closed) = &self.closed {
            return Ok(closed.clone());
        }
        if close.reason.len() > 123 {
            let message = "the reason of a close frame has no more than 123 bytes";
            return Err(self.locate(Error::new(ErrorKind::Request, message)));
        }
        self.socket.close(close.into()).map_err(|fault| self.locate(fault::error(fault, Doing::Closing)))?;
        let until = Instant::now() + CLOSING;
        loop {
            match self.receive_until(Some(until), Doing::Closing)? {
                Some(Message::Close(close)) => return Ok(close),
                Some(message) => each(message),
                None if Instant::now() < until => {}
                None => return Err(self.locate(unclosed())),
            }
        }
    }

    /// The next message, or nothing where none came until then.
    fn receive_until(&mut self, until: Option<Instant>, doing: Doing) -> Result<Option<Message>, Error> {
        if self.closed.is_some() {
            return Err(self.locate(fault::error(Fault::AlreadyClosed, doing)));
        }
        self.socket.get_mut().wait_until(until);
        match self.socket.read() {
            Ok(message) => Ok(self.accept(message)),
            Err(Fault::Io(error)) if error.kind() == std::io::ErrorKind::WouldBlock => Ok(None),
            Err(fault) => {
                self.tell(&fault);
                Err(self.locate(fault::error(fault, doing)))
            }
        }
    }

    fn accept(&mut self, message: tungstenite::Message) -> Option<Message> {
        Some(match message {
            tungstenite::Message::Text(text) => Message::Text(text.as_str().to_owned()),
            tungstenite::Message::Binary(bytes) => Message::Binary(bytes.into()),
            tungstenite::Message::Ping(bytes) => {
                // The pong is due now, and not with the next message: a failure shows there.
                drop(self.socket.flush());
                Message::Ping(bytes.into())
            }
            tungstenite::Message::Pong(bytes) => Message::Pong(bytes.into()),
            tungstenite::Message::Close(frame) => {
                // The answer to it: the server may be gone already, and has said all that it would.
                drop(self.socket.flush());
                let close = Close::from(frame);
                self.closed = Some(close.clone());
                Message::Close(close)
            }
            tungstenite::Message::Frame(_) => return None,
        })
    }

    /// Tells the server what it has done wrong, if it still listens (RFC 6455, 7.1.7).
    fn tell(&mut self, fault: &Fault) {
        if let Some(code) = fault::code(fault) {
            drop(self.socket.close((&Close::new(code, "")).into()));
        }
    }

    fn locate(&self, error: Error) -> Error {
        error.with_url(&self.response.url)
    }
}

fn unclosed() -> Error {
    let message = format!("the server did not close the WebSocket within {} s", CLOSING.as_secs());
    Error::new(ErrorKind::Timeout(Phase::Download), message)
}

impl fmt::Debug for WebSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebSocket")
            .field("url", &self.response.url)
            .field("closed", &self.closed)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(response) => {
                let words = format!("{} {}", response.status, response.reason);
                write!(f, "the server does not open a WebSocket, but answers {}", words.trim_end())
            }
            Self::Failed(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ConnectError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Refused(_) => None,
            Self::Failed(error) => error.source(),
        }
    }
}

impl From<Error> for ConnectError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

#[cfg(test)]
mod tests;
