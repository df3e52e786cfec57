//! `rqtest check`: reads spec files and tells what is wrong with them.

use anstyle::AnsiColor;

use crate::diagnostic::{Diagnostic, Severity};
use crate::run::Plan;
use crate::template::Engine;

use super::arguments::CheckArguments;
use super::exit::Exit;
use super::project::{Project, Stop};
use super::terminal::Terminal;

/// Prints every error, warning and info of the spec files, then a summary.
pub(super) fn check(arguments: &CheckArguments, terminal: &Terminal) -> Exit {
    match plan(arguments) {
        Ok(plan) => print(&plan, terminal),
        Err(stop) => stop.report(terminal),
    }
}

fn plan(arguments: &CheckArguments) -> Result<Plan, Stop> {
    let project = Project::open(&arguments.selection)?;
    project.plan(&arguments.selection, 1)
}

fn print(plan: &Plan, terminal: &Terminal) -> Exit {
    plan.teach(&terminal.redactor);
    let compiled = plan.compile(&Engine::new(None));
    let all: Vec<&Diagnostic> = plan.diagnostics().chain(&compiled).collect();
    all.iter().for_each(|diagnostic| terminal.block(diagnostic));
    let count = |severity| all.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let files = plan.outline().files.len();
    let requests: usize = plan.outline().files.iter().map(|file| file.cases.len()).sum();
    let found = match (errors, warnings) {
        (0, 0) => "no errors".to_owned(),
        (0, _) => format!("no errors, {}", counted(warnings, "warning")),
        (_, 0) => counted(errors, "error"),
        (..) => format!("{}, {}", counted(errors, "error"), counted(warnings, "warning")),
    };
    let (symbol, color) = if errors > 0 { ('✗', AnsiColor::Red) } else { ('✓', AnsiColor::Green) };
    let (files, requests) = (counted(files, "file"), counted(requests, "request"));
    let summary = format!("{symbol} {requests} in {files}: {found}");
    if let Err(error) = terminal.line(terminal.painted(color.on_default(), &summary)) {
        terminal.error(format_args!("the summary cannot be written: {error}"));
        return Exit::Report;
    }
    if errors > 0 { Exit::Failed } else { Exit::Passed }
}

/// `1 file`, `2 files`
fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
