//! Expressions over tags: `smoke and not slow`.
//!
//! ```text
//! any = all (("or" | ",") all)*
//! all = one ("and" one)*
//! one = "not" one | "(" any ")" | tag
//! tag = a word, or anything in quotes
//! ```

use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::source::{SourceFile, Span};

/// How deep expressions may stand in one another.
const DEEPEST: usize = 64;

/// What the tags of a request must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TagExpression {
    /// This is one of them.
    Tag(String),
    /// They are not like this.
    Not(Box<Self>),
    /// They are like all of these.
    All(Vec<Self>),
    /// They are like one of these.
    Any(Vec<Self>),
}

impl TagExpression {
    /// Reads an expression, which messages show as the value of `name`.
    ///
    /// # Errors
    /// At the place where it is wrong.
    pub(super) fn parse(name: &str, text: &str) -> Result<Self, Diagnostic> {
        let source = SourceFile::new(name, text);
        let mut parser = Parser { tokens: tokens(&source)?, end: source.span(text.len()..text.len()), at: 0, depth: 0 };
        let expression = parser.any()?;
        match parser.peek() {
            None => Ok(expression),
            Some(Token { kind: Kind::Close, span }) => {
                Err(Diagnostic::error("this parenthesis closes nothing").at(span, ""))
            }
            Some(token) => Err(Diagnostic::error("`and`, `or` or a comma is missing between two tags")
                .at(&token.span, "")
                .help("a tag that holds a space stands in quotes")),
        }
    }

    /// Whether some tags are like this.
    pub(super) fn holds(&self, tags: &[String]) -> bool {
        match self {
            Self::Tag(tag) => tags.contains(tag),
            Self::Not(inner) => !inner.holds(tags),
            Self::All(all) => all.iter().all(|one| one.holds(tags)),
            Self::Any(any) => any.iter().any(|one| one.holds(tags)),
        }
    }
}

struct Token {
    kind: Kind,
    span: Span,
}

#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Open,
    Close,
    And,
    /// The word, or a comma.
    Or,
    Not,
    Tag(String),
}

impl Kind {
    fn of_word(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "and" => Self::And,
            "or" => Self::Or,
            "not" => Self::Not,
            _ => Self::Tag(word.to_owned()),
        }
    }
}

fn tokens(source: &Arc<SourceFile>) -> Result<Vec<Token>, Diagnostic> {
    let text = source.text();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(next) = text[at..].chars().next() {
        let token = |kind, range: Range<usize>| Token { kind, span: source.span(range) };
        let one = at..at + next.len_utf8();
        let read = match next {
            '(' => token(Kind::Open, one),
            ')' => token(Kind::Close, one),
            ',' => token(Kind::Or, one),
            '"' | '\'' => {
                let Some(length) = text[one.end..].find(next) else {
                    return Err(Diagnostic::error("this quote is not closed").at(&source.span(one), ""));
                };
                let tag = text[one.end..one.end + length].to_owned();
                token(Kind::Tag(tag), at..one.end + length + 1)
            }
            _ if next.is_whitespace() => {
                at = one.end;
                continue;
            }
            _ => {
                let is_end = |next: char| next.is_whitespace() || matches!(next, '(' | ')' | ',');
                let end = text[at..].find(is_end).map_or(text.len(), |length| at + length);
                token(Kind::of_word(&text[at..end]), at..end)
            }
        };
        at = read.span.range().end;
        tokens.push(read);
    }
    Ok(tokens)
}

struct Parser {
    tokens: Vec<Token>,
    /// Where the text ends.
    end: Span,
    at: usize,
    depth: usize,
}

impl Parser {
    fn any(&mut self) -> Result<TagExpression, Diagnostic> {
        let mut any = vec![self.all()?];
        while self.take(&Kind::Or).is_some() {
            any.push(self.all()?);
        }
        Ok(if any.len() == 1 { any.remove(0) } else { TagExpression::Any(any) })
    }

    fn all(&mut self) -> Result<TagExpression, Diagnostic> {
        let mut all = vec![self.one()?];
        while self.take(&Kind::And).is_some() {
            all.push(self.one()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { TagExpression::All(all) })
    }

    fn one(&mut self) -> Result<TagExpression, Diagnostic> {
        if self.depth == DEEPEST {
            let problem = Diagnostic::error(format!("more than {DEEPEST} expressions stand in one another"));
            return Err(problem.at(self.here(), ""));
        }
        self.depth += 1;
        let one = if self.take(&Kind::Not).is_some() {
            TagExpression::Not(Box::new(self.one()?))
        } else if let Some(open) = self.take(&Kind::Open) {
            let inner = self.any()?;
            let unclosed = || Diagnostic::error("this parenthesis is not closed").at(&open, "");
            self.take(&Kind::Close).ok_or_else(unclosed)?;
            inner
        } else {
            self.tag()?
        };
        self.depth -= 1;
        Ok(one)
    }

    fn tag(&mut self) -> Result<TagExpression, Diagnostic> {
        let Some(Token { kind: Kind::Tag(tag), .. }) = self.peek() else {
            let missing = Diagnostic::error("a tag is missing").at(self.here(), "");
            return Err(missing.help("write tags with `and`, `or`, `not` and parentheses: `smoke and not slow`"));
        };
        let tag = TagExpression::Tag(tag.clone());
        self.at += 1;
        Ok(tag)
    }

    /// Goes on, if this is next; its place.
    fn take(&mut self, kind: &Kind) -> Option<Span> {
        let span = self.peek().filter(|token| token.kind == *kind)?.span.clone();
        self.at += 1;
        Some(span)
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn here(&self) -> &Span {
        self.peek().map_or(&self.end, |token| &token.span)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Result<TagExpression, Diagnostic> {
        TagExpression::parse("--tag", text)
    }

    #[test]
    fn not_binds_closer_than_and_than_or() {
        let tags = |tags: &str| tags.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        for (expression, holding, not_holding) in [
            ("smoke", &["smoke", "a smoke"][..], &["", "smok", "Smoke"][..]),
            ("smoke,slow", &["smoke", "slow"], &["other"]),
            ("smoke and not slow", &["smoke", "smoke x"], &["smoke slow", ""]),
            ("a or b and c", &["a", "b c", "a b"], &["b", "c"]),
            ("(a or b) and c", &["a c", "b c"], &["a", "a b"]),
            ("not a and b", &["b"], &["a b", ""]),
            ("not (a and b)", &["a", "b", ""], &["a b"]),
            ("not not a", &["a"], &[""]),
            ("NOT slow-one AND api:v2", &["api:v2"], &["slow-one api:v2"]),
            ("'and' or \"not\"", &["and", "not"], &["or"]),
            ("notable", &["notable"], &["able"]),
        ] {
            let read = parse(expression).unwrap();
            assert!(holding.iter().all(|list| read.holds(&tags(list))), "{expression}");
            assert!(!not_holding.iter().any(|list| read.holds(&tags(list))), "{expression}");
        }
        assert!(parse("'two words'").unwrap().holds(&["two words".to_owned()]));
    }

    #[test]
    fn says_where_an_expression_is_wrong() {
        for (expression, column, message) in [
            ("", 1, "a tag is missing"),
            ("smoke and", 10, "a tag is missing"),
            ("and smoke", 1, "a tag is missing"),
            ("a,,b", 3, "a tag is missing"),
            ("()", 2, "a tag is missing"),
            ("(a or b", 1, "this parenthesis is not closed"),
            ("a or b)", 7, "this parenthesis closes nothing"),
            ("smoke slow", 7, "`and`, `or` or a comma is missing between two tags"),
            ("a not b", 3, "`and`, `or` or a comma is missing between two tags"),
            ("a or 'b", 6, "this quote is not closed"),
        ] {
            let problem = parse(expression).unwrap_err();
            let place = problem.span().unwrap().location();
            assert_eq!((place.column, problem.message.as_str()), (column, message), "{expression}");
        }
        assert!(parse(&"not ".repeat(100_000)).unwrap_err().message.contains("stand in one another"));
        assert!(parse(&"(".repeat(100_000)).unwrap_err().message.contains("stand in one another"));
    }

    fn written(expression: &TagExpression) -> String {
        let joined = |list: &[TagExpression], word: &str| {
            list.iter().map(|one| format!("({})", written(one))).collect::<Vec<_>>().join(word)
        };
        match expression {
            TagExpression::Tag(tag) => format!("'{tag}'"),
            TagExpression::Not(inner) => format!("not ({})", written(inner)),
            TagExpression::All(list) => joined(list, " and "),
            TagExpression::Any(list) => joined(list, ", "),
        }
    }

    fn any_expression() -> impl Strategy<Value = TagExpression> {
        let tag = "[a-z ]{0,3}".prop_map(TagExpression::Tag);
        tag.prop_recursive(4, 16, 3, |inner| {
            prop_oneof![
                inner.clone().prop_map(|one| TagExpression::Not(Box::new(one))),
                proptest::collection::vec(inner.clone(), 2..4).prop_map(TagExpression::All),
                proptest::collection::vec(inner, 2..4).prop_map(TagExpression::Any),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(expression in any_expression()) {
            prop_assert_eq!(parse(&written(&expression)).unwrap(), expression);
        }

        #[test]
        fn no_text_makes_it_panic(text in "([a-z'\"(), ]|and |or |not |\\PC){0,20}") {
            let _: Result<_, _> = parse(&text);
        }
    }
}
