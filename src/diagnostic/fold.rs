//! Lines that are too long for a terminal.

use std::borrow::Cow;

use unicode_width::UnicodeWidthChar as _;

/// From this width on nothing is folded: what no terminal shows is not either.
pub(super) const AMPLE: usize = 110;

/// What stands where a word goes on in the next line, and where the rest is left out.
const BROKEN: char = '↵';
const CUT: char = '…';

/// How much further in a line goes on.
const FURTHER: usize = 2;

/// Text whose lines fit so many columns. What is too long goes on in the next line, further in; a word
/// that no line has room for is broken with a mark. Lines of an excerpt are cut, so that what
/// is underlined stays above its line. Colours take no room.
pub(crate) fn fit(text: &str, columns: usize) -> Cow<'_, str> {
    if columns >= AMPLE || text.lines().all(|line| width(line) <= columns) {
        return Cow::Borrowed(text);
    }
    let mut fitted = String::with_capacity(text.len() + text.len() / 8);
    let mut is_wrapped = false;
    for line in text.split_inclusive('\n') {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        // What is pointed at has gone to another place.
        if is_wrapped && points_up(line) {
            continue;
        }
        is_wrapped = false;
        match line {
            _ if width(line) <= columns => fitted.push_str(line),
            _ if is_of_excerpt(line) => cut(line, columns, &mut fitted),
            _ => {
                wrap(line, columns, &mut fitted);
                is_wrapped = true;
            }
        }
        fitted.push_str(end);
    }
    Cow::Owned(fitted)
}

/// The characters of a line with the columns that each takes; a change of colour is one of none.
fn pieces(line: &str) -> impl Iterator<Item = (&str, usize)> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let (length, width) = match first {
            '\u{1b}' => (rest.find('m').map_or(rest.len(), |end| end + 1), 0),
            _ => (first.len_utf8(), first.width().unwrap_or(0)),
        };
        let (piece, after) = rest.split_at(length);
        rest = after;
        Some((piece, width))
    })
}

fn width(line: &str) -> usize {
    pieces(line).map(|(_, width)| width).sum()
}

/// Whether a line points at something in the line before it: `     ^ they differ here`.
fn points_up(line: &str) -> bool {
    plain(line).trim_start().starts_with('^')
}

fn plain(line: &str) -> String {
    pieces(line).filter(|(_, width)| *width > 0).map(|(piece, _)| piece).collect()
}

/// Whether a line is one of a source, or underlines one: `12 | GET /`, `   |     ^^^`.
fn is_of_excerpt(line: &str) -> bool {
    let plain = plain(line);
    let after_number = plain.trim_start().trim_start_matches(|first: char| first.is_ascii_digit()).trim_start();
    after_number.starts_with("| ")
}

/// The line as far as there is room, with the colours of the rest, so that they end.
fn cut(line: &str, columns: usize, fitted: &mut String) {
    let (mut at, mut is_cut) = (0, false);
    for (piece, width) in pieces(line) {
        if width > 0 && (is_cut || at + width >= columns) {
            fitted.extend((!is_cut).then_some(CUT));
            is_cut = true;
        } else {
            fitted.push_str(piece);
            at += width;
        }
    }
}

/// The line as several, broken at blanks where the next word has room in a line of its own.
fn wrap(line: &str, columns: usize, fitted: &mut String) {
    let hang = (line.len() - line.trim_start_matches(' ').len() + FURTHER).min(columns / 2);
    let next_line = format!("\n{:hang$}", "");
    let mut at = 0;
    for (blank, word) in words(line) {
        let taken = width(word);
        if at + blank.len() + taken <= columns {
            fitted.push_str(blank);
            fitted.push_str(word);
            at += blank.len() + taken;
        } else if hang + taken <= columns {
            fitted.push_str(&next_line);
            fitted.push_str(word);
            at = hang + taken;
        } else {
            let has_room = at + blank.len() + 2 < columns;
            fitted.push_str(if has_room { blank } else { &next_line });
            at = if has_room { at + blank.len() } else { hang };
            at = break_up(word, at, hang, columns, fitted);
        }
    }
}

/// The words of a line, each with the blanks before it.
fn words(line: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let word = rest.trim_start_matches(' ');
        let (blank, word) = (&rest[..rest.len() - word.len()], &word[..word.find(' ').unwrap_or(word.len())]);
        rest = &rest[blank.len() + word.len()..];
        (!word.is_empty()).then_some((blank, word))
    })
}

/// A word that begins at a column, in as many lines as it takes; gives the column where it ends.
fn break_up(word: &str, mut at: usize, hang: usize, columns: usize, fitted: &mut String) -> usize {
    for (piece, width) in pieces(word) {
        if width > 0 && at + width >= columns {
            fitted.push(BROKEN);
            fitted.push_str(&format!("\n{:hang$}", ""));
            at = hang;
        }
        fitted.push_str(piece);
        at += width;
    }
    at
}

/// A line as several that fit so many columns each: broken at a blank where there is one
/// in the second half, else anywhere.
pub(crate) fn fold(line: &str, columns: usize) -> Vec<&str> {
    let (mut lines, mut rest) = (Vec::new(), line);
    while let Some(end) = end_of_columns(rest, columns.max(2)) {
        let ends_word = rest[end..].starts_with(' ').then_some(end);
        let blank = ends_word.or_else(|| rest[..end].rfind(' ').filter(|&blank| blank > end / 2));
        let (before, after) = rest.split_at(blank.unwrap_or(end));
        lines.push(before);
        rest = after.strip_prefix(' ').filter(|_| blank.is_some()).unwrap_or(after);
    }
    lines.push(rest);
    lines
}

/// Where the columns end that a text has too many of.
fn end_of_columns(text: &str, columns: usize) -> Option<usize> {
    let mut width = 0;
    text.char_indices().find_map(|(at, character)| {
        width += character.width().unwrap_or(0);
        (width > columns).then_some(at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fits_lines_at_blanks_and_breaks_words_with_a_mark() {
        for (text, expected) in [
            ("a\nb\n", "a\nb\n"),
            ("  one two three\nx", "  one two\n    three\nx"),
            ("GET http://a.example/users", "GET http:↵\n  //a.exa↵\n  mple/us↵\n  ers"),
            ("one two   three", "one two\n  three"),
            ("\u{1b}[1mone two\u{1b}[0m three", "\u{1b}[1mone two\u{1b}[0m\n  three"),
            ("3 | GET /users", "3 | GET /…"),
            ("  | \u{1b}[1m^^^^^^^^^\u{1b}[0m", "  | \u{1b}[1m^^^^^…\u{1b}[0m"),
            ("日本日本日本", "日本日本↵\n  日本"),
            ("one two three\n    ^ here\nx\n^", "one two\n  three\nx\n^"),
        ] {
            assert_eq!(fit(text, 10), expected, "{text}");
        }
        assert!(matches!(fit("one two three", AMPLE), Cow::Borrowed(_)));
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_lost_and_no_line_is_too_long(text in "( {0,3}[a-zé日/|]{0,30}){0,6}", columns in 8_usize..40) {
            let fitted = fit(&text, columns);
            let written = |text: &str| text.replace([' ', '\n', BROKEN], "");
            proptest::prop_assert!(fitted.lines().all(|line| width(line) <= columns), "{}", fitted);
            if !is_of_excerpt(&text) {
                proptest::prop_assert_eq!(written(&fitted), written(&text));
            }
        }
    }

    #[test]
    fn folds_lines_at_blanks_and_long_words_anywhere() {
        for (line, expected) in [
            ("", &[""][..]),
            ("12345678", &["12345678"]),
            ("one two three", &["one two", "three"]),
            ("12345678 0", &["12345678", "0"]),
            ("a 34567890123", &["a 345678", "90123"]),
            ("日本日本日本", &["日本日本", "日本"]),
        ] {
            assert_eq!(fold(line, 8), expected, "{line}");
        }
        assert_eq!(fold("日日", 0), ["日", "日"]);
    }
}
