//! Character references of HTML, by the tables of its parser.

use html5ever::data::{C1_REPLACEMENTS, NAMED_ENTITIES};

/// The characters that have a meaning in HTML, and their references.
const ESCAPES: &[(char, &str)] = &[('&', "&amp;"), ('<', "&lt;"), ('>', "&gt;"), ('"', "&quot;"), ('\'', "&#x27;")];

/// The longest name of a character, its semicolon included.
const LONGEST_NAME: usize = 32;

/// With the characters that have a meaning in HTML as references.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match ESCAPES.iter().find(|(known, _)| *known == character) {
            Some((_, reference)) => escaped.push_str(reference),
            None => escaped.push(character),
        }
    }
    escaped
}

/// With named and numeric references as the characters that they stand for; what is no
/// reference stays.
pub(super) fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let length = match rest.strip_prefix('#') {
            Some(number) => numeric(number, &mut plain).map(|length| length + 1),
            None => named(rest, &mut plain),
        };
        match length {
            Some(length) => rest = &rest[length..],
            None => plain.push('&'),
        }
    }
    plain.push_str(rest);
    plain
}

/// Adds the characters of the longest name that a text begins with, and says how long that is.
fn named(text: &str, plain: &mut String) -> Option<usize> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b';';
    let most = text.bytes().take(LONGEST_NAME).take_while(is_part).count();
    let known = |length: &usize| NAMED_ENTITIES.get(&text[..*length]).filter(|(first, _)| *first != 0).is_some();
    let length = (1..=most).rev().find(known)?;
    let &(first, second) = NAMED_ENTITIES.get(&text[..length])?;
    plain.extend([first, second].into_iter().filter(|code| *code != 0).filter_map(char::from_u32));
    Some(length)
}

/// Adds the character of a number (`62;`, `x3e;`), and says how long that is.
fn numeric(text: &str, plain: &mut String) -> Option<usize> {
    let (digits, radix) = match text.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (text, 10),
    };
    let count = digits.chars().take_while(|digit| digit.is_digit(radix)).count();
    let number = (count > 0).then(|| u32::from_str_radix(&digits[..count], radix).unwrap_or(u32::MAX))?;
    plain.push(character(number));
    let end = text.len() - digits.len() + count;
    Some(end + usize::from(text[end..].starts_with(';')))
}

/// What HTML takes a number for: what Windows has between 128 and 159, and for what is no
/// character the sign that says so.
fn character(number: u32) -> char {
    let of_windows = number.checked_sub(0x80).and_then(|at| C1_REPLACEMENTS.get(at as usize).copied().flatten());
    let known = of_windows.or_else(|| char::from_u32(number).filter(|character| *character != '\0'));
    known.unwrap_or(char::REPLACEMENT_CHARACTER)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn undoes_named_and_numeric_references() {
        for (text, expected) in [
            ("a &gt; b &amp;&amp; c", "a > b && c"),
            ("&#62;&#x3e;&#X3E;&#62", ">>>>"),
            ("Foo &#xA9; bar &#x1D306; &copy &copy; &NotEqualTilde;", "Foo © bar 𝌆 © © ≂̸"),
            ("&notin; &notit; &not", "∉ ¬it; ¬"),
            ("&#128;&#0;&#xD800;&#99999999999;", "€\u{fffd}\u{fffd}\u{fffd}"),
            ("& &; &# &#x; &unknown; é&é", "& &; &# &#x; &unknown; é&é"),
            ("&CounterClockwiseContourIntegral;", "∳"),
        ] {
            assert_eq!(unescape(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_escaped_comes_back(text in ".*") {
            prop_assert_eq!(unescape(&escape(&text)), text);
        }

        #[test]
        fn never_panics(text in "(&|#|x|;|[a-f0-9é]){0,20}") {
            unescape(&text);
        }
    }
}
