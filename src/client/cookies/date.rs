//! The date of `Expires`, read as leniently as RFC 6265bis, 5.1.1 asks.

use std::time::SystemTime;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const MONTHS: [&[u8; 3]; 12] =
    [b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"];

/// What is found of a date; the first token that can be a part is that part.
#[derive(Default)]
struct Parts {
    time: Option<[i8; 3]>,
    day: Option<i8>,
    month: Option<i8>,
    year: Option<i16>,
}

/// The time that a cookie date means, in UTC whatever zone it names; nothing where it is none.
pub(crate) fn parse(text: &str) -> Option<SystemTime> {
    let mut parts = Parts::default();
    for token in text.as_bytes().split(|&byte| is_delimiter(byte)) {
        parts.take(token);
    }
    let [hour, minute, second] = parts.time?;
    let year = parts.year.filter(|&year| year >= 1601)?;
    let date = DateTime::new(year, parts.month?, parts.day?, hour, minute, second, 0).ok()?;
    let time: Timestamp = date.to_zoned(TimeZone::UTC).ok()?.timestamp();
    Some(time.into())
}

impl Parts {
    fn take(&mut self, token: &[u8]) {
        if self.time.is_none() {
            self.time = time(token);
            if self.time.is_some() {
                return;
            }
        }
        let day = number(token, 1..=2).and_then(|day| i8::try_from(day).ok());
        if self.day.is_none() && day.is_some() {
            self.day = day;
        } else if self.month.is_none() && month(token).is_some() {
            self.month = month(token);
        } else if self.year.is_none() {
            self.year = year(token);
        }
    }
}

/// `%x09 / %x20-2F / %x3B-40 / %x5B-60 / %x7B-7E`
fn is_delimiter(byte: u8) -> bool {
    matches!(byte, 0x09 | 0x20..=0x2f | 0x3b..=0x40 | 0x5b..=0x60 | 0x7b..=0x7e)
}

/// `hms-time = time-field ":" time-field ":" time-field`, and then anything but a digit.
fn time(token: &[u8]) -> Option<[i8; 3]> {
    let mut fields = token.splitn(3, |&byte| byte == b':');
    let mut whole = || number_alone(fields.next()?);
    let (hour, minute) = (whole()?, whole()?);
    let second = number(fields.next()?, 1..=2)?;
    Some([i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, i8::try_from(second).ok()?])
}

fn number_alone(field: &[u8]) -> Option<i16> {
    field.iter().all(u8::is_ascii_digit).then(|| number(field, 1..=2))?
}

fn month(token: &[u8]) -> Option<i8> {
    let start = token.first_chunk::<3>()?.to_ascii_lowercase();
    let at = MONTHS.iter().position(|month| month.as_slice() == start)?;
    i8::try_from(at + 1).ok()
}

/// `year = 2*4DIGIT`, of which two digits stand for 1970 to 2069.
fn year(token: &[u8]) -> Option<i16> {
    Some(match number(token, 2..=4)? {
        year @ 70..=99 => year + 1900,
        year @ 0..=69 => year + 2000,
        year => year,
    })
}

/// A number of so many digits, which no further digit follows.
fn number(token: &[u8], digits: std::ops::RangeInclusive<usize>) -> Option<i16> {
    let count = token.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !digits.contains(&count) {
        return None;
    }
    Some(token[..count].iter().fold(0, |number, byte| number * 10 + i16::from(byte - b'0')))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn seconds(text: &str) -> Option<i64> {
        parse(text).map(|time| Timestamp::try_from(time).unwrap().as_second())
    }

    #[test]
    fn reads_dates_of_every_shape() {
        for (text, expected) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Thursday, 01-Jan-70 00:00:10 GMT", Some(10)),
            ("Thu Jan  1 00:01:00 1970", Some(60)),
            ("1 jAnUaRy 1970 1:2:3pm", Some(3723)),
            ("00:00:00 1970 2 Feb", Some(32 * 86_400)),
            ("01 Jan 2000 00:00:00 +0500", Some(946_684_800)),
            ("01 Jan 69 00:00:00", Some(3_124_224_000)),
            ("29 Feb 2023 00:00:00", None),
            ("31 Dec 1600 00:00:00", None),
            ("01 Jan 1970 24:00:00", None),
            ("01 Jan 1970 00:00", None),
            ("32 Jan 1970 00:00:00", None),
            ("01 Foo 1970 00:00:00", None),
            ("01 Jan 19700 00:00:00", None),
            ("", None),
            ("tomorrow", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }

    #[test]
    fn holds_the_vectors_of_http_state() {
        let Some(suite) = crate::client::vectors::read("http-state-dates.json") else {
            return;
        };
        for case in suite["tests"].as_array().expect("a list of cases") {
            let (text, expected) = (case["test"].as_str().expect("a date"), case["expected"].as_str());
            assert_eq!(seconds(text), expected.and_then(seconds), "{text}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in ".{0,40}|[0-9: a-zA-Z,-]{0,40}") {
            let _ = parse(&text);
        }
    }
}
