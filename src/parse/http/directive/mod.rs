//! Directives: comments that speak to the processor, `# @name argument`. Each is a
//! row of one table.

mod readers;
mod slips;
mod table;

use std::borrow::Cow;

use crate::diagnostic::Diagnostic;
use crate::parse::{is_must, parse_assertion, protocol};
use crate::source::{Span, Spanned};
use crate::spec::dialect::Rules;
use crate::spec::{Assertion, Body, Capture, Defaults, Format, Import, Reference, Variable};

use crate::parse::http::argument::NULL;
use crate::parse::http::head::Directive;
use crate::parse::http::{kulala, unsupported};

pub(in crate::parse::http) use slips::{one_question_mark, spaced};
pub(in crate::parse::http) use table::Reader;
use table::{ALIASES, About, DIRECTIVES, FOR_EDITORS};

/// What directives say of a request.
#[derive(Debug, Default)]
pub(in crate::parse::http) struct Draft {
    /// What its dialect does.
    pub rules: &'static Rules,
    /// Its name.
    pub name: Option<Spanned<String>>,
    /// What it is for.
    pub description: Option<Spanned<String>>,
    /// Its tags.
    pub tags: Vec<Spanned<String>>,
    /// When in the file it runs.
    pub stage: Option<Spanned<Stage>>,
    /// The message that is sent as it is.
    pub raw: Option<Spanned<Raw>>,
    /// Whether the body is GraphQL.
    pub is_graphql: bool,
    /// Whether it is not, whatever it looks like.
    pub is_plain: bool,
    /// Whether the files of the body are rendered, as with `<@`.
    pub injects: bool,
    /// What it is called where it is shown.
    pub title: Option<Spanned<String>>,
    /// What is said of the protocol.
    pub protocol: protocol::Draft,
    /// What defaults can say too: how it is sent, what is sent with it, ….
    pub own: Defaults,
    /// The files that are imported.
    pub imports: Vec<Import>,
    /// Whether the requests of the file run side by side.
    pub parallel: Option<Spanned<bool>>,
    /// Files of one group never run at the same time.
    pub serial: Option<Spanned<String>>,
    /// What must have run before.
    pub references: Vec<Reference>,
    /// What runs in its place.
    pub runs: Vec<Reference>,
    /// Variables of the request alone.
    pub variables: Vec<Variable>,
    /// What is expected of the response.
    pub assertions: Vec<Assertion>,
    /// The first of it that must hold, be it one that cannot be read.
    pub must: Option<Span>,
    /// What is taken from the response.
    pub captures: Vec<Capture>,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
}

impl Draft {
    /// Reads an assertion, and notes whether it must hold.
    pub(in crate::parse::http) fn assertion(&mut self, span: &Span) -> Result<Assertion, Diagnostic> {
        if is_must(span, Format::Http) {
            self.must.get_or_insert_with(|| span.clone());
        }
        parse_assertion(span, Format::Http)
    }
}

/// When in its file a request runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::parse::http) enum Stage {
    /// Before the others: if it fails, they are skipped.
    Setup,
    /// With the others.
    Main,
    /// After the others, whatever happened.
    Teardown,
}

/// Where the message stands that is sent as it is.
#[derive(Debug)]
pub(in crate::parse::http) enum Raw {
    /// In the place of a body.
    Below,
    /// In the directive itself.
    Written(Body),
}

/// Reads directives in order; a later one replaces an earlier one of its kind.
pub(in crate::parse::http) fn read(directives: &[Directive], rules: &'static Rules) -> Draft {
    let mut draft = Draft { rules, ..Draft::default() };
    for directive in directives {
        if let Err(diagnostic) = read_one(&mut draft, directive) {
            draft.diagnostics.push(diagnostic);
        }
    }
    draft
}

fn read_one(draft: &mut Draft, directive: &Directive) -> Result<(), Diagnostic> {
    let name = &*canonical(directive.name.text());
    match known(name) {
        Some(_) if removes(directive, &mut draft.own) => Ok(()),
        Some((_, reader)) => reader(draft, directive),
        None if FOR_EDITORS.contains(&name) => Ok(()),
        None if unsupported::DIRECTIVES.contains(&name) => {
            Err(unsupported::error(&format!("`@{}`", directive.name.text()), &directive.name))
        }
        None => Err(slips::unknown(&directive.name)),
    }
}

/// Whether it takes a default away, as null does in YAML: `# @timeout null`.
fn removes(directive: &Directive, own: &mut Defaults) -> bool {
    directive.argument.text() == NULL && own.settings.remove(&key_of(directive))
}

/// What is to be said of a comment below the head, if it is a directive: none is read there.
pub(in crate::parse::http) fn misplaced(comment: &Span) -> Option<Diagnostic> {
    let text = comment.text().trim_start_matches(['#', '/', ' ', '\t']).strip_prefix('@')?;
    let end = text.find(|next: char| !next.is_ascii_alphanumeric() && next != '-' && next != '_');
    let name = canonical(&text[..end.unwrap_or(text.len())]);
    let about = match known(&name) {
        Some((about, _)) => about,
        None => slips::decisive(&name).and_then(known)?.0,
    };
    let message = format!("`@{name}` stands below the request, where no directive is read");
    let said = match about {
        About::Response => Diagnostic::error(message)
            .help("put it above the request line; an assertion can stand below the body as `?? …`"),
        _ => Diagnostic::warning(message).help("put it above the request line"),
    };
    Some(said.at(comment, ""))
}

/// The key of YAML that says the same.
fn key_of(directive: &Directive) -> String {
    canonical(directive.name.text()).replace('-', "_")
}

/// What a directive speaks of, and what reads it, by its name in the tables.
fn known(name: &str) -> Option<(About, Reader)> {
    let found = DIRECTIVES.iter().find(|(known, ..)| *known == name).map(|&(_, about, reader)| (about, reader));
    found.or_else(|| name.starts_with("curl-").then_some((About::Requests, kulala::curl_flag as Reader)))
}

/// A name as it is in the tables.
fn canonical(name: &str) -> Cow<'_, str> {
    let name = kebab(name);
    match ALIASES.iter().find(|(alias, _)| *alias == name) {
        Some((_, name)) => Cow::Borrowed(name),
        None => name,
    }
}

/// A name with hyphens: httpYac takes `noRedirect` and `no-redirect` for the same.
fn kebab(name: &str) -> Cow<'_, str> {
    if !name.contains(|next: char| next.is_ascii_uppercase()) {
        return Cow::Borrowed(name);
    }
    let mut kebab = String::with_capacity(name.len() + 2);
    for next in name.chars() {
        if next.is_ascii_uppercase() && !kebab.is_empty() && !kebab.ends_with('-') {
            kebab.push('-');
        }
        kebab.push(next.to_ascii_lowercase());
    }
    Cow::Owned(kebab)
}

/// Warns of directives in a block without a request. Above the first request they
/// speak of the file, of which not all can be said.
pub(in crate::parse::http) fn in_vain(directives: &[Directive], is_file: bool) -> impl Iterator<Item = Diagnostic> {
    let has_no_effect = move |about: About| !is_file || !about.is_of_files();
    without_effect(directives, has_no_effect).map(|name| {
        Diagnostic::warning(format!("`@{}` has no effect: there is no request in its block", name.text()))
            .at(name, "")
            .help("put it between a separator and a request line")
    })
}

/// Warns of directives that speak of one request where others run in its place.
pub(in crate::parse::http) fn beside_runs(directives: &[Directive]) -> impl Iterator<Item = Diagnostic> {
    without_effect(directives, |about| !about.is_of_runs()).map(|name| {
        Diagnostic::warning(format!("`@{}` has no effect on a request that stands elsewhere", name.text()))
            .at(name, "")
            .help("put it where the request stands that runs here")
    })
}

fn without_effect(directives: &[Directive], is_so: impl Fn(About) -> bool) -> impl Iterator<Item = &Span> {
    let names = directives.iter().map(|directive| &directive.name);
    names.filter(move |name| known(&canonical(name.text())).is_some_and(|(about, _)| is_so(about)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the directives of a head say.
    fn of(head: &str) -> Draft {
        let source = crate::source::SourceFile::new("a.http", head);
        read(
            &super::super::head::read(&source.span(0..head.len()), <&Rules>::default()).directives,
            <&Rules>::default(),
        )
    }

    #[test]
    fn every_directive_has_one_meaning() {
        let names = DIRECTIVES.iter().map(|(name, ..)| *name).chain(ALIASES.iter().map(|(alias, _)| *alias));
        let mut names: Vec<_> = names.chain(FOR_EDITORS.iter().chain(unsupported::DIRECTIVES).copied()).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[test]
    fn a_later_directive_replaces_an_earlier_one_and_tags_add_up() {
        let draft = of("# @name a\n# @tag b,c  d\n# @name e\n# @tags f");
        assert_eq!(draft.name.as_deref().map(String::as_str), Some("e"));
        let tags: Vec<_> = draft.tags.iter().map(|tag| (tag.value.as_str(), tag.span.text())).collect();
        assert_eq!(tags, [("b", "b"), ("c", "c"), ("d", "d"), ("f", "f")]);
    }

    #[test]
    fn a_tag_of_several_words_stands_in_quotes() {
        let draft = of("# @tag \"two words\", a 'b,c'\n# @tags [d, e]");
        let tags: Vec<_> = draft.tags.iter().map(|tag| tag.value.as_str()).collect();
        assert_eq!(tags, ["two words", "a", "b,c", "d", "e"]);
        assert_eq!(of("# @tag \"two words").diagnostics[0].message, "the quote is not closed");
    }

    #[test]
    fn one_directive_may_name_several_requests() {
        let draft = of("# @ref a, \"b, c\"\n# @needs [d, x.http#e]\n# @ref f (@g = 1, @h = 2), i");
        let named: Vec<_> =
            draft.references.iter().map(|reference| (reference.target.as_str(), reference.variables.len())).collect();
        assert_eq!(named, [("a", 0), ("b, c", 0), ("d", 0), ("e", 0), ("f", 2), ("i", 0)]);
        for head in ["# @ref a,", "# @needs [a,,b]", "# @ref \"\""] {
            assert_eq!(of(head).diagnostics[0].message, "the name of a request is missing", "{head}");
        }
    }

    #[test]
    fn what_concerns_editors_is_passed_over_without_a_word() {
        assert!(of("# @note\n# @no-log").diagnostics.is_empty());
    }

    #[test]
    fn a_comment_that_speaks_to_somebody_else_is_no_directive() {
        for head in ["# @home's", "# me@example.org", "# @a.b", "#"] {
            assert!(of(head).diagnostics.is_empty(), "{head}");
        }
    }
}
