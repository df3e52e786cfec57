//! HTTP/1.1 without I/O: bytes to states and back (RFC 9112), in [`auth`] the schemes of
//! authentication, and streams of events.
//!
//! A request is written by [`encode_request_head`] and [`encode_chunk`]. A response is
//! read by a [`ResponseDecoder`], which is given what has arrived and says what it is:
//!
//! ```text
//!        1xx, but 101
//!         +------+
//!         v      |
//! ------> Head --+                     consumes a whole head, or nothing
//!          |
//!          | any other status
//!          v
//!    +-----+-------+------------+--------------+
//!    v             v            v              v
//!  nothing     Length(n)     Chunked       UntilClose
//!    |             | n = 0      | last chunk   | finish()
//!    v             v            v              v
//!    +-------------+---- Done --+--------------+
//! ```
//!
//! ```
//! use rqtest::http::Method;
//! use rqtest::proto::{Event, ResponseDecoder};
//!
//! let mut decoder = ResponseDecoder::new(&Method::GET);
//! let wire = b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nRust";
//!
//! // The first bytes are no whole head: nothing is consumed.
//! let step = decoder.decode(&wire[..10])?;
//! assert_eq!((step.consumed, step.event), (0, None));
//!
//! let mut at = 0;
//! let mut events = Vec::new();
//! while !decoder.is_done() {
//!     let step = decoder.decode(&wire[at..])?;
//!     events.push(match step.event {
//!         Some(Event::Interim(head)) => format!("interim {}", head.status),
//!         Some(Event::Head(head)) => format!("head {}", head.status),
//!         Some(Event::Data(range)) => format!("{} bytes", range.len()),
//!         Some(Event::End(trailers)) => format!("end, {} trailers", trailers.len()),
//!         None => unreachable!("the response is whole"),
//!     });
//!     at += step.consumed;
//! }
//! assert_eq!(events, ["interim 103", "head 200", "4 bytes", "end, 0 trailers"]);
//! assert!(decoder.is_persistent());
//! # Ok::<(), rqtest::http::Error>(())
//! ```

pub mod auth;
mod chunked;
mod decoder;
mod event_stream;
mod framing;
mod head;
mod limits;
mod request;
#[cfg(test)]
mod vectors;
mod websocket;

pub use chunked::{BodyEvent, ChunkedDecoder, Step};
pub use decoder::{Event, ResponseDecoder};
pub use event_stream::{EventStreamDecoder, OnEvent, ServerSentEvent};
pub(crate) use framing::{has_token, is_persistent};
pub use head::ResponseHead;
pub use limits::{MAX_CHUNK_EXTENSION, MAX_HEAD, MAX_HEADERS, MAX_INTERIM};
pub use request::{LAST_CHUNK, encode_chunk, encode_request_head};
pub use websocket::{WEBSOCKET_VERSION, is_websocket_key, websocket_accept, websocket_key};
