//! Which hosts a cookie's domain covers (RFC 6265bis, 5.1.3), and which domains nobody
//! may set a cookie for.

use crate::http::Url;

/// Whether a host is a domain or lies below it; an address lies below nothing.
pub(super) fn matches(host: &str, domain: &str) -> bool {
    match host.strip_suffix(domain) {
        Some("") => true,
        Some(above) => above.ends_with('.') && !is_address(host),
        None => false,
    }
}

/// The hosts that a cookie of this `Domain` attribute is for, when this URL sets it.
pub(super) fn scope(url: &Url, attribute: Option<&str>) -> Option<Scope> {
    let host = || url.host().to_owned();
    let Some(attribute) = attribute.filter(|domain| !domain.is_empty()) else {
        return Some(Scope { domain: host(), host_only: true });
    };
    let domain = attribute.to_ascii_lowercase();
    if !domain.is_ascii() || !matches(url.host(), &domain) {
        return None;
    }
    if is_public_suffix(&domain) && !is_address(&domain) {
        // A cookie for all of `com` is nobody's to set, but `localhost` may set its own.
        return (domain == url.host()).then(|| Scope { domain: host(), host_only: true });
    }
    Some(Scope { domain, host_only: false })
}

/// The hosts that a cookie is for.
pub(super) struct Scope {
    /// A host, in lower case.
    pub(super) domain: String,
    /// Whether it is for that host alone.
    pub(super) host_only: bool,
}

fn is_public_suffix(domain: &str) -> bool {
    psl::suffix_str(domain) == Some(domain)
}

fn is_address(host: &str) -> bool {
    host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_at_the_dots_of_names() {
        for (host, domain, expected) in [
            ("example.org", "example.org", true),
            ("a.example.org", "example.org", true),
            ("a.b.example.org", "example.org", true),
            ("badexample.org", "example.org", false),
            ("example.org", "a.example.org", false),
            ("10.0.0.1", "10.0.0.1", true),
            ("10.0.0.1", "0.0.1", false),
            ("[::1]", "[::1]", true),
        ] {
            assert_eq!(matches(host, domain), expected, "{host} for {domain}");
        }
    }

    #[test]
    fn refuses_domains_that_are_not_the_hosts_to_set() {
        for (host, domain, expected) in [
            ("a.example.org", "", Some(("a.example.org", true))),
            ("a.example.org", "example.org", Some(("example.org", false))),
            ("a.example.org", "EXAMPLE.org", Some(("example.org", false))),
            ("a.example.org", "org", None),
            ("a.example.co.uk", "co.uk", None),
            ("me.github.io", "github.io", None),
            ("github.io", "github.io", Some(("github.io", true))),
            ("a.example.org", "b.example.org", None),
            ("a.example.org", "other.org", None),
            ("localhost", "localhost", Some(("localhost", true))),
            ("api.internal", "internal", None),
            ("127.0.0.1", "127.0.0.1", Some(("127.0.0.1", false))),
            ("bücher.example.org", "bücher.example.org", None),
        ] {
            let url = format!("http://{host}/").parse().unwrap();
            let found = scope(&url, Some(domain)).map(|scope| (scope.domain, scope.host_only));
            assert_eq!(found.as_ref().map(|(domain, only)| (domain.as_str(), *only)), expected, "{host} for {domain}");
        }
    }
}
