//! What is read from a text once where the text is fixed, and at each use where it holds
//! templates: names, paths, patterns.

use std::borrow::Cow;
use std::ops::{Deref, Range};

use encoding_rs::Encoding;
use regex::Regex;

use crate::diagnostic::Diagnostic;
use crate::source::Spanned;
use crate::spec::{Expected, Format, Node, Operand, Text};
use crate::template::{Engine, Scope, Template};
use crate::xpath::{self, Expression};

use super::Failure;
use super::date::DateFormat;
use super::jsonpath::{InvalidPath, Path};
use super::value::excerpt;

/// Something that a text can be read as.
pub(super) trait Reading: Sized {
    /// What a message calls it.
    const NAME: &'static str;

    /// Whether a text of `.http` stands for itself also where it escapes braces.
    const ESCAPES_BRACES: bool = false;

    /// Reads a text.
    fn read(text: &str) -> Result<Self, Flaw>;
}

/// Why a text cannot be read, and which bytes of it are at fault.
pub(super) struct Flaw {
    reason: String,
    place: Range<usize>,
}

impl Flaw {
    fn message<T: Reading>(&self, text: &str) -> String {
        format!("`{}` is no {}: {}", excerpt(text, 80), T::NAME, self.reason)
    }
}

impl Reading for String {
    const NAME: &'static str = "text";

    fn read(text: &str) -> Result<Self, Flaw> {
        Ok(text.to_owned())
    }
}

impl Reading for Path {
    const NAME: &'static str = "JSONPath";

    fn read(text: &str) -> Result<Self, Flaw> {
        Self::compile(text).map_err(|InvalidPath { reason, place }| Flaw { reason, place })
    }
}

impl Reading for Expression {
    const NAME: &'static str = "XPath";

    fn read(text: &str) -> Result<Self, Flaw> {
        Self::parse(text).map_err(|xpath::Error { reason, place }| Flaw { reason, place })
    }
}

impl Reading for Regex {
    const NAME: &'static str = "regular expression";

    /// To a pattern `\{\{x\}\}` means `{{x}}` as it is; without its backslashes it would count repetitions.
    const ESCAPES_BRACES: bool = true;

    /// The crate's error is a drawing of several lines; its last says what is wrong.
    fn read(text: &str) -> Result<Self, Flaw> {
        Self::new(text).map_err(|error| {
            let drawn = error.to_string();
            let last = drawn.lines().last().unwrap_or_default();
            let reason = last.trim_start_matches("error: ").to_lowercase();
            Flaw { reason, place: 0..text.len() }
        })
    }
}

impl Reading for &'static Encoding {
    const NAME: &'static str = "character set";

    fn read(text: &str) -> Result<Self, Flaw> {
        let unknown = || Flaw { reason: "the Encoding Standard has no such label".to_owned(), place: 0..text.len() };
        Encoding::for_label(text.as_bytes()).ok_or_else(unknown)
    }
}

impl Reading for DateFormat {
    const NAME: &'static str = "format of a date";

    fn read(text: &str) -> Result<Self, Flaw> {
        Self::new(text).map_err(|reason| Flaw { reason, place: 0..text.len() })
    }
}

/// A text, read or to be read.
#[derive(Debug)]
pub(super) enum Prepared<T> {
    /// It is the same each time.
    Fixed(T),
    /// It is rendered first.
    Template(Template),
}

impl<T: Reading> Prepared<T> {
    pub(super) fn compile(engine: &Engine, text: &Text) -> Result<Self, Diagnostic> {
        if T::ESCAPES_BRACES && text.format == Format::Http && !text.value.contains("{{") {
            return Self::read(&text.value, text);
        }
        let template = engine.compile(text)?;
        match template.as_literal() {
            Some(fixed) => Self::read(fixed, text),
            None => Ok(Self::Template(template)),
        }
    }

    /// Reads what a text stands for.
    fn read(fixed: &str, text: &Text) -> Result<Self, Diagnostic> {
        T::read(fixed).map(Self::Fixed).map_err(|flaw| {
            let exact = text.is_verbatim() && fixed == text.value;
            let place = if exact { text.span.slice(flaw.place.clone()) } else { text.span.clone() };
            Diagnostic::error(flaw.message::<T>(fixed)).at(&place, "")
        })
    }

    pub(super) fn get(&self, scope: &Scope<'_>) -> Result<Held<'_, T>, Failure> {
        match self {
            Self::Fixed(fixed) => Ok(Held::Kept(fixed)),
            Self::Template(template) => {
                let text = template.render(scope)?;
                T::read(&text).map(Held::Own).map_err(|flaw| Failure::new(flaw.message::<T>(&text)))
            }
        }
    }
}

/// What was kept, or was read just now.
pub(super) enum Held<'a, T> {
    Kept(&'a T),
    Own(T),
}

impl<T> Deref for Held<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        match self {
            Self::Kept(kept) => kept,
            Self::Own(own) => own,
        }
    }
}

impl<'a> From<Held<'a, String>> for Cow<'a, str> {
    fn from(held: Held<'a, String>) -> Self {
        match held {
            Held::Kept(text) => Cow::Borrowed(text),
            Held::Own(text) => Cow::Owned(text),
        }
    }
}

/// The text of an operand that is to be read as something: a quoted text, a pattern, or
/// else what is written.
pub(super) fn text_of(operand: &Operand) -> Text {
    let of = |value: &str| Text::new(Spanned { value: value.to_owned(), span: operand.span.clone() }, Format::Http);
    match &operand.value {
        Expected::Value(value) => match &value.node {
            Node::Text(text) => text.clone(),
            _ => of(operand.span.text()),
        },
        Expected::Untyped(text) => text.clone(),
        Expected::Regex(pattern) => of(pattern),
        _ => of(operand.span.text()),
    }
}
