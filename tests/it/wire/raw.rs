//! Messages that are sent as they are, to the byte.

use super::run;
use crate::support::Recorder;

/// A spec file, and the one message that it sends.
const MESSAGES: &[(&str, &str, &[u8])] = &[
    (
        "http",
        "# @raw\nPOST {{api}}/ignored\n\nPOST /{{name}} HTTP/1.1\nhOST:  x\nContent-Length: 3\n\na\nb\n\n?? status == 200\n",
        b"POST /Ada HTTP/1.1\r\nhOST:  x\r\nContent-Length: 3\r\n\r\na\nb",
    ),
    ("http", "# @raw\nGET {{api}}\n\nGET / HTTP/1.1\nno colon\n", b"GET / HTTP/1.1\r\nno colon\r\n\r\n"),
    ("http", "# @raw {text: \"GET / HTTP/1.1\\n{{name}}\\r\\n\\r\\n\"}\nGET {{api}}\n", b"GET / HTTP/1.1\nAda\r\n\r\n"),
    (
        "http",
        "@a = 1\n# @headers {X: y}\n# @auth {bearer: t}\n\n###\n# @raw\nGET {{api}}\n\nGET / HTTP/0.9\n\n< bytes.bin\n",
        b"GET / HTTP/0.9\r\n\r\n\x00\xff\r\n",
    ),
    (
        "yaml",
        "requests:\n- get: '{{ api }}'\n  raw: |\n    GET /{{ name }} HTTP/1.1\n    Host: x\n",
        b"GET /Ada HTTP/1.1\r\nHost: x\r\n\r\n",
    ),
    (
        "yaml",
        "defaults: {headers: {X: y}, cookies: {a: b}, auth: {basic: [u, p]}, params: {q: 1}}\nrequests:\n- {get: '{{ api }}', raw: \"GET /\\r\\n\\r\\n\"}\n",
        b"GET /\r\n\r\n",
    ),
    ("yaml", "requests:\n- {get: '{{ api }}', raw: {bytes: R0VUIP8NCg0K}}\n", b"GET \xff\r\n\r\n"),
];

#[test]
fn messages_are_sent_to_the_byte() {
    let recorder = Recorder::start();
    for (extension, text, expected) in MESSAGES {
        let (ran, sent) = run(&recorder, extension, text, &[]);
        let received: Vec<String> = sent.iter().map(|message| message.escape_ascii().to_string()).collect();
        // The recorder reads a body only where its length is announced.
        let expected = expected.strip_suffix(b"\x00\xff\r\n").unwrap_or(expected);
        assert_eq!(received, [expected.escape_ascii().to_string()], "{text}{}{}", ran.stdout, ran.stderr);
        assert_eq!(ran.code, 0, "{text}{}", ran.stdout);
    }
}

#[test]
fn what_stands_beside_a_message_is_an_error_before_anything_is_sent() {
    let recorder = Recorder::start();
    for (extension, text, expected) in [
        ("http", "# @raw\nGET {{api}}\nA: b\n\nGET /\n", "a header field beside a message that is sent as it is"),
        ("http", "# @raw\n# @params {a: 1}\nGET {{api}}\n\nGET /\n", "a parameter beside"),
        ("yaml", "requests:\n- {get: '{{ api }}', raw: GET /, auth: {bearer: t}}\n", "credentials beside"),
        ("yaml", "requests:\n- {post: '{{ api }}', raw: GET /, text: a}\n", "and not both `raw` and `text`"),
    ] {
        let (ran, sent) = run(&recorder, extension, text, &[]);
        assert_eq!((ran.code, sent.len()), (1, 0), "{text}");
        assert!(ran.stdout.contains(expected), "{}", ran.stdout);
    }
}
