//! Response to outcomes: queries, filters, predicates.

use crate::client::Response;
use crate::diagnostic::Diagnostic;
use crate::source::{Root, Span};
use crate::spec;
use crate::template::{Engine, Scope};

/// What became of an assertion.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The assertion as its author wrote it.
    pub assertion: String,
    /// Where it stands.
    pub span: Span,
    /// Why it does not hold; nothing if it does.
    pub failure: Option<Failure>,
}

/// Why an assertion does not hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failure {
    /// In one line, a lowercase fragment: `status is 404, not 200`.
    pub message: String,
    /// What there was, whole, with its type where that is in question; empty where there was nothing.
    pub actual: String,
    /// What there should have been; empty where the predicate says it all.
    pub expected: String,
    /// What to know besides.
    pub notes: Vec<String>,
}

/// A response under examination: what several assertions ask of it is worked out once.
#[derive(Debug)]
pub struct Inspection<'a> {
    /// The response.
    pub response: &'a Response,
}

impl<'a> Inspection<'a> {
    /// Examines a response.
    pub fn new(response: &'a Response) -> Self {
        Self { response }
    }
}

/// An assertion with its paths, patterns and templates compiled.
#[derive(Debug)]
pub struct CompiledAssertion {}

impl CompiledAssertion {
    /// Compiles an assertion.
    ///
    /// # Errors
    /// A path, pattern or template that is none, at its place.
    pub fn compile(_engine: &Engine, _assertion: &spec::Assertion) -> Result<Self, Diagnostic> {
        todo!()
    }

    /// Holds the response against it. What cannot be worked out is a failure too.
    pub fn evaluate(&self, _inspection: &Inspection<'_>, _scope: &Scope<'_>, _root: &Root) -> Outcome {
        todo!()
    }
}

/// A capture, compiled.
#[derive(Debug)]
pub struct CompiledCapture {}

impl CompiledCapture {
    /// Compiles a capture.
    ///
    /// # Errors
    /// As [`CompiledAssertion::compile`].
    pub fn compile(_engine: &Engine, _capture: &spec::Capture) -> Result<Self, Diagnostic> {
        todo!()
    }

    /// The variable's name, and the value that the response gives it.
    ///
    /// # Errors
    /// Why there is no such value, at the capture's place.
    pub fn capture(
        &self,
        _inspection: &Inspection<'_>,
        _scope: &Scope<'_>,
    ) -> Result<(String, serde_json::Value), Diagnostic> {
        todo!()
    }
}
