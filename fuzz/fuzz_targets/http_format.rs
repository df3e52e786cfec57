//! No text may make the `.http` parser panic or run long, whatever the dialect.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rqtest::parse::parse;
use rqtest::source::SourceFile;
use rqtest::spec::{Dialect, Format};

fuzz_target!(|text: &str| {
    let source = SourceFile::new("fuzz.http", text);
    for &(_, dialect) in Dialect::NAMES {
        parse(&source, Format::Http, dialect);
    }
});
