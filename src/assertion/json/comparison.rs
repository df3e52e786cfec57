//! Whether a value is what is expected, or holds it.

use std::borrow::Cow;

use serde_json::{Map, Value as Json};

use crate::assertion::compare::{equal, json_equal};
use crate::assertion::operand::Given;
use crate::assertion::value::Value;
use crate::spec::Extent;

use super::candidates::Candidates;
use super::ignored::Ignored;
use super::pairing::pair;
use super::{Differences, Wanted};

/// How values are compared.
#[derive(Debug)]
pub(in crate::assertion) struct Comparison {
    /// How much of a value is expected.
    pub(super) extent: Extent,
    /// Whether the elements of lists may come in any order.
    pub(super) unordered: bool,
    /// What of the value is not looked at.
    pub(super) ignored: Ignored,
}

/// A comparison with what is expected.
#[derive(Debug)]
pub(in crate::assertion) struct Against<'e> {
    pub(super) comparison: Comparison,
    pub(super) wanted: Cow<'e, Wanted>,
}

impl Against<'_> {
    /// Whether the value is as expected.
    pub(in crate::assertion) fn fits(&self, actual: &Json) -> bool {
        self.comparison.fits(actual, &self.wanted)
    }

    /// Where it is not.
    pub(in crate::assertion) fn differences(&self, actual: &Json) -> Differences {
        Differences::between(&self.comparison, actual, &self.wanted)
    }

    /// How much of the value is expected.
    pub(in crate::assertion) fn extent(&self) -> Extent {
        self.comparison.extent
    }

    /// What is expected.
    pub(in crate::assertion) fn wanted(&self) -> &Wanted {
        &self.wanted
    }
}

impl Comparison {
    /// The comparison of all of a value, lists in their order.
    pub(in crate::assertion) fn whole() -> Self {
        Self { extent: Extent::Whole, unordered: false, ignored: Ignored::default() }
    }

    /// Whether a value is as expected.
    pub(super) fn fits(&self, actual: &Json, wanted: &Wanted) -> bool {
        match wanted {
            _ if self.ignored.holds(actual) => true,
            Wanted::Ignored => true,
            Wanted::Scalar(json) => json_equal(actual, json),
            Wanted::Untyped(text) => {
                let given = Given { value: Value::raw(text.as_str()), written: None };
                equal(&Given::of_json(actual).value, &given)
            }
            Wanted::Any(placeholder) => placeholder.fits(&Given::of_json(actual).value),
            Wanted::List(items) => actual.as_array().is_some_and(|elements| self.list_fits(elements, items)),
            Wanted::Object(members) => actual.as_object().is_some_and(|object| self.object_fits(object, members)),
        }
    }

    fn object_fits(&self, actual: &Map<String, Json>, wanted: &[(String, Wanted)]) -> bool {
        let mut known = 0;
        let all_fit = wanted.iter().all(|(name, wanted)| match actual.get(name) {
            Some(value) => {
                known += 1;
                self.fits(value, wanted)
            }
            None => matches!(wanted, Wanted::Ignored),
        });
        let has_surplus = || known < actual.len() && self.surplus(actual, wanted).next().is_some();
        all_fit && (self.extent == Extent::Part || !has_surplus())
    }

    /// The members that are not expected.
    pub(super) fn surplus<'a>(
        &self,
        actual: &'a Map<String, Json>,
        wanted: &[(String, Wanted)],
    ) -> impl Iterator<Item = (&'a String, &'a Json)> {
        let known: std::collections::HashSet<&str> = wanted.iter().map(|(name, _)| name.as_str()).collect();
        actual.iter().filter(move |(name, value)| !known.contains(name.as_str()) && !self.ignored.holds(value))
    }

    fn list_fits(&self, actual: &[Json], wanted: &[Wanted]) -> bool {
        let mut elements = self.elements(actual).map(|(_, value)| value);
        let mut items = items(wanted).map(|(_, wanted)| wanted);
        match self.extent {
            _ if self.unordered => self.fits_unordered(&elements.collect::<Vec<_>>(), &items.collect::<Vec<_>>()),
            // Taking the first element that fits leaves the most for the next, so that no
            // other choice would find more.
            Extent::Part => items.all(|wanted| elements.any(|value| self.fits(value, wanted))),
            Extent::Whole => loop {
                match (elements.next(), items.next()) {
                    (None, None) => return true,
                    (Some(value), Some(wanted)) if self.fits(value, wanted) => {}
                    _ => return false,
                }
            },
        }
    }

    fn fits_unordered(&self, actual: &[&Json], wanted: &[&Wanted]) -> bool {
        let fits_length = match self.extent {
            Extent::Whole => actual.len() == wanted.len(),
            Extent::Part => actual.len() >= wanted.len(),
        };
        fits_length && self.pairs(actual, wanted).iter().all(Option::is_some)
    }

    /// The element that each expected item is paired with, in any order.
    pub(super) fn pairs(&self, actual: &[&Json], wanted: &[&Wanted]) -> Vec<Option<usize>> {
        let candidates = Candidates::find(self, actual, wanted);
        let fits = |item: usize, element: usize| self.fits(actual[element], wanted[item]);
        pair(wanted.len(), actual.len(), |item| candidates.of(item), fits)
    }

    /// The elements that are looked at, with their indexes.
    pub(super) fn elements<'a>(&self, actual: &'a [Json]) -> impl Iterator<Item = (usize, &'a Json)> {
        actual.iter().enumerate().filter(|(_, value)| !self.ignored.holds(value))
    }
}

/// The elements that are expected, with their indexes.
pub(super) fn items(wanted: &[Wanted]) -> impl Iterator<Item = (usize, &Wanted)> {
    wanted.iter().enumerate().filter(|(_, wanted)| !matches!(wanted, Wanted::Ignored))
}
