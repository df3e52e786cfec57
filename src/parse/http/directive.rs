//! Directives: comments that speak to the processor, `# @name argument`. Each is a
//! row of one table.

use std::time::Duration;

use crate::diagnostic::{Diagnostic, nearest};
use crate::http::Version;
use crate::parse::{parse_assertion, parse_capture, quantity};
use crate::source::{Span, Spanned};
use crate::spec::{Assertion, Capture, Flow, Format, MOST_REPEATS, Retry, Settings, Verify};

use super::head::Directive;
use super::{text, unsupported};

/// How many redirects `@redirects true` follows.
const DEFAULT_REDIRECTS: usize = 30;

/// What directives say of a request.
#[derive(Debug, Default)]
pub(super) struct Draft {
    /// Its name.
    pub name: Option<Spanned<String>>,
    /// What it is for.
    pub description: Option<Spanned<String>>,
    /// Its tags.
    pub tags: Vec<Spanned<String>>,
    /// How it is sent.
    pub settings: Settings,
    /// Whether, when and how often it runs.
    pub flow: Flow,
    /// What is expected of the response.
    pub assertions: Vec<Assertion>,
    /// What is taken from the response.
    pub captures: Vec<Capture>,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads the argument of a directive into the draft.
type Reader = fn(&mut Draft, &Directive) -> Result<(), Diagnostic>;

/// Every directive that is read.
const READERS: &[(&str, Reader)] = &[
    // What it is.
    ("name", |draft, directive| put(&mut draft.name, words(directive))),
    ("description", |draft, directive| put(&mut draft.description, words(directive))),
    ("tag", tags),
    ("tags", tags),
    // What is expected of the response, and taken from it.
    ("assert", assert),
    ("capture", capture),
    // How it is sent.
    ("timeout", |draft, directive| put(&mut draft.settings.timeout, duration(directive))),
    ("connect-timeout", connect_timeout),
    ("connection-timeout", connect_timeout),
    ("read-timeout", |draft, directive| put(&mut draft.settings.read_timeout, duration(directive))),
    ("redirects", |draft, directive| put(&mut draft.settings.redirects, redirects(directive))),
    ("no-redirect", |draft, directive| put(&mut draft.settings.redirects, flag(directive, 0))),
    ("verify", |draft, directive| put(&mut draft.settings.verify, verify(directive))),
    ("no-reject-unauthorized", |draft, directive| put(&mut draft.settings.verify, flag(directive, Verify::Off))),
    ("http-version", |draft, directive| put(&mut draft.settings.http_version, version(directive))),
    ("decompress", |draft, directive| put(&mut draft.settings.decompress, switch(directive))),
    ("encoding", |draft, directive| put(&mut draft.settings.encoding, encoding(&directive.argument))),
    ("cookie-jar", |draft, directive| put(&mut draft.settings.cookie_jar, switch(directive))),
    ("no-cookie-jar", |draft, directive| put(&mut draft.settings.cookie_jar, flag(directive, false))),
    ("max-body", |draft, directive| put(&mut draft.settings.max_body, size(directive))),
    // Whether, when and how often it runs.
    ("skip", skip),
    ("disabled", skip),
    ("retry", |draft, directive| put(&mut draft.flow.retry, retry(directive))),
    ("delay", |draft, directive| put(&mut draft.flow.delay, duration(directive))),
    ("repeat", |draft, directive| put(&mut draft.flow.repeat, repeat(directive))),
];

/// Directives that concern an interactive editor only: how a response is shown or
/// logged, and questions to a person, who is not there. `@prompt` asks for the value
/// of a variable; if nothing else gives it one, its use is an error.
const FOR_EDITORS: &[&str] = &[
    "debug",
    "language",
    "no-auto-encoding",
    "no-client-cert",
    "no-log",
    "no-response-view",
    "note",
    "openWith",
    "prompt",
    "responseRef",
    "save",
    "title",
    "verbose",
];

/// Reads directives in order; a later one replaces an earlier one of its kind.
pub(super) fn read(directives: &[Directive]) -> Draft {
    let mut draft = Draft::default();
    for directive in directives {
        if let Err(diagnostic) = read_one(&mut draft, directive) {
            draft.diagnostics.push(diagnostic);
        }
    }
    draft
}

fn read_one(draft: &mut Draft, directive: &Directive) -> Result<(), Diagnostic> {
    let name = directive.name.text();
    match reader_of(directive) {
        Some(reader) => reader(draft, directive),
        None if FOR_EDITORS.contains(&name) => Ok(()),
        None if unsupported::DIRECTIVES.contains(&name) => {
            Err(unsupported::error(&format!("`@{name}`"), &directive.name))
        }
        None => Err(unknown(&directive.name)),
    }
}

fn reader_of(directive: &Directive) -> Option<Reader> {
    READERS.iter().find(|(name, _)| *name == directive.name.text()).map(|&(_, reader)| reader)
}

/// An unknown directive is another tool's, unless it looks like a slip of the pen.
fn unknown(name: &Span) -> Diagnostic {
    let message = format!("the directive `@{}` is not known, and is ignored", name.text());
    let known = READERS.iter().map(|(known, _)| *known).chain(unsupported::DIRECTIVES.iter().copied());
    match nearest(name.text(), known.clone()) {
        Some(_) => Diagnostic::warning(message).at(name, "").suggest(name.text(), known),
        None => Diagnostic::info(message).at(name, ""),
    }
}

/// Warns of directives in a block without a request. Above the first request they
/// speak of the file, but a file has no response.
pub(super) fn in_vain(directives: &[Directive], requests_above: usize) -> impl Iterator<Item = Diagnostic> {
    let concerns_response = |directive: &Directive| matches!(directive.name.text(), "assert" | "capture");
    let in_vain = directives
        .iter()
        .filter(move |directive| requests_above > 0 || concerns_response(directive))
        .filter(|directive| reader_of(directive).is_some());
    in_vain.map(|directive| {
        Diagnostic::warning(format!("no request for `@{}` to speak of", directive.name.text()))
            .at(&directive.name, "")
            .help("put it between a separator and a request line")
    })
}

fn put<T>(slot: &mut Option<Spanned<T>>, value: Result<Spanned<T>, Diagnostic>) -> Result<(), Diagnostic> {
    *slot = Some(value?);
    Ok(())
}

fn flag<T>(directive: &Directive, value: T) -> Result<Spanned<T>, Diagnostic> {
    Ok(directive.name.clone().with(value))
}

/// `true` or `false`; nothing is `true`.
fn switch(directive: &Directive) -> Result<Spanned<bool>, Diagnostic> {
    match directive.argument.text() {
        "" => flag(directive, true),
        "true" => Ok(directive.argument.clone().with(true)),
        "false" => Ok(directive.argument.clone().with(false)),
        _ => Err(wrong(directive, "write `true` or `false`")),
    }
}

fn words(directive: &Directive) -> Result<Spanned<String>, Diagnostic> {
    match directive.argument.text() {
        "" => Err(wrong(directive, "write it after the directive")),
        words => Ok(directive.argument.clone().with(words.to_owned())),
    }
}

/// Tags, separated by white space or commas.
fn tags(draft: &mut Draft, directive: &Directive) -> Result<(), Diagnostic> {
    words(directive)?;
    let argument = &directive.argument;
    let mut start = 0;
    for word in argument.text().split([',', ' ', '\t']) {
        if !word.is_empty() {
            draft.tags.push(argument.slice(start..start + word.len()).with(word.to_owned()));
        }
        start += word.len() + 1;
    }
    Ok(())
}

fn assert(draft: &mut Draft, directive: &Directive) -> Result<(), Diagnostic> {
    draft.assertions.push(parse_assertion(&directive.argument, Format::Http)?);
    Ok(())
}

fn capture(draft: &mut Draft, directive: &Directive) -> Result<(), Diagnostic> {
    draft.captures.push(parse_capture(&directive.argument, Format::Http)?);
    Ok(())
}

fn duration(directive: &Directive) -> Result<Spanned<Duration>, Diagnostic> {
    words(directive)?;
    quantity::duration(directive.argument.text(), &directive.argument)
}

fn size(directive: &Directive) -> Result<Spanned<u64>, Diagnostic> {
    words(directive)?;
    quantity::size(directive.argument.text(), &directive.argument)
}

fn connect_timeout(draft: &mut Draft, directive: &Directive) -> Result<(), Diagnostic> {
    put(&mut draft.settings.connect_timeout, duration(directive))
}

fn redirects(directive: &Directive) -> Result<Spanned<usize>, Diagnostic> {
    let number = match directive.argument.text() {
        "true" => Some(DEFAULT_REDIRECTS),
        "false" => Some(0),
        number => number.parse().ok(),
    };
    let number = number.ok_or_else(|| wrong(directive, "write `true`, `false`, or how many are followed"))?;
    Ok(directive.argument.clone().with(number))
}

fn verify(directive: &Directive) -> Result<Spanned<Verify>, Diagnostic> {
    let verify = match directive.argument.text() {
        "" | "true" => Verify::On,
        "false" => Verify::Off,
        _ => Verify::Roots(text(&directive.argument)),
    };
    Ok(directive.argument.clone().with(verify))
}

fn version(directive: &Directive) -> Result<Spanned<Version>, Diagnostic> {
    let version = Version::parse(directive.argument.text());
    let version = version.ok_or_else(|| wrong(directive, "write `1.0`, `1.1`, `2` or `3`"))?;
    Ok(directive.argument.clone().with(version))
}

/// Reads the name of a character set.
///
/// # Errors
/// If no character set has it.
pub(super) fn encoding(span: &Span) -> Result<Spanned<String>, Diagnostic> {
    match encoding_rs::Encoding::for_label(span.text().as_bytes()) {
        Some(_) => Ok(span.clone().with(span.text().to_owned())),
        None => Err(Diagnostic::error(format!("`{}` is not a character set", span.text()))
            .at(span, "")
            .help("write a name of the WHATWG Encoding Standard: `utf-8`, `latin1`, `shift_jis`")),
    }
}

fn skip(draft: &mut Draft, directive: &Directive) -> Result<(), Diagnostic> {
    let reason = directive.argument.text().to_owned();
    draft.flow.skip = Some(directive.argument.clone().with(reason));
    Ok(())
}

/// `3`, or `3 500ms` with the time between two attempts.
fn retry(directive: &Directive) -> Result<Spanned<Retry>, Diagnostic> {
    let argument = &directive.argument;
    let text = argument.text();
    let end = text.find([' ', '\t']).unwrap_or(text.len());
    let times =
        text[..end].parse().map_err(|_| wrong(directive, "write how many times, and perhaps the time between"))?;
    let delay = match super::line::trimmed(&argument.slice(end..text.len())) {
        rest if rest.text().is_empty() => Duration::ZERO,
        rest => quantity::duration(rest.text(), &rest)?.value,
    };
    Ok(argument.clone().with(Retry { times, delay }))
}

fn repeat(directive: &Directive) -> Result<Spanned<u32>, Diagnostic> {
    match directive.argument.text().parse() {
        Ok(times @ 1..=MOST_REPEATS) => Ok(directive.argument.clone().with(times)),
        _ => Err(wrong(directive, &format!("write how many times, from 1 to {MOST_REPEATS}"))),
    }
}

/// An argument that a directive cannot take.
fn wrong(directive: &Directive, help: &str) -> Diagnostic {
    let message = match directive.argument.text() {
        "" => format!("`@{}` lacks its argument", directive.name.text()),
        argument => format!("`@{}` cannot be `{argument}`", directive.name.text()),
    };
    let place = if directive.argument.text().is_empty() { &directive.name } else { &directive.argument };
    Diagnostic::error(message).at(place, "").help(help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Severity;

    /// What the directives of a head say.
    fn of(head: &str) -> Draft {
        let source = crate::source::SourceFile::new("a.http", head);
        read(&super::super::head::read(&source.span(0..head.len())).directives)
    }

    #[test]
    fn every_directive_has_one_meaning() {
        let names = READERS.iter().map(|(name, _)| *name);
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
    fn an_unknown_directive_is_worth_a_warning_where_it_is_near_to_a_known_one() {
        for (head, severity) in [("# @frobnicate", Severity::Info), ("# @asert status == 200", Severity::Warning)] {
            assert_eq!(of(head).diagnostics[0].severity, severity, "{head}");
        }
        assert!(of("# @note\n# @no-log").diagnostics.is_empty());
    }

    #[test]
    fn a_comment_that_speaks_to_somebody_else_is_no_directive() {
        for head in ["# @home's", "# me@example.org", "# @a.b", "#"] {
            assert!(of(head).diagnostics.is_empty(), "{head}");
        }
    }
}
