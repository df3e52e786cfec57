//! Scripts in braces, as httpYac has them: what stands between a line with `{{` and one with
//! `}}`, and when it runs.
//!
//! ```text
//!             in a block with a request            in a block without one
//! {{          above it before, below it after      once, before all requests
//! {{@request  with the request as it is sent       … of every request
//! {{@response with the response                    … of every request
//! {{@after    when all else is done                once, before all requests
//! {{+…        as with @, for every request         as with @, for every request
//! ```

use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::spec::{Code, Entry, Script, Scripts, Surroundings};

use super::line::{Line, ScriptEnd, lines_of, trimmed};
use super::{text, unsupported};

/// A script in braces.
#[derive(Clone, Debug)]
pub(super) struct Block {
    /// The line that opens it.
    opening: Span,
    code: Span,
}

/// When a script runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    /// At its place.
    Here,
    Request,
    Response,
    After,
    /// While a response comes in.
    Streaming,
    /// When an editor shows the response.
    Logging,
}

/// What may stand after the opening braces and a mark.
const EVENTS: &[(&str, Event)] = &[
    ("", Event::Here),
    ("request", Event::Request),
    ("response", Event::Response),
    ("after", Event::After),
    ("streaming", Event::Streaming),
    ("responseLogging", Event::Logging),
];

/// Where a block stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Above the request line.
    Above,
    /// Below it.
    Below,
    /// Where there is no request.
    Alone,
}

/// The scripts that blocks give, by whom they run for.
#[derive(Debug, Default)]
pub(super) struct Collected {
    /// With the request of their block.
    pub own: Moments,
    /// With every request of the file.
    pub every: Moments,
    /// Once, before all requests.
    pub once: Vec<Script>,
}

/// Scripts by when they run.
#[derive(Clone, Debug, Default)]
pub(super) struct Moments {
    before: Vec<Script>,
    rendered: Vec<Script>,
    response: Vec<Script>,
    /// Below the request line, which runs when the response is there.
    below: Vec<Script>,
    after: Vec<Script>,
}

impl Block {
    /// The block that begins on a line of a place, and what comes after it.
    pub(super) fn at(span: &Span, line: &Line<'_>) -> (Self, usize) {
        let origin = span.range().start;
        let opening = span.slice(line.start - origin..line.end() - origin);
        let below = span.slice(line.next - origin..span.text().len());
        let end = lines_of(&below).find(|line| ScriptEnd::Braces.is_on(line.text));
        let (code_end, next) = end.map_or((below.range().end, below.range().end), |end| (end.start, end.next));
        let code = span.slice(line.next - origin..code_end - origin);
        (Self { opening: trimmed(&opening), code }, next)
    }

    /// The block that is all of a place.
    pub(super) fn of(span: &Span) -> Option<Self> {
        lines_of(span).next().map(|line| Self::at(span, &line).0)
    }

    /// The error that the body goes on below it.
    pub(super) fn within_a_body(&self) -> Diagnostic {
        Diagnostic::error("a script in the middle of a body").at(&self.opening, "").help("put it below the body")
    }

    fn script(&self) -> Script {
        Script { code: Code::Inline(text(&self.code)), surroundings: Surroundings::HttpYac }
    }
}

impl Collected {
    /// Takes up a block.
    ///
    /// # Errors
    /// If nothing is known of when it runs, or it would run while a response comes in.
    pub(super) fn take_up(&mut self, block: &Block, place: Place) -> Result<(), Diagnostic> {
        let mark = block.opening.text().trim_start_matches("{{");
        let is_for_every = mark.starts_with('+');
        let name = mark.trim_start_matches(['@', '+']);
        let known = EVENTS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        let (_, event) = known.ok_or_else(|| unknown(block, name))?;
        let moments = if is_for_every || place == Place::Alone { &mut self.every } else { &mut self.own };
        let scripts = match event {
            Event::Here | Event::After if !is_for_every && place == Place::Alone => &mut self.once,
            Event::Here if place == Place::Below && !is_for_every => &mut moments.below,
            Event::Here => &mut moments.before,
            Event::Request => &mut moments.rendered,
            Event::Response => &mut moments.response,
            Event::After => &mut moments.after,
            Event::Streaming => {
                return Err(unsupported::error("a script that runs while a response comes in", &block.opening));
            }
            // What an editor shows is no concern of a run.
            Event::Logging => return Ok(()),
        };
        scripts.push(block.script());
        Ok(())
    }
}

fn unknown(block: &Block, name: &str) -> Diagnostic {
    let names = EVENTS.iter().map(|&(name, _)| name).filter(|name| !name.is_empty());
    Diagnostic::error(format!("there is no event `{name}` for a script")).at(&block.opening, "").suggest(name, names)
}

impl Moments {
    /// Whether nothing runs.
    pub(super) fn is_empty(&self) -> bool {
        let Self { before, rendered, response, below, after } = self;
        [before, rendered, response, below, after].iter().all(|scripts| scripts.is_empty())
    }

    /// Adds those of another block.
    pub(super) fn extend(&mut self, other: Self) {
        self.before.extend(other.before);
        self.rendered.extend(other.rendered);
        self.response.extend(other.response);
        self.below.extend(other.below);
        self.after.extend(other.after);
    }

    /// Adds these to the scripts of a request.
    pub(super) fn add_to(self, scripts: &mut Scripts) {
        scripts.before.extend(self.before);
        scripts.rendered.extend(self.rendered);
        scripts.after.extend(self.response.into_iter().chain(self.below).chain(self.after));
    }

    /// Has a request of the file run these too: before its own where something is to be sent,
    /// and after them where it was.
    pub(super) fn run_for(&self, entry: &mut Entry) {
        if let Entry::Request(request) = entry {
            let mut scripts = Scripts::clone(&request.scripts);
            scripts.before.splice(0..0, self.before.clone());
            scripts.rendered.splice(0..0, self.rendered.clone());
            scripts.after.extend(self.response.iter().chain(&self.after).cloned());
            request.scripts = scripts.into();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    /// The moments at which a block runs, `+` where it is with every request.
    fn moments(block: &str, place: Place) -> String {
        let span = SourceFile::new("a.http", block).span(0..block.len());
        let mut collected = Collected::default();
        collected.take_up(&Block::of(&span).unwrap(), place).unwrap();
        let shown = |moments: &Moments, mark: &str| {
            let named = [
                ("before", &moments.before),
                ("rendered", &moments.rendered),
                ("response", &moments.response),
                ("below", &moments.below),
                ("after", &moments.after),
            ];
            let found = named.into_iter().filter(|(_, scripts)| !scripts.is_empty());
            found.map(|(name, _)| format!("{mark}{name}")).collect::<String>()
        };
        let once = if collected.once.is_empty() { "" } else { "once" };
        format!("{}{}{once}", shown(&collected.own, ""), shown(&collected.every, "+"))
    }

    #[test]
    fn a_block_runs_when_its_mark_and_its_place_say() {
        for (mark, above, below, alone) in [
            ("", "before", "below", "once"),
            ("@", "before", "below", "once"),
            ("+", "+before", "+before", "+before"),
            ("@request", "rendered", "rendered", "+rendered"),
            ("+request", "+rendered", "+rendered", "+rendered"),
            ("@Response", "response", "response", "+response"),
            ("+response", "+response", "+response", "+response"),
            ("@after", "after", "after", "once"),
            ("+after", "+after", "+after", "+after"),
            ("@responseLogging", "", "", ""),
        ] {
            let block = format!("{{{{{mark}\na\n}}}}\n");
            for (place, expected) in [(Place::Above, above), (Place::Below, below), (Place::Alone, alone)] {
                assert_eq!(moments(&block, place), expected, "{mark} {place:?}");
            }
        }
    }

    #[test]
    fn code_stands_between_the_braces() {
        let text = "x\n{{@response\r\n  a\n b}}\n}}\ny";
        let span = SourceFile::new("a.http", text).span(0..text.len());
        let line = lines_of(&span).nth(1).unwrap();
        let (block, next) = Block::at(&span, &line);
        assert_eq!((block.opening.text(), block.code.text(), &text[next..]), ("{{@response", "  a\n b}}\n", "y"));
        let (open, next) = Block::at(&span.slice(2..20), &line);
        assert_eq!((open.code.text(), next), ("  a\n ", 20));
    }

    #[test]
    fn an_unknown_event_is_an_error() {
        for (mark, message) in [
            ("@respons", "there is no event `respons` for a script"),
            ("@streaming", "a script that runs while a response comes in is not supported yet"),
        ] {
            let text = format!("{{{{{mark}\n}}}}");
            let span = SourceFile::new("a.http", &*text).span(0..text.len());
            let error = Collected::default().take_up(&Block::of(&span).unwrap(), Place::Above).unwrap_err();
            assert_eq!((error.message.as_str(), error.span().unwrap().text()), (message, &*format!("{{{{{mark}")));
        }
    }
}
