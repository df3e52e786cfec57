//! Anchors, and how much may be copied from them.

use std::collections::HashMap;

use crate::spec::{Node, Value};

/// The most bytes of tree that anchors and aliases may copy: a few lines of aliases
/// of aliases could otherwise ask for any amount of memory.
const MAX_COPIED: usize = 32 * 1024 * 1024;

/// A value, and what copying it costs.
#[derive(Clone)]
pub(super) struct Branch {
    pub(super) value: Value,
    /// How many collections lie within each other in it.
    pub(super) height: usize,
    /// Its bytes in memory, roughly.
    pub(super) weight: usize,
}

impl Branch {
    /// A value that is no collection.
    pub(super) fn leaf(value: Value) -> Self {
        let text = if let Node::Text(text) = &value.node { text.value.len() } else { 0 };
        Self { value, height: 0, weight: size_of::<Value>() + text }
    }
}

/// More was to be copied than is allowed.
#[derive(Debug)]
pub(super) struct TooMuch;

impl TooMuch {
    /// What is wrong.
    pub(super) fn message() -> String {
        format!("the anchors and aliases of this file stand for more than {} MiB", MAX_COPIED / (1024 * 1024))
    }
}

/// The anchors of a document, by the numbers that the parser gives them.
#[derive(Default)]
pub(super) struct Anchors {
    named: HashMap<usize, Branch>,
    copied: usize,
}

impl Anchors {
    /// Keeps a copy of what an anchor names.
    pub(super) fn define(&mut self, anchor: usize, branch: &Branch) -> Result<(), TooMuch> {
        self.charge(branch.weight)?;
        self.named.insert(anchor, branch.clone());
        Ok(())
    }

    /// A copy of what an anchor names; none while that is still being read.
    pub(super) fn copy(&mut self, anchor: usize) -> Result<Option<Branch>, TooMuch> {
        let Some(weight) = self.named.get(&anchor).map(|branch| branch.weight) else { return Ok(None) };
        self.charge(weight)?;
        Ok(self.named.get(&anchor).cloned())
    }

    fn charge(&mut self, weight: usize) -> Result<(), TooMuch> {
        self.copied = self.copied.saturating_add(weight);
        if self.copied <= MAX_COPIED { Ok(()) } else { Err(TooMuch) }
    }
}
