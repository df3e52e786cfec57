//! Requests that stand elsewhere: imported, run by their names, or needed by others.

use rqtest::serve::PracticeServer;
use serde_json::Value;

use crate::support::{Project, Ran};

/// What others import: `login` keeps who logged in, `session` needs it.
const SHARED: &str = "\
@user = guest
@path = of-{{user}}

### login
# @tag auth
# @capture who = body $.args.user
GET {{api}}/get?user={{user}}&path={{path}}&main={{main}}

### session
# @ref login
GET {{api}}/get?who={{who}}

### broken
# @ref login
GET {{api}}/status/500

?? status == 200
";

fn run(project: &Project, arguments: &[&str]) -> Ran {
    let server = PracticeServer::start(([127, 0, 0, 1], 0).into()).unwrap();
    let fixed = ["--json", "report.json", "--color", "never"];
    project.run_against(&server.base_url(), &[arguments, &fixed].concat())
}

/// `name: verdict` of each case, with the path and query that it asked for last.
fn cases(project: &Project, arguments: &[&str]) -> Vec<String> {
    let ran = run(project, arguments);
    assert!(ran.code <= 1, "{}{}", ran.stdout, ran.stderr);
    let shown = |case: &Value| {
        let (name, verdict) = (case["name"].as_str().unwrap(), case["verdict"].as_str().unwrap());
        let url = case["attempts"][0]["exchanges"][0]["url"].as_str().unwrap_or_default();
        let target = url.splitn(4, '/').nth(3).map(|target| format!(" /{target}")).unwrap_or_default();
        format!("{name}: {verdict}{target}")
    };
    all(project).iter().map(shown).collect()
}

fn all(project: &Project) -> Vec<Value> {
    let report: Value = serde_json::from_str(&project.read("report.json")).unwrap();
    let files = report["files"].as_array().unwrap().iter();
    files.flat_map(|file| file["cases"].as_array().unwrap().clone()).collect()
}

fn shared() -> Project {
    Project::new().file("_shared.http", SHARED)
}

#[test]
fn a_run_is_a_case_of_the_importing_file_in_its_place() {
    let text = "import _shared.http\n@main = m\n\n### first\nGET {{api}}/get\n\n\
                ### as ada\nrun #login (@user = ada)\n\n###\nrun #login\nrun #session\n\n\
                ### last\nGET {{api}}/get?who={{who}}\n";
    let project = shared().file("a.http", text);
    assert_eq!(
        cases(&project, &["a.http"]),
        [
            "first: passed /get",
            "as ada: passed /get?user=ada&path=of-ada&main=m",
            "login: passed /get?user=guest&path=of-guest&main=m",
            "session: passed /get?who=guest",
            "last: passed /get?who=guest",
        ]
    );
    let run = &all(&project)[1];
    assert_eq!((&run["location"]["path"], &run["location"]["line"]), (&"a.http".into(), &8.into()));
    assert_eq!((&run["origin"]["path"], &run["origin"]["line"]), (&"_shared.http".into(), &7.into()));
    assert_eq!(run["tags"][0], "auth");
}

#[test]
fn variables_of_a_run_are_worked_out_where_it_stands() {
    let text = "import _shared.http\n@name = ada\n@user = nobody\n\n\
                run #login (@user = {{name}}-{{user}}, @main = a, b (c))\n";
    let project = shared().file("a.http", text);
    let expected = "login: passed /get?user=ada-nobody&path=of-ada-nobody&main=a,%20b%20(c)";
    assert_eq!(cases(&project, &["a.http"]), [expected]);
}

#[test]
fn what_is_needed_and_stands_below_a_teardown_is_reported_once() {
    // What is no teardown must not stand below one.
    let text = "### use\n# @ref login\nGET {{api}}/get?use\n\n### clear\n# @teardown\n# @ref free\nGET {{api}}/get?clear\n\n\
                ### login\nGET {{api}}/get?login\n\n### free\n# @teardown\nGET {{api}}/get?free\n";
    let project = Project::new().file("a.http", text);
    let expected = ["login: errored", "use: skipped", "free: passed /get?free", "clear: passed /get?clear"];
    assert_eq!(cases(&project, &["a.http"]), expected);
}

#[test]
fn a_whole_file_runs_with_its_setup_and_its_teardown() {
    let file = |status: &str| {
        format!(
            "### prepare\n# @setup\nGET {{{{api}}}}/status/{status}\n\n?? status == 200\n\n\
             ### use\nGET {{{{api}}}}/get?a={{{{a}}}}\n\n### clear\n# @teardown\nGET {{{{api}}}}/get?clear\n"
        )
    };
    let text = "run ./steps.http (@a = 1)\n\n### after\nGET {{api}}/get\n";
    let project = Project::new().file("steps.http", file("200")).file("a.http", text);
    assert_eq!(
        cases(&project, &["a.http"]),
        [
            "steps.http: prepare: passed /status/200",
            "steps.http: use: passed /get?a=1",
            "steps.http: clear: passed /get?clear",
            "after: passed /get",
        ]
    );
    let project = Project::new().file("steps.http", file("500")).file("a.http", text);
    assert_eq!(
        cases(&project, &["a.http"]),
        [
            "steps.http: prepare: failed /status/500",
            "steps.http: use: skipped",
            "steps.http: clear: passed /get?clear",
            "after: passed /get",
        ]
    );
}

#[test]
fn what_is_needed_runs_before_once_and_each_time_if_that_is_asked_for() {
    let text = "import _shared.http\n@main = m\n\n### one\n# @ref session\nGET {{api}}/get?1={{who}}\n\n\
                ### two\n# @ref login\n# @ref later\nGET {{api}}/get?2\n\n\
                ### three\n# @forceRef login\nGET {{api}}/get?3\n\n### later\nGET {{api}}/get?later\n\n\
                ### four\nrun #login (@user = ada)\nGET {{api}}/get?4={{who}}\n";
    let project = shared().file("a.http", text);
    let login = "passed /get?user=guest&path=of-guest&main=m";
    assert_eq!(
        cases(&project, &["a.http"]),
        [
            &format!("login: {login}"),
            "session: passed /get?who=guest",
            "one: passed /get?1=guest",
            "later: passed /get?later",
            "two: passed /get?2",
            &format!("login (for three): {login}"),
            "three: passed /get?3",
            "login (for four): passed /get?user=ada&path=of-ada&main=m",
            "four: passed /get?4=ada",
        ]
    );
}

#[test]
fn httpyac_runs_a_request_in_its_turn_again() {
    let text = "### one\n# @ref later\nGET {{api}}/get?1\n\n### later\nGET {{api}}/get?later\n";
    let project = Project::new().file("a.http", text);
    let expected = ["later (2): passed /get?later", "one: passed /get?1", "later: passed /get?later"];
    assert_eq!(cases(&project, &["a.http", "--dialect", "httpyac"]), expected);
}

#[test]
fn what_needs_a_request_that_did_not_pass_is_skipped() {
    let text = "import _shared.http\n@main = m\n\n### one\n# @ref broken\nGET {{api}}/get\n\n\
                ### two\n# @ref one\nGET {{api}}/get\n\n### three\nGET {{api}}/get\n";
    let project = shared().file("a.http", text);
    let verdicts: Vec<String> =
        cases(&project, &["a.http"]).iter().map(|case| case.split(" /").next().unwrap().to_owned()).collect();
    assert_eq!(verdicts, ["login: passed", "broken: failed", "one: skipped", "two: skipped", "three: passed"]);
    let reasons: Vec<_> = all(&project).iter().map(|case| case["reason"].clone()).collect();
    assert_eq!(reasons[2], "`broken`, which it needs, failed");
    assert_eq!(reasons[3], "`one`, which it needs, was skipped");
}

#[test]
fn a_reference_above_the_first_separator_holds_for_the_file() {
    let text = "# @import _shared.http\n# @ref broken\n@main = m\n\n### one\nGET {{api}}/get\n";
    let project = shared().file("a.http", text);
    let cases = cases(&project, &["a.http"]);
    assert_eq!(cases[1..], ["broken: failed /status/500", "one: skipped"]);
    assert_eq!(all(&project)[2]["reason"], "the setup failed");
}

#[test]
fn a_selection_brings_along_what_is_needed() {
    let text = "import _shared.http\n@main = m\n\n### one\n# @ref session\nGET {{api}}/get?1\n\n\
                ### two\n# @needs three\nGET {{api}}/get?2\n\n### three\nGET {{api}}/get?3\n\n### run\nrun #session\n";
    let project = shared().file("a.http", text);
    let names = |arguments: &[&str]| -> Vec<String> {
        cases(&project, arguments).iter().map(|case| case.split(':').next().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&["a.http", "--name", "^one$"]), ["login", "session", "one"]);
    assert_eq!(names(&["a.http:10"]), ["three", "two"]);
    assert_eq!(names(&["a.http:16"]), ["login", "run"]);
}

#[test]
fn both_formats_import_each_other() {
    let yaml = "import: [_shared.http, sub/_more.yaml]\nvariables: {main: m}\nrequests:\n\
                - {run: login, name: as ada, variables: {user: ada}}\n\
                - {name: who, get: '{{ api }}/get?{{ more }}={{ who }}', ref: login, force_ref: more}\n\
                - {run: login, force: false}\n- {run: sub/_more.yaml}\n";
    let more = "variables: {more: m2}\nrequests: [{name: more, get: '{{ api }}/get?more={{ main }}'}]\n";
    let http = "import sub/_more.yaml\n@main = h\n\n### one\n# @ref more\nGET {{api}}/get?{{more}}\n";
    let project = shared().file("sub/_more.yaml", more).file("a.yaml", yaml).file("b.http", http);
    assert_eq!(
        cases(&project, &["a.yaml", "b.http"]),
        [
            "as ada: passed /get?user=ada&path=of-ada&main=m",
            "more (for who): passed /get?more=m",
            "who: passed /get?m2=ada",
            "sub/_more.yaml: more: passed /get?more=m",
            "more: passed /get?more=h",
            "one: passed /get?m2",
        ]
    );
}

#[test]
fn the_variables_of_the_nearest_file_count() {
    let inner =
        "@own = inner\n@base = {{own}}/{{far}}\n\n### show\nGET {{api}}/get?own={{own}}&base={{base}}&x={{x}}\n";
    let outer = "import _inner.http\n@far = outer\n@x = outer\n";
    let text = "import _outer.http\n@own = main\n@x = main\n\n\
                ### here\nGET {{api}}/get?own={{own}}&base={{base}}&x={{x}}&far={{far}}\n\n\
                ### there\nrun #show\n\n### given\nrun #show (@own = given)\n";
    let project = Project::new().file("_inner.http", inner).file("_outer.http", outer).file("a.http", text);
    assert_eq!(
        cases(&project, &["a.http"]),
        [
            "here: passed /get?own=main&base=inner/outer&x=main&far=outer",
            "there: passed /get?own=inner&base=inner/outer&x=main",
            "given: passed /get?own=given&base=given/outer&x=main",
        ]
    );
}

#[test]
fn what_cannot_be_found_is_an_error_at_its_line_and_the_rest_runs() {
    let text = "import _missing.http\nimport ../outside.http\nimport _loop.http\nimport _one.http\nimport _two.http\n\n\
                ### runs\nGET {{api}}/get\n\n### unknown\nrun #lohin\n\n### needs\n# @ref nothing\nGET {{api}}/get\n\n\
                ### no file\nrun gone.http\n\n### twice\nrun #both\n\n### a\n# @ref b\nGET {{api}}/get\n\n\
                ### b\n# @ref a\nGET {{api}}/get\n\n### c\nrun #d\n\n### d\nrun #c\n\n### text\nrun note.txt#x\n";
    let project = shared()
        .file("_loop.http", "import sub/_loop.http\n\n### login\nGET {{api}}/get\n")
        .file("sub/_loop.http", "import ../_loop.http\n")
        .file("_one.http", "### both\nGET {{api}}/get?one\n")
        .file("_two.http", "### both\nGET {{api}}/get?two\n")
        .file("a.http", text);
    let ran = run(&project, &["a.http"]);
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    insta::assert_snapshot!(said(&project));
}

#[test]
fn an_import_does_not_leave_the_folder_that_is_run() {
    let project = shared().file("specs/a.http", "import ../_shared.http\n\n### runs\nGET {{api}}/get\n");
    assert_eq!(run(&project, &["specs"]).code, 1);
    let lies_outside = "import ../_shared.http: errored\n  \
                        specs/a.http:1:8 specs/../_shared.http lies outside of specs \nruns: passed\n";
    assert_eq!(said(&project), lies_outside);
    assert_eq!(run(&project, &["specs/a.http"]).code, 0, "the folder is that of the project");
}

#[test]
fn what_an_imported_request_does_wrong_is_shown_where_it_stands() {
    let project = shared().file("a.http", "import _shared.http\n@main = m\n\n###\nrun #broken\n");
    let ran = run(&project, &["a.http", "--junit", "junit.xml"]);
    assert!(ran.stdout.contains("--> _shared.http:17:4"), "{}", ran.stdout);
    let junit = project.read("junit.xml");
    assert!(junit.contains("name=\"broken\" classname=\"a\" file=\"a.http\""), "{junit}");
    assert!(junit.contains("<property name=\"origin\" value=\"_shared.http:15:1\"/>"), "{junit}");
}

#[test]
fn captures_cookies_and_responses_are_those_of_the_session() {
    let shared =
        "### cookie\nGET {{api}}/cookies/set/a/1\n\n### mine\nGET {{api}}/anything/{{here.response.body.$.args.x}}\n";
    let text = "import _shared.http\n\n### here\nGET {{api}}/get?x=7\n\n###\nrun #cookie\n\n### jar\n\
                GET {{api}}/cookies\n\n?? body $.cookies.a == \"1\"\n\n###\nrun #mine\n\n\
                ### theirs\nGET {{api}}/get?url={{mine.response.status}}\n";
    let project = Project::new().file("_shared.http", shared).file("a.http", text);
    let cases = cases(&project, &["a.http"]);
    assert_eq!(cases[3..], ["mine: passed /anything/7", "theirs: passed /get?url=200"], "{cases:?}");
    assert_eq!(cases[2], "jar: passed /cookies");
}

/// The verdict of each case, with what is wrong, as `path:line:column message [help]`.
fn said(project: &Project) -> String {
    let report: Value = serde_json::from_str(&project.read("report.json")).unwrap();
    let line = |diagnostic: &Value| {
        let label = &diagnostic["labels"][0];
        let at = &label["location"];
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let place = format!("{}:{}:{}", text(&at["path"]), at["line"], at["column"]);
        let help = diagnostic["help"].as_str().map(|help| format!(" [{help}]")).unwrap_or_default();
        format!("  {place} {} {}{help}\n", text(&diagnostic["message"]), text(&label["text"]))
    };
    let mut shown = String::new();
    for file in report["files"].as_array().unwrap() {
        file["diagnostics"].as_array().unwrap().iter().for_each(|diagnostic| shown += &line(diagnostic));
        for case in file["cases"].as_array().unwrap() {
            shown += &format!("{}: {}\n", case["name"].as_str().unwrap(), case["verdict"].as_str().unwrap());
            let found = case["attempts"][0]["error"]["diagnostics"].as_array().into_iter().flatten();
            found.for_each(|diagnostic| shown += &line(diagnostic));
        }
    }
    shown.replace(&*project.path("").to_string_lossy(), "FOLDER/")
}

#[test]
fn a_list_shows_what_runs_under_its_names() {
    let project = shared()
        .file("a.http", "import _shared.http\n\n### as ada\nrun #login (@user = ada)\n\n###\nrun _shared.http\n");
    let listed = project.run(&["list", "a.http"]);
    let start = |line: &str| {
        line.split("  ").map(str::trim).filter(|part| !part.is_empty()).take(2).collect::<Vec<_>>().join(" ")
    };
    let listed_names: Vec<String> = listed.stdout.lines().map(start).collect();
    assert_eq!(
        listed_names,
        [
            "a.http:4 as ada",
            "a.http:7 _shared.http: login",
            "a.http:7 _shared.http: session",
            "a.http:7 _shared.http: broken",
        ]
    );
    assert_eq!(listed.code, 0, "{}", listed.stderr);
}
