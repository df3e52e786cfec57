//! Proxies: what one is, and how a connection leads through it.
//!
//! ```text
//!            HTTP proxy                     SOCKS proxy
//! http://    requests in absolute form      tunnel by SOCKS
//! https://   tunnel by CONNECT, then TLS    tunnel by SOCKS, then TLS
//! ```
//! Which proxy a request takes is the client's business.

mod authorization;
mod passage;
mod socks;
mod talk;
#[cfg(test)]
mod tests;
mod tunnel;
mod url;

pub(super) use authorization::{Authorizations, challenge};
pub(super) use passage::lead;
pub use url::{InvalidProxy, Proxy, ProxyScheme};
