//! `steps`: what is said over a WebSocket, and what is expected to be heard.

use crate::diagnostic::Diagnostic;
use crate::parse::yaml::body::{base64, piece};
use crate::parse::yaml::expectation::{self, demand};
use crate::parse::yaml::operand::Answer;
use crate::parse::yaml::table::{Problems, Table, key};
use crate::parse::yaml::{Field, flow};
use crate::source::Spanned;
use crate::spec::{Assertion, Body, Expectation, Farewell, MessageKind, Node, Piece, Query, Step, Steps, Text};

/// What a step can be, as messages say it.
const ACTIONS: &str = "`send`, `send_json`, `send_bytes`, `expect`, `expect_close`, `ping` or `close`";

/// What the entries of a step have been read into so far.
#[derive(Default)]
struct Draft {
    /// What it does, each with its key; more than one is too many.
    actions: Vec<(Text, Step)>,
    /// What it says of an expectation.
    details: Expectation,
    /// The first key that says it.
    detailed: Option<Text>,
}

/// The keys of a step: what it does, and what an expectation has beside.
const STEP: Table<Draft> = Table(&[
    key("send", |draft, field, problems| {
        let pieces: Vec<Piece> = field.one_or_more().filter_map(|item| piece(item, problems)).collect();
        draft.act(field, send(MessageKind::Text, Body::Content(pieces)));
    }),
    key("send_json", |draft, field, _| draft.act(field, send(MessageKind::Text, Body::Json(field.value.clone())))),
    key("send_bytes", |draft, field, problems| {
        if let Some(bytes) = problems.keep(base64(field)) {
            draft.act(field, send(MessageKind::Binary, Body::Bytes(bytes)));
        }
    }),
    key("expect", |draft, field, problems| {
        let assertions = message(field, problems);
        draft.act(field, Step::Expect(Expectation { assertions, ..Expectation::default() }));
    }),
    key("expect_close", |draft, field, problems| {
        let assertions = farewell(field, problems);
        draft.act(field, Step::ExpectClose(Expectation { assertions, ..Expectation::default() }));
    }),
    key("ping", |draft, field, problems| {
        if let Some(text) = problems.keep(field.text()) {
            draft.act(field, Step::Ping(text));
        }
    }),
    key("close", |draft, field, problems| {
        if let Some(farewell) = close(field, problems) {
            draft.act(field, Step::Close(farewell));
        }
    }),
    key("count", |draft, field, problems| {
        draft.detail(field);
        draft.details.count = problems.keep(flow::times(field)).map_or(1, |count| count.value);
    }),
    key("timeout", |draft, field, problems| {
        draft.detail(field);
        draft.details.timeout = problems.keep(field.duration()).map(|time| time.value);
    }),
    key("capture", |draft, field, problems| {
        draft.detail(field);
        draft.details.captures = expectation::captures(field, problems);
    }),
]);

/// Reads a list of steps.
pub(super) fn read(field: Field<'_>, problems: &mut Problems) -> Option<Spanned<Steps>> {
    let items = problems.keep(field.items())?;
    let steps = items.filter_map(|item| Some(item.span().clone().with(step(item, problems)?))).collect();
    Some(field.span().clone().with(steps))
}

/// A map; a text alone is sent.
fn step(field: Field<'_>, problems: &mut Problems) -> Option<Step> {
    if !matches!(field.value.node, Node::Map(_)) {
        let text =
            problems.keep(field.scalar().ok_or_else(|| field.expected(&format!("a text, or a map with {ACTIONS}"))));
        return text.map(|text| send(MessageKind::Text, Body::Content(vec![Piece::Text(text)])));
    }
    let mut draft = Draft::default();
    STEP.read_map(&mut draft, field, problems);
    // A map of nothing that is known has its own errors, and so has an action that could not be read.
    let is_read = draft.detailed.is_some() || field.entries().is_ok_and(|entries| entries.len() == 0);
    if draft.actions.is_empty() && !is_read {
        return None;
    }
    problems.keep(draft.finish(field))
}

impl Draft {
    fn act(&mut self, field: Field<'_>, step: Step) {
        self.actions.push((field.key.clone(), step));
    }

    fn detail(&mut self, field: Field<'_>) {
        self.detailed.get_or_insert_with(|| field.key.clone());
    }

    fn finish(mut self, field: Field<'_>) -> Result<Step, Diagnostic> {
        if let [(first, _), (second, _), ..] = self.actions.as_slice() {
            let message = format!("a step does one thing, and not both `{}` and `{}`", first.value, second.value);
            return Err(Diagnostic::error(message).at(&second.span, "the second").at(&first.span, "the first"));
        }
        let Expectation { count, timeout, captures, .. } = self.details;
        let detail = |expectation: Expectation| Expectation { count, timeout, captures, ..expectation };
        match (self.actions.pop(), self.detailed) {
            (Some((_, Step::Expect(expectation))), _) => Ok(Step::Expect(detail(expectation))),
            (Some((_, Step::ExpectClose(expectation))), _) => Ok(Step::ExpectClose(detail(expectation))),
            (Some((_, step)), None) => Ok(step),
            (Some((action, _)), Some(detail)) => {
                let message = format!("`{}` says nothing of `{}`", detail.value, action.value);
                Err(Diagnostic::error(message).at(&detail.span, "").help("it is said of an `expect`"))
            }
            // `{timeout: 2s}` waits for a message, whatever it holds.
            (None, Some(_)) => Ok(Step::Expect(detail(Expectation::default()))),
            (None, None) => Err(field.expected(ACTIONS)),
        }
    }
}

fn send(kind: MessageKind, body: Body) -> Step {
    Step::Send { kind, body }
}

/// What must hold of a message: the keys of a request's `expect`, or the text that it is.
fn message(field: Field<'_>, problems: &mut Problems) -> Vec<Assertion> {
    let mut assertions = Vec::new();
    match field.value.node {
        Node::Map(_) => return expectation::read(field, problems),
        Node::Null | Node::Bool(true) => {}
        _ => demand(&mut assertions, Query::Body, "body", Answer::Text, field, problems),
    }
    assertions
}

/// What must hold of a close frame: its code, or a map of `code` and `reason`.
fn farewell(field: Field<'_>, problems: &mut Problems) -> Vec<Assertion> {
    let mut assertions = Vec::new();
    match field.value.node {
        Node::Map(_) => CLOSE.read_map(&mut assertions, field, problems),
        Node::Null | Node::Bool(true) => {}
        _ => demand_member(&mut assertions, "code", field, problems),
    }
    assertions
}

/// What can be asked of a close frame.
const CLOSE: Table<Vec<Assertion>> = Table(&[
    key("code", |all, field, problems| demand_member(all, "code", field, problems)),
    key("reason", |all, field, problems| demand_member(all, "reason", field, problems)),
]);

fn demand_member(all: &mut Vec<Assertion>, member: &str, field: Field<'_>, problems: &mut Problems) {
    let path = Text::new(field.key.span.clone().with(format!("$.{member}")), field.key.format);
    demand(all, Query::JsonPath(path), &format!("close {member}"), Answer::Json, field, problems);
}

/// What `close` takes beside a code.
#[derive(Default)]
struct FarewellDraft {
    code: Option<Spanned<u16>>,
    reason: Option<Text>,
}

const FAREWELL: Table<FarewellDraft> = Table(&[
    key("code", |draft, field, problems| draft.code = problems.keep(code(field))),
    key("reason", |draft, field, problems| draft.reason = problems.keep(field.text())),
]);

fn close(field: Field<'_>, problems: &mut Problems) -> Option<Farewell> {
    let mut draft = FarewellDraft::default();
    match field.value.node {
        Node::Map(_) => FAREWELL.read_map(&mut draft, field, problems),
        Node::Null | Node::Bool(true) => {}
        _ => draft.code = Some(problems.keep(code(field))?),
    }
    Some(Farewell { code: draft.code.map_or(1000, |code| code.value), reason: draft.reason })
}

/// > 1000-2999 are reserved for definition by this protocol [...] 3000-3999 are reserved for
/// > use by libraries, frameworks, and applications [...] 4000-4999 are reserved for private
/// > use. (RFC 6455, 7.4.2; 1004 to 1006 and 1015 MUST NOT be sent, 7.4.1)
fn code(field: Field<'_>) -> Result<Spanned<u16>, Diagnostic> {
    let is_sendable = |code: u16| matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999);
    let code = field.whole::<u16>().ok().filter(|code| is_sendable(code.value));
    code.ok_or_else(|| field.expected("a code such as `1000`, or one of one's own from 4000 to 4999"))
}
