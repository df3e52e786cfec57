//! The phases of an exchange: how long each took, and when it must be over.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::http::{Phase, Timings};

use super::{Cancel, Deadlines, Error, ErrorKind, Excerpt, Step, Trace};

/// The longest that one operation on a wire takes before the deadlines are looked at
/// again. It stands for every deadline that is further away, so that the wire need not
/// be told anew for each operation.
const TICK: Duration = Duration::from_millis(250);

/// The shortest time that a wire is given.
const SHORTEST: Duration = Duration::from_millis(1);

/// Measures an exchange and holds it to its deadlines.
#[derive(Debug)]
pub struct Clock {
    deadlines: Deadlines,
    timings: Timings,
    started: Instant,
    phase: Phase,
    entered: Instant,
    /// When a connection began to be opened.
    opening: Instant,
    /// When bytes last came or went.
    progress: Instant,
    trace: Option<Arc<Trace>>,
}

impl Clock {
    /// A clock that starts now.
    pub fn start(deadlines: Deadlines) -> Self {
        let now = Instant::now();
        Self {
            deadlines,
            timings: Timings::default(),
            started: now,
            phase: Phase::Total,
            entered: now,
            opening: now,
            progress: now,
            trace: None,
        }
    }

    /// A clock that starts now, and passes on to a trace what happens in its phases.
    pub(super) fn traced(deadlines: Deadlines, trace: Option<&Arc<Trace>>) -> Self {
        Self { trace: trace.cloned(), ..Self::start(deadlines) }
    }

    /// Tells the trace of a step, where there is one.
    pub fn tell(&self, step: impl FnOnce() -> Step) {
        if let Some(trace) = &self.trace {
            trace.note(step());
        }
    }

    /// Tells the trace of something in words, where there is one.
    pub fn note(&self, words: impl FnOnce() -> String) {
        self.tell(|| Step::Note(words()));
    }

    /// What a whole message is to be gathered in for the trace, where there is one.
    pub(super) fn message_excerpt(&self) -> Option<Excerpt> {
        self.trace.as_ref().map(|_| Excerpt::message())
    }

    /// What a body is to be gathered in for the trace, where there is one.
    pub(super) fn excerpt(&self) -> Option<Excerpt> {
        self.trace.as_ref().map(|trace| trace.body())
    }

    /// Ends a phase and begins another; the time of a phase that recurs adds up.
    pub fn enter(&mut self, phase: Phase) {
        let now = Instant::now();
        let elapsed = now - self.entered;
        if let Some(time) = self.time(self.phase) {
            *time += elapsed;
        }
        if is_opening(phase) && !is_opening(self.phase) {
            self.opening = now;
        }
        self.phase = phase;
        self.entered = now;
        self.progress = now;
    }

    /// The phase that runs.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Notes that bytes came or went.
    pub fn note_progress(&mut self) {
        // Nobody asks otherwise, and the time has its price.
        if self.deadlines.read.is_some() {
            self.progress = Instant::now();
        }
    }

    /// The time left for the phase; `None` has no end.
    ///
    /// # Errors
    /// If there is none left, or the exchange is cut short.
    pub fn remaining(&self) -> Result<Option<Duration>, Error> {
        if self.deadlines.cancel.as_ref().is_some_and(Cancel::is_raised) {
            return Err(Error::new(ErrorKind::Interrupted, format!("interrupted {}", self.doing())));
        }
        let Some(deadline) = self.deadline() else { return Ok(None) };
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(self.timed_out()) } else { Ok(Some(left.max(SHORTEST))) }
    }

    /// How long one operation may take before the deadlines are to be looked at again.
    ///
    /// # Errors
    /// If there is no time left.
    pub fn patience(&self) -> Result<Duration, Error> {
        Ok(self.remaining()?.map_or(TICK, |left| left.min(TICK)))
    }

    /// When enough has come of a body that begins now.
    pub(super) fn enough(&self) -> Option<Instant> {
        self.deadlines.enough.and_then(|time| Instant::now().checked_add(time))
    }

    /// Ends the exchange: how long it took.
    pub(super) fn finish(&mut self) -> Timings {
        self.enter(Phase::Total);
        self.timings.total = self.entered - self.started;
        self.tell(|| Step::Done(self.timings));
        self.timings
    }

    fn deadline(&self) -> Option<Instant> {
        let (since, limit) = match self.phase {
            Phase::Dns | Phase::Connect | Phase::Tls => (self.opening, self.deadlines.connect),
            Phase::Request | Phase::Wait | Phase::Download => (self.progress, self.deadlines.read),
            Phase::Total => (self.started, None),
        };
        let own = limit.and_then(|limit| since.checked_add(limit));
        [own, self.deadlines.total].into_iter().flatten().min()
    }

    fn timed_out(&self) -> Error {
        let elapsed = self.started.elapsed().as_secs_f64();
        Error::new(self.limit(), format!("timed out after {elapsed:.1} s {}", self.doing()))
    }

    fn doing(&self) -> &'static str {
        match self.phase {
            Phase::Dns => "while the host's address was looked up",
            Phase::Connect => "while the connection was opened",
            Phase::Tls => "in the TLS handshake",
            Phase::Request => "while the request was sent",
            Phase::Wait => "while waiting for the response",
            Phase::Download => "while the response was read",
            Phase::Total => "before the request could be sent",
        }
    }

    /// Which limit it is that ran out.
    fn limit(&self) -> ErrorKind {
        let phase = self.phase;
        let is_over = self.deadlines.total.is_some_and(|total| total <= Instant::now());
        match phase {
            _ if is_over => ErrorKind::Timeout(phase),
            Phase::Dns | Phase::Connect | Phase::Tls => ErrorKind::ConnectTimeout(phase),
            Phase::Request | Phase::Wait | Phase::Download => ErrorKind::ReadTimeout(phase),
            Phase::Total => ErrorKind::Timeout(phase),
        }
    }

    fn time(&mut self, phase: Phase) -> Option<&mut Duration> {
        let Timings { dns, connect, tls, request, wait, download, total: _ } = &mut self.timings;
        match phase {
            Phase::Dns => Some(dns),
            Phase::Connect => Some(connect),
            Phase::Tls => Some(tls),
            Phase::Request => Some(request),
            Phase::Wait => Some(wait),
            Phase::Download => Some(download),
            Phase::Total => None,
        }
    }
}

fn is_opening(phase: Phase) -> bool {
    matches!(phase, Phase::Dns | Phase::Connect | Phase::Tls)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_phase_that_ran_out() {
        let past = Instant::now();
        for &(_, phase) in Phase::NAMES {
            let mut clock = Clock::start(Deadlines { total: Some(past), ..Deadlines::default() });
            clock.enter(phase);
            assert_eq!(clock.patience().unwrap_err().kind(), ErrorKind::Timeout(phase));
        }
    }

    #[test]
    fn one_that_is_cut_short_has_no_time_left_whatever_its_limits() {
        let cancel = Cancel::default();
        let mut clock = Clock::start(Deadlines { cancel: Some(cancel.clone()), ..Deadlines::default() });
        clock.enter(Phase::Wait);
        assert_eq!(clock.patience().unwrap(), TICK);
        cancel.raise();
        let error = clock.patience().unwrap_err();
        assert_eq!(
            (error.kind(), &*error.to_string()),
            (ErrorKind::Interrupted, "interrupted while waiting for the response")
        );
    }

    #[test]
    fn each_phase_has_its_own_limit() {
        let connect = Some(Duration::ZERO);
        let mut clock = Clock::start(Deadlines { connect, ..Deadlines::default() });
        for (phase, late) in [(Phase::Dns, true), (Phase::Tls, true), (Phase::Wait, false), (Phase::Connect, true)] {
            clock.enter(phase);
            assert_eq!(clock.remaining().is_err(), late, "{phase}");
        }
    }

    #[test]
    fn far_deadlines_are_looked_at_once_a_tick_and_endless_ones_never_come() {
        let endless = Deadlines { read: Some(Duration::MAX), ..Deadlines::default() };
        let mut clock = Clock::start(endless);
        clock.enter(Phase::Wait);
        assert_eq!((clock.remaining().unwrap(), clock.patience().unwrap()), (None, TICK));
    }
}
