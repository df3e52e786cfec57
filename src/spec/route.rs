//! The way that a request takes.

use crate::source::{Span, Spanned};

use super::Text;

/// The way as one level says it; what is silent is left to the level above.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Route {
    /// Proxies, those of the nearest level first: what a level says nothing of, the next is asked for.
    pub proxies: Vec<Proxies>,
    /// The Unix socket that is connected to in the place of the host.
    pub unix_socket: Option<Text>,
    /// Addresses of hosts that are not looked up.
    pub resolve: Option<Vec<FixedAddresses>>,
    /// The address of this machine that connections begin at.
    pub local_address: Option<Text>,
    /// The only version of IP that connections use.
    pub ip_version: Option<Spanned<IpVersion>>,
}

/// The proxies that one level names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Proxies {
    /// What each proxy is for, as Python's requests has it, and its URL; none is no proxy.
    pub entries: Vec<(Spanned<String>, Option<Text>)>,
    /// Hosts that these proxies are not for, as `NO_PROXY` lists them.
    pub except: Vec<Text>,
    /// Whether requests in clear are tunneled as well.
    pub tunnels: bool,
}

/// What the addresses of a host are.
#[derive(Clone, Debug, PartialEq)]
pub enum FixedAddresses {
    /// `host:port:address[,address]`, as curl writes it.
    Line(Text),
    /// A host, perhaps with a port, and its addresses.
    Host(Text, Vec<Text>),
}

/// A version of the Internet Protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IpVersion {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl Proxies {
    /// No proxy for anything.
    pub fn none(span: &Span) -> Self {
        let all = span.clone().with("all".to_owned());
        Self { entries: vec![(all, None)], ..Self::default() }
    }
}

impl Route {
    /// The way that says nothing.
    pub const SILENT: Self =
        Self { proxies: Vec::new(), unix_socket: None, resolve: None, local_address: None, ip_version: None };

    /// This way, and that of the level above where this one is silent.
    #[must_use]
    pub fn or(&self, above: &Self) -> Self {
        Self {
            proxies: self.proxies.iter().chain(&above.proxies).cloned().collect(),
            unix_socket: self.unix_socket.clone().or_else(|| above.unix_socket.clone()),
            resolve: self.resolve.clone().or_else(|| above.resolve.clone()),
            local_address: self.local_address.clone().or_else(|| above.local_address.clone()),
            ip_version: self.ip_version.clone().or_else(|| above.ip_version.clone()),
        }
    }
}
