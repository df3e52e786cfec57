//! `SSLConfiguration`: who the client is, and whether servers are checked, as JetBrains' HTTP
//! Client is told in an environment.

use std::path::{Path, PathBuf};

use serde_json::Value as Json;

use crate::client::{Identity, Options, Verify};
use crate::diagnostic::Diagnostic;
use crate::parse::yaml::{Field, Problems, Table, key};
use crate::source::{Span, Spanned};
use crate::spec::{Node, Text};

/// The variable that holds the passphrase, which the editor asks for.
const PASSPHRASE: &str = "certificatePassphrase";

#[derive(Default)]
struct Draft {
    certificate: Option<Text>,
    key: Option<Text>,
    needs_passphrase: Option<Spanned<bool>>,
    passphrase: Option<Text>,
    verifies: Option<Spanned<bool>>,
}

const KEYS: Table<Draft> = Table(&[
    key("clientCertificate", |draft, field, problems| draft.certificate = problems.keep(file(field))),
    key("clientCertificateKey", |draft, field, problems| draft.key = problems.keep(file(field))),
    key("hasCertificatePassphrase", |draft, field, problems| draft.needs_passphrase = problems.keep(field.boolean())),
    key("certificatePassphrase", |draft, field, problems| draft.passphrase = problems.keep(field.text())),
    key("verifyHostCertificate", |draft, field, problems| draft.verifies = problems.keep(field.boolean())),
]);

/// Says in options what is configured. A passphrase is a variable.
///
/// # Errors
/// Everything that is wrong with it; that there is no passphrase where one is needed.
pub(super) fn read<'a>(
    field: Field<'_>,
    variable: impl Fn(&str) -> Option<&'a Json>,
    options: &mut Options,
) -> Result<(), Vec<Diagnostic>> {
    let mut draft = Draft::default();
    let mut problems = Problems::default();
    KEYS.read_map(&mut draft, field, &mut problems);
    let passphrase = problems.keep(draft.passphrase(variable)).flatten();
    if draft.verifies.is_some_and(|verifies| !verifies.value) {
        options.verify = Some(Verify::Off);
    }
    if let Some(certificate) = &draft.certificate {
        let identity = Identity::new(beside(certificate));
        let identity = match &draft.key {
            Some(key) => identity.key(beside(key)),
            None => identity,
        };
        options.cert = Some(match passphrase {
            Some(passphrase) => identity.password(passphrase),
            None => identity,
        });
    }
    problems.into_result(())
}

impl Draft {
    fn passphrase<'a>(&self, variable: impl Fn(&str) -> Option<&'a Json>) -> Result<Option<String>, Diagnostic> {
        if let Some(passphrase) = &self.passphrase {
            return Ok(Some(passphrase.value.clone()));
        }
        match self.needs_passphrase.as_ref().filter(|needs| needs.value) {
            None => Ok(None),
            Some(needs) => match variable(PASSPHRASE) {
                Some(Json::String(passphrase)) => Ok(Some(passphrase.clone())),
                Some(other) => Ok(Some(other.to_string())),
                None => Err(no_passphrase(&needs.span)),
            },
        }
    }
}

fn no_passphrase(place: &Span) -> Diagnostic {
    Diagnostic::error("the passphrase of the client's certificate is not known")
        .at(place, "")
        .help(format!("give it with `RQTEST_VAR_{PASSPHRASE}`, `--var {PASSPHRASE}=…`, or as a variable of this file"))
}

/// A path, or `{"path": …, "format": …}`; what a file holds tells its format.
fn file(field: Field<'_>) -> Result<Text, Diagnostic> {
    match &field.value.node {
        Node::Map(entries) => match entries.iter().find(|(name, _)| name.value == "path") {
            Some((key, value)) => Field { key, value }.text(),
            None => Err(field.expected("a path, or `{\"path\": …, \"format\": …}`")),
        },
        _ => field.text(),
    }
}

/// A path that is relative to the file that names it.
fn beside(path: &Text) -> PathBuf {
    path.span.source().path().parent().unwrap_or(Path::new("")).join(&path.value)
}
