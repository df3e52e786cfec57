//! What can be told of a plan before any of it runs.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Root;
use crate::spec::{Body, Conflict, FileReference, Piece, Request};
use crate::template::Engine;

use super::compiled::Compiled;
use super::plan::{Plan, PlannedCase, PlannedFile};
use super::script::ScriptChecker;
use super::specs::{Requested, Specs};
use super::{decision, demands};

/// What is known of a file before it runs.
#[derive(Debug)]
pub struct Checked<'a> {
    /// Its path, as reports show it.
    pub path: &'a str,
    /// Its requests.
    pub requests: Vec<CheckedRequest<'a>>,
    /// Where dialects would read it differently.
    pub conflicts: &'a [Conflict],
    /// What there is to say of it, in the order of its lines.
    pub diagnostics: Vec<Diagnostic>,
}

/// What is known of a request before it runs.
#[derive(Debug)]
pub struct CheckedRequest<'a> {
    /// Its name, unique within the file.
    pub name: &'a str,
    /// The line that reports point at, from 1; none where the file cannot be read.
    pub line: Option<usize>,
    /// Whether nothing is known that would keep it from running.
    pub runs: bool,
}

impl Plan {
    /// What is known of each file before it runs, in plan order.
    pub fn check(&self, engine: &Engine) -> Vec<Checked<'_>> {
        let files = self.files.iter().zip(&self.outline.files);
        let scripts = ScriptChecker::default();
        let check = |(file, outline)| {
            let mut checked = Checked { path: "", requests: Vec::new(), conflicts: &[], diagnostics: Vec::new() };
            Checker { engine, scripts: &scripts, checked: &mut checked }.read(file, outline);
            checked.diagnostics.sort_by_key(|diagnostic| diagnostic.span().map(|span| span.range().start));
            checked.diagnostics.dedup();
            checked
        };
        files.map(check).collect()
    }
}

struct Checker<'c, 'a> {
    engine: &'c Engine,
    scripts: &'c ScriptChecker,
    checked: &'c mut Checked<'a>,
}

impl<'a> Checker<'_, 'a> {
    fn read(&mut self, file: &'a PlannedFile, outline: &'a crate::event::FileOutline) {
        self.checked.path = &outline.path;
        self.checked.diagnostics.extend_from_slice(&outline.diagnostics);
        let found: Vec<Vec<Diagnostic>> = match file {
            PlannedFile::Unreadable(error) => vec![error.diagnostics.clone()],
            PlannedFile::Spec { specs, root, cases, .. } => {
                self.checked.conflicts = &specs.own().conflicts;
                cases.iter().map(|case| self.read_case(case, specs, root)).collect()
            }
        };
        for (case, diagnostics) in outline.cases.iter().zip(found) {
            self.checked.requests.push(CheckedRequest {
                name: &case.name,
                line: case.span.as_ref().map(|span| span.location().line),
                runs: diagnostics.iter().all(|diagnostic| diagnostic.severity != Severity::Error),
            });
            self.checked.diagnostics.extend(diagnostics);
        }
    }

    fn read_case(&self, case: &PlannedCase, specs: &Specs, root: &Arc<Root>) -> Vec<Diagnostic> {
        match specs.request(case) {
            Err(invalid) => invalid.diagnostics.clone(),
            Ok(Requested { request, .. }) => {
                let until = request.flow.retry.as_ref().and_then(|retry| retry.value.until.as_deref());
                let compiled = match Compiled::new(self.engine, request, until) {
                    Ok(compiled) => self.check_scripts(&compiled, root),
                    Err(diagnostics) => diagnostics,
                };
                let conditions = decision::problems(request, self.engine);
                let missing = missing_files(request, root);
                let demands = demands::problems(request, specs, self.engine, self.scripts, root);
                let found = compiled.into_iter().chain(conditions).chain(missing).chain(demands);
                request.diagnostics.iter().cloned().chain(found).collect()
            }
        }
    }

    fn check_scripts(&self, compiled: &Compiled, root: &Root) -> Vec<Diagnostic> {
        compiled.scripts.iter().flat_map(|scripts| self.scripts.check(scripts, root)).collect()
    }
}

/// The files of a body that are not there. Whether one is whose path holds a template, shows
/// only once that is rendered.
fn missing_files<'a>(request: &'a Request, root: &'a Root) -> impl Iterator<Item = Diagnostic> + use<'a> {
    let pieces: &[Piece] = match request.body.as_deref() {
        Some(Body::Content(pieces) | Body::Message(pieces)) => pieces,
        _ => &[],
    };
    let paths = pieces.iter().filter_map(|piece| match piece {
        Piece::File(FileReference::Verbatim(path) | FileReference::Rendered { path, .. }) => Some(path),
        Piece::Text(_) | Piece::Form { .. } | Piece::Bytes(_) => None,
    });
    let fixed = paths.filter(|path| !path.value.contains("{{"));
    fixed.filter_map(|path| {
        let error = root.resolve(path.span.source().path(), &path.value).err()?;
        Some(Diagnostic::error(error.to_string()).at(&path.span, ""))
    })
}
