//! A tunnel through an HTTP proxy (RFC 9110, 9.3.6).

use crate::http::{Headers, Method, Version};
use crate::proto::{self, Event, ResponseDecoder, ResponseHead};

use super::super::input::Input;
use super::super::{Clock, Error, Step, Wire};
use super::talk::{self, failed};

/// The most of a refusal's body that is read.
const MOST_OF_A_BODY: usize = 8 * 1024;

/// The most of a refusal's body that is told, in characters.
const MOST_TOLD: usize = 160;

/// What a proxy answers to CONNECT.
#[derive(Debug)]
pub(super) enum Answer {
    /// The tunnel stands.
    Tunnel,
    /// There is none; the beginning of the body.
    Refusal(ResponseHead, Vec<u8>),
}

/// Asks for a tunnel to `authority`.
///
/// # Errors
/// If there is no answer in time, or none that is HTTP.
pub(super) fn ask(
    wire: &mut dyn Wire,
    authority: &str,
    authorization: Option<&str>,
    clock: &Clock,
) -> Result<Answer, Error> {
    let request = request(authority, authorization)?;
    clock.tell(|| Step::SentHead(request.clone()));
    talk::write_all(wire, &request, clock)?;
    let mut input = Input::new();
    let mut decoder = ResponseDecoder::new(&Method::CONNECT);
    let head = loop {
        match next(wire, &mut input, &mut decoder, clock)? {
            Some(Event::Head(head)) => break head,
            Some(_) => {}
            None => return Err(failed("the connection was closed without an answer")),
        }
    };
    if !head.status.is_success() {
        let body = read_body(wire, &mut input, &mut decoder, clock);
        return Ok(Answer::Refusal(head, body));
    }
    // Whoever speaks first in the tunnel, it is not the server; these bytes would be taken for its answer.
    match input.unread().len() {
        0 => Ok(Answer::Tunnel),
        surplus => Err(failed(format!("{surplus} bytes came before the tunnel was used"))),
    }
}

/// > CONNECT server.example.com:80 HTTP/1.1
/// > Host: server.example.com
fn request(authority: &str, authorization: Option<&str>) -> Result<Vec<u8>, Error> {
    let mut headers = Headers::new();
    let fields = [("Host", Some(authority)), ("Proxy-Authorization", authorization)];
    for (name, value) in fields {
        if let Some(value) = value {
            headers.append(name, value)?;
        }
    }
    let mut out = Vec::new();
    proto::encode_request_head(&mut out, &Method::CONNECT, authority, Version::Http11, &headers)?;
    Ok(out)
}

/// What comes next of an answer; nothing once it, or the connection, has ended.
fn next(
    wire: &mut dyn Wire,
    input: &mut Input,
    decoder: &mut ResponseDecoder,
    clock: &Clock,
) -> Result<Option<Event>, Error> {
    loop {
        let step = decoder.decode(input.unread())?;
        if let Some(Event::Data(range)) = step.event {
            // The caller takes the bytes off.
            return Ok(Some(Event::Data(range)));
        }
        if let Some(Event::Interim(_) | Event::Head(_)) = step.event {
            clock.tell(|| Step::ReceivedHead(input.unread()[..step.consumed].to_vec()));
        }
        input.consume(step.consumed);
        if step.event.is_some() || decoder.is_done() {
            return Ok(step.event);
        }
        if talk::fill(wire, input, clock)? == 0 {
            return Ok(None);
        }
    }
}

/// The beginning of a refusal's body; what cannot be read of it is not missed.
fn read_body(wire: &mut dyn Wire, input: &mut Input, decoder: &mut ResponseDecoder, clock: &Clock) -> Vec<u8> {
    let mut body = Vec::new();
    while body.len() < MOST_OF_A_BODY {
        match next(wire, input, decoder, clock) {
            Ok(Some(Event::Data(range))) => {
                let end = range.end;
                body.extend_from_slice(&input.unread()[range]);
                input.consume(end);
            }
            Ok(Some(Event::Interim(_) | Event::Head(_))) => {}
            Ok(Some(Event::End(_)) | None) | Err(_) => break,
        }
    }
    body
}

/// Fields that say more of a refusal than its page does: RFC 9209, and Squid's own.
const REASONS: [&str; 2] = ["Proxy-Status", "X-Squid-Error"];

/// A refusal in words: `403 Forbidden ("Access denied")`.
pub(super) fn in_words(head: &ResponseHead, body: &[u8]) -> String {
    let reason = if head.reason.is_empty() { head.status.reason().unwrap_or_default() } else { &head.reason };
    let status = format!("{} {reason}", head.status.code()).trim_end().to_owned();
    let field = REASONS.iter().find_map(|name| head.headers.text(name));
    match told(&field.unwrap_or_else(|| String::from_utf8_lossy(body))) {
        told if told.is_empty() => status,
        told => format!("{status} (\"{told}\")"),
    }
}

/// The title of a page, or the beginning of a text, on one line.
fn told(body: &str) -> String {
    let title = body.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>"));
    let text = title.map_or(body, |(title, _)| title);
    let words: Vec<&str> = text.split(|character: char| character.is_whitespace() || character.is_control()).collect();
    let line = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MOST_TOLD) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_what_asks_for_a_tunnel() {
        let written = |authorization| String::from_utf8(request("h:443", authorization).unwrap()).unwrap();
        assert_eq!(written(None), "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n");
        assert_eq!(
            written(Some("Basic eA==")),
            "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\nProxy-Authorization: Basic eA==\r\n\r\n"
        );
    }

    #[test]
    fn tells_the_title_of_a_page_or_the_beginning_of_a_text() {
        let long = "word ".repeat(100);
        for (body, expected) in [
            ("", ""),
            ("no\r\n  way \u{1b}[31m", "no way [31m"),
            ("<html><head><title>ERROR: not\nallowed</title><p>more", "ERROR: not allowed"),
            (&long, &format!("{}…", &long[..MOST_TOLD])),
        ] {
            assert_eq!(told(body), expected);
        }
    }
}
