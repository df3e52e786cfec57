//! The names that reports know requests by.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::source::Span;
use crate::spec::Entry;

/// The name of an entry: the one that its author gave, or what it does.
pub(super) fn display_name(entry: &Entry) -> Cow<'_, str> {
    match (entry.name(), entry) {
        (Some(name), _) => Cow::Borrowed(&name.value),
        (None, Entry::Request(request)) => {
            let method = request.method.as_ref().map_or("GET", |method| &method.value);
            Cow::Owned(format!("{method} {}", request.target.value))
        }
        (None, Entry::Run(run)) => Cow::Borrowed(run.reference.target.as_str()),
        (None, Entry::Invalid(invalid)) => Cow::Borrowed(first_line(&invalid.span)),
    }
}

fn first_line(span: &Span) -> &str {
    let line = span.text().lines().next().unwrap_or_default().trim();
    if line.is_empty() { "unreadable request" } else { line }
}

/// Gives a name that was given before a number.
#[derive(Default)]
pub(super) struct Names(HashMap<String, usize>);

impl Names {
    pub(super) fn unique(&mut self, name: String) -> String {
        let count = self.0.entry(name.clone()).or_default();
        *count += 1;
        match *count {
            1 => name,
            number => self.unique(format!("{name} ({number})")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique() {
        let mut names = Names::default();
        let given = ["a", "a", "a (2)", "b"].map(|name| names.unique(name.to_owned()));
        assert_eq!(given, ["a", "a (2)", "a (2) (2)", "b"]);
    }
}
