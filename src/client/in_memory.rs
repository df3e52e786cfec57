//! A server in memory: what it answers is said beforehand, what it was asked is kept.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::http::{Error, ErrorKind, Headers, InvalidHeader, Method, Phase, Status, Timings, Version};
use crate::proto::ResponseHead;
use crate::transport::{Exchange, Receiver, Reply};

use super::Adapter;

/// An adapter that needs no network: for tests. A clone answers like the first, and both
/// know the calls of each other.
///
/// ```
/// use std::time::Duration;
///
/// use rqtest::client::{Answer, ErrorKind, InMemory, Session};
/// use rqtest::http::{Method, Status};
///
/// let site = InMemory::default()
///     .route(Method::GET, "/users/1", Answer::ok(r#"{"name": "Ada"}"#))
///     .route_with(Method::POST, "/users", |request| Answer::ok(request.body.in_memory().unwrap_or_default()))
///     .route(Method::GET, "/slow", Answer::ok("late").delayed(Duration::from_secs(60)))
///     .route(Method::GET, "/cut", Answer::ok("half of it").truncated(4));
/// let session = Session::with_adapter(site.clone());
///
/// assert_eq!(session.get("http://h/users/1?fields=name").send()?.json_value()?["name"], "Ada");
/// assert_eq!(session.post("http://h/users").text("Grace").send()?.text()?, "Grace");
/// assert_eq!(session.get("http://h/none").send()?.status.code(), 404);
/// // Nobody waits for this: the deadline is further away than the answer, or it is not.
/// assert!(session.get("http://h/slow").send().unwrap_err().is_timeout());
/// assert_eq!(session.get("http://h/cut").send().unwrap_err().kind(), ErrorKind::Truncated);
///
/// let calls = site.calls();
/// assert_eq!(calls.len(), 5);
/// assert_eq!((calls[1].target.as_str(), &*calls[1].body), ("/users", &b"Grace"[..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct InMemory {
    routes: Vec<Route>,
    calls: Arc<Mutex<Vec<Call>>>,
}

type Responder = dyn Fn(&Exchange<'_>) -> Answer + Send + Sync;

#[derive(Clone)]
struct Route {
    /// Method and path; any where there are none.
    pattern: Option<(Method, String)>,
    responder: Arc<Responder>,
}

/// What an [`InMemory`] adapter was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Host and port.
    pub host: String,
    /// The method.
    pub method: Method,
    /// Path and query.
    pub target: String,
    /// Every header field, in order.
    pub headers: Headers,
    /// The body, where it was in memory.
    pub body: Vec<u8>,
}

/// What an [`InMemory`] adapter answers, as it would come over the wire.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status code.
    pub status: Status,
    /// The header fields.
    pub headers: Headers,
    /// The body, encoded as `Content-Encoding` says.
    pub body: Vec<u8>,
    /// How long one would wait for it. Nobody does: what is later than a deadline is an
    /// error at once, and the timings say the rest.
    pub delay: Duration,
    /// What goes wrong.
    pub fault: Option<Fault>,
}

/// What can go wrong with an [`Answer`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// There is none, but an error of this kind.
    Fails(ErrorKind),
    /// The connection is closed after so many bytes of the body.
    Truncates(usize),
}

impl InMemory {
    /// An adapter that answers each request with what the function makes of it.
    pub fn new(answer: impl Fn(&Exchange<'_>) -> Answer + Send + Sync + 'static) -> Self {
        Self { routes: vec![Route { pattern: None, responder: Arc::new(answer) }], calls: Arc::default() }
    }

    /// Answers requests of a method for a path in one way, whatever their query, unless the
    /// path has one itself. The first route that fits counts; where none does, it is a 404.
    #[must_use]
    pub fn route(self, method: Method, path: &str, answer: Answer) -> Self {
        self.route_with(method, path, move |_| answer.clone())
    }

    /// As [`InMemory::route`], with what a function makes of each request.
    #[must_use]
    pub fn route_with(
        mut self,
        method: Method,
        path: &str,
        answer: impl Fn(&Exchange<'_>) -> Answer + Send + Sync + 'static,
    ) -> Self {
        self.routes.push(Route { pattern: Some((method, path.to_owned())), responder: Arc::new(answer) });
        self
    }

    /// What it was asked for so far, in order.
    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn answer(&self, exchange: &Exchange<'_>) -> Answer {
        let call = Call {
            host: exchange.endpoint.to_string(),
            method: exchange.method.clone(),
            target: exchange.target.to_owned(),
            headers: exchange.headers.clone(),
            body: exchange.body.in_memory().unwrap_or_default(),
        };
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).push(call);
        let route = self.routes.iter().find(|route| route.fits(exchange));
        route.map_or_else(|| Answer::new(Status::NOT_FOUND), |route| (route.responder)(exchange))
    }
}

impl Route {
    fn fits(&self, exchange: &Exchange<'_>) -> bool {
        let Some((method, path)) = &self.pattern else { return true };
        let whole = path == exchange.target;
        let without_query = exchange.target.split_once('?').is_some_and(|(before, _)| before == path);
        method == exchange.method && (whole || without_query)
    }
}

impl Answer {
    /// An answer with a status and nothing else.
    pub fn new(status: Status) -> Self {
        Self { status, headers: Headers::new(), body: Vec::new(), delay: Duration::ZERO, fault: None }
    }

    /// `200 OK` with a body.
    pub fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..Self::new(Status::OK) }
    }

    /// No answer, but an error of a kind.
    pub fn failing(kind: ErrorKind) -> Self {
        Self { fault: Some(Fault::Fails(kind)), ..Self::new(Status::OK) }
    }

    /// This answer with a header field more.
    ///
    /// # Errors
    /// As [`Headers::append`].
    pub fn header(mut self, name: &str, value: &str) -> Result<Self, InvalidHeader> {
        self.headers.append(name, value)?;
        Ok(self)
    }

    /// This answer, after a time.
    #[must_use]
    pub fn delayed(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }

    /// This answer, cut after so many bytes of its body.
    #[must_use]
    pub fn truncated(self, after: usize) -> Self {
        Self { fault: Some(Fault::Truncates(after)), ..self }
    }

    /// Whether it comes in time.
    fn arrive(&self, exchange: &Exchange<'_>) -> Result<(), Error> {
        let deadlines = &exchange.deadlines;
        let late = |kind: ErrorKind| {
            let waited = self.delay.as_secs_f64();
            Err(Error::new(kind, format!("the answer takes {waited:.1} s, and there is less time for it")))
        };
        if deadlines.read.is_some_and(|limit| self.delay > limit) {
            return late(ErrorKind::ReadTimeout(Phase::Wait));
        }
        if deadlines.total.is_some_and(|end| self.delay > end.saturating_duration_since(Instant::now())) {
            return late(ErrorKind::Timeout(Phase::Wait));
        }
        match self.fault {
            Some(Fault::Fails(kind)) => Err(Error::new(kind, format!("the answer is an error: {}", kind.as_str()))),
            Some(Fault::Truncates(_)) | None => Ok(()),
        }
    }

    /// Hands over what there is of a body.
    fn deliver(&self, exchange: &Exchange<'_>, receiver: &mut dyn Receiver) -> Result<(), Error> {
        // RFC 9110, 6.4.1: these have no body whatever their fields say.
        if *exchange.method == Method::HEAD || matches!(self.status.code(), 204 | 304) {
            return Ok(());
        }
        let (total, cut) = (self.body.len(), matches!(self.fault, Some(Fault::Truncates(_))));
        let end = if let Some(Fault::Truncates(end)) = self.fault { end.min(total) } else { total };
        if end > 0 && receiver.data(&self.body[..end]).map_err(Error::stopped)?.is_break() {
            return Ok(());
        }
        if cut {
            let message = format!("the connection was closed after {end} of the {total} bytes of the body");
            return Err(Error::new(ErrorKind::Truncated, message));
        }
        Ok(())
    }
}

impl Adapter for InMemory {
    fn send(&self, exchange: &Exchange<'_>, receiver: &mut dyn Receiver) -> Result<Reply, Error> {
        let answer = self.answer(exchange);
        answer.arrive(exchange)?;
        let reason = answer.status.reason().unwrap_or_default().to_owned();
        let head =
            ResponseHead { version: Version::Http11, status: answer.status, reason, headers: answer.headers.clone() };
        receiver.head(&head).map_err(Error::stopped)?;
        answer.deliver(exchange, receiver)?;
        Ok(Reply {
            head,
            trailers: Headers::new(),
            timings: Timings { wait: answer.delay, total: answer.delay, ..Timings::default() },
            peer: None,
            tls: None,
            reused: false,
            warnings: Vec::new(),
        })
    }
}

impl fmt::Debug for InMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InMemory").field("routes", &self.routes.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use crate::client::Session;

    use super::*;

    #[test]
    fn answers_by_method_and_path_and_the_first_route_that_fits() {
        let site = InMemory::default()
            .route(Method::GET, "/a?b=1", Answer::ok("with this query"))
            .route(Method::GET, "/a", Answer::ok("with any query"))
            .route(Method::PUT, "/a", Answer::ok("put"))
            .route(Method::GET, "/a", Answer::ok("never"));
        let session = Session::with_adapter(site.clone());
        for (method, target, status, body) in [
            (Method::GET, "/a?b=1", 200, "with this query"),
            (Method::GET, "/a?b=2", 200, "with any query"),
            (Method::GET, "/a", 200, "with any query"),
            (Method::PUT, "/a", 200, "put"),
            (Method::POST, "/a", 404, ""),
            (Method::GET, "/a/b", 404, ""),
        ] {
            let response = session.request(method, &format!("http://h{target}")).send().unwrap();
            assert_eq!((response.status.code(), &*response.text().unwrap()), (status, body), "{target}");
        }
        let calls = site.calls();
        assert_eq!((calls.len(), calls[0].host.as_str(), calls[0].headers.len()), (6, "h:80", 4));
    }

    #[test]
    fn fails_as_it_is_told() {
        for (answer, kind) in [
            (Answer::failing(ErrorKind::Refused), ErrorKind::Refused),
            (Answer::ok("abc").truncated(2), ErrorKind::Truncated),
            (Answer::ok("abc").delayed(Duration::from_secs(31)), ErrorKind::Timeout(Phase::Wait)),
        ] {
            let session = Session::with_adapter(InMemory::new(move |_| answer.clone()));
            let error = session.get("http://h/").send().unwrap_err();
            assert_eq!(error.kind(), kind, "{error}");
            assert_eq!(error.partial().is_some(), kind == ErrorKind::Truncated);
        }
        let session = Session::with_adapter(InMemory::new(|_| Answer::ok("").delayed(Duration::from_secs(9))));
        assert_eq!(session.get("http://h/").send().unwrap().timings.wait, Duration::from_secs(9));
    }
}
