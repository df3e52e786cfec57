//! How long each phase of an exchange took.

use std::fmt;
use std::time::Duration;

/// A phase of an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Looking up the host's addresses.
    Dns,
    /// Opening the connection.
    Connect,
    /// The TLS handshake.
    Tls,
    /// Sending the request.
    Request,
    /// Waiting for the first byte of the response.
    Wait,
    /// Reading the response.
    Download,
    /// All of it, redirects included.
    Total,
}

impl Phase {
    /// Every phase with its name in the assertion language.
    pub const NAMES: &[(&str, Self)] = &[
        ("dns", Self::Dns),
        ("connect", Self::Connect),
        ("tls", Self::Tls),
        ("request", Self::Request),
        ("wait", Self::Wait),
        ("download", Self::Download),
        ("total", Self::Total),
    ];

    /// Its name in the assertion language.
    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(_, phase)| *phase == self).map_or("total", |(name, _)| name)
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The time that each phase took; zero for one that did not happen, as the
/// first three on a reused connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timings {
    /// Looking up the host's addresses.
    pub dns: Duration,
    /// Opening the connection.
    pub connect: Duration,
    /// The TLS handshake.
    pub tls: Duration,
    /// Sending the request.
    pub request: Duration,
    /// Waiting for the first byte of the response.
    pub wait: Duration,
    /// Reading the response.
    pub download: Duration,
    /// All of it.
    pub total: Duration,
}

impl Timings {
    /// The time of one phase.
    pub fn phase(&self, phase: Phase) -> Duration {
        match phase {
            Phase::Dns => self.dns,
            Phase::Connect => self.connect,
            Phase::Tls => self.tls,
            Phase::Request => self.request,
            Phase::Wait => self.wait,
            Phase::Download => self.download,
            Phase::Total => self.total,
        }
    }
}
