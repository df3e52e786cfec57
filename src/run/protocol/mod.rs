//! What is spoken with a server beside one request and one response: a file for each protocol.

mod conversation;
mod items;
mod steps;
mod stream;
mod transcript;

use crate::diagnostic::Diagnostic;
use crate::spec::{self, Protocol};
use crate::template::Engine;

use steps::CompiledStep;
use stream::CompiledStream;

/// What is spoken, with everything compiled that its attempts share.
#[derive(Debug)]
pub(super) enum CompiledProtocol {
    /// A request and a response.
    Http,
    /// Steps over a WebSocket.
    WebSocket(Vec<CompiledStep>),
    /// A request, and a response that is read item by item.
    Stream(Box<CompiledStream>),
}

impl CompiledProtocol {
    /// Compiles a request's protocol; what is wrong with it goes to `wrong`.
    pub(super) fn new(engine: &Engine, request: &spec::Request, wrong: &mut Vec<Diagnostic>) -> Self {
        match &request.protocol {
            Protocol::Http => Self::Http,
            Protocol::WebSocket(conversation) => {
                let steps = conversation.steps.iter();
                let steps = steps.filter_map(|step| {
                    CompiledStep::new(engine, step, request.target.format)
                        .map_err(|mut diagnostics| wrong.append(&mut diagnostics))
                        .ok()
                });
                Self::WebSocket(steps.collect())
            }
            Protocol::Stream(stream) => Self::Stream(Box::new(CompiledStream::new(engine, stream, wrong))),
        }
    }
}
