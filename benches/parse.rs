//! How fast spec files are read.

use std::fmt::Write as _;
use std::sync::Arc;

use divan::counter::BytesCount;
use rqtest::parse::parse;
use rqtest::source::SourceFile;
use rqtest::spec::{Dialect, Format};

fn main() {
    divan::main();
}

/// A collection of many small requests, about 250 bytes each.
fn many_requests(count: usize) -> String {
    let mut text = "@base = https://example.org/v1\n\n".to_owned();
    for number in 0..count {
        write!(
            text,
            "### Create user {number}\n# @name create{number}\n# @tag smoke, users\n# @timeout 5s\n\
             POST {{{{base}}}}/users?number={number} HTTP/1.1\nContent-Type: application/json\n\
             Authorization: Bearer {{{{token}}}}\nAccept: */*\n\n\
             {{\n  \"name\": \"Ada\",\n  \"number\": {number},\n  \"team\": \"{{{{team}}}}\"\n}}\n\n"
        )
        .expect("a string takes any text");
    }
    text
}

/// One request whose body has so many lines.
fn large_body(lines: usize) -> String {
    format!(
        "POST https://example.org/\nContent-Type: text/plain\n\n{}",
        "a line of a body, which is not JSON\n".repeat(lines)
    )
}

fn bench(bencher: divan::Bencher<'_, '_>, text: String) {
    let bytes = BytesCount::new(text.len());
    let source = SourceFile::new("bench.http", text);
    bencher.counter(bytes).bench(|| parse(divan::black_box(&Arc::clone(&source)), Format::Http, Dialect::default()));
}

/// 20,000 requests are about 5 MB.
#[divan::bench(args = [2_000, 20_000])]
fn requests(bencher: divan::Bencher<'_, '_>, count: usize) {
    bench(bencher, many_requests(count));
}

#[divan::bench(args = [20_000, 200_000])]
fn body_lines(bencher: divan::Bencher<'_, '_>, lines: usize) {
    bench(bencher, large_body(lines));
}

/// Requests that no separator stands between.
#[divan::bench(args = [2_000, 20_000])]
fn without_separators(bencher: divan::Bencher<'_, '_>, count: usize) {
    bench(bencher, many_requests(count).replace("###", "#"));
}
