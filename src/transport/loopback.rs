//! For tests: servers on this machine that do what a test says, and requests to them.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::http::{Body, Headers, Method, Scheme, Version};
use crate::proto::ResponseHead;

use super::{BoxError, Deadlines, Endpoint, Error, Exchange, Pool, Receiver, Reply};

/// A server that handles each connection, numbered from 0, on a thread of its own.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) endpoint: Endpoint,
    accepted: Arc<AtomicUsize>,
}

impl Server {
    pub(super) fn new(handle: impl Fn(usize, TcpStream) + Send + Sync + 'static) -> Self {
        let listener = listen();
        let port = listener.local_addr().unwrap().port();
        let accepted = Arc::new(AtomicUsize::new(0));
        let (counter, handle) = (Arc::clone(&accepted), Arc::new(handle));
        thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept() {
                let number = counter.fetch_add(1, Ordering::SeqCst);
                let handle = Arc::clone(&handle);
                thread::spawn(move || handle(number, stream));
            }
        });
        let host = "127.0.0.1".to_owned();
        Self { endpoint: Endpoint::new(Scheme::Http, host, port), accepted }
    }

    /// A server that answers each request of a connection with the next of these, and
    /// then closes it.
    pub(super) fn answering(answers: &'static [&'static str]) -> Self {
        Self::new(move |_, mut stream| {
            for answer in answers {
                if read_request(&mut stream).is_empty() {
                    return;
                }
                stream.write_all(answer.as_bytes()).unwrap();
            }
        })
    }

    /// How many connections there were.
    pub(super) fn accepted(&self) -> usize {
        self.accepted.load(Ordering::SeqCst)
    }
}

#[expect(clippy::disallowed_methods, reason = "tests need something to connect to")]
pub(super) fn listen() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}

/// Reads head and body of a request; nothing at the end of the stream.
pub(super) fn read_request(stream: &mut impl Read) -> Vec<u8> {
    let mut request = read_head(stream);
    let length = String::from_utf8_lossy(&request)
        .lines()
        .find_map(|line| line.strip_prefix("Content-Length: ")?.parse().ok())
        .unwrap_or(0_u64);
    stream.take(length).read_to_end(&mut request).unwrap();
    request
}

/// Reads the head of a request; nothing at the end of the stream.
pub(super) fn read_head(stream: &mut impl Read) -> Vec<u8> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            _ => return Vec::new(),
        }
    }
    head
}

/// Closes a connection with RST, as a server that crashes does.
pub(super) fn reset(stream: &TcpStream) {
    socket2::SockRef::from(stream).set_linger(Some(Duration::ZERO)).unwrap();
}

/// A request to be sent.
pub(super) struct Call {
    pub(super) endpoint: Endpoint,
    pub(super) method: Method,
    pub(super) headers: Headers,
    pub(super) body: Body,
    pub(super) deadlines: Deadlines,
}

impl Call {
    pub(super) fn get(server: &Server) -> Self {
        let total = Some(Instant::now() + Duration::from_secs(20));
        Self {
            endpoint: server.endpoint.clone(),
            method: Method::GET,
            headers: Headers::new(),
            body: Body::EMPTY,
            deadlines: Deadlines { total, ..Deadlines::default() },
        }
    }

    pub(super) fn post(server: &Server, body: impl Into<Body>) -> Self {
        let body = body.into();
        let mut call = Self { method: Method::POST, ..Self::get(server) };
        call.headers.append("Content-Length", body.len().expect("the tests send no readers").to_string()).unwrap();
        Self { body, ..call }
    }

    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.append(name, value).unwrap();
        self
    }

    pub(super) fn within(mut self, time: Duration) -> Self {
        self.deadlines.total = Some(Instant::now() + time);
        self
    }

    pub(super) fn exchange(&self) -> Exchange<'_> {
        Exchange {
            endpoint: &self.endpoint,
            method: &self.method,
            target: "/",
            version: Version::Http11,
            headers: &self.headers,
            body: &self.body,
            is_message: false,
            deadlines: self.deadlines.clone(),
            trace: None,
        }
    }

    /// Sends it, and gathers the body.
    pub(super) fn send(&self, pool: &Pool) -> Result<(Reply, Vec<u8>), Error> {
        let mut collected = Collected(Vec::new());
        let reply = pool.exchange(&self.exchange(), &mut collected)?;
        Ok((reply, collected.0))
    }
}

struct Collected(Vec<u8>);

impl Receiver for Collected {
    fn head(&mut self, _head: &ResponseHead) -> Result<(), BoxError> {
        Ok(())
    }

    fn data(&mut self, bytes: &[u8]) -> Result<ControlFlow<()>, BoxError> {
        self.0.extend_from_slice(bytes);
        Ok(ControlFlow::Continue(()))
    }
}
