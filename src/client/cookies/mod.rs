//! Cookies (RFC 6265bis): what `Set-Cookie` says, and the jar that keeps it.

mod cookie;
mod date;
mod domain;
mod field;
mod file;
mod files;
mod jar;
mod set_cookie;

pub use cookie::{Cookie, CookieRefusal};
pub(crate) use date::parse as parse_cookie_date;
pub use field::CookieFields;
pub(super) use field::{Omitted, own_cookies};
pub use file::{CookieFileError, CookieFormat};
pub(super) use files::Jars;
pub use files::{CookieFiles, Jar};
pub use jar::CookieJar;
pub use set_cookie::{SameSite, SetCookie};

/// Whether a path is one that a cookie is for (RFC 6265bis, 5.1.4).
fn path_matches(path: &str, cookie_path: &str) -> bool {
    path.strip_prefix(cookie_path)
        .is_some_and(|rest| rest.is_empty() || cookie_path.ends_with('/') || rest.starts_with('/'))
}

/// The path of a cookie that names none: that of the URL up to its last slash (RFC 6265bis, 5.1.4).
fn default_path(path: &str) -> &str {
    match path.rfind('/') {
        Some(0) | None => "/",
        Some(last) => &path[..last],
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use crate::http::Url;

    use super::*;

    #[test]
    fn matches_paths_at_their_slashes() {
        for (path, cookie_path, expected) in [
            ("/", "/", true),
            ("/a/b", "/", true),
            ("/a", "/a", true),
            ("/a/", "/a", true),
            ("/a/b", "/a/", true),
            ("/a", "/a/", false),
            ("/ab", "/a", false),
            ("/A", "/a", false),
            ("/%61", "/a", false),
        ] {
            assert_eq!(path_matches(path, cookie_path), expected, "{path} for {cookie_path}");
        }
    }

    #[test]
    fn takes_the_folder_of_the_url_as_default_path() {
        for (path, expected) in [("/", "/"), ("/a", "/"), ("/a/", "/a"), ("/a/b/c", "/a/b"), ("", "/")] {
            assert_eq!(default_path(path), expected, "{path}");
        }
    }

    /// Where RFC 6265bis says otherwise than the suite, which was written for RFC 6265.
    const DEVIATIONS: &[(&str, &str, &str)] = &[
        ("0004", "=foo", "a cookie may be without a name"),
        ("0024", "=foo", "a cookie may be without a name"),
        ("0026", "=foo", "a cookie may be without a name"),
        ("0027", "=bar", "a cookie may be without a name"),
        ("CHROMIUM0010", "=\"BLA\\\"HHH\"", "a cookie may be without a name"),
        ("DISABLED_CHROMIUM0022", "", "a cookie with a control character is refused, not cut"),
        ("DISABLED_PATH0029", "", "paths are compared as they are written"),
        ("MOZILLA0014", "=six", "a cookie may be without a name"),
        ("MOZILLA0015", "=seven", "a cookie may be without a name"),
        ("MOZILLA0017", "=eight; test=six", "a cookie may be without a name"),
        ("NAME0023", "=foo", "a cookie may be without a name"),
        ("NAME0028", "=a", "a cookie may be without a name"),
    ];

    #[test]
    fn holds_the_vectors_of_http_state() {
        let Some(suite) = crate::client::vectors::read("http-state-cookies.json") else {
            return;
        };
        let base: Url = "http://home.example.org:8888/cookie-parser".parse().unwrap();
        // Before the dates that are to come, and after those that are past.
        let now = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
        for case in suite["tests"].as_array().expect("a list of cases") {
            let name = case["test"].as_str().expect("a name");
            let mut jar = CookieJar::new();
            for line in case["received"].as_array().expect("a list of fields") {
                if let Some(cookie) = SetCookie::parse(line.as_str().expect("a field")) {
                    let _ = jar.store(&base, cookie, now);
                }
            }
            let to = base.join(case["sent-to"].as_str().unwrap_or("/cookie-parser-result")).unwrap();
            let expected = match DEVIATIONS.iter().find(|(deviating, ..)| *deviating == name) {
                Some((_, ours, _)) => (*ours).to_owned(),
                None => expected_pairs(case),
            };
            assert_eq!(pairs(jar.matching(&to, now)), expected, "{name}");
        }
    }

    fn pairs(cookies: Vec<&Cookie>) -> String {
        let pairs: Vec<String> = cookies.iter().map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect();
        pairs.join("; ")
    }

    fn expected_pairs(case: &serde_json::Value) -> String {
        let pair = |cookie: &serde_json::Value| {
            let text = |key: &str| cookie[key].as_str().expect("a text").to_owned();
            format!("{}={}", text("name"), text("value"))
        };
        let pairs: Vec<String> = case["sent"].as_array().expect("a list of cookies").iter().map(pair).collect();
        pairs.join("; ")
    }
}
