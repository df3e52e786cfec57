//! A challenge answered, and then answered before it is made again.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::http::{Scheme, Status, Url};
use crate::proto::auth::{Challenge, DigestChallenge, DigestRequest};
use crate::secret::Secret;

use super::super::{Error, PreparedRequest, Response, Session};
use super::{Auth, body, random};

/// A user with a password that is not sent but proved (RFC 7616, RFC 2617), in UTF-8. The first
/// request to a protection space is answered with 401 and sent again; those that follow in the
/// session need no challenge. Of several algorithms the strongest is taken; the body is hashed
/// where the server asks for nothing less (`auth-int`), files as they are read.
///
/// ```
/// use rqtest::client::{Digest, Session};
/// # use rqtest::client::{Answer, InMemory};
/// # use rqtest::http::Status;
///
/// # let server = InMemory::new(|request| match request.headers.text("Authorization") {
/// #     Some(field) if field.contains("nc=00000001") => Answer::ok("first"),
/// #     Some(_) => Answer::ok("second"),
/// #     None => Answer::new(Status::UNAUTHORIZED).header("WWW-Authenticate", "Digest realm=r, nonce=n, qop=auth").unwrap(),
/// # });
/// # let session = Session::with_adapter(server);
/// let response = session.get("http://localhost/").auth(Digest::new("ada", "lovelace")).send()?;
/// assert_eq!((response.text()?.as_ref(), response.history.len()), ("first", 1));
/// let response = session.get("http://localhost/").auth(Digest::new("ada", "lovelace")).send()?;
/// assert_eq!((response.text()?.as_ref(), response.history.len()), ("second", 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    user: String,
    password: Secret<String>,
}

impl Digest {
    /// A user with this password.
    pub fn new(user: impl Into<String>, password: impl Into<String>) -> Self {
        Self { user: user.into(), password: Secret::new(password.into()) }
    }
}

impl Auth for Digest {
    fn authorize(&self, request: &mut PreparedRequest, session: &Session) -> Result<(), Error> {
        request.headers.remove("Authorization");
        let Some(turn) = session.protection_spaces.turn(&request.url) else { return Ok(()) };
        let hasher = turn.challenge.body_hasher().map(|hasher| body::hash(&request.body, hasher)).transpose()?;
        let credentials = turn.challenge.credentials(&DigestRequest {
            user: &self.user,
            password: self.password.expose(),
            method: request.method.as_str(),
            uri: request.url.target(),
            body_hash: hasher.map(|hasher| hasher.hexadecimal()).as_deref(),
            count: turn.count,
            client_nonce: &turn.client_nonce,
        });
        Ok(request.headers.set("Authorization", credentials)?)
    }

    fn answer(&self, response: &Response, session: &Session) -> Result<Option<PreparedRequest>, Error> {
        if let Some(info) = response.headers.text("Authentication-Info") {
            session.protection_spaces.renew(&response.url, &info);
        }
        if response.status != Status::UNAUTHORIZED {
            return Ok(None);
        }
        let offered = Challenge::of(&response.headers, "WWW-Authenticate");
        let Some(challenge) = DigestChallenge::strongest(&offered) else { return Ok(None) };
        // The first may not have been asked for credentials, or have used those of an older
        // challenge; after that only a nonce that has become too old is worth another try.
        match refusals(response) {
            0 => {}
            1 if challenge.is_stale() => {}
            _ => return Ok(None),
        }
        session.protection_spaces.enter(&response.url, challenge, random());
        session.again(&response.request).map(Some)
    }

    fn secrets(&self) -> Vec<String> {
        vec![self.password.expose().clone()]
    }
}

/// How often the same request was refused before.
fn refusals(response: &Response) -> usize {
    let is_refusal = |earlier: &&Response| earlier.status == response.status && earlier.url == response.url;
    response.history.iter().rev().take_while(is_refusal).count()
}

/// The protection spaces that a session has entered (RFC 7616, 3.4.1), the latest last.
#[derive(Debug, Default)]
pub(in crate::client) struct ProtectionSpaces(Mutex<Vec<Space>>);

#[derive(Debug)]
struct Space {
    origin: (Scheme, String, u16),
    /// What the paths in it begin with.
    paths: Vec<String>,
    challenge: DigestChallenge,
    client_nonce: String,
    /// How many requests used the nonce.
    count: u32,
}

/// What one request proves itself with.
struct Turn {
    challenge: DigestChallenge,
    client_nonce: String,
    count: u32,
}

impl ProtectionSpaces {
    /// Enters the space of a challenge to the request of a URL.
    fn enter(&self, url: &Url, challenge: DigestChallenge, client_nonce: String) {
        let origin = origin(url);
        let paths = paths(url, &challenge);
        let mut spaces = self.lock();
        spaces.retain(|space| space.origin != origin || space.challenge.realm() != challenge.realm());
        spaces.push(Space { origin, paths, challenge, client_nonce, count: 0 });
    }

    /// One more use of the nonce of the space of a URL, if it is in one.
    fn turn(&self, url: &Url) -> Option<Turn> {
        let mut spaces = self.lock();
        let space = spaces.iter_mut().rev().find(|space| space.holds(url))?;
        space.count += 1;
        let Space { challenge, client_nonce, count, .. } = &*space;
        Some(Turn { challenge: challenge.clone(), client_nonce: client_nonce.clone(), count: *count })
    }

    /// Goes on with the nonce that a response hands out.
    fn renew(&self, url: &Url, info: &str) {
        let mut spaces = self.lock();
        if let Some(space) = spaces.iter_mut().rev().find(|space| space.holds(url))
            && let Some(renewed) = space.challenge.renewed(info)
        {
            space.challenge = renewed;
            space.count = 0;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Space>> {
        // A panic elsewhere leaves the list whole: each change of it is complete in itself.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Space {
    fn holds(&self, url: &Url) -> bool {
        self.origin == origin(url) && self.paths.iter().any(|start| url.path().starts_with(start.as_str()))
    }
}

fn origin(url: &Url) -> (Scheme, String, u16) {
    (url.scheme(), url.host().to_owned(), url.port())
}

/// What the paths of a space begin with: those of the challenge's `domain` on the same origin,
/// and that of the request; all of them where it names none. Credentials never go elsewhere.
fn paths(url: &Url, challenge: &DigestChallenge) -> Vec<String> {
    if challenge.domain().is_empty() {
        return vec!["/".to_owned()];
    }
    let named = challenge.domain().iter().filter_map(|reference| url.join(reference).ok());
    let named = named.filter(|other| other.same_origin(url)).map(|other| other.path().to_owned());
    named.chain([url.path().to_owned()]).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::client::{Answer, InMemory};

    use super::*;

    /// A server that makes these challenges in turn, as long as there are any, and notes the
    /// credentials that it is sent.
    fn server(challenges: &'static [&'static str]) -> (Session, Arc<Mutex<Vec<String>>>) {
        let log = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&log);
        let session = Session::with_adapter(InMemory::new(move |request| {
            let mut notes = notes.lock().unwrap();
            let field = request.headers.text("Authorization").unwrap_or_default();
            let challenge = Challenge::parse(&field);
            let shown =
                |name: &str| challenge.first().and_then(|given| given.parameter(name)).unwrap_or("-").to_owned();
            notes.push(format!("{} {} {}", request.target, shown("nonce"), shown("nc")));
            match challenges.get(notes.len() - 1) {
                Some(&"") | None => Answer::ok("in"),
                Some(info) if info.starts_with("nextnonce") => {
                    Answer::ok("in").header("Authentication-Info", info).unwrap()
                }
                Some(to) if to.starts_with(['/', 'h']) => crate::client::site::leads(307, to),
                Some(challenge) => crate::client::site::status(401).header("WWW-Authenticate", challenge).unwrap(),
            }
        }));
        (session, log)
    }

    fn asked(challenges: &'static [&'static str], paths: &[&str]) -> (Vec<u16>, Vec<String>) {
        let (session, log) = server(challenges);
        let auth: Arc<dyn Auth> = Arc::new(Digest::new("ada", "lovelace"));
        let statuses = paths.iter().map(|path| {
            let mut request =
                crate::client::Request::new(crate::http::Method::POST, format!("http://h{path}").parse().unwrap());
            request.auth = Some(Arc::clone(&auth));
            session.send(request).unwrap().status.code()
        });
        let statuses = statuses.collect();
        (statuses, log.lock().unwrap().clone())
    }

    const FIRST: &str = "Digest realm=r, nonce=one, qop=auth";
    const STALE: &str = "Digest realm=r, nonce=two, qop=auth, stale=true";

    #[test]
    fn answers_once_and_then_goes_ahead() {
        let (statuses, log) = asked(&[FIRST], &["/a", "/b", "/c"]);
        assert_eq!(statuses, [200, 200, 200]);
        assert_eq!(log, ["/a - -", "/a one 00000001", "/b one 00000002", "/c one 00000003"]);
    }

    #[test]
    fn ends_with_the_401_where_the_password_is_wrong() {
        let (statuses, log) = asked(&[FIRST, FIRST], &["/a"]);
        assert_eq!((statuses, log.len()), (vec![401], 2));
        let (statuses, log) = asked(&[FIRST, STALE, STALE, STALE], &["/a"]);
        assert_eq!((statuses, log.len()), (vec![401], 3));
        let (statuses, log) = asked(&["Basic realm=r"], &["/a"]);
        assert_eq!((statuses, log.len()), (vec![401], 1));
    }

    #[test]
    fn takes_up_the_nonce_that_it_is_given() {
        let (statuses, log) = asked(&[FIRST, "nextnonce=\"three\"", "", STALE], &["/a", "/b", "/c"]);
        assert_eq!(statuses, [200, 200, 200]);
        assert_eq!(log, ["/a - -", "/a one 00000001", "/b three 00000001", "/c three 00000002", "/c two 00000001"]);
    }

    #[test]
    fn answers_a_server_that_has_forgotten_its_nonce() {
        let (statuses, log) = asked(&[FIRST, "", "Digest realm=r, nonce=new, qop=auth"], &["/a", "/b"]);
        assert_eq!(statuses, [200, 200]);
        assert_eq!(log[2..], ["/b one 00000002", "/b new 00000001"]);
    }

    #[test]
    fn goes_ahead_in_the_protection_space_alone() {
        let inner = &["Digest realm=r, nonce=one, qop=auth, domain=\"/in http://other/\""];
        let (_, log) = asked(inner, &["/in/a", "/in/b", "/out"]);
        assert_eq!(log[1..], ["/in/a one 00000001", "/in/b one 00000002", "/out - -"]);
    }

    #[test]
    fn goes_along_a_redirect_within_the_origin_and_no_further() {
        let (_, log) = asked(&[FIRST, "/b", "http://other/c"], &["/a"]);
        assert_eq!(log, ["/a - -", "/a one 00000001", "/b one 00000002", "/c - -"]);
    }

    #[test]
    fn counts_right_when_threads_share_a_session() {
        let (session, log) = server(&[FIRST]);
        let send = || session.get("http://h/").auth(Digest::new("u", "p")).send().unwrap();
        send();
        std::thread::scope(|scope| (0..8).for_each(|_| drop(scope.spawn(|| (0..10).for_each(|_| drop(send()))))));
        let mut log = log.lock().unwrap().split_off(1);
        log.sort();
        let expected: Vec<String> = (1..=81).map(|count| format!("/ one {count:08x}")).collect();
        assert_eq!(log, expected);
    }
}
