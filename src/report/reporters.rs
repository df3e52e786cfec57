//! All reporters of a run: each gets every event, and none can stop the others.

use std::{fmt, io};

use super::{Reporter, RunStatistics};
use crate::event::Event;

/// The reporters of a run, and what the run amounts to so far.
#[derive(Default)]
pub struct Reporters {
    statistics: RunStatistics,
    working: Vec<(String, Box<dyn Reporter>)>,
    errors: Vec<ReportError>,
}

impl Reporters {
    /// Adds a reporter, and what its report is called: its path, or `console`.
    pub fn add(&mut self, report: impl Into<String>, reporter: impl Reporter + 'static) {
        self.working.push((report.into(), Box::new(reporter)));
    }

    /// Hands an event to all. A reporter that fails gets no more events.
    pub fn event(&mut self, event: &Event) {
        self.statistics.event(event);
        let errors = &mut self.errors;
        self.working.retain_mut(|(report, reporter)| match reporter.event(event) {
            Ok(()) => true,
            Err(source) => {
                errors.push(ReportError { report: std::mem::take(report), source });
                false
            }
        });
    }

    /// Finishes every report: what the run amounts to, and which reports could not be written.
    pub fn finish(self) -> (RunStatistics, Vec<ReportError>) {
        let mut errors = self.errors;
        for (report, reporter) in self.working {
            errors.extend(reporter.finish().err().map(|source| ReportError { report, source }));
        }
        (self.statistics, errors)
    }
}

impl fmt::Debug for Reporters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.working.iter().map(|(report, _)| report)).finish()
    }
}

/// A report that could not be written.
#[derive(Debug)]
pub struct ReportError {
    report: String,
    source: io::Error,
}

impl ReportError {
    /// What the report is called.
    pub fn report(&self) -> &str {
        &self.report
    }

    /// Why it could not be written.
    pub fn kind(&self) -> io::ErrorKind {
        self.source.kind()
    }
}

impl fmt::Display for ReportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot write the report {}: {}", self.report, self.source)
    }
}

impl std::error::Error for ReportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use super::super::sample;
    use super::*;

    /// Fails at the nth event, or when it is finished.
    struct Failing {
        at: usize,
        seen: Rc<Cell<usize>>,
    }

    impl Reporter for Failing {
        fn event(&mut self, _event: &Event) -> io::Result<()> {
            self.seen.set(self.seen.get() + 1);
            if self.seen.get() == self.at { Err(io::Error::other("disk full")) } else { Ok(()) }
        }

        fn finish(self: Box<Self>) -> io::Result<()> {
            if self.seen.get() < self.at { Err(io::Error::other("disk full")) } else { Ok(()) }
        }
    }

    #[test]
    fn a_failing_report_does_not_stop_the_others() {
        let events = sample::events();
        let seen: [Rc<Cell<usize>>; 3] = Default::default();
        let mut reporters = Reporters::default();
        for (at, seen) in [2, 0, usize::MAX].into_iter().zip(&seen) {
            reporters.add(format!("report {at}"), Failing { at, seen: Rc::clone(seen) });
        }
        events.iter().for_each(|event| reporters.event(event));
        let (statistics, errors) = reporters.finish();
        assert_eq!(seen.map(|seen| seen.get()), [2, events.len(), events.len()]);
        let errors: Vec<String> = errors.iter().map(ReportError::to_string).collect();
        assert_eq!(errors[0], "cannot write the report report 2: disk full");
        assert_eq!(errors.len(), 2);
        assert_eq!(statistics.total().failed, 2);
    }
}
