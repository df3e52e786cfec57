//! Dynamic variables: `{{$uuid}}`, `{{$timestamp -1 d}}`, `{{$random.integer(1, 6)}}`, ….
//!
//! Names and arguments are those of VS Code's REST Client, of JetBrains' HTTP Client, of
//! httpYac and of kulala.

mod call;
mod checksum;
mod fake;
mod interactive;
mod moment;
mod random;
mod surroundings;

use minijinja::value::Value;

pub(super) use self::call::Call;
pub(super) use self::fake::short_names as fake_names;
use self::interactive::{input, password, pick};
pub(super) use self::random::{LONGEST, ordered_uuid, random_uuid};
use super::credential::TokenKind;
use super::question::Lifetime;
use super::view::View;

/// A dynamic variable: its name, how it is written, and what it gives.
#[derive(Debug)]
struct Dynamic {
    name: &'static str,
    usage: &'static str,
    produce: Produce,
}

/// What gives a value.
#[derive(Clone, Copy, Debug)]
enum Produce {
    /// From arguments.
    List(fn(&[String], &View) -> Result<Value, String>),
    /// From all that follows the name, as it is written.
    Line(fn(&str, &View) -> Result<Value, String>),
}

const fn dynamic(
    name: &'static str,
    usage: &'static str,
    produce: fn(&[String], &View) -> Result<Value, String>,
) -> Dynamic {
    Dynamic { name, usage, produce: Produce::List(produce) }
}

const fn asked(name: &'static str, usage: &'static str, produce: fn(&str, &View) -> Result<Value, String>) -> Dynamic {
    Dynamic { name, usage, produce: Produce::Line(produce) }
}

const DYNAMICS: &[Dynamic] = &[
    dynamic("$uuid", "$uuid", random::uuid),
    dynamic("$guid", "$guid", random::uuid),
    dynamic("$randomInt", "$randomInt [min max]", random::integer),
    dynamic("$random.integer", "$random.integer(from, to)", random::integer),
    dynamic("$random.float", "$random.float(from, to)", random::float),
    dynamic("$random.alphabetic", "$random.alphabetic(length)", random::alphabetic),
    dynamic("$random.alphanumeric", "$random.alphanumeric(length)", random::alphanumeric),
    dynamic("$random.hexadecimal", "$random.hexadecimal(length)", random::hexadecimal),
    dynamic("$random.email", "$random.email", random::email),
    dynamic("$random.uuid", "$random.uuid", random::uuid),
    dynamic("$timestamp", "$timestamp [offset unit]", moment::timestamp),
    dynamic("$isoTimestamp", "$isoTimestamp [offset unit]", moment::iso_timestamp),
    dynamic("$datetime", "$datetime rfc1123|iso8601|\"format\" [offset unit]", moment::datetime),
    dynamic("$localDatetime", "$localDatetime rfc1123|iso8601|\"format\" [offset unit]", moment::local_datetime),
    dynamic("$date", "$date", moment::date),
    dynamic("$random.number.numberBetween", "$random.number.numberBetween(from, to)", random::integer),
    dynamic("$random.number.randomDouble", "$random.number.randomDouble(from, to)", random::float),
    dynamic("$index", "$index", index),
    dynamic("$processEnv", "$processEnv NAME", surroundings::process),
    dynamic("$env", "$env.NAME", surroundings::process),
    dynamic("$dotenv", "$dotenv NAME", surroundings::dotenv),
    dynamic("$projectRoot", "$projectRoot", surroundings::project_root),
    dynamic("$historyFolder", "$historyFolder", surroundings::history_folder),
    dynamic("$exampleServer", "$exampleServer", surroundings::example_server),
    asked("$input", "$input LABEL [$value: DEFAULT]", |line, view| input(line, Lifetime::Use, view)),
    asked("$input-askonce", "$input-askonce LABEL [$value: DEFAULT]", |line, view| input(line, Lifetime::Run, view)),
    asked("$prompt", "$prompt LABEL [$value: DEFAULT]", |line, view| input(line, Lifetime::Use, view)),
    asked("$prompt-askonce", "$prompt-askonce LABEL [$value: DEFAULT]", |line, view| input(line, Lifetime::Run, view)),
    asked("$password", "$password LABEL", |line, view| password(line, Lifetime::Use, view)),
    asked("$password-askonce", "$password-askonce LABEL", |line, view| password(line, Lifetime::Run, view)),
    asked("$pick", "$pick LABEL $value: ONE,TWO", |line, view| pick(line, Lifetime::Use, view)),
    asked("$pick-askonce", "$pick-askonce LABEL $value: ONE,TWO", |line, view| pick(line, Lifetime::Run, view)),
    dynamic("$auth.token", "$auth.token(\"name\")", |arguments, view| token(arguments, view, TokenKind::Access)),
    dynamic("$auth.idToken", "$auth.idToken(\"name\")", |arguments, view| token(arguments, view, TokenKind::Id)),
];

/// Dynamic variables of editors that need the editor, and what does the same here.
const UNSUPPORTED: &[(&str, &str)] = &[
    ("$aadToken", ENTRA),
    ("$aadV2Token", ENTRA),
    ("$oidcAccessToken", "get the token with `auth: {oauth2: …}`: `# @auth {oauth2: {grant: authorization_code, …}}`"),
];

const ENTRA: &str =
    "get a token of Microsoft Entra with `auth: {oauth2: …}`: `# @auth {oauth2: {grant: client_credentials, …}}`";

/// The names of all dynamic variables, but of made-up data.
pub(super) fn names<'a>() -> impl Iterator<Item = &'a str> {
    DYNAMICS.iter().map(|dynamic| dynamic.name)
}

fn token(arguments: &[String], view: &View, kind: TokenKind) -> Result<Value, String> {
    let [name] = arguments else { return Err("it takes the name of one credential of `Security.Auth`".to_owned()) };
    view.token(name, kind)
}

/// The place of the current item in a loop, from 0.
fn index(arguments: &[String], view: &View) -> Result<Value, String> {
    match (arguments, view.iteration()) {
        ([], Some(iteration)) => Ok(Value::from(iteration.index)),
        ([], None) => Err("this request does not run in a loop".to_owned()),
        _ => Err("it takes no arguments".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use crate::spec::Format;
    use crate::template::Variables;
    use crate::template::fixture::{file, place, render};

    fn variables() -> Variables {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        Variables {
            process: vec![pair("HOME", "/root"), pair("STAGE_KEY", "k")],
            dotenv: vec![pair("TOKEN", "t1")],
            environment: vec![("key".to_owned(), "STAGE_KEY".into()), ("$exampleServer".to_owned(), "http://e".into())],
            ..Variables::default()
        }
    }

    /// At 2024-03-05T14:07:09.042+01:00.
    #[test]
    fn every_dynamic_variable_gives_what_its_editors_give() {
        const UUID: &str = "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";
        let file = file(variables(), Format::Http, &[]);
        for (call, pattern) in [
            ("$uuid", UUID),
            ("$guid", UUID),
            ("$random.uuid", UUID),
            ("$randomInt", "[0-9]{1,3}"),
            ("$randomInt 5 6", "5"),
            ("$randomInt -3 -2", "-3"),
            ("$random.integer(5, 6)", "5"),
            ("$random.integer()", "[0-9]{1,3}"),
            ("$random.float(1, 2)", r"1\.[0-9]+"),
            ("$random.alphabetic(12)", "[A-Za-z]{12}"),
            ("$random.alphanumeric(12)", "[A-Za-z0-9]{12}"),
            ("$random.hexadecimal(12)", "[0-9a-f]{12}"),
            ("$random.email", r"[a-z]+@example\.com"),
            ("$timestamp", "1709644029"),
            ("$timestamp -1 d", "1709557629"),
            ("$timestamp 2 h", "1709651229"),
            ("$isoTimestamp", r"2024-03-05T13:07:09\.042Z"),
            ("$datetime iso8601", r"2024-03-05T13:07:09\.042Z"),
            ("$datetime rfc1123", "Tue, 05 Mar 2024 13:07:09 GMT"),
            ("$datetime rfc1123 1 y", "Wed, 05 Mar 2025 13:07:09 GMT"),
            ("$datetime \"DD-MM-YYYY HH:mm\" -1 M", "05-02-2024 13:07"),
            ("$datetime YYYY-MM-DD", "2024-03-05"),
            ("$localDatetime iso8601", r"2024-03-05T14:07:09\+01:00"),
            ("$date", "2024-03-05"),
            ("$projectRoot", "/.*"),
            ("$historyFolder", r"/.*/\.idea/httpRequests"),
            ("$exampleServer", "http://e"),
            ("$localDatetime rfc1123", r"Tue, 05 Mar 2024 14:07:09 \+0100"),
            ("$localDatetime 'HH:mm' 1 h", "15:07"),
            ("$processEnv HOME", "/root"),
            ("$processEnv %key", "k"),
            ("$env.HOME", "/root"),
            ("$dotenv TOKEN", "t1"),
            ("$uuid | upper | length", "36"),
        ] {
            let rendered = render(&file, &format!("{{{{{call}}}}}"), Format::Http).unwrap();
            assert!(Regex::new(&format!("^{pattern}$")).unwrap().is_match(&rendered), "{call}: {rendered}");
        }
    }

    #[test]
    fn wrong_arguments_are_errors_at_their_place() {
        let file = file(variables(), Format::Yaml, &[]);
        for (call, message) in [
            ("$randomInt 5", "it takes a minimum and a maximum, or nothing"),
            ("$randomInt 5 5", "there is no integer from 5 up to but without 5"),
            ("$randomInt a b", "`a` is not a number that can be a bound"),
            ("$random.float(2, 1)", "there is no number from 2 up to but without 1"),
            ("$random.float(NaN, 1)", "there is no number from NaN up to but without 1"),
            ("$random.alphabetic", "it takes a length"),
            ("$random.alphabetic(99999999)", "its length is a number up to 1048576"),
            ("$processEnv", "it takes the name of one variable"),
            ("$processEnv HOM", "`HOM` is not defined in the process's environment: did you mean `HOME`?"),
            ("$dotenv X", "`X` is not defined in the `.env` files"),
            ("$processEnv %nope", "variable `nope` is not defined"),
        ] {
            let error = render(&file, &format!("x {{{{ {call} }}}}"), Format::Yaml).unwrap_err();
            let name = call.split(['(', ' ']).next().unwrap();
            assert_eq!((&*error.message, place(&error)), (&*format!("`{name}`: {message}"), call));
        }
    }

    #[test]
    fn each_occurrence_is_drawn_by_itself() {
        let file = file(variables(), Format::Http, &[]);
        let rendered = render(&file, "{{$uuid}} {{$uuid}}", Format::Http).unwrap();
        let (first, second) = rendered.split_once(' ').unwrap();
        assert_ne!(first, second);
    }
}
