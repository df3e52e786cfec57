//! Bytes over wires: TCP, TLS, the connection pool, deadlines.

mod endpoint;
mod error;
mod exchange;
mod pool;

pub use endpoint::{Endpoint, Verify};
pub use error::{BoxError, Error, ErrorKind};
pub use exchange::{Deadlines, Exchange, Receiver, Reply};
pub use pool::Pool;
