//! A proxy that leads everybody to one server, and keeps what it is asked for.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// Speaks HTTP, SOCKS 4, 4a and 5, whichever its client begins with.
pub struct Relay {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    /// Where everybody is led, whatever they ask for.
    origin: String,
    /// `user:password` in the forms of SOCKS and of Basic, where it asks for it.
    credentials: Option<(&'static str, &'static str)>,
    asked: Mutex<Vec<String>>,
    stopped: AtomicBool,
}

impl Relay {
    /// Leads anybody to a server, `host:port`.
    pub fn to(origin: impl Into<String>) -> Self {
        Self::start(origin.into(), None)
    }

    /// Leads to a server whoever has these credentials: `user:password`, and base64 of that.
    pub fn guarded(origin: impl Into<String>, credentials: (&'static str, &'static str)) -> Self {
        Self::start(origin.into(), Some(credentials))
    }

    fn start(origin: String, credentials: Option<(&'static str, &'static str)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared { origin, credentials, asked: Mutex::default(), stopped: AtomicBool::new(false) });
        let thread = {
            let shared = Arc::clone(&shared);
            std::thread::spawn(move || {
                for stream in listener.incoming().map_while(Result::ok) {
                    if shared.stopped.load(Ordering::SeqCst) {
                        return;
                    }
                    let shared = Arc::clone(&shared);
                    std::thread::spawn(move || shared.serve(stream));
                }
            })
        };
        Self { address, shared, thread: Some(thread) }
    }

    /// `127.0.0.1:PORT`
    pub fn authority(&self) -> String {
        self.address.to_string()
    }

    /// What was asked for so far; it is not given again.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.shared.asked.lock().unwrap())
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

impl Shared {
    fn serve(&self, mut client: TcpStream) {
        client.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let mut first = [0];
        let led = match client.read(&mut first) {
            Ok(1) if first == [4] => self.socks_4(&mut client),
            Ok(1) if first == [5] => self.socks_5(&mut client),
            Ok(1) => self.http(&mut client, first[0]),
            _ => None,
        };
        if let Some(begins) = led {
            relay(client, &self.origin, &begins);
        }
    }

    fn note(&self, asked: String) {
        self.asked.lock().unwrap().push(asked);
    }

    /// What the origin is to be sent first; nothing where the client is refused.
    fn http(&self, client: &mut TcpStream, first: u8) -> Option<Vec<u8>> {
        let mut head = vec![first];
        while !head.ends_with(b"\r\n\r\n") {
            head.push(byte(client));
        }
        let head = String::from_utf8(head).unwrap();
        let (line, fields) = head.split_once("\r\n").unwrap();
        let proof = fields.lines().find_map(|field| field.strip_prefix("Proxy-Authorization: "));
        self.note(format!("{line} as {}", proof.unwrap_or("nobody")));
        if self.credentials.is_some_and(|(_, basic)| proof != Some(&format!("Basic {basic}"))) {
            let refusal = "HTTP/1.1 407 Who?\r\nProxy-Authenticate: Basic realm=r\r\nContent-Length: 8\r\n\r\nwho asks";
            client.write_all(refusal.as_bytes()).unwrap();
            return None;
        }
        if line.starts_with("CONNECT ") {
            client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").unwrap();
            return Some(Vec::new());
        }
        let kept: Vec<&str> = fields.lines().filter(|field| !field.starts_with("Proxy-Authorization:")).collect();
        Some(format!("{line}\r\n{}\r\n\r\n", kept.join("\r\n").trim_end()).into_bytes())
    }

    fn socks_4(&self, client: &mut TcpStream) -> Option<Vec<u8>> {
        let [_, port @ .., a, b, c, d] = bytes::<7>(client);
        let user = until_nul(client);
        let host = if [a, b, c] == [0; 3] { until_nul(client) } else { format!("{a}.{b}.{c}.{d}") };
        self.note(format!("SOCKS4 {host}:{} as {user:?}", u16::from_be_bytes(port)));
        client.write_all(&[0, 90, 0, 0, 0, 0, 0, 0]).unwrap();
        Some(Vec::new())
    }

    fn socks_5(&self, client: &mut TcpStream) -> Option<Vec<u8>> {
        let methods = counted(client);
        let mut user = "nobody".to_owned();
        if self.credentials.is_some() {
            if !methods.contains(&2) {
                client.write_all(&[5, 0xff]).unwrap();
                return None;
            }
            client.write_all(&[5, 2]).unwrap();
            byte(client);
            user = [text(client), text(client)].join(":");
            let accepted = self.credentials.is_some_and(|(pair, _)| pair == user);
            client.write_all(&[1, u8::from(!accepted)]).unwrap();
        } else {
            client.write_all(&[5, 0]).unwrap();
        }
        let [_, _, _, kind] = bytes::<4>(client);
        let host = match kind {
            1 => bytes::<4>(client).map(|byte| byte.to_string()).join("."),
            3 => text(client),
            _ => format!("[{}]", std::net::Ipv6Addr::from(bytes::<16>(client))),
        };
        self.note(format!("SOCKS5 {host}:{} as {user}", u16::from_be_bytes(bytes(client))));
        client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).unwrap();
        Some(Vec::new())
    }
}

fn bytes<const N: usize>(client: &mut TcpStream) -> [u8; N] {
    let mut bytes = [0; N];
    client.read_exact(&mut bytes).unwrap();
    bytes
}

fn byte(client: &mut TcpStream) -> u8 {
    bytes::<1>(client)[0]
}

fn counted(client: &mut TcpStream) -> Vec<u8> {
    (0..byte(client)).map(|_| byte(client)).collect()
}

fn text(client: &mut TcpStream) -> String {
    String::from_utf8(counted(client)).unwrap()
}

fn until_nul(client: &mut TcpStream) -> String {
    let text = std::iter::repeat_with(|| byte(client)).take_while(|byte| *byte != 0).collect();
    String::from_utf8(text).unwrap()
}

/// Passes on what comes from either side, until both have said all.
fn relay(client: TcpStream, origin: &str, begins: &[u8]) {
    let mut server = TcpStream::connect(origin).unwrap();
    server.write_all(begins).unwrap();
    let (mut from_client, mut to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    let upstream = std::thread::spawn(move || {
        drop(std::io::copy(&mut from_client, &mut to_server));
        drop(to_server.shutdown(Shutdown::Write));
    });
    drop(std::io::copy(&mut server, &mut &client));
    drop(client.shutdown(Shutdown::Write));
    drop(upstream.join());
}
