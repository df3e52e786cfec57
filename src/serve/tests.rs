//! The server over real sockets, through a client that knows no more than bytes.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::PracticeServer;

fn start() -> PracticeServer {
    PracticeServer::start("127.0.0.1:0".parse().unwrap()).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "the client of the tests is a bare socket")]
fn connect(server: &PracticeServer) -> TcpStream {
    let stream = TcpStream::connect(server.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

/// A response, cut in two.
#[derive(Debug)]
struct Reply {
    head: String,
    body: Vec<u8>,
}

impl Reply {
    fn status(&self) -> u16 {
        self.head[9..12].parse().unwrap()
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.head.lines().filter_map(|line| line.split_once(": "));
        fields.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Sends bytes and reads until the server closes.
fn exchange(server: &PracticeServer, bytes: &[u8]) -> Reply {
    let mut stream = connect(server);
    stream.write_all(bytes).unwrap();
    let mut all = Vec::new();
    stream.read_to_end(&mut all).unwrap();
    let end = all.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4;
    Reply { head: String::from_utf8(all[..end].to_vec()).unwrap(), body: all.split_off(end) }
}

fn send(server: &PracticeServer, line: &str, fields: &str, body: &str) -> Reply {
    let length = body.len();
    let head = format!("{line} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: {length}\r\n{fields}\r\n");
    exchange(server, format!("{head}{body}").as_bytes())
}

fn get(server: &PracticeServer, target: &str) -> Reply {
    send(server, &format!("GET {target}"), "", "")
}

const JSON: &str = "Content-Type: application/json\r\n";

#[test]
fn every_route_answers_in_kind() {
    let server = start();
    for (line, status, field, expected) in [
        ("GET /", 200, "Content-Type", "text/html; charset=utf-8"),
        ("GET /get?a=1", 200, "Content-Type", "application/json"),
        ("HEAD /get", 200, "Content-Type", "application/json"),
        ("POST /post", 200, "Access-Control-Allow-Origin", "*"),
        ("PUT /put", 200, "Server", "rqtest"),
        ("PATCH /patch", 200, "Content-Type", "application/json"),
        ("DELETE /delete", 200, "Content-Type", "application/json"),
        ("TRACE /anything", 200, "Content-Type", "application/json"),
        ("GET /nothing", 404, "Content-Type", "application/problem+json"),
        ("POST /get", 405, "Allow", "OPTIONS, HEAD, GET"),
        ("OPTIONS /users", 200, "Allow", "OPTIONS, HEAD, GET, POST"),
        ("OPTIONS *", 200, "Access-Control-Max-Age", "3600"),
        ("GET /status/418", 418, "Content-Type", "text/plain"),
        ("GET /status/401", 401, "WWW-Authenticate", "Basic realm=\"Fake Realm\""),
        ("GET /status/302", 302, "Location", "/redirect/1"),
        ("GET /status/599", 599, "Content-Length", "0"),
        ("GET /status/99", 400, "Content-Type", "application/problem+json"),
        ("GET /redirect/1", 302, "Location", "/get"),
        ("GET /redirect/3", 302, "Location", "/relative-redirect/2"),
        ("GET /redirect/3?absolute=true", 302, "Location", "http://h/absolute-redirect/2"),
        ("GET /absolute-redirect/1", 302, "Location", "http://h/get"),
        ("GET /redirect/0", 404, "Content-Type", "application/problem+json"),
        ("POST /redirect-to?url=http://x/%3Fy&status_code=307", 307, "Location", "http://x/?y"),
        ("GET /redirect-to?url=/a&status_code=200", 302, "Location", "/a"),
        ("GET /redirect-to?url=/%0d%0aX:y", 400, "Content-Type", "application/problem+json"),
        ("GET /redirect-to", 400, "Content-Type", "application/problem+json"),
        ("GET /cookies/set/a/b", 302, "Set-Cookie", "a=b; Path=/"),
        ("GET /cookies/set?a=b%20c", 302, "Set-Cookie", "a=b c; Path=/"),
        ("GET /cookies/set?a=b%3Bc", 400, "Content-Type", "application/problem+json"),
        ("GET /cookies/delete?a", 302, "Set-Cookie", "a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; Path=/"),
        ("GET /basic-auth/u/p", 401, "WWW-Authenticate", "Basic realm=\"Fake Realm\""),
        ("GET /hidden-basic-auth/u/p", 404, "Content-Type", "application/problem+json"),
        ("GET /bearer", 401, "WWW-Authenticate", "Bearer"),
        ("GET /digest-auth/auth/u/p/SHA-3", 404, "Content-Type", "application/problem+json"),
        ("GET /gzip", 200, "Content-Encoding", "gzip"),
        ("GET /deflate", 200, "Content-Encoding", "deflate"),
        ("GET /brotli", 200, "Content-Encoding", "br"),
        ("GET /zstd", 200, "Content-Encoding", "zstd"),
        ("GET /html", 200, "Content-Type", "text/html; charset=utf-8"),
        ("GET /json", 200, "Content-Type", "application/json"),
        ("GET /xml", 200, "Content-Type", "application/xml"),
        ("GET /robots.txt", 200, "Content-Length", "30"),
        ("GET /deny", 200, "Content-Type", "text/plain"),
        ("GET /encoding/utf8", 200, "Content-Type", "text/html; charset=utf-8"),
        ("GET /forms/post", 200, "Content-Type", "text/html; charset=utf-8"),
        ("GET /image", 200, "Content-Type", "image/png"),
        ("GET /image/webp", 200, "Content-Type", "image/webp"),
        ("GET /image/gif", 404, "Content-Type", "application/problem+json"),
        ("GET /bytes/100000", 200, "Content-Length", "100000"),
        ("GET /bytes/x", 404, "Content-Type", "application/problem+json"),
        ("GET /stream/2", 200, "Transfer-Encoding", "chunked"),
        ("GET /stream-bytes/5", 200, "Transfer-Encoding", "chunked"),
        ("GET /range/30", 200, "Accept-Ranges", "bytes"),
        ("GET /drip?duration=0&delay=0&numbytes=5&code=201", 201, "Content-Length", "5"),
        ("GET /drip?duration=nan", 400, "Content-Type", "application/problem+json"),
        ("GET /sse?count=2", 200, "Content-Type", "text/event-stream"),
        ("GET /sse?delay=nan", 400, "Content-Type", "application/problem+json"),
        ("GET /websocket/echo", 426, "Upgrade", "websocket"),
        ("HEAD /websocket/echo", 426, "Upgrade", "websocket"),
        ("GET /cache/60", 200, "Cache-Control", "public, max-age=60"),
        ("GET /etag/a", 200, "ETag", "\"a\""),
        ("GET /response-headers?X-A=b", 200, "X-A", "b"),
        ("GET /response-headers?Content-Type=text/plain", 200, "Content-Type", "text/plain"),
        ("GET /response-headers?a%20b=c", 400, "Content-Type", "application/problem+json"),
        ("GET /links/3", 302, "Location", "/links/3/0"),
        ("GET /base64/aGVsbG8", 200, "Content-Length", "5"),
        ("GET /base64/%F0", 400, "Content-Type", "application/problem+json"),
        ("GET /uuid", 200, "Content-Type", "application/json"),
        ("POST /delay/0.001", 200, "Content-Type", "application/json"),
        ("GET /delay/soon", 404, "Content-Type", "application/problem+json"),
        ("POST /users", 415, "Content-Type", "application/problem+json"),
        ("GET /users?limit=1&q=a", 200, "Link", "</users?q=a&page=2&limit=1>; rel=\"next\""),
        ("GET /me", 401, "WWW-Authenticate", "Bearer"),
    ] {
        let reply = send(&server, line, "", "");
        assert_eq!((reply.status(), reply.header(field)), (status, Some(expected)), "{line}\n{}", reply.head);
        assert!(reply.header("Date").is_some_and(|date| date.ends_with(" GMT")));
    }
}

#[test]
fn content_is_what_was_asked_for() {
    let server = start();
    for (target, expected) in [
        (
            "/links/3/1",
            "<html><head><title>Links</title></head><body><a href='/links/3/0'>0</a> 1 <a href='/links/3/2'>2</a> </body></html>",
        ),
        ("/base64/aGVsbG8=", "hello"),
        ("/drip?duration=0.03&delay=0&numbytes=4", "****"),
        ("/range/28", "abcdefghijklmnopqrstuvwxyzab"),
        ("/stream-bytes/0", "0\r\n\r\n"),
        ("/status/404", ""),
    ] {
        assert_eq!(get(&server, target).text(), expected, "{target}");
    }
    assert_eq!(get(&server, "/bytes/50?seed=1").body, get(&server, "/bytes/50?seed=1").body);
    assert_ne!(get(&server, "/bytes/50").body, get(&server, "/bytes/50").body);
    let told = get(&server, "/response-headers?a=1&a=2");
    let length = told.body.len().to_string();
    assert_eq!(told.json(), json!({"Content-Type": "application/json", "a": ["1", "2"], "Content-Length": length}));
    assert_eq!(get(&server, "/uuid").json()["uuid"].as_str().unwrap().len(), 36);
    assert_eq!(get(&server, "/stream/3").text().matches("\"id\":").count(), 3);
    assert_eq!(send(&server, "HEAD /get", "", "").text(), "");
}

#[test]
fn conditions_and_ranges_are_heeded() {
    let server = start();
    for (line, fields, status, text) in [
        ("GET /cache", "If-None-Match: x\r\n", 304, Some("")),
        ("GET /etag/a", "If-None-Match: \"b\", W/\"a\"\r\n", 304, Some("")),
        ("GET /etag/a", "If-Match: \"b\"\r\n", 412, None),
        ("GET /etag/a", "If-Match: *\r\n", 200, None),
        ("GET /range/26", "Range: bytes=1-3\r\n", 206, Some("bcd")),
        ("GET /range/26", "Range: bytes=1-3\r\nIf-Range: \"other\"\r\n", 200, Some("abcdefghijklmnopqrstuvwxyz")),
        ("GET /range/26", "Range: bytes=26-\r\n", 416, None),
        ("GET /image", "Accept: text/html\r\n", 406, None),
        ("GET /basic-auth/u/p%3A", "Authorization: Basic dTpwOg==\r\n", 200, None),
        ("GET /basic-auth/u/p", "Authorization: Basic dTpwOg==\r\n", 401, None),
        ("GET /bearer", "Authorization: Bearer t\r\n", 200, None),
    ] {
        let reply = send(&server, line, fields, "");
        assert_eq!(reply.status(), status, "{line} {fields}");
        assert!(text.is_none_or(|text| reply.text() == text), "{line} {fields}");
    }
    let reply = send(&server, "GET /range/26", "Range: bytes=-2\r\n", "");
    assert_eq!(reply.header("Content-Range"), Some("bytes 24-25/26"));
}

#[test]
fn users_are_kept_as_a_rest_service_keeps_them() {
    let server = start();
    let eve = r#"{"name": "Eve", "email": "eve@example.org"}"#;
    for (line, body, status, pointer, expected) in [
        ("POST /users", eve, 201, "/id", json!(4)),
        ("POST /users", eve, 409, "/title", json!("Conflict")),
        ("POST /users", "{", 400, "/status", json!(400)),
        ("POST /users", "[]", 400, "/status", json!(400)),
        ("POST /users", "{\"name\": 1, \"age\": 2}", 422, "/errors/0/field", json!("name")),
        ("GET /users/4", "", 200, "/role", json!("member")),
        ("GET /users/99", "", 404, "/status", json!(404)),
        ("GET /users/x", "", 404, "/status", json!(404)),
        ("PATCH /users/4", "{\"role\": \"admin\"}", 200, "/role", json!("admin")),
        ("PATCH /users/4", "{\"role\": null}", 422, "/errors/0/message", json!("must be admin or member")),
        ("PATCH /users/4", "{\"email\": \"ada@example.org\"}", 409, "/status", json!(409)),
        ("PUT /users/4", eve, 422, "/errors/0/field", json!("role")),
        ("GET /users?q=EVE", "", 200, "/users/0/name", json!("Eve")),
        ("GET /users?page=2&limit=3", "", 200, "/total", json!(4)),
        ("GET /users?page=x", "", 400, "/status", json!(400)),
    ] {
        let reply = send(&server, line, JSON, body);
        assert_eq!(reply.status(), status, "{line} {body}");
        assert_eq!(reply.json().pointer(pointer), Some(&expected), "{line} {body}");
    }
    assert_eq!(send(&server, "DELETE /users/4", "", "").status(), 204);
    assert_eq!(send(&server, "DELETE /users/4", "", "").status(), 404);
}

#[test]
fn sessions_last_from_login_to_logout() {
    let server = start();
    assert_eq!(send(&server, "POST /login", JSON, r#"{"user": "ada", "password": "x"}"#).status(), 401);
    assert_eq!(send(&server, "POST /login", JSON, r#"{"user": "ada"}"#).status(), 422);
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let login = send(&server, "POST /login", form, "user=ada&password=lovelace");
    let token = login.json()["token"].as_str().unwrap().to_owned();
    assert_eq!(login.header("Set-Cookie"), Some(&*format!("session={token}; HttpOnly; SameSite=Lax; Path=/")));
    let me = |field: &str| send(&server, "GET /me", field, "");
    let bearer = format!("Authorization: Bearer {token}\r\n");
    let cookie = format!("Cookie: a=b; session={token}\r\n");
    assert_eq!(me(&bearer).json(), json!({"user": "ada", "authenticated_by": "token"}));
    assert_eq!(me(&cookie).json(), json!({"user": "ada", "authenticated_by": "cookie"}));
    assert_eq!(send(&server, "POST /logout", &cookie, "").status(), 204);
    assert_eq!(me(&bearer).status(), 401);
}

#[test]
fn flaky_succeeds_after_so_many_failures() {
    let server = start();
    let statuses = |target| [0; 4].map(|_| get(&server, target).status());
    assert_eq!(statuses("/flaky/a/2"), [503, 503, 200, 200]);
    assert_eq!(statuses("/flaky/b/0"), [200; 4]);
}

#[test]
fn a_job_is_done_once_it_was_found_running_so_often() {
    let server = start();
    let states = |target| [0; 3].map(|_| get(&server, target).json()["state"].as_str().unwrap().to_owned());
    assert_eq!(states("/jobs/a/2"), ["running", "running", "done"]);
    assert_eq!(states("/jobs/b/0"), ["done"; 3]);
}

#[test]
fn digest_authentication_counts_the_uses_of_a_nonce() {
    use md5::{Digest, Md5};
    let hash = |text: String| Md5::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let server = start();
    let target = "/digest-auth/auth/u/p/MD5/1";
    let challenge = get(&server, target);
    assert_eq!(challenge.status(), 401);
    let field = challenge.header("WWW-Authenticate").unwrap();
    let quoted = |name: &str| field.split_once(&format!("{name}=\"")).unwrap().1.split('"').next().unwrap().to_owned();
    let (realm, nonce) = (quoted("realm"), quoted("nonce"));
    let (first, second) = (hash(format!("u:{realm}:p")), hash(format!("GET:{target}")));
    let response = hash(format!("{first}:{nonce}:00000001:c:auth:{second}"));
    let answer = |response: &str| {
        let field = format!(
            "Authorization: Digest username=\"u\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{target}\", \
             qop=auth, nc=00000001, cnonce=\"c\", response=\"{response}\"\r\n"
        );
        send(&server, &format!("GET {target}"), &field, "")
    };
    assert_eq!(answer("0").status(), 401);
    assert_eq!(answer(&response).json(), json!({"authenticated": true, "user": "u"}));
    let stale = answer(&response);
    assert!(stale.status() == 401 && stale.head.contains("stale=TRUE"));
}

#[test]
fn tokens_are_given_for_what_is_right_and_once() {
    let server = start();
    let ask = |body: &str| send(&server, "POST /oauth2/token", "", body);
    let client = "client_id=practice&client_secret=practice-secret";
    for (body, status, error) in [
        ("", 401, "invalid_client"),
        ("client_id=practice&client_secret=wrong&grant_type=client_credentials", 401, "invalid_client"),
        ("client_id=practice-public&grant_type=client_credentials", 400, "unauthorized_client"),
        (&format!("{client}&grant_type=magic"), 400, "unsupported_grant_type"),
        (&format!("{client}&grant_type=client_credentials&scope=all"), 400, "invalid_scope"),
        (&format!("{client}&grant_type=password&username=ada&password=x"), 400, "invalid_grant"),
        (&format!("{client}&grant_type=authorization_code&code=x"), 400, "invalid_grant"),
    ] {
        let reply = ask(body);
        assert_eq!((reply.status(), reply.json()["error"].as_str()), (status, Some(error)), "{body}");
    }
    let reply = ask(&format!("{client}&grant_type=password&username=ada&password=lovelace&scope=write&expires_in=5"));
    assert_eq!((reply.header("Cache-Control"), reply.json()["expires_in"].as_u64()), (Some("no-store"), Some(5)));
    let token = reply.json()["access_token"].as_str().unwrap().to_owned();
    let resource = || send(&server, "GET /oauth2/resource", &format!("Authorization: Bearer {token}\r\n"), "");
    assert_eq!(resource().json(), json!({"client": "practice", "user": "ada", "scope": "write"}));
    send(&server, "POST /oauth2/revoke", "", &format!("token={token}"));
    assert_eq!(resource().header("WWW-Authenticate"), Some("Bearer error=\"invalid_token\""));
    let refresh = reply.json()["refresh_token"].as_str().unwrap().to_owned();
    let again = format!("{client}&grant_type=refresh_token&refresh_token={refresh}");
    assert_eq!((ask(&again).status(), ask(&again).status()), (200, 400));
}

#[test]
fn a_code_is_led_to_where_it_was_asked_for() {
    let server = start();
    let to = "GET /oauth2/authorize?client_id=practice-public&redirect_uri=http://127.0.0.1:1/a%3Fb=c&state=s";
    for (rest, expected) in [
        ("&response_type=code&code_challenge=x&code_challenge_method=S256", "http://127.0.0.1:1/a?b=c&code="),
        ("&response_type=code&deny", "http://127.0.0.1:1/a?b=c&error=access_denied"),
        ("&response_type=code", "http://127.0.0.1:1/a?b=c&error=invalid_request"),
        ("&response_type=token", "http://127.0.0.1:1/a?b=c&error=unsupported_response_type"),
    ] {
        let reply = send(&server, &format!("{to}{rest}"), "", "");
        let location = reply.header("Location").unwrap();
        assert!(location.starts_with(expected) && location.ends_with("&state=s"), "{location}");
    }
    for wrong in ["client_id=practice&redirect_uri=x", "client_id=nobody&redirect_uri=http://127.0.0.1/"] {
        assert_eq!(get(&server, &format!("/oauth2/authorize?{wrong}")).status(), 400);
    }
}

#[test]
fn a_refused_upload_still_gets_its_answer() {
    let server = start();
    let mut bytes = b"POST /post HTTP/1.1\r\nHost: h\r\nContent-Length: 70000000\r\n\r\n".to_vec();
    bytes.resize(2_000_000, b'x');
    assert_eq!(exchange(&server, &bytes).status(), 413);
}

#[test]
fn stops_quickly_under_hundreds_of_connections() {
    let server = start();
    let url = server.base_url();
    assert_eq!(url, format!("http://127.0.0.1:{}", server.address().port()));
    let mut open: Vec<TcpStream> = (0..300).map(|_| connect(&server)).collect();
    for (at, stream) in open.iter_mut().enumerate() {
        let target = if at % 2 == 0 { "/get" } else { "/delay/10" };
        write!(stream, "GET {target} HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    }
    open[0].read_exact(&mut [0; 15]).unwrap();
    let before = Instant::now();
    server.stop();
    assert!(before.elapsed() < Duration::from_secs(5));
}

#[test]
fn waits_until_another_thread_stops_it() {
    let server = start();
    let stopper = server.stopper();
    let address = server.address();
    std::thread::scope(|scope| {
        scope.spawn(|| server.wait());
        stopper.stop();
        stopper.stop();
    });
    let again = PracticeServer::start(address).unwrap();
    assert_eq!(again.address(), address);
}

#[test]
fn events_come_one_by_one() {
    let server = start();
    let text = get(&server, "/sse?count=2").text();
    assert!(text.contains(": a comment\nretry: 1000\n\n"), "{text}");
    assert!(text.contains("event: ping\nid: 1\ndata: {\"id\":1,\"timestamp\":"), "{text}");
    assert!(text.contains("event: done\nid: 2\n"), "{text}");
}

/// Opens a WebSocket by hand, and gives what follows the head of the response.
fn upgrade(server: &PracticeServer, target: &str, fields: &str, frames: &[u8]) -> Reply {
    let head = format!(
        "GET {target} HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{fields}\r\n"
    );
    exchange(server, &[head.as_bytes(), frames].concat())
}

/// A frame with a mask of zeros, which changes nothing.
fn frame(opcode: u8, payload: &[u8]) -> Vec<u8> {
    [&[0x80 | opcode, 0x80 | payload.len() as u8, 0, 0, 0, 0], payload].concat()
}

#[test]
fn websockets_echo_until_they_are_closed() {
    let server = start();
    let frames = [frame(1, b"hello"), frame(2, b"\0\x01"), frame(9, b"p"), frame(8, &[3, 0xe8])].concat();
    let reply = upgrade(&server, "/websocket/echo", "Sec-WebSocket-Protocol: chat, other\r\n", &frames);
    assert_eq!((reply.status(), reply.header("Sec-WebSocket-Accept")), (101, Some("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")));
    assert_eq!((reply.header("Connection"), reply.header("Sec-WebSocket-Protocol")), (Some("Upgrade"), Some("chat")));
    assert_eq!(reply.body, b"\x81\x05hello\x82\x02\0\x01\x8a\x01p\x88\x02\x03\xe8");
}

#[test]
fn websockets_close_on_demand() {
    let server = start();
    let frames = [frame(1, b"a"), frame(8, &[0x0f, 0xa1])].concat();
    let reply = upgrade(&server, "/websocket/echo?greeting=hi&ping=p&close=4001&reason=bye&after=1", "", &frames);
    assert_eq!(reply.body, b"\x81\x02hi\x89\x01p\x81\x01a\x88\x05\x0f\xa1bye");
    assert_eq!(upgrade(&server, "/websocket/echo?close=1006", "Connection: close\r\n", b"").status(), 400);
}
