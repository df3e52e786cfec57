//! Percentiles: what so many of a hundred do not exceed.

use std::fmt;
use std::time::Duration;

/// The value that so many of a hundred do not exceed: `p95`, `p99.9`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Percentile(f64);

impl Percentile {
    /// Reads `p95` or `p99.9`, up to `p100`.
    pub fn parse(text: &str) -> Option<Self> {
        let number = text.strip_prefix('p')?;
        let is_plain = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        let number: f64 = is_plain.then(|| number.parse().ok())??;
        (0.0..=100.0).contains(&number).then_some(Self(number))
    }

    /// The least of some times that so many of a hundred of them do not exceed (the nearest rank).
    pub fn of(self, times: impl IntoIterator<Item = Duration>) -> Option<Duration> {
        let mut times: Vec<Duration> = times.into_iter().collect();
        times.sort_unstable();
        let rank = (self.0 * times.len() as f64 / 100.0).ceil() as usize;
        times.get(rank.saturating_sub(1)).copied()
    }
}

impl fmt::Display for Percentile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "p{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_of_the_nearest_rank() {
        let times = || (1..=20).rev().map(Duration::from_millis);
        for (text, expected) in [("p0", 1), ("p5", 1), ("p50", 10), ("p95", 19), ("p99.9", 20), ("p100", 20)] {
            let percentile = Percentile::parse(text).unwrap();
            assert_eq!(percentile.to_string(), text);
            assert_eq!(percentile.of(times()), Some(Duration::from_millis(expected)), "{text}");
        }
        let alone = Percentile::parse("p95").unwrap();
        assert_eq!(alone.of([Duration::from_millis(7)]), Some(Duration::from_millis(7)));
        assert_eq!(alone.of([]), None);
        for text in ["p", "95", "p101", "p-1", "p1e1", "p1.2.3", "pinf", "px"] {
            assert_eq!(Percentile::parse(text), None, "{text}");
        }
    }
}
