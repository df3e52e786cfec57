//! What stands against a case, and what its own end means for those that come after.

use std::borrow::Cow;

use crate::event::{CaseResult, Verdict};

use super::file::FileRun;
use super::imports::unreadable;
use super::must;
use super::order::{End, Rank};
use super::plan::{Needed, PlannedCase, Stage};
use super::specs::Requested;

impl FileRun<'_> {
    /// The teardown of what has begun always runs; the rest does as long as nothing stands against
    /// it. Nothing runs without what it needs, or without the setup of the run.
    pub(super) fn reason_to_skip(&self, case: &PlannedCase) -> Option<Cow<'static, str>> {
        let course = self.running.course();
        let is_teardown = case.stage == Stage::Teardown;
        let has_begun = course.last.is_some() || self.running.rank == Rank::Teardown;
        let goes_on = is_teardown && has_begun;
        let end = if goes_on { self.scripts.lookout.reason() } else { self.shared.interrupt.reason() };
        let failed = || self.shared.failed.reason().filter(|_| !goes_on);
        let without_setup = || {
            let is_without = case.stage == Stage::Main && course.setup_failed && course.stopped.is_none();
            is_without.then(|| self.lost_setup())
        };
        let end_of = |what| match what {
            Needed::Here(case) => course.end_of(case),
            Needed::Joined(place) => course.end_of_all(self.running.planned.joined(place)),
            Needed::There(mark) => self.schedule.end_of(mark),
        };
        let missing = || case.needs.iter().find_map(|need| end_of(need.what).lack(&need.name));
        end.map(Cow::Borrowed)
            .or_else(|| self.failure.as_ref().map(|failure| Cow::Owned(failure.to_string())))
            .or_else(without_setup)
            .or_else(|| failed().map(Cow::Borrowed))
            .or_else(|| course.stopped.clone().filter(|_| !is_teardown).map(Cow::Owned))
            .or_else(|| missing().map(Cow::Owned))
    }

    /// Why there is no setup: what is wrong outside of every request counts as a part of it.
    fn lost_setup(&self) -> Cow<'static, str> {
        let wrong = unreadable(self.specs.own()).and_then(|invalid| invalid.diagnostics.first());
        let place = wrong.and_then(|wrong| Some((wrong.span()?.location().line, &wrong.message)));
        match place {
            Some((line, message)) => format!("the file could not be read whole, line {line}: {message}").into(),
            None => Cow::Borrowed("the setup failed"),
        }
    }

    /// Notes what a request that has not passed leaves undone: who needs it is skipped for that.
    pub(super) fn note_losses(&mut self, case: &PlannedCase, verdict: &Verdict) {
        let how = match verdict {
            Verdict::Passed => return,
            Verdict::Failed | Verdict::Errored => "failed",
            Verdict::Skipped(_) => "was skipped",
        };
        let Ok(Requested { request, .. }) = self.specs.request(case) else { return };
        let left = request.every_capture().map(|capture| &capture.name).chain(&request.name);
        let name = &self.schedule.outline.files[self.running.index].cases[self.current].name;
        self.scope.lose(left.map(|name| name.value.as_str()), &format!("`{name}` {how}"));
    }

    pub(super) fn learn(&self, case: &PlannedCase, result: &CaseResult) {
        let end = End::of(&result.verdict);
        // Of a file that is a setup itself, nothing runs after a failure.
        let is_setup = self.running.is_setup(self.current);
        let mut course = self.running.course();
        course.note(self.current, end, is_setup);
        if end != End::Failed {
            return;
        }
        let unmet = match self.specs.request(case) {
            Ok(requested) => must::unmet(&requested.request.assertions, result),
            Err(invalid) => invalid.must.as_ref().map(must::unread),
        };
        if let Some(reason) = unmet {
            course.stopped.get_or_insert(reason);
        }
        if self.shared.options.fail_fast {
            self.shared.failed.raise("an earlier request failed");
        }
    }
}
