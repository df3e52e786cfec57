//! How long a server lets a connection rest.

use std::time::Duration;

use crate::http::Headers;

/// How much earlier than the server a connection that rests is given up.
const MARGIN: Duration = Duration::from_secs(1);

/// How long the server lets the connection rest, as `Keep-Alive: timeout=5, max=100` says
/// it (RFC 2068, 19.7.1.1), less what a request needs to arrive before that is over.
pub(super) fn keep_alive(headers: &Headers) -> Option<Duration> {
    let value = headers.get("Keep-Alive")?.text();
    let timeout = value.split(',').find_map(|parameter| {
        let (name, seconds) = parameter.split_once('=')?;
        seconds.trim().parse().ok().filter(|_| name.trim().eq_ignore_ascii_case("timeout"))
    });
    let timeout = Duration::from_secs(timeout?);
    Some(timeout - MARGIN.min(timeout / 2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::Pool;
    use crate::transport::loopback::{Call, Server};

    #[test]
    fn heeds_how_long_the_server_lets_a_connection_rest() {
        for (value, expected) in [
            ("timeout=5, max=100", Some(4000)),
            ("max=100,Timeout = 1", Some(500)),
            ("timeout=0", Some(0)),
            ("timeout=60", Some(59_000)),
            ("300", None),
            ("timeout=soon", None),
        ] {
            let mut headers = Headers::new();
            headers.append("Keep-Alive", value).unwrap();
            assert_eq!(keep_alive(&headers), expected.map(Duration::from_millis), "{value}");
        }
        let server = Server::answering(&["HTTP/1.1 200 OK\r\nKeep-Alive: timeout=0\r\nContent-Length: 0\r\n\r\n"; 2]);
        let pool = Pool::new();
        let reused: Vec<bool> = (0..2).map(|_| Call::get(&server).send(&pool).unwrap().0.reused).collect();
        assert_eq!((reused, server.accepted()), (vec![false, false], 2));
    }
}
