//! From a host to its addresses.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;

use crate::http::Phase;

use super::{Clock, Error, ErrorKind, Route};

/// The addresses of a host that a route may use, the families by turns (RFC 8305, 4); never none.
///
/// # Errors
/// If the host has no such address, or none was found in time.
pub(super) fn resolve(host: &str, port: u16, route: &Route, clock: &mut Clock) -> Result<Vec<SocketAddr>, Error> {
    let mut found = addresses(host, port, route, clock)?;
    found.retain(|address| route.may_use(address.ip()));
    if found.is_empty() {
        let version = route.only_version().map_or_else(String::new, |version| format!("{} ", version.as_str()));
        return Err(Error::new(ErrorKind::Resolve, format!("the host `{host}` has no {version}address")));
    }
    Ok(found)
}

/// In this order: what the route says of the host, what needs no look-up, what the system says.
fn addresses(host: &str, port: u16, route: &Route, clock: &mut Clock) -> Result<Vec<SocketAddr>, Error> {
    if let Some(fixed) = route.known(host, port) {
        return Ok(fixed);
    }
    if let Some(known) = known_addresses(host) {
        return Ok(known.into_iter().map(|ip| SocketAddr::new(ip, port)).collect());
    }
    clock.enter(Phase::Dns);
    let found = look_up(host, port, clock)?.map_err(|error| unresolved(host, error))?;
    Ok(interleave(found))
}

/// The addresses that need no look-up: the host is one, or is this machine (RFC 6761, 6.3).
fn known_addresses(host: &str) -> Option<Vec<IpAddr>> {
    if host == "localhost" || host.ends_with(".localhost") {
        return Some(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
    }
    Some(vec![literal(host)?])
}

/// The address that a host is, where it is one.
pub(super) fn literal(host: &str) -> Option<IpAddr> {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host).parse().ok()
}

/// Asks the system on a thread of its own, since it cannot be told to give up.
fn look_up(host: &str, port: u16, clock: &Clock) -> Result<io::Result<Vec<SocketAddr>>, Error> {
    let name = host.to_owned();
    let (sender, answer) = mpsc::channel();
    let ask = move || {
        // The receiver is gone where the time has run out.
        let _ = sender.send((name.as_str(), port).to_socket_addrs().map(Iterator::collect));
    };
    thread::Builder::new().name("resolve".to_owned()).spawn(ask).map_err(|error| unresolved(host, error))?;
    loop {
        match answer.recv_timeout(clock.patience()?) {
            Ok(found) => return Ok(found),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(Err(io::Error::other("the look-up broke off"))),
        }
    }
}

fn interleave(found: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let first_is_ipv6 = found.first().is_some_and(SocketAddr::is_ipv6);
    let (first, second): (Vec<_>, Vec<_>) = found.into_iter().partition(|address| address.is_ipv6() == first_is_ipv6);
    let (mut first, mut second) = (first.into_iter(), second.into_iter());
    let mut turns = Vec::new();
    loop {
        let turn = [first.next(), second.next()];
        if turn == [None, None] {
            return turns;
        }
        turns.extend(turn.into_iter().flatten());
    }
}

fn unresolved(host: &str, error: io::Error) -> Error {
    let text = error.to_string();
    let reason = text.strip_prefix("failed to lookup address information: ").unwrap_or(&text);
    let message = format!("the address of `{host}` cannot be found: {reason}");
    Error::new(ErrorKind::Resolve, message).with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_literals_and_this_machine() {
        for (host, expected) in [
            ("127.0.0.1", &["127.0.0.1"][..]),
            ("[::1]", &["::1"]),
            ("localhost", &["127.0.0.1", "::1"]),
            ("api.localhost", &["127.0.0.1", "::1"]),
        ] {
            let found: Vec<String> = known_addresses(host).unwrap().iter().map(ToString::to_string).collect();
            assert_eq!(found, expected, "{host}");
        }
        assert_eq!(known_addresses("example.org"), None);
    }

    #[test]
    fn families_take_turns() {
        let addresses = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<SocketAddr>>();
        assert_eq!(
            interleave(addresses(&["[::1]:1", "[::2]:1", "[::3]:1", "1.1.1.1:1"])),
            addresses(&["[::1]:1", "1.1.1.1:1", "[::2]:1", "[::3]:1"]),
        );
        assert_eq!(interleave(Vec::new()), []);
    }
}
