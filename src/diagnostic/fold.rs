//! Lines that are too long for a terminal.

use unicode_width::UnicodeWidthChar as _;

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
