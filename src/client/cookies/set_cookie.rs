//! What a `Set-Cookie` field says (RFC 6265bis, 5.6).

use std::time::SystemTime;

use super::date;

/// The most bytes of a name and value together (RFC 6265bis, 5.6).
const MAX_PAIR: usize = 4096;

/// The most bytes of an attribute's value; a longer attribute is ignored (RFC 6265bis, 5.6).
const MAX_ATTRIBUTE: usize = 1024;

/// A cookie as a response sets it.
///
/// ```
/// use rqtest::client::{SameSite, SetCookie};
///
/// let cookie = SetCookie::parse("sid=31d4; Path=/; Max-Age=60; HttpOnly; SameSite=lax").unwrap();
/// assert_eq!((cookie.name.as_str(), cookie.value.as_str()), ("sid", "31d4"));
/// assert_eq!((cookie.max_age, cookie.http_only), (Some(60), true));
/// assert_eq!(cookie.same_site, Some(SameSite::Lax));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SetCookie {
    /// The name, which may be empty.
    pub name: String,
    /// The value as it was written, quotes included.
    pub value: String,
    /// When it goes, by its `Expires`.
    pub expires: Option<SystemTime>,
    /// In how many seconds it goes; zero or less is at once. It counts more than `expires`.
    pub max_age: Option<i64>,
    /// The domain that it is for, without a dot before it.
    pub domain: Option<String>,
    /// The path that it is for, where that begins with a slash.
    pub path: Option<String>,
    /// Whether it is sent over TLS alone.
    pub secure: bool,
    /// Whether scripts may not see it.
    pub http_only: bool,
    /// Which requests of other sites carry it; nothing where that is not or wrongly said.
    pub same_site: Option<SameSite>,
    /// Every attribute as it was written, unknown ones included; one without `=` has no value.
    pub attributes: Vec<(String, Option<String>)>,
}

/// Which requests of other sites carry a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// None.
    Strict,
    /// Those that open a page.
    Lax,
    /// All.
    None,
}

impl SetCookie {
    /// Reads the value of a `Set-Cookie` field. There is no cookie in one that names and
    /// says nothing, holds control characters, or is longer than 4096 bytes.
    pub fn parse(text: &str) -> Option<Self> {
        if text.chars().any(|character| character.is_ascii_control() && character != '\t') {
            return None;
        }
        let mut pieces = text.split(';');
        let pair = pieces.next()?;
        let (name, value) = pair.split_once('=').unwrap_or(("", pair));
        let (name, value) = (trim(name), trim(value));
        if name.len() + value.len() > MAX_PAIR || (name.is_empty() && value.is_empty()) {
            return None;
        }
        let mut cookie = Self { name: name.to_owned(), value: value.to_owned(), ..Self::default() };
        for piece in pieces {
            cookie.take_attribute(piece);
        }
        Some(cookie)
    }

    /// The value of an attribute, named in any case, the last one where it is written
    /// more than once; empty for one without a value, as `Secure`.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let named = self.attributes.iter().rfind(|(other, _)| other.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_deref().unwrap_or_default())
    }

    fn take_attribute(&mut self, piece: &str) {
        let (name, value) = match piece.split_once('=') {
            Some((name, value)) => (trim(name), Some(trim(value))),
            None => (trim(piece), None),
        };
        let text = value.unwrap_or_default();
        if (name.is_empty() && text.is_empty()) || text.len() > MAX_ATTRIBUTE {
            return;
        }
        self.attributes.push((name.to_owned(), value.map(str::to_owned)));
        match name.to_ascii_lowercase().as_str() {
            "expires" => self.expires = date::parse(text).or(self.expires),
            "max-age" => self.max_age = seconds(text).or(self.max_age),
            "domain" => self.domain = Some(text.strip_prefix('.').unwrap_or(text).to_owned()),
            "path" => self.path = text.starts_with('/').then(|| text.to_owned()),
            "secure" => self.secure = true,
            "httponly" => self.http_only = true,
            "samesite" => self.same_site = SameSite::parse(text),
            _ => {}
        }
    }
}

impl SameSite {
    fn parse(text: &str) -> Option<Self> {
        let known = [("strict", Self::Strict), ("lax", Self::Lax), ("none", Self::None)];
        known.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|&(_, same_site)| same_site)
    }

    /// The word for it: `Strict`, `Lax` or `None`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Strict => "Strict",
            Self::Lax => "Lax",
            Self::None => "None",
        }
    }
}

/// `max-age-value = [ "-" ] 1*DIGIT`; numbers too large for the type are as good as its largest.
fn seconds(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(text.parse().unwrap_or(if text.starts_with('-') { i64::MIN } else { i64::MAX }))
}

fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_names_and_values() {
        for (text, expected) in [
            ("a=b", Some(("a", "b"))),
            (" a = b ; c", Some(("a", "b"))),
            ("a=b=c", Some(("a", "b=c"))),
            ("a=\"b c\"", Some(("a", "\"b c\""))),
            ("a=", Some(("a", ""))),
            ("=b", Some(("", "b"))),
            ("b", Some(("", "b"))),
            ("a=b, c=d", Some(("a", "b, c=d"))),
            ("", None),
            ("=", None),
            ("; Secure", None),
            ("a=b\u{1}", None),
        ] {
            let cookie = SetCookie::parse(text);
            assert_eq!(cookie.as_ref().map(|found| (&*found.name, &*found.value)), expected, "{text}");
        }
    }

    #[test]
    fn reads_attributes_in_any_case_the_last_one_counting() {
        let cookie = SetCookie::parse(
            "a=b; EXPIRES=Thu, 01 Jan 1970 00:00:00 GMT; max-age=1; Max-Age=x; domain=.a.org; path=/x; Path=/y; \
             secure=no; HttpOnly; SameSite=NONE; Partitioned; ; Priority = High",
        )
        .unwrap();
        assert_eq!(cookie.expires, Some(SystemTime::UNIX_EPOCH));
        assert_eq!((cookie.max_age, cookie.same_site), (Some(1), Some(SameSite::None)));
        assert_eq!((cookie.domain.as_deref(), cookie.path.as_deref()), (Some("a.org"), Some("/y")));
        assert!(cookie.secure && cookie.http_only);
        assert_eq!(cookie.attribute("partitioned"), Some(""));
        assert_eq!((cookie.attribute("PRIORITY"), cookie.attribute("Path")), (Some("High"), Some("/y")));
        assert_eq!((cookie.attribute("none"), cookie.attributes.len()), (None, 11));
    }

    #[test]
    fn saturates_ages() {
        for (text, expected) in [
            ("0", Some(0)),
            ("-1", Some(-1)),
            ("99999999999999999999", Some(i64::MAX)),
            ("-99999999999999999999", Some(i64::MIN)),
            ("", None),
            ("-", None),
            ("+1", None),
            ("1s", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }

    #[test]
    fn refuses_what_is_too_long() {
        assert!(SetCookie::parse(&format!("a={}", "b".repeat(MAX_PAIR - 1))).is_some());
        assert!(SetCookie::parse(&format!("a={}", "b".repeat(MAX_PAIR))).is_none());
        let cookie = SetCookie::parse(&format!("a=b; path=/{}", "c".repeat(MAX_ATTRIBUTE))).unwrap();
        assert_eq!((cookie.path, cookie.attributes.len()), (None, 0));
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,60}|[a-z=;, /.-]{0,60}") {
            let _ = SetCookie::parse(&text);
        }
    }
}
