//! OAuth 2.0 (RFC 6749): a token from a token endpoint in every request.
//!
//! ```text
//!                        grant, or refresh token
//!  no token ──────────────────────────────────────▶ token ──▶ Authorization: Bearer …
//!      ▲                                              │
//!      └────────── about to expire, or a 401 ─────────┘
//! ```
//!
//! Tokens are kept in [`Tokens`], which sessions share: one of them asks for a token, and
//! those that need the same one wait for it.

mod code;
mod device;
mod endpoint;
mod grant;
mod prompt;
mod refusal;
mod token;
mod tokens;

#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use crate::http::{Method, Url};
use crate::secret::Secret;

use super::prepare::prepare;
use super::{Auth, Error, PreparedRequest, Request, Response, Session};

use self::endpoint::Endpoint;
use self::token::Token;

pub use self::grant::Grant;
pub(super) use self::prompt::Asker;
pub use self::prompt::Prompt;
pub use self::tokens::Tokens;

/// How long a person has to agree to what they are asked.
const PATIENCE: Duration = Duration::from_secs(120);

/// A token of OAuth 2.0 in every request (RFC 6749, RFC 6750). It is asked for when the first
/// request needs it, kept for as long as the session's [`Tokens`], renewed shortly before it
/// expires and once where a server refuses it with 401: with a refresh token where there is
/// one, else by the grant again, unless that needs a person.
///
/// The requests to the token endpoint go the way of the request that needs the token: with
/// its times, its proxy and what it says of TLS, but without cookies and redirects.
///
/// ```
/// use rqtest::client::{Answer, Grant, InMemory, OAuth2, Session};
/// use std::sync::Arc;
///
/// let site = InMemory::new(|request| match request.target {
///     "/token" => Answer::ok(r#"{"access_token": "a1", "token_type": "Bearer", "expires_in": 3600}"#),
///     _ => Answer::ok(request.headers.text("Authorization").unwrap_or_default().as_bytes()),
/// });
/// let mut session = Session::with_adapter(site);
/// let auth = OAuth2::new("https://id.example.org/token".parse()?, Grant::ClientCredentials)
///     .client("rqtest", "its secret")
///     .scope("read write");
/// session.defaults.auth = Some(Arc::new(auth));
/// assert_eq!(session.get("https://example.org/").send()?.text()?, "Bearer a1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OAuth2 {
    token_url: Url,
    grant: Grant,
    client_id: Option<String>,
    client_secret: Option<Secret<String>>,
    client_authentication: ClientAuthentication,
    scope: Option<String>,
    parameters: Vec<(RequestFor, String, String)>,
    patience: Duration,
}

/// How a client proves to the token endpoint who it is (RFC 6749, 2.3.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientAuthentication {
    /// By `Authorization: Basic`, which every server understands; a client without a secret
    /// only names itself, in the body.
    #[default]
    Basic,
    /// By `client_id` and `client_secret` in the body.
    Body,
    /// Not at all: it only names itself, in the body.
    None,
}

/// What is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RequestFor {
    /// Tokens and authorizations.
    #[default]
    Both,
    /// A token.
    Token,
    /// An authorization, of a person or for a device.
    Authorization,
}

/// What a token endpoint has given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// What is sent with a request.
    pub access_token: Secret<String>,
    /// Who it is about (OpenID Connect), where the server says so.
    pub id_token: Option<Secret<String>>,
}

impl OAuth2 {
    /// Tokens of this endpoint, by this grant.
    pub fn new(token_url: Url, grant: Grant) -> Self {
        Self {
            token_url,
            grant,
            client_id: None,
            client_secret: None,
            client_authentication: ClientAuthentication::default(),
            scope: None,
            parameters: Vec::new(),
            patience: PATIENCE,
        }
    }

    /// Asked for by a client that has a secret.
    #[must_use]
    pub fn client(self, id: impl Into<String>, secret: impl Into<String>) -> Self {
        Self { client_secret: Some(Secret::new(secret.into())), ..self.public_client(id) }
    }

    /// Asked for by a client that cannot keep a secret (RFC 6749, 2.1).
    #[must_use]
    pub fn public_client(self, id: impl Into<String>) -> Self {
        Self { client_id: Some(id.into()), client_secret: None, ..self }
    }

    /// How the client proves who it is.
    #[must_use]
    pub fn client_authentication(self, client_authentication: ClientAuthentication) -> Self {
        Self { client_authentication, ..self }
    }

    /// What the token shall be good for: words with spaces between them (RFC 6749, 3.3).
    #[must_use]
    pub fn scope(self, scope: impl Into<String>) -> Self {
        Self { scope: Some(scope.into()), ..self }
    }

    /// A further parameter of every request for a token or an authorization: `audience`, or
    /// `resource` (RFC 8707), for example. A name may be repeated.
    #[must_use]
    pub fn parameter(self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameter_for(RequestFor::Both, name, value)
    }

    /// As [`OAuth2::parameter`], of one kind of request alone.
    #[must_use]
    pub fn parameter_for(mut self, kind: RequestFor, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.push((kind, name.into(), value.into()));
        self
    }

    /// How long a person has to agree, where the grant asks one. Default: 2 minutes.
    #[must_use]
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// What every request of a kind says.
    fn common_parameters(&self, kind: RequestFor) -> impl Iterator<Item = (&str, &str)> {
        let scope = self.scope.as_deref().map(|scope| ("scope", scope));
        let own = self.parameters.iter().filter(move |(other, ..)| [RequestFor::Both, kind].contains(other));
        scope.into_iter().chain(own.map(|(_, name, value)| (name.as_str(), value.as_str())))
    }

    /// A token by the grant itself.
    fn obtain(&self, endpoint: &Endpoint<'_>) -> Result<Token, Error> {
        match &self.grant {
            Grant::DeviceCode { authorization_url } => device::obtain(endpoint, authorization_url),
            Grant::AuthorizationCode { authorization_url, redirect_url } => {
                code::obtain(endpoint, authorization_url, redirect_url.as_ref())
            }
            Grant::ClientCredentials | Grant::Password { .. } | Grant::RefreshToken(_) => {
                Ok(endpoint.token(&self.grant.parameters())?)
            }
        }
    }
}

impl Session {
    /// A token, for whoever sends it in another way than [`OAuth2`] does by itself: the one that is
    /// kept, or a new one.
    ///
    /// ```
    /// use rqtest::client::{Answer, Grant, InMemory, OAuth2, Session};
    ///
    /// let session = Session::with_adapter(InMemory::new(|_| Answer::ok(r#"{"access_token": "a1"}"#)));
    /// let way = OAuth2::new("https://id.example.org/token".parse()?, Grant::ClientCredentials).public_client("me");
    /// assert_eq!(session.token(&way)?.access_token.expose(), "a1");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If there is none to be had.
    pub fn token(&self, oauth2: &OAuth2) -> Result<Granted, Error> {
        let request = prepare(Request::new(Method::POST, oauth2.token_url.clone()), &self.defaults)?;
        let token = self.tokens().get(&Endpoint::new(oauth2, self, &request), Instant::now())?;
        Ok(Granted { access_token: token.access, id_token: token.id })
    }
}

impl Auth for OAuth2 {
    fn authorize(&self, request: &mut PreparedRequest, session: &Session) -> Result<(), Error> {
        let begun = Instant::now();
        let token = session.tokens().get(&Endpoint::new(self, session, request), begun)?;
        // The time for all of it holds for the token too, unless a person is asked.
        if self.grant.is_silent() {
            request.delivery.timeout = request.delivery.timeout.saturating_sub(begun.elapsed());
        }
        Ok(token.authorize(&mut request.headers)?)
    }

    /// > If the protected resource request included an access token and failed authentication,
    /// > the resource server SHOULD include the "error" code "invalid_token" … The client MAY
    /// > request a new access token and retry the protected resource request. (RFC 6750, 3.1)
    fn answer(&self, response: &Response, session: &Session) -> Result<Option<PreparedRequest>, Error> {
        let is_refusal = |response: &Response| response.status.code() == 401;
        // One more time, and not where the body cannot be sent once more.
        if !is_refusal(response) || response.history.iter().any(is_refusal) || response.request.body.is_spent() {
            return Ok(None);
        }
        let mut request = response.request.clone();
        let endpoint = Endpoint::new(self, session, &request);
        let refused = |token: &Token| token.is_in(&response.request.headers);
        let Some(token) = session.tokens().renew(&endpoint, refused, Instant::now())? else {
            return Ok(None);
        };
        token.authorize(&mut request.headers)?;
        Ok(Some(request))
    }

    fn secrets(&self) -> Vec<String> {
        let secrets = self.client_secret.iter().chain(self.grant.secret());
        let pair = self.client_id.as_ref().zip(self.client_secret.as_ref());
        let pair = pair.map(|(id, secret)| endpoint::encoded_pair(id, secret.expose()).join(":"));
        secrets.map(|secret| secret.expose().clone()).chain(pair).collect()
    }
}
