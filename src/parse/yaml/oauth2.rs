//! `oauth2`: a token by one of the grants of OAuth 2.0.

use std::time::Duration;

use crate::diagnostic::Diagnostic;
use crate::source::Spanned;
use crate::spec::{Auth, ClientAuthentication, Grant, OAuth2, RequestFor, Text};

use super::Field;
use super::table::{Problems, Table, key};

/// What the map has been read into so far.
#[derive(Default)]
struct Draft {
    grant: Option<Spanned<GrantName>>,
    token_url: Option<Text>,
    client_id: Option<Text>,
    client_secret: Option<Text>,
    client_authentication: ClientAuthentication,
    scope: Vec<Text>,
    parameters: Vec<(RequestFor, Text, Text)>,
    timeout: Option<Duration>,
    /// The keys that only some grants have, with their values.
    of_grant: Vec<(Text, Text)>,
}

const OAUTH2: Table<Draft> = Table(&[
    key("grant", |draft, field, problems| draft.grant = problems.keep(grant(field))),
    key("token_url", |draft, field, problems| draft.token_url = problems.keep(field.text())),
    key("client_id", |draft, field, problems| draft.client_id = problems.keep(field.text())),
    key("client_secret", |draft, field, problems| draft.client_secret = problems.keep(field.text())),
    key("client_authentication", |draft, field, problems| {
        draft.client_authentication = problems.keep(client_authentication(field)).unwrap_or_default();
    }),
    key("scope", |draft, field, problems| draft.scope = texts(field, problems)),
    key("audience", parameter),
    key("resource", parameter),
    key("parameters", parameters),
    key("timeout", |draft, field, problems| draft.timeout = problems.keep(field.duration()).map(|time| time.value)),
    key("username", of_grant),
    key("password", of_grant),
    key("refresh_token", of_grant),
    key("authorization_url", of_grant),
    key("redirect_url", of_grant),
]);

#[derive(Clone, Copy, PartialEq, Eq)]
enum GrantName {
    ClientCredentials,
    Password,
    RefreshToken,
    DeviceCode,
    AuthorizationCode,
}

/// Each grant, and the keys that it has beside those of all.
const GRANTS: &[(&str, GrantName, &[&str])] = &[
    ("client_credentials", GrantName::ClientCredentials, &[]),
    ("password", GrantName::Password, &["username", "password"]),
    ("refresh_token", GrantName::RefreshToken, &["refresh_token"]),
    ("device_code", GrantName::DeviceCode, &["authorization_url"]),
    ("authorization_code", GrantName::AuthorizationCode, &["authorization_url", "redirect_url"]),
];

/// Reads a map such as `{grant: client_credentials, token_url: URL, client_id: a, client_secret: b}`.
pub(super) fn read(field: Field<'_>, problems: &mut Problems) -> Option<Auth> {
    let mut draft = Draft::default();
    OAUTH2.read_map(&mut draft, field, problems);
    field.require("grant", problems);
    field.require("token_url", problems);
    let grant = draft.finish_grant(field, problems)?;
    Some(Auth::OAuth2(Box::new(OAuth2 {
        grant,
        token_url: draft.token_url?,
        client_id: draft.client_id,
        client_secret: draft.client_secret,
        client_authentication: draft.client_authentication,
        scope: draft.scope,
        parameters: draft.parameters,
        timeout: draft.timeout,
    })))
}

impl Draft {
    /// The grant with what belongs to it, and nothing else.
    fn finish_grant(&mut self, field: Field<'_>, problems: &mut Problems) -> Option<Grant<Text>> {
        let grant = self.grant.as_ref()?.value;
        let (name, _, keys) = GRANTS.iter().find(|(_, known, _)| *known == grant)?;
        for (key, _) in self.of_grant.iter().filter(|(key, _)| !keys.contains(&key.value.as_str())) {
            let message = format!("`{}` does not belong to the grant `{name}`", key.value);
            problems.push(Diagnostic::error(message).at(&key.span, ""));
        }
        let mut take = |key: &str| {
            let at = self.of_grant.iter().position(|(known, _)| known.value == key);
            at.map(|at| self.of_grant.swap_remove(at).1)
        };
        let mut need = |key: &'static str| {
            field.require(key, problems);
            take(key)
        };
        Some(match grant {
            GrantName::ClientCredentials => Grant::ClientCredentials,
            GrantName::Password => Grant::Password { username: need("username")?, password: need("password")? },
            GrantName::RefreshToken => Grant::RefreshToken(need("refresh_token")?),
            GrantName::DeviceCode => Grant::DeviceCode { authorization_url: need("authorization_url")? },
            GrantName::AuthorizationCode => Grant::AuthorizationCode {
                authorization_url: need("authorization_url")?,
                redirect_url: take("redirect_url"),
            },
        })
    }
}

fn of_grant(draft: &mut Draft, field: Field<'_>, problems: &mut Problems) {
    let value = problems.keep(field.text());
    draft.of_grant.extend(value.map(|value| (field.key.clone(), value)));
}

/// A parameter that has a key of its own: one value, or a list that repeats it (RFC 8707, 2).
fn parameter(draft: &mut Draft, field: Field<'_>, problems: &mut Problems) {
    let values = texts(field, problems).into_iter();
    draft.parameters.extend(values.map(|value| (RequestFor::Both, field.key.clone(), value)));
}

fn parameters(draft: &mut Draft, field: Field<'_>, problems: &mut Problems) {
    let pairs = field.texts(problems).into_iter();
    draft.parameters.extend(pairs.map(|(name, value)| (RequestFor::Both, name, value)));
}

fn texts(field: Field<'_>, problems: &mut Problems) -> Vec<Text> {
    let text = |item: Field<'_>| item.text().map_err(|_| item.expected("a text, or a list of texts"));
    field.one_or_more().filter_map(|item| problems.keep(text(item))).collect()
}

fn grant(field: Field<'_>) -> Result<Spanned<GrantName>, Diagnostic> {
    let name = field.string()?;
    match GRANTS.iter().find(|(known, ..)| *known == name.value) {
        Some((_, grant, _)) => Ok(name.map(|_| *grant)),
        None => Err(Diagnostic::error(format!("there is no grant `{}`", name.value))
            .at(&name.span, "")
            .suggest(&name.value, GRANTS.iter().map(|(known, ..)| *known))),
    }
}

fn client_authentication(field: Field<'_>) -> Result<ClientAuthentication, Diagnostic> {
    match field.scalar().as_ref().map(|text| text.value.as_str()) {
        Some("basic") => Ok(ClientAuthentication::Basic),
        Some("body") => Ok(ClientAuthentication::Body),
        Some("none") => Ok(ClientAuthentication::None),
        _ => Err(field.expected("`basic`, `body` or `none`")),
    }
}
