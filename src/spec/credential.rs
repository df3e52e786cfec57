//! Credentials that an environment defines under a name, for `{{$auth.token("name")}}`.

use super::{OAuth2, Text};

/// Where the tokens of a name come from.
#[derive(Clone, Debug, PartialEq)]
pub struct Credential<T = Text> {
    /// How they are had.
    pub source: TokenSource<T>,
    /// Whether `$auth.token` gives the token that says who somebody is.
    pub gives_id_token: bool,
}

/// How tokens are had.
#[derive(Clone, Debug, PartialEq)]
pub enum TokenSource<T> {
    /// From a token endpoint.
    OAuth2(Box<OAuth2<T>>),
    /// They are written down.
    Written {
        /// What is sent with a request.
        access_token: Option<T>,
        /// What says who somebody is.
        id_token: Option<T>,
    },
}

impl<T> Credential<T> {
    /// The same with something else in the place of each text.
    ///
    /// # Errors
    /// The first that there is.
    pub fn try_map<U, E>(&self, mut change: impl FnMut(&T) -> Result<U, E>) -> Result<Credential<U>, E> {
        let source = match &self.source {
            TokenSource::OAuth2(oauth2) => TokenSource::OAuth2(Box::new(oauth2.try_map(&mut change)?)),
            TokenSource::Written { access_token, id_token } => TokenSource::Written {
                access_token: access_token.as_ref().map(&mut change).transpose()?,
                id_token: id_token.as_ref().map(&mut change).transpose()?,
            },
        };
        Ok(Credential { source, gives_id_token: self.gives_id_token })
    }

    /// The texts that no output may show.
    pub fn secrets(&self) -> Vec<&T> {
        match &self.source {
            TokenSource::OAuth2(oauth2) => oauth2.secrets(),
            TokenSource::Written { access_token, id_token } => access_token.iter().chain(id_token).collect(),
        }
    }
}
