//! No text may make the YAML parser panic, run long or take much memory.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rqtest::parse::parse;
use rqtest::source::SourceFile;
use rqtest::spec::{Dialect, Format};

fuzz_target!(|text: &str| {
    parse(&SourceFile::new("fuzz.yaml", text), Format::Yaml, Dialect::default());
});
