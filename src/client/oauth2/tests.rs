//! The grants against an authorization server in memory.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::client::{Answer, ClientAuthentication, ErrorKind, Grant, InMemory, OAuth2, Output, Session, get};
use crate::http::{Status, Url};
use crate::secret::Redactor;
use crate::transport::Exchange;

/// What an authorization server was asked: `POST /token` with its fields sorted, and who asked.
type Log = Arc<Mutex<Vec<String>>>;

fn url(text: &str) -> Url {
    text.parse().unwrap()
}

fn status(code: u16, body: &Value) -> Answer {
    Answer { body: body.to_string().into_bytes(), ..Answer::new(Status::new(code).unwrap()) }
}

fn fields(request: &Exchange<'_>) -> HashMap<String, String> {
    url::form_urlencoded::parse(&request.body.in_memory().unwrap()).into_owned().collect()
}

/// A session with a site whose token endpoints answer with what a function says, numbered from
/// 1, and whose other resources take every token but those that are revoked.
fn site(
    revoked: &'static [&'static str],
    answer: impl Fn(usize, &HashMap<String, String>) -> Answer + Send + Sync + 'static,
) -> (Session, Log) {
    let (log, asked) = (Log::default(), AtomicUsize::new(0));
    let notes = Arc::clone(&log);
    let session = Session::with_adapter(InMemory::new(move |request| {
        let proof = request.headers.text("Authorization").unwrap_or_default().into_owned();
        if request.method.as_str() == "GET" {
            notes.lock().unwrap().push(format!("GET {} {proof}", request.target));
            let is_revoked = revoked.iter().any(|token| proof.ends_with(token));
            return if is_revoked { status(401, &json!({})) } else { Answer::ok(proof) };
        }
        let fields = fields(request);
        let mut shown: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
        shown.sort();
        notes
            .lock()
            .unwrap()
            .push(format!("POST {} {} {proof}", request.target, shown.join(" ")).trim_end().to_owned());
        answer(asked.fetch_add(1, Ordering::SeqCst) + 1, &fields)
    }));
    (session, log)
}

/// `a1`, and then `a2`, ….
fn numbered(number: usize, _: &HashMap<String, String>) -> Answer {
    status(200, &json!({"access_token": format!("a{number}"), "token_type": "Bearer", "expires_in": 3600}))
}

fn taken(log: &Log) -> Vec<String> {
    std::mem::take(&mut log.lock().unwrap())
}

fn by(grant: Grant) -> OAuth2 {
    OAuth2::new(url("http://id/token"), grant)
}

#[test]
fn says_to_the_token_endpoint_what_each_grant_says() {
    let client = || by(Grant::ClientCredentials).client("i d", "s:1");
    for (oauth2, expected) in [
        (by(Grant::ClientCredentials), "grant_type=client_credentials"),
        (client(), "grant_type=client_credentials Basic aStkOnMlM0Ex"),
        (
            client().client_authentication(ClientAuthentication::Body),
            "client_id=i d client_secret=s:1 grant_type=client_credentials",
        ),
        (
            client().scope("a b").parameter("audience", "x").parameter("resource", "http://r"),
            "audience=x grant_type=client_credentials resource=http://r scope=a b Basic aStkOnMlM0Ex",
        ),
        (
            by(Grant::password("ada", "p w")).public_client("c"),
            "client_id=c grant_type=password password=p w username=ada",
        ),
        (by(Grant::refresh_token("r1")), "grant_type=refresh_token refresh_token=r1"),
        (OAuth2::new(url("http://u:p@id/token"), Grant::ClientCredentials), "grant_type=client_credentials Basic dTpw"),
    ] {
        let (session, log) = site(&[], numbered);
        let response = session.get("http://api/").auth(oauth2.clone()).send().unwrap();
        assert_eq!(response.text().unwrap(), "Bearer a1", "{oauth2:?}");
        assert_eq!(taken(&log)[0], format!("POST /token {expected}"), "{oauth2:?}");
    }
}

#[test]
fn keeps_a_token_for_the_session_and_for_those_that_share_it() {
    let (session, log) = site(&[], numbered);
    let oauth2 = by(Grant::ClientCredentials).client("c", "s");
    for _ in 0..3 {
        session.get("http://api/").auth(oauth2.clone()).send().unwrap();
    }
    session.get("http://api/").auth(oauth2.scope("other")).send().unwrap();
    let asked = taken(&log).iter().filter(|line| line.starts_with("POST")).count();
    assert_eq!(asked, 2, "one for each of two different tokens");
}

#[test]
fn asks_once_where_many_need_the_same_token_at_once() {
    let together = Arc::new(Barrier::new(8));
    let (mut session, log) = site(&[], numbered);
    session.defaults.auth = Some(Arc::new(by(Grant::ClientCredentials)));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                together.wait();
                assert_eq!(session.get("http://api/").send().unwrap().text().unwrap(), "Bearer a1");
            });
        }
    });
    assert_eq!(taken(&log).iter().filter(|line| line.starts_with("POST")).count(), 1);
}

#[test]
fn renews_a_token_before_it_expires_with_its_refresh_token() {
    let (mut session, log) = site(&[], |number, _| {
        status(
            200,
            &json!({"access_token": format!("a{number}"), "expires_in": 0, "refresh_token": format!("r{number}")}),
        )
    });
    session.defaults.auth = Some(Arc::new(by(Grant::password("ada", "pw"))));
    for expected in ["Bearer a1", "Bearer a2", "Bearer a3"] {
        assert_eq!(session.get("http://api/").send().unwrap().text().unwrap(), expected);
    }
    let asked: Vec<_> = taken(&log).into_iter().filter(|line| line.starts_with("POST")).collect();
    assert_eq!(
        asked,
        [
            "POST /token grant_type=password password=pw username=ada",
            "POST /token grant_type=refresh_token refresh_token=r1",
            "POST /token grant_type=refresh_token refresh_token=r2",
        ]
    );
}

#[test]
fn asks_by_the_grant_again_where_the_refresh_token_does_not_serve_any_more() {
    let (mut session, log) = site(&[], |number, fields| match fields["grant_type"].as_str() {
        "refresh_token" => status(400, &json!({"error": "invalid_grant"})),
        _ => status(200, &json!({"access_token": format!("a{number}"), "expires_in": 0, "refresh_token": "r"})),
    });
    session.defaults.auth = Some(Arc::new(by(Grant::ClientCredentials)));
    for expected in ["Bearer a1", "Bearer a3"] {
        assert_eq!(session.get("http://api/").send().unwrap().text().unwrap(), expected);
    }
    assert_eq!(taken(&log).len(), 5);
}

#[test]
fn renews_a_token_once_that_is_refused() {
    let (mut session, log) = site(&["a1"], numbered);
    session.defaults.auth = Some(Arc::new(by(Grant::ClientCredentials)));
    let response = session.get("http://api/").send().unwrap();
    assert_eq!((response.text().unwrap().as_ref(), response.history.len()), ("Bearer a2", 1));
    let (mut session, _) = site(&["a1", "a2", "a3"], numbered);
    session.defaults.auth = Some(Arc::new(by(Grant::ClientCredentials)));
    let response = session.get("http://api/").send().unwrap();
    assert_eq!((response.status.code(), response.history.len()), (401, 1));
    assert_eq!(taken(&log).len(), 4);
}

#[test]
fn keeps_the_token_from_other_origins() {
    let leads = Answer::new(Status::new(302).unwrap()).header("Location", "http://other/").unwrap();
    let session = Session::with_adapter(InMemory::new(move |request| match request.target {
        "/token" => numbered(1, &HashMap::new()),
        "/leads" => leads.clone(),
        _ => Answer::ok(format!("{:?}", request.headers.text("Authorization"))),
    }));
    let response = session.get("http://api/leads").auth(by(Grant::ClientCredentials)).send().unwrap();
    assert_eq!(response.text().unwrap(), "None");
}

#[test]
fn has_the_token_to_itself_whatever_becomes_of_the_response() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("saved");
    let (mut session, _) = site(&[], numbered);
    session.defaults.auth = Some(Arc::new(by(Grant::ClientCredentials)));
    session.defaults.options.output = Some(Output::to(&path));
    session.defaults.options.max_body = Some(10);
    session.get("http://api/").send().unwrap();
    assert_eq!(crate::source::read_source(&path).unwrap().text(), "Bearer a1");
}

#[test]
fn says_why_there_is_no_token() {
    for (answer, expected) in [
        (
            status(401, &json!({"error": "invalid_client", "error_description": "no such client"})),
            "http://id/token gives no token: invalid_client (the client is not known, or does not prove who it is as \
             it must): no such client",
        ),
        (status(500, &json!({"message": "oops"})), "http://id/token gives no token: 500, and it names no error"),
        (status(302, &json!({})), "http://id/token gives no token: 302 Found, and it names no error"),
        (Answer::ok("<html>"), "http://id/token gives no token: 200 OK, and the body is not JSON"),
        (Answer::ok("[]"), "http://id/token gives no token: 200 OK, and it is JSON, but no object"),
        (Answer::ok("{}"), "the answer of http://id/token is of no use: its `access_token` is missing, or no text"),
    ] {
        let (session, _) = site(&[], move |_, _| answer.clone());
        let error = session.get("http://api/").auth(by(Grant::ClientCredentials)).send().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Auth);
        assert!(error.to_string().replace("500 Internal Server Error", "500").starts_with(expected), "{error}");
    }
}

#[test]
fn lets_a_redactor_know_every_token() {
    let redactor = Arc::new(Redactor::default());
    let (mut session, _) =
        site(&[], |_, _| status(200, &json!({"access_token": "access-1", "refresh_token": "refresh-1"})));
    session.secrets = Some(Arc::clone(&redactor));
    session.get("http://api/").auth(by(Grant::ClientCredentials)).send().unwrap();
    assert_eq!(redactor.redact("access-1 refresh-1"), "*** ***");
    let secrets = crate::client::Auth::secrets(&by(Grant::password("ada", "pass")).client("c", "secret"));
    assert_eq!(secrets, ["secret", "pass", "c:secret"]);
    assert!(!format!("{:?}", by(Grant::password("ada", "pass")).client("c", "secret")).contains("secret\""));
}

#[test]
fn the_time_for_all_of_it_holds_for_the_token_too() {
    let (mut session, _) = site(&[], |number, fields| {
        thread::sleep(Duration::from_millis(50));
        numbered(number, fields)
    });
    session.defaults.options.timeout = Some(Duration::from_secs(9));
    let prepared = session.get("http://api/").auth(by(Grant::ClientCredentials)).build();
    let prepared = session.prepare(prepared.unwrap()).unwrap();
    assert!(prepared.delivery.timeout <= Duration::from_millis(8950), "{:?}", prepared.delivery.timeout);
}

fn device() -> OAuth2 {
    by(Grant::DeviceCode { authorization_url: url("http://id/device") }).public_client("c")
}

#[test]
fn waits_until_somebody_has_agreed_on_another_device() {
    let (mut session, log) = site(&[], |number, fields| match number {
        1 => status(
            200,
            &json!({"device_code": "d1", "user_code": "U-1", "verification_uri": "http://id/go", "interval": 0.01}),
        ),
        2 | 3 => status(400, &json!({"error": "authorization_pending"})),
        _ => numbered(number, fields),
    });
    let asked = Arc::new(Mutex::new(Vec::new()));
    let prompts = Arc::clone(&asked);
    session.on_prompt(move |prompt| {
        prompts.lock().unwrap().push(prompt.to_string());
        Ok(())
    });
    assert_eq!(session.get("http://api/").auth(device()).send().unwrap().text().unwrap(), "Bearer a4");
    assert_eq!(*asked.lock().unwrap(), ["to let rqtest in, go to http://id/go with the code U-1"]);
    let log = taken(&log);
    assert_eq!(log[0], "POST /device client_id=c");
    assert_eq!(
        log[1],
        "POST /token client_id=c device_code=d1 grant_type=urn:ietf:params:oauth:grant-type:device_code"
    );
}

#[test]
fn gives_up_where_nobody_can_be_asked_or_agrees() {
    let answer = json!({"device_code": "d1", "user_code": "U-1", "verification_uri": "http://id/go", "interval": 0.01});
    let server = move |error: &'static str| {
        let answer = answer.clone();
        move |number: usize, _: &HashMap<String, String>| match number {
            1 => status(200, &answer),
            _ => status(400, &json!({"error": error})),
        }
    };
    let (session, _) = site(&[], server("authorization_pending"));
    let error = session.get("http://api/").auth(device()).send().unwrap_err();
    assert!(error.to_string().contains("see `Session::on_prompt`"), "{error}");

    let (mut session, _) = site(&[], server("access_denied"));
    session.on_prompt(|_| Ok(()));
    let error = session.get("http://api/").auth(device()).send().unwrap_err();
    assert!(error.to_string().contains("access_denied (whoever was asked did not agree)"), "{error}");

    let (mut session, _) = site(&[], server("authorization_pending"));
    session.on_prompt(|_| Ok(()));
    let hasty = device().patience(Duration::from_millis(30));
    let error = session.get("http://api/").auth(hasty).send().unwrap_err();
    assert!(error.to_string().starts_with("nobody agreed within 30ms: to let rqtest in"), "{error}");

    let (mut session, _) = site(&[], server("authorization_pending"));
    session.on_prompt(|_| Err("there is no browser".into()));
    let error = session.get("http://api/").auth(device()).send().unwrap_err();
    assert_eq!(error.to_string(), "there is no browser");
}

#[test]
fn takes_the_code_that_a_browser_brings_to_this_machine() {
    let (mut session, log) = site(&[], numbered);
    // Goes where a person would be led at the end, with what the server would add.
    session.on_prompt(|prompt| {
        let url = ::url::Url::parse(&prompt.url)?;
        let query: HashMap<_, _> = url.query_pairs().into_owned().collect();
        get(&format!("{}?code=c1&state={}", query["redirect_uri"], query["state"])).send()?.raise_for_status()?;
        Ok(())
    });
    let grant = Grant::AuthorizationCode { authorization_url: url("http://id/authorize"), redirect_url: None };
    let response = session.get("http://api/").auth(by(grant).public_client("c")).send().unwrap();
    assert_eq!(response.text().unwrap(), "Bearer a1");
    let line = &taken(&log)[0];
    assert!(line.starts_with("POST /token client_id=c code=c1 code_verifier="), "{line}");
    assert!(line.contains(" grant_type=authorization_code redirect_uri=http://127.0.0.1:"), "{line}");
}
