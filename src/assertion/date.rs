//! Dates: points in time, the texts that are one, and the formats that they are written in.

use jiff::civil::{Date, DateTime};
use jiff::fmt::{rfc2822, strtime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::client;

use super::value::Value;

/// The date that a value is: one, or a text that is read as one.
pub(super) fn of(value: &Value<'_>) -> Option<Timestamp> {
    match value {
        Value::Date(date) => Some(*date),
        other => of_text(other.as_text()?),
    }
}

/// Reads `2026-11-21`, which is its midnight in UTC, RFC 3339, or the date of a header field.
fn of_text(text: &str) -> Option<Timestamp> {
    match text.as_bytes().first()? {
        digit if digit.is_ascii_digit() => of_rfc3339(text).or_else(|| of_calendar(text)),
        _ => of_header(text),
    }
}

/// `2026-11-21`
fn of_calendar(text: &str) -> Option<Timestamp> {
    let date = has_shape(text, "0000-00-00").then(|| text.parse::<Date>().ok())??;
    in_utc(date.to_datetime(jiff::civil::Time::midnight()))
}

/// RFC 3339, 5.6: `2026-11-21T09:30:00.5Z`, `2026-11-21T09:30:00+01:00`.
pub(super) fn of_rfc3339(text: &str) -> Option<Timestamp> {
    let (start, rest) = text.split_at_checked(19)?;
    let fraction = rest.strip_prefix('.').map(|digits| digits.trim_start_matches(|digit: char| digit.is_ascii_digit()));
    let offset = fraction.unwrap_or(rest);
    let has_digits = fraction.is_none_or(|offset| rest.len() > offset.len() + 1);
    let is_offset = offset.eq_ignore_ascii_case("Z") || has_shape(offset, "+00:00") || has_shape(offset, "-00:00");
    let is_whole = has_shape(&start.to_ascii_uppercase(), "0000-00-00T00:00:00") && has_digits && is_offset;
    is_whole.then(|| text.parse().ok())?
}

/// RFC 9110, 5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`, or one of the older ways to write it, as
/// cookies have them (RFC 6265, 5.1.1).
fn of_header(text: &str) -> Option<Timestamp> {
    let newer = || rfc2822::parse(text).ok().map(|date| date.timestamp());
    newer().or_else(|| client::parse_cookie_date(text)?.try_into().ok())
}

/// Whether a text has a digit where the shape has a `0`, and is the shape elsewhere.
fn has_shape(text: &str, shape: &str) -> bool {
    let fits = |(byte, wanted): (u8, u8)| if wanted == b'0' { byte.is_ascii_digit() } else { byte == wanted };
    text.len() == shape.len() && text.bytes().zip(shape.bytes()).all(fits)
}

fn in_utc(date: DateTime) -> Option<Timestamp> {
    date.to_zoned(TimeZone::UTC).ok().map(|date| date.timestamp())
}

/// A format in the words of `strftime`: `%Y-%m-%d`.
#[derive(Debug)]
pub(super) struct DateFormat(String);

impl DateFormat {
    /// Chrono's name for RFC 3339, which Hurl knows.
    const RFC3339: &str = "%+";

    /// A format, if there is all that it speaks of: else what is wrong with it.
    pub(super) fn new(text: &str) -> Result<Self, String> {
        let format = Self(text.to_owned());
        match format.try_write(Timestamp::UNIX_EPOCH) {
            Ok(_) => Ok(format),
            Err(error) => Err(error.to_string()),
        }
    }

    /// A date, in UTC.
    pub(super) fn write(&self, date: Timestamp) -> String {
        self.try_write(date).unwrap_or_else(|_| date.to_string())
    }

    fn try_write(&self, date: Timestamp) -> Result<String, jiff::Error> {
        let date = Zoned::new(date, TimeZone::UTC);
        strtime::format(self.0.replace(Self::RFC3339, "%Y-%m-%dT%H:%M:%S%.f%:z"), &date)
    }

    /// The date that a text of this format is: in UTC where it names no offset, and midnight
    /// where it names no time.
    pub(super) fn read(&self, text: &str) -> Option<Timestamp> {
        if self.0 == Self::RFC3339 {
            return of_rfc3339(text);
        }
        let read = strtime::parse(&self.0, text).ok()?;
        let midnight = || Some(read.to_date().ok()?.to_datetime(jiff::civil::Time::midnight()));
        let without_offset = || in_utc(read.to_datetime().ok().or_else(midnight)?);
        read.to_timestamp().ok().or_else(without_offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_dates_of_texts() {
        for (text, expected) in [
            ("2026-11-21", "2026-11-21T00:00:00Z"),
            ("2026-11-21T09:30:00+01:00", "2026-11-21T08:30:00Z"),
            ("Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"),
        ] {
            assert_eq!(of(&Value::raw(text)).unwrap().to_string(), expected, "{text}");
        }
        for text in ["", "2026", "2026-1-1", "21.11.2026", "é", "Sun"] {
            assert_eq!(of(&Value::raw(text)), None, "{text}");
        }
    }

    #[test]
    fn reads_and_writes_by_a_format() {
        for (format, text, expected) in [
            ("%a, %d %b %Y %H:%M:%S GMT", "Wed, 13 Jan 2021 22:23:01 GMT", "2021-01-13T22:23:01Z"),
            ("%Y-%m-%dT%H:%M:%S%.fZ", "2023-01-23T18:25:43.511Z", "2023-01-23T18:25:43.511Z"),
            ("%d.%m.%Y", "23.01.2023", "2023-01-23T00:00:00Z"),
            ("%Y-%m-%d %H:%M %z", "2023-01-23 18:25 +0100", "2023-01-23T17:25:00Z"),
            ("%s", "0", "1970-01-01T00:00:00Z"),
            ("%+", "2023-01-23T18:25:43+01:00", "2023-01-23T17:25:43Z"),
        ] {
            let read = DateFormat::new(format).unwrap().read(text);
            assert_eq!(read.map(|date| date.to_string()).as_deref(), Some(expected), "{format}");
        }
        let date = "2023-01-23T18:25:43.5Z".parse().unwrap();
        for (format, expected) in [("%A", "Monday"), ("%+", "2023-01-23T18:25:43.5+00:00"), ("%d/%m", "23/01")] {
            assert_eq!(DateFormat::new(format).unwrap().write(date), expected);
        }
        assert!(DateFormat::new("%!").is_err());
        assert_eq!(DateFormat::new("%Y").unwrap().read("soon"), None);
    }
}
