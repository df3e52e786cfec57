//! Filters: what is made of a query's answer.

use pest::iterators::Pair;

use crate::diagnostic::Diagnostic;
use crate::source::{Span, Spanned};
use crate::spec::{Filter, FilterName, Operand};

use super::query::first;
use super::{Reader, Rule};

/// Some of minijinja's, which are likely to be written where a predicate stands.
const LANGUAGE: &[&str] =
    &["abs", "attr", "float", "int", "join", "length", "map", "max", "min", "round", "sort", "sum", "unique"];

/// Whether a name is that of a filter.
pub(super) fn is_filter(name: &str) -> bool {
    FilterName::NAMES.iter().any(|(known, ..)| *known == name) || LANGUAGE.contains(&name)
}

impl Reader {
    pub(super) fn filter(&self, pair: Pair<'_, Rule>) -> Result<Spanned<Filter>, Diagnostic> {
        let span = self.span_of(&pair);
        let mut pairs = first(pair).into_inner();
        let name = pairs.next().expect("the grammar demands a filter's name");
        let (mut arguments, mut named) = (Vec::new(), Vec::new());
        for pair in pairs {
            match pair.as_rule() {
                Rule::named_argument => named.push(self.named_argument(pair, &named)?),
                _ => arguments.push(self.argument(pair)?),
            }
        }
        let known = filter_name(name.as_str(), arguments.len(), &self.span_of(&name))?;
        if let (Some((_, operand)), false) = (named.first(), matches!(known, FilterName::Template(_))) {
            let message = format!("the arguments of `{}` have no names", name.as_str());
            let problem = Diagnostic::error(message).at(&operand.span, "");
            return Err(problem.help("give them by their place; a text that holds `=` stands in quotes"));
        }
        Ok(span.with(Filter { name: known, arguments, named }))
    }

    /// `reverse=true`
    fn named_argument(
        &self,
        pair: Pair<'_, Rule>,
        before: &[(String, Operand)],
    ) -> Result<(String, Operand), Diagnostic> {
        let mut parts = pair.into_inner();
        let name = parts.next().expect("the grammar demands an argument's name");
        if before.iter().any(|(other, _)| other == name.as_str()) {
            let message = format!("`{}` is given twice", name.as_str());
            return Err(Diagnostic::error(message).at(&self.span_of(&name), ""));
        }
        let value = parts.next().expect("the grammar demands an argument's value");
        Ok((name.as_str().to_owned(), self.argument(value)?))
    }

    fn argument(&self, pair: Pair<'_, Rule>) -> Result<Operand, Diagnostic> {
        match pair.as_rule() {
            Rule::argument | Rule::call_argument => self.item(first(pair)),
            _ => self.item(pair),
        }
    }
}

fn filter_name(name: &str, arguments: usize, span: &Span) -> Result<FilterName, Diagnostic> {
    let Some((_, own, wanted)) = FilterName::NAMES.iter().find(|(known, _, _)| *known == name) else {
        return Ok(FilterName::Template(name.to_owned()));
    };
    match (wanted.contains(&arguments), arguments) {
        (true, _) => Ok(own.clone()),
        // Too few without parentheses are none to the grammar.
        (false, 0) => Err(Diagnostic::error(format!("`{name}` takes {}", arity(wanted)))
            .at(span, "")
            .help(format!("write what it takes behind it: `| {name}{}`", " …".repeat(wanted[0])))),
        (false, _) => Err(Diagnostic::error(format!("`{name}` takes {}, not {arguments}", arity(wanted))).at(span, "")),
    }
}

fn arity(counts: &[usize]) -> &'static str {
    match counts {
        [0] => "no argument",
        [1] => "one argument",
        [0, 1] => "one argument or none",
        _ => "two arguments",
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{error, read};
    use super::*;
    use crate::spec::{Expected, Node};

    fn filters(text: &str) -> Vec<Filter> {
        let assertion = read(&format!("body | {text} == 1"));
        assertion.subject.filters.into_iter().map(|filter| filter.value).collect()
    }

    #[test]
    fn the_grammar_gives_every_own_filter_its_arguments() {
        for (name, expected, counts) in FilterName::NAMES {
            for &arguments in *counts {
                let filters = filters(&format!("{name}{}", " 'a'".repeat(arguments)));
                assert_eq!(filters.len(), 1, "{name}");
                assert_eq!((&filters[0].name, filters[0].arguments.len()), (expected, arguments), "{name}");
            }
        }
    }

    #[test]
    fn reads_arguments_bare_and_in_parentheses() {
        let read = filters("split \",\" | nth -1 | replace /a b/i \"x\" | round(2, 'floor') | upper");
        assert_eq!(read.len(), 5);
        assert!(matches!(&read[0].arguments[0].value, Expected::Value(value) if text(&value.node) == ","));
        assert!(
            matches!(&read[1].arguments[0].value, Expected::Value(value) if value.node == Node::Number((-1).into()))
        );
        assert_eq!(read[2].arguments[0].value, Expected::Regex("(?i)a b".into()));
        assert_eq!(read[3].name, FilterName::Template("round".into()));
        assert_eq!(read[3].arguments.len(), 2);
    }

    #[test]
    fn reads_arguments_by_their_names() {
        let read = filters("sort(reverse=true, attribute = 'a.b') | join(\"=\", attribute=name) | replace('a=b', c)");
        let named = |at: usize| -> Vec<(&str, &str)> {
            read[at].named.iter().map(|(name, operand)| (name.as_str(), operand.span.text())).collect()
        };
        assert_eq!(named(0), [("reverse", "true"), ("attribute", "'a.b'")]);
        assert_eq!(named(1), [("attribute", "name")]);
        assert_eq!((read[1].arguments.len(), read[2].arguments.len(), named(2).len()), (1, 2, 0));
    }

    fn text(node: &Node) -> &str {
        match node {
            Node::Text(text) => &text.value,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn says_what_is_wrong_with_a_filter() {
        for (text, message, help) in [
            ("body | toDate(a, b) == 1", "`toDate` takes one argument or none, not 2", ""),
            (
                "body | replace a == 1",
                "`replace` takes two arguments",
                "write what it takes behind it: `| replace … …`",
            ),
            ("body | nth == 1", "`nth` takes one argument", "write what it takes behind it: `| nth …`"),
            ("body | count(1) == 1", "`count` takes no argument, not 1", ""),
            ("body | sort(reverse=true, reverse=false) == 1", "`reverse` is given twice", ""),
            (
                "body | split(sep=\",\") == 1",
                "`split` takes one argument",
                "write what it takes behind it: `| split …`",
            ),
            (
                "body | split(a, sep=\",\") == 1",
                "the arguments of `split` have no names",
                "give them by their place; a text that holds `=` stands in quotes",
            ),
        ] {
            let (actual, _, hint) = error(text);
            assert_eq!((actual.as_str(), hint.as_str()), (message, help), "{text}");
        }
    }
}
