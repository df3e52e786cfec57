//! Who asks a proxy: Basic, until it asks for Digest.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::http::Headers;
use crate::proto::auth::{Challenge, DigestChallenge, DigestRequest};

use super::Proxy;

/// What proxies have asked for so far, so that each asks once.
#[derive(Debug, Default)]
pub(in crate::transport) struct Authorizations {
    challenges: Mutex<Vec<Known>>,
}

#[derive(Debug)]
struct Known {
    proxy: Proxy,
    challenge: DigestChallenge,
    /// How many requests it has served.
    count: u32,
}

/// The challenge that an answer of a proxy holds, where user and password can meet it.
pub(in crate::transport) fn challenge(proxy: &Proxy, headers: &Headers) -> Option<DigestChallenge> {
    proxy.credentials()?;
    let challenge = DigestChallenge::strongest(&Challenge::of(headers, "Proxy-Authenticate"))?;
    // To vouch for a body is more than is asked of anybody who only passes through.
    challenge.body_hasher().is_none().then_some(challenge)
}

impl Authorizations {
    /// The value of `Proxy-Authorization` for a request.
    pub(in crate::transport) fn value(&self, proxy: &Proxy, method: &str, uri: &str) -> Option<String> {
        let (user, password) = proxy.credentials()?;
        let mut challenges = self.challenges();
        let Some(known) = challenges.iter_mut().find(|known| known.proxy == *proxy) else {
            return proxy.basic();
        };
        known.count += 1;
        let client_nonce = format!("{:016x}", fastrand::u64(..));
        let count = known.count;
        let client_nonce = &client_nonce;
        let request = DigestRequest { user, password, method, uri, body_hash: None, count, client_nonce };
        Some(known.challenge.credentials(&request))
    }

    /// Keeps what a proxy asks for, in the place of what it asked for before.
    pub(in crate::transport) fn learn(&self, proxy: &Proxy, challenge: DigestChallenge) {
        let mut challenges = self.challenges();
        challenges.retain(|known| known.proxy != *proxy);
        challenges.push(Known { proxy: proxy.clone(), challenge, count: 0 });
    }

    fn challenges(&self) -> MutexGuard<'_, Vec<Known>> {
        self.challenges.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(field: &str) -> Headers {
        let mut headers = Headers::new();
        headers.append("Proxy-Authenticate", field).unwrap();
        headers
    }

    #[test]
    fn is_basic_until_the_proxy_asks_for_digest() {
        let proxy: Proxy = "http://ada:secret@p".parse().unwrap();
        let authorizations = Authorizations::default();
        let value = || authorizations.value(&proxy, "CONNECT", "h:443").unwrap();
        assert_eq!(value(), "Basic YWRhOnNlY3JldA==");
        authorizations.learn(&proxy, challenge(&proxy, &asked("Digest realm=r, nonce=one, qop=auth")).unwrap());
        for count in ["nc=00000001", "nc=00000002"] {
            let value = value();
            assert!(value.starts_with("Digest username=\"ada\", realm=\"r\", uri=\"h:443\""), "{value}");
            assert!(value.contains(count) && value.contains("nonce=\"one\""), "{value}");
        }
        authorizations.learn(&proxy, challenge(&proxy, &asked("Digest realm=r, nonce=two, qop=auth")).unwrap());
        assert!(value().contains("nc=00000001"));
        let other: Proxy = "http://bob:secret@p".parse().unwrap();
        assert!(authorizations.value(&other, "CONNECT", "h:443").unwrap().starts_with("Basic "));
    }

    #[test]
    fn meets_no_challenge_that_it_cannot() {
        let proxy: Proxy = "http://ada:secret@p".parse().unwrap();
        for field in ["Basic realm=r", "Negotiate", "Digest realm=r, nonce=n, qop=auth-int", "Digest realm=r"] {
            assert_eq!(challenge(&proxy, &asked(field)), None, "{field}");
        }
        let nobody: Proxy = "http://p".parse().unwrap();
        assert_eq!(challenge(&nobody, &asked("Digest realm=r, nonce=n")), None);
        assert_eq!(Authorizations::default().value(&nobody, "GET", "/"), None);
    }
}
