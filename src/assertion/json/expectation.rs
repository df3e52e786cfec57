//! What JSON is compared with: compiled once, and worked out at each use.

use std::borrow::Cow;
use std::rc::Rc;

use serde_json::Value as Json;

use crate::assertion::compare::read_json;
use crate::assertion::jsonpath::Path;
use crate::assertion::operand::{Operand, is_bare};
use crate::assertion::prepared::Prepared;
use crate::assertion::{Context, Failure};
use crate::diagnostic::Diagnostic;
use crate::source::{Span, Spanned};
use crate::spec::{self, Expected, Extent, Format, JsonComparison, Node, Text};
use crate::template::{CompiledValue, Engine, Scope, Template};

use super::comparison::Against;
use super::ignored::Ignored;
use super::{Comparison, Placeholder, Wanted};

/// A compiled comparison.
#[derive(Debug)]
pub(in crate::assertion) struct Expectation {
    expected: Source,
    ignoring: Vec<Prepared<Path>>,
    extent: Extent,
    unordered: bool,
}

/// Where what is expected comes from.
#[derive(Debug)]
enum Source {
    Shape(Shape),
    /// A file that is read as JSON; its texts are of a format.
    File(Operand, Span, Format),
    Operand(Operand),
}

/// A tree, compiled.
#[derive(Debug)]
enum Shape {
    /// What holds no template but placeholders.
    Fixed(Wanted),
    /// A scalar that is a template.
    Rendered(CompiledValue),
    /// One without quotes: a text that it gives has no type of its own.
    Bare(CompiledValue),
    List(Vec<Self>),
    Object(Vec<(Template, Self)>),
}

impl Expectation {
    /// Compiles a comparison of a value, of all of it or in part.
    ///
    /// # Errors
    /// A placeholder, template or path that is none, at its place.
    pub(in crate::assertion) fn compile(
        engine: &Engine,
        comparison: &JsonComparison,
        extent: Extent,
    ) -> Result<Self, Diagnostic> {
        let ignoring = comparison.ignoring.iter().map(|path| Prepared::compile(engine, path));
        Ok(Self {
            expected: Source::compile(engine, &comparison.expected)?,
            ignoring: ignoring.collect::<Result<_, _>>()?,
            extent,
            unordered: comparison.unordered,
        })
    }

    /// What a value is compared with, and how.
    ///
    /// # Errors
    /// A template that cannot be rendered, a file that cannot be had or is not JSON, a path
    /// that cannot be followed to its end.
    pub(in crate::assertion) fn against(&self, actual: &Json, context: Context<'_>) -> Result<Against<'_>, Failure> {
        let mut wanted = self.expected.wanted(context)?;
        let mut ignored = Ignored::default();
        if !self.ignoring.is_empty() {
            let paths = self.ignoring.iter().map(|path| path.get(context.scope)).collect::<Result<Vec<_>, _>>()?;
            let paths: Vec<&Path> = paths.iter().map(|path| &**path).collect();
            ignored = Ignored::of(&paths, actual)?;
            let json = wanted.to_json();
            wanted = Cow::Owned(Ignored::of(&paths, &json)?.taken_from(wanted.into_owned(), &json));
        }
        let comparison = Comparison { extent: self.extent, unordered: self.unordered, ignored };
        Ok(Against { comparison, wanted })
    }
}

impl Source {
    fn compile(engine: &Engine, operand: &spec::Operand) -> Result<Self, Diagnostic> {
        let bare = || Operand::compile(engine, operand);
        match &operand.value {
            Expected::Value(value) if !is_bare_template(value) => Shape::compile(engine, value).map(Self::Shape),
            Expected::File(path) => Ok(Self::File(bare()?, operand.span.clone(), path.format)),
            _ => bare().map(Self::Operand),
        }
    }

    fn wanted(&self, context: Context<'_>) -> Result<Cow<'_, Wanted>, Failure> {
        match self {
            Self::Shape(Shape::Fixed(wanted)) => Ok(Cow::Borrowed(wanted)),
            Self::Shape(shape) => Ok(Cow::Owned(shape.render(context.scope)?)),
            Self::File(operand, span, format) => of_file(operand, span, *format, context).map(Cow::Owned),
            Self::Operand(operand) => Ok(Cow::Owned(Wanted::given(operand.given(context)?))),
        }
    }
}

/// Whether a value is a template without quotes, but no placeholder: what it gives may take
/// the type of what it is compared with.
fn is_bare_template(value: &spec::Value) -> bool {
    match &value.node {
        Node::Text(text) => text.span == value.span && !matches!(Placeholder::read(text), Ok(Some(_)) | Err(_)),
        _ => false,
    }
}

/// The JSON of a file, its templates filled in.
fn of_file(operand: &Operand, span: &Span, format: Format, context: Context<'_>) -> Result<Wanted, Failure> {
    let given = operand.given(context)?;
    let text = given.value.as_text().ok_or_else(|| Failure::new("the file that is expected is not text"))?;
    let no_json = |error| Failure::new(format!("the file that is expected is not JSON: {error}"));
    let json = read_json(text).map_err(no_json)?;
    if !text.contains("{{") {
        return Ok(json.into());
    }
    Ok(Shape::compile(context.engine, &written(json, span, format))?.render(context.scope)?)
}

/// JSON as it is written at a place.
fn written(json: Json, span: &Span, format: Format) -> spec::Value {
    let text = |value: String| Text::new(Spanned { value, span: span.clone() }, format);
    let node = match json {
        Json::Null => Node::Null,
        Json::Bool(flag) => Node::Bool(flag),
        Json::Number(number) => Node::Number(number),
        Json::String(value) => Node::Text(text(value)),
        Json::Array(items) => Node::List(items.into_iter().map(|item| written(item, span, format)).collect()),
        Json::Object(members) => {
            Node::Map(members.into_iter().map(|(name, value)| (text(name), written(value, span, format))).collect())
        }
    };
    spec::Value { node, span: span.clone() }
}

impl Shape {
    fn compile(engine: &Engine, value: &spec::Value) -> Result<Self, Diagnostic> {
        match &value.node {
            Node::List(items) => {
                let items = items.iter().map(|item| Self::compile(engine, item));
                items.collect::<Result<_, _>>().map(Self::list)
            }
            Node::Map(members) => {
                let member =
                    |(name, value): &(Text, spec::Value)| Ok((engine.compile(name)?, Self::compile(engine, value)?));
                members.iter().map(member).collect::<Result<_, Diagnostic>>().map(Self::object)
            }
            Node::Text(text) => match Placeholder::read(text)? {
                Some(placeholder) => Ok(Self::Fixed(Wanted::Any(Rc::new(placeholder)))),
                None => Self::scalar(engine, value),
            },
            _ => Self::scalar(engine, value),
        }
    }

    fn scalar(engine: &Engine, value: &spec::Value) -> Result<Self, Diagnostic> {
        let compiled = CompiledValue::compile(value, engine.rules())?;
        Ok(match compiled.as_constant() {
            Some(json) => Self::Fixed(json.clone().into()),
            None if is_bare(value) => Self::Bare(compiled),
            None => Self::Rendered(compiled),
        })
    }

    fn list(items: Vec<Self>) -> Self {
        let fixed = |item: &Self| match item {
            Self::Fixed(wanted) => Some(wanted.clone()),
            _ => None,
        };
        match items.iter().map(fixed).collect() {
            Some(items) => Self::Fixed(Wanted::List(items)),
            None => Self::List(items),
        }
    }

    fn object(members: Vec<(Template, Self)>) -> Self {
        let fixed = |(name, member): &(Template, Self)| match (name.as_literal(), member) {
            (Some(name), Self::Fixed(wanted)) => Some((name.to_owned(), wanted.clone())),
            _ => None,
        };
        match members.iter().map(fixed).collect() {
            Some(members) => Self::Fixed(Wanted::object(members)),
            None => Self::Object(members),
        }
    }

    fn render(&self, scope: &Scope<'_>) -> Result<Wanted, Diagnostic> {
        match self {
            Self::Fixed(wanted) => Ok(wanted.clone()),
            Self::Rendered(value) => Ok(value.evaluate(scope)?.into()),
            Self::Bare(value) => Ok(match value.evaluate(scope)? {
                Json::String(text) => Wanted::Untyped(text),
                typed => typed.into(),
            }),
            Self::List(items) => {
                items.iter().map(|item| item.render(scope)).collect::<Result<_, _>>().map(Wanted::List)
            }
            Self::Object(members) => {
                let member = |(name, member): &(Template, Self)| Ok((name.render(scope)?, member.render(scope)?));
                members.iter().map(member).collect::<Result<_, Diagnostic>>().map(Wanted::object)
            }
        }
    }
}
