//! SIGINT and SIGTERM: the first ends the run in good order, the second in a hurry.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use crate::run::Interrupt;

/// The signal that ended the run, if one did.
#[derive(Clone, Debug, Default)]
pub(super) struct Signals {
    received: Arc<AtomicU8>,
}

impl Signals {
    /// Raises the interrupt at every signal.
    ///
    /// # Errors
    /// If the signals cannot be caught.
    #[cfg(unix)]
    pub(super) fn raise(interrupt: Interrupt) -> io::Result<Self> {
        use signal_hook::consts::{SIGINT, SIGTERM};

        let signals = Self::default();
        let mut caught = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])?;
        let received = Arc::clone(&signals.received);
        std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
            for signal in &mut caught {
                received.store(u8::try_from(signal).unwrap_or(u8::MAX), Ordering::SeqCst);
                interrupt.raise("interrupted");
            }
        })?;
        Ok(signals)
    }

    /// Leaves the signals to the system.
    #[cfg(not(unix))]
    pub(super) fn raise(_interrupt: Interrupt) -> io::Result<Self> {
        Ok(Self::default())
    }

    /// The number of the signal that came, if one did.
    pub(super) fn received(&self) -> Option<u8> {
        Some(self.received.load(Ordering::SeqCst)).filter(|&signal| signal != 0)
    }
}
