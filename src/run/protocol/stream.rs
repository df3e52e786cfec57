//! How a response is to be read item by item.

use crate::assertion::CompiledAssertion;
use crate::client::ItemForm;
use crate::diagnostic::Diagnostic;
use crate::spec::{Stream, StreamForm};
use crate::template::Engine;

/// How a response is read, compiled.
#[derive(Debug)]
pub(in crate::run) struct CompiledStream {
    pub(super) form: Option<ItemForm>,
    pub(super) count: Option<usize>,
    pub(super) until: Option<CompiledAssertion>,
}

impl CompiledStream {
    pub(super) fn new(engine: &Engine, stream: &Stream, wrong: &mut Vec<Diagnostic>) -> Self {
        let until = stream.until.as_ref().and_then(|until| {
            CompiledAssertion::compile(engine, until).map_err(|diagnostic| wrong.push(diagnostic)).ok()
        });
        let form = stream.form.map(|form| match form {
            StreamForm::Events => ItemForm::Events,
            StreamForm::Lines => ItemForm::Lines,
        });
        Self { form, count: stream.count.map(|count| count as usize), until }
    }
}
