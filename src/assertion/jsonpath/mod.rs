//! JSONPath (RFC 9535): compiled once, then asked of many documents.
//!
//! The grammar and its tree are the `jsonpath-rust` crate's. The tree is checked for
//! well-typedness (2.4.3) and lowered into a plan in which regular expressions are
//! compiled; the plan is walked here, by reference, without a path string a node, which
//! the crate's own walk builds. So a query over 100,000 nodes takes milliseconds, and
//! nested filters and the order of `$..['a','d']` are as the RFC has them.

mod dead_end;
mod evaluate;
mod lower;
mod pattern;
mod plan;
mod spelling;

use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use jsonpath_rust::parser::errors::JsonPathError;
use jsonpath_rust::parser::parse_json_path;
use pest::error::InputLocation;
use serde_json::Value;

pub(crate) use dead_end::DeadEnd;
use plan::Steps;
pub(super) use plan::is_shorthand;

/// The most paths that a thread remembers.
const MOST_REMEMBERED: usize = 256;

thread_local! {
    /// The paths that this thread has compiled: collections ask for `$.id` in every
    /// request, and reading it costs more than the answer.
    static REMEMBERED: RefCell<HashMap<Box<str>, Path>> = RefCell::default();
}

/// A compiled path. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Path {
    steps: Rc<Steps>,
}

/// Why a text is no path, and which bytes of it are at fault.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct InvalidPath {
    pub(crate) reason: String,
    pub(crate) place: Range<usize>,
}

impl Path {
    /// Compiles a path, which starts with `$`.
    ///
    /// # Errors
    /// Why and where it is not well-formed (RFC 9535, 2.1) or not well-typed (2.4.3).
    pub(crate) fn compile(text: &str) -> Result<Self, InvalidPath> {
        if let Some(path) = REMEMBERED.with_borrow(|known| known.get(text).cloned()) {
            return Ok(path);
        }
        let path = Self::read(text)?;
        REMEMBERED.with_borrow_mut(|known| {
            if known.len() >= MOST_REMEMBERED {
                known.clear();
            }
            known.insert(text.into(), path.clone());
        });
        Ok(path)
    }

    fn read(text: &str) -> Result<Self, InvalidPath> {
        spelling::check(text)?;
        let query = parse_json_path(text).map_err(|error| invalid(text, &error))?;
        let steps = lower::steps(&query.segments).map_err(|reason| InvalidPath { reason, place: 0..text.len() })?;
        Ok(Self { steps: Rc::new(steps) })
    }

    /// Whether it can find one node at most: names and indexes alone (RFC 9535, 2.3.5.1).
    pub(crate) fn is_singular(&self) -> bool {
        self.steps.is_singular()
    }

    /// The node that a singular path finds.
    pub(crate) fn find<'a>(&self, document: &'a Value) -> Option<&'a Value> {
        evaluate::Evaluation::new(document).first(&self.steps, document)
    }

    /// Why it finds nothing in a document; nothing where it does, or cannot be followed.
    pub(crate) fn dead_end(&self, document: &Value) -> Option<DeadEnd> {
        dead_end::dead_end(&self.steps, document)
    }

    /// Every node that it finds, in the order of RFC 9535; nothing where the search has
    /// to be given up, since the path goes through the document too often.
    pub(crate) fn select<'a>(&self, document: &'a Value) -> Option<Vec<&'a Value>> {
        let evaluation = evaluate::Evaluation::new(document);
        let nodes = evaluation.nodes(&self.steps, document);
        (!evaluation.is_exhausted()).then_some(nodes)
    }
}

/// The crate's error with its place, in words of ours.
fn invalid(text: &str, error: &JsonPathError) -> InvalidPath {
    let whole = 0..text.len();
    match error {
        JsonPathError::PestError(error) => {
            let at = match error.location {
                InputLocation::Pos(at) | InputLocation::Span((at, _)) => at.min(text.len()),
            };
            let width = text[at..].chars().next().map_or(0, char::len_utf8);
            let reason = if width == 0 { "it ends too early" } else { "it breaks off here" };
            InvalidPath { reason: reason.to_owned(), place: at..at + width }
        }
        JsonPathError::InvalidJsonPath(reason) => {
            let mut characters = reason.chars();
            let lowered = characters.next().map(|first| first.to_lowercase().chain(characters).collect());
            InvalidPath { reason: lowered.unwrap_or_default(), place: whole }
        }
        JsonPathError::MaxNestingDepthExceeded(depth) => {
            InvalidPath { reason: format!("brackets are nested more than {depth} deep"), place: whole }
        }
        JsonPathError::InvalidNumber(_) => {
            InvalidPath { reason: "it holds a number that is out of range".to_owned(), place: whole }
        }
        _ => InvalidPath { reason: "it is not well-formed".to_owned(), place: whole },
    }
}

#[cfg(test)]
mod tests;
