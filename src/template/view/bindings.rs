//! What the views of one request share.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Mutex;

use minijinja::value::Value;

use crate::diagnostic::Diagnostic;

use crate::template::definition::Definitions;
use crate::template::iteration::Collection;
use crate::template::scope::FileScope;

use super::Place;

/// Everything that the templates of one request can refer to.
#[derive(Debug)]
pub(in crate::template) struct Bindings {
    pub(in crate::template) file: FileScope,
    /// The request's place among those of the file.
    pub(in crate::template) position: usize,
    pub(in crate::template) own: Definitions,
    /// What the file's definitions gave that are worked out once a request.
    pub(in crate::template) drawn: Mutex<HashMap<Place, Value>>,
    pub(in crate::template) warnings: Mutex<Warnings>,
    pub(in crate::template) collections: Mutex<Vec<Collection>>,
}

/// Warnings, each once: a file may give thousands.
#[derive(Debug, Default)]
pub(in crate::template) struct Warnings {
    pub(super) list: Vec<Diagnostic>,
    /// What has been said, and where.
    seen: HashSet<(String, Option<(PathBuf, usize)>)>,
}

impl Warnings {
    pub(super) fn add(&mut self, warning: Diagnostic) {
        let place = warning.span().map(|span| (span.source().path().to_owned(), span.range().start));
        if self.seen.insert((warning.message.clone(), place)) {
            self.list.push(warning);
        }
    }
}
