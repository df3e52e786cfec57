//! A request step by step, as Python's `http.client` (once httplib) takes them: for tests of
//! what happens on the wire. Nothing is added but what a step says, nothing is checked but
//! that a line stays a line.
//!
//! ```text
//!              put_request            end_headers             response
//!  ----> Idle -------------> Begun ----------------> Sent ------------------+
//!         ^                  |   ^                   |  ^                   |
//!         |                  +---+ put_header        +--+ send              |
//!         |                                                                 |
//!         +--- keeps the connection, or closes it where the server does ----+
//! ```
//!
//! A step in another order is an error that says what came first:
//!
//! ```
//! use rqtest::client::{Connection, ErrorKind, Skip};
//! use rqtest::transport::{Memory, Pool};
//!
//! let server = Memory::new([["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"]]);
//! let mut connection = Connection::with_pool("http://example.org", Pool::with_connector(server.clone()))?;
//!
//! let too_early = connection.put_header("A", ["b"]).unwrap_err();
//! assert_eq!(too_early.kind(), ErrorKind::ImproperState);
//! assert_eq!(too_early.to_string(), "`put_header` before `put_request`: no request was begun");
//!
//! connection.put_request("POST", "/odd", Skip { accept_encoding: true, ..Skip::default() })?;
//! connection.put_header("Content-Length", ["5"])?;
//! connection.put_header("X-Folded", ["one", "two"])?;
//! assert_eq!(
//!     connection.response().unwrap_err().to_string(),
//!     "`response` before `end_headers`: the head of `POST /odd` is not ended"
//! );
//!
//! connection.end_headers()?;
//! connection.send("hel")?;
//! connection.send("lo")?;
//! assert_eq!(
//!     connection.put_request("GET", "/", Skip::default()).unwrap_err().to_string(),
//!     "`put_request` before `response`: that of `POST /odd` was not read"
//! );
//!
//! let response = connection.response()?;
//! assert_eq!((response.status.code(), &*response.body), (200, &b"ok"[..]));
//! assert_eq!(
//!     String::from_utf8(server.sent()).unwrap(),
//!     "POST /odd HTTP/1.1\r\nHost: example.org\r\nContent-Length: 5\r\nX-Folded: one\r\n\ttwo\r\n\r\nhello"
//! );
//! # Ok::<(), rqtest::client::Error>(())
//! ```

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use crate::http::{Headers, Method, Url};
use crate::proto::encode_request_head;
use crate::transport::{Channel, Pool, Step, Trace};

use super::collector::{Collector, Received};
use super::{Defaults, Error, ErrorKind, Options, Payload, PreparedRequest, Request, Response};

/// What [`Connection::put_request`] adds, unless it is told not to: as httplib, and no more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Skip {
    /// No `Host`.
    pub host: bool,
    /// No `Accept-Encoding: identity`.
    pub accept_encoding: bool,
}

/// A connection on which requests are sent step by step; the module's documentation draws the steps.
/// It is opened when it is first needed, and again after it was closed.
#[derive(Debug)]
pub struct Connection {
    origin: Url,
    options: Options,
    trace: Option<Arc<Trace>>,
    pool: Arc<Pool>,
    channel: Option<Channel>,
    state: State,
}

/// How far a request is.
#[derive(Debug)]
enum State {
    Idle,
    /// The head is being written: what of it is there, and the fields without their folds.
    Begun(Draft, Vec<u8>),
    /// The head was sent, and the body may be.
    Sent(Draft),
}

/// A request in the making.
#[derive(Clone, Debug)]
struct Draft {
    method: Method,
    target: String,
    headers: Headers,
}

impl Connection {
    /// A connection to where a URL leads; its path is of no interest.
    ///
    /// # Errors
    /// If this is no URL.
    pub fn new(url: &str) -> Result<Self, Error> {
        Self::with_pool(url, Pool::new())
    }

    /// A connection that is opened as those of a pool are, and is not one of them.
    ///
    /// # Errors
    /// As [`Connection::new`].
    pub fn with_pool(url: &str, pool: Arc<Pool>) -> Result<Self, Error> {
        let (origin, _) = Url::parse_with_default_scheme(url)?;
        Ok(Self { origin, options: Options::default(), trace: None, pool, channel: None, state: State::Idle })
    }

    /// This connection, opened and given up on as these options say: time limits, TLS, route.
    #[must_use]
    pub fn options(self, options: Options) -> Self {
        Self { options, ..self }
    }

    /// This connection, with a trace that is told what happens on it.
    #[must_use]
    pub fn trace(self, trace: &Arc<Trace>) -> Self {
        Self { trace: Some(Arc::clone(trace)), ..self }
    }

    /// Opens the connection, if it is not open.
    ///
    /// # Errors
    /// If it cannot be opened in time.
    pub fn open(&mut self) -> Result<(), Error> {
        if self.channel.is_none() {
            let request = self.prepare(Method::GET)?;
            let deadlines = request.delivery.deadlines(Instant::now());
            self.channel = Some(self.pool.channel(&request.endpoint(), deadlines, self.trace.as_ref())?);
        }
        Ok(())
    }

    /// Begins a request: its line, `Host` and `Accept-Encoding: identity`.
    ///
    /// # Errors
    /// If one is under way, method or target would be more than a word of the request line,
    /// or the connection cannot be opened.
    pub fn put_request(&mut self, method: &str, target: &str, skip: Skip) -> Result<(), Error> {
        match &self.state {
            State::Idle => {}
            State::Begun(draft, _) => {
                return Err(improper("put_request", "end_headers", format!("the head of `{draft}` is not ended")));
            }
            State::Sent(draft) => {
                return Err(improper("put_request", "response", format!("that of `{draft}` was not read")));
            }
        }
        let method: Method = method.parse().map_err(|error| Error::new(ErrorKind::Request, format!("{error}")))?;
        let request = self.prepare(method.clone())?;
        let mut head = Vec::new();
        encode_request_head(&mut head, &method, target, request.version(), &Headers::new())?;
        // Without its blank line, which `end_headers` writes.
        head.truncate(head.len() - "\r\n".len());
        match &mut self.channel {
            Some(channel) => channel.begin(request.delivery.deadlines(Instant::now()), self.trace.as_ref()),
            None => self.open()?,
        }
        self.state = State::Begun(Draft { method, target: target.to_owned(), headers: Headers::new() }, head);
        if !skip.host {
            let host = self.origin.host_header();
            self.put_header("Host", [host])?;
        }
        if !skip.accept_encoding {
            self.put_header("Accept-Encoding", ["identity"])?;
        }
        Ok(())
    }

    /// Adds a header field. Of several values each stands on a line of its own, folded as
    /// RFC 9112, 5.2 forbids it and httplib does it.
    ///
    /// # Errors
    /// If no request was begun, or its head is ended; if the name is no name, or a value
    /// holds NUL, CR or LF.
    pub fn put_header<V: AsRef<[u8]>>(&mut self, name: &str, values: impl IntoIterator<Item = V>) -> Result<(), Error> {
        let (draft, head) = match &mut self.state {
            State::Begun(draft, head) => (draft, head),
            State::Idle => return Err(improper("put_header", "put_request", "no request was begun")),
            State::Sent(draft) => return Err(too_late("put_header", draft)),
        };
        let values: Vec<V> = values.into_iter().collect();
        let lines: Vec<&[u8]> = values.iter().map(AsRef::as_ref).collect();
        draft.headers.append(name, lines.join(&b' '))?;
        head.extend_from_slice(name.as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(&lines.join(&b"\r\n\t"[..]));
        head.extend_from_slice(b"\r\n");
        Ok(())
    }

    /// Ends the head, and sends it.
    ///
    /// # Errors
    /// If no request was begun, its head is ended already, or it cannot be sent in time.
    pub fn end_headers(&mut self) -> Result<(), Error> {
        self.end_headers_with("")
    }

    /// Ends the head, and sends it together with the start of a body. No field is added for it.
    ///
    /// # Errors
    /// As [`Connection::end_headers`].
    pub fn end_headers_with(&mut self, body: impl AsRef<[u8]>) -> Result<(), Error> {
        let (draft, mut message) = match std::mem::replace(&mut self.state, State::Idle) {
            State::Begun(draft, head) => (draft, head),
            State::Idle => return Err(improper("end_headers", "put_request", "no request was begun")),
            State::Sent(draft) => {
                let error = too_late("end_headers", &draft);
                self.state = State::Sent(draft);
                return Err(error);
            }
        };
        message.extend_from_slice(b"\r\n");
        if let Some(trace) = &self.trace {
            trace.note(Step::SentHead(message.clone()));
        }
        message.extend_from_slice(body.as_ref());
        self.state = State::Sent(draft);
        self.write(&message)
    }

    /// Sends bytes as they are: of the body, or of whatever a test wants to see in its place.
    ///
    /// # Errors
    /// If the head was not sent, or the bytes cannot be in time. What the server said before
    /// the connection broke may still be read.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> Result<(), Error> {
        match &self.state {
            State::Sent(_) => self.write(bytes.as_ref()),
            State::Idle => Err(improper("send", "put_request", "no request was begun")),
            State::Begun(draft, _) => {
                Err(improper("send", "end_headers", format!("the head of `{draft}` is not ended")))
            }
        }
    }

    /// Reads the response whole. The connection is closed where the server will not hear
    /// another request on it.
    ///
    /// # Errors
    /// If the head was not sent, or there is no whole response in time.
    pub fn response(&mut self) -> Result<Response, Error> {
        let draft = match std::mem::replace(&mut self.state, State::Idle) {
            State::Sent(draft) => draft,
            State::Idle => return Err(improper("response", "put_request", "no request was begun")),
            State::Begun(draft, head) => {
                let error = improper("response", "end_headers", format!("the head of `{draft}` is not ended"));
                self.state = State::Begun(draft, head);
                return Err(error);
            }
        };
        let mut channel = self.channel.take().ok_or_else(|| Error::new(ErrorKind::Connection, "it is closed"))?;
        let mut request = self.prepare(draft.method)?;
        let mut collector = Collector::new(&request, None);
        let received = match channel.receive(&request.method, &mut collector) {
            Ok((reply, persists)) => collector.finish().map(|received| (reply, persists, received)),
            Err(error) => Err(collector.explain(error)),
        };
        let (reply, persists, Received { body, raw_body, warnings }) =
            received.map_err(|error| error.with_url(&self.origin))?;
        self.channel = persists.then_some(channel);
        request.headers = draft.headers;
        request.url = self.origin.join(&draft.target).unwrap_or(request.url);
        let mut response = Response::new(request, reply, body);
        response.raw_body = raw_body;
        response.warnings.extend(warnings);
        Ok(response)
    }

    /// Closes the connection, and forgets the request that was under way.
    pub fn close(&mut self) {
        self.channel = None;
        self.state = State::Idle;
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        match &mut self.channel {
            Some(channel) => channel.send(bytes).map_err(|error| error.with_url(&self.origin)),
            None => Err(Error::new(ErrorKind::Connection, "the connection is closed").with_url(&self.origin)),
        }
    }

    /// A request with what the options say, and without a header field.
    fn prepare(&self, method: Method) -> Result<PreparedRequest, Error> {
        let request = Request {
            payload: Payload::message(""),
            options: self.options.clone(),
            ..Request::new(method, self.origin.clone())
        };
        super::prepare::prepare(request, &Defaults::default())
    }
}

fn improper(step: &str, missing: &str, why: impl fmt::Display) -> Error {
    Error::new(ErrorKind::ImproperState, format!("`{step}` before `{missing}`: {why}"))
}

fn too_late(step: &str, draft: &Draft) -> Error {
    Error::new(ErrorKind::ImproperState, format!("`{step}` after `end_headers`: the head of `{draft}` was sent"))
}

/// `GET /users`
impl fmt::Display for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.target)
    }
}

#[cfg(test)]
mod tests {
    use crate::transport::Memory;

    use super::*;

    const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    const LAST: &str = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno";

    fn connection(scripts: &[&[&'static str]]) -> (Connection, Memory) {
        let server = Memory::new(scripts.iter().map(|pieces| pieces.iter().copied()));
        (Connection::with_pool("http://h:81/path", Pool::with_connector(server.clone())).unwrap(), server)
    }

    type Take = fn(&mut Connection) -> Result<(), Error>;

    /// A step of each kind, by its name.
    const STEPS: &[(&str, Take)] = &[
        ("put_request", |connection| connection.put_request("GET", "/a", Skip { host: true, accept_encoding: true })),
        ("put_header", |connection| connection.put_header("A", ["b"])),
        ("end_headers", Connection::end_headers),
        ("send", |connection| connection.send("c")),
        ("response", |connection| connection.response().map(drop)),
    ];

    fn take(connection: &mut Connection, name: &str) -> Result<(), Error> {
        let (_, step) = STEPS.iter().find(|(known, _)| *known == name).unwrap();
        step(connection)
    }

    #[test]
    fn each_state_allows_its_own_steps_and_says_what_came_first() {
        for (before, allowed, said) in [
            (&[][..], &["put_request"][..], "no request was begun"),
            (&["put_request"], &["put_header", "end_headers"], "the head of `GET /a` is not ended"),
            (&["put_request", "end_headers"], &["send", "response"], "`GET /a` was"),
            (&["put_request", "end_headers", "response"], &["put_request"], "no request was begun"),
        ] {
            for (name, step) in STEPS {
                let (mut connection, _) = connection(&[&[OK]]);
                before.iter().for_each(|step| take(&mut connection, step).unwrap());
                match step(&mut connection) {
                    Ok(()) => assert!(allowed.contains(name), "{name} after {before:?}"),
                    Err(error) => {
                        assert!(!allowed.contains(name), "{name} after {before:?}: {error}");
                        assert_eq!(error.kind(), ErrorKind::ImproperState, "{error}");
                        assert!(
                            error.to_string().contains(said) || error.to_string().contains("was not read"),
                            "{error}"
                        );
                        // The state is what it was.
                        take(&mut connection, allowed[0]).unwrap();
                    }
                }
            }
        }
    }

    #[test]
    fn goes_on_with_a_connection_that_the_server_keeps_open_and_opens_another_one_where_it_does_not() {
        let (mut connection, server) = connection(&[&[OK, LAST], &[OK]]);
        for expected in ["ok", "no", "ok"] {
            ["put_request", "put_header", "end_headers"].iter().for_each(|step| take(&mut connection, step).unwrap());
            let response = connection.response().unwrap();
            assert_eq!((&*response.text().unwrap(), response.url.to_string().as_str()), (expected, "http://h:81/a"));
            assert_eq!(response.request.headers.text("a").unwrap(), "b");
        }
        assert_eq!(server.sent(), b"GET /a HTTP/1.1\r\nA: b\r\n\r\n".repeat(3));
    }

    #[test]
    fn adds_what_is_not_skipped() {
        for (skip, expected) in [
            (Skip::default(), "Host: h:81\r\nAccept-Encoding: identity\r\n"),
            (Skip { host: true, ..Skip::default() }, "Accept-Encoding: identity\r\n"),
            (Skip { host: true, accept_encoding: true }, ""),
        ] {
            let (mut connection, server) = connection(&[&[OK]]);
            connection.put_request("PUT", "*", skip).unwrap();
            connection.end_headers_with("body").unwrap();
            let expected = format!("PUT * HTTP/1.1\r\n{expected}\r\nbody");
            assert_eq!(String::from_utf8(server.sent()).unwrap(), expected);
        }
    }

    #[test]
    fn a_line_stays_a_line() {
        let (mut connection, server) = connection(&[&[OK]]);
        assert_eq!(connection.put_request("GE T", "/", Skip::default()).unwrap_err().kind(), ErrorKind::Request);
        for target in ["", "/ HTTP/1.0\r\n", "/\0"] {
            let error = connection.put_request("GET", target, Skip::default()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidUrl, "{target:?}");
        }
        connection.put_request("GET", "/", Skip::default()).unwrap();
        for (name, value) in [("A b", ""), ("A", "b\r\nC: d"), ("A", "b\0")] {
            assert_eq!(connection.put_header(name, [value]).unwrap_err().kind(), ErrorKind::InvalidHeader);
        }
        assert_eq!(server.sent(), b"");
    }

    #[test]
    fn reads_a_response_by_the_method() {
        let (mut connection, _) = connection(&[&["HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"]]);
        connection.put_request("HEAD", "/", Skip::default()).unwrap();
        connection.end_headers().unwrap();
        assert_eq!(connection.response().unwrap().body, b"");
    }

    #[test]
    fn forgets_a_request_when_it_is_closed() {
        let (mut connection, _) = connection(&[&[OK], &[OK]]);
        ["put_request", "end_headers"].iter().for_each(|step| take(&mut connection, step).unwrap());
        connection.close();
        ["put_request", "end_headers", "response"].iter().for_each(|step| take(&mut connection, step).unwrap());
    }
}
