//! Collects a response's body as it arrives, decoded and within its cap.

use std::ops::ControlFlow;

use crate::http::Headers;
use crate::proto::ResponseHead;
use crate::transport::{BoxError, Receiver};

use super::decode::Decoder;
use super::options::Delivery;
use super::{Error, Partial};

/// A body in the making.
#[derive(Debug)]
pub(super) struct Collector<'a> {
    delivery: &'a Delivery,
    coding: Option<String>,
    announced: Option<u64>,
    /// There is none before there are bytes: a response to HEAD names a coding too, but has no body.
    decoder: Option<Decoder>,
}

impl<'a> Collector<'a> {
    pub(super) fn new(delivery: &'a Delivery) -> Self {
        Self { delivery, coding: None, announced: None, decoder: None }
    }

    /// The whole body, and what a person should know of it.
    pub(super) fn finish(self) -> Result<(Vec<u8>, Vec<String>), Error> {
        self.decoder.map_or_else(|| Ok((Vec::new(), Vec::new())), Decoder::finish)
    }

    /// Adds to an error what had come of the body before it.
    pub(super) fn explain(self, error: Error) -> Error {
        match self.decoder {
            Some(decoder) => error.with_partial(Partial { expected: self.announced, ..decoder.into_partial() }),
            None => error,
        }
    }

    fn decoder(&self) -> Result<Decoder, Error> {
        let limit = self.delivery.max_body;
        match &self.coding {
            Some(coding) => Decoder::new(coding, limit),
            None => Ok(Decoder::raw(limit, self.announced.unwrap_or(0))),
        }
    }
}

impl Receiver for Collector<'_> {
    fn head(&mut self, head: &ResponseHead) -> Result<(), BoxError> {
        if self.delivery.decompress {
            self.coding = head.headers.text("Content-Encoding").map(std::borrow::Cow::into_owned);
        }
        self.announced = announced_length(&head.headers);
        Ok(())
    }

    fn data(&mut self, bytes: &[u8]) -> Result<ControlFlow<()>, BoxError> {
        let decoder = match &mut self.decoder {
            Some(decoder) => decoder,
            None => {
                let decoder = self.decoder()?;
                self.decoder.insert(decoder)
            }
        };
        decoder.push(bytes)?;
        Ok(ControlFlow::Continue(()))
    }
}

/// A hint of how much to reserve; what frames the body is the transport's matter.
fn announced_length(headers: &Headers) -> Option<u64> {
    headers
        .get("Content-Length")
        .and_then(|value| value.text().parse().ok())
        .filter(|_| !headers.contains("Transfer-Encoding"))
}
