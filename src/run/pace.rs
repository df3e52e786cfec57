//! How fast requests may follow one another, across the files of a run.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use crate::spec::RateLimit;

/// More than anybody waits: a point in time that is later may not be one.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// When the requests of each slot were sent, or will be.
#[derive(Debug, Default)]
pub(super) struct Pace(Mutex<HashMap<String, Vec<Instant>>>);

impl Pace {
    /// Takes the next place in a slot: how long to wait from now on until it is due.
    pub(super) fn reserve(&self, limit: &RateLimit, now: Instant) -> Duration {
        let mut slots = self.0.lock().expect("no holder of this lock panics");
        let taken = slots.entry(limit.slot.clone()).or_default();
        let due = due(taken, limit, now);
        // Those that no limit can look back to are forgotten.
        let kept = limit.most.map_or(1, |(most, _)| most as usize).max(1);
        taken.push(due);
        taken.drain(..taken.len().saturating_sub(kept));
        due - now
    }
}

fn due(taken: &[Instant], limit: &RateLimit, now: Instant) -> Instant {
    let after_last = taken.last().map(|&last| last + limit.min_idle_time.min(LONGEST));
    let after_most = limit.most.and_then(|(most, time)| {
        let first = taken.len().checked_sub(most as usize)?;
        Some(taken[first] + time.min(LONGEST))
    });
    // Places are given in order, also where limits of one slot differ.
    [taken.last().copied(), after_last, after_most].into_iter().flatten().fold(now, Instant::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(slot: &str, min_idle_time: u64, most: Option<(u32, u64)>) -> RateLimit {
        let milliseconds = Duration::from_millis;
        let most = most.map(|(most, time)| (most, milliseconds(time)));
        RateLimit { slot: slot.to_owned(), min_idle_time: milliseconds(min_idle_time), most }
    }

    fn waits(pace: &Pace, limit: &RateLimit, now: Instant, times: usize) -> Vec<u128> {
        (0..times).map(|_| pace.reserve(limit, now).as_millis()).collect()
    }

    #[test]
    fn requests_of_a_slot_follow_one_another_at_the_least_time() {
        let (pace, now) = (Pace::default(), Instant::now());
        assert_eq!(waits(&pace, &limit("a", 100, None), now, 3), [0, 100, 200]);
        assert_eq!(waits(&pace, &limit("b", 50, None), now, 2), [0, 50]);
        assert_eq!(waits(&pace, &limit("a", 100, None), now + Duration::from_secs(1), 1), [0]);
    }

    #[test]
    fn a_slot_takes_so_many_within_a_time() {
        let (pace, now) = (Pace::default(), Instant::now());
        assert_eq!(waits(&pace, &limit("a", 0, Some((2, 1000))), now, 5), [0, 0, 1000, 1000, 2000]);
        let pace = Pace::default();
        assert_eq!(waits(&pace, &limit("a", 300, Some((2, 1000))), now, 4), [0, 300, 1000, 1300]);
    }
}
