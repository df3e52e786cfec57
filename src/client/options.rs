//! How a request is sent: what a request and its session say of it, and what holds otherwise.

use std::borrow::Cow;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::http::{TlsVersion, Url, Version};
use crate::transport::{Cancel, Deadlines, FixedAddresses, Identity, IpVersion, KeyPin, Route, TlsOptions, Verify};

use super::{Error, ErrorKind, Identities, Jar, Output, Proxies, environment};

/// Options of a request or of a session; `None` leaves an option to the session, and
/// then to the client's own default.
///
/// ```
/// use rqtest::client::{FixedAddresses, IpVersion, Options, Session};
/// use rqtest::serve::PracticeServer;
///
/// let server = PracticeServer::start(([127, 0, 0, 1], 0).into())?;
/// let address = server.base_url().replace("http://", "");
/// let mut session = Session::new();
/// session.defaults.options = Options {
///     resolve: Some([FixedAddresses::new("api.example:80", [address])?].into()),
///     local_address: Some([127, 0, 0, 1].into()),
///     ip_version: Some(IpVersion::V4),
///     ..Options::default()
/// };
/// let response = session.get("http://api.example/anything").send()?;
/// assert_eq!(response.json_value()?["headers"]["Host"], "api.example");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The time for all of it, redirects and the messages of a WebSocket included.
    /// Default: 30 seconds, and `read_for`.
    pub timeout: Option<Duration>,
    /// The time to open a connection: name look-up, TCP and TLS. Default: 10 seconds.
    pub connect_timeout: Option<Duration>,
    /// The time to wait for the next bytes. Default: what is left of `timeout`.
    pub read_timeout: Option<Duration>,
    /// How many redirects are followed; with 0 a redirect is the response. Default: 30, as requests has it.
    pub redirects: Option<usize>,
    /// How the server's certificate is checked. Default: against the platform's roots.
    pub verify: Option<Verify>,
    /// Which proxies are taken; what these say nothing of is left to the session. Default: none.
    pub proxies: Option<Proxies>,
    /// The Unix socket that is connected to in the place of the URL's host, which is then
    /// only named in the request and checked in the server's certificate. No proxy is taken.
    pub unix_socket: Option<PathBuf>,
    /// Addresses of hosts that are not looked up; the first that fits counts.
    pub resolve: Option<Arc<[FixedAddresses]>>,
    /// The address of this machine that connections begin at. Default: the system's choice.
    pub local_address: Option<IpAddr>,
    /// The only version of IP that connections use. Default: whichever answers first.
    pub ip_version: Option<IpVersion>,
    /// Who the client is, where a server asks for its certificate. Default: nobody.
    pub cert: Option<Identity>,
    /// Who the client is for some hosts, where `cert` says nothing. Default: nobody.
    pub host_certs: Option<Identities>,
    /// The name that the server is asked for (SNI, RFC 6066) and that its certificate must
    /// be made out for. Default: the host of the URL.
    pub server_name: Option<String>,
    /// The lowest version of TLS to speak. Default: 1.2.
    pub min_tls_version: Option<TlsVersion>,
    /// The highest version of TLS to speak. Default: 1.3.
    pub max_tls_version: Option<TlsVersion>,
    /// The public keys of which the server must have one, whatever `verify` says. Default: any.
    pub pinned_keys: Option<Vec<KeyPin>>,
    /// A file or a folder of lists of revoked certificates (PEM), one of each CA that the
    /// server's certificate depends on. Default: nothing tells that one is revoked.
    pub crl: Option<PathBuf>,
    /// A file that the keys of each TLS connection are added to, as `SSLKEYLOGFILE` has
    /// them. Default: none.
    pub key_log: Option<PathBuf>,
    /// Whether the environment is heeded where nothing else says it: `REQUESTS_CA_BUNDLE`,
    /// `CURL_CA_BUNDLE`, `SSL_CERT_FILE` and `SSL_CERT_DIR` name the roots that `verify`
    /// checks against. Default: true.
    pub trust_env: Option<bool>,
    /// The protocol version. Default: HTTP/1.1.
    pub version: Option<Version>,
    /// Whether the body is decoded as `Content-Encoding` says. Default: true.
    pub decompress: Option<bool>,
    /// Whether a body that is decoded is also kept as it came. Default: false.
    pub raw_body: Option<bool>,
    /// The character set of the response's text, whatever the response says of it.
    pub encoding: Option<String>,
    /// Where cookies are kept. Default: in the session's own jar.
    pub cookie_jar: Option<Jar>,
    /// The most bytes that a response body may have, decoded. Default: 64 MiB, of one that
    /// goes to a file 4 GiB, and of one that a function takes any number.
    pub max_body: Option<u64>,
    /// The file that the body goes to. Default: none, it is kept in memory.
    pub output: Option<Output>,
    /// How long the body of a response is read: what has come by then is enough, and the
    /// response ends well. Default: to its end.
    pub read_for: Option<Duration>,
    /// Who may cut it short from another thread. Default: nobody.
    pub cancel: Option<Cancel>,
}

/// Options in which nothing is open any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Delivery {
    pub(super) timeout: Duration,
    pub(super) connect_timeout: Duration,
    pub(super) read_timeout: Option<Duration>,
    pub(super) redirects: usize,
    pub(super) version: Version,
    pub(super) decompress: bool,
    pub(super) raw_body: bool,
    pub(super) encoding: Option<String>,
    pub(super) cookie_jar: Jar,
    pub(super) max_body: Option<u64>,
    pub(super) output: Option<Output>,
    pub(super) read_for: Option<Duration>,
    pub(super) cancel: Option<Cancel>,
    /// How connections get to where they lead, but for a proxy.
    pub(super) route: Arc<Route>,
    /// The proxies, of which the URL chooses one.
    pub(super) proxies: Proxies,
    /// What holds for TLS on them.
    pub(super) tls: Arc<TlsOptions>,
    /// Who the client is for some hosts.
    pub(super) host_certs: Identities,
}

impl Options {
    /// These options, and those of the level above where these are silent.
    #[must_use]
    pub fn or(self, above: &Self) -> Self {
        let proxies = match (self.proxies, &above.proxies) {
            (Some(own), Some(above)) => Some(own.or(above)),
            (own, above) => own.or_else(|| above.clone()),
        };
        macro_rules! nearest {
            ($($field:ident),* $(,)?) => {
                Self { proxies, $($field: self.$field.or_else(|| above.$field.clone())),* }
            };
        }
        nearest!(
            timeout,
            connect_timeout,
            read_timeout,
            redirects,
            verify,
            unix_socket,
            resolve,
            local_address,
            ip_version,
            cert,
            host_certs,
            server_name,
            min_tls_version,
            max_tls_version,
            pinned_keys,
            crl,
            key_log,
            trust_env,
            version,
            decompress,
            raw_body,
            encoding,
            cookie_jar,
            max_body,
            output,
            read_for,
            cancel,
        )
    }

    /// These options, but for those that somebody below does without.
    pub(super) fn without(&self, omitted: &[fn(&mut Self)]) -> Cow<'_, Self> {
        let mut left = Cow::Borrowed(self);
        for forget in omitted {
            forget(left.to_mut());
        }
        left
    }

    /// These options, and the client's own where these are silent.
    pub(super) fn resolve(self) -> Result<Delivery, Error> {
        let version = self.version.unwrap_or(Version::Http11);
        if version > Version::Http11 {
            let message = format!("{version} is not supported yet: ask for HTTP/1.1 or leave the version out");
            return Err(Error::new(ErrorKind::Request, message));
        }
        let tls = self.tls();
        let timeout = Duration::from_secs(30).saturating_add(self.read_for.unwrap_or_default());
        Ok(Delivery {
            timeout: self.timeout.unwrap_or(timeout),
            connect_timeout: self.connect_timeout.unwrap_or(Duration::from_secs(10)),
            read_timeout: self.read_timeout,
            redirects: self.redirects.unwrap_or(30),
            version,
            decompress: self.decompress.unwrap_or(true),
            raw_body: self.raw_body.unwrap_or(false),
            encoding: self.encoding,
            cookie_jar: self.cookie_jar.unwrap_or_default(),
            max_body: self.max_body,
            output: self.output,
            read_for: self.read_for,
            cancel: self.cancel,
            route: route(self.unix_socket, self.resolve, self.local_address, self.ip_version),
            proxies: self.proxies.unwrap_or_default(),
            tls,
            host_certs: self.host_certs.unwrap_or_default(),
        })
    }

    /// What is said of TLS; where nothing is, the one value that says so is shared.
    fn tls(&self) -> Arc<TlsOptions> {
        let defaults = if self.trust_env.unwrap_or(true) { environment::tls() } else { TlsOptions::shared() };
        let verify = match &self.verify {
            None | Some(Verify::Platform) => &defaults.verify,
            Some(verify) => verify,
        };
        let options = TlsOptions {
            verify: verify.clone(),
            identity: self.cert.clone(),
            server_name: self.server_name.clone(),
            minimum_version: self.min_tls_version,
            maximum_version: self.max_tls_version,
            pins: self.pinned_keys.clone().unwrap_or_default(),
            revocation_lists: self.crl.clone(),
            key_log: self.key_log.clone(),
        };
        if options == *defaults { defaults } else { options.into() }
    }
}

/// What is said of the way; where nothing is, the one value that says so is shared.
fn route(
    unix_socket: Option<PathBuf>,
    resolve: Option<Arc<[FixedAddresses]>>,
    local_address: Option<IpAddr>,
    ip_version: Option<IpVersion>,
) -> Arc<Route> {
    if unix_socket.is_none() && resolve.is_none() && local_address.is_none() && ip_version.is_none() {
        return Route::direct();
    }
    let resolve = resolve.unwrap_or_default();
    Arc::new(Route { proxy: None, unix_socket, resolve, local_address, ip_version })
}

impl Delivery {
    /// The way to a URL.
    pub(super) fn route(&self, url: &Url) -> Arc<Route> {
        match self.proxies.select(url) {
            Some(proxy) => Arc::new(Route { proxy: Some(Arc::clone(proxy)), ..Route::clone(&self.route) }),
            None => Arc::clone(&self.route),
        }
    }

    /// What holds for TLS on the way to a URL.
    pub(super) fn tls(&self, url: &Url) -> Arc<TlsOptions> {
        match self.host_certs.select(url).filter(|_| self.tls.identity.is_none()) {
            Some(identity) => Arc::new(TlsOptions { identity: Some(identity.clone()), ..TlsOptions::clone(&self.tls) }),
            None => Arc::clone(&self.tls),
        }
    }

    /// When each exchange is given up, of all that begin with this one.
    pub(super) fn deadlines(&self, start: Instant) -> Deadlines {
        Deadlines {
            // A time that the clock cannot count to is never.
            total: start.checked_add(self.timeout),
            connect: Some(self.connect_timeout),
            read: self.read_timeout,
            enough: self.read_for,
            cancel: self.cancel.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lets_the_nearest_level_win() {
        let session = Options { redirects: Some(3), max_body: Some(10), ..Options::default() };
        let request = Options { redirects: Some(0), ..Options::default() };
        let delivery = request.or(&session).resolve().unwrap();
        assert_eq!((delivery.redirects, delivery.max_body), (0, Some(10)));
        assert_eq!((delivery.timeout, delivery.decompress), (Duration::from_secs(30), true));
    }

    #[test]
    fn refuses_versions_to_come() {
        for version in [Version::Http2, Version::Http3] {
            let error = Options { version: Some(version), ..Options::default() }.resolve().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Request);
            assert!(error.to_string().contains("not supported yet"), "{error}");
        }
    }

    #[test]
    fn takes_a_timeout_beyond_the_clock_for_never() {
        let options = Options { timeout: Some(Duration::MAX), ..Options::default() };
        assert_eq!(options.resolve().unwrap().deadlines(Instant::now()).total, None);
    }
}
