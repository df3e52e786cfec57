//! `.vscode/settings.json`: what VS Code's REST Client is told there.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::client::{Identities, Identity, Jar, Options};
use crate::diagnostic::Diagnostic;
use crate::http::{Header, Headers};
use crate::parse::yaml::{Field, Problems, Table, key};
use crate::spec::{Node, Text, Value};

use super::files::{Defined, Kind, environments};

/// What the keys of REST Client begin with; they are told apart in any letter case.
const PREFIX: &str = "rest-client.";

/// What the settings say of every request.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings {
    pub(super) headers: Headers,
    pub(super) options: Options,
}

#[derive(Default)]
struct Draft {
    environments: Vec<Defined>,
    settings: Settings,
}

/// The keys of REST Client that change what is sent; the others are about the editor.
const KEYS: Table<Draft> = Table(&[
    key("environmentvariables", |draft, field, problems| match environments(field.value, Kind::Settings) {
        Ok(read) => draft.environments = read,
        Err(wrong) => problems.extend(wrong),
    }),
    key("defaultheaders", |draft, field, problems| draft.settings.headers = headers(field, problems)),
    key("certificates", |draft, field, problems| {
        draft.settings.options.host_certs = Some(certificates(field, problems));
    }),
    key("followredirect", |draft, field, problems| {
        let follows = problems.keep(field.boolean()).is_none_or(|follows| follows.value);
        draft.settings.options.redirects = (!follows).then_some(0);
    }),
    key("timeoutinmilliseconds", |draft, field, problems| {
        draft.settings.options.timeout = problems.keep(field.whole()).map(|time| timeout(time.value));
    }),
    key("remembercookiesforsubsequentrequests", |draft, field, problems| {
        let remembers = problems.keep(field.boolean()).is_none_or(|remembers| remembers.value);
        draft.settings.options.cookie_jar = (!remembers).then_some(Jar::Off);
    }),
]);

/// Reads the settings, and the environments among them.
///
/// # Errors
/// Everything that is wrong with what REST Client is told.
pub(super) fn read(root: &Value) -> Result<(Vec<Defined>, Settings), Vec<Diagnostic>> {
    let Node::Map(entries) = &root.node else {
        return Err(vec![Diagnostic::error("settings are a map").at(&root.span.slice(0..0), "")]);
    };
    let mut draft = Draft::default();
    let mut problems = Problems::default();
    for (name, value) in entries {
        let lower = name.value.to_ascii_lowercase();
        let Some(short) = lower.strip_prefix(PREFIX) else { continue };
        let key = Text { value: short.to_owned(), ..name.clone() };
        KEYS.read(&mut draft, Field { key: &key, value }, &mut problems);
    }
    problems.into_result((draft.environments, draft.settings))
}

/// Zero is for ever.
fn timeout(milliseconds: u64) -> Duration {
    if milliseconds == 0 { Duration::MAX } else { Duration::from_millis(milliseconds) }
}

fn headers(field: Field<'_>, problems: &mut Problems) -> Headers {
    let fields = field.texts(problems).into_iter().filter_map(|(name, value)| {
        let wrong = |error: crate::http::InvalidHeader| Diagnostic::error(error.to_string()).at(&value.span, "");
        problems.keep(Header::new(&name.value, value.value.as_bytes()).map_err(wrong))
    });
    fields.collect()
}

/// Who the client is for a host.
#[derive(Default)]
struct Certificate {
    certificate: Option<Text>,
    key: Option<Text>,
    passphrase: Option<Text>,
}

const CERTIFICATE: Table<Certificate> = Table(&[
    key("cert", |draft, field, problems| draft.certificate = problems.keep(field.text())),
    key("pfx", |draft, field, problems| draft.certificate = problems.keep(field.text())),
    key("key", |draft, field, problems| draft.key = problems.keep(field.text())),
    key("passphrase", |draft, field, problems| draft.passphrase = problems.keep(field.text())),
]);

fn certificates(field: Field<'_>, problems: &mut Problems) -> Identities {
    let hosts = problems.keep(field.entries()).into_iter().flatten();
    let identities: Vec<(&str, Identity)> =
        hosts.filter_map(|host| Some((host.key.value.as_str(), certificate(host, problems)?))).collect();
    Identities::new(identities)
}

fn certificate(field: Field<'_>, problems: &mut Problems) -> Option<Identity> {
    let mut draft = Certificate::default();
    CERTIFICATE.read_map(&mut draft, field, problems);
    let Some(certificate) = draft.certificate else {
        problems.push(field.expected("`cert` with `key`, or `pfx`"));
        return None;
    };
    let mut identity = Identity::new(in_workspace(&certificate));
    if let Some(key) = draft.key {
        identity = identity.key(in_workspace(&key));
    }
    Some(match draft.passphrase {
        Some(passphrase) => identity.password(passphrase.value),
        None => identity,
    })
}

/// A path that is relative to the folder that `.vscode` lies in.
fn in_workspace(path: &Text) -> PathBuf {
    let folder = path.span.source().path().ancestors().nth(2).unwrap_or(Path::new(""));
    folder.join(&path.value)
}
