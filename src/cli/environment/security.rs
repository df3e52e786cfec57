//! `Security.Auth`: the credentials that JetBrains' HTTP Client and kulala know by name.

use crate::diagnostic::Diagnostic;
use crate::parse::yaml::{Field, Problems, Table, key};
use crate::source::Spanned;
use crate::spec::{ClientAuthentication, Credential, Grant, Node, OAuth2, RequestFor, Text, TokenSource, Value};

use super::layers::collect_texts;

/// A credential that was read, or why it cannot be used.
pub(super) type Named = (Spanned<String>, Result<Credential, Diagnostic>);

/// What a credential has been read into so far.
#[derive(Default)]
struct Draft {
    kind: Option<Text>,
    grant: Option<Text>,
    token_url: Option<Text>,
    auth_url: Option<Text>,
    device_url: Option<Text>,
    redirect_url: Option<Text>,
    client_id: Option<Text>,
    client_secret: Option<Text>,
    client_authentication: ClientAuthentication,
    scope: Option<Text>,
    username: Option<Text>,
    password: Option<Text>,
    refresh_token: Option<Text>,
    token: Option<Text>,
    id_token: Option<Text>,
    parameters: Vec<(RequestFor, Text, Text)>,
    gives_id_token: bool,
}

/// The keys of a credential.
const KEYS: Table<Draft> = Table(&[
    key("Type", |draft, field, problems| draft.kind = problems.keep(field.text())),
    key("Grant Type", |draft, field, problems| draft.grant = problems.keep(field.text())),
    key("Token URL", |draft, field, problems| draft.token_url = problems.keep(field.text())),
    key("Auth URL", |draft, field, problems| draft.auth_url = problems.keep(field.text())),
    key("Device Auth URL", |draft, field, problems| draft.device_url = problems.keep(field.text())),
    key("Redirect URL", |draft, field, problems| draft.redirect_url = problems.keep(field.text())),
    key("Client ID", |draft, field, problems| draft.client_id = problems.keep(field.text())),
    key("Client Secret", |draft, field, problems| draft.client_secret = problems.keep(field.text())),
    key("Client Credentials", |draft, field, problems| {
        draft.client_authentication = problems.keep(client_authentication(field)).unwrap_or_default();
    }),
    key("Scope", |draft, field, problems| draft.scope = problems.keep(field.text())),
    key("Username", |draft, field, problems| draft.username = problems.keep(field.text())),
    key("Password", |draft, field, problems| draft.password = problems.keep(field.text())),
    key("Refresh Token", |draft, field, problems| draft.refresh_token = problems.keep(field.text())),
    key("Token", |draft, field, problems| draft.token = problems.keep(field.text())),
    key("ID Token", |draft, field, problems| draft.id_token = problems.keep(field.text())),
    key("Use ID Token", |draft, field, problems| {
        draft.gives_id_token = problems.keep(field.boolean()).is_some_and(|wanted| wanted.value);
    }),
    key("Custom Request Parameters", |draft, field, problems| draft.parameters = parameters(field, problems)),
]);

/// Keys that a client which asks nobody has no use for, or that hold by themselves: PKCE is always used.
const WITHOUT_EFFECT: &[&str] = &[
    "Acquire Automatically",
    "Expires In",
    "Open Complete URI",
    "PKCE",
    "Revoke URL",
    "Start Polling After Browser",
    "State",
    "auth_data",
];

/// Keys whose values anybody may know.
const OPEN: &[&str] = &[
    "Type",
    "Grant Type",
    "Token URL",
    "Auth URL",
    "Device Auth URL",
    "Redirect URL",
    "Revoke URL",
    "Client ID",
    "Client Credentials",
    "PKCE",
    "Scope",
    "Use",
    "Username",
];

/// What of a private file's credentials no output may show.
pub(super) fn collect_secrets(value: &Value, secrets: &mut Vec<String>) {
    match &value.node {
        Node::Map(entries) => {
            let hidden = entries.iter().filter(|(name, _)| !OPEN.contains(&name.value.as_str()));
            hidden.for_each(|(_, value)| collect_secrets(value, secrets));
        }
        Node::List(items) => items.iter().for_each(|item| collect_secrets(item, secrets)),
        _ => collect_texts(&value.to_json(), secrets),
    }
}

/// A grant by its name, made of what was read.
type GrantReader = fn(&Draft, &Text) -> Result<Grant<Text>, Diagnostic>;

const GRANTS: &[(&str, GrantReader)] = &[
    ("Client Credentials", |_, _| Ok(Grant::ClientCredentials)),
    ("Password", |draft, name| {
        Ok(Grant::Password {
            username: need(&draft.username, "Username", name)?,
            password: need(&draft.password, "Password", name)?,
        })
    }),
    ("Refresh Token", |draft, name| Ok(Grant::RefreshToken(need(&draft.refresh_token, "Refresh Token", name)?))),
    ("Device Authorization", |draft, name| {
        Ok(Grant::DeviceCode { authorization_url: need(&draft.device_url, "Device Auth URL", name)? })
    }),
    ("Authorization Code", |draft, name| {
        Ok(Grant::AuthorizationCode {
            authorization_url: need(&draft.auth_url, "Auth URL", name)?,
            redirect_url: draft.redirect_url.clone(),
        })
    }),
    ("Implicit", |_, name| {
        Err(Diagnostic::error("the grant `Implicit` is not supported: it hands tokens to a browser's page alone")
            .at(&name.span, "")
            .help("OAuth 2.1 has done away with it: take `Authorization Code`"))
    }),
];

/// Reads `{"Auth": {"name": {…}, …}}`. What is wrong with one credential is told where it is used.
///
/// # Errors
/// If it has another structure.
pub(super) fn read(security: &Value) -> Result<Vec<Named>, Diagnostic> {
    let auth = match &security.node {
        Node::Map(entries) => entries.iter().find(|(name, _)| name.value == "Auth"),
        _ => return Err(Diagnostic::error("`Security` is a map: `{\"Auth\": {…}}`").at(&security.span, "")),
    };
    let Some((key, value)) = auth else { return Ok(Vec::new()) };
    let entries = Field { key, value }.entries()?;
    Ok(entries.map(|field| (field.key.span.clone().with(field.key.value.clone()), credential(field))).collect())
}

fn credential(field: Field<'_>) -> Result<Credential, Diagnostic> {
    let mut draft = Draft::default();
    let mut problems = Problems::default();
    let entries = field.entries()?.filter(|entry| !WITHOUT_EFFECT.contains(&entry.key.value.as_str()));
    KEYS.read_entries(&mut draft, entries, &mut problems);
    match problems.into_vec().into_iter().next() {
        Some(problem) => Err(problem),
        None => draft.finish(field),
    }
}

impl Draft {
    fn finish(self, field: Field<'_>) -> Result<Credential, Diagnostic> {
        let gives_id_token = self.gives_id_token;
        let source = match self.kind.as_ref().map(|kind| kind.value.as_str()) {
            None | Some("OAuth2") => TokenSource::OAuth2(Box::new(self.oauth2(field)?)),
            Some("Mock" | "Static") => TokenSource::Written { access_token: self.token, id_token: self.id_token },
            Some(other) => {
                let place = self.kind.as_ref().map_or(field.span(), |kind| &kind.span);
                let problem =
                    Diagnostic::error(format!("there are no credentials of the type `{other}`")).at(place, "");
                return Err(problem.suggest(other, ["OAuth2", "Mock"]));
            }
        };
        Ok(Credential { source, gives_id_token })
    }

    fn oauth2(self, field: Field<'_>) -> Result<OAuth2<Text>, Diagnostic> {
        let grant = need(&self.grant, "Grant Type", field.key)?;
        let Some((_, read)) = GRANTS.iter().find(|(name, _)| *name == grant.value) else {
            let problem = Diagnostic::error(format!("there is no grant `{}`", grant.value)).at(&grant.span, "");
            return Err(problem.suggest(&grant.value, GRANTS.iter().map(|(name, _)| *name)));
        };
        Ok(OAuth2 {
            grant: read(&self, &grant)?,
            token_url: need(&self.token_url, "Token URL", field.key)?,
            client_id: self.client_id,
            client_secret: self.client_secret,
            client_authentication: self.client_authentication,
            scope: self.scope.into_iter().collect(),
            parameters: self.parameters,
            timeout: None,
        })
    }
}

fn need(text: &Option<Text>, key: &str, place: &Text) -> Result<Text, Diagnostic> {
    let missing = || Diagnostic::error(format!("`{key}` is missing")).at(&place.span, "needed here");
    text.clone().ok_or_else(missing)
}

fn client_authentication(field: Field<'_>) -> Result<ClientAuthentication, Diagnostic> {
    match field.scalar().as_ref().map(|text| text.value.as_str()) {
        Some("basic" | "true") => Ok(ClientAuthentication::Basic),
        Some("in body") => Ok(ClientAuthentication::Body),
        Some("none" | "false") => Ok(ClientAuthentication::None),
        _ => Err(field.expected("`basic`, `in body` or `none`")),
    }
}

/// A parameter is a text, `{"Value": …, "Use": "In Token Request"}`, or a list of these.
fn parameters(field: Field<'_>, problems: &mut Problems) -> Vec<(RequestFor, Text, Text)> {
    let mut read = Vec::new();
    for entry in problems.keep(field.entries()).into_iter().flatten() {
        for item in entry.one_or_more() {
            let (value, kind) = match &item.value.node {
                Node::Map(_) => (member(item, "Value"), problems.keep(request_for(item)).unwrap_or_default()),
                _ => (Some(item), RequestFor::Both),
            };
            let Some(value) = value else {
                problems.push(item.expected("a text, or `{\"Value\": …, \"Use\": …}`"));
                continue;
            };
            for text in value.one_or_more().filter_map(|text| problems.keep(text.text())).collect::<Vec<_>>() {
                read.push((kind, entry.key.clone(), text));
            }
        }
    }
    read
}

fn request_for(field: Field<'_>) -> Result<RequestFor, Diagnostic> {
    let Some(used) = member(field, "Use") else { return Ok(RequestFor::Both) };
    match used.scalar().as_ref().map(|text| text.value.as_str()) {
        Some("Everywhere") => Ok(RequestFor::Both),
        Some("In Token Request") => Ok(RequestFor::Token),
        Some("In Auth Request") => Ok(RequestFor::Authorization),
        _ => Err(used.expected("`Everywhere`, `In Token Request` or `In Auth Request`")),
    }
}

fn member<'a>(field: Field<'a>, name: &str) -> Option<Field<'a>> {
    field.entries().ok()?.find(|entry| entry.key.value == name)
}
