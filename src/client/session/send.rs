//! The ways to send a request: they differ in where the body of the response goes.

use std::ops::ControlFlow;

use super::super::items::Items;
use super::super::sink::{Chunks, Lines, Saving};
use super::super::{
    ConnectError, Error, ErrorKind, Item, ItemForm, PreparedRequest, Response, ServerSentEvent, WebSocket,
};
use super::{Sendable, Session};

impl Session {
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
    /// A redirect's body is not handed over, nor is that of a response that an [`Auth`](crate::client::Auth) answers.
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

    /// Opens a WebSocket. A request to a URL of another scheme is sent, but never opens one.
    ///
    /// # Errors
    /// If the server refuses, with its response; if it is no WebSocket that it opens; or as
    /// [`Session::send`].
    pub fn connect(&self, request: impl Sendable) -> Result<WebSocket, ConnectError> {
        let response = self.send(request)?;
        WebSocket::open(response)
    }
}

fn without_output(request: PreparedRequest) -> Result<PreparedRequest, Error> {
    match request.delivery.output {
        None => Ok(request),
        Some(_) => Err(Error::new(ErrorKind::Request, "the body goes either to a file or to a function, not to both")),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::client::site::{gzip, leads, notes, site, status};
    use crate::client::{Answer, Basic};

    use super::*;

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
        session.defaults.auth = Some(Arc::new(Basic::new("ada", "pw")));
        assert_eq!(lines(&session, "http://h/a").1, ["a", "b"]);
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
}
