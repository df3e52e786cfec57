//! What a path does, step by step.

use std::fmt;

use serde_json::Value;

use super::pattern::Pattern;

/// The segments of a query.
#[derive(Debug)]
pub(super) struct Steps(pub(super) Vec<Step>);

/// A segment: what it selects, of the nodes themselves or of all their descendants too.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) descends: bool,
    pub(super) selectors: Vec<Selector>,
}

/// RFC 9535, 2.3.
#[derive(Debug)]
pub(super) enum Selector {
    /// `'name'`
    Name(String),
    /// `*`
    Wildcard,
    /// `-1`
    Index(i64),
    /// `start:end:step`
    Slice {
        /// The first index.
        start: Option<i64>,
        /// The index after the last.
        end: Option<i64>,
        /// From one to the next.
        step: i64,
    },
    /// `?condition`
    Filter(Condition),
}

/// A logical expression (RFC 9535, 2.3.5).
#[derive(Debug)]
pub(super) enum Condition {
    /// `a || b`
    Any(Vec<Self>),
    /// `a && b`
    All(Vec<Self>),
    /// `!a`
    Not(Box<Self>),
    /// `@.a`: whether the query finds a node.
    Exists(Query),
    /// `a == b`
    Compare(Operand, Operator, Operand),
    /// `match(a, b)`, `search(a, b)`
    Matches {
        /// The text.
        text: Operand,
        /// The regular expression.
        pattern: Pattern,
    },
}

/// A comparison operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// What a comparison compares: a value or nothing.
#[derive(Debug)]
pub(super) enum Operand {
    /// A literal.
    Literal(Value),
    /// The node of a singular query.
    Node(Query),
    /// `length(a)`
    Length(Box<Self>),
    /// `count(query)`
    Count(Query),
    /// `value(query)`
    OnlyValue(Query),
}

/// A query within a filter.
#[derive(Debug)]
pub(super) struct Query {
    pub(super) from: Origin,
    pub(super) steps: Steps,
}

/// Where a query starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// `$`
    Root,
    /// `@`
    Current,
}

impl Steps {
    /// RFC 9535, 2.3.5.1: `singular-query-segments = *(S (name-segment / index-segment))`.
    pub(super) fn is_singular(&self) -> bool {
        self.0
            .iter()
            .all(|step| !step.descends && matches!(step.selectors.as_slice(), [Selector::Name(_) | Selector::Index(_)]))
    }

    /// The selectors of a singular query: one a segment.
    pub(super) fn singular(&self) -> Option<impl Iterator<Item = &Selector>> {
        self.is_singular().then(|| self.0.iter().flat_map(|step| &step.selectors))
    }
}

/// As a segment of a path.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.selectors.as_slice() {
            [Selector::Name(name)] if is_shorthand(name) => {
                write!(f, "{}{name}", if self.descends { ".." } else { "." })
            }
            selectors => {
                let selectors: Vec<String> = selectors.iter().map(Selector::to_string).collect();
                write!(f, "{}[{}]", if self.descends { ".." } else { "" }, selectors.join(","))
            }
        }
    }
}

/// As it stands between brackets; a condition is left out.
impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bound = |bound: &Option<i64>| bound.map_or_else(String::new, |bound| bound.to_string());
        match self {
            Self::Name(name) => write!(f, "{}", Value::from(name.as_str())),
            Self::Wildcard => f.write_str("*"),
            Self::Index(index) => write!(f, "{index}"),
            Self::Slice { start, end, step: 1 } => write!(f, "{}:{}", bound(start), bound(end)),
            Self::Slice { start, end, step } => write!(f, "{}:{}:{step}", bound(start), bound(end)),
            Self::Filter(_) => f.write_str("?…"),
        }
    }
}

/// RFC 9535, 2.5.1.1: `member-name-shorthand = name-first *name-char`.
pub(crate) fn is_shorthand(name: &str) -> bool {
    let is_first = |first: char| first.is_ascii_alphabetic() || first == '_' || !first.is_ascii();
    name.starts_with(is_first) && name.chars().all(|next| is_first(next) || next.is_ascii_digit())
}
