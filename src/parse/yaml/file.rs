//! A spec file's tree to a [`Spec`].

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, nearest};
use crate::source::{SourceFile, Span, Spanned};
use crate::spec::{Defaults, Entry, Format, Import, Invalid, Node, Reference, Spec, Text, Value, Variable};

use super::flow::refuse;
use super::request::VARIABLES;
use super::request::{self, Surroundings};
use super::table::{Problems, Table, key, unknown_key};
use super::{Field, defaults, reference};

/// What the case is called that stands for a file that cannot be read, or not whole.
pub(crate) const UNREADABLE: &str = "read the file";

/// The key of what the file is there for.
const REQUESTS: &str = "requests";

/// What the entries of a file have been read into so far; requests wait for the defaults.
#[derive(Default)]
struct Draft {
    name: Option<Spanned<String>>,
    description: Option<Spanned<String>>,
    tags: Vec<Spanned<String>>,
    imports: Vec<Import>,
    needs: Vec<Reference>,
    parallel: Option<Spanned<bool>>,
    serial: Option<Spanned<String>>,
    variables: Vec<Variable>,
    defaults: Defaults,
    setup: Option<(Text, Value)>,
    requests: Option<(Text, Value)>,
    teardown: Option<(Text, Value)>,
}

/// The keys of a file.
const FILE: Table<Draft> = Table(&[
    key("name", |draft, field, problems| draft.name = problems.keep(field.string())),
    key("description", |draft, field, problems| draft.description = problems.keep(field.string())),
    key("tags", |draft, field, problems| draft.tags = request::tags(field, problems)),
    key("import", |draft, field, problems| draft.imports = reference::imports(field, problems)),
    key("needs", |draft, field, problems| reference::needs(&mut draft.needs, field, problems)),
    key("defaults", |draft, field, problems| draft.defaults = defaults::read(field, problems)),
    key("setup", |draft, field, problems| draft.setup = list(field, problems)),
    key(REQUESTS, |draft, field, problems| draft.requests = list(field, problems)),
    key("teardown", |draft, field, problems| draft.teardown = list(field, problems)),
    key("parallel", |draft, field, problems| draft.parallel = problems.keep(field.boolean())),
    key("serial", |draft, field, problems| draft.serial = problems.keep(field.string())),
    key("data", refuse),
]);

/// Whether an entry of a map makes a spec file of it: its requests, be their key misspelt.
pub(super) fn has_requests(key: &str, value: &Value) -> bool {
    let has_some = || matches!(&value.node, Node::List(items) if items.iter().any(request::is_one));
    key == REQUESTS || nearest(key, [REQUESTS]).is_some() && has_some()
}

/// A file in which nothing could be read but what is wrong with it.
pub(super) fn broken(source: &Arc<SourceFile>, problems: Vec<Diagnostic>) -> Spec {
    let mut spec = Spec::new(source, Format::Yaml);
    spec.requests.push(invalid(source, &[], problems));
    spec
}

/// Reads a file. What is wrong outside of its requests is an invalid request of its
/// setup: what follows would run on other terms than its author meant.
pub(super) fn read(source: &Arc<SourceFile>, root: &Value, mut found: Vec<Diagnostic>) -> Spec {
    let mut problems = Problems::default();
    let mut draft = Draft::default();
    match &root.node {
        Node::Map(entries) => {
            let fields = entries.iter().map(|(key, value)| Field { key, value });
            for field in fields {
                let known = FILE.read(&mut draft, field, &mut problems)
                    || VARIABLES.read(&mut draft.variables, field, &mut problems);
                if !known {
                    problems.push(unknown_key(field.key, FILE.names().chain(VARIABLES.names())));
                }
            }
            // Variables alone are there to be imported.
            if draft.variables.is_empty() && !entries.iter().any(|(key, _)| key.value == REQUESTS) {
                problems.push(no_requests(root));
            }
        }
        _ => problems.push(no_requests(root)),
    }
    let (apart, here): (_, Vec<_>) = draft.needs.into_iter().partition(|reference| reference.is_apart);
    let surroundings = Surroundings { tags: &draft.tags, defaults: &draft.defaults };
    let mut entries = |list: &Option<(Text, Value)>| read_list(list.as_ref(), &mut found, &surroundings);
    let (mut setup, mut requests, teardown) =
        (entries(&draft.setup), entries(&draft.requests), entries(&draft.teardown));
    // What is needed of this file, or of one that it imports, is a part of its setup.
    setup.splice(0..0, here.into_iter().map(reference::entry));
    problems.extend(found);
    let mut problems = problems.into_vec();
    request::sort(&mut problems);
    let wrong = (!problems.is_empty()).then(|| invalid(source, &draft.tags, problems));
    // A file without requests of its own would not run, and nobody would hear of its setup.
    let stage = if requests.is_empty() { &mut requests } else { &mut setup };
    stage.splice(0..0, wrong);
    Spec {
        name: draft.name,
        description: draft.description,
        tags: draft.tags,
        imports: draft.imports,
        needs: apart,
        parallel: draft.parallel.is_some_and(|parallel| parallel.value),
        serial: draft.serial,
        variables: draft.variables,
        setup,
        requests,
        teardown,
        ..Spec::new(source, Format::Yaml)
    }
}

fn list(field: Field<'_>, problems: &mut Problems) -> Option<(Text, Value)> {
    let is_list = problems.keep(field.items().map(drop)).is_some();
    is_list.then(|| (field.key.clone(), field.value.clone()))
}

/// Reads the requests of a list; what was found wrong in the tree of one is taken out of `found`.
fn read_list(list: Option<&(Text, Value)>, found: &mut Vec<Diagnostic>, surroundings: &Surroundings<'_>) -> Vec<Entry> {
    let Some((key, value)) = list else { return Vec::new() };
    let items = Field { key, value }.one_or_more();
    let entry = |item: Field<'_>| {
        let lies_within = |problem: &mut Diagnostic| problem.span().is_some_and(|span| contains(item.span(), span));
        let own = found.extract_if(.., lies_within).collect();
        request::read(item, own, surroundings)
    };
    items.map(entry).collect()
}

fn contains(outer: &Span, inner: &Span) -> bool {
    let (outer, inner) = (outer.range(), inner.range());
    outer.start <= inner.start && inner.end <= outer.end
}

fn no_requests(root: &Value) -> Diagnostic {
    let start = root.span.slice(0..0);
    let problem = Diagnostic::error("this file has no `requests`").at(&start, "");
    problem.help("a spec file is a map with a list of `requests:`")
}

/// A case for what is wrong outside of every request.
fn invalid(source: &Arc<SourceFile>, tags: &[Spanned<String>], diagnostics: Vec<Diagnostic>) -> Entry {
    let span = diagnostics.first().and_then(Diagnostic::span).cloned();
    let span = span.unwrap_or_else(|| source.span(0..0));
    let name = Some(span.clone().with(UNREADABLE.to_owned()));
    Entry::Invalid(Invalid { name, tags: tags.to_vec(), span, diagnostics, must: None })
}
