//! How dynamic variables are written: `$name argument …`, `$name(argument, …)`, `$env.NAME`.

use std::borrow::Cow;

use minijinja::value::Value;

use crate::diagnostic::{Fault, nearest};

use super::super::view::View;
use super::fake::{self, Fake};
use super::{DYNAMICS, Dynamic, Produce, UNSUPPORTED, names};

/// A dynamic variable with its arguments.
#[derive(Debug)]
pub(in crate::template) struct Call {
    source: Source,
    arguments: Vec<String>,
}

/// What gives the value.
#[derive(Debug)]
enum Source {
    Dynamic(&'static Dynamic),
    Fake(Fake),
}

/// Why a text is no call of a dynamic variable.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::template) struct Unknown {
    /// The name as it was written.
    pub(in crate::template) name: String,
    /// What is wrong with it: a lowercase fragment.
    pub(in crate::template) message: String,
    /// What to try.
    pub(in crate::template) help: Option<String>,
    /// Whose fault it is.
    pub(in crate::template) fault: Fault,
}

impl Call {
    /// A call of a name, if there is one of that name.
    pub(in crate::template) fn new(name: &str, arguments: Vec<String>) -> Option<Self> {
        Some(Self { source: Source::named(name)?, arguments })
    }

    /// Reads `$name`, `$name argument …`, `$name(argument, …)` or `$env.NAME`.
    ///
    /// # Errors
    /// If there is no dynamic variable of that name.
    pub(in crate::template) fn parse(text: &str) -> Result<Self, Unknown> {
        let end = text.find(|character: char| character.is_whitespace() || character == '(').unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        let call = match name.strip_prefix("$env.") {
            Some(variable) if !variable.is_empty() => Self::new("$env", vec![variable.to_owned()]),
            _ => Source::named(name).map(|source| Self { arguments: source.arguments(rest), source }),
        };
        call.ok_or_else(|| Unknown::named(name))
    }

    /// Whether something follows the parentheses of a call, so that it is but a part of an
    /// expression: `$random.uuid().length`.
    pub(in crate::template) fn goes_on(text: &str) -> bool {
        let end = text.find(|next: char| next.is_whitespace() || next == '(').unwrap_or(text.len());
        let mut depth = 0_usize;
        let close = text[end..].find(|next: char| {
            match next {
                '(' => depth += 1,
                ')' => depth = depth.saturating_sub(1),
                _ => {}
            }
            next == ')' && depth == 0
        });
        let rest = close.filter(|_| text[end..].starts_with('(')).map_or("", |close| &text[end + close + 1..]);
        rest.trim_start().starts_with(['.', '[', '+', '-', '*', '/', '?'])
    }

    /// Its name.
    pub(in crate::template) fn name(&self) -> Cow<'static, str> {
        match &self.source {
            Source::Dynamic(dynamic) => dynamic.name.into(),
            Source::Fake(fake) => fake.full_name().into(),
        }
    }

    /// How it is written.
    pub(in crate::template) fn usage(&self) -> Cow<'static, str> {
        match &self.source {
            Source::Dynamic(dynamic) => dynamic.usage.into(),
            Source::Fake(fake) => fake.usage().into(),
        }
    }

    /// A value of it: another at each call.
    ///
    /// # Errors
    /// What is wrong with the arguments: a lowercase fragment.
    pub(in crate::template) fn draw(&self, view: &View) -> Result<Value, String> {
        match &self.source {
            Source::Fake(fake) => fake.draw(&self.arguments, view),
            Source::Dynamic(dynamic) => match dynamic.produce {
                Produce::List(produce) => produce(&self.arguments, view),
                Produce::Line(produce) => produce(self.arguments.first().map_or("", String::as_str), view),
            },
        }
    }
}

impl Source {
    fn named(name: &str) -> Option<Self> {
        let listed = DYNAMICS.iter().find(|dynamic| dynamic.name == name);
        listed.map(Self::Dynamic).or_else(|| Fake::named(name).map(Self::Fake))
    }

    /// What follows the name, as this takes it.
    fn arguments(&self, rest: &str) -> Vec<String> {
        match self {
            Self::Dynamic(Dynamic { produce: Produce::Line(_), .. }) => vec![rest.trim().to_owned()],
            Self::Dynamic(_) | Self::Fake(_) => arguments(rest),
        }
    }
}

impl Unknown {
    fn named(name: &str) -> Self {
        if let Some((_, instead)) = UNSUPPORTED.iter().find(|(known, _)| *known == name) {
            let message = format!("`{name}` is not supported: it needs an editor that signs in");
            return Self {
                name: name.to_owned(),
                message,
                help: Some((*instead).to_owned()),
                fault: Fault::Unsupported,
            };
        }
        let fakes: Vec<String> = if name.starts_with(fake::PREFIX) { fake::names().collect() } else { Vec::new() };
        let known = || names().chain(fakes.iter().map(String::as_str));
        let longer = || known().find(|known| known.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')));
        let help = match nearest(name, known()) {
            Some(near) => Some(format!("did you mean `{near}`?")),
            None => longer().map(|known| format!("it goes on, as in `{known}`")),
        };
        let message = format!("there is no dynamic variable `{name}`");
        Self { name: name.to_owned(), message, help, fault: Fault::Mistake }
    }
}

/// Splits arguments at white space, or at commas where they stand in parentheses. Quotes
/// hold one together.
fn arguments(text: &str) -> Vec<String> {
    let text = text.trim();
    let listed = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    let separates = |character: char| match listed {
        Some(_) => character == ',',
        None => character.is_whitespace(),
    };
    let (mut arguments, mut current, mut quote, mut quoted) = (Vec::new(), String::new(), None, false);
    for character in listed.unwrap_or(text).chars() {
        match quote {
            Some(open) if character == open => quote = None,
            Some(_) => current.push(character),
            None if matches!(character, '"' | '\'') => (quote, quoted) = (Some(character), true),
            None if separates(character) => {
                push_argument(&mut arguments, &mut current, &mut quoted);
            }
            None => current.push(character),
        }
    }
    push_argument(&mut arguments, &mut current, &mut quoted);
    arguments
}

fn push_argument(arguments: &mut Vec<String>, current: &mut String, quoted: &mut bool) {
    let argument = std::mem::take(current);
    let argument = if *quoted { argument } else { argument.trim().to_owned() };
    if *quoted || !argument.is_empty() {
        arguments.push(argument);
    }
    *quoted = false;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_arguments() {
        for (text, expected) in [
            ("", &[][..]),
            (" 1  10 ", &["1", "10"]),
            ("(1, 10)", &["1", "10"]),
            ("()", &[]),
            (" \"YYYY MM\" 1 d", &["YYYY MM", "1", "d"]),
            (" ''", &[""]),
            (" 'it\"s'", &["it\"s"]),
            ("(5", &["(5"]),
        ] {
            assert_eq!(arguments(text), expected, "{text}");
        }
    }

    #[test]
    fn tells_a_call_from_an_expression_that_begins_with_one() {
        for (text, goes_on) in [
            ("$random.uuid().length", true),
            ("$random.integer(1, 2) + 1", true),
            ("$random.integer(1, (2))", false),
            ("$randomInt 1 -2", false),
            ("$datetime (x) - 1", false),
            ("$uuid(", false),
        ] {
            assert_eq!(Call::goes_on(text), goes_on, "{text}");
        }
    }

    #[test]
    fn says_what_an_unknown_name_may_have_meant() {
        for (text, name, help) in [
            ("$uid", "$uid", Some("did you mean `$uuid`?")),
            ("$timestmp -1 d", "$timestmp", Some("did you mean `$timestamp`?")),
            ("$random.int(1, 2)", "$random.int", Some("did you mean `$randomInt`?")),
            ("$random.name.firstNam", "$random.name.firstNam", Some("did you mean `$random.name.firstName`?")),
            ("$random.finance", "$random.finance", Some("did you mean `$random.finance.bic`?")),
            ("$random.business", "$random.business", Some("it goes on, as in `$random.business.creditCardExpiry`")),
            ("$", "$", None),
            ("$zzz", "$zzz", None),
        ] {
            let unknown = Call::parse(text).unwrap_err();
            assert_eq!(unknown.message, format!("there is no dynamic variable `{name}`"));
            assert_eq!((unknown.name.as_str(), unknown.help.as_deref()), (name, help), "{text}");
        }
    }

    #[test]
    fn says_what_does_the_same_as_what_needs_an_editor() {
        let unknown = Call::parse("$aadToken new public aud:api.example").unwrap_err();
        assert_eq!(unknown.message, "`$aadToken` is not supported: it needs an editor that signs in");
        assert_eq!(unknown.fault, Fault::Unsupported);
        assert!(unknown.help.unwrap().contains("oauth2"));
    }
}
