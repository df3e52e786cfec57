//! Who the client is, by the host that asks.

use std::sync::Arc;

use crate::http::Url;
use crate::transport::Identity;

/// Certificates of the client, each for one host.
///
/// ```
/// use rqtest::client::{Answer, Identities, Identity, InMemory, Session};
///
/// let mut session = Session::with_adapter(InMemory::new(|request| match &request.endpoint.tls.identity {
///     Some(_) => Answer::ok("somebody"),
///     None => Answer::ok("nobody"),
/// }));
/// session.defaults.options.host_certs = Some(Identities::new([("api.example:8443", Identity::new("client.pem"))]));
/// assert_eq!(session.get("https://api.example:8443/").send()?.text()?, "somebody");
/// assert_eq!(session.get("https://api.example/").send()?.text()?, "nobody");
/// # Ok::<(), rqtest::client::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identities(Arc<[(Host, Identity)]>);

/// A host, and the port that alone is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Host {
    name: String,
    port: Option<u16>,
}

impl Identities {
    /// Certificates for `host` or `host:port`; without a port a host is that of any.
    pub fn new<'a>(certificates: impl IntoIterator<Item = (&'a str, Identity)>) -> Self {
        Self(certificates.into_iter().map(|(host, identity)| (Host::parse(host), identity)).collect())
    }

    /// Who the client is at this URL: one for its port counts more than one for its host.
    pub(super) fn select(&self, url: &Url) -> Option<&Identity> {
        let fitting = || self.0.iter().filter(|(host, _)| host.is_of(url));
        let exact = fitting().find(|(host, _)| host.port.is_some());
        exact.or_else(|| fitting().next()).map(|(_, identity)| identity)
    }

    /// The certificates.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Identity> {
        self.0.iter().map(|(_, identity)| identity)
    }
}

impl Host {
    fn parse(text: &str) -> Self {
        let (name, port) = match text.rsplit_once(':').map(|(name, port)| (name, port.parse())) {
            Some((name, Ok(port))) => (name, Some(port)),
            _ => (text, None),
        };
        Self { name: name.trim_start_matches('[').trim_end_matches(']').to_owned(), port }
    }

    fn is_of(&self, url: &Url) -> bool {
        let host = url.host().trim_start_matches('[').trim_end_matches(']');
        self.name.eq_ignore_ascii_case(host) && self.port.is_none_or(|port| port == url.port())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_chosen_by_host_and_port() {
        let identities = Identities::new(["h", "H:8443", "[::1]:1", "::2"].map(|host| (host, Identity::new(host))));
        for (url, expected) in [
            ("https://h/", Some("h")),
            ("https://h:8443/", Some("H:8443")),
            ("https://H:9/", Some("h")),
            ("https://other/", None),
            ("https://sub.h/", None),
            ("https://[::1]:1/", Some("[::1]:1")),
            ("https://[::1]/", None),
        ] {
            let expected = expected.map(Identity::new);
            assert_eq!(identities.select(&url.parse().unwrap()), expected.as_ref(), "{url}");
        }
    }
}
