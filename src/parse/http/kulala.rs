//! Directives that kulala alone has: flags of curl, and what is expected and taken.

use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::spec::{
    Assertion, Capture, DEFAULT_REDIRECTS, Expected, Format, Node, Operand, Predicate, Query, Severity, Subject, Text,
    Value, Verify,
};

use super::argument::{duration, flag};
use super::directive::{Draft, Reader};
use super::head::Directive;
use super::{text, unsupported};

/// Flags of curl that change how a request is sent.
const FLAGS: &[(&str, Reader)] = &[
    ("insecure", |draft, directive| {
        draft.own.settings.verify = Some(flag(directive, Verify::Off)?);
        Ok(())
    }),
    ("location", |draft, directive| {
        draft.own.settings.redirects = Some(flag(directive, DEFAULT_REDIRECTS)?);
        Ok(())
    }),
    ("connect-timeout", |draft, directive| {
        draft.own.settings.connect_timeout = Some(duration(directive)?);
        Ok(())
    }),
    ("max-time", |draft, directive| {
        draft.own.settings.timeout = Some(duration(directive)?);
        Ok(())
    }),
];

/// Flags of curl that change nothing here: bodies are decoded and read as they come anyway.
const WITHOUT_EFFECT: &[&str] = &["compressed", "no-buffer", "non-buffer", "silent", "verbose", "show-error"];

/// `# @curl-insecure`
///
/// # Errors
/// If the flag is for something that is not there.
pub(super) fn curl_flag(draft: &mut Draft, directive: &Directive) -> Result<(), Diagnostic> {
    let name = directive.name.text().trim_start_matches("curl-").trim_start_matches("global-");
    match FLAGS.iter().find(|(known, _)| *known == name) {
        Some((_, read)) => read(draft, directive),
        None if WITHOUT_EFFECT.contains(&name) => Ok(()),
        None => Err(unsupported::error(&format!("the flag `--{name}` of curl"), &directive.name)),
    }
}

/// `# @kulala-expect-status-code 404`
///
/// # Errors
/// If it is no status.
pub(super) fn expect_status(draft: &mut Draft, directive: &Directive) -> Result<(), Diagnostic> {
    let span = &directive.argument;
    let status: u16 = span.text().parse().map_err(|_| {
        Diagnostic::error(format!("`{}` is not a status", span.text())).at(span, "").help("write one, as in `404`")
    })?;
    let value = Value { node: Node::Number(status.into()), span: span.clone() };
    let operand = Operand { value: Expected::Value(value), span: span.clone() };
    draft.assertions.push(Assertion {
        subject: subject(Query::Status, &directive.name),
        predicate: span.clone().with(Predicate::Equal(operand)),
        negated: false,
        severity: Severity::default(),
        wording: Some(format!("status == {status}").into()),
        span: directive.name.to(span),
    });
    Ok(())
}

/// `# @env-json-key TOKEN user.token`
///
/// # Errors
/// If a word is missing.
pub(super) fn json_key(draft: &mut Draft, directive: &Directive) -> Result<(), Diagnostic> {
    keep(draft, directive, |key| {
        Query::JsonPath(Text::new(key.clone().with(format!("$.{}", key.text())), Format::Http))
    })
}

/// `# @env-header-key ETAG etag`
///
/// # Errors
/// If a word is missing.
pub(super) fn header_key(draft: &mut Draft, directive: &Directive) -> Result<(), Diagnostic> {
    keep(draft, directive, |key| Query::Header(text(key)))
}

/// Keeps what a query gives, under a name that stands before it.
fn keep(draft: &mut Draft, directive: &Directive, query: fn(&Span) -> Query) -> Result<(), Diagnostic> {
    let argument = &directive.argument;
    let (name, _) = argument.text().split_once([' ', '\t']).ok_or_else(|| {
        Diagnostic::error(format!("`@{}` takes a name and a key", directive.name.text())).at(argument, "")
    })?;
    let key = super::line::trimmed(&argument.slice(name.len()..argument.text().len()));
    let name = argument.slice(0..name.len()).with(name.to_owned());
    let subject = subject(query(&key), &key);
    draft.captures.push(Capture { name, subject, default: None, is_secret: false, span: argument.clone() });
    Ok(())
}

fn subject(query: Query, span: &Span) -> Subject {
    Subject { query: span.clone().with(query), filters: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;
    use crate::spec::Dialect;

    fn of(head: &str) -> Draft {
        let source = SourceFile::new("a.http", head);
        let rules = Dialect::default().rules();
        super::super::directive::read(&super::super::head::read(&source.span(0..head.len()), rules).directives, rules)
    }

    #[test]
    fn flags_of_curl_are_settings() {
        let draft = of("# @curl-insecure\n# @curl-connect-timeout 5\n# @curl-compressed\n# @curl-global-max-time 7");
        let settings = draft.own.settings;
        assert!(draft.diagnostics.is_empty(), "{:?}", draft.diagnostics);
        assert_eq!(settings.verify.as_deref(), Some(&Verify::Off));
        let seconds = |time: Option<crate::source::Spanned<std::time::Duration>>| time.unwrap().value.as_secs();
        assert_eq!((seconds(settings.connect_timeout), seconds(settings.timeout)), (5, 7));
        assert_eq!(
            of("# @curl-data-urlencode").diagnostics[0].message,
            "the flag `--data-urlencode` of curl is not supported yet"
        );
    }

    #[test]
    fn expects_a_status_and_keeps_values() {
        let draft = of("# @kulala-expect-status-code 404\n# @env-json-key TOKEN user.token\n# @env-header-key E etag");
        assert_eq!(draft.assertions[0].text(), "status == 404");
        let names: Vec<_> = draft.captures.iter().map(|capture| capture.name.value.as_str()).collect();
        assert_eq!(names, ["TOKEN", "E"]);
        assert!(
            matches!(&draft.captures[0].subject.query.value, Query::JsonPath(path) if path.value == "$.user.token")
        );
        assert_eq!(of("# @kulala-expect-status-code ok").diagnostics[0].message, "`ok` is not a status");
    }
}
