//! Conditions, loops and pacing: each time that a request runs is a case of its own, in
//! every report.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use rqtest::serve::PracticeServer;
use serde_json::Value;

use crate::support::{FaultServer, Project, Ran};

/// What a run says of its cases.
struct Report {
    ran: Ran,
    /// Name, verdict, and the reason of what was skipped or the first error.
    cases: Vec<(String, String, String)>,
    json: Value,
    junit: String,
}

impl Report {
    fn of(project: &Project, arguments: &[&str]) -> Self {
        let server = PracticeServer::start(([127, 0, 0, 1], 0).into()).unwrap();
        let reports = ["--json", "report.json", "--junit", "report.xml"];
        let ran = project.run_against(&server.base_url(), &[arguments, &reports].concat());
        let json: Value = serde_json::from_str(&project.read("report.json")).unwrap();
        let cases = json["files"].as_array().unwrap().iter().flat_map(|file| file["cases"].as_array().unwrap());
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let why = |case: &Value| match case["reason"].as_str() {
            Some(reason) => reason.to_owned(),
            None => text(&case["attempts"][0]["error"]["diagnostics"][0]["message"]),
        };
        let cases = cases.map(|case| (text(&case["name"]), text(&case["verdict"]), why(case))).collect();
        let report = Self { ran, cases, json, junit: project.read("report.xml") };
        report.adds_up();
        report
    }

    /// Every report lists the same cases in the same order, each under a name of its own,
    /// and the totals are those of the cases.
    fn adds_up(&self) {
        let junit = junit_parser::from_reader(self.junit.as_bytes()).unwrap();
        let names: Vec<_> = junit.suites.iter().flat_map(|suite| &suite.cases).collect();
        let unique: HashSet<_> = names.iter().map(|case| (&case.classname, &case.original_name)).collect();
        assert_eq!(unique.len(), names.len(), "{}", self.junit);
        let names: Vec<_> = names.iter().map(|case| case.original_name.as_str()).collect();
        assert_eq!(names, self.cases.iter().map(|(name, ..)| name.as_str()).collect::<Vec<_>>());
        let count = |verdict: &str| self.cases.iter().filter(|(_, own, _)| own == verdict).count() as u64;
        let counts = [self.cases.len() as u64, count("failed"), count("errored"), count("skipped")];
        assert_eq!([junit.tests, junit.failures, junit.errors, junit.skipped], counts);
        let totals = &self.json["totals"];
        let totals = ["requests", "failed", "errored", "skipped"].map(|key| totals[key].as_u64().unwrap());
        assert_eq!(totals, counts);
    }

    fn verdicts(&self) -> Vec<(&str, &str)> {
        self.cases.iter().map(|(name, verdict, _)| (name.as_str(), verdict.as_str())).collect()
    }

    fn reason(&self, name: &str) -> &str {
        let case = self.cases.iter().find(|(known, ..)| known == name);
        case.map_or_else(|| panic!("there is no case {name}"), |(_, _, why)| why)
    }

    /// The URLs that were requested, without the server's.
    fn targets(&self) -> Vec<String> {
        let cases = self.json["files"].as_array().unwrap().iter().flat_map(|file| file["cases"].as_array().unwrap());
        let urls = cases.filter_map(|case| case["attempts"][0]["exchanges"][0]["url"].as_str().map(str::to_owned));
        urls.map(|url| url[url.rfind(':').unwrap()..].split_once('/').unwrap().1.to_owned()).collect()
    }
}

fn run(name: &str, text: &str, arguments: &[&str]) -> Report {
    Report::of(&Project::new().file(name, text), &[&[name], arguments].concat())
}

#[test]
fn both_formats_loop_alike() {
    let http = "
### counted
# @loop for 2
GET {{api}}/get?a={{$index}}
### known
# @loop for id of [7, \"x\"]
GET {{api}}/get?a={{id}}
### rows
# @each [{name: ada, role: a}, {name: alan, role: b}]
GET {{api}}/get?a={{role}}
### list
# @capture users = body $.users
GET {{api}}/users
### named
# @loop for user of users
GET {{api}}/get?a={{user.id}}
### spread
# @each {{ users }}
GET {{api}}/get?a={{id}}
### while
# @loop while $index < 2
GET {{api}}/get?a={{$index}}
";
    let yaml = r#"
requests:
  - {name: counted, get: "{{ api }}/get?a={{ $index }}", repeat: 2}
  - {name: known, get: "{{ api }}/get?a={{ id }}", for: 'id in [7, "x"]'}
  - {name: rows, get: "{{ api }}/get?a={{ role }}", each: [{name: ada, role: a}, {name: alan, role: b}]}
  - {name: list, get: "{{ api }}/users", capture: {users: body $.users}}
  - {name: named, get: "{{ api }}/get?a={{ user.id }}", for: user in users}
  - {name: spread, get: "{{ api }}/get?a={{ id }}", each: "{{ users }}"}
  - {name: while, get: "{{ api }}/get?a={{ $index }}", while: $index < 2}
"#;
    let names = [
        "counted [1 of 2]",
        "counted [2 of 2]",
        "known [7]",
        "known [x]",
        "rows [ada]",
        "rows [alan]",
        "list",
        "named [Ada Lovelace]",
        "named [Alan Turing]",
        "named [Grace Hopper]",
        "spread [Ada Lovelace]",
        "spread [Alan Turing]",
        "spread [Grace Hopper]",
        "while [1]",
        "while [2]",
    ];
    let targets = ["0", "1", "7", "x", "a", "b", "users", "1", "2", "3", "1", "2", "3", "0", "1"];
    let targets = targets.map(|it| if it == "users" { it.to_owned() } else { format!("get?a={it}") });
    for report in [run("a.http", http, &[]), run("a.yaml", yaml, &[])] {
        assert_eq!(report.ran.code, 0, "{}", report.ran.stdout);
        assert_eq!(report.verdicts(), names.map(|name| (name, "passed")));
        assert_eq!(report.targets(), targets);
    }
}

#[test]
fn a_matrix_runs_every_combination_in_both_formats() {
    let http = "### brew\n# @matrix {tea: [green, black], cups: [1, 2], exclude: [{tea: black, cups: 1}]}\n\
                GET {{api}}/get?tea={{tea}}&cups={{cups}}\n";
    let yaml = "requests:\n  - name: brew\n    get: '{{ api }}/get?tea={{ tea }}&cups={{ cups }}'\n    \
                each: {matrix: {tea: [green, black], cups: [1, 2], exclude: [{tea: black, cups: 1}]}}\n";
    for report in [run("a.http", http, &[]), run("a.yaml", yaml, &[])] {
        let names = ["brew [green, 1]", "brew [green, 2]", "brew [black, 2]"];
        assert_eq!(report.verdicts(), names.map(|name| (name, "passed")), "{}", report.ran.stdout);
        assert_eq!(report.targets(), ["get?tea=green&cups=1", "get?tea=green&cups=2", "get?tea=black&cups=2"]);
    }
}

#[test]
fn matrices_take_more_in_both_formats() {
    let matrix = "{tea: [green, black], include: [{milk: 1}, {tea: black, milk: 2}, {tea: white, milk: 3}]}";
    let http = format!("### brew\n# @matrix {matrix}\nGET {{{{api}}}}/get?{{{{tea}}}}={{{{milk}}}}\n");
    let yaml = format!(
        "requests:\n  - {{name: brew, get: '{{{{ api }}}}/get?{{{{ tea }}}}={{{{ milk }}}}', each: {{matrix: {matrix}}}}}\n"
    );
    for report in [run("a.http", &http, &[]), run("a.yaml", &yaml, &[])] {
        let names = ["brew [green, 1]", "brew [black, 2]", "brew [white, 3]"];
        assert_eq!(report.verdicts(), names.map(|name| (name, "passed")), "{}", report.ran.stdout);
        assert_eq!(report.targets(), ["get?green=1", "get?black=2", "get?white=3"]);
    }
    let lacking = run("a.http", "# @matrix {a: [1], b: [2], include: [{a: 3}]}\nGET {{api}}/get\n", &[]);
    assert_eq!(lacking.cases[0].2, "this row lacks `b`");
}

#[test]
fn names_hold_values_of_their_rows_and_stay_unique() {
    let long = "x".repeat(60);
    let project = Project::new().file("users.csv", format!("user,role\nada,a\nada,b\n{long},c\n")).file(
        "a.http",
        "@list = [{\"id\": 7}, {\"id\": 8}]\n### user {{user}}\n# @each users.csv\nGET {{api}}/get?role={{role}}\n\n\
         ### user ada\nGET {{api}}/get\n\n### item {{ id }}\n# @each {{ list }}\nGET {{api}}/get?id={{id}}\n",
    );
    let report = Report::of(&project, &["a.http"]);
    let cut = format!("user {}…", "x".repeat(40));
    let names = ["user ada (2)", "user ada (2) (2)", &cut, "user ada", "item 7", "item 8"];
    let verdicts = report.verdicts();
    let mut found: Vec<&str> = verdicts.iter().map(|(name, _)| *name).collect();
    assert_eq!(found.len(), 6, "{}", report.ran.stdout);
    found.sort_unstable();
    let mut expected = names.to_vec();
    expected.sort_unstable();
    assert_eq!(found, expected);
    let one = Report::of(&project, &["a.http", "--name", "user ada .2."]);
    assert_eq!(one.targets(), ["get?role=b"]);
}

#[test]
fn a_request_goes_over_the_collections_that_it_refers_to() {
    let text = "
@users = [{\"id\": 1, \"tags\": [\"a\"]}, {\"id\": 2, \"tags\": [\"b\"]}]
### twice
GET {{api}}/get?id={{$.users..id}}&tag={{$.users[*].tags[0]}}
### one
GET {{api}}/get?id={{$.users[1].id}}&all={{$.users[?@.id > 1].id}}
### none
GET {{api}}/get?id={{$.users[?@.id > 2].id}}
### uneven
GET {{api}}/get?id={{$.users..id}}&tag={{$.users[?@.id > 1].tags[0]}}
### after
GET {{api}}/get
";
    let report = run("a.http", text, &[]);
    let expected = [
        ("twice [a]", "passed"),
        ("twice [b]", "passed"),
        ("one", "passed"),
        ("none", "skipped"),
        ("uneven [1]", "passed"),
        ("uneven [2]", "errored"),
        ("after", "passed"),
    ];
    assert_eq!(report.verdicts(), expected, "{}", report.ran.stdout);
    assert_eq!(report.targets()[..3], ["get?id=1&tag=a", "get?id=2&tag=b", "get?id=2&all=2"]);
    assert_eq!(report.reason("none"), "`$.users[?@.id > 2].id` finds nothing: there is nothing to go over");
    assert_eq!(report.reason("uneven [2]"), "the path finds 1 value, and another path of this request more");
}

#[test]
fn the_collections_of_environments_are_gone_over_too() {
    let project = Project::new()
        .file("http-client.env.json", "{\"test\": {\"ids\": [4, 5]}}")
        .file("a.http", "### one\nPOST {{api}}/anything\n\n{\"id\": {{$.ids[*]}}}\n\n?? body $.json.id >= 4\n");
    let report = Report::of(&project, &["a.http", "--env", "test"]);
    assert_eq!(report.verdicts(), [("one [4]", "passed"), ("one [5]", "passed")], "{}", report.ran.stdout);
}

#[test]
fn a_collection_of_a_script_is_set_up_once() {
    let text = "
### one
< {%
  client.global.set(\"runs\", (client.global.get(\"runs\") || 0) + 1);
  request.variables.set(\"users\", [{id: 1, name: \"Ada\"}, {id: 2, name: \"Alan\"}]);
%}
GET {{api}}/get?id={{$.users..id}}&name={{$.users..name}}&runs={{runs}}

> {%
  const user = request.variables.get(\"users\")[request.iteration()];
  client.test(user.name, () => client.assert(response.body.args.id == user.id));
  client.test(\"values\", () => client.assert(request.templateValue(1) == user.name));
%}
";
    let report = run("a.http", text, &[]);
    assert_eq!(report.verdicts(), [("one [Ada]", "passed"), ("one [Alan]", "passed")], "{}", report.ran.stdout);
    assert_eq!(report.targets(), ["get?id=1&name=Ada&runs=1", "get?id=2&name=Alan&runs=1"]);
    assert_eq!(report.json["totals"]["assertions"], 4);
}

#[test]
fn rows_come_from_files_of_data() {
    let project = Project::new()
        .file("data/users.csv", "name,role\nada,\"a, b\"\nalan,{{x}}\n")
        .file("data/users.json", "[{\"id\": 1}, {\"id\": 2}]")
        .file("data/broken.csv", "name,role\nada,a\nalan\n")
        .file(
            "specs/a.http",
            "### csv\n# @each ../data/users.csv\nPOST {{api}}/post\nContent-Type: text/plain\n\n{{role}}\n\n\
             ?? body $.data in [\"a, b\", {{role}}]\n\n\
             ### json\n# @each ../data/users.json\nGET {{api}}/get?id={{ id + 1 }}\n\n\
             ### broken\n# @each ../data/broken.csv\nGET {{api}}/get\n\n\
             ### missing\n# @each ../data/none.csv\nGET {{api}}/get\n\n\
             ### outside\n# @each ../../../etc/passwd\nGET {{api}}/get\n",
        )
        .file("rqtest.yaml", "variables: {}\n");
    let report = Report::of(&project, &["specs"]);
    let expected = [
        ("csv [ada]", "passed"),
        ("csv [alan]", "passed"),
        ("json [1]", "passed"),
        ("json [2]", "passed"),
        ("broken", "errored"),
        ("missing", "errored"),
        ("outside", "errored"),
    ];
    assert_eq!(report.verdicts(), expected, "{}", report.ran.stdout);
    assert_eq!(report.targets()[2..], ["get?id=2", "get?id=3"]);
    assert!(report.ran.stdout.contains("data/broken.csv:3:1"), "{}", report.ran.stdout);
}

#[test]
fn what_a_loop_goes_over_may_be_nothing_or_nonsense() {
    let text = "
@nobody = []
@text = tea
### empty
# @for x in nobody
GET {{api}}/get
### never
# @while 1 == 2
GET {{api}}/get
### undefined
# @for x in nope
GET {{api}}/get
### no list
# @for x in text
GET {{api}}/get
### no expression
# @while 1 ==
GET {{api}}/get
### endless
# @while true
# @if $index == 0
GET {{api}}/get
### after
GET {{api}}/get
";
    let report = run("a.http", text, &[]);
    let verdicts: Vec<_> = report.verdicts();
    let (loops, endless) = verdicts.split_at(5);
    assert_eq!(loops[..2], [("empty", "skipped"), ("never", "skipped")]);
    assert!(loops[2..].iter().all(|(_, verdict)| *verdict == "errored"), "{loops:?}");
    assert_eq!(report.reason("empty"), "`nobody` is empty: there is nothing to go over");
    assert_eq!(report.reason("never"), "`1 == 2` does not hold");
    assert_eq!(report.reason("undefined"), "variable `nope` is not defined");
    assert_eq!(report.reason("no list"), "a loop goes over a list, and this is a text");
    assert_eq!((endless.len(), endless[0], endless[1]), (1002, ("endless [1]", "passed"), ("endless [2]", "skipped")));
    assert_eq!(endless[1000..], [("endless", "errored"), ("after", "passed")]);
    assert_eq!(report.reason("endless"), "`true` still holds after 1000 times");
}

#[test]
fn an_expression_alone_may_speak_of_a_response() {
    let text = "
### login
# @name login
POST {{api}}/anything
Content-Type: application/json

{\"user\": \"ada\", \"roles\": [\"reader\", \"writer\"]}

### holds
# @if login.json.user == \"ada\"
GET {{api}}/get

### does not
# @if login.json.user == \"alan\"
GET {{api}}/get

### each
# @for role in login.json.roles
GET {{api}}/get?role={{role}}
";
    let report = run("a.http", text, &[]);
    let expected = [("login", "passed"), ("holds", "passed"), ("does not", "skipped")];
    let of_loop = [("each [reader]", "passed"), ("each [writer]", "passed")];
    assert_eq!(report.verdicts(), [&expected[..], &of_loop[..]].concat());
}

#[test]
fn conditions_leave_requests_and_turns_out() {
    let text = "
@stage = test
### holds
# @if stage == \"test\"
# @if stage is defined
GET {{api}}/get
### does not
# @if stage == \"test\"
# @if stage == \"production\"
GET {{api}}/get
### disabled
# @disabled stage == \"test\"
GET {{api}}/get
### enabled
# @disabled stage == \"production\"
GET {{api}}/get
### off
# @if flag
GET {{api}}/get
### not off
# @if not flag and stage == \"test\"
GET {{api}}/get
### a turn
# @loop for id of [1, 2, 3]
# @disabled id == 2
GET {{api}}/get
### wrong
# @if nope
GET {{api}}/get
";
    let report = run("a.http", text, &["--var", "flag=false"]);
    let expected = [
        ("holds", "passed"),
        ("does not", "skipped"),
        ("disabled", "skipped"),
        ("enabled", "passed"),
        ("off", "skipped"),
        ("not off", "passed"),
        ("a turn [1]", "passed"),
        ("a turn [2]", "skipped"),
        ("a turn [3]", "passed"),
        ("wrong", "errored"),
    ];
    assert_eq!(report.verdicts(), expected, "{}", report.ran.stdout);
    assert_eq!(report.reason("does not"), "`stage == \"production\"` does not hold");
    assert_eq!(report.reason("a turn [2]"), "`id == 2` holds");
}

#[test]
fn a_condition_never_passes_over_values_of_two_types() {
    let project = Project::new()
        .file("rows.csv", "n\n1\n10\n")
        .file(
            "a.http",
            "@flag = true\n### order\n# @each rows.csv\n# @if n > 7\nGET {{api}}/get\n\n\
             ### equality\n# @if flag == true\nGET {{api}}/get\n\n\
             ### membership\n# @each rows.csv\n# @if n not in [1, 2]\nGET {{api}}/get\n\n\
             ### lasting\n# @while \"1\" >= $index\nGET {{api}}/get\n\n\
             ### as a number\n# @each rows.csv\n# @if n | int > 7 and flag == \"true\"\nGET {{api}}/get?n={{n}}\n",
        )
        .file("b.yaml", "requests:\n  - {name: order, get: \"{{ api }}/get\", each: rows.csv, if: 1 < n < 7}\n");
    let report = Report::of(&project, &["a.http", "b.yaml"]);
    let why = |place: usize| report.cases[place].2.as_str();
    for (place, message) in [
        (0, "a text cannot be ordered against a number: \"1\" > 7"),
        (1, "a text cannot be ordered against a number: \"10\" > 7"),
        (2, "a text is never equal to true or false: \"true\" == true"),
        (3, "a text is in no list of another type: \"1\" not in [1,2]"),
        (5, "a text cannot be ordered against a number: \"1\" >= 0"),
        (8, "a number cannot be ordered against a text: 1 < \"1\""),
    ] {
        assert_eq!(why(place), message, "{}", report.ran.stdout);
    }
    let last: Vec<_> = report.verdicts()[6..8].to_vec();
    assert_eq!(last, [("as a number [1]", "skipped"), ("as a number [10]", "passed")]);
    assert!(report.ran.stdout.contains("write `n | int > 7`"), "{}", report.ran.stdout);
}

#[test]
fn an_item_that_lacks_what_others_have_takes_it_from_nowhere_else() {
    let http = "
@teas = [{\"name\": \"green\", \"cups\": 2}, {\"name\": \"black\"}]
@cups = 9
### brew
# @each {{ teas }}
GET {{api}}/get?cups={{cups}}
### or else
# @each {{ teas }}
GET {{api}}/get?cups={{ cups | default(1) }}
### afterwards
GET {{api}}/get?cups={{cups}}
";
    let yaml = "
variables: {teas: [{name: green, cups: 2}, {name: black}], cups: 9}
requests:
  - {name: brew, get: '{{ api }}/get?cups={{ cups }}', each: '{{ teas }}'}
  - {name: or else, get: '{{ api }}/get?cups={{ cups | default(1) }}', each: '{{ teas }}'}
  - {name: afterwards, get: '{{ api }}/get?cups={{ cups }}'}
";
    for report in [run("a.http", http, &[]), run("a.yaml", yaml, &[])] {
        let reason = "item 2 of 2 of the list lacks `cups`, and others have it";
        assert_eq!(report.reason("brew [black]"), reason, "{}", report.ran.stdout);
        assert_eq!(report.targets(), ["get?cups=2", "get?cups=2", "get?cups=1", "get?cups=9"]);
    }
}

#[test]
fn a_table_without_rows_or_columns_is_an_error_at_its_line() {
    let files = [
        ("empty.csv", "id,name\n"),
        ("empty.json", "[]"),
        ("lacking.json", "[{\"id\": 1, \"name\": \"a\"},\n {\"id\": 2}]"),
        ("lacking.jsonl", "{\"id\": 1}\n{\"id\": 2, \"name\": \"b\"}\n"),
        ("lacking.yaml", "- {id: 1, name: a}\n- id: 2\n"),
    ];
    let tables = ["[]", "[{id: 1, name: a}, {id: 2}]"];
    let named: Vec<&str> = tables.into_iter().chain(files.iter().map(|(name, _)| *name)).collect();
    let http: String = named.iter().map(|table| format!("###\n# @each {table}\nGET {{{{api}}}}/get\n")).collect();
    let yaml: String = named.iter().map(|table| format!("  - {{get: '{{{{ api }}}}/get', each: {table}}}\n")).collect();
    let project = files.iter().fold(Project::new(), |project, (name, text)| project.file(name, text));
    let project = project.file("a.http", http).file("b.yaml", format!("requests:\n{yaml}"));
    for (spec, lines) in [("a.http", ["a.http:2:", "a.http:5:"]), ("b.yaml", ["b.yaml:2:", "b.yaml:3:"])] {
        let Report { cases, ran, .. } = Report::of(&project, &[spec]);
        let [empty, lacks] = ["there is nothing to go over", "this row lacks `name`"];
        let expected = [empty, lacks, empty, empty, lacks, lacks, lacks];
        assert_eq!(cases.len(), expected.len(), "{}", ran.stdout);
        for ((name, verdict, message), expected) in cases.iter().zip(expected) {
            assert!(verdict == "errored" && message.starts_with(expected), "{name}: {message}");
        }
        let data = ["empty.csv:1:", "empty.json:1:", "lacking.json:2:", "lacking.jsonl:1:", "lacking.yaml:2:"];
        for place in lines.iter().chain(&data) {
            assert!(ran.stdout.contains(place), "{place}: {}", ran.stdout);
        }
    }
}

#[test]
fn pages_are_turned_by_links_and_by_what_a_body_says() {
    let http = "
### linked
# @while link next
# @capture last = body $.page
GET {{api}}/pages/3?first=1
### said
# @loop while next body $.next
# @assert body $.items | count == 2
GET {{api}}/pages/2
### only one
# @while link next
GET {{api}}/pages/1
### by a cursor
# @while next $.cursor as page
GET {{api}}/pages/3?page=1&size=2
### after
GET {{api}}/get?last={{last}}
";
    let yaml = "
requests:
  - {name: linked, get: '{{ api }}/pages/3', params: {first: 1}, while: link next, capture: {last: body $.page}}
  - {name: said, get: '{{ api }}/pages/2', while: next body $.next, expect: {assert: [body $.items | count == 2]}}
  - {name: only one, get: '{{ api }}/pages/1', while: link next}
  - {name: by a cursor, get: '{{ api }}/pages/3', params: {page: 1, size: 2}, while: next $.cursor as page}
  - {name: after, get: '{{ api }}/get?last={{ last }}'}
";
    let names = [
        "linked [1]",
        "linked [2]",
        "linked [3]",
        "said [1]",
        "said [2]",
        "only one [1]",
        "by a cursor [1]",
        "by a cursor [2]",
        "by a cursor [3]",
        "after",
    ];
    let targets = [
        "pages/3?first=1",
        "pages/3?page=2",
        "pages/3?page=3",
        "pages/2",
        "pages/2?page=2",
        "pages/1",
        "pages/3?page=1&size=2",
        "pages/3?size=2&page=2",
        "pages/3?size=2&page=3",
        "get?last=3",
    ];
    for report in [run("a.http", http, &[]), run("a.yaml", yaml, &[])] {
        assert_eq!(report.verdicts(), names.map(|name| (name, "passed")), "{}", report.ran.stdout);
        assert_eq!(report.targets(), targets);
    }
}

#[test]
fn a_page_may_lead_nowhere_that_can_be_gone() {
    let text = "
### elsewhere
# @while link next
GET {{api}}/response-headers?Link=%3Chttp://127.0.0.1:9/%3E;%20rel=next
### itself
# @while link next
GET {{api}}/response-headers?Link=%3C%3E;%20rel=next
### no text
# @while next body $.page
GET {{api}}/pages/1
### no cursor
# @while next $.items as page
GET {{api}}/pages/1
### skipped
# @while link next
# @if false
GET {{api}}/pages/2
### after
GET {{api}}/get
";
    let report = run("a.http", text, &[]);
    let expected = [
        ("elsewhere [1]", "passed"),
        ("elsewhere", "errored"),
        ("itself [1]", "passed"),
        ("itself", "errored"),
        ("no text [1]", "passed"),
        ("no text", "errored"),
        ("no cursor [1]", "passed"),
        ("no cursor", "errored"),
        ("skipped [1]", "skipped"),
        ("after", "passed"),
    ];
    assert_eq!(report.verdicts(), expected, "{}", report.ran.stdout);
    assert_eq!(report.reason("elsewhere"), "the next page is on another server: http://127.0.0.1:9/");
    assert!(report.reason("itself").starts_with("the next page is this page again"), "{}", report.reason("itself"));
    assert_eq!(report.reason("no text"), "a page is followed by a URL, and this is 1");
    assert_eq!(report.reason("no cursor"), "a cursor is a text or a number, and this is [1,2]");
}

#[test]
fn pages_that_go_round_are_an_error() {
    let server = FaultServer::answers(|head| {
        let next = if head.starts_with("GET /a") { "/b" } else { "/a" };
        let fields = format!("Link: <{next}>; rel=next\r\nContent-Length: 0\r\nConnection: close");
        format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\n").into_bytes()
    });
    let project = Project::new().file("a.http", "### round\n# @while link next\nGET {{api}}/a\n");
    let ran = project.run_against(&server.base_url(), &["a.http"]);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    let message = format!("page 4 would be page 2 again: {}/b", server.base_url());
    assert!(ran.stdout.contains(&message), "{}", ran.stdout);
    assert_eq!(server.received().len(), 3);
}

#[test]
fn pages_without_end_are_an_error() {
    let report =
        run("a.http", "### endless\n# @while link next\nGET {{api}}/pages/5000\n\n### after\nGET {{api}}/get\n", &[]);
    let verdicts = report.verdicts();
    assert_eq!((verdicts.len(), verdicts[999]), (1002, ("endless [1000]", "passed")));
    assert_eq!(verdicts[1000..], [("endless", "errored"), ("after", "passed")]);
    assert_eq!(report.reason("endless"), "there is another page after 1000 of them");
}

#[test]
fn a_failure_stops_a_loop_where_it_ends_the_run() {
    let text = "
@ids = [1, 2, 3]
### known
# @loop for 3
GET {{api}}/status/500

?? status == 200
### listed
# @for id in ids
GET {{api}}/get
### lasting
# @while true
GET {{api}}/get
";
    let report = run("a.http", text, &["--fail-fast"]);
    let expected = [
        ("known [1 of 3]", "failed"),
        ("known [2 of 3]", "skipped"),
        ("known [3 of 3]", "skipped"),
        ("listed", "skipped"),
        ("lasting", "skipped"),
    ];
    assert_eq!(report.verdicts(), expected);
    let text = "### lasting\n# @while true\nGET {{api}}/get?a={{$index}}\n\n?? body $.args.a != \"2\"\n";
    let report = run("a.http", text, &["--fail-fast"]);
    let expected =
        [("lasting [1]", "passed"), ("lasting [2]", "passed"), ("lasting [3]", "failed"), ("lasting", "skipped")];
    assert_eq!(report.verdicts(), expected);
}

#[test]
fn each_turn_is_tried_again_by_itself() {
    let text =
        "@ids = [1, 2]\n### flaky\n# @for id in ids\n# @retry 2\nGET {{api}}/flaky/{{id}}/1\n\n?? status == 200\n";
    let report = run("a.http", text, &[]);
    assert_eq!(report.verdicts(), [("flaky [1]", "passed"), ("flaky [2]", "passed")]);
    assert_eq!(report.json["totals"]["flaky"], 2);
}

#[test]
fn a_run_that_is_repeated_counts_its_loops_each_time() {
    let text = "@ids = [1, 2]\n### one\n# @for id in ids\nGET {{api}}/get\n\n### two\nGET {{api}}/get\n";
    let report = run("a.http", text, &["--repeat", "2"]);
    let expected = [
        ("one [run 1 of 2] [1]", "passed"),
        ("one [run 1 of 2] [2]", "passed"),
        ("two [run 1 of 2]", "passed"),
        ("one [run 2 of 2] [1]", "passed"),
        ("one [run 2 of 2] [2]", "passed"),
        ("two [run 2 of 2]", "passed"),
    ];
    assert_eq!(report.verdicts(), expected);
}

#[test]
fn the_console_tells_every_turn() {
    let text = "
@ids = [1, 2]
### pass
# @for id in ids
GET {{api}}/get
### fail
# @loop for id of [1, 2]
GET {{api}}/status/20{{id}}

?? status == 201
### skip
# @for id in []|list
GET {{api}}/get
";
    let report = run("a.http", text, &[]);
    let stdout = report.ran.stdout.replace("127.0.0.1:", "host:");
    let times = regex::Regex::new(r"\d+(\.\d+)? m?s\b|host:\d+|, \d+/s").unwrap();
    insta::assert_snapshot!(times.replace_all(&stdout, "…"));
}

#[test]
fn requests_of_a_slot_keep_their_pace_in_all_files() {
    let file = "# @loop for 2\n# @ratelimit slot: x minIdleTime: 60\nGET {{api}}/get\n";
    let project = Project::new().file("a/a.http", file).file("a/b.http", file);
    let started = Instant::now();
    let report = Report::of(&project, &["a"]);
    assert_eq!(report.cases.len(), 4);
    assert!(started.elapsed() >= Duration::from_millis(180), "{:?}", started.elapsed());
}

#[test]
fn a_request_sleeps_before_it_is_sent() {
    let text = "@pause = 20\n### one\n# @sleep 40\nGET {{api}}/get\n### two\n# @sleep pause | int * 2\nGET {{api}}/get\n\
                ### three\n# @sleep nope\nGET {{api}}/get\n### four\n# @sleep \"soon\"\nGET {{api}}/get\n";
    let started = Instant::now();
    let report = run("a.http", text, &[]);
    assert!(started.elapsed() >= Duration::from_millis(80), "{:?}", started.elapsed());
    assert_eq!(
        report.verdicts(),
        [("one", "passed"), ("two", "passed"), ("three", "errored"), ("four", "errored")],
        "{}",
        report.ran.stdout
    );
    assert_eq!(report.reason("four"), "`soon` is not a duration");
}

#[test]
fn a_percentile_is_told_in_the_last_turn_of_all() {
    let text = "### twice\n# @repeat 2\n# @assert duration p50 < 0ns\n# @assert status == 200\nGET {{api}}/get\n\n\
                ### each\n# @each [1, 2, 3]\n# @assert duration wait p95 < 0ns\nGET {{api}}/get\n\n\
                ### while\n# @while $index < 2\n# @assert duration p99.9 < 30s\nGET {{api}}/get\n";
    let report = run("a.http", text, &[]);
    let verdicts = [
        ("twice [1 of 2]", "passed"),
        ("twice [2 of 2]", "failed"),
        ("each [1]", "passed"),
        ("each [2]", "passed"),
        ("each [3]", "failed"),
        ("while [1]", "passed"),
        ("while [2]", "passed"),
    ];
    assert_eq!(report.verdicts(), verdicts);
    let assertions: Vec<usize> = report.json["files"][0]["cases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|case| case["attempts"][0]["assertions"].as_array().unwrap().len())
        .collect();
    assert_eq!(assertions, [1, 2, 0, 0, 1, 1, 1]);
    assert!(report.ran.stdout.contains("it has run 3 times"), "{}", report.ran.stdout);
}
