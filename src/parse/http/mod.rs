//! The `.http` format.
//!
//! A file is cut into blocks by a scan over its raw lines, so that what is wrong
//! with one request costs no other. The head of each block goes through the grammar
//! `grammar/http.pest` by itself; its body is read by offset, line by line.
//!
//! The open specification of the format settles what is not settled here. Where most
//! editors agree against it, files mean what their authors see in an editor:
//!
//! | statement | here |
//! |---|---|
//! | `comments#line-start` | a comment may be indented |
//! | `request-line#line-extent` | lines with `?`, `&`, or an indented path go on with the target |
//! | `method-verbatim#acceptance` | an unknown method is in upper case, or stands before a URL |
//! | `request-naming#name-extent` | a name is the whole text; a reference can mean an identifier only |
//! | `request-separator/hash-line#recognition` | `###` may be indented outside of a body, and `METHOD url` separates below an empty body or whole JSON |
//! | `header-fields#block-extent` | a line with `{` or `[` begins the body without a blank line |
//! | `header-duplicates#occurrence-transmission` | `Cookie` fields are joined |
//! | `message-body#body-content` | `< file`, `?? …` and what follows a body are read; comments are dropped in JSON and GraphQL, and where there is nothing else; lines of a form are joined |
//! | `message-body#line-terminators` | lines of a multipart body end with CRLF |

mod blocks;
mod body;
mod directive;
mod entry;
mod grammar;
mod head;
mod json;
mod line;
mod media;
mod request_line;
mod shorthand;
mod trailer;
mod unsupported;

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
use crate::spec::{Defaults, Entry, Format, SourceText, Spec, Text};

use directive::Draft;
use entry::Outcome;

/// Reads a `.http` file.
///
/// Directives above the first separator that belong to no request hold for the
/// file: its name, description and tags, and what its requests do not say
/// themselves of how they are sent.
pub(super) fn parse(source: &Arc<SourceFile>) -> Spec {
    let mut spec = empty(source);
    let mut defaults = Defaults::default();
    for block in blocks::split(source) {
        let reading = entry::read(block, spec.requests.len());
        spec.variables.extend(reading.variables);
        match reading.outcome {
            Outcome::Entry(entry) => spec.requests.push(entry),
            Outcome::NoRequest(draft) if spec.requests.is_empty() => describe(&mut spec, &mut defaults, *draft),
            Outcome::NoRequest(draft) => spec.diagnostics.extend(draft.diagnostics),
        }
    }
    for entry in &mut spec.requests {
        inherit(entry, &spec.tags, &defaults);
    }
    warn_of_repeated_names(&mut spec.requests);
    spec
}

fn empty(source: &Arc<SourceFile>) -> Spec {
    Spec {
        source: SourceText(Arc::clone(source)),
        format: Format::Http,
        name: None,
        description: None,
        tags: Vec::new(),
        variables: Vec::new(),
        setup: Vec::new(),
        requests: Vec::new(),
        teardown: Vec::new(),
        diagnostics: Vec::new(),
    }
}

/// Takes over what a block without a request says above the first one.
fn describe(spec: &mut Spec, defaults: &mut Defaults, draft: Draft) {
    spec.name = draft.name.or(spec.name.take());
    spec.description = draft.description.or(spec.description.take());
    spec.tags.extend(draft.tags);
    spec.diagnostics.extend(draft.diagnostics);
    defaults.settings = draft.settings.or(&defaults.settings);
    defaults.flow = draft.flow.or(&defaults.flow);
}

fn inherit(entry: &mut Entry, file_tags: &[Spanned<String>], defaults: &Defaults) {
    let tags = match entry {
        Entry::Request(request) => {
            defaults.apply(request);
            &mut request.tags
        }
        Entry::Invalid(invalid) => &mut invalid.tags,
    };
    let missing: Vec<_> =
        file_tags.iter().filter(|tag| !tags.iter().any(|own| own.value == tag.value)).cloned().collect();
    tags.splice(0..0, missing);
}

fn warn_of_repeated_names(entries: &mut [Entry]) {
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
        Entry::Invalid(invalid) => &mut invalid.diagnostics,
    }
}

/// The text at a place, as it stands there.
fn text(span: &Span) -> Text {
    Text::new(span.clone().with(span.text().to_owned()), Format::Http)
}
