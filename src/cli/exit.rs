//! How the process ends.

use std::process::ExitCode;

/// The exit codes of rqtest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    /// Every test passed.
    Passed,
    /// A test failed or could not be run.
    Failed,
    /// Bad usage or configuration: nothing ran.
    Usage,
    /// Nothing matched.
    Nothing,
    /// A report could not be written.
    Report,
    /// Ended by a signal, after the reports were written.
    Signal(u8),
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Passed => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Nothing => 4,
            Exit::Report => 5,
            Exit::Signal(number) => 128 + number,
        })
    }
}
