//! A conversation over a WebSocket: its steps in order, and then its end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::assertion::{Context, Inspection};
use crate::client::{self, Close, ConnectError, Error, Message, Response, WebSocket};
use crate::diagnostic::Diagnostic;
use crate::event::{Attempt, CaseError};
use crate::run::case::{CaseRun, client_error, request_line};
use crate::run::collect::collect;
use crate::run::compiled::Compiled;
use crate::run::record::{Detail, exchanges};
use crate::run::snapshots::CaseSnapshots;
use crate::source::Span;
use crate::spec::MessageKind;
use crate::template::{FileScope, Scope};

use super::steps::{Action, CompiledStep, Expected};
use super::transcript::Transcript;

/// The kind of the error that a server would not or did not speak as it should.
const KIND: &str = "websocket";

impl CaseRun<'_> {
    /// Opens a WebSocket, goes through the steps, closes it, and examines what it came to:
    /// the response of the handshake, with a list of the server's messages as its body.
    pub(in crate::run) fn converse(
        &self,
        steps: &[CompiledStep],
        request: client::Request,
        compiled: &Compiled,
        file_scope: &mut FileScope,
        attempt: &mut Attempt,
    ) {
        let socket = match self.session.connect(request) {
            Ok(socket) => socket,
            Err(ConnectError::Refused(response)) => {
                return self.examine_refusal(*response, compiled, file_scope, attempt);
            }
            Err(ConnectError::Failed(error)) => {
                attempt.error = Some(client_error(&error, self.request));
                return;
            }
        };
        let begun = Instant::now();
        let mut talk = Talk { run: self, socket, transcript: Transcript::default(), attempt };
        let whole = talk.go_through(steps, file_scope).and_then(|()| talk.end());
        let Talk { socket, mut transcript, .. } = talk;
        let mut response = socket.response().clone();
        drop(socket);
        add_time(&mut response, begun.elapsed());
        response.body = transcript.take_heard().to_string().into_bytes();
        response.encoding = Some("utf-8".to_owned());
        match whole {
            Ok(()) => self.examine(compiled, response, file_scope, attempt),
            Err(error) => {
                attempt.error = Some(error);
                attempt.exchanges = exchanges(&response, Detail::Full, false);
            }
        }
        let is_shown = self.shared.options.detail == Detail::Full || attempt.verdict() != crate::event::Verdict::Passed;
        if let (Some(exchange), true) = (attempt.exchanges.last_mut(), is_shown) {
            exchange.messages = transcript.shown;
            // They are shown one by one.
            exchange.response_body.text.clear();
        }
    }

    /// A server that does not open a WebSocket has answered all the same. That is as it should
    /// be only where the spec speaks of the status.
    fn examine_refusal(
        &self,
        response: Response,
        compiled: &Compiled,
        file_scope: &mut FileScope,
        attempt: &mut Attempt,
    ) {
        let words = ConnectError::Refused(Box::new(response.clone())).to_string();
        self.examine(compiled, response, file_scope, attempt);
        if !compiled.asserts_status && attempt.error.is_none() {
            let diagnostic = Diagnostic::error(words).at(&request_line(self.request), "");
            let diagnostic = diagnostic.help("if that is meant, say what its status must be, as in `status == 401`");
            attempt.error = Some(CaseError { kind: KIND, diagnostics: vec![diagnostic] });
        }
    }
}

fn add_time(response: &mut Response, time: Duration) {
    response.timings.download += time;
    response.timings.total += time;
}

/// A conversation under way.
struct Talk<'a, 'run> {
    run: &'a CaseRun<'run>,
    socket: WebSocket,
    transcript: Transcript,
    attempt: &'a mut Attempt,
}

impl Talk<'_, '_> {
    fn go_through(&mut self, steps: &[CompiledStep], file_scope: &mut FileScope) -> Result<(), CaseError> {
        for step in steps {
            self.go(step, file_scope)?;
        }
        Ok(())
    }

    fn go(&mut self, step: &CompiledStep, file_scope: &mut FileScope) -> Result<(), CaseError> {
        let at = &step.span;
        match &step.action {
            Action::Expect(expected) => {
                for _ in 0..expected.count {
                    let message = self.next_message(expected.timeout, at)?;
                    self.examine(expected, &message, file_scope)?;
                }
                Ok(())
            }
            Action::ExpectClose(expected) => {
                let close = self.next_close(expected.timeout, at)?;
                let object = serde_json::json!({"code": close.code, "reason": close.reason});
                self.examine(expected, &Message::Text(object.to_string()), file_scope)
            }
            Action::Send { kind, message } => {
                let bytes = self.render(file_scope, |scope, run| message.render(scope, run.root))?;
                let message = match kind {
                    MessageKind::Text => Message::Text(text(bytes, at)?),
                    MessageKind::Binary => Message::Binary(bytes),
                };
                self.send(message, at)
            }
            Action::Ping(payload) => {
                let payload = self.render(file_scope, |scope, _| payload.render(scope))?.into_bytes();
                self.send(Message::Ping(payload.clone()), at)?;
                self.next_pong(&payload, at)
            }
            Action::Close { code, reason } => {
                let reason = match reason {
                    Some(reason) => self.render(file_scope, |scope, _| reason.render(scope))?,
                    None => String::new(),
                };
                self.close(&Close::new(*code, reason)).map_err(|error| failed(&error, at))
            }
        }
    }

    /// Closes what no step has closed. A server that does not do so well has still said all
    /// that was asked of it.
    fn end(&mut self) -> Result<(), CaseError> {
        if self.socket.closed().is_none()
            && let Err(error) = self.close(&Close::normal())
        {
            let place = request_line(self.run.request);
            let warning = Diagnostic::warning(format!("the WebSocket did not end well: {error}")).at(&place, "");
            self.attempt.warnings.push(warning);
        }
        self.transcript.check(&request_line(self.run.request))
    }

    fn close(&mut self, close: &Close) -> Result<(), Error> {
        if self.socket.closed().is_some() {
            return Ok(());
        }
        self.transcript.sent(&Message::Close(close.clone()));
        let transcript = &mut self.transcript;
        let answer = self.socket.close_and_hear(close, |message| transcript.received(message))?;
        self.transcript.received(Message::Close(answer));
        Ok(())
    }

    fn send(&mut self, message: Message, at: &Span) -> Result<(), CaseError> {
        self.transcript.sent(&message);
        self.socket.send(message).map_err(|error| failed(&error, at))
    }

    /// The next text or bytes.
    fn next_message(&mut self, timeout: Option<Duration>, at: &Span) -> Result<Message, CaseError> {
        let until = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        loop {
            if let Some(message) = self.transcript.take() {
                return Ok(message);
            }
            if let Some(close) = self.socket.closed() {
                let message = format!("a message was expected, but the server has closed the WebSocket: {close}");
                return Err(unmet(message, at));
            }
            self.hear("no message came", timeout, until, at)?;
        }
    }

    fn next_close(&mut self, timeout: Option<Duration>, at: &Span) -> Result<Close, CaseError> {
        let until = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        loop {
            if let Some(close) = self.socket.closed() {
                return Ok(close.clone());
            }
            self.hear("the server did not close the WebSocket", timeout, until, at)?;
        }
    }

    fn next_pong(&mut self, payload: &[u8], at: &Span) -> Result<(), CaseError> {
        loop {
            match self.receive(None, at)? {
                Some(Message::Pong(bytes)) if bytes == payload => return Ok(()),
                Some(Message::Close(close)) => {
                    let message = format!("a pong was expected, but the server has closed the WebSocket: {close}");
                    return Err(unmet(message, at));
                }
                _ => {}
            }
        }
    }

    /// Waits for whatever comes next.
    fn hear(
        &mut self,
        lack: &str,
        timeout: Option<Duration>,
        until: Option<Instant>,
        at: &Span,
    ) -> Result<(), CaseError> {
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        match (self.receive(left, at)?, timeout) {
            (None, Some(timeout)) if left.is_some_and(|left| left.is_zero()) || until <= Some(Instant::now()) => {
                let message = format!("{lack} within {} s", timeout.as_secs_f64());
                Err(CaseError { kind: "timeout", diagnostics: vec![Diagnostic::error(message).at(at, "")] })
            }
            _ => Ok(()),
        }
    }

    fn receive(&mut self, time: Option<Duration>, at: &Span) -> Result<Option<Message>, CaseError> {
        let received = match time {
            Some(time) => self.socket.receive_within(time),
            None => self.socket.receive().map(Some),
        };
        let message = received.map_err(|error| failed(&error, at))?;
        if let Some(message) = &message {
            self.transcript.received(message.clone());
            self.transcript.check(at)?;
        }
        Ok(message)
    }

    /// Holds a message against what is expected of it: it is seen as the body of the response.
    fn examine(&mut self, expected: &Expected, message: &Message, file_scope: &mut FileScope) -> Result<(), CaseError> {
        let response = Arc::new(response_of(message, self.socket.response()));
        let inspection = Inspection::new(&response);
        let scope = Scope::new(file_scope, self.run.position, &self.run.request.variables);
        let snapshots = CaseSnapshots { are_many: true, ..self.run.snapshots() };
        let context = Context {
            engine: &self.run.shared.engine,
            scope: &scope,
            root: self.run.root,
            snapshots: Some(&snapshots),
            scripts: None,
        };
        let mut missing = Vec::new();
        let captured = collect(&expected.captures, |capture| capture.capture(&inspection, context), &mut missing);
        // Before anything is evaluated: what an assertion keeps of the message holds no secret.
        captured.iter().for_each(|captured| self.run.learn(captured));
        let outcomes = expected.assertions.iter().map(|assertion| assertion.evaluate(&inspection, context));
        self.attempt.outcomes.extend(outcomes);
        self.attempt.warnings.extend(scope.take_warnings());
        captured.into_iter().for_each(|captured| file_scope.capture(&captured.name, captured.value));
        if missing.is_empty() { Ok(()) } else { Err(CaseError { kind: "capture", diagnostics: missing }) }
    }

    /// Renders what a step says with the variables of now.
    fn render<T>(
        &mut self,
        file_scope: &FileScope,
        render: impl FnOnce(&Scope<'_>, &CaseRun<'_>) -> Result<T, Diagnostic>,
    ) -> Result<T, CaseError> {
        let scope = Scope::new(file_scope, self.run.position, &self.run.request.variables);
        let rendered = render(&scope, self.run);
        self.attempt.warnings.extend(scope.take_warnings());
        rendered.map_err(|diagnostic| CaseError { kind: "template", diagnostics: vec![diagnostic] })
    }
}

/// A message as the body of the response that has opened the WebSocket.
fn response_of(message: &Message, handshake: &Response) -> Response {
    let (body, encoding) = match message {
        Message::Text(text) => (text.clone().into_bytes(), Some("utf-8".to_owned())),
        Message::Binary(bytes) | Message::Ping(bytes) | Message::Pong(bytes) => (bytes.clone(), None),
        Message::Close(close) => (close.to_string().into_bytes(), None),
    };
    let mut response = handshake.clone();
    (response.body, response.encoding) = (body, encoding);
    response
}

fn text(bytes: Vec<u8>, at: &Span) -> Result<String, CaseError> {
    String::from_utf8(bytes).map_err(|_| {
        let diagnostic = Diagnostic::error("a text message must be UTF-8").at(at, "").help("send it with `send_bytes`");
        CaseError { kind: "template", diagnostics: vec![diagnostic] }
    })
}

/// What the client says, at the step that it struck.
fn failed(error: &Error, at: &Span) -> CaseError {
    CaseError::client(error.kind(), Diagnostic::error(error.to_string()).at(at, "in this step"))
}

fn unmet(message: String, at: &Span) -> CaseError {
    CaseError { kind: KIND, diagnostics: vec![Diagnostic::error(message).at(at, "")] }
}
