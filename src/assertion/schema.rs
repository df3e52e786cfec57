//! JSON held against a schema.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::diagnostic::Diagnostic;
use crate::schema;
use crate::spec::{self, SchemaSource};

/// The most violations that are named.
const MOST: usize = 100;

/// A schema, and what messages call it.
#[derive(Debug)]
pub(super) struct Schema {
    compiled: Arc<schema::Schema>,
    name: String,
}

impl Schema {
    /// Takes the schema that the plan has compiled.
    pub(super) fn compile(schema: &spec::Schema) -> Result<Self, Diagnostic> {
        let (name, place) = match &schema.source {
            SchemaSource::File(path) => (path.value.clone(), &path.span),
            SchemaSource::Inline(value) => ("the schema".to_owned(), &value.span),
        };
        let unread = || Diagnostic::error("this schema was not read").at(place, "");
        Ok(Self { compiled: schema.compiled.clone().ok_or_else(unread)?, name })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn admits(&self, value: &Json) -> bool {
        self.compiled.admits(value)
    }

    /// Where and how a value is not as the schema says, a line each.
    pub(super) fn violations(&self, value: &Json) -> Vec<String> {
        self.compiled.violations(value).take(MOST).map(|violation| violation.to_string()).collect()
    }
}
