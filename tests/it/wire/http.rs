//! `.http` files: the conflict rules of the default dialect, and every construct that is sent.

use super::{Case, check, parts, run};
use crate::support::Recorder;

const STRUCTURE: &[Case] = &[
    (
        "1: a byte order mark and CRLF are taken off, but for those within the body",
        "\u{feff}POST {{api}}/a HTTP/1.1\r\nA: b\r\n\r\nx\r\ny\r\n\r\n",
        &["POST /a HTTP/1.1\nA: b\n\nx\r\ny"],
    ),
    (
        "1: values never create structure",
        "@v = ###\n@w = # c\nPOST {{api}}/a\n\n{{v}}\n{{w}}\n\n{{v}}\n",
        &["POST /a HTTP/1.1\n\n###\n# c\n\n###"],
    ),
    (
        "2: number signs separate at column 0 also in a body",
        "POST {{api}}/1\n\ntext\n### b\nGET {{api}}/2\n####\nGET {{api}}/3\n",
        &["POST /1 HTTP/1.1\n\ntext", "GET /2 HTTP/1.1", "GET /3 HTTP/1.1"],
    ),
    (
        "2: indented, they separate outside of a body only",
        "  ### a\nGET {{api}}/1\n  ### b\nPOST {{api}}/2\n\ntext\n  ### c\n",
        &["GET /1 HTTP/1.1", "POST /2 HTTP/1.1\n\ntext\n  ### c"],
    ),
    (
        "2: a request line begins a request below no body and below whole JSON",
        "GET {{api}}/1\nGET {{api}}/2\n\nPOST {{api}}/3\n\n{\"a\":\n1}\nGET {{api}}/4\n",
        &["GET /1 HTTP/1.1", "GET /2 HTTP/1.1", "POST /3 HTTP/1.1\n\n{\"a\":\n1}", "GET /4 HTTP/1.1"],
    ),
    (
        "2: a request line in any other body is a part of it",
        "POST {{api}}/1\n\ntext\nGET {{api}}/2\n",
        &["POST /1 HTTP/1.1\n\ntext\nGET http://HOST/2"],
    ),
    (
        "4: comment lines are dropped in JSON and GraphQL",
        "POST {{api}}/1\nContent-Type: application/json\n\n# c\n{\n  // d\n  \"a\": \"# no\"\n}\n\n###\nPOST {{api}}/2\nContent-Type: application/graphql\n\n# c\n{ a }\n",
        &[
            "POST /1 HTTP/1.1\nContent-Type: application/json\n\n{\n  \"a\": \"# no\"\n}",
            "POST /2 HTTP/1.1\nContent-Type: application/graphql\n\n{ a }",
        ],
    ),
    (
        "4: comment lines are kept in any other body",
        "POST {{api}}/1\n\n# Title\n// and text\nmore\n",
        &["POST /1 HTTP/1.1\n\n# Title\n// and text\nmore"],
    ),
    (
        "5: a body that begins as JSON needs no blank line",
        "POST {{api}}/1\nA: b\n{\"a\": 1}\n###\nPOST {{api}}/2\n[1,\n\n2]\n",
        &["POST /1 HTTP/1.1\nA: b\n\n{\"a\": 1}", "POST /2 HTTP/1.1\n\n[1,\n\n2]"],
    ),
    (
        "5: any other line without a colon costs its own request",
        "GET {{api}}/1\nno colon\n\n###\nGET {{api}}/2\n",
        &["GET /2 HTTP/1.1"],
    ),
    (
        "comments are nowhere on the wire",
        "# a\n// b\nGET {{api}}/1\n# c\n# @d e: f\nA: b\n// g\nC: d\n",
        &["GET /1 HTTP/1.1\nA: b\nC: d"],
    ),
    (
        "names and titles are nowhere on the wire",
        "### title\n# @name x\n#@tag a\n// @description words\nGET {{api}}/1\n",
        &["GET /1 HTTP/1.1"],
    ),
];

const REQUEST_LINES: &[Case] = &[
    ("with a version", "GET {{api}}/a HTTP/1.1\n", &["GET /a HTTP/1.1"]),
    ("with HTTP/1.0", "GET {{api}}/a HTTP/1.0\nConnection: close\n", &["GET /a HTTP/1.0\nConnection: close"]),
    ("a URL alone", "http://HOST/a\n", &["GET /a HTTP/1.1"]),
    ("a URL alone with a version", "http://HOST/a HTTP/1.1\n", &["GET /a HTTP/1.1"]),
    ("no path", "GET {{api}}\n###\nGET {{api}}?a=b\n", &["GET / HTTP/1.1", "GET /?a=b HTTP/1.1"]),
    ("white space around", "  GET {{api}}/a \t\n", &["GET /a HTTP/1.1"]),
    (
        "12: known methods in any case",
        "get {{api}}/1\n###\nPatch {{api}}/2\n",
        &["GET /1 HTTP/1.1", "PATCH /2 HTTP/1.1"],
    ),
    (
        "12: unknown methods as they are",
        "PURGE {{api}}/1\n###\nM-SEARCH {{api}}/2\n###\nReport http://HOST/3\n",
        &["PURGE /1 HTTP/1.1", "M-SEARCH /2 HTTP/1.1", "Report /3 HTTP/1.1"],
    ),
    ("12: no scheme on loopback", "GET HOST/a\n###\nHOST/b\n", &["GET /a HTTP/1.1", "GET /b HTTP/1.1"]),
    ("origin form with a host", "GET /a?b=c\nhost: HOST\n", &["GET /a?b=c HTTP/1.1\nhost: HOST"]),
    ("origin form without a host", "GET /a\nA: b\n", &[]),
    ("origin form with a host from a variable", "@h = HOST\nPOST /a\nHost: {{h}}\n\nb\n", &["POST /a HTTP/1.1\n\nb"]),
    (
        "lines that go on with the target",
        "GET {{api}}/a\n    ?b=c d\n    &e={{name}}\n    &f=#g\nA: b\n",
        &["GET /a?b=c%20d&e=Ada&f= HTTP/1.1\nA: b"],
    ),
    ("a path over several lines", "GET {{api}}\n  /a\n  /b HTTP/1.1\n", &["GET /a/b HTTP/1.1"]),
    ("lines at column 0 that go on with the query", "GET {{api}}/a\n?b=c\n&d=e\n", &["GET /a?b=c&d=e HTTP/1.1"]),
    (
        "12: what a URL may hold is sent as it stands",
        "GET {{api}}/a/../b/./c//d;e=f/%7e%2F+[1]?q=a+b%20c&r[]=1&s='(x)*!~$@:,#gone\n",
        &["GET /a/../b/./c//d;e=f/%7e%2F+[1]?q=a+b%20c&r[]=1&s='(x)*!~$@:, HTTP/1.1"],
    ),
    (
        "12: what a URL may not hold is encoded",
        "GET {{api}}/é\"<>\\^`{|}?q=日\n",
        &["GET /%C3%A9%22%3C%3E%5C%5E%60%7B%7C%7D?q=%E6%97%A5 HTTP/1.1"],
    ),
    ("12: a bare percent sign is not touched", "GET {{api}}/100%?a=%zz\n", &["GET /100%?a=%zz HTTP/1.1"]),
    (
        "credentials of the URL",
        "GET http://ada:s%20t@HOST/a\n",
        &["GET /a HTTP/1.1\nAuthorization: Basic YWRhOnMgdA=="],
    ),
    (
        "malformed lines cost their own request",
        "Hello world\n###\nGET {{api}}/2 x y\n###\nGET {{api}}/3\n",
        &["GET /3 HTTP/1.1"],
    ),
];

const FIELDS: &[Case] = &[
    (
        "11: repeated fields are sent one by one, in their order and case",
        "GET {{api}}/a\nx-b: 1\nX-A: 2\nX-B: 3\nx-b:4\n",
        &["GET /a HTTP/1.1\nx-b: 1\nX-A: 2\nX-B: 3\nx-b: 4"],
    ),
    (
        "11: cookies are joined",
        "GET {{api}}/a\nCookie: a=b\nA: b\ncookie: c={{name}}\n",
        &["GET /a HTTP/1.1\nCookie: a=b; c=Ada\nA: b"],
    ),
    (
        "values lose the white space around them and nothing else",
        "GET {{api}}/a\nA: \t b  c \t\nB:\nC: é: \"d\"\n",
        &["GET /a HTTP/1.1\nA: b  c\nB: \nC: é: \"d\""],
    ),
    (
        "what the author writes stands in the place of what the client adds",
        "GET {{api}}/a\naccept: a\nUser-Agent: me\nAccept-Encoding: identity\n",
        &["GET /a HTTP/1.1\nUser-Agent: me\naccept: a\nAccept-Encoding: identity"],
    ),
    (
        "credentials in words",
        "GET {{api}}/1\nAuthorization: Basic ada s t\n###\nGET {{api}}/2\nAuthorization: Basic ada:{{name}}\n###\nGET {{api}}/3\nAuthorization: Basic YWRhOnM=\n###\nGET {{api}}/4\nAuthorization: Bearer {{name}}\n",
        &[
            "GET /1 HTTP/1.1\nAuthorization: Basic YWRhOnMgdA==",
            "GET /2 HTTP/1.1\nAuthorization: Basic YWRhOkFkYQ==",
            "GET /3 HTTP/1.1\nAuthorization: Basic YWRhOnM=",
            "GET /4 HTTP/1.1\nAuthorization: Bearer Ada",
        ],
    ),
];

/// What YAML has keys for, and `.http` directives of the same names.
const DIRECTIVES: &[Case] = &[
    (
        "header fields that are taken away or added",
        "# @headers {Accept-Encoding: null, user-agent: null, X-B: [1, '{{name}}']}\nGET {{api}}/a\nX-A: 1\n",
        &["GET /a HTTP/1.1\nX-A: 1\nX-B: 1\nX-B: Ada"],
    ),
    (
        "params and cookies",
        "# @params {a b: 1.50, c: [x, '{{name}}'], d: null}\n# @cookies {e: 1}\nGET {{api}}/a?z\nCookie: f=g\n",
        &["GET /a?z&a+b=1.50&c=x&c=Ada HTTP/1.1\nCookie: f=g; e=1"],
    ),
    (
        "credentials of the file, and of a request",
        "# @auth {bearer: '{{name}}'}\n###\nGET {{api}}/1\n###\n# @auth none\nGET {{api}}/2\n###\n# @auth {basic: [a, b]}\nGET {{api}}/3\n",
        &[
            "GET /1 HTTP/1.1\nAuthorization: Bearer Ada",
            "GET /2 HTTP/1.1",
            "GET /3 HTTP/1.1\nAuthorization: Basic YTpi",
        ],
    ),
    (
        "7: the request's own variables win over captures and the file's",
        "@id = file\n# @capture id = body $.id\nGET {{api}}/{{id}}\n###\n# @variables {id: own}\nGET {{api}}/{{id}}\n###\nGET {{api}}/{{id}}\n",
        &["GET /file HTTP/1.1", "GET /own HTTP/1.1", "GET /7 HTTP/1.1"],
    ),
    (
        "a failed setup keeps the requests back, but not the teardown",
        "# @setup\n# @assert status == 500\nGET {{api}}/s\n###\nGET {{api}}/1\n###\n# @teardown\nGET {{api}}/t\n",
        &["GET /s HTTP/1.1", "GET /t HTTP/1.1"],
    ),
    ("skipped", "# @skip\nGET {{api}}/1\n###\n# @skip false\nGET {{api}}/2\n", &["GET /2 HTTP/1.1"]),
    (
        "a wrong value costs its own request",
        "# @headers {A: [}\nGET {{api}}/1\n###\n# @params x\nGET {{api}}/2\n###\nGET {{api}}/3\n",
        &["GET /3 HTTP/1.1"],
    ),
];

const BODIES: &[Case] = &[
    (
        "nothing is added to what the author wrote",
        "POST {{api}}/a\nContent-Type: application/json\n\n{\"a\": 1.0, \"b\" : \"{{name}}\"}\n\n\n",
        &["POST /a HTTP/1.1\nContent-Type: application/json\n\n{\"a\": 1.0, \"b\" : \"Ada\"}"],
    ),
    ("no body", "POST {{api}}/a\nA: b\n\n\n###\n", &["POST /a HTTP/1.1\nA: b"]),
    ("the body begins below one blank line", "POST {{api}}/a\n\n\n  b\n \n", &["POST /a HTTP/1.1\n\n\n  b"]),
    ("a definition in a body is text", "POST {{api}}/a\n\n@a = 1\n", &["POST /a HTTP/1.1\n\n@a = 1"]),
    (
        "lines of a form are joined",
        "POST {{api}}/a\nContent-Type: application/x-www-form-urlencoded\n\na={{name}}\n  &b=c+d\n&e=%20\n",
        &["POST /a HTTP/1.1\nContent-Type: application/x-www-form-urlencoded\n\na=Ada&b=c+d&e=%20"],
    ),
    (
        "10: a file as it is",
        "POST {{api}}/a\nContent-Type: application/json\n\n< ./ada.json\n",
        &["POST /a HTTP/1.1\nContent-Type: application/json\n\n{\"name\": \"{{name}}\"}"],
    ),
    ("10: a file of bytes", "POST {{api}}/a\n\n< bytes.bin\n", &["POST /a HTTP/1.1\n\n\\x00\\xff\\r\\n"]),
    ("bytes", "POST {{api}}/a\n\n{{ base64_decode('AP8NCg==') }}\n", &["POST /a HTTP/1.1\n\n\\x00\\xff\\r\\n"]),
    ("10: a file, rendered", "POST {{api}}/a\n\n<@ ada.json\n", &["POST /a HTTP/1.1\n\n{\"name\": \"Ada\"}"]),
    (
        "10: a file of an encoding, rendered",
        "POST {{api}}/a\n\n<@latin1 latin1.txt\n",
        &["POST /a HTTP/1.1\n\ncafé Ada"],
    ),
    (
        "10: a path from a variable",
        "@f = ada\nPOST {{api}}/a\n\n< {{f}}.json\n",
        &["POST /a HTTP/1.1\n\n{\"name\": \"{{name}}\"}"],
    ),
    ("files between texts", "POST {{api}}/a\n\n1\n< plain.txt\n2\n", &["POST /a HTTP/1.1\n\n1\nplain\n\n2"]),
    ("a missing file costs its own request", "POST {{api}}/1\n\n< nowhere\n###\nGET {{api}}/2\n", &["GET /2 HTTP/1.1"]),
    (
        "a multipart body in lines that end with LF is sent with CRLF",
        "POST {{api}}/a\nContent-Type: multipart/form-data; boundary=sep\n\n--sep\nContent-Disposition: form-data; name=\"n\"\n\n{{name}}\n--sep\nContent-Disposition: form-data; name=\"f\"; filename=\"p.txt\"\nContent-Type: text/plain\n\n< plain.txt\n--sep--\n",
        &[
            "POST /a HTTP/1.1\nContent-Type: multipart/form-data; boundary=sep\n\n--sep\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\nAda\r\n--sep\r\nContent-Disposition: form-data; name=\"f\"; filename=\"p.txt\"\r\nContent-Type: text/plain\r\n\r\nplain\n\r\n--sep--",
        ],
    ),
    (
        "XML is no file reference",
        "POST {{api}}/a\nContent-Type: application/xml\n\n<a>\n<b />\n</a>\n",
        &["POST /a HTTP/1.1\nContent-Type: application/xml\n\n<a>\n<b />\n</a>"],
    ),
    (
        "assertions below the body are none of it",
        "POST {{api}}/a\n\nb\n\n?? status == 200\n",
        &["POST /a HTTP/1.1\n\nb"],
    ),
];

#[test]
fn structure_is_found_on_the_raw_lines() {
    check("http", STRUCTURE);
}

#[test]
fn request_lines_are_sent_as_they_mean() {
    check("http", REQUEST_LINES);
}

#[test]
fn header_fields_are_sent_as_they_are_written() {
    check("http", FIELDS);
}

#[test]
fn directives_say_what_keys_of_yaml_say() {
    check("http", DIRECTIVES);
}

#[test]
fn bodies_are_sent_as_they_are_written() {
    check("http", BODIES);
}

#[test]
fn the_rest_extension_means_the_same() {
    check("rest", REQUEST_LINES);
}

#[test]
fn a_whole_head_has_its_fields_in_one_order() {
    let recorder = Recorder::start();
    let (_, sent) = run(&recorder, "http", "POST {{api}}/a\nX-B: 1\nContent-Type: text/plain\nX-A: 2\n\nbody\n", &[]);
    let expected = format!(
        "POST /a HTTP/1.1\r\nHost: {}\r\nUser-Agent: rqtest/{}\r\nAccept: */*\r\n\
         Accept-Encoding: gzip, deflate, br, zstd\r\nX-B: 1\r\nContent-Type: text/plain\r\nX-A: 2\r\nContent-Length: 4",
        recorder.authority(),
        env!("CARGO_PKG_VERSION"),
    );
    assert_eq!(parts(&sent[0]), (expected.as_str(), &b"body"[..]));
}

#[test]
fn the_host_is_sent_in_the_case_in_which_it_is_written() {
    let recorder = Recorder::start();
    let authority = recorder.authority().replace("127.0.0.1", "LocalHost");
    let (ran, sent) = run(&recorder, "http", &format!("GET {authority}/a\n"), &[]);
    assert!(parts(&sent[0]).0.contains(&format!("Host: {authority}\r\n")), "{sent:?}");
    assert!(ran.stdout.contains("names no scheme"), "{}", ran.stdout);
}
