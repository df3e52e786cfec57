//! Who sends a request: one definition for what is written, compiled and rendered.

use std::convert::Infallible;

use super::{OAuth2, Text};

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
    /// RFC 6749.
    OAuth2(Box<OAuth2<T>>),
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
            Self::OAuth2(oauth2) => Auth::OAuth2(Box::new(oauth2.try_map(&mut change)?)),
        })
    }

    /// The texts that no output may show.
    pub fn secrets(&self) -> Vec<&T> {
        match self {
            Self::None => Vec::new(),
            Self::Basic { password, .. } => vec![password],
            Self::Bearer(token) => vec![token],
            Self::OAuth2(oauth2) => oauth2.secrets(),
        }
    }
}
