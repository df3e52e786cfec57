//! Ways through proxies that do what a test says.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;

use super::{Proxy, tunnel};
use crate::http::{ErrorKind, Phase, Scheme};
use crate::transport::loopback::{Call, Server, read_head};
use crate::transport::{Clock, Connector as _, Deadlines, Endpoint, Memory, Pool, Route};

const HELLO: &str = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

type Log = Arc<Mutex<Vec<String>>>;

/// A proxy that notes the heads it reads, and answers each connection, by its number.
fn noting(answer: impl Fn(usize, &mut TcpStream, &Log) + Send + Sync + 'static) -> (Server, Log) {
    let log = Log::default();
    let notes = Arc::clone(&log);
    (Server::new(move |number, mut stream| answer(number, &mut stream, &notes)), log)
}

fn note(stream: &mut TcpStream, log: &Log) -> bool {
    let head = String::from_utf8(read_head(stream)).unwrap();
    let more = !head.is_empty();
    log.lock().unwrap().push(head);
    more
}

/// A request to `http://origin.example/` through a proxy.
fn through(scheme: &str, credentials: &str, server: &Server) -> Call {
    let url = format!("{scheme}://{credentials}127.0.0.1:{}", server.endpoint.port);
    let mut call = Call::get(server);
    let proxy: Proxy = url.parse().unwrap();
    call.endpoint = Endpoint::new(Scheme::Http, "origin.example", 80);
    call.endpoint.route = Arc::new(Route { proxy: Some(Arc::new(proxy)), ..Route::default() });
    call
}

fn tunneled(call: Call) -> Call {
    let route = Arc::clone(&call.endpoint.route).tunneling();
    Call { endpoint: Endpoint { route, ..call.endpoint }, ..call }
}

#[test]
fn asks_a_proxy_to_forward_in_absolute_form() {
    let (server, log) = noting(|_, stream, log| {
        while note(stream, log) {
            stream.write_all(HELLO.as_bytes()).unwrap();
        }
    });
    let pool = Pool::new();
    let call = through("http", "ada:pw@", &server).with("Host", "origin.example");
    let (first, body) = call.send(&pool).unwrap();
    let (second, _) = call.send(&pool).unwrap();
    assert_eq!((first.reused, second.reused, &*body), (false, true, &b"hello"[..]));
    let expected = "GET http://origin.example/ HTTP/1.1\r\nHost: origin.example\r\n\
        Proxy-Authorization: Basic YWRhOnB3\r\n\r\n";
    assert_eq!(log.lock().unwrap()[..2], [expected, expected]);
}

#[test]
fn tunnels_where_it_is_asked_to_and_shows_the_origin_no_credentials() {
    let (server, log) = noting(|_, stream, log| {
        note(stream, log);
        stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").unwrap();
        note(stream, log);
        stream.write_all(HELLO.as_bytes()).unwrap();
    });
    let (_, body) = tunneled(through("http", "ada:pw@", &server)).send(&Pool::new()).unwrap();
    let heads = log.lock().unwrap().clone();
    assert_eq!(
        (heads[0].as_str(), heads[1].as_str(), &*body),
        (
            "CONNECT origin.example:80 HTTP/1.1\r\nHost: origin.example:80\r\nProxy-Authorization: Basic YWRhOnB3\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n",
            &b"hello"[..],
        )
    );
}

#[test]
fn answers_a_challenge_once_and_remembers_it() {
    const CHALLENGE: &[u8] = b"HTTP/1.1 407 No\r\nProxy-Authenticate: Digest realm=r, nonce=n, qop=auth\r\n\
        Content-Length: 2\r\n\r\nno";
    for tunnels in [false, true] {
        let (server, log) = noting(move |number, stream, log| {
            while note(stream, log) {
                let is_connect = log.lock().unwrap().last().unwrap().starts_with("CONNECT");
                let established = &b"HTTP/1.1 200 OK\r\n\r\n"[..];
                stream
                    .write_all(if number == 0 {
                        CHALLENGE
                    } else if is_connect {
                        established
                    } else {
                        HELLO.as_bytes()
                    })
                    .unwrap();
            }
        });
        let call = through("http", "ada:pw@", &server);
        let call = if tunnels { tunneled(call) } else { call };
        let pool = Pool::new();
        assert_eq!(call.send(&pool).unwrap().1, b"hello");
        let method = if tunnels { "CONNECT origin.example:80" } else { "GET http://origin.example/" };
        let heads = log.lock().unwrap().clone();
        assert!(heads[0].starts_with(method) && heads[0].contains("Proxy-Authorization: Basic "), "{}", heads[0]);
        let proof = heads.iter().find(|head| head.contains("Digest username=\"ada\"")).unwrap();
        assert!(proof.starts_with(method) && proof.contains("nc=00000001"), "{proof}");
        assert!(call.send(&pool).unwrap().0.reused);
        let digests = log.lock().unwrap().iter().filter(|head| head.contains("Digest ")).count();
        assert_eq!(digests, if tunnels { 1 } else { 2 });
    }
}

#[test]
fn says_which_proxy_does_not_lead_on_and_why() {
    for (scheme, credentials, answer, words) in [
        (
            "http",
            "",
            &b"HTTP/1.1 403 Forbidden\r\nContent-Length: 9\r\n\r\nnot today"[..],
            "403 Forbidden (\"not today\")",
        ),
        ("http", "", b"HTTP/1.1 407 Asks\r\nProxy-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n", "407 Asks"),
        (
            "http",
            "u:p@",
            b"HTTP/1.1 407 Asks\r\nProxy-Authenticate: Digest nonce=n\r\nContent-Length: 0\r\n\r\n",
            "407: it does not accept",
        ),
        ("http", "", b"HTTP/1.1 502 \r\n\r\n<title>no\nhost</title>", "502 Bad Gateway (\"no host\")"),
        (
            "http",
            "",
            b"HTTP/1.1 503 No\r\nX-Squid-Error: ERR_CONNECT_FAIL 111\r\n\r\n<title>ERROR</title>",
            "503 No (\"ERR_CONNECT_FAIL 111\")",
        ),
        ("http", "", b"HTTP/1.1 200 OK\r\n\r\nsurplus", "7 bytes came before"),
        ("http", "", b"SSH-2.0\r\n\r\n", "does not lead to origin.example:80: "),
        ("http", "", b"", "closed without an answer"),
        ("socks5h", "", b"\x05\xff", "asks for a user and a password"),
        ("socks5h", "", b"\x05", "closed before there was a whole answer"),
        ("socks5h", "", b"HTTP/1.1 400 Bad Request\r\n\r\n", "it speaks HTTP"),
    ] {
        let server = Server::new(move |_, mut stream| {
            let _ = stream.read(&mut [0; 1024]);
            stream.write_all(answer).unwrap();
        });
        let error = tunneled(through(scheme, credentials, &server)).send(&Pool::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Proxy, "{error}");
        let proxy =
            format!("the proxy {scheme}://127.0.0.1:{} does not lead to origin.example:80", server.endpoint.port);
        assert!(error.to_string().starts_with(&proxy) && error.to_string().contains(words), "{error}");
    }
}

#[test]
fn names_a_proxy_that_is_not_there() {
    let mut server = Server::answering(&[]);
    server.endpoint.port = 1;
    let error = through("http", "", &server).send(&Pool::new()).unwrap_err();
    let expected = "cannot reach the proxy http://127.0.0.1:1: cannot connect to 127.0.0.1:1: connection refused";
    assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Proxy, expected));
}

#[test]
fn a_proxy_that_stalls_is_a_timeout_of_connecting() {
    for scheme in ["http", "https", "socks4a", "socks5h"] {
        let server = Server::new(|_, mut stream| drop(io::copy(&mut stream, &mut io::sink())));
        let mut call = tunneled(through(scheme, "", &server));
        call.deadlines.connect = Some(Duration::from_millis(60));
        let error = call.send(&Pool::new()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectTimeout(Phase::Connect), "{scheme}: {error}");
    }
}

#[test]
fn leads_through_socks() {
    for (scheme, credentials, answers) in [
        ("socks4a", "", vec![vec![0, 90, 0, 0, 0, 0, 0, 0]]),
        ("socks5h", "", vec![vec![5, 0], vec![5, 0, 0, 1, 0, 0, 0, 0, 0, 0]]),
        ("socks5h", "u:p@", vec![vec![5, 2], vec![1, 0], vec![5, 0, 0, 3, 1, b'a', 0, 0]]),
    ] {
        let server = Server::new(move |_, mut stream| {
            for answer in &answers {
                assert!(stream.read(&mut [0; 1024]).unwrap() > 0);
                // In pieces, since nobody promises that an answer comes at once.
                answer.iter().for_each(|byte| stream.write_all(&[*byte]).unwrap());
            }
            read_head(&mut stream);
            stream.write_all(HELLO.as_bytes()).unwrap();
        });
        let (reply, body) = through(scheme, credentials, &server).send(&Pool::new()).unwrap();
        assert_eq!((body, reply.timings.tls), (b"hello".to_vec(), Duration::ZERO), "{scheme}");
        assert!(!reply.timings.connect.is_zero());
    }
}

#[test]
fn connections_by_different_ways_are_not_shared() {
    let server = Server::answering(&[HELLO; 2]);
    let pool = Pool::new();
    for credentials in ["", "ada:one@", "ada:two@", ""] {
        let (reply, _) = through("http", credentials, &server).send(&pool).unwrap();
        assert_eq!((reply.reused, credentials), (server.accepted() == 3 && reply.reused, credentials));
    }
    assert_eq!(server.accepted(), 3);
}

proptest! {
    #[test]
    fn any_answer_to_connect_ends(
        begins in prop::sample::select(vec!["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 403 No\r\nContent-Length: 9\r\n\r\n"]),
        rest in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let memory = Memory::new([[begins.as_bytes(), &rest].concat().chunks(7).map(<[u8]>::to_vec).collect::<Vec<_>>()]);
        let mut clock = Clock::start(Deadlines::default());
        let mut wire = memory.connect(&Endpoint::new(Scheme::Https, "h", 443), &mut clock).unwrap();
        match tunnel::ask(&mut *wire, "h:443", None, &clock) {
            Ok(tunnel::Answer::Refusal(head, body)) => prop_assert!(tunnel::in_words(&head, &body).len() < 1000),
            Ok(tunnel::Answer::Tunnel) => prop_assert!(begins.starts_with("HTTP/1.1 200")),
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }
}
