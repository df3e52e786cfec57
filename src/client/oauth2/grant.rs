//! What a token is given for.

use crate::http::Url;
use crate::secret::Secret;

/// What a token is given for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grant {
    /// That the client is who it is (RFC 6749, 4.4).
    ClientCredentials,
    /// A user's password (RFC 6749, 4.3).
    Password {
        /// The user.
        username: String,
        /// The password.
        password: Secret<String>,
    },
    /// A refresh token that was had before (RFC 6749, 6). Where the server gives another one
    /// in its place, that one serves from then on.
    RefreshToken(Secret<String>),
    /// That a person agrees on another device (RFC 8628): a [`super::Prompt`] says where.
    DeviceCode {
        /// The device authorization endpoint.
        authorization_url: Url,
    },
    /// That a person agrees in a browser (RFC 6749, 4.1), which then leads to a port of this
    /// machine (RFC 8252, 7.3): a [`super::Prompt`] says where to begin. It is always with
    /// PKCE (RFC 7636, `S256`).
    AuthorizationCode {
        /// The authorization endpoint.
        authorization_url: Url,
        /// Where the browser is led: a loopback host, a free port where it names none.
        /// Default: `http://127.0.0.1/`.
        redirect_url: Option<Url>,
    },
}

/// A parameter of a request for a token.
pub(super) type Parameter<'a> = (&'static str, &'a str);

impl Grant {
    /// A user's password.
    pub fn password(username: impl Into<String>, password: impl Into<String>) -> Self {
        Self::Password { username: username.into(), password: Secret::new(password.into()) }
    }

    /// A refresh token.
    pub fn refresh_token(token: impl Into<String>) -> Self {
        Self::RefreshToken(Secret::new(token.into()))
    }

    /// Whether nobody has to do anything for it.
    pub(super) fn is_silent(&self) -> bool {
        match self {
            Self::ClientCredentials | Self::Password { .. } | Self::RefreshToken(_) => true,
            Self::DeviceCode { .. } | Self::AuthorizationCode { .. } => false,
        }
    }

    /// What the token endpoint is told, where that is all there is to the grant.
    pub(super) fn parameters(&self) -> Vec<Parameter<'_>> {
        match self {
            Self::ClientCredentials => vec![("grant_type", "client_credentials")],
            Self::Password { username, password } => {
                vec![("grant_type", "password"), ("username", username), ("password", password.expose())]
            }
            Self::RefreshToken(token) => refresh(token).into(),
            Self::DeviceCode { .. } | Self::AuthorizationCode { .. } => Vec::new(),
        }
    }

    /// What no output may show.
    pub(super) fn secret(&self) -> Option<&Secret<String>> {
        match self {
            Self::Password { password: secret, .. } | Self::RefreshToken(secret) => Some(secret),
            Self::ClientCredentials | Self::DeviceCode { .. } | Self::AuthorizationCode { .. } => None,
        }
    }
}

/// RFC 6749, 6.
pub(super) fn refresh(token: &Secret<String>) -> [Parameter<'_>; 2] {
    [("grant_type", "refresh_token"), ("refresh_token", token.expose())]
}
