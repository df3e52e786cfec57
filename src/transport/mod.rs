//! Bytes over wires: TCP, TLS, the connection pool, deadlines. What the bytes mean is
//! `proto`'s business, and what the messages mean the client's.
//!
//! ```text
//! Pool --take idle or open--> Connection --send--> Wire (TCP, TLS, memory)
//!   ^                             |      <--receive--
//!   +---- put back, if it can ----+  held to the Clock's deadlines
//! ```

mod attempt;
mod body_file;
mod body_stream;
mod cancel;
mod channel;
mod clock;
mod connect;
mod connection;
mod endpoint;
mod exchange;
mod fixed;
mod input;
mod landing;
#[cfg(test)]
mod loopback;
mod memory;
mod pool;
mod proxy;
mod receive;
mod resolve;
mod route;
mod send;
mod socket;
mod tls;
mod trace;
mod upgraded;
mod wire;

pub use cancel::Cancel;
pub use channel::Channel;
pub use clock::Clock;
pub use endpoint::Endpoint;
pub use exchange::{Deadlines, Exchange, Receiver, Reply};
pub use fixed::{FixedAddresses, InvalidFixedAddresses};
pub use landing::Landing;
pub use memory::Memory;
pub use pool::{Pool, PoolBuilder};
pub use proxy::{InvalidProxy, Proxy, ProxyScheme};
pub use route::{IpVersion, Route};
pub use tls::{Certificate, CertificateFields, Identity, InvalidKeyPin, KeyPin, TlsInfo, TlsOptions, Verify};
pub use trace::{Excerpt, Step, Trace};
pub use upgraded::Upgraded;
pub use wire::{Connector, Wire};

pub use crate::http::{BoxError, Error, ErrorKind};
