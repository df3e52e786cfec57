//! Made-up data, `{{$random.name.firstName}}`, `{{$random.lorem.words(5)}}`, …, by the names of
//! Java Faker that JetBrains' HTTP Client takes. What is drawn from stands in `fake.txt`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use fastrand::Rng;
use minijinja::value::Value;

use super::super::value::from_json;
use super::super::view::View;
use super::checksum;

/// What all names of made-up data begin with.
pub(super) const PREFIX: &str = "$random.";

/// The most often that a pattern is repeated.
const MOST: usize = 10_000;

static LINES: LazyLock<BTreeMap<&str, Line>> =
    LazyLock::new(|| include_str!("fake.txt").lines().filter_map(line).collect());

/// A line of the data: what a name draws from.
#[derive(Debug)]
struct Line {
    repeat: Option<Repeat>,
    alternatives: Vec<&'static str>,
}

/// How often a pattern is repeated.
#[derive(Clone, Copy, Debug)]
struct Repeat {
    /// Where no argument says so.
    times: usize,
    separator: &'static str,
}

/// A name of made-up data, without its beginning.
#[derive(Debug)]
pub(super) struct Fake {
    name: &'static str,
    line: &'static Line,
}

/// The names of all made-up data, with their beginning.
pub(super) fn names() -> impl Iterator<Item = String> {
    short_names().map(|name| format!("{PREFIX}{name}"))
}

/// The names of all made-up data, without their beginning.
pub(in crate::template) fn short_names() -> impl Iterator<Item = &'static str> {
    LINES.keys().copied().filter(|name| is_public(name))
}

impl Fake {
    /// The data of a name.
    pub(super) fn named(name: &str) -> Option<Self> {
        let (name, line) = LINES.get_key_value(name.strip_prefix(PREFIX)?)?;
        is_public(name).then_some(Self { name, line })
    }

    /// Its name, with its beginning.
    pub(super) fn full_name(&self) -> String {
        format!("{PREFIX}{}", self.name)
    }

    /// How it is written.
    pub(super) fn usage(&self) -> String {
        let arguments = if self.line.repeat.is_some() { "(count)" } else { "" };
        format!("{PREFIX}{}{arguments}", self.name)
    }

    /// Made-up data: another at each call. Numbers and truth values are values of these types.
    ///
    /// # Errors
    /// What is wrong with the arguments: a lowercase fragment.
    pub(super) fn draw(&self, arguments: &[String], view: &View) -> Result<Value, String> {
        let (times, separator) = match (self.line.repeat, arguments) {
            (None, []) => (1, ""),
            (None, _) => return Err("it takes no arguments".to_owned()),
            (Some(repeat), []) => (repeat.times, repeat.separator),
            (Some(repeat), [times]) => (count(times)?, repeat.separator),
            (Some(_), _) => return Err("it takes one number, or nothing".to_owned()),
        };
        let drawn: Vec<String> = view.draw_random(|random| (0..times).map(|_| self.line.draw(random)).collect());
        Ok(typed(self.name, drawn.join(separator)))
    }
}

/// Whether a line is not for other lines alone.
fn is_public(name: &str) -> bool {
    !name.starts_with('.')
}

fn count(text: &str) -> Result<usize, String> {
    let count = text.parse().ok().filter(|&count| count <= MOST);
    count.ok_or_else(|| format!("`{text}` is not a number up to {MOST}"))
}

fn typed(name: &str, text: String) -> Value {
    match serde_json::from_str::<serde_json::Value>(&text) {
        Ok(value) if name.starts_with("number.") || name.starts_with("bool.") => from_json(&value),
        _ => text.into(),
    }
}

/// Reads `name = one | another`, `name *3 = …` or `name +3 = …`.
fn line(text: &'static str) -> Option<(&'static str, Line)> {
    let (head, alternatives) = text.split_once(" = ").filter(|_| !text.starts_with("--"))?;
    let (name, repeat) = head.split_once(' ').map_or((head, None), |(name, repeat)| (name, Some(repeat)));
    let repeat = repeat.and_then(|repeat| {
        let separator = if repeat.starts_with('+') { " " } else { "" };
        Some(Repeat { times: repeat.get(1..)?.parse().ok()?, separator })
    });
    Some((name, Line { repeat, alternatives: alternatives.split(" | ").collect() }))
}

impl Line {
    fn draw(&self, random: &mut Rng) -> String {
        let mut rest = *random.choice(&self.alternatives).expect("a line has an alternative");
        let mut drawn = String::new();
        while let Some(first) = rest.chars().next() {
            rest = &rest[first.len_utf8()..];
            match first {
                '{' => {
                    let (reference, after) = rest.split_once('}').expect("a brace in the data is closed");
                    drawn += &refer(reference, random);
                    rest = after;
                }
                '\\' => {
                    let escaped = rest.chars().next().expect("a backslash in the data stands before something");
                    drawn.push(escaped);
                    rest = &rest[escaped.len_utf8()..];
                }
                '#' => drawn.push(random.digit(10)),
                '%' => drawn.push(char::from(random.u8(b'1'..=b'9'))),
                '^' => drawn.push(random.digit(16)),
                '~' => drawn.push(random.lowercase()),
                other => drawn.push(other),
            }
        }
        drawn
    }
}

/// What stands in braces: the name of a line, and what is made of what it gives.
fn refer(reference: &str, random: &mut Rng) -> String {
    let (name, filter) = reference.split_once(':').unwrap_or((reference, ""));
    let drawn = LINES.get(name).expect("a reference in the data names a line").draw(random);
    match filter {
        "" => drawn,
        "word" => drawn.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect(),
        "upper" => drawn.to_uppercase(),
        "title" => drawn[..1].to_uppercase() + &drawn[1..],
        "luhn" => checksum::luhn(&drawn),
        "ean" => checksum::ean(&drawn),
        "isbn" => checksum::isbn(&drawn),
        "iban" => checksum::iban(&drawn),
        other => unreachable!("the data has no filter `{other}`"),
    }
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;
    use crate::spec::Format;
    use crate::template::Variables;
    use crate::template::fixture::{file, place, render};

    #[test]
    fn every_line_of_the_data_can_be_drawn_from() {
        let mut random = Rng::with_seed(1);
        assert!(LINES.len() > 150);
        for (name, line) in LINES.iter() {
            for _ in 0..20 {
                let drawn = line.draw(&mut random);
                assert!(!drawn.is_empty() && !drawn.contains(['{', '}', '|', '\\', '^', '~']), "{name}: {drawn}");
            }
        }
        let lines = include_str!("fake.txt").lines().filter(|line| !line.is_empty() && !line.starts_with("--"));
        assert_eq!(lines.count(), LINES.len(), "no name stands twice");
    }

    #[test]
    fn gives_what_its_name_says() {
        let file = file(Variables::default(), Format::Http, &[]);
        for (call, pattern) in [
            ("$random.name.fullName", "[A-Z][a-z]+ [A-Z][a-z]+"),
            ("$random.name.username", r"[a-z]+\.[a-z]+"),
            ("$random.internet.emailAddress", r"[a-z]+\.[a-z]+[0-9]@example\.(com|net|org)"),
            ("$random.internet.ipV4Address", r"(\d{1,3}\.){3}\d{1,3}"),
            ("$random.internet.ipV6Address", "2001:db8(:[0-9a-f]{4}){6}"),
            ("$random.internet.uuid", "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
            ("$random.internet.password(20)", "[0-9a-z]{20}"),
            ("$random.address.zipCode", r"\d{5}"),
            ("$random.address.latitude", r"-?\d\d\.\d{6}"),
            ("$random.phoneNumber.cellPhone", r"\(?\d{3}\)?[-. ]555[-.]01\d\d"),
            ("$random.color.hex", "#[0-9a-f]{6}"),
            ("$random.crypto.sha256", "[0-9a-f]{64}"),
            ("$random.commerce.price", r"\d{1,3}\.\d\d"),
            ("$random.lorem.words(5)", "[a-z]+( [a-z]+){4}"),
            ("$random.lorem.words", "[a-z]+( [a-z]+){2}"),
            ("$random.lorem.characters(3)", "[0-9a-z]{3}"),
            ("$random.lorem.sentence", r"[A-Z][a-z]+( [a-z]+){3,5}\."),
            ("$random.bool.bool | tojson", "true|false"),
            ("$random.number.randomDigit | round", r"\d(\.0)?"),
            ("$random.number.numberBetween(5, 6)", "5"),
            ("$random.finance.iban", r"(DE\d{20}|NO\d{13})"),
            ("$random.ChuckNorris.fact", "Chuck Norris.+"),
        ] {
            let rendered = render(&file, &format!("{{{{{call}}}}}"), Format::Http).unwrap();
            assert!(Regex::new(&format!("^(?:{pattern})$")).unwrap().is_match(&rendered), "{call}: {rendered}");
        }
    }

    #[test]
    fn a_seed_gives_the_same_data_again() {
        let draw = || {
            let file = file(Variables::default(), Format::Http, &[]);
            render(&file, "{{$random.name.fullName}}, {{$random.address.fullAddress}}", Format::Http).unwrap()
        };
        assert_eq!(draw(), draw());
    }

    #[test]
    fn says_what_is_wrong_with_a_name_or_an_argument() {
        let file = file(Variables::default(), Format::Http, &[]);
        for (call, message, at) in [
            ("$random.name.firstNam", "there is no dynamic variable `$random.name.firstNam`", "$random.name.firstNam"),
            ("$random..octet", "there is no dynamic variable `$random..octet`", "$random..octet"),
            ("$random.name.firstName(1)", "`$random.name.firstName`: it takes no arguments", ""),
            ("$random.lorem.words(a)", "`$random.lorem.words`: `a` is not a number up to 10000", ""),
            ("$random.lorem.words(1, 2)", "`$random.lorem.words`: it takes one number, or nothing", ""),
        ] {
            let error = render(&file, &format!("{{{{{call}}}}}"), Format::Http).unwrap_err();
            assert_eq!((&*error.message, place(&error)), (message, if at.is_empty() { call } else { at }));
        }
        let error = render(&file, "{{$random.name.firstNam}}", Format::Http).unwrap_err();
        assert_eq!(error.help.as_deref(), Some("did you mean `$random.name.firstName`?"));
    }
}
