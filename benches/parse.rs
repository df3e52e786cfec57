//! How fast spec files are read.

use std::fmt::Write as _;
use std::path::Path;
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

/// Files as a team has them, of every editor's constructs: each is ten of the corpus.
fn folder(count: usize) -> Vec<(String, Dialect)> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/inputs/http");
    let editors = [
        ("jetbrains", Dialect::JetBrains),
        ("vscode", Dialect::VsCode),
        ("httpyac", Dialect::HttpYac),
        ("kulala", Dialect::Superset),
        ("visualstudio", Dialect::Superset),
        ("standard", Dialect::Standard),
    ];
    let parts = editors.map(|(editor, dialect)| (texts(&corpus.join(editor)), dialect));
    let file = |number: usize| {
        let (texts, dialect) = &parts[number % parts.len()];
        let chosen = texts.iter().cycle().skip(number * 3).take(10);
        (chosen.map(String::as_str).collect::<Vec<_>>().join("\n###\n"), *dialect)
    };
    (0..count).map(file).collect()
}

/// The spec files of a folder, in order.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads its inputs")]
fn texts(folder: &Path) -> Vec<String> {
    let entries = folder.read_dir().expect("the corpus has a folder for each editor");
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("a folder can be listed").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "http" || extension == "rest"));
    paths.sort();
    paths.iter().map(|path| std::fs::read_to_string(path).expect("a spec is text")).collect()
}

fn bench(bencher: divan::Bencher<'_, '_>, text: String) {
    let bytes = BytesCount::new(text.len());
    let source = SourceFile::new("bench.http", text);
    bencher.counter(bytes).bench(|| parse(divan::black_box(&Arc::clone(&source)), Format::Http, Dialect::default()));
}

/// A folder of 200 files of all dialects.
#[divan::bench]
fn files_of_all_editors(bencher: divan::Bencher<'_, '_>) {
    let files = folder(200);
    let bytes = BytesCount::new(files.iter().map(|(text, _)| text.len()).sum::<usize>());
    let sources: Vec<_> =
        files.into_iter().map(|(text, dialect)| (SourceFile::new("bench.http", text), dialect)).collect();
    bencher.counter(bytes).bench(|| {
        sources.iter().map(|(source, dialect)| parse(source, Format::Http, *dialect).requests.len()).sum::<usize>()
    });
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
