//! What an expression gives while it is evaluated, and what each kind is as another
//! (XPath 1.0, 4.2 to 4.4).

use std::borrow::Cow;

use super::document::Document;
use super::number;

#[derive(Clone, Debug)]
pub(super) enum Object<'d> {
    /// In document order, each once.
    Nodes(Vec<u32>),
    Text(Cow<'d, str>),
    Number(f64),
    Boolean(bool),
}

impl<'d> Object<'d> {
    pub(super) fn into_text(self, document: &'d Document) -> Cow<'d, str> {
        match self {
            Self::Nodes(nodes) => nodes.first().map_or(Cow::Borrowed(""), |&node| document.text(node)),
            Self::Text(text) => text,
            Self::Number(number) => Cow::Owned(number::to_text(number)),
            Self::Boolean(boolean) => Cow::Borrowed(if boolean { "true" } else { "false" }),
        }
    }

    pub(super) fn into_number(self, document: &'d Document) -> f64 {
        match self {
            Self::Number(number) => number,
            Self::Boolean(boolean) => f64::from(u8::from(boolean)),
            other => number::from_text(&other.into_text(document)),
        }
    }

    pub(super) fn is_true(&self) -> bool {
        match self {
            Self::Nodes(nodes) => !nodes.is_empty(),
            Self::Text(text) => !text.is_empty(),
            Self::Number(number) => *number != 0.0 && !number.is_nan(),
            Self::Boolean(boolean) => *boolean,
        }
    }
}
