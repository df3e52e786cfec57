//! The schemas of assertions, compiled when the run is planned: each file once.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use serde_json::Value as Json;

use crate::diagnostic::Diagnostic;
use crate::parse::yaml;
use crate::schema::{self, Documents, InvalidSchema, Step};
use crate::source::{Root, Span, read_source};
use crate::spec::{Entry, Invalid, Node, Predicate, Schema, SchemaSource, Text, Value};

/// The schemas of the files that were named so far.
#[derive(Default)]
pub(super) struct Schemas {
    files: Mutex<HashMap<PathBuf, Slot>>,
}

/// A schema that may be being read by another thread.
type Slot = Arc<OnceLock<Result<Arc<schema::Schema>, Fault>>>;

/// What is wrong with a schema, and where in its text.
#[derive(Clone)]
struct Fault {
    reason: String,
    place: Option<Span>,
}

impl Schemas {
    /// Compiles the schemas that a request is held against. One of which a schema cannot be
    /// had is none.
    pub(super) fn fill(&self, entry: &mut Entry, root: &Root) {
        let Entry::Request(request) = entry else { return };
        let mut problems = Vec::new();
        for assertion in request.every_assertion_mut() {
            if let Predicate::Schema(schema) = &mut assertion.predicate.value {
                match self.compile(schema, root) {
                    Ok(compiled) => schema.compiled = Some(compiled),
                    Err(problem) => problems.push(problem),
                }
            }
        }
        if !problems.is_empty() {
            *entry = Entry::Invalid(Invalid::in_place_of(request, problems));
        }
    }

    fn compile(&self, schema: &Schema, root: &Root) -> Result<Arc<schema::Schema>, Diagnostic> {
        match &schema.source {
            SchemaSource::File(path) => self.of_file(path, root),
            SchemaSource::Inline(value) => inline(value, root),
        }
    }

    fn of_file(&self, path: &Text, root: &Root) -> Result<Arc<schema::Schema>, Diagnostic> {
        let from = path.span.source().path();
        let found = root.resolve(from, &path.value);
        let found = found.map_err(|error| Diagnostic::error(error.to_string()).at(&path.span, ""))?;
        let slot =
            Arc::clone(self.files.lock().expect("no holder of this lock panics").entry(found.clone()).or_default());
        slot.get_or_init(|| of_text(&found, root)).clone().map_err(|fault| {
            let problem = Diagnostic::error(format!("`{}` is no schema: {}", path.value, fault.reason));
            let problem = problem.at(&path.span, "");
            fault.place.iter().fold(problem, |problem, place| problem.at(place, "here"))
        })
    }
}

/// Compiles the schema of a file.
fn of_text(path: &Path, root: &Root) -> Result<Arc<schema::Schema>, Fault> {
    let tree = read(path, root)?;
    schema::Schema::compile(&tree.to_json(), path, Files(root.clone())).map(Arc::new).map_err(|invalid| {
        let place = (!invalid.place.is_empty()).then(|| place_in(&tree, &invalid.place));
        Fault { reason: invalid.to_string(), place }
    })
}

fn inline(value: &Value, root: &Root) -> Result<Arc<schema::Schema>, Diagnostic> {
    let spec = value.span.source().path();
    let name = spec.file_name().unwrap_or_default().to_string_lossy();
    let file = root.resolve(spec, &name).unwrap_or_else(|_| spec.to_owned());
    let compiled = schema::Schema::compile(&value.to_json(), &file, Files(root.clone()));
    compiled.map(Arc::new).map_err(|InvalidSchema { reason, place }| {
        Diagnostic::error(format!("this is no schema: {reason}")).at(&place_in(value, &place), "")
    })
}

/// A file in JSON or YAML, with the places of what stands in it.
fn read(path: &Path, root: &Root) -> Result<Value, Fault> {
    let unreadable = |error: &dyn std::error::Error| Fault { reason: error.to_string(), place: None };
    let source = read_source(&root.shown(path)).map_err(|error| unreadable(&error))?;
    yaml::load(&source).map_err(|problems| {
        let first = problems.into_iter().next();
        let place = first.as_ref().and_then(|problem| problem.span().cloned());
        Fault { reason: first.map(|problem| problem.message).unwrap_or_default(), place }
    })
}

/// Where in a tree a step leads to, as far as there is something.
fn place_in(tree: &Value, steps: &[Step]) -> Span {
    let found = steps.iter().try_fold(tree, |value, step| match (step, &value.node) {
        (Step::Element(index), Node::List(items)) => items.get(*index).ok_or(value),
        (Step::Member(name), Node::Map(entries)) => {
            entries.iter().find(|(key, _)| key.value == *name).map(|(_, member)| member).ok_or(value)
        }
        _ => Err(value),
    });
    found.unwrap_or_else(|nearest| nearest).span.clone()
}

/// The files of the project, which schemas may refer to.
struct Files(Root);

impl Documents for Files {
    fn read(&self, path: &Path) -> Result<Json, String> {
        let found = self.0.resolve(Path::new(""), &path.to_string_lossy()).map_err(|error| error.to_string())?;
        let tree = read(&found, &self.0).map_err(|fault| match fault.place {
            Some(place) => format!("{place}: {}", fault.reason),
            None => fault.reason,
        })?;
        Ok(tree.to_json())
    }
}
