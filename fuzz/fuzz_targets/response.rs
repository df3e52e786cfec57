//! No bytes from a server may make the response decoder panic or stand still.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rqtest::http::Method;
use rqtest::proto::ResponseDecoder;

fuzz_target!(|bytes: &[u8]| {
    let mut decoder = ResponseDecoder::new(&Method::GET);
    let mut rest = bytes;
    while let Ok(step) = decoder.decode(rest) {
        if step.consumed == 0 && step.event.is_none() {
            break;
        }
        rest = &rest[step.consumed..];
        if decoder.is_done() {
            return;
        }
    }
    drop(decoder.finish());
});
