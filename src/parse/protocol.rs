//! From what a request says of its protocol, in either format, to that protocol.

use crate::diagnostic::Diagnostic;
use crate::source::Spanned;
use crate::spec::{Conversation, Protocol, Request, Steps, Stream, StreamForm};

/// A protocol that a request names in the place of its method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// `WEBSOCKET`, `websocket: …`
    WebSocket,
    /// `SSE`, `EVENTSOURCE`
    Events,
    /// `GRAPHQL`: HTTP with a document for a body.
    GraphQl,
}

/// What is said of a protocol beside its name.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// `steps`
    pub(super) steps: Option<Spanned<Steps>>,
    /// `stream`
    pub(super) stream: Option<Spanned<Stream>>,
}

impl Draft {
    /// The protocol.
    ///
    /// # Errors
    /// If what is said does not belong together.
    pub(super) fn finish(self, named: Option<Named>) -> Result<Protocol, Diagnostic> {
        match (named, self.steps, self.stream) {
            (Some(Named::WebSocket), steps, None) => {
                let steps = steps.map(|steps| steps.value).unwrap_or_default();
                Ok(Protocol::WebSocket(Box::new(Conversation { steps })))
            }
            (Some(Named::WebSocket), _, Some(stream)) => {
                let error = Diagnostic::error("a WebSocket has messages, and is not read as a `stream`");
                Err(error.at(&stream.span, "").help("wait for messages in its `steps`: `- expect: …`"))
            }
            (_, Some(steps), _) => Err(Diagnostic::error("only a WebSocket has `steps`")
                .at(&steps.span, "")
                .help("write `websocket: URL` in YAML, or `WEBSOCKET URL` in a `.http` file")),
            (Some(Named::Events), None, stream) => {
                let stream = stream.map(|stream| stream.value).unwrap_or_default();
                let form = stream.form.or(Some(StreamForm::Events));
                Ok(Protocol::Stream(Box::new(Stream { form, ..stream })))
            }
            (None | Some(Named::GraphQl), None, Some(stream)) => Ok(Protocol::Stream(Box::new(stream.value))),
            (None | Some(Named::GraphQl), None, None) => Ok(Protocol::Http),
        }
    }
}

/// An `output` of what is read item by item, or message by message.
pub(super) fn saved_in_vain(request: &Request) -> Option<Diagnostic> {
    let read = match request.protocol {
        Protocol::Http => return None,
        Protocol::Stream(_) => "a stream is read item by item",
        Protocol::WebSocket(_) => "a WebSocket is read message by message",
    };
    let output = request.settings.output.as_ref()?;
    Some(Diagnostic::error(format!("{read}, and has no `output`")).at(&output.span, ""))
}
