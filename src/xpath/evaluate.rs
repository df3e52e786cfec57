//! Evaluates an expression: its tree is walked, its time is counted.

use std::borrow::Cow;
use std::cell::Cell;
use std::ops::Range;

use super::document::{Document, Kind};
use super::syntax::{Expression, NameTest, Operator, Path, Start, Step, Test};
use super::value::Object;
use super::{Error, compare};

/// How many nodes may be looked at, or bytes of text be gone through: some tenths of a second.
const MOST_STEPS: u64 = 10_000_000;

/// One evaluation of an expression.
pub(super) struct Evaluation<'d> {
    pub(super) document: &'d Document,
    /// Where the whole expression stands.
    place: Range<usize>,
    steps: Cell<u64>,
}

/// What an expression is asked of (XPath 1.0, 1).
#[derive(Clone, Copy)]
pub(super) struct Focus {
    pub(super) node: u32,
    pub(super) position: usize,
    pub(super) size: usize,
}

/// What a name test looks for, its prefix resolved.
struct Wanted<'a> {
    namespace: &'a str,
    /// The prefix as it is written, where that alone counts.
    prefix: Option<&'a str>,
    local: Option<&'a str>,
}

impl<'d> Evaluation<'d> {
    pub(super) fn new(document: &'d Document, place: Range<usize>) -> Self {
        Self { document, place, steps: Cell::new(0) }
    }

    /// Asks the document itself.
    pub(super) fn run(&self, expression: &Expression) -> Result<Object<'d>, Error> {
        self.evaluate(expression, Focus { node: 0, position: 1, size: 1 })
    }

    pub(super) fn evaluate(&self, expression: &Expression, focus: Focus) -> Result<Object<'d>, Error> {
        self.spend(1)?;
        match expression {
            Expression::Operation(first, rest) => self.operation(first, rest, focus),
            Expression::Negation(operand) => Ok(Object::Number(-self.number(operand, focus)?)),
            Expression::Union(paths) => self.union(paths, focus),
            Expression::Path(path) => self.path(path, focus).map(Object::Nodes),
            Expression::Text(text) => Ok(Object::Text(Cow::Owned(text.clone()))),
            Expression::Number(number) => Ok(Object::Number(*number)),
            Expression::Call(call) => self.call(call, focus),
        }
    }

    pub(super) fn number(&self, expression: &Expression, focus: Focus) -> Result<f64, Error> {
        let object = self.evaluate(expression, focus)?;
        self.spend_on(&object)?;
        Ok(object.into_number(self.document))
    }

    pub(super) fn text(&self, expression: &Expression, focus: Focus) -> Result<Cow<'d, str>, Error> {
        let object = self.evaluate(expression, focus)?;
        self.spend_on(&object)?;
        Ok(object.into_text(self.document))
    }

    /// Counts the time that something takes.
    ///
    /// # Errors
    /// When it has become too much.
    pub(super) fn spend(&self, steps: usize) -> Result<(), Error> {
        self.steps.set(self.steps.get().saturating_add(steps as u64));
        if self.steps.get() <= MOST_STEPS {
            return Ok(());
        }
        let reason = "it goes through the document too often to be followed to its end";
        Err(Error::new(reason, self.place.clone()))
    }

    /// Counts what it takes to make a text of an object.
    pub(super) fn spend_on(&self, object: &Object<'_>) -> Result<(), Error> {
        match object {
            Object::Nodes(nodes) => nodes.first().map_or(Ok(()), |&node| self.spend_on_text(node)),
            Object::Text(text) => self.spend(text.len() / 16),
            _ => Ok(()),
        }
    }

    /// Counts what it takes to gather the text of a node.
    pub(super) fn spend_on_text(&self, node: u32) -> Result<(), Error> {
        self.spend((self.document.end(node) - node) as usize)
    }

    fn operation(
        &self,
        first: &Expression,
        rest: &[(Operator, Expression)],
        focus: Focus,
    ) -> Result<Object<'d>, Error> {
        let mut left = self.evaluate(first, focus)?;
        for (operator, right) in rest {
            left = match operator {
                Operator::Or if left.is_true() => Object::Boolean(true),
                Operator::And if !left.is_true() => Object::Boolean(false),
                Operator::Or | Operator::And => Object::Boolean(self.evaluate(right, focus)?.is_true()),
                _ => self.operate(*operator, left, self.evaluate(right, focus)?)?,
            };
        }
        Ok(left)
    }

    fn operate(&self, operator: Operator, left: Object<'d>, right: Object<'d>) -> Result<Object<'d>, Error> {
        for side in [&left, &right] {
            match side {
                Object::Nodes(nodes) => nodes.iter().try_for_each(|&node| self.spend_on_text(node))?,
                other => self.spend_on(other)?,
            }
        }
        let calculate: fn(f64, f64) -> f64 = match operator {
            Operator::Add => |left, right| left + right,
            Operator::Subtract => |left, right| left - right,
            Operator::Multiply => |left, right| left * right,
            Operator::Divide => |left, right| left / right,
            Operator::Remainder => |left, right| left % right,
            _ => return Ok(Object::Boolean(compare::holds(self.document, operator, left, right))),
        };
        Ok(Object::Number(calculate(left.into_number(self.document), right.into_number(self.document))))
    }

    fn union(&self, paths: &[Expression], focus: Focus) -> Result<Object<'d>, Error> {
        let mut all = Vec::new();
        for path in paths {
            match self.evaluate(path, focus)? {
                Object::Nodes(nodes) => all.extend(nodes),
                _ => return Err(Error::new("`|` joins nodes, and one of its sides is none", self.place.clone())),
            }
        }
        self.spend(all.len())?;
        Ok(Object::Nodes(in_order(all)))
    }

    fn path(&self, path: &Path, focus: Focus) -> Result<Vec<u32>, Error> {
        let mut nodes = match &path.start {
            Start::Context => vec![focus.node],
            Start::Root => vec![0],
            Start::Filter(expression, predicates, place) => {
                let Object::Nodes(mut nodes) = self.evaluate(expression, focus)? else {
                    return Err(Error::new("only nodes can be gone on from, and this gives none", place.clone()));
                };
                for predicate in predicates {
                    nodes = self.filter(nodes, predicate)?;
                }
                nodes
            }
        };
        for step in &path.steps {
            nodes = self.step(step, &nodes)?;
        }
        Ok(nodes)
    }

    /// Where a step leads from some nodes.
    fn step(&self, step: &Step, from: &[u32]) -> Result<Vec<u32>, Error> {
        let wanted = match &step.test {
            Test::Name(name) => Some(self.wanted(name)?),
            _ => None,
        };
        let mut all = Vec::new();
        for &node in from {
            let mut seen = 0;
            let mut found = Vec::new();
            step.axis.walk(self.document, node, |node| {
                seen += 1;
                if self.passes(node, step, wanted.as_ref()) {
                    found.push(node);
                }
            });
            self.spend(seen + 1)?;
            for predicate in &step.predicates {
                found = self.filter(found, predicate)?;
            }
            if step.axis.is_reverse() {
                found.reverse();
            }
            all.extend(found);
        }
        Ok(in_order(all))
    }

    /// The nodes of which a predicate holds: a number is that of a position.
    fn filter(&self, nodes: Vec<u32>, predicate: &Expression) -> Result<Vec<u32>, Error> {
        let size = nodes.len();
        let mut kept = Vec::new();
        for (at, node) in nodes.into_iter().enumerate() {
            let position = at + 1;
            let holds = match self.evaluate(predicate, Focus { node, position, size })? {
                Object::Number(number) => number == position as f64,
                other => other.is_true(),
            };
            if holds {
                kept.push(node);
            }
        }
        Ok(kept)
    }

    /// A name without a prefix is in no namespace; in HTML, a prefix is a part of a name.
    fn wanted<'a>(&self, test: &'a NameTest) -> Result<Wanted<'a>, Error>
    where
        'd: 'a,
    {
        let local = test.local.as_deref();
        match test.prefix.as_deref() {
            None => Ok(Wanted { namespace: "", prefix: None, local }),
            Some(prefix) if self.document.is_html() => Ok(Wanted { namespace: "", prefix: Some(prefix), local }),
            Some(prefix) => match self.document.namespace(prefix) {
                Some(namespace) => Ok(Wanted { namespace, prefix: None, local }),
                None => Err(Error::new(self.unknown_prefix(prefix), test.place.clone())),
            },
        }
    }

    fn unknown_prefix(&self, prefix: &str) -> String {
        match prefix {
            "_" => "the document's root element has no default namespace for `_` to stand for".to_owned(),
            _ => format!("the document declares no namespace prefix `{prefix}`"),
        }
    }

    fn passes(&self, node: u32, step: &Step, wanted: Option<&Wanted<'_>>) -> bool {
        let kind = self.document.kind(node);
        match (&step.test, wanted) {
            (Test::Any, _) => true,
            (Test::Text, _) => kind == Kind::Text,
            (Test::Comment, _) => kind == Kind::Comment,
            (Test::Instruction(target), _) => {
                let is_meant = |target: &String| *self.document.name(node).local == **target;
                kind == Kind::Instruction && target.as_ref().is_none_or(is_meant)
            }
            (Test::Name(_), Some(wanted)) => kind == step.axis.principal() && self.bears(node, wanted),
            (Test::Name(_), None) => false,
        }
    }

    /// Names of HTML are read in any case.
    fn bears(&self, node: u32, wanted: &Wanted<'_>) -> bool {
        let name = self.document.name(node);
        let is_same = |written: &str, actual: &str| match self.document.is_html() {
            true => written.eq_ignore_ascii_case(actual),
            false => written == actual,
        };
        match (wanted.local, wanted.prefix) {
            (None, None) if wanted.namespace.is_empty() => true,
            (local, prefix) => {
                local.is_none_or(|local| is_same(local, &name.local))
                    && *name.namespace == *wanted.namespace
                    && prefix.is_none_or(|prefix| is_same(prefix, &name.prefix))
            }
        }
    }
}

/// In document order, each once.
fn in_order(mut nodes: Vec<u32>) -> Vec<u32> {
    if !nodes.is_sorted_by(|one, next| one < next) {
        nodes.sort_unstable();
        nodes.dedup();
    }
    nodes
}
