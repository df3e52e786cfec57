//! Where random values come from: a stream of its own for each request of a session, so that with a seed
//! they are the same in every run, whichever file or request runs first.

use std::collections::BTreeMap;
use std::sync::Mutex;

use fastrand::Rng;

use crate::hash::Fnv;

/// The random values of one session.
#[derive(Debug)]
pub(super) struct Randomness {
    seed: Fnv,
    /// Those that were drawn from already.
    streams: Mutex<BTreeMap<u64, Rng>>,
}

/// Who draws: the hash of all that tells it from others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stream(Fnv);

impl Randomness {
    /// The values of a session of a name; without a seed they differ each time.
    pub(super) fn new(seed: Option<u64>, session: &str) -> Self {
        let seed = seed.unwrap_or_else(|| fastrand::u64(..));
        let Stream(seed) = Stream::of(session).and(seed);
        Self { seed, streams: Mutex::default() }
    }

    /// Draws from a stream, which goes on where it was left.
    pub(super) fn draw<T>(&self, Stream(stream): Stream, draw: impl FnOnce(&mut Rng) -> T) -> T {
        let mut streams = self.streams.lock().expect("no holder of this lock panics");
        draw(
            streams
                .entry(stream.value())
                .or_insert_with(|| Rng::with_seed(self.seed.and(&stream.value().to_le_bytes()).value())),
        )
    }
}

impl Stream {
    /// The stream of a name.
    pub(super) fn of(name: &str) -> Self {
        Self(Fnv::of(name.as_bytes()))
    }

    /// Another stream for each number.
    pub(super) fn and(self, number: u64) -> Self {
        Self(self.0.and(&number.to_le_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(randomness: &Randomness, stream: &str) -> u64 {
        randomness.draw(Stream::of(stream), |random| random.u64(..))
    }

    #[test]
    fn a_seed_repeats_the_values_of_a_session_but_not_those_of_another() {
        let first = |seed, session: &str| draw(&Randomness::new(seed, session), "x");
        assert_eq!(first(Some(1), "a.http"), first(Some(1), "a.http"));
        assert_ne!(first(Some(1), "a.http"), first(Some(1), "b.http"));
        assert_ne!(first(Some(1), "a.http"), first(Some(2), "a.http"));
        assert_ne!(first(None, "a.http"), first(None, "a.http"));
    }

    #[test]
    fn a_stream_does_not_depend_on_what_others_draw() {
        let (one, other) = (Randomness::new(Some(1), "a"), Randomness::new(Some(1), "a"));
        let expected = [draw(&one, "x"), draw(&one, "x"), draw(&one, "y")];
        assert_eq!([draw(&other, "y"), draw(&other, "x"), draw(&other, "x")], [expected[2], expected[0], expected[1]]);
        assert_ne!(expected[0], expected[1]);
    }
}
