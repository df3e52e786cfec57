//! What directives say that is more than a flag or a setting.

use crate::diagnostic::Diagnostic;
use crate::parse::{parse_assertion, parse_capture, yaml};
use crate::source::Spanned;
use crate::spec::dialect::TimeoutUnit;
use crate::spec::{Assertion, Binding, Cert, Echo, Format, Node, Reference, Severity, Text, Value, Variable};

use crate::parse::http::argument::{NULL, duration, milliseconds, words};
use crate::parse::http::head::Directive;
use crate::parse::http::line::trimmed;
use crate::parse::http::{flow, list, reference, text};

use super::{Draft, Raw, key_of};

pub(super) fn put<T>(slot: &mut Option<Spanned<T>>, value: Result<Spanned<T>, Diagnostic>) -> Result<(), Diagnostic> {
    *slot = Some(value?);
    Ok(())
}

/// Reads the argument as YAML has it below the key of the same name.
pub(super) fn as_key<T>(
    draft: &mut Draft,
    directive: &Directive,
    table: &yaml::Table<T>,
    target: fn(&mut Draft) -> &mut T,
) -> Result<(), Diagnostic> {
    words(directive)?;
    let found = yaml::read_directive(table, target(draft), &key(directive), &directive.argument);
    draft.diagnostics.extend(found);
    Ok(())
}

/// The key of YAML that says the same.
fn key(directive: &Directive) -> Text {
    Text { value: key_of(directive), ..text(&directive.name) }
}

/// The names of tokens, separated by white space or commas; none means all.
pub(super) fn tokens(directive: &Directive) -> Result<Spanned<Vec<String>>, Diagnostic> {
    let names = directive.argument.text().split([',', ' ', '\t']).filter(|name| !name.is_empty());
    Ok(directive.name.clone().with(names.map(str::to_owned).collect()))
}

/// Tags, separated by white space or commas; one that holds such stands in quotes.
pub(super) fn tags(draft: &mut Draft, directive: &Directive) -> Result<(), Diagnostic> {
    words(directive)?;
    for item in list::items(&directive.argument, &[',', ' ', '\t']) {
        let tag = list::unquoted(&item);
        if tag.text().starts_with('"') {
            return Err(Diagnostic::error("the quote is not closed").at(&tag, ""));
        }
        if !tag.text().is_empty() {
            draft.tags.push(tag.clone().with(tag.text().to_owned()));
        }
    }
    Ok(())
}

pub(super) fn assert(draft: &mut Draft, directive: &Directive) -> Result<(), Diagnostic> {
    let assertion = draft.assertion(&directive.argument)?;
    draft.assertions.push(assertion);
    Ok(())
}

/// `# @must status == 200`: the name says how much hangs on it.
pub(super) fn graded(draft: &mut Draft, directive: &Directive, severity: Severity) -> Result<(), Diagnostic> {
    if severity == Severity::Must {
        draft.must.get_or_insert_with(|| directive.argument.clone());
    }
    let assertion = parse_assertion(&directive.argument, Format::Http)?;
    draft.assertions.push(Assertion { severity, ..assertion });
    Ok(())
}

pub(super) fn capture(draft: &mut Draft, directive: &Directive) -> Result<(), Diagnostic> {
    draft.captures.push(parse_capture(&directive.argument, Format::Http)?);
    Ok(())
}

pub(super) fn refer(references: &mut Vec<Reference>, directive: &Directive, force: bool) -> Result<(), Diagnostic> {
    words(directive)?;
    for reference in reference::read_several(&directive.argument)? {
        references.push(Reference { force, ..reference });
    }
    Ok(())
}

/// What must have run before, which shares something with the request only where it is of its own file.
pub(super) fn needs(draft: &mut Draft, directive: &Directive) -> Result<(), Diagnostic> {
    words(directive)?;
    for reference in reference::read_several(&directive.argument)? {
        let reference = reference.needed();
        if let Some(variable) = reference.variables.first().filter(|_| reference.is_apart) {
            return Err(Diagnostic::error("what runs in a file of its own takes no variables from here")
                .at(&variable.name.span, "")
                .help("`# @ref` and `run` have it run here, with other values for its variables"));
        }
        draft.references.push(reference);
    }
    Ok(())
}

/// A length of time, of which a dialect says what a number alone is.
pub(super) fn timeout(draft: &mut Draft, directive: &Directive) -> Result<(), Diagnostic> {
    match draft.rules.timeout_unit {
        TimeoutUnit::Ignored => Ok(()),
        TimeoutUnit::Seconds => put(&mut draft.own.settings.timeout, duration(directive)),
        TimeoutUnit::Milliseconds => put(&mut draft.own.settings.timeout, milliseconds(directive)),
    }
}

pub(super) fn connect_timeout(draft: &mut Draft, directive: &Directive) -> Result<(), Diagnostic> {
    put(&mut draft.own.settings.connect_timeout, duration(directive))
}

/// Says that the body is the whole message, or what the message is, as the key of YAML takes it.
pub(super) fn raw(draft: &mut Draft, directive: &Directive) -> Result<(), Diagnostic> {
    let raw = if directive.argument.text().is_empty() {
        Some(Raw::Below)
    } else {
        let mut bodies = Vec::new();
        draft.diagnostics.extend(yaml::read_directive(
            &yaml::BODIES,
            &mut bodies,
            &key(directive),
            &directive.argument,
        ));
        bodies.pop().map(|(_, body)| Raw::Written(body))
    };
    draft.raw = raw.map(|raw| directive.name.clone().with(raw));
    Ok(())
}

/// A path as it stands, or what YAML has brackets for: `[certificate, key]`, `{certificate: …}`.
pub(super) fn cert(draft: &mut Draft, directive: &Directive) -> Result<(), Diagnostic> {
    let argument = words(directive)?;
    let is_path = !argument.value.starts_with(['[', '{']) || argument.value.starts_with("{{");
    if !is_path || ["none", NULL].contains(&argument.value.as_str()) {
        return as_key(draft, directive, &yaml::SETTINGS, |draft| &mut draft.own.settings);
    }
    let cert = Cert::Files { certificate: text(&directive.argument), key: None, password: None };
    put(&mut draft.own.settings.cert, Ok(directive.argument.clone().with(cert)))
}

pub(super) fn retry(draft: &mut Draft, directive: &Directive) -> Result<(), Diagnostic> {
    words(directive)?;
    draft.diagnostics.extend(flow::retry(&mut draft.own.flow, directive)?);
    Ok(())
}

/// Reads `slot: api minIdleTime: 100`, or what the key of YAML takes.
pub(super) fn rate_limit(draft: &mut Draft, directive: &Directive) -> Result<(), Diagnostic> {
    let argument = words(directive)?;
    if !argument.value.starts_with('{') && argument.value != NULL {
        return put(&mut draft.own.flow.rate_limit, flow::rate_limit(directive));
    }
    as_key(draft, directive, &yaml::FLOW, |draft| &mut draft.own.flow)
}

/// `name`, or `name question`.
pub(super) fn asked(draft: &mut Draft, directive: &Directive, echo: Echo) -> Result<(), Diagnostic> {
    let argument = words(directive)?.span;
    let end = argument.text().find([' ', '\t']).unwrap_or(argument.text().len());
    let (name, question) = (argument.slice(0..end), trimmed(&argument.slice(end..argument.text().len())));
    if !name.text().bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')) {
        return Err(Diagnostic::error(format!("`{}` is not the name of a variable", name.text()))
            .at(&name, "")
            .help("write `name`, or `name question`; a name holds letters, digits, `_` and `-`"));
    }
    draft.variables.push(Variable {
        name: name.clone().with(name.text().to_owned()),
        value: Value { node: Node::Text(text(&question)), span: question },
        binding: Binding::Asked(echo),
        position: 0,
    });
    Ok(())
}
