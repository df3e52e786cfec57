//! Durations and sizes as authors write them: `500ms`, `10KiB`.

use std::time::Duration;

/// Units of time with their length in seconds.
const TIMES: &[(&str, f64)] = &[
    ("ns", 1e-9),
    ("us", 1e-6),
    ("\u{b5}s", 1e-6),
    ("\u{3bc}s", 1e-6),
    ("ms", 1e-3),
    ("s", 1.0),
    ("m", 60.0),
    ("min", 60.0),
    ("h", 3600.0),
];

/// Units of size in bytes: `K` is 1000, `Ki` 1024.
const SIZES: &[(&str, f64)] = &[
    ("B", 1.0),
    ("kB", 1e3),
    ("KB", 1e3),
    ("MB", 1e6),
    ("GB", 1e9),
    ("TB", 1e12),
    ("KiB", 1024.0),
    ("MiB", 1_048_576.0),
    ("GiB", 1_073_741_824.0),
    ("TiB", 1_099_511_627_776.0),
];

/// The units of time, for whoever has written another.
pub fn duration_units() -> String {
    names(TIMES)
}

/// The units of size, for whoever has written another.
pub fn size_units() -> String {
    names(SIZES)
}

fn names(units: &[(&str, f64)]) -> String {
    let names: Vec<&str> = units.iter().map(|&(name, _)| name).filter(|name| name.is_ascii()).collect();
    names.join(", ")
}

/// Reads a number with a unit of time, `500ms`: from 0 up.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let (number, unit) = split(text)?;
    Duration::try_from_secs_f64(number * factor(TIMES, unit)?).ok()
}

/// Reads a number with a unit of size, `10KiB`, in bytes: from 0 up, rounded.
pub fn parse_size(text: &str) -> Option<u64> {
    let (number, unit) = split(text)?;
    let bytes = (number * factor(SIZES, unit)?).round();
    (0.0..=u64::MAX as f64).contains(&bytes).then_some(bytes as u64)
}

/// As [`parse_duration`], but a number alone is seconds, and white space may stand before
/// the unit: `5`, `1.5 s`.
pub fn parse_seconds(text: &str) -> Option<Duration> {
    parse_duration(&with_unit(text, "s"))
}

/// As [`parse_seconds`], but a number alone is milliseconds.
pub fn parse_milliseconds(text: &str) -> Option<Duration> {
    parse_duration(&with_unit(text, "ms"))
}

/// As [`parse_size`], but a number alone is bytes, and white space may stand before the
/// unit: `512`, `10 KiB`.
pub fn parse_bytes(text: &str) -> Option<u64> {
    parse_size(&with_unit(text, "B"))
}

fn with_unit(text: &str, default: &str) -> String {
    let unit = text.trim_start_matches(is_of_number);
    let number = &text[..text.len() - unit.len()];
    format!("{number}{}", if unit.is_empty() { default } else { unit.trim_ascii_start() })
}

fn split(text: &str) -> Option<(f64, &str)> {
    let unit = text.trim_start_matches(is_of_number);
    Some((text[..text.len() - unit.len()].parse().ok()?, unit))
}

fn is_of_number(character: char) -> bool {
    character.is_ascii_digit() || character == '.'
}

fn factor(units: &[(&str, f64)], unit: &str) -> Option<f64> {
    units.iter().find(|(name, _)| *name == unit).map(|&(_, factor)| factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_durations() {
        for (text, expected) in [
            ("500ms", Some(Duration::from_millis(500))),
            ("1.5s", Some(Duration::from_millis(1500))),
            ("2m", Some(Duration::from_secs(120))),
            ("3\u{b5}s", Some(Duration::from_micros(3))),
            ("5", None),
            ("ms", None),
            ("-1s", None),
            ("1 s", None),
            ("1.2.3s", None),
            ("99999999999999999999999h", None),
        ] {
            assert_eq!(parse_duration(text), expected, "{text}");
        }
    }

    #[test]
    fn reads_sizes() {
        for (text, expected) in [
            ("10B", Some(10)),
            ("10KB", Some(10_000)),
            ("10KiB", Some(10_240)),
            ("1.5MiB", Some(1_572_864)),
            ("10", None),
            ("10Kb", None),
            ("999999999999GiB", None),
        ] {
            assert_eq!(parse_size(text), expected, "{text}");
        }
    }

    #[test]
    fn a_number_alone_is_seconds_or_bytes_where_that_is_asked_for() {
        for (text, milliseconds) in
            [("5", 5_000), ("1.5", 1_500), ("500ms", 500), ("2 m", 120_000), ("0", 0), ("0.25s", 250)]
        {
            assert_eq!(parse_seconds(text), Some(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in ["", "s", " ", "-1", "1d", "1e3", "inf", "1.2.3", "99999999999999999999999", "{{t}}", "5 s x"] {
            assert_eq!(parse_seconds(text), None, "{text}");
        }
        for (text, bytes) in [("512", 512), ("10KiB", 10_240), ("1 MB", 1_000_000), ("2GiB", 2 << 30)] {
            assert_eq!(parse_bytes(text), Some(bytes), "{text}");
        }
        for text in ["", "KB", "1PB", "-1", "99999999999GiB"] {
            assert_eq!(parse_bytes(text), None, "{text}");
        }
    }
}
