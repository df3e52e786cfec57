//! A request with everything compiled that its attempts share.

use crate::assertion::{CompiledAssertion, CompiledCapture};
use crate::diagnostic::Diagnostic;
use crate::spec;
use crate::template::{CompiledRequest, Engine};

use super::collect::collect;
use super::protocol::CompiledProtocol;
use super::script::CompiledScripts;

/// A request, its templates, assertions and captures compiled.
#[derive(Debug)]
pub(super) struct Compiled {
    pub(super) protocol: CompiledProtocol,
    pub(super) request: CompiledRequest,
    pub(super) assertions: Vec<CompiledAssertion>,
    /// What its attempts wait for.
    pub(super) until: Option<CompiledAssertion>,
    pub(super) captures: Vec<CompiledCapture>,
    /// What runs before and after; most requests have none.
    pub(super) scripts: Option<Box<CompiledScripts>>,
    /// Whether the author expects a status.
    pub(super) asserts_status: bool,
    /// Whether it asks how long all the turns of a loop took.
    pub(super) asks_of_all_turns: bool,
}

impl Compiled {
    /// Compiles a request, whose attempts may wait for something.
    ///
    /// # Errors
    /// Everything in it that cannot be compiled.
    pub(super) fn new(
        engine: &Engine,
        spec: &spec::Request,
        until: Option<&spec::Assertion>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut wrong = Vec::new();
        let request = CompiledRequest::compile(engine, spec).map_err(|mut diagnostics| wrong.append(&mut diagnostics));
        let protocol = CompiledProtocol::new(engine, spec, &mut wrong);
        let is_status = |assertion: &spec::Assertion| assertion.subject.query.value == spec::Query::Status;
        let asserts_status = spec.assertions.iter().any(is_status);
        let compile = |assertion| CompiledAssertion::compile(engine, assertion);
        let assertions = collect(&spec.assertions, compile, &mut wrong);
        let until = until.and_then(|until| compile(until).map_err(|diagnostic| wrong.push(diagnostic)).ok());
        let captures = collect(&spec.captures, |capture| CompiledCapture::compile(engine, capture), &mut wrong);
        let asks_of_all_turns = assertions.iter().any(CompiledAssertion::is_of_all_turns)
            || captures.iter().any(CompiledCapture::is_of_all_turns);
        let scripts = CompiledScripts::compile(engine, spec, &mut wrong).map(Box::new);
        match request {
            Ok(request) if wrong.is_empty() => {
                Ok(Self { protocol, request, assertions, until, captures, scripts, asserts_status, asks_of_all_turns })
            }
            _ => Err(wrong),
        }
    }
}
