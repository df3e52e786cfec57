//! Durations, counts and exchanges in words.

use std::fmt::Display;
use std::time::Duration;

use unicode_width::UnicodeWidthStr as _;

use crate::event::{Excerpt, Exchange};
use crate::http::{Phase, Status, Timings};

/// A duration with as many digits as are of interest: `0.4 ms`, `12 ms`, `1.23 s`, `2 min 5 s`.
pub(super) fn duration(duration: Duration) -> String {
    let milliseconds = duration.as_secs_f64() * 1000.0;
    match duration.as_millis() {
        0..10 => format!("{milliseconds:.1} ms"),
        10..1000 => format!("{milliseconds:.0} ms"),
        1000..60_000 => format!("{:.2} s", duration.as_secs_f64()),
        _ => format!("{} min {} s", duration.as_secs() / 60, duration.as_secs() % 60),
    }
}

/// How many columns a text takes in a terminal: some characters take two, some none.
pub(super) fn columns(text: &str) -> usize {
    text.width()
}

/// A text, filled up with blanks to so many columns.
pub(super) fn pad(text: &str, width: usize) -> String {
    format!("{text}{:1$}", "", width.saturating_sub(columns(text)))
}

/// A number of things a second, with at most three digits that say something: `8.5`, `312`, `12300`.
pub(super) fn rate(per_second: f64) -> String {
    match per_second {
        ..10.0 => format!("{per_second:.1}"),
        ..1000.0 => format!("{per_second:.0}"),
        _ => {
            let scale = 10_f64.powf(per_second.log10().floor() - 2.0);
            format!("{:.0}", (per_second / scale).round() * scale)
        }
    }
}

/// A number with its noun: `1 request`, `2 requests`.
pub(super) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// What is not zero, with its word: `2 failed, 1 skipped`.
pub(super) fn parts(parts: &[(usize, &str)]) -> String {
    let parts: Vec<String> =
        parts.iter().filter(|(number, _)| *number > 0).map(|(number, word)| format!("{number} {word}")).collect();
    parts.join(", ")
}

/// A request and what came of it: `GET http://localhost/ -> 404 Not Found in 3.0 ms`.
pub(super) fn exchange(exchange: &Exchange) -> String {
    let Exchange { method, url, .. } = exchange;
    let time = duration(exchange.timings.total);
    match exchange.status {
        Some(code) => format!("{method} {url} -> {} in {time}", status(code)),
        None => format!("{method} {url} -> no response after {time}"),
    }
}

fn status(code: u16) -> impl Display {
    match Status::new(code).ok().and_then(Status::reason) {
        Some(reason) => format!("{code} {reason}"),
        None => code.to_string(),
    }
}

/// How long each phase took that happened: `connect 0.2 ms, wait 1.0 ms, total 1.3 ms`.
pub(super) fn timings(timings: &Timings) -> String {
    let phases = Phase::NAMES.iter().map(|&(name, phase)| (name, timings.phase(phase)));
    let happened = phases.filter(|(_, time)| !time.is_zero());
    happened.map(|(name, time)| format!("{name} {}", duration(time))).collect::<Vec<_>>().join(", ")
}

/// `1 byte`, `2 bytes`.
pub(super) fn bytes(size: u64) -> String {
    format!("{size} {}", if size == 1 { "byte" } else { "bytes" })
}

/// What there is to say of an excerpt that is not the whole body.
pub(super) fn body_remark(body: &Excerpt) -> Option<String> {
    let bytes = bytes(body.size);
    match (body.text.is_empty(), body.complete) {
        _ if body.size == 0 => None,
        (true, _) => Some(format!("({bytes}, not shown)")),
        (false, true) => None,
        (false, false) => Some(format!("… ({bytes} in all)")),
    }
}

/// The start of a text, cut after so many lines, and after so many characters of each,
/// with a last line that says how much is missing.
pub(super) fn shorten(text: &str, lines: usize, characters: usize) -> Vec<String> {
    let mut shortened: Vec<String> = text.lines().take(lines).map(|line| shorten_line(line, characters)).collect();
    match text.lines().skip(lines).count() {
        0 => {}
        missing => shortened.push(format!("… {} more", count(missing, "line"))),
    }
    shortened
}

fn shorten_line(line: &str, characters: usize) -> String {
    match line.char_indices().nth(characters) {
        Some((end, _)) => format!("{}… ({})", &line[..end], count(line.chars().count(), "character")),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_the_digits_that_matter() {
        let cases = [
            (0, "0.0 ms"),
            (412, "0.4 ms"),
            (12_345, "12 ms"),
            (999_600, "1000 ms"),
            (1_234_000, "1.23 s"),
            (125_000_000, "2 min 5 s"),
        ];
        for (microseconds, expected) in cases {
            assert_eq!(duration(Duration::from_micros(microseconds)), expected);
        }
    }

    #[test]
    fn rates_have_no_digits_that_say_nothing() {
        for (per_second, expected) in [(0.0, "0.0"), (8.46, "8.5"), (312.4, "312"), (12_345.6, "12300")] {
            assert_eq!(rate(per_second), expected);
        }
    }

    #[test]
    fn columns_are_those_of_a_terminal() {
        assert_eq!(["abc", "日本", "e\u{301}"].map(columns), [3, 4, 1]);
        assert_eq!(pad("日", 4), "日  ");
    }

    #[test]
    fn counts_agree_with_their_nouns() {
        assert_eq!(count(1, "request"), "1 request");
        assert_eq!(count(0, "request"), "0 requests");
        assert_eq!(parts(&[(2, "failed"), (0, "errors"), (1, "skipped")]), "2 failed, 1 skipped");
    }

    #[test]
    fn shortened_text_says_what_is_missing() {
        assert_eq!(shorten("a\nb\nc", 2, 9), ["a", "b", "… 1 line more"]);
        assert_eq!(shorten("äöüabc", 1, 3), ["äöü… (6 characters)"]);
    }
}
