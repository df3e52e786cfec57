//! The end of a builder: its request, or what came of sending that.

use std::ops::ControlFlow;

use super::super::items::accept_events;
use super::super::{ConnectError, Error, Request, Response, ServerSentEvent, Session, WebSocket};
use super::RequestBuilder;

impl RequestBuilder<'_> {
    /// Opens a WebSocket: see [`WebSocket`].
    ///
    /// # Errors
    /// As [`RequestBuilder::build`] and [`Session::connect`].
    pub fn connect(self) -> Result<WebSocket, ConnectError> {
        let request = self.request?;
        match self.session {
            Some(session) => session.connect(request),
            None => Session::new().connect(request),
        }
    }

    /// The request.
    ///
    /// # Errors
    /// What was wrong with the first step that was wrong.
    pub fn build(self) -> Result<Request, Error> {
        self.request
    }

    /// Sends the request and reads the response whole.
    ///
    /// # Errors
    /// As [`RequestBuilder::build`] and [`Session::send`].
    pub fn send(self) -> Result<Response, Error> {
        self.send_by(|session, request| session.send(request))
    }

    /// Sends the request and hands the body over in chunks: see [`Session::send_in_chunks`].
    ///
    /// # Errors
    /// As [`RequestBuilder::send`].
    pub fn send_in_chunks(self, size: usize, each: impl FnMut(&[u8]) -> ControlFlow<()>) -> Result<Response, Error> {
        self.send_by(|session, request| session.send_in_chunks(request, size, each))
    }

    /// Sends the request and hands on the events of the response, which it says that it accepts:
    /// see [`Session::send_in_events`].
    ///
    /// # Errors
    /// As [`RequestBuilder::build`] and [`Session::send_in_events`].
    pub fn send_in_events(self, each: impl FnMut(ServerSentEvent) -> ControlFlow<()>) -> Result<Response, Error> {
        let accepting = self.try_change(|request| Ok(accept_events(request)?));
        accepting.send_by(|session, request| session.send_in_events(request, each))
    }

    /// Sends the request and hands the body over line by line: see [`Session::send_in_lines`].
    ///
    /// # Errors
    /// As [`RequestBuilder::send`].
    pub fn send_in_lines(self, each: impl FnMut(&[u8]) -> ControlFlow<()>) -> Result<Response, Error> {
        self.send_by(|session, request| session.send_in_lines(request, each))
    }

    fn send_by(self, send: impl FnOnce(&Session, Request) -> Result<Response, Error>) -> Result<Response, Error> {
        let request = self.request?;
        match self.session {
            Some(session) => send(session, request),
            None => send(&Session::new(), request),
        }
    }
}
