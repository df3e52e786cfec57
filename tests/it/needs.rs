//! What waits for what where requests run many times, are wrong, or are a part of the setup.

use crate::order::{asked, outline};
use crate::support::Project;

const ROWS: &str = "requests:
- {name: make, get: '{{ api }}/make/{{ id }}', each: [{id: 1}, {id: 2}, {id: 3}], expect: {status: 200}}
";

/// Requests that each need all turns of `make`.
fn users(reference: &str) -> String {
    format!(
        "- {{name: use, get: '{{{{ api }}}}/use/{{{{ id }}}}', needs: '{reference}', each: [{{id: 4}}, {{id: 5}}]}}\n"
    )
}

#[test]
fn all_turns_of_a_request_are_needed_by_all_of_another() {
    let sorted = |mut paths: Vec<String>| {
        paths.sort_unstable();
        paths
    };
    for head in ["", "parallel: true\n"] {
        let here = Project::new().file("a.yaml", format!("{head}{ROWS}{}", users("make")));
        let there = Project::new()
            .file("a.yaml", format!("{head}requests:\n{}", users("b.yaml#make")))
            .file("b.yaml", format!("{head}{ROWS}"));
        for project in [here, there] {
            let paths = asked(&project, &["."]);
            let (made, used) = paths.split_at(3);
            assert_eq!(sorted(made.to_vec()), ["/make/1", "/make/2", "/make/3"]);
            assert_eq!(sorted(used.to_vec()), ["/use/4", "/use/5"]);
        }
    }
}

#[test]
fn what_needs_a_request_whose_turns_did_not_pass_is_skipped() {
    for head in ["", "parallel: true\n"] {
        let rows = ROWS.replace("status: 200", "status: 500");
        let project = Project::new().file("a.yaml", format!("{head}{rows}{}", users("make")));
        asked(&project, &["a.yaml"]);
        let lacking = "`make`, which it needs, failed";
        let expected = format!(
            "a.yaml: make [1] (failed), make [2] (failed), make [3] (failed), use [4] ({lacking}), use [5] ({lacking})"
        );
        assert_eq!(outline(&project), [expected]);
    }
}

#[test]
fn a_file_that_the_setup_needs_is_a_part_of_it_though_it_was_named_too() {
    let project = Project::new()
        .file("rqtest.yaml", "setup: _before.http\n")
        .file("_before.http", "### before\n# @needs z.http#seed\nGET {{api}}/before\n")
        .file("a.http", "### a\nGET {{api}}/a\n")
        .file("y.http", "### y\nGET {{api}}/y\n")
        .file("z.http", "### seed\n# @needs y.http#y\nGET {{api}}/seed\n\n### more\nGET {{api}}/more\n");
    assert_eq!(asked(&project, &["."]), ["/y", "/seed", "/more", "/before", "/a"]);
    assert_eq!(outline(&project), ["y.http: y", "z.http: seed, more", "_before.http: before", "a.http: a"]);
}

#[test]
fn what_is_needed_and_cannot_be_read_is_said_to_be_so() {
    let project = Project::new()
        .file(
            "a.http",
            "### a\n# @needs b.http#wrong\nGET {{api}}/\n\n### b\n# @needs c.yaml#lost\nGET {{api}}/\n\n\
             ### c\n# @ref c.yaml#lost\nGET {{api}}/\n",
        )
        .file("b.http", "### wrong\n# @ref nowhere\nGET {{api}}/\n")
        .file("c.yaml", "requests:\n- name: lost\n  get: [not closed\n");
    asked(&project, &["a.http"]);
    let shown = outline(&project);
    assert!(shown[0].contains("wrong (errored)"), "{shown:?}");
    let ran = project.run_against("http://127.0.0.1:9", &["a.http", "--color", "never"]);
    assert!(ran.stdout.contains("a: skipped, `b.http#wrong`, which it needs, failed"), "{}", ran.stdout);
    assert_eq!(ran.stdout.matches("error: `lost` cannot be found: c.yaml cannot be read").count(), 2, "{}", ran.stdout);
    assert!(!ran.stdout.contains("no request of"), "{}", ran.stdout);
}

#[test]
fn in_a_parallel_file_what_a_variable_of_an_environment_is_made_of_runs_before() {
    let project =
        Project::new().file("rqtest.yaml", "environments:\n  dev: {auth: 'Bearer {{login.response.headers.Content-Length}}'}\n").file(
            "a.http",
            "# @parallel\n\n### login\nGET {{api}}/login\n\n### me\nGET {{api}}/me\nAuthorization: {{auth}}\n\n?? request header Authorization == \"Bearer 0\"\n",
        );
    assert_eq!(asked(&project, &["a.http", "--env", "dev"]), ["/login", "/me"]);
    assert_eq!(outline(&project), ["a.http: login, me"]);
}
