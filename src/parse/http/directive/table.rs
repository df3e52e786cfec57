//! Every directive that there is.

use crate::diagnostic::Diagnostic;
use crate::spec::{Cert, Echo, Jar, Proxies, Severity, Verify};

use crate::parse::http::argument::{
    cookie_jar, duration, encoding, flag, output, redirects, size, switch, verify, version, words,
};
use crate::parse::http::head::Directive;
use crate::parse::http::{flow, kulala, reference, text};
use crate::parse::yaml;

use super::readers::{
    as_key, asked, assert, capture, cert, connect_timeout, graded, needs, put, rate_limit, raw, refer, retry, tags,
    timeout, tokens,
};
use super::{Draft, Stage};

/// Reads the argument of a directive into the draft.
pub(in crate::parse::http) type Reader = fn(&mut Draft, &Directive) -> Result<(), Diagnostic>;

/// What a directive says something of. Where there is nothing of the kind, it has no effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    /// A request, what runs in the place of one, or above the first of them the file.
    Anything,
    /// A request, or what runs in the place of one.
    Entry,
    /// A request, or above the first of them all of the file.
    Requests,
    /// One request.
    Request,
    /// The response to one request.
    Response,
}

impl About {
    /// Whether it can be said of a file.
    pub(super) fn is_of_files(self) -> bool {
        matches!(self, Self::Anything | Self::Requests)
    }

    /// Whether it can be said where requests run that stand elsewhere.
    pub(super) fn is_of_runs(self) -> bool {
        matches!(self, Self::Anything | Self::Entry)
    }
}

/// Other names of directives.
pub(super) const ALIASES: &[(&str, &str)] =
    &[("connection-timeout", "connect-timeout"), ("ratelimit", "rate-limit"), ("tags", "tag")];

/// Every directive that is read, by the name of its key in YAML where it has one.
pub(super) const DIRECTIVES: &[(&str, About, Reader)] = &[
    // What it is.
    ("name", About::Anything, |draft, directive| put(&mut draft.name, words(directive))),
    ("description", About::Anything, |draft, directive| put(&mut draft.description, words(directive))),
    ("title", About::Entry, |draft, directive| put(&mut draft.title, words(directive))),
    ("tag", About::Anything, tags),
    // What is expected of the response, and taken from it.
    ("assert", About::Response, assert),
    ("must", About::Response, |draft, directive| graded(draft, directive, Severity::Must)),
    ("warn", About::Response, |draft, directive| graded(draft, directive, Severity::Warn)),
    ("capture", About::Response, capture),
    ("kulala-expect-status-code", About::Response, kulala::expect_status),
    ("env-json-key", About::Response, kulala::json_key),
    ("env-header-key", About::Response, kulala::header_key),
    ("jwt", About::Requests, |draft, directive| put(&mut draft.own.settings.jwt, tokens(directive))),
    // What is sent with it, each as the key of YAML takes it: `# @params {a: 1}`.
    ("params", About::Requests, |draft, directive| as_key(draft, directive, &yaml::CARRIED, |draft| &mut draft.own)),
    ("headers", About::Requests, |draft, directive| as_key(draft, directive, &yaml::CARRIED, |draft| &mut draft.own)),
    ("cookies", About::Requests, |draft, directive| as_key(draft, directive, &yaml::CARRIED, |draft| &mut draft.own)),
    ("auth", About::Requests, |draft, directive| as_key(draft, directive, &yaml::CARRIED, |draft| &mut draft.own)),
    ("raw", About::Request, raw),
    // What is spoken.
    ("graphql", About::Request, |draft, _| {
        draft.is_graphql = true;
        Ok(())
    }),
    ("no-gql-parsing", About::Request, |draft, _| {
        draft.is_plain = true;
        Ok(())
    }),
    ("inject-variables", About::Request, |draft, _| {
        draft.injects = true;
        Ok(())
    }),
    ("steps", About::Request, |draft, directive| {
        as_key(draft, directive, &yaml::PROTOCOL, |draft| &mut draft.protocol)
    }),
    ("messages", About::Request, |draft, directive| {
        as_key(draft, directive, &yaml::PROTOCOL, |draft| &mut draft.protocol)
    }),
    ("stream", About::Request, |draft, directive| {
        as_key(draft, directive, &yaml::PROTOCOL, |draft| &mut draft.protocol)
    }),
    ("variables", About::Anything, |draft, directive| {
        as_key(draft, directive, &yaml::VARIABLES, |draft| &mut draft.variables)
    }),
    ("lazy", About::Anything, |draft, directive| {
        as_key(draft, directive, &yaml::VARIABLES, |draft| &mut draft.variables)
    }),
    ("prompt", About::Anything, |draft, directive| asked(draft, directive, Echo::Shown)),
    ("secret", About::Anything, |draft, directive| asked(draft, directive, Echo::Hidden)),
    // What stands elsewhere.
    ("import", About::Anything, |draft, directive| {
        draft.imports.push(reference::import(&directive.argument)?);
        Ok(())
    }),
    ("ref", About::Anything, |draft, directive| refer(&mut draft.references, directive, false)),
    ("needs", About::Anything, needs),
    ("force-ref", About::Anything, |draft, directive| refer(&mut draft.references, directive, true)),
    ("run", About::Entry, |draft, directive| refer(&mut draft.runs, directive, true)),
    // How the file runs.
    ("parallel", About::Anything, |draft, directive| put(&mut draft.parallel, switch(directive))),
    ("serial", About::Anything, |draft, directive| put(&mut draft.serial, words(directive))),
    // How it is sent.
    ("base-url", About::Requests, |draft, directive| {
        draft.own.settings.base_url = Some(text(&words(directive)?.span));
        Ok(())
    }),
    ("timeout", About::Requests, timeout),
    ("connect-timeout", About::Requests, connect_timeout),
    ("read-timeout", About::Requests, |draft, directive| {
        put(&mut draft.own.settings.read_timeout, duration(directive))
    }),
    ("redirects", About::Requests, |draft, directive| put(&mut draft.own.settings.redirects, redirects(directive))),
    ("no-redirect", About::Requests, |draft, directive| put(&mut draft.own.settings.redirects, flag(directive, 0))),
    ("verify", About::Requests, |draft, directive| put(&mut draft.own.settings.verify, verify(directive))),
    ("no-reject-unauthorized", About::Requests, |draft, directive| {
        put(&mut draft.own.settings.verify, flag(directive, Verify::Off))
    }),
    ("cert", About::Requests, cert),
    ("no-client-cert", About::Requests, |draft, directive| {
        put(&mut draft.own.settings.cert, flag(directive, Cert::None))
    }),
    ("tls", About::Requests, |draft, directive| {
        as_key(draft, directive, &yaml::SETTINGS, |draft| &mut draft.own.settings)
    }),
    ("proxy", About::Requests, |draft, directive| {
        as_key(draft, directive, &yaml::ROUTE, |draft| &mut draft.own.settings.route)
    }),
    ("no-proxy", About::Requests, |draft, directive| {
        draft.own.settings.route.proxies.push(Proxies::none(&directive.name));
        Ok(())
    }),
    ("unix-socket", About::Requests, |draft, directive| {
        as_key(draft, directive, &yaml::ROUTE, |draft| &mut draft.own.settings.route)
    }),
    ("resolve", About::Requests, |draft, directive| {
        as_key(draft, directive, &yaml::ROUTE, |draft| &mut draft.own.settings.route)
    }),
    ("local-address", About::Requests, |draft, directive| {
        as_key(draft, directive, &yaml::ROUTE, |draft| &mut draft.own.settings.route)
    }),
    ("ip-version", About::Requests, |draft, directive| {
        as_key(draft, directive, &yaml::ROUTE, |draft| &mut draft.own.settings.route)
    }),
    ("http-version", About::Requests, |draft, directive| put(&mut draft.own.settings.http_version, version(directive))),
    ("decompress", About::Requests, |draft, directive| put(&mut draft.own.settings.decompress, switch(directive))),
    ("encoding", About::Requests, |draft, directive| put(&mut draft.own.settings.encoding, encoding(directive))),
    ("cookie-jar", About::Requests, |draft, directive| put(&mut draft.own.settings.cookie_jar, cookie_jar(directive))),
    ("attach-cookie-jar", About::Requests, |draft, directive| {
        put(&mut draft.own.settings.cookie_jar, flag(directive, Jar::Session))
    }),
    ("no-cookie-jar", About::Requests, |draft, directive| {
        put(&mut draft.own.settings.cookie_jar, flag(directive, Jar::Off))
    }),
    ("max-body", About::Requests, |draft, directive| put(&mut draft.own.settings.max_body, size(directive))),
    ("output", About::Requests, |draft, directive| put(&mut draft.own.settings.output, output(directive))),
    // Whether, when and how often it runs.
    ("setup", About::Entry, |draft, directive| put(&mut draft.stage, flag(directive, Stage::Setup))),
    ("teardown", About::Entry, |draft, directive| put(&mut draft.stage, flag(directive, Stage::Teardown))),
    ("skip", About::Anything, |draft, directive| put(&mut draft.own.flow.skip, flow::skip(directive))),
    ("disabled", About::Anything, |draft, directive| flow::disabled(&mut draft.own.flow, directive)),
    ("if", About::Requests, |draft, directive| flow::condition(&mut draft.own.flow, directive)),
    ("retry", About::Requests, retry),
    ("delay", About::Requests, |draft, directive| put(&mut draft.own.flow.delay, flow::delay(directive))),
    ("sleep", About::Requests, |draft, directive| put(&mut draft.own.flow.pause, flow::pause(directive))),
    ("rate-limit", About::Requests, rate_limit),
    ("repeat", About::Requests, |draft, directive| {
        flow::repeated(&mut draft.own.flow, directive, flow::times(directive))
    }),
    ("loop", About::Requests, |draft, directive| {
        flow::repeated(&mut draft.own.flow, directive, flow::looped(directive))
    }),
    ("for", About::Requests, |draft, directive| flow::repeated(&mut draft.own.flow, directive, flow::items(directive))),
    ("while", About::Requests, |draft, directive| {
        flow::repeated(&mut draft.own.flow, directive, flow::while_it_holds(directive))
    }),
    ("each", About::Requests, |draft, directive| as_key(draft, directive, &yaml::FLOW, |draft| &mut draft.own.flow)),
    ("matrix", About::Requests, |draft, directive| as_key(draft, directive, &yaml::FLOW, |draft| &mut draft.own.flow)),
];

/// Directives that decide whether a request runs, and after what, beside those that speak of the response.
pub(super) const DECISIVE: &[&str] = &["ref", "needs", "force-ref", "setup", "teardown", "skip", "disabled", "if"];

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
