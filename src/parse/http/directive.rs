//! Directives: comments that speak to the processor, `# @name argument`. Each is a
//! row of one table.

use std::time::Duration;

use crate::diagnostic::{Diagnostic, nearest};
use crate::http::Version;
use crate::parse::{parse_assertion, parse_capture};
use crate::source::{Span, Spanned};
use crate::spec::{Assertion, Capture, Flow, Format, Retry, Settings, Verify};

use super::head::Directive;
use super::{text, units, unsupported};

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

/// What a directive does.
#[derive(Clone, Copy)]
enum Meaning {
    /// It is read into the draft from its argument.
    Read(fn(&mut Draft, &Directive) -> Result<(), Diagnostic>),
    /// It changes what is sent, or whether it is, in a way that is not supported.
    Unsupported,
    /// It asks something of an interactive editor only.
    Editor,
}

use Meaning::{Editor, Read, Unsupported};

/// Every directive that is known.
const DIRECTIVES: &[(&str, Meaning)] = &[
    // What it is.
    ("name", Read(|draft, directive| put(&mut draft.name, words(directive)))),
    ("description", Read(|draft, directive| put(&mut draft.description, words(directive)))),
    ("tag", Read(tags)),
    ("tags", Read(tags)),
    // What is expected of the response, and taken from it.
    ("assert", Read(assert)),
    ("capture", Read(capture)),
    // How it is sent.
    ("timeout", Read(|draft, directive| put(&mut draft.settings.timeout, units::duration(&directive.argument)))),
    ("connect-timeout", Read(connect_timeout)),
    ("connection-timeout", Read(connect_timeout)),
    (
        "read-timeout",
        Read(|draft, directive| put(&mut draft.settings.read_timeout, units::duration(&directive.argument))),
    ),
    ("redirects", Read(|draft, directive| put(&mut draft.settings.redirects, redirects(directive)))),
    ("no-redirect", Read(|draft, directive| put(&mut draft.settings.redirects, flag(directive, 0)))),
    ("verify", Read(|draft, directive| put(&mut draft.settings.verify, verify(directive)))),
    ("no-reject-unauthorized", Read(|draft, directive| put(&mut draft.settings.verify, flag(directive, Verify::Off)))),
    ("http-version", Read(|draft, directive| put(&mut draft.settings.http_version, version(directive)))),
    ("decompress", Read(|draft, directive| put(&mut draft.settings.decompress, switch(directive)))),
    ("encoding", Read(|draft, directive| put(&mut draft.settings.encoding, encoding(&directive.argument)))),
    ("cookie-jar", Read(|draft, directive| put(&mut draft.settings.cookie_jar, switch(directive)))),
    ("no-cookie-jar", Read(|draft, directive| put(&mut draft.settings.cookie_jar, flag(directive, false)))),
    ("max-body", Read(|draft, directive| put(&mut draft.settings.max_body, units::size(&directive.argument)))),
    // Whether, when and how often it runs.
    ("skip", Read(skip)),
    ("disabled", Read(skip)),
    ("retry", Read(|draft, directive| put(&mut draft.flow.retry, retry(directive)))),
    ("delay", Read(|draft, directive| put(&mut draft.flow.delay, units::duration(&directive.argument)))),
    ("repeat", Read(|draft, directive| put(&mut draft.flow.repeat, repeat(directive)))),
    // What is not supported yet.
    ("attach-cookie-jar", Unsupported),
    ("cert", Unsupported),
    ("each", Unsupported),
    ("extension", Unsupported),
    ("file-to-variable", Unsupported),
    ("for", Unsupported),
    ("forceRef", Unsupported),
    ("if", Unsupported),
    ("import", Unsupported),
    ("injectVariables", Unsupported),
    ("jwt", Unsupported),
    ("loop", Unsupported),
    ("needs", Unsupported),
    ("output", Unsupported),
    ("proxy", Unsupported),
    ("rate-limit", Unsupported),
    ("ratelimit", Unsupported),
    ("ref", Unsupported),
    ("resolve", Unsupported),
    ("run", Unsupported),
    ("sleep", Unsupported),
    ("stdin-cmd", Unsupported),
    ("unix-socket", Unsupported),
    ("use-os-credentials", Unsupported),
    ("while", Unsupported),
    // What concerns an editor: how a response is shown or logged, and questions to a
    // person, who is not there. `@prompt` defines a variable; undefined, it is an error.
    ("debug", Editor),
    ("language", Editor),
    ("no-auto-encoding", Editor),
    ("no-client-cert", Editor),
    ("no-log", Editor),
    ("no-response-view", Editor),
    ("note", Editor),
    ("openWith", Editor),
    ("prompt", Editor),
    ("responseRef", Editor),
    ("save", Editor),
    ("title", Editor),
    ("verbose", Editor),
];

/// Reads directives in order; a later one replaces an earlier one of its kind.
pub(super) fn read(directives: &[Directive]) -> Draft {
    let mut draft = Draft::default();
    for directive in directives {
        match meaning_of(directive) {
            Some(Read(reader)) => {
                if let Err(diagnostic) = reader(&mut draft, directive) {
                    draft.diagnostics.push(diagnostic);
                }
            }
            Some(Unsupported) => {
                let construct = format!("`@{}`", directive.name.text());
                draft.diagnostics.push(unsupported::error(&construct, &directive.name));
            }
            Some(Editor) => {}
            None => draft.diagnostics.push(unknown(&directive.name)),
        }
    }
    draft
}

/// An unknown directive is another tool's, unless it looks like a slip of the pen.
fn unknown(name: &Span) -> Diagnostic {
    let message = format!("the directive `@{}` is not known, and is ignored", name.text());
    let known = DIRECTIVES.iter().map(|(known, _)| *known);
    match nearest(name.text(), known.clone()) {
        Some(_) => Diagnostic::warning(message).at(name, "").suggest(name.text(), known),
        None => Diagnostic::info(message).at(name, ""),
    }
}

/// Warns of directives in a block without a request. Above the first request they
/// speak of the file, but a file has no response.
pub(super) fn in_vain(directives: &[Directive], requests_above: usize) -> impl Iterator<Item = Diagnostic> {
    let concerns_response = |directive: &Directive| matches!(directive.name.text(), "assert" | "capture");
    let in_vain = directives.iter().filter(move |directive| match meaning_of(directive) {
        Some(Read(_)) => requests_above > 0 || concerns_response(directive),
        _ => false,
    });
    in_vain.map(|directive| {
        Diagnostic::warning(format!("no request for `@{}` to speak of", directive.name.text()))
            .at(&directive.name, "")
            .help("put it between a separator and a request line")
    })
}

fn meaning_of(directive: &Directive) -> Option<Meaning> {
    DIRECTIVES.iter().find(|(name, _)| *name == directive.name.text()).map(|&(_, meaning)| meaning)
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

fn connect_timeout(draft: &mut Draft, directive: &Directive) -> Result<(), Diagnostic> {
    put(&mut draft.settings.connect_timeout, units::duration(&directive.argument))
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
        rest => units::duration(&rest)?.value,
    };
    Ok(argument.clone().with(Retry { times, delay }))
}

fn repeat(directive: &Directive) -> Result<Spanned<u32>, Diagnostic> {
    match directive.argument.text().parse() {
        Ok(times) if times > 0 => Ok(directive.argument.clone().with(times)),
        _ => Err(wrong(directive, "write how many times, at least once")),
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
