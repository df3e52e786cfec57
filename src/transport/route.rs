//! How a connection gets to where it leads.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use super::{FixedAddresses, Proxy};

/// The way to a host; by default straight there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Route {
    /// The proxy that it leads through.
    pub proxy: Option<Arc<Proxy>>,
    /// The Unix socket that it leads to, whatever the host; then nothing else here counts.
    pub unix_socket: Option<PathBuf>,
    /// Addresses of hosts that are not looked up.
    pub resolve: Arc<[FixedAddresses]>,
    /// The address of this machine that it begins at.
    pub local_address: Option<IpAddr>,
    /// The only version of IP that it may use.
    pub ip_version: Option<IpVersion>,
}

/// A version of the Internet Protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IpVersion {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl IpVersion {
    /// Whether an address is of this version.
    pub(super) fn has(self, address: IpAddr) -> bool {
        address.is_ipv4() == (self == Self::V4)
    }

    /// `IPv4` or `IPv6`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V4 => "IPv4",
            Self::V6 => "IPv6",
        }
    }
}

impl Route {
    /// Straight there: the one value that all who go so share.
    pub fn direct() -> Arc<Self> {
        static DIRECT: LazyLock<Arc<Route>> = LazyLock::new(Arc::default);
        Arc::clone(&DIRECT)
    }

    /// This way, but through a tunnel where a proxy would forward requests: what is not
    /// HTTP to the end cannot be forwarded.
    #[must_use]
    pub fn tunneling(self: Arc<Self>) -> Arc<Self> {
        match &self.proxy {
            Some(proxy) if !proxy.tunnels() => {
                let proxy = Arc::new(Proxy::clone(proxy).tunneling());
                Arc::new(Self { proxy: Some(proxy), ..Self::clone(&self) })
            }
            _ => self,
        }
    }

    /// What is known of the addresses of a host without looking it up.
    pub(super) fn known(&self, host: &str, port: u16) -> Option<Vec<SocketAddr>> {
        self.resolve.iter().find_map(|fixed| fixed.of(host, port))
    }

    /// Whether an address may be used.
    pub(super) fn may_use(&self, address: IpAddr) -> bool {
        self.ip_version.is_none_or(|version| version.has(address))
            && self.local_address.is_none_or(|local| local.is_ipv4() == address.is_ipv4())
    }

    /// The version of IP that it is bound to, by choice or by where it begins.
    pub(super) fn only_version(&self) -> Option<IpVersion> {
        let of_local = |local: IpAddr| if local.is_ipv4() { IpVersion::V4 } else { IpVersion::V6 };
        self.ip_version.or_else(|| self.local_address.map(of_local))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tunnels_where_a_proxy_would_forward() {
        let forward = Arc::new(Route { proxy: Some(Arc::new("http://p".parse().unwrap())), ..Route::default() });
        let tunnel = Arc::clone(&forward).tunneling();
        assert!(tunnel.proxy.as_ref().unwrap().tunnels());
        assert_ne!(tunnel, forward);
        assert!(Arc::ptr_eq(&Arc::clone(&tunnel).tunneling(), &tunnel));
        assert!(Arc::ptr_eq(&Route::direct().tunneling(), &Route::direct()));
    }

    #[test]
    fn keeps_to_one_version_of_ip() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        for (route, v4, v6) in [
            (Route::default(), true, true),
            (Route { ip_version: Some(IpVersion::V4), ..Route::default() }, true, false),
            (Route { ip_version: Some(IpVersion::V6), ..Route::default() }, false, true),
            (Route { local_address: Some(address("127.0.0.2")), ..Route::default() }, true, false),
            (Route { local_address: Some(address("::1")), ..Route::default() }, false, true),
        ] {
            assert_eq!((route.may_use(address("1.2.3.4")), route.may_use(address("::1"))), (v4, v6), "{route:?}");
            assert_eq!(route.only_version().is_none(), v4 && v6);
        }
    }
}
