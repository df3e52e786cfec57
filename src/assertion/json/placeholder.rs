//! What stands in expected JSON for a value that varies: `{{ any.integer }}`.

use std::fmt;

use regex::Regex;
use serde_json::Value as Json;

use crate::assertion::compare::{equal, order};
use crate::assertion::kinds;
use crate::assertion::operand::Given;
use crate::assertion::value::{Value, brief_json};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::spec::{self, Expected, Node, Text, TypeTest};

/// What a placeholder begins with.
const PREFIX: &str = "any.";

/// The placeholder that every value fits.
const ANYTHING: &str = "value";

/// What makes a meaning of what stands in the parentheses.
type Make = fn(&str) -> Result<Meaning, String>;

/// Placeholders with arguments; those without are the tests that predicates have, `any.uuid`
/// being what `isUuid` holds of.
const WITH_ARGUMENTS: &[(&str, Make)] = &[("matches", matches), ("of", one_of), ("between", between)];

/// Stands for any value of a kind.
#[derive(Debug)]
pub(in crate::assertion) struct Placeholder {
    written: String,
    meaning: Meaning,
}

#[derive(Debug)]
enum Meaning {
    Anything,
    Is(TypeTest),
    Matches(Regex),
    OneOf(Vec<Json>),
    Between(Json, Json),
}

impl Placeholder {
    /// The placeholder that a text is; nothing where there is none in it.
    ///
    /// # Errors
    /// If it is none that there is, or not all of the text.
    pub(in crate::assertion) fn read(text: &Text) -> Result<Option<Self>, Diagnostic> {
        let Some(at) = position(&text.value) else {
            return Ok(None);
        };
        let whole = text.value.trim();
        let inner = whole.strip_prefix("{{").and_then(|rest| rest.strip_suffix("}}")).map(str::trim);
        let Some(inner) = inner.filter(|inner| inner.starts_with(PREFIX)) else {
            let rest = &text.value[at..];
            let end = rest.find("}}").map_or(rest.len(), |end| end + 2);
            return Err(no_whole(&part(text, &rest[..end])));
        };
        let meaning = meaning(inner).map_err(|problem| problem.at(text, inner))?;
        Ok(Some(Self { written: whole.to_owned(), meaning }))
    }

    /// The placeholder that an operand is.
    ///
    /// # Errors
    /// As [`Placeholder::read`].
    pub(in crate::assertion) fn of(operand: &spec::Operand) -> Result<Option<Self>, Diagnostic> {
        match &operand.value {
            Expected::Value(spec::Value { node: Node::Text(text), .. }) => Self::read(text),
            _ => Ok(None),
        }
    }

    /// Whether there is one in what an operand says.
    pub(in crate::assertion) fn is_in(operand: &spec::Operand) -> bool {
        matches!(&operand.value, Expected::Value(value) if is_within(value))
    }

    /// Refuses one where it is not read.
    pub(in crate::assertion) fn refuse(operand: &spec::Operand) -> Result<(), Diagnostic> {
        if !Self::is_in(operand) {
            return Ok(());
        }
        let message = "a placeholder is read by `==`, `!=`, `equals` and `containsJson` alone";
        let help = "for one value write the predicate, as in `isInteger`, `matches`, `between` or `in`";
        Err(Diagnostic::error(message).at(&operand.span, "").help(help))
    }

    /// Whether a value is one that it stands for.
    pub(in crate::assertion) fn fits(&self, value: &Value<'_>) -> bool {
        match &self.meaning {
            Meaning::Anything => true,
            Meaning::Is(test) => kinds::is(*test, value),
            Meaning::Matches(pattern) => value.readable().is_some_and(|text| pattern.is_match(&text)),
            Meaning::OneOf(values) => values.iter().any(|one| equal(value, &Given::of_json(one))),
            Meaning::Between(low, high) => {
                let against = |bound| order(value, &Given::of_json(bound));
                against(low).is_some_and(|order| order.is_ge()) && against(high).is_some_and(|order| order.is_le())
            }
        }
    }

    /// The template that it is written as.
    pub(super) fn written(&self) -> &str {
        &self.written
    }
}

/// As `an integer`.
impl fmt::Display for Placeholder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.meaning {
            Meaning::Anything => f.write_str("anything"),
            Meaning::Is(test) => f.write_str(kinds::name(*test)),
            Meaning::Matches(pattern) => write!(f, "a text that matches /{pattern}/"),
            Meaning::OneOf(values) => {
                let values: Vec<String> = values.iter().map(brief_json).collect();
                write!(f, "one of {}", values.join(", "))
            }
            Meaning::Between(low, high) => write!(f, "between {} and {}", brief_json(low), brief_json(high)),
        }
    }
}

/// Where in a text the first template begins that is a placeholder.
fn position(text: &str) -> Option<usize> {
    let mut openings = text.match_indices("{{").map(|(at, _)| at);
    openings.find(|at| text[at + 2..].trim_start().starts_with(PREFIX))
}

fn is_within(value: &spec::Value) -> bool {
    match &value.node {
        Node::Text(text) => position(&text.value).is_some(),
        Node::List(items) => items.iter().any(is_within),
        Node::Map(members) => members.iter().any(|(_, value)| is_within(value)),
        Node::Null | Node::Bool(_) | Node::Number(_) => false,
    }
}

fn no_whole(place: &Span) -> Diagnostic {
    Diagnostic::error("a placeholder stands for a whole value, not for a part of a text")
        .at(place, "")
        .help("say what the text is like, as in `{{ any.matches(\"^user-[0-9]+$\") }}`")
}

/// What is wrong with a placeholder.
enum Problem {
    Name(String),
    Arguments(String),
    Form,
}

impl Problem {
    fn at(self, text: &Text, inner: &str) -> Diagnostic {
        match self {
            Self::Name(name) => {
                let place = part(text, &inner[..PREFIX.len() + name.len()]);
                let known = known_names();
                let problem = Diagnostic::error(format!("there is no placeholder `{PREFIX}{name}`")).at(&place, "");
                problem.suggest(&name, known.iter().map(String::as_str))
            }
            Self::Arguments(message) => Diagnostic::error(message).at(&part(text, inner), ""),
            Self::Form => Diagnostic::error(format!("`{inner}` is no placeholder"))
                .at(&part(text, inner), "")
                .help("write `{{ any.integer }}`, or with arguments `{{ any.between(1, 5) }}`"),
        }
    }
}

/// The place of a part of a text, where it stands there as it is written.
fn part(text: &Text, part: &str) -> Span {
    match text.value.find(part) {
        Some(at) if text.is_verbatim() => text.span.slice(at..at + part.len()),
        _ => text.span.clone(),
    }
}

/// What `any.name` or `any.name(arguments)` means.
fn meaning(inner: &str) -> Result<Meaning, Problem> {
    let rest = &inner[PREFIX.len()..];
    let end = rest.find(|next: char| !next.is_alphanumeric() && next != '_').unwrap_or(rest.len());
    let (name, arguments) = (&rest[..end], rest[end..].trim());
    let with_arguments = WITH_ARGUMENTS.iter().find(|(known, _)| *known == name).map(|&(_, make)| make);
    let alone = if name == ANYTHING { Some(Meaning::Anything) } else { test(name).map(Meaning::Is) };
    match (arguments, with_arguments, alone) {
        (_, None, None) => Err(Problem::Name(name.to_owned())),
        ("", None, Some(meaning)) => Ok(meaning),
        ("", Some(_), _) => Err(Problem::Arguments(format!("`{PREFIX}{name}` needs arguments: `{PREFIX}{name}(…)`"))),
        (given, make, _) => {
            let given = given.strip_prefix('(').and_then(|given| given.strip_suffix(')')).ok_or(Problem::Form)?;
            let takes_none = || Problem::Arguments(format!("`{PREFIX}{name}` takes no arguments"));
            let said = |reason| Problem::Arguments(format!("`{PREFIX}{name}` {reason}"));
            make.ok_or_else(takes_none)?(given.trim()).map_err(said)
        }
    }
}

/// The test of a predicate's name, without its `is`.
fn test(name: &str) -> Option<TypeTest> {
    TypeTest::NAMES.iter().find(|(known, _)| name_of(known) == name).map(|&(_, test)| test)
}

/// `isoDate` of `isIsoDate`.
fn name_of(predicate: &str) -> String {
    let name = predicate.strip_prefix("is").unwrap_or(predicate);
    let mut letters = name.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

fn known_names() -> Vec<String> {
    let tests = TypeTest::NAMES.iter().map(|(name, _)| name_of(name));
    let others = WITH_ARGUMENTS.iter().map(|&(name, _)| name).chain([ANYTHING]).map(str::to_owned);
    tests.chain(others).collect()
}

fn matches(argument: &str) -> Result<Meaning, String> {
    let Json::String(pattern) = value(argument)? else {
        return Err("takes a regular expression in quotes".to_owned());
    };
    let read = Regex::new(&pattern).map_err(|error| {
        let drawn = error.to_string();
        let reason = drawn.lines().last().unwrap_or_default().trim_start_matches("error: ").to_lowercase();
        format!("takes a regular expression: {reason}")
    });
    read.map(Meaning::Matches)
}

fn one_of(arguments: &str) -> Result<Meaning, String> {
    values(arguments).map(Meaning::OneOf)
}

fn between(arguments: &str) -> Result<Meaning, String> {
    let bounds = <[Json; 2]>::try_from(values(arguments)?);
    let [low, high] = bounds.map_err(|_| "takes two values: the lowest and the highest".to_owned())?;
    match (&low, &high) {
        (Json::Number(_), Json::Number(_)) | (Json::String(_), Json::String(_)) => Ok(Meaning::Between(low, high)),
        _ => Err("takes two numbers, or two texts".to_owned()),
    }
}

/// The values between commas that stand outside of quotes and brackets.
fn values(arguments: &str) -> Result<Vec<Json>, String> {
    let mut cuts = Vec::new();
    let (mut quote, mut depth, mut escaped) = (None, 0_usize, false);
    for (at, byte) in arguments.bytes().enumerate() {
        match (quote, byte) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), b'\\') => escaped = true,
            (Some(open), _) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'[' | b'{') => depth += 1,
            (None, b']' | b'}') => depth = depth.saturating_sub(1),
            (None, b',') if depth == 0 => cuts.push(at),
            (None, _) => {}
        }
    }
    let starts = std::iter::once(0).chain(cuts.iter().map(|at| at + 1));
    let ends = cuts.iter().copied().chain([arguments.len()]);
    starts.zip(ends).map(|(start, end)| value(arguments[start..end].trim())).collect()
}

/// JSON, or a text in quotes of either kind, in which a backslash stands for itself but
/// before a quote: it is mostly one of a regular expression.
fn value(text: &str) -> Result<Json, String> {
    for quote in ["\"", "'"] {
        let quoted = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
        if let Some(quoted) = quoted {
            return Ok(Json::String(quoted.replace(&format!("\\{quote}"), quote)));
        }
    }
    let wanted = "takes numbers, `true`, `false`, `null` and texts in quotes";
    serde_json::from_str(text).map_err(|_| format!("{wanted}, not `{text}`"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::source::SourceFile;
    use crate::spec::Format;

    fn read(text: &str) -> Result<Option<Placeholder>, Diagnostic> {
        let source = SourceFile::new("a.json", text);
        Placeholder::read(&Text::new(source.span(0..text.len()).with(text.to_owned()), Format::Yaml))
    }

    #[test]
    fn stands_for_values_of_a_kind() {
        let uuid = json!("7d9f1c1e-3a70-4a3f-8a4e-5b0f6a0f2b11");
        for (text, fit, unfit) in [
            ("{{ any.value }}", vec![json!(null), json!([1])], vec![]),
            ("{{any.integer}}", vec![json!(1)], vec![json!(1.5), json!("1")]),
            ("{{ any.number }}", vec![json!(1), json!(1.5)], vec![json!("1"), json!(null)]),
            ("{{ any.string }}", vec![json!("")], vec![json!(1)]),
            ("{{ any.boolean }}", vec![json!(false)], vec![json!("false"), json!(0)]),
            ("{{ any.null }}", vec![json!(null)], vec![json!(0)]),
            ("{{ any.list }}", vec![json!([])], vec![json!({})]),
            ("{{ any.object }}", vec![json!({})], vec![json!([])]),
            ("{{ any.uuid }}", vec![uuid], vec![json!("7d9f")]),
            ("{{ any.date }}", vec![json!("2026-11-21"), json!("2026-11-21T09:30:00Z")], vec![json!("today")]),
            ("{{ any.isoDate }}", vec![json!("2026-11-21T09:30:00Z")], vec![json!("2026-11-21")]),
            (r#"{{ any.matches("^\d+\"$") }}"#, vec![json!("12\"")], vec![json!("12"), json!(12)]),
            ("{{ any.matches('^a,b(c)$') }}", vec![json!("a,bc")], vec![json!("a")]),
            ("{{ any.of(\"a,b\", 1, null, [2, 3]) }}", vec![json!("a,b"), json!(1.0), json!([2, 3])], vec![json!("1")]),
            ("{{ any.between(1, 5) }}", vec![json!(1), json!(5.0)], vec![json!(5.1), json!("3")]),
            ("{{ any.between('2026-01-01', '2026-12-31') }}", vec![json!("2026-11-21")], vec![json!("2025")]),
        ] {
            let placeholder = read(text).unwrap().unwrap();
            for (values, expected) in [(fit, true), (unfit, false)] {
                for value in values {
                    assert_eq!(placeholder.fits(&Given::of_json(&value).value), expected, "{text} {value}");
                }
            }
        }
    }

    #[test]
    fn other_texts_are_none() {
        for text in ["", "any.integer", "{{ id }}", "{{ many.integer }}", "{{ any }}", "{ any.integer }"] {
            assert!(read(text).unwrap().is_none(), "{text}");
        }
    }

    #[test]
    fn says_what_is_wrong_with_one() {
        for (text, message, place, help) in [
            ("{{ any.integr }}", "there is no placeholder `any.integr`", "any.integr", "did you mean `integer`?"),
            ("{{ any. }}", "there is no placeholder `any.`", "any.", ""),
            ("{{ any.uuid(4) }}", "`any.uuid` takes no arguments", "any.uuid(4)", ""),
            ("{{ any.of }}", "`any.of` needs arguments: `any.of(…)`", "any.of", ""),
            (
                "{{ any.matches(\"(\") }}",
                "`any.matches` takes a regular expression: unclosed group",
                "any.matches(\"(\")",
                "",
            ),
            ("{{ any.matches(1) }}", "`any.matches` takes a regular expression in quotes", "any.matches(1)", ""),
            (
                "{{ any.between(1) }}",
                "`any.between` takes two values: the lowest and the highest",
                "any.between(1)",
                "",
            ),
            (
                "{{ any.between(1, \"a\") }}",
                "`any.between` takes two numbers, or two texts",
                "any.between(1, \"a\")",
                "",
            ),
            (
                "{{ any.of(a) }}",
                "`any.of` takes numbers, `true`, `false`, `null` and texts in quotes, not `a`",
                "any.of(a)",
                "",
            ),
            (
                "{{ any.list | count }}",
                "`any.list | count` is no placeholder",
                "any.list | count",
                "write `{{ any.integer }}`",
            ),
            (
                "user-{{ any.integer }}",
                "a placeholder stands for a whole value, not for a part of a text",
                "{{ any.integer }}",
                "say what the text is like",
            ),
        ] {
            let diagnostic = read(text).unwrap_err();
            let at = diagnostic.span().map(|span| span.text().to_owned()).unwrap_or_default();
            assert_eq!((diagnostic.message.as_str(), at.as_str()), (message, place), "{text}");
            assert!(diagnostic.help.unwrap_or_default().starts_with(help), "{text}");
        }
    }
}
