//! Filters: what is made of a query's answer.

use pest::iterators::Pair;

use crate::diagnostic::Diagnostic;
use crate::source::{Span, Spanned};
use crate::spec::{Filter, FilterName, Operand};

use super::query::first;
use super::unsupported::{self, not_supported};
use super::{Reader, Rule};

/// The filters of rqtest's own, and how many arguments each takes. All other names are
/// left to minijinja.
const OWN: &[(&str, FilterName, usize)] = &[
    ("count", FilterName::Count, 0),
    ("first", FilterName::First, 0),
    ("last", FilterName::Last, 0),
    ("nth", FilterName::Nth, 1),
    ("split", FilterName::Split, 1),
    ("regex", FilterName::Regex, 1),
    ("jsonpath", FilterName::JsonPath, 1),
    ("xpath", FilterName::XPath, 1),
    ("toInt", FilterName::ToInt, 0),
    ("toFloat", FilterName::ToFloat, 0),
    ("toString", FilterName::ToString, 0),
    ("urlDecode", FilterName::UrlDecode, 0),
    ("base64Decode", FilterName::Base64Decode, 0),
    ("lower", FilterName::Lower, 0),
    ("upper", FilterName::Upper, 0),
    ("trim", FilterName::Trim, 0),
    ("replace", FilterName::Replace, 2),
    ("replaceRegex", FilterName::Replace, 2),
];

impl Reader {
    pub(super) fn filter(&self, pair: Pair<'_, Rule>) -> Result<Spanned<Filter>, Diagnostic> {
        let span = self.span_of(&pair);
        let mut pairs = first(pair).into_inner();
        let name = pairs.next().expect("the grammar demands a filter's name");
        let arguments = pairs.map(|argument| self.argument(argument)).collect::<Result<Vec<_>, _>>()?;
        let named = filter_name(name.as_str(), &arguments, &self.span_of(&name))?;
        Ok(span.with(Filter { name: named, arguments }))
    }

    fn argument(&self, pair: Pair<'_, Rule>) -> Result<Operand, Diagnostic> {
        match pair.as_rule() {
            Rule::argument | Rule::call_argument => self.item(first(pair)),
            _ => self.item(pair),
        }
    }
}

fn filter_name(name: &str, arguments: &[Operand], span: &Span) -> Result<FilterName, Diagnostic> {
    let Some((_, own, wanted)) = OWN.iter().find(|(known, _, _)| *known == name) else {
        if unsupported::FILTERS.contains(&name) {
            return Err(not_supported("filter", name, span));
        }
        return match near_misspelling(name) {
            Some(known) => Err(Diagnostic::error(format!("there is no filter `{name}`"))
                .at(span, "")
                .help(format!("did you mean `{known}`?"))),
            None => Ok(FilterName::Template(name.to_owned())),
        };
    };
    if arguments.len() != *wanted {
        let wanted = match wanted {
            0 => "no argument".to_owned(),
            1 => "one argument".to_owned(),
            count => format!("{count} arguments"),
        };
        let message = format!("`{name}` takes {wanted}, not {}", arguments.len());
        return Err(Diagnostic::error(message).at(span, ""));
    }
    Ok(own.clone())
}

/// A filter of rqtest's own that only differs in case or underscores, such as `to_int`:
/// these are no names of minijinja's.
fn near_misspelling(name: &str) -> Option<&'static str> {
    let plain = name.replace(['_', '-'], "");
    OWN.iter().map(|&(known, _, _)| known).find(|known| known.eq_ignore_ascii_case(&plain))
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
        for (name, expected, arguments) in OWN {
            let filters = filters(&format!("{name}{}", " a".repeat(*arguments)));
            assert_eq!(filters.len(), 1, "{name}");
            assert_eq!((&filters[0].name, filters[0].arguments.len()), (expected, *arguments), "{name}");
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

    fn text(node: &Node) -> &str {
        match node {
            Node::Text(text) => &text.value,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn says_what_is_wrong_with_a_filter() {
        for (text, message, help) in [
            ("body | to_int == 1", "there is no filter `to_int`", "did you mean `toInt`?"),
            ("body | Count == 1", "there is no filter `Count`", "did you mean `count`?"),
            ("body | toDate \"%Y\" exists", "the filter `toDate` is not supported yet", ""),
            ("body | nth == 1", "`nth` takes one argument, not 0", ""),
            ("body | count(1) == 1", "`count` takes no argument, not 1", ""),
        ] {
            let (actual, _, hint) = error(text);
            assert_eq!((actual.as_str(), hint.as_str()), (message, help), "{text}");
        }
    }
}
