//! For tests: TLS to a proxy, through it, and both at once.

use std::io::{ErrorKind as Io, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use super::super::loopback::{Server, read_head};
use super::super::{ErrorKind, Pool, Proxy, Route, TlsOptions, Verify};
use super::authority::{Authority, configuration, greet, parameters, serve};
use crate::http::Scheme;
use crate::transport::Endpoint;
use crate::transport::loopback::Call;

/// A stream that can be read for a moment.
trait Ends: Read + Write {
    fn tcp(&self) -> &TcpStream;
}

impl Ends for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

impl Ends for super::authority::ServerStream {
    fn tcp(&self) -> &TcpStream {
        &self.sock
    }
}

/// Answers CONNECT, and passes on what comes from either side until one has closed.
fn lead(client: &mut impl Ends, origin: &Endpoint) {
    assert!(String::from_utf8(read_head(client)).unwrap().starts_with("CONNECT origin.example:443 "));
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
    let mut server = connect(origin);
    for side in [client.tcp(), server.tcp()] {
        side.set_read_timeout(Some(Duration::from_millis(2))).unwrap();
    }
    while pass(client, &mut server) && pass(&mut server, client) {}
}

#[expect(clippy::disallowed_methods, reason = "a proxy connects")]
fn connect(origin: &Endpoint) -> TcpStream {
    TcpStream::connect((origin.host.as_str(), origin.port)).unwrap()
}

fn pass(from: &mut impl Read, to: &mut impl Write) -> bool {
    let mut piece = [0; 16 * 1024];
    match from.read(&mut piece) {
        Ok(0) => false,
        Ok(count) => to.write_all(&piece[..count]).and_then(|()| to.flush()).is_ok(),
        Err(error) => matches!(error.kind(), Io::WouldBlock | Io::TimedOut),
    }
}

/// A request to `https://origin.example/` through a proxy.
fn through(scheme: &str, proxy: &Server, verify: Verify) -> Call {
    let url = format!("{scheme}://127.0.0.1:{}", proxy.endpoint.port);
    let proxy: Arc<Proxy> = Arc::new(url.parse().unwrap());
    let mut call = Call::get(&Server::answering(&[]));
    call.endpoint = Endpoint::new(Scheme::Https, "origin.example", 443);
    call.endpoint.route = Arc::new(Route { proxy: Some(proxy), ..Route::default() });
    call.endpoint.tls = Arc::new(TlsOptions { verify, ..TlsOptions::default() });
    call
}

#[test]
fn leads_tls_through_a_proxy_in_clear_and_through_one_with_tls() {
    let authority = Authority::new("root");
    let origin = serve(configuration(authority.issue(&parameters(&["origin.example"]))), greet);
    let to = origin.endpoint.clone();
    let clear = Server::new(move |_, mut stream| lead(&mut stream, &to));
    let to = origin.endpoint;
    let secure = serve(configuration(authority.issue(&parameters(&["127.0.0.1"]))), move |mut stream| {
        lead(&mut stream, &to);
    });
    for (scheme, proxy) in [("http", &clear), ("https", &secure)] {
        let (pool, call) = (Pool::new(), through(scheme, proxy, authority.verify()));
        let (first, body) = call.send(&pool).unwrap();
        let (second, _) = call.send(&pool).unwrap();
        assert_eq!((&*body, first.reused, second.reused), (&b"hello"[..], false, true), "{scheme}");
        assert!(!first.timings.tls.is_zero() && !first.timings.connect.is_zero());
    }
}

#[test]
fn checks_the_certificates_of_both_the_proxy_and_the_origin() {
    let (authority, other) = (Authority::new("root"), Authority::new("other"));
    let origin = serve(configuration(other.issue(&parameters(&["origin.example"]))), greet);
    let clear = Server::new(move |_, mut stream| lead(&mut stream, &origin.endpoint));
    let error = through("http", &clear, authority.verify()).send(&Pool::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
    let foreign = serve(configuration(other.issue(&parameters(&["127.0.0.1"]))), greet);
    let error = through("https", &foreign, authority.verify()).send(&Pool::new()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Proxy, "{error}");
    assert!(error.to_string().starts_with("cannot reach the proxy https://127.0.0.1:"), "{error}");
}
