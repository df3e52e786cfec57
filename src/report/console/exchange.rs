//! An exchange in full, for whoever wants to see everything.

use super::block::Blocks;
use crate::diagnostic::visible;
use crate::event::{Excerpt, Exchange};
use crate::http::Phase;
use crate::report::paint::Ink;
use crate::report::wording;

/// How many lines of a body are shown, and how many characters of a line.
const MOST_LINES: usize = 40;
const MOST_CHARACTERS: usize = 400;

/// What was sent after `>`, what was received after `<`, how long it took after `*`.
pub(super) fn dialogue(exchange: &Exchange, blocks: &Blocks) -> String {
    let summary = blocks.paint.text(Ink::Strong, &blocks.line(&wording::exchange(exchange)));
    let sent = message('>', &exchange.request_head, &exchange.request_body, blocks);
    let received = message('<', &exchange.response_head, &exchange.response_body, blocks);
    let times = blocks.paint.text(Ink::Faint, &format!("* {}", timings(exchange)));
    std::iter::once(summary).chain(sent).chain(received).chain([times]).collect::<Vec<_>>().join("\n")
}

fn message(mark: char, head: &str, body: &Excerpt, blocks: &Blocks) -> Vec<String> {
    let mark = blocks.paint.text(Ink::Faint, &mark.to_string());
    let mut lines: Vec<String> = head.lines().map(|line| blocks.line(line)).collect();
    lines.extend((body.size > 0).then(String::new));
    // Redacted as a whole: a secret may have line breaks.
    let text = blocks.redactor.redact(&body.text).replace("\r\n", "\n");
    lines.extend(wording::shorten(&visible(&text), MOST_LINES, MOST_CHARACTERS));
    lines.extend(wording::body_remark(body));
    lines.iter().map(|line| format!("{mark} {line}").trim_end().to_owned()).collect()
}

fn timings(exchange: &Exchange) -> String {
    let phases = Phase::NAMES.iter().map(|&(name, phase)| (name, exchange.timings.phase(phase)));
    let happened = phases.filter(|(_, time)| !time.is_zero());
    happened.map(|(name, time)| format!("{name} {}", wording::duration(time))).collect::<Vec<_>>().join(", ")
}
