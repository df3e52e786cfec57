//! Points in time, and how they are written.

use jiff::fmt::strtime;
use jiff::{Span, Zoned};
use minijinja::value::Value;

use super::super::view::View;

/// Seconds since 1970-01-01T00:00:00Z.
pub(super) fn timestamp(arguments: &[String], view: &View) -> Result<Value, String> {
    let time = shifted(view.clock().now(), arguments)?;
    Ok(Value::from(time.timestamp().as_second()))
}

/// The time in UTC, as ISO 8601 has it.
pub(super) fn iso_timestamp(arguments: &[String], view: &View) -> Result<Value, String> {
    written(&shifted(view.clock().now(), arguments)?, "%Y-%m-%dT%H:%M:%S.%3fZ")
}

/// The date where the run takes place.
pub(super) fn date(_: &[String], view: &View) -> Result<Value, String> {
    written(&view.clock().local(), "%Y-%m-%d")
}

/// The time in UTC, in a format.
pub(super) fn datetime(arguments: &[String], view: &View) -> Result<Value, String> {
    let (format, offset) = format_and_offset(arguments);
    let time = shifted(view.clock().now(), offset)?;
    match format {
        "rfc1123" => written(&time, "%a, %d %b %Y %H:%M:%S GMT"),
        "iso8601" => written(&time, "%Y-%m-%dT%H:%M:%S.%3fZ"),
        custom => written(&time, &directives(custom)),
    }
}

/// The time where the run takes place, in a format.
pub(super) fn local_datetime(arguments: &[String], view: &View) -> Result<Value, String> {
    let (format, offset) = format_and_offset(arguments);
    let time = shifted(view.clock().local(), offset)?;
    match format {
        "rfc1123" => written(&time, "%a, %d %b %Y %H:%M:%S %z"),
        "iso8601" => written(&time, "%Y-%m-%dT%H:%M:%S%:z"),
        custom => written(&time, &directives(custom)),
    }
}

fn format_and_offset(arguments: &[String]) -> (&str, &[String]) {
    match arguments {
        [] => ("iso8601", &[]),
        [format, offset @ ..] => (format, offset),
    }
}

fn written(time: &Zoned, format: &str) -> Result<Value, String> {
    strtime::format(format, time).map(Value::from).map_err(|error| format!("the time cannot be written: {error}"))
}

/// Moves a time by pairs of a number and a unit.
fn shifted(time: Zoned, offsets: &[String]) -> Result<Zoned, String> {
    offsets.chunks(2).try_fold(time, |time, offset| {
        let [amount, unit] = offset else { return Err(format!("the offset {} has no unit", offset[0])) };
        let amount: i64 = amount.parse().map_err(|_| format!("the offset `{amount}` is not a whole number"))?;
        let span = span(amount, unit)?;
        time.checked_add(span).map_err(|_| format!("an offset of {amount} {unit} leads out of the calendar"))
    })
}

fn span(amount: i64, unit: &str) -> Result<Span, String> {
    let span = match unit {
        "y" => Span::new().try_years(amount),
        "Q" => Span::new().try_months(amount.saturating_mul(3)),
        "M" => Span::new().try_months(amount),
        "w" => Span::new().try_weeks(amount),
        "d" => Span::new().try_days(amount),
        "h" => Span::new().try_hours(amount),
        "m" => Span::new().try_minutes(amount),
        "s" => Span::new().try_seconds(amount),
        "ms" => Span::new().try_milliseconds(amount),
        _ => return Err(format!("`{unit}` is no unit of time: they are y, Q, M, w, d, h, m, s, ms")),
    };
    span.map_err(|_| format!("an offset of {amount} {unit} leads out of the calendar"))
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
fn directives(format: &str) -> String {
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
    fn moves_times_by_offsets() {
        for (offset, expected) in [
            ("1 y", "2025-03-05T14:07:09"),
            ("-1 M", "2024-02-05T14:07:09"),
            ("1 Q", "2024-06-05T14:07:09"),
            ("-1 w", "2024-02-27T14:07:09"),
            ("-5 d", "2024-02-29T14:07:09"),
            ("10 h", "2024-03-06T00:07:09"),
            ("-8 m", "2024-03-05T13:59:09"),
            ("51 s", "2024-03-05T14:08:00"),
            ("958 ms", "2024-03-05T14:07:10"),
            ("1 d 1 h", "2024-03-06T15:07:09"),
        ] {
            let offsets: Vec<String> = offset.split(' ').map(str::to_owned).collect();
            let moved = shifted(time(), &offsets).unwrap();
            assert_eq!(moved.strftime("%Y-%m-%dT%H:%M:%S").to_string(), expected, "{offset}");
        }
    }

    #[test]
    fn says_what_is_wrong_with_an_offset() {
        for (offset, expected) in [
            ("1", "the offset 1 has no unit"),
            ("x d", "the offset `x` is not a whole number"),
            ("1 days", "`days` is no unit of time: they are y, Q, M, w, d, h, m, s, ms"),
            ("99999 y", "an offset of 99999 y leads out of the calendar"),
            ("9223372036854775807 Q", "an offset of 9223372036854775807 Q leads out of the calendar"),
            ("9000 y", "an offset of 9000 y leads out of the calendar"),
        ] {
            let offsets: Vec<String> = offset.split(' ').map(str::to_owned).collect();
            assert_eq!(shifted(time(), &offsets).unwrap_err(), expected);
        }
    }
}
