//! Where JSON differs from what is expected of it.

use std::collections::HashSet;
use std::fmt;

use serde_json::{Map, Value as Json};

use crate::assertion::jsonpath::is_shorthand;
use crate::assertion::value::{brief_json, json_kind};
use crate::spec::Extent;

use super::comparison::{Comparison, items};
use super::wanted::Wanted;

/// How many differences are kept; of the others it is known how many there are.
const MOST_KEPT: usize = 10;

/// Among how many elements the one is looked for that is most like an item that none fits.
const MOST_ALIKE: usize = 50;

/// All differences between a value and what is expected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// The first of them.
    pub shown: Vec<Difference>,
    /// How many there are besides.
    pub more: usize,
}

/// A place where a value is not as expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The path to it, from what is compared: `$.users[0].name`.
    pub path: String,
    /// What is wrong there.
    pub change: Change,
}

/// What is wrong at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// There is another value than the one that is expected.
    Differs {
        /// What there is.
        actual: String,
        /// What there should be.
        expected: String,
    },
    /// What should be there is not.
    Missing(String),
    /// What is there should not be.
    Unexpected(String),
    /// What is there should come later, or earlier.
    Misplaced(String),
}

impl Differences {
    /// The differences of a comparison.
    pub(in crate::assertion) fn between(comparison: &Comparison, actual: &Json, wanted: &Wanted) -> Self {
        let mut search = Search { comparison, way: Vec::new(), found: Self::default() };
        search.value(actual, wanted);
        search.found
    }

    /// The first of them, if there is one.
    pub(in crate::assertion) fn first(&self) -> Option<&Difference> {
        self.shown.first()
    }

    fn count(&self) -> usize {
        self.shown.len() + self.more
    }
}

impl Difference {
    /// Whether it lies below the root.
    pub(in crate::assertion) fn is_inner(&self) -> bool {
        self.path != "$"
    }
}

/// As `$.a[0]: 1, not 2`.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.change)
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Differs { actual, expected } => write!(f, "{actual}, not {expected}"),
            Self::Missing(expected) => write!(f, "missing, expected {expected}"),
            Self::Unexpected(actual) => write!(f, "unexpected {actual}"),
            Self::Misplaced(actual) => write!(f, "out of order {actual}"),
        }
    }
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Member(&'a str),
    Element(usize),
    /// Any element: where something is missing in a list of any order, it has no index.
    AnyElement,
}

/// As a segment of a path.
impl fmt::Display for Step<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Element(index) => write!(f, "[{index}]"),
            Self::AnyElement => f.write_str("[*]"),
            Self::Member(name) if is_shorthand(name) => write!(f, ".{name}"),
            Self::Member(name) => write!(f, "[{}]", Json::from(*name)),
        }
    }
}

/// A walk through a value and what is expected, side by side.
struct Search<'a> {
    comparison: &'a Comparison,
    /// The steps from the root to the current place.
    way: Vec<Step<'a>>,
    found: Differences,
}

type Element<'a> = (usize, &'a Json);
type Item<'a> = (usize, &'a Wanted);

impl<'a> Search<'a> {
    fn value(&mut self, actual: &'a Json, wanted: &'a Wanted) {
        match (actual, wanted) {
            _ if self.comparison.ignored.holds(actual) => {}
            (Json::Object(actual), Wanted::Object(wanted)) => self.objects(actual, wanted),
            (Json::Array(actual), Wanted::List(wanted)) => self.lists(actual, wanted),
            _ if self.comparison.fits(actual, wanted) => {}
            _ => self.add(differs(actual, wanted)),
        }
    }

    fn objects(&mut self, actual: &'a Map<String, Json>, wanted: &'a [(String, Wanted)]) {
        for (name, wanted) in wanted {
            match (actual.get(name), wanted) {
                (Some(value), _) => self.below(Step::Member(name), |search| search.value(value, wanted)),
                (None, Wanted::Ignored) => {}
                (None, _) => self.at(Step::Member(name), Change::Missing(wanted.brief())),
            }
        }
        if self.comparison.extent == Extent::Whole {
            for (name, value) in self.comparison.surplus(actual, wanted) {
                self.at(Step::Member(name), Change::Unexpected(brief_json(value)));
            }
        }
    }

    fn lists(&mut self, actual: &'a [Json], wanted: &'a [Wanted]) {
        let actual: Vec<Element<'_>> = self.comparison.elements(actual).collect();
        let wanted: Vec<Item<'_>> = items(wanted).collect();
        match self.comparison.extent {
            _ if self.comparison.unordered => self.in_any_order(&actual, &wanted),
            Extent::Part => self.in_order(&actual, &wanted),
            Extent::Whole => self.side_by_side(&actual, &wanted),
        }
    }

    /// What is alike at both ends is left out where the lengths differ, so that one element
    /// too many is one difference.
    fn side_by_side(&mut self, actual: &[Element<'a>], wanted: &[Item<'a>]) {
        let (mut actual, mut wanted) = (actual, wanted);
        if actual.len() != wanted.len() {
            let fits = |(element, item): &(&Element<'_>, &Item<'_>)| self.comparison.fits(element.1, item.1);
            let start = actual.iter().zip(wanted).take_while(fits).count();
            (actual, wanted) = (&actual[start..], &wanted[start..]);
            let end = actual.iter().rev().zip(wanted.iter().rev()).take_while(fits).count();
            (actual, wanted) = (&actual[..actual.len() - end], &wanted[..wanted.len() - end]);
        }
        let both = actual.len().min(wanted.len());
        for (&(index, value), &(_, wanted)) in actual.iter().zip(wanted) {
            self.below(Step::Element(index), |search| search.value(value, wanted));
        }
        for &(index, wanted) in &wanted[both..] {
            self.at(Step::Element(index), Change::Missing(wanted.brief()));
        }
        self.unexpected(&actual[both..]);
    }

    /// Each item is looked for after the one before it.
    fn in_order(&mut self, actual: &[Element<'a>], wanted: &[Item<'a>]) {
        let mut passed: Vec<Element<'a>> = Vec::new();
        let mut rest = actual;
        for &(_, wanted) in wanted {
            let fits = |&(_, value): &Element<'_>| self.comparison.fits(value, wanted);
            if let Some(at) = rest.iter().position(fits) {
                passed.extend(&rest[..at]);
                rest = &rest[at + 1..];
            } else if let Some(at) = passed.iter().position(fits) {
                let (index, value) = passed.remove(at);
                self.at(Step::Element(index), Change::Misplaced(brief_json(value)));
            } else {
                self.most_alike_or_missing(&mut rest[..rest.len().min(MOST_ALIKE)].to_vec(), wanted);
            }
        }
    }

    fn in_any_order(&mut self, actual: &[Element<'a>], wanted: &[Item<'a>]) {
        let values: Vec<&Json> = actual.iter().map(|&(_, value)| value).collect();
        let items: Vec<&Wanted> = wanted.iter().map(|&(_, wanted)| wanted).collect();
        let pairs = self.comparison.pairs(&values, &items);
        let paired: HashSet<usize> = pairs.iter().copied().flatten().collect();
        let is_free = |(at, element): (usize, &Element<'a>)| (!paired.contains(&at)).then_some(*element);
        let mut free: Vec<Element<'a>> = actual.iter().enumerate().filter_map(is_free).collect();
        for (&(_, wanted), _) in wanted.iter().zip(&pairs).filter(|(_, paired)| paired.is_none()) {
            self.most_alike_or_missing(&mut free, wanted);
        }
        if self.comparison.extent == Extent::Whole {
            self.unexpected(&free);
        }
    }

    /// How the element that is most alike differs from an item that none fits, if one is
    /// alike in most; that element is then spoken for.
    fn most_alike_or_missing(&mut self, free: &mut Vec<Element<'a>>, wanted: &'a Wanted) {
        match self.most_alike(free, wanted) {
            Some(at) => {
                let (index, value) = free.remove(at);
                self.below(Step::Element(index), |search| search.value(value, wanted));
            }
            None => self.at(Step::AnyElement, Change::Missing(wanted.brief())),
        }
    }

    /// Nobody reads on where enough is found, and looking for what is alike takes long.
    fn most_alike(&self, free: &[Element<'a>], wanted: &'a Wanted) -> Option<usize> {
        if self.found.shown.len() == MOST_KEPT {
            return None;
        }
        let differences = |value: &Json| Differences::between(self.comparison, value, wanted).count();
        let is_structure = |value: &Json| value.is_array() || value.is_object();
        let candidates = free.iter().enumerate().take(MOST_ALIKE).filter(|(_, (_, value))| is_structure(value));
        let most_alike = candidates.map(|(at, (_, value))| (differences(value), at)).min();
        most_alike.filter(|(count, _)| count * 2 <= leaves(wanted)).map(|(_, at)| at)
    }

    fn unexpected(&mut self, elements: &[Element<'a>]) {
        for &(index, value) in elements {
            self.at(Step::Element(index), Change::Unexpected(brief_json(value)));
        }
    }

    fn below(&mut self, step: Step<'a>, walk: impl FnOnce(&mut Self)) {
        self.way.push(step);
        walk(self);
        self.way.pop();
    }

    fn at(&mut self, step: Step<'a>, change: Change) {
        self.below(step, |search| search.add(change));
    }

    fn add(&mut self, change: Change) {
        if self.found.shown.len() == MOST_KEPT {
            self.found.more += 1;
            return;
        }
        let path = self.way.iter().fold("$".to_owned(), |path, step| path + &step.to_string());
        self.found.shown.push(Difference { path, change });
    }
}

/// How two values differ: with their types, where these do.
fn differs(actual: &Json, wanted: &Wanted) -> Change {
    match wanted.kind() {
        Some(kind) if kind != json_kind(actual) => Change::Differs {
            actual: with_kind(json_kind(actual), brief_json(actual)),
            expected: with_kind(kind, wanted.brief()),
        },
        _ => Change::Differs { actual: brief_json(actual), expected: wanted.brief() },
    }
}

fn with_kind(kind: &str, brief: String) -> String {
    if kind == "null" { brief } else { format!("the {kind} {brief}") }
}

/// How many values there are in what is expected, objects and lists themselves not counted.
fn leaves(wanted: &Wanted) -> usize {
    match wanted {
        Wanted::List(items) => items.iter().map(leaves).sum(),
        Wanted::Object(members) => members.iter().map(|(_, wanted)| leaves(wanted)).sum(),
        Wanted::Ignored => 0,
        Wanted::Scalar(_) | Wanted::Untyped(_) | Wanted::Any(_) => 1,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::assertion::json::ignored::Ignored;

    fn shown(actual: Json, wanted: Json, extent: Extent, unordered: bool) -> Vec<String> {
        let comparison = Comparison { extent, unordered, ignored: Ignored::default() };
        let found = Differences::between(&comparison, &actual, &Wanted::from(wanted));
        found.shown.iter().map(Difference::to_string).collect()
    }

    #[test]
    fn finds_where_a_whole_differs() {
        for (actual, wanted, differences) in [
            (json!({"a": [1, 2]}), json!({"a": [1.0, 2]}), &[][..]),
            (json!({"a": [1, {"b c": 2}]}), json!({"a": [1, {"b c": 3}]}), &["$.a[1][\"b c\"]: 2, not 3"]),
            (json!({"a": 1}), json!({"a": "1"}), &["$.a: the number 1, not the text \"1\""]),
            (
                json!({"a": 1, "b": 2}),
                json!({"c": 3}),
                &["$.c: missing, expected 3", "$.a: unexpected 1", "$.b: unexpected 2"],
            ),
            (json!(null), json!([1]), &["$: null, not the list [1]"]),
            (json!([1, 2, 3]), json!([1, 3]), &["$[1]: unexpected 2"]),
            (json!([1, 3]), json!([1, 2, 3]), &["$[1]: missing, expected 2"]),
            (json!([1, 4, 3, 5]), json!([1, 2, 3]), &["$[1]: 4, not 2", "$[3]: unexpected 5"]),
        ] {
            assert_eq!(shown(actual, wanted, Extent::Whole, false), differences);
        }
    }

    #[test]
    fn finds_where_a_part_differs() {
        let actual = json!({"a": 1, "b": {"c": 2, "d": [3]}, "e": 5});
        let wanted = json!({"a": 1, "b": {"c": 0, "d": [4], "x": null}, "f": 6});
        let differences = [
            "$.b.c: 2, not 0",
            "$.b.d[*]: missing, expected 4",
            "$.b.x: missing, expected null",
            "$.f: missing, expected 6",
        ];
        assert_eq!(shown(actual, wanted, Extent::Part, false), differences);
        for (actual, wanted, differences) in [
            (json!([{"id": 1, "x": 0}, {"id": 2}, {"id": 3}]), json!([{"id": 1}, {"id": 3}]), &[][..]),
            (json!([1, 2]), json!([2, 1]), &["$[0]: out of order 1"]),
            (json!([1]), json!([1, 1]), &["$[*]: missing, expected 1"]),
            (json!([1]), json!({}), &["$: the list [1], not the object {}"]),
            (
                json!([{"id": 1}, {"id": 2, "n": "x", "m": 0}]),
                json!([{"id": 2, "n": "y"}]),
                &["$[1].n: \"x\", not \"y\""],
            ),
        ] {
            assert_eq!(shown(actual, wanted, Extent::Part, false), differences);
        }
    }

    #[test]
    fn finds_what_lists_of_any_order_lack() {
        let actual = json!([{"id": 2, "n": "b"}, "x", {"id": 1, "n": "c"}, 5]);
        let wanted = json!([{"id": 1, "n": "a"}, {"id": 2, "n": "b"}, 6]);
        let part = ["$[2].n: \"c\", not \"a\"", "$[*]: missing, expected 6"];
        assert_eq!(shown(actual.clone(), wanted.clone(), Extent::Part, true), part);
        let whole = [&part[..], &["$[1]: unexpected \"x\"", "$[3]: unexpected 5"]].concat();
        assert_eq!(shown(actual, wanted, Extent::Whole, true), whole);
        assert_eq!(shown(json!([1, 2, [4, 3]]), json!([[3, 4], 2, 1]), Extent::Whole, true), [""; 0]);
    }

    #[test]
    fn keeps_the_first_and_counts_the_others() {
        let list = |from: i32| (from..from + 22).collect::<Json>();
        let found = Differences::between(&Comparison::whole(), &list(0), &list(100).into());
        assert_eq!((found.shown.len(), found.more), (10, 12));
    }
}
