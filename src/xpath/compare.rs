//! Comparisons (XPath 1.0, 3.4): of nodes, it is enough that one of them holds.

use std::collections::HashSet;

use super::document::Document;
use super::number;
use super::syntax::Operator;
use super::value::Object;

/// Whether a comparison holds.
pub(super) fn holds<'d>(document: &'d Document, operator: Operator, left: Object<'d>, right: Object<'d>) -> bool {
    match (left, right) {
        (Object::Nodes(left), Object::Nodes(right)) => nodes_with_nodes(document, operator, &left, &right),
        (Object::Nodes(nodes), other) => nodes_with(document, operator, &nodes, other),
        (other, Object::Nodes(nodes)) => nodes_with(document, mirrored(operator), &nodes, other),
        (left, right) => plain(document, operator, left, right),
    }
}

fn nodes_with<'d>(document: &'d Document, operator: Operator, nodes: &[u32], other: Object<'d>) -> bool {
    if let Object::Boolean(_) = other {
        return plain(document, operator, Object::Boolean(!nodes.is_empty()), other);
    }
    nodes.iter().any(|&node| plain(document, operator, Object::Text(document.text(node)), other.clone()))
}

/// Without looking at each pair: there may be very many.
fn nodes_with_nodes(document: &Document, operator: Operator, left: &[u32], right: &[u32]) -> bool {
    let texts = |nodes: &[u32]| -> HashSet<_> { nodes.iter().map(|&node| document.text(node)).collect() };
    let numbers = |nodes: &[u32]| -> Vec<f64> {
        let numbers = nodes.iter().map(|&node| number::from_text(&document.text(node)));
        numbers.filter(|number| !number.is_nan()).collect()
    };
    match operator {
        Operator::Equal => !texts(left).is_disjoint(&texts(right)),
        Operator::NotEqual => {
            let (left, right) = (texts(left), texts(right));
            let is_one_text = left.len() == 1 && left == right;
            !left.is_empty() && !right.is_empty() && !is_one_text
        }
        _ => {
            let (left, right) = (numbers(left), numbers(right));
            let least = |numbers: Vec<f64>| numbers.into_iter().reduce(f64::min);
            let greatest = |numbers: Vec<f64>| numbers.into_iter().reduce(f64::max);
            let (left, right) = match operator {
                Operator::Less | Operator::LessOrEqual => (least(left), greatest(right)),
                _ => (greatest(left), least(right)),
            };
            left.zip(right).is_some_and(|(left, right)| ordered(operator, left, right))
        }
    }
}

/// Without nodes: as truths where one is such, else as numbers, else as texts.
fn plain<'d>(document: &'d Document, operator: Operator, left: Object<'d>, right: Object<'d>) -> bool {
    let is_equality = matches!(operator, Operator::Equal | Operator::NotEqual);
    let is_equal = match (&left, &right) {
        _ if !is_equality => return ordered(operator, left.into_number(document), right.into_number(document)),
        (Object::Boolean(_), _) | (_, Object::Boolean(_)) => left.is_true() == right.is_true(),
        (Object::Number(_), _) | (_, Object::Number(_)) => left.into_number(document) == right.into_number(document),
        _ => left.into_text(document) == right.into_text(document),
    };
    is_equal == (operator == Operator::Equal)
}

fn ordered(operator: Operator, left: f64, right: f64) -> bool {
    match operator {
        Operator::Less => left < right,
        Operator::LessOrEqual => left <= right,
        Operator::Greater => left > right,
        _ => left >= right,
    }
}

/// The operator with its sides exchanged.
fn mirrored(operator: Operator) -> Operator {
    match operator {
        Operator::Less => Operator::Greater,
        Operator::LessOrEqual => Operator::GreaterOrEqual,
        Operator::Greater => Operator::Less,
        Operator::GreaterOrEqual => Operator::LessOrEqual,
        other => other,
    }
}
