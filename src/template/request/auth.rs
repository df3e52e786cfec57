//! Who sends a request, rendered.

use std::path::PathBuf;
use std::sync::Arc;

use crate::client::{self, ApiKey, AwsSigV4, Basic, Bearer, Digest, Netrc, NoAuth, OAuth1, OAuth1Method, RsaKey};
use crate::diagnostic::Diagnostic;
use crate::source::{Root, Span, Spanned, read_private_source};
use crate::spec::{self, Auth, PrivateKey, SignatureMethod};

use super::super::{Scope, Template};
use super::{named_oauth2, oauth2};

/// A text that was rendered, and where it stands.
type Rendered = Spanned<String>;

/// Who sends the request.
///
/// # Errors
/// The first text that cannot be rendered; a file that cannot be had.
pub(super) fn render(
    auth: &Spanned<Auth<Template>>,
    scope: &Scope<'_>,
    root: &Root,
) -> Result<Arc<dyn client::Auth>, Diagnostic> {
    Ok(match auth.value.try_map(|text| text.render(scope).map(|value| text.span().clone().with(value)))? {
        Auth::None => Arc::new(NoAuth),
        Auth::Basic { user, password } => Arc::new(Basic::new(user.value, password.value)),
        Auth::Bearer(token) => Arc::new(Bearer::new(token.value)),
        Auth::Digest { user, password } => Arc::new(Digest::new(user.value, password.value)),
        Auth::ApiKey { place, name, value } => Arc::new(ApiKey::new(api_key(place), name.value, value.value)),
        Auth::OAuth1(consumer) => Arc::new(oauth1(*consumer, root)?),
        Auth::OAuth2(oauth2) => Arc::new(oauth2::complete(*oauth2)?),
        Auth::NamedOAuth2(named) => Arc::new(named_oauth2::complete(&named, &auth.span, scope)?),
        Auth::AwsSigV4(key) => Arc::new(aws(*key)),
        Auth::Netrc(Some(path)) => Arc::new(netrc(&path, root)?),
        Auth::Netrc(None) => Arc::new(usual_netrc(&auth.span, scope)?),
    })
}

fn api_key(place: spec::ApiKeyPlace) -> client::ApiKeyPlace {
    match place {
        spec::ApiKeyPlace::Header => client::ApiKeyPlace::Header,
        spec::ApiKeyPlace::Query => client::ApiKeyPlace::Query,
        spec::ApiKeyPlace::Cookie => client::ApiKeyPlace::Cookie,
    }
}

fn oauth1(consumer: spec::OAuth1<Rendered>, root: &Root) -> Result<OAuth1, Diagnostic> {
    let or_empty = |text: Option<Rendered>| text.map(|text| text.value).unwrap_or_default();
    let mut rendered = OAuth1::new(consumer.consumer_key.value, or_empty(consumer.consumer_secret))
        .method(signature_method(consumer.signature_method, root)?)
        .place(match consumer.place {
            spec::OAuth1Place::Header => client::OAuth1Place::Header,
            spec::OAuth1Place::Query => client::OAuth1Place::Query,
            spec::OAuth1Place::Body => client::OAuth1Place::Body,
        });
    if let Some(token) = consumer.token {
        rendered = rendered.token(token.value, or_empty(consumer.token_secret));
    }
    type Step = fn(OAuth1, String) -> OAuth1;
    let steps: [(Option<Rendered>, Step); 5] = [
        (consumer.realm, OAuth1::realm),
        (consumer.callback, OAuth1::callback),
        (consumer.verifier, OAuth1::verifier),
        (consumer.timestamp, OAuth1::timestamp),
        (consumer.nonce, OAuth1::nonce),
    ];
    for (text, step) in steps {
        rendered = match text {
            Some(text) => step(rendered, text.value),
            None => rendered,
        };
    }
    Ok(if consumer.is_body_hashed { rendered.body_hash() } else { rendered })
}

fn signature_method(method: SignatureMethod<Rendered>, root: &Root) -> Result<OAuth1Method, Diagnostic> {
    let (key, place) = match method {
        SignatureMethod::HmacSha1 => return Ok(OAuth1Method::HmacSha1),
        SignatureMethod::HmacSha256 => return Ok(OAuth1Method::HmacSha256),
        SignatureMethod::HmacSha512 => return Ok(OAuth1Method::HmacSha512),
        SignatureMethod::Plaintext => return Ok(OAuth1Method::Plaintext),
        SignatureMethod::RsaSha256(PrivateKey::Text(key)) => (key.value, key.span),
        SignatureMethod::RsaSha256(PrivateKey::File(path)) => {
            let file = read_private_source(&resolve(&path, root)?).map_err(|failed| error(&path.span, failed))?;
            (file.text().to_owned(), path.span)
        }
    };
    RsaKey::from_pem(&key).map(OAuth1Method::RsaSha256).map_err(|failed| error(&place, failed))
}

fn aws(key: spec::AwsSigV4<Rendered>) -> AwsSigV4 {
    let mut rendered = AwsSigV4::new(key.access_key.value, key.secret_key.value);
    type Step = fn(AwsSigV4, String) -> AwsSigV4;
    let steps: [(Option<Rendered>, Step); 3] =
        [(key.token, AwsSigV4::token), (key.region, AwsSigV4::region), (key.service, AwsSigV4::service)];
    for (text, step) in steps {
        rendered = match text {
            Some(text) => step(rendered, text.value),
            None => rendered,
        };
    }
    if key.is_payload_unsigned {
        rendered = rendered.unsigned_payload();
    }
    match key.expires {
        Some(expires) => rendered.in_query(expires),
        None => rendered,
    }
}

fn netrc(path: &Rendered, root: &Root) -> Result<Netrc, Diagnostic> {
    Netrc::read(resolve(path, root)?).map_err(|failed| error(&path.span, failed))
}

/// The file in the home folder, or where the environment says; others than its owner should
/// know nothing of it.
fn usual_netrc(place: &Span, scope: &Scope<'_>) -> Result<Netrc, Diagnostic> {
    let process = &scope.view().variables().process;
    let variable = |name: &str| process.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
    let path = Netrc::locate(variable).ok_or_else(|| {
        error(place, "there is no netrc file at `$NETRC`, `~/.netrc` or `~/_netrc`")
            .help("write one, or name another with `{netrc: path}`")
    })?;
    let netrc = Netrc::read(path).map_err(|failed| error(place, failed))?;
    if let Some(warning) = netrc.warning() {
        scope.warn(Diagnostic::warning(warning).at(place, ""));
    }
    Ok(netrc)
}

/// The file that a path means.
fn resolve(path: &Rendered, root: &Root) -> Result<PathBuf, Diagnostic> {
    root.resolve(path.span.source().path(), &path.value).map_err(|failed| error(&path.span, failed))
}

fn error(place: &Span, message: impl ToString) -> Diagnostic {
    Diagnostic::error(message.to_string()).at(place, "")
}
