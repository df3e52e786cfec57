//! How points in time are written: by name, in the tokens of Day.js, Java and .NET, or in strftime's.

use std::borrow::Cow;

use jiff::Zoned;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;

/// ISO 8601 to the millisecond, in the zone of the time.
pub(in crate::template) const ISO: &str = "iso8601";

/// A time in a format: of a name, or made of tokens.
///
/// # Errors
/// Why it cannot be written: a lowercase fragment.
pub(in crate::template) fn write(time: &Zoned, format: &str) -> Result<String, String> {
    let is_utc = *time.time_zone() == TimeZone::UTC;
    match (format, is_utc) {
        (ISO, true) => write_directives(time, "%Y-%m-%dT%H:%M:%S.%3fZ"),
        (ISO, false) => write_directives(time, "%Y-%m-%dT%H:%M:%S.%3f%:z"),
        ("rfc1123", true) => write_directives(time, "%a, %d %b %Y %H:%M:%S GMT"),
        ("rfc1123", false) => write_directives(time, "%a, %d %b %Y %H:%M:%S %z"),
        (custom, _) => write_directives(time, &strftime(custom)),
    }
}

/// A format as strftime has it: one with a `%` is written so already.
pub(in crate::template) fn strftime(format: &str) -> Cow<'_, str> {
    if format.contains('%') { format.into() } else { directives(format).into() }
}

/// A time as strftime writes it.
///
/// # Errors
/// Why it cannot be written: a lowercase fragment.
pub(in crate::template) fn write_directives(time: &Zoned, directives: &str) -> Result<String, String> {
    strtime::format(directives, time).map_err(|error| format!("the time cannot be written: {error}"))
}

/// Tokens that mean the same in Day.js and in Java, and their strftime directives; of two
/// that begin alike the longer one stands first.
const COMMON: &[(&str, &str)] = &[
    ("MMMM", "%B"),
    ("MMM", "%b"),
    ("MM", "%m"),
    ("M", "%-m"),
    ("HH", "%H"),
    ("H", "%-H"),
    ("hh", "%I"),
    ("h", "%-I"),
    ("mm", "%M"),
    ("m", "%-M"),
    ("ss", "%S"),
    ("s", "%-S"),
    ("SSS", "%3f"),
];

/// The tokens of Day.js, beside those in common.
const DAY_JS: &[(&str, &str)] = &[
    ("YYYY", "%Y"),
    ("YY", "%y"),
    ("DD", "%d"),
    ("D", "%-d"),
    ("dddd", "%A"),
    ("ddd", "%a"),
    ("d", "%w"),
    ("A", "%p"),
    ("a", "%P"),
    ("ZZ", "%z"),
    ("Z", "%:z"),
    ("X", "%s"),
];

/// The tokens of Java's `DateTimeFormatter` and of .NET, beside those in common.
const JAVA: &[(&str, &str)] = &[
    ("yyyy", "%Y"),
    ("yy", "%y"),
    ("uuuu", "%Y"),
    ("dddd", "%A"),
    ("ddd", "%a"),
    ("dd", "%d"),
    ("d", "%-d"),
    ("EEEE", "%A"),
    ("EEE", "%a"),
    ("E", "%a"),
    ("a", "%p"),
    ("tt", "%p"),
    ("fff", "%3f"),
    ("XXX", "%:z"),
    ("XX", "%z"),
    ("xxx", "%:z"),
    ("xx", "%z"),
    ("Z", "%z"),
    ("VV", "%Q"),
    ("z", "%Z"),
];

/// A format of Day.js, of Java or of .NET as strftime directives. It is not Day.js's where its year is
/// written `yy…` or `uu…`; what is no token stands for itself.
pub(in crate::template) fn directives(format: &str) -> String {
    let java = format.contains("yy") || format.contains("uu");
    let own = if java { JAVA } else { DAY_JS };
    let mut directives = String::new();
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        let quoted = if java { quoted(rest, '\'', '\'') } else { quoted(rest, '[', ']') };
        let token = own.iter().chain(COMMON).find(|(token, _)| rest.starts_with(token));
        let length = match (quoted, token) {
            (Some(text), _) => {
                directives.push_str(&text.replace('%', "%%"));
                text.len() + 2
            }
            (None, Some((token, directive))) => {
                directives.push_str(directive);
                token.len()
            }
            (None, None) => {
                directives.push_str(if first == '%' { "%%" } else { &rest[..first.len_utf8()] });
                first.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    directives
}

/// What stands between two marks at the start of a text.
fn quoted(text: &str, open: char, close: char) -> Option<&str> {
    text.strip_prefix(open)?.split_once(close).map(|(quoted, _)| quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time() -> Zoned {
        "2024-03-05T14:07:09.042+01:00[Europe/Paris]".parse().unwrap()
    }

    #[test]
    fn writes_custom_formats() {
        for (format, expected) in [
            ("YYYY-MM-DD HH:mm:ss", "2024-03-05 14:07:09"),
            ("YY/M/D H:m:s.SSS", "24/3/5 14:7:9.042"),
            ("dddd, ddd d MMMM MMM", "Tuesday, Tue 2 March Mar"),
            ("hh:mm A h a", "02:07 PM 2 pm"),
            ("Z ZZ X", "+01:00 +0100 1709644029"),
            ("[Day] D [100%]", "Day 5 100%"),
            ("yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "2024-03-05T14:07:09.042+01:00"),
            ("EEEE d MMM yy", "Tuesday 5 Mar 24"),
            ("ddd dd.MM.yyyy hh:mm:ss.fff tt", "Tue 05.03.2024 02:07:09.042 PM"),
            ("100% é", "100% é"),
            ("", ""),
        ] {
            assert_eq!(strtime::format(directives(format), &time()).unwrap(), expected, "{format}");
        }
    }

    #[test]
    fn writes_named_formats_in_the_zone_of_the_time() {
        let utc = time().with_time_zone(TimeZone::UTC);
        for (time, format, expected) in [
            (&time(), ISO, "2024-03-05T14:07:09.042+01:00"),
            (&utc, ISO, "2024-03-05T13:07:09.042Z"),
            (&time(), "rfc1123", "Tue, 05 Mar 2024 14:07:09 +0100"),
            (&utc, "rfc1123", "Tue, 05 Mar 2024 13:07:09 GMT"),
            (&utc, "%A, %H:%M", "Tuesday, 13:07"),
        ] {
            assert_eq!(write(time, format).as_deref(), Ok(expected));
        }
    }
}
