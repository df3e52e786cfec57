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

#[test]
fn definitions_in_javascript_end_where_others_do() {
    let chain: String = (0..100).map(|at| format!("@v{at} := {{{{ 1 > 0 ? v{} : 2 }}}}\n", at + 1)).collect();
    let message = error(&format!("{chain}\nGET {{{{api}}}}/get?q={{{{v0}}}}\n"), &[]);
    assert!(message.contains("others in a row"), "{message}");
}

#[test]
fn braces_that_cannot_be_read_are_a_mistake_but_in_bodies() {
    for dialect in ["default", "httpyac"] {
        let text = "GET {{api}}/get?q={{`x${1+1}`}}\n\n?? body args.q == x2\n";
        assert_passed(&cases(text, &["--dialect", dialect][..if dialect == "default" { 0 } else { 2 }]), 1);
    }
    assert!(error("GET {{api}}/get?q={{1 +}}\n", &[]).starts_with("this is not an expression"));
    assert!(error("GET {{api}}/get\nX-A: {{1 +}}\n", &[]).starts_with("this is not an expression"));
    let text = "POST {{api}}/post\nContent-Type: text/plain\n\n{{1 +}}\n\n?? $.data == \"{{1 +}}\"\n";
    assert_eq!(cases(text, &[])[0]["verdict"], "passed");
}

#[test]
fn what_the_template_language_does_not_know_is_javascript() {
    let text = "@api2 = http:a:b\n@n = ada\n\n### Log in\n# @name login\nGET {{api}}/get\n\n{{\n  exports.ids = [1, 2];\n}}\n\n\
                ###\n# @if ids.length > 1\nGET {{api}}/get?a={{ids.length}}&b={{api2.split(\":\")[2]}}\
                &c={{n.toUpperCase()}}&d={{loginResponse.statusCode}}&e={{$random.uuid().length}}\n\n\
                ?? $.args == {\"a\": \"2\", \"b\": \"b\", \"c\": \"ADA\", \"d\": \"200\", \"e\": \"36\"}\n";
    assert_passed(&cases(text, &[]), 2);
    let text = "@n = ada\n\nGET {{api}}/get?a={{n.nope}}{{n.nope()}}\n";
    assert!(error(text, &[]).starts_with("the expression gives nothing"));
}

#[test]
fn exported_objects_are_shared_and_functions_can_be_called() {
    let text = "{{\n  exports.counter = {n: 0};\n  exports.double = (x) => x * 2;\n}}\n\n###\n{{\n  counter.n++;\n}}\n\
                GET {{api}}/get?q={{counter.n}}\n\n?? $.args.q == \"1\"\n\n###\n{{\n  counter.n++;\n}}\n\
                GET {{api}}/get?q={{counter.n}}{{double(4)}}\n\n?? $.args.q == \"28\"\n";
    assert_passed(&cases(text, &[]), 2);
}

#[test]
fn a_loop_ends_when_a_script_has_emptied_its_queue() {
    let text = "{{\n  exports.queue = [1, 2];\n}}\n\n###\n# @loop while queue.length > 0\nGET {{api}}/get\n\n{{\n  queue.shift();\n}}\n";
    assert_passed(&cases(text, &["--dialect", "httpyac"]), 2);
}

#[test]
fn scripts_of_a_file_run_before_its_loops_and_conditions() {
    let text = "{{\n  exports.ids = [1, 2]; exports.token = 'x';\n}}\n\n###\n# @disabled !token\n# @loop for id of ids\n\
                GET {{api}}/get?q={{id}}\n\n?? $.args.q isString\n";
    assert_passed(&cases(text, &[]), 2);
}

#[test]
fn scripts_of_an_imported_file_run_before_the_requests_of_the_importing_one() {
    let functions = "{{\n  exports.helper = (x) => `h${x}`;\n}}\n";
    let text = "# @import ./_fn.http\n\n###\nGET {{api}}/get?q={{helper(1)}}\n\n?? $.args.q == h1\n";
    assert_passed(&run(Project::new().file("_fn.http", functions).file("a.http", text), &[]), 1);
}

#[test]
fn httpyac_reads_a_word_after_body_as_a_property() {
    let text = "GET {{api}}/get?token=a\n\n?? body args.token isString\n?? body url isString\n";
    assert_passed(&cases(text, &["--dialect", "httpyac"]), 1);
}

#[test]
fn thousands_of_definitions_below_their_use_come_to_an_end() {
    let definitions: String = (0..4_000).map(|at| format!("@v{at} = {{{{v{}}}}}\n", at + 1)).collect();
    let message = error(&format!("{definitions}@v4000 = 1\n\nGET {{{{api}}}}/get?q={{{{v0}}}}\n"), &[]);
    assert!(message.contains("others in a row"), "{message}");
}

#[test]
fn check_finds_what_can_never_run() {
    for (text, message) in [
        ("# @disabled user === \"ada\nGET {{api}}/get\n", "SyntaxError"),
        ("# @if user ===\nGET {{api}}/get\n", ""),
        ("@x := {{ a ==== b }}\n\nGET {{api}}/get?q={{x}}\n", "SyntaxError"),
        ("GET {{api}}/get\n\n?? js a === == 5\n", "SyntaxError"),
        ("GET {{api}}/get\n\n{{\n  require('lodash');\n}}\n", "`lodash` is a package"),
        ("GET {{api}}/get?q={{nope.response.body.$.id}}\n", "no request of this file is named `nope`"),
    ] {
        let checked = Project::new().file("a.http", text).run(&["check", "a.http"]);
        assert!(checked.code != 0 && checked.stderr.contains(message), "{text}\n{checked:?}");
    }
}
