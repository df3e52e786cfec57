//! Text as XML 1.0 can hold it.

/// Text for an attribute: on one line, since XML makes blanks of its line breaks anyway.
pub(super) fn attribute(text: &str) -> String {
    text.chars()
        .map(|character| if matches!(character, '\n' | '\r' | '\t') { ' ' } else { allowed(character) })
        .collect()
}

/// Text for a CDATA section: its end, were it in the text, is divided between two sections.
pub(super) fn content(text: &str) -> String {
    text.chars().map(allowed).collect::<String>().replace("]]>", "]]]]><![CDATA[>")
}

/// Milliseconds as seconds: `1.234`.
pub(super) fn seconds(milliseconds: u64) -> String {
    format!("{}.{:03}", milliseconds / 1000, milliseconds % 1000)
}

/// `Char ::= #x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF]`
fn allowed(character: char) -> char {
    match character {
        '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'.. => character,
        _ => char::REPLACEMENT_CHARACTER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_what_xml_cannot_hold() {
        assert_eq!(attribute("a\u{0}b\u{1b}\nc\u{fffe}"), "a\u{fffd}b\u{fffd} c\u{fffd}");
        assert_eq!(content("a\u{b}\n]]>"), "a\u{fffd}\n]]]]><![CDATA[>");
    }

    #[test]
    fn seconds_have_three_digits() {
        assert_eq!([0, 7, 1234, 60_000].map(seconds), ["0.000", "0.007", "1.234", "60.000"]);
    }
}
