//! `rqtest check`: what runs, what dialects read differently, and what is not supported.

use rqtest::spec::Dialect;
use serde_json::Value;

use super::examples::EXAMPLES;
use crate::support::{Project, Recorder};

fn checked(project: &Project, arguments: &[&str]) -> Value {
    let mut all = vec!["check", ".", "--format", "json"];
    all.extend(arguments);
    let ran = project.run(&all);
    serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {}{}", ran.stdout, ran.stderr))
}

#[test]
fn every_conflict_is_told_with_its_line_whatever_the_dialect() {
    let project = super::project(&Recorder::start());
    for (name, _) in Dialect::NAMES {
        let found = checked(&project, &["--dialect", name]);
        assert_eq!(found["dialect"], *name);
        for example in EXAMPLES {
            let files = found["files"].as_array().unwrap();
            let file = files.iter().find(|file| file["file"] == example.file()).unwrap();
            let differences = file["differences"].as_array().unwrap().iter();
            let line = differences.clone().find(|found| found["rule"] == example.rule.id()).map(|found| &found["line"]);
            assert_eq!(line.and_then(Value::as_u64), example.line, "{} in {name}: {file:#}", example.rule.id());
        }
    }
}

fn mixed() -> Project {
    Project::new()
        .file("users.http", "### All users\nget localhost:8080/users\n  # only a few\n  ?limit=3\n\n### Create\n# @timeout 500\nPOST http://localhost:8080/users\nContent-Type: application/json\n\n// Ada\n{\"name\": \"{{ name }}\"}\n\n?? status == 201\n")
        .file("other.http", "### Call\nGRPC localhost:50051/a.B/c\n\n### File\nPOST http://localhost:8080/\n\n< missing.json\n\n### Mistake\nGET http://localhost/\nno colon\n")
        .file("plain.http", "GET http://localhost/\n")
}

#[test]
fn a_table_tells_what_is_found_in_each_file() {
    let project = mixed();
    let ran = project.run(&["check", "."]);
    assert_eq!(ran.code, 1);
    insta::assert_snapshot!("check_table", ran.stdout);
    insta::assert_snapshot!("check_problems", ran.stderr);
}

#[test]
fn json_tells_the_same() {
    let found = checked(&mixed(), &[]);
    insta::assert_snapshot!("check_json", serde_json::to_string_pretty(&found).unwrap());
}
