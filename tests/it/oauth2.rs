//! Tokens of OAuth 2.0, over the real binary.

use rqtest::serve::PracticeServer;

use crate::support::{FaultServer, Project, Ran};

fn practice() -> PracticeServer {
    PracticeServer::start(([127, 0, 0, 1], 0).into()).unwrap()
}

fn passes(ran: &Ran) {
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
}

/// An answer with a body of JSON.
fn answer(status: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}").into_bytes()
}

#[test]
fn parallel_files_share_one_token() {
    let server = FaultServer::answers(|head| match head.starts_with("POST /token ") {
        true => answer("200 OK", r#"{"access_token": "token-of-all", "token_type": "Bearer", "expires_in": 3600}"#),
        false => answer("200 OK", "{}"),
    });
    let configuration = "defaults: {auth: {oauth2: {grant: client_credentials, token_url: '{{ api }}/token'}}}\n";
    let project = (0..8).fold(Project::new().file("rqtest.yaml", configuration), |project, file| {
        project.file(&format!("{file}.http"), "GET {{api}}/1\n\n###\nGET {{api}}/2\n")
    });
    passes(&project.run_against(&server.base_url(), &[".", "--jobs", "8"]));
    let received = server.received();
    assert_eq!(received.iter().filter(|head| head.starts_with("POST /token ")).count(), 1);
    let carrying = received.iter().filter(|head| head.contains("Authorization: Bearer token-of-all\r\n"));
    assert_eq!(carrying.count(), 16);
}

#[test]
fn no_report_shows_a_secret_of_it() {
    let server = FaultServer::answers(|head| match head.starts_with("POST /token ") {
        true => answer("200 OK", r#"{"access_token": "learned-access", "refresh_token": "learned-refresh"}"#),
        // What fails is shown whole.
        false => answer("200 OK", "learned-access learned-refresh written-secret pass-word"),
    });
    let text = "requests:\n- get: '{{ api }}/'\n  auth:\n    oauth2: {grant: password, token_url: '{{ api }}/token', \
                client_id: c, client_secret: written-secret, username: ada, password: pass-word}\n  \
                expect: {status: 500}\n";
    let project = Project::new().file("a.yaml", text);
    let ran =
        project.run_against(&server.base_url(), &["a.yaml", "-vv", "--json", "report.json", "--junit", "report.xml"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("Authorization: Bearer ***"), "{}", ran.stdout);
    assert!(ran.stdout.contains("POST /token HTTP/1.1"), "{}", ran.stdout);
    for shown in [ran.stdout, ran.stderr, project.read("report.json"), project.read("report.xml")] {
        for secret in ["learned-access", "learned-refresh", "written-secret", "Yzp3cml0dGVuLXNlY3JldA==", "pass-word"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
    }
}

#[test]
fn says_in_words_why_there_is_no_token() {
    let server = practice();
    let auth = "# @auth {oauth2: {grant: GRANT, token_url: \"{{api}}/oauth2/token\", client_id: practice, MORE}}\n";
    for (grant, more, expected) in [
        ("client_credentials", "client_secret: wrong", "invalid_client (the client is not known, or"),
        ("client_credentials", "client_secret: practice-secret, scope: all", "the scopes are read and write"),
        ("refresh_token", "client_secret: practice-secret, refresh_token: old1", "invalid_grant (what the token"),
    ] {
        let auth = auth.replace("GRANT", grant).replace("MORE", more);
        let project = Project::new().file("a.http", format!("{auth}GET {{{{api}}}}/oauth2/resource\n"));
        let ran = project.run_against(&server.base_url(), &["a.http"]);
        assert_eq!(ran.code, 1);
        assert!(ran.stdout.contains("/oauth2/token gives no token: "), "{}", ran.stdout);
        assert!(ran.stdout.contains(expected), "{}", ran.stdout);
        assert!(ran.stdout.contains("a.http:2:1"), "{}", ran.stdout);
    }
}

const BY_CODE: &str = "requests:\n- get: '{{ api }}/oauth2/resource'\n  auth:\n    oauth2:\n      \
    grant: authorization_code\n      authorization_url: '{{ api }}/oauth2/authorize'\n      \
    token_url: '{{ api }}/oauth2/token'\n      client_id: practice-public\n  expect: {json: {$.user: ada}}\n";

#[test]
fn a_grant_that_needs_a_person_says_what_to_do_where_there_is_none() {
    let server = practice();
    let project = Project::new().file("a.yaml", BY_CODE);
    let ran = project.run_against(&server.base_url(), &["a.yaml"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("there is nobody at a terminal"), "{}", ran.stdout);
    assert!(ran.stdout.contains("`--browser follow`"), "{}", ran.stdout);
    passes(&project.run_against(&server.base_url(), &["a.yaml", "--browser", "follow"]));
}

#[cfg(unix)]
#[test]
fn a_program_goes_where_a_person_would() {
    let server = practice();
    let visitor = format!("[sh, -c, '{} run visit.http --var \"url=$0\"']", env!("CARGO_BIN_EXE_rqtest"));
    let project = Project::new()
        .file("rqtest.yaml", format!("browser: {visitor}\n"))
        .file("visit.http", "GET {{url}}\n\n?? status == 200\n?? body contains \"can be closed\"\n")
        .file("a.yaml", BY_CODE);
    passes(&project.run_against(&server.base_url(), &["a.yaml"]));
    let ran = project.run_against(&server.base_url(), &["a.yaml", "--browser", "/none/at all"]);
    assert!(ran.stdout.contains("the browser `/none/at all` cannot be started"), "{}", ran.stdout);
}

#[test]
fn somebody_who_does_not_agree_is_an_error() {
    let server = practice();
    let text = BY_CODE.replace("client_id:", "parameters: {deny: ''}\n      client_id:");
    let project = Project::new().file("a.yaml", text);
    let ran = project.run_against(&server.base_url(), &["a.yaml", "--browser", "follow"]);
    assert_eq!(ran.code, 1);
    let expected = "/oauth2/authorize gives no code: access_denied (whoever was asked did not agree)";
    assert!(ran.stdout.contains(expected), "{}", ran.stdout);
}
