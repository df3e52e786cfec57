//! Whether the lines of a body so far are one whole JSON value: brackets are
//! counted, and nothing is parsed, since references may stand anywhere in it.

/// How much of a JSON array or object has been seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum JsonExtent {
    /// Nothing yet.
    #[default]
    Empty,
    /// So many brackets are open.
    Open(usize),
    /// It is whole.
    Complete,
    /// It is something else, or more than one value.
    NotJson,
}

impl JsonExtent {
    /// Goes on with a line, which is not blank.
    pub(super) fn read(&mut self, line: &str) {
        let mut rest = line.trim_ascii_start();
        while !rest.is_empty() && *self != Self::NotJson {
            let (step, length) = self.step(rest);
            *self = step;
            rest = rest[length..].trim_ascii_start();
        }
    }

    /// What the extent is after the first token of a text, and the length of that token.
    fn step(self, text: &str) -> (Self, usize) {
        let depth = match self {
            Self::Open(depth) => depth,
            Self::Empty if text.starts_with(['{', '[']) && !text.starts_with("{{") => 0,
            _ => return (Self::NotJson, text.len()),
        };
        match text.as_bytes()[0] {
            b'{' if text.starts_with("{{") && !text.starts_with("{{{") => {
                text.find("}}").map_or((Self::NotJson, text.len()), |end| (self, end + 2))
            }
            b'{' | b'[' => (Self::Open(depth + 1), 1),
            b'}' | b']' if depth == 1 => (Self::Complete, 1),
            b'}' | b']' => (Self::Open(depth - 1), 1),
            b'"' => string(text).map_or((Self::NotJson, text.len()), |length| (self, length)),
            _ => (self, text.find(['{', '}', '[', ']', '"']).unwrap_or(text.len())),
        }
    }
}

/// The length of the string that a text begins with; none if the line ends first.
fn string(text: &str) -> Option<usize> {
    let mut escaped = false;
    let end = text.bytes().skip(1).position(|byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    });
    end.map(|end| end + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_complete_at_the_last_bracket() {
        let cases = [
            ("", JsonExtent::Empty),
            ("{", JsonExtent::Open(1)),
            ("{\n\"a\": [1, {\"b\": \"}\\\"]\"}]\n}", JsonExtent::Complete),
            ("{\"a\": {{b}}}", JsonExtent::Complete),
            ("{\"a\": {\"b\": {{c}}}}", JsonExtent::Complete),
            ("{ \"a\":{{{b}}: 1}}", JsonExtent::Complete),
            ("[]\n[]", JsonExtent::NotJson),
            ("{}}", JsonExtent::NotJson),
            ("{\"a", JsonExtent::NotJson),
            ("{{a}}", JsonExtent::NotJson),
            ("text", JsonExtent::NotJson),
        ];
        for (text, expected) in cases {
            let mut extent = JsonExtent::default();
            text.lines().for_each(|line| extent.read(line));
            assert_eq!(extent, expected, "{text:?}");
        }
    }
}
