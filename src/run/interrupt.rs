//! A wish to end the run early, which workers look at and sleepers wake up for.

use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

/// The longest that is slept without a look at the time: some systems cannot count further.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// Shared by all who must know that the run is to end. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Interrupt {
    state: Arc<(Mutex<State>, Condvar)>,
}

#[derive(Debug, Default)]
struct State {
    reason: Option<&'static str>,
    /// Raised again: somebody is tired of waiting.
    urgent: bool,
}

impl Interrupt {
    /// Asks for the end of the run; the first reason given is the one that is reported.
    /// Asked a second time, the run does not wait for what is under way.
    pub fn raise(&self, reason: &'static str) {
        let (state, changed) = &*self.state;
        let mut state = state.lock().expect("no holder of this lock panics");
        state.urgent = state.reason.is_some();
        state.reason.get_or_insert(reason);
        changed.notify_all();
    }

    /// Why the run is to end, if it is.
    pub fn reason(&self) -> Option<&'static str> {
        self.state.0.lock().expect("no holder of this lock panics").reason
    }

    /// Whether it is to end at once.
    pub fn is_urgent(&self) -> bool {
        self.state.0.lock().expect("no holder of this lock panics").urgent
    }

    /// Waits for a time, or until the run is to end.
    pub fn sleep(&self, time: Duration) {
        let (state, changed) = &*self.state;
        let started = Instant::now();
        let mut guard = state.lock().expect("no holder of this lock panics");
        while guard.reason.is_none() {
            let left = time.saturating_sub(started.elapsed());
            if left.is_zero() {
                return;
            }
            guard = changed.wait_timeout(guard, left.min(LONGEST)).expect("no holder of this lock panics").0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wakes_sleepers_and_keeps_the_first_reason() {
        let interrupt = Interrupt::default();
        let sleeper = {
            let interrupt = interrupt.clone();
            std::thread::spawn(move || interrupt.sleep(Duration::MAX))
        };
        interrupt.raise("first");
        interrupt.raise("second");
        sleeper.join().unwrap();
        assert_eq!(interrupt.reason(), Some("first"));
        assert!(interrupt.is_urgent());
    }
}
