//! Expressions in JavaScript, and what they share with scripts: names in any letters, definitions
//! that need one another, functions and objects that scripts have made.

use rqtest::serve::PracticeServer;
use serde_json::Value;

use crate::support::Project;

/// The cases of a file `a.http`.
fn run(project: Project, arguments: &[&str]) -> Vec<Value> {
    let server = PracticeServer::start(([127, 0, 0, 1], 0).into()).unwrap();
    let mut all = vec!["a.http", "--json", "report.json"];
    all.extend(arguments);
    let ran = project.run_against(&server.base_url(), &all);
    assert!(ran.code < 3, "{ran:?}");
    let report: Value = serde_json::from_str(&project.read("report.json")).unwrap();
    report["files"][0]["cases"].as_array().unwrap().clone()
}

fn cases(text: &str, arguments: &[&str]) -> Vec<Value> {
    run(Project::new().file("a.http", text), arguments)
}

/// The messages of the first case that cannot be run.
fn error(text: &str, arguments: &[&str]) -> String {
    let cases = cases(text, arguments);
    let diagnostic = &cases[0]["attempts"][0]["error"]["diagnostics"][0];
    diagnostic["message"].as_str().unwrap_or_else(|| panic!("{cases:#?}")).to_owned()
}

#[track_caller]
fn assert_passed(cases: &[Value], count: usize) {
    let verdicts: Vec<_> = cases.iter().map(|case| &case["verdict"]).collect();
    assert!(verdicts.len() == count && verdicts.iter().all(|verdict| *verdict == "passed"), "{cases:#?}");
}

#[test]
fn names_of_any_letters_are_variables_or_errors() {
    for text in [
        "GET {{api}}/get?q={{größe}}\n",
        "# @if größe == 1\nGET {{api}}/get\n",
        "POST {{api}}/post\nContent-Type: application/json\n\n{\"a\": \"{{ userö }}\"}\n",
    ] {
        let error = error(text, &[]);
        assert!(error.starts_with("variable `") && error.ends_with("` is not defined"), "{error}");
    }
    let text = "@größe = 5\n\nGET {{api}}/get?q={{größe}}{{ größe ~ 1 }}{{été}}\n\n?? $.args.q == \"55111\"\n";
    assert_passed(&cases(text, &["--var", "été=11"]), 1);
}

#[test]
fn definitions_in_javascript_know_what_needs_them() {
    let text = "@lazy := {{'a' + 'b'}}\n\nGET {{api}}/get?q={{lazy}}\n\n?? body args.q == ab\n";
    assert_passed(&cases(text, &["--dialect", "httpyac"]), 1);
    let text = "@a := {{ 1 > 0 ? b : 2}}\n@b := {{ 1 > 0 ? a : 2}}\n\nGET {{api}}/get?q={{a}}\n";
    assert_eq!(error(text, &[]), "variables are defined by one another: a -> b -> a");
}
