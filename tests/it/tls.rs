//! TLS as both formats, the configuration and the environment speak of it, against real servers.

use crate::support::{Clients, Project, Ran, TlsServer, tls_input};

/// One request that must pass, in YAML, with some keys.
fn request(keys: &str) -> String {
    format!("requests:\n  - name: hello\n    get: \"{{{{ api }}}}/\"\n{keys}\n    expect: {{status: 200}}\n")
}

fn project(server: &TlsServer) -> Project {
    let project = Project::new()
        .file("ca.pem", server.authority())
        .file("roots/ca.crt", server.authority())
        .file("roots/readme.txt", "no certificate")
        .file("good.crl", server.revocation_list(false))
        .file("bad.crl", server.revocation_list(true));
    ["client.pem", "client.key", "client-rsa.pem", "client-rsa.aes.key", "client.p12", "client.all.pem"]
        .iter()
        .fold(project, |project, name| project.file(name, tls_input(name)))
}

fn run(server: &TlsServer, keys: &str) -> Ran {
    project(server).file("a.yaml", request(keys)).run_against(&server.base_url(), &["a.yaml"])
}

/// Every row runs by itself: nothing where it passes, or words of why it does not.
fn walk(server: &TlsServer, rows: &[(&str, &str)]) {
    for (keys, words) in rows {
        let ran = run(server, keys);
        assert_eq!(ran.code, i32::from(!words.is_empty()), "{keys}\n{}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains(words), "{keys}\n{}", ran.stdout);
    }
}

#[test]
fn checks_the_server_as_it_is_told_to() {
    let server = TlsServer::start(Clients::Anybody);
    walk(
        &server,
        &[
            ("    verify: true", "has an unknown issuer: `CN=test CA` is no trusted root"),
            ("    verify: false", ""),
            ("    verify: ca.pem", ""),
            ("    verify: roots", ""),
            ("    verify: \"{{ 'ro' ~ 'ots' }}\"", ""),
            ("    verify: none", "there is no file"),
            ("    verify: good.crl", "good.crl holds no certificate"),
            ("    verify: ca.pem\n    tls: {crl: good.crl}", ""),
            ("    verify: ca.pem\n    tls: {crl: bad.crl}", "is revoked"),
            ("    verify: ca.pem\n    tls: {server_name: inner.example}", ""),
            ("    verify: ca.pem\n    tls: {server_name: other.example}", "is not made out for `other.example`"),
            ("    verify: ca.pem\n    tls: {min_version: 1.3}", ""),
            ("    verify: ca.pem\n    tls: {max_version: 1.2}", ""),
            ("    verify: ca.pem\n    tls: {pinned_key: sha256//YQ==}", "a pinned public key is `sha256//` and"),
            (
                "    verify: false\n    tls: {pinned_key: sha256//YhKJKSzoTt2b5FP18fvpHo7fJYQCjAAp3pp2wpNZYbw=}",
                "the server's public key is not one of those that are pinned: it is sha256//",
            ),
        ],
    );
}

#[test]
fn a_key_that_was_shown_can_be_pinned() {
    let server = TlsServer::start(Clients::Anybody);
    let other = "sha256//YhKJKSzoTt2b5FP18fvpHo7fJYQCjAAp3pp2wpNZYbw=";
    let shown = run(&server, &format!("    verify: false\n    tls: {{pinned_key: {other}}}")).stdout;
    let start = shown.find("it is sha256//").unwrap() + "it is ".len();
    let pin: String = shown[start..].chars().take(52).collect();
    for pins in [pin.clone(), format!("[{other}, {pin}]"), format!("{other};{pin}")] {
        walk(&server, &[(&format!("    verify: ca.pem\n    tls: {{pinned_key: {pins}}}"), "")]);
    }
}

#[test]
fn shows_the_certificate_of_the_client() {
    let server = TlsServer::start(Clients::Certified);
    walk(
        &server,
        &[
            ("    verify: ca.pem", "the server requires a client certificate"),
            ("    verify: ca.pem\n    cert: [client.pem, client.key]", ""),
            ("    verify: ca.pem\n    cert: client.all.pem", ""),
            ("    verify: ca.pem\n    cert: {certificate: client.p12, password: secret}", ""),
            (
                "    verify: ca.pem\n    variables: {opens: secret}\n    \
                 cert: {certificate: client-rsa.pem, key: client-rsa.aes.key, password: \"{{ opens }}\"}",
                "",
            ),
            ("    verify: ca.pem\n    cert: client.pem", "client.pem holds no private key"),
            ("    verify: ca.pem\n    cert: [client-rsa.pem, client.key]", "client.key fits no certificate in"),
            ("    verify: ca.pem\n    cert: [client-rsa.pem, client-rsa.aes.key]", "and no password is given"),
            (
                "    verify: ca.pem\n    cert: {certificate: client.p12, password: hunter2}",
                "the password does not open",
            ),
            ("    verify: ca.pem\n    cert: none.pem", "there is no file"),
        ],
    );
}

#[test]
fn shows_no_password_of_a_key() {
    let server = TlsServer::start(Clients::Certified);
    let ran = run(&server, "    verify: ca.pem\n    cert: {certificate: client.p12, password: hunter2}\n    get: x");
    assert!(!ran.stdout.contains("hunter2") && !ran.stderr.contains("hunter2"), "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn takes_all_of_it_from_the_configuration_and_the_directives_too() {
    let server = TlsServer::start(Clients::Certified);
    let defaults = "defaults:\n  verify: ca.pem\n  cert: [client.pem, client.key]\n  tls: {min_version: 1.3}\n";
    let spec = "### of the configuration\nGET {{api}}/\n\n?? status == 200\n?? body == 1\n\n\
        ### of the request\n# @cert {certificate: client.p12, password: secret}\n# @tls {max_version: 1.3}\n\
        GET {{api}}/\n\n?? body == 2\n\n\
        ### a path\n# @cert client.all.pem\n# @verify roots\nGET {{api}}/\n\n?? body == 2\n\n\
        ### nobody\n# @cert none\nGET {{api}}/\n";
    let project = project(&server).file("rqtest.yaml", defaults).file("a.http", spec);
    let ran = project.run_against(&server.base_url(), &["a.http"]);
    assert!(ran.stdout.contains("3 passed") && ran.stdout.contains("1 error"), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("the server requires a client certificate"), "{}", ran.stdout);
}

#[test]
fn asks_what_stands_in_the_certificate_in_both_formats() {
    let server = TlsServer::start(Clients::Anybody);
    let http = "# @verify ca.pem\n# @assert certificate Subject == \"CN=test server\"\n\
        # @assert certificate \"Issuer\" == \"CN=test CA\"\nGET {{api}}/\n\n\
        ?? certificate Start-Date == 2025-01-10T00:00:00Z\n?? certificate Expire-Date > 2998-12-31\n\
        ?? certificate serial-number == \"1e:e8:b1\"\n?? certificate Subject-Alt-Name contains \"DNS:inner.example\"\n";
    let yaml = "requests:\n  - get: \"{{ api }}/\"\n    verify: ca.pem\n    expect:\n      certificate:\n        \
        Subject: CN=test server\n        Expire-Date: {\">\": 2998-12-31}\n        \
        Subject-Alt-Name: {contains: \"IP Address:127.0.0.1\"}\n";
    let project = project(&server).file("a.http", http).file("a.yaml", yaml);
    let ran = project.run_against(&server.base_url(), &["a.http", "a.yaml"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
}

#[test]
fn there_is_no_certificate_without_tls() {
    let server = crate::support::FaultServer::says("HTTP/1.1 204 No Content\r\n\r\n");
    let project = Project::new().file("a.http", "GET {{api}}/\n\n?? certificate Subject exists\n");
    let ran = project.run_against(&server.base_url(), &["a.http"]);
    assert!(
        ran.stdout.contains("there is no certificate Subject: the response did not come over TLS"),
        "{}",
        ran.stdout
    );
}

#[test]
fn heeds_the_environment_where_no_path_is_given() {
    let server = TlsServer::start(Clients::Anybody);
    for (variables, verify, passes) in [
        (&[("SSL_CERT_FILE", "ca.pem")][..], "", true),
        (&[("SSL_CERT_FILE", "ca.pem")], "    verify: true", true),
        (&[("SSL_CERT_DIR", "roots")], "", true),
        (&[("REQUESTS_CA_BUNDLE", "ca.pem")], "", true),
        (&[("CURL_CA_BUNDLE", "roots")], "", true),
        (&[("REQUESTS_CA_BUNDLE", "other.pem"), ("SSL_CERT_FILE", "ca.pem")], "", false),
        (&[("REQUESTS_CA_BUNDLE", "other.pem")], "    verify: ca.pem", true),
        (&[("REQUESTS_CA_BUNDLE", "other.pem")], "    verify: false", true),
        (&[("SSL_CERT_FILE", "none.pem")], "", false),
    ] {
        let project = project(&server).file("a.yaml", request(verify)).file("other.pem", tls_input("ca.pem"));
        let mut command = project.command();
        command.envs(variables.iter().copied()).args(["run", "--var", &format!("api={}", server.base_url()), "a.yaml"]);
        let ran = Ran::from(command.output().unwrap());
        assert_eq!(ran.code == 0, passes, "{variables:?} {verify}\n{}{}", ran.stdout, ran.stderr);
    }
}

#[test]
fn logs_the_keys_of_connections_where_it_is_told_to_and_only_there() {
    let server = TlsServer::start(Clients::Anybody);
    let spec = request("    verify: ca.pem");
    let of_request = request("    verify: ca.pem\n    tls: {key_log: own.log}");
    let variable = [("SSLKEYLOGFILE", "environment.log")];
    for (spec, flag, written) in [
        (&spec, None, None),
        (&spec, Some("--key-log"), Some("environment.log")),
        (&spec, Some("--key-log=flag.log"), Some("flag.log")),
        (&of_request, None, Some("own.log")),
        (&of_request, Some("--key-log"), Some("own.log")),
    ] {
        let project = project(&server).file("a.yaml", spec);
        let mut command = project.command();
        command.envs(variable).args(["run", "--var", &format!("api={}", server.base_url()), "a.yaml"]).args(flag);
        let ran = Ran::from(command.output().unwrap());
        assert_eq!(ran.code, 0, "{flag:?}\n{}{}", ran.stdout, ran.stderr);
        for name in ["environment.log", "flag.log", "own.log"] {
            assert_eq!(project.path(name).exists(), Some(name) == written, "{flag:?} {name}");
        }
        if let Some(name) = written {
            assert!(project.read(name).contains("CLIENT_TRAFFIC_SECRET_0 "), "{name}");
        }
    }
    let ran = project(&server).file("a.yaml", &spec).run(&["run", "--key-log", "a.yaml"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("--key-log=FILE"), "{}", ran.stderr);
}
