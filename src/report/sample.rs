//! A run with everything in it, made by hand: what the tests of all reporters report.

use std::sync::Arc;
use std::time::Duration;

use crate::assertion::{Contrast, Failure, Outcome};
use crate::diagnostic::Diagnostic;
use crate::event::{
    Attempt, CaseError, CaseId, CaseOutline, CaseResult, Event, Excerpt, Exchange, FileOutline, Outline, TraceStep,
    Verdict, Wire,
};
use crate::http::Timings;
use crate::secret::Redactor;
use crate::source::{SourceFile, Span};
use crate::spec::Severity;

const USERS: &str = "\
### Create a user
# @name create
# @assert status == 201
# @assert header content-type contains json
# @assert body $.name == Ada
# @assert body equals {\"name\": \"Ada\", \"roles\": [\"admin\", \"author\"], \"active\": true}
POST {{base}}/users
Authorization: Bearer {{token}}

{ \"name\": \"Ada\" }

### Read it back
# @retry 3
# @assert status == 200
GET {{base}}/users/{{userId}}

### List all
# @assert status == 200
# @assert warn duration < 3ms
GET {{base}}/users

### Häßlich <&> \"quoted\" \u{1b}[31m]]>
# @assert body contains \u{7}
GET {{base}}/ünïcode
";

const BROKEN: &str = "requests:\n  - name: typo\n    get: /health\n    expct: {status: 200}\n  - name: unreachable\n    get: http://127.0.0.1:1/\n";

pub(crate) fn redactor() -> Arc<Redactor> {
    let redactor = Redactor::default();
    redactor.learn("hunter2secret");
    Arc::new(redactor)
}

fn users() -> Arc<SourceFile> {
    SourceFile::new("specs/users.http", USERS)
}

fn broken() -> Arc<SourceFile> {
    SourceFile::new("specs/v1.2/broken.yaml", BROKEN)
}

fn span(source: &Arc<SourceFile>, part: &str) -> Span {
    let start = source.text().find(part).expect("the part stands in the text");
    source.span(start..start + part.len())
}

fn case(source: &Arc<SourceFile>, name: &str, line: &str, tags: &[&str]) -> CaseOutline {
    let tags = tags.iter().map(|&tag| tag.to_owned()).collect();
    CaseOutline { name: name.to_owned(), span: Some(span(source, line)), origin: None, tags }
}

fn file(path: &str, name: &str, cases: Vec<CaseOutline>) -> FileOutline {
    FileOutline { path: path.to_owned(), name: name.to_owned(), cases, is_whole: true, diagnostics: Vec::new() }
}

/// The plan of the sample run.
pub(crate) fn outline() -> Arc<Outline> {
    let (users, broken) = (users(), broken());
    let mut first = file(
        "specs/users.http",
        "Users",
        vec![
            case(&users, "create", "POST {{base}}/users", &["smoke", "users"]),
            case(&users, "Read it back", "GET {{base}}/users/{{userId}}", &[]),
            case(&users, "List all", "GET {{base}}/users\n", &["smoke"]),
            case(&users, "Häßlich <&> \"quoted\" \u{1b}[31m]]>", "GET {{base}}/ünïcode", &[]),
        ],
    );
    let warning = Diagnostic::warning("no blank line before the body").at(&span(&users, "{ \"name\""), "");
    first.diagnostics = vec![warning.clone(), warning, Diagnostic::info("4 requests").at(&span(&users, "###"), "")];
    let second = file(
        "specs/v1.2/broken.yaml",
        "specs/v1.2/broken.yaml",
        vec![case(&broken, "typo", "- name: typo", &[]), case(&broken, "unreachable", "- name: unreachable", &[])],
    );
    let skipped = |name: &str| CaseOutline { name: name.to_owned(), ..CaseOutline::default() };
    let third = file("specs/admin.http", "specs/admin.http", ["log in", "look", "log out"].map(skipped).into());
    let fourth = file("specs/health.http", "specs/health.http", vec![skipped("health")]);
    let started = Duration::new(1_790_000_000, 123_000_000);
    Arc::new(Outline { files: vec![first, second, third, fourth], started })
}

fn outcome(source: &Arc<SourceFile>, assertion: &str, failure: Option<Failure>) -> Outcome {
    Outcome { assertion: assertion.to_owned(), span: span(source, assertion), severity: Severity::Fail, failure }
}

fn failure(message: &str, actual: &str, expected: &str) -> Option<Failure> {
    let [message, actual, expected] = [message, actual, expected].map(str::to_owned);
    Some(Failure { message, actual, expected, contrast: Contrast::Difference, ..Failure::default() })
}

fn excerpt(text: &str) -> Excerpt {
    Excerpt { text: text.to_owned(), size: text.len() as u64, complete: true }
}

fn exchange(method: &str, path: &str, status: u16, body: &str) -> Exchange {
    let milliseconds = Duration::from_millis;
    Exchange {
        method: method.to_owned(),
        url: format!("http://localhost:8080{path}"),
        request_head: format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost:8080\r\nAuthorization: Bearer hunter2secret\r\n"
        ),
        request_body: if method == "POST" { excerpt("{ \"name\": \"Ada\" }") } else { Excerpt::default() },
        status: Some(status),
        response_head: format!("HTTP/1.1 {status} Whatever\r\nContent-Type: application/json\r\n"),
        response_body: excerpt(body),
        messages: Vec::new(),
        timings: Timings {
            connect: milliseconds(1),
            wait: milliseconds(2),
            download: Duration::from_micros(350),
            total: Duration::from_micros(3_350),
            ..Timings::default()
        },
    }
}

fn attempt(outcomes: Vec<Outcome>, exchange: Exchange) -> Attempt {
    let elapsed = Duration::from_micros(4_200);
    Attempt { outcomes, exchanges: vec![exchange], elapsed, ..Attempt::default() }
}

/// An attempt with what happened on the wire.
fn traced(mut attempt: Attempt) -> Attempt {
    let mut steps = vec![Wire::Note("connected to 127.0.0.1:8080".to_owned())];
    for exchange in &attempt.exchanges {
        steps.extend([
            Wire::SentHead(exchange.request_head.clone()),
            Wire::ReceivedHead(exchange.response_head.clone()),
            Wire::ReceivedBody(exchange.response_body.clone()),
            Wire::Done(exchange.timings),
        ]);
    }
    let at = |index: usize| Duration::from_micros(100 * index as u64);
    attempt.trace = steps.into_iter().enumerate().map(|(index, what)| TraceStep { at: at(index), what }).collect();
    attempt
}

fn ended(verdict: Verdict, attempts: Vec<Attempt>) -> CaseResult {
    let elapsed = attempts.iter().map(|attempt| attempt.elapsed).sum();
    CaseResult { verdict, attempts, elapsed }
}

fn failed_creation() -> CaseResult {
    let users = users();
    let actual = r#"{"active":true,"name":"Eve","roles":["admin","reader","author"]}"#;
    let expected = r#"{"name":"Ada","roles":["admin","author"],"active":true}"#;
    let mut outcomes = vec![
        outcome(&users, "status == 201", failure("status is 404, not 201", "404", "201")),
        outcome(&users, "header content-type contains json", None),
        outcome(&users, "body $.name == Ada", failure("body $.name is \"Eve\", not \"Ada\"", "\"Eve\"", "\"Ada\"")),
        outcome(&users, "body equals", failure("the body is other JSON than expected", actual, expected)),
    ];
    outcomes[3].failure.as_mut().expect("it failed").notes.push("compared by value".to_owned());
    let mut attempt = attempt(outcomes, exchange("POST", "/users", 404, actual));
    attempt.warnings.push(Diagnostic::warning("the token hunter2secret is short"));
    ended(Verdict::Failed, vec![attempt])
}

fn flaky_reading() -> CaseResult {
    let users = users();
    let failure = failure("status is 503, not 200", "503", "200");
    let first = attempt(vec![outcome(&users, "status == 200", failure)], exchange("GET", "/users/7", 503, "busy"));
    let second = attempt(vec![outcome(&users, "status == 200", None)], exchange("GET", "/users/7", 200, "{}"));
    ended(Verdict::Passed, vec![traced(first), traced(second)])
}

fn passed() -> CaseResult {
    let attempt = attempt(vec![outcome(&users(), "status == 200", None)], exchange("GET", "/users", 200, "[]"));
    ended(Verdict::Passed, vec![attempt])
}

fn slow_list() -> CaseResult {
    let mut result = passed();
    let failure = failure("duration is 3.35ms, not < 3ms", "3.35ms", "< 3ms");
    let outcome = outcome(&users(), "warn duration < 3ms", failure);
    result.attempts[0].outcomes.push(Outcome { severity: Severity::Warn, ..outcome });
    result
}

fn ugly_failure() -> CaseResult {
    let mut failure =
        failure("body does not contain \u{7}", "a\u{0}b\u{1b}[2J ]]> <x>&amp;\r\n\u{fffe}", "to contain \"\u{7}\"");
    failure.as_mut().expect("it failed").contrast = Contrast::Sides;
    let outcomes = || vec![outcome(&users(), "body contains", failure.clone())];
    let exchange = || exchange("GET", "/ünïcode", 200, "a\u{0}b\u{1b}[2J ]]> <x>&amp; hunter2secret\r\n");
    ended(Verdict::Failed, vec![traced(attempt(outcomes(), exchange())), attempt(outcomes(), exchange())])
}

fn errored(kind: &'static str, diagnostics: Vec<Diagnostic>) -> CaseResult {
    let elapsed = Duration::from_micros(700);
    let attempt = Attempt { error: Some(CaseError { kind, diagnostics }), elapsed, ..Attempt::default() };
    ended(Verdict::Errored, vec![attempt])
}

fn skipped(reason: &str) -> CaseResult {
    ended(Verdict::Skipped(reason.to_owned()), Vec::new())
}

/// The events of a run that ends; the files end in another order than they are planned in.
pub(crate) fn events() -> Vec<Event> {
    let broken = broken();
    let key = Diagnostic::error("there is no key `expct`").at(&span(&broken, "expct"), "unknown key");
    let refused = Diagnostic::error("connection refused by 127.0.0.1:1").at(&span(&broken, "http://127.0.0.1:1/"), "");
    let results = [
        vec![failed_creation(), flaky_reading(), slow_list(), ugly_failure()],
        vec![
            errored("parse", vec![key.help("did you mean `expect`?"), Diagnostic::error("a second one")]),
            errored("connect", vec![refused.note("is the server running?")]),
        ],
        vec![skipped("no `admin_token` is set"), skipped("no `admin_token` is set"), skipped("the log in was skipped")],
        vec![passed()],
    ];
    let mut events = vec![Event::RunStarted(outline())];
    for (file, results) in results.into_iter().enumerate().rev() {
        events.extend(run_of_file(file, results));
    }
    events.push(Event::RunFinished { elapsed: Duration::from_millis(123), interrupted: false });
    events
}

fn run_of_file(file: usize, results: Vec<CaseResult>) -> Vec<Event> {
    let elapsed = results.iter().map(|result| result.elapsed).sum();
    let mut events = vec![Event::FileStarted { file }];
    for (case, result) in results.into_iter().enumerate() {
        let id = CaseId { file, case };
        events.extend([Event::CaseStarted(id), Event::CaseFinished(id, Box::new(result))]);
    }
    events.push(Event::FileFinished { file, elapsed });
    events
}

/// The events of a run that a signal cut short after one request of the first file.
pub(crate) fn interrupted_events() -> Vec<Event> {
    let id = CaseId { file: 0, case: 2 };
    vec![
        Event::RunStarted(outline()),
        Event::FileStarted { file: 0 },
        Event::CaseStarted(id),
        Event::CaseFinished(id, Box::new(passed())),
        Event::CaseStarted(CaseId { file: 0, case: 3 }),
        Event::RunFinished { elapsed: Duration::from_millis(50), interrupted: true },
    ]
}

/// The events of a run in which all is well.
pub(crate) fn healthy_events() -> Vec<Event> {
    let health = CaseOutline { name: "health".to_owned(), ..CaseOutline::default() };
    let files = vec![file("specs/health.http", "specs/health.http", vec![health])];
    let started = outline().started;
    let mut events = vec![Event::RunStarted(Arc::new(Outline { files, started }))];
    events.extend(run_of_file(0, vec![passed()]));
    events.push(Event::RunFinished { elapsed: Duration::from_millis(20), interrupted: false });
    events
}

/// The events of a run in which everything that comes from outside is the same text.
pub(crate) fn events_that_say(text: &str) -> Vec<Event> {
    let source = SourceFile::new(format!("{text}.http"), text);
    let span = source.span(0..source.text().len());
    let own = || text.to_owned();
    let case = |_| CaseOutline { name: own(), span: Some(span.clone()), origin: None, tags: vec![own()] };
    let diagnostics = vec![Diagnostic::warning(text).at(&span, text).note(text).help(text)];
    let file =
        FileOutline { path: own(), name: own() + "!", cases: (0..3).map(case).collect(), is_whole: true, diagnostics };
    let failure = Failure {
        message: own(),
        actual: own(),
        expected: own() + "x",
        contrast: Contrast::Difference,
        notes: vec![own()],
        renewal: None,
    };
    let severity = Severity::Fail;
    let outcome = Outcome { assertion: own(), span: span.clone(), severity, failure: Some(failure) };
    let mut exchange = exchange(text, text, 200, text);
    exchange.request_head = own();
    let attempt = traced(attempt(vec![outcome], exchange));
    let mut events = vec![Event::RunStarted(Arc::new(Outline { files: vec![file], started: Duration::MAX }))];
    events.push(Event::Prompted(own()));
    let verdicts = [Verdict::Failed, Verdict::Passed, Verdict::Skipped(own())];
    for (case, verdict) in verdicts.into_iter().enumerate() {
        let result = ended(verdict, vec![attempt.clone(); 2]);
        events.push(Event::CaseFinished(CaseId { file: 0, case }, Box::new(result)));
    }
    events
}

/// What a reporter that writes to a target writes of these events.
pub(crate) fn report(events: &[Event], reporter: impl FnOnce(super::Target) -> Box<dyn super::Reporter>) -> String {
    let written = Written::default();
    let mut reporter = reporter(super::Target::Writer(Box::new(written.clone())));
    for event in events {
        reporter.event(event).expect("memory can be written to");
    }
    reporter.finish().expect("memory can be written to");
    written.text()
}

/// A writer whose text can be read afterwards.
#[derive(Clone, Default)]
pub(crate) struct Written(Arc<std::sync::Mutex<Vec<u8>>>);

impl Written {
    /// What was written.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("no writer panics").clone()).expect("reports are UTF-8")
    }
}

impl std::io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no writer panics").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
