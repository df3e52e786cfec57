//! The statements of the open `.http` specification, each by its anchor: what `dialect:
//! standard` sends of a document, and what it says of one that does not conform.
//!
//! What a recording server cannot see has its test beside the code, under the same name.

mod statements;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::LazyLock;

use serde_json::Value;

use super::words;
use crate::support::{Project, Recorder, skipped};
use crate::wire::essence;

/// A document, and what becomes of it.
type Case = (&'static str, Expected);

/// What becomes of a document.
#[derive(Clone, Copy)]
enum Expected {
    /// These requests are sent, and nothing is wrong.
    Sent(&'static [&'static str]),
    /// What is sent passes a check: what is random.
    Checked(fn(&[String]) -> bool),
    /// This is said, of an error or a warning, and no request is sent.
    Said(&'static str),
    /// This is said, and these requests are sent nonetheless.
    SentAndSaid(&'static [&'static str], &'static str),
}

/// What became of all documents.
struct Outcome {
    /// By document.
    sent: HashMap<String, Vec<String>>,
    report: Value,
}

/// All documents are sent in one run.
static OUTCOME: LazyLock<Outcome> = LazyLock::new(|| {
    let recorder = Recorder::start();
    let port = recorder.authority().rsplit_once(':').unwrap().1.to_owned();
    let url = format!("http://{}", recorder.authority());
    let documents =
        statements::ALL.iter().flat_map(|(name, cases)| cases.iter().enumerate().map(move |case| (name, case)));
    let project = documents.fold(Project::new().file("plain.txt", "plain"), |project, (name, (index, (text, _)))| {
        let path = format!("{name}-{index}");
        let text = text.replace("URL", &format!("{url}/{path}")).replace("PORT", &port).replace("PATH", &path);
        project.file(&format!("{path}.http"), text)
    });
    let ran = project.run(&["run", ".", "--dialect", "standard", "--jobs", "1", "--json", "report.json"]);
    assert!(ran.code <= 1, "{}", ran.stderr);
    let mut sent: HashMap<String, Vec<String>> = HashMap::new();
    for request in recorder.take() {
        let essence = essence(&request, &recorder).replace(&port, "PORT");
        let target = essence.split(' ').nth(1).unwrap_or_default().trim_start_matches('/');
        let path = target.split(['/', '?']).next().unwrap_or_default().to_owned();
        let own = essence.replacen(&format!("/{path}"), "", 1);
        sent.entry(path).or_default().push(own);
    }
    Outcome { sent, report: serde_json::from_str(&project.read("report.json")).unwrap() }
});

/// Holds what became of the documents of a statement against what it says.
fn hold(name: &str, cases: &[Case]) {
    for (index, (document, expected)) in cases.iter().enumerate() {
        let path = format!("{name}-{index}");
        let sent = OUTCOME.sent.get(&path).cloned().unwrap_or_default();
        let said = words(&OUTCOME.report, &format!("{path}.http"));
        let is_said = |words: &str| said.iter().any(|message| message.contains(words));
        let holds = match expected {
            Expected::Sent(requests) => sent == *requests && said.is_empty(),
            Expected::Checked(check) => check(&sent) && said.is_empty(),
            Expected::Said(words) => sent.is_empty() && is_said(words),
            Expected::SentAndSaid(requests, words) => sent == *requests && is_said(words),
        };
        assert!(holds, "{document}\nsent {sent:#?}\nsaid {said:#?}");
    }
}

/// The name of the test of a statement.
fn test_name(anchor: &str) -> String {
    anchor.replace(|character: char| !character.is_ascii_alphanumeric(), "_")
}

#[test]
fn every_statement_has_a_test() {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors/http-specification.json");
    let Ok(text) = std::fs::read_to_string(&vectors) else {
        return skipped("the vectors of the .http specification are not beside the checkout");
    };
    let specification: Value = serde_json::from_str(&text).unwrap();
    let anchors = specification["statements"].as_array().unwrap().iter();
    let names: Vec<String> = anchors.map(|statement| test_name(statement["anchor"].as_str().unwrap())).collect();
    let mut tests: BTreeMap<String, ()> = statements::ALL.iter().map(|(name, _)| ((*name).to_owned(), ())).collect();
    let beside = [include_str!("specification.rs"), include_str!("../../../src/template/specification.rs")];
    for source in beside {
        let functions = source.lines().filter_map(|line| line.trim().strip_prefix("fn ")?.strip_suffix("() {"));
        tests.extend(functions.map(|name| (name.to_owned(), ())));
    }
    let missing: Vec<_> = names.iter().filter(|name| !tests.contains_key(*name)).collect();
    assert!(missing.is_empty(), "{missing:#?}");
    let unknown: Vec<_> = statements::ALL.iter().filter(|(name, _)| !names.iter().any(|known| known == name)).collect();
    assert_eq!(unknown.len(), 0, "{:?}", unknown.iter().map(|(name, _)| name).collect::<Vec<_>>());
}

/// What a project of one file sends, and how the run ends.
fn run(name: &str, document: &[u8]) -> (i32, Vec<String>) {
    let recorder = Recorder::start();
    let text = String::from_utf8_lossy(document).replace("URL", &format!("http://{}", recorder.authority()));
    let document = if std::str::from_utf8(document).is_ok() { text.into_bytes() } else { document.to_vec() };
    let ran = Project::new().file(name, document).run(&["run", name, "--dialect", "standard"]);
    (ran.code, recorder.take().iter().map(|request| essence(request, &recorder)).collect())
}

#[test]
fn file_conventions_invalid_encoding() {
    assert_eq!(run("a.http", b"GET http://127.0.0.1:1/\n\n\xff"), (1, Vec::new()));
}

#[test]
fn file_conventions_http_extension() {
    assert_eq!(run("a.http", b"GET URL/\n"), (0, vec!["GET / HTTP/1.1".to_owned()]));
}

#[test]
fn file_conventions_rest_extension() {
    assert_eq!(run("a.rest", b"GET URL/\n"), (0, vec!["GET / HTTP/1.1".to_owned()]));
}

#[test]
fn file_conventions_rest_reading() {
    let document = b"### a\nPOST URL/{{b}}\n\n# c\n\n###\n@b = 1\nGET URL/{{b}}\n";
    assert_eq!(run("a.rest", document), run("a.http", document));
}

#[test]
fn the_dialect_is_chosen_by_the_configuration_too() {
    let recorder = Recorder::start();
    let project = Project::new()
        .file("rqtest.yaml", "dialect: standard\n")
        .file("a.http", format!("POST http://{}/\n\n?? status == 200\n", recorder.authority()));
    assert_eq!(project.run(&["run", "a.http"]).code, 0);
    let sent: Vec<_> = recorder.take().iter().map(|request| essence(request, &recorder)).collect();
    assert_eq!(sent, ["POST / HTTP/1.1\n\n?? status == 200"]);
}
