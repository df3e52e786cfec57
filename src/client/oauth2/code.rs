//! The authorization code grant (RFC 6749, 4.1) with PKCE (RFC 7636) and a redirect to this
//! machine (RFC 8252, 7.3).
//!
//! ```text
//! client ──(verifier, state drawn; port opened)──▶ person: go to the authorization endpoint
//! browser ──(agreed)──▶ 127.0.0.1:port/?code&state
//! client ──(code, verifier)──▶ token endpoint ──▶ token
//! ```

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use url::form_urlencoded;
use uuid::Uuid;

use crate::http::{Scheme, Url};
use crate::secret::Secret;
use crate::transport::Landing;

use super::super::{Error, ErrorKind};
use super::endpoint::Endpoint;
use super::grant::Parameter;
use super::prompt::Prompt;
use super::refusal::Refusal;
use super::token::Token;
use super::{OAuth2, RequestFor};

/// A token for a person's consent.
pub(super) fn obtain(
    endpoint: &Endpoint<'_>,
    authorization_url: &Url,
    redirect_url: Option<&Url>,
) -> Result<Token, Error> {
    let OAuth2 { patience, .. } = *endpoint.oauth2;
    let redirect = Redirect::open(redirect_url)?;
    let authorization = Authorization::new(redirect.url());
    endpoint.teach(&authorization.verifier);
    let url = authorization.url(authorization_url, endpoint.oauth2);
    let prompt = Prompt { url: url.to_string(), code: None };
    let failed = |error| Error::new(ErrorKind::Auth, "cannot be reached by a browser any more").with_source(error);
    let wait = |goes_on: &dyn Fn() -> bool| redirect.landing.wait(redirect.path(), goes_on).map_err(failed);
    let target = endpoint.session.asker().ask(&prompt, patience, endpoint.cancel(), wait)?;
    let code = authorization
        .code(&target)
        .map_err(|reason| Error::new(ErrorKind::Auth, format!("{authorization_url} gives no code: {reason}")))?;
    endpoint.teach(&code);
    Ok(endpoint.token(&authorization.parameters(&code))?)
}

/// Where the browser is led.
struct Redirect {
    landing: Landing,
    /// Without its port.
    base: String,
    target: String,
}

impl Redirect {
    fn open(url: Option<&Url>) -> Result<Self, Error> {
        let refused = |reason: String| Error::new(ErrorKind::Auth, reason);
        let (address, port, base, target) = match url {
            None => (IpAddr::V4(Ipv4Addr::LOCALHOST), None, "http://127.0.0.1".to_owned(), "/"),
            Some(url) if url.scheme() == Scheme::Http && url.is_loopback() => {
                // RFC 8252, 7.3: a server takes any port of a loopback address.
                let port = Some(url.port()).filter(|&port| port != Scheme::Http.default_port());
                (url.ip().unwrap_or(Ipv4Addr::LOCALHOST.into()), port, format!("http://{}", url.host()), url.target())
            }
            Some(url) => {
                let reason = "a browser can only be led to this machine: to http and a loopback host";
                return Err(refused(format!("cannot listen at {url}: {reason}")));
            }
        };
        let landing = Landing::open(address, port).map_err(|error| {
            let port = port.map_or_else(String::new, |port| format!(":{port}"));
            refused(format!("cannot listen at {base}{port}: {error}")).with_source(error)
        })?;
        Ok(Self { landing, base, target: target.to_owned() })
    }

    fn url(&self) -> String {
        format!("{}:{}{}", self.base, self.landing.port(), self.target)
    }

    fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }
}

/// One request for a code.
struct Authorization {
    redirect_uri: String,
    state: String,
    verifier: Secret<String>,
}

impl Authorization {
    /// With a state and a verifier that nobody guesses: 122 bits of the system's randomness,
    /// and twice as many in the 64 characters of the verifier (RFC 7636, 4.1).
    fn new(redirect_uri: String) -> Self {
        let draw = || Uuid::new_v4().simple().to_string();
        Self { redirect_uri, state: draw(), verifier: Secret::new(draw() + &draw()) }
    }

    /// RFC 6749, 4.1.1; RFC 7636, 4.3.
    fn url(&self, endpoint: &Url, oauth2: &OAuth2) -> Url {
        let mut url = endpoint.clone();
        let challenge = challenge(self.verifier.expose());
        let client = oauth2.client_id.as_deref().map(|id| ("client_id", id));
        url.append_query([("response_type", "code")].into_iter().chain(client).chain([
            ("redirect_uri", self.redirect_uri.as_str()),
            ("state", &self.state),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]));
        url.append_query(oauth2.common_parameters(RequestFor::Authorization));
        url
    }

    /// The code that a browser brings (RFC 6749, 4.1.2).
    fn code(&self, target: &str) -> Result<Secret<String>, String> {
        let query = target.split_once('?').map_or("", |(_, query)| query);
        let parameters: HashMap<_, _> = form_urlencoded::parse(query.as_bytes()).collect();
        let text = |name: &str| parameters.get(name).map(AsRef::as_ref);
        if let Some(refusal) = Refusal::from_parameters(text) {
            return Err(refusal.to_string());
        }
        if text("state") != Some(&self.state) {
            return Err("the browser brings another state than it was given, from somebody else's request".to_owned());
        }
        let code = text("code").filter(|code| !code.is_empty());
        code.map(|code| Secret::new(code.to_owned())).ok_or_else(|| "the browser brings none".to_owned())
    }

    /// RFC 6749, 4.1.3; RFC 7636, 4.5.
    fn parameters<'a>(&'a self, code: &'a Secret<String>) -> [Parameter<'a>; 4] {
        [
            ("grant_type", "authorization_code"),
            ("code", code.expose()),
            ("redirect_uri", &self.redirect_uri),
            ("code_verifier", self.verifier.expose()),
        ]
    }
}

/// > code_challenge = BASE64URL-ENCODE(SHA256(ASCII(code_verifier))) (RFC 7636, 4.2)
fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Grant;
    use super::*;

    fn authorization() -> Authorization {
        Authorization {
            redirect_uri: "http://127.0.0.1:8080/".to_owned(),
            state: "xyz".to_owned(),
            verifier: Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned()),
        }
    }

    #[test]
    fn asks_for_a_code_with_a_challenge() {
        let endpoint: Url = "https://id.example.org/authorize?tenant=1".parse().unwrap();
        let oauth2 = OAuth2::new(
            endpoint.clone(),
            Grant::AuthorizationCode { authorization_url: endpoint.clone(), redirect_url: None },
        );
        let oauth2 = oauth2.public_client("rqtest").scope("a b").parameter("audience", "x");
        // The verifier and its challenge are those of RFC 7636, appendix B.
        assert_eq!(
            authorization().url(&endpoint, &oauth2).to_string(),
            "https://id.example.org/authorize?tenant=1&response_type=code&client_id=rqtest\
             &redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2F&state=xyz\
             &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256\
             &scope=a+b&audience=x"
        );
    }

    #[test]
    fn draws_a_verifier_of_the_length_that_it_must_have() {
        let drawn = Authorization::new(String::new());
        assert!((43..=128).contains(&drawn.verifier.expose().len()));
        assert_ne!(drawn.state, Authorization::new(String::new()).state);
    }

    #[test]
    fn takes_the_code_that_answers_its_own_request() {
        for (target, expected) in [
            ("/?code=c%201&state=xyz", Ok("c 1")),
            ("/?code=c&state=other", Err("the browser brings another state")),
            ("/?code=c", Err("the browser brings another state")),
            ("/?state=xyz&code=", Err("the browser brings none")),
            (
                "/?error=access_denied&error_description=no%0Athanks",
                Err("access_denied (whoever was asked did not agree): no thanks"),
            ),
            ("/", Err("the browser brings another state")),
        ] {
            let code = authorization().code(target);
            match (&code, expected) {
                (Ok(code), Ok(expected)) => assert_eq!(code.expose(), expected, "{target}"),
                (Err(reason), Err(expected)) => assert!(reason.starts_with(expected), "{target}: {reason}"),
                _ => panic!("{target}: {code:?}"),
            }
        }
    }

    #[test]
    fn leads_the_browser_to_this_machine_only() {
        for (url, expected) in [
            (None, Ok("http://127.0.0.1:PORT/")),
            (Some("http://127.0.0.1/back?a=b"), Ok("http://127.0.0.1:PORT/back?a=b")),
            (Some("http://localhost/back"), Ok("http://localhost:PORT/back")),
            (Some("https://localhost/"), Err("a browser can only be led to this machine")),
            (Some("http://example.org/"), Err("a browser can only be led to this machine")),
        ] {
            let url: Option<Url> = url.map(|url| url.parse().unwrap());
            match (Redirect::open(url.as_ref()), expected) {
                (Ok(redirect), Ok(expected)) => {
                    let port = redirect.landing.port().to_string();
                    assert_eq!(redirect.url(), expected.replace("PORT", &port));
                    assert_eq!(redirect.path(), if expected.contains("back") { "/back" } else { "/" });
                }
                (Err(error), Err(expected)) => assert!(error.to_string().contains(expected), "{error}"),
                _ => panic!("{url:?}"),
            }
        }
    }

    #[test]
    fn says_that_a_port_is_taken() {
        let taken = Redirect::open(None).unwrap();
        let url: Url = taken.url().parse().unwrap();
        let error = Redirect::open(Some(&url)).err().unwrap().to_string();
        assert!(error.starts_with(&format!("cannot listen at http://127.0.0.1:{}: ", url.port())), "{error}");
    }

    proptest! {
        #[test]
        fn never_panics(target in "/[ -~]{0,40}|\\PC{0,40}") {
            let _ = authorization().code(&target);
        }
    }
}
