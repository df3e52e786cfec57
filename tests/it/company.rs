//! What runs along with what was chosen: the requests whose captures and responses it takes.

use rqtest::serve::PracticeServer;
use serde_json::Value;

use crate::support::{Project, Ran};

const FLOW: &str = r#"@auth = Bearer {{token}}

### login
# @capture token = body $.json.token
POST {{api}}/post
Content-Type: application/json

{"token": "t1", "body": 1}

### other
# @capture body = body $.url
# @tag other
GET {{api}}/get?other

### create
# @capture id = body $.json.id
POST {{api}}/post
Content-Type: application/json
Authorization: {{auth}}

{"id": 7}

### read
# @tag quick
GET {{api}}/get?id={{id}}

?? body $.args.id == "7"

### look back
GET {{api}}/get?token={{login.response.body.json.token}}

?? body $.args.token == t1

### alone
GET {{api}}/get

### tidy up
# @teardown
DELETE {{api}}/delete?id={{id}}
"#;

/// How a run has ended, and the names of what ran; `list` must say the same.
fn ran(project: &Project, arguments: &[&str]) -> (Ran, Vec<String>) {
    let server = PracticeServer::start(([127, 0, 0, 1], 0).into()).unwrap();
    let api = format!("api={}", server.base_url());
    let listed = project.run(&[&["list", "--format", "json", "--var", &api], arguments].concat());
    let listed: Value = serde_json::from_str(&listed.stdout).unwrap();
    let ran = project.run_against(&server.base_url(), &[arguments, &["--json", "report.json"]].concat());
    let report: Value = serde_json::from_str(&project.read("report.json")).unwrap();
    let files = report["files"].as_array().unwrap().iter();
    let cases: Vec<String> = files.flat_map(|file| names(&file["cases"])).collect();
    assert_eq!(names(&listed), cases, "{arguments:?}");
    (ran, cases)
}

fn names(cases: &Value) -> Vec<String> {
    cases.as_array().unwrap().iter().map(|case| case["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_is_taken_runs_along_and_nothing_else() {
    let project = Project::new().file("rqtest.yaml", "").file("a.http", FLOW);
    let line = 1 + FLOW.lines().position(|line| line == "### read").unwrap();
    let at_line = format!("a.http:{line}");
    for (arguments, expected) in [
        (&["a.http", "--name", "^read$"][..], &["login", "create", "read", "tidy up"][..]),
        (&[&at_line], &["login", "create", "read", "tidy up"]),
        (&["a.http", "--tag", "quick"], &["login", "create", "read", "tidy up"]),
        // Nothing was made that could be tidied up.
        (&["a.http", "--name", "^look"], &["login", "look back"]),
        (&["a.http", "--name", "^alone$"], &["alone"]),
        (&["a.http", "--tag", "other"], &["other"]),
        // What wins over all captures is taken from nobody.
        (&["a.http", "--name", "^create$", "--var", "token=t2"], &["create", "tidy up"]),
        (&["a.http", "--name", "^read$", "--var", "id=7"], &["read", "tidy up"]),
    ] {
        let (ran, names) = ran(&project, arguments);
        assert_eq!(ran.code, 0, "{arguments:?}\n{}", ran.stdout);
        assert_eq!(names, expected, "{arguments:?}");
    }
}

#[test]
fn how_many_run_along_is_said() {
    let project = Project::new().file("rqtest.yaml", "").file("a.http", FLOW);
    for (name, expected) in [
        ("^read$", "2 requests run along: what was chosen takes something from them"),
        ("^create$", "1 request runs along: what was chosen takes something from it"),
    ] {
        let listed = project.run(&["list", "a.http", "--name", name]);
        assert!(listed.stderr.contains(expected), "{}", listed.stderr);
    }
    assert_eq!(project.run(&["list", "a.http", "--name", "^alone$"]).stderr, "");
}

#[test]
fn what_failed_last_has_again_what_it_takes() {
    let project = Project::new().file("rqtest.yaml", "").file("a.http", FLOW.replace("== t1", "== {{expected}}"));
    assert_eq!(ran(&project, &["a.http", "--var", "expected=t2"]).0.code, 1);
    let (again, names) = ran(&project, &["a.http", "--last-failed", "--var", "expected=t1"]);
    assert_eq!(again.code, 0, "{}", again.stdout);
    assert_eq!(names, ["login", "look back"]);
}

#[test]
fn what_another_file_needs_has_what_it_takes() {
    let project = Project::new()
        .file("rqtest.yaml", "")
        .file("a.http", FLOW)
        .file("b.http", "### b\n# @needs a.http#read\nGET {{api}}/get\n");
    let (ran, names) = ran(&project, &["b.http"]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert_eq!(names, ["login", "create", "read", "tidy up", "b"]);
}

#[test]
fn the_nearest_that_surely_runs_is_the_one_that_gives() {
    let capture = |name: &str, more: &str| format!("### {name}\n# @capture id = status\n{more}GET {{{{api}}}}/get\n\n");
    let spec = [
        capture("first", ""),
        capture("second", ""),
        capture("maybe", "# @if id == 200\n"),
        capture("never", "# @disabled\n"),
        "### last\nGET {{api}}/get?id={{ id }}\n\n?? body $.args.id == \"200\"\n".to_owned(),
    ];
    let project = Project::new().file("rqtest.yaml", "").file("a.http", spec.concat());
    let (ran, names) = ran(&project, &["a.http", "--name", "last"]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert_eq!(names, ["second", "maybe", "last"]);
}

#[test]
fn what_scripts_and_environments_and_files_take_counts_too() {
    let project = Project::new()
        .file("rqtest.yaml", "environments:\n  dev:\n    auth: 'Bearer {{made}}'\n")
        .file("body.txt", "made is {{made}}\n")
        .file(
            "a.http",
            "### make\nGET {{api}}/get?made=yes\n\n> {% client.global.set(\"made\", response.body.args.made); %}\n\n\
             ### by script\nGET {{api}}/get\n\n> {% client.test(\"is made\", () => client.assert(client.global.get(\"made\") === \"yes\")); %}\n\n\
             ### by environment\nGET {{api}}/headers\nAuthorization: {{auth}}\n\n?? body $.headers.Authorization == \"Bearer yes\"\n\n\
             ### by file\nPOST {{api}}/post\n\n<@ body.txt\n\n?? body $.data contains yes\n",
        );
    for name in ["by script", "by environment", "by file"] {
        let (ran, names) = ran(&project, &["a.http", "--env", "dev", "--name", name]);
        assert_eq!(ran.code, 0, "{}", ran.stdout);
        assert_eq!(names, ["make", name]);
    }
}
