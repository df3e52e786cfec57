//! A map that forgets its oldest entries.

use std::collections::{HashMap, VecDeque};

/// Values by key; beyond a limit, the key that came first goes.
#[derive(Debug)]
pub(in crate::serve) struct Recent<V> {
    limit: usize,
    values: HashMap<String, V>,
    order: VecDeque<String>,
}

impl<V: Default> Recent<V> {
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, values: HashMap::new(), order: VecDeque::new() }
    }

    /// The value of a key.
    pub(in crate::serve) fn get(&self, key: &str) -> Option<&V> {
        self.values.get(key)
    }

    /// The value of a key, to be changed.
    pub(in crate::serve) fn get_mut(&mut self, key: &str) -> Option<&mut V> {
        self.values.get_mut(key)
    }

    /// The value of a key, to be changed; a default one if there was none.
    pub(in crate::serve) fn get_or_default(&mut self, key: &str) -> &mut V {
        if !self.values.contains_key(key) {
            if self.values.len() >= self.limit
                && let Some(oldest) = self.order.pop_front()
            {
                self.values.remove(&oldest);
            }
            self.order.push_back(key.to_owned());
        }
        self.values.entry(key.to_owned()).or_default()
    }

    /// Forgets a key.
    pub(in crate::serve) fn remove(&mut self, key: &str) -> Option<V> {
        self.order.retain(|other| other != key);
        self.values.remove(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forgets_the_oldest() {
        let mut recent = Recent::new(2);
        for (key, value) in [("a", 1), ("b", 2), ("a", 3), ("c", 4)] {
            *recent.get_or_default(key) = value;
        }
        assert_eq!((recent.get("a"), recent.get("b"), recent.get("c")), (None, Some(&2), Some(&4)));
        assert_eq!(recent.remove("b"), Some(2));
        *recent.get_or_default("d") = 5;
        assert_eq!((recent.get("c"), recent.get("d")), (Some(&4), Some(&5)));
    }
}
