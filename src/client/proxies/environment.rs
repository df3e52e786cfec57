//! The proxies that the process's environment names.

use crate::transport::{InvalidProxy, Proxy};

use super::exceptions::Exceptions;
use super::{Proxies, Rule, Urls};

/// The variables that name a proxy, and what for.
const VARIABLES: &[(&str, &str)] = &[("http_proxy", "http"), ("https_proxy", "https"), ("all_proxy", "all")];

impl Proxies {
    /// What `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` say, in lower case or,
    /// where that is not set, in upper case; one that is set and empty says that there is
    /// none. `HTTP_PROXY` in upper case is not heeded where `REQUEST_METHOD` is set: a web
    /// server that runs this by CGI would have it from whoever asks.
    ///
    /// This machine (`localhost`, `127.0.0.0/8`, `::1`) is asked directly, as Go has it: a
    /// proxy elsewhere would ask itself.
    ///
    /// # Errors
    /// If one of them is no proxy.
    ///
    /// ```
    /// use rqtest::client::Proxies;
    ///
    /// let variables = [("https_proxy", "proxy.example:3128"), ("NO_PROXY", ".internal")];
    /// let value = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_string());
    /// let proxies = Proxies::from_variables(value)?;
    /// assert!(proxies.select(&"https://example.org/".parse()?).is_some());
    /// assert!(proxies.select(&"https://db.internal/".parse()?).is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn from_variables(value: impl Fn(&str) -> Option<String>) -> Result<Self, InvalidProxy> {
        let is_cgi = value("REQUEST_METHOD").is_some();
        let find = |lower: &str| {
            let upper = lower.to_ascii_uppercase();
            let outside_value = is_cgi && upper == "HTTP_PROXY";
            let found = value(lower).map(|text| (lower.to_owned(), text));
            let found = found.or_else(|| value(&upper).filter(|_| !outside_value).map(|text| (upper, text)));
            found.filter(|(_, text)| !text.trim().is_empty())
        };
        let named = |name: &str, error: InvalidProxy| InvalidProxy::new(format!("the variable {name}: {error}"));
        let mut proxies = Self::new();
        for (variable, key) in VARIABLES {
            if let Some((name, text)) = find(variable) {
                let proxy: Proxy = text.trim().parse().map_err(|error| named(&name, error))?;
                proxies = proxies.with(key, Some(proxy))?;
            }
        }
        if proxies == Self::new() {
            return Ok(proxies);
        }
        let exceptions = find("no_proxy").map_or_else(Exceptions::default, |(_, text)| Exceptions::parse_known(&text));
        let mut rules = proxies.rules.to_vec();
        rules.push(Rule { urls: Urls::Except(exceptions.and_loopback()), proxy: None });
        Ok(Self::of(rules))
    }

    /// As [`Proxies::from_variables`], of this process: what requests does unless
    /// `trust_env` is off, and this client only where it is told to.
    ///
    /// # Errors
    /// As [`Proxies::from_variables`].
    ///
    /// ```
    /// use rqtest::client::{Proxies, Session};
    ///
    /// let mut session = Session::new();
    /// session.defaults.options.proxies = Some(Proxies::from_env()?);
    /// # Ok::<(), rqtest::client::InvalidProxy>(())
    /// ```
    #[expect(clippy::disallowed_methods, reason = "a caller of the library asks for the environment here")]
    pub fn from_env() -> Result<Self, InvalidProxy> {
        Self::from_variables(|name| std::env::var(name).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(variables: &[(&str, &str)]) -> Result<Proxies, String> {
        let value = |name: &str| Some(variables.iter().find(|(known, _)| *known == name)?.1.to_owned());
        Proxies::from_variables(value).map_err(|error| error.to_string())
    }

    #[test]
    fn reads_both_cases_the_lower_first() {
        for (variables, http, https) in [
            (&[][..], None, None),
            (&[("HTTP_PROXY", "a")], Some("a"), None),
            (&[("HTTP_PROXY", "a"), ("http_proxy", "b")], Some("b"), None),
            (&[("HTTP_PROXY", "a"), ("http_proxy", "")], None, None),
            (&[("HTTP_PROXY", "a"), ("REQUEST_METHOD", "GET")], None, None),
            (&[("http_proxy", "a"), ("REQUEST_METHOD", "GET")], Some("a"), None),
            (&[("HTTPS_PROXY", "a"), ("REQUEST_METHOD", "GET")], None, Some("a")),
            (&[("ALL_PROXY", "a"), ("https_proxy", " b ")], Some("a"), Some("b")),
            (&[("all_proxy", "socks5h://a")], Some("a"), Some("a")),
            (&[("ALL_PROXY", "a"), ("NO_PROXY", "*")], None, None),
            (&[("ALL_PROXY", "a"), ("no_proxy", "x"), ("NO_PROXY", "*")], Some("a"), Some("a")),
            (&[("ALL_PROXY", "a"), ("NO_PROXY", "<local>,10.*,h:443")], Some("a"), None),
        ] {
            let proxies = proxies(variables).unwrap();
            let host = |url: &str| proxies.select(&url.parse().unwrap()).map(|proxy| proxy.host().to_owned());
            assert_eq!((host("http://h/").as_deref(), host("https://h/").as_deref()), (http, https), "{variables:?}");
        }
    }

    #[test]
    fn asks_this_machine_directly() {
        let proxies = proxies(&[("ALL_PROXY", "a")]).unwrap();
        for url in ["http://localhost:8000/", "http://127.0.0.1/", "http://127.9.9.9/", "http://[::1]/"] {
            assert_eq!(proxies.select(&url.parse().unwrap()), None, "{url}");
        }
    }

    #[test]
    fn names_the_variable_that_is_wrong_without_its_password() {
        let error = proxies(&[("ALL_PROXY", "socks://u:hunter2@h")]).unwrap_err();
        assert!(error.starts_with("the variable ALL_PROXY: `socks` is no scheme"), "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}
