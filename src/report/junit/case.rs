//! A request as a `testcase`.

use std::sync::Arc;
use std::time::Duration;

use junit_report::{TestCase, TestResult};

use super::complete::{Additions, Rerun};
use super::{Layout, Options, STYLE, SystemOut, text};
use crate::diagnostic::render_redacted;
use crate::event::{Attempt, CaseOutline, CaseResult, FileOutline, Verdict};
use crate::report::Counts;
use crate::report::dialogue::{Room, dialogue, line};
use crate::report::log::log;
use crate::report::paint::Paint;
use crate::report::problem::{brief_cautions, cautions, headline, problems};
use crate::report::wording;
use crate::secret::Redactor;

/// How much of a body is written.
const ROOM: Room = Room { lines: 500, characters: 2000 };

/// The type of a failure: that of an error is its kind.
const ASSERTION: &str = "assertion";

/// Makes cases of requests.
#[derive(Debug)]
pub(super) struct CaseWriter {
    pub(super) redactor: Arc<Redactor>,
    pub(super) options: Options,
}

/// What is kept of a request until its file is written.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) test: TestCase,
    pub(super) additions: Additions,
    pub(super) counts: Counts,
    pub(super) microseconds: u64,
}

impl CaseWriter {
    pub(super) fn case(&self, file: &FileOutline, index: usize, result: &CaseResult) -> Case {
        let outline = &file.cases[index];
        let mut counts = Counts::default();
        counts.add(result);
        let microseconds = rounded(result.elapsed, self.options.layout);
        let test = TestCase {
            name: self.attribute(&outline.name),
            // The completion writes the time; this is for the sum that junit-report makes.
            time: junit_report::Duration::ZERO,
            result: self.result(result),
            classname: None,
            filepath: (self.options.layout == Layout::Full).then(|| self.path(file, outline)),
            system_out: self.system_out(result),
            system_err: self.warnings(result),
        };
        Case { test, additions: self.additions(outline, result, counts, microseconds), counts, microseconds }
    }

    fn result(&self, result: &CaseResult) -> TestResult {
        let last = result.attempts.last();
        let message = || last.map(|last| self.attribute(&headline(last, &self.redactor))).unwrap_or_default();
        let cause = || last.map(|last| self.problems(last)).filter(|text| !text.is_empty());
        match &result.verdict {
            Verdict::Passed => TestResult::Success,
            Verdict::Failed => TestResult::Failure { type_: ASSERTION.to_owned(), message: message(), cause: cause() },
            Verdict::Errored => {
                TestResult::Error { type_: error_type(last).to_owned(), message: message(), cause: cause() }
            }
            Verdict::Skipped(reason) => TestResult::SkippedWithCause {
                type_: "skipped".to_owned(),
                message: self.attribute(reason),
                cause: None,
            },
        }
    }

    /// The file in which the request stands, or the line that runs one of another file.
    fn path(&self, file: &FileOutline, outline: &CaseOutline) -> String {
        let path = outline.span.as_ref().map(|span| span.source().path().to_string_lossy());
        self.attribute(path.as_deref().unwrap_or(&file.path))
    }

    fn additions(&self, outline: &CaseOutline, result: &CaseResult, counts: Counts, microseconds: u64) -> Additions {
        let mut attributes = vec![("time", text::seconds(microseconds, self.options.layout))];
        let mut properties = Vec::new();
        let tags = outline.tags.iter().map(|tag| self.attribute(tag));
        match self.options.layout {
            Layout::Full => {
                let line = outline.span.as_ref().map(|span| span.location().line.to_string());
                attributes.extend(line.map(|line| ("line", line)));
                attributes.push(("assertions", counts.assertions.to_string()));
                properties.extend(tags.map(|tag| ("tag", tag)));
                properties.extend(outline.origin.as_ref().map(|span| ("origin", self.attribute(&span.to_string()))));
                let cautions = result.attempts.last().map(|last| brief_cautions(last, &self.redactor));
                let cautions = cautions.into_iter().flatten();
                properties.extend(cautions.map(|message| ("warning", text::attribute(&message))));
                properties.extend((result.attempts.len() > 1).then(|| ("attempts", result.attempts.len().to_string())));
            }
            Layout::Strict if outline.tags.is_empty() => {}
            Layout::Strict => attributes.push(("group", tags.collect::<Vec<_>>().join(","))),
        }
        Additions { attributes, properties, reruns: self.reruns(result) }
    }

    /// The attempts before the last, which did not pass, but for those that were made to wait.
    fn reruns(&self, result: &CaseResult) -> Vec<Rerun> {
        let earlier = result.attempts.split_last().map(|(_, earlier)| earlier).unwrap_or_default();
        earlier
            .iter()
            .filter(|attempt| !attempt.is_pending)
            .map(|attempt| self.rerun(&result.verdict, attempt))
            .collect()
    }

    fn rerun(&self, verdict: &Verdict, attempt: &Attempt) -> Rerun {
        let element = match (verdict, attempt.error.is_some()) {
            (Verdict::Passed, false) => "flakyFailure",
            (Verdict::Passed, true) => "flakyError",
            (_, false) => "rerunFailure",
            (_, true) => "rerunError",
        };
        let kind = if attempt.error.is_some() { error_type(Some(attempt)) } else { ASSERTION };
        Rerun {
            element,
            kind: kind.to_owned(),
            message: self.attribute(&headline(attempt, &self.redactor)),
            trace: self.problems(attempt),
            output: self.exchanges(attempt),
        }
    }

    /// The request, and everything that is wrong with what came of it.
    fn problems(&self, attempt: &Attempt) -> String {
        let request = attempt.exchanges.last().map(|exchange| line(&wording::exchange(exchange), &self.redactor));
        let problems = problems(attempt, STYLE, &self.redactor);
        text::content(&request.into_iter().chain(problems).collect::<Vec<_>>().join("\n\n"))
    }

    fn system_out(&self, result: &CaseResult) -> Option<String> {
        let is_told = match (self.options.system_out, &result.verdict) {
            (SystemOut::All, _) | (_, Verdict::Failed | Verdict::Errored) => true,
            (SystemOut::Failures, Verdict::Passed | Verdict::Skipped(_)) => false,
        };
        let last = result.attempts.last()?;
        let parts = [self.cautions(last), self.log(last), self.exchanges(last).filter(|_| is_told)];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join("\n\n"))
    }

    /// What does not hold and fails nothing.
    fn cautions(&self, attempt: &Attempt) -> Option<String> {
        let cautions = cautions(attempt, STYLE, &self.redactor);
        (!cautions.is_empty()).then(|| text::content(&cautions.join("\n\n")))
    }

    /// What scripts had to say.
    fn log(&self, attempt: &Attempt) -> Option<String> {
        let lines = log(attempt, &self.redactor, Paint { color: false });
        (!lines.is_empty()).then(|| text::content(&lines.join("\n")))
    }

    fn exchanges(&self, attempt: &Attempt) -> Option<String> {
        let plain = Paint { color: false };
        let exchanges = attempt.exchanges.iter().map(|exchange| dialogue(exchange, ROOM, &self.redactor, plain));
        let exchanges: Vec<String> = exchanges.collect();
        (!exchanges.is_empty()).then(|| text::content(&exchanges.join("\n\n")))
    }

    fn warnings(&self, result: &CaseResult) -> Option<String> {
        let warnings = result.attempts.iter().flat_map(|attempt| &attempt.warnings);
        let warnings: Vec<String> = warnings.map(|warning| render_redacted(warning, STYLE, &self.redactor)).collect();
        (!warnings.is_empty()).then(|| text::content(&warnings.join("\n\n")))
    }

    fn attribute(&self, text: &str) -> String {
        text::attribute(&self.redactor.redact(text))
    }
}

fn error_type(attempt: Option<&Attempt>) -> &'static str {
    attempt.and_then(|attempt| attempt.error.as_ref()).map_or("error", |error| error.kind)
}

/// In microseconds, to a multiple of what the layout can say.
fn rounded(duration: Duration, layout: Layout) -> u64 {
    let unit = match layout {
        Layout::Full => 1,
        Layout::Strict => 1000,
    };
    let microseconds = u64::try_from(duration.as_micros()).unwrap_or(u64::MAX - unit);
    (microseconds + unit / 2) / unit * unit
}
