//! Cookies that are kept in files, over the real binary.

use rqtest::serve::PracticeServer;

use crate::support::Project;

fn practice() -> PracticeServer {
    PracticeServer::start(([127, 0, 0, 1], 0).into()).unwrap()
}

/// The cookies of a file, as `name=value`.
fn kept(project: &Project, name: &str) -> Vec<String> {
    let text = project.read(name);
    let lines = text.lines().filter(|line| !line.starts_with("# ") && !line.is_empty());
    let mut pairs: Vec<_> = lines
        .map(|line| line.split('\t').collect::<Vec<_>>())
        .map(|fields| format!("{}={}", fields[5], fields[6]))
        .collect();
    pairs.sort();
    pairs
}

const CONFIGURATION: &str = "defaults: {cookie_jar: jars/cookies.txt}\n";

#[test]
fn a_jar_outlives_the_run_and_is_shared_by_its_files() {
    let server = practice();
    let project = (0..6).fold(Project::new().file("rqtest.yaml", CONFIGURATION), |project, number| {
        let text = format!("GET {{{{api}}}}/cookies/set/n{number}/v\n\n?? body $.cookies | count == 1\n");
        project.file(&format!("{number}.http"), text)
    });
    let ran = project.run_against(&server.base_url(), &[".", "--jobs", "6"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(kept(&project, "jars/cookies.txt"), ["n0=v", "n1=v", "n2=v", "n3=v", "n4=v", "n5=v"]);

    let again = "GET {{api}}/cookies\n\n?? body $.cookies | count == 6\n\n###\nGET {{api}}/cookies/delete?n0\n\n\
                 ### none of them\n# @cookie-jar true\nGET {{api}}/cookies\n\n?? body $.cookies isEmpty\n";
    let project = project.file("again.http", again);
    let ran = project.run_against(&server.base_url(), &["again.http"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(kept(&project, "jars/cookies.txt"), ["n1=v", "n2=v", "n3=v", "n4=v", "n5=v"]);
}

#[cfg(unix)]
#[test]
fn a_jar_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let server = practice();
    let project = Project::new()
        .file("a.http", "# @cookie-jar http-client.cookies\nGET {{api}}/cookies/set/a/b\n")
        .file("http-client.cookies", "# domain\tpath\tname\tvalue\tdate\n127.0.0.1\t/\told\tc\t-1\n");
    let ran = project.run_against(&server.base_url(), &["a.http"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    let expected = "# domain\tpath\tname\tvalue\tdate\n127.0.0.1\t/\told\tc\t-1\n127.0.0.1\t/\ta\tb\t-1\n";
    assert_eq!(project.read("http-client.cookies"), expected);
    let mode = std::fs::metadata(project.path("http-client.cookies")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn the_command_line_names_a_jar_before_the_configuration_does() {
    let server = practice();
    let project = Project::new()
        .file("rqtest.yaml", CONFIGURATION)
        .file("a.http", "GET {{api}}/cookies/set/a/b\n\n###\n# @no-cookie-jar\nGET {{api}}/cookies/set/c/d\n");
    let ran = project.run_against(&server.base_url(), &["a.http", "--cookie-jar", "given.txt"]);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert_eq!(kept(&project, "given.txt"), ["a=b"]);
    assert!(!project.path("jars").exists());
}

#[test]
fn a_jar_that_is_none_is_an_error_of_each_request_that_needs_it() {
    let server = practice();
    let project = Project::new()
        .file("a.http", "# @cookie-jar notes.txt\nGET {{api}}/get\n\n###\nGET {{api}}/get\n\n###\n# @cookie-jar ../x\nGET {{api}}/get\n")
        .file("notes.txt", "these are notes\n");
    let ran = project.run_against(&server.base_url(), &["a.http"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("line 1 of the cookie file"), "{}", ran.stdout);
    assert!(ran.stdout.contains("lies outside of"), "{}", ran.stdout);
    assert!(ran.stdout.contains("1 passed"), "{}", ran.stdout);
    assert_eq!(project.read("notes.txt"), "these are notes\n");
}

#[test]
fn cookies_that_cannot_be_written_are_an_error_of_the_last_request() {
    let server = practice();
    let text = "# @cookie-jar cookies.txt\nGET {{api}}/cookies/set/a%09b/c\n\n### last\nGET {{api}}/get\n";
    let project = Project::new().file("a.http", text);
    let ran = project.run_against(&server.base_url(), &["a.http"]);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("the cookie `a\\tb` cannot be written to"), "{}", ran.stdout);
    assert!(ran.stdout.contains("a.http:5"), "{}", ran.stdout);
    assert!(!project.path("cookies.txt").exists());
}
