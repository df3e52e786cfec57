//! What the tests share: a project in a folder of its own, and servers to run it against.

mod fault_server;
mod project;
#[cfg(unix)]
mod pseudo_terminal;
mod recorder;
mod relay;
mod tls_server;

pub use fault_server::FaultServer;
pub use project::{Project, Ran};
#[cfg(unix)]
pub use pseudo_terminal::PseudoTerminal;
pub use recorder::Recorder;
pub use relay::Relay;
pub use tls_server::{Clients, TlsServer, tls_input};

/// A port that nothing listened on a moment ago.
pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Says that a test is skipped, past what captures the output of tests.
pub fn skipped(reason: &str) {
    use std::io::Write as _;
    std::io::stderr().write_all(format!("skipped: {reason}\n").as_bytes()).unwrap();
}
