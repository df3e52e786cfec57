//! What carries a session's requests: by default, the connections of a pool.

use std::fmt;
use std::sync::Arc;

use crate::http::Error;
use crate::transport::{Exchange, Pool, Receiver, Reply};

/// Carries a request to where its response comes from.
pub trait Adapter: fmt::Debug + Send + Sync {
    /// Sends a request and hands the response over as it arrives.
    ///
    /// # Errors
    /// If there is no whole response in time, or the receiver refuses it.
    fn send(&self, exchange: &Exchange<'_>, receiver: &mut dyn Receiver) -> Result<Reply, Error>;
}

/// Over the network.
impl Adapter for Pool {
    fn send(&self, exchange: &Exchange<'_>, receiver: &mut dyn Receiver) -> Result<Reply, Error> {
        self.exchange(exchange, receiver)
    }
}

/// One that others use too.
impl<A: Adapter + ?Sized> Adapter for Arc<A> {
    fn send(&self, exchange: &Exchange<'_>, receiver: &mut dyn Receiver) -> Result<Reply, Error> {
        (**self).send(exchange, receiver)
    }
}

#[cfg(test)]
mod tests {
    use crate::client::{ErrorKind, Response, Session, get};
    use crate::transport::Memory;

    use super::*;

    fn answered_with(pieces: &[&[u8]]) -> Result<Response, Error> {
        let memory = Memory::new([pieces.iter().map(|piece| piece.to_vec())]);
        Session::with_pool(Pool::with_connector(memory)).get("http://h/").send()
    }

    #[test]
    fn writes_requests_as_they_were_prepared() {
        let memory = Memory::new([["HTTP/1.1 201 Made it\r\nContent-Length: 2\r\nX: y\r\n\r\n{}"]]);
        let session = Session::with_pool(Pool::with_connector(memory.clone()));
        let response = session
            .post("http://ada:pw@Example.org:8080/users?a=1#top")
            .param("b", "ü")
            .header("x-Trace", "1")
            .cookie("c", "d")
            .json(&serde_json::json!({"n": 1}))
            .send()
            .unwrap();
        let expected = "POST /users?a=1&b=%C3%BC HTTP/1.1\r\nHost: Example.org:8080\r\nUser-Agent: rqtest/0.1.0\r\n\
            Accept: */*\r\nAccept-Encoding: gzip, deflate, br, zstd\r\nx-Trace: 1\r\n\
            Content-Type: application/json\r\nContent-Length: 7\r\nCookie: c=d\r\n\
            Authorization: Basic YWRhOnB3\r\n\r\n{\"n\":1}";
        assert_eq!(String::from_utf8(memory.sent()).unwrap(), expected);
        assert_eq!((response.status.code(), response.reason.as_str()), (201, "Made it"));
        assert_eq!(response.headers.text("x").unwrap(), "y");
        assert_eq!(response.json_value().unwrap(), serde_json::json!({}));
    }

    #[test]
    fn sends_many_requests_on_one_connection() {
        let once = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nSet-Cookie: n=v\r\n\r\nx";
        let memory = Memory::new([[once, once, once]]);
        let session = Session::with_pool(Pool::with_connector(memory.clone()));
        for _ in 0..3 {
            assert_eq!(session.get("http://h/").send().unwrap().body, b"x");
        }
        let sent = String::from_utf8(memory.sent()).unwrap();
        assert_eq!((sent.matches("GET / ").count(), sent.matches("Cookie: n=v\r\n").count()), (3, 2));
    }

    #[test]
    fn names_what_is_wrong_with_a_response() {
        for (pieces, kind, expected) in [
            (&[&b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe"[..]][..], ErrorKind::Truncated, ""),
            (&[b"HTTP/1.1 20 OK\r\n\r\n"], ErrorKind::StatusLine, ""),
            (
                &[b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nhtml"],
                ErrorKind::Decode,
                "the body is not gzip",
            ),
            (
                &[b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\0"],
                ErrorKind::Decode,
                "the gzip body is truncated",
            ),
        ] {
            let error = answered_with(pieces).unwrap_err();
            assert_eq!(error.kind(), kind, "{error}");
            assert!(error.to_string().contains(expected), "{error}");
        }
    }

    #[test]
    fn gives_what_it_had_read_of_a_body() {
        for (head, body, expected) in [
            ("Content-Length: 5", "he", Some((&b"he"[..], 2, Some(5)))),
            ("Content-Length: 9\r\nTransfer-Encoding: chunked", "2\r\nhe\r\n9\r\nllo", Some((b"hello", 5, None))),
            ("Transfer-Encoding: chunked", "ZZ\r\n", None),
        ] {
            let wire = format!("HTTP/1.1 200 OK\r\n{head}\r\n\r\n{body}");
            let error = answered_with(&[wire.as_bytes()]).unwrap_err();
            let partial = error.partial().map(|partial| (&*partial.body, partial.received, partial.expected));
            assert_eq!(partial, expected, "{error}");
            assert_eq!(error.url().unwrap().to_string(), "http://h/");
        }
    }

    #[test]
    fn says_that_nobody_listens() {
        let error = get("http://127.0.0.1:1/").send().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Refused);
        assert!(error.to_string().starts_with("cannot connect to 127.0.0.1:1: "), "{error}");
        assert!(std::error::Error::source(&error).is_some());
    }
}
