//! The hosts that no proxy is for, as `NO_PROXY` lists them.

use std::net::IpAddr;

use crate::http::Url;
use crate::transport::InvalidProxy;

/// Hosts that are asked directly.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Exceptions {
    /// Whether this machine is one of them.
    loopback: bool,
    hosts: Vec<Exception>,
}

/// A host that is asked directly, on one port or on all of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Exception {
    host: Host,
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Host {
    /// `*`
    Any,
    /// A name, and all names below it.
    Domain(String),
    /// An address, or the addresses that share its first bits.
    Network(IpAddr, u8),
}

impl Exceptions {
    /// Reads names, addresses and networks, between commas or white space.
    ///
    /// # Errors
    /// If one is none of these.
    pub(super) fn parse(text: &str) -> Result<Self, InvalidProxy> {
        let hosts = items(text).map(Exception::parse).collect::<Result<_, _>>()?;
        Ok(Self { loopback: false, hosts })
    }

    /// As [`Exceptions::parse`], but what is none of these holds no host: in the
    /// environment it may be there for another program.
    pub(super) fn parse_known(text: &str) -> Self {
        Self { loopback: false, hosts: items(text).filter_map(|item| Exception::parse(item).ok()).collect() }
    }

    /// These hosts, and this machine.
    pub(super) fn and_loopback(self) -> Self {
        Self { loopback: true, ..self }
    }

    /// Whether the host of a URL is one of them.
    pub(super) fn hold(&self, url: &Url) -> bool {
        (self.loopback && url.is_loopback()) || self.hosts.iter().any(|exception| exception.holds(url))
    }
}

fn items(text: &str) -> impl Iterator<Item = &str> {
    let items = text.split(|character: char| character == ',' || character.is_whitespace());
    items.filter(|item| !item.is_empty())
}

impl Exception {
    /// ```text
    /// ( "*" | ["." | "*."] name | address ["/" bits] | "[" IPv6 "]" ) [":" port]
    /// ```
    fn parse(text: &str) -> Result<Self, InvalidProxy> {
        let wrong = || InvalidProxy::new(format!("`{}` is no host, address or network", text.escape_debug()));
        if let Some(host) = network(text) {
            return Ok(Self { host, port: None });
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, Some(port.parse().map_err(|_| wrong())?)),
            _ => (text, None),
        };
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        if let Some(host) = network(bare) {
            return Ok(Self { host, port });
        }
        let host = match host {
            "*" => Host::Any,
            name => {
                let name = name.strip_prefix('*').unwrap_or(name).trim_start_matches('.');
                match url::Host::parse(name).map_err(|_| wrong())? {
                    url::Host::Domain(name) => Host::Domain(name.trim_end_matches('.').to_owned()),
                    url::Host::Ipv4(ip) => Host::Network(ip.into(), 32),
                    url::Host::Ipv6(ip) => Host::Network(ip.into(), 128),
                }
            }
        };
        Ok(Self { host, port })
    }

    fn holds(&self, url: &Url) -> bool {
        if self.port.is_some_and(|port| port != url.port()) {
            return false;
        }
        match &self.host {
            Host::Any => true,
            Host::Domain(domain) => is_within(url.host().trim_end_matches('.'), domain),
            Host::Network(network, bits) => url.ip().is_some_and(|ip| share_bits(ip, *network, *bits)),
        }
    }
}

/// Whether a name is a domain's own, or one below it: `notexample.org` is not below `example.org`.
fn is_within(name: &str, domain: &str) -> bool {
    name.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

fn network(text: &str) -> Option<Host> {
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.map_or(Some(most), |bits| bits.parse().ok().filter(|bits| *bits <= most))?;
    Some(Host::Network(address, bits))
}

fn share_bits(one: IpAddr, other: IpAddr, bits: u8) -> bool {
    let differs = match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => u128::from(one.to_bits() ^ other.to_bits()) << 96,
        (IpAddr::V6(one), IpAddr::V6(other)) => one.to_bits() ^ other.to_bits(),
        _ => return false,
    };
    differs.leading_zeros() >= u32::from(bits)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn holds(exceptions: &str, url: &str) -> bool {
        Exceptions::parse(exceptions).unwrap().hold(&url.parse().unwrap())
    }

    #[test]
    fn holds_names_addresses_networks_and_ports() {
        for (exceptions, within, without) in [
            ("", &[][..], &["http://h/"][..]),
            ("*", &["http://h/", "https://[::1]:1/"], &[]),
            (
                "example.org",
                &["http://example.org/", "http://a.b.EXAMPLE.org:81/", "http://example.org./"],
                &["http://notexample.org/", "http://example.org.evil/", "http://org/"],
            ),
            (".example.org", &["http://example.org/", "http://a.example.org/"], &["http://notexample.org/"]),
            ("*.example.org", &["http://a.example.org/"], &["http://notexample.org/"]),
            ("a, b\tc,,", &["http://a/", "http://b/", "http://c/"], &["http://d/"]),
            ("h:8080", &["http://h:8080/", "http://a.h:8080/"], &["http://h/", "https://h/"]),
            ("h:443", &["https://h/"], &["http://h/"]),
            ("10.0.0.0/8", &["http://10.1.2.3/"], &["http://11.0.0.1/", "http://10.example/", "http://[::a00:1]/"]),
            ("192.0.2.1", &["http://192.0.2.1:1/"], &["http://192.0.2.2/", "http://a.192.0.2.x/"]),
            ("192.0.2.1:81", &["http://192.0.2.1:81/"], &["http://192.0.2.1/"]),
            ("0.0.0.0/0", &["http://1.2.3.4/"], &["http://[::1]/", "http://h/"]),
            ("::1", &["http://[::1]/"], &["http://[::2]/"]),
            ("[::1]", &["http://[::1]:1/"], &["http://[::2]/"]),
            ("[::1]:81", &["http://[::1]:81/"], &["http://[::1]/"]),
            ("fe80::/10", &["http://[fe80::1]/", "http://[febf::1]/"], &["http://[fec0::1]/"]),
            ("localhost", &["http://localhost/", "http://a.localhost/"], &["http://127.0.0.1/"]),
            ("bücher.example", &["http://xn--bcher-kva.example/"], &[]),
        ] {
            within.iter().for_each(|url| assert!(holds(exceptions, url), "{exceptions}: {url}"));
            without.iter().for_each(|url| assert!(!holds(exceptions, url), "{exceptions}: {url}"));
        }
    }

    #[test]
    fn refuses_what_is_none_of_these() {
        for text in ["10.0.0.0/33", "::/129", "h:x", "h:99999", "http://h", "h/8"] {
            let error = Exceptions::parse(text).unwrap_err().to_string();
            assert!(error.contains("no host, address or network"), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn reads_or_refuses_any_text(text in "[a-z0-9:.,*/\\[\\]é -]{0,30}") {
            let _ = Exceptions::parse(&text);
        }

        #[test]
        fn a_network_holds_exactly_those_that_share_its_bits(network: u32, bits in 0_u8..=32, address: u32) {
            let mask = u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0);
            let (network_ip, ip) = (std::net::Ipv4Addr::from(network), std::net::Ipv4Addr::from(address));
            prop_assert_eq!(holds(&format!("{network_ip}/{bits}"), &format!("http://{ip}/")), network & mask == address & mask);
        }
    }
}
