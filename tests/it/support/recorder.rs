//! A server that keeps every request whole, as it stood on the wire.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// What each request is answered with: something to capture, and braces that nobody may render.
const ANSWER: &str = concat!(
    "HTTP/1.1 200 OK\r\nX-Token: t1\r\nContent-Type: application/json\r\nContent-Length: 53\r\nConnection: close\r\n\r\n",
    r#"{"id": 7, "text": "a b", "list": [1], "tag": "{{x}}"}"#
);

/// Answers every request in the same way, and keeps what it was sent.
pub struct Recorder {
    address: SocketAddr,
    received: Arc<Mutex<Vec<Vec<u8>>>>,
    thread: Option<JoinHandle<()>>,
}

impl Recorder {
    /// Listens on a free port, and serves one connection after the other.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("a listener has an address");
        let received = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&received);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                match read_request(&stream) {
                    request if request.is_empty() => return,
                    request => kept.lock().expect("nobody panics with it").push(request),
                }
                answer(stream);
            }
        });
        Self { address, received, thread: Some(thread) }
    }

    /// `127.0.0.1:PORT`
    pub fn authority(&self) -> String {
        self.address.to_string()
    }

    /// The requests so far: head and body, as they came. They are not given again.
    pub fn take(&self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.received.lock().expect("nobody panics with it"))
    }
}

/// A head, and as many bytes as it announces.
fn read_request(mut stream: &TcpStream) -> Vec<u8> {
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("the time is not zero");
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|count| count == 1) {
        request.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&request).to_ascii_lowercase();
    let announced = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    let mut body = vec![0; announced.unwrap_or(0)];
    stream.read_exact(&mut body).expect("the body is as long as it was announced");
    request.append(&mut body);
    request
}

fn answer(mut stream: TcpStream) {
    drop(stream.write_all(ANSWER.as_bytes()));
    drop(stream.shutdown(Shutdown::Write));
    while stream.read(&mut [0; 1024]).is_ok_and(|count| count > 0) {}
}

impl Drop for Recorder {
    fn drop(&mut self) {
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}
