//! What authors get wrong: where the message points, what it says, and what it tells to try.

use crate::support::Project;

/// A file, and the place, the message and the help that its author is shown.
type Mistake = (&'static str, &'static str, &'static str, &'static str);

const HTTP: &[Mistake] = &[
    (
        "# @asert status == 200\nGET http://h/\n",
        "1:4",
        "the directive `@asert` is not known",
        "did you mean `@assert`?",
    ),
    ("# @ assert status == 200\nGET http://h/\n", "1:1", "a blank after the at sign", "write `# @assert …`"),
    ("GET http://h/\n\n? status == 200\n", "3:1", "this looks like an assertion", "`?? status == 200`"),
    ("# @timeout 5 sec\nGET http://h/\n", "1:12", "`5 sec` is not a duration", "`500ms`"),
    ("# @name\nGET http://h/\n", "1:4", "`@name` lacks its argument", "write it after the directive"),
    ("# @auth {baerer: t}\nGET http://h/\n", "1:10", "unknown key `baerer`", "did you mean `bearer`?"),
    (
        "# @auth {oauth2: {grant: pasword, token_url: http://h/}}\nGET http://h/\n",
        "1:26",
        "there is no grant `pasword`",
        "did you mean `password`?",
    ),
    (
        "# @auth {api_key: {in: header, nmae: X-Key, value: v}}\nGET http://h/\n",
        "1:32",
        "unknown key `nmae`",
        "did you mean `name`?",
    ),
    ("# @capture id body $.id\nGET http://h/\n", "1:12", "is not a capture", "write `name = query`"),
    ("@a b = 1\nGET http://h/\n", "1:4", "malformed definition", "expected `=`"),
    ("GTE http://h/\n", "1:1", "the method `GTE` is not known", "did you mean `GET`?"),
    ("GET http://h/ x y\n", "1:15", "malformed request line", "one space"),
    ("# @assert(status == 200)\nGET http://h/\n", "1:10", "is not an assertion", "query predicate"),
    ("GET http://h/a b\n", "1:16", "malformed request line", "`%20`"),
    ("GET http://h/ HTTP/1.2\n", "1:15", "`HTTP/1.2` is not a version", "`HTTP/1.1`"),
    ("FETCH\n", "1:1", "a method without a URL", "`FETCH https://example.org/`"),
    ("GET http:/h/\n", "1:5", "lacks a slash", "`http://`"),
    ("GET htp://h/\n", "1:5", "is not a URL", "neither http nor https"),
    ("GET http://h/\nContent-Type text/plain\n\nx\n", "2:14", "malformed header field", "`Name: value`"),
    ("GET http://h/\nA: b\n@x = 1\n", "3:1", "a variable is defined among the header fields", "above the request line"),
    ("GET http://h/{{id\n", "1:14", "`{{` is not closed", "`}}`"),
    ("GET http://h/{{ a + }}\n", "1:19", "this is not an expression", "`\\{\\{…\\}\\}`"),
    ("GET http://h/{{$uid}}\n", "1:16", "no dynamic variable `$uid`", "did you mean `$uuid`?"),
    ("GET http://h/\n\n?? status = 200\n", "3:11", "no predicate `=`", "did you mean `==`?"),
    ("GET http://h/\n\n?? statusCode == 200\n", "3:4", "no query `statusCode`", "did you mean `status`?"),
    ("GET http://h/\n\n?? duration wiat < 5s\n", "3:13", "no predicate `wiat`", "did you mean the phase `wait`"),
    ("GET http://h/\n\n?? status greaterThan 5\n", "3:11", "no predicate `greaterThan`", "did you mean `>`?"),
    ("GET http://h/\n\n?? not $.a == 1\n", "3:4", "a query is missing before `not`", "`$.id not == 1`"),
    ("GET http://h/\n\n?? $.a between 9 1\n", "3:16", "nothing is between 9 and 1", "`between 1 9`"),
    ("# @skip {{flag}}\nGET http://h/\n", "1:9", "the reason for a skip holds no braces", "`if: not flag`"),
    ("# @if \"{{stage}}\" == 1\nGET http://h/\n", "1:7", "an expression holds no braces", "as in `stage == \"test\"`"),
    ("GET http://h/\n\n?? status\n", "3:4", "`status` has no predicate", "`exists`"),
    ("GET http://h/\n\n?? body $.a[ == 1\n", "3:12", "the `[` of this JSONPath is not closed", ""),
    ("GET http://h/\n\n?? $a.b == 1\n", "3:5", "is no JSONPath", ""),
    ("GET http://h/\n\n?? body matches /(a/\n", "3:17", "is no regular expression: unclosed group", ""),
    ("GET http://h/\n\n?? body == \"abc\n", "3:12", "the quote is not closed", ""),
    ("GET http://h/\n\n?? body | uper == A\n", "3:11", "no filter `uper`", "did you mean `upper`?"),
    ("POST http://h/\n\n<@utf99 x.txt\n", "3:3", "`utf99` is not a character set", "`latin1`"),
];

const YAML: &[Mistake] = &[
    ("requests:\n- {get: http://h/, expcet: {}}\n", "2:20", "unknown key `expcet`", "did you mean `expect`?"),
    ("requests:\n\t- get: http://h/\n", "2:1", "a tab in the indentation", "indent with spaces"),
    ("requests:\n  - name: x\n   get: http://h/\n", "3:4", "a line between the items of a list", "indentation"),
    (
        "requests:\n- name: x\n  get http://h/\n  tags: []\n",
        "3:3",
        "a line that is no `key: value`",
        "a colon and a space",
    ),
    ("requests:\n- get: http://h/\n  get: http://h/\n", "3:3", "the key `get` is written twice", "the first time"),
    ("requests:\n- get: {{ api }}/x\n", "2:9", "a template without quotes", "`\"{{ … }}\"`"),
    ("requests:\n- name: \"x\n  get: http://h/\n", "3:3", "not YAML", "possibly unclosed"),
    (
        "requests:\n- get: http://h/\n  tags: [a\n  timeout: 5s\n",
        "4:10",
        "a `:` where none can be",
        "possibly unclosed",
    ),
    ("requests:\n- name: a: b\n  get: http://h/\n", "2:10", "a `:` where no key can be", "put quotes around a text"),
    ("requests:\n  get: http://h/\n", "2:3", "`requests`: expected a list", "this is a map"),
    ("requests:\n- name: x\n", "2:3", "does not say where it goes", "`get: URL`"),
    ("requests:\n- {get: 'http://h/{{ id'}\n", "2:19", "`{{` is not closed", "`}}`"),
    ("requests:\n- {get: http://h/, timeout: soon}\n", "2:29", "`soon` is not a duration", "`500ms`"),
    ("requests:\n- {get: http://h/, headers: [a]}\n", "2:30", "`headers`: expected a map", "this is a text"),
    ("requests:\n- {get: http://h/, headers: *h}\n", "2:29", "no anchor `&h`", ""),
    ("requests:\n- {get: http://h/, expect: 200}\n", "2:28", "`expect`: expected a map", "`{status: 200}`"),
    ("requests:\n- {get: http://h/, expect: {status: ok}}\n", "2:37", "`status`: expected a status", "this is a text"),
    ("requests:\n- {get: http://h/, expect: {json: {id: 1}}}\n", "2:36", "`id` is not a JSONPath", "`$.id`"),
    ("requests:\n- {get: http://h/, expect: {json: {'$.a[': 1}}}\n", "2:41", "is no JSONPath", ""),
    (
        "requests:\n- {get: http://h/, expect: {body: {matches: (a}}}\n",
        "2:45",
        "not a regular expression: unclosed group",
        "",
    ),
    (
        "requests:\n- {get: http://h/, expect: {body: {contain: a}}}\n",
        "2:36",
        "no predicate `contain`",
        "did you mean `contains`?",
    ),
    (
        "requests:\n- {get: http://h/, expect: {cookies: {'s[Secur]': x}}}\n",
        "2:42",
        "no attribute `Secur`",
        "did you mean `Secure`?",
    ),
    ("requests:\n- {get: http://h/, capture: {id: bdy $.id}}\n", "2:34", "no query `bdy`", "did you mean `body`?"),
    (
        "requests:\n- {get: http://h/, auth: {basic: ada}}\n",
        "2:34",
        "`basic`: expected `[user, password]`",
        "this is a text",
    ),
    ("requests:\n- {post: http://h/, json: {}, text: x}\n", "2:31", "a request has one body", "the first"),
    (
        "requests:\n- {get: http://h/, expect: {headers: {'a | count': 1}}}\n",
        "2:40",
        "`a | count` is a name with filters",
        "`header a | count`",
    ),
    (
        "requests:\n- {get: http://h/, expect: {size: {between: [2KiB, 9]}}}\n",
        "2:46",
        "nothing is between 2KiB and 9",
        "`between 9 2KiB`",
    ),
    ("requets:\n- {get: http://h/}\n", "1:1", "unknown key `requets`", "did you mean `requests`?"),
    ("requests:\n- {get: ftp://h/}\n", "2:9", "is not a URL", "neither http nor https"),
];

/// What only shows when the request is to be sent.
const RUN: &[Mistake] = &[
    ("@user = ada\nGET http://h/{{usr}}\n", "2:16", "variable `usr` is not defined", "did you mean `user`?"),
    ("GET /path\n", "1:5", "no `Host` header", "write the whole URL"),
    ("# @auth {netrc: true}\nGET http://h/\n", "1:9", "there is no netrc file", "`{netrc: path}`"),
    ("GET http://h/\nAuthorization: AWS id key\n", "1:1", "does not name the region of AWS", ""),
    (
        "# @auth {oauth1: {consumer_key: c, signature_method: RSA-SHA256, private_key: x}}\nGET http://h/\n",
        "1:79",
        "the private key cannot be used",
        "",
    ),
    ("POST http://h/\n\n< ./nowhere.json\n", "3:3", "there is no file ./nowhere.json", ""),
    ("GET http://h/\nX: {{ \"a\\nb\" }}\n", "2:4", "holds a line break", "`| trim`"),
    ("### a\nGET http://h/{{b.response.body}}\n", "2:16", "no request of this file is named `b`", ""),
    ("GET http://h/{{$randomInt 1}}\n", "1:16", "`$randomInt`: it takes a minimum and a maximum", "[min max]"),
    ("GET http://h/{{ uid() }}\n", "1:17", "no function `uid`", "did you mean `uuid`?"),
];

fn check(command: &str, name: &str, mistakes: &[Mistake]) {
    let mut wrong = Vec::new();
    for (text, place, message, help) in mistakes {
        let ran = Project::new().file(name, text).run(&[command, name]);
        let shown = ran.stdout + &ran.stderr;
        let place = format!("--> {name}:{place}\n");
        if ![place.as_str(), message, help].iter().all(|words| shown.contains(words)) {
            wrong.push(format!("{text}\nshould show {place} {message:?} {help:?}\n{shown}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), mistakes.len(), wrong.join("\n"));
}

#[test]
fn mistakes_in_http_files_are_shown_at_their_place() {
    check("check", "a.http", HTTP);
}

#[test]
fn mistakes_in_yaml_files_are_shown_at_their_place() {
    check("check", "a.yaml", YAML);
}

#[test]
fn mistakes_that_show_only_in_a_run_are_shown_at_their_place() {
    check("run", "a.http", RUN);
}

#[test]
fn a_constant_of_the_language_is_never_suggested() {
    let project = Project::new().file("a.http", "GET http://127.0.0.1:9/{{nine}}\n");
    for (variable, is_suggested) in [("none=1", false), ("nines=1", true)] {
        let ran = project.run(&["run", "a.http", "--var", variable]);
        assert!(ran.stdout.contains("variable `nine` is not defined"), "{}", ran.stdout);
        assert_eq!(ran.stdout.contains("did you mean"), is_suggested, "{}", ran.stdout);
    }
}

#[test]
fn what_is_wrong_outside_of_the_requests_is_the_reason_why_they_are_skipped() {
    let text = "x: 1\nrequests:\n- {name: a, get: http://h/}\n";
    let ran = Project::new().file("a.yaml", text).run(&["run", "a.yaml"]);
    assert!(ran.stdout.contains("the file could not be read whole, line 1: unknown key `x`"), "{}", ran.stdout);
}

#[test]
fn no_file_of_a_folder_is_passed_over_for_a_slip_or_the_case_of_its_name() {
    let project = Project::new()
        .file("a.yaml", "requets:\n- {name: a, get: http://h/}\n")
        .file("b.HTTP", "### b\nGET http://h/ x y\n")
        .file("compose.yaml", "services: {web: {image: nginx}}\n")
        .file("workflow.yml", "on: push\nrequest: [{image: nginx}]\n");
    let ran = project.run(&["check", "."]);
    let shown = ran.stdout + &ran.stderr;
    for file in ["a.yaml:1:1", "b.HTTP:2:15"] {
        assert!(shown.contains(&format!("--> {file}\n")), "{shown}");
    }
    assert!(!shown.contains("compose") && !shown.contains("workflow"), "{shown}");
}
