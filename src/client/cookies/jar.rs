//! The jar: which cookies are kept (RFC 6265bis, 5.7), and which a request carries (5.8).

use std::time::SystemTime;

use crate::http::Url;

use super::cookie::is_secure;
use super::{Cookie, CookieRefusal, SetCookie, domain, path_matches};

/// Cookies beyond this drive out the oldest of their domain (RFC 6265bis, 6.1).
const MAX_PER_DOMAIN: usize = 50;

/// Cookies beyond this drive out the oldest of all (RFC 6265bis, 6.1).
const MAX_IN_ALL: usize = 3000;

/// The cookies of a session. The time comes in with each call.
///
/// It follows RFC 6265bis, but for this:
/// - `SameSite` is kept but has no effect on what is sent: every request of a session is its
///   author's own, and none is made by another site's page.
/// - A loopback host counts as secure, as it does in browsers, so that what is tested on this
///   machine can set `Secure` cookies.
/// - Where there are too many, the oldest goes, and not the one that was sent longest ago:
///   what a request carries does not depend on the requests that carried it before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CookieJar {
    /// In order of their creation.
    cookies: Vec<Cookie>,
}

impl CookieJar {
    /// An empty jar.
    pub fn new() -> Self {
        Self::default()
    }

    /// The cookies, oldest first, those that have expired since included.
    pub fn iter(&self) -> std::slice::Iter<'_, Cookie> {
        self.cookies.iter()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.cookies.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.cookies.len()
    }

    /// The value of the cookie of a name; the newest where several hosts and paths have one.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.cookies.iter().rfind(|cookie| cookie.name == name).map(|cookie| cookie.value.as_str())
    }

    /// Keeps a cookie, whoever might set it, in the place of the one of its name, domain and path.
    ///
    /// ```
    /// use rqtest::client::{Cookie, CookieJar};
    ///
    /// let mut jar = CookieJar::new();
    /// jar.put(Cookie::new("sid", "31d4", "example.org"));
    /// assert_eq!(jar.get("sid"), Some("31d4"));
    /// jar.remove("sid");
    /// assert!(jar.is_empty());
    /// ```
    pub fn put(&mut self, cookie: Cookie) {
        match self.cookies.iter_mut().find(|other| other.is_same(&cookie)) {
            Some(other) => *other = cookie,
            None => self.cookies.push(cookie),
        }
    }

    /// Takes the cookies of a name away, whatever hosts and paths they are for.
    pub fn remove(&mut self, name: &str) {
        self.cookies.retain(|cookie| cookie.name != name);
    }

    /// Takes away what has expired by then.
    pub fn remove_expired(&mut self, now: SystemTime) {
        self.cookies.retain(|cookie| !cookie.has_expired(now));
    }

    /// Takes all cookies away.
    pub fn clear(&mut self) {
        self.cookies.clear();
    }

    /// What has become of `before` in this jar, done to another one too: its cookies that are
    /// new or changed are put there, and those that are gone are taken away.
    pub(super) fn repeat_changes(&self, before: &Self, other: &mut Self) {
        let lacks = |cookie: &Cookie| !self.cookies.iter().any(|kept| kept.is_same(cookie));
        let gone: Vec<&Cookie> = before.cookies.iter().filter(|cookie| lacks(cookie)).collect();
        other.cookies.retain(|cookie| !gone.iter().any(|gone| gone.is_same(cookie)));
        let changed = self.cookies.iter().filter(|cookie| !before.cookies.contains(cookie));
        changed.for_each(|cookie| other.put(cookie.clone()));
    }

    /// Keeps a cookie that a response from this URL sets; one that has expired takes the
    /// one of its name, domain and path away.
    ///
    /// # Errors
    /// If the response may not set it.
    pub fn store(&mut self, url: &Url, cookie: SetCookie, now: SystemTime) -> Result<(), CookieRefusal> {
        let cookie = Cookie::set_by(url, cookie, now)?;
        if !is_secure(url) && self.hides_secure(&cookie) {
            return Err(CookieRefusal::HidesSecure);
        }
        let same = self.cookies.iter().position(|other| other.is_same(&cookie));
        match (same, cookie.has_expired(now)) {
            (Some(at), true) => drop(self.cookies.remove(at)),
            (Some(at), false) => self.cookies[at] = cookie,
            (None, true) => {}
            (None, false) => self.add(cookie, now),
        }
        Ok(())
    }

    /// The cookies that a request of this URL carries, in the order in which it does:
    /// longer paths first, and older ones among equals.
    pub fn matching(&self, url: &Url, now: SystemTime) -> Vec<&Cookie> {
        let mut matching: Vec<&Cookie> =
            self.cookies.iter().filter(|cookie| cookie.is_for(url) && !cookie.has_expired(now)).collect();
        matching.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        matching
    }

    /// Whether this cookie would stand in the way of one that only TLS may set.
    fn hides_secure(&self, cookie: &Cookie) -> bool {
        !cookie.secure
            && self.cookies.iter().any(|other| {
                other.secure
                    && other.name == cookie.name
                    && (domain::matches(&other.domain, &cookie.domain)
                        || domain::matches(&cookie.domain, &other.domain))
                    && path_matches(&cookie.path, &other.path)
            })
    }

    fn add(&mut self, cookie: Cookie, now: SystemTime) {
        let siblings = self.cookies.iter().filter(|other| other.domain == cookie.domain).count();
        if siblings >= MAX_PER_DOMAIN || self.cookies.len() >= MAX_IN_ALL {
            self.make_room(&cookie.domain, now);
        }
        self.cookies.push(cookie);
    }

    /// Takes away what has expired, and then the oldest cookies that are too many.
    fn make_room(&mut self, domain: &str, now: SystemTime) {
        self.remove_expired(now);
        if self.cookies.iter().filter(|cookie| cookie.domain == domain).count() >= MAX_PER_DOMAIN {
            let of_domain = |cookie: &Cookie| cookie.domain == domain;
            let at = self.cookies.iter().position(|cookie| of_domain(cookie) && !cookie.secure);
            let at = at.or_else(|| self.cookies.iter().position(of_domain));
            self.cookies.remove(at.expect("there are as many as the limit"));
        }
        if self.cookies.len() >= MAX_IN_ALL {
            self.cookies.remove(0);
        }
    }
}

impl FromIterator<Cookie> for CookieJar {
    fn from_iter<I: IntoIterator<Item = Cookie>>(cookies: I) -> Self {
        cookies.into_iter().fold(Self::new(), |mut jar, cookie| {
            jar.put(cookie);
            jar
        })
    }
}

impl<'a> IntoIterator for &'a CookieJar {
    type Item = &'a Cookie;
    type IntoIter = std::slice::Iter<'a, Cookie>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::cookie::MAX_AGE;
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000)
    }

    fn jar(set: &[(&str, &str)]) -> CookieJar {
        let mut jar = CookieJar::new();
        for (from, cookie) in set {
            if let Some(cookie) = SetCookie::parse(cookie) {
                let _ = jar.store(&url(from), cookie, now());
            }
        }
        jar
    }

    fn sent(jar: &CookieJar, to: &str, at: SystemTime) -> String {
        let pairs: Vec<String> =
            jar.matching(&url(to), at).iter().map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
        pairs.join("; ")
    }

    #[test]
    fn sends_cookies_where_they_belong() {
        let https = "https://a.example.org/x/y";
        for (cookie, to, expected) in [
            ("n=v", "https://a.example.org/x/z", true),
            ("n=v", "https://a.example.org/x", true),
            ("n=v", "https://a.example.org/", false),
            ("n=v", "https://b.a.example.org/x/", false),
            ("n=v", "http://a.example.org:81/x/", true),
            ("n=v; Domain=example.org; Path=/", "https://b.example.org/", true),
            ("n=v; Domain=example.org; Path=/", "https://example.com/", false),
            ("n=v; Domain=org", "https://a.example.org/x/y", false),
            ("n=v; Secure", "https://a.example.org/x/", true),
            ("n=v; Secure", "http://a.example.org/x/", false),
            ("__Secure-n=v; Secure; Path=/", "https://a.example.org/", true),
            ("__Secure-n=v; Path=/", "https://a.example.org/", false),
            ("__host-n=v; Secure; Path=/", "https://a.example.org/", true),
            ("__Host-n=v; Secure", "https://a.example.org/x/", false),
            ("__Host-n=v; Secure; Path=/; Domain=a.example.org", "https://a.example.org/", false),
            ("=__Host-n=v", "https://a.example.org/x/", false),
        ] {
            assert_eq!(!sent(&jar(&[(https, cookie)]), to, now()).is_empty(), expected, "{cookie} to {to}");
        }
    }

    #[test]
    fn forgets_cookies_in_time() {
        let second = Duration::from_secs(1);
        for (cookie, after, expected) in [
            ("n=v; Max-Age=10", 9 * second, true),
            ("n=v; Max-Age=10", 10 * second, false),
            ("n=v; Max-Age=0", Duration::ZERO, false),
            ("n=v; Max-Age=-1", Duration::ZERO, false),
            ("n=v; Max-Age=9999999999999999999", MAX_AGE - second, true),
            ("n=v; Max-Age=9999999999999999999", MAX_AGE, false),
            ("n=v; Max-Age=10; Expires=Thu, 01 Jan 1970 00:00:00 GMT", Duration::ZERO, true),
            ("n=v; Expires=Thu, 01 Jan 1970 00:00:00 GMT", Duration::ZERO, false),
            ("n=v; Expires=Sun, 09 Sep 2001 01:46:50 GMT", 9 * second, true),
            ("n=v; Expires=Sun, 09 Sep 2001 01:46:50 GMT", 10 * second, false),
            ("n=v; Expires=soon", MAX_AGE, true),
        ] {
            let jar = jar(&[("http://h/", cookie)]);
            assert_eq!(!sent(&jar, "http://h/", now() + after).is_empty(), expected, "{cookie} after {after:?}");
        }
    }

    #[test]
    fn replaces_in_place_and_removes() {
        let mut jar = jar(&[("http://h/", "a=1"), ("http://h/", "b=2"), ("http://h/", "a=3")]);
        assert_eq!(sent(&jar, "http://h/", now()), "a=3; b=2");
        jar.store(&url("http://h/"), SetCookie::parse("a=; Max-Age=0").unwrap(), now()).unwrap();
        assert_eq!(sent(&jar, "http://h/", now()), "b=2");
        jar.clear();
        assert!(jar.is_empty());
    }

    #[test]
    fn sends_longer_paths_first() {
        let set = ["a=1; Path=/", "b=2; Path=/x/y", "c=3; Path=/x", "d=4; Path=/"];
        let jar = jar(&set.map(|cookie| ("http://h/", cookie)));
        assert_eq!(sent(&jar, "http://h/x/y/z", now()), "b=2; c=3; a=1; d=4");
    }

    #[test]
    fn lets_no_plain_response_hide_a_secure_cookie() {
        let jar = jar(&[
            ("https://a.example.org/", "n=secure; Secure; Path=/"),
            ("http://a.example.org/", "n=plain; Path=/"),
            ("http://b.a.example.org/", "n=below; Path=/; Domain=a.example.org"),
            ("http://a.example.org/", "other=plain; Path=/"),
        ]);
        assert_eq!(sent(&jar, "https://a.example.org/", now()), "n=secure; other=plain");
    }

    #[test]
    fn says_why_it_refuses_a_cookie() {
        let mut jar = jar(&[("https://a.example.org/", "kept=1; Secure; Path=/")]);
        for (cookie, expected) in [
            ("n=v", Ok(())),
            ("n=v; Domain=example.com", Err(CookieRefusal::Domain)),
            ("n=v; Secure", Err(CookieRefusal::Insecure)),
            ("__Host-n=v", Err(CookieRefusal::Prefix)),
            ("n=v; SameSite=None", Err(CookieRefusal::SameSite)),
            ("n=v; SameSite=Nobody", Ok(())),
            ("kept=2", Err(CookieRefusal::HidesSecure)),
        ] {
            let cookie = SetCookie::parse(cookie).unwrap();
            assert_eq!(jar.store(&url("http://a.example.org/"), cookie, now()), expected);
        }
    }

    #[test]
    fn repeats_the_changes_of_one_jar_in_another() {
        let before = jar(&[("http://h/", "kept=1"), ("http://h/", "changed=1"), ("http://h/", "gone=1")]);
        let mut after = before.clone();
        after.remove("gone");
        for cookie in ["changed=2", "new=1"] {
            after.store(&url("http://h/"), SetCookie::parse(cookie).unwrap(), now()).unwrap();
        }
        let mut other = before.clone();
        other.put(Cookie::new("kept", "of others", "h"));
        other.put(Cookie::new("theirs", "1", "h"));
        after.repeat_changes(&before, &mut other);
        assert_eq!(sent(&other, "http://h/", now()), "kept=of others; changed=2; theirs=1; new=1");
        assert_eq!((other.get("new"), other.get("gone"), other.len()), (Some("1"), None, 4));
    }

    #[test]
    fn treats_loopback_as_secure() {
        for host in ["localhost", "127.0.0.1", "[::1]"] {
            let at = format!("http://{host}:8080/");
            assert_eq!(sent(&jar(&[(&at, "n=v; Secure")]), &at, now()), "n=v", "{host}");
        }
    }

    #[test]
    fn keeps_within_its_limits() {
        let mut jar = CookieJar::new();
        for host in 0..70 {
            for number in 0..60 {
                let cookie = SetCookie::parse(&format!("n{number}=v")).unwrap();
                jar.store(&url(&format!("http://h{host}.example.org/")), cookie, now()).unwrap();
            }
        }
        assert_eq!(jar.iter().len(), MAX_IN_ALL);
        let last = jar.matching(&url("http://h69.example.org/"), now());
        assert_eq!((last.len(), last[0].name.as_str()), (MAX_PER_DOMAIN, "n10"));
    }
}
