//! Filters: what is made of a query's answer.

mod date;
mod encoding;
mod html;
mod list;
mod text;

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8};
use regex::Regex;
use serde_json::Value as Json;

use crate::diagnostic::Diagnostic;
use crate::source::{Span, Spanned};
use crate::spec::{self, Expected, FilterName};
use crate::template::{Engine, LanguageFilter};
use crate::xpath::{Document, Expression};

use super::compare::read_json;
use super::date::DateFormat;
use super::jsonpath::Path;
use super::markup;
use super::operand::{Given, Operand};
use super::prepared::{Prepared, Reading, text_of};
use super::query::{first_match, nodes};
use super::value::Value;
use super::{Context, Failure};

/// A compiled filter.
#[derive(Debug)]
pub(super) struct Filter {
    kind: Kind,
    /// The filter as it is written.
    span: Span,
}

#[derive(Debug)]
enum Kind {
    /// One that takes no argument.
    Plain(Plain),
    Nth(Operand),
    Split(Operand),
    Regex(Prepared<Regex>),
    JsonPath(Prepared<Path>),
    XPath(Prepared<Expression>),
    ReplaceText(Operand, Operand),
    ReplaceRegex(Prepared<Regex>, Operand),
    UrlQueryParam(Operand),
    CharsetDecode(Prepared<&'static Encoding>),
    ToDate(Option<Prepared<DateFormat>>),
    DateFormat(Prepared<DateFormat>),
    DaysAfterNow,
    DaysBeforeNow,
    Template(LanguageFilter, Vec<Operand>),
}

type Plain = for<'a> fn(&Value<'a>) -> Applied<'a>;

/// What a filter makes of a value, or what it takes instead of such a value.
type Applied<'a> = Result<Value<'a>, &'static str>;

impl Filter {
    pub(super) fn compile(engine: &Engine, filter: &Spanned<spec::Filter>) -> Result<Self, Diagnostic> {
        let operand = |at: usize| Operand::compile(engine, argument(filter, at)?);
        let kind = match &filter.name {
            FilterName::Nth => Kind::Nth(operand(0)?),
            FilterName::Split => Kind::Split(operand(0)?),
            FilterName::Regex => Kind::Regex(prepared(engine, filter)?),
            FilterName::JsonPath => Kind::JsonPath(prepared(engine, filter)?),
            FilterName::XPath => Kind::XPath(prepared(engine, filter)?),
            FilterName::Replace if !matches!(argument(filter, 0)?.value, Expected::Regex(_)) => {
                Kind::ReplaceText(operand(0)?, operand(1)?)
            }
            FilterName::Replace | FilterName::ReplaceRegex => {
                Kind::ReplaceRegex(prepared(engine, filter)?, operand(1)?)
            }
            FilterName::UrlQueryParam => Kind::UrlQueryParam(operand(0)?),
            FilterName::CharsetDecode => Kind::CharsetDecode(prepared(engine, filter)?),
            FilterName::ToDate if filter.arguments.is_empty() => Kind::ToDate(None),
            FilterName::ToDate => Kind::ToDate(Some(prepared(engine, filter)?)),
            FilterName::DateFormat => Kind::DateFormat(prepared(engine, filter)?),
            FilterName::DaysAfterNow => Kind::DaysAfterNow,
            FilterName::DaysBeforeNow => Kind::DaysBeforeNow,
            FilterName::Template(name) => {
                let names: Vec<String> = filter.named.iter().map(|(name, _)| name.clone()).collect();
                let known = engine.filter(name, filter.arguments.len(), &names);
                let known = known.ok_or_else(|| unknown_filter(name, &filter.span))?;
                let given = filter.arguments.iter().chain(filter.named.iter().map(|(_, operand)| operand));
                let compiled = given.map(|operand| Operand::compile(engine, operand));
                Kind::Template(known, compiled.collect::<Result<_, _>>()?)
            }
            FilterName::Count => Kind::Plain(list::count),
            FilterName::First => Kind::Plain(|value| list::element(value, 0)),
            FilterName::Last => Kind::Plain(|value| list::element(value, -1)),
            FilterName::Location => Kind::Plain(list::location),
            FilterName::ToInt => Kind::Plain(text::to_int),
            FilterName::ToFloat => Kind::Plain(text::to_float),
            FilterName::ToString => Kind::Plain(text::to_string),
            FilterName::Lower => Kind::Plain(|value| text::change(value, str::to_lowercase)),
            FilterName::Upper => Kind::Plain(|value| text::change(value, str::to_uppercase)),
            FilterName::Trim => Kind::Plain(|value| text::change(value, |text| text.trim().to_owned())),
            FilterName::HtmlEscape => Kind::Plain(|value| text::change(value, html::escape)),
            FilterName::HtmlUnescape => Kind::Plain(|value| text::change(value, html::unescape)),
            FilterName::UrlDecode => Kind::Plain(encoding::url_decode),
            FilterName::UrlEncode => Kind::Plain(|value| text::change(value, encoding::url_encode)),
            FilterName::Base64Decode => Kind::Plain(encoding::base64_decode),
            FilterName::Base64Encode => Kind::Plain(encoding::base64_encode),
            FilterName::Base64UrlSafeDecode => Kind::Plain(encoding::base64_url_decode),
            FilterName::Base64UrlSafeEncode => Kind::Plain(encoding::base64_url_encode),
            FilterName::Utf8Decode => Kind::Plain(|value| encoding::decode(value, UTF_8)),
            FilterName::Utf8Encode => Kind::Plain(encoding::utf8_encode),
            FilterName::ToHex => Kind::Plain(encoding::to_hex),
        };
        Ok(Self { kind, span: filter.span.clone() })
    }

    /// What the filter makes of a value.
    pub(super) fn apply<'a>(&self, value: &Value<'a>, context: Context<'_>) -> Result<Value<'a>, Failure> {
        let applied = match &self.kind {
            Kind::Plain(make) => make(value),
            Kind::Nth(index) => list::element(value, self.index(&index.given(context)?)?),
            Kind::Split(separator) => text::split(value, &separator.given(context)?.as_part_of_text()),
            Kind::Regex(pattern) => {
                let pattern = pattern.get(context.scope)?;
                regex(&pattern, value)
            }
            Kind::JsonPath(path) => {
                let path = path.get(context.scope)?;
                json_path(&path, value)
            }
            Kind::XPath(expression) => {
                let expression = expression.get(context.scope)?;
                xpath(&expression, value)
            }
            Kind::ReplaceText(old, new) => {
                let (old, new) = (old.given(context)?, new.given(context)?);
                text::change(value, |text| text.replace(&*old.as_part_of_text(), &new.as_part_of_text()))
            }
            Kind::ReplaceRegex(pattern, new) => {
                let (pattern, new) = (pattern.get(context.scope)?, new.given(context)?);
                text::change(value, |text| pattern.replace_all(text, &*new.as_part_of_text()).into_owned())
            }
            Kind::UrlQueryParam(name) => encoding::url_parameter(value, &name.given(context)?.as_part_of_text()),
            Kind::CharsetDecode(charset) => encoding::decode(value, *charset.get(context.scope)?),
            Kind::ToDate(format) => {
                let format = format.as_ref().map(|format| format.get(context.scope)).transpose()?;
                date::to_date(value, format.as_deref())
            }
            Kind::DateFormat(format) => date::written(value, &*format.get(context.scope)?),
            Kind::DaysAfterNow => date::days_after(value, context.engine.now()),
            Kind::DaysBeforeNow => date::days_before(value, context.engine.now()),
            Kind::Template(filter, arguments) => return self.template(filter, arguments, value, context),
        };
        applied.map_err(|wanted| self.unsuitable(wanted, value))
    }

    /// Why the result is absent.
    pub(super) fn absence(&self) -> Failure {
        Failure::new(format!("`{}` found nothing", self.span.text().trim()))
    }

    fn unsuitable(&self, wanted: &str, value: &Value<'_>) -> Failure {
        let message = format!("`{}` takes {wanted}, not {}", self.span.text().trim(), value.brief_with_kind());
        Failure { actual: value.full(), ..Failure::new(message) }
    }

    fn index(&self, given: &Given<'_>) -> Result<isize, Failure> {
        let number = given.value.as_number().and_then(|number| number.as_i64());
        number.and_then(|index| isize::try_from(index).ok()).ok_or_else(|| {
            let text = self.span.text().trim();
            Failure::new(format!("`{text}` takes an integer as its argument, not {}", given.value.brief_with_kind()))
        })
    }

    fn template<'a>(
        &self,
        filter: &LanguageFilter,
        arguments: &[Operand],
        value: &Value<'a>,
        context: Context<'_>,
    ) -> Result<Value<'a>, Failure> {
        let given = |operand: &Operand| Ok(operand.given(context)?.value.into_json());
        let arguments = arguments.iter().map(given).collect::<Result<Vec<_>, Failure>>()?;
        let made = filter.apply(context.scope, &list::whole(value, filter.name()).into_json(), &arguments);
        match (made, value.alone()) {
            (Ok(None), _) => Ok(Value::Absent),
            (Ok(Some(Json::String(text))), Value::Raw(_)) => Ok(Value::raw(text)),
            (Ok(Some(json)), _) => Ok(Value::Json(Cow::Owned(json))),
            (Err(reason), _) => {
                let message = format!("`{}` makes nothing of {}: {reason}", self.span.text().trim(), value.brief());
                Err(Failure { actual: value.full(), ..Failure::new(message) })
            }
        }
    }
}

fn argument(filter: &Spanned<spec::Filter>, at: usize) -> Result<&spec::Operand, Diagnostic> {
    let missing = || Diagnostic::error("the filter lacks an argument").at(&filter.span, "");
    filter.arguments.get(at).ok_or_else(missing)
}

/// What the first argument is read as.
fn prepared<T: Reading>(engine: &Engine, filter: &Spanned<spec::Filter>) -> Result<Prepared<T>, Diagnostic> {
    Prepared::compile(engine, &text_of(argument(filter, 0)?))
}

fn unknown_filter(name: &str, span: &Span) -> Diagnostic {
    Diagnostic::error(format!("there is no filter `{name}`"))
        .at(span, "")
        .suggest(name, FilterName::NAMES.iter().map(|(own, ..)| *own).chain(LanguageFilter::names()))
}

/// A text that a pattern found has no type of its own.
fn regex<'a>(pattern: &Regex, value: &Value<'a>) -> Applied<'a> {
    let text = value.readable().ok_or("a text")?;
    Ok(first_match(pattern, &text).map_or(Value::Absent, |found| Value::raw(found.to_owned())))
}

/// What a path takes that goes through a document too often to be followed to its end.
const SMALLER: &str = "a smaller document";

/// A text is read as JSON first.
fn json_path<'a>(path: &Path, value: &Value<'a>) -> Applied<'a> {
    if let Some(text) = value.readable() {
        let document = read_json(&text).map_err(|_| "JSON")?;
        return nodes(path, &document).map(owned).ok_or(SMALLER);
    }
    match value.alone() {
        Value::Json(Cow::Borrowed(document)) => nodes(path, document).ok_or(SMALLER),
        other => nodes(path, &other.clone().into_json()).map(owned).ok_or(SMALLER),
    }
}

/// A text is read as XML or HTML first.
fn xpath<'a>(expression: &Expression, value: &Value<'a>) -> Applied<'a> {
    let text = value.readable().ok_or("XML or HTML")?;
    let document = Document::parse(&text, None).map_err(|_| "XML or HTML")?;
    markup::find(expression, &document).map_err(|_| "a document that the XPath fits")
}

/// Nodes that outlive their document.
fn owned(value: Value<'_>) -> Value<'static> {
    match value {
        Value::Nodes(nodes) => Value::Nodes(nodes.into_iter().map(owned).collect()),
        Value::Absent => Value::Absent,
        other => Value::Json(Cow::Owned(other.into_json())),
    }
}
