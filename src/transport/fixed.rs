//! Addresses of hosts that are given, and so not looked up.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

/// What a host's addresses are, whatever the name system says.
///
/// ```
/// use rqtest::client::FixedAddresses;
///
/// let as_curl_writes_it: FixedAddresses = "api.example:443:192.0.2.1,[2001:db8::1]".parse()?;
/// let for_every_port = FixedAddresses::new("api.example", ["192.0.2.1"])?;
/// let with_another_port = FixedAddresses::new("api.example:80", ["127.0.0.1:8080"])?;
/// # Ok::<(), rqtest::client::InvalidFixedAddresses>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FixedAddresses {
    /// Any host where there is none.
    host: Option<String>,
    /// Any port where there is none.
    port: Option<u16>,
    addresses: Vec<Address>,
}

/// An address, and a port where it is not the one that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Address {
    ip: IpAddr,
    port: Option<u16>,
}

impl FixedAddresses {
    /// The addresses of a `host` or `host:port`, which may be `*` for every host. An
    /// address may have a port of its own: `127.0.0.1:8080`, `[::1]:8080`.
    ///
    /// # Errors
    /// If the host or an address is none, or there are no addresses.
    pub fn new<T: AsRef<str>>(
        host: &str,
        addresses: impl IntoIterator<Item = T>,
    ) -> Result<Self, InvalidFixedAddresses> {
        let (host, port) = split_port(host)?;
        let host = match host {
            "*" => None,
            host => {
                let wrong = |_| InvalidFixedAddresses(format!("`{}` is not a host", host.escape_debug()));
                Some(url::Host::parse(host).map_err(wrong)?.to_string())
            }
        };
        let addresses: Vec<Address> =
            addresses.into_iter().map(|address| parse_address(address.as_ref())).collect::<Result<_, _>>()?;
        match addresses.is_empty() {
            true => Err(InvalidFixedAddresses("a host needs an address".to_owned())),
            false => Ok(Self { host, port, addresses }),
        }
    }

    /// The addresses, if they are those of this host and port.
    pub(super) fn of(&self, host: &str, port: u16) -> Option<Vec<SocketAddr>> {
        let matches = self.host.as_ref().is_none_or(|own| own == host) && self.port.is_none_or(|own| own == port);
        let address = |own: &Address| SocketAddr::new(own.ip, own.port.unwrap_or(port));
        matches.then(|| self.addresses.iter().map(address).collect())
    }
}

/// Reads `host:port:address[,address]`, as curl's `--resolve` does.
impl FromStr for FixedAddresses {
    type Err = InvalidFixedAddresses;

    fn from_str(text: &str) -> Result<Self, InvalidFixedAddresses> {
        let shape = || InvalidFixedAddresses("write `host:port:address`, more addresses after commas".to_owned());
        // In curl's words what begins with `+` expires, and with `-` is forgotten; here nothing is remembered.
        let text = text.strip_prefix('+').unwrap_or(text);
        let host = match text.strip_prefix('[') {
            Some(rest) => rest.find(']').ok_or_else(shape)? + 2,
            None => text.find(':').ok_or_else(shape)?,
        };
        let port = text.get(host..).and_then(|rest| rest.strip_prefix(':')).ok_or_else(shape)?;
        let (port, addresses) = port.split_once(':').ok_or_else(shape)?;
        if port.parse::<u16>().is_err() {
            return Err(shape());
        }
        Self::new(&text[..host + 1 + port.len()], addresses.split(',').map(str::trim))
    }
}

/// A host, and the port after it.
fn split_port(text: &str) -> Result<(&str, Option<u16>), InvalidFixedAddresses> {
    match text.rsplit_once(':') {
        // A colon within brackets, or one of many, is part of an IPv6 address.
        Some((host, port)) if !port.ends_with(']') && (host.ends_with(']') || !host.contains(':')) => {
            let wrong = |_| InvalidFixedAddresses(format!("`{}` is not a port", port.escape_debug()));
            Ok((host, Some(port.parse().map_err(wrong)?)))
        }
        _ => Ok((text, None)),
    }
}

fn parse_address(text: &str) -> Result<Address, InvalidFixedAddresses> {
    let (ip, port) = split_port(text)?;
    let bare = ip.strip_prefix('[').and_then(|ip| ip.strip_suffix(']')).unwrap_or(ip);
    let wrong = |_| InvalidFixedAddresses(format!("`{}` is not an IP address", text.escape_debug()));
    Ok(Address { ip: bare.parse().map_err(wrong)?, port })
}

/// Why a text does not say what a host's addresses are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidFixedAddresses(String);

impl fmt::Display for InvalidFixedAddresses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidFixedAddresses {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(fixed: &FixedAddresses, host: &str, port: u16) -> Option<Vec<String>> {
        Some(fixed.of(host, port)?.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn reads_what_curl_reads() {
        for (text, host, port, expected) in [
            ("h:80:127.0.0.1", "h", 80, Some(&["127.0.0.1:80"][..])),
            ("h:80:127.0.0.1", "h", 81, None),
            ("h:80:127.0.0.1", "i", 80, None),
            ("+H.org:443:127.0.0.1, [::1]", "h.org", 443, Some(&["127.0.0.1:443", "[::1]:443"])),
            ("h:443:::1", "h", 443, Some(&["[::1]:443"])),
            ("*:80:127.0.0.1:8080", "any", 80, Some(&["127.0.0.1:8080"])),
            ("[::2]:80:[::1]:8080", "[::2]", 80, Some(&["[::1]:8080"])),
        ] {
            let expected = expected.map(|addresses| addresses.iter().map(|address| (*address).to_owned()).collect());
            assert_eq!(of(&text.parse().unwrap(), host, port), expected, "{text}");
        }
    }

    #[test]
    fn a_host_without_a_port_stands_for_all_of_them() {
        let fixed = FixedAddresses::new("h", ["127.0.0.1", "127.0.0.2:9"]).unwrap();
        assert_eq!(of(&fixed, "h", 7).unwrap(), ["127.0.0.1:7", "127.0.0.2:9"]);
    }

    #[test]
    fn says_what_is_wrong() {
        for (text, words) in [
            ("", "write `host:port:address`"),
            ("h:127.0.0.1", "write `host:port:address`"),
            ("h:x:127.0.0.1", "write `host:port:address`"),
            ("[::1", "write `host:port:address`"),
            ("h:80:", "`` is not an IP address"),
            ("h:80:localhost", "`localhost` is not an IP address"),
            ("h:80:127.0.0.1:x", "`x` is not a port"),
            ("a b:80:127.0.0.1", "`a b` is not a host"),
            ("-h:80:nothing", "is not an IP address"),
        ] {
            let error = text.parse::<FixedAddresses>().unwrap_err().to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
        assert!(FixedAddresses::new("h", [""; 0]).is_err());
    }

    proptest! {
        #[test]
        fn reads_or_refuses_any_text(text in "[a-z0-9:.,*+\\[\\]é -]{0,30}") {
            if let Ok(fixed) = text.parse::<FixedAddresses>() {
                prop_assert!(!fixed.addresses.is_empty() && fixed.port.is_some());
            }
        }
    }
}
