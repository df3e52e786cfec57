//! What is spoken with a server: a file for each protocol that has more to say than a
//! request and a response.

mod conversation;
mod stream;

pub use conversation::{Conversation, Expectation, Farewell, MessageKind, Step, Steps};
pub use stream::{Stream, StreamForm};

use super::Assertion;

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
