//! Which elements of a list an item can fit: what must be the same in both is looked up, so that
//! in long lists not each is compared with each.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Number, Value as Json};

use crate::spec::Extent;

use super::Comparison;
use super::wanted::Wanted;

/// Up to so many pairs it takes less time to compare all of them.
const FEW: usize = 1024;

/// A digest of something that an element has. Elements of the same mark may still differ.
type Mark = u64;

/// What paths from the root of an element begin with, and what stands for all of it.
const ROOT: Mark = 0;
const WHOLE: Mark = 1;

/// For each item the elements that it can fit, and perhaps some that it does not.
pub(super) struct Candidates {
    all: Vec<usize>,
    marked: HashMap<Mark, Vec<usize>>,
    /// The mark by which an item is looked up: the one that the fewest elements have.
    of_items: Vec<Option<Mark>>,
}

impl Candidates {
    pub(super) fn find(comparison: &Comparison, actual: &[&Json], wanted: &[&Wanted]) -> Self {
        let all = (0..actual.len()).collect();
        if actual.len() * wanted.len() <= FEW {
            return Self { all, marked: HashMap::new(), of_items: vec![None; wanted.len()] };
        }
        let Marks { marked, untold, .. } = Marks::of(comparison, actual);
        let rarest = |item: &&Wanted| {
            let demands = Demands::of(comparison, &untold, item).0;
            demands.into_iter().min_by_key(|mark| marked.get(mark).map_or(0, Vec::len))
        };
        let of_items = wanted.iter().map(rarest).collect();
        Self { all, marked, of_items }
    }

    pub(super) fn of(&self, item: usize) -> &[usize] {
        match self.of_items[item] {
            Some(mark) => self.marked.get(&mark).map_or(&[], Vec::as_slice),
            None => &self.all,
        }
    }
}

/// Whether elements are the same exactly if their digests are, but for chance.
fn is_exact(comparison: &Comparison) -> bool {
    comparison.extent == Extent::Whole && comparison.ignored.is_empty()
}

/// The marks of all elements.
struct Marks<'c> {
    comparison: &'c Comparison,
    marked: HashMap<Mark, Vec<usize>>,
    /// Places at which something is ignored: what stands there tells nothing.
    untold: HashSet<Mark>,
}

impl<'c> Marks<'c> {
    fn of(comparison: &'c Comparison, actual: &[&Json]) -> Self {
        let mut marks = Self { comparison, marked: HashMap::new(), untold: HashSet::new() };
        for (at, element) in actual.iter().enumerate() {
            if is_exact(comparison) {
                let digest = of_json(element, comparison.unordered);
                marks.add(joined(WHOLE, digest), at);
            }
            marks.scalars(element, ROOT, at);
        }
        marks
    }

    /// Marks the scalars that are members of the element, at any depth.
    fn scalars(&mut self, value: &Json, place: Mark, at: usize) {
        match value {
            _ if self.comparison.ignored.holds(value) => drop(self.untold.insert(place)),
            Json::Object(members) => {
                for (name, member) in members {
                    self.scalars(member, joined(place, of_text(name)), at);
                }
            }
            Json::Array(_) => {}
            scalar => self.add(joined(place, of_json(scalar, false)), at),
        }
    }

    fn add(&mut self, mark: Mark, at: usize) {
        self.marked.entry(mark).or_default().push(at);
    }
}

/// The marks that an element must have if an item is to fit it.
struct Demands(Vec<Mark>);

impl Demands {
    fn of(comparison: &Comparison, untold: &HashSet<Mark>, item: &Wanted) -> Self {
        let mut demands = Self(Vec::new());
        let whole = Some(item).filter(|_| is_exact(comparison)).and_then(|item| of_wanted(item, comparison.unordered));
        demands.0.extend(whole.map(|digest| joined(WHOLE, digest)));
        demands.scalars(item, ROOT, untold);
        demands
    }

    fn scalars(&mut self, item: &Wanted, place: Mark, untold: &HashSet<Mark>) {
        match item {
            _ if untold.contains(&place) => {}
            Wanted::Scalar(json) => self.0.push(joined(place, of_json(json, false))),
            Wanted::Object(members) => {
                for (name, member) in members {
                    self.scalars(member, joined(place, of_text(name)), untold);
                }
            }
            Wanted::Untyped(_) | Wanted::Any(_) | Wanted::List(_) | Wanted::Ignored => {}
        }
    }
}

fn joined(one: Mark, other: Mark) -> Mark {
    digest(|hasher| (one, other).hash(hasher))
}

fn of_text(text: &str) -> Mark {
    digest(|hasher| text.hash(hasher))
}

fn digest(write: impl FnOnce(&mut DefaultHasher)) -> Mark {
    let mut hasher = DefaultHasher::new();
    write(&mut hasher);
    hasher.finish()
}

/// The same for all JSON that is equal.
fn of_json(json: &Json, unordered: bool) -> Mark {
    match json {
        Json::Null => joined(2, 0),
        Json::Bool(flag) => joined(3, Mark::from(*flag)),
        Json::Number(number) => joined(4, of_number(number)),
        Json::String(text) => joined(5, of_text(text)),
        Json::Array(elements) => of_list(elements.iter().map(|element| of_json(element, unordered)), unordered),
        Json::Object(members) => {
            of_object(members.iter().map(|(name, member)| joined(of_text(name), of_json(member, unordered))))
        }
    }
}

/// As [`of_json`]; nothing for what stands for several values.
fn of_wanted(wanted: &Wanted, unordered: bool) -> Option<Mark> {
    match wanted {
        Wanted::Scalar(json) => Some(of_json(json, unordered)),
        Wanted::List(items) => {
            let items = items.iter().map(|item| of_wanted(item, unordered)).collect::<Option<Vec<_>>>()?;
            Some(of_list(items.into_iter(), unordered))
        }
        Wanted::Object(members) => {
            let member = |(name, member): &(String, Wanted)| Some(joined(of_text(name), of_wanted(member, unordered)?));
            Some(of_object(members.iter().map(member).collect::<Option<Vec<_>>>()?.into_iter()))
        }
        Wanted::Untyped(_) | Wanted::Any(_) | Wanted::Ignored => None,
    }
}

fn of_list(elements: impl Iterator<Item = Mark>, unordered: bool) -> Mark {
    let sum = |sum: Mark, element: Mark| sum.wrapping_add(joined(6, element));
    if unordered { joined(6, elements.fold(0, sum)) } else { elements.fold(6, joined) }
}

fn of_object(members: impl Iterator<Item = Mark>) -> Mark {
    joined(7, members.fold(0, Mark::wrapping_add))
}

/// 3 is 3.0, and 0 is -0.0.
fn of_number(number: &Number) -> Mark {
    let integer = number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
    let float = number.as_f64().unwrap_or_default();
    let whole = integer.or_else(|| (float.fract() == 0.0 && float.abs() < 2_f64.powi(64)).then_some(float as i128));
    digest(|hasher| match whole {
        Some(whole) => whole.hash(hasher),
        None => float.to_bits().hash(hasher),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::assertion::jsonpath::Path;

    use super::super::ignored::Ignored;

    fn comparison(extent: Extent, ignored: Ignored) -> Comparison {
        Comparison { extent, unordered: true, ignored }
    }

    /// The elements of a list that an item may fit.
    fn candidates(comparison: &Comparison, actual: &Json, item: &Json) -> Vec<usize> {
        let elements: Vec<&Json> = actual.as_array().unwrap().iter().collect();
        let item = Wanted::from(item.clone());
        let wanted = vec![&item; elements.len()];
        Candidates::find(comparison, &elements, &wanted).of(0).to_vec()
    }

    #[test]
    fn an_item_is_looked_up_by_what_fewest_elements_have() {
        let list: Json = (0..40)
            .map(|at| json!({"id": at, "kind": at % 2, "of": {"name": format!("n{at}")}, "tags": [at, "x"]}))
            .collect();
        let [whole, part] = [Extent::Whole, Extent::Part].map(|extent| comparison(extent, Ignored::default()));
        let same = json!({"tags": [7, "x"], "kind": 1, "of": {"name": "n7"}, "id": 7.0});
        for (comparison, item, expected) in [
            (&whole, &same, vec![7]),
            (&part, &same, vec![7]),
            (&part, &json!({"of": {"name": "n9"}}), vec![9]),
            (&part, &json!({"id": 99}), vec![]),
            (&part, &json!({"kind": 1}), (0..40).filter(|at| at % 2 == 1).collect()),
            (&part, &json!({"tags": [3]}), (0..40).collect()),
        ] {
            assert_eq!(candidates(comparison, &list, item), expected, "{item}");
        }
    }

    #[test]
    fn lists_are_looked_up_whole_in_any_order_and_what_is_ignored_not_at_all() {
        let lists: Json = (0..40).map(|at| json!([at, {"a": at, "b": "x"}])).collect();
        let whole = comparison(Extent::Whole, Ignored::default());
        assert_eq!(candidates(&whole, &lists, &json!([{"b": "x", "a": 5}, 5])), [5]);
        let list: Json = (0..40).map(|at| json!({"id": at, "at": at})).collect();
        let path = Path::compile("$[3].id").unwrap();
        let ignoring = comparison(Extent::Whole, Ignored::of(&[&path], &list).unwrap());
        assert_eq!(candidates(&ignoring, &list, &json!({"id": 5, "at": 3})), [3]);
    }

    #[test]
    fn few_are_not_looked_up() {
        let whole = comparison(Extent::Whole, Ignored::default());
        assert_eq!(candidates(&whole, &json!([1, 2, 3]), &json!(2)), [0, 1, 2]);
    }
}
