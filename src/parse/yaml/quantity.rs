//! Durations and sizes as text: a number and its unit.

use std::time::Duration;

/// The seconds of each unit of time.
const TIME: &[(&str, f64)] = &[("ms", 0.001), ("s", 1.0), ("m", 60.0), ("h", 3600.0)];

/// The bytes of each unit of size, in lower case.
const SIZE: &[(&str, f64)] = &[
    ("b", 1.0),
    ("kb", 1e3),
    ("mb", 1e6),
    ("gb", 1e9),
    ("kib", 1024.0),
    ("mib", 1024.0 * 1024.0),
    ("gib", 1024.0 * 1024.0 * 1024.0),
];

/// Reads `500ms`, `1.5s`, `2m`, `1h`. A number without a unit is no duration here.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = split(text)?;
    let (_, seconds) = TIME.iter().find(|(name, _)| *name == unit)?;
    self::seconds(number * seconds)
}

/// A number of seconds, unless it is negative or too large.
pub(crate) fn seconds(number: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(number).ok()
}

/// Reads `512B`, `10kB` (1,000 each), `10KiB` (1,024 each), up to `GiB`, in any case.
pub(crate) fn size(text: &str) -> Option<u64> {
    let (number, unit) = split(text)?;
    let unit = unit.to_ascii_lowercase();
    let (_, bytes) = SIZE.iter().find(|(name, _)| *name == unit)?;
    let total = number * bytes;
    (total < u64::MAX as f64).then_some(total as u64)
}

fn split(text: &str) -> Option<(f64, &str)> {
    let unit = text.find(|character: char| !character.is_ascii_digit() && character != '.')?;
    let (number, unit) = text.split_at(unit);
    Some((number.parse().ok()?, unit.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_durations() {
        let cases = [("500ms", 500), ("1.5s", 1500), ("2m", 120_000), ("1h", 3_600_000), ("10 s", 10_000), ("0s", 0)];
        for (text, milliseconds) in cases {
            assert_eq!(duration(text), Some(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in ["", "10", "s", "-1s", "1.2.3s", "10 seconds", "99999999999999999999h", "1S"] {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn reads_sizes() {
        let cases =
            [("512B", 512), ("10KiB", 10_240), ("10kb", 10_000), ("1.5 MiB", 1_572_864), ("2GB", 2_000_000_000)];
        for (text, bytes) in cases {
            assert_eq!(size(text), Some(bytes), "{text}");
        }
        for text in ["", "10", "10K", "-1B", "99999999999999GiB"] {
            assert_eq!(size(text), None, "{text}");
        }
    }
}
