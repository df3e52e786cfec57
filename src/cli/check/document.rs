//! What was found as JSON.

use serde_json::{Value, json};

use crate::diagnostic::{Diagnostic, Fault, Severity};
use crate::run::Checked;
use crate::spec::{Conflict, Dialect};

use super::Counts;

/// The whole document.
pub(super) fn of(files: &[Checked<'_>], dialect: Dialect, counts: &Counts) -> Value {
    json!({
        "dialect": name(dialect),
        "files": files.iter().map(file).collect::<Vec<_>>(),
        "summary": {
            "files": counts.files,
            "requests": counts.requests,
            "run": counts.run,
            "differences": counts.differences,
            "unsupported": counts.unsupported,
            "errors": counts.errors,
            "warnings": counts.warnings,
        },
    })
}

fn file(file: &Checked<'_>) -> Value {
    let requests =
        file.requests.iter().map(|request| json!({ "name": request.name, "line": request.line, "runs": request.runs }));
    let of_fault = |fault| file.diagnostics.iter().filter(move |diagnostic| diagnostic.fault == fault).map(problem);
    json!({
        "file": file.path,
        "requests": requests.collect::<Vec<_>>(),
        "differences": file.conflicts.iter().map(difference).collect::<Vec<_>>(),
        "unsupported": of_fault(Fault::Unsupported).collect::<Vec<_>>(),
        "problems": of_fault(Fault::Mistake).collect::<Vec<_>>(),
    })
}

fn difference(Conflict { rule, span }: &Conflict) -> Value {
    let choices = Dialect::NAMES.iter().map(|&(name, dialect)| (name.to_owned(), rule.choice(dialect).into()));
    let place = span.location();
    json!({
        "rule": rule.id(),
        "conflict": rule.conflict(),
        "anchor": rule.anchor(),
        "line": place.line,
        "column": place.column,
        "choices": choices.collect::<serde_json::Map<_, Value>>(),
    })
}

fn problem(diagnostic: &Diagnostic) -> Value {
    let place = diagnostic.span().map(|span| span.location());
    json!({
        "severity": match diagnostic.severity {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        },
        "message": diagnostic.message,
        "help": diagnostic.help,
        "line": place.map(|place| place.line),
        "column": place.map(|place| place.column),
    })
}

fn name(dialect: Dialect) -> &'static str {
    Dialect::NAMES.iter().find(|(_, known)| *known == dialect).map_or("", |(name, _)| name)
}
