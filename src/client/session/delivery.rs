//! A request on its way: what its responses lead to, up to the last one.

use std::time::{Duration, Instant};

use super::super::sink::Sink;
use super::super::{Error, PreparedRequest, Response, redirect};
use super::Session;

/// How many responses to one request an [`Auth`](crate::client::Auth) may answer: one that is never content
/// must end.
const MOST_ANSWERS: usize = 4;

impl Session {
    /// Sends a request as it stands, and hands the last response's body to the sink, where there is one.
    pub(super) fn deliver<'sink>(
        &self,
        mut request: PreparedRequest,
        mut sink: Option<&mut (dyn Sink + 'sink)>,
    ) -> Result<Response, Error> {
        let deadlines = request.delivery.deadlines(Instant::now());
        let (mut history, mut elapsed) = (Vec::new(), Duration::ZERO);
        loop {
            let mut response = self.exchange(request, deadlines.clone(), sink.as_deref_mut())?;
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

    /// The same request once more: with the cookies of now, and proved anew. An [`Auth`](crate::client::Auth) answers
    /// with it when it has learnt something from a response.
    ///
    /// # Errors
    /// If there is no proof to be had.
    pub fn again(&self, request: &PreparedRequest) -> Result<PreparedRequest, Error> {
        self.complete(request.clone())
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
        if let (Some(redactor), Some(query)) = (&self.secrets, next.url.query()) {
            redactor.learn_query(query);
        }
        response.request.note(|| format!("following the redirect to {}", next.url));
        self.complete(next).map(Some)
    }

    /// Adds what depends on everything else: cookies, and then the proof of who sends it.
    pub(super) fn complete(&self, mut request: PreparedRequest) -> Result<PreparedRequest, Error> {
        self.add_cookies(&mut request)?;
        if let Some(auth) = request.auth.clone() {
            auth.authorize(&mut request, self)?;
        }
        Ok(request)
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

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use crate::client::site::leads;
    use crate::client::{Answer, Digest, ErrorKind, InMemory};
    use crate::http::Body;
    use crate::transport::{Memory, Pool};

    use super::*;

    #[test]
    fn says_that_a_challenge_cannot_be_answered_with_a_body_that_is_spent() {
        let challenge = "HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n\
                         Content-Length: 0\r\n\r\n";
        let pool = Pool::with_connector(Memory::new([[challenge], [challenge]]));
        let request = Session::with_pool(pool);
        let request = request.post("http://h/").auth(Digest::new("ada", "pw"));
        let error = request.body(Body::from_reader(&b"x"[..])).send().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request);
        assert!(error.to_string().contains("was read before, and so cannot be sent again"), "{error}");
    }

    #[test]
    fn shares_one_deadline_among_all_redirects() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let note = Arc::clone(&seen);
        let session = Session::with_adapter(InMemory::new(move |request| {
            note.lock().unwrap().push(request.deadlines.clone());
            if request.target == "/a" { leads(302, "/b") } else { Answer::ok("") }
        }));
        session.get("http://h/a").timeout(Duration::from_secs(5)).send().unwrap();
        let seen = seen.lock().unwrap();
        assert_eq!((seen.len(), &seen[0]), (2, &seen[1]));
        assert!(seen[0].total.unwrap() <= Instant::now() + Duration::from_secs(5));
    }
}
