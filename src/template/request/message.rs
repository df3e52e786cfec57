//! A message of a WebSocket, compiled and rendered.

use crate::diagnostic::Diagnostic;
use crate::http::Segment;
use crate::source::{Root, read_bytes};
use crate::spec::{self, Text};

use super::super::{Engine, Scope, Template};
use super::body::Body;
use super::compiler::Compiler;
use super::error_at;

/// The most bytes of a file that is sent as a message.
const LARGEST: u64 = 64 * 1024 * 1024;

/// A message with its templates compiled.
#[derive(Debug)]
pub struct CompiledMessage {
    body: Body,
    /// Where an error is that has no place of its own.
    place: Template,
}

impl CompiledMessage {
    /// Compiles what a message holds.
    ///
    /// # Errors
    /// Every text that is no template, at its place.
    pub fn compile(engine: &Engine, body: &spec::Body, place: &Text) -> Result<Self, Vec<Diagnostic>> {
        let mut compiler = Compiler::new(engine);
        let body = Body::compile(&mut compiler, body, place.format);
        compiler.finish(Self { body, place: Template::literal(String::new(), place.span.clone()) })
    }

    /// The bytes of the message.
    ///
    /// # Errors
    /// What cannot be rendered; a file that cannot be had.
    pub fn render(&self, scope: &Scope<'_>, root: &Root) -> Result<Vec<u8>, Diagnostic> {
        let payload = self.body.render(scope, root)?;
        let mut message = Vec::new();
        for segment in payload.body.segments() {
            match segment {
                Segment::Bytes(bytes) => message.extend_from_slice(bytes),
                Segment::File { path, .. } => {
                    message.extend(read_bytes(path, LARGEST).map_err(|error| error_at(&self.place, error))?);
                }
                Segment::Stream(_) => return Err(error_at(&self.place, "a message is made before it is sent")),
            }
        }
        Ok(message)
    }
}
