//! `{{$auth.token("name")}}`: tokens of the credentials that an environment defines.

use std::fmt::Debug;
use std::sync::Arc;

use crate::client::{self, Granted};
use crate::diagnostic::{Diagnostic, nearest};
use crate::source::Spanned;
use crate::spec::{self, Credential, Dialect, TokenSource};

use super::Template;
use super::request::oauth2;

/// Gets tokens. Templates open no connection by themselves.
pub trait TokenProvider: Debug + Send + Sync {
    /// The tokens that a way leads to.
    ///
    /// # Errors
    /// If there are none to be had.
    fn token(&self, way: &client::OAuth2) -> Result<Granted, client::Error>;
}

/// Which of the tokens is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// The one that is sent with a request, or what the credential says of that.
    Access,
    /// The one that says who somebody is.
    Id,
}

/// The credentials of an environment, compiled. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Credentials(Arc<[(String, Compiled)]>);

/// A credential, or what is wrong with it.
type Compiled = Result<Credential<Template>, Diagnostic>;

impl Credentials {
    /// Compiles credentials. What is wrong with one is an error where it is used.
    pub fn compile(
        credentials: impl IntoIterator<Item = (Spanned<String>, Result<spec::Credential, Diagnostic>)>,
    ) -> Self {
        let compile = |credential: spec::Credential| {
            credential.try_map(|text| Template::compile(text, Dialect::default().rules()))
        };
        let compiled = credentials.into_iter().map(|(name, credential)| (name.value, credential.and_then(compile)));
        Self(compiled.collect())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A token of a name; texts are rendered by `render`.
    ///
    /// # Errors
    /// Why there is none: a lowercase fragment.
    pub(super) fn token(
        &self,
        name: &str,
        kind: TokenKind,
        provider: Option<&dyn TokenProvider>,
        render: impl Fn(&Template) -> Result<String, Diagnostic>,
    ) -> Result<String, String> {
        let found = self.0.iter().find(|(known, _)| known == name).ok_or_else(|| self.unknown(name))?;
        let rendered = found.1.as_ref().map_err(Diagnostic::clone).and_then(|credential| {
            credential.try_map(|text| render(text).map(|value| text.span().clone().with(value)))
        });
        let Credential { source, gives_id_token } = rendered.map_err(in_words)?;
        let wants_id = kind == TokenKind::Id || gives_id_token;
        let (access, id) = match source {
            TokenSource::Written { access_token, id_token } => {
                (access_token.map(|token| token.value), id_token.map(|token| token.value))
            }
            TokenSource::OAuth2(way) => {
                let provider = provider.ok_or("tokens cannot be had here")?;
                let way = oauth2::complete(*way).map_err(in_words)?;
                let granted = provider.token(&way).map_err(|error| error.to_string())?;
                let id = granted.id_token.map(|token| token.expose().clone());
                (Some(granted.access_token.expose().clone()), id)
            }
        };
        let missing = if wants_id { "ID token" } else { "access token" };
        if wants_id { id } else { access }.ok_or_else(|| format!("`{name}` gives no {missing}"))
    }

    fn unknown(&self, name: &str) -> String {
        let message = format!("there is no credential `{name}` in `Security.Auth` of this environment");
        match nearest(name, self.0.iter().map(|(known, _)| known.as_str())) {
            Some(near) => format!("{message}: did you mean `{near}`?"),
            None => message,
        }
    }
}

/// An error at a place of its own, in the words of another one.
fn in_words(problem: Diagnostic) -> String {
    let place = problem.span().map(|place| format!(" ({place})")).unwrap_or_default();
    let help = problem.help.as_ref().map(|help| format!(": {help}")).unwrap_or_default();
    format!("{}{place}{help}", problem.message)
}
