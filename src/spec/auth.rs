//! Who sends a request: one definition for what is written, compiled and rendered.

use std::convert::Infallible;

use super::{AwsSigV4, NamedOAuth2, OAuth1, OAuth2, Text};

/// Who sends a request; its texts are as they were written, or what became of them.
#[derive(Clone, Debug, PartialEq)]
pub enum Auth<T = Text> {
    /// Nobody: takes a default away.
    None,
    /// RFC 7617.
    Basic {
        /// The user.
        user: T,
        /// The password.
        password: T,
    },
    /// RFC 6750.
    Bearer(T),
    /// RFC 7616.
    Digest {
        /// The user.
        user: T,
        /// The password.
        password: T,
    },
    /// A key under a name.
    ApiKey {
        /// Where it stands.
        place: ApiKeyPlace,
        /// The name.
        name: T,
        /// The key.
        value: T,
    },
    /// RFC 5849.
    OAuth1(Box<OAuth1<T>>),
    /// RFC 6749.
    OAuth2(Box<OAuth2<T>>),
    /// RFC 6749, by a way that variables tell.
    NamedOAuth2(NamedOAuth2),
    /// Signature Version 4 of Amazon Web Services.
    AwsSigV4(Box<AwsSigV4<T>>),
    /// Whom a `.netrc` file names for the host: the one at this path, or the usual one.
    Netrc(Option<T>),
}

/// Where an API key stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApiKeyPlace {
    /// In a header field.
    Header,
    /// In the query of the URL.
    Query,
    /// In a cookie.
    Cookie,
}

impl<T> Auth<T> {
    /// The same with something else in the place of each text.
    pub fn map<U>(&self, mut change: impl FnMut(&T) -> U) -> Auth<U> {
        let Ok(mapped) = self.try_map(|text| Ok::<U, Infallible>(change(text)));
        mapped
    }

    /// The same with something else in the place of each text.
    ///
    /// # Errors
    /// The first that there is.
    pub fn try_map<U, E>(&self, mut change: impl FnMut(&T) -> Result<U, E>) -> Result<Auth<U>, E> {
        Ok(match self {
            Self::None => Auth::None,
            Self::Basic { user, password } => Auth::Basic { user: change(user)?, password: change(password)? },
            Self::Bearer(token) => Auth::Bearer(change(token)?),
            Self::Digest { user, password } => Auth::Digest { user: change(user)?, password: change(password)? },
            Self::ApiKey { place, name, value } => {
                Auth::ApiKey { place: *place, name: change(name)?, value: change(value)? }
            }
            Self::OAuth1(oauth1) => Auth::OAuth1(Box::new(oauth1.try_map(&mut change)?)),
            Self::AwsSigV4(key) => Auth::AwsSigV4(Box::new(key.try_map(&mut change)?)),
            Self::Netrc(path) => Auth::Netrc(path.as_ref().map(change).transpose()?),
            Self::OAuth2(oauth2) => Auth::OAuth2(Box::new(oauth2.try_map(&mut change)?)),
            Self::NamedOAuth2(named) => Auth::NamedOAuth2(named.clone()),
        })
    }

    /// The texts that no output may show.
    pub fn secrets(&self) -> Vec<&T> {
        match self {
            Self::None | Self::Netrc(_) | Self::NamedOAuth2(_) => Vec::new(),
            Self::Basic { password, .. } | Self::Digest { password, .. } => vec![password],
            Self::Bearer(token) => vec![token],
            Self::ApiKey { value, .. } => vec![value],
            Self::OAuth1(oauth1) => oauth1.secrets(),
            Self::AwsSigV4(key) => key.secrets(),
            Self::OAuth2(oauth2) => oauth2.secrets(),
        }
    }
}
