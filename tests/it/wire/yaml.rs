//! YAML files: every construct that is sent.

use super::{Case, check, essence};
use crate::support::{Project, Recorder};

const REQUESTS: &[Case] = &[
    (
        "methods",
        "requests:\n- get: '{{ api }}/1'\n- {method: purge, url: '{{ api }}/2'}\n- {url: '{{ api }}/3'}\n- {method: '{{ m }}', url: '{{ api }}/4', variables: {m: PUT}}\n- {method: patch, url: '{{ api }}/5'}\n",
        &["GET /1 HTTP/1.1", "purge /2 HTTP/1.1", "GET /3 HTTP/1.1", "PUT /4 HTTP/1.1", "PATCH /5 HTTP/1.1"],
    ),
    (
        "no scheme",
        "requests:\n- get: HOST/a\n- {get: /b, headers: {host: HOST}}\n",
        &["GET /a HTTP/1.1", "GET /b HTTP/1.1\nhost: HOST"],
    ),
    (
        "the URL as it is written",
        "requests:\n- get: '{{ api }}/a/../b/%7e+[1]?q=a+b%20c&r[]=1#gone'\n- get: \"{{ api }}/é {x}\"\n",
        &["GET /a/../b/%7e+[1]?q=a+b%20c&r[]=1 HTTP/1.1", "GET /%C3%A9%20%7Bx%7D HTTP/1.1"],
    ),
    (
        "params as requests encodes them",
        "requests:\n- get: '{{ api }}/a?x=1'\n  params: {a b: c d, 'e&f': 'g=h+i/j?~*', flag: true, number: 1.50, role: [admin, dev], none: null, empty: '', é: ü, 'r[]': '[1]'}\n",
        &[
            "GET /a?x=1&a+b=c+d&e%26f=g%3Dh%2Bi%2Fj%3F~%2A&flag=true&number=1.50&role=admin&role=dev&empty=&%C3%A9=%C3%BC&r%5B%5D=%5B1%5D HTTP/1.1",
        ],
    ),
    (
        "headers: a list repeats, null takes away",
        "requests:\n- get: '{{ api }}/a'\n  headers: {X-B: [1, two], x-a: '{{ name }}', X-C: true, Accept-Encoding: null, user-agent: null, Accept: null}\n",
        &["GET /a HTTP/1.1\nX-B: 1\nX-B: two\nx-a: Ada\nX-C: true"],
    ),
    (
        "a list of maps keeps its order",
        "requests:\n- {post: '{{ api }}/a', headers: [{A: 1}, {b: 2}, {A: 3}], params: [{a: 1}, {b: 2}, {a: 3}], form: [{c: 1}, {d: 2}, {c: 3}]}\n",
        &[
            "POST /a?a=1&b=2&a=3 HTTP/1.1\nA: 1\nb: 2\nA: 3\nContent-Type: application/x-www-form-urlencoded\n\nc=1&d=2&c=3",
        ],
    ),
    (
        "cookies",
        "requests:\n- get: '{{ api }}/a'\n  cookies: {a: 1, b: '{{ name }}'}\n  headers: {Cookie: c=d}\n",
        &["GET /a HTTP/1.1\nCookie: c=d; a=1; b=Ada"],
    ),
    (
        "auth",
        "defaults: {auth: {bearer: t}}\nrequests:\n- get: '{{ api }}/1'\n- {get: '{{ api }}/2', auth: none}\n- {get: '{{ api }}/3', auth: {basic: [ada, 's:t']}}\n- {get: '{{ api }}/4', auth: {bearer: '{{ name }}'}}\n- {get: '{{ api }}/5', headers: {Authorization: own}}\n- {get: '{{ api }}/6', headers: {Authorization: null}}\n",
        &[
            "GET /1 HTTP/1.1\nAuthorization: Bearer t",
            "GET /2 HTTP/1.1",
            "GET /3 HTTP/1.1\nAuthorization: Basic YWRhOnM6dA==",
            "GET /4 HTTP/1.1\nAuthorization: Bearer Ada",
            "GET /5 HTTP/1.1\nAuthorization: own",
            "GET /6 HTTP/1.1",
        ],
    ),
    (
        "defaults: the request wins, null takes away",
        "defaults:\n  headers: {X-A: d, X-B: d, X-C: [d, e]}\n  params: {p: d, q: d}\n  cookies: {c: d}\nrequests:\n- get: '{{ api }}/1'\n- get: '{{ api }}/2'\n  headers: {x-b: own, X-C: null}\n  params: {q: null, r: 1}\n  cookies: {c: null}\n",
        &[
            "GET /1?p=d&q=d HTTP/1.1\nX-A: d\nX-B: d\nX-C: d\nX-C: e\nCookie: c=d",
            "GET /2?p=d&r=1 HTTP/1.1\nX-A: d\nx-b: own",
        ],
    ),
    (
        "setup and teardown",
        "setup: [{get: '{{ api }}/s', capture: {id: body $.id}}]\nrequests: [{get: '{{ api }}/{{ id }}'}]\nteardown: [{get: '{{ api }}/t'}]\n",
        &["GET /s HTTP/1.1", "GET /7 HTTP/1.1", "GET /t HTTP/1.1"],
    ),
];

const BODIES: &[Case] = &[
    (
        "json keeps types",
        "variables: {id: 7, list: [1, {a: null}], no: false}\nrequests:\n- post: '{{ api }}/a'\n  json: {id: '{{ id }}', text: 'n{{ id }}', list: '{{ list }}', no: '{{ no }}', number: 1.50, big: 18446744073709551615, s: '7', null: null, '{{ name }}': é}\n",
        &[
            "POST /a HTTP/1.1\nContent-Type: application/json\n\n{\"id\":7,\"text\":\"n7\",\"list\":[1,{\"a\":null}],\"no\":false,\"number\":1.5,\"big\":18446744073709551615,\"s\":\"7\",\"null\":null,\"Ada\":\"é\"}",
        ],
    ),
    (
        "json of any kind",
        "requests:\n- {post: '{{ api }}/1', json: null}\n- {post: '{{ api }}/2', json: [1]}\n- {post: '{{ api }}/3', json: '{{ name }}', headers: {content-type: application/merge-patch+json}}\n",
        &[
            "POST /1 HTTP/1.1\nContent-Type: application/json\n\nnull",
            "POST /2 HTTP/1.1\nContent-Type: application/json\n\n[1]",
            "POST /3 HTTP/1.1\ncontent-type: application/merge-patch+json\n\n\"Ada\"",
        ],
    ),
    (
        "form",
        "requests:\n- post: '{{ api }}/a'\n  form: {a b: 'c d', e: ['1', 2], n: null, v: 1.10, t: '{{ name }}&+~*', é: true}\n",
        &[
            "POST /a HTTP/1.1\nContent-Type: application/x-www-form-urlencoded\n\na+b=c+d&e=1&e=2&v=1.10&t=Ada%26%2B~%2A&%C3%A9=true",
        ],
    ),
    (
        "multipart",
        "requests:\n- post: '{{ api }}/a'\n  multipart:\n  - {name: note, value: '{{ name }}'}\n  - {name: tree, value: {a: 1}}\n  - {name: f, file: plain.txt}\n  - {name: 'q\"', file: plain.txt, filename: c.png, headers: {Expires: '0', X-P: '{{ name }}'}}\n  - {name: g, file: ada.json, content_type: text/csv}\n  - {name: n, value: 1.50}\n",
        &[concat!(
            "POST /a HTTP/1.1\nContent-Type: multipart/form-data; boundary=BOUNDARY\n\n",
            "--BOUNDARY\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nAda\r\n",
            "--BOUNDARY\r\nContent-Disposition: form-data; name=\"tree\"\r\nContent-Type: application/json\r\n\r\n{\"a\":1}\r\n",
            "--BOUNDARY\r\nContent-Disposition: form-data; name=\"f\"; filename=\"plain.txt\"\r\nContent-Type: text/plain\r\n\r\nplain\n\r\n",
            "--BOUNDARY\r\nContent-Disposition: form-data; name=\"q%22\"; filename=\"c.png\"\r\nContent-Type: image/png\r\nExpires: 0\r\nX-P: Ada\r\n\r\nplain\n\r\n",
            "--BOUNDARY\r\nContent-Disposition: form-data; name=\"g\"; filename=\"ada.json\"\r\nContent-Type: text/csv\r\n\r\n{\"name\": \"{{name}}\"}\r\n",
            "--BOUNDARY\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\n1.50\r\n--BOUNDARY--\r\n",
        )],
    ),
    (
        "text and verbatim",
        "requests:\n- {post: '{{ api }}/1', text: \"a {{ name }}\\n\"}\n- {post: '{{ api }}/2', verbatim: 'a {{ name }} {% if %}'}\n- {post: '{{ api }}/3', text: x, headers: {Content-Type: text/csv}}\n- {post: '{{ api }}/4', text: x, headers: {Content-Type: null}}\n",
        &[
            "POST /1 HTTP/1.1\nContent-Type: text/plain; charset=utf-8\n\na Ada\n",
            "POST /2 HTTP/1.1\nContent-Type: text/plain; charset=utf-8\n\na {{ name }} {% if %}",
            "POST /3 HTTP/1.1\nContent-Type: text/csv\n\nx",
            "POST /4 HTTP/1.1\n\nx",
        ],
    ),
    (
        "texts and files",
        "requests:\n- {post: '{{ api }}/a', text: ['a {{ name }};', {file: plain.txt}, {file: {path: ada.json, render: true}}, ;b]}\n",
        &["POST /a HTTP/1.1\nContent-Type: text/plain; charset=utf-8\n\na Ada;plain\n{\"name\": \"Ada\"};b"],
    ),
    ("bytes", "requests:\n- {post: '{{ api }}/a', bytes: AP8NCg==}\n", &["POST /a HTTP/1.1\n\n\\x00\\xff\\r\\n"]),
    (
        "files",
        "requests:\n- {post: '{{ api }}/1', file: ada.json}\n- {post: '{{ api }}/2', file: {path: ada.json, render: true}}\n- {post: '{{ api }}/3', file: {path: latin1.txt, encoding: latin1}}\n- {post: '{{ api }}/4', file: bytes.bin}\n",
        &[
            "POST /1 HTTP/1.1\n\n{\"name\": \"{{name}}\"}",
            "POST /2 HTTP/1.1\n\n{\"name\": \"Ada\"}",
            "POST /3 HTTP/1.1\n\ncafé Ada",
            "POST /4 HTTP/1.1\n\n\\x00\\xff\\r\\n",
        ],
    ),
    (
        "graphql",
        "requests:\n- {post: '{{ api }}/1', graphql: 'query { a(b: {c: 1}) }'}\n- {post: '{{ api }}/2', graphql: {query: 'query Q($id: Int) { a }', variables: {id: '{{ 7 }}'}, operation_name: Q}}\n",
        &[
            "POST /1 HTTP/1.1\nContent-Type: application/json\n\n{\"query\":\"query { a(b: {c: 1}) }\"}",
            "POST /2 HTTP/1.1\nContent-Type: application/json\n\n{\"query\":\"query Q($id: Int) { a }\",\"operationName\":\"Q\",\"variables\":{\"id\":7}}",
        ],
    ),
];

const VARIABLES: &[Case] = &[
    (
        "the request's own win over captures",
        "requests:\n- {get: '{{ api }}/1', capture: {id: body $.id}}\n- {get: '{{ api }}/{{ id }}', variables: {id: own}}\n- get: '{{ api }}/{{ id }}'\n",
        &["GET /1 HTTP/1.1", "GET /own HTTP/1.1", "GET /7 HTTP/1.1"],
    ),
    (
        "undefined: nothing is sent",
        "requests:\n- get: '{{ api }}/{{ nope }}'\n- {post: '{{ api }}/2', json: {a: ['{{ nope }}']}}\n- {get: '{{ api }}/3', params: {a: '{{ nope }}'}}\n",
        &[],
    ),
    (
        "statements and comments",
        "requests:\n- post: '{{ api }}/a'\n  text: '{% for i in [1, 2] %}{{ i }};{% endfor %}{# c #}'\n",
        &["POST /a HTTP/1.1\nContent-Type: text/plain; charset=utf-8\n\n1;2;"],
    ),
    (
        "values are not searched for variables",
        "variables: {x: 1}\nrequests:\n- {get: '{{ api }}/1', capture: {tag: body $.tag}}\n- {post: '{{ api }}/2', json: ['{{ tag }}', 'a {{ tag }}']}\n",
        &["GET /1 HTTP/1.1", "POST /2 HTTP/1.1\nContent-Type: application/json\n\n[\"{{x}}\",\"a {{x}}\"]"],
    ),
    (
        "dynamic variables and functions",
        "requests:\n- {post: '{{ api }}/a', json: ['{{ $randomInt 5 6 }}', '{{ random_int(5, 6) }}', '{{ uuid() | length }}', '{{$uuid | length}}']}\n",
        &["POST /a HTTP/1.1\nContent-Type: application/json\n\n[5,5,36,36]"],
    ),
    (
        "anchors and merges",
        "requests:\n- &a {get: '{{ api }}/1', headers: &h {A: b}}\n- {get: '{{ api }}/2', headers: {<<: *h, C: d}}\n",
        &["GET /1 HTTP/1.1\nA: b", "GET /2 HTTP/1.1\nA: b\nC: d"],
    ),
];

#[test]
fn requests_are_sent_as_they_mean() {
    check("yaml", REQUESTS);
}

#[test]
fn bodies_are_sent_as_their_kind_demands() {
    check("yaml", BODIES);
}

#[test]
fn values_keep_their_types() {
    check("yaml", VARIABLES);
}

#[test]
fn what_the_project_says_is_below_what_the_file_says() {
    let recorder = Recorder::start();
    let project = Project::new()
        .file(
            "rqtest.yaml",
            "variables: {a: project, b: project}\ndefaults: {headers: {X-P: p, X-F: p}, auth: {bearer: p}}\n",
        )
        .file("http-client.env.json", r#"{"$shared": {"b": "shared", "c": "shared"}, "dev": {"c": "dev", "d": "dev"}}"#)
        .file("http-client.private.env.json", r#"{"dev": {"d": "private"}}"#)
        .file("a.http", "@f = file\nGET {{api}}/{{a}}/{{b}}/{{c}}/{{d}}/{{f}}\nX-F: f\n");
    let ran = project.run_against(&format!("http://{}", recorder.authority()), &["--env", "dev", "a.http"]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    let sent = essence(&recorder.take()[0], &recorder);
    assert_eq!(sent, "GET /project/shared/dev/private/file HTTP/1.1\nX-P: p\nX-F: f\nAuthorization: Bearer p");
}

#[test]
fn null_takes_away_what_the_levels_above_say() {
    let recorder = Recorder::start();
    let project = Project::new()
        .file("rqtest.yaml", "defaults: {http_version: \"1.0\", unix_socket: nobody.sock, timeout: 0s, skip: not yet, retry: 1, delay: 1h, repeat: 2, cert: nobody.pem}\n")
        .file("a.yaml", "defaults: {unix_socket: null, timeout: null, skip: null, retry: null, delay: null, repeat: null, cert: null}\nrequests: [{get: '{{ api }}/1'}, {get: '{{ api }}/2', http_version: null}]\n")
        .file("b.http", "# @unix-socket null\n# @timeout null\n# @skip null\n# @retry null\n# @delay null\n# @repeat null\n# @cert null\n\n### a\n# @http-version null\nGET {{api}}/3\n");
    let ran = project.run_against(&format!("http://{}", recorder.authority()), &["--jobs", "1", "."]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    let sent = recorder.take();
    let lines = sent.iter().map(|request| essence(request, &recorder).lines().next().map(str::to_owned));
    let lines: Vec<_> = lines.flatten().collect();
    assert_eq!(lines, ["GET /1 HTTP/1.0", "GET /2 HTTP/1.1", "GET /3 HTTP/1.1"]);
}
