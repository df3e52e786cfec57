//! Variables: where they stand, which one counts, and what is never replaced.

use super::{Case, check, essence, run};
use crate::support::Recorder;

const POSITIONS: &[Case] = &[
    (
        "in every position of a `.http` request",
        "@m = POST\n@p = a\n@v = 1.1\n@h = X-A\n@b = body\n{{m}} {{api}}/{{p}}?{{p}}={{p}} HTTP/{{v}}\n{{h}}: {{b}} {{b}}\nY-{{h}}: c\n\n{{b}}-{{b}}\n",
        &["POST /a?a=a HTTP/1.1\nX-A: body body\nY-X-A: c\n\nbody-body"],
    ),
    ("a whole line", "@line = GET http://HOST/a HTTP/1.1\n{{line}}\nA: b\n", &["GET /a HTTP/1.1\nA: b"]),
    ("a whole line that is a URL", "@line = http://HOST/a\n{{line}}\n", &["GET /a HTTP/1.1"]),
    ("method and URL in one", "@line = PUT http://HOST/a\n{{line}}\n\nb\n", &["PUT /a HTTP/1.1\n\nb"]),
    ("a method of a variable that is none", "@m = G T\n{{m}} {{api}}/a\n", &[]),
    (
        "a value with a line break in a header",
        "@a = x\nGET {{api}}/1\nA: {{ \"b\\nC: d\" }}\n###\nGET {{api}}/2\n",
        &["GET /2 HTTP/1.1"],
    ),
    ("a value with white space in a URL", "@a = b c\nGET {{api}}/{{a}}?q={{a}}\n", &["GET /b%20c?q=b%20c HTTP/1.1"]),
    (
        "a value with what a URL means is not encoded",
        "@a = b/c?d=e&f\nGET {{api}}/{{a}}\n",
        &["GET /b/c?d=e&f HTTP/1.1"],
    ),
    ("white space within the braces", "@a = b\nGET {{api}}/{{ a }}\n", &["GET /b HTTP/1.1"]),
    (
        "expressions",
        "@a = b\nGET {{api}}/{{ a | upper }}/{{ 1 + 2 }}/{{ url_encode('a b') }}\n",
        &["GET /B/3/a%20b HTTP/1.1"],
    ),
];

const BINDING: &[Case] = &[
    (
        "6: the latest definition above counts",
        "@a = 1\nGET {{api}}/{{a}}\n###\n@a = 2\nGET {{api}}/{{a}}\n",
        &["GET /1 HTTP/1.1", "GET /2 HTTP/1.1"],
    ),
    ("6: else a later one", "GET {{api}}/{{a}}\n###\n@a = 2\n###\n@a = 3\n", &["GET /2 HTTP/1.1"]),
    (
        "6: a binding is not changed later",
        "@a = 1\n@b = {{a}}\n@a = 2\nGET {{api}}/{{a}}{{b}}\n",
        &["GET /21 HTTP/1.1"],
    ),
    (
        "6: a definition may stand on its own older value",
        "@a = 1\n@a = {{a}}2\nGET {{api}}/{{a}}\n",
        &["GET /12 HTTP/1.1"],
    ),
    ("names are told apart by case", "@a = 1\n@A = 2\nGET {{api}}/{{a}}{{A}}\n", &["GET /12 HTTP/1.1"]),
    (
        "names hold letters, digits, `_` and `-`",
        "@a-b_1 = 1\n@1 = 2\nGET {{api}}/{{a-b_1}}{{1}}\n",
        &["GET /12 HTTP/1.1"],
    ),
    ("an empty value", "@a =\nGET {{api}}/x{{a}}y\n", &["GET /xy HTTP/1.1"]),
    ("7: the command line wins", "@name = file\nGET {{api}}/{{name}}\n", &["GET /Ada HTTP/1.1"]),
    (
        "7: a capture wins over the file",
        "@id = 1\n# @capture id = body $.id\nGET {{api}}/{{id}}\n###\nGET {{api}}/{{id}}\n",
        &["GET /1 HTTP/1.1", "GET /7 HTTP/1.1"],
    ),
    (
        "8: undefined: nothing is sent",
        "GET {{api}}/{{nope}}\n###\nGET {{api}}/1\nA: {{nope}}\n###\nPOST {{api}}/2\n\n{{nope}}\n",
        &[],
    ),
    (
        "8: a misspelt filter or function: nothing is sent",
        "GET {{api}}/{{ name | uper }}\n###\nGET {{api}}/{{ nope() }}\n",
        &[],
    ),
];

const TEXT: &[Case] = &[
    (
        "escapes",
        "@x = 1\nPOST {{api}}/\\{\\{x\\}\\}\nA: \\{\\{x\\}\\}\n\n\\{\\{x\\}\\} {{x}} \\{\\{y\\}\\}\n",
        &["POST /%7B%7Bx%7D%7D HTTP/1.1\nA: {{x}}\n\n{{x}} 1 {{y}}"],
    ),
    (
        "escapes in a file that is rendered, a form and a multipart body",
        "POST {{api}}/1\nContent-Type: application/x-www-form-urlencoded\n\na=\\{\\{x\\}\\}\n&b=c\n###\nPOST {{api}}/2\nContent-Type: multipart/mixed; boundary=q\n\n--q\n\n\\{\\{x\\}\\}\n--q--\n",
        &[
            "POST /1 HTTP/1.1\nContent-Type: application/x-www-form-urlencoded\n\na=%7B%7Bx%7D%7D&b=c",
            "POST /2 HTTP/1.1\nContent-Type: multipart/mixed; boundary=q\n\n--q\r\n\r\n{{x}}\r\n--q--",
        ],
    ),
    ("escapes in definitions", "@a = \\{\\{x\\}\\}\nPOST {{api}}/a\n\n{{a}}\n", &["POST /a HTTP/1.1\n\n{{x}}"]),
    (
        "braces that hold no name",
        "POST {{api}}/a\n\n{{}} {{ }} {{ {{#if a}} {{/if}} {% raw %} {# c #} {{{name}}} }}\n",
        &["POST /a HTTP/1.1\n\n{{}} {{ }} {{ {{#if a}} {{/if}} {% raw %} {# c #} {Ada} }}"],
    ),
    (
        "braces of JSON beside those of a variable",
        "POST {{api}}/a\nContent-Type: application/json\n\n{\"a\":{\"b\":{{name}}}}\n",
        &["POST /a HTTP/1.1\nContent-Type: application/json\n\n{\"a\":{\"b\":Ada}}"],
    ),
    (
        "values are not searched for variables",
        "# @capture tag = body $.tag\n@x = 1\nGET {{api}}/1\n###\nPOST {{api}}/2\n\n{{tag}}\n",
        &["GET /1 HTTP/1.1", "POST /2 HTTP/1.1\n\n{{x}}"],
    ),
];

const RESPONSES: &[Case] = &[
    (
        "a past response",
        "# @name login\nPOST {{api}}/1\nX-Q: r\n\nsent\n###\nPOST {{api}}/{{login.response.body.$.id}}\nA: {{login.response.headers.X-Token}} {{login.response.headers.x-token}}\nB: {{login.request.headers.X-Q}} {{login.request.body}}\n\n{{login.response.body}}|{{login.response.body.$.list}}|{{login.response.body.$.text | upper}}|{{login.response.body.*}}\n",
        &[
            "POST /1 HTTP/1.1\nX-Q: r\n\nsent",
            "POST /7 HTTP/1.1\nA: t1 t1\nB: r sent\n\n{\"id\": 7, \"text\": \"a b\", \"list\": [1], \"tag\": \"{{x}}\"}|[1]|A B|{\"id\": 7, \"text\": \"a b\", \"list\": [1], \"tag\": \"{{x}}\"}",
        ],
    ),
    (
        "a response of a request with a title",
        "### login\nGET {{api}}/1\n### next\nGET {{api}}/{{login.response.body.$.id}}\n",
        &["GET /1 HTTP/1.1", "GET /7 HTTP/1.1"],
    ),
    (
        "a response that is not there yet",
        "### a\nGET {{api}}/{{b.response.body.$.id}}\n### b\nGET {{api}}/b\n",
        &["GET /b HTTP/1.1"],
    ),
    (
        "a path that finds nothing",
        "### a\nGET {{api}}/a\n### b\nGET {{api}}/{{a.response.body.$.nope}}\n",
        &["GET /a HTTP/1.1"],
    ),
    (
        "an empty body",
        "### a\nGET {{api}}/a\n### b\nPOST {{api}}/b\n\n<{{a.request.body}}>\n",
        &["GET /a HTTP/1.1", "POST /b HTTP/1.1\n\n<>"],
    ),
    (
        "in YAML, with its type",
        "requests:\n- {name: login, get: '{{ api }}/1', capture: {list: body $.list}}\n- post: '{{ api }}/2'\n  json: {id: '{{login.response.body.$.id}}', text: 'n {{ login.response.body.$.id }}', list: '{{ list }}', token: '{{login.response.headers.X-Token}}'}\n",
        &[],
    ),
];

#[test]
fn variables_may_stand_anywhere() {
    check("http", POSITIONS);
}

#[test]
fn the_nearest_definition_counts() {
    check("http", BINDING);
}

#[test]
fn what_is_no_reference_is_sent_as_it_stands() {
    check("http", TEXT);
}

#[test]
fn past_exchanges_can_be_referred_to() {
    let (yaml, http) = RESPONSES.split_last().unwrap();
    check("http", http);
    let sent: &[&str] = &[
        "GET /1 HTTP/1.1",
        "POST /2 HTTP/1.1\nContent-Type: application/json\n\n{\"id\":7,\"text\":\"n 7\",\"list\":[1],\"token\":\"t1\"}",
    ];
    check("yaml", &[(yaml.0, yaml.1, sent)]);
}

/// What one request sends as its body.
fn body(text: &str) -> String {
    let recorder = Recorder::start();
    let (ran, sent) = run(&recorder, "http", text, &[]);
    assert_eq!(sent.len(), 1, "{}{}", ran.stdout, ran.stderr);
    essence(&sent[0], &recorder).split_once("\n\n").expect("there is a body").1.to_owned()
}

#[test]
fn dynamic_variables_are_drawn_at_each_use_and_definitions_once() {
    let drawn = body(
        "@once = {{$uuid}}\n@lazy := {{$uuid}}\nPOST {{api}}/\n\n{{once}} {{once}} {{lazy}} {{lazy}} {{$uuid}} {{$uuid}}\n",
    );
    let values: Vec<_> = drawn.split(' ').collect();
    assert!(values.iter().all(|value| value.len() == 36), "{drawn}");
    assert_eq!(values[0], values[1]);
    let mut others = values[1..].to_vec();
    others.sort_unstable();
    others.dedup();
    assert_eq!(others.len(), 5, "{drawn}");
}

#[test]
fn dynamic_numbers_are_digits() {
    let drawn = body("POST {{api}}/\n\n{{$timestamp}} {{$randomInt}} {{$randomInt 5 6}} {{$timestamp -1 d}}\n");
    let numbers: Vec<u64> = drawn.split(' ').map(|number| number.parse().unwrap()).collect();
    assert!(numbers[0] > 1_700_000_000 && numbers[0] < 100_000_000_000, "9: seconds: {drawn}");
    assert!(numbers[1] < 1000 && numbers[2] == 5, "{drawn}");
    assert!(numbers[0].abs_diff(numbers[3]).abs_diff(86_400) < 10, "{drawn}");
}

#[test]
fn a_dynamic_name_that_there_is_none_of_sends_nothing() {
    check("http", &[("", "GET {{api}}/{{$uid}}\n###\n@$uuid = 1\nGET {{api}}/1\n", &[])]);
}

/// The assertion holds where what the author wrote means what the server said: `{{x}}`.
#[test]
fn braces_in_assertions_are_rendered_or_escaped() {
    let recorder = Recorder::start();
    let assertions = "?? $.tag == \\{\\{x\\}\\}\n?? $.tag == \"\\{\\{x\\}\\}\"\n?? $.tag matches /^\\{\\{x\\}\\}$/\n\
         ?? $.tag in [\"\\{\\{x\\}\\}\", b]\n?? $.text == {{text}}\n?? $.text | replace \"{{text}}\" \"\\{\\{x\\}\\}\" == \\{\\{x\\}\\}\n\
         ?? $.id == {{seven}}\n?? header X-{{header}} == t1\n?? $.{{member}} == 7\n?? body contains \\{\\{x\\}\\}\n";
    let text = format!("@text = a b\n@seven = 7\n@header = Token\n@member = id\nGET {{{{api}}}}/\n\n{assertions}");
    let (ran, _) = run(&recorder, "http", &text, &[]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
}
