//! The words that may be names of variables and requests, found without reading what they stand in:
//! perhaps too many, but all.

use std::fmt::{self, Write as _};

/// The words of a text: a hyphen is a part of them, as it is of names.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|next: char| !is_in_name(next)).filter(|word| !word.is_empty())
}

/// Those between each `{{` and the next `}}`, which may be on another line.
pub fn in_braces(text: &str) -> impl Iterator<Item = &str> {
    let inner = text.split("{{").skip(1).map(|rest| rest.split("}}").next().unwrap_or(rest));
    inner.flat_map(words)
}

/// The texts in the braces of templates, anywhere in something. Its debug form has them all, also those of
/// parts that are added to the model later, which a list of parts made here would forget.
pub fn templates(whole: &impl fmt::Debug) -> Vec<String> {
    let mut text = String::new();
    write!(text, "{whole:?}").expect("writing to a string does not fail");
    let text = unescaped(&text);
    let inner = |(open, close)| {
        let after = text.split(open).skip(1);
        after.map(move |rest: &str| rest.split(close).next().unwrap_or(rest).to_owned()).collect::<Vec<_>>()
    };
    [("{{", "}}"), ("{%", "%}")].into_iter().flat_map(inner).collect()
}

/// A debug form without its escapes: what was no letter is none.
fn unescaped(text: &str) -> String {
    let mut characters = text.chars();
    let next = || match characters.next()? {
        '\\' => match characters.next()? {
            'n' | 'r' | 't' | '0' => Some(' '),
            other => Some(other),
        },
        other => Some(other),
    };
    std::iter::from_fn(next).collect()
}

/// A word of an expression that stands for a value by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root<'a> {
    /// The word.
    pub name: &'a str,
    /// Whether something of it is meant, and not the whole: `login.response`.
    pub is_entered: bool,
}

/// The words of an expression that stand for values by themselves: no texts in quotes, members, filters and
/// functions.
pub fn roots(text: &str) -> Vec<Root<'_>> {
    let is_reference = [".response.", ".request."].iter().any(|side| text.contains(side));
    let mut found = Vec::new();
    let (mut rest, mut before) = (text, ' ');
    while let Some(next) = rest.chars().next() {
        let length = match next {
            '"' | '\'' => rest[1..].find(next).map_or(rest.len(), |end| end + 2),
            _ if is_in_name(next) => rest.find(|next: char| !is_in_name(next)).unwrap_or(rest.len()),
            _ => next.len_utf8(),
        };
        let (word, after) = rest.split_at(length);
        let follower = after.trim_start().chars().next().unwrap_or(' ');
        let is_member = matches!(before, '.' | '|' | '$' | '@') || (is_reference && before == '/');
        if is_in_name(next) && !is_member && follower != '(' && !next.is_numeric() {
            found.push(Root { name: word, is_entered: matches!(follower, '.' | '[') });
        }
        if !next.is_whitespace() {
            before = next;
        }
        rest = after;
    }
    found
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_what_stands_in_braces() {
        assert_eq!(templates(&r#"a {{ b + "c" }} d {% if e %} f {% endif %}"#), [r#" b + "c" "#, " if e ", " endif "]);
        assert_eq!(templates(&"{{\n\ttoken\r\n+ größe}}"), ["  token  + größe"]);
        // What is not closed goes on to the end of the debug form.
        assert_eq!(templates(&"{{ a"), [" a\""]);
        assert!(templates(&"a }} b").is_empty());
    }

    #[test]
    fn roots_are_the_words_that_mean_something_by_themselves() {
        for (text, expected) in [
            ("token", &["token"][..]),
            (" login.response.body.$.id ", &["login."]),
            ("login.response.body.//item/id", &["login."]),
            ("loginResponse.token", &["loginResponse."]),
            ("user.name | default(\"token\") ~ 'it' ~ other[0]", &["user.", "other."]),
            ("sum(a, b) / count", &["a", "b", "count"]),
            ("$uuid", &[]),
            ("log-in.response.body", &["log-in."]),
            ("größe + 1", &["größe"]),
            ("'not closed", &[]),
        ] {
            let found =
                roots(text).into_iter().map(|root| format!("{}{}", root.name, if root.is_entered { "." } else { "" }));
            assert_eq!(found.collect::<Vec<_>>(), expected, "{text}");
        }
    }
}
