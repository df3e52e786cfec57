//! Why a script could not run to its end, at the place in its code.

use rquickjs::{Ctx, Error, Value};

use crate::diagnostic::Diagnostic;
use crate::source::Span;

use super::limits::{Limits, Timekeeper};
use super::program::{Program, Sources};

/// Why a script could not run to its end.
#[derive(Clone, Debug, Default)]
pub(super) struct Fault {
    /// What JavaScript says.
    message: String,
    /// The calls that led there, a line each; empty where there were none.
    stack: String,
    reason: Reason,
}

/// What kind of fault it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Reason {
    /// Something was thrown, be it by JavaScript.
    #[default]
    Thrown,
    /// Null was thrown, by the script or for want of memory for an error.
    Null,
    /// The script used up its time.
    Time,
    /// It used up its memory.
    Memory,
    /// Its calls nest too deep.
    Stack,
    /// It waits for what never comes.
    Waiting,
    /// The run is to end.
    CalledOff,
}

impl Fault {
    /// A promise that nothing resolves any more.
    pub(super) fn waiting() -> Self {
        Self { reason: Reason::Waiting, ..Self::default() }
    }

    /// What an error of the engine means.
    pub(super) fn new(error: &Error, ctx: &Ctx<'_>, time: &Timekeeper) -> Self {
        let thrown = match error {
            Error::Exception => Self::thrown(&ctx.catch()),
            Error::Allocation => Self { reason: Reason::Memory, ..Self::default() },
            other => Self { message: other.to_string(), ..Self::default() },
        };
        thrown.or_out_of_time(time)
    }

    /// What was thrown.
    pub(super) fn thrown(value: &Value<'_>) -> Self {
        let Some(error) = value.as_object().filter(|_| value.is_error()) else {
            let reason = if value.is_null() { Reason::Null } else { Reason::Thrown };
            return Self { message: shown(value), stack: String::new(), reason };
        };
        let text = |key: &str| error.get::<_, Option<String>>(key).ok().flatten().unwrap_or_default();
        let (name, message) = (text("name"), text("message"));
        let reason = match (name.as_str(), message.as_str()) {
            ("InternalError", "out of memory") => Reason::Memory,
            ("RangeError", "Maximum call stack size exceeded") => Reason::Stack,
            _ => Reason::Thrown,
        };
        let message = match name.as_str() {
            "" | "Error" | "AssertionError" => message,
            _ => format!("{name}: {message}"),
        };
        Self { message, stack: text("stack"), reason }
    }

    pub(super) fn or_out_of_time(mut self, time: &Timekeeper) -> Self {
        if time.is_exceeded() {
            self.reason = Reason::Time;
        } else if time.is_up() {
            self.reason = Reason::CalledOff;
        }
        self
    }

    /// Null that was thrown means that there was no memory for an error, where most of it is used.
    pub(super) fn or_out_of_memory(mut self, is_full: impl FnOnce() -> bool) -> Self {
        if self.reason == Reason::Null && is_full() {
            self.reason = Reason::Memory;
        }
        self
    }

    /// Whether nothing can be run any more where this has happened.
    pub(super) fn is_final(&self) -> bool {
        matches!(self.reason, Reason::Null | Reason::Time | Reason::Memory | Reason::CalledOff | Reason::Waiting)
    }

    /// What to tell people.
    pub(super) fn diagnostic(&self, program: &Program, sources: &Sources, limits: &Limits) -> Diagnostic {
        let code = &program.code;
        // Of a text that is not written as it is read, the columns say nothing.
        let place = if code.is_verbatim() { sources.place(&self.stack) } else { sources.line(&self.stack) };
        let place = place.filter(|place| is_in(place, &code.span)).unwrap_or_else(|| start_of(&code.span));
        let (message, help) = self.words(limits);
        let mut diagnostic = Diagnostic::error(message).at(&place, "");
        if place.source().path() != program.caller.source().path() {
            diagnostic = diagnostic.at(&program.caller, "run from here");
        }
        match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }

    fn words(&self, limits: &Limits) -> (String, Option<&'static str>) {
        match self.reason {
            Reason::Thrown => (format!("the script fails: {}", self.message), None),
            Reason::Null => (
                "the script fails: null is thrown".to_owned(),
                Some("throw an `Error`; JavaScript itself throws null where no memory is left"),
            ),
            Reason::Time => (
                format!("the script is stopped: it ran for longer than {:?}", limits.time),
                Some("look for a loop that does not end"),
            ),
            Reason::Memory => (
                format!("the script is stopped: it needs more than {} MiB of memory", limits.memory >> 20),
                Some("look for what grows without end"),
            ),
            Reason::Stack => (
                "the script is stopped: its calls nest too deep".to_owned(),
                Some("look for a function that calls itself"),
            ),
            Reason::Waiting => (
                "the script waits for a promise that is never resolved".to_owned(),
                Some("nothing is left to run that could resolve it"),
            ),
            Reason::CalledOff => ("the script is stopped: the run is to end".to_owned(), None),
        }
    }
}

/// Whether a place is one of the code, or of another file: where a loop goes back to its start,
/// JavaScript names the place of the function around the code.
fn is_in(place: &Span, code: &Span) -> bool {
    let range = code.range();
    place.source().path() != code.source().path()
        || range.contains(&place.range().start)
        || range.end == place.range().start
}

/// The first line of code that says something.
fn start_of(code: &Span) -> Span {
    let start = code.text().len() - code.text().trim_start().len();
    let end = code.text()[start..].find(['\r', '\n']).map_or(code.text().len(), |length| start + length);
    code.slice(start..end.max(start))
}

/// What was thrown that is no error, as text.
fn shown(value: &Value<'_>) -> String {
    let text = value.as_string().and_then(|text| text.to_string().ok());
    let json = || value.ctx().json_stringify(value.clone()).ok().flatten().and_then(|json| json.to_string().ok());
    text.or_else(json).unwrap_or_else(|| value.type_name().to_owned())
}
