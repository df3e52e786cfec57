//! What there was beside what should have been: a diff where they should be equal and one
//! of them is long, else the start of each.

use std::borrow::Cow;

use serde_json::Value;
use similar::{Change, ChangeTag, TextDiff};

use super::differences::differing;
use super::paint::{Ink, Paint};
use super::wording::{columns, count, shorten};
use crate::assertion::{Contrast, Failure};
use crate::diagnostic::visible;
use crate::secret::Redactor;

/// Values of at most so many characters are simply shown.
const SHORT: usize = 60;

/// Values of more bytes are not diffed: it could take long, and nobody would read it.
const MOST_DIFFED: usize = 256 * 1024;

/// How many lines of a diff, and of a value, are shown.
const MOST_LINES: usize = 40;
const MOST_OF_VALUE: usize = 5;

/// How many places are named.
const MOST_PLACES: usize = 10;

/// How many characters of a line are shown.
const MOST_CHARACTERS: usize = 200;

/// How many lines around a change are shown, and characters where there is but one line.
const CONTEXT_LINES: usize = 3;
const CONTEXT_CHARACTERS: usize = 30;

/// What a failed assertion's actual and expected value are called: of one width.
const ACTUAL: &str = "  actual: ";
const EXPECTED: &str = "expected: ";

/// The lines that a report shows of a failed assertion's actual and expected value, for
/// those who show them elsewhere.
pub fn comparison_lines(failure: &Failure, redactor: &Redactor, color: bool) -> Vec<String> {
    comparison(failure, redactor, Paint { color })
}

/// The actual and the expected value of a failed assertion, in lines; none where it names neither.
pub(super) fn comparison(failure: &Failure, redactor: &Redactor, paint: Paint) -> Vec<String> {
    if let Contrast::Places(places) = &failure.contrast {
        return named(&places.0, redactor, paint);
    }
    if let Contrast::Differences(differences) = &failure.contrast {
        return differing(differences, redactor, paint);
    }
    let [actual, expected] = [&failure.actual, &failure.expected].map(|value| redactor.redact(value));
    let bulky = [&actual, &expected].iter().any(|value| value.contains('\n') || value.chars().nth(SHORT).is_some());
    let diffable = failure.contrast == Contrast::Difference && actual.len().max(expected.len()) <= MOST_DIFFED;
    if bulky && diffable {
        let sorted = as_sorted_json(&actual, &expected);
        let (actual, expected) = sorted.as_ref().map_or((&actual, &expected), |(actual, expected)| (actual, expected));
        if let Some(difference) = difference(&visible(actual), &visible(expected), paint) {
            return difference;
        }
    }
    let mut lines = side(ACTUAL, Ink::Bad, &actual, paint);
    lines.extend(side(EXPECTED, Ink::Good, &expected, paint));
    lines
}

/// One place is in the message already.
fn named(places: &[String], redactor: &Redactor, paint: Paint) -> Vec<String> {
    if places.len() < 2 {
        return Vec::new();
    }
    let place = |place: &String| shorten(&visible(&redactor.redact(place)), 1, MOST_CHARACTERS);
    let mut lines = vec![paint.text(Ink::Strong, &format!("{} are not as expected:", count(places.len(), "place")))];
    lines.extend(places.iter().take(MOST_PLACES).flat_map(place).map(|line| format!("  {line}")));
    if places.len() > MOST_PLACES {
        lines.push(format!("  … {} more", places.len() - MOST_PLACES));
    }
    lines
}

/// The start of a value after its name, its lines below each other.
fn side(name: &str, ink: Ink, value: &str, paint: Paint) -> Vec<String> {
    let lines = shorten(&visible(value), MOST_OF_VALUE, MOST_CHARACTERS);
    let indent = " ".repeat(name.len());
    let name = paint.text(Ink::Strong, name);
    let leads = std::iter::once(&name).chain(std::iter::repeat(&indent));
    leads.zip(&lines).map(|(lead, line)| format!("{lead}{}", paint.text(ink, line)).trim_end().to_owned()).collect()
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

fn difference(actual: &str, expected: &str, paint: Paint) -> Option<Vec<String>> {
    if actual.contains('\n') || expected.contains('\n') {
        difference_of_lines(actual, expected, paint)
    } else {
        Some(difference_in_line(actual, expected, paint))
    }
}

/// The lines that differ, between some that do not; nothing where all differ.
fn difference_of_lines(actual: &str, expected: &str, paint: Paint) -> Option<Vec<String>> {
    let diff = TextDiff::from_lines(expected, actual);
    if diff.iter_all_changes().all(|change| change.tag() != ChangeTag::Equal) {
        return None;
    }
    let mut lines = vec![format!("{}  {}", paint.text(Ink::Good, "- expected"), paint.text(Ink::Bad, "+ actual"))];
    for (index, group) in diff.grouped_ops(CONTEXT_LINES).iter().enumerate() {
        if index > 0 {
            lines.push(paint.text(Ink::Faint, "  …"));
        }
        let changes = group.iter().flat_map(|operation| diff.iter_changes(operation));
        lines.extend(changes.map(|change| changed_line(&change, paint)));
    }
    Some(cut(lines))
}

/// A line of a diff. The end of one that differs is made visible: it may be all that does.
fn changed_line(change: &Change<&str>, paint: Paint) -> String {
    let (sign, ink) = match change.tag() {
        ChangeTag::Equal => (' ', Ink::Faint),
        ChangeTag::Delete => ('-', Ink::Good),
        ChangeTag::Insert => ('+', Ink::Bad),
    };
    let line = shorten(change.value(), 1, MOST_CHARACTERS).pop().unwrap_or_default();
    if change.tag() == ChangeTag::Equal {
        return paint.text(ink, format!("{sign} {line}").trim_end());
    }
    let trimmed = line.trim_end_matches(' ');
    let blanks = "·".repeat(line.len() - trimmed.len());
    let end = if change.missing_newline() { paint.text(Ink::Faint, " (no line break)") } else { String::new() };
    paint.text(ink, format!("{sign} {trimmed}{blanks}").trim_end()) + &end
}

fn cut(mut lines: Vec<String>) -> Vec<String> {
    let missing = lines.len().saturating_sub(MOST_LINES);
    if missing > 0 {
        lines.truncate(MOST_LINES);
        lines.push(format!("… {} more", count(missing, "line")));
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
    let start = before.saturating_sub(CONTEXT_CHARACTERS);
    let cut = usize::from(start > 0);
    let same: String = expected.chars().take(before - start + cut).collect();
    let mut lines = side(ACTUAL, Ink::Bad, &actual, paint);
    lines.extend(side(EXPECTED, Ink::Good, &expected, paint));
    lines.push(paint.text(Ink::Faint, &format!("{:1$}^ they differ here", "", EXPECTED.len() + columns(&same))));
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
        shown(actual, expected, Contrast::Difference)
    }

    fn shown(actual: &str, expected: &str, contrast: Contrast) -> String {
        let failure =
            Failure { actual: actual.to_owned(), expected: expected.to_owned(), contrast, ..Failure::default() };
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
    fn the_difference_is_pointed_at_below_wide_characters() {
        let [actual, expected] = ["a", "b"].map(|word| format!("日本 {}{word}", "語".repeat(70)));
        let shown = plain(&actual, &expected);
        let [actual, .., mark] = shown.lines().collect::<Vec<_>>()[..] else { panic!("{shown}") };
        assert_eq!(columns(&mark[..mark.find('^').unwrap()]), columns(&actual[..actual.rfind('a').unwrap()]));
    }

    #[test]
    fn what_differs_at_the_end_of_lines_is_visible() {
        let lines = "- expected  + actual\n  a\n- b\n+ b··\n";
        assert_eq!(plain("a\nb  \n", "a\nb\n") + "\n", lines);
        assert_eq!(plain("a\nb", "a\nb\n").lines().last(), Some("+ b (no line break)"));
    }

    #[test]
    fn values_that_need_not_be_equal_are_not_diffed() {
        let page: String = (1..=30).map(|number| format!("<p>{number}</p>\n")).collect();
        insta::assert_snapshot!(shown(&page, "to contain \"Moby Dick\"", Contrast::Sides));
        let place = |number: usize| format!("$.a{number} is {number}, not 0");
        let places = |count: usize| Contrast::Places(crate::assertion::Places((1..=count).map(place).collect()).into());
        assert_eq!(shown("{}", "{}", places(1)), "");
        assert_eq!(
            shown("{}", "{}", places(2)),
            "2 places are not as expected:\n  $.a1 is 1, not 0\n  $.a2 is 2, not 0"
        );
        assert_eq!(shown("{}", "{}", places(12)).lines().last(), Some("  … 2 more"));
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
