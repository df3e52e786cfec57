//! `aws_sigv4`: a key of Amazon Web Services.

use std::time::Duration;

use crate::diagnostic::Diagnostic;
use crate::spec::{Auth, AwsSigV4, Text};

use super::Field;
use super::table::{Problems, Table, key};

/// What the map has been read into so far.
#[derive(Default)]
struct Draft {
    access_key: Option<Text>,
    secret_key: Option<Text>,
    token: Option<Text>,
    region: Option<Text>,
    service: Option<Text>,
    is_payload_unsigned: bool,
    expires: Option<Duration>,
}

const AWS_SIGV4: Table<Draft> = Table(&[
    key("access_key", |draft, field, problems| draft.access_key = problems.keep(field.text())),
    key("secret_key", |draft, field, problems| draft.secret_key = problems.keep(field.text())),
    key("token", |draft, field, problems| draft.token = problems.keep(field.text())),
    key("region", |draft, field, problems| draft.region = problems.keep(field.text())),
    key("service", |draft, field, problems| draft.service = problems.keep(field.text())),
    key("payload", |draft, field, problems| {
        draft.is_payload_unsigned = problems.keep(is_unsigned(field)).unwrap_or_default();
    }),
    key("expires", |draft, field, problems| draft.expires = problems.keep(field.duration()).map(|time| time.value)),
]);

/// Reads a map such as `{access_key: a, secret_key: b, region: eu-west-1, service: s3}`.
pub(super) fn read(field: Field<'_>, problems: &mut Problems) -> Option<Auth> {
    let mut draft = Draft::default();
    AWS_SIGV4.read_map(&mut draft, field, problems);
    field.require("access_key", problems);
    field.require("secret_key", problems);
    Some(Auth::AwsSigV4(Box::new(AwsSigV4 {
        access_key: draft.access_key?,
        secret_key: draft.secret_key?,
        token: draft.token,
        region: draft.region,
        service: draft.service,
        is_payload_unsigned: draft.is_payload_unsigned,
        expires: draft.expires,
    })))
}

fn is_unsigned(field: Field<'_>) -> Result<bool, Diagnostic> {
    match field.scalar().as_ref().map(|text| text.value.as_str()) {
        Some("signed") => Ok(false),
        Some("unsigned") => Ok(true),
        _ => Err(field.expected("`signed` or `unsigned`")),
    }
}
