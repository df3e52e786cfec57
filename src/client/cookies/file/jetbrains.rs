//! `http-client.cookies`: five fields a line, with tabs between them, the date in UTC and
//! without its zone, or -1 for a session.

use std::fmt::Write as _;
use std::time::SystemTime;

use jiff::Timestamp;
use jiff::fmt::strtime;

use super::super::{Cookie, date};
use super::{Wrong, absolute, dotted, read_lines, undotted};

/// What the first line of such a file names.
pub(super) const COLUMNS: [&str; 5] = ["domain", "path", "name", "value", "date"];

const SESSION: &str = "-1";

pub(super) fn read(text: &str) -> Result<Vec<Cookie>, Wrong> {
    read_lines(text, |line| !line.starts_with('#'), read_line)
}

fn read_line(line: &str) -> Result<Cookie, String> {
    let fields: Vec<&str> = line.splitn(4, '\t').collect();
    // The value is what stands between: it may hold tabs, and a date does not.
    let rest = fields.get(3).and_then(|rest| rest.rsplit_once('\t'));
    let (&[domain, path, name, _], Some((value, expires))) = (fields.as_slice(), rest) else {
        return Err(format!("it has {} of the {} fields that tabs separate", fields.len(), COLUMNS.len()));
    };
    let (domain, covers_below) = undotted(domain)?;
    Ok(Cookie {
        name: name.to_owned(),
        value: value.to_owned(),
        domain,
        host_only: !covers_below,
        path: absolute(path)?,
        expires: time(expires)?,
        secure: false,
        http_only: false,
        same_site: None,
    })
}

fn time(field: &str) -> Result<Option<SystemTime>, String> {
    match field.trim() {
        SESSION => Ok(None),
        date => date::parse(date).map(Some).ok_or_else(|| format!("its date `{date}` is neither -1 nor a date")),
    }
}

pub(super) fn write<'a>(cookies: impl Iterator<Item = &'a Cookie>) -> String {
    let header = format!("# {}\n", COLUMNS.join("\t"));
    cookies.fold(header, |mut text, cookie| {
        let (domain, expires) = (dotted(cookie), written(cookie.expires));
        let Cookie { path, name, value, .. } = cookie;
        writeln!(text, "{domain}\t{path}\t{name}\t{value}\t{expires}").expect("a string takes what is written to it");
        text
    })
}

/// `Wed, 13-Jul-2022 16:48:47`
fn written(expires: Option<SystemTime>) -> String {
    let date = expires.map(|time| {
        let time = Timestamp::try_from(time).unwrap_or(Timestamp::MAX);
        strtime::format("%a, %d-%b-%Y %H:%M:%S", &time.to_zoned(jiff::tz::TimeZone::UTC))
    });
    match date {
        Some(Ok(date)) => date,
        Some(Err(_)) | None => SESSION.to_owned(),
    }
}
