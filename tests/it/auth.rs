//! Who sends a request, over the real binary and real sockets.

use rqtest::serve::PracticeServer;
use serde_json::Value;

use crate::support::{Project, Ran};

fn practice() -> PracticeServer {
    PracticeServer::start(([127, 0, 0, 1], 0).into()).unwrap()
}

#[test]
fn digest_is_asked_for_once_a_file() {
    let server = practice();
    let request = "requests:\n- &first\n  get: '{{ api }}/digest-auth/auth/ada/lovelace/SHA-256'\n  \
                   auth: {digest: [ada, lovelace]}\n  expect: {status: 200}\n- *first\n- *first\n";
    let project = Project::new().file("a.yaml", request).file("b.yaml", request);
    let ran = project.run_against(&server.base_url(), &[".", "--json", "report.json"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let report: Value = serde_json::from_str(&project.read("report.json")).unwrap();
    for file in report["files"].as_array().unwrap() {
        let statuses = file["cases"].as_array().unwrap().iter().map(|case| {
            let exchanges = case["attempts"][0]["exchanges"].as_array().unwrap();
            exchanges.iter().map(|exchange| exchange["status"].as_u64().unwrap()).collect::<Vec<_>>()
        });
        assert_eq!(statuses.collect::<Vec<_>>(), [vec![401, 200], vec![200], vec![200]]);
    }
}

#[test]
fn a_401_that_is_answered_is_not_told_as_a_redirect() {
    let server = practice();
    let text = "# @auth {digest: [ada, wrong]}\nGET {{api}}/redirect-to?url=/digest-auth/auth/ada/lovelace\n\n?? status == 200\n";
    let ran = Project::new().file("a.http", text).run_against(&server.base_url(), &["a.http"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(
        ran.stdout.contains("401 Unauthorized in ") && ran.stdout.contains(" after 1 redirect\n"),
        "{}",
        ran.stdout
    );
}

#[test]
fn credentials_stay_at_their_origin() {
    let (first, second) = (practice(), practice());
    let secrets = ["s3cr3t-key", "c0nsumer-s3cret", "t0ken-s3cret"];
    let schemes = [
        "{digest: [ada, s3cr3t-key]}",
        "{bearer: s3cr3t-key}",
        "{api_key: {in: header, name: X-Team, value: s3cr3t-key}}",
        "{api_key: {in: query, name: key, value: s3cr3t-key}}",
        "{api_key: {in: cookie, name: key, value: s3cr3t-key}}",
        "{oauth1: {consumer_key: c, consumer_secret: c0nsumer-s3cret, signature_method: PLAINTEXT}}",
        "{aws_sigv4: {access_key: a, secret_key: s3cr3t-key, token: t0ken-s3cret, region: r, service: s}}",
    ];
    let text = schemes.iter().map(|scheme| {
        format!(
            "###\n# @auth {scheme}\nGET {{{{api}}}}/redirect-to?url={}/anything\n\n\
             ?? body not contains s3cr3t\n?? body not contains t0ken\n?? body $.headers.Authorization not exists\n\
             ?? body $.url == {}/anything\n\n",
            second.base_url(),
            second.base_url()
        )
    });
    let project = Project::new().file("a.http", text.collect::<String>());
    let ran = project.run_against(&first.base_url(), &["a.http", "-v"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(!secrets.iter().any(|secret| ran.stdout.contains(secret)), "{}", ran.stdout);
}

#[test]
fn nothing_that_proves_who_sends_a_request_is_shown() {
    let server = practice();
    let text = "### 1\nGET {{api}}/digest-auth/auth/ada/none\nAuthorization: Digest ada d1gest-passw0rd\n\n?? status == 200\n\n\
                ### 2\n# @auth {oauth1: {consumer_key: c, consumer_secret: c0nsumer-s3cret, token: t, token_secret: t0ken-s3cret}}\n\
                POST {{api}}/anything\n\n?? status == 500\n\n\
                ### 3\n# @auth {oauth1: {consumer_key: c, consumer_secret: 'c0n-s3cret &', signature_method: PLAINTEXT, in: query}}\n\
                POST {{api}}/anything\n\n?? status == 500\n\n\
                ### 4\n# @auth {aws_sigv4: {access_key: a, secret_key: aws-s3cret, token: aws-t0ken, region: r, service: s}}\n\
                POST {{api}}/anything\n\n?? status == 500\n\n\
                ### 5\n# @auth {api_key: {in: query, name: k, value: 'ap1 key&'}}\nPOST {{api}}/anything\n\n?? status == 500\n";
    let project = Project::new().file("a.http", text);
    let ran = project.run_against(&server.base_url(), &["a.http", "--junit", "junit.xml", "--json", "report.json"]);
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    let reports = [ran.stdout, project.read("junit.xml"), project.read("report.json")];
    for output in &reports {
        for secret in ["d1gest", "c0nsumer", "t0ken", "c0n-s", "aws-s3cret", "ap1"] {
            let lines = output.lines().filter(|line| line.contains(secret)).collect::<Vec<_>>();
            assert!(lines.is_empty(), "{secret}: {lines:#?}");
        }
    }
    for output in &reports[1..] {
        assert!(output.contains("Authorization: Digest ***") && output.contains("AWS4-HMAC-SHA256 ***"), "{output}");
    }
}

#[test]
fn a_key_of_rsa_is_read_from_a_file() {
    let server = practice();
    let key = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/inputs/keys/rsa.pem");
    let spec = "# @auth {oauth1: {consumer_key: c, signature_method: RSA-SHA256, private_key: {file: KEY}}}\n\
                GET {{api}}/anything\n\n\
                ?? body $.headers.Authorization matches /^OAuth .*RSA-SHA256.*oauth_signature=\"[^\"]{300,}\"/\n";
    let project = Project::new().file("rsa.pem", std::fs::read(key).unwrap());
    let project = project.file("a.http", spec.replace("KEY", "rsa.pem")).file("b.http", spec.replace("KEY", "b.http"));
    let ran = project.run_against(&server.base_url(), &["a.http"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let ran = project.run_against(&server.base_url(), &["b.http"]);
    assert!(
        ran.code == 1 && ran.stdout.contains("the private key cannot be used: there is none in it"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("b.http:1:86"), "{}", ran.stdout);
}

/// Runs a request with `{netrc: true}` in a home folder with this file, which has this mode.
#[cfg(unix)]
fn with_netrc(text: &str, mode: u32) -> Ran {
    use std::os::unix::fs::PermissionsExt as _;

    let (first, second) = (practice(), practice());
    let elsewhere = second.base_url().replace("127.0.0.1", "localhost");
    let spec = format!(
        "# @auth {{netrc: true}}\nGET {{{{api}}}}/redirect-to?url={elsewhere}/basic-auth/ada/lovelace\n\n?? status == 200\n"
    );
    let project = Project::new().file(".netrc", text).file("a.http", spec);
    std::fs::set_permissions(project.path(".netrc"), std::fs::Permissions::from_mode(mode)).unwrap();
    let mut command = project.command();
    command.env("HOME", project.path("")).args(["run", "a.http", "--var", &format!("api={}", first.base_url())]);
    command.output().unwrap().into()
}

#[cfg(unix)]
#[test]
fn netrc_is_asked_anew_for_each_host() {
    let text = "machine 127.0.0.1 login x password y machine localhost login ada password lovelace";
    let ran = with_netrc(text, 0o600);
    assert!(ran.code == 0 && !ran.stdout.contains("warning"), "{}{}", ran.stdout, ran.stderr);
    let ran = with_netrc(text, 0o644);
    assert!(ran.code == 0 && ran.stdout.contains("(mode 644): `chmod 600`"), "{}{}", ran.stdout, ran.stderr);
    let ran = with_netrc("machine localhost login ada password lovelace more-of-it", 0o600);
    assert!(ran.code == 1 && ran.stdout.contains("line 1: there is a word that begins nothing"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("more-of-it"), "{}", ran.stdout);
}
