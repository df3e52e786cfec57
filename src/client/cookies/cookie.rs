//! A cookie that is kept: what it says, whom it is for, and who may set it (RFC 6265bis, 5.7).

use std::fmt;
use std::time::{Duration, SystemTime};

use crate::http::{Scheme, Url};

use super::domain::Scope;
use super::{SameSite, SetCookie, default_path, domain, path_matches};

/// No cookie lives longer than 400 days (RFC 6265bis, 5.5).
pub(super) const MAX_AGE: Duration = Duration::from_hours(400 * 24);

/// A cookie in a jar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cookie {
    /// The name, which may be empty.
    pub name: String,
    /// The value.
    pub value: String,
    /// The host that it is for, in lower case.
    pub domain: String,
    /// Whether it is for that host alone, and not for those below it.
    pub host_only: bool,
    /// The path that it is for.
    pub path: String,
    /// When it goes; nothing for one that lives as long as the session.
    pub expires: Option<SystemTime>,
    /// Whether it is sent over TLS alone.
    pub secure: bool,
    /// Whether scripts may not see it.
    pub http_only: bool,
    /// Which requests of other sites carry it.
    pub same_site: Option<SameSite>,
}

/// Why a response may not set a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieRefusal {
    /// Its domain is another host's, or everybody's.
    Domain,
    /// It is `Secure`, and the response came in clear.
    Insecure,
    /// Its name begins with `__Secure-` or `__Host-`, and it is not what that says.
    Prefix,
    /// It is `SameSite=None`, and not `Secure`.
    SameSite,
    /// It would stand in the way of a cookie that only TLS may set.
    HidesSecure,
}

impl Cookie {
    /// A cookie for all paths of one host, for as long as the session lasts.
    pub fn new(name: impl Into<String>, value: impl Into<String>, host: &str) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            domain: host.to_ascii_lowercase(),
            host_only: true,
            path: "/".to_owned(),
            expires: None,
            secure: false,
            http_only: false,
            same_site: None,
        }
    }

    /// The cookie that a response from this URL sets, if it may.
    pub(super) fn set_by(url: &Url, cookie: SetCookie, now: SystemTime) -> Result<Self, CookieRefusal> {
        if cookie.secure && !is_secure(url) {
            return Err(CookieRefusal::Insecure);
        }
        if !prefix_holds(&cookie) {
            return Err(CookieRefusal::Prefix);
        }
        if cookie.same_site == Some(SameSite::None) && !cookie.secure {
            return Err(CookieRefusal::SameSite);
        }
        let scope = domain::scope(url, cookie.domain.as_deref());
        let Scope { domain, host_only } = scope.ok_or(CookieRefusal::Domain)?;
        Ok(Self {
            domain,
            host_only,
            expires: expiry(&cookie, now),
            path: cookie.path.unwrap_or_else(|| default_path(url.path()).to_owned()),
            name: cookie.name,
            value: cookie.value,
            secure: cookie.secure,
            http_only: cookie.http_only,
            same_site: cookie.same_site,
        })
    }

    /// Whether one of them takes the place of the other.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        (&self.name, &self.domain, self.host_only, &self.path)
            == (&other.name, &other.domain, other.host_only, &other.path)
    }

    /// Whether requests of this URL carry it.
    pub(super) fn is_for(&self, url: &Url) -> bool {
        (self.domain == url.host() || (!self.host_only && domain::matches(url.host(), &self.domain)))
            && path_matches(url.path(), &self.path)
            && (!self.secure || is_secure(url))
    }

    pub(super) fn has_expired(&self, now: SystemTime) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }
}

/// `Max-Age` counts more than `Expires`; neither is a cookie of the session.
fn expiry(cookie: &SetCookie, now: SystemTime) -> Option<SystemTime> {
    let latest = now + MAX_AGE;
    match cookie.max_age {
        Some(seconds) => {
            let age = Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
            Some(now + age.min(MAX_AGE))
        }
        None => cookie.expires.map(|expires| expires.min(latest)),
    }
}

/// Whether a cookie may be `Secure` here.
pub(super) fn is_secure(url: &Url) -> bool {
    url.scheme() == Scheme::Https || url.is_loopback()
}

/// What names with these beginnings promise (RFC 6265bis, 4.1.3). A cookie without a name
/// may not pretend to one.
fn prefix_holds(cookie: &SetCookie) -> bool {
    let begins =
        |text: &str, prefix: &str| text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    let (secure, host) = ("__Secure-", "__Host-");
    if cookie.name.is_empty() {
        return !begins(&cookie.value, secure) && !begins(&cookie.value, host);
    }
    let whole_host = cookie.domain.as_deref().unwrap_or_default().is_empty() && cookie.path.as_deref() == Some("/");
    (!begins(&cookie.name, secure) || cookie.secure) && (!begins(&cookie.name, host) || (cookie.secure && whole_host))
}

impl fmt::Display for CookieRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Domain => "its domain is not one that this host may set it for",
            Self::Insecure => "it is Secure, but was not set over https",
            Self::Prefix => "its name begins with a promise that its attributes do not keep",
            Self::SameSite => "it is SameSite=None, which only a Secure cookie may be",
            Self::HidesSecure => "it would hide a Secure cookie of that name",
        })
    }
}

impl std::error::Error for CookieRefusal {}
