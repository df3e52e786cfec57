//! Who the client is, and how TLS is spoken.

use crate::diagnostic::Diagnostic;
use crate::http::TlsVersion;
use crate::source::Spanned;
use crate::spec::{Cert, Node, Text, Tls};

use super::Field;
use super::table::{Problems, Table, key};

/// What `cert` can be.
const CERT: &str = "a path, `[certificate, key]`, `{certificate: …, key: …, password: …}` or `none`";

/// The keys of `tls`.
const TLS: Table<Tls> = Table(&[
    key("server_name", |tls, field, problems| tls.server_name = problems.keep(field.text())),
    key("min_version", |tls, field, problems| tls.min_version = problems.keep(version(field))),
    key("max_version", |tls, field, problems| tls.max_version = problems.keep(version(field))),
    key("pinned_key", |tls, field, problems| tls.pinned_key = problems.keep(pinned_key(field))),
    key("crl", |tls, field, problems| tls.crl = problems.keep(field.text())),
    key("key_log", |tls, field, problems| tls.key_log = problems.keep(field.text())),
]);

/// Reads `tls:`; what it says counts key by key.
pub(super) fn tls(field: Field<'_>, problems: &mut Problems) -> Tls {
    let mut tls = Tls::default();
    TLS.read_map(&mut tls, field, problems);
    if let (Some(lowest), Some(highest)) = (&tls.min_version, &tls.max_version)
        && lowest.value > highest.value
    {
        let message = format!("no version of TLS is left between {} and {}", lowest.value, highest.value);
        problems.push(Diagnostic::error(message).at(&lowest.span, "").at(&highest.span, ""));
    }
    tls
}

fn version(field: Field<'_>) -> Result<Spanned<TlsVersion>, Diagnostic> {
    let version = field.scalar().and_then(|text| TlsVersion::parse(&text.value));
    let version = version.map(|version| field.span().clone().with(version));
    version.ok_or_else(|| field.expected("`1.2` or `1.3`"))
}

fn pinned_key(field: Field<'_>) -> Result<Vec<Text>, Diagnostic> {
    field.one_or_more().map(Field::text).collect()
}

/// What `cert` is written as, where it is a map.
#[derive(Default)]
struct Draft {
    certificate: Option<Text>,
    key: Option<Text>,
    password: Option<Text>,
}

const FILES: Table<Draft> = Table(&[
    key("certificate", |draft, field, problems| draft.certificate = problems.keep(field.text())),
    key("key", |draft, field, problems| draft.key = problems.keep(field.text())),
    key("password", |draft, field, problems| draft.password = problems.keep(field.text())),
]);

/// Reads `cert:`.
pub(super) fn cert(field: Field<'_>, problems: &mut Problems) -> Option<Spanned<Cert>> {
    let cert = match &field.value.node {
        Node::Null | Node::Bool(false) => Some(Cert::None),
        Node::Text(text) if text.value == "none" => Some(Cert::None),
        Node::Text(path) => Some(Cert::Files { certificate: path.clone(), key: None, password: None }),
        Node::Map(_) => files(field, problems),
        _ => problems.keep(pair(field)),
    };
    cert.map(|cert| field.span().clone().with(cert))
}

fn files(field: Field<'_>, problems: &mut Problems) -> Option<Cert> {
    let mut draft = Draft::default();
    FILES.read_map(&mut draft, field, problems);
    field.require("certificate", problems);
    Some(Cert::Files { certificate: draft.certificate?, key: draft.key, password: draft.password })
}

fn pair(field: Field<'_>) -> Result<Cert, Diagnostic> {
    let items: Vec<Field<'_>> = field.items().map(Iterator::collect).unwrap_or_default();
    match items.as_slice() {
        [certificate, key] => {
            Ok(Cert::Files { certificate: certificate.text()?, key: Some(key.text()?), password: None })
        }
        _ => Err(field.expected(CERT)),
    }
}
