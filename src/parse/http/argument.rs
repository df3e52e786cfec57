//! What directives take: the rest of their line, read as one value.

use std::time::Duration;

use crate::diagnostic::Diagnostic;
use crate::http::Version;
use crate::parse::{charset, quantity};
use crate::source::{Existing, Spanned};
use crate::spec::{DEFAULT_REDIRECTS, Jar, Output, Verify};

use super::head::Directive;
use super::text;

/// What takes a default away, as in YAML.
pub(super) const NULL: &str = "null";

pub(super) fn flag<T>(directive: &Directive, value: T) -> Result<Spanned<T>, Diagnostic> {
    Ok(directive.name.clone().with(value))
}

/// `true` or `false`; nothing is `true`.
pub(super) fn switch(directive: &Directive) -> Result<Spanned<bool>, Diagnostic> {
    match directive.argument.text() {
        "" => flag(directive, true),
        "true" => Ok(directive.argument.clone().with(true)),
        "false" => Ok(directive.argument.clone().with(false)),
        _ => Err(wrong(directive, "write `true` or `false`")),
    }
}

pub(super) fn words(directive: &Directive) -> Result<Spanned<String>, Diagnostic> {
    match directive.argument.text() {
        "" => Err(wrong(directive, "write it after the directive")),
        words => Ok(directive.argument.clone().with(words.to_owned())),
    }
}

pub(super) fn duration(directive: &Directive) -> Result<Spanned<Duration>, Diagnostic> {
    words(directive)?;
    quantity::duration(directive.argument.text(), &directive.argument)
}

/// As [`duration`], but a number alone is milliseconds.
pub(super) fn milliseconds(directive: &Directive) -> Result<Spanned<Duration>, Diagnostic> {
    match directive.argument.text().parse() {
        Ok(number) => Ok(directive.argument.clone().with(Duration::from_millis(number))),
        Err(_) => duration(directive),
    }
}

pub(super) fn size(directive: &Directive) -> Result<Spanned<u64>, Diagnostic> {
    words(directive)?;
    quantity::size(directive.argument.text(), &directive.argument)
}

pub(super) fn redirects(directive: &Directive) -> Result<Spanned<usize>, Diagnostic> {
    let number = match directive.argument.text() {
        "true" => Some(DEFAULT_REDIRECTS),
        "false" => Some(0),
        number => number.parse().ok(),
    };
    let number = number.ok_or_else(|| wrong(directive, "write `true`, `false`, or how many are followed"))?;
    Ok(directive.argument.clone().with(number))
}

pub(super) fn verify(directive: &Directive) -> Result<Spanned<Verify>, Diagnostic> {
    let verify = match directive.argument.text() {
        "" | "true" => Verify::On,
        "false" => Verify::Off,
        _ => Verify::Roots(text(&directive.argument)),
    };
    Ok(directive.argument.clone().with(verify))
}

pub(super) fn cookie_jar(directive: &Directive) -> Result<Spanned<Jar>, Diagnostic> {
    let jar = match directive.argument.text() {
        "" | "true" => Jar::Session,
        "false" => Jar::Off,
        _ => Jar::File(text(&directive.argument)),
    };
    Ok(directive.argument.clone().with(jar))
}

/// The path of a file, which is replaced if it is there.
pub(super) fn output(directive: &Directive) -> Result<Spanned<Output>, Diagnostic> {
    let argument = &directive.argument;
    words(directive)?;
    Ok(argument.clone().with(Output { path: text(argument), existing: Existing::Replace }))
}

pub(super) fn version(directive: &Directive) -> Result<Spanned<Version>, Diagnostic> {
    let version = Version::parse(directive.argument.text());
    let version = version.ok_or_else(|| wrong(directive, "write `1.0`, `1.1`, `2` or `3`"))?;
    Ok(directive.argument.clone().with(version))
}

/// An argument that a directive cannot take.
pub(super) fn wrong(directive: &Directive, help: &str) -> Diagnostic {
    let message = match directive.argument.text() {
        "" => format!("`@{}` lacks its argument", directive.name.text()),
        argument => format!("`@{}` cannot be `{argument}`", directive.name.text()),
    };
    let place = if directive.argument.text().is_empty() { &directive.name } else { &directive.argument };
    Diagnostic::error(message).at(place, "").help(help)
}

/// The name of a character set.
pub(super) fn encoding(directive: &Directive) -> Result<Spanned<String>, Diagnostic> {
    words(directive).and_then(charset::charset)
}
