//! How JSON is compared with what is expected of it.

use super::{Operand, Text};

/// How much of a value is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// Objects may have other members, and lists other elements between those expected,
    /// which stand in the same order.
    Part,
}

/// What JSON is compared with, and how.
#[derive(Clone, Debug, PartialEq)]
pub struct JsonComparison {
    /// What is expected; texts in it may be placeholders, such as `{{ any.integer }}`.
    pub expected: Operand,
    /// JSONPaths, from what is compared, of what is not looked at.
    pub ignoring: Vec<Text>,
    /// Whether the elements of lists may come in any order.
    pub unordered: bool,
}

impl JsonComparison {
    /// A comparison in which everything counts.
    pub fn with(expected: Operand) -> Self {
        Self { expected, ignoring: Vec::new(), unordered: false }
    }
}
