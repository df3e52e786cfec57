//! Several values in the argument of one directive: `a, b`, `[a, b]`, `"two words", c`.

use crate::source::Span;

use super::line::trimmed;

/// What stands between separators, each without white space at its ends. None of these separates
/// in quotes that begin an item, in parentheses or in braces.
pub(super) fn items(written: &Span, separators: &[char]) -> Vec<Span> {
    let whole = without_brackets(written);
    let (mut items, mut start, mut depth, mut quote) = (Vec::new(), 0, 0usize, None);
    for (at, next) in whole.text().char_indices() {
        match (quote, next) {
            (Some(closing), _) if next == closing => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') if whole.text()[start..at].trim().is_empty() => quote = Some(next),
            (None, '(' | '{') => depth += 1,
            (None, ')' | '}') => depth = depth.saturating_sub(1),
            (None, _) if depth == 0 && separators.contains(&next) => {
                items.push(trimmed(&whole.slice(start..at)));
                start = at + next.len_utf8();
            }
            (None, _) => {}
        }
    }
    items.push(trimmed(&whole.slice(start..whole.text().len())));
    items
}

/// An item without the quotes around it.
pub(super) fn unquoted(item: &Span) -> Span {
    let text = item.text();
    let is_quoted = |quote: char| text.len() > 1 && text.starts_with(quote) && text.ends_with(quote);
    if is_quoted('"') || is_quoted('\'') { item.slice(1..text.len() - 1) } else { item.clone() }
}

/// What stands in the brackets of a list, if that is all there is.
fn without_brackets(written: &Span) -> Span {
    let inner = written.text().strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    match inner.filter(|inner| !inner.contains(['[', ']'])) {
        Some(inner) => trimmed(&written.slice(1..1 + inner.len())),
        None => written.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    fn read(text: &str) -> Vec<String> {
        let items = items(&SourceFile::new("a.http", text).span(0..text.len()), &[',']);
        items.iter().map(|item| unquoted(item).text().to_owned()).collect()
    }

    #[test]
    fn commas_separate_but_in_quotes_and_parentheses() {
        for (text, expected) in [
            ("a", vec!["a"]),
            ("log in ,b", vec!["log in", "b"]),
            ("[a, b c]", vec!["a", "b c"]),
            ("[a] [b], c", vec!["[a] [b]", "c"]),
            ("\"a, b\", 'c, d'", vec!["a, b", "c, d"]),
            ("Ada's, Alan's", vec!["Ada's", "Alan's"]),
            ("#a (@x = 1, @y = {\"z\": 2}), b", vec!["#a (@x = 1, @y = {\"z\": 2})", "b"]),
            ("a,", vec!["a", ""]),
            ("\"a, b", vec!["\"a, b"]),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
