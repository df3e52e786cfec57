//! Who sends a request.

use crate::diagnostic::Diagnostic;
use crate::source::Spanned;
use crate::spec::{Auth, Node, Text};

use super::table::{Problems, unknown_key};
use super::{Field, api_key, aws, oauth1, oauth2};

type Scheme = fn(Field<'_>, &mut Problems) -> Option<Auth>;

const SCHEMES: &[(&str, Scheme)] = &[
    ("basic", |field, problems| problems.keep(pair(field).map(|(user, password)| Auth::Basic { user, password }))),
    ("bearer", |field, problems| problems.keep(field.text().map(Auth::Bearer))),
    ("digest", |field, problems| problems.keep(pair(field).map(|(user, password)| Auth::Digest { user, password }))),
    ("api_key", api_key::read),
    ("oauth1", oauth1::read),
    ("oauth2", oauth2::read),
    ("aws_sigv4", aws::read),
    ("netrc", |field, problems| problems.keep(netrc(field))),
];

/// Reads `none`, or a map of one scheme: `{basic: [user, password]}`, `{bearer: token}`.
pub(super) fn read(field: Field<'_>, problems: &mut Problems) -> Option<Spanned<Auth>> {
    auth(field, problems).map(|auth| field.span().clone().with(auth))
}

fn auth(field: Field<'_>, problems: &mut Problems) -> Option<Auth> {
    match &field.value.node {
        Node::Null | Node::Bool(false) => return Some(Auth::None),
        Node::Text(text) if text.value == "none" => return Some(Auth::None),
        _ => {}
    }
    let (scheme, read) = problems.keep(scheme(field))?;
    read(scheme, problems)
}

/// The one scheme of the map, and what reads it.
fn scheme(field: Field<'_>) -> Result<(Field<'_>, Scheme), Diagnostic> {
    if let Node::Map(entries) = &field.value.node
        && let [(first, _), (second, _), ..] = entries.as_slice()
    {
        let message = format!("`auth` names one scheme, and not both `{}` and `{}`", first.value, second.value);
        return Err(Diagnostic::error(message).at(&second.span, "the second").at(&first.span, "the first"));
    }
    let Some(scheme) = field.only_entry() else {
        return Err(field.expected("`none`, or one scheme such as `{bearer: token}`"));
    };
    match SCHEMES.iter().find(|(name, _)| *name == scheme.key.value) {
        Some((_, read)) => Ok((scheme, *read)),
        None => Err(unknown_key(scheme.key, SCHEMES.iter().map(|(name, _)| *name))),
    }
}

fn pair(field: Field<'_>) -> Result<(Text, Text), Diagnostic> {
    let items: Vec<Field<'_>> = field.items().map(Iterator::collect).unwrap_or_default();
    match items.as_slice() {
        [user, password] => Ok((user.text()?, password.text()?)),
        _ => Err(field.expected("`[user, password]`")),
    }
}

/// `true` for the usual file, or the path of another one.
fn netrc(field: Field<'_>) -> Result<Auth, Diagnostic> {
    match &field.value.node {
        Node::Bool(true) => Ok(Auth::Netrc(None)),
        Node::Text(path) => Ok(Auth::Netrc(Some(path.clone()))),
        _ => Err(field.expected("`true`, or the path of a file")),
    }
}
