//! WebSockets over real sockets: what a server may not do, and what reports tell.

use std::io::Write as _;

use rqtest::serve::PracticeServer;
use serde_json::Value;

use crate::support::{Clients, FaultServer, Project, Relay, TlsServer, tls_input};

/// A key whose answer the servers of these tests know.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const SWITCH: &str = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
const ACCEPT: &str = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";

/// A spec that waits for a message of a server.
fn spec(server: &FaultServer, more: &str) -> String {
    let url = server.base_url().replace("http", "ws");
    format!("requests:\n- websocket: {url}\n  headers: {{Sec-WebSocket-Key: {KEY}}}\n{more}")
}

/// The first attempt at the first request of a run.
fn attempt(project: &Project) -> Value {
    let report: Value = serde_json::from_str(&project.read("report.json")).unwrap();
    report["files"][0]["cases"][0]["attempts"][0].clone()
}

fn run(server: &FaultServer, more: &str) -> (i32, Value) {
    let project = Project::new().file("a.yaml", spec(server, more));
    let ran = project.run(&["run", "--json", "report.json", "a.yaml"]);
    (ran.code, attempt(&project))
}

#[test]
fn each_fault_of_a_server_is_an_error_that_names_it() {
    let accepted = |frames: &[u8]| [SWITCH.as_bytes(), ACCEPT.as_bytes(), b"\r\n", frames].concat();
    let mut large = b"\x89\x7e\x00\x7e".to_vec();
    large.extend([b'x'; 126]);
    for (name, bytes, kind, words) in [
        ("a masked frame", accepted(b"\x81\x81\0\0\0\0a"), "protocol", "masked"),
        ("a text that is not UTF-8", accepted(b"\x81\x01\xff"), "protocol", "not UTF-8"),
        ("an oversized ping", accepted(&large), "protocol", "more than 125 bytes"),
        ("an extension", accepted(b"\xc1\x01a"), "protocol", "extension"),
        ("no close frame", accepted(b""), "connection", "without a close frame"),
        ("half a frame", accepted(b"\x81\x09hel"), "connection", "without a close frame"),
        ("an early close", accepted(b"\x88\x05\x0f\xa1bye"), "websocket", "4001 bye"),
        ("a wrong answer to the key", format!("{SWITCH}Sec-WebSocket-Accept: x\r\n\r\n").into(), "protocol", "`x`"),
        ("no answer to the key", format!("{SWITCH}\r\n").into(), "protocol", "there is none"),
        (
            "a subprotocol of its own",
            format!("{SWITCH}{ACCEPT}Sec-WebSocket-Protocol: chat\r\n\r\n").into(),
            "protocol",
            "none was offered",
        ),
        (
            "another protocol",
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n".into(),
            "protocol",
            "another protocol",
        ),
        (
            "a refusal",
            "HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno".into(),
            "websocket",
            "401 Unauthorized",
        ),
    ] {
        let server = FaultServer::says(bytes);
        let (code, attempt) = run(&server, "  steps: [expect: hello]\n");
        let error = &attempt["error"];
        let message = error["diagnostics"][0]["message"].as_str().unwrap_or_default();
        assert_eq!((code, error["kind"].as_str()), (1, Some(kind)), "{name}: {attempt:#}");
        assert!(message.contains(words), "{name}: {message}");
    }
}

#[test]
fn a_message_that_does_not_come_is_missed_in_time() {
    let server = FaultServer::says_and_stalls(format!("{SWITCH}{ACCEPT}\r\n"));
    for (more, kind, words) in [
        ("  steps: [{expect: hello, timeout: 50ms}]\n", "timeout", "no message came within 0.05 s"),
        ("  steps: [{expect_close: true, timeout: 50ms}]\n", "timeout", "did not close the WebSocket within 0.05 s"),
        ("  read_timeout: 50ms\n  steps: [{ping: p}]\n", "read-timeout", "while waiting for a message"),
        ("  timeout: 300ms\n  steps: [expect: hello]\n", "timeout", "while waiting for a message"),
    ] {
        let (_, attempt) = run(&server, more);
        let error = &attempt["error"];
        let message = error["diagnostics"][0]["message"].as_str().unwrap_or_default();
        assert_eq!(error["kind"].as_str(), Some(kind), "{more}: {attempt:#}");
        assert!(message.contains(words), "{more}: {message}");
    }
}

#[test]
fn what_was_expected_of_a_message_fails_at_its_line_and_the_rest_goes_on() {
    let server = FaultServer::start(|stream, _| {
        drop(stream.write_all(format!("{SWITCH}{ACCEPT}\r\n").as_bytes()));
        drop(stream.write_all(b"\x81\x08{\"id\":7}\x81\x05hello\x88\x02\x03\xe8"));
    });
    let steps = "  steps:\n  - expect: {json: {$.id: 8}}\n  - expect: hello\n  - expect_close: 1001\n";
    let (code, attempt) = run(&server, steps);
    let assertions = attempt["assertions"].as_array().unwrap();
    let told: Vec<_> = assertions.iter().map(|it| (it["location"]["line"].as_u64(), it["passed"].as_bool())).collect();
    assert_eq!(code, 1);
    assert_eq!(told, [(Some(5), Some(false)), (Some(6), Some(true)), (Some(7), Some(false))]);
    let messages: Vec<_> = attempt["exchanges"][0]["messages"].as_array().unwrap().clone();
    let said: Vec<_> =
        messages.iter().map(|it| (it["direction"].as_str(), it["kind"].as_str(), it["text"].as_str())).collect();
    let received = |kind, text| (Some("received"), Some(kind), Some(text));
    assert_eq!(said, [received("text", "{\"id\":7}"), received("text", "hello"), received("close", "1000")]);
}

#[test]
fn reports_show_what_was_said_without_secrets() {
    let project = Project::new().file("rqtest.yaml", "servers: {api: {builtin: practice}}\n").file(
        "a.yaml",
        "requests:\n- websocket: '{{ api }}/websocket/echo'\n  auth: {bearer: hunter2secret}\n  \
         steps: [{send: 'my token is hunter2secret'}, {expect: {body: {contains: token}}}, {close: {code: 4000, reason: bye}}]\n",
    );
    for verbosity in ["-v", "-vvv"] {
        let ran = project.run(&["run", verbosity, "--junit", "junit.xml", "a.yaml"]);
        assert_eq!(ran.code, 0, "{}", ran.stdout);
        for line in ["> text: my token is ***", "< text: my token is ***", "> close: 4000 bye", "< close: 4000 bye"] {
            assert!(ran.stdout.contains(line), "{line}: {}", ran.stdout);
        }
        assert!(!ran.stdout.contains("hunter2") && !project.read("junit.xml").contains("hunter2"));
    }
}

#[test]
fn a_server_that_does_not_answer_the_close_frame_is_worth_a_warning() {
    let server = FaultServer::says([SWITCH.as_bytes(), ACCEPT.as_bytes(), b"\r\n\x81\x05hello"].concat());
    let (code, attempt) = run(&server, "  steps: [expect: hello]\n");
    assert_eq!(code, 0, "{attempt:#}");
    let warning = attempt["warnings"][0]["message"].as_str().unwrap_or_default();
    assert!(warning.contains("did not end well"), "{attempt:#}");
}

#[test]
fn a_proxy_is_asked_for_a_tunnel() {
    let server = PracticeServer::start(([127, 0, 0, 1], 0).into()).unwrap();
    let relay = Relay::to(server.address().to_string());
    let spec = "# @proxy http://{{proxy}}\nWEBSOCKET ws://origin.example/websocket/echo\n\nhello\n\n?? $[0] == hello\n";
    let variable = format!("proxy={}", relay.authority());
    let ran = Project::new().file("a.http", spec).run(&["run", "a.http", "--var", &variable]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert_eq!(relay.take(), ["CONNECT origin.example:80 HTTP/1.1 as nobody"]);
}

#[test]
fn a_request_over_http_is_told_what_to_write() {
    let project = Project::new().file("a.http", "GET ws://example.org/\n");
    let ran = project.run(&["run", "a.http"]);
    assert!(ran.code == 1 && ran.stdout.contains("write `WEBSOCKET URL`"), "{}", ran.stdout);
}

#[test]
fn a_flood_of_messages_is_an_error_before_it_fills_the_memory() {
    let server = FaultServer::start(|stream, _| {
        drop(stream.write_all(format!("{SWITCH}{ACCEPT}\r\n").as_bytes()));
        while stream.write_all(&b"\x81\x01a".repeat(1000)).is_ok() {}
    });
    let (code, attempt) = run(&server, "  steps: [expect_close: 1000]\n");
    let error = &attempt["error"];
    assert_eq!((code, error["kind"].as_str()), (1, Some("too-large")), "{error}");
    assert!(error.to_string().contains("more than 100000 messages"), "{error}");
}

#[test]
fn tls_client_certificates_and_proxies_are_those_of_other_requests() {
    let server = TlsServer::start(Clients::Certified);
    let relay = Relay::guarded(server.base_url().replace("https://", ""), ("ada:hunter2", "YWRhOmh1bnRlcjI="));
    let spec = format!(
        "requests:\n- websocket: wss://inner.example/\n  proxy: http://ada:hunter2@{}\n  verify: ca.pem\n  \
         cert: [client.pem, client.key]\n  headers: {{Sec-WebSocket-Key: {}}}\n  steps: [{{expect: \"1\"}}]\n",
        relay.authority(),
        TlsServer::WEBSOCKET_KEY,
    );
    let project = Project::new()
        .file("a.yaml", spec)
        .file("ca.pem", server.authority())
        .file("client.pem", tls_input("client.pem"))
        .file("client.key", tls_input("client.key"));
    let ran = project.run(&["run", "a.yaml"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(relay.take(), ["CONNECT inner.example:443 HTTP/1.1 as Basic YWRhOmh1bnRlcjI="]);
}
