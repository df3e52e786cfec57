//! A token of OAuth 2.0 whose way is told by variables, as httpYac has it:
//! `Authorization: openid client_credentials name` asks `{{name_tokenEndpoint}}`.

use minijinja::value::{Value, ValueKind};

use crate::client::{self, ClientAuthentication, OAuth2};
use crate::diagnostic::Diagnostic;
use crate::http::{InvalidUrl, Url};
use crate::source::Span;
use crate::spec::{GrantName, NamedOAuth2};

use super::super::Scope;
use super::super::value::text;

/// What the names of variables begin with where nothing else is said.
const PREFIX: &str = "oauth2";

/// The way to a token.
///
/// # Errors
/// If a variable is missing, or what should be a URL is none.
pub(super) fn complete(named: &NamedOAuth2, place: &Span, scope: &Scope<'_>) -> Result<OAuth2, Diagnostic> {
    let variables = Variables { prefix: &named.prefix, place, scope };
    let grant = variables.grant(named.grant)?;
    let mut way = OAuth2::new(variables.url("tokenEndpoint")?, grant);
    let id = variables.need("clientId")?;
    way = match variables.text("clientSecret")? {
        Some(secret) => way.client(id, secret),
        None => way.public_client(id),
    };
    if variables.text("useAuthorizationHeader")?.is_some_and(|wanted| wanted == "false") {
        way = way.client_authentication(ClientAuthentication::Body);
    }
    if let Some(words) = variables.text("scope")? {
        way = way.scope(words);
    }
    for name in ["audience", "resource"] {
        for value in variables.list(name)? {
            way = way.parameter(name, value);
        }
    }
    Ok(way)
}

/// The variables of a name.
struct Variables<'a> {
    prefix: &'a str,
    place: &'a Span,
    scope: &'a Scope<'a>,
}

impl Variables<'_> {
    fn grant(&self, grant: GrantName) -> Result<client::Grant, Diagnostic> {
        Ok(match grant {
            GrantName::ClientCredentials => client::Grant::ClientCredentials,
            GrantName::Password => client::Grant::password(self.need("username")?, self.need("password")?),
            GrantName::DeviceCode => client::Grant::DeviceCode { authorization_url: self.url("deviceCodeEndpoint")? },
            GrantName::AuthorizationCode => client::Grant::AuthorizationCode {
                authorization_url: self.url("authorizationEndpoint")?,
                redirect_url: self.text("redirectUri")?.map(|url| self.read_url(&url)).transpose()?,
            },
        })
    }

    /// The value of a variable of this name, or of the usual one.
    fn value(&self, name: &str) -> Result<Option<Value>, Diagnostic> {
        for prefix in [self.prefix, PREFIX] {
            if let Some(value) = self.scope.view().variable(&format!("{prefix}_{name}"), Some(self.place))? {
                return Ok(Some(value).filter(|value| !value.is_none()));
            }
        }
        Ok(None)
    }

    /// A text; an empty one is none.
    fn text(&self, name: &str) -> Result<Option<String>, Diagnostic> {
        Ok(self.value(name)?.map(|value| text(&value)).filter(|text| !text.is_empty()))
    }

    fn list(&self, name: &str) -> Result<Vec<String>, Diagnostic> {
        let Some(value) = self.value(name)? else { return Ok(Vec::new()) };
        match value.try_iter() {
            Ok(items) if value.kind() == ValueKind::Seq => Ok(items.map(|item| text(&item)).collect()),
            _ => Ok([text(&value)].into_iter().filter(|text| !text.is_empty()).collect()),
        }
    }

    fn need(&self, name: &str) -> Result<String, Diagnostic> {
        self.text(name)?.ok_or_else(|| {
            let variable = format!("{}_{name}", self.prefix);
            Diagnostic::error(format!("variable `{variable}` is not defined")).at(self.place, "needed here")
        })
    }

    fn url(&self, name: &str) -> Result<Url, Diagnostic> {
        self.read_url(&self.need(name)?)
    }

    fn read_url(&self, text: &str) -> Result<Url, Diagnostic> {
        text.parse().map_err(|error: InvalidUrl| Diagnostic::error(error.to_string()).at(self.place, ""))
    }
}
