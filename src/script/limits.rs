//! What a script may use up, and what watches that it does not use more.

use std::cell::Cell;
use std::fmt;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// What a script may use up; more is an error of its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The time that it may run, waiting included.
    pub time: Duration,
    /// The memory that all scripts of a file may hold at once, in bytes.
    pub memory: usize,
    /// How deep calls may nest, in bytes of the stack.
    pub stack: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { time: Duration::from_secs(5), memory: 256 * 1024 * 1024, stack: 512 * 1024 }
    }
}

/// Knows whether a script is to end early, and how to wait.
pub trait Watch {
    /// Whether nobody waits for the script any more.
    fn is_called_off(&self) -> bool;

    /// Waits for a time, or until the script is called off.
    fn wait(&self, time: Duration);
}

/// Watches the time of the script that runs.
pub(super) struct Timekeeper {
    watch: Rc<dyn Watch>,
    limit: Duration,
    ends: Cell<Option<Instant>>,
}

impl Timekeeper {
    pub(super) fn new(watch: Rc<dyn Watch>, limit: Duration) -> Self {
        Self { watch, limit, ends: Cell::new(None) }
    }

    /// Starts to count anew.
    pub(super) fn start(&self) {
        self.ends.set(Instant::now().checked_add(self.limit));
    }

    /// Whether the script has to end now.
    pub(super) fn is_up(&self) -> bool {
        self.is_exceeded() || self.watch.is_called_off()
    }

    /// Whether it had all its time.
    pub(super) fn is_exceeded(&self) -> bool {
        self.ends.get().is_some_and(|ends| Instant::now() >= ends)
    }

    /// Waits, though no longer than the script may run.
    pub(super) fn wait(&self, time: Duration) {
        let left = self.ends.get().map_or(time, |ends| ends.saturating_duration_since(Instant::now()));
        self.watch.wait(time.min(left));
    }
}

impl fmt::Debug for Timekeeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timekeeper").field("limit", &self.limit).finish_non_exhaustive()
    }
}
