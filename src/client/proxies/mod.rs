//! Which proxy a request takes: by the URL, and from the nearest level that has an answer.

mod environment;
mod exceptions;

use std::fmt;
use std::sync::Arc;

use crate::http::{Scheme, Url};
use crate::transport::{InvalidProxy, Proxy};

use exceptions::Exceptions;

/// Proxies by what they are for, as Python's requests keeps them: `http`, `https`,
/// `all`, `scheme://host`, `all://host`. The most specific that fits a URL is taken.
///
/// ```
/// use rqtest::client::{Proxies, Proxy, Session};
/// use rqtest::serve::PracticeServer;
///
/// // The practice server takes requests in absolute form, as a proxy does.
/// let server = PracticeServer::start(([127, 0, 0, 1], 0).into())?;
/// let proxy: Proxy = server.base_url().replace("http://", "http://ada:secret@").parse()?;
///
/// let mut session = Session::new();
/// session.defaults.options.proxies =
///     Some(Proxies::all(proxy).with("https", None)?.except("localhost, 127.0.0.0/8, .internal")?);
/// let response = session.get("http://nowhere.example/anything").send()?;
/// assert_eq!(response.json_value()?["headers"]["Host"], "nowhere.example");
/// assert!(!response.request.headers.contains("Proxy-Authorization"));
///
/// // What a request says counts more than what its session does.
/// let direct = session.get(&server.base_url()).proxies(Proxies::none()).send()?;
/// assert_eq!(direct.status.code(), 200);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Proxies {
    /// The nearest level first, and in a level the most specific; the first that fits counts.
    rules: Arc<[Rule]>,
}

/// What is done about some URLs; without a proxy they are asked for directly.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    urls: Urls,
    proxy: Option<Arc<Proxy>>,
}

/// Some URLs, the most specific first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Urls {
    /// Hosts that no proxy is for, whatever a rule of the same level says.
    Except(Exceptions),
    /// Of a scheme and a host.
    Host(&'static str, String),
    /// Of a scheme.
    Scheme(&'static str),
    /// Of a host, whatever the scheme.
    AnyOnHost(String),
    /// All of them.
    All,
}

impl Proxies {
    /// Nothing is said: what the level above says counts.
    pub fn new() -> Self {
        Self::default()
    }

    /// No proxy at all, whatever the levels above say.
    pub fn none() -> Self {
        Self::of(vec![Rule { urls: Urls::All, proxy: None }])
    }

    /// One proxy for everything, whatever the levels above say.
    pub fn all(proxy: Proxy) -> Self {
        Self::of(vec![Rule { urls: Urls::All, proxy: Some(Arc::new(proxy)) }])
    }

    /// These proxies, and one for the URLs that a key stands for: `http`, `https`, `all`,
    /// `scheme://host`, `all://host`. With `None` these go directly, whatever the levels above say.
    ///
    /// # Errors
    /// If the key is none of these.
    pub fn with(self, key: &str, proxy: Option<Proxy>) -> Result<Self, InvalidProxy> {
        let urls = Urls::parse(key)?;
        let mut rules: Vec<Rule> = self.rules.iter().filter(|rule| rule.urls != urls).cloned().collect();
        rules.push(Rule { urls, proxy: proxy.map(Arc::new) });
        Ok(Self::of(rules))
    }

    /// These proxies, but for some hosts: `localhost, .example.org, 10.0.0.0/8, [::1]:8080`,
    /// as `NO_PROXY` lists them.
    ///
    /// # Errors
    /// If one of them is no host, address or network.
    pub fn except(self, hosts: &str) -> Result<Self, InvalidProxy> {
        let mut rules = self.rules.to_vec();
        rules.push(Rule { urls: Urls::Except(Exceptions::parse(hosts)?), proxy: None });
        Ok(Self::of(rules))
    }

    /// These proxies, and those of the level above for what these say nothing of.
    #[must_use]
    pub fn or(self, above: &Self) -> Self {
        match (self.rules.is_empty(), above.rules.is_empty()) {
            (true, _) => above.clone(),
            (_, true) => self,
            _ => Self { rules: self.rules.iter().chain(above.rules.iter()).cloned().collect() },
        }
    }

    /// The proxy for a URL.
    pub fn select(&self, url: &Url) -> Option<&Arc<Proxy>> {
        self.rules.iter().find(|rule| rule.urls.hold(url))?.proxy.as_ref()
    }

    /// Every proxy, whatever it is for.
    pub fn iter(&self) -> impl Iterator<Item = &Proxy> {
        self.rules.iter().filter_map(|rule| rule.proxy.as_deref())
    }

    fn of(mut rules: Vec<Rule>) -> Self {
        rules.sort_by(|one, other| one.urls.cmp(&other.urls));
        Self { rules: rules.into() }
    }
}

impl Urls {
    fn parse(key: &str) -> Result<Self, InvalidProxy> {
        let unknown = || {
            let known = "`http`, `https`, `all`, or one of these with a host, such as `https://example.org`";
            InvalidProxy::new(format!("a proxy is for {known}, and not for `{}`", key.escape_debug()))
        };
        let (scheme, host) = match key.split_once("://") {
            Some((scheme, host)) => (scheme, Some(url::Host::parse(host).map_err(|_| unknown())?.to_string())),
            None => (key, None),
        };
        let schemes = [Scheme::Http, Scheme::Https].map(Scheme::as_str);
        let scheme = match schemes.into_iter().find(|known| known.eq_ignore_ascii_case(scheme)) {
            None if scheme.eq_ignore_ascii_case("all") => None,
            None => return Err(unknown()),
            known => known,
        };
        Ok(match (scheme, host) {
            (Some(scheme), Some(host)) => Self::Host(scheme, host),
            (Some(scheme), None) => Self::Scheme(scheme),
            (None, Some(host)) => Self::AnyOnHost(host),
            (None, None) => Self::All,
        })
    }

    fn hold(&self, url: &Url) -> bool {
        let is_of = |scheme: &str| url.scheme().as_str() == scheme;
        match self {
            Self::Except(exceptions) => exceptions.hold(url),
            Self::Host(scheme, host) => is_of(scheme) && url.host() == host,
            Self::Scheme(scheme) => is_of(scheme),
            Self::AnyOnHost(host) => url.host() == host,
            Self::All => true,
        }
    }
}

impl fmt::Debug for Proxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.rules.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(keys: &[(&str, Option<&str>)]) -> Proxies {
        keys.iter().fold(Proxies::new(), |proxies, (key, proxy)| {
            proxies.with(key, proxy.map(|proxy| proxy.parse().unwrap())).unwrap()
        })
    }

    fn selected(proxies: &Proxies, url: &str) -> Option<String> {
        proxies.select(&url.parse().unwrap()).map(|proxy| proxy.host().to_owned())
    }

    #[test]
    fn takes_the_most_specific_of_a_level() {
        let all = [
            ("all", Some("a")),
            ("all://other.org", Some("b")),
            ("http", Some("c")),
            ("http://example.org", Some("d")),
            ("HTTPS://Example.org", None),
        ];
        for (url, expected) in [
            ("http://example.org/", Some("d")),
            ("http://example.org:81/", Some("d")),
            ("https://example.org/", None),
            ("http://other.org/", Some("c")),
            ("https://other.org/", Some("b")),
            ("https://third.org/", Some("a")),
        ] {
            assert_eq!(selected(&proxies(&all), url).as_deref(), expected, "{url}");
        }
        assert_eq!(selected(&Proxies::new(), "http://h/"), None);
    }

    #[test]
    fn asks_the_level_above_only_where_it_has_no_answer() {
        let above = proxies(&[("http", Some("a")), ("https", Some("b"))]);
        for (near, http, https) in [
            (Proxies::new(), Some("a"), Some("b")),
            (proxies(&[("https", Some("c"))]), Some("a"), Some("c")),
            (proxies(&[("https", None)]), Some("a"), None),
            (proxies(&[("https://h", Some("d"))]), Some("a"), Some("d")),
            // requests would take the `http` of the level above.
            (Proxies::all("e".parse().unwrap()), Some("e"), Some("e")),
            (Proxies::none(), None, None),
            (Proxies::new().except("h").unwrap(), None, None),
        ] {
            let merged = near.or(&above);
            assert_eq!(selected(&merged, "http://h/").as_deref(), http, "{merged:?}");
            assert_eq!(selected(&merged, "https://h/").as_deref(), https, "{merged:?}");
        }
    }

    #[test]
    fn a_later_proxy_of_a_key_replaces_an_earlier_one() {
        let proxies = proxies(&[("http", Some("a")), ("http", Some("b"))]);
        assert_eq!((selected(&proxies, "http://h/").as_deref(), proxies.iter().count()), (Some("b"), 1));
    }

    #[test]
    fn exceptions_go_before_the_proxies_of_their_level_alone() {
        let level = Proxies::all("a".parse().unwrap()).except("h.org").unwrap();
        assert_eq!(selected(&level, "http://h.org/"), None);
        assert_eq!(selected(&level, "http://i.org/").as_deref(), Some("a"));
        let nearer = proxies(&[("http", Some("b"))]).or(&level);
        assert_eq!(selected(&nearer, "http://h.org/").as_deref(), Some("b"));
    }

    #[test]
    fn says_which_keys_there_are() {
        for key in ["", "ftp", "http://", "http://a b", "http://h/x", "example.org"] {
            let error = Proxies::new().with(key, None).unwrap_err().to_string();
            assert!(error.starts_with("a proxy is for `http`"), "{key}: {error}");
        }
    }

    #[test]
    fn hides_passwords() {
        let shown = format!("{:?}", Proxies::all("http://ada:hunter2@h".parse().unwrap()));
        assert!(shown.contains("http://h:80") && !shown.contains("hunter2"), "{shown}");
    }
}
