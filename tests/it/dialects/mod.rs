//! Dialects of `.http` files: each rule by which they differ, over the real binary, and what
//! `rqtest check` tells of it.

mod check;
mod examples;
mod specification;

use std::collections::HashMap;

use rqtest::spec::{Dialect, Rule};
use serde_json::Value;

use crate::support::{Project, Recorder};
use examples::{EXAMPLES, Evidence, Example};

/// Rules whose choice shows nowhere but in settings; the parser's own tests hold them.
const UNSEEN: &[Rule] = &[Rule::TimeoutUnit];

/// What the example of each rule gives in one dialect.
type Results = HashMap<Rule, Vec<String>>;

fn project(recorder: &Recorder) -> Project {
    let project = Project::new()
        .file("plain.txt", "plain")
        .file("http-client.env.json", r#"{"dev": {"defined": "environment"}}"#);
    EXAMPLES.iter().fold(project, |project, example| {
        let url = format!("http://{}/{}", recorder.authority(), example.rule.id());
        project.file(&example.file(), example.document.replace("URL", &url))
    })
}

fn results(dialect: &str) -> Results {
    let recorder = Recorder::start();
    let project = project(&recorder);
    let arguments =
        ["run", ".", "--dialect", dialect, "--env", "dev", "--jobs", "1", "--seed", "7", "--json", "report.json"];
    let ran = project.run(&arguments);
    assert!(ran.code <= 1, "{}", ran.stderr);
    let report: Value = serde_json::from_str(&project.read("report.json")).unwrap();
    let requests = recorder.take();
    let requests: Vec<_> = requests.iter().map(|request| String::from_utf8_lossy(request)).collect();
    let result = |example: &Example| match example.evidence {
        Evidence::Wire => requests.iter().filter_map(|request| sent(request, example, &recorder)).collect(),
        Evidence::Words => words(&report, &example.file()),
    };
    EXAMPLES.iter().map(|example| (example.rule, result(example))).collect()
}

/// A request of an example, without what the client adds to all of them.
fn sent(request: &str, example: &Example, recorder: &Recorder) -> Option<String> {
    let prefix = format!("/{}", example.rule.id());
    let target = request.split(' ').nth(1)?;
    let is_of = target.strip_prefix(&prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', 'x']));
    let mut added =
        vec!["User-Agent: ".to_owned(), "Accept: */*".to_owned(), format!("Host: {}", recorder.authority())];
    if example.rule != Rule::ResponseDecoding {
        added.push("Accept-Encoding: ".to_owned());
    }
    let is_own = |line: &&str| !added.iter().any(|start| line.starts_with(start));
    let lines: Vec<&str> = request.split("\r\n").filter(is_own).collect();
    is_of.then(|| lines.join("\r\n").replace(&recorder.authority(), "HOST").replace(&prefix, ""))
}

/// The errors and warnings of a file's requests.
fn words(report: &Value, file: &str) -> Vec<String> {
    let files = report["files"].as_array().unwrap();
    let file = files.iter().find(|known| known["path"] == file).unwrap();
    let of_attempt = |attempt: &Value| {
        let errors = attempt["error"]["diagnostics"].as_array().cloned().unwrap_or_default();
        let warnings = attempt["warnings"].as_array().cloned().unwrap_or_default();
        let assertions = attempt["assertions"].as_array().cloned().unwrap_or_default();
        let failures = assertions.into_iter().map(|assertion| assertion["failure"].clone());
        let all = errors.into_iter().chain(warnings).chain(failures.filter(|failure| !failure.is_null()));
        all.map(|found| found["message"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    let cases = file["cases"].as_array().unwrap().iter();
    cases.flat_map(|case| case["attempts"].as_array().unwrap().iter().flat_map(of_attempt)).collect()
}

#[test]
fn dialects_do_the_same_where_they_choose_the_same_and_else_something_different() {
    let all: Vec<(Dialect, Results)> = Dialect::NAMES.iter().map(|&(name, dialect)| (dialect, results(name))).collect();
    let mut wrong = Vec::new();
    for example in EXAMPLES {
        let Example { rule, besides, .. } = example;
        for (index, (one, of_one)) in all.iter().enumerate() {
            for (other, of_other) in &all[index + 1..] {
                let is_same = rule.choice(*one) == rule.choice(*other);
                let is_alone = !besides.contains(one) && !besides.contains(other);
                if (of_one[rule] == of_other[rule]) != is_same && is_alone {
                    let found = (&of_one[rule], &of_other[rule]);
                    wrong.push(format!("{} in {one:?} and {other:?}: {found:#?}", rule.id()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_has_an_example() {
    for rule in Rule::ALL {
        let is_shown = EXAMPLES.iter().any(|example| example.rule == *rule);
        assert!(is_shown != UNSEEN.contains(rule), "{}", rule.id());
    }
}

#[test]
fn the_readme_has_each_deviation_from_the_specification_and_its_reason() {
    let readme = include_str!("../../../README.md");
    let (_, chapter) = readme.split_once("### Dialects\n").unwrap();
    let (chapter, _) = chapter.split_once("\n## ").unwrap();
    let written: Vec<&str> = chapter.lines().filter(|line| line.starts_with("| `")).collect();
    let deviations = Rule::ALL.iter().filter(|rule| rule.is_deviation()).map(|rule| {
        let anchor = rule.anchor().expect("a deviation is one from a statement");
        let choice = rule.choice(Dialect::Superset);
        format!("| `{anchor}` | {} | {choice} | {} |", rule.conflict(), rule.reason())
    });
    assert_eq!(written, deviations.collect::<Vec<_>>());
}
