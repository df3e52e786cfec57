//! How much hangs on an assertion: `must` ends a file, `warn` fails nothing.

use rqtest::serve::PracticeServer;
use serde_json::Value;

use crate::support::{Project, Ran};

/// A run of some files on the practice server, with what it reports.
struct Report {
    ran: Ran,
    json: Value,
    junit: String,
}

impl Report {
    fn of(project: &Project, arguments: &[&str]) -> Self {
        let server = PracticeServer::start(([127, 0, 0, 1], 0).into()).unwrap();
        let reports = [".", "--json", "report.json", "--junit", "report.xml"];
        let ran = project.run_against(&server.base_url(), &[&reports, arguments].concat());
        let json = serde_json::from_str(&project.read("report.json")).unwrap();
        Self { ran, json, junit: project.read("report.xml") }
    }

    fn cases(&self) -> impl Iterator<Item = &Value> {
        self.json["files"].as_array().unwrap().iter().flat_map(|file| file["cases"].as_array().unwrap())
    }

    /// The name and the verdict of each case, and why it was skipped.
    fn verdicts(&self) -> Vec<[&str; 3]> {
        self.cases()
            .map(|case| ["name", "verdict", "reason"].map(|key| case[key].as_str().unwrap_or_default()))
            .collect()
    }
}

const HARD: &str = "
### log in
GET {{api}}/status/500

?? must status == 200
?? reason == OK

### look
GET {{api}}/get

### clean up
# @teardown
GET {{api}}/get

?? must status == 500

### at last
# @teardown
GET {{api}}/get
";

#[test]
fn what_must_hold_ends_its_file_but_for_the_teardown() {
    let project = Project::new().file("a.http", HARD).file("b.http", "### other\nGET {{api}}/get\n");
    let report = Report::of(&project, &[]);
    let reason = "`must status == 200` at a.http:5:4 does not hold";
    let expected = [
        ["log in", "failed", ""],
        ["look", "skipped", reason],
        ["clean up", "failed", ""],
        ["at last", "passed", ""],
        ["other", "passed", ""],
    ];
    assert_eq!(report.verdicts(), expected);
    let first = &report.cases().next().unwrap()["attempts"][0]["assertions"];
    let shown = first.as_array().unwrap().iter().map(|one| (one["severity"].as_str().unwrap(), &one["passed"]));
    assert_eq!(shown.collect::<Vec<_>>(), [("must", &Value::Bool(false)), ("fail", &Value::Bool(false))]);
    assert!(report.ran.stdout.contains(&format!("look: skipped, {reason}")), "{}", report.ran.stdout);
}

#[test]
fn what_must_hold_and_cannot_be_asked_ends_its_file_too() {
    let text = "
requests:
  - {name: gone, get: 'http://127.0.0.1:1/', expect: {must: {status: 200}}}
  - {name: next, get: '{{ api }}/get'}
";
    let report = Report::of(&Project::new().file("a.yaml", text), &[]);
    let reason = "`must status == 200` at a.yaml:3:70 could not be evaluated";
    assert_eq!(report.verdicts(), [["gone", "errored", ""], ["next", "skipped", reason]]);
}

#[test]
fn what_must_hold_and_cannot_be_read_ends_its_file_too() {
    let next = "\n\n### next\nGET {{api}}/get\n";
    for (name, text, must) in [
        ("a.http", format!("### wrong\nGET {{{{api}}}}/get\n\n?? must statsu == 200{next}"), "must statsu == 200` at a.http:4:4"),
        ("a.http", format!("# @parallel\n\n### wrong\n# @must statsu == 200\nGET {{{{api}}}}/get{next}"), "statsu == 200` at a.http:4:9"),
        ("a.http", format!("### wrong\n# @timeout soon\n# @assert must status == 200\nGET {{{{api}}}}/get{next}"), "must status == 200` at a.http:3:11"),
        ("a.yaml", "requests:\n- {name: wrong, get: '{{ api }}/get', expect: {must: {statsu: 200}}}\n- {name: next, get: '{{ api }}/get'}\n".to_owned(), "must` at a.yaml:2:48"),
        ("a.yaml", "requests:\n- name: wrong\n  get: '{{ api }}/get'\n  expect: {assert: [must statsu == 200]}\n- {name: next, get: '{{ api }}/get'}\n".to_owned(), "must statsu == 200` at a.yaml:4:21"),
    ] {
        let report = Report::of(&Project::new().file(name, text), &[]);
        let reason = format!("`{must} could not be evaluated");
        assert_eq!(report.verdicts(), [["wrong", "errored", ""], ["next", "skipped", &reason]]);
    }
}

#[test]
fn what_must_hold_counts_once_all_attempts_are_made_and_in_each_turn() {
    let text = "
### late
# @retry 2
GET {{api}}/flaky/key/2

?? must status == 200

### turns
# @for code in [200, 500, 200]
GET {{api}}/status/{{code}}

?? must status == 200
";
    let report = Report::of(&Project::new().file("a.http", text), &[]);
    let verdicts: Vec<_> = report.verdicts().into_iter().map(|[name, verdict, _]| (name, verdict)).collect();
    let expected =
        [("late", "passed"), ("turns [200]", "passed"), ("turns [500]", "failed"), ("turns [200] (2)", "skipped")];
    assert_eq!(verdicts, expected);
}

const SOFT: &str = "
requests:
  - name: slow
    get: '{{ api }}/get?q=hunter2secret'
    auth: {bearer: hunter2secret}
    expect:
      status: 200
      warn: {json: {$.args.q: tea}, size: {'<': 1B}}
";

#[test]
fn a_warning_is_told_and_fails_nothing() {
    let report = Report::of(&Project::new().file("a.yaml", SOFT), &[]);
    let Report { ran, json, junit } = &report;
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert_eq!(json["totals"]["warned_assertions"], 2);
    assert_eq!(json["totals"]["failed_assertions"], 0);
    let warned = &report.cases().next().unwrap()["attempts"][0]["assertions"][1];
    assert_eq!((&warned["severity"], &warned["passed"]), (&"warn".into(), &false.into()));
    let message = "$.args.q is &quot;***&quot;, not &quot;tea&quot;";
    assert!(junit.contains(&format!("<property name=\"warning\" value=\"{message}\"/>")), "{junit}");
    assert!(junit.contains("failures=\"0\"") && junit.contains("<system-out>"), "{junit}");
    assert!(!junit.contains("hunter2secret"), "{junit}");
    let sizes = regex::Regex::new(r"size is \d+|actual: \d+|[0-9.]+ ms|127.0.0.1:\d+").unwrap();
    insta::assert_snapshot!("warnings", sizes.replace_all(&ran.stdout, "…"));
}

#[test]
fn the_strict_layout_and_quiet_output_leave_warnings_out_of_what_they_cannot_hold() {
    let report = Report::of(&Project::new().file("a.yaml", SOFT), &["--junit-layout", "strict", "--quiet"]);
    assert!(!report.junit.contains("<propert"), "{}", report.junit);
    assert!(report.junit.contains("<system-out>"), "{}", report.junit);
    assert!(!report.ran.stdout.contains("warning:"), "{}", report.ran.stdout);
    assert!(report.ran.stdout.contains("2 warnings"), "{}", report.ran.stdout);
}
