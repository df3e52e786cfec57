//! The life of the server: it listens, gives each connection a thread, and stops.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle, Scope};
use std::time::Duration;

use socket2::{Domain, Socket, Type};

use super::connection::serve_connection;
use super::router::Router;
use super::state::State;
use super::stop::StopSignal;

/// How many connections may wait to be accepted.
const BACKLOG: i32 = 1024;

/// How many connections may be open at once; more are closed unanswered.
const CONNECTION_LIMIT: usize = 4096;

/// Enough for a handler and for JSON of the greatest depth that serde_json reads.
const STACK_SIZE: usize = 1024 * 1024;

/// How long accepting pauses when the system has no more descriptors or threads.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(10);

/// A running practice server. Dropping it stops it.
///
/// ```
/// use rqtest::serve::PracticeServer;
///
/// let server = PracticeServer::start("127.0.0.1:0".parse()?)?;
/// assert!(server.base_url().starts_with("http://127.0.0.1:"));
/// server.stop();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct PracticeServer {
    stopper: Stopper,
    accepting: Option<JoinHandle<()>>,
}

/// Stops a server from another thread.
#[derive(Clone)]
pub struct Stopper {
    address: SocketAddr,
    signal: Arc<StopSignal>,
}

impl PracticeServer {
    /// Listens on an address and answers in threads of its own. Port 0 stands for
    /// any free port. Each server has a state of its own: users, sessions, counters.
    ///
    /// # Errors
    /// If the address cannot be listened on.
    pub fn start(address: SocketAddr) -> io::Result<Self> {
        let listener = listen(address)?;
        let stopper = Stopper { address: listener.local_addr()?, signal: Arc::default() };
        let shared = Shared::new(Arc::clone(&stopper.signal));
        let accepting =
            thread::Builder::new().name("practice-server".to_owned()).spawn(move || accept(&listener, &shared))?;
        Ok(Self { stopper, accepting: Some(accepting) })
    }

    /// The address that is listened on, with the port that was chosen.
    pub fn address(&self) -> SocketAddr {
        self.stopper.address
    }

    /// Where a client on this machine reaches the server: `http://127.0.0.1:8080`.
    pub fn base_url(&self) -> String {
        format!("http://{}", reachable(self.address()))
    }

    /// A handle that stops the server while another thread waits for its end.
    pub fn stopper(&self) -> Stopper {
        self.stopper.clone()
    }

    /// Blocks until the server is stopped through a [`Stopper`].
    pub fn wait(mut self) {
        self.join();
    }

    /// Closes all connections and returns when all threads have ended.
    pub fn stop(self) {
        drop(self);
    }

    fn join(&mut self) {
        if let Some(accepting) = self.accepting.take() {
            // A panic of a handler has cost its connection and was shown; it costs no more.
            let _ = accepting.join();
        }
    }
}

impl Drop for PracticeServer {
    fn drop(&mut self) {
        self.stopper.stop();
        self.join();
    }
}

impl Stopper {
    /// Asks the server to stop, and does not wait for its end.
    #[expect(clippy::disallowed_methods, reason = "a connection to itself wakes the thread that accepts")]
    pub fn stop(&self) {
        if self.signal.set() {
            // Where nobody listens any more, nobody is left to be woken.
            let _ = TcpStream::connect_timeout(&reachable(self.address), Duration::from_secs(1));
        }
    }
}

impl fmt::Debug for Stopper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Stopper({})", self.address)
    }
}

/// An address to connect to: loopback where the server listens on every interface.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
    // Elsewhere than on Unix the option would let two servers share a port.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// What all threads of a server share.
struct Shared {
    router: Router,
    state: State,
    open: OpenConnections,
}

impl Shared {
    fn new(signal: Arc<StopSignal>) -> Self {
        Self { router: Router::new(), state: State::new(signal), open: OpenConnections::default() }
    }
}

/// Accepts until the signal is set, then closes what is open; the scope joins the threads.
fn accept(listener: &TcpListener, shared: &Shared) {
    thread::scope(|scope| {
        for id in 0.. {
            let accepted = listener.accept();
            if shared.state.signal().is_set() {
                break;
            }
            let started = accepted.and_then(|(stream, peer)| start_connection(scope, shared, id, stream, peer));
            if started.is_err() && shared.state.signal().sleep(PAUSE_AFTER_ERROR).is_err() {
                break;
            }
        }
        shared.open.close_all();
    });
}

fn start_connection<'scope>(
    scope: &'scope Scope<'scope, '_>,
    shared: &'scope Shared,
    id: u64,
    stream: TcpStream,
    peer: SocketAddr,
) -> io::Result<()> {
    let Some(connection) = shared.open.insert(id, stream) else { return Ok(()) };
    thread::Builder::new().stack_size(STACK_SIZE).spawn_scoped(scope, move || {
        // How a connection ends concerns its client alone.
        let _ = serve_connection(&connection.stream, peer.ip(), &shared.router, &shared.state);
    })?;
    Ok(())
}

/// The connections that are open, so that they can be closed from outside.
#[derive(Default)]
struct OpenConnections(Mutex<HashMap<u64, Arc<TcpStream>>>);

/// One of them; it takes itself off the list.
struct OpenConnection<'a> {
    all: &'a OpenConnections,
    id: u64,
    stream: Arc<TcpStream>,
}

impl OpenConnections {
    fn insert(&self, id: u64, stream: TcpStream) -> Option<OpenConnection<'_>> {
        let mut open = self.lock();
        if open.len() >= CONNECTION_LIMIT {
            return None;
        }
        let stream = Arc::new(stream);
        open.insert(id, Arc::clone(&stream));
        Some(OpenConnection { all: self, id, stream })
    }

    fn close_all(&self) {
        for stream in self.lock().values() {
            // One that the client has closed already need not be closed again.
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Arc<TcpStream>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for OpenConnection<'_> {
    fn drop(&mut self) {
        self.all.lock().remove(&self.id);
    }
}
