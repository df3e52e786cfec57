//! What holds for every request: of a file, of the project, and of an environment.

use rqtest::serve::PracticeServer;

use crate::support::{Project, Ran};

fn run(project: &Project, arguments: &[&str]) -> Ran {
    let server = PracticeServer::start(([127, 0, 0, 1], 0).into()).unwrap();
    project.run_against(&server.base_url(), arguments)
}

#[test]
fn a_path_is_joined_to_the_nearest_base_url() {
    let project = Project::new()
        .file("rqtest.yaml", "defaults: {base_url: '{{ api }}/anything/project/'}\n")
        .file(
            "a.http",
            "### of the project\nGET /users?a=1\n\n?? body $.url endsWith /anything/project/users?a=1\n\n\
             ### its own\n# @base-url {{api}}/anything/own\nGET /users\n\n?? body $.url endsWith /anything/own/users\n\n\
             ### a whole URL\nGET {{api}}/get\n\n?? body $.url endsWith /get\n\n\
             ### a host that is only sent\nGET /users\nHost: example.org\n\n\
             ?? body $.url endsWith example.org/anything/project/users\n\n\
             ### none\n# @base-url null\nGET /get\nHost: {{host}}\n\n?? body $.url endsWith /get\n",
        )
        .file(
            "b.yaml",
            "defaults: {base_url: '{{ api }}/anything/file'}\nrequests:\n  \
             - {get: /users, params: {b: 2}, expect: {json: {$.url: {endsWith: '/anything/file/users?b=2'}}}}\n  \
             - {get: '/{{ name }}', variables: {name: x}, expect: {json: {$.url: {endsWith: /anything/file/x}}}}\n",
        );
    let server = PracticeServer::start(([127, 0, 0, 1], 0).into()).unwrap();
    let host = format!("host={}", server.base_url().trim_start_matches("http://"));
    let ran = project.run_against(&server.base_url(), &[".", "--var", &host]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.stdout);
}

#[test]
fn what_is_no_base_url_is_an_error_at_its_place() {
    let project = Project::new().file(
        "a.http",
        "### a query\n# @base-url http://127.0.0.1:9/?a=1\nGET /users\n\n### a path\n# @base-url /v1\nGET /users\n\n\
         ### nothing\nGET /users\n",
    );
    let ran = run(&project, &["a.http"]);
    assert_eq!(ran.code, 1);
    for words in [
        "`http://127.0.0.1:9/?a=1` is no base URL",
        "a.http:2:13",
        "`/v1` is no base URL",
        "give its beginning as `base_url`",
    ] {
        assert!(ran.stdout.contains(words), "{words} is missing in:\n{}", ran.stdout);
    }
}

#[test]
fn an_environment_has_defaults_of_its_own() {
    let project = Project::new()
        .file(
            "rqtest.yaml",
            "defaults: {headers: {X-Of: project, X-Team: all}, retry: 0}
environments:
  short: {place: short}
  staging:
    place: staging
    defaults: {base_url: '{{ api }}/flaky/{{ place }}', headers: {X-Of: '{{ place }}'}, retry: 2}
  long: {variables: {place: long}, defaults: {base_url: '{{ api }}/anything'}}
environment: short
",
        )
        .file("a.yaml", "requests:\n  - {get: '{{ api }}/anything', expect: {json: {'$.headers[\"X-Of\"]': '{{ of }}', '$.headers[\"X-Team\"]': all}}}\n")
        .file("b.yaml", "requests:\n  - {name: again, get: /2, expect: {status: 200}}\n")
        .file("c.yaml", "requests:\n  - {get: '/{{ place }}', expect: {json: {$.url: {endsWith: /anything/long}}}}\n");
    for arguments in [
        &["a.yaml", "--var", "of=project"][..],
        &["a.yaml", "--env", "staging", "--var", "of=staging"],
        &["b.yaml", "--env", "staging"],
        &["c.yaml", "--env", "long"],
    ] {
        let ran = run(&project, arguments);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{arguments:?}\n{}", ran.stdout);
    }
    assert_eq!(run(&project, &["b.yaml"]).code, 1);
    let project = project.file("rqtest.yaml", "environments: {staging: {defaults: {timout: 1s}}}\n");
    let refused = run(&project, &["a.yaml"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("did you mean `timeout`"), "{}", refused.stderr);
}
