use std::io::{Read as _, Write as _};

use crate::client::{Answer, InMemory, Options, Session, websocket};
use crate::http::{Phase, Status};
use crate::transport::{Memory, Pool};

use super::*;

const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT: &str = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
const SWITCH: &str = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n";

/// Opens a WebSocket whose server says these bytes after its head, and then ends.
fn open(fields: &str, bytes: &[u8]) -> (Memory, Result<WebSocket, ConnectError>) {
    let wire = [format!("{SWITCH}{fields}\r\n").as_bytes(), bytes].concat();
    let memory = Memory::new([[wire]]);
    let session = Session::with_pool(Pool::with_connector(memory.clone()));
    let socket = session.websocket("ws://h/chat?a=b").header("Sec-WebSocket-Key", KEY).connect();
    (memory, socket)
}

fn opened(bytes: &[u8]) -> WebSocket {
    open(&format!("{ACCEPT}\r\n"), bytes).1.unwrap()
}

/// What was sent after the head of the request, unmasked: the first byte of each frame, and its payload.
fn sent(memory: &Memory) -> Vec<(u8, Vec<u8>)> {
    let sent = memory.sent();
    let mut rest = &sent[sent.windows(4).position(|window| window == b"\r\n\r\n").unwrap() + 4..];
    let mut frames = Vec::new();
    while let [first, length, a, b, c, d, after @ ..] = rest {
        assert_eq!(length & 0x80, 0x80, "a client masks every frame");
        let (payload, next) = after.split_at(usize::from(length & 0x7f));
        let mask = [a, b, c, d].into_iter().cycle();
        frames.push((*first, payload.iter().zip(mask).map(|(byte, mask)| byte ^ mask).collect()));
        rest = next;
    }
    frames
}

#[test]
fn asks_for_a_websocket_with_all_that_a_session_has() {
    let memory = Memory::new([[format!("{SWITCH}{ACCEPT}\r\nSec-WebSocket-Protocol: two\r\n\r\n")]]);
    let mut session = Session::with_pool(Pool::with_connector(memory.clone()));
    session.defaults.headers.append("X-From", "session").unwrap();
    let builder = session.websocket("ws://h/chat").param("a", "b").subprotocol("one").subprotocol("two");
    let builder = builder.header("Sec-WebSocket-Key", KEY).cookie("c", "d").bearer_auth("t");
    let socket = builder.connect().unwrap();
    assert_eq!((socket.response().status.code(), socket.subprotocol()), (101, Some("two")));
    assert_eq!(socket.response().url.to_string(), "ws://h/chat?a=b");
    let sent = String::from_utf8(memory.sent()).unwrap();
    for line in [
        "GET /chat?a=b HTTP/1.1",
        "Host: h",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "X-From: session",
        "Sec-WebSocket-Protocol: one",
        "Sec-WebSocket-Protocol: two",
        "Cookie: c=d",
        "Authorization: Bearer t",
    ] {
        assert!(sent.contains(&format!("{line}\r\n")), "{line}: {sent}");
    }
}

#[test]
fn draws_a_key_for_each_request() {
    let session = Session::with_adapter(InMemory::new(|request| {
        Answer::ok(&*request.headers.text("Sec-WebSocket-Key").unwrap())
    }));
    let key = || session.websocket("ws://h/").send().unwrap().body;
    let (first, second) = (key(), key());
    assert!(crate::proto::is_websocket_key(std::str::from_utf8(&first).unwrap()));
    assert_ne!(first, second);
}

#[test]
fn a_refusal_is_an_ordinary_response() {
    let session = Session::with_adapter(InMemory::new(|_| Answer {
        body: b"no".to_vec(),
        ..Answer::new(Status::new(403).unwrap())
    }));
    let error = session.websocket("ws://h/").connect().unwrap_err();
    assert_eq!(error.to_string(), "the server does not open a WebSocket, but answers 403 Forbidden");
    let ConnectError::Refused(response) = error else { panic!("{error:?}") };
    assert_eq!((response.status.code(), response.text().unwrap().as_ref()), (403, "no"));
}

#[test]
fn follows_redirects_to_a_websocket() {
    let session = Session::with_adapter(InMemory::new(|request| match request.target {
        "/a" => Answer::new(Status::new(302).unwrap()).header("Location", "https://h/b").unwrap(),
        _ => Answer::ok(""),
    }));
    let response = session.websocket("ws://h/a").send().unwrap();
    assert_eq!(response.url.to_string(), "wss://h/b");
}

#[test]
fn a_handshake_must_be_answered_as_the_rfc_demands() {
    for (fields, expected) in [
        ("", "there is none"),
        ("Sec-WebSocket-Accept: Kfh9QIsMVZcl6xEPYxPHzW8SZ8w=\r\n", "it is `Kfh9QIsMVZcl6xEPYxPHzW8SZ8w=`"),
        (&format!("{ACCEPT}\r\nSec-WebSocket-Protocol: chat\r\n"), "though none was offered"),
        (&format!("{ACCEPT}\r\nSec-WebSocket-Extensions: permessage-deflate\r\n"), "`permessage-deflate`"),
    ] {
        let error = open(fields, b"").1.unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
    let other = Memory::new([["HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n"]]);
    let error = Session::with_pool(Pool::with_connector(other)).websocket("ws://h/").connect().unwrap_err();
    assert!(error.to_string().contains("another protocol"), "{error}");
}

#[test]
fn messages_go_both_ways_and_pings_are_answered() {
    let heard = b"\x01\x03hel\x89\x01p\x80\x02lo\x82\x02\0\xff\x8a\x01q\x88\x05\x0f\xa1bye";
    let (memory, socket) = open(&format!("{ACCEPT}\r\n"), heard);
    let mut socket = socket.unwrap();
    socket.send_text("h\u{e9}").unwrap();
    socket.send_bytes([0, 255]).unwrap();
    let mut messages = Vec::new();
    socket
        .on_message(|_, message| {
            messages.push(message);
            Ok(ControlFlow::Continue(()))
        })
        .unwrap();
    let close = Close::new(4001, "bye");
    let expected = [
        Message::Ping(b"p".to_vec()),
        Message::Text("hello".to_owned()),
        Message::Binary(vec![0, 255]),
        Message::Pong(b"q".to_vec()),
        Message::Close(close.clone()),
    ];
    assert_eq!((messages.as_slice(), socket.closed()), (&expected[..], Some(&close)));
    assert_eq!(
        sent(&memory),
        [
            (0x81, "h\u{e9}".as_bytes().to_vec()),
            (0x82, vec![0, 255]),
            (0x8a, b"p".to_vec()),
            (0x88, b"\x0f\xa1bye".to_vec()),
        ]
    );
    assert_eq!(socket.receive().unwrap_err().kind(), ErrorKind::ImproperState);
    assert_eq!(socket.send_text("x").unwrap_err().kind(), ErrorKind::ImproperState);
    assert_eq!(socket.close(&Close::normal()).unwrap(), close);
}

#[test]
fn closing_hears_what_was_still_under_way() {
    let (memory, socket) = open(&format!("{ACCEPT}\r\n"), b"\x81\x01a\x88\x00");
    let mut heard = Vec::new();
    let close = socket.unwrap().close_and_hear(&Close::new(1001, "away"), |message| heard.push(message)).unwrap();
    assert_eq!((close.code, heard), (Close::NO_STATUS, vec![Message::Text("a".to_owned())]));
    assert_eq!(sent(&memory), [(0x88, b"\x03\xe9away".to_vec())]);
}

#[test]
fn a_handler_may_answer_and_may_stop() {
    let (memory, socket) = open(&format!("{ACCEPT}\r\n"), b"\x81\x011\x81\x012\x81\x013");
    let mut socket = socket.unwrap();
    socket
        .on_message(|socket, message| {
            let Message::Text(text) = message else { return Err("no text".into()) };
            socket.send_text(format!("<{text}>"))?;
            Ok(if text == "2" { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })
        .unwrap();
    assert_eq!(sent(&memory), [(0x81, b"<1>".to_vec()), (0x81, b"<2>".to_vec())]);
    let error = socket.on_message(|_, _| Err("enough".into())).unwrap_err();
    assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Stopped, "enough"));
}

#[test]
fn what_a_server_may_not_send_is_an_error_in_words() {
    for (frames, kind, expected, code) in [
        (&b"\x81\x81\0\0\0\0a"[..], ErrorKind::Protocol, "a masked frame", Some(1002)),
        (b"\x81\x01\xff", ErrorKind::Protocol, "not UTF-8", Some(1007)),
        (b"\xc1\x01a", ErrorKind::Protocol, "an extension", Some(1002)),
        (b"\x09\x00", ErrorKind::Protocol, "a control frame in fragments", Some(1002)),
        (b"\x89\x7e\x00\x7e", ErrorKind::Protocol, "more than 125 bytes", Some(1002)),
        (b"\x8b\x00", ErrorKind::Protocol, "a frame of an unknown kind", Some(1002)),
        (b"\x83\x00", ErrorKind::Protocol, "a frame of an unknown kind", Some(1002)),
        (b"\x80\x00", ErrorKind::Protocol, "had not begun", Some(1002)),
        (b"\x01\x01a\x81\x01b", ErrorKind::Protocol, "had not finished", Some(1002)),
        (b"\x88\x01a", ErrorKind::Protocol, "no code", Some(1002)),
        (b"", ErrorKind::Connection, "without a close frame", None),
        (b"\x81\x05hel", ErrorKind::Connection, "without a close frame", None),
        (b"\x82\x7f\0\0\0\x01\0\0\0\0", ErrorKind::TooLarge, "4294967296", Some(1009)),
    ] {
        let frames = if frames == b"\x89\x7e\x00\x7e" { [frames, &[b'x'; 126]].concat() } else { frames.to_vec() };
        let (memory, socket) = open(&format!("{ACCEPT}\r\n"), &frames);
        let error = socket.unwrap().receive().unwrap_err();
        assert_eq!(error.kind(), kind, "{frames:?}: {error}");
        assert!(error.to_string().contains(expected), "{frames:?}: {error}");
        if let Some(code) = code {
            assert_eq!(sent(&memory), [(0x88, u16::to_be_bytes(code).to_vec())], "{frames:?}");
        }
    }
}

/// A server that opens one WebSocket, and then says nothing.
#[expect(clippy::disallowed_methods, reason = "tests need something to connect to")]
fn silent_server() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ws://{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        stream.write_all(format!("{SWITCH}{ACCEPT}\r\n\r\n").as_bytes()).unwrap();
        while stream.read(&mut [0; 64]).is_ok_and(|count| count > 0) {}
    });
    url
}

#[test]
fn waits_no_longer_than_it_may() {
    let options = Options { read_timeout: Some(Duration::from_millis(60)), ..Options::default() };
    let socket = websocket(&silent_server()).header("Sec-WebSocket-Key", KEY).options(options).connect();
    let mut socket = socket.unwrap();
    assert_eq!(socket.receive_within(Duration::from_millis(5)).unwrap(), None);
    let error = socket.receive().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ReadTimeout(Phase::Download));
    let message = error.to_string();
    assert!(message.starts_with("timed out after ") && message.ends_with("while waiting for a message"), "{message}");
}

#[test]
fn says_too_much_in_no_control_frame() {
    let mut socket = opened(b"");
    assert_eq!(socket.send(Message::Ping(vec![0; 126])).unwrap_err().kind(), ErrorKind::Request);
    assert_eq!(socket.close(&Close::new(1000, "x".repeat(124))).unwrap_err().kind(), ErrorKind::Request);
}
