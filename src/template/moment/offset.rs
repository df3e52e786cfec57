//! How far a point in time is moved: `-1 d`, `2 days 3 hours`, `1h30m`.

use jiff::{Error, Span, Zoned};

/// A time, moved by an offset. A sign counts for all that follows it, until the next one.
///
/// # Errors
/// If it is no offset, or leads out of the calendar: a lowercase fragment.
pub(in crate::template) fn moved(time: Zoned, offset: &str) -> Result<Zoned, String> {
    let mut rest = offset.trim_start();
    let (mut time, mut sign) = (time, 1);
    if rest.is_empty() {
        return Err("the offset is empty: it is written as `-1 d` or `2 days 3 hours`".to_owned());
    }
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(['-', '+']) {
            sign = if rest.starts_with('-') { -1 } else { 1 };
            rest = after.trim_start();
        }
        let (number, after) = split(rest, |character| character.is_ascii_digit());
        let (unit, after) = split(after.trim_start(), char::is_alphabetic);
        let amount: i64 = number.parse().map_err(|_| {
            format!("the offset `{offset}` is no number with a unit: it is written as `-1 d` or `2 days 3 hours`")
        })?;
        time = shifted(time, sign * amount, unit)?;
        rest = after.trim_start();
    }
    Ok(time)
}

/// A time, moved by a number of units.
///
/// # Errors
/// If there is no such unit, or it leads out of the calendar: a lowercase fragment.
pub(in crate::template) fn shifted(time: Zoned, amount: i64, unit: &str) -> Result<Zoned, String> {
    let known = UNITS.iter().find(|(names, _)| names.contains(&unit));
    let (_, span) = known.ok_or_else(|| match unit {
        "" => format!("the offset {amount} has no unit"),
        _ => format!("`{unit}` is no unit of time: they are y, Q, M, w, d, h, m, s, ms"),
    })?;
    let moved = span(amount).and_then(|span| time.checked_add(span));
    moved.map_err(|_| format!("an offset of {amount} {unit} leads out of the calendar"))
}

/// A number of units.
type Units = fn(i64) -> Result<Span, Error>;

const UNITS: &[(&[&str], Units)] = &[
    (&["y", "year", "years"], |amount| Span::new().try_years(amount)),
    (&["Q", "quarter", "quarters"], |amount| Span::new().try_months(amount.saturating_mul(3))),
    (&["M", "month", "months"], |amount| Span::new().try_months(amount)),
    (&["w", "week", "weeks"], |amount| Span::new().try_weeks(amount)),
    (&["d", "day", "days"], |amount| Span::new().try_days(amount)),
    (&["h", "hour", "hours"], |amount| Span::new().try_hours(amount)),
    (&["m", "min", "minute", "minutes"], |amount| Span::new().try_minutes(amount)),
    (&["s", "sec", "second", "seconds"], |amount| Span::new().try_seconds(amount)),
    (&["ms", "millisecond", "milliseconds"], |amount| Span::new().try_milliseconds(amount)),
];

/// What of a text at its start belongs together, and the rest.
fn split(text: &str, belongs: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(|character| !belongs(character)).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn time() -> Zoned {
        "2024-03-05T14:07:09.042+01:00[Europe/Paris]".parse().unwrap()
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
            ("-1 day 2 hours", "2024-03-04T12:07:09"),
            ("-1 day + 2 hours", "2024-03-04T16:07:09"),
            (" +1h30min ", "2024-03-05T15:37:09"),
            // Summer time begins on the 31st: a day is not 24 hours then.
            ("26 days", "2024-03-31T14:07:09"),
            ("624 hours", "2024-03-31T15:07:09"),
        ] {
            let moved = moved(time(), offset).unwrap();
            assert_eq!(moved.strftime("%Y-%m-%dT%H:%M:%S").to_string(), expected, "{offset}");
        }
    }

    #[test]
    fn says_what_is_wrong_with_an_offset() {
        for (offset, expected) in [
            ("1", "the offset 1 has no unit"),
            ("", "the offset is empty: it is written as `-1 d` or `2 days 3 hours`"),
            ("x d", "the offset `x d` is no number with a unit: it is written as `-1 d` or `2 days 3 hours`"),
            ("1 dayz", "`dayz` is no unit of time: they are y, Q, M, w, d, h, m, s, ms"),
            ("99999 y", "an offset of 99999 y leads out of the calendar"),
            ("9223372036854775807 Q", "an offset of 9223372036854775807 Q leads out of the calendar"),
            ("9000 y", "an offset of 9000 y leads out of the calendar"),
        ] {
            assert_eq!(moved(time(), offset).unwrap_err(), expected);
        }
    }

    proptest! {
        #[test]
        fn never_panics(offset in "([-+0-9 dhmsyQé]|day|9223372036854775807){0,8}") {
            let _ = moved(time(), &offset);
        }
    }
}
