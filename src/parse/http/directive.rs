//! Directives: comments that speak to the processor, `# @name argument`. Each is a
//! row of one table.

use std::borrow::Cow;

use crate::diagnostic::{Diagnostic, nearest};
use crate::parse::{parse_assertion, parse_capture, protocol, yaml};
use crate::source::{Span, Spanned};
use crate::spec::dialect::{Rules, TimeoutUnit};
use crate::spec::{
    Assertion, Binding, Body, Capture, Cert, Defaults, Echo, Format, Import, Jar, Node, Proxies, Reference, Text,
    Value, Variable, Verify,
};

use super::argument::{
    NULL, cookie_jar, duration, encoding, flag, milliseconds, output, redirects, size, switch, verify, version, words,
};
use super::head::Directive;
use super::line::trimmed;
use super::{flow, kulala, reference, text, unsupported};

/// What directives say of a request.
#[derive(Debug, Default)]
pub(super) struct Draft {
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
    /// The files that the file must not overlap with have the same.
    pub serial: Option<Spanned<String>>,
    /// What must have run before.
    pub references: Vec<Reference>,
    /// What runs in its place.
    pub runs: Vec<Reference>,
    /// Variables of the request alone.
    pub variables: Vec<Variable>,
    /// What is expected of the response.
    pub assertions: Vec<Assertion>,
    /// What is taken from the response.
    pub captures: Vec<Capture>,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
}

/// When in its file a request runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// Before the others: if it fails, they are skipped.
    Setup,
    /// With the others.
    Main,
    /// After the others, whatever happened.
    Teardown,
}

/// Where the message stands that is sent as it is.
#[derive(Debug)]
pub(super) enum Raw {
    /// In the place of a body.
    Below,
    /// In the directive itself.
    Written(Body),
}

/// Reads the argument of a directive into the draft.
pub(super) type Reader = fn(&mut Draft, &Directive) -> Result<(), Diagnostic>;

/// Every directive that is read.
const READERS: &[(&str, Reader)] = &[
    // What it is.
    ("name", |draft, directive| put(&mut draft.name, words(directive))),
    ("description", |draft, directive| put(&mut draft.description, words(directive))),
    ("title", |draft, directive| put(&mut draft.title, words(directive))),
    ("tag", tags),
    ("tags", tags),
    // What is expected of the response, and taken from it.
    ("assert", assert),
    ("capture", capture),
    ("kulala-expect-status-code", kulala::expect_status),
    ("env-json-key", kulala::json_key),
    ("env-header-key", kulala::header_key),
    ("jwt", |draft, directive| put(&mut draft.own.settings.jwt, tokens(directive))),
    // What is sent with it, each as the key of YAML takes it: `# @params {a: 1}`.
    ("params", carried),
    ("headers", carried),
    ("cookies", carried),
    ("auth", carried),
    ("raw", raw),
    // What is spoken.
    ("graphql", |draft, _| {
        draft.is_graphql = true;
        Ok(())
    }),
    ("no-gql-parsing", |draft, _| {
        draft.is_plain = true;
        Ok(())
    }),
    ("inject-variables", |draft, _| {
        draft.injects = true;
        Ok(())
    }),
    ("steps", protocol),
    ("messages", protocol),
    ("stream", protocol),
    ("variables", variables),
    ("lazy", variables),
    ("prompt", |draft, directive| asked(draft, directive, Echo::Shown)),
    ("secret", |draft, directive| asked(draft, directive, Echo::Hidden)),
    // What stands elsewhere.
    ("import", |draft, directive| {
        draft.imports.push(reference::import(&directive.argument)?);
        Ok(())
    }),
    ("ref", |draft, directive| refer(&mut draft.references, directive, false)),
    ("needs", needs),
    ("force-ref", |draft, directive| refer(&mut draft.references, directive, true)),
    ("run", |draft, directive| refer(&mut draft.runs, directive, true)),
    // How the file runs.
    ("parallel", |draft, directive| put(&mut draft.parallel, switch(directive))),
    ("serial", |draft, directive| put(&mut draft.serial, words(directive))),
    // How it is sent.
    ("base-url", |draft, directive| {
        draft.own.settings.base_url = Some(text(&words(directive)?.span));
        Ok(())
    }),
    ("timeout", timeout),
    ("connect-timeout", connect_timeout),
    ("connection-timeout", connect_timeout),
    ("read-timeout", |draft, directive| put(&mut draft.own.settings.read_timeout, duration(directive))),
    ("redirects", |draft, directive| put(&mut draft.own.settings.redirects, redirects(directive))),
    ("no-redirect", |draft, directive| put(&mut draft.own.settings.redirects, flag(directive, 0))),
    ("verify", |draft, directive| put(&mut draft.own.settings.verify, verify(directive))),
    ("no-reject-unauthorized", |draft, directive| put(&mut draft.own.settings.verify, flag(directive, Verify::Off))),
    ("cert", cert),
    ("no-client-cert", |draft, directive| put(&mut draft.own.settings.cert, flag(directive, Cert::None))),
    ("tls", secured),
    ("proxy", route),
    ("no-proxy", |draft, directive| {
        draft.own.settings.route.proxies.push(Proxies::none(&directive.name));
        Ok(())
    }),
    ("unix-socket", route),
    ("resolve", route),
    ("local-address", route),
    ("ip-version", route),
    ("http-version", |draft, directive| put(&mut draft.own.settings.http_version, version(directive))),
    ("decompress", |draft, directive| put(&mut draft.own.settings.decompress, switch(directive))),
    ("encoding", |draft, directive| put(&mut draft.own.settings.encoding, encoding(directive))),
    ("cookie-jar", |draft, directive| put(&mut draft.own.settings.cookie_jar, cookie_jar(directive))),
    ("attach-cookie-jar", |draft, directive| put(&mut draft.own.settings.cookie_jar, flag(directive, Jar::Session))),
    ("no-cookie-jar", |draft, directive| put(&mut draft.own.settings.cookie_jar, flag(directive, Jar::Off))),
    ("max-body", |draft, directive| put(&mut draft.own.settings.max_body, size(directive))),
    ("output", |draft, directive| put(&mut draft.own.settings.output, output(directive))),
    // Whether, when and how often it runs.
    ("setup", |draft, directive| put(&mut draft.stage, flag(directive, Stage::Setup))),
    ("teardown", |draft, directive| put(&mut draft.stage, flag(directive, Stage::Teardown))),
    ("skip", |draft, directive| put(&mut draft.own.flow.skip, Ok(flow::skip(directive)))),
    ("disabled", |draft, directive| flow::disabled(&mut draft.own.flow, directive)),
    ("if", |draft, directive| flow::condition(&mut draft.own.flow, directive)),
    ("retry", retry),
    ("delay", |draft, directive| put(&mut draft.own.flow.delay, flow::delay(directive))),
    ("sleep", |draft, directive| put(&mut draft.own.flow.pause, flow::pause(directive))),
    ("ratelimit", rate_limit),
    ("rate-limit", rate_limit),
    ("repeat", |draft, directive| flow::repeated(&mut draft.own.flow, directive, flow::times(directive))),
    ("loop", |draft, directive| flow::repeated(&mut draft.own.flow, directive, flow::looped(directive))),
    ("for", |draft, directive| flow::repeated(&mut draft.own.flow, directive, flow::items(directive))),
    ("while", |draft, directive| flow::repeated(&mut draft.own.flow, directive, flow::while_it_holds(directive))),
    ("each", each),
    ("matrix", each),
];

/// Directives that concern an interactive editor only: how a response is shown or
/// logged, and whether a person is sure.
const FOR_EDITORS: &[&str] = &[
    "accept",
    "debug",
    "extension",
    "force-region-delimiter",
    "jq",
    "language",
    "no-auto-encoding",
    "no-log",
    "no-response-view",
    "no-streaming-log",
    "note",
    "open-with",
    "post-redirect-get",
    "response-ref",
    "save",
    "verbose",
];

/// Reads directives in order; a later one replaces an earlier one of its kind.
pub(super) fn read(directives: &[Directive], rules: &'static Rules) -> Draft {
    let mut draft = Draft { rules, ..Draft::default() };
    for directive in directives {
        if let Err(diagnostic) = read_one(&mut draft, directive) {
            draft.diagnostics.push(diagnostic);
        }
    }
    draft
}

fn read_one(draft: &mut Draft, directive: &Directive) -> Result<(), Diagnostic> {
    let name = &*kebab(directive.name.text());
    match reader_of(directive) {
        Some(_) if removes(directive, &mut draft.own) => Ok(()),
        Some(reader) => reader(draft, directive),
        None if FOR_EDITORS.contains(&name) => Ok(()),
        None if unsupported::DIRECTIVES.contains(&name) => {
            Err(unsupported::error(&format!("`@{}`", directive.name.text()), &directive.name))
        }
        None => Err(unknown(&directive.name)),
    }
}

/// Whether it takes a default away, as null does in YAML: `# @timeout null`.
fn removes(directive: &Directive, own: &mut Defaults) -> bool {
    directive.argument.text() == NULL && own.settings.remove(&key_of(directive))
}

/// What is to be said of a comment below the head, if it is a directive: none is read there.
pub(super) fn misplaced(comment: &Span) -> Option<Diagnostic> {
    let text = comment.text().trim_start_matches(['#', '/', ' ', '\t']).strip_prefix('@')?;
    let end = text.find(|next: char| !next.is_ascii_alphanumeric() && next != '-' && next != '_');
    let name = kebab(&text[..end.unwrap_or(text.len())]);
    let checks = ["assert", "capture"].contains(&&*name);
    let message = format!("`@{name}` stands below the request, where no directive is read");
    let said = if checks { Diagnostic::error(message) } else { Diagnostic::warning(message) };
    let help = if checks {
        "put it above the request line, or write `?? …` below the body"
    } else {
        "put it above the request line"
    };
    READERS.iter().any(|(known, _)| *known == name).then(|| said.at(comment, "").help(help))
}

/// The key of YAML that says the same.
fn key_of(directive: &Directive) -> String {
    match &*kebab(directive.name.text()) {
        "connection-timeout" => "connect_timeout".to_owned(),
        name => name.replace('-', "_"),
    }
}

fn reader_of(directive: &Directive) -> Option<Reader> {
    let name = kebab(directive.name.text());
    let found = READERS.iter().find(|(known, _)| *known == name).map(|&(_, reader)| reader);
    found.or_else(|| name.starts_with("curl-").then_some(kulala::curl_flag as Reader))
}

/// A name as it is in the tables: httpYac takes `noRedirect` and `no-redirect` for the same.
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

/// An unknown directive is another tool's, unless it looks like a slip of the pen.
fn unknown(name: &Span) -> Diagnostic {
    let message = format!("the directive `@{}` is not known, and is ignored", name.text());
    let known = READERS.iter().map(|(known, _)| *known).chain(unsupported::DIRECTIVES.iter().copied());
    match nearest(name.text(), known) {
        Some(near) => Diagnostic::warning(message).at(name, "").help(format!("did you mean `@{near}`?")),
        None => Diagnostic::info(message).at(name, ""),
    }
}

/// Warns of directives in a block without a request. Above the first request they
/// speak of the file, but a file has no response.
pub(super) fn in_vain(directives: &[Directive], is_file: bool) -> impl Iterator<Item = Diagnostic> {
    let concerns_response =
        |directive: &Directive| matches!(directive.name.text(), "assert" | "capture" | "setup" | "stream" | "teardown");
    let in_vain = directives
        .iter()
        .filter(move |directive| !is_file || concerns_response(directive))
        .filter(|directive| reader_of(directive).is_some());
    in_vain.map(|directive| {
        Diagnostic::warning(format!("no request for `@{}` to speak of", directive.name.text()))
            .at(&directive.name, "")
            .help("put it between a separator and a request line")
    })
}

/// Warns of directives that speak of one request where others run in its place.
pub(super) fn beside_runs(directives: &[Directive]) -> impl Iterator<Item = Diagnostic> {
    const HEEDED: &[&str] = &[
        "description",
        "disabled",
        "force-ref",
        "forceRef",
        "import",
        "lazy",
        "name",
        "needs",
        "ref",
        "run",
        "setup",
        "skip",
        "tag",
        "tags",
        "teardown",
        "variables",
    ];
    let in_vain = directives.iter().filter(|directive| !HEEDED.contains(&directive.name.text()));
    in_vain.filter(|directive| reader_of(directive).is_some()).map(|directive| {
        Diagnostic::warning(format!(
            "`@{}` says nothing of what stands elsewhere, and is ignored",
            directive.name.text()
        ))
        .at(&directive.name, "")
        .help("put it where the request stands that runs here")
    })
}

fn put<T>(slot: &mut Option<Spanned<T>>, value: Result<Spanned<T>, Diagnostic>) -> Result<(), Diagnostic> {
    *slot = Some(value?);
    Ok(())
}

/// The names of tokens, separated by white space or commas; none means all.
fn tokens(directive: &Directive) -> Result<Spanned<Vec<String>>, Diagnostic> {
    let names = directive.argument.text().split([',', ' ', '\t']).filter(|name| !name.is_empty());
    Ok(directive.name.clone().with(names.map(str::to_owned).collect()))
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

fn refer(references: &mut Vec<Reference>, directive: &Directive, force: bool) -> Result<(), Diagnostic> {
    words(directive)?;
    references.push(Reference { force, ..reference::read(&directive.argument)? });
    Ok(())
}

/// What must have run before, which shares something with the request only where it is of its own file.
fn needs(draft: &mut Draft, directive: &Directive) -> Result<(), Diagnostic> {
    words(directive)?;
    let reference = reference::read(&directive.argument)?.needed();
    if let Some(variable) = reference.variables.first().filter(|_| reference.is_apart) {
        return Err(Diagnostic::error("what runs in a file of its own takes no variables from here")
            .at(&variable.name.span, "")
            .help("`# @ref` and `run` have it run here, with other values for its variables"));
    }
    draft.references.push(reference);
    Ok(())
}

/// A length of time, of which a dialect says what a number alone is.
fn timeout(draft: &mut Draft, directive: &Directive) -> Result<(), Diagnostic> {
    match draft.rules.timeout_unit {
        TimeoutUnit::Ignored => Ok(()),
        TimeoutUnit::Seconds => put(&mut draft.own.settings.timeout, duration(directive)),
        TimeoutUnit::Milliseconds => put(&mut draft.own.settings.timeout, milliseconds(directive)),
    }
}

fn connect_timeout(draft: &mut Draft, directive: &Directive) -> Result<(), Diagnostic> {
    put(&mut draft.own.settings.connect_timeout, duration(directive))
}

fn carried(draft: &mut Draft, directive: &Directive) -> Result<(), Diagnostic> {
    let key = text(&directive.name);
    draft.diagnostics.extend(yaml::read_directive(&yaml::CARRIED, &mut draft.own, &key, &directive.argument));
    Ok(())
}

/// Says that the body is the whole message, or what the message is, as the key of YAML takes it.
fn raw(draft: &mut Draft, directive: &Directive) -> Result<(), Diagnostic> {
    let raw = if directive.argument.text().is_empty() {
        Some(Raw::Below)
    } else {
        let (key, mut bodies) = (text(&directive.name), Vec::new());
        draft.diagnostics.extend(yaml::read_directive(&yaml::BODIES, &mut bodies, &key, &directive.argument));
        bodies.pop().map(|(_, body)| Raw::Written(body))
    };
    draft.raw = raw.map(|raw| directive.name.clone().with(raw));
    Ok(())
}

/// Reads the way as the key of YAML does; a template alone needs no quotes.
fn route(draft: &mut Draft, directive: &Directive) -> Result<(), Diagnostic> {
    words(directive)?;
    let key = Text { value: directive.name.text().replace('-', "_"), ..text(&directive.name) };
    let route = &mut draft.own.settings.route;
    draft.diagnostics.extend(yaml::read_directive(&yaml::ROUTE, route, &key, &directive.argument));
    Ok(())
}

/// A path as it stands, or what YAML has brackets for: `[certificate, key]`, `{certificate: …}`.
fn cert(draft: &mut Draft, directive: &Directive) -> Result<(), Diagnostic> {
    let argument = words(directive)?;
    let is_path = !argument.value.starts_with(['[', '{']) || argument.value.starts_with("{{");
    if !is_path || ["none", NULL].contains(&argument.value.as_str()) {
        return secured(draft, directive);
    }
    let cert = Cert::Files { certificate: text(&directive.argument), key: None, password: None };
    put(&mut draft.own.settings.cert, Ok(directive.argument.clone().with(cert)))
}

fn secured(draft: &mut Draft, directive: &Directive) -> Result<(), Diagnostic> {
    words(directive)?;
    let key = text(&directive.name);
    let settings = &mut draft.own.settings;
    draft.diagnostics.extend(yaml::read_directive(&yaml::SETTINGS, settings, &key, &directive.argument));
    Ok(())
}

fn protocol(draft: &mut Draft, directive: &Directive) -> Result<(), Diagnostic> {
    let key = text(&directive.name);
    draft.diagnostics.extend(yaml::read_directive(&yaml::PROTOCOL, &mut draft.protocol, &key, &directive.argument));
    Ok(())
}

/// Reads rows, the path of a file of such, or what else the key of YAML takes.
fn each(draft: &mut Draft, directive: &Directive) -> Result<(), Diagnostic> {
    words(directive)?;
    let key = text(&directive.name);
    draft.diagnostics.extend(yaml::read_directive(&yaml::FLOW, &mut draft.own.flow, &key, &directive.argument));
    Ok(())
}

fn retry(draft: &mut Draft, directive: &Directive) -> Result<(), Diagnostic> {
    words(directive)?;
    draft.diagnostics.extend(flow::retry(&mut draft.own.flow, directive)?);
    Ok(())
}

/// Reads `slot: api minIdleTime: 100`, or what the key of YAML takes.
fn rate_limit(draft: &mut Draft, directive: &Directive) -> Result<(), Diagnostic> {
    let argument = words(directive)?;
    if !argument.value.starts_with('{') && argument.value != NULL {
        return put(&mut draft.own.flow.rate_limit, flow::rate_limit(directive));
    }
    let key = Text { value: "rate_limit".to_owned(), ..text(&directive.name) };
    draft.diagnostics.extend(yaml::read_directive(&yaml::FLOW, &mut draft.own.flow, &key, &directive.argument));
    Ok(())
}

fn variables(draft: &mut Draft, directive: &Directive) -> Result<(), Diagnostic> {
    let key = text(&directive.name);
    draft.diagnostics.extend(yaml::read_directive(&yaml::VARIABLES, &mut draft.variables, &key, &directive.argument));
    Ok(())
}

/// `name`, or `name question`.
fn asked(draft: &mut Draft, directive: &Directive, echo: Echo) -> Result<(), Diagnostic> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Severity;

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
