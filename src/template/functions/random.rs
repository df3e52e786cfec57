//! Random values. With a seed they are the same in every run.

use minijinja::value::Value;

use crate::diagnostic::nearest;

use super::super::dynamic::{Call, LONGEST, fake_names, ordered_uuid, random_uuid};
use super::super::value::text;
use super::arguments::Arguments;
use super::{Function, function};

pub(super) const FUNCTIONS: &[Function] = &[
    function("uuid", &["version?"], uuid),
    function("random_int", &["low", "high"], |arguments| {
        arguments.draw("$random.integer", vec![arguments.text("low"), arguments.text("high")])
    }),
    function("random_float", &["low?", "high?"], random_float),
    function("random_string", &["length", "alphabet?"], random_string),
    function("choice", &["list"], choice),
    function("shuffle", &["list"], |arguments| {
        let all = arguments.list("list")?;
        drawn_from(arguments, &all, all.len())
    }),
    function("sample", &["list", "count"], sample),
    function("fake", &["name", "arguments*"], fake),
];

/// A UUID of version 4, or of the version that is asked for.
fn uuid(arguments: &Arguments<'_>) -> Result<Value, String> {
    let uuid = match arguments.optional_text("version").as_deref().unwrap_or("4") {
        "4" | "v4" => random_uuid(arguments.view()?),
        "7" | "v7" => ordered_uuid(arguments.view()?),
        other => return Err(format!("there are no UUIDs of version `{other}` here: take 4 or 7")),
    };
    Ok(uuid.to_string().into())
}

/// A number from one up to but without another: from 0 to 1 where nothing is said.
fn random_float(arguments: &Arguments<'_>) -> Result<Value, String> {
    let bound = |name: &str, default: &str| arguments.optional_text(name).unwrap_or_else(|| default.to_owned());
    arguments.draw("$random.float", vec![bound("low", "0"), bound("high", "1")])
}

/// Characters of an alphabet: letters and digits where none is given.
fn random_string(arguments: &Arguments<'_>) -> Result<Value, String> {
    let length = count(arguments, "length", LONGEST)?;
    let Some(alphabet) = arguments.optional_text("alphabet") else {
        return arguments.draw("$random.alphanumeric", vec![length.to_string()]);
    };
    let alphabet: Vec<char> = alphabet.chars().collect();
    if alphabet.is_empty() {
        return Err("`alphabet` is empty".to_owned());
    }
    let draw = |random: &mut fastrand::Rng| (0..length).map(|_| alphabet[random.usize(..alphabet.len())]).collect();
    let drawn: String = arguments.view()?.draw_random(draw);
    Ok(drawn.into())
}

/// One of a list.
fn choice(arguments: &Arguments<'_>) -> Result<Value, String> {
    let list = arguments.list("list")?;
    let chosen = arguments.view()?.draw_random(|random| random.choice(&list).cloned());
    chosen.ok_or_else(|| "`list` is empty".to_owned())
}

/// Several of a list, none of them twice.
fn sample(arguments: &Arguments<'_>) -> Result<Value, String> {
    let list = arguments.list("list")?;
    let count = count(arguments, "count", list.len())?;
    drawn_from(arguments, &list, count)
}

fn drawn_from(arguments: &Arguments<'_>, list: &[Value], count: usize) -> Result<Value, String> {
    let drawn = arguments.view()?.draw_random(|random| {
        let mut drawn = list.to_vec();
        random.shuffle(&mut drawn);
        drawn.truncate(count);
        drawn
    });
    Ok(drawn.into())
}

/// Made-up data: what `$random.name` gives.
fn fake(arguments: &Arguments<'_>) -> Result<Value, String> {
    let name = arguments.text("name");
    let rest = arguments.list("arguments")?.iter().map(text).collect();
    match Call::new(&format!("$random.{name}"), rest) {
        Some(call) => call.draw(arguments.view()?),
        None => Err(format!("there is no made-up data of the name `{name}`{}", hint(&name))),
    }
}

/// What a misspelt or unfinished name may have meant.
fn hint(name: &str) -> String {
    let longer = || fake_names().find(|known| known.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')));
    match nearest(name, fake_names()) {
        Some(near) => format!(": did you mean `{near}`?"),
        None => longer().map(|known| format!(": it goes on, as in `{known}`")).unwrap_or_default(),
    }
}

fn count(arguments: &Arguments<'_>, name: &str, most: usize) -> Result<usize, String> {
    let count = arguments.optional_integer(name)?.and_then(|count| usize::try_from(count).ok());
    count.filter(|&count| count <= most).ok_or_else(|| format!("`{name}` is a number from 0 to {most}"))
}

#[cfg(test)]
mod tests {
    use regex::Regex;
    use serde_json::{Value as Json, json};

    use crate::spec::Format;
    use crate::template::fixture::{evaluate, file};
    use crate::template::{FileScope, Variables};

    fn scope() -> FileScope {
        let environment = vec![("colors".to_owned(), json!(["red", "green", "blue"])), ("n".to_owned(), json!("2"))];
        file(Variables { environment, ..Variables::default() }, Format::Yaml, &[])
    }

    #[test]
    fn draws_what_it_is_asked_for() {
        for (expression, pattern) in [
            ("uuid()", "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
            // The clock stands at 2024-03-05T13:07:09.042Z.
            ("uuid(7)", "018e0eb9-9c72-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
            ("uuid(version='v7')", "018e0eb9-9c72-7.*"),
            ("random_int(3, 4)", "3"),
            ("1 | random_int(n)", "1"),
            ("random_float()", r"0\.[0-9]+"),
            ("random_float(5, 5.5)", r"5\.[0-4][0-9]*"),
            ("random_string(12)", "[A-Za-z0-9]{12}"),
            ("random_string(12, alphabet='xé')", "[xé]{12}"),
            ("random_string(0)", ""),
            ("choice(colors)", "red|green|blue"),
            ("colors | choice | upper", "RED|GREEN|BLUE"),
            ("shuffle(colors) | sort | join(',')", "blue,green,red"),
            ("colors | sample(n) | unique | length", "2"),
            ("fake('name.firstName')", "[A-Z][a-z]+"),
            ("fake('lorem.words', 5)", "[a-z]+( [a-z]+){4}"),
            ("fake('number.numberBetween', 5, 6) + 1", "6"),
            ("'internet.emailAddress' | fake", r"[a-z.0-9]+@example\.(com|net|org)"),
        ] {
            let drawn = match evaluate(&scope(), &format!("{{{{ {expression} }}}}")).unwrap() {
                Json::String(text) => text,
                other => other.to_string(),
            };
            assert!(Regex::new(&format!("^(?:{pattern})$")).unwrap().is_match(&drawn), "{expression}: {drawn}");
        }
    }

    #[test]
    fn says_what_cannot_be_drawn() {
        for (expression, problem) in [
            ("uuid(1)", "`uuid(version?)`: there are no UUIDs of version `1` here: take 4 or 7"),
            ("random_int(5, 5)", "`random_int(low, high)`: there is no integer from 5 up to but without 5"),
            ("random_int('a', 5)", "`random_int(low, high)`: `a` is not a number that can be a bound"),
            ("random_string('x')", "`random_string(length, alphabet?)`: `length` is an integer, and not \"x\""),
            ("random_string(-1)", "`random_string(length, alphabet?)`: `length` is a number from 0 to 1048576"),
            ("random_string(1, '')", "`random_string(length, alphabet?)`: `alphabet` is empty"),
            ("choice([])", "`choice(list)`: `list` is empty"),
            ("choice('abc')", "`choice(list)`: `list` is a list, and not \"abc\""),
            ("sample(colors, 4)", "`sample(list, count)`: `count` is a number from 0 to 3"),
            (
                "fake('name.firstNam')",
                "`fake(name, arguments*)`: there is no made-up data of the name `name.firstNam`: \
                 did you mean `name.firstName`?",
            ),
            (
                "fake('business')",
                "`fake(name, arguments*)`: there is no made-up data of the name `business`: \
                 it goes on, as in `business.creditCardExpiry`",
            ),
            ("fake('name.firstName', 1)", "`fake(name, arguments*)`: it takes no arguments"),
        ] {
            let error = evaluate(&scope(), &format!("{{{{ {expression} }}}}")).unwrap_err();
            assert_eq!(error.message, problem);
        }
    }
}
