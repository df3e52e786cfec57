//! No field from a server may make the parser of challenges panic or stand still.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rqtest::proto::auth::{Challenge, parameters};

fuzz_target!(|field: &str| {
    drop(Challenge::parse(field));
    drop(parameters(field));
});
