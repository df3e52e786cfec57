//! The attempts at a request: how many there are, when they are made, and which one counts.

use std::time::{Duration, Instant};

use crate::diagnostic::{Diagnostic, Fault};
use crate::event::{Attempt, CaseError, CaseResult, Verdict};
use crate::spec::{Assertion, Retry};
use crate::template::FileScope;

use super::case::{CaseRun, called_off, request_line};
use super::compiled::Compiled;
use super::executor::INTERRUPTED;
use super::retry_after::asked_wait;

/// The longest that a server can have a request wait which says nothing of that itself.
const LONGEST_ASKED: Duration = Duration::from_secs(60);

impl CaseRun<'_> {
    /// Makes attempts until one is the last: the one that counts.
    pub(super) fn attempt_all(&self, scope: &mut FileScope) -> CaseResult {
        let own = self.request.flow.retry.as_ref().map(|retry| &retry.value);
        let retry = own.or(self.shared.options.retry.as_ref());
        let until = retry.and_then(|retry| retry.until.as_deref());
        let compiled = match Compiled::new(&self.shared.engine, self.request, until) {
            Ok(compiled) => compiled,
            Err(diagnostics) => {
                return CaseResult::failed_before_sending(CaseError { kind: "template", diagnostics });
            }
        };
        let begun = Instant::now();
        let mut attempts = Vec::new();
        loop {
            let started = Instant::now();
            let mut attempt = self.attempt(&compiled, scope);
            attempt.elapsed = started.elapsed();
            if self.is_called_off.get() && attempt.verdict() == Verdict::Passed {
                return called_off();
            }
            if let Some(reason) = attempt.lack().filter(|_| attempts.is_empty()) {
                return CaseResult::skipped(reason);
            }
            let is_last = if until.is_some() { !attempt.is_pending } else { attempt.verdict() == Verdict::Passed };
            attempts.push(attempt);
            let asked = || attempts.last().and_then(asked_wait).unwrap_or_default();
            let next = |retry| wait(retry, attempts.len(), asked(), begun.elapsed());
            let Some(wait) = retry.filter(|_| !is_last).and_then(next) else {
                until.iter().for_each(|until| tell_count(until, &mut attempts));
                return self.conclude(attempts, begun.elapsed());
            };
            self.scripts.lookout.sleep(wait);
            self.keep_pace();
            if let Some(reason) = self.scripts.lookout.reason() {
                until.iter().for_each(|until| tell_count(until, &mut attempts));
                self.tell_end(reason, &mut attempts);
                return self.conclude(attempts, begun.elapsed());
            }
        }
    }
}

impl CaseRun<'_> {
    /// Says at the last attempt why no other follows, if it was not cut short itself.
    fn tell_end(&self, reason: &str, attempts: &mut [Attempt]) {
        let next = attempts.len() + 1;
        let Some(last) = attempts.last_mut() else { return };
        let error = last.error.get_or_insert_with(|| CaseError { kind: INTERRUPTED, diagnostics: Vec::new() });
        if error.kind != INTERRUPTED || error.diagnostics.is_empty() {
            let diagnostic = Diagnostic::error(format!("{reason} before attempt {next}"));
            error.diagnostics.push(diagnostic.at(&request_line(self.request), ""));
        }
    }
}

impl Attempt {
    /// What another request has not left, if that is why nothing was sent.
    fn lack(&self) -> Option<&str> {
        let [diagnostic] = self.error.as_ref()?.diagnostics.as_slice() else { return None };
        let is_unsent = self.exchanges.is_empty() && self.outcomes.is_empty();
        (is_unsent && diagnostic.fault == Fault::Elsewhere).then_some(&diagnostic.message)
    }
}

/// How long to wait before another attempt, if there is to be one after so many that have
/// taken this long, and the server asks for some time.
fn wait(retry: &Retry, made: usize, asked: Duration, elapsed: Duration) -> Option<Duration> {
    if retry.times.is_some_and(|times| made > times as usize) {
        return None;
    }
    let wait = retry.delay_after(made).max(asked.min(retry.max.unwrap_or(LONGEST_ASKED)));
    let is_in_time = |time: Duration| elapsed.checked_add(wait).is_some_and(|then| then < time);
    retry.time.is_none_or(is_in_time).then_some(wait)
}

/// Says at the last of several attempts how many they were, if what they waited for was not
/// there in the end.
fn tell_count(until: &Assertion, attempts: &mut [Attempt]) {
    let count = attempts.len();
    let Some(last) = attempts.last_mut().filter(|last| last.is_pending) else { return };
    let words = if count == 1 { "after 1 attempt".to_owned() } else { format!("after {count} attempts") };
    let outcome = last.outcomes.iter_mut().find(|outcome| outcome.span == until.span);
    if let Some(failure) = outcome.and_then(|outcome| outcome.failure.as_mut()) {
        failure.message += &format!(", {words}");
    } else if let Some(diagnostic) = last.error.as_mut().and_then(|error| error.diagnostics.last_mut()) {
        diagnostic.notes.push(format!("what is waited for was not there {words}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// The waits between the attempts, each of which takes no time.
    fn waits(retry: &Retry) -> Vec<Duration> {
        waits_of(retry, Duration::ZERO)
    }

    /// The same where the server asks for a time after each.
    fn waits_of(retry: &Retry, asked: Duration) -> Vec<Duration> {
        let (mut waits, mut elapsed) = (Vec::new(), Duration::ZERO);
        while let Some(next) = wait(retry, waits.len() + 1, asked, elapsed).filter(|_| waits.len() < 6) {
            waits.push(next);
            elapsed += next;
        }
        waits
    }

    #[test]
    fn waits_grow_up_to_the_longest_and_end_with_the_times() {
        let retry = Retry { delay: SECOND, ..Retry::times(3) };
        assert_eq!(waits(&retry), [SECOND; 3]);
        let retry = Retry { backoff: 2.0, ..Retry { delay: SECOND, ..Retry::times(5) } };
        assert_eq!(waits(&retry), [1, 2, 4, 8, 16].map(Duration::from_secs));
        let retry = Retry { max: Some(5 * SECOND), ..retry };
        assert_eq!(waits(&retry), [1, 2, 4, 5, 5].map(Duration::from_secs));
        assert!(waits(&Retry::times(0)).is_empty());
    }

    #[test]
    fn a_server_is_given_the_time_that_it_asks_for_up_to_the_longest() {
        let retry = Retry { delay: 2 * SECOND, ..Retry::times(1) };
        for (asked, max, expected) in
            [(1, None, 2), (3, None, 3), (600, None, 60), (600, Some(300), 300), (9, Some(4), 4)]
        {
            let retry = Retry { max: max.map(Duration::from_secs), ..retry.clone() };
            assert_eq!(waits_of(&retry, asked * SECOND), [expected * SECOND], "{asked} {max:?}");
        }
        let retry = Retry { time: Some(3 * SECOND), ..retry };
        assert!(waits_of(&retry, 5 * SECOND).is_empty());
    }

    #[test]
    fn no_attempt_begins_after_the_time() {
        let retry = Retry { times: None, delay: SECOND, time: Some(3 * SECOND), ..Retry::times(0) };
        assert_eq!(waits(&retry), [SECOND; 2]);
        let retry = Retry { times: Some(1), ..retry };
        assert_eq!(waits(&retry), [SECOND]);
        let forever = Retry { delay: Duration::MAX, backoff: 1e300, time: Some(Duration::MAX), ..Retry::times(9) };
        assert!(waits(&forever).is_empty());
    }
}
