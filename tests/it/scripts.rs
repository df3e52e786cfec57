//! Scripts before and after requests: what they see, what they leave, and what they may not do.

use rqtest::serve::PracticeServer;
use serde_json::Value;

use crate::support::{Project, Ran};

fn practice() -> PracticeServer {
    PracticeServer::start(([127, 0, 0, 1], 0).into()).unwrap()
}

/// Runs a file, and gives how it ended with what the JSON report says of its requests.
fn run(project: Project, file: &str, arguments: &[&str]) -> (Ran, Vec<Value>) {
    let server = practice();
    let mut all = vec![file, "--json", "report.json"];
    all.extend(arguments);
    let ran = project.run_against(&server.base_url(), &all);
    let report: Value = serde_json::from_str(&project.read("report.json")).unwrap();
    (ran, report["files"][0]["cases"].as_array().unwrap().clone())
}

fn cases(text: &str) -> Vec<Value> {
    run(Project::new().file("a.http", text), "a.http", &[]).1
}

/// The only attempt of a case.
fn attempt(case: &Value) -> &Value {
    &case["attempts"][0]
}

/// `message at line:column`, of the first diagnostic of a case.
fn error(case: &Value) -> String {
    let diagnostic = &attempt(case)["error"]["diagnostics"][0];
    let place = &diagnostic["labels"][0]["location"];
    let path = place["path"].as_str().unwrap_or_default();
    format!("{} at {path}:{}:{}", diagnostic["message"].as_str().unwrap_or_default(), place["line"], place["column"])
}

/// `name: passed or the message, at line`, of each assertion of a case.
fn outcomes(case: &Value) -> Vec<String> {
    let outcomes = attempt(case)["assertions"].as_array().unwrap().iter();
    let told = outcomes.map(|outcome| {
        let failure = outcome["failure"]["message"].as_str().unwrap_or("passed");
        format!("{}: {failure}, at {}", outcome["assertion"].as_str().unwrap(), outcome["location"]["line"])
    });
    told.collect()
}

fn log(case: &Value) -> Vec<&str> {
    attempt(case)["log"].as_array().into_iter().flatten().map(|line| line["text"].as_str().unwrap()).collect()
}

#[test]
fn a_script_that_sees_a_response_stands_below_its_request() {
    let cases = cases("> {% client.test('a', () => client.assert(false)) %}\nGET {{api}}/get\n");
    assert_eq!(cases[0]["verdict"], "errored");
    assert_eq!(error(&cases[0]), "no request stands above this script, which sees a response at a.http:1:6");
}

#[test]
fn each_test_is_an_outcome_at_its_line() {
    let cases = cases(
        "GET {{api}}/status/404\n\n?? status == 404\n\n> {%\n  client.test('good', () => client.assert(response.status === 404));\n  \
         client.test('bad', async () => {\n    await null;\n    client.assert(response.status === 200, 'not fine');\n  });\n  \
         client.assert(false);\n  client.log('never');\n%}\n",
    );
    let expected = [
        "status == 404: passed, at 3",
        "client.assert: the assertion does not hold, at 11",
        "good: passed, at 6",
        "bad: bad: not fine, at 9",
    ];
    assert_eq!(outcomes(&cases[0]), expected);
    assert_eq!((cases[0]["verdict"].as_str(), log(&cases[0])), (Some("failed"), vec![]));
}

#[test]
fn a_script_of_a_file_is_told_with_the_line_in_it() {
    let project = Project::new()
        .file("a.http", "GET {{api}}/get\n\n> scripts/check.js\n\n###\nGET {{api}}/get\n\n> scripts/broken.js\n")
        .file("scripts/check.js", "import { limit } from './limits.js';\n\nclient.test('small', () => {\n  client.assert(limit > 5, `${limit}`);\n});\n")
        .file("scripts/limits.js", "export const limit = 4;\n")
        .file("scripts/broken.js", "\n  nope();\n");
    let (_, cases) = run(project, "a.http", &[]);
    assert_eq!(outcomes(&cases[0]), ["small: small: 4, at 4"]);
    let failure = &attempt(&cases[0])["assertions"][0];
    assert_eq!(failure["location"]["path"], "scripts/check.js");
    assert_eq!(failure["failure"]["notes"][0], "the script is run from a.http:3:3");
    assert_eq!(error(&cases[1]), "the script fails: ReferenceError: nope is not defined at scripts/broken.js:2:3");
    assert_eq!(attempt(&cases[1])["error"]["diagnostics"][0]["labels"][1]["location"]["line"], 8);
}

#[test]
fn yaml_has_scripts_too() {
    let text = "requests:\n  - get: '{{ api }}/anything/{{ id }}'\n    before: request.variables.set('id', 7)\n    after:\n      - |\n        \
                client.test('sent', () => {\n          client.assert(request.url().endsWith('/7'), request.url());\n        });\n        \
                client.test('no', () => {\n          client.assert(false);\n        });\n      - {file: check.js}\n";
    let project = Project::new().file("a.yaml", text).file("check.js", "client.log(response.status);\n");
    let (_, cases) = run(project, "a.yaml", &[]);
    let expected = ["sent: passed, at 6", "no: no: the assertion does not hold, at 10"];
    assert_eq!((outcomes(&cases[0]), log(&cases[0])), (expected.map(str::to_owned).to_vec(), vec!["200"]));
}

#[test]
fn variables_and_header_fields_go_to_where_they_belong() {
    let cases = cases(
        "@base = {{api}}/anything\n\n### a\n# @capture caught = $.url\n< {%\n  request.variables.set('own', {a: [1, 2]});\n  \
         client.global.headers.set('X-All', 'yes');\n%}\nPOST {{base}}?a={{own.a[1]}}\nContent-Type: text/plain\n\n{{own}}\n\n> {%\n  \
         client.log(client.global.get('caught'), request.body(), response.body.headers['X-All']);\n  \
         client.log(request.variables.get('own').a, client.variables.file.get('base'));\n  client.global.set('list', [1, {b: true}]);\n%}\n\n\
         ### b\nGET {{base}}?b={{list[1].b}}\n\n> {%\n  client.log(response.body.args.b, response.body.headers['X-All'], request.variables.get('own'));\n  \
         client.global.clear('list');\n  client.global.headers.clear('X-All');\n%}\n\n### c\nGET {{base}}?c={{own}}\n\n### d\nGET {{base}}\n\n> {%\n  \
         client.log(client.global.get('list'), response.body.headers['X-All'], client.global.isEmpty());\n  client.global.clearAll();\n  \
         client.log(client.global.isEmpty());\n%}\n",
    );
    let base = log(&cases[0])[1].split_once(' ').unwrap().1.to_owned();
    assert_eq!(log(&cases[0]), [format!("{base}?a=2 {{\"a\":[1,2]}} yes"), format!("[1,2] {base}")]);
    assert_eq!(log(&cases[1]), ["true yes null"]);
    assert!(error(&cases[2]).starts_with("variable `own` is not defined"));
    assert_eq!(log(&cases[3]), ["null undefined false", "true"]);
}

#[test]
fn a_script_that_fails_before_keeps_the_request_from_being_sent() {
    let cases = cases(
        "### throws\n< {% throw new Error('no') %}\nGET {{api}}/get\n\n### asserts\n< {% client.assert(1 > 2, 'less') %}\nGET {{api}}/get\n\n\
         ### tests\n< {% client.test('a', () => client.assert(false)) %}\nGET {{api}}/get\n\n### exits\n< {% client.exit(); client.assert(false) %}\nGET {{api}}/get\n",
    );
    let sent: Vec<_> = cases.iter().map(|case| attempt(case)["exchanges"].as_array().unwrap().len()).collect();
    let verdicts: Vec<_> = cases.iter().map(|case| case["verdict"].as_str().unwrap()).collect();
    assert_eq!(sent, [0, 0, 0, 1]);
    assert_eq!(verdicts, ["errored", "failed", "failed", "passed"]);
}

#[test]
fn each_attempt_runs_the_scripts_anew() {
    let text = "# @retry 3\n< {% client.log('before', request.variables.get('a')); request.variables.set('a', 1) %}\nGET {{api}}/flaky/x/2\n\n> {%\n  \
                client.test('fine', () => client.assert(response.status === 200, `${response.status}`));\n%}\n";
    let case = &cases(text)[0];
    assert_eq!((case["verdict"].as_str(), case["attempts"].as_array().unwrap().len()), (Some("passed"), 3));
    for attempt in case["attempts"].as_array().unwrap() {
        assert_eq!(attempt["log"][0]["text"], "before null");
    }
}

#[test]
fn what_scripts_must_not_do_is_an_error_of_their_request_alone() {
    let project = Project::new().file("below/rqtest.yaml", "").file("below/a.http", BAD).file("outside.js", "");
    let server = practice();
    let variable = format!("api={}", server.base_url());
    let mut command = project.command();
    let ran: Ran = command
        .current_dir(project.path("below"))
        .args(["run", "--var", &variable, "a.http", "--json", "r.json"])
        .output()
        .unwrap()
        .into();
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    let report: Value = serde_json::from_str(&project.read("below/r.json")).unwrap();
    let cases = report["files"][0]["cases"].as_array().unwrap();
    let told: Vec<_> = cases.iter().map(error).collect();
    let outside = told.iter().find(|told| told.contains("outside")).unwrap();
    assert!(outside.contains("lies outside of"), "{outside}");
    for message in [
        "the script is stopped: it ran for longer than 5s at a.http:5:3",
        "the script is stopped: its calls nest too deep at a.http:11:",
        "the script fails: Error: bad at a.http:17:",
        "the script fails: SyntaxError: unexpected token in expression: ';' at a.http:22:",
        "the script waits for a promise that is never resolved at a.http:32:6",
        "the script fails: lost at a.http:37:",
        "the script fails: `fs` is a package, and only files can be imported",
        "the script fails: ReferenceError: fetch is not defined at a.http:47:6",
    ] {
        let message = message.replace("Error: bad", "bad");
        assert!(told.iter().any(|told| told.starts_with(&message)), "{message}: {told:#?}");
    }
    assert_eq!(cases.last().unwrap()["verdict"], "passed");
}

const BAD: &str = "### a loop
GET {{api}}/get

> {%
  for (;;);
%}

### recursion
GET {{api}}/get

> {% const f = () => f(); f() %}

### an exception
GET {{api}}/get

> {%
  throw new Error('bad');
%}

### a syntax error
GET {{api}}/get
> {% const a = ; %}

### a file outside
GET {{api}}/get

> {% import a from '../outside.js' %}

### a promise
GET {{api}}/get

> {% await new Promise(() => {}) %}

### a promise that nobody looks at
GET {{api}}/get

> {% (async () => { throw new Error('lost') })() %}

### a package
GET {{api}}/get

> {% require('fs') %}

### the network
GET {{api}}/get

> {% fetch('http://localhost') %}

### fine
GET {{api}}/get

> {% client.test('fine', () => {}) %}
";

#[test]
fn check_reads_scripts_without_running_them() {
    let text = "GET {{api}}/get\n\n> {% while (true) {} %}\n\n###\nGET {{api}}/get\n\n> {%\n  const a = ;\n%}\n\n###\nGET {{api}}/get\n\n> a.js\n";
    let project = Project::new().file("a.http", text).file("a.js", "import './b.js';\n").file("b.js", "\nlet\n");
    let ran = project.run(&["check", "a.http"]);
    assert_eq!(ran.code, 1);
    for place in ["a.http:9:13", "> b.js:3:1"] {
        assert!(ran.stderr.contains(place), "{place}: {}", ran.stderr);
    }
}

#[test]
fn log_lines_are_in_every_report_without_secrets() {
    let text = "GET {{api}}/get\nAuthorization: Bearer hunter2secret\n\n> {%\n  console.warn('careful\\nand', request.headers.findByName('authorization').value());\n  \
                for (let i = 0; i < 1e4; i++) client.log('x'.repeat(100));\n%}\n";
    let (ran, cases) = run(Project::new().file("a.http", text), "a.http", &["--junit", "junit.xml"]);
    assert!(ran.stdout.contains("    warning: careful\n             and Bearer ***"), "{}", ran.stdout);
    let length: usize = log(&cases[0]).iter().map(|line| line.len()).sum();
    assert!(length < 70_000, "{length}");
    let last = attempt(&cases[0])["log"].as_array().unwrap().last().unwrap();
    assert!(last["text"].as_str().unwrap().ends_with("(the script says more, which is left out)"));
    assert_eq!(attempt(&cases[0])["log"][0]["level"], "warning");
    assert!(!ran.stdout.contains("hunter2"));
}

#[test]
fn what_scripts_of_files_say_is_told_with_the_next_request_that_runs() {
    let project = Project::new()
        .file("b.http", "{{\n  console.log('imported');\n}}\n\n### login\n# @if 1 == 2\nGET {{api}}/get\n")
        .file(
            "a.http",
            "import b.http\n\n{{\n  console.log('own');\n}}\n\n###\nrun #login\n\n### next\nGET {{api}}/get\n",
        );
    let (_, cases) = run(project, "a.http", &[]);
    assert_eq!(log(cases.last().unwrap()), ["imported", "own"]);
}
