//! Where JSON differs from what is expected of it, as a whole or in part.

use std::fmt;

use serde_json::{Map, Value as Json};

use super::compare::json_equal;
use super::jsonpath::is_shorthand;
use super::value::{brief_json, json_kind};

/// How much of a value is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// All of it.
    Whole,
    /// Objects may have other members, and lists other elements between those expected,
    /// which stand in the same order.
    Part,
}

/// The first place at which a value is not as expected.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Difference {
    /// From the root, innermost last.
    steps: Vec<Step>,
    /// What is wrong there.
    what: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Member(String),
    Element(usize),
}

/// The first difference, if there is one.
pub(super) fn first_difference(actual: &Json, expected: &Json, extent: Extent) -> Option<Difference> {
    match (actual, expected) {
        (Json::Object(actual), Json::Object(expected)) => objects(actual, expected, extent),
        (Json::Array(actual), Json::Array(expected)) if extent == Extent::Part => parts_of_list(actual, expected),
        (Json::Array(actual), Json::Array(expected)) => lists(actual, expected),
        _ if json_equal(actual, expected) => None,
        _ if json_kind(actual) == json_kind(expected) => {
            Some(Difference::here(format!("is {}, not {}", brief_json(actual), brief_json(expected))))
        }
        _ => Some(Difference::here(format!("is {}, not {}", with_kind(actual), with_kind(expected)))),
    }
}

/// Every member that a value lacks or that is not as expected, where the value may have
/// others; of a list only the first element.
pub(super) fn differences_in_part(actual: &Json, expected: &Json) -> Vec<Difference> {
    let (Json::Object(actual), Json::Object(expected)) = (actual, expected) else {
        return first_difference(actual, expected, Extent::Part).into_iter().collect();
    };
    let of_member = |(key, wanted): (&String, &Json)| {
        let differences = match actual.get(key) {
            Some(value) => differences_in_part(value, wanted),
            None => vec![missing(wanted)],
        };
        let step = Step::Member(key.clone());
        differences.into_iter().map(move |difference| difference.under(step.clone()))
    };
    expected.iter().flat_map(of_member).collect()
}

fn missing(wanted: &Json) -> Difference {
    Difference::here(format!("is missing; expected is {}", brief_json(wanted)))
}

fn objects(actual: &Map<String, Json>, expected: &Map<String, Json>, extent: Extent) -> Option<Difference> {
    for (key, wanted) in expected {
        let difference = match actual.get(key) {
            Some(value) => first_difference(value, wanted, extent),
            None => Some(missing(wanted)),
        };
        if let Some(difference) = difference {
            return Some(difference.under(Step::Member(key.clone())));
        }
    }
    let surplus = actual.iter().find(|(key, _)| extent == Extent::Whole && !expected.contains_key(*key));
    surplus.map(|(key, value)| {
        Difference::here(format!("is not expected; it is {}", brief_json(value))).under(Step::Member(key.clone()))
    })
}

fn lists(actual: &[Json], expected: &[Json]) -> Option<Difference> {
    let pairs = actual.iter().zip(expected).enumerate();
    let inner = pairs.into_iter().find_map(|(index, (value, wanted))| {
        Some(first_difference(value, wanted, Extent::Whole)?.under(Step::Element(index)))
    });
    let lengths = || format!("has {} elements, not {}", actual.len(), expected.len());
    inner.or_else(|| (actual.len() != expected.len()).then(|| Difference::here(lengths())))
}

/// Taking the first element that fits leaves the most for the next, so that no other
/// choice would find more.
fn parts_of_list(actual: &[Json], expected: &[Json]) -> Option<Difference> {
    let mut rest = actual.iter();
    let missing =
        expected.iter().find(|wanted| !rest.any(|value| first_difference(value, wanted, Extent::Part).is_none()))?;
    Some(Difference::here(format!("has no element {} in that order", brief_json(missing))))
}

fn with_kind(json: &Json) -> String {
    if json.is_null() { "null".to_owned() } else { format!("the {} {}", json_kind(json), brief_json(json)) }
}

impl Difference {
    fn here(what: String) -> Self {
        Self { steps: Vec::new(), what }
    }

    fn under(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    /// Whether it lies below the root.
    pub(super) fn is_inner(&self) -> bool {
        !self.steps.is_empty()
    }
}

/// As `$.a[0] is 1, not 2`.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("$")?;
        for step in self.steps.iter().rev() {
            match step {
                Step::Element(index) => write!(f, "[{index}]")?,
                Step::Member(name) if is_shorthand(name) => write!(f, ".{name}")?,
                Step::Member(name) => write!(f, "[{}]", Json::String(name.clone()))?,
            }
        }
        write!(f, " {}", self.what)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(actual: Json, expected: Json, extent: Extent) -> String {
        first_difference(&actual, &expected, extent).map_or_else(String::new, |difference| difference.to_string())
    }

    #[test]
    fn finds_the_first_difference_of_the_whole() {
        for (actual, expected, message) in [
            (json!({"a": [1, 2]}), json!({"a": [1.0, 2]}), ""),
            (json!({"a": [1, {"b c": 2}]}), json!({"a": [1, {"b c": 3}]}), "$.a[1][\"b c\"] is 2, not 3"),
            (json!({"a": 1}), json!({"a": "1"}), "$.a is the number 1, not the text \"1\""),
            (json!({"a": 1}), json!({}), "$.a is not expected; it is 1"),
            (json!({}), json!({"a": 1}), "$.a is missing; expected is 1"),
            (json!([1, 2]), json!([1]), "$ has 2 elements, not 1"),
            (json!(null), json!([1]), "$ is null, not the list [1]"),
        ] {
            assert_eq!(shown(actual, expected, Extent::Whole), message);
        }
    }

    #[test]
    fn finds_all_members_of_a_part_that_differ() {
        let actual = json!({"a": 1, "b": {"c": 2, "d": [3]}, "e": 5});
        let expected = json!({"a": 1, "b": {"c": 0, "d": [4], "x": null}, "f": 6});
        let found: Vec<String> = differences_in_part(&actual, &expected).iter().map(Difference::to_string).collect();
        assert_eq!(
            found,
            [
                "$.b.c is 2, not 0",
                "$.b.d has no element 4 in that order",
                "$.b.x is missing; expected is null",
                "$.f is missing; expected is 6"
            ]
        );
    }

    #[test]
    fn finds_the_first_difference_of_a_part() {
        for (actual, expected, message) in [
            (json!({"a": 1, "b": 2}), json!({"a": 1}), ""),
            (json!([{"id": 1, "x": 0}, {"id": 2}, {"id": 3}]), json!([{"id": 1}, {"id": 3}]), ""),
            (json!([1, 2]), json!([2, 1]), "$ has no element 1 in that order"),
            (json!([1]), json!([1, 1]), "$ has no element 1 in that order"),
            (json!({"a": {"b": 1}}), json!({"a": {"b": 2}}), "$.a.b is 1, not 2"),
        ] {
            assert_eq!(shown(actual, expected, Extent::Part), message);
        }
    }
}
