//! Server-sent events, from bytes as they arrive (WHATWG HTML, 9.2.6).
//!
//! ```abnf
//! stream  = [ bom ] *event
//! event   = *( comment / field ) end-of-line
//! comment = colon *any-char end-of-line
//! field   = 1*name-char [ colon [ space ] *any-char ] end-of-line
//! end-of-line = ( cr lf / cr / lf )
//! ```
//!
//! ```
//! use std::ops::ControlFlow;
//!
//! use rqtest::proto::EventStreamDecoder;
//!
//! let mut decoder = EventStreamDecoder::new();
//! let mut heard = Vec::new();
//! for piece in [&b"event: gre"[..], b"eting\r\ndata: hello\r", b"\ndata: Ada\r\n\r\ndata: unfinished"] {
//!     let _ = decoder.push(piece, &mut |event| {
//!         heard.push((event.event, event.data));
//!         ControlFlow::Continue(())
//!     })?;
//! }
//! assert_eq!(heard, [("greeting".to_owned(), "hello\nAda".to_owned())]);
//! # Ok::<(), rqtest::http::Error>(())
//! ```

use std::ops::ControlFlow;
use std::time::Duration;

use crate::http::{Error, ErrorKind};

/// The most bytes that a line, or the data of an event, may have: a stream may go on for
/// ever, but nothing in it may.
const MAX_EVENT: usize = 16 * 1024 * 1024;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// An event of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerSentEvent {
    /// What kind of event it is; `message` where the server does not say.
    pub event: String,
    /// The last id that the server has given, to this event or to one before it; or empty.
    pub id: String,
    /// The lines of its data, with line feeds between them.
    pub data: String,
    /// How long to wait before connecting again, as the server said last.
    pub retry: Option<Duration>,
}

/// Takes an event, and says whether there is to be another one.
pub type OnEvent<'a> = dyn FnMut(ServerSentEvent) -> ControlFlow<()> + 'a;

/// Reads a stream of events. What is not ended by an empty line is no event.
#[derive(Debug, Default)]
pub struct EventStreamDecoder {
    /// The bytes of the line that is not yet ended.
    line: Vec<u8>,
    /// Whether a line feed is the second half of a line end.
    after_return: bool,
    begun: bool,
    event: String,
    data: String,
    id: String,
    retry: Option<Duration>,
}

impl EventStreamDecoder {
    /// A decoder at the start of a stream.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads on, hands over every event that is whole, and says whether more are wanted:
    /// after a break, the rest of the bytes is not read.
    ///
    /// # Errors
    /// If a line or the data of an event is larger than 16 MiB.
    pub fn push(&mut self, bytes: &[u8], each: &mut OnEvent<'_>) -> Result<ControlFlow<()>, Error> {
        let mut rest = bytes;
        while !rest.is_empty() {
            if std::mem::take(&mut self.after_return) && rest[0] == b'\n' {
                rest = &rest[1..];
                continue;
            }
            let Some(end) = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')) else {
                self.gather(rest)?;
                break;
            };
            self.gather(&rest[..end])?;
            self.after_return = rest[end] == b'\r';
            rest = &rest[end + 1..];
            if let Some(event) = self.end_line()?
                && each(event).is_break()
            {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn gather(&mut self, piece: &[u8]) -> Result<(), Error> {
        check_size(self.line.len() + piece.len())?;
        self.line.extend_from_slice(piece);
        Ok(())
    }

    /// Interprets the line that has ended, which may complete an event.
    fn end_line(&mut self) -> Result<Option<ServerSentEvent>, Error> {
        let line = std::mem::take(&mut self.line);
        let first = !std::mem::replace(&mut self.begun, true);
        let line = line.strip_prefix(BYTE_ORDER_MARK).filter(|_| first).unwrap_or(&line);
        if line.is_empty() {
            return Ok(self.dispatch());
        }
        let line = String::from_utf8_lossy(line);
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        self.read_field(name, value.strip_prefix(' ').unwrap_or(value))?;
        Ok(None)
    }

    /// > If the field name is "event": Set the event type buffer to the field value.
    /// > If the field name is "data": Append the field value to the data buffer, then append
    /// > a single U+000A LINE FEED (LF) character to the data buffer.
    /// > If the field name is "id": If the field value does not contain U+0000 NULL, then set
    /// > the last event ID buffer to the field value. Otherwise, ignore the field.
    /// > If the field name is "retry": If the field value consists of only ASCII digits, then
    /// > interpret the field value as an integer in base ten, and set the event stream's
    /// > reconnection time to that integer. Otherwise, ignore the field.
    /// > Otherwise: The field is ignored.
    fn read_field(&mut self, name: &str, value: &str) -> Result<(), Error> {
        match name {
            "event" => value.clone_into(&mut self.event),
            "data" => {
                check_size(self.data.len() + value.len())?;
                self.data.push_str(value);
                self.data.push('\n');
            }
            "id" if !value.contains('\0') => value.clone_into(&mut self.id),
            "retry" if value.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.retry = value.parse().map(Duration::from_millis).ok().or(self.retry);
            }
            _ => {}
        }
        Ok(())
    }

    /// > If the data buffer is an empty string, set the data buffer and the event type buffer
    /// > to the empty string and return.
    fn dispatch(&mut self) -> Option<ServerSentEvent> {
        let event = std::mem::take(&mut self.event);
        let mut data = std::mem::take(&mut self.data);
        // Each line of the data has left a line feed.
        data.pop()?;
        let event = if event.is_empty() { "message".to_owned() } else { event };
        Some(ServerSentEvent { event, id: self.id.clone(), data, retry: self.retry })
    }
}

fn check_size(size: usize) -> Result<(), Error> {
    if size <= MAX_EVENT {
        return Ok(());
    }
    Err(Error::new(ErrorKind::TooLarge, "an event of the stream is larger than 16 MiB"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The events of pieces as they would arrive: kind, id, data.
    fn events<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<(String, String, String)> {
        let mut decoder = EventStreamDecoder::new();
        let mut found = Vec::new();
        for piece in pieces {
            let flow = decoder.push(piece, &mut |event| {
                found.push((event.event, event.id, event.data));
                ControlFlow::Continue(())
            });
            assert!(flow.unwrap().is_continue());
        }
        found
    }

    #[test]
    fn follows_the_examples_of_the_standard() {
        for (stream, expected) in [
            ("data: YHOO\ndata: +2\ndata: 10\n\n", &[("message", "", "YHOO\n+2\n10")][..]),
            (
                ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
                &[("message", "1", "first event"), ("message", "", "second event"), ("message", "", " third event")],
            ),
            ("data\n\ndata\ndata\n\ndata:", &[("message", "", ""), ("message", "", "\n")]),
            ("data:test\n\ndata: test\n\n", &[("message", "", "test"), ("message", "", "test")]),
            (
                "event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\n",
                &[("add", "", "73857293"), ("remove", "", "2153")],
            ),
        ] {
            let expected: Vec<_> = expected.iter().map(|&(a, b, c)| (a.into(), b.into(), c.into())).collect();
            assert_eq!(events([stream.as_bytes()]), expected, "{stream:?}");
        }
    }

    #[test]
    fn reads_what_is_odd_as_the_standard_has_it() {
        for (stream, expected) in [
            ("\u{feff}data: a\n\n", &[("message", "", "a")][..]),
            ("\u{feff}\u{feff}data: a\n\n", &[]),
            ("data: a\n\n\u{feff}data: b\n\n", &[("message", "", "a")]),
            ("data: a\r\rdata: b\r\n\r\n", &[("message", "", "a"), ("message", "", "b")]),
            ("event: x\n\ndata: a\n\n", &[("message", "", "a")]),
            ("id: 7\n\ndata: a\n\n", &[("message", "7", "a")]),
            ("id: 7\ndata: a\n\nid: 8\0\ndata: b\n\n", &[("message", "7", "a"), ("message", "7", "b")]),
            ("Data: a\n data: b\nx: y\n\n", &[]),
            ("data: a:b\n\n", &[("message", "", "a:b")]),
            ("data: a", &[]),
            ("data: a\n", &[]),
        ] {
            let expected: Vec<_> = expected.iter().map(|&(a, b, c)| (a.into(), b.into(), c.into())).collect();
            assert_eq!(events([stream.as_bytes()]), expected, "{stream:?}");
        }
        assert_eq!(events([&b"data: \xff\xe2\x82\n\n"[..]])[0].2, "\u{fffd}\u{fffd}");
    }

    #[test]
    fn keeps_the_time_to_wait_until_another_is_said() {
        let mut decoder = EventStreamDecoder::new();
        let mut waits = Vec::new();
        let stream = b"data\n\nretry: 1500\ndata\n\nretry: soon\nretry: -1\ndata\n\nretry: 99999999999999999999\ndata\n\nretry: 0\ndata\n\n";
        let flow = decoder.push(stream, &mut |event| {
            waits.push(event.retry.map(|time| time.as_millis()));
            ControlFlow::Continue(())
        });
        assert!(flow.unwrap().is_continue());
        assert_eq!(waits, [None, Some(1500), Some(1500), Some(1500), Some(0)]);
    }

    #[test]
    fn hands_over_no_more_than_is_wanted() {
        let mut decoder = EventStreamDecoder::new();
        let mut count = 0;
        let flow = decoder.push(b"data: a\n\ndata: b\n\ndata: c\n\n", &mut |_| {
            count += 1;
            if count < 2 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        assert_eq!((flow.unwrap(), count), (ControlFlow::Break(()), 2));
    }

    #[test]
    fn bounds_what_an_event_may_grow_to() {
        let value = "x".repeat(64 * 1024);
        for piece in [format!("data: {value}").into_bytes(), format!("data: {value}\n").into_bytes()] {
            let mut decoder = EventStreamDecoder::new();
            let mut ignore = |_| ControlFlow::Continue(());
            let error = (0..300).find_map(|_| decoder.push(&piece, &mut ignore).err()).expect("it ends");
            assert_eq!(error.kind(), ErrorKind::TooLarge);
        }
    }

    const STREAM: &str = "\u{feff}: hi\r\nid: 1\r\nevent: é\r\ndata: \u{20ac}\r\ndata: b\r\n\r\ndata: c\n\nretry: 5\rdata: d\r\rdata: e\n";

    #[test]
    fn every_split_gives_the_same_events() {
        let bytes = STREAM.as_bytes();
        let whole = events([bytes]);
        assert_eq!(whole.len(), 3);
        assert_eq!(events(bytes.chunks(1)), whole);
        for cut in 0..bytes.len() {
            assert_eq!(events([&bytes[..cut], &bytes[cut..]]), whole, "cut at {cut}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn any_split_of_any_stream_gives_the_same_events(
            lines in prop::collection::vec(
                ("(data|event|id|retry|x|)", "(:|: |)", "[a\u{20ac}\u{0}1:]{0,4}", "(\r|\n|\r\n|\n\n|\r\n\r\n)"),
                0..16,
            ),
            size in 1_usize..9,
        ) {
            let stream: String = lines.into_iter().map(|(a, b, c, d)| a + &b + &c + &d).collect();
            let whole = events([stream.as_bytes()]);
            prop_assert_eq!(events(stream.as_bytes().chunks(size)), whole);
        }

        #[test]
        fn any_bytes_end_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..128), size in 1_usize..9) {
            prop_assert_eq!(events(bytes.chunks(size)), events([bytes.as_slice()]));
        }
    }
}
