//! A session: defaults and cookies that its requests share.

mod cookies;
mod delivery;
mod exchange;
mod send;

use std::sync::{Arc, Mutex};

use crate::http::{BoxError, Headers};
use crate::secret::Redactor;
use crate::transport::Pool;

use super::auth::ProtectionSpaces;
use super::cookies::Jars;
use super::mounts::Mounts;
use super::oauth2::Asker;
use super::prepare::prepare;
use super::{Adapter, Auth, CookieFiles, Error, Hooks, Options, PreparedRequest, Prompt, Request, Tokens};

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
/// | `verify`, `timeout`, … | `defaults.options` | `.options(options)` | `.without_option(forget)` |
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
    mounts: Mounts,
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

    /// Completes a request: defaults, parameters, cookies, credentials, what describes the body.
    ///
    /// # Errors
    /// If it cannot be sent as it is.
    pub fn prepare(&self, request: Request) -> Result<PreparedRequest, Error> {
        self.complete(prepare(request, &self.defaults)?)
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
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use crate::client::site::{notes, site};
    use crate::client::{Bearer, Cookie, NoAuth, Response};
    use crate::http::{Method, Url};

    use super::*;

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
    fn sends_what_was_prepared_and_changed() {
        let (session, log) = site(vec![]);
        let url: Url = "http://h/a".parse().unwrap();
        let mut prepared = session.prepare(Request::new(Method::GET, url)).unwrap();
        prepared.headers.set("Host", "elsewhere").unwrap();
        session.send(prepared).unwrap();
        assert_eq!(notes(&log), ["GET h:80/a | Host: elsewhere"]);
    }

    #[test]
    fn goes_between_threads() {
        fn is_shared<T: Send + Sync>() {}
        is_shared::<Session>();
        is_shared::<Response>();
        is_shared::<Error>();
    }
}
