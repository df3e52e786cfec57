//! What stands elsewhere: `import`, `run` and `ref`.

use crate::diagnostic::Diagnostic;
use crate::parse::target;
use crate::source::Span;
use crate::spec::{Entry, Import, Reference, Run, Target};

use super::Field;
use super::table::Problems;

/// The keys that an entry may have beside `run`.
const BESIDE_RUN: &[&str] = &["name", "description", "tags", "run", "force", "skip", "variables", "lazy"];

/// One file, or a list of them.
pub(super) fn imports(field: Field<'_>, problems: &mut Problems) -> Vec<Import> {
    let import = |item: Field<'_>| {
        let path = item.string().map_err(|_| item.expected("a path, or a list of paths"))?;
        Ok(Import { path: target::path(path)? })
    };
    field.one_or_more().filter_map(|item| problems.keep(import(item))).collect()
}

/// A request by its name, a file, or a request of a file.
pub(super) fn target(field: Field<'_>) -> Result<Target, Diagnostic> {
    let written = field.string().map_err(|_| field.expected("the name of a request, or the path of a file"))?;
    target::read(&written)
}

/// One request by its name, or a list of them.
pub(super) fn references(all: &mut Vec<Reference>, force: bool, field: Field<'_>, problems: &mut Problems) {
    let reference = |item: Field<'_>| {
        let target = target(item)?;
        Ok(Reference { target, span: item.span().clone(), variables: Vec::new(), force, is_apart: false })
    };
    all.extend(field.one_or_more().filter_map(|item| problems.keep(reference(item))));
}

/// What must have run before: a request by its name, a file, a request of a file, or a list of these.
pub(super) fn needs(all: &mut Vec<Reference>, field: Field<'_>, problems: &mut Problems) {
    let mut needed = Vec::new();
    references(&mut needed, false, field, problems);
    all.extend(needed.into_iter().map(Reference::needed));
}

/// What every request of a file needs: it runs before all of them.
pub(super) fn entry(reference: Reference) -> Entry {
    let run = Run { name: None, tags: Vec::new(), reference, skip: None, diagnostics: Vec::new() };
    Entry::Run(Box::new(run))
}

/// What is wrong with an entry of a map that has a `run` too.
pub(super) fn beside_run(field: Field<'_>) -> Option<Diagnostic> {
    let key = field.key;
    (!BESIDE_RUN.contains(&key.value.as_str())).then(|| {
        Diagnostic::error(format!("`{}` stands beside `run`, which says what runs", key.value))
            .at(&key.span, "")
            .help("a request that needs another one says so with `ref`; what is expected stands where the request does")
    })
}

/// What is wrong with `force` where nothing is run.
pub(super) fn nothing_to_force(force: &Span) -> Diagnostic {
    Diagnostic::error("`force` says that a `run` runs again, and there is none")
        .at(force, "")
        .help("a request that is needed runs each time with `force_ref: name`")
}
