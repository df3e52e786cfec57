//! How long the turns of a request took, for assertions that speak of all of them.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::http::Timings;
use crate::template::Iteration;

/// Which request of a session it is: the file, and how many stand above it there.
type Place = (usize, usize);

/// The times of the requests of a session whose percentiles are asked for.
#[derive(Debug, Default)]
pub(super) struct Samples(Mutex<HashMap<Place, Vec<Sample>>>);

#[derive(Clone, Copy, Debug)]
struct Sample {
    turn: usize,
    timings: Timings,
}

impl Samples {
    /// Notes how long a turn took, another attempt of it in place of the one before. If it is
    /// the last, or nobody knows how many there are, it gives those of all turns so far.
    pub(super) fn note(&self, place: Place, iteration: Option<&Iteration>, timings: Timings) -> Option<Vec<Timings>> {
        let turn = iteration.map_or(0, |iteration| iteration.index);
        // A panic elsewhere leaves them whole: each step is one to the list.
        let mut samples = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let samples = samples.entry(place).or_default();
        while samples.last().is_some_and(|last| last.turn >= turn) {
            samples.pop();
        }
        samples.push(Sample { turn, timings });
        let count = iteration.and_then(|iteration| iteration.count);
        let is_last = count.is_none_or(|count| turn + 1 == count);
        is_last.then(|| samples.iter().map(|sample| sample.timings).collect())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn gives_all_turns_at_the_last_each_by_its_last_attempt() {
        let samples = Samples::default();
        let note = |index, count, total| {
            let iteration = Iteration { index, count, ..Iteration::default() };
            let timings = Timings { total: Duration::from_secs(total), ..Timings::default() };
            let noted = samples.note((0, 1), Some(&iteration), timings);
            noted.map(|all| all.iter().map(|timings| timings.total.as_secs()).collect::<Vec<_>>())
        };
        assert_eq!(note(0, Some(3), 1), None);
        assert_eq!(note(1, Some(3), 2), None);
        assert_eq!(note(1, Some(3), 3), None);
        assert_eq!(note(2, Some(3), 4), Some(vec![1, 3, 4]));
        assert_eq!(note(2, Some(3), 5), Some(vec![1, 3, 5]));
        assert_eq!(note(0, None, 6), Some(vec![6]));
        assert_eq!(note(1, None, 7), Some(vec![6, 7]));
    }
}
