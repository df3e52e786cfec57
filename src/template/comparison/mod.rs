//! Comparisons of values that cannot be compared. The language orders values of different types
//! by their types, so that `"1" > 7` holds, and says that `"7" == 7` does not: here both are errors.
//!
//! The language leaves its operators to nobody. So each operand goes through a filter that notes
//! it, and that of the second looks at both: `n > 7` becomes `(n)|$(0) > (7)|$(1)`, the filter's
//! name being [`FILTER`].

mod scan;

use std::ops::Range;

use minijinja::value::{Value, ValueKind};
use minijinja::{Environment, Error, State};

use crate::diagnostic::Diagnostic;

use super::expression::{Context, Site};
use super::moment::Moment;
use super::value::to_json;

/// The filter that operands go through.
const FILTER: &str = "compared_operand";

/// The most characters of a value that an error shows.
const LONGEST: usize = 60;

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    /// `<`, `<=`, `>`, `>=`.
    Order,
    /// `==`, `!=`.
    Equality,
    /// `in`, `not in`.
    Membership,
}

/// One side of a comparison, or what stands beside a word of logic.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Operand {
    /// Where it stands in the text.
    range: Range<usize>,
    /// What it is compared with on its left, and how.
    left: Option<(Operator, usize)>,
    /// Whether `and`, `or`, `not` or `if` asks whether it holds.
    is_asked: bool,
}

impl Operand {
    /// This operand, where so much text and so many operands stand before those it is among.
    fn moved(self, text: usize, operands: usize) -> Self {
        Self {
            range: self.range.start + text..self.range.end + text,
            left: self.left.map(|(operator, left)| (operator, left + operands)),
            ..self
        }
    }
}

/// The comparisons of an expression, or of a text with several.
#[derive(Debug, Default)]
pub(super) struct Comparisons {
    /// The text as it is written.
    text: String,
    operands: Vec<Operand>,
    /// What the code has more than the text: places in this, and numbers of bytes.
    insertions: Vec<(usize, usize)>,
}

impl Comparisons {
    /// The comparisons in those parts of a text that are expressions, and its code with their
    /// operands noted; none where nothing is compared. The code is as long as the text.
    pub(super) fn watch(code: &str, text: &str, parts: &[Range<usize>]) -> Option<(String, Self)> {
        let operands: Vec<Operand> = parts.iter().fold(Vec::new(), |mut operands, part| {
            let found = scan::operands(&code[part.clone()]).unwrap_or_default();
            let before = operands.len();
            operands.extend(found.into_iter().map(|operand| operand.moved(part.start, before)));
            operands
        });
        if operands.is_empty() {
            return None;
        }
        let mut marks: Vec<(usize, String)> = Vec::with_capacity(operands.len() * 2);
        for (index, operand) in operands.iter().enumerate() {
            marks.push((operand.range.start, "(".to_owned()));
            marks.push((operand.range.end, format!(")|{FILTER}({index})")));
        }
        marks.sort_by_key(|(at, _)| *at);
        let mut watched = String::with_capacity(code.len() * 2);
        let mut done = 0;
        for (at, mark) in &marks {
            watched.push_str(&code[done..*at]);
            watched.push_str(mark);
            done = *at;
        }
        watched.push_str(&code[done..]);
        let insertions = marks.iter().map(|(at, mark)| (*at, mark.len())).collect();
        Some((watched, Self { text: text.to_owned(), operands, insertions }))
    }

    /// A value as the operand at an index: where is asked whether it holds, the text `false`, which
    /// the command line and files of data give, does not.
    pub(super) fn meant(&self, index: usize, value: Value) -> Value {
        let is_asked = self.operands.get(index).is_some_and(|operand| operand.is_asked);
        if is_asked && value.as_str() == Some("false") { Value::from(false) } else { value }
    }

    /// The part of the text that a part of its code stands for.
    pub(super) fn written(&self, code: Range<usize>) -> Range<usize> {
        let start = self.offset(code.start);
        start..self.offset(code.end).max(start)
    }

    fn offset(&self, at: usize) -> usize {
        let mut more = 0;
        for &(place, length) in &self.insertions {
            if at <= place + more {
                break;
            }
            if at < place + more + length {
                return place;
            }
            more += length;
        }
        at - more
    }

    /// The error that the operand at an index cannot be compared with the one on its left, if so.
    fn clash(&self, index: usize, values: &[Option<Value>], site: &Site) -> Option<Diagnostic> {
        let right = self.operands.get(index)?;
        let (operator, left) = right.left?;
        let (left_value, right_value) = (values.get(left)?.as_ref()?, values.get(index)?.as_ref()?);
        let message = operator.clash(left_value, right_value)?;
        let left = &self.operands[left].range;
        let sign = self.text[left.end..right.range.start].trim();
        let error = Diagnostic::error(format!("{message}: {} {sign} {}", shown(left_value), shown(right_value)))
            .at(&site.slice(left.start..right.range.end), "");
        let (left, right) = (&self.text[left.clone()], &self.text[right.range.clone()]);
        Some(error.help(Operator::help((left, left_value), sign, (right, right_value))))
    }
}

/// What the operands of a running expression were.
#[derive(Debug, Default)]
pub(super) struct Operands(Vec<Option<Value>>);

impl Operands {
    /// Notes an operand. The error that it cannot be compared with the one on its left, if so.
    pub(super) fn note(
        &mut self,
        index: usize,
        value: &Value,
        comparisons: &Comparisons,
        site: &Site,
    ) -> Option<Diagnostic> {
        let Self(values) = self;
        values.resize(comparisons.operands.len(), None);
        *values.get_mut(index)? = Some(value.clone());
        comparisons.clash(index, values, site)
    }
}

impl Operator {
    /// Why two values cannot be compared, if they cannot.
    fn clash(self, left: &Value, right: &Value) -> Option<String> {
        let (left_type, right_type) = (type_of(left)?, type_of(right)?);
        match self {
            Self::Order => {
                (left_type != right_type).then(|| format!("{left_type} cannot be ordered against {right_type}"))
            }
            Self::Equality => never_equal(left, right).then(|| format!("{left_type} is never equal to {right_type}")),
            Self::Membership => {
                let is_list = matches!(right.kind(), ValueKind::Seq);
                let mut items = right.try_iter().ok().filter(|_| is_list)?.peekable();
                items.peek()?;
                let is_other = items.all(|item| never_equal(left, &item));
                is_other.then(|| format!("{left_type} is in no list of another type"))
            }
        }
    }

    /// How the operands could be compared.
    fn help((left, left_value): (&str, &Value), sign: &str, (right, right_value): (&str, &Value)) -> String {
        let (of_one_left, of_one_right) =
            (of_type(left, left_value, right_value), of_type(right, right_value, left_value));
        match (of_one_left, of_one_right) {
            (None, None) => "compare values of one type, such as two numbers or two texts".to_owned(),
            (new_left, new_right) => {
                let (left, right) =
                    (new_left.unwrap_or_else(|| left.to_owned()), new_right.unwrap_or_else(|| right.to_owned()));
                format!("write `{left} {sign} {right}`")
            }
        }
    }
}

/// An operand as one of the type of another value, if there is a way.
fn of_type(operand: &str, value: &Value, other: &Value) -> Option<String> {
    let is_list = other.kind() == ValueKind::Seq;
    match value.as_str() {
        Some(_) if is_date(other) => Some(format!("date({operand})")),
        Some(text) if reads_as_number(text) && (other.is_number() || is_list) => {
            let filter = if text.trim().parse::<i64>().is_ok() { "int" } else { "float" };
            Some(format!("{} | {filter}", grouped(operand)))
        }
        None if value.is_number() && is_list => Some(format!("{} | string", grouped(operand))),
        None if value.kind() == ValueKind::Bool && other.as_str().is_some() => Some(format!("\"{}\"", to_json(value))),
        _ => None,
    }
}

fn is_date(value: &Value) -> bool {
    value.downcast_object_ref::<Moment>().is_some()
}

/// Whether values of two types are not equal, though one is how the other is written.
fn never_equal(left: &Value, right: &Value) -> bool {
    if is_date(left) != is_date(right) {
        return [left, right].iter().any(|value| value.as_str().is_some());
    }
    let (text, other) = match (left.as_str(), right.as_str()) {
        (Some(text), None) => (text, right),
        (None, Some(text)) => (text, left),
        _ => return false,
    };
    match other.kind() {
        ValueKind::Number => reads_as_number(text),
        ValueKind::Bool => reads_as_truth(text),
        _ => false,
    }
}

fn reads_as_number(text: &str) -> bool {
    text.trim().parse().is_ok_and(f64::is_finite)
}

fn reads_as_truth(text: &str) -> bool {
    matches!(text, "true" | "false")
}

/// The name of a value's type; none where the language itself says what is wrong with it.
fn type_of(value: &Value) -> Option<&'static str> {
    if is_date(value) {
        return Some("a date");
    }
    match value.kind() {
        ValueKind::None => Some("null"),
        ValueKind::Bool => Some("true or false"),
        ValueKind::Number => Some("a number"),
        ValueKind::String => Some("a text"),
        ValueKind::Bytes => Some("a run of bytes"),
        ValueKind::Seq | ValueKind::Iterable => Some("a list"),
        ValueKind::Map => Some("a map"),
        _ => None,
    }
}

fn shown(value: &Value) -> String {
    let json = to_json(value).to_string();
    match json.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &json[..end]),
        None => json,
    }
}

/// An operand as one that a filter can follow.
fn grouped(operand: &str) -> String {
    let is_one = operand.chars().all(|part| part.is_alphanumeric() || "_.$[]'\"".contains(part));
    if is_one { operand.to_owned() } else { format!("({operand})") }
}

/// Adds the filter that operands go through.
pub(super) fn register(environment: &mut Environment<'_>) {
    environment.add_filter(FILTER, |state: &State<'_, '_>, value: Value, index: usize| -> Result<Value, Error> {
        match Context::lookup(state).as_ref().and_then(|context| context.downcast_object_ref::<Context>()) {
            Some(context) => context.note_operand(index, value),
            None => Ok(value),
        }
    });
}
