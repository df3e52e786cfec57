//! The steps of a conversation, compiled.

use std::time::Duration;

use crate::assertion::{CompiledAssertion, CompiledCapture};
use crate::diagnostic::Diagnostic;
use crate::run::collect::collect;
use crate::source::{Span, Spanned};
use crate::spec::{self, Expectation, Format, MessageKind, Step, Text};
use crate::template::{CompiledMessage, Engine, Template};

/// A step, compiled.
#[derive(Debug)]
pub(in crate::run) struct CompiledStep {
    pub(super) action: Action,
    pub(super) span: Span,
}

/// What a step does.
#[derive(Debug)]
pub(super) enum Action {
    Send { kind: MessageKind, message: CompiledMessage },
    Expect(Expected),
    ExpectClose(Expected),
    Ping(Template),
    Close { code: u16, reason: Option<Template> },
}

/// What is expected of the next messages, compiled.
#[derive(Debug)]
pub(super) struct Expected {
    pub(super) count: u32,
    pub(super) timeout: Option<Duration>,
    pub(super) assertions: Vec<CompiledAssertion>,
    pub(super) captures: Vec<CompiledCapture>,
}

impl CompiledStep {
    /// Compiles a step.
    ///
    /// # Errors
    /// Everything in it that cannot be compiled.
    pub(super) fn new(engine: &Engine, step: &Spanned<Step>, format: Format) -> Result<Self, Vec<Diagnostic>> {
        let text = |text: &Text| engine.compile(text).map_err(|diagnostic| vec![diagnostic]);
        let action = match &step.value {
            Step::Send { kind, body } => Action::Send { kind: *kind, message: message(engine, body, step, format)? },
            Step::Expect(expectation) => Action::Expect(Expected::new(engine, expectation)?),
            Step::ExpectClose(expectation) => Action::ExpectClose(Expected::new(engine, expectation)?),
            Step::Ping(payload) => Action::Ping(text(payload)?),
            Step::Close(farewell) => {
                Action::Close { code: farewell.code, reason: farewell.reason.as_ref().map(text).transpose()? }
            }
        };
        Ok(Self { action, span: step.span.clone() })
    }
}

fn message(
    engine: &Engine,
    body: &spec::Body,
    step: &Spanned<Step>,
    format: Format,
) -> Result<CompiledMessage, Vec<Diagnostic>> {
    let place = Text { value: String::new(), span: step.span.clone(), format };
    CompiledMessage::compile(engine, body, &place)
}

impl Expected {
    fn new(engine: &Engine, expectation: &Expectation) -> Result<Self, Vec<Diagnostic>> {
        let mut wrong = Vec::new();
        let compile = |assertion| CompiledAssertion::compile(engine, assertion);
        let assertions = collect(&expectation.assertions, compile, &mut wrong);
        let compile = |capture| CompiledCapture::compile(engine, capture);
        let captures = collect(&expectation.captures, compile, &mut wrong);
        let expected = Self { count: expectation.count, timeout: expectation.timeout, assertions, captures };
        if wrong.is_empty() { Ok(expected) } else { Err(wrong) }
    }
}
