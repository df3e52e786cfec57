//! The way through a proxy: to it, and on to where a connection leads.

use std::net::SocketAddr;

use crate::http::{Method, Phase, Scheme};
use crate::proto::auth::DigestChallenge;

use super::super::resolve::{literal, resolve};
use super::super::{Clock, Endpoint, Error, ErrorKind, Wire};
use super::socks::{Destination, Handshake};
use super::tunnel::{self, Answer};
use super::{Authorizations, Proxy, ProxyScheme, challenge, talk};

/// What is asked of a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Service {
    /// To forward each request.
    Forward,
    /// A tunnel, asked for by CONNECT.
    Tunnel,
    /// A tunnel, asked for by SOCKS.
    Socks,
}

impl Service {
    fn of(proxy: &Proxy, scheme: Scheme) -> Self {
        match (proxy.scheme().is_http(), scheme) {
            (false, _) => Self::Socks,
            (true, Scheme::Http) if !proxy.tunnels() => Self::Forward,
            (true, _) => Self::Tunnel,
        }
    }
}

impl Endpoint {
    /// The proxy that forwards each request to the endpoint, and so reads it.
    pub(in crate::transport) fn forwarding_proxy(&self) -> Option<&Proxy> {
        let proxy = self.route.proxy.as_deref().filter(|_| self.route.unix_socket.is_none())?;
        (Service::of(proxy, self.scheme) == Service::Forward).then_some(proxy)
    }
}

/// Leads a connection to an endpoint through a proxy, which `reach` connects to.
///
/// # Errors
/// If the proxy cannot be reached, or does not lead on, in time.
pub(in crate::transport) fn lead(
    proxy: &Proxy,
    endpoint: &Endpoint,
    authorizations: &Authorizations,
    clock: &mut Clock,
    reach: impl Fn(&mut Clock) -> Result<Box<dyn Wire>, Error>,
) -> Result<Box<dyn Wire>, Error> {
    let reach =
        |clock: &mut Clock| reach(clock).map_err(|error| of_proxy(error, format!("cannot reach the proxy {proxy}")));
    let not_led = |error| of_proxy(error, format!("the proxy {proxy} does not lead to {endpoint}"));
    clock.note(|| format!("going through the proxy {proxy}"));
    let mut wire = reach(clock)?;
    match Service::of(proxy, endpoint.scheme) {
        Service::Forward => Ok(wire),
        Service::Socks => {
            socks(&mut *wire, proxy, endpoint, clock).map_err(not_led)?;
            clock.note(|| format!("the proxy leads to {endpoint}"));
            Ok(wire)
        }
        Service::Tunnel => {
            let ask = |wire: &mut dyn Wire, clock: &Clock| tunnel(wire, proxy, endpoint, authorizations, clock);
            if let Met::Challenge(challenge) = ask(&mut *wire, clock).map_err(not_led)? {
                authorizations.learn(proxy, challenge);
                // The proxy may have closed the connection, and nothing is lost where it has not.
                wire = reach(clock)?;
                if let Met::Challenge(_) = ask(&mut *wire, clock).map_err(not_led)? {
                    return Err(not_led(talk::failed("407: it does not accept this user and password")));
                }
            }
            clock.note(|| format!("the tunnel to {endpoint} stands"));
            Ok(wire)
        }
    }
}

/// What a proxy was met with that was asked for a tunnel.
enum Met {
    /// The tunnel.
    Tunnel,
    /// The wish for proof of another kind than was given.
    Challenge(DigestChallenge),
}

/// Says of an error what it did to the way through the proxy. That the time is up is
/// nobody's in particular.
fn of_proxy(error: Error, what: String) -> Error {
    if error.is_timeout() {
        return error;
    }
    Error::new(ErrorKind::Proxy, format!("{what}: {error}")).with_source(error)
}

fn tunnel(
    wire: &mut dyn Wire,
    proxy: &Proxy,
    endpoint: &Endpoint,
    authorizations: &Authorizations,
    clock: &Clock,
) -> Result<Met, Error> {
    let authority = endpoint.to_string();
    let authorization = authorizations.value(proxy, Method::CONNECT.as_str(), &authority);
    match tunnel::ask(wire, &authority, authorization.as_deref(), clock)? {
        Answer::Tunnel => Ok(Met::Tunnel),
        Answer::Refusal(head, body) => match challenge(proxy, &head.headers) {
            Some(challenge) if head.status.code() == 407 => Ok(Met::Challenge(challenge)),
            _ => Err(talk::failed(tunnel::in_words(&head, &body))),
        },
    }
}

fn socks(wire: &mut dyn Wire, proxy: &Proxy, endpoint: &Endpoint, clock: &mut Clock) -> Result<(), Error> {
    let destination = destination(proxy, endpoint, clock)?;
    let mut handshake = Handshake::new(proxy, destination).map_err(talk::failed)?;
    loop {
        talk::write_all(wire, &handshake.output(), clock)?;
        match handshake.wanted() {
            0 => return Ok(()),
            wanted => handshake.take(&talk::read_exact(wire, wanted, clock)?).map_err(talk::failed)?,
        }
    }
}

/// Where the endpoint is, in the words that the proxy understands.
fn destination<'a>(proxy: &Proxy, endpoint: &'a Endpoint, clock: &mut Clock) -> Result<Destination<'a>, Error> {
    let Endpoint { host, port, route, .. } = endpoint;
    if proxy.scheme().looks_names_up() {
        let address = literal(host).map(|ip| Destination::Address(SocketAddr::new(ip, *port)));
        return Ok(address.unwrap_or(Destination::Name(host, *port)));
    }
    let addresses = resolve(host, *port, route, clock)?;
    clock.enter(Phase::Connect);
    let is_known = |address: &&SocketAddr| address.is_ipv4() || proxy.scheme() != ProxyScheme::Socks4;
    // One that the proxy cannot know is refused with the reason.
    let address = addresses.iter().find(is_known).or(addresses.first());
    Ok(Destination::Address(*address.expect("a host that is resolved has an address")))
}
