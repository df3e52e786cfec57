//! Cookies (RFC 6265bis): what `Set-Cookie` says, and the jar that keeps it.

mod date;
mod domain;
mod jar;
mod set_cookie;

pub use jar::{Cookie, CookieJar};
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
}
