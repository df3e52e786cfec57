//! How JSON is compared: what stands after the value of `equals` and `containsJson`.

use pest::iterators::{Pair, Pairs};

use crate::diagnostic::{Diagnostic, nearest};
use crate::source::Span;
use crate::spec::{JsonComparison, Predicate, Text};

use super::query::first;
use super::{Reader, Rule};

/// `unordered`: lists may have their elements in any order.
pub(in crate::parse) const UNORDERED: &str = "unordered";

/// `ignoring $.id, $..at`: what these paths find is not compared.
pub(in crate::parse) const IGNORING: &str = "ignoring";

impl Reader {
    /// A predicate that compares JSON, the way that its options say.
    pub(super) fn with_options<'i>(
        &self,
        mut predicate: Predicate,
        options: impl Iterator<Item = Pair<'i, Rule>>,
    ) -> Result<Predicate, Diagnostic> {
        if let Predicate::Equals(comparison) | Predicate::ContainsJson(comparison) = &mut predicate {
            for option in options {
                self.option(option, comparison)?;
            }
        }
        Ok(predicate)
    }

    fn option(&self, option: Pair<'_, Rule>, comparison: &mut JsonComparison) -> Result<(), Diagnostic> {
        let option = first(option);
        match option.as_rule() {
            Rule::unordered => comparison.unordered = true,
            _ => comparison.ignoring.extend(self.paths(&self.span_of(&option), option.into_inner())?),
        }
        Ok(())
    }

    fn paths(&self, place: &Span, paths: Pairs<'_, Rule>) -> Result<Vec<Text>, Diagnostic> {
        let paths: Vec<Text> = paths.map(|path| self.verbatim(&path)).collect();
        if paths.is_empty() {
            let problem = Diagnostic::error(format!("`{IGNORING}` needs an argument")).at(place, "it needs JSONPaths");
            return Err(problem.help(format!("write what is not compared, as in `{IGNORING} $.id, $..createdAt`")));
        }
        paths.into_iter().map(json_path).collect()
    }
}

/// Says which option was likely meant by a word after JSON, and where such stand.
pub(super) fn suggest_option(problem: Diagnostic, text: &str, takes_options: bool) -> Diagnostic {
    let options = [UNORDERED, IGNORING];
    let option = |word: &str| options.into_iter().find(|option| *option == word).or_else(|| nearest(word, options));
    match text.split_whitespace().skip(1).find_map(option) {
        Some(option) if takes_options => problem.help(format!("did you mean `{option}`?")),
        Some(option) => problem.help(format!("`{option}` stands behind the value of `equals` and `containsJson`")),
        None => problem,
    }
}

/// A text that begins as a JSONPath does.
///
/// # Errors
/// If it does not.
pub(in crate::parse) fn json_path(path: Text) -> Result<Text, Diagnostic> {
    if path.value.starts_with('$') {
        return Ok(path);
    }
    let problem = Diagnostic::error(format!("`{}` is not a JSONPath", path.value)).at(&path.span, "");
    Err(problem.help(format!("a JSONPath begins with `$`, as in `$.{}`; `$` alone is the whole body", path.value)))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{error, read};
    use super::*;
    use crate::spec::Expected;

    fn comparison(text: &str) -> JsonComparison {
        match read(&format!("body {text}")).predicate.value {
            Predicate::Equals(comparison) | Predicate::ContainsJson(comparison) => *comparison,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn options_follow_a_value_of_any_kind() {
        for (text, value, ignoring, unordered) in [
            ("equals {\"a\": [1, \"ignoring $.b\"]}", "{\"a\": [1, \"ignoring $.b\"]}", &[][..], false),
            ("equals {} unordered", "{}", &[], true),
            ("containsJson [1, 2]   unordered ignoring $.id", "[1, 2]", &["$.id"], true),
            ("equals {} ignoring $.id,$..at , $['a b, c'] unordered", "{}", &["$.id", "$..at", "$['a b, c']"], true),
            ("equals {} ignoring $.a ignoring $.b", "{}", &["$.a", "$.b"], false),
            ("equals file,a b.json", "file,a b.json", &[], false),
            ("equals file,a b.json ignoring $.id", "file,a b.json", &["$.id"], false),
            ("equals file,a.json; unordered", "file,a.json;", &[], true),
            ("equals {{expected}} unordered", "{{expected}}", &[], true),
            (
                "equals {{ not unordered here }}  ignoring $.{{path}}",
                "{{ not unordered here }}",
                &["$.{{path}}"],
                false,
            ),
            ("equals two words unordered", "two words", &[], true),
            ("equals \"unordered\" unordered", "\"unordered\"", &[], true),
            ("equals 5 unordered", "5", &[], true),
            ("equals unorderedly", "unorderedly", &[], false),
        ] {
            let comparison = comparison(text);
            let paths: Vec<&str> = comparison.ignoring.iter().map(|path| path.value.as_str()).collect();
            assert_eq!(comparison.expected.span.text(), value, "{text}");
            assert_eq!((paths.as_slice(), comparison.unordered), (ignoring, unordered), "{text}");
        }
        assert!(
            matches!(comparison("equals file,a.json unordered").expected.value, Expected::File(path) if path.value == "a.json")
        );
    }

    #[test]
    fn suggests_the_option_that_was_meant() {
        for (text, help) in [
            ("body equals {} unorderd", "did you mean `unordered`?"),
            ("body equals [1, 2] ignorng $.a", "did you mean `ignoring`?"),
            ("body == {} ignoring $.a", "`ignoring` stands behind the value of `equals` and `containsJson`"),
            ("body == [1] unordered", "`unordered` stands behind the value of `equals` and `containsJson`"),
            ("body equals {a: 1}", "put the value in quotes if a text is meant"),
        ] {
            assert_eq!(error(text).2, help, "{text}");
        }
    }

    #[test]
    fn says_what_is_wrong_with_an_option() {
        for (text, message, place) in [
            ("body equals unordered", "`equals` needs an argument", "equals"),
            ("body equals {} ignoring", "`ignoring` needs an argument", "ignoring"),
            ("body equals {} ignoring id", "`id` is not a JSONPath", "id"),
            ("body equals {} ignoring $.a, id", "`id` is not a JSONPath", "id"),
            ("body equals {} unorderd", "`{} unorderd` is not JSON", " "),
            ("body equals {} unordered now", "unexpected `now`", "now"),
            ("$.a == 200 unordered ignoring", "(read)", ""),
        ] {
            if message == "(read)" {
                read(text);
                continue;
            }
            let (actual, at, _) = error(text);
            assert_eq!((actual.as_str(), at.as_str()), (message, place), "{text}");
        }
    }
}
