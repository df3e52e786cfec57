//! Where the operands of comparisons stand in an expression.
//!
//! By the language's grammar an operand reaches from a bracket, a comma, a word such as `and`, or
//! the operator before it to the next of these:
//!
//! ```text
//! condition  = comparison (("and" | "or" | "if" | "else" | "not") comparison)*
//! comparison = operand (operator operand)*
//! operator   = "<" | "<=" | ">" | ">=" | "==" | "!=" | "in" | "not in"
//! ```
//!
//! What it makes of anything else is for the language to say.

use std::ops::Range;

use super::{Operand, Operator};

/// What a piece of an expression means for the operands around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    /// It ends a comparison.
    Boundary,
    /// So do `and` and `or`, which ask whether what stands before and after them holds.
    Between,
    /// So do `not` and `if`, which ask that of what stands after them.
    Before,
    Operator(Operator),
    /// It belongs to an operand.
    Part,
}

/// The operands of all comparisons in an expression; none where brackets or quotes do not add up.
pub(super) fn operands(code: &str) -> Option<Vec<Operand>> {
    let mut found = Vec::new();
    let mut levels = vec![Level::default()];
    let mut tokens = Tokens { code, at: 0, before: "", is_in_test: false };
    while let Some((range, token)) = tokens.next()? {
        let level = levels.last_mut()?;
        match token {
            Token::Part => level.extend(range),
            Token::Open => {
                level.extend(range);
                levels.push(Level::default());
            }
            Token::Close => {
                levels.pop()?.end(None, false, &mut found)?;
                levels.last_mut()?.extend(range);
            }
            Token::Boundary => level.end(None, false, &mut found)?,
            Token::Between | Token::Before => {
                level.end(None, token == Token::Between, &mut found)?;
                level.is_asked = true;
            }
            Token::Operator(operator) => level.end(Some(operator), false, &mut found)?,
        }
    }
    levels.pop()?.end(None, false, &mut found)?;
    levels.is_empty().then_some(found)
}

/// What is known between two brackets.
#[derive(Default)]
struct Level {
    /// The operand that is being read.
    operand: Option<Range<usize>>,
    /// The operator before it, and the operand before that.
    left: Option<(Operator, usize)>,
    /// Whether the word before it asks whether it holds.
    is_asked: bool,
}

impl Level {
    fn extend(&mut self, part: Range<usize>) {
        let start = self.operand.as_ref().map_or(part.start, |operand| operand.start);
        self.operand = Some(start..part.end);
    }

    /// Takes the operand as read, if it is one of a comparison, or one of which is asked whether it
    /// holds; nothing where one is missing.
    fn end(&mut self, operator: Option<Operator>, is_asked: bool, found: &mut Vec<Operand>) -> Option<()> {
        let (operand, left) = (self.operand.take(), self.left.take());
        let is_asked = std::mem::take(&mut self.is_asked) || is_asked;
        if operator.is_some() || left.is_some() {
            found.push(Operand { range: operand?, left, is_asked: false });
            self.left = operator.map(|operator| (operator, found.len() - 1));
        } else if let Some(range) = operand.filter(|_| is_asked) {
            found.push(Operand { range, left, is_asked });
        }
        Some(())
    }
}

/// The tokens of an expression.
struct Tokens<'a> {
    code: &'a str,
    at: usize,
    /// The token before.
    before: &'a str,
    /// Whether the name of a test is due: `is`, `is not`.
    is_in_test: bool,
}

const OPERATORS: &[(&str, Operator)] = &[
    ("==", Operator::Equality),
    ("!=", Operator::Equality),
    ("<=", Operator::Order),
    (">=", Operator::Order),
    ("<", Operator::Order),
    (">", Operator::Order),
];

impl Tokens<'_> {
    /// The next token, if there is one; nothing at all where a quote is not closed.
    fn next(&mut self) -> Option<Option<(Range<usize>, Token)>> {
        let rest = self.code[self.at..].trim_start();
        let start = self.code.len() - rest.len();
        let Some(first) = rest.chars().next() else { return Some(None) };
        let (length, token) = match first {
            '(' | '[' | '{' => (1, Token::Open),
            ')' | ']' | '}' => (1, Token::Close),
            ',' | ':' => (1, Token::Boundary),
            '"' | '\'' => (quoted(rest, first)?, Token::Part),
            _ if is_of_name(first) => self.word(rest),
            _ => match OPERATORS.iter().find(|(sign, _)| rest.starts_with(sign)) {
                Some((sign, operator)) => (sign.len(), Token::Operator(*operator)),
                None if first == '=' => (1, Token::Boundary),
                None => (first.len_utf8(), Token::Part),
            },
        };
        self.is_in_test = match &rest[..length] {
            "is" => true,
            "not" => self.is_in_test,
            _ => false,
        };
        self.before = &self.code[start..start + length];
        self.at = start + length;
        Some(Some((start..self.at, token)))
    }

    fn word(&self, rest: &str) -> (usize, Token) {
        let length = word_length(rest);
        if self.is_in_test || matches!(self.before, "." | "|") {
            return (length, Token::Part);
        }
        let after = rest[length..].trim_start();
        let token = match &rest[..length] {
            "and" | "or" => Token::Between,
            "if" => Token::Before,
            "else" => Token::Boundary,
            "in" => Token::Operator(Operator::Membership),
            "not" if &after[..word_length(after)] == "in" => {
                return (rest.len() - after.len() + "in".len(), Token::Operator(Operator::Membership));
            }
            "not" => Token::Before,
            _ => Token::Part,
        };
        (length, token)
    }
}

fn is_of_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn word_length(text: &str) -> usize {
    text.find(|next| !is_of_name(next)).unwrap_or(text.len())
}

/// The length of the quoted text that a text begins with.
fn quoted(text: &str, quote: char) -> Option<usize> {
    let mut is_escaped = false;
    let (end, _) = text.char_indices().skip(1).find(|&(_, next)| {
        let closes = next == quote && !is_escaped;
        is_escaped = next == '\\' && !is_escaped;
        closes
    })?;
    Some(end + quote.len_utf8())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::template::comparison::Comparisons;
    use crate::template::environment::ENVIRONMENT;

    fn shown(code: &str) -> String {
        let operands = operands(code).unwrap_or_default();
        let shown = |operand: &Operand| match operand.left {
            Some((operator, left)) => format!("{left} {operator:?} <{}>", &code[operand.range.clone()]),
            None if operand.is_asked => format!("?<{}>", &code[operand.range.clone()]),
            None => format!("<{}>", &code[operand.range.clone()]),
        };
        operands.iter().map(shown).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn finds_the_operands_of_comparisons() {
        for (code, expected) in [
            ("n", ""),
            ("n > 7", "<n>, 0 Order <7>"),
            ("a.b[0] | int + 1 <= -c(1, d) ", "<a.b[0] | int + 1>, 0 Order <-c(1, d)>"),
            ("1 < n < 10", "<1>, 0 Order <n>, 1 Order <10>"),
            ("a == 'x < y' and not b != \"\\\"\"", "<a>, 0 Equality <'x < y'>, <b>, 2 Equality <\"\\\"\">"),
            ("a is defined and a is not none and a > 1", "?<a is defined>, ?<a is not none>, <a>, 2 Order <1>"),
            ("not a and (b or not c)", "?<a>, ?<b>, ?<c>, ?<(b or not c)>"),
            ("x if a else y", "?<a>"),
            ("f(a, not b)", "?<b>"),
            ("a not in [1, 2]", "<a>, 0 Membership <[1, 2]>"),
            ("a is in b or c.in == d.not", "?<a is in b>, <c.in>, 1 Equality <d.not>"),
            ("f(a < 1, b = 2) > 3", "<a>, 0 Order <1>, <f(a < 1, b = 2)>, 2 Order <3>"),
            ("a > 1 if b else {'c': d > 2}", "<a>, 0 Order <1>, ?<b>, <d>, 3 Order <2>"),
            ("größe > 1.5", "<größe>, 0 Order <1.5>"),
            ("a >", ""),
            ("(a > 1", ""),
            ("a > 'b", ""),
        ] {
            assert_eq!(shown(code), expected, "{code}");
        }
    }

    fn watch(code: &str) -> Option<(String, Comparisons)> {
        let whole = 0..code.len();
        Comparisons::watch(code, code, &[whole])
    }

    fn expression() -> impl Strategy<Value = String> {
        let operator = prop::sample::select(vec![
            "<", "<=", ">", "==", "!=", "in", "not in", "and", "or", "+", "~", "|", "is", "is not", ".", ",", "if",
            "else",
        ]);
        let operand = prop::sample::select(vec![
            "a",
            "1",
            "'x < 1'",
            "(b)",
            "[1, 2]",
            "{'c': 1}",
            "not a",
            "-1",
            "f(a, b=1)",
            "upper",
            "defined",
            "a[1:2]",
        ]);
        proptest::collection::vec((operand, operator), 1..6).prop_map(|parts| {
            let mut code: String = parts.iter().map(|(operand, operator)| format!("{operand} {operator} ")).collect();
            code.push('a');
            code
        })
    }

    proptest! {
        #[test]
        fn what_the_language_reads_it_reads_with_its_operands_noted(code in expression()) {
            if let Some((watched, _)) = watch(&code) {
                let is_read = ENVIRONMENT.compile_expression(&code).is_ok();
                prop_assert!(!is_read || ENVIRONMENT.compile_expression(&watched).is_ok(), "{} {}", code, watched);
            }
        }

        #[test]
        fn no_text_makes_it_panic(code in "[a-c1 ()\\[\\]'\"<>=!.|\\\\é]{0,24}") {
            let _: Option<_> = watch(&code);
        }
    }
}
