//! The `.http` format.

use std::sync::Arc;

use crate::source::SourceFile;
use crate::spec::Spec;

/// Reads a `.http` file.
pub fn parse(_source: &Arc<SourceFile>) -> Spec {
    todo!()
}
