//! What came back.

use std::borrow::Cow;
use std::io::{self, Read as _};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::http::{Headers, Link, Links, Status, Timings, Url, Version};
use crate::source;
use crate::transport::{Reply, Step, TlsInfo, Upgraded};

use super::{Error, ErrorKind, PreparedRequest, Saved, SetCookie, text};

/// The most bytes that are read back of a body that went to a file.
const MOST_READ_BACK: u64 = 64 * 1024 * 1024;

/// How much of such a body is read at once, where it is not read whole.
const PIECE: usize = 64 * 1024;

/// A response, read whole.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status code.
    pub status: Status,
    /// The reason phrase as it was sent, which may be empty.
    pub reason: String,
    /// The protocol version of the response.
    pub version: Version,
    /// The header fields.
    pub headers: Headers,
    /// The fields that came after a chunked body.
    pub trailers: Headers,
    /// The body, decoded as `Content-Encoding` says; empty where it went elsewhere: to a file
    /// (see [`Response::saved`]), or to a function.
    pub body: Vec<u8>,
    /// The file that the body went to, where it went to one.
    pub saved: Option<Saved>,
    /// The URL that it came from: the last one, redirects followed.
    pub url: Url,
    /// The responses that led here, oldest first.
    pub history: Vec<Response>,
    /// The request as it was sent.
    pub request: PreparedRequest,
    /// How long each phase took: of this exchange, but the total of all of them.
    pub timings: Timings,
    /// The address that it came from.
    pub peer: Option<SocketAddr>,
    /// What the connection was agreed to be, where it came over TLS: version, cipher, the
    /// server's certificates.
    pub tls: Option<Arc<TlsInfo>>,
    /// The character set to read the body in, where the request set one; it may be set now too.
    pub encoding: Option<String>,
    /// What a person should know: lowercase fragments.
    pub warnings: Vec<String>,
    /// The body before it was decoded, where that was to be kept.
    pub(super) raw_body: Option<Vec<u8>>,
    pub(super) upgraded: Option<Handover>,
}

/// A connection that carries another protocol from here on, until somebody takes it.
#[derive(Clone, Debug)]
pub(super) struct Handover(Arc<Mutex<Option<Upgraded>>>);

impl Handover {
    pub(super) fn new(connection: Upgraded) -> Self {
        Self(Arc::new(Mutex::new(Some(connection))))
    }
}

impl Response {
    /// A response, but for what came before it.
    pub(super) fn new(request: PreparedRequest, reply: Reply, body: Vec<u8>) -> Self {
        let Reply { head, trailers, timings, peer, tls, warnings, .. } = reply;
        Self {
            status: head.status,
            reason: head.reason,
            version: head.version,
            headers: head.headers,
            trailers,
            body,
            saved: None,
            url: request.url.clone(),
            history: Vec::new(),
            encoding: request.delivery.encoding.clone(),
            request,
            timings,
            peer,
            tls,
            warnings,
            raw_body: None,
            upgraded: None,
        }
    }

    /// A response that did not come over a wire: 200 without a body. For whoever looks at a
    /// part of a response, an item of a stream for example, as if it were one by itself.
    pub fn made(request: PreparedRequest) -> Self {
        Self {
            status: Status::OK,
            reason: String::new(),
            version: request.version(),
            headers: Headers::new(),
            trailers: Headers::new(),
            body: Vec::new(),
            saved: None,
            url: request.url.clone(),
            history: Vec::new(),
            request,
            timings: Timings::default(),
            peer: None,
            tls: None,
            encoding: None,
            warnings: Vec::new(),
            raw_body: None,
            upgraded: None,
        }
    }

    /// The body as text: in the character set that [`Response::encoding`] names, that of a byte
    /// order mark, that of `Content-Type`, UTF-8 for JSON, that which an HTML or XML document
    /// declares, UTF-8 if it is that, else the one detected.
    ///
    /// # Errors
    /// [`ErrorKind::Charset`] if the body is not in the character set that was asked for or
    /// declared, or there is no such character set, in words that name it.
    pub fn text(&self) -> Result<Cow<'_, str>, Error> {
        let (encoding, content_type) = (self.encoding.as_deref(), self.content_type());
        let text = match self.bytes()? {
            Cow::Borrowed(body) => text::decode(body, encoding, content_type.as_deref()),
            Cow::Owned(body) => {
                text::decode(&body, encoding, content_type.as_deref()).map(|text| text.into_owned().into())
            }
        };
        text.map_err(|reason| self.error(ErrorKind::Charset, reason))
    }

    /// The body; one that went to a file is read back from there.
    ///
    /// # Errors
    /// If that file cannot be read, or has more than 64 MiB.
    pub fn bytes(&self) -> Result<Cow<'_, [u8]>, Error> {
        match &self.saved {
            None => Ok(Cow::Borrowed(&self.body)),
            Some(saved) => Ok(Cow::Owned(source::read_bytes(&saved.path, MOST_READ_BACK)?)),
        }
    }

    /// The body as it came, before `Content-Encoding` was undone.
    ///
    /// # Errors
    /// If it was decoded and not kept besides (see [`Options::raw_body`](crate::client::Options::raw_body)), or
    /// cannot be read back from a file.
    pub fn raw_bytes(&self) -> Result<Cow<'_, [u8]>, Error> {
        let is_decoded = self.request.delivery.decompress && self.headers.contains("Content-Encoding");
        match &self.raw_body {
            Some(raw) => Ok(Cow::Borrowed(raw)),
            None if is_decoded && self.size() > 0 => {
                Err(self.error(ErrorKind::Decode, "the body is kept decoded alone, not as it came"))
            }
            None => self.bytes(),
        }
    }

    /// How many bytes the body has.
    pub fn size(&self) -> u64 {
        self.saved.as_ref().map_or(self.body.len() as u64, |saved| saved.size)
    }

    /// Hands over the body piece by piece, so that one that went to a file need not be read whole.
    ///
    /// # Errors
    /// If that file cannot be read.
    pub fn for_each_piece(&self, mut each: impl FnMut(&[u8])) -> Result<(), Error> {
        let Some(saved) = &self.saved else {
            each(&self.body);
            return Ok(());
        };
        let unreadable = |error: io::Error| {
            self.error(ErrorKind::Output, format!("cannot read {}: {error}", saved.path.display())).with_source(error)
        };
        let mut file = source::open(&saved.path)?;
        let mut piece = vec![0; PIECE];
        loop {
            match file.read(&mut piece).map_err(unreadable)? {
                0 => return Ok(()),
                count => each(&piece[..count]),
            }
        }
    }

    /// The body as a value of a type, read from JSON, whatever `Content-Type` says.
    ///
    /// # Errors
    /// [`ErrorKind::Charset`] if it is no text, and [`ErrorKind::Json`] if it is no JSON, or
    /// not the JSON of such a value, in words that say where.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        if self.size() == 0 {
            return Err(self.error(ErrorKind::Json, "the body is empty, and so not JSON"));
        }
        serde_json::from_str(&self.text()?).map_err(|error| {
            let other = if error.is_data() { "not the JSON expected" } else { "not JSON" };
            self.error(ErrorKind::Json, format!("the body is {other}: {error}")).with_source(error)
        })
    }

    /// The body as JSON, whatever `Content-Type` says.
    ///
    /// # Errors
    /// As [`Response::json`].
    pub fn json_value(&self) -> Result<Value, Error> {
        self.json()
    }

    /// Whether its status is below 400; a redirect that was not followed counts as well.
    pub fn ok(&self) -> bool {
        !self.status.is_error()
    }

    /// Whether it leads elsewhere, and was not followed.
    pub fn is_redirect(&self) -> bool {
        self.status.is_redirect() && self.headers.contains("Location")
    }

    /// The media type with its parameters, as `Content-Type` says it.
    pub fn content_type(&self) -> Option<Cow<'_, str>> {
        self.headers.get("Content-Type").map(crate::http::HeaderValue::text)
    }

    /// Tells the trace what the body was decoded to, where there is one and it was.
    pub(super) fn trace_decoded(&self) {
        let Some(trace) = self.request.trace.as_ref().filter(|_| !self.body.is_empty()) else { return };
        let coding = self.headers.text("Content-Encoding").filter(|_| self.request.delivery.decompress);
        if let Some(coding) = coding {
            trace.note(Step::Note(format!("{} bytes, decoded from {coding}", self.body.len())));
            trace.note_body(&self.body);
        }
    }

    /// The connection, where the response switches to another protocol (101): once, and to
    /// whoever asks first. It is closed when the response is dropped.
    pub fn take_upgraded(&self) -> Option<Upgraded> {
        // A panic elsewhere leaves it whole: there is one step to it.
        self.upgraded.as_ref()?.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The cookies that this response sets, in order; a redirect's are in the history.
    pub fn cookies(&self) -> Vec<SetCookie> {
        self.headers.get_all("Set-Cookie").filter_map(|field| SetCookie::parse(&field.text())).collect()
    }

    /// How many redirects led here.
    pub fn redirects(&self) -> usize {
        self.history.iter().filter(|response| response.status.is_redirect()).count()
    }

    /// The links of its `Link` fields (RFC 8288), in order, each with the whole URL that it leads to.
    ///
    /// ```
    /// use rqtest::client::{Answer, InMemory, Session};
    ///
    /// let pages = InMemory::new(|_| Answer::ok("").header("Link", "<?page=2>; rel=next").expect("no line break"));
    /// let response = Session::with_adapter(pages).get("https://h/items").send()?;
    /// assert_eq!(response.links().get("next").expect("a next page").target, "https://h/items?page=2");
    /// # Ok::<(), rqtest::client::Error>(())
    /// ```
    pub fn links(&self) -> Links {
        let links = self.headers.get_all("Link").flat_map(|field| Link::parse(&field.text()));
        let resolved = links.map(|link| Link {
            // A target that is no URL is left as it is written, for whoever looks at it.
            target: self.url.resolve(&link.target).unwrap_or(link.target),
            ..link
        });
        resolved.collect()
    }

    /// How long all of it took, redirects included.
    pub fn elapsed(&self) -> Duration {
        self.timings.total
    }

    /// This response, if its status is not 400 or above.
    ///
    /// # Errors
    /// If it is, with the kind [`ErrorKind::Status`].
    pub fn raise_for_status(&self) -> Result<&Self, Error> {
        if self.ok() {
            return Ok(self);
        }
        let message = format!("status {} {} for {} {}", self.status, self.reason, self.request.method, self.url);
        Err(self.error(ErrorKind::Status(self.status), message))
    }

    fn error(&self, kind: ErrorKind, message: impl Into<String>) -> Error {
        Error::new(kind, message).with_url(&self.url)
    }
}

#[cfg(test)]
mod tests {
    use crate::client::site::{site, status};
    use crate::client::{Answer, ErrorKind};

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
}
