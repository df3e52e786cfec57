//! Which of the requests found run: of the last run's failures, of what has changed, of a share; and in which order.

use std::collections::BTreeSet;
use std::process::Command;

use rqtest::serve::PracticeServer;
use serde_json::Value;

use crate::support::{Project, Ran};

fn practice() -> PracticeServer {
    PracticeServer::start(([127, 0, 0, 1], 0).into()).unwrap()
}

/// The names of the requests that a run has reported, in order.
fn ran(project: &Project, server: &PracticeServer, arguments: &[&str]) -> (Ran, Vec<String>) {
    let ran = project.run_against(&server.base_url(), &[arguments, &["--json", "report.json"]].concat());
    let report: Value = serde_json::from_str(&project.read("report.json")).unwrap();
    let cases = report["files"].as_array().unwrap().iter().flat_map(|file| file["cases"].as_array().unwrap());
    let names = cases.map(|case| case["name"].as_str().unwrap().to_owned()).collect();
    (ran, names)
}

/// The paths of the files that would run, in order.
fn listed(project: &Project, arguments: &[&str]) -> (Ran, Vec<String>) {
    let ran = project.run(&[&["list", "--format", "json"], arguments].concat());
    let listed: Value = serde_json::from_str(&ran.stdout).unwrap();
    let files = listed.as_array().unwrap().iter().map(|request| request["file"].as_str().unwrap().to_owned());
    let files = files.collect();
    (ran, files)
}

#[test]
fn what_failed_last_runs_again_until_it_passes() {
    let server = practice();
    let project = Project::new().file("rqtest.yaml", "")
        .file("rqtest.yaml", "variables: {first: 500, second: 500, third: 201}\n")
        .file(
            "specs/a.http",
            "### good\nGET {{api}}/get\n\n?? status == 200\n\n### first\nGET {{api}}/status/{{first}}\n\n?? status == 200\n",
        )
        .file(
            "specs/b.yaml",
            "requests:\n  - {name: each, get: '{{ api }}/status/{{ code }}', each: [{name: ok, code: 200}, \
             {name: bad, code: '{{ second }}'}], expect: {status: 200}}\n",
        )
        .file("specs/c.http", "### other\nGET {{api}}/get\n\n?? status == 200\n");
    let (first, _) = ran(&project, &server, &["specs", "--last-failed"]);
    assert_eq!(first.code, 1);
    assert!(first.stderr.contains("nothing of this is known to have failed"), "{}", first.stderr);

    let (_, names) = ran(&project, &server, &["specs", "--last-failed"]);
    assert_eq!(names, ["first", "each [bad]"]);
    assert_eq!(listed(&project, &["specs", "--last-failed"]).1, ["specs/a.http", "specs/b.yaml"]);
    // What does not run stays as it is known.
    assert_eq!(ran(&project, &server, &["specs/c.http"]).0.code, 0);
    let (_, names) = ran(&project, &server, &["specs", "--last-failed", "--var", "first=200"]);
    assert_eq!(names, ["first", "each [bad]"]);
    let (last, names) = ran(&project, &server, &["specs", "--last-failed", "--var", "second=200"]);
    assert_eq!((last.code, names), (0, vec!["each [bad]".to_owned()]));
    let (all, names) = ran(&project, &server, &["specs", "--last-failed", "--var", "first=200", "--var", "second=200"]);
    assert_eq!((all.code, names.len()), (0, 5));
    assert_eq!(project.read(".rqtest/.gitignore"), "*\n");
}

#[test]
fn a_setup_that_failed_runs_with_all_that_it_was_for() {
    let server = practice();
    let project = Project::new().file("rqtest.yaml", "").file(
        "a.http",
        "### prepare\n# @setup\nGET {{api}}/status/{{code}}\n\n?? status == 200\n\n### one\nGET {{api}}/get\n\n### two\nGET {{api}}/get\n",
    );
    assert_eq!(ran(&project, &server, &["a.http", "--var", "code=500"]).0.code, 1);
    let (again, names) = ran(&project, &server, &["a.http", "--last-failed", "--var", "code=200"]);
    assert_eq!((again.code, names), (0, ["prepare", "one", "two"].map(str::to_owned).to_vec()));
}

#[test]
fn what_did_not_run_stays_as_it_was_known() {
    let server = practice();
    let project = Project::new()
        .file("rqtest.yaml", "variables: {code: 500}\n")
        .file(
            "b.http",
            "### first\nGET {{api}}/get\n\n?? status == {{status}}\n\n### login\nGET {{api}}/get\n\n### more\nGET {{api}}/status/{{code}}\n\n?? status == 200\n",
        )
        .file("a.http", "### a\n# @needs b.http#login\nGET {{api}}/get\n");
    let failed = ["b.http", "--var", "status=200"];
    let seconds = |project: &Project| {
        let known: Value = serde_json::from_str(&project.read(".rqtest/history.json")).unwrap();
        known["files"]["b.http"]["seconds"].clone()
    };
    assert_eq!(ran(&project, &server, &failed).0.code, 1);
    let whole = seconds(&project);
    // A file of which others need something, and one that was not gone through to its end.
    assert_eq!(ran(&project, &server, &["a.http"]).0.code, 0);
    assert_eq!(listed(&project, &["b.http", "--last-failed"]).0.stdout.matches("more").count(), 1);
    assert_eq!(ran(&project, &server, &["b.http", "--fail-fast", "--var", "status=201"]).0.code, 1);
    let (_, names) = ran(&project, &server, &["b.http", "--last-failed", "--var", "status=200"]);
    assert_eq!(names, ["first", "more"]);
    assert_eq!(ran(&project, &server, &["b.http", "--name", "login"]).0.code, 0);
    assert_eq!(seconds(&project), whole);
    assert_eq!(ran(&project, &server, &["b.http", "--var", "status=200", "--var", "code=200"]).0.code, 0);
    assert_ne!(seconds(&project), whole);
}

#[test]
fn the_names_of_the_history_hold_no_secrets() {
    let server = practice();
    let project = Project::new().file("rqtest.yaml", "").file(
        "a.yaml",
        "requests:\n  - {name: read, get: '{{ api }}/get', auth: {bearer: '{{ key }}'}, \
         each: [{name: lovelace-1815, key: lovelace-1815}, {name: other, key: another}], expect: {status: 500}}\n",
    );
    assert_eq!(ran(&project, &server, &["a.yaml"]).0.code, 1);
    let known = project.read(".rqtest/history.json");
    assert!(known.contains("read [***]") && !known.contains("lovelace"), "{known}");
    let (_, names) = ran(&project, &server, &["a.yaml", "--last-failed"]);
    assert_eq!(names, ["read [***]", "read [other]"]);
}

#[test]
fn a_project_says_where_its_history_is_kept() {
    let server = practice();
    let fails = "### one\nGET {{api}}/get\n\n?? status == 201\n";
    let project = Project::new().file("rqtest.yaml", "history: target/h.json\n").file("a.http", fails);
    assert_eq!(ran(&project, &server, &["a.http"]).0.code, 1);
    assert!(project.read("target/h.json").contains("\"one\"") && !project.path(".rqtest").exists());
    let project = project.file("target/h.json", "nonsense");
    let refused = project.run(&["list", "a.http", "--last-failed"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("target/h.json is no history"), "{}", refused.stderr);

    let project = Project::new().file("rqtest.yaml", "history: false\n").file("a.http", fails);
    assert_eq!(ran(&project, &server, &["a.http"]).0.code, 1);
    assert!(!project.path(".rqtest").exists());
    let refused = project.run(&["list", "a.http", "--last-failed"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("`history: false`"), "{}", refused.stderr);
}

#[test]
fn what_is_no_history_is_not_written_over() {
    let server = practice();
    let project = Project::new()
        .file("rqtest.yaml", "history: notes.txt\n")
        .file("notes.txt", "buy milk\n")
        .file("a.http", "### one\nGET {{api}}/get\n");
    let (done, _) = ran(&project, &server, &["a.http"]);
    assert_eq!((done.code, &*project.read("notes.txt")), (0, "buy milk\n"));
    assert!(done.stderr.contains("is not kept: notes.txt is no history of rqtest's"), "{}", done.stderr);

    let project = project.file("rqtest.yaml", "history: report.json\n");
    for arguments in [["--json", "./report.json"], ["--junit", "report.json"]] {
        let refused = project.run_against(&server.base_url(), &[&["a.http"], &arguments[..]].concat());
        assert_eq!(refused.code, 2, "{}", refused.stderr);
        assert!(refused.stderr.contains("cannot be the same file"), "{}", refused.stderr);
    }
}

#[test]
fn a_file_that_is_named_twice_runs_once() {
    let project = Project::new()
        .file("a.http", "### one\nGET http://h/1\n\n### two\nGET http://h/2\n\n### three\nGET http://h/3\n")
        .file("b/c.http", "GET http://h/4\n");
    let names = |arguments: &[&str]| {
        let ran = project.run(&[&["list", "--format", "json"], arguments].concat());
        let listed: Value = serde_json::from_str(&ran.stdout).unwrap();
        let names: Vec<String> =
            listed.as_array().unwrap().iter().map(|request| request["name"].as_str().unwrap().to_owned()).collect();
        names
    };
    for (arguments, expected) in [
        (&[".", "a.http"][..], &["one", "two", "three", "GET http://h/4"][..]),
        (&["b", "./a.http", "b/c.http"], &["GET http://h/4", "one", "two", "three"]),
        (&["a.http:7", "a.http:1"], &["one", "three"]),
        (&["a.http:7", "a.http"], &["one", "two", "three"]),
        (&["a.http:2", "a.http:2"], &["one"]),
    ] {
        assert_eq!(names(arguments), expected, "{arguments:?}");
    }
}

#[test]
fn what_nothing_matches_is_said() {
    let project = Project::new().file("a.http", "### one\nGET http://h/\n");
    for (arguments, expected) in [
        (&["--tag", "x"][..], "no request in a.http matches --tag\n"),
        (&["--name", "x"], "no request in a.http matches --name\n"),
        (&["--name", "x", "--tag", "x"], "no request in a.http matches --tag and --name\n"),
    ] {
        let ran = project.run(&[&["list", "a.http"], arguments].concat());
        assert!(ran.code == 4 && ran.stderr.contains(expected), "{}", ran.stderr);
    }
}

#[test]
fn a_history_that_cannot_be_written_fails_no_run() {
    let server = practice();
    let project = Project::new()
        .file("rqtest.yaml", "")
        .file(".rqtest", "in the way")
        .file("a.http", "### one\nGET {{api}}/get\n");
    let (ran, _) = ran(&project, &server, &["a.http"]);
    assert_eq!(ran.code, 0);
    assert!(ran.stderr.contains("warning: what passed and what did not is not kept"), "{}", ran.stderr);
}

#[test]
fn every_file_is_of_one_shard() {
    let server = practice();
    let mut project = Project::new().file("rqtest.yaml", "");
    for number in 0..7 {
        let delay = if number == 0 { "delay/0.2" } else { "get" };
        project = project.file(&format!("specs/{number}.http"), format!("### {number}\nGET {{{{api}}}}/{delay}\n"));
    }
    let all = || -> Vec<Vec<String>> {
        (1..=3).map(|shard| listed(&project, &["specs", "--shard", &format!("{shard}/3")]).1).collect()
    };
    let hashed = all();
    assert_eq!(hashed.iter().flatten().collect::<BTreeSet<_>>().len(), 7);
    assert_eq!(hashed.iter().flatten().count(), 7);
    assert_eq!(ran(&project, &server, &["specs"]).0.code, 0);
    let timed = all();
    assert_eq!(timed.iter().flatten().collect::<BTreeSet<_>>().len(), 7);
    assert_eq!(timed.iter().flatten().count(), 7);
    // The slow one takes longer than all the others together.
    assert_eq!(timed[0], ["specs/0.http"]);
    // A shard leaves the times as they are: the next one must see the same.
    let (ran, _) = ran(&project, &server, &["specs", "--shard", "2/3"]);
    assert_eq!(ran.code, 0);
    assert!(ran.stderr.contains(&format!("shard 2 of 3: {} of 7 files", timed[1].len())), "{}", ran.stderr);
    assert_eq!(all(), timed);
}

#[test]
fn a_shard_counts_what_was_chosen() {
    let request = "### one\nGET http://127.0.0.1:9/\n";
    let project = Project::new()
        .file("rqtest.yaml", "setup: before.http\nteardown: after.http\n")
        .file("before.http", request)
        .file("after.http", request)
        .file("other/needed.http", request)
        .file("specs/a.http", "### a\n# @needs ../other/needed.http#one\nGET http://127.0.0.1:9/\n");
    let (ran, files) = listed(&project, &["specs", "--shard", "1/1"]);
    assert_eq!(files.len(), 4);
    assert!(ran.stderr.contains("shard 1 of 1: 1 of 1 files"), "{}", ran.stderr);
}

#[test]
fn a_shard_may_have_nothing_to_run() {
    let server = practice();
    let project = Project::new().file("a.http", "### one\nGET {{api}}/get\n");
    let counts = [1, 2].map(|shard| {
        let (ran, names) = ran(&project, &server, &["a.http", "--shard", &format!("{shard}/2")]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        names.len()
    });
    assert_eq!(counts.iter().sum::<usize>(), 1);
    for wrong in ["0/2", "3/2", "two"] {
        assert_eq!(project.run(&["list", "a.http", "--shard", wrong]).code, 2, "{wrong}");
    }
}

#[test]
fn the_machine_tells_the_shard() {
    let project = Project::new().file("a.http", "GET http://127.0.0.1:9\n").file("b.http", "GET http://127.0.0.1:9\n");
    let list = |variables: &[(&str, &str)]| {
        let mut command = project.command();
        Ran::from(command.args(["list", ".", "--shard", "auto"]).envs(variables.iter().copied()).output().unwrap())
    };
    let lines = |ran: Ran| ran.stdout.lines().filter(|line| !line.is_empty()).count();
    let shards = ["1", "2"].map(|index| lines(list(&[("CI_NODE_INDEX", index), ("CI_NODE_TOTAL", "2")])));
    assert_eq!(shards.iter().sum::<usize>(), 2);
    let refused = list(&[]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("CI_NODE_TOTAL"), "{}", refused.stderr);
}

#[test]
fn a_random_order_can_be_had_again() {
    let mut project = Project::new();
    for number in 10..30 {
        project = project.file(&format!("specs/{number}.http"), "### one\nGET http://h/1\n\n### two\nGET http://h/2\n");
    }
    let (_, sorted) = listed(&project, &["specs"]);
    let (ran, random) = listed(&project, &["specs", "--order", "random"]);
    let seed = regex::Regex::new(r"--seed (\d+)").unwrap().captures(&ran.stderr).unwrap()[1].to_owned();
    assert_eq!(listed(&project, &["specs", "--order", "random", "--seed", &seed]).1, random);
    let [one, other] = ["1", "2"].map(|seed| listed(&project, &["specs", "--order", "random", "--seed", seed]).1);
    assert_ne!(one, other);
    let mut again = one.clone();
    again.sort();
    assert_eq!(again, sorted);
    // The requests of a file stay together, and in order.
    assert!(one.chunks(2).all(|pair| pair[0] == pair[1]));
}

fn git(project: &Project, arguments: &[&str]) {
    let mut command = Command::new("git");
    command.current_dir(project.path(".")).args(["-c", "user.name=a", "-c", "user.email=a@example.org"]);
    let output = command.args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn what_has_changed_is_what_git_says() {
    let request = |head: &str| format!("{head}\n### one\nGET http://127.0.0.1:9/\n");
    let project = Project::new()
        .file("specs/a.http", request(""))
        .file("specs/b.http", request("import _shared.http"))
        .file("specs/c.http", "### rows\n# @each data/rows.csv\nGET http://127.0.0.1:9/\n")
        .file("specs/data/rows.csv", "id\n1\n")
        .file("specs/_shared.http", request("@x = 1"));
    let outside = project.run(&["list", "specs", "--changed"]);
    assert_eq!(outside.code, 2, "{}", outside.stderr);
    assert!(outside.stderr.contains("not a git repository"), "{}", outside.stderr);

    for arguments in [&["init", "-q"][..], &["add", "."], &["commit", "-qm", "one"]] {
        git(&project, arguments);
    }
    let (ran, files) = listed(&project, &["specs", "--changed"]);
    assert_eq!((ran.code, files.len()), (0, 0));
    assert!(ran.stderr.contains("nothing here has changed since HEAD"), "{}", ran.stderr);

    let project = project.file("specs/new.http", request(""));
    assert_eq!(listed(&project, &["specs", "--changed"]).1, ["specs/new.http"]);
    let project = project.file("specs/_shared.http", request("@x = 2")).file("specs/data/rows.csv", "id\n2\n");
    let all = ["specs/b.http", "specs/c.http", "specs/new.http"];
    assert_eq!(listed(&project, &["specs", "--changed"]).1, all);
    git(&project, &["add", "."]);
    git(&project, &["commit", "-qm", "two"]);
    assert!(listed(&project, &["specs", "--changed"]).1.is_empty());
    assert_eq!(listed(&project, &["specs", "--changed=HEAD~1"]).1, all);
    for (file, text) in [("rqtest.yaml", "jobs: 2\n"), (".env.dev", "x=1\n"), ("env/.env", "x=1\n")] {
        git(&project, &["stash", "-qu"]);
        std::fs::create_dir_all(project.path("env")).unwrap();
        std::fs::write(project.path(file), text).unwrap();
        assert_eq!(listed(&project, &["specs", "--changed"]).1.len(), 4, "{file}");
    }

    git(&project, &["stash", "-qu"]);
    let two = project.run(&["list", "specs", "--changed=HEAD~1", "--shard", "1/1"]);
    assert!(two.stderr.contains("shard 1 of 1: 3 of 3 files"), "{}", two.stderr);

    for wrong in ["nowhere", "--output=stolen", ""] {
        let refused = project.run(&["list", "specs", &format!("--changed={wrong}")]);
        assert_eq!(refused.code, 2, "{wrong}");
    }
    assert!(!project.path("stolen").exists());
}

#[test]
fn what_a_spec_reads_by_way_of_others_concerns_it() {
    let request = "### one\nGET http://127.0.0.1:9/\n";
    let files = [
        ("rqtest.yaml", "setup: _before.http\n"),
        ("_before.http", request),
        ("schema.http", "### one\nGET http://127.0.0.1:9/\n\n?? body schema user.json\n"),
        ("user.json", r##"{"properties": {"home": {"$ref": "parts/address.json#/definitions/home"}}}"##),
        ("parts/address.json", r#"{"definitions": {"home": {"type": "string"}}}"#),
        ("script.http", "### one\nGET http://127.0.0.1:9/\n\n> ./check.js\n"),
        ("check.js", "import { far } from './lib/near';\n"),
        ("lib/near.js", "export { far } from '../far.js';\n"),
        ("far.js", "export const far = 1;\n"),
    ];
    let project = files.into_iter().fold(Project::new(), |project, (name, text)| project.file(name, text));
    for arguments in [&["init", "-q"][..], &["add", "."], &["commit", "-qm", "one"]] {
        git(&project, arguments);
    }
    for (changed, text, expected) in [
        ("parts/address.json", r#"{"definitions": {"home": {}}}"#, &["schema.http"][..]),
        ("far.js", "export const far = 2;\n", &["script.http"]),
        ("lib/near.js", "export const far = 3;\n", &["script.http"]),
        ("_before.http", "### two\nGET http://127.0.0.1:9/\n", &["_before.http", "schema.http", "script.http"]),
    ] {
        std::fs::write(project.path(changed), text).unwrap();
        let files: BTreeSet<String> = listed(&project, &[".", "--changed"]).1.into_iter().collect();
        let files: Vec<String> =
            files.into_iter().filter(|file| expected.len() > 1 || file != "_before.http").collect();
        assert_eq!(files, expected, "{changed}");
        git(&project, &["stash", "-q"]);
    }
}
