//! References: what stands in braces and is no expression. They are looked up directly.

use std::ops::Range;

use jsonpath_rust::parser::errors::JsonPathError;
use jsonpath_rust::parser::model::JpQuery;
use jsonpath_rust::parser::parse_json_path;
use minijinja::value::Value;
use pest::error::InputLocation;

use crate::diagnostic::{Diagnostic, Fault};
use crate::source::Span;
use crate::spec::Format;
use crate::spec::dialect::{References, Rules};
use crate::xpath;

use super::demand::Demand;
use super::dynamic::Call;
use super::exchange::Side;
use super::functions::url_component;
use super::iteration::VariablePath;
use super::value::text;
use super::view::View;

/// Names that are values of the expression language and so are no variables.
const CONSTANTS: &[&str] = &["true", "false", "none", "null", "True", "False", "None"];

/// What braces refer to.
#[derive(Debug)]
pub(super) enum Reference {
    /// `name`
    Variable(String),
    /// `%name`: its value, percent-encoded.
    Encoded(String),
    /// `$name argument …`
    Dynamic(Call),
    /// `$.name.path`: into a variable.
    Path(VariablePath),
    /// `name.response.body.$.path`, `name.request.headers.Name`, …
    Exchange {
        /// The request's name.
        request: String,
        /// Which side of the exchange.
        side: Side,
        /// What of it.
        facet: Facet,
    },
}

/// What of one side of an exchange is meant.
#[derive(Debug)]
pub(super) enum Facet {
    /// The octets of the body.
    Body,
    /// What a JSONPath finds in the body.
    Path(JpQuery),
    /// What an XPath finds in the body.
    Nodes(xpath::Expression),
    /// A cookie that was set, or an attribute of it.
    Cookie(String, Option<String>),
    /// A header field.
    Header(String),
    /// Anything else that has a name.
    Attribute(String),
}

/// What looks like a reference and is none.
#[derive(Debug)]
pub(super) struct Malformed {
    /// What is wrong: a lowercase fragment.
    message: String,
    /// What to try.
    help: Option<String>,
    /// Whose fault it is.
    fault: Fault,
    /// Where, within the text.
    range: Range<usize>,
}

impl Malformed {
    /// The same in a text that begins with a number of bytes more.
    pub(super) fn shifted(mut self, by: usize) -> Self {
        self.range = self.range.start + by..self.range.end + by;
        self
    }

    /// The error at a place that is given for the range.
    pub(super) fn at(self, place: impl FnOnce(Range<usize>) -> Span) -> Diagnostic {
        let error = Diagnostic { fault: self.fault, ..Diagnostic::error(self.message) }.at(&place(self.range), "");
        match self.help {
            Some(help) => error.help(help),
            None => error,
        }
    }
}

impl Reference {
    /// Reads a trimmed text; `None` if it does not have the form of a reference.
    pub(super) fn parse(text: &str, format: Format, rules: &Rules) -> Option<Result<Self, Malformed>> {
        if text.starts_with("$.") || text.starts_with("$[") {
            return Some(parse_variable_path(text));
        }
        if text.starts_with('$') {
            return (!Call::goes_on(text)).then(|| parse_dynamic(text));
        }
        let is_constant = rules.references == References::Expression && CONSTANTS.contains(&text);
        if is_variable_name(text, format) && !is_constant {
            return Some(Ok(Self::Variable(text.to_owned())));
        }
        if let Some(name) = text.strip_prefix('%').filter(|name| is_variable_name(name, format)) {
            return Some(Ok(Self::Encoded(name.to_owned())));
        }
        parse_exchange(text)
    }

    /// The request that it asks for, if it does.
    pub(super) fn demand<'a>(&'a self, at: &'a Span) -> Option<Demand<'a>> {
        match self {
            Self::Exchange { request, .. } => Some(Demand::Exchange { request, at }),
            _ => None,
        }
    }

    /// Its value.
    ///
    /// # Errors
    /// Why it has none, at the place of the reference.
    pub(super) fn resolve(&self, view: &View, at: &Span) -> Result<Value, Diagnostic> {
        match self {
            Self::Variable(name) => variable(name, view, at),
            Self::Encoded(name) => Ok(url_component(&text(&variable(name, view, at)?)).into()),
            Self::Dynamic(call) => call.draw(view).map_err(|message| {
                Diagnostic::error(format!("`{}`: {message}", call.name()))
                    .at(at, "")
                    .note(format!("it is written `{{{{{}}}}}`", call.usage()))
            }),
            Self::Path(path) => path.resolve(view, at),
            Self::Exchange { request, side, facet } => {
                let exchange = view.exchange(request).ok_or_else(|| view.no_exchange(request, at))?;
                let value = match facet {
                    Facet::Body => exchange.body(*side),
                    Facet::Path(path) => exchange.select(*side, path),
                    Facet::Nodes(path) => exchange.select_nodes(*side, path),
                    Facet::Cookie(name, attribute) => {
                        exchange.cookie(name, attribute.as_deref()).ok_or_else(|| no_cookie(name, attribute.as_deref()))
                    }
                    Facet::Header(name) => exchange.header(*side, name).ok_or_else(|| no_header(*side, name)),
                    Facet::Attribute(name) => exchange.attribute(*side, name).ok_or_else(|| no_attribute(*side, name)),
                };
                value.map_err(|message| {
                    let error = Diagnostic::error(message).at(at, "");
                    match facet {
                        Facet::Header(name) => error.suggest(name, exchange.header_names(*side)),
                        Facet::Cookie(name, _) => {
                            error.suggest(name, exchange.cookie_names().iter().map(String::as_str))
                        }
                        Facet::Attribute(name) => error.suggest(name, side.attributes().iter().copied()),
                        Facet::Body | Facet::Path(_) | Facet::Nodes(_) => error,
                    }
                })
            }
        }
    }
}

/// The http specification, `variable-definition#name-grammar`: one or more letters, digits,
/// underscore or hyphen, which where that is held to the letter are ASCII. In YAML numbers are numbers.
fn is_variable_name(text: &str, format: Format) -> bool {
    let in_name = |next: char| next.is_alphanumeric() || next == '_' || next == '-';
    let begins = |first: char| first.is_alphabetic() || first == '_' || format == Format::Http;
    text.chars().next().is_some_and(begins) && text.chars().all(in_name)
}

fn variable(name: &str, view: &View, at: &Span) -> Result<Value, Diagnostic> {
    let past = || view.exchange(name).and_then(|exchange| exchange.structured_body(Side::Response));
    view.variable(name, Some(at))?.or_else(past).ok_or_else(|| undefined(name, view, at))
}

/// The error that a name means nothing; it may have been meant as a difference.
fn undefined(name: &str, view: &View, at: &Span) -> Diagnostic {
    let error = view.undefined(name, at);
    match name.split_once('-') {
        Some((left, right)) if matches!(view.variable(left, None), Ok(Some(_))) => {
            error.note(format!("a name may hold `-`: a difference is written `{left} - {right}`"))
        }
        _ => error,
    }
}

fn no_header(side: Side, name: &str) -> String {
    format!("that {} has no header `{name}`", side.as_str())
}

fn no_cookie(name: &str, attribute: Option<&str>) -> String {
    match attribute {
        None => format!("that response sets no cookie `{name}`"),
        Some(attribute) => format!("that response sets no cookie `{name}` with `{attribute}`"),
    }
}

fn no_attribute(side: Side, name: &str) -> String {
    format!("a {} has no `{name}`", side.as_str())
}

fn parse_dynamic(text: &str) -> Result<Reference, Malformed> {
    Call::parse(text).map(Reference::Dynamic).map_err(|unknown| Malformed {
        message: unknown.message,
        help: unknown.help,
        fault: unknown.fault,
        range: 0..unknown.name.len(),
    })
}

/// `name.response.…` and `name.request.…`, but for what only the expression language can read.
fn parse_exchange(text: &str) -> Option<Result<Reference, Malformed>> {
    let (request, rest) = text.split_once('.')?;
    if !is_variable_name(request, Format::Http) {
        return None;
    }
    let (side, rest) = match rest.split_at_checked(rest.find('.')?)? {
        ("response", rest) => (Side::Response, &rest[1..]),
        ("request", rest) => (Side::Request, &rest[1..]),
        _ => return None,
    };
    let facet = parse_facet(side, rest, text.len() - rest.len())?;
    Some(facet.map(|facet| Reference::Exchange { request: request.to_owned(), side, facet }))
}

fn parse_facet(side: Side, text: &str, offset: usize) -> Option<Result<Facet, Malformed>> {
    let is_word =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    match text.split_once('.') {
        None if matches!(text, "body") => Some(Ok(Facet::Body)),
        None => is_word(text).then(|| Ok(Facet::Attribute(text.to_owned()))),
        Some(("body", "*")) => Some(Ok(Facet::Body)),
        Some(("body", path)) => parse_body_path(path, offset + "body.".len()),
        Some(("cookies", name)) if side == Side::Response => parse_cookie(name).map(Ok),
        Some(("headers", name)) if name.bytes().all(crate::http::is_token_byte) && !name.is_empty() => {
            Some(Ok(Facet::Header(name.to_owned())))
        }
        _ => None,
    }
}

/// A path in a body. Before it may stand what the body is to be read as, whatever it is
/// declared to be; `None` for what only the expression language can read.
fn parse_body_path(text: &str, offset: usize) -> Option<Result<Facet, Malformed>> {
    if let Some(path) = text.strip_prefix("asXml.") {
        return Some(parse_xpath(path, offset + "asXml.".len()));
    }
    let path = text.strip_prefix("asJson.").unwrap_or(text);
    match path.bytes().next()? {
        b'$' => Some(parse_path(path, offset + text.len() - path.len())),
        b'/' => Some(parse_xpath(path, offset)),
        _ => None,
    }
}

fn parse_xpath(path: &str, offset: usize) -> Result<Facet, Malformed> {
    xpath::Expression::parse(path).map(Facet::Nodes).map_err(|error| {
        let place = if error.place.is_empty() { 0..path.len() } else { error.place.clone() };
        Malformed {
            message: format!("`{path}` is not an XPath: {error}"),
            help: None,
            fault: Fault::Mistake,
            range: offset + place.start..offset + place.end,
        }
    })
}

/// `name` or `name.attribute`.
fn parse_cookie(text: &str) -> Option<Facet> {
    let (name, attribute) = text.split_once('.').map_or((text, None), |(name, attribute)| (name, Some(attribute)));
    let is_token = |text: &str| !text.is_empty() && text.bytes().all(crate::http::is_token_byte);
    (is_token(name) && attribute.is_none_or(is_token))
        .then(|| Facet::Cookie(name.to_owned(), attribute.map(str::to_lowercase)))
}

/// `$.users[0].id`: a path into a variable.
fn parse_variable_path(text: &str) -> Result<Reference, Malformed> {
    let path = VariablePath::new(parse_query(text, 0)?).ok_or_else(|| Malformed {
        message: format!("`{text}` does not begin with the name of a variable"),
        help: Some("write `{{$.name…}}`".to_owned()),
        fault: Fault::Mistake,
        range: 0..text.len(),
    });
    path.map(Reference::Path)
}

fn parse_path(path: &str, offset: usize) -> Result<Facet, Malformed> {
    parse_query(path, offset).map(Facet::Path)
}

fn parse_query(path: &str, offset: usize) -> Result<JpQuery, Malformed> {
    parse_json_path(path).map_err(|error| {
        let range = match &error {
            JsonPathError::PestError(error) => match error.location {
                InputLocation::Pos(at) => at..path.len(),
                InputLocation::Span((start, end)) => start..end,
            },
            _ => 0..path.len(),
        };
        let range = if range.is_empty() { 0..path.len() } else { range };
        Malformed {
            message: format!("`{path}` is not a JSONPath"),
            help: None,
            fault: Fault::Mistake,
            range: offset + range.start..offset + range.end,
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::template::fixture::{file, place, render, response, text};
    use crate::template::{FileScope, Scope, Template, Variables};

    fn after_login(body: &[u8]) -> FileScope {
        let mut file = file(Variables::default(), Format::Http, &[]);
        let headers = [
            ("Content-Type", "application/json"),
            ("X-Id", "1"),
            ("x-id", "2"),
            ("Set-Cookie", "sid=s1; Path=/a; HttpOnly"),
            ("Set-Cookie", "a-b=2"),
        ];
        file.record("login", response(&headers, body));
        file
    }

    #[test]
    fn refers_to_every_part_of_a_past_exchange() {
        let file = after_login(br#"{"token": "t{{x}}", "ids": [1, 2], "user": {"id": 7}}"#);
        for (template, expected) in [
            ("{{login.response.body.$.token}}", "t{{x}}"),
            ("{{ login.response.body.$.user.id }}", "7"),
            ("{{login.response.body.$.ids[*]}}", "[1,2]"),
            ("{{login.response.body.$.ids[?@ > 1 || @ > 5]}}", "2"),
            ("{{login.response.body.$.token | upper}}", "T{{X}}"),
            ("{{ login.response.body.user.id + 1 }}", "8"),
            ("{{ login.response.body.ids | length }}", "2"),
            ("{{login.response.body}}", r#"{"token": "t{{x}}", "ids": [1, 2], "user": {"id": 7}}"#),
            ("{{login.response.body.*}}", r#"{"token": "t{{x}}", "ids": [1, 2], "user": {"id": 7}}"#),
            ("{{login.response.headers.content-type}}", "application/json"),
            ("{{login.response.headers.X-Id}}", "1, 2"),
            ("{{ login.response.headers['X-ID'] }}", "1, 2"),
            ("{{login.response.body.asJson.$.user.id}}", "7"),
            ("{{login.response.cookies.sid}} {{login.response.cookies.sid.value}}", "s1 s1"),
            ("{{login.response.cookies.sid.path}} {{login.response.cookies.sid.HttpOnly}}", "/a true"),
            ("{{login.response.cookies.a-b}}", "2"),
            ("{{ login.response.cookies.sid | upper }}", "S1"),
            ("{{login.response.status}}", "201"),
            ("{{login.token}} {{ login.user.id + 1 }} {{ login.ids[1] }}", "t{{x}} 8 2"),
            ("{{login}}", r#"{"token":"t{{x}}","ids":[1,2],"user":{"id":7}}"#),
            ("{{ login | tojson | length }}", "46"),
            ("{{ login.response.status == 201 }}", "true"),
            ("{{login.request.headers.X-Trace}}", "t1"),
            ("{{login.request.body}}", r#"{"user":"ada"}"#),
            ("{{login.request.body.$.user}}", "ada"),
            ("{{login.request.method}} {{login.request.url}}", "POST http://h/login"),
        ] {
            for format in [Format::Http, Format::Yaml] {
                assert_eq!(render(&file, template, format).unwrap(), expected, "{template}");
            }
        }
    }

    #[test]
    fn selects_by_xpath() {
        let file = after_login(b"<a n='1'><b>x</b><b>y</b><c>5<d>6</d></c></a>");
        for (template, expected) in [
            ("{{login.response.body.//b[1]}}", "x"),
            ("{{login.response.body./a/@n}}", "1"),
            ("{{login.response.body.//b}}", r#"["x","y"]"#),
            ("{{login.response.body.//b | join('+')}}", "x+y"),
            ("{{login.response.body.//c}}", "56"),
            ("{{login.response.body.//b[text()='x' or 1 > 2]}}", "x"),
            ("{{login.response.body.asXml.count(//b)}}", "2"),
            ("{{login.response.body.asXml.string(//c/d)}}", "6"),
        ] {
            for format in [Format::Http, Format::Yaml] {
                assert_eq!(render(&file, template, format).unwrap(), expected, "{template}");
            }
        }
    }

    #[test]
    fn selected_values_keep_their_type() {
        let file = after_login(br#"{"ids": [1, 2]}"#);
        let template =
            Template::compile(&text("{{login.response.body.$.ids}}", Format::Http), <&Rules>::default()).unwrap();
        assert_eq!(template.evaluate(&Scope::new(&file, 0, &[])).unwrap(), json!([1, 2]));
    }

    #[test]
    fn octets_of_a_body_pass_as_they_came() {
        let file = after_login(&[0xff, 0, b'a']);
        let template =
            Template::compile(&text("<{{login.response.body}}>", Format::Http), <&Rules>::default()).unwrap();
        let scope = Scope::new(&file, 0, &[]);
        assert_eq!(template.octets(scope.view()).unwrap(), [b'<', 0xff, 0, b'a', b'>']);
        assert_eq!(template.render(&scope).unwrap_err().message, "the value is bytes that are not text");
        assert_eq!(render(&after_login(b""), "<{{login.response.body}}>", Format::Http).unwrap(), "<>");
    }

    #[test]
    fn says_what_is_missing_in_a_past_exchange() {
        let json = br#"{"a": 1}"#;
        for (body, template, message, at) in [
            (&json[..], "{{login.response.body.$.b}}", "the path finds nothing in the body of that response", ""),
            (b"text", "{{login.response.body.$.b}}", "the body of that response is not JSON", ""),
            (json, "{{login.response.body.$.a[}}", "`$.a[` is not a JSONPath", "$.a["),
            (json, "{{login.response.body.$.a[x] | upper}}", "`$.a[x]` is not a JSONPath", "x]"),
            (json, "{{login.response.body.//x[}}", "`//x[` is not an XPath: it ends too early", "//x["),
            (json, "{{login.response.body.//x}}", "the body of that response is not XML", ""),
            (b"<a/>", "{{login.response.body.//x}}", "the path finds nothing in the body of that response", ""),
            (json, "{{login.response.cookies.nope}}", "that response sets no cookie `nope`", ""),
            (json, "{{login.response.cookies.sid.nope}}", "that response sets no cookie `sid` with `nope`", ""),
            (json, "{{login.response.headers.Nope}}", "that response has no header `Nope`", ""),
            (json, "{{login.response.stats}}", "a response has no `stats`", ""),
            (json, "{{later.response.body}}", "request `later` has no response yet", ""),
            (json, "{{ later.response.status + 1 }}", "request `later` has no response yet", "later"),
            (json, "{{unknown.response.body}}", "no request of this file is named `unknown`", ""),
        ] {
            let error = render(&after_login(body), template, Format::Http).unwrap_err();
            let whole = template.trim_start_matches("{{").trim_end_matches("}}");
            assert_eq!(error.message, message, "{template}");
            assert_eq!(place(&error), if at.is_empty() { whole } else { at }, "{template}");
        }
    }
}
