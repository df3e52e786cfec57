//! What happened on the wire, as reports show it.

use crate::event::{Excerpt, TraceStep, Wire};
use crate::transport::{self, Step, Trace};

use super::credentials::without_credentials;
use super::record::head_end;

/// The steps of a trace.
pub(super) fn steps(trace: &Trace) -> Vec<TraceStep> {
    let steps = trace.take().into_iter();
    steps.flat_map(|(at, step)| wire(step).map(move |what| TraceStep { at, what })).collect()
}

/// What a step is to a reader: a message that was sent whole has a head and perhaps a body.
fn wire(step: Step) -> impl Iterator<Item = Wire> {
    let (first, second) = match step {
        Step::Note(words) => (Wire::Note(words), None),
        Step::SentHead(head) => (Wire::SentHead(without_credentials(&text(&head))), None),
        Step::SentBody(body) => (Wire::SentBody(excerpt(&body.start, body.size)), None),
        Step::SentMessage(message) => split(&message),
        Step::ReceivedHead(head) => (Wire::ReceivedHead(text(&head)), None),
        Step::ReceivedBody(body) => (Wire::ReceivedBody(excerpt(&body.start, body.size)), None),
        Step::Done(timings) => (Wire::Done(timings), None),
    };
    [Some(first), second].into_iter().flatten()
}

/// A message's head, up to its first blank line, and what follows that.
fn split(message: &transport::Excerpt) -> (Wire, Option<Wire>) {
    let start = &message.start;
    let end = head_end(start);
    let rest = message.size - end as u64;
    let body = (rest > 0).then(|| Wire::SentBody(excerpt(&start[end..], rest)));
    (Wire::SentHead(without_credentials(&text(&start[..end]))), body)
}

/// A head as text: UTF-8, and Latin-1 where it is not that.
fn text(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
    }
}

/// The start of a body as text, where it is text.
fn excerpt(start: &[u8], size: u64) -> Excerpt {
    let complete = start.len() as u64 == size;
    let text = match std::str::from_utf8(start) {
        Ok(text) => text,
        // The last character may have been cut.
        Err(error) if error.error_len().is_none() && !complete => {
            std::str::from_utf8(&start[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => "",
    };
    let text = if text.contains('\0') { "" } else { text };
    Excerpt { text: text.to_owned(), size, complete: complete && text.len() == start.len() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_a_head_and_a_body() {
        let message = |start: &[u8], more: u64| {
            let mut excerpt = transport::Excerpt::default();
            excerpt.start = start.to_vec();
            excerpt.size = start.len() as u64 + more;
            wire(Step::SentMessage(excerpt)).collect::<Vec<_>>()
        };
        let head = |text: &str| Wire::SentHead(text.to_owned());
        let body = |text: &str, more: u64| {
            Wire::SentBody(Excerpt { text: text.to_owned(), size: text.len() as u64 + more, complete: more == 0 })
        };
        assert_eq!(message(b"GET /\r\n", 0), [head("GET /\r\n")]);
        assert_eq!(message(b"GET /\n\nab", 3), [head("GET /\n\n"), body("ab", 3)]);
        assert_eq!(message(b"GET /\r\n\r\na\n\nb", 0), [head("GET /\r\n\r\n"), body("a\n\nb", 0)]);
    }

    #[test]
    fn excerpts_are_text_or_nothing() {
        for (start, size, expected, complete) in [
            (&b"abc"[..], 3, "abc", true),
            (b"abc", 9, "abc", false),
            ("aé".as_bytes(), 3, "aé", true),
            (&"aé".as_bytes()[..2], 3, "a", false),
            (b"a\xff", 2, "", false),
            (b"a\0", 2, "", false),
        ] {
            let found = excerpt(start, size);
            assert_eq!((found.text.as_str(), found.size, found.complete), (expected, size, complete), "{start:?}");
        }
    }
}
