//! The core function library (XPath 1.0, 4).

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use super::Error;
use super::document::Kind;
use super::evaluate::{Evaluation, Focus};
use super::number;
use super::syntax::{Call, Expression};
use super::value::Object;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    Boolean,
    Ceiling,
    Concat,
    Contains,
    Count,
    False,
    Floor,
    Id,
    Lang,
    Last,
    LocalName,
    Name,
    NamespaceUri,
    NormalizeSpace,
    Not,
    Number,
    Position,
    Round,
    StartsWith,
    String,
    StringLength,
    Substring,
    SubstringAfter,
    SubstringBefore,
    Sum,
    Translate,
    True,
}

/// Every function: its name, and how many arguments it takes at least and at most.
const FUNCTIONS: &[(&str, Function, usize, usize)] = &[
    ("boolean", Function::Boolean, 1, 1),
    ("ceiling", Function::Ceiling, 1, 1),
    ("concat", Function::Concat, 2, usize::MAX),
    ("contains", Function::Contains, 2, 2),
    ("count", Function::Count, 1, 1),
    ("false", Function::False, 0, 0),
    ("floor", Function::Floor, 1, 1),
    ("id", Function::Id, 1, 1),
    ("lang", Function::Lang, 1, 1),
    ("last", Function::Last, 0, 0),
    ("local-name", Function::LocalName, 0, 1),
    ("name", Function::Name, 0, 1),
    ("namespace-uri", Function::NamespaceUri, 0, 1),
    ("normalize-space", Function::NormalizeSpace, 0, 1),
    ("not", Function::Not, 1, 1),
    ("number", Function::Number, 0, 1),
    ("position", Function::Position, 0, 0),
    ("round", Function::Round, 1, 1),
    ("starts-with", Function::StartsWith, 2, 2),
    ("string", Function::String, 0, 1),
    ("string-length", Function::StringLength, 0, 1),
    ("substring", Function::Substring, 2, 3),
    ("substring-after", Function::SubstringAfter, 2, 2),
    ("substring-before", Function::SubstringBefore, 2, 2),
    ("sum", Function::Sum, 1, 1),
    ("translate", Function::Translate, 3, 3),
    ("true", Function::True, 0, 0),
];

/// Functions of later versions, and what says the same.
const LATER: &[(&str, &str)] = &[
    ("avg", "sum(…) div count(…)"),
    ("ends-with", "substring(a, string-length(a) - string-length(b) + 1) = b"),
    ("exists", "boolean(…)"),
    ("lower-case", "translate(…, 'ABC…', 'abc…')"),
    ("upper-case", "translate(…, 'abc…', 'ABC…')"),
];

impl Function {
    pub(super) fn named(name: &str, place: &Range<usize>) -> Result<Self, Error> {
        if let Some(&(_, function, ..)) = FUNCTIONS.iter().find(|(known, ..)| *known == name) {
            return Ok(function);
        }
        let reason = match LATER.iter().find(|(later, _)| *later == name) {
            Some((_, instead)) => format!("XPath 1.0 has no function `{name}`: write `{instead}`"),
            None => format!("there is no function `{name}`"),
        };
        Err(Error::new(reason, place.clone()))
    }

    pub(super) fn check_count(self, name: &str, count: usize, place: &Range<usize>) -> Result<(), Error> {
        let row = FUNCTIONS.iter().find(|(_, function, ..)| *function == self);
        let Some((_, _, least, most)) = row.filter(|(_, _, least, most)| !(least..=most).contains(&&count)) else {
            return Ok(());
        };
        let wanted = match (*least, *most) {
            (0, 0) => "no argument".to_owned(),
            (1, 1) => "one argument".to_owned(),
            (least, usize::MAX) => format!("{least} arguments or more"),
            (least, most) if least == most => format!("{least} arguments"),
            (least, most) => format!("{least} or {most} arguments"),
        };
        Err(Error::new(format!("`{name}` takes {wanted}, not {count}"), place.clone()))
    }
}

impl<'d> Evaluation<'d> {
    pub(super) fn call(&self, call: &Call, focus: Focus) -> Result<Object<'d>, Error> {
        let arguments = Arguments { evaluation: self, call, focus };
        Ok(match call.function {
            Function::Boolean => Object::Boolean(arguments.truth(0)?),
            Function::False => Object::Boolean(false),
            Function::Lang => Object::Boolean(self.is_in_language(focus.node, &arguments.text(0)?)),
            Function::Not => Object::Boolean(!arguments.truth(0)?),
            Function::True => Object::Boolean(true),
            Function::Contains => Object::Boolean(arguments.text(0)?.contains(&*arguments.text(1)?)),
            Function::StartsWith => Object::Boolean(arguments.text(0)?.starts_with(&*arguments.text(1)?)),
            Function::Ceiling => Object::Number(arguments.number(0)?.ceil()),
            Function::Count => Object::Number(arguments.nodes(0)?.len() as f64),
            Function::Floor => Object::Number(arguments.number(0)?.floor()),
            Function::Last => Object::Number(focus.size as f64),
            Function::Number => Object::Number(arguments.own_number()?),
            Function::Position => Object::Number(focus.position as f64),
            Function::Round => Object::Number(number::round(arguments.number(0)?)),
            Function::StringLength => Object::Number(arguments.own_text()?.chars().count() as f64),
            Function::Sum => Object::Number(self.sum(&arguments.nodes(0)?)?),
            Function::Id => Object::Nodes(self.with_ids(arguments.get(0)?)?),
            Function::Concat => Object::Text(arguments.concatenated()?),
            Function::LocalName => arguments.of_node(|node| Cow::Borrowed(&*self.document.name(node).local))?,
            Function::Name => arguments.of_node(|node| Cow::Owned(self.document.name(node).to_string()))?,
            Function::NamespaceUri => arguments.of_node(|node| Cow::Borrowed(&*self.document.name(node).namespace))?,
            Function::NormalizeSpace => Object::Text(normalized(&arguments.own_text()?).into()),
            Function::String => Object::Text(arguments.own_text()?),
            Function::Substring => Object::Text(arguments.substring()?.into()),
            Function::SubstringAfter => Object::Text(arguments.side(|(_, after)| after)?),
            Function::SubstringBefore => Object::Text(arguments.side(|(before, _)| before)?),
            Function::Translate => {
                Object::Text(translated(&arguments.text(0)?, &arguments.text(1)?, &arguments.text(2)?).into())
            }
        })
    }

    fn sum(&self, nodes: &[u32]) -> Result<f64, Error> {
        let mut sum = 0.0;
        for &node in nodes {
            self.spend_on_text(node)?;
            sum += number::from_text(&self.document.text(node));
        }
        Ok(sum)
    }

    /// The elements whose attribute `id` or `xml:id` is among some words.
    fn with_ids(&self, words: Object<'d>) -> Result<Vec<u32>, Error> {
        let texts = match words {
            Object::Nodes(nodes) => nodes.into_iter().map(|node| self.document.text(node)).collect(),
            other => vec![other.into_text(self.document)],
        };
        let wanted: Vec<&str> = texts.iter().flat_map(|text| text.split_ascii_whitespace()).collect();
        let all = self.document.end(0);
        self.spend((all as usize).saturating_mul(wanted.len()))?;
        let is_id = |attribute: u32| {
            let name = self.document.name(attribute);
            *name.local == *"id" && (name.prefix.is_empty() || *name.prefix == *"xml")
        };
        let found = (0..all).filter(|&node| self.document.kind(node) == Kind::Attribute && is_id(node));
        let found = found.filter(|&node| wanted.contains(&&*self.document.text(node)));
        let mut elements: Vec<u32> = found.filter_map(|node| self.document.parent(node)).collect();
        elements.dedup();
        Ok(elements)
    }

    /// Whether the nearest `xml:lang`, in HTML `lang`, names a language or a kind of it.
    fn is_in_language(&self, node: u32, wanted: &str) -> bool {
        let lang_of = |node: u32| {
            self.document.attributes(node).find(|&attribute| {
                let name = self.document.name(attribute);
                *name.local == *"lang" && (*name.prefix == *"xml" || self.document.is_html())
            })
        };
        let nearest = std::iter::successors(Some(node), |&node| self.document.parent(node)).find_map(lang_of);
        nearest.is_some_and(|attribute| {
            let lang = self.document.text(attribute);
            let (start, rest) = lang.split_at_checked(wanted.len()).unwrap_or_default();
            start.eq_ignore_ascii_case(wanted) && !wanted.is_empty() && (rest.is_empty() || rest.starts_with('-'))
        })
    }
}

/// The arguments of a call, evaluated when they are asked for.
struct Arguments<'e, 'd> {
    evaluation: &'e Evaluation<'d>,
    call: &'e Call,
    focus: Focus,
}

impl<'d> Arguments<'_, 'd> {
    fn expression(&self, at: usize) -> &Expression {
        self.call.arguments.get(at).expect("the parser counts arguments")
    }

    fn get(&self, at: usize) -> Result<Object<'d>, Error> {
        self.evaluation.evaluate(self.expression(at), self.focus)
    }

    fn truth(&self, at: usize) -> Result<bool, Error> {
        self.get(at).map(|object| object.is_true())
    }

    fn number(&self, at: usize) -> Result<f64, Error> {
        self.evaluation.number(self.expression(at), self.focus)
    }

    fn text(&self, at: usize) -> Result<Cow<'d, str>, Error> {
        self.evaluation.text(self.expression(at), self.focus)
    }

    fn nodes(&self, at: usize) -> Result<Vec<u32>, Error> {
        match self.get(at)? {
            Object::Nodes(nodes) => Ok(nodes),
            _ => Err(Error::new("this function takes nodes", self.call.place.clone())),
        }
    }

    /// The text of the argument, or of the node that is looked at.
    fn own_text(&self) -> Result<Cow<'d, str>, Error> {
        if self.call.arguments.is_empty() {
            self.evaluation.spend_on_text(self.focus.node)?;
            return Ok(self.evaluation.document.text(self.focus.node));
        }
        self.text(0)
    }

    fn own_number(&self) -> Result<f64, Error> {
        if self.call.arguments.is_empty() { Ok(number::from_text(&self.own_text()?)) } else { self.number(0) }
    }

    /// Something of the first node of the argument, or of the node that is looked at.
    fn of_node(&self, of: impl Fn(u32) -> Cow<'d, str>) -> Result<Object<'d>, Error> {
        let node = if self.call.arguments.is_empty() { Some(self.focus.node) } else { self.nodes(0)?.first().copied() };
        Ok(Object::Text(node.map_or(Cow::Borrowed(""), of)))
    }

    fn concatenated(&self) -> Result<Cow<'d, str>, Error> {
        let mut all = String::new();
        for at in 0..self.call.arguments.len() {
            all += &self.text(at)?;
        }
        self.evaluation.spend(all.len() / 16)?;
        Ok(Cow::Owned(all))
    }

    /// One side of where the second text stands in the first; empty where it does not.
    fn side(&self, side: for<'t> fn((&'t str, &'t str)) -> &'t str) -> Result<Cow<'d, str>, Error> {
        let (text, separator) = (self.text(0)?, self.text(1)?);
        Ok(Cow::Owned(text.split_once(&*separator).map(side).unwrap_or_default().to_owned()))
    }

    /// Positions count from 1, and are rounded (XPath 1.0, 4.2).
    fn substring(&self) -> Result<String, Error> {
        let text = self.text(0)?;
        let start = number::round(self.number(1)?);
        let end = if self.call.arguments.len() > 2 { start + number::round(self.number(2)?) } else { f64::INFINITY };
        let positions = (1_u32..).map(f64::from).zip(text.chars());
        Ok(positions.filter(|&(position, _)| position >= start && position < end).map(|(_, c)| c).collect())
    }
}

fn normalized(text: &str) -> String {
    text.split([' ', '\t', '\r', '\n']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Each character of one text is replaced by that of another at the same place, or left out.
fn translated(text: &str, from: &str, to: &str) -> String {
    let mut replacements = HashMap::new();
    let mut replacing = to.chars();
    for character in from.chars() {
        let replacement = replacing.next();
        replacements.entry(character).or_insert(replacement);
    }
    text.chars().filter_map(|character| replacements.get(&character).copied().unwrap_or(Some(character))).collect()
}
