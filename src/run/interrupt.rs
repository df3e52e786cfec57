//! A wish to end the run early, which workers look at and sleepers wake up for.

use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use crate::client::Cancel;

/// The longest that is slept without a look at the time: some systems cannot count further.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// Shared by all who must know that the run is to end. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Interrupt {
    wish: Arc<Wish>,
    /// Whether it is heeded only once it is raised again.
    needs_insistence: bool,
}

#[derive(Debug, Default)]
struct Wish {
    reason: Mutex<Option<&'static str>>,
    changed: Condvar,
    first: Cancel,
    /// Raised again: somebody is tired of waiting.
    second: Cancel,
}

impl Interrupt {
    /// Asks for the end of the run; the first reason given is the one that is reported.
    /// Asked a second time, the run does not wait for what is under way.
    pub fn raise(&self, reason: &'static str) {
        let Wish { reason: known, changed, first, second } = &*self.wish;
        let mut known = known.lock().expect("no holder of this lock panics");
        if known.is_some() { second } else { first }.raise();
        known.get_or_insert(reason);
        changed.notify_all();
    }

    /// The same wish, heeded only once it is raised again: for what runs also after the first time.
    pub(super) fn insistence(&self) -> Self {
        Self { needs_insistence: true, ..self.clone() }
    }

    /// Why the run is to end, if it is.
    pub fn reason(&self) -> Option<&'static str> {
        // Most often there is none, and that is told without the lock.
        if self.cancel().is_raised() { *self.wish.reason.lock().expect("no holder of this lock panics") } else { None }
    }

    /// Whether it is to end at once.
    pub fn is_urgent(&self) -> bool {
        self.wish.second.is_raised()
    }

    /// What is raised together with this.
    pub(super) fn cancel(&self) -> &Cancel {
        if self.needs_insistence { &self.wish.second } else { &self.wish.first }
    }

    /// Waits for a time, or until the run is to end.
    pub fn sleep(&self, time: Duration) {
        let started = Instant::now();
        let mut guard = self.wish.reason.lock().expect("no holder of this lock panics");
        while !self.cancel().is_raised() {
            let left = time.saturating_sub(started.elapsed());
            if left.is_zero() {
                return;
            }
            let waited = self.wish.changed.wait_timeout(guard, left.min(LONGEST));
            guard = waited.expect("no holder of this lock panics").0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sleeper(interrupt: &Interrupt) -> std::thread::JoinHandle<()> {
        let interrupt = interrupt.clone();
        std::thread::spawn(move || interrupt.sleep(Duration::MAX))
    }

    #[test]
    fn wakes_sleepers_and_keeps_the_first_reason() {
        let interrupt = Interrupt::default();
        let insistence = interrupt.insistence();
        let (first, second) = (sleeper(&interrupt), sleeper(&insistence));
        assert_eq!((interrupt.reason(), interrupt.cancel().is_raised()), (None, false));
        interrupt.raise("first");
        first.join().unwrap();
        assert_eq!((interrupt.reason(), insistence.reason(), interrupt.is_urgent()), (Some("first"), None, false));
        interrupt.raise("second");
        second.join().unwrap();
        assert_eq!((interrupt.reason(), insistence.reason()), (Some("first"), Some("first")));
        assert!(interrupt.is_urgent() && insistence.cancel().is_raised());
    }
}
