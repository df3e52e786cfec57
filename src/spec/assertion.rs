//! What is expected of a response: `query filter* predicate`.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::http::Phase;
use crate::schema;
use crate::source::{Span, Spanned};

use super::{Filter, JsonComparison, Percentile, StatusRange, Text, Value};

/// An expectation: what is looked at, what is made of it, and what must hold.
#[derive(Clone, PartialEq)]
pub struct Assertion {
    /// What is looked at.
    pub subject: Subject,
    /// What must hold.
    pub predicate: Spanned<Predicate>,
    /// Whether it must not hold.
    pub negated: bool,
    /// What it means that it does not hold.
    pub severity: Severity,
    /// What reports show, where that is not what stands at the span.
    pub wording: Option<Box<str>>,
    /// Where it stands.
    pub span: Span,
}

impl Assertion {
    /// The whole assertion, as reports show it.
    pub fn text(&self) -> &str {
        self.wording.as_deref().unwrap_or(self.span.text())
    }

    /// This assertion with a severity that is not written beside it.
    #[must_use]
    pub fn graded(self, severity: Severity) -> Self {
        let wording = format!("{} {}", severity.as_str(), self.text()).into();
        Self { severity, wording: Some(wording), ..self }
    }
}

/// What it means that an assertion does not hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Severity {
    /// The request fails, and the rest of its file does not run.
    Must,
    /// The request fails.
    #[default]
    Fail,
    /// It is told, and nothing fails.
    Warn,
}

impl Severity {
    /// Those that are written before an assertion.
    pub const WRITTEN: &[Self] = &[Self::Must, Self::Warn];

    /// The name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Must => "must",
            Self::Fail => "fail",
            Self::Warn => "warn",
        }
    }
}

impl fmt::Debug for Assertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Assertion")
            .field("subject", &self.subject)
            .field("predicate", &self.predicate)
            .field("negated", &self.negated)
            .field("severity", &self.severity)
            .field("text", &self.text())
            .field("span", &self.span)
            .finish()
    }
}

/// A value taken from a response: `name = query filter*`.
#[derive(Clone, Debug, PartialEq)]
pub struct Capture {
    /// The variable that it is kept in.
    pub name: Spanned<String>,
    /// What is taken.
    pub subject: Subject,
    /// What is kept where the query finds nothing.
    pub default: Option<Operand>,
    /// Whether no output may show it.
    pub is_secret: bool,
    /// Where it stands.
    pub span: Span,
}

/// A query, and the filters that its result goes through.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    /// What is asked of the response.
    pub query: Spanned<Query>,
    /// What is made of the answer, in order.
    pub filters: Vec<Spanned<Filter>>,
}

/// What is asked of a response.
#[derive(Clone, Debug, PartialEq)]
pub enum Query {
    /// The status code, a number.
    Status,
    /// The protocol version: `HTTP/1.1`.
    Version,
    /// The reason phrase.
    Reason,
    /// The URL of the last request, redirects followed.
    Url,
    /// The values of a header field: one is a string, several are a list.
    Header(Text),
    /// The value or an attribute of a cookie that the response sets.
    Cookie(Box<Cookie>),
    /// Where the links of a relation lead (RFC 8288): one is a string, several are a list.
    Link(Text),
    /// What stands in the server's certificate.
    Certificate(CertificateField),
    /// The body as text.
    Body,
    /// What a JSONPath (RFC 9535) finds in the body.
    JsonPath(Text),
    /// What an XPath finds in the body, XML or HTML.
    XPath(Text),
    /// The first group, or the whole, of the first match in the body's text.
    Regex(Text),
    /// The body as bytes.
    Bytes,
    /// The body as bytes, before it is decoded as `Content-Encoding` says.
    RawBytes,
    /// The number of bytes of the body, decoded.
    Size,
    /// The SHA-256 of the body, as bytes.
    Sha256,
    /// The SHA-512 of the body, as bytes.
    Sha512,
    /// The MD5 of the body, as bytes.
    Md5,
    /// The time that a phase took.
    Duration(Phase),
    /// The time that a phase took in so many of a hundred turns of a loop.
    Percentile(Phase, Percentile),
    /// The address that answered.
    Ip,
    /// What was sent.
    Request(RequestPart),
    /// The number of redirects that were followed.
    Redirects,
    /// The value of a variable.
    Variable(Text),
    /// The value of an expression in JavaScript, which sees the response.
    JavaScript(Span),
}

/// What can be asked of the request as it was sent: the last one, redirects followed.
#[derive(Clone, Debug, PartialEq)]
pub enum RequestPart {
    /// The method.
    Method,
    /// The URL.
    Url,
    /// The values of a header field: one is a string, several are a list.
    Header(Text),
    /// The body as text.
    Body,
}

/// What can be asked of the server's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CertificateField {
    /// Whose it is.
    Subject,
    /// Who signed it.
    Issuer,
    /// When it begins to be valid.
    StartDate,
    /// When it ceases to be valid.
    ExpireDate,
    /// Its number.
    SerialNumber,
    /// The names that it is made out for.
    SubjectAltName,
    /// The certificate itself, in PEM.
    Value,
}

impl CertificateField {
    /// Every field with its name, which is Hurl's.
    pub const NAMES: &[(&str, Self)] = &[
        ("Subject", Self::Subject),
        ("Issuer", Self::Issuer),
        ("Start-Date", Self::StartDate),
        ("Expire-Date", Self::ExpireDate),
        ("Serial-Number", Self::SerialNumber),
        ("Subject-Alt-Name", Self::SubjectAltName),
        ("Value", Self::Value),
    ];
}

/// A cookie, and the attribute of it that is asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Cookie {
    /// Its name.
    pub name: Text,
    /// `Value`, `Expires`, `Max-Age`, `Domain`, `Path`, `Secure`, `HttpOnly`, `SameSite`; the value where none is written.
    pub attribute: Option<Spanned<String>>,
}

/// What must hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Predicate {
    /// `==`
    Equal(Operand),
    /// `!=`
    NotEqual(Operand),
    /// `>`
    Greater(Operand),
    /// `>=`
    GreaterOrEqual(Operand),
    /// `<`
    Less(Operand),
    /// `<=`
    LessOrEqual(Operand),
    /// `contains`, `includes`: a substring, bytes in bytes, an element of a list, or a key of an object.
    Contains(Operand),
    /// `startsWith`
    StartsWith(Operand),
    /// `endsWith`
    EndsWith(Operand),
    /// `matches`
    Matches(Operand),
    /// `in [a, b]`
    In(Operand),
    /// `between a b`, both included.
    Between(Box<[Operand; 2]>),
    /// `exists`
    Exists,
    /// `isEmpty`
    IsEmpty,
    /// `isTrue` of httpYac: what JavaScript takes for true.
    Truthy,
    /// `isInteger`, `isString`, …
    Is(TypeTest),
    /// `equals`: JSON compared by value.
    Equals(Box<JsonComparison>),
    /// `containsJson`: JSON compared in part.
    ContainsJson(Box<JsonComparison>),
    /// `sameLines`: a text compared line by line, however lines end.
    SameLines(Operand),
    /// A status such as `2xx`, `200-204`.
    Status(StatusRange),
    /// A status in a list such as `[200, 3xx]`.
    StatusIn(Operand),
    /// `schema`
    Schema(Schema),
    /// `snapshot`
    Snapshot(Snapshot),
}

/// A snapshot that a value is compared with: what it was, kept in a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// The name of the file; that of the request where none is written.
    pub name: Option<Text>,
    /// JSONPaths to what may be anything.
    pub redacted: Vec<Text>,
}

/// A JSON Schema that a value is held against. Nothing in it is a template.
#[derive(Clone, Debug)]
pub struct Schema {
    /// Where it is written.
    pub source: SchemaSource,
    /// It itself, once the run is planned.
    pub compiled: Option<Arc<schema::Schema>>,
}

/// Where a schema is written.
#[derive(Clone, Debug, PartialEq)]
pub enum SchemaSource {
    /// In a file, relative to the spec file.
    File(Text),
    /// Where it is used.
    Inline(Value),
}

/// Schemas are the same that are written alike at one place.
impl PartialEq for Schema {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

/// What a value may be tested to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is named in the assertion language by its own name: see `NAMES`")]
pub enum TypeTest {
    Integer,
    Float,
    Number,
    String,
    Boolean,
    List,
    Collection,
    Object,
    Null,
    Date,
    IsoDate,
    Uuid,
    Ipv4,
    Ipv6,
    True,
    False,
}

impl TypeTest {
    /// Every test with its name in the assertion language.
    pub const NAMES: &[(&str, Self)] = &[
        ("isInteger", Self::Integer),
        ("isFloat", Self::Float),
        ("isNumber", Self::Number),
        ("isString", Self::String),
        ("isBoolean", Self::Boolean),
        ("isList", Self::List),
        ("isArray", Self::List),
        ("isCollection", Self::Collection),
        ("isObject", Self::Object),
        ("isNull", Self::Null),
        ("isDate", Self::Date),
        ("isIsoDate", Self::IsoDate),
        ("isUuid", Self::Uuid),
        ("isIpv4", Self::Ipv4),
        ("isIpv6", Self::Ipv6),
        ("isTrue", Self::True),
        ("isFalse", Self::False),
    ];
}

/// A value that a result is compared with, or that a filter takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Operand {
    /// What it is.
    pub value: Expected,
    /// Where it stands.
    pub span: Span,
}

/// What an operand can be.
#[derive(Clone, Debug, PartialEq)]
pub enum Expected {
    /// A value: a number, `true`, `false`, `null`, JSON, or a text, which may hold templates.
    Value(Value),
    /// A text that takes the type of what it is compared with.
    Untyped(Text),
    /// `/regex/`, `/regex/i`: the pattern, flags written into it.
    Regex(String),
    /// The bytes of a file, relative to the spec file: `file,path`.
    File(Text),
    /// `base64,…` or `hex,…`
    Bytes(Vec<u8>),
    /// `500ms`
    Duration(Duration),
    /// `10KiB`, in bytes.
    Size(u64),
}
