//! Directives that say whether, when and how often a request runs.
//!
//! `@disabled`, `@loop`, `@sleep` and `@ratelimit` are httpYac's, `@delay` is kulala's: in
//! these a time without a unit is milliseconds, as it is there.

use std::time::Duration;

use crate::diagnostic::Diagnostic;
use crate::parse::{flow, quantity, yaml};
use crate::source::{Span, Spanned};
use crate::spec::{
    Condition, Flow, Format, MOST_REPEATS, Pause, RateLimit, Repetition, Retry, Skip, parse_milliseconds,
};

use super::argument::{NULL, words, wrong};
use super::head::Directive;
use super::text;

/// `false`, or nothing but `true`, or the reason.
pub(super) fn skip(directive: &Directive) -> Result<Spanned<Skip>, Diagnostic> {
    let argument = directive.argument.clone();
    match directive.argument.text() {
        "false" | NULL => Ok(argument.with(Skip::No)),
        "true" => Ok(argument.with(Skip::Yes(String::new()))),
        reason => flow::reason(argument.with(reason.to_owned())),
    }
}

/// Nothing, or what leaves the request out where it holds.
pub(super) fn disabled(flow: &mut Flow, directive: &Directive) -> Result<(), Diagnostic> {
    match directive.argument.text() {
        "" | "true" | "false" | NULL => flow.skip = Some(skip(directive)?),
        _ => must_be(flow, directive, false)?,
    }
    Ok(())
}

/// What must hold, with the others that are asked for.
pub(super) fn condition(flow: &mut Flow, directive: &Directive) -> Result<(), Diagnostic> {
    if directive.argument.text() == NULL {
        flow.conditions = Some(Vec::new());
        return Ok(());
    }
    must_be(flow, directive, true)
}

fn must_be(flow: &mut Flow, directive: &Directive, expected: bool) -> Result<(), Diagnostic> {
    words(directive)?;
    let expression = flow::expression(&text(&directive.argument))?;
    flow.conditions.get_or_insert_default().push(Condition { expression, expected });
    Ok(())
}

/// `3`, `3 500ms` with the time between two attempts, or what the key of YAML takes; then
/// perhaps `until` with what is waited for.
pub(super) fn retry(flow: &mut Flow, directive: &Directive) -> Result<Vec<Diagnostic>, Diagnostic> {
    let (argument, until) = split_until(&directive.argument);
    let bounds = Directive { name: directive.name.clone(), argument };
    let problems = match bounds.argument.text() {
        written if written.starts_with('{') || written == NULL => {
            yaml::read_directive(&yaml::FLOW, flow, &text(&bounds.name), &bounds.argument)
        }
        _ => {
            flow.retry = Some(counted(&bounds)?);
            Vec::new()
        }
    };
    if let (Some(retry), Some(until)) = (&mut flow.retry, until) {
        retry.value.until = Some(flow::until(&until, Format::Http)?);
    }
    Ok(problems)
}

fn counted(directive: &Directive) -> Result<Spanned<Retry>, Diagnostic> {
    let argument = &directive.argument;
    let text = argument.text();
    let end = text.find([' ', '\t']).unwrap_or(text.len());
    let times =
        text[..end].parse().map_err(|_| wrong(directive, "write how many times, and perhaps the time between"))?;
    let delay = match super::line::trimmed(&argument.slice(end..text.len())) {
        rest if rest.text().is_empty() => Duration::ZERO,
        rest => quantity::duration(rest.text(), &rest)?.value,
    };
    Ok(argument.clone().with(Retry { delay, ..Retry::times(times) }))
}

/// What stands before the word `until`, and after it. One within a map is the map's.
fn split_until(argument: &Span) -> (Span, Option<Span>) {
    let text = argument.text();
    let word = match text.starts_with('{') {
        true => text.find("} until ").map(|at| at + 1),
        false => text.find(" until "),
    };
    let Some(at) = word else { return (argument.clone(), None) };
    let after = argument.slice(at + " until ".len()..text.len());
    (super::line::trimmed(&argument.slice(0..at)), Some(super::line::trimmed(&after)))
}

pub(super) fn delay(directive: &Directive) -> Result<Spanned<Duration>, Diagnostic> {
    if directive.argument.text() == NULL {
        return Ok(directive.argument.clone().with(Duration::ZERO));
    }
    words(directive)?;
    quantity::milliseconds(directive.argument.text(), &directive.argument)
}

/// A time, or an expression that gives one.
pub(super) fn pause(directive: &Directive) -> Result<Spanned<Pause>, Diagnostic> {
    let argument = words(directive)?;
    let pause = match parse_milliseconds(&argument.value) {
        Some(time) => Pause::Fixed(time),
        None if argument.value == NULL => Pause::Fixed(Duration::ZERO),
        None => Pause::Computed(flow::expression(&text(&directive.argument))?),
    };
    Ok(argument.map(|_| pause))
}

/// Notes how often the request runs; of two directives that say it, the second is an error.
pub(super) fn repeated(
    flow: &mut Flow,
    directive: &Directive,
    repetition: Result<Repetition, Diagnostic>,
) -> Result<(), Diagnostic> {
    if let Some(first) = &flow.repetition {
        let message = format!("`@{}` and another directive say how often this request runs", directive.name.text());
        return Err(Diagnostic::error(message).at(&directive.name, "").at(&first.span, "the first"));
    }
    let repetition = if directive.argument.text() == NULL { Ok(Repetition::Times(1)) } else { repetition };
    flow.repetition = Some(directive.argument.clone().with(repetition?));
    Ok(())
}

pub(super) fn times(directive: &Directive) -> Result<Repetition, Diagnostic> {
    read_times(&directive.argument)
        .ok_or_else(|| wrong(directive, &format!("write how many times, from 1 to {MOST_REPEATS}")))
}

fn read_times(argument: &Span) -> Option<Repetition> {
    let times = argument.text().parse().ok().filter(|times| (1..=MOST_REPEATS).contains(times));
    times.map(Repetition::Times)
}

/// `for 3`, `for item of list` or `while expression`.
pub(super) fn looped(directive: &Directive) -> Result<Repetition, Diagnostic> {
    let argument = words(directive)?;
    let end = argument.value.find(|character: char| !character.is_ascii_alphabetic()).unwrap_or(argument.value.len());
    let rest = super::line::trimmed(&directive.argument.slice(end..argument.value.len()));
    match &argument.value[..end] {
        "for" if rest.text().parse::<u64>().is_ok() => read_times(&rest)
            .ok_or_else(|| wrong(directive, &format!("write how many times, from 1 to {MOST_REPEATS}"))),
        "for" => flow::items(&text(&rest)),
        "while" => flow::lasting(&text(&rest)),
        _ => Err(wrong(directive, "write `for 3`, `for item of list` or `while expression`")),
    }
}

pub(super) fn items(directive: &Directive) -> Result<Repetition, Diagnostic> {
    words(directive)?;
    flow::items(&text(&directive.argument))
}

pub(super) fn while_it_holds(directive: &Directive) -> Result<Repetition, Diagnostic> {
    words(directive)?;
    flow::lasting(&text(&directive.argument))
}

/// What `@ratelimit` is written as.
#[derive(Default)]
struct RateLimitDraft {
    slot: Option<String>,
    min_idle_time: Option<Duration>,
    max: Option<u32>,
    expire: Option<Duration>,
}

/// `slot: api minIdleTime: 100 max: 5 expire: 1000`, in any order, the colons optional.
pub(super) fn rate_limit(directive: &Directive) -> Result<Spanned<RateLimit>, Diagnostic> {
    let mut draft = RateLimitDraft::default();
    let help = "write `slot: api minIdleTime: 100`, or `slot: api max: 5 expire: 1000`";
    let separated = directive.argument.text().replace([':', ','], " ");
    let mut words = separated.split_whitespace();
    while let Some(name) = words.next() {
        let value = words.next().ok_or_else(|| wrong(directive, help))?;
        draft.read(name, value).ok_or_else(|| wrong(directive, help))?;
    }
    let RateLimitDraft { slot, min_idle_time, max, expire } = draft;
    let limit = RateLimit::new(slot, min_idle_time, max, expire).ok_or_else(|| wrong(directive, help))?;
    Ok(directive.argument.clone().with(limit))
}

impl RateLimitDraft {
    /// Takes in a value, if there is one of this name.
    fn read(&mut self, name: &str, value: &str) -> Option<()> {
        match name.to_ascii_lowercase().as_str() {
            "slot" => self.slot = Some(value.to_owned()),
            "minidletime" => self.min_idle_time = Some(parse_milliseconds(value)?),
            "max" => self.max = Some(value.parse().ok()?),
            "expire" => self.expire = Some(parse_milliseconds(value)?),
            _ => return None,
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    fn directive(argument: &str) -> Directive {
        let source = SourceFile::new("a.http", format!("name {argument}"));
        Directive { name: source.span(0..4), argument: source.span(5..5 + argument.len()) }
    }

    #[test]
    fn a_loop_is_counted_goes_over_a_list_or_lasts() {
        for (argument, expected) in [("for 3", 3), ("for3", 3), ("for  10000", 10_000)] {
            assert_eq!(looped(&directive(argument)), Ok(Repetition::Times(expected)), "{argument}");
        }
        assert!(matches!(looped(&directive("for user of users")), Ok(Repetition::Items { .. })));
        assert!(matches!(looped(&directive("for id of [1, 2]")), Ok(Repetition::Rows(rows)) if rows.len() == 2));
        assert!(matches!(looped(&directive("while $index < 3")), Ok(Repetition::While(_))));
        for argument in ["", "3", "for", "for 0", "for 10001", "for x", "while", "until a", "for x of"] {
            assert!(looped(&directive(argument)).is_err(), "{argument}");
        }
    }

    #[test]
    fn a_rate_is_limited_in_the_words_of_httpyac() {
        let milliseconds = Duration::from_millis;
        for (argument, slot, min_idle_time, most) in [
            ("slot: api minIdleTime: 100 max: 5 expire: 1000", "api", 100, Some((5, milliseconds(1000)))),
            ("slot api minidletime 2s", "api", 2000, None),
            ("max:3, expire:1s", "default", 0, Some((3, milliseconds(1000)))),
            ("max: 0, expire: 1s", "default", 0, None),
        ] {
            let limit = rate_limit(&directive(argument)).unwrap().value;
            let expected = RateLimit { slot: slot.to_owned(), min_idle_time: milliseconds(min_idle_time), most };
            assert_eq!(limit, expected, "{argument}");
        }
        for argument in ["5", "max: x", "slot", "every: 5", "max: 3", "expire: 1s"] {
            assert!(rate_limit(&directive(argument)).is_err(), "{argument}");
        }
    }

    #[test]
    fn a_retry_is_counted_or_a_map_and_may_wait_for_something() {
        let read = |argument: &str| {
            let mut flow = Flow::default();
            let source = SourceFile::new("a.http", format!("retry {argument}"));
            let directive = Directive { name: source.span(0..5), argument: source.span(6..6 + argument.len()) };
            let problems = retry(&mut flow, &directive).map_err(|error| error.message)?;
            assert_eq!(problems, [], "{argument}");
            Ok::<_, String>(flow.retry.expect("it was read").value)
        };
        let plain = Retry { delay: Duration::from_millis(500), ..Retry::times(3) };
        for argument in ["3 500ms", "{times: 3, delay: 500ms}"] {
            assert_eq!(read(argument), Ok(plain.clone()), "{argument}");
        }
        assert_eq!(read("null"), Ok(Retry::times(0)));
        for (argument, until) in [
            ("3 until $.a[0] == {\"b\": 1}", "$.a[0] == {\"b\": 1}"),
            ("3 1s until status == 200", "status == 200"),
            ("{for: 3s} until $.a equals {\"b\": 1}", "$.a equals {\"b\": 1}"),
            ("{times: 3, until: \"$.a == 'x until }'\"}", "$.a == 'x until }'"),
        ] {
            let assertion = read(argument).unwrap().until.unwrap();
            assert_eq!(assertion.text(), format!("until {until}"), "{argument}");
        }
        assert!(read("often").is_err() && read("3 until nothing").is_err());
    }

    #[test]
    fn a_time_without_a_unit_is_milliseconds() {
        assert_eq!(delay(&directive("500")).unwrap().value, Duration::from_millis(500));
        assert_eq!(pause(&directive("1.5s")).unwrap().value, Pause::Fixed(Duration::from_millis(1500)));
        assert!(matches!(pause(&directive("ms * 2")).unwrap().value, Pause::Computed(_)));
    }
}
