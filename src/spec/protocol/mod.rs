//! What is spoken with a server: a file for each protocol that has more to say than a
//! request and a response.

mod conversation;
mod stream;

pub use conversation::{Conversation, Expectation, Farewell, MessageKind, Step, Steps};
pub use stream::{Stream, StreamForm};

use super::{Assertion, Capture};

/// What is spoken with a server.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Protocol {
    /// A request, and a response that is read whole.
    #[default]
    Http,
    /// A WebSocket (RFC 6455): messages in both directions, once a GET has opened it.
    WebSocket(Box<Conversation>),
    /// A request, and a response that is read item by item, for as long as is wanted.
    Stream(Box<Stream>),
}

impl Protocol {
    /// Whether it is a WebSocket.
    pub fn is_websocket(&self) -> bool {
        matches!(self, Self::WebSocket(_))
    }

    /// What is expected of messages and items.
    pub fn assertions(&self) -> impl Iterator<Item = &Assertion> {
        let until = if let Self::Stream(stream) = self { stream.until.as_ref() } else { None };
        self.expectations().flat_map(|expectation| &expectation.assertions).chain(until)
    }

    /// What is taken from messages.
    pub fn captures(&self) -> impl Iterator<Item = &Capture> {
        self.expectations().flat_map(|expectation| &expectation.captures)
    }

    fn expectations(&self) -> impl Iterator<Item = &Expectation> {
        let steps = if let Self::WebSocket(conversation) = self { conversation.steps.as_slice() } else { &[] };
        steps.iter().filter_map(|step| match &step.value {
            Step::Expect(expectation) | Step::ExpectClose(expectation) => Some(expectation),
            Step::Send { .. } | Step::Ping(_) | Step::Close(_) => None,
        })
    }

    /// The same as [`assertions`](Self::assertions), to be changed.
    pub(super) fn assertions_mut(&mut self) -> impl Iterator<Item = &mut Assertion> {
        let (steps, until) = match self {
            Self::Http => (&mut [][..], None),
            Self::WebSocket(conversation) => (conversation.steps.as_mut_slice(), None),
            Self::Stream(stream) => (&mut [][..], stream.until.as_mut()),
        };
        let expectations = steps.iter_mut().filter_map(|step| match &mut step.value {
            Step::Expect(expectation) | Step::ExpectClose(expectation) => Some(expectation),
            Step::Send { .. } | Step::Ping(_) | Step::Close(_) => None,
        });
        expectations.flat_map(|expectation| &mut expectation.assertions).chain(until)
    }
}
