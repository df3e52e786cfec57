//! Functions that are called on the way of each exchange.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

use crate::proto::ResponseHead;
use crate::transport::{BoxError, Receiver, Upgraded};

use super::{Error, PreparedRequest, Response};

/// Functions that see what a session, or one request, sends and receives, and may change
/// or refuse it; named after the events of pulsar's `HttpClient`. Those of the session are
/// called before those of the request, and each kind in the order in which they were added:
/// for every exchange, those that redirects and challenges lead to included. An error stops
/// the request with the kind [`super::ErrorKind::Stopped`], or as it is where it is the client's.
///
/// ```
/// use rqtest::client::{Answer, InMemory, Session};
///
/// let mut session = Session::with_adapter(InMemory::new(|request| {
///     Answer::ok(request.headers.text("X-Signature").unwrap_or_default().as_bytes())
/// }));
/// session
///     .hooks
///     .pre_request(|request| Ok(request.headers.set("X-Signature", request.url.target().len().to_string())?))
///     .on_headers(|_, head| if head.status.is_error() { Err("no use".into()) } else { Ok(()) })
///     .on_data(|_, bytes| if bytes.len() > 1000 { Err("too much".into()) } else { Ok(()) })
///     .post_request(|response| Ok(response.body.make_ascii_uppercase()));
/// assert_eq!(session.get("http://localhost/users").send()?.body, b"6");
///
/// let refused = session.get("http://localhost/").on_data(|_, _| Err("not this one".into())).send();
/// assert_eq!(refused.unwrap_err().to_string(), "not this one");
/// # Ok::<(), rqtest::client::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Hooks(Option<Arc<Lists>>);

type Outcome = Result<(), BoxError>;
type PreRequest = dyn Fn(&mut PreparedRequest) -> Outcome + Send + Sync;
type OnHeaders = dyn Fn(&PreparedRequest, &ResponseHead) -> Outcome + Send + Sync;
type OnData = dyn Fn(&PreparedRequest, &[u8]) -> Outcome + Send + Sync;
type PostRequest = dyn Fn(&mut Response) -> Outcome + Send + Sync;

#[derive(Clone, Default)]
struct Lists {
    pre_request: Vec<Arc<PreRequest>>,
    on_headers: Vec<Arc<OnHeaders>>,
    on_data: Vec<Arc<OnData>>,
    post_request: Vec<Arc<PostRequest>>,
}

impl Hooks {
    /// Adds a function that is given each request right before it is sent: complete, its
    /// cookies and credentials added.
    pub fn pre_request(&mut self, hook: impl Fn(&mut PreparedRequest) -> Outcome + Send + Sync + 'static) -> &mut Self {
        self.lists().pre_request.push(Arc::new(hook));
        self
    }

    /// Adds a function that sees the head of each response, before any of its body is read.
    pub fn on_headers(
        &mut self,
        hook: impl Fn(&PreparedRequest, &ResponseHead) -> Outcome + Send + Sync + 'static,
    ) -> &mut Self {
        self.lists().on_headers.push(Arc::new(hook));
        self
    }

    /// Adds a function that sees each piece of a response's body as it comes: in pieces of
    /// any size, and encoded as `Content-Encoding` says.
    pub fn on_data(&mut self, hook: impl Fn(&PreparedRequest, &[u8]) -> Outcome + Send + Sync + 'static) -> &mut Self {
        self.lists().on_data.push(Arc::new(hook));
        self
    }

    /// Adds a function that is given each response when it is read, before a redirect is followed.
    pub fn post_request(&mut self, hook: impl Fn(&mut Response) -> Outcome + Send + Sync + 'static) -> &mut Self {
        self.lists().post_request.push(Arc::new(hook));
        self
    }

    /// Calls the functions for a request that is about to be sent.
    pub(super) fn call_pre_request(&self, request: &mut PreparedRequest) -> Result<(), Error> {
        let Some(lists) = &self.0 else { return Ok(()) };
        lists.pre_request.iter().try_for_each(|hook| hook(request)).map_err(Error::stopped)
    }

    /// Calls the functions for a response that was read.
    pub(super) fn call_post_request(&self, response: &mut Response) -> Result<(), Error> {
        let Some(lists) = &self.0 else { return Ok(()) };
        lists.post_request.iter().try_for_each(|hook| hook(response)).map_err(Error::stopped)
    }

    /// Whether a response has to be shown as it comes.
    pub(super) fn listens(&self) -> bool {
        self.0.as_ref().is_some_and(|lists| !lists.on_headers.is_empty() || !lists.on_data.is_empty())
    }

    fn lists(&mut self) -> &mut Lists {
        Arc::make_mut(self.0.get_or_insert_default())
    }
}

/// Shows a response to hooks as it comes, and hands it on.
pub(super) struct Listener<'a> {
    /// Those of the session, and those of the request.
    pub(super) hooks: [&'a Hooks; 2],
    pub(super) request: &'a PreparedRequest,
    pub(super) receiver: &'a mut dyn Receiver,
}

impl Listener<'_> {
    fn lists(&self) -> impl Iterator<Item = &Lists> {
        self.hooks.into_iter().filter_map(|hooks| hooks.0.as_deref())
    }
}

impl Receiver for Listener<'_> {
    fn head(&mut self, head: &ResponseHead) -> Outcome {
        self.lists().flat_map(|lists| &lists.on_headers).try_for_each(|hook| hook(self.request, head))?;
        self.receiver.head(head)
    }

    fn data(&mut self, bytes: &[u8]) -> Result<ControlFlow<()>, BoxError> {
        self.lists().flat_map(|lists| &lists.on_data).try_for_each(|hook| hook(self.request, bytes))?;
        self.receiver.data(bytes)
    }

    fn upgraded(&mut self, connection: Upgraded) {
        self.receiver.upgraded(connection);
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let none = Lists::default();
        let lists = self.0.as_deref().unwrap_or(&none);
        f.debug_struct("Hooks")
            .field("pre_request", &lists.pre_request.len())
            .field("on_headers", &lists.on_headers.len())
            .field("on_data", &lists.on_data.len())
            .field("post_request", &lists.post_request.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use crate::client::site::{leads, notes, site};
    use crate::client::{Answer, ErrorKind, InMemory, Session};
    use crate::http::{Status, Url};

    use super::*;

    type Log = Arc<Mutex<Vec<String>>>;

    fn note(log: &Log, words: String) -> Outcome {
        log.lock().unwrap().push(words);
        Ok(())
    }

    /// Hooks of every kind that note when they are called.
    fn noting(hooks: &mut Hooks, name: &'static str, log: &Log) {
        let [pre, headers, data, post] = std::array::from_fn(|_| Arc::clone(log));
        hooks
            .pre_request(move |request| note(&pre, format!("{name} pre {}", request.url.target())))
            .on_headers(move |_, head| note(&headers, format!("{name} headers {}", head.status)))
            .on_data(move |_, bytes| note(&data, format!("{name} data {}", bytes.len())))
            .post_request(move |response| note(&post, format!("{name} post {}", response.status)));
    }

    #[test]
    fn calls_those_of_the_session_first_and_for_every_exchange() {
        let (mut session, _) = site(vec![("/a", leads(302, "/b"))]);
        let log = Log::default();
        noting(&mut session.hooks, "session", &log);
        let mut request = session.get("http://h/a").build().unwrap();
        noting(&mut request.hooks, "request", &log);
        session.send(request).unwrap();
        let expected =
            [["pre /a", "headers 302", "post 302"].as_slice(), &["pre /b", "headers 200", "data 3", "post 200"]];
        let of_both = |event: &&str| ["session", "request"].map(|name| format!("{name} {event}"));
        let expected: Vec<String> = expected.concat().iter().flat_map(of_both).collect();
        assert_eq!(*log.lock().unwrap(), expected);
    }

    #[test]
    fn changes_what_is_sent_and_what_came() {
        let (session, log) = site(vec![]);
        let elsewhere: Url = "http://h/elsewhere".parse().unwrap();
        let response = session
            .get("http://h/a")
            .pre_request(move |request| {
                request.url = elsewhere.clone();
                Ok(request.headers.set("Host", "changed")?)
            })
            .post_request(|response| {
                response.status = Status::new(204)?;
                Ok(())
            })
            .send()
            .unwrap();
        assert_eq!((notes(&log), response.status.code()), (vec!["GET h:80/elsewhere | Host: changed".to_owned()], 204));
    }

    #[test]
    fn a_response_that_is_changed_leads_where_it_says_then() {
        let (mut session, log) = site(vec![("/a", leads(302, "/b"))]);
        session.hooks.post_request(|response| {
            response.headers.remove("Location");
            Ok(())
        });
        let response = session.get("http://h/a").send().unwrap();
        assert_eq!((response.status.code(), notes(&log).len()), (302, 1));
    }

    #[test]
    fn each_may_refuse() {
        let (session, log) = site(vec![]);
        let get = || session.get("http://h/a");
        let refused: Outcome = Err("no".into());
        drop(refused);
        for (builder, sent) in [
            (get().pre_request(|_| Err("no".into())), 0),
            (get().on_headers(|_, _| Err("no".into())), 1),
            (get().on_data(|_, _| Err("no".into())), 1),
            (get().post_request(|_| Err("no".into())), 1),
        ] {
            log.lock().unwrap().clear();
            let error = builder.send().unwrap_err();
            assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Stopped, "no"));
            assert_eq!((notes(&log).len(), error.url().unwrap().to_string().as_str()), (sent, "http://h/a"));
        }
    }

    #[test]
    fn those_of_one_request_are_not_those_of_the_next() {
        let session = Session::with_adapter(InMemory::new(|_| Answer::ok("x")));
        assert!(session.get("http://h/").on_data(|_, _| Err("no".into())).send().is_err());
        assert!(session.get("http://h/").send().is_ok());
        assert_eq!(
            format!("{:?}", session.hooks),
            "Hooks { pre_request: 0, on_headers: 0, on_data: 0, post_request: 0 }"
        );
    }
}
