//! Every directive that there is.

use crate::diagnostic::Diagnostic;
use crate::spec::{Cert, Echo, Jar, Proxies, Severity, Verify};

use crate::parse::http::argument::{
    cookie_jar, duration, encoding, flag, output, redirects, size, switch, verify, version, words,
};
use crate::parse::http::head::Directive;
use crate::parse::http::{flow, kulala, reference, text};

use super::readers::{
    asked, assert, capture, carried, cert, connect_timeout, each, graded, needs, protocol, put, rate_limit, raw, refer,
    retry, route, secured, tags, timeout, tokens, variables,
};
use super::{Draft, Stage};

/// Reads the argument of a directive into the draft.
pub(in crate::parse::http) type Reader = fn(&mut Draft, &Directive) -> Result<(), Diagnostic>;

/// Every directive that is read.
pub(super) const READERS: &[(&str, Reader)] = &[
    // What it is.
    ("name", |draft, directive| put(&mut draft.name, words(directive))),
    ("description", |draft, directive| put(&mut draft.description, words(directive))),
    ("title", |draft, directive| put(&mut draft.title, words(directive))),
    ("tag", tags),
    ("tags", tags),
    // What is expected of the response, and taken from it.
    ("assert", assert),
    ("must", |draft, directive| graded(draft, directive, Severity::Must)),
    ("warn", |draft, directive| graded(draft, directive, Severity::Warn)),
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
pub(super) const FOR_EDITORS: &[&str] = &[
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
