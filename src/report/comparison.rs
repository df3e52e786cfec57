//! What there was beside what should have been: two lines where both are short, else a diff.

use std::borrow::Cow;

use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use super::paint::{Ink, Paint};
use super::wording::shorten;
use crate::assertion::Failure;
use crate::diagnostic::visible;
use crate::secret::Redactor;

/// Values of at most so many characters are simply shown.
const SHORT: usize = 60;

/// Values of more bytes are not diffed: it could take long, and nobody would read it.
const MOST_DIFFED: usize = 256 * 1024;

/// How many lines of a value or of a diff are shown.
const MOST_LINES: usize = 40;

/// How many characters of a line are shown.
const MOST_CHARACTERS: usize = 400;

/// How many lines around a change are shown, and characters where there is but one line.
const CONTEXT_LINES: usize = 3;
const CONTEXT_CHARACTERS: usize = 30;

/// The actual and the expected value of a failed assertion, in lines; none where it names neither.
pub(super) fn comparison(failure: &Failure, redactor: &Redactor, paint: Paint) -> Vec<String> {
    let [actual, expected] = [&failure.actual, &failure.expected].map(|value| redactor.redact(value));
    let both = !actual.is_empty() && !expected.is_empty();
    let bulky = [&actual, &expected].iter().any(|value| value.contains('\n') || value.chars().nth(SHORT).is_some());
    if both && bulky && actual.len().max(expected.len()) <= MOST_DIFFED {
        let (actual, expected) = as_sorted_json(&actual, &expected).unwrap_or((actual, expected));
        return difference(&visible(&actual), &visible(&expected), paint);
    }
    let lines = [("  actual", Ink::Bad, actual), ("expected", Ink::Good, expected)];
    lines
        .iter()
        .filter(|(.., value)| !value.is_empty())
        .flat_map(|(name, ink, value)| side(name, *ink, value, paint))
        .collect()
}

fn side(name: &str, ink: Ink, value: &str, paint: Paint) -> Vec<String> {
    let mut lines = shorten(&visible(value), MOST_LINES, MOST_CHARACTERS);
    lines.iter_mut().for_each(|line| *line = paint.text(ink, line));
    let name = paint.text(Ink::Strong, &format!("{name}:"));
    match lines.as_slice() {
        [line] => vec![format!("{name} {line}")],
        _ => std::iter::once(name).chain(lines.iter().map(|line| format!("  {line}"))).collect(),
    }
}

/// Two JSON documents, a line a member and the members in order, so that a diff shows what
/// differs in value. Nothing where that is no difference at all.
fn as_sorted_json(actual: &str, expected: &str) -> Option<(Cow<'static, str>, Cow<'static, str>)> {
    let [actual, expected] = [actual, expected].map(|text| {
        let mut value: Value = serde_json::from_str(text).ok()?;
        value.sort_all_objects();
        (value.is_object() || value.is_array()).then(|| format!("{value:#}"))
    });
    let (actual, expected) = (actual?, expected?);
    (actual != expected).then_some((actual.into(), expected.into()))
}

fn difference(actual: &str, expected: &str, paint: Paint) -> Vec<String> {
    if actual.contains('\n') || expected.contains('\n') {
        difference_of_lines(actual, expected, paint)
    } else {
        difference_in_line(actual, expected, paint)
    }
}

fn difference_of_lines(actual: &str, expected: &str, paint: Paint) -> Vec<String> {
    let diff = TextDiff::from_lines(expected, actual);
    let mut lines = vec![format!("{}  {}", paint.text(Ink::Good, "- expected"), paint.text(Ink::Bad, "+ actual"))];
    for (index, group) in diff.grouped_ops(CONTEXT_LINES).iter().enumerate() {
        if index > 0 {
            lines.push(paint.text(Ink::Faint, "  …"));
        }
        for change in group.iter().flat_map(|operation| diff.iter_changes(operation)) {
            let (sign, ink) = match change.tag() {
                ChangeTag::Equal => (' ', Ink::Faint),
                ChangeTag::Delete => ('-', Ink::Good),
                ChangeTag::Insert => ('+', Ink::Bad),
            };
            let line = shorten(change.value(), 1, MOST_CHARACTERS).pop().unwrap_or_default();
            lines.push(paint.text(ink, format!("{sign} {line}").trim_end()));
        }
    }
    cut(lines)
}

fn cut(mut lines: Vec<String>) -> Vec<String> {
    let missing = lines.len().saturating_sub(MOST_LINES);
    if missing > 0 {
        lines.truncate(MOST_LINES);
        lines.push(format!("… {} more", super::wording::count(missing, "line")));
    }
    lines
}

/// Both lines, cut to where they differ.
fn difference_in_line(actual: &str, expected: &str, paint: Paint) -> Vec<String> {
    let same = |(a, b): &(char, char)| a == b;
    let before = actual.chars().zip(expected.chars()).take_while(same).count();
    let shorter = actual.chars().count().min(expected.chars().count());
    let after = actual.chars().rev().zip(expected.chars().rev()).take(shorter - before).take_while(same).count();
    let [actual, expected] = [actual, expected].map(|line| around(line, before, after));
    let mut lines = side("  actual", Ink::Bad, &actual, paint);
    lines.extend(side("expected", Ink::Good, &expected, paint));
    lines.push(paint.text(Ink::Faint, &format!("they differ from character {} on", before + 1)));
    lines
}

/// A line without most of its `before` first and `after` last characters.
fn around(line: &str, before: usize, after: usize) -> String {
    let length = line.chars().count();
    let start = before.saturating_sub(CONTEXT_CHARACTERS);
    let end = length - after.saturating_sub(CONTEXT_CHARACTERS);
    let middle: String = line.chars().take(end).skip(start).collect();
    let [left, right] = [start > 0, end < length].map(|cut| if cut { "…" } else { "" });
    format!("{left}{middle}{right}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(actual: &str, expected: &str) -> String {
        let failure = Failure { actual: actual.to_owned(), expected: expected.to_owned(), ..Failure::default() };
        comparison(&failure, &Redactor::default(), Paint { color: false }).join("\n")
    }

    #[test]
    fn short_values_stand_below_each_other() {
        assert_eq!(plain("404", "200"), "  actual: 404\nexpected: 200");
        assert_eq!(plain("404", ""), "  actual: 404");
        assert_eq!(plain("", ""), "");
    }

    #[test]
    fn lines_are_diffed_with_a_little_context() {
        let expected: String = (1..=30).map(|number| format!("line {number}\n")).collect();
        let actual = expected.replace("line 3\n", "line three\n").replace("line 29\n", "");
        insta::assert_snapshot!(plain(&actual, &expected));
    }

    #[test]
    fn json_is_diffed_by_value() {
        let actual = r#"{"name":"Eve","id":1,"roles":["admin","reader"],"address":{"city":"Ulm","zip":"89073"}}"#;
        let expected = r#"{"id":1,"address":{"zip":"89073","city":"Bonn"},"name":"Eve","roles":["admin"]}"#;
        insta::assert_snapshot!(plain(actual, expected));
    }

    #[test]
    fn long_lines_are_cut_to_where_they_differ() {
        let [actual, expected] =
            ["one", "two"].map(|word| format!("{}{word}{}", "left ".repeat(50), " right".repeat(50)));
        insta::assert_snapshot!(plain(&actual, &expected));
    }

    #[test]
    fn huge_values_are_shortened() {
        let huge = "0123456789\n".repeat(100_000);
        assert!(plain(&huge, "x").lines().count() < 50);
        assert!(plain(&huge.replace('\n', ""), "").len() < 1000);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn compares_any_two_texts(actual in "(?s)[ab\né]{0,90}", expected in "(?s)[ab\né]{0,90}") {
            plain(&actual, &expected);
        }
    }
}
