//! How JSON is compared: `unordered` and `ignoring`, beside `equals` and `containsJson`.

use crate::diagnostic::Diagnostic;
use crate::parse::assertion::{IGNORING, UNORDERED, json_path};
use crate::spec::{JsonComparison, Predicate, Text};

use super::Field;

/// The options in a map of predicates.
#[derive(Default)]
pub(super) struct Options<'a> {
    fields: Vec<Field<'a>>,
    ignoring: Vec<Text>,
    unordered: bool,
}

impl<'a> Options<'a> {
    /// Takes the options out of the entries of a map.
    ///
    /// # Errors
    /// If one has a value that it cannot have.
    pub(super) fn take(entries: &mut Vec<Field<'a>>) -> Result<Self, Diagnostic> {
        let is_option = |entry: &Field<'_>| [IGNORING, UNORDERED].contains(&entry.key.value.as_str());
        let (fields, others) = entries.drain(..).partition(is_option);
        *entries = others;
        let mut options = Self { fields, ..Self::default() };
        for field in &options.fields {
            if field.key.value == UNORDERED {
                options.unordered = field.boolean()?.value;
            } else {
                let paths = field.one_or_more().map(|item| json_path(item.text()?));
                options.ignoring = paths.collect::<Result<_, _>>()?;
            }
        }
        Ok(options)
    }

    /// Gives a predicate the options; whether it takes any.
    pub(super) fn apply(&self, predicate: &mut Predicate) -> bool {
        let (Predicate::Equals(comparison) | Predicate::ContainsJson(comparison)) = predicate else {
            return false;
        };
        let JsonComparison { ignoring, unordered, .. } = &mut **comparison;
        ignoring.clone_from(&self.ignoring);
        *unordered = self.unordered;
        true
    }

    /// How the assertion language writes them, each after a space.
    pub(super) fn text(&self) -> String {
        let unordered = if self.unordered { format!(" {UNORDERED}") } else { String::new() };
        let paths: Vec<&str> = self.ignoring.iter().map(|path| path.value.as_str()).collect();
        if paths.is_empty() { unordered } else { format!("{unordered} {IGNORING} {}", paths.join(", ")) }
    }

    /// That no predicate takes the options, where there are some.
    pub(super) fn refusal(&self) -> Option<Diagnostic> {
        let key = self.fields.first()?.key;
        let problem = Diagnostic::error(format!("`{}` says how JSON is compared", key.value)).at(&key.span, "");
        Some(problem.help(format!("write it beside `equals` or `containsJson`: `{{equals: …, {}: …}}`", key.value)))
    }
}
