//! The signal that ends a server, which also cuts short whoever sleeps in it.

use std::io;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Set once; everything that waits in the server waits on it.
#[derive(Debug, Default)]
pub(super) struct StopSignal {
    stopped: Mutex<bool>,
    changed: Condvar,
}

impl StopSignal {
    /// Sets the signal, and says whether it was not set before.
    pub(super) fn set(&self) -> bool {
        let first = !std::mem::replace(&mut *self.lock(), true);
        self.changed.notify_all();
        first
    }

    /// Whether it is set.
    pub(super) fn is_set(&self) -> bool {
        *self.lock()
    }

    /// Sleeps.
    ///
    /// # Errors
    /// If the signal is or gets set.
    pub(super) fn sleep(&self, duration: Duration) -> io::Result<()> {
        let guard = self.lock();
        let (stopped, _) = self
            .changed
            .wait_timeout_while(guard, duration, |stopped| !*stopped)
            .unwrap_or_else(PoisonError::into_inner);
        if *stopped { Err(io::Error::new(io::ErrorKind::ConnectionAborted, "the server stops")) } else { Ok(()) }
    }

    fn lock(&self) -> MutexGuard<'_, bool> {
        self.stopped.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn cuts_sleep_short() {
        let signal = StopSignal::default();
        assert!(signal.sleep(Duration::from_millis(1)).is_ok());
        let before = Instant::now();
        std::thread::scope(|scope| {
            scope.spawn(|| assert!(signal.sleep(Duration::from_secs(60)).is_err()));
            assert!(signal.set());
        });
        assert!(before.elapsed() < Duration::from_secs(30));
        assert!(!signal.set());
    }
}
