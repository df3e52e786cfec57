//! Collects a response's body as it arrives, decoded and within its cap, or hands it on.

use std::ops::ControlFlow;

use crate::http::Headers;
use crate::proto::ResponseHead;
use crate::transport::{BoxError, Receiver, Upgraded};

use super::decode::Decoder;
use super::sink::Sink;
use super::{Error, Partial, PreparedRequest, redirect};

/// The most bytes of a body that is kept in memory, where nothing else is said.
const MOST_IN_MEMORY: u64 = 64 * 1024 * 1024;

/// The most bytes of a body that goes to a file, where nothing else is said: no disk is
/// filled by a server that never ends.
const MOST_IN_FILE: u64 = 4 * 1024 * 1024 * 1024;

/// The most that is reserved for a body before any of it has arrived.
const MOST_RESERVED: u64 = 1024 * 1024;

/// What was received of a body.
pub(super) struct Received {
    /// The body, as far as it was not handed on.
    pub(super) body: Vec<u8>,
    /// The body as it came, where it was to be kept and has been decoded.
    pub(super) raw_body: Option<Vec<u8>>,
    /// What a person should know of it.
    pub(super) warnings: Vec<String>,
}

/// A body in the making.
pub(super) struct Collector<'a, 'sink> {
    request: &'a PreparedRequest,
    coding: Option<String>,
    announced: Option<u64>,
    /// There is none before there are bytes: a response to HEAD names a coding too, but has no body.
    decoder: Option<Decoder>,
    /// What is kept, where there is no sink.
    body: Vec<u8>,
    raw_body: Option<Vec<u8>>,
    sink: Option<&'a mut (dyn Sink + 'sink)>,
    /// Whether the sink wants more.
    flow: ControlFlow<()>,
    /// The connection of a response that switches protocols.
    pub(super) upgraded: Option<Upgraded>,
}

impl<'a, 'sink> Collector<'a, 'sink> {
    /// Collects the response to a request, or hands it to the sink.
    pub(super) fn new(request: &'a PreparedRequest, sink: Option<&'a mut (dyn Sink + 'sink)>) -> Self {
        let flow = ControlFlow::Continue(());
        Self {
            request,
            coding: None,
            announced: None,
            decoder: None,
            body: Vec::new(),
            raw_body: None,
            sink,
            flow,
            upgraded: None,
        }
    }

    /// All that was received.
    pub(super) fn finish(self) -> Result<Received, Error> {
        let warnings = match self.decoder {
            Some(decoder) if self.flow.is_continue() => decoder.finish()?,
            _ => Vec::new(),
        };
        Ok(Received { body: self.body, raw_body: self.raw_body, warnings })
    }

    /// Adds to an error what had come of the body before it.
    pub(super) fn explain(self, error: Error) -> Error {
        match self.decoder {
            Some(decoder) => {
                error.with_partial(Partial { body: self.body, received: decoder.received(), expected: self.announced })
            }
            None => error,
        }
    }

    /// Whether another request may follow this response, which is then not the one to hand on.
    fn may_lead_on(&self, head: &ResponseHead) -> bool {
        redirect::leads_on(self.request, head) || (self.request.auth.is_some() && head.status.is_error())
    }

    fn begin(&mut self) -> Result<Decoder, Error> {
        let delivery = &self.request.delivery;
        let most = match &self.sink {
            None => MOST_IN_MEMORY,
            Some(_) if delivery.output.is_some() => MOST_IN_FILE,
            Some(_) => u64::MAX,
        };
        let limit = delivery.max_body.unwrap_or(most);
        match &self.coding {
            Some(coding) => {
                self.raw_body = (delivery.raw_body && self.sink.is_none()).then(Vec::new);
                Decoder::new(coding, limit)
            }
            None => {
                if self.sink.is_none() {
                    let reserved = self.announced.unwrap_or(0).min(limit).min(MOST_RESERVED);
                    self.body.reserve_exact(usize::try_from(reserved).expect("a mebibyte fits"));
                }
                Ok(Decoder::raw(limit))
            }
        }
    }
}

impl Receiver for Collector<'_, '_> {
    fn head(&mut self, head: &ResponseHead) -> Result<(), BoxError> {
        let is_held_back = self.may_lead_on(head);
        self.sink = self.sink.take().filter(|_| !is_held_back);
        if let Some(sink) = &mut self.sink
            && !sink.takes(head.status, &head.headers)
        {
            self.sink = None;
        }
        if self.request.delivery.decompress {
            self.coding = head.headers.text("Content-Encoding").map(std::borrow::Cow::into_owned);
        }
        self.announced = announced_length(&head.headers);
        Ok(())
    }

    fn data(&mut self, bytes: &[u8]) -> Result<ControlFlow<()>, BoxError> {
        let mut decoder = match self.decoder.take() {
            Some(decoder) => decoder,
            None => self.begin()?,
        };
        let Self { body, raw_body, sink, flow, .. } = self;
        let pushed = decoder.push(bytes, &mut |piece| {
            match sink {
                None => body.extend_from_slice(piece),
                Some(sink) if flow.is_continue() => *flow = sink.take(piece)?,
                Some(_) => {}
            }
            Ok(())
        });
        // What the decoder has taken is within the limit.
        if let (Some(raw), Ok(())) = (raw_body, &pushed) {
            raw.extend_from_slice(bytes);
        }
        self.decoder = Some(decoder);
        match pushed {
            // What comes after the end that the sink has set is nobody's concern.
            Err(error) if self.flow.is_continue() => Err(error.into()),
            _ => Ok(self.flow),
        }
    }

    fn upgraded(&mut self, connection: Upgraded) {
        self.upgraded = Some(connection);
    }
}

/// A hint of how much to reserve; what frames the body is the transport's matter.
fn announced_length(headers: &Headers) -> Option<u64> {
    headers
        .get("Content-Length")
        .and_then(|value| value.text().parse().ok())
        .filter(|_| !headers.contains("Transfer-Encoding"))
}

#[cfg(test)]
mod tests {
    use crate::client::site::{gzip, leads, notes, site};
    use crate::client::{Answer, ErrorKind, Options};

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
    fn keeps_a_body_as_it_came_where_that_is_asked_for() {
        let encoded = Answer::ok(gzip(b"text")).header("Content-Encoding", "gzip").unwrap();
        let (session, _) = site(vec![("/text", encoded), ("/plain", Answer::ok("plain"))]);
        let keep = || Options { raw_body: Some(true), ..Options::default() };
        let response = session.get("http://h/text").options(keep()).send().unwrap();
        assert_eq!((response.body.as_slice(), &*response.raw_bytes().unwrap()), (&b"text"[..], &*gzip(b"text")));
        let plain = session.get("http://h/plain").send().unwrap();
        assert_eq!(&*plain.raw_bytes().unwrap(), b"plain");
        let error = session.get("http://h/text").send().unwrap().raw_bytes().unwrap_err();
        assert_eq!(error.to_string(), "the body is kept decoded alone, not as it came");
    }

    #[test]
    fn stops_a_body_that_is_too_large_on_a_redirect_too() {
        let bomb = Answer { body: gzip(&[0; 100_000]), ..leads(302, "/b") };
        let (mut session, log) = site(vec![("/a", bomb.header("Content-Encoding", "gzip").unwrap())]);
        session.defaults.options.max_body = Some(50_000);
        assert_eq!(session.get("http://h/a").send().unwrap_err().kind(), ErrorKind::TooLarge);
        assert_eq!(notes(&log).len(), 1);
    }
}
