//! SOCKS 4, 4a and 5 (RFC 1928, RFC 1929) without I/O: what is to be said to a proxy, and
//! what its answers mean.
//!
//! ```text
//! SOCKS 5   Method --no credentials needed--> Reply --> Bound --> done
//!             |                                 ^
//!             +--user and password--> Verdict --+
//! SOCKS 4   Reply4 --> done
//! ```
//! Each state says how many bytes it reads, so that none is read that belongs to the tunnel.

use std::net::{IpAddr, SocketAddr};

use super::url::Credentials;
use super::{Proxy, ProxyScheme};

/// Where a tunnel is to lead.
#[derive(Clone, Copy, Debug)]
pub(super) enum Destination<'a> {
    /// To an address.
    Address(SocketAddr),
    /// To a name that the proxy looks up, and a port.
    Name(&'a str, u16),
}

/// A talk with a proxy.
#[derive(Debug)]
pub(super) struct Handshake {
    state: State,
    output: Vec<u8>,
    /// What asks for the tunnel, once the proxy knows who asks.
    request: Vec<u8>,
    credentials: Option<Credentials>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Method,
    Verdict,
    Reply,
    /// The length of a name that the proxy is bound to.
    NameLength,
    /// The rest of the reply, which says where the proxy is bound to.
    Bound(usize),
    Reply4,
    Done,
}

const VERSION_4: u8 = 4;
const VERSION_5: u8 = 5;
const CONNECT: u8 = 1;
const NO_CREDENTIALS: u8 = 0;
const USER_AND_PASSWORD: u8 = 2;
const NO_METHOD: u8 = 0xff;
const IPV4: u8 = 1;
const NAME: u8 = 3;
const IPV6: u8 = 4;

/// What a SOCKS 5 proxy answers (RFC 1928, 6), in words.
const REPLIES: &[(u8, &str)] = &[
    (1, "it failed without saying why"),
    (2, "its rules do not allow this connection"),
    (3, "the network is unreachable from it"),
    (4, "the host is unreachable from it"),
    (5, "the destination refused its connection"),
    (6, "the connection took more hops than it may"),
    (7, "it opens no connections, or none of this kind"),
    (8, "it does not know this kind of address"),
];

/// What a SOCKS 4 proxy answers, in words.
const REPLIES_4: &[(u8, &str)] = &[
    (91, "it rejected the connection, or could not open it"),
    (92, "it cannot ask identd on this machine who the user is"),
    (93, "identd on this machine tells it of another user"),
];

impl Handshake {
    /// Begins to ask a proxy for a tunnel.
    ///
    /// # Errors
    /// If the version cannot say this destination.
    pub(super) fn new(proxy: &Proxy, destination: Destination<'_>) -> Result<Self, String> {
        match proxy.scheme() {
            ProxyScheme::Socks4 | ProxyScheme::Socks4a => {
                let user = proxy.credentials.as_ref().map_or("", |credentials| &credentials.user);
                let output = request_4(destination, user)?;
                Ok(Self { state: State::Reply4, output, request: Vec::new(), credentials: None })
            }
            _ => {
                let credentials = proxy.credentials.clone();
                // > | VER | NMETHODS | METHODS | (RFC 1928, 3)
                let output = match credentials {
                    Some(_) => vec![VERSION_5, 2, NO_CREDENTIALS, USER_AND_PASSWORD],
                    None => vec![VERSION_5, 1, NO_CREDENTIALS],
                };
                Ok(Self { state: State::Method, output, request: request_5(destination)?, credentials })
            }
        }
    }

    /// What is to be sent now; it is not given again.
    pub(super) fn output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.output)
    }

    /// How many bytes are to be read now; none once the tunnel stands.
    pub(super) fn wanted(&self) -> usize {
        match self.state {
            State::Method | State::Verdict => 2,
            State::Reply => 4,
            State::NameLength => 1,
            State::Bound(length) => length,
            State::Reply4 => 8,
            State::Done => 0,
        }
    }

    /// Takes as many bytes as were wanted.
    ///
    /// # Errors
    /// If the proxy refuses, or does not speak SOCKS: why, said of the proxy.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.state = match (self.state, bytes) {
            (State::Method, &[VERSION_5, method]) => self.answer_method(method)?,
            // > | VER | STATUS | (RFC 1929, 2)
            (State::Verdict, &[_, 0]) => self.ask(),
            (State::Verdict, &[_, _]) => return Err("it does not accept this user and password".to_owned()),
            // > | VER | REP | RSV | ATYP | BND.ADDR | BND.PORT | (RFC 1928, 6)
            (State::Reply, &[VERSION_5, 0, _, IPV4]) => State::Bound(4 + 2),
            (State::Reply, &[VERSION_5, 0, _, IPV6]) => State::Bound(16 + 2),
            (State::Reply, &[VERSION_5, 0, _, NAME]) => State::NameLength,
            (State::Reply, &[VERSION_5, 0, _, _]) => return Err("its answer holds no address".to_owned()),
            (State::Reply, &[VERSION_5, code, ..]) => return Err(in_words(REPLIES, code)),
            (State::NameLength, &[length]) => State::Bound(usize::from(length) + 2),
            (State::Bound(_), _) => State::Done,
            (State::Reply4, &[0, 90, ..]) => State::Done,
            (State::Reply4, &[0, code, ..]) => return Err(in_words(REPLIES_4, code)),
            _ => return Err(foreign(bytes)),
        };
        Ok(())
    }

    fn answer_method(&mut self, method: u8) -> Result<State, String> {
        match (method, &self.credentials) {
            (NO_CREDENTIALS, _) => Ok(self.ask()),
            (USER_AND_PASSWORD, Some(Credentials { user, password })) => {
                // > | VER | ULEN | UNAME | PLEN | PASSWD | (RFC 1929, 2)
                self.output.push(1);
                push_text(&mut self.output, user)?;
                push_text(&mut self.output, password.expose())?;
                Ok(State::Verdict)
            }
            (NO_METHOD, None) => Err("it asks for a user and a password".to_owned()),
            (NO_METHOD, Some(_)) => Err("it accepts no user and password".to_owned()),
            (method, _) => Err(format!("it asks for authentication by a method that was not offered ({method})")),
        }
    }

    fn ask(&mut self) -> State {
        self.output.append(&mut self.request);
        State::Reply
    }
}

/// > | VER | CMD | RSV | ATYP | DST.ADDR | DST.PORT | (RFC 1928, 4)
fn request_5(destination: Destination<'_>) -> Result<Vec<u8>, String> {
    let mut request = vec![VERSION_5, CONNECT, 0];
    let port = match destination {
        Destination::Address(address) => {
            match address.ip() {
                IpAddr::V4(ip) => {
                    request.push(IPV4);
                    request.extend(ip.octets());
                }
                IpAddr::V6(ip) => {
                    request.push(IPV6);
                    request.extend(ip.octets());
                }
            }
            address.port()
        }
        Destination::Name(name, port) => {
            request.push(NAME);
            push_text(&mut request, name)?;
            port
        }
    };
    request.extend(port.to_be_bytes());
    Ok(request)
}

/// ```text
/// | VN | CD | DSTPORT | DSTIP | USERID | NULL |                and for a name, in 4a:
/// | VN | CD | DSTPORT | 0.0.0.1 | USERID | NULL | NAME | NULL |
/// ```
fn request_4(destination: Destination<'_>, user: &str) -> Result<Vec<u8>, String> {
    let (ip, port, name) = match destination {
        Destination::Address(address) => match address.ip() {
            IpAddr::V4(ip) => (ip.octets(), address.port(), None),
            IpAddr::V6(_) => return Err("SOCKS 4 knows no IPv6 addresses: use socks5".to_owned()),
        },
        Destination::Name(name, port) => ([0, 0, 0, 1], port, Some(name)),
    };
    let mut request = vec![VERSION_4, CONNECT];
    request.extend(port.to_be_bytes());
    request.extend(ip);
    for text in [Some(user), name].into_iter().flatten() {
        request.extend(text.as_bytes());
        request.push(0);
    }
    Ok(request)
}

fn push_text(out: &mut Vec<u8>, text: &str) -> Result<(), String> {
    let length = u8::try_from(text.len()).map_err(|_| "SOCKS 5 knows names of up to 255 bytes".to_owned())?;
    out.push(length);
    out.extend(text.as_bytes());
    Ok(())
}

fn in_words(replies: &[(u8, &str)], code: u8) -> String {
    let known = replies.iter().find(|(known, _)| *known == code);
    known.map_or_else(|| format!("it refuses for a reason without a name ({code})"), |(_, words)| (*words).to_owned())
}

/// What a server says that is not the proxy it should be.
fn foreign(bytes: &[u8]) -> String {
    let looks_like_http = bytes.starts_with(b"HT");
    let found = if looks_like_http { "it speaks HTTP" } else { "it does not speak it as it should" };
    format!("this is no SOCKS proxy of this version: {found}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn begin(proxy: &str, destination: Destination<'_>) -> Result<Handshake, String> {
        Handshake::new(&proxy.parse().unwrap(), destination)
    }

    /// What is said to a proxy that answers like this, turn by turn, and how it ends.
    fn talk(proxy: &str, destination: Destination<'_>, mut answers: &[u8]) -> (Vec<Vec<u8>>, Result<(), String>) {
        let mut handshake = match begin(proxy, destination) {
            Ok(handshake) => handshake,
            Err(error) => return (Vec::new(), Err(error)),
        };
        let mut said = Vec::new();
        loop {
            said.extend(Some(handshake.output()).filter(|output| !output.is_empty()));
            if handshake.wanted() == 0 {
                assert!(answers.is_empty(), "{answers:?}");
                return (said, Ok(()));
            }
            let Some((bytes, rest)) = answers.split_at_checked(handshake.wanted()) else {
                return (said, Err("more is wanted".to_owned()));
            };
            answers = rest;
            if let Err(error) = handshake.take(bytes) {
                return (said, Err(error));
            }
        }
    }

    fn address(text: &str) -> Destination<'static> {
        Destination::Address(text.parse().unwrap())
    }

    const NAMED: Destination<'static> = Destination::Name("h.org", 80);

    #[test]
    fn asks_socks_5_for_a_tunnel() {
        let ok_v4 = [5, 0, 0, 1, 1, 2, 3, 4, 0, 80];
        let (said, end) = talk("socks5://p", address("1.2.3.4:80"), &[&[5, 0][..], &ok_v4].concat());
        assert_eq!((said, end), (vec![vec![5, 1, 0], vec![5, 1, 0, 1, 1, 2, 3, 4, 0, 80]], Ok(())));

        let ok_name = [5, 0, 0, 3, 2, b'a', b'b', 0, 80];
        let (said, end) = talk("socks5h://u:pw@p", NAMED, &[&[5, 2, 1, 0][..], &ok_name].concat());
        let request = [&[5, 1, 0, 3, 5][..], b"h.org", &[0, 80]].concat();
        assert_eq!((said, end), (vec![vec![5, 2, 0, 2], vec![1, 1, b'u', 2, b'p', b'w'], request.clone()], Ok(())),);

        // Credentials that the proxy does not ask for are not sent.
        let ok_v6 = [&[5, 0, 0, 4][..], &[0; 18]].concat();
        let (said, end) = talk("socks5h://u:pw@p", NAMED, &[&[5, 0][..], &ok_v6].concat());
        assert_eq!((said, end), (vec![vec![5, 2, 0, 2], request], Ok(())));

        let (said, _) = talk("socks5://p", address("[::1]:258"), &[5, 0]);
        assert_eq!(said[1], [&[5, 1, 0, 4][..], &[0; 15], &[1, 1, 2]].concat());
    }

    #[test]
    fn asks_socks_4_for_a_tunnel() {
        let granted = [0, 90, 0, 0, 0, 0, 0, 0];
        for (proxy, destination, request) in [
            ("socks4://p", address("1.2.3.4:80"), &[4, 1, 0, 80, 1, 2, 3, 4, 0][..]),
            ("socks4://ab@p", address("1.2.3.4:80"), &[4, 1, 0, 80, 1, 2, 3, 4, b'a', b'b', 0]),
            ("socks4a://p", Destination::Name("h", 258), &[4, 1, 1, 2, 0, 0, 0, 1, 0, b'h', 0]),
        ] {
            assert_eq!(talk(proxy, destination, &granted), (vec![request.to_vec()], Ok(())), "{proxy}");
        }
    }

    #[test]
    fn says_why_there_is_no_tunnel() {
        let long = "x".repeat(256);
        for (proxy, destination, answers, words) in [
            ("socks5://p", NAMED, &[5, 255][..], "asks for a user and a password"),
            ("socks5://u:p@p", NAMED, &[5, 255], "accepts no user and password"),
            ("socks5://p", NAMED, &[5, 2], "not offered (2)"),
            ("socks5://p", NAMED, &[5, 1], "not offered (1)"),
            ("socks5://u:p@p", NAMED, &[5, 2, 1, 1], "does not accept this user"),
            ("socks5://p", NAMED, &[5, 0, 5, 1, 0, 1], "failed without saying why"),
            ("socks5://p", NAMED, &[5, 0, 5, 2, 0, 1], "rules do not allow"),
            ("socks5://p", NAMED, &[5, 0, 5, 3, 0, 1], "network is unreachable"),
            ("socks5://p", NAMED, &[5, 0, 5, 4, 0, 1], "host is unreachable"),
            ("socks5://p", NAMED, &[5, 0, 5, 5, 0, 1], "refused its connection"),
            ("socks5://p", NAMED, &[5, 0, 5, 6, 0, 1], "more hops"),
            ("socks5://p", NAMED, &[5, 0, 5, 7, 0, 1], "opens no connections"),
            ("socks5://p", NAMED, &[5, 0, 5, 8, 0, 1], "kind of address"),
            ("socks5://p", NAMED, &[5, 0, 5, 9, 0, 1], "without a name (9)"),
            ("socks5://p", NAMED, &[5, 0, 5, 0, 0, 2], "holds no address"),
            ("socks5://p", NAMED, b"HTTP/1.1", "it speaks HTTP"),
            ("socks5://p", NAMED, &[4, 0], "no SOCKS proxy of this version"),
            ("socks5h://p", Destination::Name(&long, 80), &[5, 0], "up to 255 bytes"),
            ("socks4://p", NAMED, &[0, 91, 0, 0, 0, 0, 0, 0], "rejected the connection"),
            ("socks4://p", NAMED, &[0, 92, 0, 0, 0, 0, 0, 0], "identd"),
            ("socks4://p", NAMED, &[0, 93, 0, 0, 0, 0, 0, 0], "another user"),
            ("socks4://p", NAMED, &[0, 1, 0, 0, 0, 0, 0, 0], "without a name (1)"),
            ("socks4://p", NAMED, b"HTTP/1.1", "it speaks HTTP"),
            ("socks4://p", address("[::1]:80"), &[], "no IPv6"),
        ] {
            let (_, end) = talk(proxy, destination, answers);
            let error = end.unwrap_err();
            assert!(error.contains(words), "{answers:?}: {error}");
        }
    }

    proptest! {
        #[test]
        fn any_answer_ends_the_talk(
            proxy in prop::sample::select(vec!["socks4://p", "socks4a://p", "socks5://p", "socks5h://u:p@p"]),
            starts in prop::sample::select(vec![&b""[..], &[5, 0], &[5, 2, 1, 0], &[5, 0, 5, 0, 0], &[0, 90]]),
            answers in prop::collection::vec(any::<u8>(), 0..600),
        ) {
            let answers = [starts, &answers].concat();
            let mut handshake = begin(proxy, NAMED).unwrap();
            let mut at = 0;
            while let wanted @ 1.. = handshake.wanted() {
                prop_assert!(wanted <= 257);
                let Some(bytes) = answers.get(at..at + wanted) else { break };
                at += wanted;
                if handshake.take(bytes).is_err() {
                    break;
                }
            }
            prop_assert!(at <= 2 + 2 + 4 + 1 + 257);
        }
    }
}
