//! No text may make the parser of the assertion language panic or run long.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rqtest::parse::parse_assertion;
use rqtest::source::SourceFile;
use rqtest::spec::Format;

fuzz_target!(|text: &str| {
    let source = SourceFile::new("fuzz.http", text);
    drop(parse_assertion(&source.span(0..source.text().len()), Format::Http));
});
