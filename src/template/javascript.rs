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

    /// How it is written.
    pub(super) fn code(&self) -> &Text {
        &self.0
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

/// What JavaScript makes of two values.
const OPERATORS: &[&str] = &["==", "!=", ">=", "<=", ">", "<", "+", "-", "*", "/", "%"];

/// Whether JavaScript may work out an expression in which the template language finds something
/// undefined: a name with its members, or what is made of several that end in a call or a
/// length. What is not there either fails there too, and is never taken for a value.
pub(super) fn may_stand_in(text: &str) -> bool {
    let (mut rest, mut operands) = (text.trim_start(), Vec::new());
    loop {
        let Some(length) = operand(rest) else { return false };
        operands.push(&rest[..length]);
        rest = rest[length..].trim_start();
        if rest.is_empty() {
            break;
        }
        let Some(operator) = OPERATORS.iter().find(|operator| rest.starts_with(**operator)) else { return false };
        rest = rest[operator.len()..].trim_start();
    }
    let has_members = |operand: &&str| is_name(operand) && operand.contains(['.', '(', '[']);
    let is_safe = |operand: &&str| !has_members(operand) || operand.ends_with(')') || operand.ends_with(".length");
    operands.iter().any(has_members) && (operands.len() == 1 || operands.iter().all(is_safe))
}

fn is_name(operand: &str) -> bool {
    operand.starts_with(|first: char| first.is_alphabetic() || matches!(first, '_' | '$'))
}

/// The length of the number, the quoted text, or the name with its members that a text begins with.
fn operand(text: &str) -> Option<usize> {
    let word = |text: &str| {
        text.find(|next: char| !(next.is_alphanumeric() || matches!(next, '_' | '$'))).unwrap_or(text.len())
    };
    let mut at = match text.bytes().next()? {
        quote @ (b'"' | b'\'') => return text[1..].find(char::from(quote)).map(|end| end + 2),
        _ => word(text),
    };
    while at > 0 {
        at += match text[at..].bytes().next() {
            Some(b'.') => 1 + Some(word(&text[at + 1..])).filter(|&length| length > 0)?,
            Some(b'(' | b'[') => bracketed(&text[at..])?,
            _ => return Some(at),
        };
    }
    None
}

/// The length of what stands in brackets, these included.
fn bracketed(text: &str) -> Option<usize> {
    let (mut depth, mut quote) = (0_usize, None);
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'' | b'`') => quote = Some(byte),
            (None, b'(' | b'[' | b'{') => depth += 1,
            (None, b')' | b']' | b'}') => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some(at + 1);
        }
    }
    None
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
    plain.starts_with(['!', '`']) || plain.starts_with("$random.") || SIGNS.iter().any(|sign| plain.contains(sign))
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
            "$random.uuid().length",
        ] {
            assert!(is_likely(text), "{text}");
        }
        for text in ["x + ", "'a => b' +", "a b", "newest", "\"??\" +"] {
            assert!(!is_likely(text), "{text}");
        }
    }

    #[test]
    fn stands_in_where_nothing_undefined_passes_for_a_value() {
        for (text, expected) in [
            ("ids.length", true),
            ("api.split(':')[2]", true),
            ("api.replace(\"a)\", 'b')", true),
            ("helper(1)", true),
            ("ids.length + 1 > 'a'.length", false),
            ("ids.length + 1 > 2", true),
            ("user.name", true),
            ("user.name + 'x'", false),
            ("user.name == 1", false),
            ("user.name | upper", false),
            ("a b.c", false),
            ("name", false),
            ("1 + 2", false),
            ("a.", false),
            ("a.b(", false),
            ("", false),
        ] {
            assert_eq!(may_stand_in(text), expected, "{text}");
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
