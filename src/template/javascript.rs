//! Expressions in JavaScript: what stands in the braces of a `.http` file and the template
//! language cannot read. Who works them out is a provider's matter.

use minijinja::value::Value;

use crate::diagnostic::Diagnostic;
use crate::spec::{Format, Text};

use super::FileScope;
use super::expression::Site;
use super::view::View;

/// Works out the code of an expression with the variables that a request sees from its place
/// among those of the file; nothing where it is undefined.
pub type Interpreter = fn(&Text, FileScope, usize) -> Result<Option<serde_json::Value>, Diagnostic>;

/// What only JavaScript has, where it stands outside of quotes.
const SIGNS: &[&str] = &["=>", "??", "?.", "===", "!==", "&&", "||", "`", "new ", "typeof ", "await ", " ? "];

/// Names that stand for something in JavaScript, and for variables in templates at most.
const GLOBALS: &[&str] = &[
    "$global",
    "Array",
    "Boolean",
    "Date",
    "JSON",
    "Math",
    "Number",
    "Object",
    "String",
    "URLSearchParams",
    "atob",
    "btoa",
    "crypto",
    "decodeURIComponent",
    "encodeURIComponent",
    "parseFloat",
    "parseInt",
];

/// An expression in JavaScript.
#[derive(Debug)]
pub(super) struct JavaScript(Text);

impl JavaScript {
    pub(super) fn new(code: &str, site: &Site) -> Self {
        Self(Text::new(site.span.clone().with(code.to_owned()), Format::Http))
    }

    /// Its value.
    ///
    /// # Errors
    /// Why it has none.
    pub(super) fn value(&self, view: &View) -> Result<Value, Diagnostic> {
        view.interpret(&self.0)?.ok_or_else(|| {
            Diagnostic::error("the expression gives nothing: it is undefined")
                .at(&self.0.span, "")
                .help("check the names after each `.`, or give it a value with `?? …`")
        })
    }
}

/// Whether a text begins with a name that JavaScript gives a meaning.
pub(super) fn begins(text: &str) -> bool {
    let end = text.find(|next: char| !next.is_alphanumeric() && next != '$' && next != '_').unwrap_or(text.len());
    GLOBALS.contains(&&text[..end]) && text[end..].starts_with(['.', '(', '['])
}

/// Whether a text that is no expression of the template language is likely one of JavaScript.
pub(super) fn is_likely(text: &str) -> bool {
    let mut quote = None;
    let plain: String = text
        .chars()
        .filter(|&next| match (quote, next) {
            (Some(open), _) if next == open => {
                quote = None;
                false
            }
            (Some(_), _) => false,
            (None, '"' | '\'') => {
                quote = Some(next);
                false
            }
            (None, _) => true,
        })
        .collect();
    plain.starts_with(['!', '`']) || SIGNS.iter().any(|sign| plain.contains(sign))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_javascript_by_what_only_it_has() {
        for text in [
            "new Date().toISOString()",
            "a ?? b",
            "a?.b",
            "list.map(item => item.id)",
            "a === b ? 1 : 2",
            "!a",
            "`x${a}`",
            "a && b",
        ] {
            assert!(is_likely(text), "{text}");
        }
        for text in ["x + ", "'a => b' +", "a b", "newest", "\"??\" +"] {
            assert!(!is_likely(text), "{text}");
        }
    }

    #[test]
    fn knows_the_names_that_javascript_gives() {
        for (text, expected) in [
            ("Math.random()", true),
            ("Date.now()", true),
            ("$global.token", true),
            ("encodeURIComponent(a)", true),
            ("Date", false),
            ("Dates.now()", false),
            ("a.Math.b", false),
        ] {
            assert_eq!(begins(text), expected, "{text}");
        }
    }
}
