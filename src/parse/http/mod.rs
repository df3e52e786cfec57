//! The `.http` format.
//!
//! A file is cut into blocks by a scan over its raw lines, so that what is wrong
//! with one request costs no other. The head of each block goes through the grammar
//! `grammar/http.pest` by itself; its body is read by offset, line by line.
//!
//! The open specification of the format settles what is not settled here. Where most
//! editors agree against it, files mean what their authors see in an editor:
//! rule by rule, in the table [`crate::spec::dialect::Rules`]. What a dialect does there is
//! asked where a line is read; where dialects would differ is noted in [`conflict`].

mod argument;
mod blocks;
mod body;
mod braces;
mod conflict;
mod conversation;
mod directive;
mod entry;
mod flow;
mod form;
mod grammar;
mod graphql;
mod head;
mod json;
mod kulala;
mod line;
mod list;
mod media;
mod reference;
mod request_line;
mod script;
mod shorthand;
mod trailer;
mod unsupported;

#[cfg(test)]
mod printed;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod snapshots;
#[cfg(test)]
mod specification;

use std::collections::HashMap;
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::source::{SourceFile, Span, Spanned};
use crate::spec::{Body, Defaults, Dialect, Entry, Format, Fragment, Reference, Spec, Text};

use directive::{Draft, Stage};
use entry::Outcome;

/// Reads a `.http` file.
///
/// Directives above the first separator that belong to no request hold for the
/// file: its name, description and tags, and what its requests do not say
/// themselves of how they are sent.
pub(super) fn parse(source: &Arc<SourceFile>, dialect: Dialect) -> Spec {
    let mut spec = Spec { dialect, ..Spec::new(source, Format::Http) };
    let mut defaults = Defaults::default();
    let (mut fragments, mut shared) = (Vec::new(), braces::Moments::default());
    let mut above = Above { requests: 0, is_file: true, stage: Stage::Setup };
    for block in blocks::split(source, dialect.rules()) {
        let reading = entry::read(block, above, dialect.rules());
        spec.variables.extend(reading.variables);
        spec.imports.extend(reading.imports);
        spec.parallel |= reading.course.parallel;
        spec.serial = spec.serial.take().or(reading.course.serial);
        spec.conflicts.extend(reading.conflicts);
        fragments.extend(reading.fragments);
        spec.scripts.extend(reading.scripts.once);
        shared.extend(reading.scripts.every);
        match reading.outcome {
            Outcome::Entries(stage, entries) => {
                above = Above { requests: above.requests + entries.len(), is_file: false, stage };
                entries_of(&mut spec, stage).extend(entries);
            }
            Outcome::NoRequest(draft) if above.is_file => {
                describe(&mut spec, &mut defaults, *draft);
                above.requests = spec.setup.len();
            }
            Outcome::NoRequest(draft) => spec.diagnostics.extend(draft.diagnostics),
        }
    }
    let whole = source.span(0..source.text().len());
    spec.conflicts.extend(conflict::of_definitions(&spec.variables, &whole));
    let mut entries: Vec<_> = [&mut spec.setup, &mut spec.requests, &mut spec.teardown].into_iter().flatten().collect();
    entries.iter_mut().for_each(|entry| inherit(entry, &spec.tags, &defaults));
    if !shared.is_empty() {
        entries.iter_mut().for_each(|entry| shared.run_for(entry));
    }
    if !fragments.is_empty() {
        entries.iter_mut().for_each(|entry| share(entry, &fragments));
    }
    warn_of_repeated_names(&mut entries);
    spec
}

/// What stands above a block.
#[derive(Clone, Copy, Debug)]
struct Above {
    /// How many requests, invalid ones too.
    requests: usize,
    /// Whether there is no request yet, so that what is said is said of the file.
    is_file: bool,
    /// When the last of them runs; those below cannot run earlier.
    stage: Stage,
}

fn entries_of(spec: &mut Spec, stage: Stage) -> &mut Vec<Entry> {
    match stage {
        Stage::Setup => &mut spec.setup,
        Stage::Main => &mut spec.requests,
        Stage::Teardown => &mut spec.teardown,
    }
}

/// Takes over what a block without a request says above the first one. What it needs is
/// needed by every request of the file.
fn describe(spec: &mut Spec, defaults: &mut Defaults, mut draft: Draft) {
    let (apart, here) = std::mem::take(&mut draft.references).into_iter().partition(|reference| reference.is_apart);
    spec.needs.extend::<Vec<Reference>>(apart);
    spec.setup.extend::<Vec<Entry>>(here.into_iter().map(reference::entry).collect());
    spec.name = draft.name.or(spec.name.take());
    spec.description = draft.description.or(spec.description.take());
    spec.tags.extend(draft.tags);
    spec.diagnostics.extend(draft.diagnostics);
    spec.variables.extend(draft.variables);
    defaults.params.extend(draft.own.params);
    defaults.headers.extend(draft.own.headers);
    defaults.cookies.extend(draft.own.cookies);
    defaults.auth = draft.own.auth.or(defaults.auth.take());
    defaults.settings = draft.own.settings.or(&defaults.settings);
    defaults.flow = draft.own.flow.or(&defaults.flow);
}

fn inherit(entry: &mut Entry, file_tags: &[Spanned<String>], defaults: &Defaults) {
    let tags = match entry {
        Entry::Request(request) => {
            defaults.apply(request);
            &mut request.tags
        }
        Entry::Run(run) => &mut run.tags,
        Entry::Invalid(invalid) => &mut invalid.tags,
    };
    let missing: Vec<_> =
        file_tags.iter().filter(|tag| !tags.iter().any(|own| own.value == tag.value)).cloned().collect();
    tags.splice(0..0, missing);
}

/// Lets a GraphQL request spread the fragments of its file.
fn share(entry: &mut Entry, fragments: &[Fragment]) {
    if let Entry::Request(request) = entry
        && let Some(Body::GraphQl(graphql)) = request.body.as_deref_mut()
    {
        graphql.fragments = fragments.to_vec();
    }
}

fn warn_of_repeated_names(entries: &mut [&mut Entry]) {
    let mut first: HashMap<String, Span> = HashMap::new();
    for entry in entries {
        let Some(name) = entry.name().cloned() else { continue };
        match first.get(&name.value) {
            Some(earlier) => diagnostics_of(entry).push(
                Diagnostic::warning(format!("two requests have the name `{}`", name.value))
                    .at(&name.span, "references mean the latest one above them")
                    .at(earlier, "the first one"),
            ),
            None => {
                first.insert(name.value, name.span);
            }
        }
    }
}

fn diagnostics_of(entry: &mut Entry) -> &mut Vec<Diagnostic> {
    match entry {
        Entry::Request(request) => &mut request.diagnostics,
        Entry::Run(run) => &mut run.diagnostics,
        Entry::Invalid(invalid) => &mut invalid.diagnostics,
    }
}

/// The text at a place, as it stands there.
fn text(span: &Span) -> Text {
    Text::new(span.clone().with(span.text().to_owned()), Format::Http)
}
