//! The words that may be names of variables and requests, found without reading what they stand in:
//! perhaps too many, but all.

/// The words of a text: a hyphen is a part of them, as it is of names.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|next: char| !is_in_name(next)).filter(|word| !word.is_empty())
}

/// Those between each `{{` and the next `}}`, which may be on another line.
pub fn in_braces(text: &str) -> impl Iterator<Item = &str> {
    let inner = text.split("{{").skip(1).map(|rest| rest.split("}}").next().unwrap_or(rest));
    inner.flat_map(words)
}

/// What a word may mean: something of its name, or in JavaScript `loginResponse` the response of `login`.
pub fn meant(word: &str) -> impl Iterator<Item = &str> {
    let request = word.strip_suffix("Response").filter(|request| !request.is_empty());
    std::iter::once(word).chain(request)
}

/// The word that a text ends with, if it does.
pub(super) fn last(text: &str) -> &str {
    let rest = text.trim_end_matches(is_in_name);
    &text[rest.len()..]
}

fn is_in_name(next: char) -> bool {
    next.is_alphanumeric() || matches!(next, '_' | '-')
}
