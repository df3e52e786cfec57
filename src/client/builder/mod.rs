//! A request, built step by step. What is wrong with a step is said when it is sent.

mod options;
mod send;
mod watch;

use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

use crate::http::{Body, Method, Url};

use super::pairs::pairs;
use super::{Auth, Basic, Bearer, Error, ErrorKind, Multipart, Payload, Request, Session};

/// Builds a request and sends it.
#[derive(Debug)]
#[must_use = "a request is not sent before `send`"]
pub struct RequestBuilder<'session> {
    /// The session that sends it; one of its own where there is none.
    session: Option<&'session Session>,
    request: Result<Request, Error>,
    /// The step that gave it a body.
    body: Option<&'static str>,
}

impl<'session> RequestBuilder<'session> {
    pub(super) fn new(session: Option<&'session Session>, method: Method, url: &str) -> Self {
        let url = Url::parse_with_default_scheme(url);
        let request = url.map(|(url, _)| Request::new(method, url)).map_err(Error::from);
        Self { session, request, body: None }
    }

    pub(super) fn websocket(session: Option<&'session Session>, url: &str) -> Self {
        let url = Url::parse_websocket(url);
        let request = url.map(|(url, _)| Request::new(Method::GET, url)).map_err(Error::from);
        Self { session, request, body: None }
    }

    /// Offers a WebSocket's server a subprotocol, one after those that were offered before.
    pub fn subprotocol(self, name: &str) -> Self {
        self.header("Sec-WebSocket-Protocol", name)
    }

    /// Adds a parameter to the URL's query.
    pub fn param(self, name: &str, value: impl Display) -> Self {
        self.change(|request| request.params.push((name.to_owned(), value.to_string())))
    }

    /// Adds parameters to the URL's query: pairs, a map or a structure, as [`RequestBuilder::form`]
    /// takes them.
    pub fn params(self, fields: &(impl Serialize + ?Sized)) -> Self {
        self.try_change(|request| {
            request.params.extend(pairs(fields)?);
            Ok(())
        })
    }

    /// Leaves out a parameter that the session would add.
    pub fn without_param(self, name: &str) -> Self {
        self.change(|request| request.omitted_params.push(name.to_owned()))
    }

    /// Adds a header field; all fields of its name together replace the defaults' ones.
    pub fn header(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.try_change(|request| Ok(request.headers.append(name, value)?))
    }

    /// Leaves out a header field that the session or the client would add.
    pub fn without_header(self, name: &str) -> Self {
        self.change(|request| request.omitted_headers.push(name.to_owned()))
    }

    /// Adds a cookie for this request alone.
    pub fn cookie(self, name: &str, value: &str) -> Self {
        self.change(|request| request.cookies.push((name.to_owned(), value.to_owned())))
    }

    /// Leaves out a cookie that the session or its jar would add.
    pub fn without_cookie(self, name: &str) -> Self {
        self.change(|request| request.omitted_cookies.push(name.to_owned()))
    }

    /// Carries a value as JSON.
    pub fn json(self, value: &(impl Serialize + ?Sized)) -> Self {
        self.carry("json", || Payload::json(value))
    }

    /// Carries names and values as a form does: pairs, a map or a structure. A list repeats its
    /// name, null leaves it out.
    pub fn form(self, fields: &(impl Serialize + ?Sized)) -> Self {
        self.carry("form", || Payload::form(fields))
    }

    /// Carries the parts of a form with files.
    pub fn multipart(self, multipart: Multipart) -> Self {
        self.carry("multipart", || multipart.into_payload(&Multipart::random_boundary()))
    }

    /// Carries text.
    pub fn text(self, text: impl Into<String>) -> Self {
        self.carry("text", || Ok(Payload::text(text)))
    }

    /// Carries bytes.
    pub fn bytes(self, bytes: impl Into<Vec<u8>>) -> Self {
        self.carry("bytes", || Ok(Payload::bytes(bytes)))
    }

    /// Carries a file, read while it is sent. Its media type is guessed from its name: another is
    /// a matter of [`RequestBuilder::payload`], or of a header field.
    pub fn file(self, path: impl AsRef<Path>) -> Self {
        self.carry("file", || Payload::file(path))
    }

    /// Carries a body of which no media type is known: [`Body::from_reader`], [`Body::from_fn`] and
    /// [`Body::from_chunks`] make such that are read while they are sent.
    pub fn body(self, body: impl Into<Body>) -> Self {
        self.carry("body", || Ok(Payload::from(body.into())))
    }

    /// Carries a body with its media type.
    pub fn payload(self, payload: Payload) -> Self {
        self.carry("payload", || Ok(payload))
    }

    /// Sends the body once the server has asked for it, or kept silent for a second (RFC 9110,
    /// 10.1.1): a server that refuses the request is spared the body.
    pub fn expect_continue(self) -> Self {
        self.header("Expect", "100-continue")
    }

    /// Is a whole message, head included, that is sent to the byte, and nothing else with
    /// it: on a connection of its own. The response is read by the message's first word, and
    /// a redirect is not followed.
    ///
    /// ```
    /// use rqtest::client::{Session, get};
    /// use rqtest::transport::{Memory, Pool};
    ///
    /// let server = Memory::new([["HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"]]);
    /// let session = Session::with_pool(Pool::with_connector(server.clone()));
    /// let malformed = "GET / HTTP/1.1\r\nHost: h\r\nno colon here\r\n\r\n";
    /// let response = session.get("http://h/").message(malformed).send()?;
    /// assert_eq!((response.status.code(), server.sent()), (400, malformed.as_bytes().to_vec()));
    /// # Ok::<(), rqtest::client::Error>(())
    /// ```
    pub fn message(self, message: impl Into<Body>) -> Self {
        self.carry("message", || Ok(Payload::message(message)))
    }

    /// Is sent by a user with a password.
    pub fn basic_auth(self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.auth(Basic::new(user, password))
    }

    /// Is sent by who has this token.
    pub fn bearer_auth(self, token: impl Into<String>) -> Self {
        self.auth(Bearer::new(token))
    }

    /// Is sent by this one.
    pub fn auth(self, auth: impl Auth + 'static) -> Self {
        self.change(|request| request.auth = Some(Arc::new(auth)))
    }

    /// Gives the request its body. It has one: a second is not taken for the better one.
    fn carry(mut self, step: &'static str, payload: impl FnOnce() -> Result<Payload, Error>) -> Self {
        let first = self.body.replace(step);
        self.try_change(|request| match first {
            None => {
                request.payload = payload()?;
                Ok(())
            }
            Some(first) => {
                let message = format!("a request has one body, and this one was given two, by `{first}` and `{step}`");
                Err(Error::new(ErrorKind::Request, message))
            }
        })
    }

    fn change(self, change: impl FnOnce(&mut Request)) -> Self {
        self.try_change(|request| {
            change(request);
            Ok(())
        })
    }

    fn try_change(mut self, change: impl FnOnce(&mut Request) -> Result<(), Error>) -> Self {
        self.request = self.request.and_then(|mut request| change(&mut request).map(|()| request));
        self
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::client::{get, post, put};

    use super::*;

    #[test]
    fn builds_what_its_steps_say() {
        let request = post("localhost:1/a")
            .param("page", 2)
            .params(&[("a", "b")])
            .header("X-A", "1")
            .header("X-A", "2")
            .without_header("Accept")
            .cookie("c", "d")
            .form(&[("e", "f")])
            .basic_auth("ada", "secret")
            .timeout(Duration::from_secs(1))
            .redirects(0)
            .build()
            .unwrap();
        assert_eq!((request.method.as_str(), request.url.to_string().as_str()), ("POST", "http://localhost:1/a"));
        assert_eq!(request.params, [("page".into(), "2".into()), ("a".into(), "b".into())]);
        assert_eq!((request.headers.len(), request.omitted_headers.len(), request.cookies.len()), (2, 1, 1));
        assert_eq!(request.payload.body.in_memory().unwrap(), b"e=f");
        assert_eq!(request.auth.unwrap().secrets(), ["secret", "ada:secret"]);
        assert_eq!((request.options.timeout, request.options.redirects), (Some(Duration::from_secs(1)), Some(0)));
    }

    #[test]
    fn refuses_a_second_body_and_names_both() {
        type Step = fn(RequestBuilder<'static>) -> RequestBuilder<'static>;
        let bodies: [(&str, Step); 8] = [
            ("json", |builder| builder.json(&1)),
            ("form", |builder| builder.form(&[("a", "b")])),
            ("multipart", |builder| builder.multipart(Multipart::new())),
            ("text", |builder| builder.text("")),
            ("bytes", |builder| builder.bytes("")),
            ("file", |builder| builder.file(file!())),
            ("body", |builder| builder.body("")),
            ("payload", |builder| builder.payload(Payload::default())),
        ];
        for (first, add_first) in bodies {
            for (second, add_second) in bodies {
                let error = add_second(add_first(post("http://h/"))).build().unwrap_err();
                let expected = format!("this one was given two, by `{first}` and `{second}`");
                assert!(error.to_string().ends_with(&expected), "{error}");
            }
        }
    }

    #[test]
    fn tells_the_first_thing_that_is_wrong() {
        for (builder, kind, expected) in [
            (get(""), ErrorKind::InvalidUrl, "is not a URL"),
            (get("ftp://h/").header("a b", ""), ErrorKind::InvalidScheme, "neither http nor https"),
            (get("http://h/").header("a b", "").file("/none"), ErrorKind::InvalidHeader, "`a b` is not a header name"),
            (put("http://h/").file("/none/at all"), ErrorKind::Request, "there is no file"),
        ] {
            let error = builder.send().unwrap_err();
            assert_eq!(error.kind(), kind);
            assert!(error.to_string().contains(expected), "{error}");
        }
    }
}
