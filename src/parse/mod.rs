//! Text to [`Spec`]: the two formats, and the assertion language that both share.

mod assertion;
mod charset;
pub mod data;
mod flow;
mod http;
mod matrix;
mod message;
mod protocol;
mod quantity;
mod target;
pub mod yaml;

#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use assertion::{
    is_must, parse_assertion, parse_capture, parse_httpyac_assertion, parse_kept, parse_operand, parse_subject,
};

use crate::source::SourceFile;
use crate::spec::{Dialect, Format, Spec};

/// Reads a spec file. What is wrong with it becomes [`crate::spec::Entry::Invalid`];
/// the rest is read. The dialect says what editors of `.http` read differently.
pub fn parse(source: &Arc<SourceFile>, format: Format, dialect: Dialect) -> Spec {
    match format {
        Format::Http => http::parse(source, dialect),
        Format::Yaml => yaml::parse(source),
    }
}
