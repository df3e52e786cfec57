//! Events to formats: console, JUnit, JSON.

use std::io;

use crate::event::Event;

/// Turns the events of a run into a report.
pub trait Reporter {
    /// Takes one event in.
    ///
    /// # Errors
    /// If the report cannot be written.
    fn event(&mut self, event: &Event) -> io::Result<()>;
}
