//! A query and its filters: from a response to a value.

use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::spec;
use crate::template::Engine;

use super::filter::Filter;
use super::inspection::Inspection;
use super::query::Query;
use super::value::Value;
use super::{Context, Failure};

/// A compiled query with its filters.
#[derive(Debug)]
pub(super) struct Subject {
    query: Query,
    filters: Vec<Filter>,
    span: Span,
}

impl Subject {
    pub(super) fn compile(engine: &Engine, subject: &spec::Subject) -> Result<Self, Diagnostic> {
        let last = subject.filters.last().map_or(&subject.query.span, |filter| &filter.span);
        let filters = subject.filters.iter().map(|filter| Filter::compile(engine, filter));
        Ok(Self {
            query: Query::compile(engine, &subject.query, subject.filters.first().map(|filter| &filter.name))?,
            filters: filters.collect::<Result<_, _>>()?,
            span: subject.query.span.to(last),
        })
    }

    /// The subject, the body read as JSON where all of it is asked for.
    pub(super) fn into_json(self) -> Self {
        if self.filters.is_empty() { Self { query: self.query.into_json(), ..self } } else { self }
    }

    /// The subject as it is written; the body where a key of YAML speaks of it as a whole.
    pub(super) fn text(&self) -> &str {
        match self.span.text() {
            "json" | "schema" | "snapshot" if self.query.is_of_body() => "body",
            text => text,
        }
    }

    /// Whether it is the status as it came.
    pub(super) fn is_status(&self) -> bool {
        self.query.is_status() && self.filters.is_empty()
    }

    /// Whether it is about all the times that a request runs in a loop.
    pub(super) fn is_of_all_turns(&self) -> bool {
        self.query.is_of_all_turns()
    }

    /// The value, which may be absent.
    ///
    /// # Errors
    /// Why there cannot be one: a body that is not JSON, a filter that does not take the
    /// value before it, or takes one that is absent.
    pub(super) fn value<'a>(&self, inspection: &'a Inspection<'_>, context: Context<'_>) -> Result<Value<'a>, Failure> {
        let mut value = self.query.answer(inspection, context)?;
        for (at, filter) in self.filters.iter().enumerate() {
            if matches!(value, Value::Absent) {
                return Err(self.absence_before(at, inspection, context));
            }
            value = filter.apply(&value, context)?;
        }
        Ok(value)
    }

    /// The value, if there is one: what is absent goes through no filter.
    ///
    /// # Errors
    /// As [`Subject::value`], but for what is absent.
    pub(super) fn found<'a>(
        &self,
        inspection: &'a Inspection<'_>,
        context: Context<'_>,
    ) -> Result<Option<Value<'a>>, Failure> {
        let mut value = self.query.answer(inspection, context)?;
        for filter in &self.filters {
            if value.is_absent() {
                return Ok(None);
            }
            value = filter.apply(&value, context)?;
        }
        Ok((!value.is_absent()).then_some(value))
    }

    /// Why the value is absent.
    pub(super) fn absence(&self, inspection: &Inspection<'_>, context: Context<'_>) -> Failure {
        self.absence_before(self.filters.len(), inspection, context)
    }

    fn absence_before(&self, at: usize, inspection: &Inspection<'_>, context: Context<'_>) -> Failure {
        match at.checked_sub(1) {
            None => self.query.absence(inspection, context),
            Some(last) => self.filters[last].absence(),
        }
    }
}
