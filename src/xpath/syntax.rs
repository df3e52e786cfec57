//! The tree of an expression.

use std::ops::Range;

use super::axis::Axis;
use super::function::Function;

/// An expression. What is written side by side, such as `a + b - c`, is one list, so that
/// only brackets make the tree deeper.
#[derive(Debug)]
pub(super) enum Expression {
    /// Operators of one precedence, evaluated from left to right.
    Operation(Box<Self>, Vec<(Operator, Self)>),
    Negation(Box<Self>),
    Union(Vec<Self>),
    Path(Path),
    Text(String),
    Number(f64),
    Call(Call),
}

/// A path: where it starts, and its steps.
#[derive(Debug)]
pub(super) struct Path {
    pub(super) start: Start,
    pub(super) steps: Vec<Step>,
}

#[derive(Debug)]
pub(super) enum Start {
    Context,
    Root,
    /// An expression that must give nodes, and what they are filtered by.
    Filter(Box<Expression>, Vec<Expression>, Range<usize>),
}

/// `axis::test[predicate]…`
#[derive(Debug)]
pub(super) struct Step {
    pub(super) axis: Axis,
    pub(super) test: Test,
    pub(super) predicates: Vec<Expression>,
}

impl Step {
    /// What `//` stands for.
    pub(super) fn anywhere_below() -> Self {
        Self { axis: Axis::DescendantOrSelf, test: Test::Any, predicates: Vec::new() }
    }
}

/// Which nodes of an axis are meant.
#[derive(Debug)]
pub(super) enum Test {
    /// `node()`
    Any,
    /// `text()`
    Text,
    /// `comment()`
    Comment,
    /// `processing-instruction("target")`
    Instruction(Option<String>),
    /// `prefix:local`, `prefix:*`, `local`, `*`
    Name(NameTest),
}

#[derive(Debug)]
pub(super) struct NameTest {
    pub(super) prefix: Option<String>,
    /// Nothing stands for any name.
    pub(super) local: Option<String>,
    pub(super) place: Range<usize>,
}

/// A call of a function of the core library.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) function: Function,
    pub(super) arguments: Vec<Expression>,
    pub(super) place: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

impl Operator {
    /// The operators by precedence, the loosest first (XPath 1.0, 3.5).
    pub(super) const LEVELS: &[&[(&str, Self)]] = &[
        &[("or", Self::Or)],
        &[("and", Self::And)],
        &[("=", Self::Equal), ("!=", Self::NotEqual)],
        &[("<", Self::Less), ("<=", Self::LessOrEqual), (">", Self::Greater), (">=", Self::GreaterOrEqual)],
        &[("+", Self::Add), ("-", Self::Subtract)],
        &[("*", Self::Multiply), ("div", Self::Divide), ("mod", Self::Remainder)],
    ];
}
