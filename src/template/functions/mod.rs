//! Functions of our own: `{{ sha256(x) }}`. Each is a filter as well, `{{ x | sha256 }}`, by the same row
//! of a table.

mod arguments;
mod encoding;
mod hash;
mod json;
mod pattern;
mod random;
mod surroundings;
mod time;
mod token;

use minijinja::value::{Rest, Value, ValueOrKwargs};
use minijinja::{Environment, Error, ErrorKind, State};

use self::arguments::{Arguments, Style};

pub(super) use self::encoding::url_component;

/// A function.
#[derive(Debug)]
struct Function {
    name: &'static str,
    /// What it takes; what may be left out ends in `?`, and what takes all that is left in `*`.
    parameters: &'static [&'static str],
    /// The place of the parameter that a filter is applied to.
    filtered: usize,
    call: fn(&Arguments<'_>) -> Result<Value, String>,
}

/// A function that is applied to its first parameter as a filter.
const fn function(
    name: &'static str,
    parameters: &'static [&'static str],
    call: fn(&Arguments<'_>) -> Result<Value, String>,
) -> Function {
    Function { name, parameters, filtered: 0, call }
}

const TABLES: &[&[Function]] = &[
    encoding::FUNCTIONS,
    hash::FUNCTIONS,
    json::FUNCTIONS,
    pattern::FUNCTIONS,
    random::FUNCTIONS,
    surroundings::FUNCTIONS,
    time::FUNCTIONS,
    token::FUNCTIONS,
];

/// The functions that the language brings along.
const BUILT_IN: &[&str] = &["dict", "namespace", "range"];

/// The names of all functions, which a misspelt one may have meant.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    all().map(|function| function.name).chain(BUILT_IN.iter().copied())
}

/// The names of those that are filters as well.
pub(super) fn filter_names() -> impl Iterator<Item = &'static str> {
    all().filter(|function| !function.parameters.is_empty()).map(|function| function.name)
}

/// The names of the functions that an expression calls.
pub(super) fn called_in(expression: &str) -> Vec<&'static str> {
    let called = expression.match_indices('(').filter_map(|(at, _)| {
        let before = expression[..at].trim_end();
        let name = before.rsplit(|character: char| !(character.is_alphanumeric() || character == '_')).next()?;
        names().find(|known| *known == name)
    });
    called.collect()
}

/// Adds the functions to an environment, as functions and as filters.
pub(super) fn register(environment: &mut Environment<'_>) {
    for function in all() {
        let apply = |style| move |state: &State<'_, '_>, given: Rest<ValueOrKwargs>| function.call(style, state, given);
        environment.add_function(function.name, apply(Style::Function));
        if !function.parameters.is_empty() {
            environment.add_filter(function.name, apply(Style::Filter));
        }
        if function.name == pattern::MATCHES {
            environment.add_test(function.name, apply(Style::Filter));
        }
    }
}

fn all() -> impl Iterator<Item = &'static Function> {
    TABLES.iter().copied().flatten()
}

impl Function {
    /// This function, applied to its second parameter as a filter.
    const fn filtering_second(self) -> Self {
        Self { filtered: 1, ..self }
    }

    fn call(&self, style: Style, state: &State<'_, '_>, given: Rest<ValueOrKwargs>) -> Result<Value, Error> {
        let given = given.into_values();
        if given.iter().any(Value::is_undefined) {
            return Err(ErrorKind::UndefinedError.into());
        }
        let arguments = Arguments::bind(self.parameters, self.filtered, style, given);
        let made = arguments.and_then(|arguments| (self.call)(&arguments.seen_from(state)));
        made.map_err(|problem| Error::new(ErrorKind::InvalidOperation, format!("`{}`: {problem}", self.usage())))
    }

    /// How it is called.
    fn usage(&self) -> String {
        format!("{}({})", self.name, self.parameters.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use crate::template::environment::ENVIRONMENT;

    use super::*;

    fn evaluate(expression: &str) -> Result<String, String> {
        let value = ENVIRONMENT.compile_expression(expression).unwrap().eval(());
        value.map(|value| value.to_string()).map_err(|error| error.detail().unwrap_or("undefined").to_owned())
    }

    #[test]
    fn no_name_stands_twice() {
        let mut seen = HashSet::new();
        assert!(names().all(|name| seen.insert(name)));
    }

    #[test]
    fn what_may_be_left_out_stands_last() {
        for function in all() {
            let optional: Vec<bool> = function.parameters.iter().map(|name| name.ends_with(['?', '*'])).collect();
            assert!(optional.is_sorted(), "{}", function.usage());
            assert!(function.filtered == 0 || function.filtered < optional.len(), "{}", function.usage());
        }
    }

    #[test]
    fn takes_arguments_by_their_place_or_their_name() {
        let hashed = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        for (expression, expected) in [
            ("sha256('abc')", hashed),
            ("'abc' | sha256", hashed),
            ("sha256(text='abc')", hashed),
            ("sha256('abc', none)", hashed),
            ("sha256('abc', encoding='base64')", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="),
            ("'abc' | sha256('base64url')", "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0"),
            ("hmac_md5('key', 'abc') == ('abc' | hmac_md5('key'))", "True"),
            ("'abc' | hmac_md5(key='key') == hmac_md5(text='abc', key='key')", "True"),
        ] {
            assert_eq!(evaluate(expression).as_deref(), Ok(expected), "{expression}");
        }
    }

    #[test]
    fn says_what_it_takes() {
        for (expression, problem) in [
            ("sha256()", "`sha256(text, encoding?)`: `text` is missing"),
            ("'a' | hmac_sha1", "`hmac_sha1(key, text, encoding?)`: `key` is missing"),
            ("sha256(1, 2, 3)", "`sha256(text, encoding?)`: it takes no 3 arguments"),
            (
                "sha256('a', encodin='hex')",
                "`sha256(text, encoding?)`: it has no argument `encodin`: did you mean `encoding`?",
            ),
            ("sha256('a', text='b')", "`sha256(text, encoding?)`: `text` is given twice"),
            ("sha256(missing)", "undefined"),
            ("uuid(4, 5)", "`uuid(version?)`: it takes no 2 arguments"),
            ("env('HOME')", "`env(name, default?)`: it cannot be used here"),
        ] {
            assert_eq!(evaluate(expression).unwrap_err(), problem, "{expression}");
        }
    }

    #[test]
    fn knows_which_functions_an_expression_calls() {
        for (expression, expected) in [
            ("env('A') ~ env", &["env"][..]),
            ("now ('x') + sha256(uuid())", &["now", "sha256", "uuid"]),
            ("mynow() + (env)", &[]),
            ("'é'(x)", &[]),
        ] {
            assert_eq!(called_in(expression), expected, "{expression}");
        }
    }
}
