//! The files of rows that requests run over, read when the run is planned.

use crate::diagnostic::Diagnostic;
use crate::parse::data;
use crate::source::{Root, read_source};
use crate::spec::{Entry, Flow, Invalid, Repetition, Row, Text};

/// Puts the rows of its file in the place of the file's path, where an entry names one. A
/// request whose rows cannot be read is none.
pub(super) fn fill(entry: &mut Entry, root: &Root) {
    let Entry::Request(request) = entry else { return };
    let Some(Repetition::Table(path)) = request.flow.repetition.as_deref() else { return };
    match rows(path, root) {
        Ok(rows) => {
            let mut flow = Flow::clone(&request.flow);
            if let Some(repetition) = &mut flow.repetition {
                repetition.value = Repetition::Rows(rows);
            }
            request.flow = flow.into();
        }
        Err(problems) => *entry = Entry::Invalid(Invalid::in_place_of(request, problems)),
    }
}

fn rows(path: &Text, root: &Root) -> Result<Vec<Row>, Vec<Diagnostic>> {
    let at = |message: String| vec![Diagnostic::error(message).at(&path.span, "")];
    if path.value.contains("{{") {
        let help = "a list that is worked out is written in braces alone: `{{ users }}`";
        let message = "the path of a table holds no template, as the rows are counted before the run";
        return Err(vec![Diagnostic::error(message).at(&path.span, "").help(help)]);
    }
    let from = path.span.source().path();
    root.resolve(from, &path.value).map_err(|error| at(error.to_string()))?;
    let written = from.parent().map_or_else(|| path.value.clone().into(), |folder| folder.join(&path.value));
    data::rows(&read_source(&written).map_err(|error| at(error.to_string()))?)
}
