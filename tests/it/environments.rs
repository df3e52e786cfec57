//! Environments as editors keep them, over the real binary: each collection is laid out as its
//! editor has it, and runs as it stands.

use rqtest::serve::PracticeServer;

use crate::support::{Clients, Project, Ran, Recorder, TlsServer, tls_input};

fn practice() -> PracticeServer {
    PracticeServer::start(([127, 0, 0, 1], 0).into()).unwrap()
}

fn passes(ran: &Ran) {
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.stdout);
}

/// Runs a project against the practice server.
fn run(project: &Project, arguments: &[&str]) -> Ran {
    project.run_against(&practice().base_url(), arguments)
}

#[test]
fn a_collection_of_jetbrains_runs_as_it_stands() {
    let project = Project::new()
        .file(".idea/misc.xml", "")
        .file(".idea/httpRequests/http-client.cookies", "# domain\tpath\tname\tvalue\tdate\n127.0.0.1\t/\tsid\tkept\t-1\n")
        .file(
            "http-client.env.json",
            "{\n\t// the same for all\n\t\"dev\": {\"host\": \"{{api}}\", \"url\": \"{{host}}/anything\", \"who\": \"all\"},\n}\n",
        )
        .file("http-client.private.env.json", r#"{"dev": {"password": "private-word"}}"#)
        .file("users/http-client.env.json", r#"{"dev": {"who": "users"}}"#)
        .file("a.http", "GET {{url}}/{{who}}\n\n?? body $.url endsWith /anything/all\n?? body $.headers.Cookie == \"sid=kept\"\n")
        .file(
            "users/more/b.http",
            "POST {{url}}/{{who}}\n\n{{password}}\n\n?? body $.url endsWith /anything/users\n?? body $.data == \"private-word\"\n",
        );
    passes(&run(&project, &[".", "--env", "dev"]));
    passes(&run(&project, &["users/more/b.http", "--env", "dev", "-v"]));
    assert!(!run(&project, &[".", "--env", "dev", "-vvv"]).stdout.contains("private-word"));
    assert!(project.read(".idea/httpRequests/http-client.cookies").contains("kept"));
}

#[test]
fn a_collection_of_visual_studio_runs_as_it_stands() {
    let project = Project::new()
        .file(".git/HEAD", "")
        .file("http-client.env.json", "\u{feff}{\"$shared\": {\"v\": \"v1\", \"who\": \"shared\"}, \"dev\": {\"who\": \"dev\"}}")
        .file("http-client.env.json.user", r#"{"dev": {"key": "user-key"}}"#)
        .file("Api/Users/users.http", "GET {{api}}/anything/{{v}}/{{who}}\nX-Key: {{key}}\n\n?? body $.url endsWith /v1/dev\n?? body $.headers[\"X-Key\"] == user-key\n");
    passes(&run(&project, &["Api", "--env", "dev"]));
    let secret = r#"{"dev": {"key": {"provider": "AzureKeyVault", "secretName": "k"}}}"#;
    let project = project.file("http-client.env.json.user", secret);
    let ran = run(&project, &["Api", "--env", "dev"]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.stdout.contains("`key` is a secret of the provider `AzureKeyVault`, which is not supported"),
        "{}",
        ran.stdout
    );
    passes(&run(&project, &["Api", "--env", "dev", "--var", "key=user-key"]));
}

#[test]
fn a_collection_of_vs_code_runs_as_it_stands() {
    let recorder = Recorder::start();
    let settings = r#"{
        "editor.fontSize": 12, /* not ours */
        "rest-client.defaultHeaders": {"User-Agent": "rest-client", "X-Team": "blue"},
        "rest-client.environmentVariables": {
            "$shared": {"version": "v1", "prodToken": "foo", "base": "http://HOST"},
            "local": {"version": "v2", "token": "{{$shared prodToken}}!"},
        },
    }"#;
    let project = Project::new().file(".vscode/settings.json", settings.replace("HOST", &recorder.authority())).file(
        "http/a.http",
        "GET {{base}}/{{version}}\nAuthorization: {{token}}\n\n###\nGET {{base}}/b\nUser-Agent: own\n",
    );
    let ran = project.run(&["run", "http/a.http", "--env", "local"]);
    passes(&ran);
    let received: Vec<String> =
        recorder.take().into_iter().map(|request| String::from_utf8(request).unwrap()).collect();
    assert!(received[0].starts_with("GET /v2 HTTP/1.1\r\n"), "{}", received[0]);
    for line in ["User-Agent: rest-client\r\n", "X-Team: blue\r\n", "Authorization: foo!\r\n"] {
        assert!(received[0].contains(line), "{}", received[0]);
    }
    assert!(received[1].contains("User-Agent: own\r\n") && !received[1].contains("rest-client"), "{}", received[1]);
}

#[test]
fn settings_of_vs_code_say_how_requests_are_sent_that_do_not_say_it() {
    let settings = r#"{"rest-client.followredirect": false, "rest-client.timeoutinmilliseconds": 300,
        "rest-client.rememberCookiesForSubsequentRequests": false}"#;
    let text = "GET {{api}}/redirect/1\n\n?? status == 302\n\n###\n# @redirects true\nGET {{api}}/redirect/1\n\n?? status == 200\n\n\
                ###\n# @no-redirect\nGET {{api}}/cookies/set/a/b\n\n###\nGET {{api}}/cookies\n\n?? body $.cookies isEmpty\n\n\
                ###\n# @timeout null\nGET {{api}}/delay/0.5\n\n?? status == 200\n";
    let project = Project::new().file(".vscode/settings.json", settings).file("a.http", text);
    passes(&run(&project, &["a.http"]));
    let ran = run(&project.file("b.http", "GET {{api}}/delay/5\n"), &["b.http"]);
    assert!(ran.stdout.contains("timed out") || ran.stdout.contains("timeout"), "{}", ran.stdout);
}

#[test]
fn a_collection_of_httpyac_runs_as_it_stands() {
    let project = Project::new()
        .file(".git/HEAD", "")
        .file(".env", "base=/anything\nwho=all\nhost_only=far\n")
        .file(".env.local", "who=local\n")
        .file("env/local.env", "team=blue\n")
        .file("sub/.env", "host_only=near\n")
        .file("sub/a.http", "GET {{api}}{{base}}/{{who}}/{{team}}/{{host_only}}/{{$dotenv who}}\n\n?? body $.url endsWith /local/blue/near/local\n");
    passes(&run(&project, &["sub", "--env", "local"]));
    let ran = run(&project, &["sub", "--env", "locl"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.stderr.contains("there is no environment `locl`") && ran.stderr.contains("did you mean `local`?"),
        "{}",
        ran.stderr
    );
}

#[test]
fn openid_of_httpyac_takes_variables_of_its_name() {
    let variables = "oauth2_clientId=practice\noauth2_clientSecret=practice-secret\n";
    let text = "@my_tokenEndpoint = {{api}}/oauth2/token\n@my_scope = read\nGET {{api}}/oauth2/resource\n\
                Authorization: openid client_credentials my\n\n?? body $.client == practice\n?? body $.scope == read\n\n\
                ###\n@oauth2_tokenEndpoint = {{api}}/oauth2/token\n@oauth2_username = ada\n@oauth2_password = lovelace\n\
                GET {{api}}/oauth2/resource\nAuthorization: oauth2 password\n\n?? body $.user == ada\n";
    let project = Project::new().file(".env", variables).file("a.http", text);
    passes(&run(&project, &["a.http"]));
    let project = project.file("b.http", "GET {{api}}/\nAuthorization: openid code other\n");
    let ran = run(&project, &["b.http"]);
    assert!(ran.stdout.contains("variable `other_authorizationEndpoint` is not defined"), "{}", ran.stdout);
    assert!(ran.stdout.contains("b.http:2:16"), "{}", ran.stdout);
}

const AUTH: &str = r#"{"dev": {"token_url": "{{api}}/oauth2/token", "Security": {"Auth": {
    "service": {"Type": "OAuth2", "Grant Type": "Client Credentials", "Token URL": "{{token_url}}", "Client ID": "practice",
        "Client Credentials": "in body", "Scope": "read", "PKCE": true, "Acquire Automatically": true,
        "Custom Request Parameters": {"expires_in": {"Value": "600", "Use": "In Token Request"}, "a": ["b", "c"]}},
    "person": {"Type": "OAuth2", "Grant Type": "Authorization Code", "Auth URL": "{{api}}/oauth2/authorize",
        "Token URL": "{{token_url}}", "Client ID": "practice-public"},
    "user": {"Type": "OAuth2", "Grant Type": "Password", "Token URL": "{{token_url}}", "Client ID": "practice-public",
        "Client Credentials": "none", "Username": "ada", "Password": "lovelace"},
    "mock": {"Type": "Mock", "Token": "mock-access", "ID Token": "mock-identity"},
    "page": {"Type": "OAuth2", "Grant Type": "Implicit"},
    "typo": {"Type": "OAuth2", "Grant Type": "Password", "Token URL": "x", "Client Id": "y"}
}}}}"#;

fn jetbrains_credentials() -> Project {
    Project::new().file("http-client.env.json", AUTH).file(
        "http-client.private.env.json",
        r#"{"dev": {"Security": {"Auth": {"service": {"Client Secret": "practice-secret"}}}}}"#,
    )
}

#[test]
fn security_auth_gives_tokens_to_templates() {
    let text = "GET {{api}}/oauth2/resource\nAuthorization: Bearer {{$auth.token(\"service\")}}\n\n\
                ?? body $.client == practice\n?? body $.scope == read\n\n\
                ###\nGET {{api}}/oauth2/resource\nAuthorization: Bearer {{ $auth.token('user') }}\n\n?? body $.user == ada\n\n\
                ###\nPOST {{api}}/anything?t={{$auth.token(\"mock\")}}\n\n{{$auth.idToken(\"mock\")}}\n\n\
                ?? body $.args.t == mock-access\n?? body $.data == mock-identity\n";
    passes(&run(&jetbrains_credentials().file("a.http", text), &["a.http", "--env", "dev"]));
    let person =
        "GET {{api}}/oauth2/resource\nAuthorization: Bearer {{$auth.token(\"person\")}}\n\n?? body $.user == ada\n";
    let project = jetbrains_credentials().file("a.http", person);
    passes(&run(&project, &["a.http", "--env", "dev", "--browser", "follow"]));
    let ran = run(&project, &["a.http", "--env", "dev"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("there is nobody at a terminal"), "{}", ran.stdout);
}

#[test]
fn what_is_wrong_with_a_credential_is_told_where_it_is_used() {
    for (call, expected) in [
        ("$auth.token(\"servce\")", "did you mean `service`?"),
        ("$auth.token(\"page\")", "the grant `Implicit` is not supported"),
        ("$auth.token(\"typo\")", "http-client.env.json:11:77): did you mean `Client ID`?"),
        ("$auth.token()", "it takes the name of one credential"),
        ("$auth.idToken(\"service\")", "`service` gives no ID token"),
    ] {
        let project = jetbrains_credentials().file("a.http", format!("GET {{{{api}}}}/\nA: {{{{{call}}}}}\n"));
        let ran = run(&project, &["a.http", "--env", "dev"]);
        assert_eq!(ran.code, 1, "{call}");
        assert!(ran.stdout.contains(expected), "{call}: {}", ran.stdout);
    }
}

#[test]
fn a_token_of_a_template_is_asked_for_once_and_shown_nowhere() {
    let server = crate::support::FaultServer::answers(|head| {
        let body = match head.starts_with("POST /oauth2/token ") {
            true => r#"{"access_token": "learned-access", "id_token": "learned-identity"}"#,
            false => "learned-access learned-identity practice-secret",
        };
        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len()).into_bytes()
    });
    let text = "GET {{api}}/{{$auth.token(\"service\")}}?{{$auth.idToken(\"service\")}}\n\n?? status == 500\n";
    let project = jetbrains_credentials().file("a.http", text).file("b.http", text);
    let ran = project.run_against(&server.base_url(), &[".", "--env", "dev", "-vvv", "--json", "report.json"]);
    let received = server.received();
    assert_eq!(received.iter().filter(|head| head.starts_with("POST /oauth2/token ")).count(), 1);
    assert!(received.iter().any(|head| head.starts_with("GET /learned-access?learned-identity ")), "{received:?}");
    for shown in [&ran.stdout, &project.read("report.json")] {
        for secret in ["learned-access", "learned-identity", "practice-secret"] {
            assert!(!shown.contains(secret), "{secret} in {shown}");
        }
    }
}

#[test]
fn the_certificate_of_the_client_is_what_the_environment_says() {
    let server = TlsServer::start(Clients::Certified);
    let host = server.base_url().replace("https://", "");
    let project = || {
        ["client.pem", "client.key", "client.p12"].iter().fold(
            Project::new().file("ca.pem", server.authority()).file("rqtest.yaml", "defaults: {verify: ca.pem}\n"),
            |project, name| project.file(&format!("certs/{name}"), tls_input(name)),
        )
    };
    let jetbrains = |more: &str| format!(r#"{{"dev": {{"SSLConfiguration": {{{more}}}}}}}"#);
    let vs_code = |host: &str, more: &str| format!(r#"{{"rest-client.certificates": {{"{host}": {{{more}}}}}}}"#);
    let none = String::new();
    let pair = r#""clientCertificate": "../certs/client.pem", "clientCertificateKey": {"path": "../certs/client.key", "format": "PEM"}"#;
    let pfx = r#""pfx": "certs/client.p12", "passphrase": "secret""#;
    let locked = r#""clientCertificate": "../certs/client.p12", "hasCertificatePassphrase": true"#;
    for (private, settings, directive, arguments, code, words) in [
        (jetbrains(pair), none.clone(), "", &[][..], 0, ""),
        (jetbrains(pair), none.clone(), "# @no-client-cert\n", &[], 1, "requires a client certificate"),
        (jetbrains(locked), none.clone(), "", &["--var", "certificatePassphrase=secret"], 0, ""),
        (jetbrains(locked), none.clone(), "", &[], 2, "the passphrase of the client's certificate is not known"),
        (jetbrains(r#""verifyHostCertificate": false"#), none.clone(), "# @verify null\n", &[], 1, "unknown issuer"),
        (jetbrains("\"clientCertificat\": 1"), none.clone(), "", &[], 2, "did you mean `clientCertificate`?"),
        (none.clone(), vs_code(&host, pfx), "", &[], 0, ""),
        (none.clone(), vs_code("127.0.0.1", pfx), "", &[], 0, ""),
        (none.clone(), vs_code("other.example", pfx), "", &[], 1, "requires a client certificate"),
        (none, vs_code(&host, pfx), "# @no-client-cert\n", &[], 1, "requires a client certificate"),
    ] {
        let mut project = project().file("api/a.http", format!("{directive}GET {{{{api}}}}/\n\n?? status == 200\n"));
        let mut all = vec!["api"];
        if !private.is_empty() {
            project = project.file("api/http-client.private.env.json", &private);
            all.extend(["--env", "dev"]);
        }
        if !settings.is_empty() {
            project = project.file(".vscode/settings.json", &settings);
        }
        all.extend(arguments);
        let ran = project.run_against(&server.base_url(), &all);
        assert_eq!(ran.code, code, "{private}{settings}{directive}\n{}{}", ran.stdout, ran.stderr);
        assert!((ran.stdout + &ran.stderr).contains(words), "{private}{settings}{directive}");
    }
    let insecure = Project::new()
        .file("http-client.private.env.json", jetbrains(r#""verifyHostCertificate": false"#))
        .file("a.http", "GET {{api}}/\n\n?? status == 200\n");
    let anybody = TlsServer::start(Clients::Anybody);
    passes(&insecure.run_against(&anybody.base_url(), &["a.http", "--env", "dev"]));
}

#[test]
fn an_environment_that_only_some_folders_define_is_none_for_the_others() {
    let project = Project::new()
        .file("a/http-client.env.json", r#"{"dev": {"who": "a"}}"#)
        .file("a/a.http", "GET {{api}}/anything/{{who}}\n\n?? body $.url endsWith /a\n")
        .file("b/b.http", "GET {{api}}/anything\n");
    passes(&run(&project, &[".", "--env", "dev"]));
    let ran = run(&project.file("b/c.http", "GET {{api}}/anything/{{who}}\n"), &[".", "--env", "dev"]);
    assert!(ran.stdout.contains("variable `who` is not defined"), "{}", ran.stdout);
}

#[test]
fn values_of_an_environment_refer_to_others() {
    let project = Project::new()
        .file(
            "http-client.env.json",
            r#"{"dev": {"a": "{{b}}-{{c}}", "b": "1", "loop": "{{pool}}", "pool": "{{loop}}", "file": "{{of_file}}", "l": ["{{b}}"]}}"#,
        )
        .file("rqtest.yaml", "variables: {c: project, b: no}\nenvironments: {dev: {d: '{{ c }}!'}}\n")
        .file("a.http", "@of_file = x\n# @capture b = body $.method\nPOST {{api}}/anything/{{a}}/{{d}}/{{ l | first }}\n\n\
                         ?? body $.url endsWith /1-project/project!/1\n\n###\nGET {{api}}/anything/{{a}}\n\n?? body $.url endsWith /POST-project\n");
    passes(&run(&project, &["a.http", "--env", "dev"]));
    for (name, expected) in [
        ("loop", "variables are defined by one another: loop -> pool -> loop"),
        ("file", "variable `of_file` is not defined"),
    ] {
        let project = Project::new()
            .file("http-client.env.json", r#"{"dev": {"loop": "{{pool}}", "pool": "{{loop}}", "file": "{{of_file}}"}}"#)
            .file("a.http", format!("@of_file = x\nGET {{{{api}}}}/{{{{{name}}}}}\n"));
        let ran = run(&project, &["a.http", "--env", "dev"]);
        assert!(ran.stdout.contains(expected), "{}", ran.stdout);
        assert!(ran.stdout.contains("http-client.env.json:1:"), "{}", ran.stdout);
    }
}

#[test]
fn a_file_that_cannot_be_read_is_an_error_at_its_place() {
    for (name, text, expected) in [
        ("http-client.env.json", "{\"dev\": 1}", "http-client.env.json:1:9"),
        ("http-client.env.json", "{\"dev\": {\"a\": }", "http-client.env.json:1"),
        (".vscode/settings.json", "{\"rest-client.followredirect\": 7}", ".vscode/settings.json:1:32"),
        (".vscode/settings.json", "{\"rest-client.certificates\": {\"h\": {\"crt\": 1}}}", "did you mean `cert`?"),
        (".env", "oops\n", ".env:1:1"),
        (".idea/httpRequests/http-client.cookies", "# domain\tpath\tname\tvalue\tdate\nx\n", "http-client.cookies"),
    ] {
        let project = Project::new().file(name, text).file("sub/a.http", "GET {{api}}/\n").file(".git/HEAD", "");
        let ran = run(&project, &["sub/a.http"]);
        assert_eq!(ran.code, 2, "{name} {text}: {}", ran.stdout);
        assert!(ran.stderr.contains(expected), "{name} {text}: {}", ran.stderr);
    }
}
