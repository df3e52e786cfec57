//! No text may make the `.http` parser panic or run long.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rqtest::parse::parse;
use rqtest::source::SourceFile;
use rqtest::spec::{Dialect, Format};

fuzz_target!(|text: &str| {
    parse(&SourceFile::new("fuzz.http", text), Format::Http, Dialect::default());
});
