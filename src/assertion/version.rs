//! Versions of HTTP as Hurl writes them: `version == 1.1` is `version == HTTP/1.1`.

use std::borrow::Cow;

use crate::source::Spanned;
use crate::spec::{Expected, Node, Operand, Predicate, Query, Subject, Text, Value};

/// The numbers that stand for a version.
const NUMBERS: &[&str] = &["1.0", "1.1", "2", "3"];

/// What is claimed of a subject, the version spelt out where it is one.
pub(super) fn spelt_out<'p>(subject: &Subject, predicate: &'p Predicate) -> Cow<'p, Predicate> {
    if subject.query.value != Query::Version || !subject.filters.is_empty() {
        return Cow::Borrowed(predicate);
    }
    Cow::Owned(match predicate {
        Predicate::Equal(operand) => Predicate::Equal(operand_of(operand)),
        Predicate::NotEqual(operand) => Predicate::NotEqual(operand_of(operand)),
        Predicate::In(operand) => Predicate::In(operand_of(operand)),
        _ => return Cow::Borrowed(predicate),
    })
}

fn operand_of(operand: &Operand) -> Operand {
    let value = match &operand.value {
        Expected::Value(value) => Expected::Value(value_of(value)),
        other => other.clone(),
    };
    Operand { value, span: operand.span.clone() }
}

fn value_of(value: &Value) -> Value {
    let spelt = |text: &str, like: Option<&Text>| {
        let number = NUMBERS.iter().find(|number| **number == text)?;
        let written = Spanned { value: format!("HTTP/{number}"), span: value.span.clone() };
        Some(Text::new(written, like.map_or(crate::spec::Format::Yaml, |text| text.format)))
    };
    let text = match &value.node {
        Node::Text(text) => spelt(&text.value, Some(text)),
        Node::Number(_) => spelt(value.span.text(), None),
        Node::List(items) => {
            let node = Node::List(items.iter().map(value_of).collect());
            return Value { node, span: value.span.clone() };
        }
        _ => None,
    };
    Value { node: text.map_or_else(|| value.node.clone(), Node::Text), span: value.span.clone() }
}
