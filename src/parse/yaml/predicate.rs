//! What must hold of a value: a plain value it is equal to, or a map of predicates.

use crate::diagnostic::Diagnostic;
use crate::source::{Span, Spanned};
use crate::spec::{Expected, Node, Operand, Predicate, TypeTest};

use super::Field;
use super::operand::{self, Answer};
use super::table::{Problems, not_supported, unknown_key};

/// A predicate, and how the assertion language writes it.
pub(super) struct Demand {
    pub(super) predicate: Spanned<Predicate>,
    pub(super) negated: bool,
    pub(super) text: String,
}

impl Demand {
    fn new(predicate: Predicate, span: Span, text: String) -> Self {
        Self { predicate: span.with(predicate), negated: false, text }
    }

    /// The contrary.
    fn negate(mut self) -> Self {
        self.negated = !self.negated;
        self.text = match self.text.strip_prefix("not ") {
            Some(text) => text.to_owned(),
            None => format!("not {}", self.text),
        };
        self
    }
}

/// How a predicate takes its operands.
#[derive(Clone, Copy)]
enum Shape {
    Value(fn(Operand) -> Predicate),
    List(fn(Operand) -> Predicate),
    Pattern(fn(Operand) -> Predicate),
    Pair(fn(Operand, Operand) -> Predicate),
    Json(fn(Operand) -> Predicate),
    Flag(fn() -> Predicate),
}

/// The predicates by their names in the assertion language; those on types are in [`TypeTest::NAMES`].
const PREDICATES: &[(&str, Shape)] = &[
    ("==", Shape::Value(Predicate::Equal)),
    ("!=", Shape::Value(Predicate::NotEqual)),
    (">", Shape::Value(Predicate::Greater)),
    (">=", Shape::Value(Predicate::GreaterOrEqual)),
    ("<", Shape::Value(Predicate::Less)),
    ("<=", Shape::Value(Predicate::LessOrEqual)),
    ("contains", Shape::Value(Predicate::Contains)),
    ("includes", Shape::Value(Predicate::Contains)),
    ("startsWith", Shape::Value(Predicate::StartsWith)),
    ("endsWith", Shape::Value(Predicate::EndsWith)),
    ("matches", Shape::Pattern(Predicate::Matches)),
    ("in", Shape::List(Predicate::In)),
    ("between", Shape::Pair(|low, high| Predicate::Between(Box::new([low, high])))),
    ("equals", Shape::Json(Predicate::Equals)),
    ("containsJson", Shape::Json(Predicate::ContainsJson)),
    ("exists", Shape::Flag(|| Predicate::Exists)),
    ("isEmpty", Shape::Flag(|| Predicate::IsEmpty)),
];

/// Predicates of the language that are not built yet.
const NOT_YET: &[&str] = &["schema", "snapshot"];

/// Reads what must hold of an answer. A map is always of predicates.
pub(super) fn read(field: Field<'_>, answer: Answer, problems: &mut Problems) -> Vec<Demand> {
    match &field.value.node {
        Node::Map(entries) if !entries.is_empty() => {
            let entries = entries.iter().map(|(key, value)| Field { key, value });
            entries.filter_map(|entry| problems.keep(named(entry, answer))).collect()
        }
        _ => problems.keep(plain(field, answer)).into_iter().collect(),
    }
}

/// A plain value: the answer is equal to it.
fn plain(field: Field<'_>, answer: Answer) -> Result<Demand, Diagnostic> {
    let span = field.span().clone();
    let predicate = match answer {
        Answer::Status => status(field)?,
        Answer::Text if field.is_null() => {
            return Ok(Demand::new(Predicate::Exists, span, "exists".to_owned()).negate());
        }
        Answer::Text => Predicate::Equal(operand::as_text(field)?),
        Answer::Duration => {
            let problem = Diagnostic::error("`duration`: no duration is equal to another").at(&span, "");
            return Err(problem.help("say `{<: 500ms}`"));
        }
        Answer::Json | Answer::Size | Answer::Bytes | Answer::Digest => Predicate::Equal(operand::read(field, answer)?),
    };
    let sign = if matches!(predicate, Predicate::In(_)) { "in" } else { "==" };
    Ok(Demand::new(predicate, span, format!("{sign} {}", operand::show(field))))
}

/// `201`, `[200, 201]`, or `2xx`.
fn status(field: Field<'_>) -> Result<Predicate, Diagnostic> {
    let wanted = || field.expected("a status such as `201`, `[200, 201]` or `2xx`");
    let is_code = |item: &Field<'_>| item.whole::<u16>().is_ok_and(|code| (100..=999).contains(&code.value));
    let operand = || Operand { value: Expected::Value(field.value.clone()), span: field.span().clone() };
    match &field.value.node {
        Node::Number(_) if is_code(&field) => Ok(Predicate::Equal(operand())),
        Node::List(_) if field.one_or_more().all(|item| is_code(&item)) => Ok(Predicate::In(operand())),
        Node::Text(text) if text.value.contains("{{") => Ok(Predicate::Equal(operand())),
        Node::Text(text) => match text.value.as_bytes() {
            [class @ b'1'..=b'5', b'x' | b'X', b'x' | b'X'] => Ok(Predicate::StatusClass(class - b'0')),
            _ => Err(wanted()),
        },
        _ => Err(wanted()),
    }
}

/// An entry of a map of predicates: `contains: x`, `isInteger: true`, `not: …`.
fn named(field: Field<'_>, answer: Answer) -> Result<Demand, Diagnostic> {
    let name = field.key.value.as_str();
    if name == "not" {
        return negated(field, answer);
    }
    if let Some((_, test)) = TypeTest::NAMES.iter().find(|(known, _)| *known == name) {
        return flag(field, Predicate::Is(*test));
    }
    match PREDICATES.iter().find(|(known, _)| *known == name) {
        Some((_, shape)) => shaped(field, answer, *shape),
        None if NOT_YET.contains(&name) => Err(not_supported(field.key)),
        None => Err(unknown(field)),
    }
}

fn unknown(field: Field<'_>) -> Diagnostic {
    let tests = TypeTest::NAMES.iter().map(|(name, _)| *name);
    let names = PREDICATES.iter().map(|(name, _)| *name).chain(tests).chain(["not"]).chain(NOT_YET.iter().copied());
    let mut problem = unknown_key(field.key, names);
    problem.message = format!("there is no predicate `{}`", field.key.value);
    problem.note("an object to compare with is written `equals: {…}`")
}

/// `not: x`, or `not: {contains: x}`: of several predicates it would be unclear what is denied.
fn negated(field: Field<'_>, answer: Answer) -> Result<Demand, Diagnostic> {
    let demand = match (&field.value.node, field.only_entry()) {
        (Node::Map(_), None) => return Err(field.expected("one value or predicate")),
        (_, Some(inner)) => named(inner, answer)?,
        (_, None) => plain(field, answer)?,
    };
    let span = pair_span(field);
    Ok(Demand { predicate: span.with(demand.predicate.value.clone()), ..demand }.negate())
}

fn shaped(field: Field<'_>, answer: Answer, shape: Shape) -> Result<Demand, Diagnostic> {
    let predicate = match shape {
        Shape::Value(make) => make(operand::read(field, answer)?),
        Shape::Json(make) => make(operand::read(field, Answer::Json)?),
        Shape::Pattern(make) => make(operand::pattern(field)?),
        Shape::List(make) => {
            field.items()?.try_for_each(|item| operand::read(item, answer).map(drop))?;
            make(operand::read(field, answer)?)
        }
        Shape::Pair(make) => match field.items()?.collect::<Vec<_>>().as_slice() {
            [low, high] => {
                let text = format!("{} {} {}", field.key.value, operand::show(*low), operand::show(*high));
                let predicate = make(operand::read(*low, answer)?, operand::read(*high, answer)?);
                return Ok(Demand::new(predicate, pair_span(field), text));
            }
            _ => return Err(field.expected("two values: `[low, high]`")),
        },
        Shape::Flag(make) => return flag(field, make()),
    };
    Ok(Demand::new(predicate, pair_span(field), format!("{} {}", field.key.value, operand::show(field))))
}

/// `isInteger: true`; `false` demands the contrary.
fn flag(field: Field<'_>, predicate: Predicate) -> Result<Demand, Diagnostic> {
    let holds = field.boolean()?.value;
    let demand = Demand::new(predicate, pair_span(field), field.key.value.clone());
    Ok(if holds { demand } else { demand.negate() })
}

fn pair_span(field: Field<'_>) -> Span {
    field.key.span.to(field.span())
}
