//! How long a server that is too busy asks to be left alone (RFC 9110, 10.2.3; RFC 6585, 4).

use std::time::Duration;

use crate::client::parse_cookie_date;
use crate::event::Attempt;

/// The time that the response of an attempt asks to wait before another one.
pub(super) fn asked_wait(attempt: &Attempt) -> Option<Duration> {
    let exchange = attempt.exchanges.last().filter(|exchange| matches!(exchange.status, Some(429 | 503)))?;
    let (asked, date) = (field(&exchange.response_head, "Retry-After")?, field(&exchange.response_head, "Date"));
    match asked.parse() {
        Ok(seconds) => Some(Duration::from_secs(seconds)),
        // A date is one of the server's clock, and so is that of its response.
        Err(_) => parse_cookie_date(asked)?.duration_since(parse_cookie_date(date?)?).ok(),
    }
}

/// The value of a field of a head.
fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut fields = head.lines().skip(1).filter_map(|line| line.split_once(':'));
    fields.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Excerpt, Exchange};
    use crate::http::Timings;

    fn asked(status: u16, fields: &str) -> Option<u64> {
        let exchange = Exchange {
            method: "GET".to_owned(),
            url: String::new(),
            request_head: String::new(),
            request_body: Excerpt::default(),
            status: Some(status),
            response_head: format!("HTTP/1.1 {status} Wait\r\n{fields}"),
            response_body: Excerpt::default(),
            messages: Vec::new(),
            timings: Timings::default(),
        };
        asked_wait(&Attempt { exchanges: vec![exchange], ..Attempt::default() }).map(|wait| wait.as_secs())
    }

    #[test]
    fn a_server_asks_for_seconds_or_until_a_date() {
        let dates = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: Sun, 06 Nov 1994 08:50:07 GMT";
        for (status, fields, expected) in [
            (429, "Retry-After: 7", Some(7)),
            (503, "retry-after:  0 ", Some(0)),
            (503, dates, Some(30)),
            (200, "Retry-After: 7", None),
            (429, "Retry-After: soon", None),
            (429, "Retry-After: -1", None),
            (429, "Retry-After: Sun, 06 Nov 1994 08:50:07 GMT", None),
            (429, "X: y", None),
        ] {
            assert_eq!(asked(status, fields), expected, "{fields}");
        }
        assert_eq!(asked_wait(&Attempt::default()), None);
    }
}
