//! What stands elsewhere: the files of `import`, and what `run` and `# @ref` name.

use crate::diagnostic::Diagnostic;
use crate::parse::target;
use crate::source::{Span, Spanned};
use crate::spec::{Binding, Entry, Import, Node, Reference, Run, Value, Variable};

use super::directive::Draft;
use super::grammar::{self, Rule, locate};
use super::line::trimmed;
use super::{list, text};

/// Reads what a head says of other files and their requests. What runs above a request
/// line is needed by that request.
pub(super) fn read_all(draft: &mut Draft, imports: &[Span], runs: &[Span]) {
    for argument in imports {
        match import(argument) {
            Ok(import) => draft.imports.push(import),
            Err(diagnostic) => draft.diagnostics.push(diagnostic),
        }
    }
    for argument in runs {
        match read(argument) {
            Ok(run) => draft.runs.push(run),
            Err(diagnostic) => draft.diagnostics.push(diagnostic),
        }
    }
    draft.imports.sort_by_key(|import| import.path.span.range().start);
    draft.runs.sort_by_key(|run| run.span.range().start);
}

/// Takes what runs above a request line for what the request needs.
pub(super) fn need_what_runs_above(draft: &mut Draft) {
    draft.references.append(&mut draft.runs);
    draft.references.sort_by_key(|reference| reference.span.range().start);
}

/// What runs in the place of a request, each an entry of its own.
pub(super) fn entries(draft: Draft) -> Vec<Entry> {
    let Draft { name, tags, own, variables, mut references, runs, diagnostics, .. } = draft;
    references.extend(runs);
    references.sort_by_key(|reference| reference.span.range().start);
    let alone = references.len() == 1;
    let mut diagnostics = Some(diagnostics);
    let entry = |reference: Reference| {
        let target = reference.target.as_str();
        let name = name.clone().map(|name| if alone { name } else { name.map(|name| format!("{name}: {target}")) });
        let variables = variables.iter().cloned().chain(reference.variables).collect();
        let run = Run {
            name,
            tags: tags.clone(),
            reference: Reference { variables, ..reference },
            skip: own.flow.skip.clone(),
            diagnostics: diagnostics.take().unwrap_or_default(),
        };
        Entry::Run(Box::new(run))
    };
    references.into_iter().map(entry).collect()
}

/// What is wrong where what runs in the place of a request would have to wait for another file.
pub(super) fn needed_by_no_request(draft: &Draft) -> Option<Diagnostic> {
    let apart = draft.references.iter().find(|reference| reference.is_apart)?;
    let error = Diagnostic::error("what runs here cannot wait for another file").at(&apart.span, "");
    Some(error.help("say so where the request stands that runs here, or above the first `###` for all of the file"))
}

/// What every request of a file needs: it runs before all of them.
pub(super) fn entry(reference: Reference) -> Entry {
    let run = Run { name: None, tags: Vec::new(), reference, skip: None, diagnostics: Vec::new() };
    Entry::Run(Box::new(run))
}

/// Reads what follows `import`.
pub(super) fn import(argument: &Span) -> Result<Import, Diagnostic> {
    Ok(Import { path: target::path(written(argument))? })
}

/// Reads what a directive names: one request or file, or several with commas between. One whose name
/// holds a comma stands in quotes.
pub(super) fn read_several(argument: &Span) -> Result<Vec<Reference>, Diagnostic> {
    let missing = |item: &Span| {
        let place = if item.text().is_empty() { argument } else { item };
        Diagnostic::error("the name of a request is missing")
            .at(place, "")
            .help("write `login, \"one, with a comma\"`, or each in a line of its own")
    };
    let one = |item: &Span| match list::unquoted(item) {
        item if item.text().is_empty() => Err(missing(&item)),
        item => read(&item),
    };
    list::items(argument, &[',']).iter().map(one).collect()
}

/// Reads what follows `run`, or one that a directive names: `#login (@user = ada)`.
pub(super) fn read(argument: &Span) -> Result<Reference, Diagnostic> {
    let pairs = grammar::read(Rule::reference_with_variables, argument).map_err(|mismatch| {
        mismatch
            .diagnostic("malformed reference")
            .help("write `#name`, or the path of a file; then perhaps `(@variable = value, …)`")
    })?;
    let mut target = argument.clone();
    let mut variables = Vec::new();
    for pair in pairs.flat_map(|pair| pair.into_inner()) {
        match pair.as_rule() {
            Rule::referenced => target = trimmed(&locate(argument, &pair)),
            Rule::given_variable => {
                let mut parts = pair.into_inner();
                let mut part = |rule| {
                    let found = parts.find(|part| part.as_rule() == rule);
                    locate(argument, &found.expect("the grammar demands this part"))
                };
                variables.push(variable(part(Rule::variable_name), trimmed(&part(Rule::given_value))));
            }
            _ => {}
        }
    }
    Ok(Reference {
        target: target::read(&written(&target))?,
        span: argument.clone(),
        variables,
        force: true,
        is_apart: false,
    })
}

fn written(span: &Span) -> Spanned<String> {
    span.clone().with(span.text().to_owned())
}

fn variable(name: Span, value: Span) -> Variable {
    let value = Value { node: Node::Text(text(&value)), span: value };
    Variable { name: name.clone().with(name.text().to_owned()), value, binding: Binding::Once, position: 0 }
}
