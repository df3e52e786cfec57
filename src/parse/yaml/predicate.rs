//! What must hold of a value: a plain value it is equal to, or a map of predicates.

use crate::diagnostic::Diagnostic;
use crate::parse::assertion;
use crate::source::{Span, Spanned};
use crate::spec::{Expected, Node, Operand, Predicate, Snapshot, StatusRange, Text};

use super::Field;
use super::comparison::Options;
use super::operand::{self, Answer};
use super::table::Problems;

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

    /// Takes the options of a comparison, if it is one.
    fn take(&mut self, options: &Options<'_>) -> bool {
        let is_taken = options.apply(&mut self.predicate.value);
        if is_taken {
            self.text += &options.text();
        }
        is_taken
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

/// Reads what must hold of an answer. A map is always of predicates.
pub(super) fn read(field: Field<'_>, answer: Answer, problems: &mut Problems) -> Vec<Demand> {
    match &field.value.node {
        Node::Map(entries) if !entries.is_empty() => {
            let mut entries: Vec<Field<'_>> = entries.iter().map(|(key, value)| Field { key, value }).collect();
            read_entries(&mut entries, answer, problems)
        }
        _ => problems.keep(plain(field, answer)).into_iter().collect(),
    }
}

/// Whether a key compares JSON, or says how.
pub(super) fn compares_json(key: &str) -> bool {
    ["equals", "containsJson", "not", assertion::IGNORING, assertion::UNORDERED].contains(&key)
}

/// Reads the entries of a map of predicates.
pub(super) fn read_entries(entries: &mut Vec<Field<'_>>, answer: Answer, problems: &mut Problems) -> Vec<Demand> {
    let Some(options) = problems.keep(Options::take(entries)) else { return Vec::new() };
    let (mut demands, mut is_taken) = (Vec::with_capacity(entries.len()), false);
    for entry in &*entries {
        let Some(mut demand) = problems.keep(named(*entry, answer)) else { continue };
        is_taken |= entry.key.value != "not" && demand.take(&options);
        demands.push(demand);
    }
    if !is_taken && demands.len() == entries.len() {
        problems.extend(options.refusal());
    }
    demands
}

/// A plain value: the answer is equal to it.
fn plain(field: Field<'_>, answer: Answer) -> Result<Demand, Diagnostic> {
    let span = field.span().clone();
    let predicate = match answer {
        Answer::Status => status(field)?,
        Answer::Text | Answer::Scalar if field.is_null() => {
            return Ok(Demand::new(Predicate::Exists, span, "exists".to_owned()).negate());
        }
        Answer::Text => Predicate::Equal(operand::as_text(field)?),
        Answer::Duration => {
            let problem = Diagnostic::error("`duration`: no duration is equal to another").at(&span, "");
            return Err(problem.help("say `{<: 500ms}`"));
        }
        Answer::Json | Answer::Scalar | Answer::Size | Answer::Bytes | Answer::Digest(_) => {
            Predicate::Equal(operand::read(field, answer)?)
        }
    };
    let sign = if matches!(predicate, Predicate::StatusIn(_)) { "in" } else { "==" };
    Ok(Demand::new(predicate, span, format!("{sign} {}", operand::show(field))))
}

/// `201`, `2xx`, `200-204`, or a list of these.
fn status(field: Field<'_>) -> Result<Predicate, Diagnostic> {
    let wanted = || field.expected("a status such as `201`, `2xx`, `200-204` or `[200, 3xx]`");
    let is_code = |item: &Field<'_>| item.whole::<u16>().is_ok_and(|code| (100..=999).contains(&code.value));
    let operand = || Operand { value: Expected::Value(field.value.clone()), span: field.span().clone() };
    match &field.value.node {
        Node::Number(_) if is_code(&field) => Ok(Predicate::Equal(operand())),
        Node::List(_) => assertion::of_status(Predicate::In(operand())).map(|(predicate, _)| predicate),
        Node::Text(text) if text.value.contains("{{") => Ok(Predicate::Equal(operand())),
        Node::Text(text) => StatusRange::parse(&text.value).map(Predicate::Status).ok_or_else(wanted),
        _ => Err(wanted()),
    }
}

/// Reads a predicate from what stands below its key.
type OfItsOwn = fn(Field<'_>) -> Result<Demand, Diagnostic>;

/// Predicates whose value is neither compared nor a flag.
const OF_THEIR_OWN: &[(&str, OfItsOwn)] = &[("schema", schema), ("snapshot", snapshot)];

/// An entry of a map of predicates: `contains: x`, `isInteger: true`, `not: …`.
fn named(field: Field<'_>, answer: Answer) -> Result<Demand, Diagnostic> {
    let name = field.key.value.as_str();
    if name == "not" {
        return negated(field, answer);
    }
    if let Some(predicate) = assertion::lone_predicate(name) {
        return flag(field, predicate);
    }
    if let Some((_, read)) = OF_THEIR_OWN.iter().find(|(known, _)| *known == name) {
        return read(field);
    }
    match assertion::predicate_with_value(name) {
        Some(make) => with_value(field, answer, make),
        None if name == "between" => between(field, answer),
        None => Err(unknown(field)),
    }
}

/// A key that is no predicate is perhaps one of an object to compare with.
fn unknown(field: Field<'_>) -> Diagnostic {
    let problem = assertion::unknown_predicate(&field.key.value, &field.key.span);
    match problem.help {
        Some(_) => problem,
        // In braces `{equals: file,a.json}` are two keys.
        None if field.is_null() => problem.help("within braces a comma ends a value: write it below its key instead"),
        None => problem.help("an object to compare with is written `equals: {…}`"),
    }
}

/// `not: x`, or `not: {contains: x}`: of several predicates it would be unclear what is denied.
fn negated(field: Field<'_>, answer: Answer) -> Result<Demand, Diagnostic> {
    let demand = match &field.value.node {
        Node::Map(_) => inner(field, answer)?,
        _ => plain(field, answer)?,
    };
    assertion::refuse_denial(&demand.predicate.value, &demand.predicate.span)?;
    let span = pair_span(field);
    Ok(Demand { predicate: span.with(demand.predicate.value.clone()), ..demand }.negate())
}

/// The one predicate of a map.
fn inner(field: Field<'_>, answer: Answer) -> Result<Demand, Diagnostic> {
    let mut entries: Vec<Field<'_>> = field.entries()?.collect();
    let options = Options::take(&mut entries)?;
    let [only] = entries.as_slice() else { return Err(field.expected("one value or predicate")) };
    let mut demand = named(*only, answer)?;
    match options.refusal().filter(|_| !demand.take(&options)) {
        Some(refusal) => Err(refusal),
        None => Ok(demand),
    }
}

/// `contains: x`; some predicates take more than what the answer is compared with.
fn with_value(field: Field<'_>, answer: Answer, make: fn(Operand) -> Predicate) -> Result<Demand, Diagnostic> {
    let name = field.key.value.as_str();
    let operand = match name {
        "matches" => operand::pattern(field)?,
        "equals" | "containsJson" => operand::read(field, Answer::Json)?,
        "in" if matches!(&field.value.node, Node::Text(text) if text.value.contains("{{")) => {
            Operand { value: Expected::Value(field.value.clone()), span: field.span().clone() }
        }
        "in" => {
            field.items()?.try_for_each(|item| operand::check_element(item, answer))?;
            operand::read(field, answer)?
        }
        _ => operand::read(field, answer)?,
    };
    let demand = |predicate| Demand::new(predicate, pair_span(field), format!("{name} {}", operand::show(field)));
    if answer != Answer::Status {
        return Ok(demand(make(operand)));
    }
    let (predicate, differs) = assertion::of_status(make(operand))?;
    Ok(Demand { negated: differs, ..demand(predicate) })
}

/// `schema: path`, or `schema: {type: object}`
pub(super) fn schema(field: Field<'_>) -> Result<Demand, Diagnostic> {
    let shown = if let Node::Map(_) = field.value.node { "{…}".to_owned() } else { operand::show(field) };
    let operand = operand::read(field, Answer::Json)?;
    Ok(Demand::new(assertion::schema(operand)?, pair_span(field), format!("schema {shown}")))
}

/// `snapshot: true`, `snapshot: users.json`, or `snapshot: {name: users.json, redact: [$.id]}`
pub(super) fn snapshot(field: Field<'_>) -> Result<Demand, Diagnostic> {
    let wanted = || field.expected("`true`, a name, or a map of `name` and `redact`");
    let mut snapshot = Snapshot::default();
    match &field.value.node {
        Node::Bool(true) => {}
        Node::Text(name) => snapshot.name = Some(name.clone()),
        Node::Map(entries) => {
            for (key, value) in entries {
                let entry = Field { key, value };
                match key.value.as_str() {
                    "name" => snapshot.name = Some(entry.text()?),
                    "redact" => snapshot.redacted = entry.one_or_more().map(json_path).collect::<Result<_, _>>()?,
                    other => return Err(unknown_key(key).suggest(other, ["name", "redact"])),
                }
            }
        }
        Node::Null | Node::Bool(false) | Node::Number(_) | Node::List(_) => return Err(wanted()),
    }
    let shown = written(&snapshot);
    Ok(Demand::new(Predicate::Snapshot(snapshot), pair_span(field), shown))
}

fn json_path(field: Field<'_>) -> Result<Text, Diagnostic> {
    let is_path = |path: &Text| path.value.starts_with('$');
    field.text().ok().filter(is_path).ok_or_else(|| field.expected("a JSONPath such as `$.id`"))
}

fn unknown_key(key: &Text) -> Diagnostic {
    Diagnostic::error(format!("unknown key `{}`", key.value)).at(&key.span, "")
}

/// A snapshot as the assertion language writes it.
fn written(snapshot: &Snapshot) -> String {
    let name = snapshot.name.iter().map(|name| format!(" {}", name.value));
    let paths: Vec<&str> = snapshot.redacted.iter().map(|path| path.value.as_str()).collect();
    let redacted = (!paths.is_empty()).then(|| format!(" redact {}", paths.join(", ")));
    std::iter::once("snapshot".to_owned()).chain(name).chain(redacted).collect()
}

/// `between: [low, high]`
fn between(field: Field<'_>, answer: Answer) -> Result<Demand, Diagnostic> {
    let bounds: Vec<Field<'_>> = field.items()?.collect();
    let [low, high] = bounds.as_slice() else { return Err(field.expected("two values: `[low, high]`")) };
    let text = format!("{} {} {}", field.key.value, operand::show(*low), operand::show(*high));
    let bounds = [operand::read(*low, answer)?, operand::read(*high, answer)?];
    let predicate = Predicate::Between(Box::new(bounds));
    Ok(Demand::new(predicate, pair_span(field), text))
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
