//! Where JSON differs from what is expected of it, a line a place.

use super::paint::{Ink, Paint};
use super::wording::{count, shorten};
use crate::assertion::{Change, Difference, Differences};
use crate::diagnostic::visible;
use crate::secret::Redactor;

/// How many characters of a value are shown.
const MOST_CHARACTERS: usize = 200;

/// A line each, below how many there are. One alone is in the message already.
pub(super) fn differing(differences: &Differences, redactor: &Redactor, paint: Paint) -> Vec<String> {
    let Differences { shown, more } = differences;
    if shown.len() < 2 {
        return Vec::new();
    }
    let mut lines = vec![paint.text(Ink::Strong, &format!("{} differ:", count(shown.len() + more, "place")))];
    lines.extend(shown.iter().map(|difference| format!("  {}", place(difference, redactor, paint))));
    if *more > 0 {
        lines.push(paint.text(Ink::Faint, &format!("  … and {more} more")));
    }
    lines
}

fn place(difference: &Difference, redactor: &Redactor, paint: Paint) -> String {
    let shown = |text: &str| shorten(&visible(&redactor.redact(text)), 1, MOST_CHARACTERS).pop().unwrap_or_default();
    let [bad, good] = [Ink::Bad, Ink::Good].map(|ink| move |text: &str| paint.text(ink, &shown(text)));
    let change = match &difference.change {
        Change::Differs { actual, expected } => format!("{}, not {}", bad(actual), good(expected)),
        Change::Missing(expected) => format!("missing, expected {}", good(expected)),
        Change::Unexpected(actual) => format!("unexpected {}", bad(actual)),
        Change::Misplaced(actual) => format!("out of order {}", bad(actual)),
    };
    format!("{}: {change}", paint.text(Ink::Strong, &shown(&difference.path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_has_a_line() {
        let change = |number: usize| match number % 4 {
            0 => Change::Differs { actual: "\"Bob\"".to_owned(), expected: "an integer".to_owned() },
            1 => Change::Missing("7".to_owned()),
            2 => Change::Unexpected("{\"a\":1}".to_owned()),
            _ => Change::Misplaced("[1]".to_owned()),
        };
        let difference = |number| Difference { path: format!("$.a{number}"), change: change(number) };
        let shown = |count, more, color| {
            let differences = Differences { shown: (0..count).map(difference).collect(), more };
            differing(&differences, &Redactor::default(), Paint { color }).join("\n")
        };
        assert_eq!(shown(1, 0, false), "");
        insta::assert_snapshot!(shown(4, 12, false));
        insta::assert_snapshot!("in_color", shown(4, 0, true));
    }
}
