//! How long an expression may be: the language compiles it by recursion, and a chain such as
//! `a or a or …` would exhaust the stack.

use crate::diagnostic::Diagnostic;

use super::expression::Site;

/// The most operators of an expression.
const MOST_OPERATORS: usize = 500;

/// Refuses an expression with more operators than the stack holds for sure.
///
/// # Errors
/// If it has too many.
pub(super) fn check(code: &str, site: &Site) -> Result<(), Diagnostic> {
    if code.len() <= MOST_OPERATORS || operators(code) <= MOST_OPERATORS {
        return Ok(());
    }
    let message = format!("the expression has more than {MOST_OPERATORS} operators");
    Err(Diagnostic::error(message).at(&site.span, "").help("name parts of it as variables"))
}

/// How many operators stand outside of quotes: signs, words, and brackets after a value.
fn operators(code: &str) -> usize {
    const WORDS: &[&str] = &["and", "else", "if", "in", "is", "not", "or"];
    let (mut count, mut quote, mut word, mut is_escaped) = (0, None, String::new(), false);
    let mut before = ' ';
    for next in code.chars().chain([' ']) {
        if let Some(open) = quote {
            if next == open && !is_escaped {
                quote = None;
            }
            is_escaped = next == '\\' && !is_escaped;
            before = next;
            continue;
        }
        if next.is_alphanumeric() || next == '_' {
            word.push(next);
            before = next;
            continue;
        }
        let is_number = word.starts_with(|first: char| first.is_ascii_digit());
        count += usize::from(WORDS.contains(&word.as_str()));
        word.clear();
        count += usize::from(match next {
            '+' | '-' | '*' | '/' | '%' | '~' | '|' | '<' | '>' | '=' | '!' => true,
            '.' => !is_number,
            '(' | '[' => before.is_alphanumeric() || matches!(before, '_' | ')' | ']' | '"' | '\''),
            _ => false,
        });
        if matches!(next, '"' | '\'') {
            quote = Some(next);
        }
        before = next;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_what_makes_an_expression_deep() {
        for (code, expected) in [
            ("not not a", 2),
            ("a or b and c", 2),
            ("a.b[0].c | upper", 4),
            ("f(1)(2)", 2),
            ("[1.5, 2.5, {'a': [1]}]", 0),
            ("'a or b + c' ~ \"\\\" or \"", 1),
            ("order is defined", 1),
        ] {
            assert_eq!(operators(code), expected, "{code}");
        }
    }
}
