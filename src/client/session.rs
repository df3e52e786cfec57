//! A session: defaults and cookies that its requests share.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use crate::http::{BoxError, Headers, Method};
use crate::secret::Redactor;
use crate::transport::Pool;

use super::auth::ProtectionSpaces;
use super::cookies::Jars;
use super::items::Items;
use super::mounts::Mounts;
use super::oauth2::Asker;
use super::prepare::prepare;
use super::sink::{Chunks, Lines, Saving, Sink};
use super::{
    Adapter, Auth, ConnectError, Cookie, CookieFiles, CookieJar, Error, ErrorKind, Hooks, Item, ItemForm, Options,
    PreparedRequest, Prompt, Request, RequestBuilder, Response, ServerSentEvent, SetCookie, Tokens, WebSocket,
    redirect,
};

/// How many responses to one request an [`Auth`] may answer: one that is never content
/// must end.
const MOST_ANSWERS: usize = 4;

/// Sends requests that share cookies and defaults, over a pool of connections.
///
/// What a request says itself counts more than what the session says, name by name, holds
/// for that request alone, and can take a default away:
///
/// | in Python's requests | the session's | a request's | to do without |
/// |---|---|---|---|
/// | `params` | `defaults.params` | `.param(name, value)` | `.without_param(name)` |
/// | `headers` | `defaults.headers` | `.header(name, value)` | `.without_header(name)` |
/// | `cookies` | `set_cookie(cookie)`, `defaults.cookies` | `.cookie(name, value)` | `.without_cookie(name)` |
/// | `auth` | `defaults.auth` | `.auth(auth)` | `.auth(NoAuth)` |
/// | `verify`, `timeout`, … | `defaults.options` | `.options(options)` | the option's own default |
///
/// ```
/// use rqtest::client::{Answer, InMemory, Session};
///
/// let greeter = InMemory::new(|request| Answer::ok(format!("{} {}", request.method, request.target)));
/// let mut session = Session::with_adapter(greeter);
/// session.defaults.headers.append("Accept", "text/plain")?;
/// session.defaults.params.push(("lang".to_owned(), "en".to_owned()));
/// let response = session.get("http://localhost/hello").param("to", "Ada").send()?;
/// assert_eq!(response.text()?, "GET /hello?lang=en&to=Ada");
/// let response = session.get("http://localhost/hello").without_param("lang").send()?;
/// assert_eq!(response.text()?, "GET /hello");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Session {
    /// What holds for each request that does not say otherwise.
    pub defaults: Defaults,
    /// What is called on the way of each request.
    pub hooks: Hooks,
    /// What no redirect may carry to another origin, beside credentials and cookies: header fields
    /// that hold one of these are left out there.
    pub secrets: Option<Arc<Redactor>>,
    pub(super) mounts: Mounts,
    jars: Mutex<Jars>,
    cookie_files: Arc<CookieFiles>,
    pub(super) protection_spaces: ProtectionSpaces,
    tokens: Arc<Tokens>,
    asker: Asker,
}

/// What holds for each request of a session that does not say otherwise.
#[derive(Clone, Debug, Default)]
pub struct Defaults {
    /// Added to the query of each URL; one that the request has counts more.
    pub params: Vec<(String, String)>,
    /// Header fields, added to those of the request; one that the request has counts more.
    pub headers: Headers,
    /// Cookies that go with every request whatever host it is for, though not along a redirect
    /// to another origin, and which no response changes. One that the request has counts more,
    /// and each of these counts more than one of the jar.
    pub cookies: Vec<(String, String)>,
    /// Who sends the requests.
    pub auth: Option<Arc<dyn Auth>>,
    /// How they are sent.
    pub options: Options,
}

/// What a session can send: a [`Request`], or one that was [prepared](Session::prepare).
pub trait Sendable {
    /// The request as it is sent.
    ///
    /// # Errors
    /// If it cannot be sent as it is.
    fn prepare(self, session: &Session) -> Result<PreparedRequest, Error>;
}

impl Sendable for Request {
    fn prepare(self, session: &Session) -> Result<PreparedRequest, Error> {
        session.prepare(self)
    }
}

impl Sendable for PreparedRequest {
    fn prepare(self, _session: &Session) -> Result<PreparedRequest, Error> {
        Ok(self)
    }
}

macro_rules! methods {
    ($($(#[doc = $doc:literal])* $name:ident $method:ident)*) => {
        impl Session {
            $(
                $(#[doc = $doc])*
                pub fn $name(&self, url: &str) -> RequestBuilder<'_> {
                    self.request(Method::$method, url)
                }
            )*
        }
    };
}

methods! {
    /// Builds a GET.
    get GET
    /// Builds a POST.
    post POST
    /// Builds a PUT.
    put PUT
    /// Builds a PATCH.
    patch PATCH
    /// Builds a DELETE.
    delete DELETE
    /// Builds an OPTIONS.
    options OPTIONS
    /// Builds a TRACE.
    trace TRACE
}

impl Session {
    /// A session with connections of its own.
    pub fn new() -> Self {
        Self::with_pool(Pool::new())
    }

    /// A session over connections that others use too; cookies and defaults are its own.
    pub fn with_pool(pool: Arc<Pool>) -> Self {
        Self::with_adapter(pool)
    }

    /// A session whose requests an adapter carries.
    pub fn with_adapter(adapter: impl Adapter + 'static) -> Self {
        Self {
            defaults: Defaults::default(),
            hooks: Hooks::default(),
            secrets: None,
            mounts: Mounts::new(adapter),
            jars: Mutex::default(),
            cookie_files: Arc::default(),
            protection_spaces: ProtectionSpaces::default(),
            tokens: Arc::default(),
            asker: Asker::default(),
        }
    }

    /// Has an adapter carry the requests whose URL begins in one way: with `https://`,
    /// `https://host`, `https://host:8443` or `https://host/path`. The longest beginning
    /// counts, as in requests; a host is whole, in any letter case, and without a port it
    /// is that of any port.
    ///
    /// ```
    /// use rqtest::client::{Answer, InMemory, Session};
    ///
    /// let mut session = Session::new(); // Over the network, but for what is mounted.
    /// session.mount("https://", InMemory::new(|_| Answer::ok("some server")))?;
    /// session.mount("https://api.example.org/v2", InMemory::new(|_| Answer::ok("the new one")))?;
    /// assert_eq!(session.get("https://api.example.org/v2/users").send()?.body, b"the new one");
    /// assert_eq!(session.get("https://api.example.org/v1/users").send()?.body, b"some server");
    /// # Ok::<(), rqtest::client::Error>(())
    /// ```
    ///
    /// # Errors
    /// If no URL begins like this.
    pub fn mount(&mut self, prefix: &str, adapter: impl Adapter + 'static) -> Result<(), Error> {
        self.mounts.mount(prefix, adapter)
    }

    /// Builds a HEAD whose redirects are not followed, as with requests: see [`RequestBuilder::redirects`].
    pub fn head(&self, url: &str) -> RequestBuilder<'_> {
        self.request(Method::HEAD, url).redirects(0)
    }

    /// Builds a request of any method. A URL without a scheme is one of `https`, or of
    /// `http` where that is usual: see [`crate::http::Url::parse_with_default_scheme`].
    pub fn request(&self, method: Method, url: &str) -> RequestBuilder<'_> {
        RequestBuilder::new(Some(self), method, url)
    }

    /// Builds the request that opens a WebSocket: `ws://…` or `wss://…`, with the session's
    /// headers, cookies, credentials, proxy and TLS. See [`RequestBuilder::connect`].
    pub fn websocket(&self, url: &str) -> RequestBuilder<'_> {
        RequestBuilder::websocket(Some(self), url)
    }

    /// Opens a WebSocket. A request to a URL of another scheme is sent, but never opens one.
    ///
    /// # Errors
    /// If the server refuses, with its response; if it is no WebSocket that it opens; or as
    /// [`Session::send`].
    pub fn connect(&self, request: impl Sendable) -> Result<WebSocket, ConnectError> {
        let response = self.send(request)?;
        WebSocket::open(response)
    }

    /// Sends a request, follows redirects, and reads the response whole. One that was prepared
    /// is sent as it stands.
    ///
    /// ```
    /// use rqtest::client::{Answer, InMemory, Session};
    ///
    /// let session = Session::with_adapter(InMemory::new(|request| Answer::ok(request.target)));
    /// let mut prepared = session.prepare(session.get("http://localhost/a").param("b", 1).build()?)?;
    /// assert_eq!(prepared.headers.text("Host").unwrap(), "localhost");
    /// prepared.headers.set("Host", "example.org")?;
    /// assert_eq!(session.send(prepared)?.text()?, "/a?b=1");
    /// # Ok::<(), rqtest::client::Error>(())
    /// ```
    ///
    /// # Errors
    /// If there is no response; a status such as 404 is one.
    pub fn send(&self, request: impl Sendable) -> Result<Response, Error> {
        let request = request.prepare(self)?;
        let Some(output) = &request.delivery.output else {
            return self.deliver(request, None);
        };
        let mut saving = Saving::begin(output)?;
        let mut response = self.deliver(request, Some(&mut saving))?;
        response.saved = Some(saving.place()?);
        Ok(response)
    }

    /// Sends a request and hands the body of the response to a function as it arrives, in chunks
    /// of so many bytes, the last of which may be shorter; none of it is kept. Where the function
    /// breaks off, the rest is not read, and the connection is closed.
    ///
    /// A redirect's body is not handed over, nor is that of a response that an [`Auth`] answers.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    ///
    /// use rqtest::client::{Answer, InMemory, Session};
    ///
    /// let session = Session::with_adapter(InMemory::new(|_| Answer::ok("abcdefgh")));
    /// let mut chunks = Vec::new();
    /// let response = session.get("http://localhost/").send_in_chunks(3, |chunk| {
    ///     chunks.push(chunk.to_vec());
    ///     if chunk == b"def" { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    /// })?;
    /// assert_eq!((response.status.code(), chunks), (200, vec![b"abc".to_vec(), b"def".to_vec()]));
    /// # Ok::<(), rqtest::client::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Session::send`].
    pub fn send_in_chunks(
        &self,
        request: impl Sendable,
        size: usize,
        each: impl FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<Response, Error> {
        self.deliver(without_output(request.prepare(self)?)?, Some(&mut Chunks::new(size, each)))
    }

    /// Sends a request and hands the body of the response to a function line by line, each as soon
    /// as it is there, without its LF or CRLF; as [`Session::send_in_chunks`] in all else.
    ///
    /// # Errors
    /// As [`Session::send`].
    pub fn send_in_lines(
        &self,
        request: impl Sendable,
        each: impl FnMut(&[u8]) -> ControlFlow<()>,
    ) -> Result<Response, Error> {
        self.deliver(without_output(request.prepare(self)?)?, Some(&mut Lines::new(each)))
    }

    /// Sends a request and hands the body of the response to a function event by event, each as
    /// soon as it is there; as [`Session::send_in_chunks`] in all else. The body of a response
    /// that is no `text/event-stream`, or whose status is no success, is kept as usual.
    ///
    /// ```
    /// use std::ops::ControlFlow;
    ///
    /// use rqtest::client::{Answer, InMemory, Session};
    ///
    /// let stream = "event: note\ndata: hello\n\nevent: note\ndata: Ada\n\n";
    /// let stream = Answer::ok(stream).header("Content-Type", "text/event-stream")?;
    /// let session = Session::with_adapter(InMemory::new(move |_| stream.clone()));
    /// let mut heard = Vec::new();
    /// session.send_in_events(session.get("http://localhost/").build()?, |event| {
    ///     heard.push(event.data);
    ///     ControlFlow::Continue(())
    /// })?;
    /// assert_eq!(heard, ["hello", "Ada"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Session::send`].
    pub fn send_in_events(
        &self,
        request: impl Sendable,
        mut each: impl FnMut(ServerSentEvent) -> ControlFlow<()>,
    ) -> Result<Response, Error> {
        let mut items = Items::new(Some(ItemForm::Events), |item| match item {
            Item::Event(event) => each(event),
            Item::Line(_) => ControlFlow::Continue(()),
        });
        self.deliver(without_output(request.prepare(self)?)?, Some(&mut items))
    }

    /// Sends a request and hands the body of the response to a function item by item: events
    /// or lines, or what `Content-Type` says of the two. As [`Session::send_in_events`] in all else.
    ///
    /// # Errors
    /// As [`Session::send`], and if an item is larger than 16 MiB.
    pub fn send_in_items(
        &self,
        request: impl Sendable,
        form: Option<ItemForm>,
        each: impl FnMut(Item) -> ControlFlow<()>,
    ) -> Result<Response, Error> {
        self.deliver(without_output(request.prepare(self)?)?, Some(&mut Items::new(form, each)))
    }

    /// Completes a request: defaults, parameters, cookies, credentials, what describes the body.
    ///
    /// # Errors
    /// If it cannot be sent as it is.
    pub fn prepare(&self, request: Request) -> Result<PreparedRequest, Error> {
        self.complete(prepare(request, &self.defaults)?)
    }

    /// Sends a request as it stands, and hands the last response's body to the sink, where there is one.
    fn deliver<'sink>(
        &self,
        mut request: PreparedRequest,
        mut sink: Option<&mut (dyn Sink + 'sink)>,
    ) -> Result<Response, Error> {
        let deadlines = request.delivery.deadlines(Instant::now());
        let (mut history, mut elapsed) = (Vec::new(), Duration::ZERO);
        loop {
            let mut response = self.exchange(request, deadlines, sink.as_deref_mut())?;
            response.history = history;
            elapsed += response.timings.total;
            self.finish(&mut response)?;
            let Some(next) = self.next(&response)? else {
                response.timings.total = elapsed;
                if let Some(sink) = sink {
                    hand_over(&mut response, sink)?;
                }
                return Ok(response);
            };
            request = next;
            history = std::mem::take(&mut response.history);
            history.push(response);
        }
    }

    /// The same request once more: with the cookies of now, and proved anew. An [`Auth`] answers
    /// with it when it has learnt something from a response.
    ///
    /// # Errors
    /// If there is no proof to be had.
    pub fn again(&self, request: &PreparedRequest) -> Result<PreparedRequest, Error> {
        self.complete(request.clone())
    }

    /// The cookies that the session's own jar has now.
    pub fn cookies(&self) -> CookieJar {
        self.jars().own.clone()
    }

    /// Replaces the cookies of the session's own jar.
    pub fn set_cookies(&self, jar: CookieJar) {
        self.jars().own = jar;
    }

    /// Adds a cookie to the session's own jar.
    pub fn set_cookie(&self, cookie: Cookie) {
        self.jars().own.put(cookie);
    }

    /// Uses the cookies of files together with other sessions: see [`CookieFiles`].
    pub fn share_cookie_files(&mut self, files: Arc<CookieFiles>) {
        self.cookie_files = files;
    }

    /// Writes what became of the cookies that are kept in files: new and changed ones are put
    /// there, and those that are gone are taken away, whatever else has changed there since.
    ///
    /// ```
    /// use rqtest::client::{Answer, CookieJar, InMemory, Jar, Session};
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("cookies.txt");
    ///
    /// let login = Answer::ok("").header("Set-Cookie", "sid=31d4; Max-Age=3600")?;
    /// let mut session = Session::with_adapter(InMemory::new(move |_| login.clone()));
    /// session.defaults.options.cookie_jar = Some(Jar::File(path.clone()));
    /// session.get("http://localhost/").send()?;
    /// session.save_cookies()?;
    /// assert_eq!(CookieJar::load(&path)?.get("sid"), Some("31d4"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If a file cannot be read or written any more, or a cookie cannot be said in its format.
    pub fn save_cookies(&self) -> Result<(), Error> {
        Ok(self.jars().save(&self.cookie_files, SystemTime::now())?)
    }

    /// Uses the tokens of OAuth 2.0 together with other sessions.
    pub fn share_tokens(&mut self, tokens: Arc<Tokens>) {
        self.tokens = tokens;
    }

    /// Says how a person is asked where a grant of OAuth 2.0 needs one: shown where to go, or
    /// led there. It may also go there itself. What it returns says whether it could.
    pub fn on_prompt(&mut self, ask: impl Fn(&Prompt) -> Result<(), BoxError> + Send + Sync + 'static) {
        self.asker = Asker::new(ask);
    }

    pub(super) fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    pub(super) fn asker(&self) -> &Asker {
        &self.asker
    }

    /// The request that follows a response: in answer to it, or to where it leads.
    fn next(&self, response: &Response) -> Result<Option<PreparedRequest>, Error> {
        if let Some(auth) = &response.request.auth
            && response.history.len() - response.redirects() < MOST_ANSWERS
            && let Some(next) = auth.answer(response, self)?
        {
            response.request.note(|| format!("answering the {} with another request", response.status));
            return Ok(Some(next));
        }
        let Some(next) = redirect::next(response, self.secrets.as_deref())? else { return Ok(None) };
        response.request.note(|| format!("following the redirect to {}", next.url));
        self.complete(next).map(Some)
    }

    /// Adds what depends on everything else: cookies, and then the proof of who sends it.
    fn complete(&self, mut request: PreparedRequest) -> Result<PreparedRequest, Error> {
        self.add_cookies(&mut request)?;
        if let Some(auth) = request.auth.clone() {
            auth.authorize(&mut request, self)?;
        }
        Ok(request)
    }

    fn add_cookies(&self, request: &mut PreparedRequest) -> Result<(), Error> {
        let mut jars = self.jars();
        match jars.of(&request.delivery.cookie_jar, &self.cookie_files)? {
            Some(jar) if !jar.is_empty() => {
                let matching = jar.matching(&request.url, SystemTime::now());
                request.set_cookies(&matching)
            }
            _ => request.set_cookies(&[]),
        }
    }

    /// Keeps the cookies that a response sets, and says which of them it may not set.
    pub(super) fn keep_cookies(&self, response: &Response) -> Result<Vec<String>, Error> {
        let Response { request, headers, .. } = response;
        if !headers.contains("Set-Cookie") {
            return Ok(Vec::new());
        }
        let mut jars = self.jars();
        let Some(jar) = jars.of(&request.delivery.cookie_jar, &self.cookie_files)? else {
            return Ok(Vec::new());
        };
        let now = SystemTime::now();
        let cookies = headers.get_all("Set-Cookie").filter_map(|field| SetCookie::parse(&field.text()));
        let refused = cookies.filter_map(|cookie| {
            let name = cookie.name.clone();
            let refusal = jar.store(&request.url, cookie, now).err()?;
            Some(format!("the cookie `{name}` is not kept: {refusal}"))
        });
        Ok(refused.collect())
    }

    fn jars(&self) -> MutexGuard<'_, Jars> {
        // A panic elsewhere leaves a jar whole: each change of it is complete in itself.
        self.jars.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}

/// Gives the sink what was held back, since another request might have followed.
fn hand_over(response: &mut Response, sink: &mut dyn Sink) -> Result<(), Error> {
    if !sink.takes(response.status, &response.headers) {
        return Ok(());
    }
    let held_back = std::mem::take(&mut response.body);
    if held_back.is_empty() || sink.take(&held_back)?.is_continue() {
        sink.end()?;
    }
    Ok(())
}

fn without_output(request: PreparedRequest) -> Result<PreparedRequest, Error> {
    match request.delivery.output {
        None => Ok(request),
        Some(_) => Err(Error::new(ErrorKind::Request, "the body goes either to a file or to a function, not to both")),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::time::Duration;

    use crate::client::site::{leads, notes, site, status};
    use crate::client::{Answer, Bearer, ErrorKind, InMemory, Jar, NoAuth};
    use crate::http::Url;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn sends_the_cookies_that_belong_to_each_step() {
        let sets = leads(302, "http://other/b").header("Set-Cookie", "n=h; Path=/").unwrap();
        let back = leads(302, "http://h/c").header("Set-Cookie", "n=other; Path=/").unwrap();
        let (session, log) = site(vec![("/a", sets), ("/b", back)]);
        session.get("http://h/a").send().unwrap();
        assert_eq!(
            notes(&log),
            ["GET h:80/a | Host: h", "GET other:80/b | Host: other", "GET h:80/c | Host: h | Cookie: n=h"]
        );
        assert_eq!(session.cookies().iter().len(), 2);
        let alone = Options { cookie_jar: Some(Jar::Off), ..Options::default() };
        session.get("http://h/d").options(alone).send().unwrap();
        session.get("http://h/e").without_header("cookie").send().unwrap();
        session.set_cookies(CookieJar::new());
        session.get("http://h/f").send().unwrap();
        assert_eq!(notes(&log)[3..], ["GET h:80/d | Host: h", "GET h:80/e | Host: h", "GET h:80/f | Host: h"]);
    }

    #[test]
    fn warns_of_cookies_that_it_does_not_keep() {
        let sets = status(200).header("Set-Cookie", "n=v; Domain=other.org").unwrap();
        let (session, _) = site(vec![("/a", sets)]);
        let response = session.get("http://example.org/a").send().unwrap();
        let expected = "the cookie `n` is not kept: its domain is not one that this host may set it for";
        assert_eq!((response.warnings.as_slice(), session.cookies().is_empty()), (&[expected.to_owned()][..], true));
    }

    #[test]
    fn keeps_no_cookies_where_none_are_wanted() {
        let (mut session, _) = site(vec![("/a", status(200).header("Set-Cookie", "n=v").unwrap())]);
        session.defaults.options.cookie_jar = Some(Jar::Off);
        let response = session.get("http://h/a").send().unwrap();
        assert_eq!((response.cookies()[0].value.as_str(), session.cookies().is_empty()), ("v", true));
    }

    #[test]
    fn merges_what_a_request_says_with_what_the_session_says_for_that_request_alone() {
        let (mut session, log) = site(vec![]);
        let pairs = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect::<Vec<_>>()
        };
        session.defaults.params = pairs(&[("a", "1"), ("b", "1"), ("a", "2")]);
        session.defaults.cookies = pairs(&[("c", "1"), ("d", "1")]);
        session.defaults.auth = Some(Arc::new(Bearer::new("t")));
        session.set_cookie(Cookie::new("e", "jar", "h"));
        session.set_cookie(Cookie::new("c", "jar", "h"));
        let own = session.get("http://h/?q=0").param("b", 2).param("b", 3).param("z", 0).cookie("d", "2");
        own.auth(NoAuth).send().unwrap();
        session.get("http://h/").without_param("a").without_cookie("c").without_cookie("e").send().unwrap();
        session.get("http://h/").send().unwrap();
        assert_eq!(
            notes(&log),
            [
                "GET h:80/?q=0&a=1&b=2&b=3&a=2&z=0 | Host: h | Cookie: e=jar; c=1; d=2",
                "GET h:80/?b=1 | Host: h | Cookie: d=1 | Authorization: Bearer t",
                "GET h:80/?a=1&b=1&a=2 | Host: h | Cookie: e=jar; c=1; d=1 | Authorization: Bearer t",
            ]
        );
    }

    #[test]
    fn decodes_bodies_where_there_are_any() {
        let encoded = |bytes: &[u8]| Answer::ok(gzip(bytes)).header("Content-Encoding", "gzip").unwrap();
        let many = Answer::ok("").header("Content-Encoding", "gzip,gzip,gzip,gzip,gzip,gzip").unwrap();
        let (session, _) = site(vec![("/text", encoded(b"text")), ("/many", many)]);
        assert_eq!(session.get("http://h/text").send().unwrap().body, b"text");
        assert_eq!(session.head("http://h/text").send().unwrap().body, b"");
        assert_eq!(session.get("http://h/many").send().unwrap().body, b"");
        let raw = Options { decompress: Some(false), ..Options::default() };
        assert_eq!(session.get("http://h/text").options(raw).send().unwrap().body, gzip(b"text"));
    }

    #[test]
    fn stops_a_body_that_is_too_large_on_a_redirect_too() {
        let bomb = Answer { body: gzip(&[0; 100_000]), ..leads(302, "/b") };
        let (mut session, log) = site(vec![("/a", bomb.header("Content-Encoding", "gzip").unwrap())]);
        session.defaults.options.max_body = Some(50_000);
        assert_eq!(session.get("http://h/a").send().unwrap_err().kind(), ErrorKind::TooLarge);
        assert_eq!(notes(&log).len(), 1);
    }

    /// What a body is when it goes line by line to a function.
    fn lines(session: &Session, url: &str) -> (Response, Vec<String>) {
        let mut lines = Vec::new();
        let response = session.get(url).send_in_lines(|line| {
            lines.push(String::from_utf8_lossy(line).into_owned());
            ControlFlow::Continue(())
        });
        (response.unwrap(), lines)
    }

    #[test]
    fn hands_on_the_last_body_alone() {
        let sets = Answer { body: b"not this".to_vec(), ..leads(302, "/b") };
        let stays = Answer { body: b"first\nsecond".to_vec(), ..leads(302, "") };
        let coded = Answer::ok(gzip(b"x\ny")).header("Content-Encoding", "gzip").unwrap();
        let (session, _) = site(vec![("/a", sets), ("/b", coded), ("/stays", stays), ("/empty", status(200))]);
        for (path, expected) in [("/a", &["x", "y"][..]), ("/stays", &["first", "second"]), ("/empty", &[])] {
            let (response, lines) = lines(&session, &format!("http://h{path}"));
            assert_eq!((lines, response.body.len()), (expected.iter().map(|line| (*line).to_owned()).collect(), 0));
        }
    }

    #[test]
    fn hands_on_what_might_have_been_answered() {
        let refused = Answer { body: b"a\nb".to_vec(), ..status(403) };
        let (mut session, _) = site(vec![("/a", refused)]);
        session.defaults.auth = Some(Arc::new(crate::client::Basic::new("ada", "pw")));
        assert_eq!(lines(&session, "http://h/a").1, ["a", "b"]);
    }

    #[test]
    fn says_that_a_challenge_cannot_be_answered_with_a_body_that_is_spent() {
        let challenge = "HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n\
                         Content-Length: 0\r\n\r\n";
        let pool = Pool::with_connector(crate::transport::Memory::new([[challenge], [challenge]]));
        let request = Session::with_pool(pool);
        let request = request.post("http://h/").auth(crate::client::Digest::new("ada", "pw"));
        let error = request.body(crate::http::Body::from_reader(&b"x"[..])).send().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request);
        assert!(error.to_string().contains("was read before, and so cannot be sent again"), "{error}");
    }

    #[test]
    fn saves_a_body_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let truncated = Answer::ok(&gzip(b"text")[..9]).header("Content-Encoding", "gzip").unwrap();
        let whole = Answer::ok("{\"a\": 1}").header("Content-Type", "application/json").unwrap();
        let (session, log) = site(vec![("/truncated", truncated), ("/whole", whole)]);
        let path = folder.path().join("new/a.json");
        let error = session.get("http://h/truncated").save_to(&path).send().unwrap_err();
        assert_eq!((error.kind(), path.exists()), (ErrorKind::Decode, false));
        let response = session.get("http://h/whole").save_to(&path).send().unwrap();
        assert_eq!(
            (response.body.len(), response.size(), response.json_value().unwrap()["a"].as_u64()),
            (0, 8, Some(1))
        );
        assert_eq!(response.saved.unwrap().path.canonicalize().unwrap(), path.canonicalize().unwrap());
        let error = session.get("http://h/whole").save_to(folder.path()).send().unwrap_err();
        assert_eq!((error.kind(), notes(&log).len()), (ErrorKind::Output, 2));
        assert_eq!(folder.path().join("new").read_dir().unwrap().count(), 1);
    }

    #[test]
    fn shares_one_deadline_among_all_redirects() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let note = Arc::clone(&seen);
        let session = Session::with_adapter(InMemory::new(move |request| {
            note.lock().unwrap().push(request.deadlines);
            if request.target == "/a" { leads(302, "/b") } else { Answer::ok("") }
        }));
        session.get("http://h/a").timeout(Duration::from_secs(5)).send().unwrap();
        let seen = seen.lock().unwrap();
        assert_eq!((seen.len(), seen[0]), (2, seen[1]));
        assert!(seen[0].total.unwrap() <= Instant::now() + Duration::from_secs(5));
    }

    #[test]
    fn sends_what_was_prepared_and_changed() {
        let (session, log) = site(vec![]);
        let url: Url = "http://h/a".parse().unwrap();
        let mut prepared = session.prepare(Request::new(Method::GET, url)).unwrap();
        prepared.headers.set("Host", "elsewhere").unwrap();
        session.send(prepared).unwrap();
        assert_eq!(notes(&log), ["GET h:80/a | Host: elsewhere"]);
    }

    #[test]
    fn reads_responses() {
        let json = Answer::ok("{\"a\": [1]}").header("Content-Type", "application/json").unwrap();
        let (session, _) = site(vec![("/json", json), ("/missing", status(404))]);
        let response = session.get("http://h/json").send().unwrap();
        assert_eq!(response.json_value().unwrap()["a"][0], 1);
        assert_eq!(response.json::<std::collections::HashMap<String, Vec<u8>>>().unwrap()["a"], [1]);
        let unexpected = response.json::<Vec<u8>>().unwrap_err();
        assert!(unexpected.to_string().starts_with("the body is not the JSON expected: invalid type"), "{unexpected}");
        assert!(response.raise_for_status().is_ok());
        let missing = session.get("http://h/missing").send().unwrap();
        assert_eq!(missing.json_value().unwrap_err().to_string(), "the body is empty, and so not JSON");
        let error = missing.raise_for_status().unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string().as_str()),
            (ErrorKind::Status(missing.status), "status 404 Not Found for GET http://h/missing")
        );
    }

    #[test]
    fn goes_between_threads() {
        fn is_shared<T: Send + Sync>() {}
        is_shared::<Session>();
        is_shared::<Response>();
        is_shared::<Error>();
    }
}
