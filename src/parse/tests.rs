//! What one format can say, the other can say: pairs of files that are the same spec.

use regex::Regex;

use super::parse;
use crate::diagnostic::Severity;
use crate::source::SourceFile;
use crate::spec::{Dialect, Entry, Format, Spec};

/// What is said, in `.http` and in YAML.
const PAIRS: &[(&str, &str, &str)] = &[
    ("a request", "GET https://a.example/b?c=d\n", "requests: [{get: 'https://a.example/b?c=d'}]"),
    ("a method", "PURGE {{base}}/b\n", "requests: [{method: PURGE, url: '{{base}}/b'}]"),
    ("no method", "https://a.example\n", "requests: [{url: https://a.example}]"),
    (
        "names, descriptions and tags",
        "# @name all\n# @description of it\n# @tags a, b\n### first\n# @description words\n# @tag c\nGET /\n",
        "name: all\ndescription: of it\ntags: [a, b]\nrequests: [{name: first, description: words, tags: [c], get: /}]",
    ),
    (
        "settings",
        "# @timeout 1.5\n# @connect-timeout 500ms\n# @read-timeout 2s\n# @redirects 3\n# @verify ca.pem\n# @http-version 1.1\n# @decompress false\n# @encoding latin1\n# @cookie-jar false\n# @max-body 10KiB\nGET /\n",
        "requests:\n- {get: /, timeout: 1.5, connect_timeout: 500ms, read_timeout: 2s, redirects: 3, verify: ca.pem, http_version: 1.1, decompress: false, encoding: latin1, cookie_jar: false, max_body: 10KiB}",
    ),
    (
        "switches",
        "# @redirects true\n# @verify false\n# @decompress\n# @no-cookie-jar\nGET /\n###\n# @no-redirect\n# @verify true\nGET /\n",
        "requests:\n- {get: /, redirects: true, verify: false, decompress: true, cookie_jar: false}\n- {get: /, redirects: false, verify: true}",
    ),
    (
        "flow",
        "# @retry 3 500ms\n# @delay 1m\n# @repeat 2\nGET /\n###\n# @retry 1\n# @skip\nGET /\n###\n# @skip not today\nGET /\n",
        "requests:\n- {get: /, retry: {times: 3, delay: 500ms}, delay: 1m, repeat: 2}\n- {get: /, retry: 1, skip: true}\n- {get: /, skip: not today}",
    ),
    (
        "defaults",
        "# @timeout 5s\n# @skip\n# @headers {A: b, C: d}\n# @params {p: 1}\n# @cookies {c: d}\n# @auth {bearer: t}\n###\nGET /\nA: own\n###\n# @skip false\n# @auth none\n# @headers {C: null}\nGET /\n",
        "defaults: {timeout: 5s, skip: true, headers: {A: b, C: d}, params: {p: 1}, cookies: {c: d}, auth: {bearer: t}}\nrequests:\n- {get: /, headers: {A: own}}\n- {get: /, skip: false, auth: none, headers: {C: null}}",
    ),
    (
        "header fields",
        "GET /\nX-A: 1\nx-b: {{v}}\nX-A: 3\n",
        "requests: [{get: /, headers: [{X-A: 1}, {x-b: '{{v}}'}, {X-A: 3}]}]",
    ),
    (
        "a header field that is taken away, and one that is repeated",
        "# @headers {Accept: null, X: [1, 2]}\nGET /\n",
        "requests: [{get: /, headers: {Accept: null, X: [1, 2]}}]",
    ),
    (
        "params and cookies",
        "# @params {a b: 1.50, c: [x, '{{y}}'], d: null}\n# @cookies {e: true}\nGET /\n",
        "requests: [{get: /, params: {a b: 1.50, c: [x, '{{y}}'], d: null}, cookies: {e: true}}]",
    ),
    (
        "credentials",
        "# @auth {basic: [ada, '{{password}}']}\nGET /\n",
        "requests: [{get: /, auth: {basic: [ada, '{{password}}']}}]",
    ),
    (
        "variables of the file",
        "@a = 1\n@b := {{a}}\nGET /\n",
        "variables: {a: '1'}\nlazy: {b: '{{a}}'}\nrequests: [{get: /}]",
    ),
    (
        "variables of a request",
        "# @variables {a: 1, b: [x]}\n# @lazy {c: '{{$uuid}}'}\nGET /\n",
        "requests: [{get: /, variables: {a: 1, b: [x]}, lazy: {c: '{{$uuid}}'}}]",
    ),
    ("a text", "POST /\n\none\n{{two}}\n", "requests:\n- post: /\n  text: |-\n    one\n    {{two}}"),
    (
        "files",
        "POST /\n\n< a.json\n###\nPOST /\n\n<@ a.json\n###\nPOST /\n\n<@latin1 a.json\n",
        "requests:\n- {post: /, file: a.json}\n- {post: /, file: {path: a.json, render: true}}\n- {post: /, file: {path: a.json, encoding: latin1}}",
    ),
    (
        "texts and files",
        "POST /\n\none\n< a.txt\ntwo\n",
        "requests: [{post: /, text: [\"one\\n\", {file: a.txt}, \"\\ntwo\"]}]",
    ),
    (
        "assertions",
        "# @assert status == 201\n# @assert header content-type contains json\nGET /\n\n?? body $.id isInteger\n?? $.list | count == 1\n?? duration < 500ms\n",
        "requests:\n- get: /\n  expect:\n    assert:\n    - status == 201\n    - header content-type contains json\n    - body $.id isInteger\n    - $.list | count == 1\n    - duration < 500ms",
    ),
    (
        "expectations",
        "GET /\n\n?? status == 2xx\n?? version == HTTP/1.1\n?? header a == \"1\"\n?? header b not exists\n?? cookie s[HttpOnly] exists\n?? body $.a equals {\"b\": [1]}\n?? body $.c not isString\n?? body contains x\n?? duration < 500ms\n?? size >= 10KiB\n?? redirects == 0\n?? variable v == 1\n",
        "requests:\n- get: /\n  expect:\n    status: 2xx\n    version: HTTP/1.1\n    headers: {a: '1', b: null}\n    cookies: {'s[HttpOnly]': {exists: true}}\n    json: {$.a: {equals: {b: [1]}}, $.c: {isString: false}}\n    body: {contains: x}\n    duration: {<: 500ms}\n    size: {'>=': 10KiB}\n    redirects: 0\n    variables: {v: 1}",
    ),
    (
        "comparisons of JSON",
        "GET /\n\n?? body equals {\"id\": \"{{ any.integer }}\"} unordered ignoring $.at, $..by\n?? body not containsJson [1] unordered\n?? body $.a containsJson file,a.json ignoring $.b\n",
        "requests:\n- get: /\n  expect:\n    json:\n      equals: {id: '{{ any.integer }}'}\n      unordered: true\n      ignoring: [$.at, $..by]\n      not: {containsJson: [1], unordered: true}\n      $.a:\n        containsJson: file,a.json\n        ignoring: $.b",
    ),
    (
        "captures",
        "# @capture id = body $.id | toString\n# @capture token = header x-token\nGET /\n",
        "requests: [{get: /, capture: {id: body $.id | toString, token: header x-token}}]",
    ),
    (
        "scripts",
        "< {%a()%}\n< b.js\nGET /\n\n> {%c()%}\n> d.js\n",
        "requests: [{get: /, before: ['a()', {file: b.js}], after: ['c()', {file: d.js}]}]",
    ),
    (
        "setup and teardown",
        "### a\n# @setup\nGET /a\n### b\nGET /b\n### c\n# @teardown\nGET /c\n",
        "setup: [{name: a, get: /a}]\nrequests: [{name: b, get: /b}]\nteardown: [{name: c, get: /c}]",
    ),
    (
        "how a file runs",
        "# @parallel\n# @serial g\n# @needs a.http#b\n\n### a\n# @needs c\n# @needs ./d.yaml\nGET http://h/\n",
        "parallel: true\nserial: g\nneeds: a.http#b\nrequests: [{name: a, get: http://h/, needs: [c, ./d.yaml]}]\n",
    ),
    (
        "what stands elsewhere",
        "import ./users.http\n# @import b.yaml\n\n### a\n# @ref login\n# @force-ref ./c.http#log out\nGET http://h/\n\n\
         ### as ada\n# @tag t\n# @skip later\nrun #login (@user = ada, @role = {{ role }})\n\n###\nrun ./c.http\n",
        "import: [./users.http, b.yaml]\n\
         requests:\n\
         - {name: a, get: http://h/, ref: login, force_ref: ./c.http#log out}\n\
         - {name: as ada, tags: t, skip: later, run: login, variables: {user: ada, role: '{{ role }}'}}\n\
         - {run: ./c.http}\n",
    ),
];

/// A spec without its places, the texts of its assertions, and which format it is in.
fn dump(text: &str, format: Format) -> String {
    let name = if format == Format::Http { "a.http" } else { "a.yaml" };
    let spec = parse(&SourceFile::new(name, text), format, Dialect::default());
    let course = format!("{:#?}\n{:#?}\n{:#?}", spec.needs, spec.parallel, spec.serial);
    let Spec { name, description, tags, imports, variables, setup, requests, teardown, diagnostics, .. } = spec;
    assert!(diagnostics.iter().all(|diagnostic| diagnostic.severity != Severity::Error), "{diagnostics:?}");
    let stages = [setup, requests, teardown].map(|entries| {
        let valid = |entry: Entry| match entry {
            Entry::Invalid(invalid) => panic!("{text}\n{:#?}", invalid.diagnostics),
            other => other,
        };
        entries.into_iter().map(valid).collect::<Vec<_>>()
    });
    let shown = format!("{name:#?}\n{description:#?}\n{tags:#?}\n{imports:#?}\n{variables:#?}\n{course}\n{stages:#?}");
    let places = Regex::new(r"(?m) @ \d+:\d+-\d+:\d+|^ *span: .*\n|^ *text: .*\n").unwrap();
    places.replace_all(&shown, "").into_owned()
}

#[test]
fn both_formats_say_the_same() {
    for (what, http, yaml) in PAIRS {
        let (http, yaml) = (dump(http, Format::Http), dump(yaml, Format::Yaml));
        let parting = http.lines().zip(yaml.lines()).find(|(left, right)| left != right);
        assert!(http == yaml, "{what}: {parting:#?}\n{http}\n{yaml}");
    }
}
