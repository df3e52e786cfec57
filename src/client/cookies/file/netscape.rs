//! `cookies.txt`: seven fields a line, with tabs between them: the domain, whether it covers
//! the hosts below it, the path, whether TLS is needed, the time at which it goes in seconds
//! since 1970 (0 for a session), the name, the value. A domain after `#HttpOnly_` is one that
//! scripts may not see; older readers take that line for a comment.

use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

use super::super::Cookie;
use super::{Wrong, absolute, dotted, read_lines, undotted};

const HEADER: &str = "# Netscape HTTP Cookie File\n# Written by rqtest.\n\n";

const HTTP_ONLY: &str = "#HttpOnly_";

const FIELDS: usize = 7;

/// Whether a line can be one of this format.
pub(super) fn is_cookie(line: &str) -> bool {
    let is_visible = !line.starts_with('#') || line.starts_with(HTTP_ONLY);
    is_visible && line.split('\t').nth(1).is_some_and(|field| switch(field).is_ok())
}

pub(super) fn read(text: &str) -> Result<Vec<Cookie>, Wrong> {
    read_lines(text, |line| !line.starts_with('#') || line.starts_with(HTTP_ONLY), read_line)
}

fn read_line(line: &str) -> Result<Cookie, String> {
    let (line, http_only) = match line.strip_prefix(HTTP_ONLY) {
        Some(line) => (line, true),
        None => (line, false),
    };
    let fields: Vec<&str> = line.splitn(FIELDS, '\t').collect();
    let (domain, below, path, secure, expires, name, value) = match *fields.as_slice() {
        [domain, below, path, secure, expires, name, value] => (domain, below, path, secure, expires, name, value),
        // An editor that trims lines takes an empty value away.
        [domain, below, path, secure, expires, name] => (domain, below, path, secure, expires, name, ""),
        _ => return Err(format!("it has {} of the {FIELDS} fields that tabs separate", fields.len())),
    };
    Ok(Cookie {
        name: name.to_owned(),
        value: value.to_owned(),
        domain: undotted(domain)?.0,
        host_only: !switch(below)?,
        path: absolute(path)?,
        expires: time(expires)?,
        secure: switch(secure)?,
        http_only,
        same_site: None,
    })
}

fn switch(field: &str) -> Result<bool, String> {
    match field {
        _ if field.eq_ignore_ascii_case("TRUE") => Ok(true),
        _ if field.eq_ignore_ascii_case("FALSE") => Ok(false),
        _ => Err(format!("`{field}` is neither TRUE nor FALSE")),
    }
}

/// Some writers have fractions of seconds, which say nothing of use.
fn time(field: &str) -> Result<Option<SystemTime>, String> {
    let whole = field.split('.').next().unwrap_or_default();
    let seconds = match whole {
        "" => 0,
        digits => digits.parse().map_err(|_| format!("its time `{field}` is no number of seconds since 1970"))?,
    };
    let time = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds));
    Ok(time.filter(|_| seconds > 0))
}

pub(super) fn write<'a>(cookies: impl Iterator<Item = &'a Cookie>) -> String {
    cookies.fold(HEADER.to_owned(), |mut text, cookie| {
        let prefix = if cookie.http_only { HTTP_ONLY } else { "" };
        let (below, secure) = (word(!cookie.host_only), word(cookie.secure));
        let (domain, expires) = (dotted(cookie), seconds(cookie));
        let Cookie { path, name, value, .. } = cookie;
        writeln!(text, "{prefix}{domain}\t{below}\t{path}\t{secure}\t{expires}\t{name}\t{value}")
            .expect("a string takes what is written to it");
        text
    })
}

fn word(switch: bool) -> &'static str {
    if switch { "TRUE" } else { "FALSE" }
}

fn seconds(cookie: &Cookie) -> u64 {
    let since = cookie.expires.map(|time| time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default());
    // 0 would be a cookie of the session, and not one that has gone long ago.
    since.map_or(0, |since| since.as_secs().max(1))
}
