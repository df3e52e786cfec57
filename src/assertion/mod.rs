//! Response to outcomes: queries, filters, predicates.

mod compare;
mod contain;
mod cookie;
mod date;
mod explain;
mod filter;
mod inspection;
mod json;
mod jsonpath;
mod kinds;
mod markup;
mod operand;
mod predicate;
mod prepared;
mod query;
mod resolved;
mod schema;
mod snapshot;
mod subject;
mod value;
mod version;

pub use inspection::Inspection;
pub use json::{Change, Difference, Differences};
pub(crate) use jsonpath::Path as JsonPath;
pub use snapshot::{Kept, Label, Renewal, Snapshots};

use crate::diagnostic::Diagnostic;
use crate::source::{Root, Span};
use crate::spec::{self, Severity};
use crate::template::{Engine, Scope};

use explain::Explanation;
use operand::Operand;
use predicate::Predicate;
use subject::Subject;
use value::Value;

/// What became of an assertion.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The assertion as its author wrote it.
    pub assertion: String,
    /// Where it stands.
    pub span: Span,
    /// What it means that it does not hold.
    pub severity: Severity,
    /// Why it does not hold; nothing if it does.
    pub failure: Option<Failure>,
}

impl Outcome {
    /// Whether its request fails by it.
    pub fn is_failed(&self) -> bool {
        self.failure.is_some() && self.severity != Severity::Warn
    }

    /// Whether it does not hold, and that is only to be told.
    pub fn is_warning(&self) -> bool {
        self.failure.is_some() && self.severity == Severity::Warn
    }
}

/// Why an assertion does not hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failure {
    /// In one line, a lowercase fragment: `status is 404, not 200`.
    pub message: String,
    /// What there was: JSON, or a text of several lines as it is; empty where there was nothing.
    pub actual: String,
    /// What there should have been, such as `5` or `to contain "a"`; empty where the
    /// predicate says it all.
    pub expected: String,
    /// What of the two is worth showing.
    pub contrast: Contrast,
    /// What to know besides.
    pub notes: Vec<String>,
    /// The snapshot with which it would hold, where it speaks of one.
    pub renewal: Option<Box<Renewal>>,
}

/// What of a failure's actual and expected value is worth showing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Contrast {
    /// Each by itself: the actual value need not be like what is expected.
    #[default]
    Sides,
    /// Where they differ: they should be equal.
    Difference,
    /// These places of the actual value alone, a line each: they say what is wrong there.
    Places(Box<Places>),
    /// Where JSON differs from what is expected of it.
    Differences(Box<Differences>),
}

/// Places of a value, a line each, which says what is wrong there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places(pub Vec<String>);

impl Failure {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }
}

/// A template that cannot be rendered is a failure like any other.
impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        let notes = diagnostic.notes.into_iter().chain(diagnostic.help).collect();
        Self { notes, ..Self::new(diagnostic.message) }
    }
}

/// What an assertion is evaluated with, beside the response.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The engine that compiled it: it knows the filters.
    pub engine: &'a Engine,
    /// The variables.
    pub scope: &'a Scope<'a>,
    /// Where files are read from.
    pub root: &'a Root,
    /// Where snapshots are kept; nothing where none can be.
    pub snapshots: Option<&'a dyn Snapshots>,
    /// What works out expressions in JavaScript, where there are some.
    pub scripts: Option<&'a dyn Expressions>,
}

/// Works out expressions in JavaScript, which may ask for the response.
pub trait Expressions: std::fmt::Debug {
    /// The value of the code at a place; nothing where it is undefined.
    ///
    /// # Errors
    /// What it throws, or why it cannot be run to its end.
    fn value(&self, code: &Span) -> Result<Option<serde_json::Value>, Diagnostic>;
}

/// An assertion with its paths, patterns and templates compiled.
#[derive(Debug)]
pub struct CompiledAssertion {
    subject: Subject,
    predicate: Predicate,
    negated: bool,
    severity: Severity,
    text: String,
    span: Span,
}

impl CompiledAssertion {
    /// Compiles an assertion.
    ///
    /// # Errors
    /// A path, pattern, template or filter that is none, at its place.
    pub fn compile(engine: &Engine, assertion: &spec::Assertion) -> Result<Self, Diagnostic> {
        let (predicate, inverted) =
            Predicate::compile(engine, &version::spelt_out(&assertion.subject, &assertion.predicate.value))?;
        let subject = Subject::compile(engine, &assertion.subject)?;
        Ok(Self {
            subject: if predicate.compares_json() { subject.into_json() } else { subject },
            predicate,
            negated: assertion.negated != inverted,
            severity: assertion.severity,
            text: assertion.text().to_owned(),
            span: assertion.span.clone(),
        })
    }

    /// Whether it is about all the times that a request runs in a loop, and so for the last of them.
    pub fn is_of_all_turns(&self) -> bool {
        self.subject.is_of_all_turns()
    }

    /// Holds the response against it. What cannot be worked out is a failure too.
    pub fn evaluate(&self, inspection: &Inspection<'_>, context: Context<'_>) -> Outcome {
        let failure = self.check(inspection, context).err();
        Outcome { assertion: self.text.clone(), span: self.span.clone(), severity: self.severity, failure }
    }

    fn check(&self, inspection: &Inspection<'_>, context: Context<'_>) -> Result<(), Failure> {
        let actual = self.subject.value(inspection, context)?;
        if actual.is_absent() && !self.predicate.admits_absence(&actual) {
            return Err(self.subject.absence(inspection, context));
        }
        let explanation = Explanation { subject: self.subject.text() };
        let predicate = self.predicate.resolve(&actual, explanation, context)?;
        if predicate.holds(&actual, explanation)? != self.negated {
            return Ok(());
        }
        if actual.is_absent() {
            return Err(self.subject.absence(inspection, context));
        }
        let mut failure = explanation.unmet(&predicate, self.negated, &actual);
        if self.subject.is_status() {
            failure.notes.extend(inspection.reason_given());
        }
        if self.is_of_all_turns() {
            failure.notes.push(match inspection.turns() {
                1 => "it has run once".to_owned(),
                turns => format!("it has run {turns} times"),
            });
        }
        Err(failure)
    }
}

/// A capture, compiled.
#[derive(Debug)]
pub struct CompiledCapture {
    name: String,
    subject: Subject,
    default: Option<Operand>,
    is_secret: bool,
    span: Span,
}

/// A value that a response has given a variable.
#[derive(Debug)]
pub struct Captured {
    /// The variable.
    pub name: String,
    /// Its value.
    pub value: serde_json::Value,
    /// Whether no output may show it.
    pub is_secret: bool,
}

impl CompiledCapture {
    /// Compiles a capture.
    ///
    /// # Errors
    /// As [`CompiledAssertion::compile`].
    pub fn compile(engine: &Engine, capture: &spec::Capture) -> Result<Self, Diagnostic> {
        let subject = Subject::compile(engine, &capture.subject)?;
        let default = capture.default.as_ref().map(|default| Operand::compile(engine, default)).transpose()?;
        let (name, is_secret) = (capture.name.value.clone(), capture.is_secret);
        Ok(Self { name, subject, default, is_secret, span: capture.span.clone() })
    }

    /// As [`CompiledAssertion::is_of_all_turns`].
    pub fn is_of_all_turns(&self) -> bool {
        self.subject.is_of_all_turns()
    }

    /// The value that the response gives the variable.
    ///
    /// # Errors
    /// Why there is no such value, at the capture's place.
    pub fn capture(&self, inspection: &Inspection<'_>, context: Context<'_>) -> Result<Captured, Diagnostic> {
        let value = match &self.default {
            Some(default) => self.value_or(default, inspection, context),
            None => self.value(inspection, context),
        };
        let captured = |value| Captured { name: self.name.clone(), value, is_secret: self.is_secret };
        value.map(captured).map_err(|failure| self.diagnostic(failure))
    }

    fn value(&self, inspection: &Inspection<'_>, context: Context<'_>) -> Result<serde_json::Value, Failure> {
        let value = self.subject.value(inspection, context)?;
        if value.is_absent() { Err(self.subject.absence(inspection, context)) } else { Ok(value.into_json()) }
    }

    fn value_or(
        &self,
        default: &Operand,
        inspection: &Inspection<'_>,
        context: Context<'_>,
    ) -> Result<serde_json::Value, Failure> {
        match self.subject.found(inspection, context)? {
            Some(value) => Ok(value.into_json()),
            None => Ok(default.given(context)?.value.into_json()),
        }
    }

    /// The value that the response gives it, if there is one.
    ///
    /// # Errors
    /// Why it cannot be told, at the capture's place.
    pub fn find(
        &self,
        inspection: &Inspection<'_>,
        context: Context<'_>,
    ) -> Result<Option<serde_json::Value>, Diagnostic> {
        let found = self.subject.found(inspection, context).map_err(|failure| self.diagnostic(failure))?;
        Ok(found.map(Value::into_json))
    }

    fn diagnostic(&self, failure: Failure) -> Diagnostic {
        let message = format!("`{}` is not captured: {}", self.name, failure.message);
        let diagnostic = Diagnostic::error(message).at(&self.span, "");
        failure.notes.into_iter().fold(diagnostic, Diagnostic::note)
    }
}

#[cfg(test)]
mod tests;
