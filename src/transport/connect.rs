//! From addresses to a connection.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use crate::http::{Phase, Scheme};

use super::proxy::{self, Authorizations, Proxy, ProxyScheme};
use super::resolve::{literal, resolve};
use super::socket::Socket;
use super::tls::Tls;
use super::{Clock, Connector, Endpoint, Error, ErrorKind, Route, TlsOptions, Wire};

/// How long an attempt is alone before the next address is tried beside it (RFC 8305, 5).
const ATTEMPT_DELAY: Duration = Duration::from_millis(250);

/// Opens connections over the network, through a proxy where the route has one, with TLS
/// where the scheme asks for it.
#[derive(Debug)]
pub(super) struct Network {
    tls: Tls,
    authorizations: Arc<Authorizations>,
}

impl Connector for Network {
    fn connect(&self, endpoint: &Endpoint, clock: &mut Clock) -> Result<Box<dyn Wire>, Error> {
        let carrier = self.carrier(endpoint, clock)?;
        match endpoint.scheme {
            Scheme::Http => Ok(carrier),
            Scheme::Https => {
                clock.enter(Phase::Tls);
                Ok(Box::new(self.tls.handshake(endpoint, carrier, clock)?))
            }
        }
    }
}

impl Network {
    /// Opens connections for somebody who also asks proxies, with what is known of those.
    pub(super) fn new(authorizations: Arc<Authorizations>) -> Self {
        Self { tls: Tls::default(), authorizations }
    }

    /// What leads to the endpoint, in clear.
    fn carrier(&self, endpoint: &Endpoint, clock: &mut Clock) -> Result<Box<dyn Wire>, Error> {
        let route = &endpoint.route;
        match (&route.unix_socket, &route.proxy) {
            (Some(path), _) => Ok(Box::new(connect_unix(path, clock)?)),
            (None, None) => Ok(Box::new(connect_tcp(&endpoint.host, endpoint.port, route, clock)?)),
            (None, Some(proxy)) => {
                let reach = |clock: &mut Clock| self.reach(proxy, endpoint, clock);
                proxy::lead(proxy, endpoint, &self.authorizations, clock, reach)
            }
        }
    }

    /// A connection to a proxy. The time for all of it is that of connecting, but for
    /// looking up the proxy's address.
    fn reach(&self, proxy: &Proxy, endpoint: &Endpoint, clock: &mut Clock) -> Result<Box<dyn Wire>, Error> {
        let socket = connect_tcp(proxy.host(), proxy.port(), &endpoint.route, clock)?;
        if proxy.scheme() != ProxyScheme::Https {
            return Ok(Box::new(socket));
        }
        // What proves who sends a request is for the origin, and not for the proxy.
        let tls = Arc::new(TlsOptions { verify: endpoint.tls.verify.clone(), ..TlsOptions::default() });
        let own = Endpoint { tls, ..Endpoint::new(Scheme::Https, proxy.host(), proxy.port()) };
        Ok(Box::new(self.tls.handshake(&own, Box::new(socket), clock)?))
    }
}

fn connect_unix(path: &Path, clock: &mut Clock) -> Result<Socket, Error> {
    clock.note(|| format!("connecting to the Unix socket {}", path.display()));
    clock.enter(Phase::Connect);
    Socket::connect_unix(path, clock.remaining()?).map_err(|error| {
        let reason = match error.kind() {
            io::ErrorKind::NotFound => "there is none".to_owned(),
            io::ErrorKind::WouldBlock => "no answer".to_owned(),
            _ => reason(&error),
        };
        let message = format!("cannot connect to the Unix socket `{}`: {reason}", path.display());
        Error::new(ErrorKind::Connect, message).with_source(error)
    })
}

fn connect_tcp(host: &str, port: u16, route: &Route, clock: &mut Clock) -> Result<Socket, Error> {
    let addresses = resolve(host, port, route, clock)?;
    clock.note(|| connecting(host, port, &addresses));
    clock.enter(Phase::Connect);
    let socket = open(&addresses, route.local_address, clock)?.map_err(|failures| unreachable(host, port, failures))?;
    clock.note(|| socket.peer().map_or_else(String::new, |peer| format!("connected to {peer}")));
    Ok(socket)
}

/// An address, and why there is no connection to it.
type Attempt = (SocketAddr, io::Result<Socket>);

/// The first connection that comes about, or why none does. This machine, whose answer comes at
/// once, needs no race, and so no thread.
fn open(addresses: &[SocketAddr], local: Option<IpAddr>, clock: &Clock) -> Result<Result<Socket, Vec<Attempt>>, Error> {
    if !addresses.iter().all(|address| address.ip().is_loopback()) {
        return race(addresses, local, clock);
    }
    let mut failures = Vec::new();
    for &address in addresses {
        match Socket::connect(address, local, clock.remaining()?) {
            Ok(socket) => return Ok(Ok(socket)),
            failure => {
                // The error says it, where there is no other address.
                if addresses.len() > 1 {
                    note_failure(address, &failure, clock);
                }
                failures.push((address, failure));
            }
        }
        clock.remaining()?;
    }
    Ok(Err(failures))
}

/// Tries the addresses in order, each a moment after the one before or as soon as that
/// one failed, and takes the first that answers (RFC 8305, 5).
fn race(addresses: &[SocketAddr], local: Option<IpAddr>, clock: &Clock) -> Result<Result<Socket, Vec<Attempt>>, Error> {
    let (sender, results) = mpsc::channel();
    let mut waiting = addresses.iter();
    let mut failures = Vec::new();
    let mut running = 0;
    loop {
        if let Some(&address) = waiting.next() {
            attempt(address, local, clock.remaining()?, sender.clone());
            running += 1;
        }
        match results.recv_timeout(clock.patience()?.min(ATTEMPT_DELAY)) {
            Ok((_, Ok(socket))) => return Ok(Ok(socket)),
            Ok((address, failure)) => {
                // The error says it, where there is no other address.
                if addresses.len() > 1 {
                    note_failure(address, &failure, clock);
                }
                failures.push((address, failure));
                running -= 1;
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(Err(failures)),
        }
        if running == 0 && waiting.len() == 0 {
            clock.remaining()?;
            return Ok(Err(failures));
        }
    }
}

/// `connecting to localhost:80 (127.0.0.1, ::1)`
fn connecting(host: &str, port: u16, addresses: &[SocketAddr]) -> String {
    if literal(host).is_some() {
        return format!("connecting to {host}:{port}");
    }
    let addresses: Vec<String> = addresses.iter().map(|address| address.ip().to_string()).collect();
    format!("connecting to {host}:{port} ({})", addresses.join(", "))
}

fn note_failure(address: SocketAddr, failure: &io::Result<Socket>, clock: &Clock) {
    if let Err(error) = failure {
        clock.note(|| format!("no connection to {address}: {}", reason(error)));
    }
}

/// Connects on a thread of its own; a connection that comes too late is closed with the channel.
fn attempt(address: SocketAddr, local: Option<IpAddr>, limit: Option<Duration>, results: Sender<Attempt>) {
    let failed = results.clone();
    let connect = move || {
        let _ = results.send((address, Socket::connect(address, local, limit)));
    };
    if let Err(error) = thread::Builder::new().name("connect".to_owned()).spawn(connect) {
        let _ = failed.send((address, Err(error)));
    }
}

/// Tells each reason once, with the addresses that it holds for.
fn unreachable(host: &str, port: u16, failures: Vec<Attempt>) -> Error {
    let failures: Vec<(SocketAddr, io::Error)> =
        failures.into_iter().filter_map(|(address, result)| Some((address, result.err()?))).collect();
    let mut reasons: Vec<(String, Vec<String>)> = Vec::new();
    for (address, error) in &failures {
        let (reason, address) = (reason(error), address.ip().to_string());
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, addresses)) => addresses.push(address),
            None => reasons.push((reason, vec![address])),
        }
    }
    let told = match &*reasons {
        // The host is an address, and needs no second mention.
        [(reason, _)] if literal(host).is_some() => reason.clone(),
        _ => {
            let told = |(reason, addresses): &(String, Vec<String>)| format!("{reason} ({})", addresses.join(", "));
            reasons.iter().map(told).collect::<Vec<_>>().join("; ")
        }
    };
    let error = Error::new(kind(&failures), format!("cannot connect to {host}:{port}: {told}"));
    match failures.into_iter().next() {
        Some((_, cause)) => error.with_source(cause),
        None => error,
    }
}

/// A host that refuses at one of its addresses is there; one that no address leads to is not.
fn kind(failures: &[(SocketAddr, io::Error)]) -> ErrorKind {
    use io::ErrorKind::{ConnectionRefused, HostUnreachable, NetworkDown, NetworkUnreachable};

    let any = |kinds: &[io::ErrorKind]| failures.iter().any(|(_, error)| kinds.contains(&error.kind()));
    if any(&[ConnectionRefused]) {
        ErrorKind::Refused
    } else if any(&[HostUnreachable, NetworkDown, NetworkUnreachable]) {
        ErrorKind::Unreachable
    } else {
        ErrorKind::Connect
    }
}

/// What went wrong, without the number that the system has for it where there is a word.
fn reason(error: &io::Error) -> String {
    use io::ErrorKind::{
        AddrNotAvailable, ConnectionRefused, ConnectionReset, HostUnreachable, NetworkDown, NetworkUnreachable,
        PermissionDenied, TimedOut,
    };
    match error.kind() {
        _ if error.get_ref().is_some() => error.to_string(),
        TimedOut => "no answer".to_owned(),
        AddrNotAvailable | ConnectionRefused | ConnectionReset | HostUnreachable | NetworkDown | NetworkUnreachable
        | PermissionDenied => error.kind().to_string(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::loopback::{Call, Server, listen};
    use crate::transport::{Deadlines, Pool};

    fn clock() -> Clock {
        let mut clock = Clock::start(Deadlines { connect: Some(Duration::from_secs(5)), ..Deadlines::default() });
        clock.enter(Phase::Connect);
        clock
    }

    /// An address that nobody listens at.
    fn refusing() -> SocketAddr {
        listen().local_addr().unwrap()
    }

    #[test]
    fn tries_one_address_after_the_other() {
        let listener = listen();
        let good = listener.local_addr().unwrap();
        for addresses in [&[good][..], &[refusing(), good], &[refusing(), refusing(), good]] {
            for connect in [open, race] {
                assert_eq!(connect(addresses, None, &clock()).unwrap().unwrap().peer(), Some(good));
            }
        }
        for connect in [open, race] {
            assert_eq!(connect(&[refusing(), refusing()], None, &clock()).unwrap().unwrap_err().len(), 2);
        }
    }

    #[test]
    fn tells_a_refused_connection_from_a_host_without_an_address() {
        let mut server = Server::answering(&[]);
        server.endpoint.port = refusing().port();
        for (host, kind, words) in [
            ("127.0.0.1", ErrorKind::Refused, ": connection refused"),
            ("localhost", ErrorKind::Refused, ": connection refused (127.0.0.1"),
            // No label of a name is that long, so that nobody need be asked.
            (&"x".repeat(64), ErrorKind::Resolve, "cannot be found"),
        ] {
            server.endpoint.host = host.to_owned();
            let error = Call::get(&server).send(&Pool::new()).unwrap_err();
            assert_eq!(error.kind(), kind, "{error}");
            assert!(error.to_string().contains(words), "{error}");
        }
    }
}
