//! What a signal leaves of a run: requests are cut short, and what had begun is torn down.
#![cfg(unix)]

use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, mpsc};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::{FaultServer, Project};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

/// A server that is well, but does not answer `/stall…` for as long as what it is given with is kept.
fn stalling() -> (FaultServer, mpsc::Sender<()>) {
    let (release, held) = mpsc::channel::<()>();
    let (held, asked) = (Mutex::new(held), AtomicUsize::new(0));
    let server = FaultServer::answers(move |head| {
        if head.starts_with("GET /stall") {
            // It ends with the test.
            held.lock().unwrap().recv().unwrap_err();
        }
        let is_too_early = head.starts_with("GET /later") && asked.fetch_add(1, Ordering::SeqCst) == 0;
        if is_too_early { OK.replace("200 OK", "503 Later") } else { OK.to_owned() }.into_bytes()
    });
    (server, release)
}

/// What a run that was interrupted has left.
struct Interrupted {
    stdout: String,
    report: Value,
    /// What the server was asked for.
    asked: Vec<String>,
}

impl Interrupted {
    /// Runs a project, with a signal whenever the server was asked for one of these.
    fn at(paths: &[&str], project: &Project, server: &FaultServer) -> Self {
        let api = format!("api={}", server.base_url());
        let mut command = project.command();
        command.args(["run", ".", "--jobs", "1", "--var", &api, "--json", "report.json"]);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        paths.iter().for_each(|path| signal_at(path, &child, server));
        let signalled = Instant::now();
        let output = child.wait_with_output().unwrap();
        let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(130), "{stdout}");
        // The time that a request has by default is not waited for.
        assert!(signalled.elapsed() < Duration::from_secs(25), "{stdout}");
        let report = serde_json::from_str(&project.read("report.json")).unwrap();
        Self { stdout, report, asked: asked(server) }
    }

    /// The names of all cases, with their verdicts and why they did not run.
    fn cases(&self) -> Vec<(&str, &str, &str)> {
        let cases = self.report["files"].as_array().unwrap().iter().flat_map(|file| file["cases"].as_array().unwrap());
        cases.map(|case| (text(&case["name"]), text(&case["verdict"]), text(&case["reason"]))).collect()
    }

    /// The error of the last attempt at the first request.
    fn error(&self) -> &Value {
        &self.report["files"][0]["cases"][0]["attempts"].as_array().unwrap().last().unwrap()["error"]
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn asked(server: &FaultServer) -> Vec<String> {
    let heads = server.received();
    heads.iter().map(|head| head.split(' ').nth(1).unwrap_or_default().to_owned()).collect()
}

fn signal_at(path: &str, child: &Child, server: &FaultServer) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !asked(server).iter().any(|asked| asked == path) && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(10));
    }
    // An answer has yet to be read, and a wait to begin.
    std::thread::sleep(Duration::from_millis(200));
    let sent = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(sent.unwrap().success());
}

#[test]
fn requests_in_flight_are_cut_short_and_what_had_begun_is_torn_down() {
    let (server, _release) = stalling();
    let project = Project::new()
        .file("rqtest.yaml", "teardown: _last.http\n")
        .file("_last.http", "### last\nGET {{api}}/last\n\n?? status == 200\n")
        .file(
            "a.http",
            "### one\nGET {{api}}/stall\n\n### two\nGET {{api}}/two\n\n\
             ### clean up\n# @teardown\nGET {{api}}/clean\n\n?? status == 200\n",
        )
        .file("b.http", "### three\nGET {{api}}/three\n\n### not begun\n# @teardown\nGET {{api}}/unclean\n");
    let run = Interrupted::at(&["/stall"], &project, &server);
    assert_eq!(run.asked, ["/stall", "/clean", "/last"]);
    let expected = [
        ("one", "errored", ""),
        ("two", "skipped", "interrupted"),
        ("clean up", "passed", ""),
        ("three", "skipped", "interrupted"),
        ("not begun", "skipped", "interrupted"),
        ("last", "passed", ""),
    ];
    assert_eq!(run.cases(), expected);
    assert_eq!(run.error()["kind"], "interrupted");
    // Which phase it was is the client's to know: the server may have read all before that.
    let message = run.error()["diagnostics"][0]["message"].as_str().unwrap().to_owned();
    assert!(message.starts_with("interrupted while "), "{message}");
}

#[test]
fn a_teardown_has_its_own_time_and_ends_with_the_second_signal() {
    let (server, _release) = stalling();
    let project = Project::new().file(
        "a.http",
        "### one\nGET {{api}}/stall\n\n\
         ### again\n# @teardown\n# @retry 3 10ms\n# @delay 50ms\nGET {{api}}/later\n\n\
         > {% client.test(\"ok\", () => client.assert(response.status === 200)) %}\n\n\
         ### stuck\n# @teardown\nGET {{api}}/stall/down\n\n\
         ### not any more\n# @teardown\nGET {{api}}/never\n",
    );
    let run = Interrupted::at(&["/stall", "/stall/down"], &project, &server);
    assert_eq!(run.asked, ["/stall", "/later", "/later", "/stall/down"]);
    let verdicts: Vec<&str> = run.cases().into_iter().map(|(_, verdict, _)| verdict).collect();
    assert_eq!(verdicts, ["errored", "passed", "errored", "skipped"], "{}", run.stdout);
}

#[test]
fn what_was_waited_for_says_that_the_wait_was_interrupted() {
    let refused = FaultServer::says("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n");
    for (retry, failure) in [
        (
            "# @retry {for: 1000h, delay: 600s} until status == 200\nGET {{api}}/\n",
            "status is 500, not 200, after 1 attempt",
        ),
        ("# @retry 3 600s\nGET {{api}}/\n\n?? status == 200\n", "status is 500, not 200"),
    ] {
        let project = Project::new().file("a.http", format!("### one\n{retry}"));
        let run = Interrupted::at(&["/"], &project, &refused);
        let attempt = &run.report["files"][0]["cases"][0]["attempts"][0];
        assert_eq!(attempt["assertions"][0]["failure"]["message"], failure, "{attempt}");
        assert_eq!(run.error()["kind"], "interrupted", "{attempt}");
        assert!(run.stdout.contains("interrupted before attempt 2"), "{}", run.stdout);
    }
}
