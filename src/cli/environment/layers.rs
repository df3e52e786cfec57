//! One environment of the files that concern a spec, laid over one another.

use std::path::Path;
use std::rc::Rc;

use serde_json::Value as Json;

use crate::cli::configuration::Configuration;
use crate::client::{CookieJar, Identities, Options};
use crate::diagnostic::Diagnostic;
use crate::http::{Header, Headers};
use crate::parse::yaml::Field;
use crate::source::Spanned;
use crate::spec::{Credential, Format, Node, Text, Value};
use crate::template::{Credentials, Derived};

use super::files::{FolderFiles, Kind};
use super::{provider, reference, security, tls};

/// The environments that are a part of every other.
pub(super) const SHARED: &[&str] = &["$shared", "$kulalaShared"];

/// Entries that are no variables.
const SECURITY: &str = "Security";
const TLS: &str = "SSLConfiguration";
const HEADERS: &[&str] = &["$kulalaDefaultHeaders", "$default_headers"];

type Entries = Vec<(Text, Value)>;

/// What the files of some folders say together.
#[derive(Debug, Default)]
pub(in crate::cli) struct Merged {
    pub(in crate::cli) variables: Vec<(String, Json)>,
    pub(in crate::cli) derived: Derived,
    pub(in crate::cli) credentials: Credentials,
    pub(in crate::cli) dotenv: Vec<(String, String)>,
    pub(in crate::cli) headers: Headers,
    pub(in crate::cli) options: Options,
    pub(in crate::cli) cookies: CookieJar,
    /// What no output may show.
    pub(in crate::cli) secrets: Vec<String>,
}

/// Lays the files of folders, the nearest first, over one another: a private file counts more than
/// a public one, that more than settings, all of them more than what environments share, and that
/// more than `.env` and the project's configuration.
///
/// # Errors
/// Everything that is wrong with what is not told where it is used.
pub(super) fn merge(
    folders: &[Rc<FolderFiles>],
    name: Option<&str>,
    configuration: &Configuration,
    given: &[(String, Json)],
) -> Result<Merged, Vec<Diagnostic>> {
    let mut merged = Merged::default();
    let mut entries = configured(name, configuration);
    for (name, value) in folders.iter().rev().flat_map(|files| &files.dotenv) {
        define(&mut merged.dotenv, name, value.clone());
    }
    let (shared, own) = layers(folders, name, &mut merged.secrets);
    reference::resolve(name, &shared, &own).into_iter().for_each(|entry| put(&mut entries, entry));
    let mut problems = Vec::new();
    for settings in folders.iter().rev().filter_map(|files| files.settings.as_ref()) {
        merged.headers = settings.headers.clone();
        merged.options = settings.options.clone().or(&merged.options);
    }
    merged.settle(entries, given, &mut problems);
    let identities = merged.options.cert.iter().chain(merged.options.host_certs.iter().flat_map(Identities::iter));
    merged.secrets.extend(identities.filter_map(|identity| identity.secret().map(str::to_owned)));
    if let Some(path) = folders.iter().find_map(|files| files.cookies.as_deref()) {
        cookies(path).map_or_else(|problem| problems.push(problem), |jar| merged.cookies = jar);
    }
    if problems.is_empty() { Ok(merged) } else { Err(problems) }
}

/// The secrets of credentials that are written down.
fn written(credentials: &[security::Named]) -> Vec<String> {
    let known = credentials.iter().filter_map(|(_, credential)| credential.as_ref().ok());
    let texts = known.flat_map(Credential::secrets).filter(|text| !text.value.contains("{{"));
    texts.map(|text| text.value.clone()).collect()
}

/// What the project's configuration says of the environment.
fn configured(name: Option<&str>, configuration: &Configuration) -> Entries {
    let chosen = configuration.environments.iter().filter(|known| Some(known.name.value.as_str()) == name);
    let entries = chosen.flat_map(|environment| &environment.variables);
    entries.map(|(name, value)| (Text::new(name.clone(), Format::Yaml), value.clone())).collect()
}

/// What environments share, and what the chosen one has, each with what counts most last.
fn layers(folders: &[Rc<FolderFiles>], name: Option<&str>, secrets: &mut Vec<String>) -> (Entries, Entries) {
    let mut all: Vec<_> = folders.iter().rev().flat_map(|files| &files.environments).collect();
    all.sort_by_key(|environment| environment.kind);
    let (mut shared, mut own) = (Entries::new(), Entries::new());
    for environment in all {
        let target = match environment.name.value.as_str() {
            known if SHARED.contains(&known) => &mut shared,
            known if Some(known) == name => &mut own,
            _ => continue,
        };
        for (name, value) in &environment.entries {
            if environment.kind == Kind::Private {
                collect_secrets(name, value, secrets);
            }
            put(target, (name.clone(), value.clone()));
        }
    }
    (shared, own)
}

impl Merged {
    /// Tells the variables from what else there is.
    fn settle(&mut self, entries: Entries, given: &[(String, Json)], problems: &mut Vec<Diagnostic>) {
        let mut derived: Vec<(Spanned<String>, Result<Value, Diagnostic>)> = Vec::new();
        let mut configuration = None;
        // What `.env` files define are variables too, for httpYac and kulala.
        self.variables = self.dotenv.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
        for (name, value) in entries {
            match name.value.as_str() {
                SECURITY => match security::read(&value) {
                    Ok(credentials) => {
                        self.secrets.extend(written(&credentials));
                        self.credentials = Credentials::compile(credentials);
                    }
                    Err(problem) => problems.push(problem),
                },
                TLS => configuration = Some((name, value)),
                known if HEADERS.contains(&known) => self.headers = headers(&name, &value, problems),
                _ => {
                    define(&mut self.variables, &name.value, value.to_json());
                    let place = || name.span.clone().with(name.value.clone());
                    if let Some(problem) = provider::unsupported(&name, &value) {
                        derived.push((place(), Err(problem)));
                    } else if reference::is_template(&value) {
                        derived.push((place(), Ok(value)));
                    }
                }
            }
        }
        self.derived = Derived::compile(derived);
        if let Some((key, value)) = configuration {
            let variable = |name: &str| {
                let lists = [given, self.variables.as_slice()];
                lists.into_iter().find_map(|list| list.iter().find(|(known, _)| known == name)).map(|(_, value)| value)
            };
            let read = tls::read(Field { key: &key, value: &value }, variable, &mut self.options);
            read.unwrap_or_else(|wrong| problems.extend(wrong));
        }
    }
}

/// Puts an entry over those that are there. What is no variable is merged with what is there, key by key.
pub(super) fn put(entries: &mut Entries, (name, value): (Text, Value)) {
    let known = entries.iter_mut().find(|(known, _)| known.value == name.value);
    match (known, value.node) {
        (Some((_, Value { node: Node::Map(below), .. })), Node::Map(above)) if is_deep(&name.value) => {
            overlay(below, above);
        }
        (Some(known), node) => *known = (name, Value { node, span: value.span }),
        (None, node) => entries.push((name, Value { node, span: value.span })),
    }
}

fn is_deep(name: &str) -> bool {
    [SECURITY, TLS].contains(&name) || HEADERS.contains(&name)
}

fn overlay(below: &mut Entries, above: Entries) {
    for (name, value) in above {
        match (below.iter_mut().find(|(known, _)| known.value == name.value), value.node) {
            (Some((_, Value { node: Node::Map(below), .. })), Node::Map(above)) => overlay(below, above),
            (Some(known), node) => *known = (name, Value { node, span: value.span }),
            (None, node) => below.push((name, Value { node, span: value.span })),
        }
    }
}

/// Gives a name a value, whatever it had before.
fn define<V>(pairs: &mut Vec<(String, V)>, name: &str, value: V) {
    match pairs.iter_mut().find(|(known, _)| known == name) {
        Some((_, known)) => *known = value,
        None => pairs.push((name.to_owned(), value)),
    }
}

fn headers(name: &Text, value: &Value, problems: &mut Vec<Diagnostic>) -> Headers {
    let Node::Map(entries) = &value.node else {
        problems.push(Diagnostic::error(format!("`{}` is a map of header fields", name.value)).at(&value.span, ""));
        return Headers::new();
    };
    let fields = entries.iter().filter_map(|(name, value)| {
        let text = match value.to_json() {
            Json::String(text) => text,
            other => other.to_string(),
        };
        let wrong = |error: crate::http::InvalidHeader| {
            problems.push(Diagnostic::error(error.to_string()).at(&value.span, ""));
        };
        Header::new(&name.value, text.as_bytes()).map_err(wrong).ok()
    });
    fields.collect()
}

fn cookies(path: &Path) -> Result<CookieJar, Diagnostic> {
    CookieJar::load(path).map_err(|error| Diagnostic::error(error.to_string()))
}

/// What of an entry of a private file no output may show.
fn collect_secrets(name: &Text, value: &Value, secrets: &mut Vec<String>) {
    match name.value.as_str() {
        SECURITY => security::collect_secrets(value, secrets),
        // The passphrase is learnt with the certificate.
        TLS => {}
        _ if provider::unsupported(name, value).is_some() => {}
        _ => collect_texts(&value.to_json(), secrets),
    }
}

pub(super) fn collect_texts(value: &Json, texts: &mut Vec<String>) {
    match value {
        Json::String(text) => texts.push(text.clone()),
        Json::Number(number) => texts.push(number.to_string()),
        Json::Array(items) => items.iter().for_each(|item| collect_texts(item, texts)),
        Json::Object(entries) => entries.values().for_each(|value| collect_texts(value, texts)),
        Json::Null | Json::Bool(_) => {}
    }
}
