//! The typed model of a spec file. Both formats are parsed into it; what one can
//! say, the other can say.

mod assertion;
mod auth;
mod aws;
mod comparison;
mod credential;
mod defaults;
pub mod dialect;
mod filter;
mod flow;
mod graphql;
mod oauth1;
mod oauth2;
mod percentile;
mod protocol;
mod quantity;
mod rare;
mod reference;
mod request;
mod route;
mod script;
mod settings;
mod status_range;
mod tls;
mod value;

use std::sync::Arc;

pub use assertion::{
    Assertion, Capture, CertificateField, Cookie, Expected, Operand, Predicate, Query, RequestPart, Schema,
    SchemaSource, Severity, Snapshot, Subject, TypeTest,
};
pub use auth::{ApiKeyPlace, Auth};
pub use aws::AwsSigV4;
pub use comparison::{Extent, JsonComparison};
pub use credential::{Credential, TokenSource};
pub use defaults::Defaults;
pub use dialect::{Conflict, Dialect, Rule, Rules};
pub use filter::{Filter, FilterName};
pub use flow::{
    Cell, Condition, Expression, Flow, ITEM, Leads, MOST_REPEATS, MOST_WHILE, Pause, RateLimit, Repetition, Retry, Row,
    Skip,
};
pub use graphql::{Fragment, GraphQl, GraphQlVariables};
pub use oauth1::{OAuth1, OAuth1Place, PrivateKey, SignatureMethod};
pub use oauth2::{ClientAuthentication, Grant, GrantName, NamedOAuth2, OAuth2, RequestFor};
pub use percentile::Percentile;
pub use protocol::{Conversation, Expectation, Farewell, MessageKind, Protocol, Step, Steps, Stream, StreamForm};
pub use quantity::{
    duration_units, parse_bytes, parse_duration, parse_milliseconds, parse_seconds, parse_size, size_units,
};
pub use rare::{Rare, Silent};
pub use reference::{Import, Reference, Run, Target};
pub use request::{Body, FileReference, HeaderField, Part, PartContent, Piece, Request};
pub use route::{FixedAddresses, IpVersion, Proxies, Route};
pub use script::{Code, Script, Scripts, Surroundings};
pub use settings::{DEFAULT_REDIRECTS, Jar, Output, Settings, Verify};
pub use status_range::StatusRange;
pub use tls::{Cert, Tls};
pub use value::{Node, Text, Value};

use crate::diagnostic::Diagnostic;
use crate::source::{SourceFile, Span, Spanned};

/// Which of the two formats a file is in: they differ in what a template may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// `.http` and `.rest`: only `{{ … }}` is live.
    Http,
    /// YAML: `{{ … }}`, `{% … %}` and `{# … #}` are live.
    Yaml,
}

/// A spec file.
#[derive(Clone, Debug, PartialEq)]
pub struct Spec {
    /// The text that it was read from.
    pub source: SourceText,
    /// The format that it is in.
    pub format: Format,
    /// Whose rules it is read by, where editors differ.
    pub dialect: Dialect,
    /// What reports call it; its path where it has no name.
    pub name: Option<Spanned<String>>,
    /// What it is for.
    pub description: Option<Spanned<String>>,
    /// Tags of every request.
    pub tags: Vec<Spanned<String>>,
    /// The files that it imports, in order.
    pub imports: Vec<Import>,
    /// What must have run in other files before any request of this one.
    pub needs: Vec<Reference>,
    /// Whether those of its requests run side by side that do not need one another.
    pub parallel: bool,
    /// What it has in common with the files that it must not overlap with.
    pub serial: Option<Spanned<String>>,
    /// The file's variables, in order.
    pub variables: Vec<Variable>,
    /// Scripts that run once, before the first of the requests that run.
    pub scripts: Vec<Script>,
    /// Requests before the others; if one fails, the others are skipped.
    pub setup: Vec<Entry>,
    /// The requests.
    pub requests: Vec<Entry>,
    /// Requests after the others, whatever happened.
    pub teardown: Vec<Entry>,
    /// What a person should know of the file as a whole: warnings and infos.
    pub diagnostics: Vec<Diagnostic>,
    /// Where dialects would read it differently.
    pub conflicts: Vec<Conflict>,
}

impl Spec {
    /// A spec in which nothing has been read yet.
    pub fn new(source: &Arc<SourceFile>, format: Format) -> Self {
        Self {
            source: SourceText(Arc::clone(source)),
            format,
            dialect: Dialect::default(),
            name: None,
            description: None,
            tags: Vec::new(),
            imports: Vec::new(),
            needs: Vec::new(),
            parallel: false,
            serial: None,
            variables: Vec::new(),
            scripts: Vec::new(),
            setup: Vec::new(),
            requests: Vec::new(),
            teardown: Vec::new(),
            diagnostics: Vec::new(),
            conflicts: Vec::new(),
        }
    }
}

/// The text of a spec; two are equal when their paths are.
#[derive(Clone, Debug)]
pub struct SourceText(pub Arc<SourceFile>);

impl PartialEq for SourceText {
    fn eq(&self, other: &Self) -> bool {
        self.0.path() == other.0.path()
    }
}

/// A request, a place where others run, or the place of one that could not be read.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// A request.
    Request(Box<Request>),
    /// Requests that stand elsewhere, and run here.
    Run(Box<Run>),
    /// What could not be read: one error case.
    Invalid(Invalid),
}

impl Entry {
    /// The name that the author gave.
    pub fn name(&self) -> Option<&Spanned<String>> {
        match self {
            Self::Request(request) => request.name.as_ref(),
            Self::Run(run) => run.name.as_ref(),
            Self::Invalid(invalid) => invalid.name.as_ref(),
        }
    }

    /// The line that reports point at.
    pub fn span(&self) -> &Span {
        match self {
            Self::Request(request) => &request.span,
            Self::Run(run) => &run.reference.span,
            Self::Invalid(invalid) => &invalid.span,
        }
    }

    /// Its tags, those of the file included.
    pub fn tags(&self) -> &[Spanned<String>] {
        match self {
            Self::Request(request) => &request.tags,
            Self::Run(run) => &run.tags,
            Self::Invalid(invalid) => &invalid.tags,
        }
    }

    /// What a person should know of how it is written.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        match self {
            Self::Request(request) => &request.diagnostics,
            Self::Run(run) => &run.diagnostics,
            Self::Invalid(invalid) => &invalid.diagnostics,
        }
    }
}

/// A request that could not be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Invalid {
    /// The name that the author gave, where that much could be read.
    pub name: Option<Spanned<String>>,
    /// The tags, where that much could be read.
    pub tags: Vec<Spanned<String>>,
    /// Where it stands.
    pub span: Span,
    /// Everything that is wrong with it; at least one is an error.
    pub diagnostics: Vec<Diagnostic>,
    /// An assertion of it without which nothing more runs, be it one that could not be read.
    pub must: Option<Span>,
}

impl Invalid {
    /// What is left of a request that was read, and for which something else could not be.
    pub fn in_place_of(request: &Request, problems: Vec<Diagnostic>) -> Self {
        let diagnostics = request.diagnostics.iter().cloned().chain(problems).collect();
        let must = request.assertions.iter().find(|assertion| assertion.severity == Severity::Must);
        Self {
            name: request.name.clone(),
            tags: request.tags.clone(),
            span: request.span.clone(),
            diagnostics,
            must: must.map(|must| must.span.clone()),
        }
    }
}

/// A variable that a file defines.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// Its name.
    pub name: Spanned<String>,
    /// Its value, which may refer to other variables.
    pub value: Value,
    /// When the value is worked out.
    pub binding: Binding,
    /// How many of the file's requests (invalid ones too) stand above the definition.
    pub position: usize,
}

/// When, and by whom, the value of a variable is worked out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// Once a run of the file, at its place: `@x = …`.
    Once,
    /// At every use: `@x := …`.
    Lazy,
    /// Once a run, by a person; the value is the question: `# @prompt x …`.
    Asked(Echo),
}

/// Whether what a person types may be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Echo {
    /// While it is typed, and in reports.
    Shown,
    /// Nowhere: it is a secret.
    Hidden,
}
