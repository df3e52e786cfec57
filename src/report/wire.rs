//! What happened on the wire, as `curl -v` shows it: `*` what was done, `>` what was sent,
//! `<` what came.

use super::dialogue::{Room, line};
use super::paint::{Ink, Paint};
use super::wording;
use crate::diagnostic::{Style, fold, visible};
use crate::event::{Excerpt, TraceStep, Wire};
use crate::secret::Redactor;

/// The most characters of a line of a head that are shown.
const LONGEST: usize = 2000;

/// The steps of a trace, line by line, none longer than the terminal is wide; bodies are
/// shown where there is room for them, and else by their length.
pub(super) fn wire(steps: &[TraceStep], room: Option<Room>, style: Style, redactor: &Redactor) -> String {
    let writer = Writer { room, redactor, paint: Paint { color: style.color }, columns: style.width };
    steps.iter().flat_map(|step| writer.step(&step.what)).collect::<Vec<_>>().join("\n")
}

struct Writer<'a> {
    room: Option<Room>,
    redactor: &'a Redactor,
    paint: Paint,
    columns: usize,
}

impl Writer<'_> {
    fn step(&self, what: &Wire) -> Vec<String> {
        match what {
            Wire::Note(words) => self.marked('*', Some(Ink::Faint), &line(words, self.redactor)),
            Wire::SentHead(head) => self.head('>', head),
            Wire::SentBody(body) => self.body('>', body),
            Wire::ReceivedHead(head) => self.head('<', head),
            Wire::ReceivedBody(body) => self.body('<', body),
            Wire::Done(timings) => self.marked('*', Some(Ink::Faint), &wording::timings(timings)),
        }
    }

    /// The lines of a head, the first of them strong, and the blank one.
    fn head(&self, mark: char, head: &str) -> Vec<String> {
        // Redacted as a whole: a secret may have line breaks.
        let head = self.redactor.redact(head).replace("\r\n", "\n");
        let lines = wording::shorten(&visible(&head), usize::MAX, LONGEST);
        let ink = |index: usize| (index == 0).then_some(Ink::Strong);
        lines.iter().enumerate().flat_map(|(index, line)| self.marked(mark, ink(index), line)).collect()
    }

    fn body(&self, mark: char, body: &Excerpt) -> Vec<String> {
        let Some(room) = self.room else {
            return self.marked(mark, None, &format!("({})", wording::bytes(body.size)));
        };
        let text = self.redactor.redact(&body.text).replace("\r\n", "\n");
        let lines = wording::shorten(&visible(&text), room.lines, room.characters);
        lines.into_iter().chain(wording::body_remark(body)).flat_map(|line| self.marked(mark, None, &line)).collect()
    }

    /// A line after its mark, gone on with below where it is too long.
    fn marked(&self, mark: char, ink: Option<Ink>, line: &str) -> Vec<String> {
        let mark = self.paint.text(Ink::Faint, &mark.to_string());
        let painted = |part: &str| ink.map_or_else(|| part.to_owned(), |ink| self.paint.text(ink, part));
        let parts = fold(line, self.columns.saturating_sub("> ".len() + "  ".len()));
        let gap = |index: usize| if index == 0 { " " } else { "   " };
        let lines = parts.into_iter().enumerate();
        lines.map(|(index, part)| format!("{mark}{}{}", gap(index), painted(part)).trim_end().to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::http::Timings;

    use super::*;

    fn steps() -> Vec<TraceStep> {
        let body = |text: &str, size: u64| Excerpt { text: text.to_owned(), size, complete: text.len() as u64 == size };
        let timings =
            Timings { connect: Duration::from_micros(200), total: Duration::from_micros(1300), ..Timings::default() };
        let steps = [
            Wire::Note("connecting to api.example.org:443 (192.0.2.1, 2001:db8::1)".to_owned()),
            Wire::Note("TLSv1.3, TLS13_AES_256_GCM_SHA384".to_owned()),
            Wire::SentHead(
                "POST /users?with=a-very-long-query-that-goes-on-and-on-and-on-until-it-no-longer-fits HTTP/1.1\r\n\
                 Host: api.example.org\r\nAuthorization: Bearer hunter2secret\r\nX-Odd: \u{1b}[31m\r\n\r\n"
                    .to_owned(),
            ),
            Wire::SentBody(body("{\"name\": \"Ada\",\n \"password\": \"hunter2secret\"}", 42)),
            Wire::ReceivedHead("HTTP/1.1 100 Continue\r\n\r\n".to_owned()),
            Wire::ReceivedHead("HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n\r\n".to_owned()),
            Wire::ReceivedBody(body("{\"id\": 7", 2_000_000)),
            Wire::Done(timings),
        ];
        steps.into_iter().map(|what| TraceStep { at: Duration::ZERO, what }).collect()
    }

    fn shown(room: Option<Room>, style: Style) -> String {
        wire(&steps(), room, style, &super::super::sample::redactor())
    }

    #[test]
    fn shows_what_happened_in_order() {
        let style = Style { color: false, width: 120 };
        insta::assert_snapshot!("wire", shown(None, style));
        insta::assert_snapshot!("wire_and_bodies", shown(Some(Room { lines: 40, characters: 400 }), style));
        insta::assert_snapshot!("wire_color", shown(None, Style { color: true, width: 120 }));
    }

    #[test]
    fn no_line_is_longer_than_the_terminal_is_wide() {
        let text = shown(Some(Room { lines: 40, characters: 400 }), Style { color: false, width: 40 });
        assert!(text.lines().all(|line| wording::columns(line) <= 40), "{text}");
        insta::assert_snapshot!("wire_narrow", text);
    }

    #[test]
    fn no_secret_and_no_control_character_gets_through() {
        let text = shown(Some(Room { lines: 40, characters: 400 }), Style { color: false, width: 60 });
        assert!(!text.contains("hunter2secret"));
        assert!(!text.chars().any(|character| character.is_control() && character != '\n'));
    }
}
