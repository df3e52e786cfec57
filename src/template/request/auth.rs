//! Who sends a request, rendered.

use std::sync::Arc;

use crate::client::{self, Basic, Bearer, NoAuth};
use crate::diagnostic::Diagnostic;
use crate::spec::Auth;

use super::super::{Scope, Template};
use super::oauth2;

/// Who sends the request.
///
/// # Errors
/// The first text that cannot be rendered.
pub(super) fn render(auth: &Auth<Template>, scope: &Scope<'_>) -> Result<Arc<dyn client::Auth>, Diagnostic> {
    Ok(match auth.try_map(|text| text.render(scope).map(|value| text.span().clone().with(value)))? {
        Auth::None => Arc::new(NoAuth),
        Auth::Basic { user, password } => Arc::new(Basic::new(user.value, password.value)),
        Auth::Bearer(token) => Arc::new(Bearer::new(token.value)),
        Auth::OAuth2(oauth2) => Arc::new(oauth2::complete(*oauth2)?),
    })
}
