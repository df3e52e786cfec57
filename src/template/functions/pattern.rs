//! Regular expressions, in the syntax of Rust's `regex`.

use minijinja::value::Value;
use regex::{Captures, Regex};

use super::arguments::Arguments;
use super::{Function, function};

pub(super) const FUNCTIONS: &[Function] = &[
    function(MATCHES, &["text", "pattern"], |arguments| {
        Ok(pattern(arguments)?.is_match(&arguments.text("text")).into())
    }),
    function("regex_find", &["text", "pattern", "group?"], find),
    function("regex_replace", &["text", "pattern", "replacement"], |arguments| {
        let (text, replacement) = (arguments.text("text"), arguments.text("replacement"));
        Ok(pattern(arguments)?.replace_all(&text, replacement).into_owned().into())
    }),
];

/// The function that is a test as well: `{% if name is matches("^a") %}`.
pub(super) const MATCHES: &str = "matches";

/// What a pattern finds first: its group, where it has one, or all of it; undefined where it finds nothing.
fn find(arguments: &Arguments<'_>) -> Result<Value, String> {
    let (text, pattern) = (arguments.text("text"), pattern(arguments)?);
    let group = match arguments.optional_text("group") {
        Some(group) => place(&pattern, &group)?,
        None => usize::from(pattern.captures_len() > 1),
    };
    let found = pattern.captures(&text).and_then(|found: Captures<'_>| found.get(group).map(|group| group.as_str()));
    Ok(found.map_or(Value::UNDEFINED, Value::from))
}

/// The place of a group, which is given by a number or a name.
fn place(pattern: &Regex, group: &str) -> Result<usize, String> {
    let place = group.parse().ok().or_else(|| pattern.capture_names().position(|name| name == Some(group)));
    place.filter(|&place| place < pattern.captures_len()).ok_or_else(|| format!("the pattern has no group `{group}`"))
}

fn pattern(arguments: &Arguments<'_>) -> Result<Regex, String> {
    let pattern = arguments.text("pattern");
    Regex::new(&pattern).map_err(|error| {
        // The last line says why; those above draw the place.
        let reason = error.to_string().lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
        format!("`{pattern}` is no regular expression: {reason}")
    })
}

#[cfg(test)]
mod tests {
    use crate::spec::Format;
    use crate::template::Variables;
    use crate::template::fixture::{evaluate, file, render};

    #[test]
    fn finds_replaces_and_tests() {
        let file = file(Variables::default(), Format::Yaml, &["text = order 17 of 20"]);
        for (template, expected) in [
            ("{{ text | regex_find('[0-9]+') }}", "17"),
            ("{{ text | regex_find('order ([0-9]+)') }}", "17"),
            ("{{ text | regex_find('([0-9]+) of ([0-9]+)', 2) }}", "20"),
            ("{{ text | regex_find('([0-9]+) of (?<all>[0-9]+)', group='all') }}", "20"),
            ("{{ text | regex_find('([0-9]+) of', 0) }}", "17 of"),
            ("{{ text | regex_find('x') | default('none') }}", "none"),
            ("{{ regex_replace(text, '([0-9]+)', '<$1>') }}", "order <17> of <20>"),
            ("{{ matches(text, '^order') }} {{ text | matches('^[0-9]') }}", "true false"),
            ("{% if text is matches('of') and text is not matches('x') %}yes{% endif %}", "yes"),
        ] {
            assert_eq!(render(&file, template, Format::Yaml).unwrap(), expected, "{template}");
        }
    }

    #[test]
    fn says_what_is_no_pattern() {
        let file = file(Variables::default(), Format::Yaml, &[]);
        for (expression, problem) in [
            ("'a' | matches('(')", "`matches(text, pattern)`: `(` is no regular expression: unclosed group"),
            ("regex_find('a', 'a', 1)", "`regex_find(text, pattern, group?)`: the pattern has no group `1`"),
            ("regex_find('a', 'b')", "the expression gives nothing: a part of it is undefined"),
        ] {
            assert_eq!(evaluate(&file, &format!("{{{{ {expression} }}}}")).unwrap_err().message, problem);
        }
    }
}
