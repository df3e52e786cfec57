//! Polling: requests that are tried again until something holds.

use std::time::{Duration, Instant};

use rqtest::serve::PracticeServer;
use serde_json::Value;

use crate::support::{FaultServer, Project, Ran, free_port};

/// A run of one file, with what it reports.
struct Report {
    ran: Ran,
    cases: Vec<Value>,
    junit: String,
}

impl Report {
    fn of(name: &str, text: &str, arguments: &[&str]) -> Self {
        let server = PracticeServer::start(([127, 0, 0, 1], 0).into()).unwrap();
        Self::against(&server.base_url(), &Project::new().file(name, text), arguments)
    }

    fn against(base_url: &str, project: &Project, arguments: &[&str]) -> Self {
        let reports = [".", "--json", "report.json", "--junit", "report.xml"];
        let ran = project.run_against(base_url, &[&reports, arguments].concat());
        let json: Value = serde_json::from_str(&project.read("report.json")).unwrap();
        Self { ran, cases: json["files"][0]["cases"].as_array().unwrap().clone(), junit: project.read("report.xml") }
    }

    /// The verdict of a case, and which of its attempts were too early.
    fn pending(&self, case: usize) -> (&str, Vec<bool>) {
        let attempts = self.cases[case]["attempts"].as_array().unwrap();
        let pending = attempts.iter().map(|attempt| attempt["pending"].as_bool().unwrap());
        (self.cases[case]["verdict"].as_str().unwrap(), pending.collect())
    }

    /// Why the last attempt was too early as well.
    fn last_failure(&self, case: usize) -> &str {
        let attempt = self.cases[case]["attempts"].as_array().unwrap().last().unwrap();
        attempt["assertions"][0]["failure"]["message"].as_str().unwrap()
    }
}

const YAML: &str = "
requests:
  - name: done
    get: '{{ api }}/jobs/key/2'
    retry: {times: 5, delay: 1ms, backoff: 2, max: 2ms, until: $.state == done}
    expect: {status: 200, json: {$.step: {exists: false}}}
";

const HTTP: &str = "
### done
# @retry {times: 5, delay: 1ms, backoff: 2, max: 2ms} until $.state == done
GET {{api}}/jobs/key/2

?? status == 200
?? $.step not exists
";

#[test]
fn both_formats_poll_and_what_was_too_early_is_not_flaky() {
    for (name, text) in [("a.yaml", YAML), ("a.http", HTTP)] {
        let report = Report::of(name, text, &[]);
        assert_eq!(report.ran.code, 0, "{}", report.ran.stdout);
        assert_eq!(report.pending(0), ("passed", vec![true, true, false]));
        assert_eq!(report.cases[0]["flaky"], false);
        assert!(!report.ran.stdout.contains("flaky"), "{}", report.ran.stdout);
        assert!(!report.junit.contains("Failure"), "{}", report.junit);
        assert!(report.junit.contains("<property name=\"attempts\" value=\"3\"/>"), "{}", report.junit);
    }
}

#[test]
fn the_attempts_can_be_seen() {
    let report = Report::of("a.http", HTTP, &["-v"]);
    assert!(report.ran.stdout.contains("✓ done: passed on attempt 3"), "{}", report.ran.stdout);
    assert_eq!(report.ran.stdout.matches("GET http://").count(), 3, "{}", report.ran.stdout);
    let earlier = "attempts 1 to 2: $.state is \"running\", not \"done\" (and 1 more)";
    assert!(report.ran.stdout.contains(earlier), "{}", report.ran.stdout);
}

#[test]
fn what_does_not_come_about_fails_with_the_last_value_and_the_count() {
    let text = "### job\n# @retry 2 until $.state == done\nGET {{api}}/jobs/key/9\n\n?? status == 200\n";
    let report = Report::of("a.http", text, &[]);
    assert_eq!(report.pending(0), ("failed", vec![true; 3]));
    assert_eq!(report.last_failure(0), "$.state is \"running\", not \"done\", after 3 attempts");
    assert!(!report.junit.contains("rerunFailure"), "{}", report.junit);
    let times = regex::Regex::new(r"[0-9.]+ ms|127.0.0.1:\d+").unwrap();
    insta::assert_snapshot!("polled_in_vain", times.replace_all(&report.ran.stdout, "…"));
}

#[test]
fn a_case_takes_the_time_between_its_attempts_too() {
    let text = "### job\n# @retry 1 250ms until $.state == done\nGET {{api}}/jobs/key/9\n";
    let report = Report::of("a.http", text, &[]);
    let elapsed = report.cases[0]["elapsed_ms"].as_f64().unwrap();
    assert!(elapsed >= 250.0, "{elapsed}");
    let seconds = regex::Regex::new(r#"<testcase name="job"[^>]* time="([0-9.]+)""#).unwrap();
    let seconds: f64 = seconds.captures(&report.junit).unwrap()[1].parse().unwrap();
    assert!(seconds >= 0.25, "{}", report.junit);
}

#[test]
fn what_was_waited_for_ends_it_and_then_the_assertions_decide() {
    let text = "### job\n# @retry 5 until $.state == done\nGET {{api}}/jobs/key/1\n\n?? status == 201\n";
    let report = Report::of("a.http", text, &[]);
    assert_eq!(report.pending(0), ("failed", vec![true, false]));
}

#[test]
fn no_attempt_begins_after_its_time() {
    let text = "### job\n# @retry {for: 1s, delay: 1h} until $.state == done\nGET {{api}}/jobs/key/9\n";
    let report = Report::of("a.http", text, &[]);
    assert_eq!(report.pending(0), ("failed", vec![true]));
    assert!(report.last_failure(0).ends_with(", after 1 attempt"), "{}", report.last_failure(0));
}

#[test]
fn a_server_that_is_not_there_is_waited_for_too() {
    let text = format!("### gone\n# @retry 2 until status == 200\nGET http://127.0.0.1:{}/\n", free_port());
    let report = Report::of("a.http", &text, &[]);
    assert_eq!(report.pending(0), ("errored", vec![true; 3]));
    let diagnostic = &report.cases[0]["attempts"][2]["error"]["diagnostics"][0];
    assert_eq!(diagnostic["notes"][0], "what is waited for was not there after 3 attempts");
}

#[test]
fn defaults_and_the_project_say_what_is_waited_for() {
    let done = FaultServer::answers({
        let asked = std::sync::atomic::AtomicUsize::new(0);
        move |_| {
            let state =
                if asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst).is_multiple_of(2) { "busy" } else { "done" };
            format!("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\n{state}").into_bytes()
        }
    });
    for project in [
        Project::new()
            .file("a.yaml", "defaults: {retry: {times: 1, until: body == done}}\nrequests: [{get: '{{ api }}/'}]\n"),
        Project::new()
            .file("rqtest.yaml", "retry: {times: 1, until: body == done}\n")
            .file("a.yaml", "requests: [{get: '{{ api }}/'}]\n"),
    ] {
        let report = Report::against(&done.base_url(), &project, &[]);
        assert_eq!(report.pending(0), ("passed", vec![true, false]), "{}", report.ran.stdout);
    }
}

#[test]
fn a_busy_server_is_given_the_time_that_it_asks_for_up_to_the_longest() {
    let asked = std::sync::atomic::AtomicUsize::new(0);
    let busy = FaultServer::answers(move |_| {
        let is_first = asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0;
        let status = if is_first { "503 Busy\r\nRetry-After: 3600" } else { "200 OK" };
        format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").into_bytes()
    });
    let text = "# @retry {times: 1, max: 300ms}\nGET {{api}}/\n\n?? status == 200\n";
    let started = Instant::now();
    let report = Report::against(&busy.base_url(), &Project::new().file("a.http", text), &[]);
    assert_eq!(report.cases[0]["verdict"], "passed", "{}", report.ran.stdout);
    assert!(started.elapsed() >= Duration::from_millis(300), "{:?}", started.elapsed());
}

#[test]
fn what_must_come_about_ends_its_file() {
    let text = "### job\n# @retry 1 until must $.state == done\nGET {{api}}/jobs/key/9\n\n### next\nGET {{api}}/get\n";
    let report = Report::of("a.http", text, &[]);
    assert_eq!(report.cases[1]["reason"], "`until must $.state == done` at a.http:2:18 does not hold");
}
