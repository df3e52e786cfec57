//! Shares of a run, each for a machine of its own: files go as a whole, and each to one of them.

use std::time::Duration;

use crate::hash::Fnv;

/// One of several shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Which, from 1.
    index: usize,
    /// Of how many.
    count: usize,
}

/// The most shards that a run may have.
const MOST: usize = 10_000;

impl Shard {
    /// A share, if its number is from 1 to that of all.
    pub fn new(index: usize, count: usize) -> Option<Self> {
        (count <= MOST && (1..=count).contains(&index)).then_some(Self { index, count })
    }

    /// Reads `2/5`.
    pub fn parse(text: &str) -> Option<Self> {
        let (index, count) = text.split_once('/')?;
        Self::new(index.trim().parse().ok()?, count.trim().parse().ok()?)
    }

    /// Whether each file is of this share.
    pub(crate) fn takes(self, files: &[File]) -> Vec<bool> {
        assigned(files, self.count).into_iter().map(|shard| shard + 1 == self.index).collect()
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {}", self.index, self.count)
    }
}

/// What decides on the shard of a file.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// Its name, the same on every machine.
    pub(crate) key: String,
    /// How long it took when it ran last.
    pub(crate) elapsed: Option<Duration>,
}

/// The shard of each file, from 0: those whose times are not known go by the hash of their
/// names, then the others, the longest first, to the shard that has least to do so far.
fn assigned(files: &[File], count: usize) -> Vec<usize> {
    let known: Vec<u128> = files.iter().filter_map(|file| file.elapsed).map(|elapsed| elapsed.as_micros()).collect();
    let usual = known.iter().sum::<u128>() / known.len().max(1) as u128;
    let (mut shards, mut loads) = (vec![0; files.len()], vec![0; count]);
    let mut timed = Vec::new();
    for (place, file) in files.iter().enumerate() {
        match file.elapsed {
            Some(elapsed) => timed.push((std::cmp::Reverse(elapsed.as_micros()), &file.key, place)),
            None => {
                shards[place] = (Fnv::of(file.key.as_bytes()).folded() % count as u64) as usize;
                loads[shards[place]] += usual;
            }
        }
    }
    timed.sort();
    for (std::cmp::Reverse(elapsed), _, place) in timed {
        let shard = (0..count).min_by_key(|&shard| loads[shard]).unwrap_or_default();
        shards[place] = shard;
        loads[shard] += elapsed;
    }
    shards
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_share_is_a_number_of_those_that_there_are() {
        assert_eq!(Shard::parse("2/5"), Shard::new(2, 5));
        assert_eq!(Shard::parse("1 / 1"), Shard::new(1, 1));
        for text in ["", "1", "0/2", "3/2", "1/0", "a/b", "-1/2", "1/2/3", "1/99999999999"] {
            assert_eq!(Shard::parse(text), None, "{text}");
        }
    }

    fn any_files() -> impl Strategy<Value = Vec<File>> {
        let file = ("[a-c]{1,3}", proptest::option::of(0..100_u64));
        let file = file.prop_map(|(key, elapsed)| File { key, elapsed: elapsed.map(Duration::from_millis) });
        proptest::collection::vec(file, 0..40)
    }

    proptest! {
        #[test]
        fn every_file_is_of_exactly_one_shard(files in any_files(), count in 1..9_usize) {
            let taken: Vec<Vec<bool>> = (1..=count).map(|index| Shard::new(index, count).unwrap().takes(&files)).collect();
            for place in 0..files.len() {
                prop_assert_eq!(taken.iter().filter(|shard| shard[place]).count(), 1);
            }
        }

        #[test]
        fn the_order_of_the_files_changes_nothing(files in any_files(), count in 1..9_usize) {
            let mut files = files;
            files.sort_by(|a, b| a.key.cmp(&b.key));
            files.dedup_by(|a, b| a.key == b.key);
            let turned: Vec<File> = files.iter().rev().cloned().collect();
            let again: Vec<usize> = assigned(&turned, count).into_iter().rev().collect();
            prop_assert_eq!(assigned(&files, count), again);
        }

        #[test]
        fn no_shard_has_more_than_a_file_above_another(times in proptest::collection::vec(1..100_u64, 1..40), count in 1..9_usize) {
            let files: Vec<File> = times.iter().enumerate()
                .map(|(place, &time)| File { key: place.to_string(), elapsed: Some(Duration::from_millis(time)) })
                .collect();
            let mut loads = vec![0; count];
            assigned(&files, count).into_iter().zip(&times).for_each(|(shard, time)| loads[shard] += time);
            let (least, most) = (loads.iter().min().unwrap(), loads.iter().max().unwrap());
            prop_assert!(most - least <= *times.iter().max().unwrap());
        }
    }
}
