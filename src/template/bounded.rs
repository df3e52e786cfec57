//! Filters of the language whose result may be far larger than what goes in, held to a
//! size: a slip such as `indent(1000000000000)` is an error, and not the end of the process.

use std::sync::LazyLock;

use minijinja::value::{Rest, Value, ValueOrKwargs};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior};

/// The most bytes, or items, that one filter makes.
const MOST: usize = 64 * 1024 * 1024;

/// The widest that `format` sets one value.
const WIDEST: usize = 10_000;

/// The language with its own filters.
static UNBOUNDED: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment
});

/// How large the result will be at least, in bytes or items.
type Size = fn(&[Value]) -> usize;

const FILTERS: &[(&str, Size)] =
    &[("batch", count), ("indent", indented), ("join", joined), ("replace", replaced), ("slice", count)];

/// Puts the bounded filters in the place of the language's own.
pub(super) fn register(environment: &mut Environment<'_>) {
    for &(name, size) in FILTERS {
        environment.add_filter(name, move |arguments: Rest<ValueOrKwargs>| apply(name, size, &arguments.into_values()));
    }
}

/// What the language's own `format` makes of a pattern such as `%03d`.
///
/// # Errors
/// If it makes nothing of it, or too much.
pub(super) fn format(arguments: &[Value]) -> Result<Value, Error> {
    apply("format", widest, arguments)
}

fn apply(name: &str, size: Size, arguments: &[Value]) -> Result<Value, Error> {
    if size(arguments) > MOST {
        return Err(Error::new(ErrorKind::InvalidOperation, format!("the result of `{name}` grows too large")));
    }
    UNBOUNDED.empty_state().apply_filter(name, arguments)
}

/// An argument after the filtered value: by its position, from 1, or else by name.
fn argument(arguments: &[Value], position: usize, name: &str) -> Option<Value> {
    let named = || arguments.last()?.get_attr(name).ok().filter(|value| !value.is_undefined());
    arguments.get(position).filter(|value| !value.is_kwargs()).cloned().or_else(named)
}

fn number(value: Value) -> Option<usize> {
    usize::try_from(value).ok()
}

fn count(arguments: &[Value]) -> usize {
    argument(arguments, 1, "count").and_then(number).unwrap_or_default()
}

fn indented(arguments: &[Value]) -> usize {
    let lines = arguments.first().and_then(Value::as_str).unwrap_or_default().split('\n').count();
    argument(arguments, 1, "width").and_then(number).unwrap_or_default().saturating_mul(lines)
}

fn joined(arguments: &[Value]) -> usize {
    let items = arguments.first().and_then(Value::len).unwrap_or_default();
    text(arguments, 1).len().saturating_mul(items)
}

fn replaced(arguments: &[Value]) -> usize {
    let value = text(arguments, 0);
    let found = value.matches(text(arguments, 1)).count();
    text(arguments, 2).len().saturating_mul(found)
}

fn text(arguments: &[Value], position: usize) -> &str {
    arguments.get(position).and_then(Value::as_str).unwrap_or_default()
}

/// Far too large where a width stands in the pattern, or in its stead is an argument, that is wide.
fn widest(arguments: &[Value]) -> usize {
    let pattern = text(arguments, 0);
    let written = pattern.split(|character: char| !character.is_ascii_digit()).filter(|digits| !digits.is_empty());
    let written = written.map(|digits| digits.parse().unwrap_or(usize::MAX));
    let given = arguments.iter().skip(1).filter(|_| pattern.contains('*')).cloned().filter_map(number);
    if pattern.contains('%') && written.chain(given).any(|width| width > WIDEST) { usize::MAX } else { 0 }
}

#[cfg(test)]
mod tests {
    use crate::template::environment::ENVIRONMENT;

    #[test]
    fn what_grows_out_of_all_bounds_is_an_error() {
        for template in [
            "{{ 'a\na' | indent(1000000000000) }}",
            "{{ 'a\na' | indent(width=1000000000000) }}",
            "{{ [1, 2] | slice(100000000000) }}",
            "{{ [1, 2] | batch(100000000000, 'x') }}",
            "{{ '%1000000000d' | format(1) }}",
            "{{ '%*d' | format(1000000000, 1) }}",
            "{{ ('a' * 100000) | replace('a', 'b' * 100000) }}",
            "{{ ('a' * 100000) | replace('', 'b' * 100000) }}",
            "{{ ([1] * 100000) | join('b' * 100000) }}",
        ] {
            let error = ENVIRONMENT.render_str(template, ()).unwrap_err();
            assert!(error.detail().unwrap_or_default().ends_with("grows too large"), "{template}: {error}");
        }
    }

    #[test]
    fn bounded_filters_are_those_of_the_language() {
        for (template, expected) in [
            ("{{ 'a\nb' | indent }}", "a\n    b"),
            ("{{ 'a\nb' | indent(2, true) }}", "  a\n  b"),
            ("{{ 'a\nb' | indent(width=1) }}", "a\n b"),
            ("{{ [1, 2, 3] | slice(2) | list }}", "[[1,2],[3]]"),
            ("{{ [1, 2, 3] | batch(2, 0) | list }}", "[[1,2],[3,0]]"),
            ("{{ '%03d-%s 20000' | replace('0000', 'x') | format(7, 'a') }}", "007-a 2x"),
            ("{{ [1, 2] | join('-') }} {{ 'ab' | replace('a', 'c') }}", "1-2 cb"),
        ] {
            assert_eq!(ENVIRONMENT.render_str(template, ()).unwrap(), expected, "{template}");
        }
    }
}
