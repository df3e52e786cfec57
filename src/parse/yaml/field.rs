//! A key with its value, read as what the key takes.

use std::time::Duration;

use crate::diagnostic::Diagnostic;
use crate::parse::charset::charset;
use crate::parse::quantity;
use crate::source::{Span, Spanned};
use crate::spec::{Node, Text, Value};

use super::table::Problems;

/// An entry of a map, or an item of the list that is an entry's value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field<'a> {
    /// The key, which messages name.
    pub(crate) key: &'a Text,
    /// The value.
    pub(crate) value: &'a Value,
}

impl<'a> Field<'a> {
    /// The span of the value.
    pub(crate) fn span(self) -> &'a Span {
        &self.value.span
    }

    /// That the key, or each item of its list, is something else than what was written.
    pub(crate) fn expected(self, wanted: &str) -> Diagnostic {
        let found = match &self.value.node {
            Node::Null => "null",
            Node::Bool(_) => "true or false",
            Node::Number(_) => "a number",
            Node::Text(_) => "a text",
            Node::List(_) => "a list",
            Node::Map(_) => "a map",
        };
        Diagnostic::error(format!("`{}`: expected {wanted}", self.key.value))
            .at(self.span(), format!("this is {found}"))
    }

    /// A text that may hold templates. A number, `true` and `false` are texts as they are
    /// written: `1.10` is not `1.1`.
    pub(crate) fn text(self) -> Result<Text, Diagnostic> {
        self.scalar().ok_or_else(|| self.expected("a text"))
    }

    /// As [`Field::text`]; none for null, lists and maps.
    pub(crate) fn scalar(self) -> Option<Text> {
        match &self.value.node {
            Node::Text(text) => Some(text.clone()),
            Node::Bool(_) | Node::Number(_) => {
                let written = Spanned { value: self.span().text().to_owned(), span: self.span().clone() };
                Some(Text::new(written, self.key.format))
            }
            Node::Null | Node::List(_) | Node::Map(_) => None,
        }
    }

    /// The value with its scalars as texts, as they are written: what is sent as text has
    /// no types. Null stays null, and the items of maps stay what they are.
    pub(crate) fn as_written(self) -> Value {
        let node = match (self.scalar(), &self.value.node) {
            (Some(text), _) => Node::Text(text),
            (None, Node::List(items)) => {
                Node::List(items.iter().map(|value| Field { key: self.key, value }.as_written()).collect())
            }
            (None, other) => other.clone(),
        };
        Value { node, span: self.span().clone() }
    }

    /// A text in which nothing is a template.
    pub(crate) fn string(self) -> Result<Spanned<String>, Diagnostic> {
        self.text().map(|text| Spanned { value: text.value, span: text.span })
    }

    /// The name of a character set.
    pub(crate) fn charset(self) -> Result<Spanned<String>, Diagnostic> {
        self.string().and_then(charset)
    }

    /// `true` or `false`.
    pub(crate) fn boolean(self) -> Result<Spanned<bool>, Diagnostic> {
        match self.value.node {
            Node::Bool(value) => Ok(self.span().clone().with(value)),
            _ => Err(self.expected("`true` or `false`")),
        }
    }

    /// A whole number from 0.
    pub(crate) fn whole<T: TryFrom<u64>>(self) -> Result<Spanned<T>, Diagnostic> {
        let number = match &self.value.node {
            Node::Number(number) => number.as_u64().and_then(|number| T::try_from(number).ok()),
            _ => None,
        };
        number.map(|number| self.span().clone().with(number)).ok_or_else(|| self.expected("a whole number"))
    }

    /// A duration; a number without a unit is seconds.
    pub(crate) fn duration(self) -> Result<Spanned<Duration>, Diagnostic> {
        let text = self.scalar().ok_or_else(|| self.expected("a duration such as `500ms`, `10s` or `2m`"))?;
        quantity::duration(&text.value, self.span())
    }

    /// A size; a number without a unit is bytes.
    pub(crate) fn size(self) -> Result<Spanned<u64>, Diagnostic> {
        let text = self.scalar().ok_or_else(|| self.expected("a size such as `512B`, `10KiB` or `64MiB`"))?;
        quantity::size(&text.value, self.span())
    }

    /// The items of a list.
    pub(crate) fn items(self) -> Result<impl ExactSizeIterator<Item = Field<'a>> + Clone, Diagnostic> {
        match &self.value.node {
            Node::List(items) => Ok(items.iter().map(move |value| Field { key: self.key, value })),
            _ => Err(self.expected("a list")),
        }
    }

    /// The items of a list, or the value alone where it is no list.
    pub(crate) fn one_or_more(self) -> impl ExactSizeIterator<Item = Field<'a>> + Clone {
        let values = match &self.value.node {
            Node::List(items) => items.as_slice(),
            _ => std::slice::from_ref(self.value),
        };
        values.iter().map(move |value| Field { key: self.key, value })
    }

    /// The entries of a map.
    pub(crate) fn entries(self) -> Result<impl ExactSizeIterator<Item = Field<'a>> + Clone, Diagnostic> {
        match &self.value.node {
            Node::Map(entries) => Ok(entries.iter().map(|(key, value)| Field { key, value })),
            _ => Err(self.expected("a map")),
        }
    }

    /// The entries of a map, or of a list of maps: so names can be repeated in any order.
    pub(crate) fn ordered_entries(self, problems: &mut Problems) -> Vec<Field<'a>> {
        let wanted = "a map such as `{name: value}`, or a list of such maps";
        let entries = |map: Field<'a>| map.entries().map_err(|_| map.expected(wanted));
        self.one_or_more().filter_map(|map| problems.keep(entries(map))).flatten().collect()
    }

    /// The entries of a map of texts.
    pub(crate) fn texts(self, problems: &mut Problems) -> Vec<(Text, Text)> {
        let entries = self.ordered_entries(problems).into_iter();
        entries.filter_map(|entry| Some((entry.key.clone(), problems.keep(entry.text())?))).collect()
    }

    /// The one entry of a map that has one.
    pub(crate) fn only_entry(self) -> Option<Field<'a>> {
        match &self.value.node {
            Node::Map(entries) => match entries.as_slice() {
                [(key, value)] => Some(Field { key, value }),
                _ => None,
            },
            _ => None,
        }
    }

    /// Reports the lack of a key that a map needs.
    pub(crate) fn require(self, name: &str, problems: &mut Problems) {
        if let Node::Map(entries) = &self.value.node
            && !entries.iter().any(|(key, _)| key.value == name)
        {
            let message = format!("`{}` needs a `{name}`", self.key.value);
            problems.push(Diagnostic::error(message).at(self.span(), ""));
        }
    }

    /// Whether the value is null.
    pub(crate) fn is_null(self) -> bool {
        self.value.node == Node::Null
    }
}
