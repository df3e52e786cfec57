//! Numbers with units, as directives write them.

use std::time::Duration;

use crate::diagnostic::Diagnostic;
use crate::source::{Span, Spanned};

/// Units of time, in seconds.
const TIMES: &[(&str, f64)] = &[("", 1.0), ("s", 1.0), ("ms", 0.001), ("m", 60.0), ("h", 3600.0)];

/// Units of sizes, in bytes.
const SIZES: &[(&str, u64)] = &[
    ("", 1),
    ("B", 1),
    ("kB", 1_000),
    ("KiB", 1 << 10),
    ("MB", 1_000_000),
    ("MiB", 1 << 20),
    ("GB", 1_000_000_000),
    ("GiB", 1 << 30),
];

/// Reads `5`, `1.5s`, `500ms`, `2 m`; a number alone is seconds.
///
/// # Errors
/// If it is something else.
pub(super) fn duration(span: &Span) -> Result<Spanned<Duration>, Diagnostic> {
    let (number, unit) = split(span.text());
    let seconds =
        TIMES.iter().find(|(name, _)| *name == unit).and_then(|(_, factor)| Some(number.parse::<f64>().ok()? * factor));
    match seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()) {
        Some(duration) => Ok(span.clone().with(duration)),
        None => Err(Diagnostic::error(format!("`{}` is not a duration", span.text()))
            .at(span, "")
            .help("write a number of seconds, or one with a unit: `500ms`, `2s`, `1m`")),
    }
}

/// Reads `512`, `10KiB`, `1MB`; a number alone is bytes.
///
/// # Errors
/// If it is something else.
pub(super) fn size(span: &Span) -> Result<Spanned<u64>, Diagnostic> {
    let (number, unit) = split(span.text());
    let factor = SIZES.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit)).map(|&(_, factor)| factor);
    match factor.and_then(|factor| number.parse::<u64>().ok()?.checked_mul(factor)) {
        Some(bytes) => Ok(span.clone().with(bytes)),
        None => Err(Diagnostic::error(format!("`{}` is not a size", span.text()))
            .at(span, "")
            .help("write a number of bytes, or one with a unit: `10KiB`, `1MB`")),
    }
}

/// A number and what follows it.
fn split(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    (&text[..end], text[end..].trim_ascii_start())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    fn whole(text: &str) -> Span {
        SourceFile::new("a.http", text).span(0..text.len())
    }

    #[test]
    fn durations_are_seconds_unless_a_unit_says_otherwise() {
        let cases =
            [("5", 5_000), ("1.5", 1_500), ("500ms", 500), ("2 m", 120_000), ("0", 0), ("3s", 3_000), ("0.25s", 250)];
        for (text, milliseconds) in cases {
            assert_eq!(duration(&whole(text)).unwrap().value, Duration::from_millis(milliseconds), "{text}");
        }
        for text in ["", "s", "-1", "1d", "1e3", "inf", "1.2.3", "99999999999999999999999", "{{t}}"] {
            assert!(duration(&whole(text)).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_are_bytes_unless_a_unit_says_otherwise() {
        for (text, bytes) in [("512", 512), ("10KiB", 10_240), ("1 mb", 1_000_000), ("2GiB", 2 << 30)] {
            assert_eq!(size(&whole(text)).unwrap().value, bytes, "{text}");
        }
        for text in ["", "KB", "1.5MB", "1TB", "99999999999GiB"] {
            assert!(size(&whole(text)).is_err(), "{text}");
        }
    }
}
