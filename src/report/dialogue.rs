//! An exchange in full, for whoever wants to see everything.

use super::paint::{Ink, Paint};
use super::wording;
use crate::diagnostic::visible;
use crate::event::{Direction, Excerpt, Exchange, Message};
use crate::secret::Redactor;

/// How much of a body is shown.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    pub(super) lines: usize,
    /// Of each line.
    pub(super) characters: usize,
}

/// What was sent after `>`, what was received after `<`, how long it took after `*`.
pub(super) fn dialogue(exchange: &Exchange, room: Room, redactor: &Redactor, paint: Paint) -> String {
    let summary = line(&wording::exchange(exchange), redactor);
    let sent = message(&exchange.request_head, &exchange.request_body, room, redactor);
    let received = message(&exchange.response_head, &exchange.response_body, room, redactor);
    let marked = |mark: &str, line: &str| marked(mark, line, paint);
    std::iter::once(paint.text(Ink::Strong, &summary))
        .chain(sent.iter().map(|line| marked(">", line)))
        .chain(received.iter().map(|line| marked("<", line)))
        .chain(messages(exchange, room, redactor, paint))
        .chain([paint.text(Ink::Faint, &format!("* {}", wording::timings(&exchange.timings)))])
        .collect::<Vec<_>>()
        .join("\n")
}

/// The messages of a WebSocket, after `>` and `<` as well.
pub(super) fn messages(exchange: &Exchange, room: Room, redactor: &Redactor, paint: Paint) -> Vec<String> {
    let lines = |said: &Message| {
        let mark = match said.direction {
            Direction::Sent => ">",
            Direction::Received => "<",
        };
        spoken(said, room, redactor).into_iter().map(move |line| marked(mark, &line, paint))
    };
    exchange.messages.iter().flat_map(lines).collect()
}

fn marked(mark: &str, line: &str, paint: Paint) -> String {
    format!("{} {line}", paint.text(Ink::Faint, mark)).trim_end().to_owned()
}

/// Text from outside as one line: without secrets, control characters and line breaks.
pub(super) fn line(text: &str, redactor: &Redactor) -> String {
    visible(&redactor.redact(text)).replace('\n', " ")
}

fn message(head: &str, body: &Excerpt, room: Room, redactor: &Redactor) -> Vec<String> {
    let mut lines: Vec<String> = head.lines().map(|head| line(head, redactor)).collect();
    lines.extend((body.size > 0).then(String::new));
    // Redacted as a whole: a secret may have line breaks.
    let text = redactor.redact(&body.text).replace("\r\n", "\n");
    lines.extend(wording::shorten(&visible(&text), room.lines, room.characters));
    lines.extend(wording::body_remark(body));
    lines
}

/// A message of a WebSocket: `text: hello`.
fn spoken(said: &Message, room: Room, redactor: &Redactor) -> Vec<String> {
    let mut lines = message("", &said.content, room, redactor);
    // What separates a head from a body.
    lines.drain(..usize::from(said.content.size > 0));
    match lines.first_mut() {
        Some(first) => *first = format!("{}: {first}", said.kind),
        None => lines.push(said.kind.to_owned()),
    }
    lines
}
