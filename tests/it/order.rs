//! What runs before and after what, beyond the order of one file.

use std::io::Write as _;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rqtest::serve::PracticeServer;
use serde_json::Value;

use crate::support::{FaultServer, Project, Ran};

fn practice() -> PracticeServer {
    PracticeServer::start(([127, 0, 0, 1], 0).into()).unwrap()
}

/// Runs a project against a practice server.
fn run(project: &Project, arguments: &[&str]) -> Ran {
    let fixed = ["--json", "report.json", "--color", "never"];
    project.run_against(&practice().base_url(), &[arguments, &fixed].concat())
}

fn files(project: &Project) -> Vec<Value> {
    let report: Value = serde_json::from_str(&project.read("report.json")).unwrap();
    report["files"].as_array().unwrap().clone()
}

/// `path: name, name` of each file of the report, each name with its verdict if that is not `passed`.
pub fn outline(project: &Project) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let case = |case: &Value| match (text(&case["name"]), text(&case["verdict"]), text(&case["reason"])) {
        (name, verdict, _) if verdict == "passed" => name,
        (name, verdict, reason) if reason.is_empty() => format!("{name} ({verdict})"),
        (name, _, reason) => format!("{name} ({reason})"),
    };
    let file = |file: &Value| {
        let cases: Vec<String> = file["cases"].as_array().unwrap().iter().map(case).collect();
        format!("{}: {}", text(&file["path"]), cases.join(", "))
    };
    files(project).iter().map(file).collect()
}

const LOGIN: &str = "requests:
- name: log in
  get: '{{ api }}/cookies/set/session/s1'
  redirects: false
  expect: {status: 302}
- name: who
  post: '{{ api }}/post'
  json: {user: {name: ada, id: 7}}
  capture: {user: body $.json.user, of: body $.json.user.name}
";

const USE: &str = "@of = file

### use
POST {{api}}/post?of={{of}}&stage={{stage}}
Content-Type: application/json

{\"id\": {{user.id}}}

?? body $.json.id == 7
?? body $.args.of == file
?? body $.args.stage == environment

### cookie
GET {{api}}/cookies

?? body $.cookies.session == s1
";

fn prepared(configuration: &str) -> Project {
    Project::new()
        .file("rqtest.yaml", configuration)
        .file("http-client.env.json", r#"{"dev": {"of": "environment", "stage": "environment"}}"#)
        .file("_login.yaml", LOGIN)
        .file("_logout.http", "### log out\nGET {{api}}/get?user={{user.name}}\n\n?? body $.args.user == ada\n")
        .file("a.http", USE)
        .file("b/c.http", "### shared\nGET {{api}}/get?of={{of}}\n\n?? body $.args.of == ada\n")
}

#[test]
fn what_the_setup_of_a_run_captures_is_seen_by_every_file_and_by_the_teardown() {
    let project = prepared("setup: _login.yaml\nteardown: [_logout.http]\n");
    let ran = run(&project, &[".", "--env", "dev"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let expected = ["_login.yaml: log in, who", "a.http: use, cookie", "b/c.http: shared", "_logout.http: log out"];
    assert_eq!(outline(&project), expected);
}

#[test]
fn a_setup_that_does_not_pass_skips_everything_but_the_teardown() {
    let project = prepared("setup: [_ready.http, _login.yaml]\nteardown: _clear.http\n")
        .file("_ready.http", "### ready\nGET {{api}}/status/500\n\n?? status == 200\n\n### more\nGET {{api}}/get\n")
        .file("_clear.http", "### clear\nGET {{api}}/get\n")
        .file("a.http", "### a\nGET {{api}}/get\n\n### b\n# @teardown\nGET {{api}}/get\n");
    for more in [&[][..], &["--fail-fast"]] {
        let ran = run(&project, &[&["a.http"], more].concat());
        assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
        let reason = "the setup of the run failed: `ready`";
        assert_eq!(
            outline(&project),
            [
                "_ready.http: ready (failed), more (the setup failed)".to_owned(),
                format!("_login.yaml: log in ({reason}), who ({reason})"),
                format!("a.http: a ({reason}), b ({reason})"),
                "_clear.http: clear".to_owned(),
            ]
        );
    }
}

#[test]
fn a_selection_keeps_the_setup_and_the_teardown_of_the_run() {
    let project = prepared("setup: login.yaml\nteardown: _logout.http\n").file("login.yaml", LOGIN);
    for (arguments, expected) in [
        (&["a.http", "--name", "cookie"][..], "a.http: cookie"),
        (&["a.http:14"], "a.http: cookie"),
        (&["b", "--repeat", "2"], "b/c.http: shared [run 1 of 2]"),
    ] {
        let ran = run(&project, arguments);
        assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
        let found = outline(&project);
        assert_eq!((found[0].as_str(), found[1].as_str()), ("login.yaml: log in, who", expected));
        assert_eq!(found.last().unwrap(), "_logout.http: log out");
    }
    // A file that is both found and a setup runs once.
    run(&project, &["."]);
    assert_eq!(outline(&project).iter().filter(|file| file.starts_with("login.yaml")).count(), 1);
    // … also where nothing else was asked for.
    assert_eq!(run(&project, &["login.yaml"]).code, 0);
    assert_eq!(run(&project, &["a.http", "--name", "none"]).code, 4);
    let listed = project.run(&["list", "b"]);
    assert_eq!(
        listed.stdout.lines().map(|line| line.split(':').next().unwrap()).collect::<Vec<_>>(),
        ["login.yaml", "login.yaml", "b/c.http", "_logout.http"]
    );
}

#[test]
fn the_teardown_of_a_run_runs_after_a_failure_that_ends_it() {
    let project = prepared("setup: _login.yaml\nteardown: _logout.http\nfail_fast: true\n")
        .file("a.http", "### a\nGET {{api}}/status/500\n\n?? status == 200\n\n### b\nGET {{api}}/get\n");
    assert_eq!(run(&project, &["a.http"]).code, 1);
    let expected =
        ["_login.yaml: log in, who", "a.http: a (failed), b (an earlier request failed)", "_logout.http: log out"];
    assert_eq!(outline(&project), expected);
}

#[test]
fn a_setup_that_is_not_there_is_an_error_of_the_configuration() {
    for (text, message) in [
        ("setup: _missing.http\n", "_missing.http"),
        ("teardown: ../elsewhere.http\n", "elsewhere.http"),
        ("setup: {run: a}\n", "`setup`: expected the path of a spec file, or a list of them"),
    ] {
        let project = prepared(text);
        let ran = project.run(&["run", "a.http", "--color", "never"]);
        assert_eq!(ran.code, 2, "{}", ran.stdout);
        assert!(ran.stderr.contains(message) && ran.stderr.contains("rqtest.yaml:1:"), "{}", ran.stderr);
    }
    let project = prepared("setup: _empty.http\n").file("_empty.http", "@a = 1\n");
    assert_eq!(run(&project, &["b"]).code, 1);
    assert_eq!(outline(&project)[0], "_empty.http: read the file (errored)");
}

/// Answers everything, and keeps what it was asked for.
fn server() -> FaultServer {
    FaultServer::says("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
}

/// Runs a project, and gives the paths that were asked for in their order.
pub fn asked(project: &Project, arguments: &[&str]) -> Vec<String> {
    let server = server();
    let fixed = ["--json", "report.json", "--color", "never"];
    let ran = project.run_against(&server.base_url(), &[arguments, &fixed].concat());
    assert!(ran.code <= 1, "{}{}", ran.stdout, ran.stderr);
    let path = |head: &String| head.split(' ').nth(1).unwrap_or_default().to_owned();
    server.received().iter().map(path).collect()
}

const NEEDING: &str = "### one\n# @needs z.yaml#create\nGET {{api}}/one\n\n### two\nGET {{api}}/two\n";

const NEEDED: &str = "requests:
- {name: before, get: '{{ api }}/before'}
- {name: create, get: '{{ api }}/create', needs: sub/seed.http}
- {name: after, get: '{{ api }}/after'}
";

const SEED: &str = "### seed\nGET {{api}}/seed\n\n### clear\n# @teardown\nGET {{api}}/clear\n";

fn needing() -> Project {
    Project::new().file("a.http", NEEDING).file("z.yaml", NEEDED).file("sub/seed.http", SEED)
}

#[test]
fn what_is_needed_of_other_files_runs_before_and_once() {
    for jobs in ["1", "8"] {
        let paths = asked(&needing(), &[".", "--jobs", jobs]);
        let place = |path: &str| paths.iter().position(|asked| asked == path).unwrap();
        assert_eq!(paths.len(), 7, "{paths:?}");
        for order in
            [["/seed", "/clear"], ["/clear", "/before"], ["/before", "/create"], ["/create", "/one"], ["/one", "/two"]]
        {
            assert!(place(order[0]) < place(order[1]), "{order:?} in {paths:?}");
        }
    }
}

#[test]
fn reports_keep_the_order_of_the_files_whatever_waits_for_what() {
    let project = needing();
    asked(&project, &["."]);
    assert_eq!(outline(&project), ["a.http: one, two", "sub/seed.http: seed, clear", "z.yaml: before, create, after"]);
}

#[test]
fn a_selection_brings_along_what_is_needed_of_other_files_and_no_more() {
    let project = needing();
    let paths = asked(&project, &["a.http", "--name", "^one$"]);
    assert_eq!(paths, ["/seed", "/clear", "/create", "/one"]);
    assert_eq!(outline(&project), ["sub/seed.http: seed, clear", "z.yaml: create", "a.http: one"]);
    // Of a file that was found it brings along what the selection leaves out.
    asked(&project, &[".", "--name", "one|before"]);
    assert_eq!(outline(&project), ["a.http: one", "sub/seed.http: seed, clear", "z.yaml: before, create"]);
    assert_eq!(asked(&project, &["a.http", "--name", "two"]), ["/two"]);
    let paths = asked(&project, &["a.http:2", "--repeat", "2"]);
    assert_eq!(paths.iter().filter(|path| *path == "/seed").count(), 2);
    assert_eq!(outline(&project)[5], "a.http: one [run 2 of 2]");
}

#[test]
fn what_needs_something_of_another_file_that_did_not_pass_is_skipped() {
    let project = needing().file("sub/seed.http", format!("{SEED}\n?? status == 500\n"));
    asked(&project, &["."]);
    assert_eq!(
        outline(&project),
        [
            "a.http: one (`z.yaml#create`, which it needs, was skipped), two",
            "sub/seed.http: seed, clear (failed)",
            "z.yaml: before, create (`sub/seed.http`, which it needs, failed), after",
        ]
    );
}

#[test]
fn a_whole_file_can_wait_for_others() {
    let http = "# @needs b.yaml\n\n### one\nGET {{api}}/one\n\n### two\nGET {{api}}/two\n";
    let yaml = "needs: c.http#last\nrequests: [{name: three, get: '{{ api }}/three'}]\n";
    let project = Project::new()
        .file("a.http", http)
        .file("b.yaml", yaml)
        .file("c.http", "### first\nGET {{api}}/first\n\n### last\nGET {{api}}/last\n");
    assert_eq!(asked(&project, &["."]), ["/first", "/last", "/three", "/one", "/two"]);
    let project = project.file("c.http", "### last\nGET {{api}}/last\n\n?? status == 500\n");
    asked(&project, &["."]);
    let lacking = "`b.yaml`, which it needs, was skipped";
    assert_eq!(
        outline(&project),
        [
            format!("a.http: one ({lacking}), two ({lacking})"),
            "b.yaml: three (`c.http#last`, which it needs, failed)".to_owned(),
            "c.http: last (failed)".to_owned(),
        ]
    );
}

#[test]
fn what_cannot_be_needed_is_an_error_at_its_line_and_the_rest_runs() {
    let project = Project::new()
        .file(
            "a.http",
            "### circle\n# @needs b.http#circle\nGET {{api}}/\n\n### unknown\n# @needs b.http#fist\nGET {{api}}/\n\n\
             ### missing\n# @needs c.http\nGET {{api}}/\n\n### outside\n# @needs ../x/y.http\nGET {{api}}/\n\n\
             ### itself\n# @needs ./a.http#last\nGET {{api}}/\n\n### given\n# @needs b.http#first (@a = 1)\nGET {{api}}/\n\n\
             ### last\nGET {{api}}/last\n\n### above\n# @needs ./a.http#last\nGET {{api}}/above\n\n\
             ### run\n# @needs b.http\nrun #last\n",
        )
        .file("b.http", "### first\nGET {{api}}/first\n\n### circle\n# @needs a.http\nGET {{api}}/\n");
    let paths = asked(&project, &["."]);
    assert_eq!(paths.iter().filter(|path| *path != "/").count(), 3, "{paths:?}");
    let ran = project.run(&["run", ".", "--var", "api=http://127.0.0.1:9", "--color", "never"]);
    let errors = ran.stdout.lines().skip_while(|line| !line.contains("circle"));
    let shown: Vec<&str> =
        errors.filter(|line| ["error:", "-->", "help:", "note:"].iter().any(|word| line.contains(word))).collect();
    insta::assert_snapshot!(shown.join("\n"));
}

/// Answers a request only once so many are there that have no answer yet.
fn together(count: usize) -> FaultServer {
    let all = Barrier::new(count);
    FaultServer::start(move |stream, _| {
        all.wait();
        drop(stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\nConnection: close\r\n\r\n{\"a\": 1}"));
    })
}

/// Runs a file against a server; all of it must pass, and stand in the report in this order.
fn passes(server: &FaultServer, name: &str, text: &str, jobs: &str, expected: &str) {
    let project = Project::new().file(name, text);
    let arguments = [name, "--jobs", jobs, "--json", "report.json", "--color", "never"];
    let ran = project.run_against(&server.base_url(), &arguments);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(outline(&project), [format!("{name}: {expected}")]);
}

#[test]
fn requests_of_a_parallel_file_run_side_by_side_unless_one_takes_something_from_the_other() {
    // The first two have nothing in common, and each of the others needs one of these.
    let yaml = "parallel: true\nrequests:
- {name: one, get: '{{ api }}/one', capture: {first: body $.a}}
- {name: two, get: '{{ api }}/two'}
- {name: three, get: '{{ api }}/three/{{ value }}'}
- {name: four, get: '{{ api }}/four/{{ two.response.body.$.a }}'}
variables: {value: 'v{{ first }}'}
";
    passes(&together(2), "a.yaml", yaml, "2", "one, two, three, four");
    let http = "# @parallel\n@value = v{{first}}\n\n### one\n# @capture first = $.a\nGET {{api}}/one\n\n\
                ### two\nGET {{api}}/two\n\n### three\nGET {{api}}/three/{{value}}\n\n\
                ### four\n# @needs two\nGET {{api}}/four/{{first}}\n";
    passes(&together(2), "a.http", http, "2", "one, two, three, four");
    let rows = "parallel: true\nrequests: [{name: row, each: [x, y, z], get: '{{ api }}/{{ item }}'}]\n";
    passes(&together(3), "a.yaml", rows, "3", "row [x], row [y], row [z]");
}

#[test]
fn the_setup_of_a_run_may_run_side_by_side_and_all_of_it_comes_before_the_rest() {
    let setup = "# @parallel\n\n### one\n# @capture x = $.a\nGET {{api}}/1\n\n### two\nGET {{api}}/2\n";
    let rest = "# @parallel\n\n### three\nGET {{api}}/3/{{x}}\n\n### four\nGET {{api}}/4\n";
    let project =
        Project::new().file("rqtest.yaml", "setup: _setup.http\n").file("_setup.http", setup).file("a.http", rest);
    let ran = project.run_against(&together(2).base_url(), &["a.http", "--jobs", "4", "--json", "report.json"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(outline(&project), ["_setup.http: one, two", "a.http: three, four"]);
}

#[test]
fn a_parallel_file_needs_no_more_jobs_than_one() {
    let text = "# @parallel\n\n### one\n# @capture x = status\nGET {{api}}/1\n\n### two\nGET {{api}}/2/{{x}}\n\n\
                ### three\nGET {{api}}/3\n";
    let project = Project::new().file("a.http", text);
    let mut paths = asked(&project, &["a.http", "--jobs", "1"]);
    paths.sort_unstable();
    assert_eq!(paths, ["/1", "/2/200", "/3"]);
}

#[test]
fn what_cannot_be_told_ahead_keeps_its_place_in_a_parallel_file() {
    let text = "parallel: true
variables: {list: [1, 2]}
setup: [{name: first, get: '{{ api }}/first'}]
requests:
- {name: a, get: '{{ api }}/a'}
- {name: b, get: '{{ api }}/b'}
- {name: loop, for: n in list, get: '{{ api }}/loop'}
- {name: c, get: '{{ api }}/c'}
- {name: script, get: '{{ api }}/script', after: 'client.global.set(\"x\", 7)'}
- {name: d, get: '{{ api }}/d'}
- {name: last script, get: '{{ api }}/end', after: 'client.assert(true)'}
- {name: e, get: '{{ api }}/e/{{ x }}'}
teardown: [{name: last, get: '{{ api }}/last'}]
";
    let project = Project::new().file("a.yaml", text);
    let paths = asked(&project, &["a.yaml"]);
    let place =
        |path: &str| paths.iter().position(|asked| asked == path).unwrap_or_else(|| panic!("{path} in {paths:?}"));
    let order = ["/first", "/b", "/loop", "/c", "/script", "/d", "/end", "/e/7", "/last"];
    assert!(order.windows(2).all(|pair| place(pair[0]) < place(pair[1])), "{paths:?}");
    assert!(place("/a") < place("/loop"), "{paths:?}");
    let expected = "a.yaml: first, a, b, loop [1], loop [2], c, script, d, last script, e, last";
    assert_eq!(outline(&project), [expected]);
}

#[test]
fn in_a_parallel_file_a_failure_skips_what_needs_it_and_no_more() {
    let text = "# @parallel\n\n### one\nGET {{api}}/1\n\n?? status == 500\n\n### two\n# @needs one\nGET {{api}}/2\n\n\
                ### three\n# @ref two\nGET {{api}}/3\n\n### four\nGET {{api}}/4\n";
    let project = Project::new().file("a.http", text);
    asked(&project, &["a.http"]);
    let expected = "a.http: one (failed), two (`one`, which it needs, failed), \
                    three (`two`, which it needs, was skipped), four";
    assert_eq!(outline(&project), [expected]);
}

/// `login` captures nothing, and all others use what it should have left.
const UNDONE: &str = "### login
# @capture token = $.nope
GET {{api}}/login

### use
# @capture id = status
GET {{api}}/use/{{token}}

### after
GET {{api}}/after/{{id}}

### refers
GET {{api}}/refers/{{use.response.headers.Content-Length}}

### asks
# @if token == \"1\"
GET {{api}}/asks

### without
GET {{api}}/without/{{ token | default(2) }}

### else
GET {{api}}/else
";

#[test]
fn who_uses_what_a_failed_request_has_not_captured_is_skipped_for_that_in_order_and_side_by_side() {
    for head in ["", "# @parallel\n\n"] {
        let project = Project::new().file("a.http", format!("{head}{UNDONE}"));
        let mut paths = asked(&project, &["a.http"]);
        paths.sort_unstable();
        assert_eq!(paths, ["/else", "/login", "/without/2"]);
        let expected = "a.http: login (errored), \
                        use (`token`, which it uses, was not captured: `login` failed), \
                        after (`id`, which it uses, was not captured: `use` was skipped), \
                        refers (`use`, which it uses, has no response: `use` was skipped), \
                        asks (`token`, which it uses, was not captured: `login` failed), without, else";
        assert_eq!(outline(&project), [expected]);
        // Where something else gives the name, that is what they use.
        let paths = asked(&project, &["a.http", "--var", "token=1"]);
        assert_eq!(paths.len(), 7, "{paths:?}");
    }
}

#[test]
fn the_teardown_of_a_run_is_skipped_where_the_setup_has_not_captured_what_it_uses() {
    let project = Project::new()
        .file("rqtest.yaml", "setup: _login.http\nteardown: _logout.http\n")
        .file("_login.http", "### login\n# @capture token = $.nope\nGET {{api}}/login\n")
        .file("_logout.http", "### logout\nGET {{api}}/logout/{{token}}\n\n### clear\nGET {{api}}/clear\n")
        .file("a.http", "### a\nGET {{api}}/a\n");
    assert_eq!(asked(&project, &["a.http"]), ["/login", "/clear"]);
    let expected = "_logout.http: logout (`token`, which it uses, was not captured: `login` failed), clear";
    assert_eq!(outline(&project).last().unwrap(), expected);
}

#[test]
fn who_uses_what_was_captured_before_an_assertion_failed_runs() {
    for head in ["", "# @parallel\n\n"] {
        let text = format!(
            "{head}### one\n# @capture one = status\nGET {{{{api}}}}/one\n\n?? status == 500\n\n\
             ### uses\nGET {{{{api}}}}/uses/{{{{one}}}}\n\n### needs\n# @needs one\nGET {{{{api}}}}/needs/{{{{one}}}}\n"
        );
        let project = Project::new().file("a.http", text);
        assert_eq!(asked(&project, &["a.http"]).len(), 2);
        let expected = "a.http: one (failed), uses, needs (`one`, which it needs, failed)";
        assert_eq!(outline(&project), [expected]);
    }
}

#[test]
fn files_of_one_group_never_overlap() {
    let under_way = AtomicUsize::new(0);
    let server = FaultServer::start(move |stream, _| {
        let before = under_way.fetch_add(1, Ordering::SeqCst);
        // Another one that does not wait for this one comes meanwhile.
        let begun = Instant::now();
        while under_way.load(Ordering::SeqCst) == 1 && begun.elapsed() < Duration::from_millis(30) {
            std::thread::yield_now();
        }
        let is_alone = before == 0 && under_way.load(Ordering::SeqCst) == 1;
        let status = if is_alone { "200 OK" } else { "500 Not alone" };
        // The next request may come as soon as this one is answered.
        under_way.fetch_sub(1, Ordering::SeqCst);
        drop(
            stream.write_all(format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").as_bytes()),
        );
    });
    let project = (0..6).fold(Project::new(), |project, file| {
        // The first needs the last, and so runs after it.
        let needs = if file == 0 { "# @needs 5.http\n" } else { "" };
        let name = format!("{file}.http");
        project.file(&name, format!("# @serial g\n{needs}\n### x\nGET {{{{api}}}}/{file}\n\n?? status == 200\n"))
    });
    let ran = project.run_against(&server.base_url(), &[".", "--jobs", "8"]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    let paths: Vec<String> =
        server.received().iter().map(|head| head.split(' ').nth(1).unwrap_or_default().to_owned()).collect();
    assert_eq!(paths, ["/5", "/0", "/1", "/2", "/3", "/4"]);
}

#[test]
fn what_is_said_of_a_whole_file_stands_above_its_first_request() {
    let text = "### a\nGET {{api}}/a\n\n### b\n# @parallel\nGET {{api}}/b\n\n### c\n# @serial g\nGET {{api}}/c\n";
    let ran = Project::new().file("a.http", text).run(&["check", "a.http", "--color", "never"]);
    assert_eq!(ran.code, 1);
    let shown = format!("{}{}", ran.stdout, ran.stderr);
    for line in [5, 9] {
        assert!(shown.contains(&format!("a.http:{line}:")), "{shown}");
    }
    assert!(shown.contains("this is said of a whole file"), "{shown}");
}

#[test]
fn a_request_that_is_not_there_leaves_nothing_of_its_file_to_wait_for() {
    let project = Project::new()
        .file("rqtest.yaml", "teardown: _clear.http\n")
        .file("_clear.http", "### clear\nGET {{api}}/clear\n")
        .file("p.http", "# @parallel\n\n### there\nGET {{api}}/there\n")
        .file("e.http", "@a = 1\n")
        .file("a.http", "### a\n# @needs p.http#their\nGET {{api}}/a\n\n### b\n# @needs e.http\nGET {{api}}/b\n");
    assert_eq!(asked(&project, &["a.http"]), ["/clear"]);
    assert_eq!(outline(&project), ["a.http: a (errored), b (errored)", "_clear.http: clear"]);
    let shown = project.run_against("http://127.0.0.1:9", &["a.http", "--color", "never"]).stdout;
    for message in ["no request of p.http is named `their`", "there is no request in e.http"] {
        assert!(shown.contains(message), "{shown}");
    }
}

#[test]
fn what_a_setup_needs_of_other_files_is_a_part_of_the_setup() {
    let project = Project::new()
        .file("rqtest.yaml", "setup: [_first.http, _second.http]\n")
        .file("_first.http", "### first\n# @needs sub/a.http#a\nGET {{api}}/first\n")
        .file("_second.http", "### second\n# @needs sub/b.http#b\nGET {{api}}/second\n")
        .file("sub/a.http", "### a\n# @needs ./b.http#b\nGET {{api}}/a\n")
        .file("sub/b.http", "### b\nGET {{api}}/b\n\n### c\nGET {{api}}/c\n")
        .file("x.http", "### x\n# @needs sub/b.http#c\nGET {{api}}/x\n");
    assert_eq!(asked(&project, &["x.http"]), ["/b", "/c", "/a", "/first", "/second", "/x"]);
    let expected = ["sub/b.http: b, c", "sub/a.http: a", "_first.http: first", "_second.http: second", "x.http: x"];
    assert_eq!(outline(&project), expected);
}

#[test]
fn a_circle_is_shown_where_it_is_closed() {
    let project = Project::new()
        .file("a.http", "### a\n# @needs c.http#c\n# @needs b.http#b\nGET {{api}}/\n")
        .file("b.http", "### b\n# @needs a.http#a\nGET {{api}}/\n")
        .file("c.http", "### c\nGET {{api}}/\n");
    let ran = project.run(&["run", ".", "--var", "api=http://127.0.0.1:9", "--color", "never"]);
    assert!(ran.stdout.contains("a.http#a -> b.http#b -> a.http#a"), "{}", ran.stdout);
    assert!(ran.stdout.contains("--> a.http:3:") && !ran.stdout.contains("--> a.http:2:"), "{}", ran.stdout);
}

#[test]
fn in_a_parallel_file_messages_and_any_spelling_of_a_template_are_taken_from_others() {
    let text = "parallel: true
requests:
- name: chat
  websocket: '{{ api }}/websocket/echo'
  steps: [hello, {expect: {body: {startsWith: hel}}, capture: {said: body}}]
- name: größe
  get: '{{ api }}/get?x=7'
- {name: taken, get: '{{ api }}/get?x={{ said }}', expect: {json: {$.args.x: hello}}}
- name: spread
  post: '{{ api }}/post'
  text: |
    {{
    größe.response.body.$.args.x }}
  expect: {json: {$.data: {startsWith: '7'}}}
";
    let project = Project::new().file("a.yaml", text);
    let ran = run(&project, &["a.yaml", "--jobs", "8"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
}
