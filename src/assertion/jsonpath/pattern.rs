//! Regular expressions of `match()` and `search()`: I-Regexp (RFC 9485), in linear time.

use std::cell::RefCell;

use regex::{Regex, RegexBuilder};
use serde_json::Value;

use super::plan::Operand;

/// The most bytes that a compiled pattern may take, since a document can bring one.
const LARGEST: usize = 1 << 20;

/// How much of a text must match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// All of it: `match()`.
    Whole,
    /// Some part of it: `search()`.
    Part,
}

/// The second argument of `match()` or `search()`.
#[derive(Debug)]
pub(super) enum Pattern {
    /// A literal, compiled; what is no regular expression matches nothing.
    Compiled(Option<Regex>),
    /// One that the document holds.
    Found(Operand, Extent),
}

impl Pattern {
    pub(super) fn new(operand: Operand, extent: Extent) -> Self {
        match operand {
            Operand::Literal(Value::String(text)) => Self::Compiled(compile(&text, extent)),
            Operand::Literal(_) => Self::Compiled(None),
            other => Self::Found(other, extent),
        }
    }
}

/// The last pattern that a document brought, so that items with the same one share it.
#[derive(Debug, Default)]
pub(super) struct LastPattern(RefCell<Option<(String, Extent, Option<Regex>)>>);

impl LastPattern {
    pub(super) fn is_match(&self, pattern: &str, extent: Extent, text: &str) -> bool {
        let mut last = self.0.borrow_mut();
        if !matches!(&*last, Some((known, reach, _)) if known == pattern && *reach == extent) {
            *last = Some((pattern.to_owned(), extent, compile(pattern, extent)));
        }
        matches!(&*last, Some((_, _, Some(regex))) if regex.is_match(text))
    }
}

fn compile(pattern: &str, extent: Extent) -> Option<Regex> {
    let translated = translate(pattern);
    let anchored = match extent {
        Extent::Whole => format!(r"\A(?:{translated})\z"),
        Extent::Part => translated,
    };
    RegexBuilder::new(&anchored).size_limit(LARGEST).build().ok()
}

/// RFC 9485, 5.3: a `.` outside of a character class is any character but a line break.
fn translate(pattern: &str) -> String {
    let mut translated = String::with_capacity(pattern.len());
    let mut characters = pattern.chars();
    let mut in_class = false;
    while let Some(character) = characters.next() {
        match character {
            '.' if !in_class => translated.push_str(r"[^\n\r]"),
            '\\' => {
                translated.push(character);
                translated.extend(characters.next());
            }
            _ => {
                in_class = character == '[' || in_class && character != ']';
                translated.push(character);
            }
        }
    }
    translated
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dot_is_no_line_break_and_in_a_class_itself() {
        for (pattern, expected) in
            [("a.b", r"a[^\n\r]b"), (r"a\.b", r"a\.b"), ("[.]", "[.]"), (r"[\].].", r"[\].][^\n\r]")]
        {
            assert_eq!(translate(pattern), expected);
        }
    }

    #[test]
    fn refuses_patterns_that_would_take_much_memory() {
        assert!(compile("((a{100}){100}){100}", Extent::Part).is_none());
    }
}
