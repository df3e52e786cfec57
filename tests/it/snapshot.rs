//! Snapshots: when they are written, where, and what of a response.

use rqtest::serve::PracticeServer;
use serde_json::Value;

use crate::support::{Project, Ran};

fn practice() -> PracticeServer {
    PracticeServer::start(([127, 0, 0, 1], 0).into()).unwrap()
}

fn run(project: &Project, arguments: &[&str]) -> Ran {
    project.run_against(&practice().base_url(), arguments)
}

fn update(project: &Project, arguments: &[&str]) -> Ran {
    run(project, &[&["--update-snapshots"], arguments].concat())
}

/// The project's snapshots, as paths below `__snapshots__`.
fn kept(project: &Project) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![project.path("__snapshots__")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                let path = entry.path();
                let path = path.strip_prefix(project.path("__snapshots__")).unwrap();
                found.push(path.to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    found
}

const ECHO: &str = "### echo
POST {{api}}/anything
Content-Type: application/json

{\"name\": \"{{name}}\", \"list\": [1, 2]}

?? $.json snapshot
";

#[test]
fn a_snapshot_is_written_when_that_is_asked_for_and_compared_with_from_then_on() {
    let project = Project::new().file("a.http", ECHO);
    let missing = run(&project, &["a.http", "--var", "name=Ada"]);
    assert_eq!(missing.code, 1);
    let file = "__snapshots__/a.http/echo $.json.json";
    assert!(
        missing.stdout.contains(&format!("$.json has no snapshot yet: there is no file {file}")),
        "{}",
        missing.stdout
    );
    assert!(missing.stdout.contains("`--update-snapshots` writes it"), "{}", missing.stdout);
    assert!(kept(&project).is_empty());

    let written = update(&project, &["a.http", "--var", "name=Ada"]);
    assert_eq!(written.code, 0, "{}", written.stdout);
    assert!(written.stderr.contains("1 snapshot is new") && written.stderr.contains(file), "{}", written.stderr);
    let content = "{\n  \"name\": \"Ada\",\n  \"list\": [\n    1,\n    2\n  ]\n}\n";
    assert_eq!(project.read(file), content);

    // The order of members is no difference, nor a reason to write.
    let reordered = "{\"list\": [1.0, 2], \"name\": \"Ada\"}";
    std::fs::write(project.path(file), reordered).unwrap();
    assert_eq!(run(&project, &["a.http", "--var", "name=Ada"]).code, 0);
    assert_eq!(update(&project, &["a.http", "--var", "name=Ada"]).stderr, "");
    assert_eq!(project.read(file), reordered);

    let changed = run(&project, &["a.http", "--var", "name=Eve"]);
    assert_eq!(changed.code, 1);
    assert!(
        changed.stdout.contains(&format!("is not as in {file}: $.name: \"Eve\", not \"Ada\"")),
        "{}",
        changed.stdout
    );
    let renewed = update(&project, &["a.http", "--var", "name=Eve"]);
    assert!(renewed.stderr.contains("1 snapshot is changed"), "{}", renewed.stderr);
    assert_eq!(project.read(file), content.replace("Ada", "Eve"));
}

#[test]
fn what_is_redacted_may_be_anything_but_must_be_there() {
    let spec = |body: &str| {
        format!(
            "### a\nPOST {{{{api}}}}/anything\nContent-Type: application/json\n\n{body}\n\n?? $.json snapshot redact $.id, $..at\n"
        )
    };
    let project = Project::new().file("a.http", spec("{\"id\": 1, \"x\": [{\"at\": 2}, {\"at\": [3]}]}"));
    assert_eq!(update(&project, &["a.http"]).code, 0);
    let kept: Value = serde_json::from_str(&project.read("__snapshots__/a.http/a $.json.json")).unwrap();
    assert_eq!(kept, serde_json::json!({"id": "[redacted]", "x": [{"at": "[redacted]"}, {"at": "[redacted]"}]}));
    let project = project.file("a.http", spec("{\"id\": \"7\", \"x\": [{\"at\": null}, {\"at\": {}}]}"));
    assert_eq!(run(&project, &["a.http"]).code, 0);
    let project = project.file("a.http", spec("{\"x\": [{\"at\": 2}, {\"at\": 3}]}"));
    let ran = run(&project, &["a.http"]);
    assert!(ran.stdout.contains("$.id: missing"), "{}", ran.stdout);
}

#[test]
fn texts_and_bytes_are_kept_as_they_are() {
    let spec = "### text\nGET {{api}}/robots.txt\n\n?? body snapshot\n?? header content-type snapshot\n
### picture\nGET {{api}}/image/png\n\n?? bytes snapshot\n?? body snapshot redact $.id\n";
    let project = Project::new().file("a.http", spec.replace("?? body snapshot redact $.id\n", ""));
    assert_eq!(update(&project, &["a.http"]).code, 0);
    assert_eq!(kept(&project), ["a.http/picture bytes.bin", "a.http/text header content-type.txt", "a.http/text.txt"]);
    assert!(std::fs::read(project.path("__snapshots__/a.http/picture bytes.bin")).unwrap().starts_with(b"\x89PNG"));
    assert_eq!(run(&project, &["a.http"]).code, 0);

    let text = project.read("__snapshots__/a.http/text.txt");
    std::fs::write(project.path("__snapshots__/a.http/text.txt"), text.replace('\n', "\r\n")).unwrap();
    assert_eq!(run(&project, &["a.http"]).code, 0);
    std::fs::write(project.path("__snapshots__/a.http/text.txt"), text + "more\n").unwrap();
    std::fs::write(project.path("__snapshots__/a.http/picture bytes.bin"), b"\x89PNG").unwrap();
    let ran = run(&project, &["a.http"]);
    assert!(ran.stdout.contains("- more"), "{}", ran.stdout);
    assert!(ran.stdout.contains("bytes, not 4, alike up to byte 4"), "{}", ran.stdout);
}

#[test]
fn each_turn_has_its_own_and_all_runs_share_one() {
    let spec = "
requests:
  - {name: rows, get: '{{ api }}/users/{{ id }}', each: [{id: 1}, {id: 2}], expect: {snapshot: true}}
  - {name: list, get: '{{ api }}/users/{{ item }}', each: '{{ [1, 2] }}', expect: {snapshot: true}}
  - {name: named, get: '{{ api }}/users/1', expect: {json: {$.name: {snapshot: 'one user.json'}, $.id: {snapshot: ./ids/1.json}}}}
";
    let project = Project::new().file("a.yaml", spec);
    let written = update(&project, &["a.yaml", "--repeat", "2"]);
    assert_eq!(written.code, 0, "{}", written.stdout);
    assert_eq!(
        kept(&project),
        [1, 2]
            .map(|n| format!("a.yaml/list [{n}].json"))
            .into_iter()
            .chain(["a.yaml/one user.json".to_owned()])
            .chain([1, 2].map(|n| format!("a.yaml/rows [{n}].json")))
            .collect::<Vec<_>>()
    );
    assert_eq!(project.read("ids/1.json"), "1\n");
    assert_eq!(run(&project, &["a.yaml"]).code, 0);
}

#[test]
fn two_that_differ_cannot_have_one_name() {
    let spec = "### a\nGET {{api}}/users/1\n\n?? body snapshot one.json\n\n### b\nGET {{api}}/users/2\n\n?? body snapshot one.json\n";
    let project = Project::new().file("a.http", spec);
    let ran = update(&project, &["a.http"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("was written in this run already, with another content"), "{}", ran.stdout);
}

#[test]
fn nothing_is_written_of_a_request_that_fails_otherwise() {
    let project = Project::new().file("a.http", "### a\nGET {{api}}/users/1\n\n?? status == 500\n?? body snapshot\n");
    let ran = update(&project, &["a.http"]);
    assert_eq!((ran.code, kept(&project).len()), (1, 0));
    assert!(ran.stdout.contains("no snapshot is written"), "{}", ran.stdout);
}

#[test]
fn nothing_is_written_outside_of_the_project() {
    let project = Project::new()
        .file("p/rqtest.yaml", "")
        .file("p/a.http", "### a\nGET {{api}}/users/1\n\n?? body snapshot ../out.json\n?? $.id snapshot \"..\"\n");
    let ran = update(&project, &["p/a.http"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("lies outside of"), "{}", ran.stdout);
    assert!(!project.path("out.json").exists() && !project.path("p/__snapshots__").exists());
}

#[test]
fn secrets_are_not_kept() {
    let spec = "### a\n# @auth {bearer: \"lovelace-1815\"}\nGET {{api}}/bearer\n\n?? $.token snapshot\n?? body snapshot a.txt\n";
    let project = Project::new().file("a.http", spec);
    assert_eq!(update(&project, &["a.http"]).code, 0);
    assert_eq!(project.read("__snapshots__/a.http/a $.token.json"), "\"***\"\n");
    assert!(!project.read("__snapshots__/a.http/a.txt").contains("lovelace"));
    let other = project.file("a.http", spec.replace("1815", "1816"));
    assert_eq!(run(&other, &["a.http"]).code, 0);
}

#[test]
fn what_no_request_asks_for_is_listed_where_all_have_passed() {
    let two = "### a\nGET {{api}}/users/1\n\n?? body snapshot\n\n### b\nGET {{api}}/users/1\n\n?? body snapshot\n";
    let project = Project::new().file("a.http", two);
    update(&project, &["a.http"]);
    let ran = update(&project, &["a.http", "--name", "^a$"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let project = project.file("a.http", two.split("\n###").next().unwrap());
    let ran = update(&project, &["a.http"]);
    assert_eq!(ran.code, 0);
    for shown in ["1 snapshot is asked for by no request any more", "__snapshots__/a.http/b.json"] {
        assert!(ran.stderr.contains(shown), "{}", ran.stderr);
    }
    assert_eq!(kept(&project), ["a.http/a.json", "a.http/b.json"]);
}

#[test]
fn a_request_is_tried_again_until_it_is_as_its_snapshot() {
    let spec = "### a\n# @retry 2\nGET {{api}}/flaky/key/2\n\n?? reason snapshot\n";
    let project = Project::new().file("a.http", spec).file("__snapshots__/a.http/a reason.txt", "OK");
    assert_eq!(run(&project, &["a.http"]).code, 0);
    assert_eq!(update(&project, &["a.http"]).code, 0);
    assert_eq!(project.read("__snapshots__/a.http/a reason.txt"), "OK");
}

#[test]
fn of_several_attempts_the_last_is_written_and_those_before_it_were_too_early() {
    let spec = "### a\n# @retry 2\nGET {{api}}/jobs/key/9\n\n?? $ snapshot redact $.id, $.none\n";
    let project = Project::new().file("a.http", spec).file("__snapshots__/a.http/a $.json", "{}");
    let ran = update(&project, &["a.http", "-v"]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert!(!ran.stdout.contains("flaky"), "{}", ran.stdout);
    let caution = "__snapshots__/a.http/a $.json holds nothing that `$.none` finds, so that nothing is redacted by it";
    assert_eq!(ran.stdout.matches(caution).count(), 1, "{}", ran.stdout);
    assert_ne!(project.read("__snapshots__/a.http/a $.json"), "{}");
}

#[test]
fn a_review_needs_somebody_at_a_terminal() {
    let project = Project::new().file("a.http", ECHO);
    let ran = run(&project, &["--review", "a.http", "--var", "name=Ada"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("--review needs a terminal"), "{}", ran.stderr);
}

#[test]
fn of_the_requests_of_a_parallel_file_that_share_a_snapshot_the_first_writes_it() {
    // The first is later than the second would be, if that did not wait for it.
    let spec = "# @parallel\n\n### a\n# @sleep 200ms\nGET {{api}}/get?a\n\n?? $.url snapshot shared\n\n\
                ### b\nGET {{api}}/get?b\n\n?? $.url snapshot shared\n";
    let project = Project::new().file("a.http", spec);
    let ran = update(&project, &["a.http"]);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    assert!(ran.stdout.contains("was written in this run already"), "{}", ran.stdout);
    assert_eq!(kept(&project), ["a.http/shared"]);
    let kept = project.read("__snapshots__/a.http/shared");
    assert!(kept.contains("/get?a"), "{kept}");
}

#[test]
fn what_people_write_is_never_overwritten() {
    for path in ["./a.http", "./rqtest.yaml", "data/rows.csv"] {
        let spec = format!("### one\nGET {{{{api}}}}/users/1\n\n?? body snapshot {path}\n");
        let configuration = "servers: {api: {builtin: practice}}";
        let project =
            Project::new().file("a.http", spec.as_str()).file("rqtest.yaml", configuration).file("data/rows.csv", "a");
        let ran = project.run(&["run", "a.http", "--update-snapshots"]);
        assert!(ran.stdout.contains("is no name of a snapshot"), "{}", ran.stdout);
        assert_eq!(
            (ran.code, project.read("a.http"), project.read("rqtest.yaml")),
            (1, spec, configuration.to_owned())
        );
    }
}

#[cfg(unix)]
#[test]
fn a_person_accepts_and_rejects_what_is_shown() {
    use crate::support::PseudoTerminal;

    let spec =
        "### one\nGET {{api}}/users/1\n\n?? body snapshot\n\n### two\nGET {{api}}/users/2\n\n?? $.name snapshot\n
### three\nGET {{api}}/users/3\n\n?? body snapshot\n";
    let project = Project::new()
        .file("a.http", spec)
        .file("rqtest.yaml", "servers: {api: {builtin: practice}}")
        .file("__snapshots__/a.http/two $.name.json", "\"Somebody Else\"");
    let mut terminal = PseudoTerminal::start(project.command().args(["run", "a.http", "--review"]));
    terminal.wait_for("snapshot 1 of 3, new: __snapshots__/a.http/one.json");
    terminal.wait_for("\"name\": \"Ada Lovelace\"");
    terminal.wait_for("What becomes of it?: ");
    terminal.enter("accept\n");
    terminal.wait_for("snapshot 2 of 3, changed: __snapshots__/a.http/two $.name.json");
    terminal.wait_for("\"Somebody Else\"");
    terminal.wait_for("What becomes of it?: ");
    terminal.enter("r\n");
    terminal.wait_for("snapshot 3 of 3");
    terminal.wait_for("What becomes of it?: ");
    terminal.enter("s\n");
    terminal.wait_for("1 snapshot is accepted");
    let (code, printed) = terminal.finish();
    assert_eq!(code, 1, "{printed}");
    assert_eq!(kept(&project), ["a.http/one.json", "a.http/two $.name.json"]);
    assert_eq!(project.read("__snapshots__/a.http/two $.name.json"), "\"Somebody Else\"");
}

const CAPTURED: &str = "### login
# @capture token = $.json.token redact
POST {{api}}/anything
Content-Type: application/json

{\"token\": \"{{part}}-5ecret\", \"{{part}}-5ecret\": 1, \"***\": 2}

?? body snapshot
?? $.json snapshot
?? $.data snapshot data.txt
";

#[test]
fn what_the_response_itself_makes_a_secret_is_not_kept() {
    let (server, project) = (practice(), Project::new().file("a.http", CAPTURED));
    let run = |arguments: &[&str]| project.run_against(&server.base_url(), arguments);
    for mode in [&[][..], &["--update-snapshots"]] {
        for verbosity in ["-v", "-vvv"] {
            let arguments = ["a.http", "--var", "part=top", "--json", "r.json", "--junit", "r.xml", verbosity];
            let ran = run(&[&arguments, mode].concat());
            let texts = [ran.stdout, ran.stderr, project.read("r.json"), project.read("r.xml")];
            let snapshots = kept(&project).into_iter().map(|file| project.read(&format!("__snapshots__/{file}")));
            for text in texts.into_iter().chain(snapshots) {
                assert!(!text.contains("top-5ecret"), "{text}");
            }
        }
    }
    assert_eq!(kept(&project), ["a.http/data.txt", "a.http/login $.json.json", "a.http/login.json"]);
    let json: Value = serde_json::from_str(&project.read("__snapshots__/a.http/login $.json.json")).unwrap();
    assert_eq!(json, serde_json::json!({"token": "***", "***": 1, "*** (2)": 2}));
    assert_eq!(run(&["a.http", "--var", "part=any"]).code, 0);
}

#[test]
fn what_turns_out_to_be_a_secret_only_later_is_not_kept() {
    let spec = "
requests:
  - name: talk
    websocket: '{{ api }}/websocket/echo'
    steps:
      - send: '{{ part }}-5ecret'
      - expect: {body: {snapshot: hello.txt}}
      - send: '{{ part }}-5ecret'
      - expect: {}
        capture: {token: body redact}
";
    let project = Project::new().file("a.yaml", spec);
    let ran = update(&project, &["a.yaml", "--var", "part=top"]);
    assert_eq!((ran.code, kept(&project).len()), (1, 0), "{}", ran.stdout);
    let message = "hello.txt is not written: it holds what was captured as a secret later";
    assert!(ran.stdout.contains(message), "{}", ran.stdout);
}

#[test]
fn no_name_of_a_snapshot_holds_a_secret() {
    let spec = "
requests:
  - {name: read, get: '{{ api }}/anything', auth: {bearer: '{{ key }}'}, each: [{name: lovelace-1815, key: lovelace-1815}], expect: {snapshot: true}}
";
    let project = Project::new().file("a.yaml", spec);
    let ran = update(&project, &["a.yaml"]);
    assert_eq!((ran.code, kept(&project).len()), (1, 0), "{}", ran.stdout);
    assert!(ran.stdout.contains("the name of a snapshot holds a secret: give it another"), "{}", ran.stdout);
}

#[test]
fn what_one_is_like_is_not_written_for_another() {
    let spec = |second: &str| {
        format!(
            "### a\nGET {{{{api}}}}/users/1\n\n?? body snapshot one.json\n\n### b\nGET {{{{api}}}}/users/{second}\n\n?? body snapshot one.json\n"
        )
    };
    let project = Project::new().file("a.http", spec("1"));
    assert_eq!(update(&project, &["a.http"]).code, 0);
    let before = project.read("__snapshots__/a.http/one.json");
    let project = project.file("a.http", spec("2"));
    let ran = update(&project, &["a.http"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("is what something else in this run is compared with, and like"), "{}", ran.stdout);
    assert_eq!(project.read("__snapshots__/a.http/one.json"), before);
}

#[test]
fn what_others_need_of_a_file_says_nothing_of_its_other_snapshots() {
    let other =
        "### login\nGET {{api}}/users/1\n\n?? body snapshot\n\n### more\nGET {{api}}/users/2\n\n?? body snapshot\n";
    let project = Project::new()
        .file("rqtest.yaml", "")
        .file("b.http", other)
        .file("a.http", "### a\n# @needs b.http#login\nGET {{api}}/users/1\n\n?? body snapshot\n");
    assert_eq!(update(&project, &["b.http"]).code, 0);
    let ran = update(&project, &["a.http"]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert!(!ran.stderr.contains("asked for by no request"), "{}", ran.stderr);
    assert_eq!(kept(&project).len(), 3);
}

#[cfg(unix)]
#[test]
fn where_the_snapshots_cannot_be_looked_through_that_is_said() {
    let project = Project::new()
        .file("elsewhere/x.json", "1")
        .file("p/rqtest.yaml", "")
        .file("p/a.http", "### a\nGET {{api}}/users/1\n");
    std::fs::create_dir(project.path("p/__snapshots__")).unwrap();
    std::os::unix::fs::symlink(project.path("elsewhere"), project.path("p/__snapshots__/a.http")).unwrap();
    let ran = update(&project, &["p/a.http"]);
    assert_eq!(ran.code, 0);
    for shown in ["it cannot be told which snapshots are asked for by no request", "lies outside of"] {
        assert!(ran.stderr.contains(shown), "{}", ran.stderr);
    }
}
