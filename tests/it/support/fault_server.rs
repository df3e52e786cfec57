//! A server that says exactly the bytes that it is told to, however wrong they are.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// Answers every connection in the same scripted way, and keeps what it was sent.
pub struct FaultServer {
    address: SocketAddr,
    stopped: Arc<AtomicBool>,
    received: Arc<Mutex<Vec<String>>>,
    thread: Option<JoinHandle<()>>,
}

impl FaultServer {
    /// Reads a request's head, says these bytes, and closes.
    pub fn says(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self::start(move |stream, _| drop(stream.write_all(&bytes)))
    }

    /// Reads a request's head, says these bytes, and then nothing more for a minute.
    pub fn says_and_stalls(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        Self::start(move |stream, stopped| {
            drop(stream.write_all(&bytes));
            for _ in 0..1200 {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                std::thread::sleep(Duration::from_millis(50));
            }
        })
    }

    /// Reads a request's head, says these bytes, and then the others again and again.
    pub fn repeats(start: &'static str, piece: &'static str) -> Self {
        Self::start(move |stream, _| {
            drop(stream.write_all(start.as_bytes()));
            while stream.write_all(piece.repeat(64).as_bytes()).is_ok() {}
        })
    }

    /// Reads a request's head, says these bytes, and resets the connection.
    pub fn resets(bytes: &'static str) -> Self {
        Self::start(move |stream, _| {
            drop(stream.write_all(bytes.as_bytes()));
            Self::reset(stream);
        })
    }

    /// Answers each connection with what a function makes of the head of its request.
    pub fn answers(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::listen(move |stream, head, _| drop(stream.write_all(&answer(head))))
    }

    /// Has a connection end in a reset, once what was said has had the time to arrive, which a
    /// reset overtakes.
    pub fn reset(stream: &TcpStream) {
        std::thread::sleep(Duration::from_millis(50));
        socket2::SockRef::from(stream).set_linger(Some(Duration::ZERO)).unwrap();
    }

    /// Calls a function for each connection, after the head of its first request.
    pub fn start(answer: impl Fn(&mut TcpStream, &AtomicBool) + Send + Sync + 'static) -> Self {
        Self::listen(move |stream, _, stopped| answer(stream, stopped))
    }

    fn listen(answer: impl Fn(&mut TcpStream, &str, &AtomicBool) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let stopped = Arc::new(AtomicBool::new(false));
        let received = Arc::new(Mutex::new(Vec::new()));
        let answer = Arc::new(answer);
        let thread = {
            let (stopped, received) = (Arc::clone(&stopped), Arc::clone(&received));
            std::thread::spawn(move || {
                for stream in listener.incoming().map_while(Result::ok) {
                    if stopped.load(Ordering::SeqCst) {
                        return;
                    }
                    let (answer, stopped, received) =
                        (Arc::clone(&answer), Arc::clone(&stopped), Arc::clone(&received));
                    std::thread::spawn(move || serve(stream, &*answer, &stopped, &received));
                }
            })
        };
        Self { address, stopped, received, thread: Some(thread) }
    }

    /// `http://127.0.0.1:PORT`
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The heads that it was sent, in the order in which they came.
    pub fn received(&self) -> Vec<String> {
        self.received.lock().unwrap().clone()
    }
}

fn serve(
    mut stream: TcpStream,
    answer: &(dyn Fn(&mut TcpStream, &str, &AtomicBool) + Send + Sync),
    stopped: &AtomicBool,
    received: &Mutex<Vec<String>>,
) {
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|count| count == 1) {
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    received.lock().unwrap().push(head.clone());
    answer(&mut stream, &head, stopped);
    if socket2::SockRef::from(&stream).linger().is_ok_and(|linger| linger.is_some()) {
        return;
    }
    drop(stream.shutdown(Shutdown::Write));
    // What the client still sends is read, or the close would be a reset.
    drop(stream.set_read_timeout(Some(Duration::from_millis(500))));
    while stream.read(&mut [0; 4096]).is_ok_and(|count| count > 0) {}
}

impl Drop for FaultServer {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}
