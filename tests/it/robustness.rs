//! What a bad day brings: files that are no specs, values that mean harm, secrets where
//! they should not be, a machine that is full, and a person who is in a hurry.

use std::process::Stdio;
use std::time::{Duration, Instant};

use rqtest::serve::PracticeServer;
use serde_json::Value;

use crate::support::{FaultServer, Project, Ran};

fn practice() -> PracticeServer {
    PracticeServer::start(([127, 0, 0, 1], 0).into()).unwrap()
}

/// Runs files with a JSON report, and gives its cases.
fn cases(project: &Project, base_url: &str, arguments: &[&str]) -> (Ran, Vec<Value>) {
    let mut all = vec!["--json", "report.json"];
    all.extend(arguments);
    let ran = project.run_against(base_url, &all);
    let report: Value = serde_json::from_str(&project.read("report.json")).unwrap();
    let files = report["files"].as_array().unwrap().iter();
    let cases = files.flat_map(|file| file["cases"].as_array().unwrap().clone()).collect();
    (ran, cases)
}

fn error(case: &Value) -> (String, String) {
    let error = &case["attempts"][0]["error"];
    (error["kind"].as_str().unwrap_or_default().to_owned(), error.to_string())
}

#[test]
fn files_that_are_no_specs_are_one_error_each_and_the_rest_runs() {
    let server = practice();
    let good = "GET {{api}}/get\n\n?? status == 200\n";
    let binary: Vec<u8> = (0..=255).cycle().take(5000).collect();
    let utf16: Vec<u8> = "\u{feff}GET http://h\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let project = Project::new()
        .file("a.http", good)
        .file("b.http", binary)
        .file("c.http", utf16)
        .file(
            "d.yaml",
            format!("requests:\n  - post: '{{{{ api }}}}/post'\n    json: {}{}\n", "[".repeat(5000), "]".repeat(5000)),
        )
        .file("e.http", format!("POST {{{{api}}}}/post\n\n{}\n", "a".repeat(1 << 20)))
        .file("f.http", b"\xef\xbb\xbfGET {{api}}/get\r\nX-A: b\r\n\r\n?? status == 200\r\n")
        .file("z.http", good);
    let (ran, cases) = cases(&project, &server.base_url(), &["."]);
    let verdicts: Vec<_> = cases.iter().map(|case| case["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["passed", "errored", "errored", "errored", "passed", "passed", "passed"], "{}", ran.stdout);
    assert!(error(&cases[2]).1.contains("not UTF-8"), "{}", cases[2]);
}

#[cfg(unix)]
#[test]
fn a_pipe_is_no_file_to_send() {
    let project = Project::new().file("a.http", "POST {{api}}/\n\n< pipe\n\n###\nPOST {{api}}/\n\n<@ pipe\n");
    let made = std::process::Command::new("mkfifo").arg(project.path("pipe")).status().unwrap();
    assert!(made.success());
    let (ran, cases) = cases(&project, "http://127.0.0.1:9", &["a.http"]);
    assert_eq!(ran.code, 1);
    assert!(cases.iter().all(|case| error(case).1.contains("is not a file")), "{cases:?}");
}

#[cfg(unix)]
#[test]
fn references_do_not_leave_the_root_by_dots_nor_by_links() {
    let project = Project::new().file(
        "a.http",
        "POST {{api}}/\n\n< /etc/passwd\n\n###\nPOST {{api}}/\n\n<@ ../../../../etc/passwd\n\n###\nPOST {{api}}/\n\n< link\n",
    );
    std::os::unix::fs::symlink("/etc/passwd", project.path("link")).unwrap();
    let (ran, cases) = cases(&project, "http://127.0.0.1:9", &["a.http"]);
    assert_eq!((ran.code, cases.len()), (1, 3));
    assert!(cases.iter().all(|case| error(case).1.contains("outside")), "{cases:?}");
}

#[test]
fn a_repeat_over_the_limit_is_an_error_before_anything_is_planned() {
    let project = Project::new().file("a.http", "# @repeat 1000000\nGET http://127.0.0.1:9/\n").file(
        "b.yaml",
        "requests:\n  - {get: 'http://127.0.0.1:9/', repeat: 1000000}\n  - {get: 'http://127.0.0.1:9/', repeat: 0}\n",
    );
    let (_, cases) = cases(&project, "", &["."]);
    assert_eq!(cases.len(), 3);
    assert!(cases.iter().all(|case| error(case).1.contains("1 to 10000")), "{cases:?}");
    assert_eq!(project.run(&["run", "a.http", "--repeat", "1000000"]).code, 2);
}

#[test]
fn values_cannot_smuggle_lines_or_cookies_into_a_request() {
    let server = FaultServer::says("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    let project = Project::new()
        .file("vars.json", r#"{"line": "a\r\nEvil: 1", "cookie": "a; evil=1", "split": "a b\r\nEvil: 1"}"#)
        .file(
            "a.yaml",
            "requests:\n  \
             - {get: '{{ api }}/', headers: {X-A: '{{ line }}'}}\n  \
             - {get: '{{ api }}/', cookies: {a: '{{ cookie }}'}}\n  \
             - {get: '{{ api }}/', cookies: {a: '{{ line }}'}}\n  \
             - {get: '{{ api }}/', auth: {bearer: '{{ line }}'}}\n  \
             - {method: '{{ line }}', url: '{{ api }}/'}\n  \
             - {get: '{{ api }}/{{ split }}', params: {'{{ line }}': '{{ line }}'}}\n  \
             - {post: '{{ api }}/', multipart: [{name: '{{ line }}', value: x, filename: '{{ line }}'}]}\n",
        );
    let (_, cases) = cases(&project, &server.base_url(), &["a.yaml", "--vars-file", "vars.json"]);
    for (index, case) in cases.iter().enumerate().take(5) {
        assert_eq!(case["verdict"], "errored", "{index}: {case}");
    }
    let received = server.received();
    assert!(received.iter().all(|head| !head.to_lowercase().contains("\nevil")), "{received:?}");
    assert!(received.iter().all(|head| !head.contains("; evil")), "{received:?}");
}

#[test]
fn times_beyond_all_calendars_wait_and_do_not_panic() {
    let server = practice();
    let forever = "5000000000000000h";
    let text = format!(
        "# @timeout {forever}\n# @connect-timeout {forever}\n# @read-timeout {forever}\nGET {{{{api}}}}/get\n\n?? status == 200\n"
    );
    let ran = Project::new().file("a.http", text).run_against(&server.base_url(), &["a.http"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
}

#[cfg(unix)]
#[test]
fn a_signal_in_a_delay_or_between_attempts_sends_nothing_more() {
    let server = || FaultServer::says("HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n");
    for text in [
        "GET {{api}}/1\n\n###\n# @delay 5000000000000000h\nGET {{api}}/2\n",
        "GET {{api}}/1\n\n###\n# @sleep 600s\nGET {{api}}/2\n",
        "# @loop for 2\n# @ratelimit slot: x minIdleTime: 5000000000000000h\nGET {{api}}/1\n",
        "# @retry {for: 1000h, delay: 600s} until status == 200\nGET {{api}}/1\n\n###\nGET {{api}}/2\n",
        "# @retry 3 600s\nGET {{api}}/1\n\n?? status == 200\n\n###\nGET {{api}}/2\n",
    ] {
        let server = server();
        let project = Project::new().file("a.http", text);
        let (code, output) = interrupted(&project, &server, &["TERM"]);
        assert_eq!(code, Some(143), "{output}");
        assert_eq!(server.received().len(), 1, "{output}");
        let report: Value = serde_json::from_str(&project.read("report.json")).unwrap();
        assert_eq!(report["files"][0]["cases"][1]["verdict"], "skipped", "{report}");
    }
}

#[cfg(unix)]
#[test]
fn a_second_signal_does_not_wait_for_what_is_under_way() {
    let server = FaultServer::says_and_stalls("");
    let project = Project::new().file("a.http", "GET {{api}}/1\n\n###\nGET {{api}}/2\n");
    let started = Instant::now();
    let (code, output) = interrupted(&project, &server, &["INT", "INT"]);
    assert_eq!(code, Some(130), "{output}");
    assert!(started.elapsed() < Duration::from_secs(15), "{output}");
    assert!(project.read("report.json").contains("\"errored\""), "{output}");
}

/// Runs `a.http`, and signals as soon as the server was asked for something.
#[cfg(unix)]
fn interrupted(project: &Project, server: &FaultServer, signals: &[&str]) -> (Option<i32>, String) {
    let api = format!("api={}", server.base_url());
    let mut command = project.command();
    command.args(["run", "a.http", "--var", &api, "--json", "report.json"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_for(|| !server.received().is_empty());
    // The response has yet to be read, and the next step to be taken.
    std::thread::sleep(Duration::from_millis(300));
    for signal in signals {
        let sent = std::process::Command::new("kill").args([format!("-{signal}"), child.id().to_string()]).status();
        assert!(sent.unwrap().success());
        std::thread::sleep(Duration::from_millis(100));
    }
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(unix)]
fn wait_for(happened: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !happened() && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[cfg(unix)]
#[test]
fn a_signal_while_a_server_starts_leaves_nothing_that_it_started() {
    let script = "sleep 1000 & echo $! > pids; (sleep 1000 & echo $! >> pids; wait) & echo $! >> pids; echo $$ >> pids; touch up; wait";
    let project = Project::new()
        .file(
            "rqtest.yaml",
            format!("servers: {{api: {{command: [sh, -c, '{script}'], ready: 'http://127.0.0.1:{{{{ port }}}}/', timeout: 60s}}}}\n"),
        )
        .file("a.http", "GET {{api}}/\n");
    let child = project.command().args(["run", "."]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    wait_for(|| project.path("up").exists());
    let sent = std::process::Command::new("kill").args(["-INT".to_owned(), child.id().to_string()]).status();
    assert!(sent.unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    for pid in project.read("pids").lines() {
        // Who has ended, and waits to be noticed, has no command line; on a busy machine the end takes a moment.
        let is_gone = || std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default().is_empty();
        wait_for(is_gone);
        assert!(is_gone(), "{pid} is left");
    }
}

const SECRETS: &[&str] =
    &["privatevalue1", "basicpass2", "bearer3token", "headertoken4", "urlpass5", "apikey6", "proxy7token"];

#[test]
fn no_output_shows_a_secret() {
    let server = practice();
    let address = server.base_url().strip_prefix("http://").unwrap().to_owned();
    let fails = "?? status == 500";
    let project = Project::new()
        .file("http-client.private.env.json", "{\"dev\": {\"token\": \"privatevalue1\\\"x\"}}")
        .file(
            "a.http",
            format!(
                "### {{{{token}}}}\nPOST {{{{api}}}}/post?t={{{{token}}}}\nContent-Type: application/json\n\n\
                 {{\"t\": {{{{token|tojson}}}}}}\n\n{fails}\n\n\
                 ###\nGET {{{{api}}}}/get\nAuthorization: Basic ada basicpass2\n\n{fails}\n\n\
                 ###\nGET {{{{api}}}}/get\nAuthorization: Bearer bearer3token\n\n{fails}\n\n\
                 ###\nGET {{{{api}}}}/get\nAuthorization: Token headertoken4\n\n{fails}\n\n\
                 ###\nGET {{{{api}}}}/get\nX-Api-Key: apikey6\nProxy-Authorization: Basic proxy7token\n\n{fails}\n\n\
                 ###\nGET http://ada:urlpass5@{address}/get\n\n{fails}\n\n\
                 ###\nGET http://ada:urlpass5@[::1/\n\n###\nGET http://ada:urlpass5@127.0.0.1:1/\n",
            ),
        )
        .file(
            "b.yaml",
            format!(
                "requests:\n  - {{get: '{{{{ api }}}}/get', auth: {{basic: [ada, basicpass2]}}, expect: {{status: 500}}}}\n  \
                 - {{get: 'http://ada:urlpass5@{address}/', nonsense: 1}}\n"
            ),
        );
    let run = ["run", ".", "--env", "dev", "--var"];
    let api = format!("api={}", server.base_url());
    for more in [&[][..], &["-v"], &["-q"]] {
        let reports = ["--junit", "report.xml", "--json", "report.json"];
        let ran = project.run(&[&run[..], &[&api], &reports, more].concat());
        for (place, text) in [
            ("output", &ran.stdout),
            ("errors", &ran.stderr),
            ("junit", &project.read("report.xml")),
            ("json", &project.read("report.json")),
        ] {
            assert_silent(place, text);
        }
    }
    for command in [&["list", "."][..], &["list", ".", "--format", "json"], &["check", "."]] {
        let ran = project.run(command);
        assert_silent(command[0], &(ran.stdout + &ran.stderr));
    }
}

fn assert_silent(place: &str, text: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{place} shows {secret}:\n{text}");
    }
}

#[test]
fn errors_in_private_files_quote_nothing_of_them() {
    for (name, text) in [
        ("http-client.private.env.json", "{\"dev\": {\"token\": \"privatevalue1\" \"x\": 1}}"),
        ("http-client.private.env.json", "{\"dev\": [\"privatevalue1\"]}"),
        (".env", "privatevalue1\n"),
    ] {
        let project = Project::new().file(name, text).file("a.http", "GET http://127.0.0.1:9/\n");
        let ran = project.run(&["run", "."]);
        assert!(ran.code == 2 && ran.stderr.contains(name), "{}", ran.stderr);
        assert_silent(name, &(ran.stdout + &ran.stderr));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_told() {
    let project = Project::new().file("a.http", "GET http://127.0.0.1:9/\n");
    for arguments in [&["run", "a.http", "--junit", "/dev/full"][..], &["run", "a.http", "--json", "/dev/full"]] {
        let ran = project.run(arguments);
        assert!(ran.code == 5 && ran.stderr.contains("No space left"), "{arguments:?}: {}", ran.stderr);
    }
    for arguments in [&["run", "a.http"][..], &["list", "a.http"], &["check", "a.http"]] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let status = project.command().args(arguments).stdout(full).stderr(Stdio::null()).status().unwrap();
        assert_eq!(status.code(), Some(5), "{arguments:?}");
    }
}

#[test]
fn two_reports_do_not_share_a_file() {
    let project = Project::new().file("a.http", "GET http://127.0.0.1:9/\n");
    let ran = project.run(&["run", "a.http", "--junit", "report", "--json", "report"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
    assert!(!project.path("report").exists());
}

#[cfg(unix)]
#[test]
fn few_descriptors_suffice_for_the_requests_and_for_the_reports() {
    let server = practice();
    let project = (0..30).fold(Project::new(), |project, index| {
        project.file(&format!("{index}.http"), "GET {{api}}/get\n\n?? status == 200\n")
    });
    let mut command = std::process::Command::new("sh");
    let run = format!(
        "ulimit -n 16; exec {} run . -j 8 --junit r.xml --json r.json --var api={}",
        env!("CARGO_BIN_EXE_rqtest"),
        server.base_url()
    );
    command.args(["-c", &run]).current_dir(project.path(""));
    let ran = Ran::from(command.output().unwrap());
    assert!(ran.code <= 1, "{}{}", ran.stdout, ran.stderr);
    assert!(project.read("r.xml").contains("tests=\"30\""));
}

#[test]
fn urls_that_let_in_whoever_has_them_are_not_shown_whole() {
    let server = FaultServer::answers(|head| {
        let to = if head.contains("/moved") { "" } else { "Location: /moved?X-Amz-Signature=5ec2et-1\r\n" };
        let status = if to.is_empty() { "200 OK" } else { "302 Found" };
        format!("HTTP/1.1 {status}\r\n{to}Content-Length: 0\r\n\r\n").into_bytes()
    });
    let aws = "auth: {aws_sigv4: {access_key: AK, secret_key: 5ec2et-4, region: r, service: s, expires: 60s}}";
    let spec = format!(
        "requests:\n- {{get: '{{{{ api }}}}/a?access_token=5ec2et-2', params: {{api_key: 5ec2et-3}}, expect: {{status: 201}}}}\n\
         - {{get: '{{{{ api }}}}/moved', {aws}, expect: {{status: 201}}}}\n"
    );
    let project = Project::new().file("a.yaml", spec);
    let ran = project.run_against(&server.base_url(), &["a.yaml", "-vvv", "--junit", "a.xml", "--json", "a.json"]);
    for shown in [ran.stdout, project.read("a.xml"), project.read("a.json")] {
        assert!(shown.contains("access_token=***") && shown.contains("X-Amz-Signature=***"), "{shown}");
        assert!(!shown.contains("5ec2et"), "{shown}");
        let signed = shown.split("X-Amz-Signature=").skip(1).all(|rest| rest.starts_with("***"));
        assert!(signed, "{shown}");
    }
}
