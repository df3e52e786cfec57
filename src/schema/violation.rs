//! Violations in words, at their places.

use std::fmt::{self, Write as _};

use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;
use serde_json::Value as Json;

use super::{InvalidSchema, misreference};

/// The most characters of a value that a message shows.
const LONGEST_VALUE: usize = 80;

/// The most characters of a message: names of members may be long, and many.
const LONGEST: usize = 400;

/// A place at which a value is not as a schema says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Where it is in the value, from the root.
    pub place: Vec<Step>,
    /// What is wrong there.
    pub what: String,
}

/// A step from a value into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Into a member of an object.
    Member(String),
    /// Into an element of a list.
    Element(usize),
}

impl Violation {
    pub(super) fn new(error: &ValidationError<'_>, root: &Json) -> Self {
        let mut what = words(error);
        if let Some(nearest) = nearest(error) {
            let nearest = Self { place: steps(nearest, root), what: words(nearest) };
            write!(what, "; for the nearest, {nearest}").expect("a string takes all that is written");
        }
        Self { place: steps(error, root), what: excerpt(&what, LONGEST) }
    }
}

/// What is wrong with a schema.
pub(super) fn of_schema(error: &ValidationError<'_>, schema: &Json) -> InvalidSchema {
    if let ValidationErrorKind::Referencing(error) = error.kind()
        && let Some(invalid) = misreference::of(error, schema)
    {
        return invalid;
    }
    let Violation { place, what } = Violation::new(error, schema);
    InvalidSchema { reason: what, place }
}

/// The words of an error, which speak of the value as it begins.
fn words(error: &ValidationError<'_>) -> String {
    let value = excerpt(&error.instance().to_string(), LONGEST_VALUE);
    let words = error.masked_with(value.as_str()).to_string();
    let mut characters = words.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

/// Of the alternatives of which none or too many hold, the one that comes nearest to it:
/// what is wrong with it lies deepest. One of another type was hardly meant.
fn nearest<'e>(error: &'e ValidationError<'_>) -> Option<&'e ValidationError<'static>> {
    let (ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context }) = error.kind() else {
        return None;
    };
    let depth = |error: &ValidationError<'_>| error.instance_path().segments().count();
    let is_type = |error: &ValidationError<'_>| matches!(error.kind(), ValidationErrorKind::Type { .. });
    let firsts = context.iter().filter_map(|errors| errors.first());
    firsts.rev().max_by_key(|error| (depth(error), !is_type(error)))
}

/// The steps of a path: a number is the name of a member where there is an object.
fn steps(error: &ValidationError<'_>, root: &Json) -> Vec<Step> {
    let mut here = Some(root);
    let steps = error.instance_path().segments().map(|segment| {
        let name = segment.to_string();
        let index = here.filter(|value| value.is_array()).and_then(|_| name.parse().ok());
        here = here.and_then(|value| match index {
            Some(index) => value.get::<usize>(index),
            None => value.get(&name),
        });
        index.map_or_else(|| Step::Member(name), Step::Element)
    });
    steps.collect()
}

fn excerpt(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Steps as a JSONPath: `$.roles[0]`.
pub(super) struct Path<'p>(pub(super) &'p [Step]);

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('$')?;
        self.0.iter().try_for_each(|step| match step {
            Step::Element(index) => write!(f, "[{index}]"),
            Step::Member(name) if is_plain(name) => write!(f, ".{name}"),
            Step::Member(name) => write!(f, "[{}]", Json::from(name.as_str())),
        })
    }
}

/// Whether a name needs no quotes.
fn is_plain(name: &str) -> bool {
    let is_of_word = |character: char| character.is_alphanumeric() || character == '_';
    name.chars().all(is_of_word) && name.starts_with(|first: char| !first.is_ascii_digit())
}

/// As `$.roles[0]: 5 is not of type "string"`.
impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", Path(&self.place), self.what)
    }
}
