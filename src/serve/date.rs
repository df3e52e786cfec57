//! Dates as HTTP writes them (RFC 9110, 5.6.7).

use std::time::{SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;

/// The value of the `Date` field (RFC 9110, 6.6.1), written anew each second.
#[derive(Debug, Default)]
pub(super) struct DateField {
    second: u64,
    text: String,
}

impl DateField {
    /// The value for this moment.
    pub(super) fn now(&mut self) -> &str {
        let second = seconds_since_1970();
        if second != self.second {
            *self = Self { second, text: http_date(second) };
        }
        &self.text
    }
}

/// This moment.
pub(super) fn now() -> String {
    http_date(seconds_since_1970())
}

fn seconds_since_1970() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

fn http_date(second: u64) -> String {
    let timestamp = i64::try_from(second).ok().and_then(|second| Timestamp::from_second(second).ok());
    let timestamp = timestamp.unwrap_or(Timestamp::UNIX_EPOCH);
    DateTimePrinter::new().timestamp_to_rfc9110_string(&timestamp).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_dates_as_http_has_them() {
        assert_eq!(http_date(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(http_date(u64::MAX), "Thu, 01 Jan 1970 00:00:00 GMT");
    }
}
