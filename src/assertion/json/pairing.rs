//! Elements of a list paired with those that are expected of it, in any order.

use std::collections::{HashMap, VecDeque};

/// The element that each expected item is paired with, no element with two, so that as many
/// items as possible have one: a maximum matching of a bipartite graph.
///
/// Most lists come in the order in which they are expected, or nearly, and are paired at
/// first sight. An item may fit several elements, as placeholders and parts do; where those
/// are taken, pairs are changed along an augmenting path.
///
/// Beside its number an item has candidates: no other element does it fit.
pub(super) fn pair<'c>(
    items: usize,
    elements: usize,
    candidates: impl Fn(usize) -> &'c [usize],
    fits: impl Fn(usize, usize) -> bool,
) -> Vec<Option<usize>> {
    let mut pairs = Pairs {
        of_items: vec![None; items],
        of_elements: vec![None; elements],
        is_out_of_reach: vec![false; elements],
    };
    for item in (0..items.min(elements)).filter(|&item| fits(item, item)) {
        pairs.join(item, item);
    }
    for item in 0..items {
        if pairs.of_items[item].is_none() {
            pairs.find_a_place(item, &candidates, &fits);
        }
    }
    pairs.of_items
}

struct Pairs {
    of_items: Vec<Option<usize>>,
    of_elements: Vec<Option<usize>>,
    /// The elements from which no change of pairs leads to a free one: since none ever will,
    /// they are not asked again.
    is_out_of_reach: Vec<bool>,
}

impl Pairs {
    fn join(&mut self, item: usize, element: usize) {
        self.of_items[item] = Some(element);
        self.of_elements[element] = Some(item);
    }

    /// Pairs an item, with a free element if there is one; else those that have one that
    /// it fits are asked for another, and so on, nearest first.
    fn find_a_place<'c>(
        &mut self,
        item: usize,
        candidates: &impl Fn(usize) -> &'c [usize],
        fits: &impl Fn(usize, usize) -> bool,
    ) {
        let is_free = |element: &usize| self.of_elements[*element].is_none() && fits(item, *element);
        if let Some(element) = candidates(item).iter().copied().find(is_free) {
            return self.join(item, element);
        }
        let mut asked_by = HashMap::new();
        let mut asking = VecDeque::from([item]);
        while let Some(item) = asking.pop_front() {
            for &element in candidates(item) {
                if self.is_out_of_reach[element] || asked_by.contains_key(&element) || !fits(item, element) {
                    continue;
                }
                asked_by.insert(element, item);
                match self.of_elements[element] {
                    Some(other) => asking.push_back(other),
                    None => return self.shift(element, &asked_by),
                }
            }
        }
        asked_by.into_keys().for_each(|element| self.is_out_of_reach[element] = true);
    }

    /// Gives each item on the way to a free element the element that it asked for.
    fn shift(&mut self, free: usize, asked_by: &HashMap<usize, usize>) {
        let mut element = Some(free);
        while let Some(at) = element {
            let item = *asked_by.get(&at).expect("an item asked for every element on the way");
            element = self.of_items[item];
            self.join(item, at);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn pairs_what_fits_several_so_that_all_have_one() {
        let fits = |item: usize, element: usize| [&[0, 1][..], &[0], &[1, 2]][item].contains(&element);
        assert_eq!(pair(3, 3, |_| &[0, 1, 2], fits), [Some(1), Some(0), Some(2)]);
        assert_eq!(pair(2, 1, |_| &[0], |_, _| true), [Some(0), None]);
        assert_eq!(pair(0, 2, |_| &[], |_, _| true), []);
    }

    /// The most pairs, found by trying all.
    fn most(fitting: &[Vec<bool>], item: usize, taken: &mut Vec<bool>) -> usize {
        let Some(row) = fitting.get(item) else { return 0 };
        let mut best = most(fitting, item + 1, taken);
        for (element, &fits) in row.iter().enumerate() {
            if fits && !taken[element] {
                taken[element] = true;
                best = best.max(1 + most(fitting, item + 1, taken));
                taken[element] = false;
            }
        }
        best
    }

    proptest! {
        #[test]
        fn pairs_as_many_as_can_be(
            fitting in (0..5_usize).prop_flat_map(|width| prop::collection::vec(prop::collection::vec(any::<bool>(), width), 0..5)),
        ) {
            let width = fitting.first().map_or(0, Vec::len);
            let all: Vec<usize> = (0..width).collect();
            let pairs = pair(fitting.len(), width, |_| &all, |item, element| fitting[item][element]);
            let paired: Vec<usize> = pairs.iter().copied().flatten().collect();
            let mut distinct = paired.clone();
            distinct.sort_unstable();
            distinct.dedup();
            prop_assert_eq!(distinct.len(), paired.len());
            prop_assert!(pairs.iter().enumerate().all(|(item, element)| element.is_none_or(|element| fitting[item][element])));
            prop_assert_eq!(paired.len(), most(&fitting, 0, &mut vec![false; width]));
        }
    }
}
