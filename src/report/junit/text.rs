//! Text as XML 1.0 can hold it.

use super::Layout;

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

/// Microseconds as seconds, with the digits that the layout allows: `1.234567`, `1.234`.
pub(super) fn seconds(microseconds: u64, layout: Layout) -> String {
    let (whole, fraction) = (microseconds / 1_000_000, microseconds % 1_000_000);
    match layout {
        Layout::Full => format!("{whole}.{fraction:06}"),
        Layout::Strict => format!("{whole}.{:03}", fraction / 1000),
    }
}

/// Control characters become the pictures of them, as the console shows them.
/// `Char ::= #x9 | #xA | #xD | [#x20-#xD7FF] | [#xE000-#xFFFD] | [#x10000-#x10FFFF]`
fn allowed(character: char) -> char {
    match character {
        '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'.. => character,
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + u32::from(character)).unwrap_or(char::REPLACEMENT_CHARACTER),
        _ => char::REPLACEMENT_CHARACTER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_what_xml_cannot_hold() {
        assert_eq!(attribute("a\u{0}b\u{1b}\nc\u{fffe}"), "a␀b␛ c\u{fffd}");
        assert_eq!(content("a\u{b}\n]]>"), "a␋\n]]]]><![CDATA[>");
    }

    #[test]
    fn seconds_have_the_digits_of_the_layout() {
        for (microseconds, full, strict) in
            [(0, "0.000000", "0.000"), (7_000, "0.007000", "0.007"), (61_234_567, "61.234567", "61.234")]
        {
            assert_eq!(seconds(microseconds, Layout::Full), full);
            assert_eq!(seconds(microseconds, Layout::Strict), strict);
        }
    }
}
