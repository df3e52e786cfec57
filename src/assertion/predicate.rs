//! Predicates, as they are written: what must hold of a value.

use regex::Regex;

use crate::diagnostic::Diagnostic;
use crate::spec::{self, Extent, JsonComparison, StatusRange, TypeTest};
use crate::template::Engine;

use super::contain::Place;
use super::explain::Explanation;
use super::json::{Expectation, Placeholder};
use super::operand::{Operand, holds_bare};
use super::prepared::{Prepared, text_of};
use super::resolved::{Bound, Resolved};
use super::schema::Schema;
use super::snapshot::Snapshot;
use super::value::Value;
use super::{Context, Failure};

/// A compiled predicate.
#[derive(Debug)]
pub(super) enum Predicate {
    Equal(Operand),
    Ordered(Bound, Operand),
    Contains(Operand),
    Part(Place, Operand),
    Matches(Prepared<Regex>),
    In(Operand),
    Between(Operand, Operand),
    Exists,
    IsEmpty,
    Truthy,
    Is(TypeTest),
    Any(Placeholder),
    Json(Expectation),
    SameLines(Operand),
    Status(StatusRange),
    StatusIn(Operand),
    Schema(Schema),
    Snapshot(Snapshot),
}

impl Predicate {
    /// The predicate, and whether it must not hold: `!=` is `==` that must not.
    pub(super) fn compile(engine: &Engine, predicate: &spec::Predicate) -> Result<(Self, bool), Diagnostic> {
        let compile = |operand| {
            Placeholder::refuse(operand)?;
            Operand::compile(engine, operand)
        };
        let ordered = |bound, operand| Ok(Self::Ordered(bound, compile(operand)?));
        let compiled: Result<Self, Diagnostic> = match predicate {
            spec::Predicate::NotEqual(operand) => return Ok((Self::equal(engine, operand)?, true)),
            spec::Predicate::Equal(operand) => Self::equal(engine, operand),
            spec::Predicate::Greater(operand) => ordered(Bound::Greater, operand),
            spec::Predicate::GreaterOrEqual(operand) => ordered(Bound::GreaterOrEqual, operand),
            spec::Predicate::Less(operand) => ordered(Bound::Less, operand),
            spec::Predicate::LessOrEqual(operand) => ordered(Bound::LessOrEqual, operand),
            spec::Predicate::Contains(operand) => compile(operand).map(Self::Contains),
            spec::Predicate::StartsWith(operand) => Ok(Self::Part(Place::Start, compile(operand)?)),
            spec::Predicate::EndsWith(operand) => Ok(Self::Part(Place::End, compile(operand)?)),
            spec::Predicate::Matches(operand) => Prepared::compile(engine, &text_of(operand)).map(Self::Matches),
            spec::Predicate::In(operand) => compile(operand).map(Self::In),
            spec::Predicate::Between(bounds) => Ok(Self::Between(compile(&bounds[0])?, compile(&bounds[1])?)),
            spec::Predicate::Exists => Ok(Self::Exists),
            spec::Predicate::IsEmpty => Ok(Self::IsEmpty),
            spec::Predicate::Truthy => Ok(Self::Truthy),
            spec::Predicate::Is(test) => Ok(Self::Is(*test)),
            spec::Predicate::Equals(comparison) => {
                Expectation::compile(engine, comparison, Extent::Whole).map(Self::Json)
            }
            spec::Predicate::ContainsJson(comparison) => {
                Expectation::compile(engine, comparison, Extent::Part).map(Self::Json)
            }
            spec::Predicate::SameLines(operand) => compile(operand).map(Self::SameLines),
            spec::Predicate::Status(range) => Ok(Self::Status(*range)),
            spec::Predicate::StatusIn(operand) => compile(operand).map(Self::StatusIn),
            spec::Predicate::Snapshot(snapshot) => Snapshot::compile(engine, snapshot).map(Self::Snapshot),
            spec::Predicate::Schema(schema) => Schema::compile(schema).map(Self::Schema),
        };
        compiled.map(|compiled| (compiled, false))
    }

    /// `==`, which is `equals` where a tree holds placeholders, or templates without quotes.
    fn equal(engine: &Engine, operand: &spec::Operand) -> Result<Self, Diagnostic> {
        if !Placeholder::is_in(operand) && !holds_bare(operand) {
            return Operand::compile(engine, operand).map(Self::Equal);
        }
        match Placeholder::of(operand)? {
            Some(placeholder) => Ok(Self::Any(placeholder)),
            None => {
                let comparison = JsonComparison::with(operand.clone());
                Expectation::compile(engine, &comparison, Extent::Whole).map(Self::Json)
            }
        }
    }

    /// Whether it compares JSON by value.
    pub(super) fn compares_json(&self) -> bool {
        matches!(self, Self::Json(_))
    }

    /// Whether it can be held against what is absent, or against no nodes.
    pub(super) fn admits_absence(&self, value: &Value<'_>) -> bool {
        matches!(self, Self::Exists | Self::Truthy) || matches!((self, value), (Self::IsEmpty, Value::Nodes(_)))
    }

    /// This predicate with its operands worked out, to be held against a value.
    ///
    /// # Errors
    /// An operand that cannot be worked out, or a value of which the predicate says nothing.
    pub(super) fn resolve<'a>(
        &'a self,
        actual: &'a Value<'_>,
        explain: Explanation<'_>,
        context: Context<'a>,
    ) -> Result<Resolved<'a>, Failure> {
        Ok(match self {
            Self::Equal(operand) => Resolved::Equal(operand.given(context)?),
            Self::Ordered(bound, operand) => Resolved::Ordered(*bound, operand.given(context)?),
            Self::Contains(operand) => Resolved::Contains(operand.given(context)?),
            Self::Part(place, operand) => Resolved::Part(*place, operand.given(context)?),
            Self::Matches(pattern) => Resolved::Matches(pattern.get(context.scope)?),
            Self::In(operand) => Resolved::In(operand.given(context)?, operand.text()),
            Self::Between(low, high) => Resolved::Between(low.given(context)?, high.given(context)?),
            Self::Exists => Resolved::Exists,
            Self::IsEmpty => Resolved::IsEmpty,
            Self::Truthy => Resolved::Truthy,
            Self::Is(test) => Resolved::Is(*test),
            Self::Any(placeholder) => Resolved::Any(placeholder),
            Self::Json(expectation) => {
                let json = explain.json_of(actual)?;
                Resolved::Json(expectation.against(&json, context)?, json)
            }
            Self::SameLines(operand) => Resolved::SameLines(operand.given(context)?),
            Self::Status(range) => Resolved::Status(range),
            Self::StatusIn(operand) => Resolved::StatusIn(operand.given(context)?, operand.text()),
            Self::Schema(schema) => Resolved::Schema(schema, explain.json_of(actual)?),
            Self::Snapshot(snapshot) => Resolved::Snapshot(snapshot, context),
        })
    }
}
