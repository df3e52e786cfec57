//! Snapshots that responses are not like: what a run has written of them is told, and what it
//! has not is shown to a person, who says what becomes of it.

use std::sync::Arc;

use crate::assertion::{Failure, Renewal};
use crate::diagnostic::{Diagnostic, visible};
use crate::event::Event;
use crate::report::comparison_lines;
use crate::run::{Person, SnapshotSummary, write_snapshot};
use crate::spec::Echo;
use crate::template::{Lifetime, Question};

use super::arguments::SelectionArguments;
use super::project::Stop;
use super::terminal::Terminal;

/// The most lines of a new snapshot that are shown.
const MOST_LINES: usize = 40;

/// The most files that a message names.
const MOST_FILES: usize = 20;

/// What a person may say of a snapshot.
const ACCEPT: &str = "accept";
const REJECT: &str = "reject";
const SKIP: &str = "skip the rest";

/// Tells which snapshots were written, and which nothing asks for: of a part of the requests
/// that cannot be told.
pub(super) fn tell(summary: &SnapshotSummary, selection: &SelectionArguments, terminal: &Terminal) {
    let SnapshotSummary { new, changed, obsolete, unread } = summary;
    for (files, what) in [(new, "new"), (changed, "changed")] {
        if !files.is_empty() {
            terminal.diagnostic(&listing(Diagnostic::info(format!("{} {what}", count(files.len()))), files));
        }
    }
    for error in unread {
        let message = format!("it cannot be told which snapshots are asked for by no request any more: {error}");
        terminal.diagnostic(&Diagnostic::warning(message));
    }
    if !obsolete.is_empty() && selection.is_whole() {
        let files: Vec<String> = obsolete.iter().map(|path| path.display().to_string()).collect();
        let message = format!("{} asked for by no request any more", count(files.len()));
        terminal.diagnostic(&listing(Diagnostic::warning(message), &files).help("delete what is not needed"));
    }
}

fn count(files: usize) -> String {
    if files == 1 { "1 snapshot is".to_owned() } else { format!("{files} snapshots are") }
}

fn listing(diagnostic: Diagnostic, files: &[String]) -> Diagnostic {
    let listed = files.iter().take(MOST_FILES).fold(diagnostic, |diagnostic, file| diagnostic.note(file));
    if files.len() > MOST_FILES { listed.note(format!("… {} more", files.len() - MOST_FILES)) } else { listed }
}

/// The snapshots that a run has found to be missing or different.
pub(super) struct Review {
    person: Arc<dyn Person>,
    found: Vec<Failure>,
}

impl Review {
    /// A review by the person at the terminal.
    ///
    /// # Errors
    /// If there is none.
    pub(super) fn by(person: Option<Arc<dyn Person>>) -> Result<Self, Stop> {
        let message = "--review needs a terminal with somebody at it: --update-snapshots writes without asking";
        Ok(Self { person: person.ok_or_else(|| Stop::usage(message))?, found: Vec::new() })
    }

    /// Notes the snapshots of the last attempt at a request.
    pub(super) fn event(&mut self, event: &Event) {
        let Event::CaseFinished(_, result) = event else { return };
        let outcomes = result.attempts.last().into_iter().flat_map(|attempt| &attempt.outcomes);
        let failures = outcomes.filter_map(|outcome| outcome.failure.as_ref());
        self.found.extend(failures.filter(|failure| failure.renewal.is_some()).cloned());
    }

    /// Shows one after the other, and writes those that are accepted.
    pub(super) fn go_through(self, terminal: &Terminal) {
        let (mut accepted, count) = (0, self.found.len());
        for (index, failure) in self.found.iter().enumerate() {
            let Some(renewal) = &failure.renewal else { continue };
            terminal.lines(&shown(failure, renewal, &format!("{} of {count}", index + 1), terminal));
            match self.person.answer(&question()).as_deref() {
                Ok(ACCEPT) => match write_snapshot(renewal, &terminal.redactor) {
                    Ok(()) => {
                        accepted += 1;
                        renewal.cautions().for_each(|caution| terminal.diagnostic(&Diagnostic::warning(caution)));
                    }
                    Err(message) => terminal.error(message),
                },
                Ok(REJECT) => {}
                Ok(_) => break,
                Err(message) => {
                    terminal.error(message);
                    break;
                }
            }
        }
        if accepted > 0 {
            let message = format!("{} accepted, which the next run compares with", self::count(accepted));
            terminal.diagnostic(&Diagnostic::info(message));
        }
    }
}

fn question() -> Question {
    Question {
        name: "snapshot".to_owned(),
        text: "What becomes of it?".to_owned(),
        default: None,
        choices: [ACCEPT, REJECT, SKIP].map(str::to_owned).to_vec(),
        echo: Echo::Shown,
        lifetime: Lifetime::Use,
    }
}

/// What differs; of a new snapshot what it would hold.
fn shown(failure: &Failure, renewal: &Renewal, place: &str, terminal: &Terminal) -> Vec<String> {
    let kind = if renewal.is_new { "new" } else { "changed" };
    let mut lines = vec![String::new(), format!("snapshot {place}, {kind}: {}", visible(&renewal.shown))];
    if renewal.is_new {
        let text = String::from_utf8_lossy(&renewal.content);
        let text = terminal.redactor.redact(&text);
        lines.extend(text.lines().take(MOST_LINES).map(|line| format!("  {}", visible(line))));
        let rest = text.lines().count().saturating_sub(MOST_LINES);
        lines.extend((rest > 0).then(|| format!("  … {rest} more lines")));
    } else {
        let mut compared = comparison_lines(failure, &terminal.redactor, terminal.error.color);
        if compared.is_empty() {
            // The message says it all.
            compared.push(visible(&terminal.redactor.redact(&failure.message)).into_owned());
        }
        lines.extend(compared.into_iter().map(|line| format!("  {line}")));
    }
    lines.push(String::new());
    lines
}
