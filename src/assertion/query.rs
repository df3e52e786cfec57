//! Queries: what is asked of a response.

use std::borrow::Cow;

use md5::Md5;
use regex::Regex;
use serde_json::{Value as Json, json};
use sha2::{Sha256, Sha512};

use crate::client::{PreparedRequest, Response};
use crate::diagnostic::Diagnostic;
use crate::http::{Headers, Phase};
use crate::source::{Span, Spanned};
use crate::spec::{self, CertificateField, FilterName, Percentile, RequestPart};
use crate::template::Engine;
use crate::xpath::Expression;

use super::cookie;
use super::inspection::Inspection;
use super::jsonpath::{DeadEnd, Path};
use super::markup;
use super::prepared::Prepared;
use super::value::{Value, excerpt};
use super::{Context, Failure};

/// A compiled query.
#[derive(Debug)]
pub(super) struct Query {
    kind: Kind,
    span: Span,
}

#[derive(Debug)]
enum Kind {
    Status,
    Version,
    Reason,
    Url,
    Header(Prepared<String>),
    Cookie(Prepared<String>, Option<String>),
    Link(Prepared<String>),
    Certificate(CertificateField),
    Body,
    /// The body as JSON.
    Json,
    JsonPath(Prepared<Path>),
    XPath(Prepared<Expression>),
    Regex(Prepared<Regex>),
    Bytes,
    RawBytes,
    Size,
    Sha256,
    Sha512,
    Md5,
    Duration(Phase),
    Percentile(Phase, Percentile),
    Ip,
    RequestMethod,
    RequestUrl,
    RequestHeader(Prepared<String>),
    RequestBody,
    Redirects,
    RedirectList,
    Variable(Prepared<String>),
    JavaScript(Span),
}

impl Query {
    pub(super) fn is_status(&self) -> bool {
        matches!(self.kind, Kind::Status)
    }

    /// Whether it is the body, as a text or as JSON.
    pub(super) fn is_of_body(&self) -> bool {
        matches!(self.kind, Kind::Body | Kind::Json)
    }

    pub(super) fn is_of_all_turns(&self) -> bool {
        matches!(self.kind, Kind::Percentile(..))
    }

    /// Compiles a query; what its answer goes through says whether redirects are a number or a list.
    pub(super) fn compile(
        engine: &Engine,
        query: &Spanned<spec::Query>,
        first: Option<&FilterName>,
    ) -> Result<Self, Diagnostic> {
        let kind = match &query.value {
            spec::Query::Status => Kind::Status,
            spec::Query::Version => Kind::Version,
            spec::Query::Reason => Kind::Reason,
            spec::Query::Url => Kind::Url,
            spec::Query::Header(name) => Kind::Header(Prepared::compile(engine, name)?),
            spec::Query::Cookie(cookie) => {
                let attribute = cookie.attribute.as_ref().map(|attribute| attribute.value.clone());
                Kind::Cookie(Prepared::compile(engine, &cookie.name)?, attribute)
            }
            spec::Query::Link(relation) => Kind::Link(Prepared::compile(engine, relation)?),
            spec::Query::Certificate(field) => Kind::Certificate(*field),
            spec::Query::Body => Kind::Body,
            spec::Query::JsonPath(path) => Kind::JsonPath(Prepared::compile(engine, path)?),
            spec::Query::XPath(expression) => Kind::XPath(Prepared::compile(engine, expression)?),
            spec::Query::Regex(pattern) => Kind::Regex(Prepared::compile(engine, pattern)?),
            spec::Query::Bytes => Kind::Bytes,
            spec::Query::RawBytes => Kind::RawBytes,
            spec::Query::Ip => Kind::Ip,
            spec::Query::Request(RequestPart::Method) => Kind::RequestMethod,
            spec::Query::Request(RequestPart::Url) => Kind::RequestUrl,
            spec::Query::Request(RequestPart::Header(name)) => Kind::RequestHeader(Prepared::compile(engine, name)?),
            spec::Query::Request(RequestPart::Body) => Kind::RequestBody,
            spec::Query::Size => Kind::Size,
            spec::Query::Sha256 => Kind::Sha256,
            spec::Query::Sha512 => Kind::Sha512,
            spec::Query::Md5 => Kind::Md5,
            spec::Query::Duration(phase) => Kind::Duration(*phase),
            spec::Query::Percentile(phase, percentile) => Kind::Percentile(*phase, *percentile),
            spec::Query::Redirects if first.is_some_and(takes_list) => Kind::RedirectList,
            spec::Query::Redirects => Kind::Redirects,
            spec::Query::Variable(name) => Kind::Variable(Prepared::compile(engine, name)?),
            spec::Query::JavaScript(code) => Kind::JavaScript(code.clone()),
        };
        Ok(Self { kind, span: query.span.clone() })
    }

    /// The query for JSON where it is for the body's text.
    pub(super) fn into_json(self) -> Self {
        match self.kind {
            Kind::Body => Self { kind: Kind::Json, ..self },
            _ => self,
        }
    }

    /// The answer; what there is none of is absent.
    pub(super) fn answer<'a>(
        &self,
        inspection: &'a Inspection<'_>,
        context: Context<'_>,
    ) -> Result<Value<'a>, Failure> {
        let response = inspection.response;
        Ok(match &self.kind {
            Kind::Status => Value::number(response.status.code()),
            Kind::Version => Value::raw(response.version.as_str()),
            Kind::Reason => Value::raw(response.reason.as_str()),
            Kind::Url => Value::raw(response.url.to_string()),
            Kind::Header(name) => header(&response.headers, &name.get(context.scope)?),
            Kind::Cookie(name, attribute) => {
                cookie::find(response, &name.get(context.scope)?, attribute.as_deref().unwrap_or("Value"))
            }
            Kind::Link(relation) => links(inspection, &relation.get(context.scope)?),
            Kind::Certificate(field) => certificate(inspection, *field)?,
            Kind::Body => Value::raw(inspection.text()?),
            Kind::Json => Value::Json(Cow::Borrowed(inspection.json()?)),
            Kind::JsonPath(path) => nodes(&*path.get(context.scope)?, inspection.json()?).ok_or_else(|| {
                Failure::new(format!(
                    "{} goes through the document too often to be followed to its end",
                    self.span.text()
                ))
            })?,
            Kind::XPath(expression) => {
                let found = markup::find(&*expression.get(context.scope)?, inspection.markup()?);
                found.map_err(|error| Failure::new(format!("{} says nothing: {error}", self.span.text())))?
            }
            Kind::Regex(pattern) => {
                let text = inspection.text()?;
                first_match(&*pattern.get(context.scope)?, text).map_or(Value::Absent, Value::raw)
            }
            Kind::Bytes => Value::Bytes(Cow::Borrowed(inspection.bytes()?)),
            Kind::RawBytes => Value::Bytes(response.raw_bytes().map_err(|error| Failure::new(error.to_string()))?),
            Kind::Ip => response.peer.map_or(Value::Absent, |peer| Value::raw(peer.ip().to_string())),
            Kind::RequestMethod => Value::raw(response.request.method.as_str()),
            Kind::RequestUrl => Value::raw(response.request.url.to_string()),
            Kind::RequestHeader(name) => header(&response.request.headers, &name.get(context.scope)?),
            Kind::RequestBody => sent_body(&response.request)?,
            Kind::Size => Value::number(response.size()),
            Kind::Sha256 => Value::Bytes(Cow::Owned(inspection.digest::<Sha256>()?)),
            Kind::Sha512 => Value::Bytes(Cow::Owned(inspection.digest::<Sha512>()?)),
            Kind::Md5 => Value::Bytes(Cow::Owned(inspection.digest::<Md5>()?)),
            Kind::Duration(phase) => Value::Duration(response.timings.phase(*phase)),
            Kind::Percentile(phase, percentile) => Value::Duration(inspection.percentile(*phase, *percentile)),
            Kind::Redirects => Value::number(response.redirects()),
            Kind::RedirectList => Value::List(response.history.iter().filter_map(redirect).collect()),
            Kind::Variable(name) => match context.scope.lookup(&name.get(context.scope)?)? {
                Some(value) => Value::Json(Cow::Owned(value)),
                None => Value::Absent,
            },
            Kind::JavaScript(code) => {
                let scripts = context.scripts.ok_or_else(|| Failure::new("scripts do not run here"))?;
                scripts.value(code)?.map_or(Value::Absent, |value| Value::Json(Cow::Owned(value)))
            }
        })
    }

    /// The query as the assertion language has it, where YAML has but a name below a key.
    fn in_words(&self) -> Cow<'_, str> {
        let written = self.span.text().trim();
        let word = match &self.kind {
            Kind::Certificate(_) => "certificate",
            Kind::Header(_) => "header",
            Kind::RequestHeader(_) => "request header",
            Kind::Cookie(..) => "cookie",
            Kind::Link(_) => "link",
            Kind::Variable(_) => "variable",
            _ => return Cow::Borrowed(written),
        };
        let is_whole = written.strip_prefix(word).is_some_and(|rest| rest.starts_with(char::is_whitespace));
        if is_whole { Cow::Borrowed(written) } else { Cow::Owned(format!("{word} {written}")) }
    }

    /// Why the answer is absent.
    pub(super) fn absence(&self, inspection: &Inspection<'_>, context: Context<'_>) -> Failure {
        let text = excerpt(&self.in_words(), 80);
        let failure = Failure::new(match &self.kind {
            Kind::Certificate(_) if inspection.response.tls.is_none() => {
                format!("there is no {text}: the response did not come over TLS")
            }
            Kind::Ip => "there is no ip: the response did not come over a connection of TCP".to_owned(),
            Kind::Certificate(_)
            | Kind::Header(_)
            | Kind::RequestHeader(_)
            | Kind::Cookie(..)
            | Kind::Link(_)
            | Kind::Variable(_) => {
                format!("there is no {text}")
            }
            Kind::JavaScript(_) => format!("{text} is undefined"),
            _ => format!("{text} matched nothing"),
        });
        if let Kind::XPath(_) = self.kind {
            return Failure { notes: self.namespace_note(inspection).into_iter().collect(), ..failure };
        }
        let Kind::JsonPath(path) = &self.kind else { return failure };
        let Some(DeadEnd { reason, note }) = dead_end(path, inspection, context) else { return failure };
        let message = format!("{}: {reason}", failure.message);
        Failure { message, notes: note.into_iter().collect(), ..failure }
    }
}

impl Query {
    /// A name without a prefix is that of no element in a default namespace.
    fn namespace_note(&self, inspection: &Inspection<'_>) -> Option<String> {
        let document = inspection.markup().ok()?;
        let note =
            "the document has a default namespace: its names are written with `_:` before them, as in `//_:item`";
        (document.has_default_namespace() && !self.span.text().contains("_:")).then(|| note.to_owned())
    }
}

/// Why a path finds nothing in the body.
fn dead_end(path: &Prepared<Path>, inspection: &Inspection<'_>, context: Context<'_>) -> Option<DeadEnd> {
    path.get(context.scope).ok()?.dead_end(inspection.json().ok()?)
}

fn header<'a>(headers: &'a Headers, name: &str) -> Value<'a> {
    let fields = headers.iter().filter(|field| field.is(name));
    let values: Vec<Value<'a>> = fields.map(|field| Value::raw(field.value().text())).collect();
    if values.is_empty() { Value::Absent } else { Value::Nodes(values) }
}

/// Whether a filter is about a list.
fn takes_list(filter: &FilterName) -> bool {
    matches!(filter, FilterName::Count | FilterName::First | FilterName::Last | FilterName::Nth)
}

/// A response that led elsewhere: where it came from, and where it led.
fn redirect<'a>(response: &Response) -> Option<Value<'a>> {
    let target = response.headers.text("location").filter(|_| response.status.is_redirect())?;
    let location = response.url.resolve(&target).unwrap_or_else(|_| target.into_owned());
    let (url, status) = (response.url.to_string(), response.status.code());
    Some(Value::Json(Cow::Owned(json!({ "url": url, "status": status, "location": location }))))
}

/// The body of a request: a text where it is one.
fn sent_body<'a>(request: &PreparedRequest) -> Result<Value<'a>, Failure> {
    let body = request
        .body
        .in_memory()
        .ok_or_else(|| Failure::new("the body that was sent was read from a file as it went, and is not kept"))?;
    Ok(match String::from_utf8(body) {
        Ok(text) => Value::raw(text),
        Err(error) => Value::Bytes(Cow::Owned(error.into_bytes())),
    })
}

fn links<'a>(inspection: &Inspection<'_>, relation: &str) -> Value<'a> {
    let links = inspection.response.links();
    let targets: Vec<Value<'a>> = links.get_all(relation).map(|link| Value::raw(link.target.clone())).collect();
    if targets.is_empty() { Value::Absent } else { Value::Nodes(targets) }
}

/// Dates are written so that their order is that of texts.
fn certificate<'a>(inspection: &Inspection<'_>, field: CertificateField) -> Result<Value<'a>, Failure> {
    let Some(certificate) = inspection.response.tls.as_ref().and_then(|tls| tls.certificate()) else {
        return Ok(Value::Absent);
    };
    let fields = certificate.read().ok_or_else(|| Failure::new("the server's certificate cannot be read"))?;
    Ok(Value::raw(match field {
        CertificateField::Subject => fields.subject,
        CertificateField::Issuer => fields.issuer,
        CertificateField::StartDate => fields.start_date.to_string(),
        CertificateField::ExpireDate => fields.expire_date.to_string(),
        CertificateField::SerialNumber => fields.serial_number,
        CertificateField::SubjectAltName if fields.subject_alt_names.is_empty() => return Ok(Value::Absent),
        CertificateField::SubjectAltName => fields.subject_alt_names.join(", "),
        CertificateField::Value => certificate.to_pem(),
    }))
}

/// What a path finds: the node of one that can find one at most, and the list of any
/// other; nothing where the search is given up.
pub(super) fn nodes<'a>(path: &Path, document: &'a Json) -> Option<Value<'a>> {
    let node = |json: &'a Json| Value::Json(Cow::Borrowed(json));
    if path.is_singular() {
        return Some(path.find(document).map_or(Value::Absent, node));
    }
    Some(Value::Nodes(path.select(document)?.into_iter().map(node).collect()))
}

/// The first group of the first match, or all of the match where there is no group.
pub(super) fn first_match<'a>(pattern: &Regex, text: &'a str) -> Option<&'a str> {
    let captures = pattern.captures(text)?;
    Some(captures.get(1).or_else(|| captures.get(0))?.as_str())
}
