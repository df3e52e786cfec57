//! A port of this machine that a browser is led to: it brings one request, and is told that
//! it may go.

use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

/// The most bytes that the head of a request may have.
const MAX_HEAD: usize = 64 * 1024;

/// How long a connection may take to bring its request: browsers open some that they may never use.
const SILENCE: Duration = Duration::from_secs(2);

/// The time between two looks for a connection.
const PAUSE: Duration = Duration::from_millis(10);

/// What a person sees at the end.
const PAGE: &str = "<!doctype html><meta charset=utf-8><title>rqtest</title>\
    <p>rqtest has its answer. This window can be closed.\n";

/// Where a browser lands.
#[derive(Debug)]
pub struct Landing {
    listener: TcpListener,
    port: u16,
}

impl Landing {
    /// Listens at a loopback address; at a free port where none is asked for.
    ///
    /// # Errors
    /// If it cannot be listened at.
    #[expect(clippy::disallowed_methods, reason = "a browser comes to a port of this machine (RFC 8252, 7.3)")]
    pub fn open(address: IpAddr, port: Option<u16>) -> io::Result<Self> {
        let listener = TcpListener::bind(SocketAddr::new(address, port.unwrap_or(0)))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        Ok(Self { listener, port })
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The target of the first request for a path; nothing if none has come as long as this
    /// goes on.
    ///
    /// # Errors
    /// If it cannot be listened any more.
    pub fn wait(&self, path: &str, goes_on: impl Fn() -> bool) -> io::Result<Option<String>> {
        while goes_on() {
            match self.listener.accept() {
                // What goes wrong on one connection is the visitor's: another may come.
                Ok((stream, _)) => {
                    if let Ok(Some(target)) = receive(stream, path) {
                        return Ok(Some(target));
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => thread::sleep(PAUSE),
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }
}

/// Reads a request and answers it; its target, if that is of the path.
fn receive(mut stream: TcpStream, path: &str) -> io::Result<Option<String>> {
    stream.set_nonblocking(false)?;
    stream.set_write_timeout(Some(SILENCE))?;
    let head = read_head(&mut stream, Instant::now() + SILENCE)?;
    let target = target(&head).filter(|target| target.split('?').next() == Some(path));
    let (status, page) = if target.is_some() { ("200 OK", PAGE) } else { ("404 Not Found", "") };
    let length = page.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{page}"
    )?;
    Ok(target)
}

fn read_head(stream: &mut TcpStream, until: Instant) -> io::Result<Vec<u8>> {
    let (mut head, mut buffer) = (Vec::new(), [0; 4096]);
    while !head.windows(4).any(|window| window == b"\r\n\r\n") && head.len() < MAX_HEAD {
        // A byte now and then would keep all others out.
        let left = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero());
        stream.set_read_timeout(Some(left.ok_or(io::ErrorKind::TimedOut)?))?;
        match stream.read(&mut buffer)? {
            0 => break,
            count => head.extend_from_slice(&buffer[..count]),
        }
    }
    Ok(head)
}

/// The target of a GET.
fn target(head: &[u8]) -> Option<String> {
    let line = head.split(|&byte| byte == b'\r').next()?;
    let mut words = std::str::from_utf8(line).ok()?.split(' ');
    (words.next()? == "GET").then_some(())?;
    words.next().filter(|target| target.starts_with('/')).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOPBACK: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[expect(clippy::disallowed_methods, reason = "a test visits like a browser")]
    fn visit(port: u16, request: &str) -> String {
        let mut stream = TcpStream::connect((LOOPBACK, port)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn waits_for_the_request_that_it_is_there_for() {
        let landing = Landing::open(LOOPBACK, None).unwrap();
        let port = landing.port();
        let visitor = thread::spawn(move || {
            let wrong = ["GET /favicon.ico HTTP/1.1\r\n\r\n", "POST /back HTTP/1.1\r\n\r\n", "\u{fffd}\r\n\r\n"];
            let refused = wrong.map(|request| visit(port, request));
            (refused, visit(port, "GET /back?code=c1 HTTP/1.1\r\nHost: h\r\n\r\n"))
        });
        assert_eq!(landing.wait("/back", || true).unwrap().as_deref(), Some("/back?code=c1"));
        let (refused, answer) = visitor.join().unwrap();
        assert!(refused.iter().all(|answer| answer.starts_with("HTTP/1.1 404 ")), "{refused:?}");
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("can be closed"), "{answer}");
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test visits like a browser")]
    fn a_visitor_who_stammers_does_not_keep_the_others_out() {
        let landing = Landing::open(LOOPBACK, None).unwrap();
        let mut stammering = TcpStream::connect((LOOPBACK, landing.port())).unwrap();
        let stammer = thread::spawn(move || {
            while stammering.write_all(b"G").is_ok() {
                thread::sleep(SILENCE / 20);
            }
        });
        let port = landing.port();
        let visitor = thread::spawn(move || visit(port, "GET /back HTTP/1.1\r\n\r\n"));
        let start = Instant::now();
        assert!(landing.wait("/back", || start.elapsed() < SILENCE * 10).unwrap().is_some());
        drop(landing);
        assert!(visitor.join().unwrap().starts_with("HTTP/1.1 200 OK"));
        stammer.join().unwrap();
    }

    #[test]
    fn waits_no_longer_than_it_is_told_to() {
        let landing = Landing::open(LOOPBACK, None).unwrap();
        assert_eq!(landing.wait("/", || false).unwrap(), None);
    }
}
