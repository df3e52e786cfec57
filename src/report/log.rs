//! What the scripts of a request had to say.

use super::paint::{Ink, Paint};
use crate::diagnostic::visible;
use crate::event::Attempt;
use crate::script::{LogLevel, LogLine};
use crate::secret::Redactor;

/// A line for each line that was said; the first of what was said at once is marked.
pub(super) fn log(attempt: &Attempt, redactor: &Redactor, paint: Paint) -> Vec<String> {
    attempt.log.iter().flat_map(|said| marked(said, redactor, paint)).collect()
}

/// What it is called that is said at a level.
pub(super) fn level_name(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Info => "log",
        LogLevel::Warning => "warning",
        LogLevel::Error => "error",
    }
}

fn marked(said: &LogLine, redactor: &Redactor, paint: Paint) -> Vec<String> {
    let name = level_name(said.level);
    let text = visible(&redactor.redact(&said.text)).into_owned();
    let mark = |index| if index == 0 { format!("{name}:") } else { " ".repeat(name.len() + 1) };
    let lines = text.split('\n').enumerate();
    lines
        .map(|(index, line)| format!("{} {line}", paint.text(Ink::Faint, &mark(index))).trim_end().to_owned())
        .collect()
}
