//! `rqtest check`: what runs of the spec files, what editors read differently, what is not
//! supported, and what is wrong.

mod document;
mod table;

use anstyle::AnsiColor;

use crate::diagnostic::{Diagnostic, Fault, Severity};
use crate::run::{Checked, Plan};
use crate::spec::Dialect;
use crate::template::Engine;

use super::arguments::{CheckArguments, CheckFormat};
use super::exit::Exit;
use super::project::{Project, Stop};
use super::selection::{self, Wanted};
use super::terminal::Terminal;

/// Prints what is known of the spec files before they run, then a summary.
pub(super) fn check(arguments: &CheckArguments, terminal: &Terminal) -> Exit {
    match plan(arguments, terminal) {
        Ok((plan, dialect)) => print(&plan, dialect, arguments.format, terminal),
        Err(stop) => stop.report(terminal),
    }
}

fn plan(arguments: &CheckArguments, terminal: &Terminal) -> Result<(Plan, Dialect), Stop> {
    let project = Project::open(&arguments.selection)?;
    let wanted = Wanted { arguments: &arguments.selection, variables: &arguments.variables, repeat: 1 };
    let plan = selection::choose(&project, &wanted, terminal)?.plan;
    Ok((plan, project.dialect(&arguments.selection)))
}

fn print(plan: &Plan, dialect: Dialect, format: CheckFormat, terminal: &Terminal) -> Exit {
    plan.teach(&terminal.redactor);
    let files = plan.check(&Engine::new(None).reading(dialect));
    let counts = Counts::of(&files);
    let text = match format {
        CheckFormat::Text => Ok(text(&files, dialect, &counts, terminal)),
        CheckFormat::Json => serde_json::to_string_pretty(&document::of(&files, dialect, &counts)),
    };
    let written = text.map_err(|error| error.to_string());
    if let Err(error) = written.and_then(|text| terminal.line(text).map_err(|error| error.to_string())) {
        terminal.error(format_args!("what was found cannot be written: {error}"));
        return Exit::Report;
    }
    if counts.errors + counts.unsupported > 0 { Exit::Failed } else { Exit::Passed }
}

fn text(files: &[Checked<'_>], dialect: Dialect, counts: &Counts, terminal: &Terminal) -> String {
    let all = files.iter().flat_map(|file| &file.diagnostics);
    all.filter(|diagnostic| diagnostic.fault == Fault::Mistake).for_each(|diagnostic| terminal.block(diagnostic));
    let tables = files.iter().filter_map(|file| table::of(file, dialect, terminal));
    let (symbol, color) =
        if counts.errors + counts.unsupported > 0 { ('✗', AnsiColor::Red) } else { ('✓', AnsiColor::Green) };
    let summary = terminal.painted(color.on_default(), &format!("{symbol} {}", counts.summary()));
    tables.chain([summary]).collect::<Vec<_>>().join("\n")
}

/// How much was found of each kind.
struct Counts {
    files: usize,
    requests: usize,
    run: usize,
    differences: usize,
    unsupported: usize,
    errors: usize,
    warnings: usize,
}

impl Counts {
    fn of(files: &[Checked<'_>]) -> Self {
        let requests = || files.iter().flat_map(|file| &file.requests);
        let found = |wanted: fn(&Diagnostic) -> bool| {
            files.iter().flat_map(|file| &file.diagnostics).filter(|diagnostic| wanted(diagnostic)).count()
        };
        Self {
            files: files.len(),
            requests: requests().count(),
            run: requests().filter(|request| request.runs).count(),
            differences: files.iter().map(|file| file.conflicts.len()).sum(),
            unsupported: found(|found| found.fault == Fault::Unsupported),
            errors: found(|found| found.severity == Severity::Error && found.fault == Fault::Mistake),
            warnings: found(|found| found.severity == Severity::Warning),
        }
    }

    /// `3 requests in 1 file: 2 run, 1 error, 4 places that editors read differently`
    fn summary(&self) -> String {
        let Self { files, requests, run, differences, unsupported, errors, warnings } = *self;
        let found = [
            (run, format!("{run} {}", if run == 1 { "runs" } else { "run" })),
            (errors, counted(errors, "error")),
            (unsupported, format!("{unsupported} not supported")),
            (warnings, counted(warnings, "warning")),
            (differences, format!("{} that dialects read differently", counted(differences, "place"))),
        ];
        let said: Vec<String> = found.into_iter().filter(|(count, _)| *count > 0).map(|(_, words)| words).collect();
        let errors = if errors + unsupported == 0 { ", no errors" } else { "" };
        format!("{} in {}: {}{errors}", counted(requests, "request"), counted(files, "file"), said.join(", "))
    }
}

/// `1 file`, `2 files`
fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
