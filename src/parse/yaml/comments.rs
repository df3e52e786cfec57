//! JSON as editors read it: with comments, and indented as it may be.

/// The text with blanks in the place of comments (`//` to the end of the line, `/*` to `*/`)
/// and of tabs between values, so that YAML reads it: byte offsets stay what they are.
pub(super) fn masked(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (length, is_kept) = token(rest, first);
        let (token, after) = rest.split_at(length);
        if is_kept {
            masked.push_str(token);
        } else {
            let blank = |byte: u8| if matches!(byte, b'\n' | b'\r') { char::from(byte) } else { ' ' };
            masked.extend(token.bytes().map(blank));
        }
        rest = after;
    }
    masked
}

/// How long the next token is, and whether it is more than blank.
fn token(rest: &str, first: char) -> (usize, bool) {
    match first {
        '"' => (string(rest), true),
        '/' if rest.starts_with("//") => (rest.find('\n').unwrap_or(rest.len()), false),
        '/' if rest.starts_with("/*") => (rest[2..].find("*/").map_or(rest.len(), |end| end + 4), false),
        '\t' => (1, false),
        other => (other.len_utf8(), true),
    }
}

/// The length of the string that a text begins with; all of it where it is not closed.
fn string(text: &str) -> usize {
    let mut characters = text.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return at + 1,
            '\\' => drop(characters.next()),
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn blanks_comments_and_leaves_strings() {
        for (text, expected) in [
            ("{\"a\": 1} // x\n", "{\"a\": 1}     \n"),
            ("{/* é\n*/\"a//b\":\t\"\\\"/*\"}", "{     \n  \"a//b\": \"\\\"/*\"}"),
            ("\"open // x", "\"open // x"),
            ("a / b /* c", "a / b     "),
        ] {
            assert_eq!(masked(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn keeps_every_offset(text in "([/*\"\\\\\t\n]|\\PC){0,40}") {
            let masked = masked(&text);
            prop_assert_eq!(masked.len(), text.len());
            let lines = |text: &str| text.match_indices('\n').map(|(at, _)| at).collect::<Vec<_>>();
            prop_assert_eq!(lines(&masked), lines(&text));
        }
    }
}
