//! The YAML format.

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::source::SourceFile;
use crate::spec::{Spec, Value};

/// Reads a YAML spec file.
pub fn parse(_source: &Arc<SourceFile>) -> Spec {
    todo!()
}

/// Reads any YAML or JSON text into a tree in which every value knows its place.
///
/// # Errors
/// Everything that is wrong with it, at its place.
pub fn load(_source: &Arc<SourceFile>) -> Result<Value, Vec<Diagnostic>> {
    todo!()
}
