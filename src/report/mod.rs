//! Events to formats: console, JUnit, JSON.
//!
//! One thread hands every event to [`Reporters`], which counts and passes it on. All
//! reports list files and requests in the order of the plan, whatever order they end in.

mod comparison;
pub mod console;
mod dialogue;
mod differences;
pub mod history;
pub mod json;
pub mod junit;
mod log;
mod order;
mod paint;
mod problem;
mod reporters;
#[cfg(test)]
mod sample;
mod statistics;
mod target;
mod wire;
mod wording;

use std::io;
use std::time::Duration;

pub use comparison::comparison_lines;
pub use reporters::{ReportError, Reporters};
pub use statistics::{Counts, RunStatistics};
pub use target::Target;

use crate::event::{CaseResult, Event, Verdict};

/// Turns the events of a run into a report.
pub trait Reporter {
    /// Takes one event in.
    ///
    /// # Errors
    /// If the report cannot be written.
    fn event(&mut self, event: &Event) -> io::Result<()>;

    /// Writes what is not written yet. Requests that no event spoke of did not run.
    ///
    /// # Errors
    /// If the report cannot be written.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// What became of a request that a signal kept from running.
pub(crate) fn interrupted() -> CaseResult {
    let verdict = Verdict::Skipped("interrupted".to_owned());
    CaseResult { verdict, attempts: Vec::new(), elapsed: Duration::ZERO }
}
