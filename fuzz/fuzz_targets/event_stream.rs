//! However a stream of events is cut, it holds the same events, and none makes the decoder panic.
#![no_main]

use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;
use rqtest::proto::{EventStreamDecoder, ServerSentEvent};

fn events<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<ServerSentEvent> {
    let mut decoder = EventStreamDecoder::new();
    let mut events = Vec::new();
    for piece in pieces {
        let flow = decoder.push(piece, &mut |event| {
            events.push(event);
            ControlFlow::Continue(())
        });
        if flow.is_err() {
            break;
        }
    }
    events
}

fuzz_target!(|bytes: &[u8]| {
    let whole = events([bytes]);
    assert_eq!(events(bytes.chunks(1)), whole);
    assert_eq!(events(bytes.chunks(3)), whole);
});
