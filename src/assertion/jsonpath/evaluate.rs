//! Walks a document by a plan.

use std::borrow::Cow;
use std::cell::Cell;
use std::cmp::Ordering;

use serde_json::Value;

use crate::assertion::compare::{compare_numbers, json_equal};

use super::pattern::{LastPattern, Pattern};
use super::plan::{Condition, Operand, Operator, Origin, Query, Selector, Step, Steps};

/// The most nodes that a walk looks at: a chain of `..*` on a deeply nested document
/// would go on for years.
const MOST_NODES: usize = 20_000_000;

/// One walk over a document.
pub(super) struct Evaluation<'a> {
    root: &'a Value,
    last_pattern: LastPattern,
    /// How many more nodes it may look at.
    left: Cell<usize>,
}

impl<'a> Evaluation<'a> {
    pub(super) fn new(root: &'a Value) -> Self {
        Self { root, last_pattern: LastPattern::default(), left: Cell::new(MOST_NODES) }
    }

    /// The nodes that steps find from a node.
    pub(super) fn nodes(&self, steps: &Steps, start: &'a Value) -> Vec<&'a Value> {
        let mut nodes = vec![start];
        for step in &steps.0 {
            nodes = self.step(step, &nodes);
        }
        nodes
    }

    /// The nodes that one step finds from others.
    pub(super) fn step(&self, step: &Step, nodes: &[&'a Value]) -> Vec<&'a Value> {
        let mut found = Vec::new();
        for node in nodes {
            if self.is_exhausted() {
                break;
            }
            self.take(step, node, &mut found);
        }
        found
    }

    /// Whether it was cut short: what it found is then not all that there is.
    pub(super) fn is_exhausted(&self) -> bool {
        self.left.get() == 0
    }

    /// The first of them; a singular query has no other, and is walked without a list.
    pub(super) fn first(&self, steps: &Steps, start: &'a Value) -> Option<&'a Value> {
        match steps.singular() {
            Some(mut selectors) => selectors.try_fold(start, child),
            None => self.nodes(steps, start).first().copied(),
        }
    }

    /// RFC 9535, 2.5.2.2: the selectors are applied to each descendant in turn, parents first.
    fn take(&self, step: &Step, node: &'a Value, found: &mut Vec<&'a Value>) {
        let before = found.len();
        for selector in &step.selectors {
            self.select(selector, node, found);
        }
        self.left.set(self.left.get().saturating_sub(1 + found.len() - before));
        if step.descends && !self.is_exhausted() {
            for child in children(node) {
                if child.is_array() || child.is_object() {
                    self.take(step, child, found);
                }
            }
        }
    }

    fn select(&self, selector: &Selector, node: &'a Value, found: &mut Vec<&'a Value>) {
        match selector {
            Selector::Name(_) | Selector::Index(_) => found.extend(child(node, selector)),
            Selector::Wildcard => found.extend(children(node)),
            Selector::Slice { start, end, step } => {
                if let Value::Array(elements) = node {
                    found.extend(slice(elements.len(), *start, *end, *step).map(|index| &elements[index]));
                }
            }
            Selector::Filter(condition) => found.extend(children(node).filter(|child| self.holds(condition, child))),
        }
    }

    fn holds(&self, condition: &Condition, current: &'a Value) -> bool {
        match condition {
            Condition::Any(parts) => parts.iter().any(|part| self.holds(part, current)),
            Condition::All(parts) => parts.iter().all(|part| self.holds(part, current)),
            Condition::Not(inner) => !self.holds(inner, current),
            Condition::Exists(query) => self.first_of(query, current).is_some(),
            Condition::Compare(left, operator, right) => {
                let (left, right) = (self.value(left, current), self.value(right, current));
                compares(left.as_deref(), *operator, right.as_deref())
            }
            Condition::Matches { text, pattern } => self.matches(text, pattern, current),
        }
    }

    fn matches(&self, text: &Operand, pattern: &Pattern, current: &'a Value) -> bool {
        let text = self.value(text, current);
        let Some(text) = text.as_deref().and_then(Value::as_str) else {
            return false;
        };
        match pattern {
            Pattern::Compiled(regex) => regex.as_ref().is_some_and(|regex| regex.is_match(text)),
            Pattern::Found(operand, extent) => {
                let pattern = self.value(operand, current);
                let pattern = pattern.as_deref().and_then(Value::as_str);
                pattern.is_some_and(|pattern| self.last_pattern.is_match(pattern, *extent, text))
            }
        }
    }

    /// The value of an operand, or nothing.
    fn value<'s>(&'s self, operand: &'s Operand, current: &'a Value) -> Option<Cow<'s, Value>> {
        match operand {
            Operand::Literal(value) => Some(Cow::Borrowed(value)),
            Operand::Node(query) => self.first_of(query, current).map(Cow::Borrowed),
            Operand::Length(inner) => {
                length(self.value(inner, current)?.as_ref()).map(|length| Cow::Owned(length.into()))
            }
            Operand::Count(query) => Some(Cow::Owned(self.nodes_of(query, current).len().into())),
            Operand::OnlyValue(query) => match self.nodes_of(query, current).as_slice() {
                [node] => Some(Cow::Borrowed(node)),
                _ => None,
            },
        }
    }

    fn start_of(&self, query: &Query, current: &'a Value) -> &'a Value {
        match query.from {
            Origin::Root => self.root,
            Origin::Current => current,
        }
    }

    fn nodes_of(&self, query: &Query, current: &'a Value) -> Vec<&'a Value> {
        self.nodes(&query.steps, self.start_of(query, current))
    }

    fn first_of(&self, query: &Query, current: &'a Value) -> Option<&'a Value> {
        self.first(&query.steps, self.start_of(query, current))
    }
}

/// What a name or an index selects; other selectors are not asked here.
fn child<'a>(node: &'a Value, selector: &Selector) -> Option<&'a Value> {
    match selector {
        Selector::Name(name) => node.as_object()?.get(name),
        Selector::Index(index) => at(node.as_array()?, *index),
        _ => None,
    }
}

/// A node and all below it.
pub(super) fn descendants(node: &Value) -> impl Iterator<Item = &Value> {
    let mut left = vec![node];
    std::iter::from_fn(move || {
        let node = left.pop()?;
        left.extend(children(node));
        Some(node)
    })
}

/// The elements of a list or the values of an object.
fn children(node: &Value) -> impl Iterator<Item = &Value> {
    let elements = node.as_array().into_iter().flatten();
    elements.chain(node.as_object().into_iter().flat_map(|members| members.values()))
}

/// The element of an index, which counts from the end where negative.
fn at(elements: &[Value], index: i64) -> Option<&Value> {
    let distance = usize::try_from(index.unsigned_abs()).ok()?;
    if index < 0 { elements.get(elements.len().checked_sub(distance)?) } else { elements.get(distance) }
}

/// RFC 9535, 2.3.4.2: the indexes of a slice, in order.
fn slice(length: usize, start: Option<i64>, end: Option<i64>, step: i64) -> impl Iterator<Item = usize> {
    let length = length as i64;
    let normalize = |index: i64| if index < 0 { length.saturating_add(index) } else { index };
    let (first, stop) = if step < 0 {
        let first = start.map_or(length - 1, normalize).clamp(-1, length - 1);
        (first, end.map_or(-1, normalize).clamp(-1, length - 1))
    } else {
        (start.map_or(0, normalize).clamp(0, length), end.map_or(length, normalize).clamp(0, length))
    };
    let within = move |&index: &i64| if step < 0 { index > stop } else { index < stop };
    let next = move |&index: &i64| index.checked_add(step);
    std::iter::successors((step != 0).then_some(first), next).take_while(within).map(|index| index as usize)
}

/// RFC 9535, 2.4.4: characters, elements or members; nothing else has a length.
fn length(value: &Value) -> Option<usize> {
    match value {
        Value::String(text) => Some(text.chars().count()),
        Value::Array(elements) => Some(elements.len()),
        Value::Object(members) => Some(members.len()),
        _ => None,
    }
}

/// RFC 9535, 2.3.5.2.2: only numbers and only texts have an order; nothing equals nothing.
fn compares(left: Option<&Value>, operator: Operator, right: Option<&Value>) -> bool {
    let equal = || match (left, right) {
        (Some(left), Some(right)) => json_equal(left, right),
        (None, None) => true,
        _ => false,
    };
    let order = || match (left?, right?) {
        (Value::Number(left), Value::Number(right)) => compare_numbers(left, right),
        (Value::String(left), Value::String(right)) => Some(left.cmp(right)),
        _ => None,
    };
    match operator {
        Operator::Equal => equal(),
        Operator::NotEqual => !equal(),
        Operator::Less => order() == Some(Ordering::Less),
        Operator::Greater => order() == Some(Ordering::Greater),
        Operator::LessOrEqual => order() == Some(Ordering::Less) || equal(),
        Operator::GreaterOrEqual => order() == Some(Ordering::Greater) || equal(),
    }
}
