//! A token of OAuth 2.0: one definition for what is written, compiled and rendered.

use std::time::Duration;

/// How a token is had, and for what.
#[derive(Clone, Debug, PartialEq)]
pub struct OAuth2<T> {
    /// What it is given for.
    pub grant: Grant<T>,
    /// The token endpoint.
    pub token_url: T,
    /// Who asks.
    pub client_id: Option<T>,
    /// What only the client knows.
    pub client_secret: Option<T>,
    /// How the client proves who it is.
    pub client_authentication: ClientAuthentication,
    /// What the token shall be good for.
    pub scope: Vec<T>,
    /// Further parameters: an audience, a resource, and those of one's own; each of some requests.
    pub parameters: Vec<(RequestFor, T, T)>,
    /// How long a person has to agree.
    pub timeout: Option<Duration>,
}

/// What a token is given for.
#[derive(Clone, Debug, PartialEq)]
pub enum Grant<T> {
    /// That the client is who it is.
    ClientCredentials,
    /// A user's password.
    Password {
        /// The user.
        username: T,
        /// The password.
        password: T,
    },
    /// A refresh token that was had before.
    RefreshToken(T),
    /// That a person agrees on another device.
    DeviceCode {
        /// Where a device asks.
        authorization_url: T,
    },
    /// That a person agrees in a browser.
    AuthorizationCode {
        /// Where the browser begins.
        authorization_url: T,
        /// Where it is led.
        redirect_url: Option<T>,
    },
}

/// A token whose way is told by variables: `{prefix}_tokenEndpoint`, `{prefix}_clientId`, ….
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedOAuth2 {
    /// What the token is given for.
    pub grant: GrantName,
    /// What the names of the variables begin with.
    pub prefix: String,
}

/// What a token is given for, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantName {
    /// That the client is who it is.
    ClientCredentials,
    /// A user's password.
    Password,
    /// That a person agrees on another device.
    DeviceCode,
    /// That a person agrees in a browser.
    AuthorizationCode,
}

/// How a client proves to the token endpoint who it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClientAuthentication {
    /// By `Authorization: Basic`.
    #[default]
    Basic,
    /// In the body.
    Body,
    /// Not at all: it only names itself.
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

impl<T> OAuth2<T> {
    /// The same with something else in the place of each text.
    pub(super) fn try_map<U, E>(&self, change: &mut impl FnMut(&T) -> Result<U, E>) -> Result<OAuth2<U>, E> {
        let parameters = self.parameters.iter();
        let parameters = parameters.map(|(kind, name, value)| Ok((*kind, change(name)?, change(value)?)));
        let parameters = parameters.collect::<Result<_, E>>()?;
        Ok(OAuth2 {
            grant: self.grant.try_map(change)?,
            token_url: change(&self.token_url)?,
            client_id: self.client_id.as_ref().map(&mut *change).transpose()?,
            client_secret: self.client_secret.as_ref().map(&mut *change).transpose()?,
            client_authentication: self.client_authentication,
            scope: self.scope.iter().map(&mut *change).collect::<Result<_, E>>()?,
            parameters,
            timeout: self.timeout,
        })
    }

    /// The texts that no output may show.
    pub(super) fn secrets(&self) -> Vec<&T> {
        let of_grant = match &self.grant {
            Grant::Password { password: secret, .. } | Grant::RefreshToken(secret) => Some(secret),
            Grant::ClientCredentials | Grant::DeviceCode { .. } | Grant::AuthorizationCode { .. } => None,
        };
        self.client_secret.iter().chain(of_grant).collect()
    }
}

impl<T> Grant<T> {
    fn try_map<U, E>(&self, change: &mut impl FnMut(&T) -> Result<U, E>) -> Result<Grant<U>, E> {
        Ok(match self {
            Self::ClientCredentials => Grant::ClientCredentials,
            Self::Password { username, password } => {
                Grant::Password { username: change(username)?, password: change(password)? }
            }
            Self::RefreshToken(token) => Grant::RefreshToken(change(token)?),
            Self::DeviceCode { authorization_url } => {
                Grant::DeviceCode { authorization_url: change(authorization_url)? }
            }
            Self::AuthorizationCode { authorization_url, redirect_url } => Grant::AuthorizationCode {
                authorization_url: change(authorization_url)?,
                redirect_url: redirect_url.as_ref().map(change).transpose()?,
            },
        })
    }
}
