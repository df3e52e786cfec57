//! From the parsed tree to a plan, refusing what is not well-typed (RFC 9535, 2.4.3).

use jsonpath_rust::parser::model::{
    Comparable, Comparison, Filter, FilterAtom, FnArg, Literal, Segment, Selector as ParsedSelector, SingularQuery,
    SingularQuerySegment, Test, TestFunction,
};
use serde_json::Value;

use super::pattern::{Extent, Pattern};
use super::plan::{Condition, Operand, Operator, Origin, Query, Selector, Step, Steps};

/// What is lowered, or why it is not well-typed.
type Lowered<T> = Result<T, String>;

/// Lowers the segments of a query.
pub(super) fn steps(segments: &[Segment]) -> Lowered<Steps> {
    segments.iter().map(step).collect::<Lowered<_>>().map(Steps)
}

fn step(segment: &Segment) -> Lowered<Step> {
    let selectors = match segment {
        Segment::Descendant(inner) => return Ok(Step { descends: true, ..step(inner)? }),
        Segment::Selector(selector) => std::slice::from_ref(selector),
        Segment::Selectors(selectors) => selectors.as_slice(),
    };
    Ok(Step { descends: false, selectors: selectors.iter().map(selector).collect::<Lowered<_>>()? })
}

fn selector(parsed: &ParsedSelector) -> Lowered<Selector> {
    Ok(match parsed {
        ParsedSelector::Name(name) => Selector::Name(name.clone()),
        ParsedSelector::Wildcard => Selector::Wildcard,
        ParsedSelector::Index(index) => Selector::Index(*index),
        ParsedSelector::Slice(start, end, step) => {
            Selector::Slice { start: *start, end: *end, step: step.unwrap_or(1) }
        }
        ParsedSelector::Filter(filter) => Selector::Filter(condition(filter)?),
    })
}

fn condition(filter: &Filter) -> Lowered<Condition> {
    Ok(match filter {
        Filter::Or(parts) => Condition::Any(parts.iter().map(condition).collect::<Lowered<_>>()?),
        Filter::And(parts) => Condition::All(parts.iter().map(condition).collect::<Lowered<_>>()?),
        Filter::Atom(FilterAtom::Filter { expr, not }) => negated(condition(expr)?, *not),
        Filter::Atom(FilterAtom::Test { expr, not }) => negated(test(expr)?, *not),
        Filter::Atom(FilterAtom::Comparison(parsed)) => comparison(parsed)?,
    })
}

fn negated(condition: Condition, not: bool) -> Condition {
    if not { Condition::Not(Box::new(condition)) } else { condition }
}

/// A test is a query, or a function whose result is logical.
fn test(parsed: &Test) -> Lowered<Condition> {
    match parsed {
        Test::RelQuery(_) | Test::AbsQuery(_) => query(parsed).map(Condition::Exists),
        Test::Function(function) => match function.as_ref() {
            TestFunction::Match(text, pattern) => matches(text, pattern, Extent::Whole),
            TestFunction::Search(text, pattern) => matches(text, pattern, Extent::Part),
            TestFunction::Custom(name, _) => Err(no_function(name)),
            TestFunction::Length(_) => Err(uncompared("length")),
            TestFunction::Count(_) => Err(uncompared("count")),
            TestFunction::Value(_) => Err(uncompared("value")),
        },
    }
}

fn matches(text: &FnArg, pattern: &FnArg, extent: Extent) -> Lowered<Condition> {
    let text = value_argument(text)?;
    Ok(Condition::Matches { text, pattern: Pattern::new(value_argument(pattern)?, extent) })
}

fn comparison(parsed: &Comparison) -> Lowered<Condition> {
    let operator = match parsed {
        Comparison::Eq(..) => Operator::Equal,
        Comparison::Ne(..) => Operator::NotEqual,
        Comparison::Gt(..) => Operator::Greater,
        Comparison::Gte(..) => Operator::GreaterOrEqual,
        Comparison::Lt(..) => Operator::Less,
        Comparison::Lte(..) => Operator::LessOrEqual,
    };
    let (left, right) = parsed.vals();
    Ok(Condition::Compare(comparable(left)?, operator, comparable(right)?))
}

fn comparable(parsed: &Comparable) -> Lowered<Operand> {
    match parsed {
        Comparable::Literal(value) => literal(value),
        Comparable::Function(function) => value_function(function),
        Comparable::SingularQuery(query) => Ok(Operand::Node(singular_query(query))),
    }
}

fn literal(parsed: &Literal) -> Lowered<Operand> {
    Ok(Operand::Literal(match parsed {
        Literal::Int(number) => (*number).into(),
        Literal::Float(number) if !number.is_finite() => return Err(format!("the number {number} is out of range")),
        Literal::Float(number) => (*number).into(),
        Literal::String(text) => text.clone().into(),
        Literal::Bool(flag) => (*flag).into(),
        Literal::Null => Value::Null,
    }))
}

/// A function whose result is a value (2.4.4, 2.4.5, 2.4.8).
fn value_function(function: &TestFunction) -> Lowered<Operand> {
    match function {
        TestFunction::Length(argument) => Ok(Operand::Length(Box::new(value_argument(argument)?))),
        TestFunction::Count(argument) => nodes_argument("count", argument).map(Operand::Count),
        TestFunction::Value(argument) => nodes_argument("value", argument).map(Operand::OnlyValue),
        TestFunction::Match(..) => Err(logical("match")),
        TestFunction::Search(..) => Err(logical("search")),
        TestFunction::Custom(name, _) => Err(no_function(name)),
    }
}

/// An argument of ValueType: a literal, a singular query, or a function that gives a value.
fn value_argument(argument: &FnArg) -> Lowered<Operand> {
    match argument {
        FnArg::Literal(value) => literal(value),
        FnArg::Filter(_) => Err("a function takes a value where a condition stands".to_owned()),
        FnArg::Test(test) => match test.as_ref() {
            Test::Function(function) => value_function(function),
            Test::RelQuery(_) | Test::AbsQuery(_) => {
                let query = query(test)?;
                if !query.steps.is_singular() {
                    return Err("a function takes one value where a query may find several".to_owned());
                }
                Ok(Operand::Node(query))
            }
        },
    }
}

/// An argument of NodesType: a query.
fn nodes_argument(function: &str, argument: &FnArg) -> Lowered<Query> {
    match argument {
        FnArg::Test(test) if !matches!(test.as_ref(), Test::Function(_)) => query(test),
        _ => Err(format!("`{function}` takes a query")),
    }
}

fn query(parsed: &Test) -> Lowered<Query> {
    match parsed {
        Test::RelQuery(segments) => Ok(Query { from: Origin::Current, steps: steps(segments)? }),
        Test::AbsQuery(query) => Ok(Query { from: Origin::Root, steps: steps(&query.segments)? }),
        Test::Function(_) => Err("a function stands where a query is needed".to_owned()),
    }
}

fn singular_query(parsed: &SingularQuery) -> Query {
    let (from, segments) = match parsed {
        SingularQuery::Current(segments) => (Origin::Current, segments),
        SingularQuery::Root(segments) => (Origin::Root, segments),
    };
    let select = |segment: &SingularQuerySegment| match segment {
        SingularQuerySegment::Index(index) => Selector::Index(*index),
        SingularQuerySegment::Name(name) => Selector::Name(name.clone()),
    };
    let steps = segments.iter().map(|segment| Step { descends: false, selectors: vec![select(segment)] });
    Query { from, steps: Steps(steps.collect()) }
}

fn uncompared(name: &str) -> String {
    format!("`{name}` gives a value, which must be compared with another")
}

fn logical(name: &str) -> String {
    format!("`{name}` is true or false, which is no value")
}

fn no_function(name: &str) -> String {
    format!("there is no function `{name}`; there are `length`, `count`, `value`, `match`, `search`")
}
