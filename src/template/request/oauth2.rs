//! A token of OAuth 2.0, its texts rendered.

use crate::client;
use crate::diagnostic::Diagnostic;
use crate::http::{InvalidUrl, Url};
use crate::source::Spanned;
use crate::spec::{ClientAuthentication, Grant, OAuth2, RequestFor};

/// The way to a token.
///
/// # Errors
/// The first text that should be a URL and is none.
pub(in crate::template) fn complete(oauth2: OAuth2<Spanned<String>>) -> Result<client::OAuth2, Diagnostic> {
    let mut complete = client::OAuth2::new(url(&oauth2.token_url)?, grant(oauth2.grant)?);
    complete = match (oauth2.client_id, oauth2.client_secret) {
        (Some(id), Some(secret)) => complete.client(id.value, secret.value),
        (Some(id), None) => complete.public_client(id.value),
        (None, _) => complete,
    };
    complete = complete.client_authentication(match oauth2.client_authentication {
        ClientAuthentication::Basic => client::ClientAuthentication::Basic,
        ClientAuthentication::Body => client::ClientAuthentication::Body,
        ClientAuthentication::None => client::ClientAuthentication::None,
    });
    if !oauth2.scope.is_empty() {
        let words: Vec<String> = oauth2.scope.into_iter().map(|word| word.value).collect();
        complete = complete.scope(words.join(" "));
    }
    if let Some(timeout) = oauth2.timeout {
        complete = complete.patience(timeout);
    }
    let parameters = oauth2.parameters.into_iter();
    Ok(parameters.fold(complete, |complete, (kind, name, value)| {
        complete.parameter_for(request_for(kind), name.value, value.value)
    }))
}

fn request_for(kind: RequestFor) -> client::RequestFor {
    match kind {
        RequestFor::Both => client::RequestFor::Both,
        RequestFor::Token => client::RequestFor::Token,
        RequestFor::Authorization => client::RequestFor::Authorization,
    }
}

fn grant(grant: Grant<Spanned<String>>) -> Result<client::Grant, Diagnostic> {
    Ok(match grant {
        Grant::ClientCredentials => client::Grant::ClientCredentials,
        Grant::Password { username, password } => client::Grant::password(username.value, password.value),
        Grant::RefreshToken(token) => client::Grant::refresh_token(token.value),
        Grant::DeviceCode { authorization_url } => {
            client::Grant::DeviceCode { authorization_url: url(&authorization_url)? }
        }
        Grant::AuthorizationCode { authorization_url, redirect_url } => client::Grant::AuthorizationCode {
            authorization_url: url(&authorization_url)?,
            redirect_url: redirect_url.as_ref().map(url).transpose()?,
        },
    })
}

fn url(text: &Spanned<String>) -> Result<Url, Diagnostic> {
    let at_its_place = |error: InvalidUrl| Diagnostic::error(error.to_string()).at(&text.span, "");
    text.value.parse().map_err(at_its_place)
}
