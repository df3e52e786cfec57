//! One request of a YAML spec file, read from its own node.

use crate::diagnostic::Diagnostic;
use crate::http::Method;
use crate::parse::protocol::Named;
use crate::parse::{message, protocol};
use crate::source::{Span, Spanned};
use crate::spec::{
    Assertion, Binding, Capture, Defaults, Echo, Entry, Invalid, Node, Reference, Request, Run, Scripts, Target, Text,
    Value, Variable,
};

use super::body::{self, BODIES, Bodies};
use super::protocol::PROTOCOL;
use super::table::{Problems, Table, key, unknown_key};
use super::{Field, defaults, expectation, reference, script};

/// The key of a WebSocket: `websocket: URL`.
const WEBSOCKET: &str = "websocket";

/// The methods that have a key of their own: `get: URL`.
const METHODS: &[&str] = &[WEBSOCKET, "get", "post", "put", "patch", "delete", "head", "options", "trace"];

/// What the entries of a request have been read into so far.
#[derive(Default)]
struct Draft {
    name: Option<Spanned<String>>,
    description: Option<Spanned<String>>,
    tags: Vec<Spanned<String>>,
    short: Vec<(Text, Option<Text>)>,
    method: Option<Text>,
    url: Option<Text>,
    protocol: protocol::Draft,
    bodies: Bodies,
    own: Defaults,
    references: Vec<Reference>,
    run: Option<Option<Target>>,
    force: Option<Spanned<bool>>,
    variables: Vec<Variable>,
    assertions: Vec<Assertion>,
    captures: Vec<Capture>,
    scripts: Scripts,
}

/// The keys that only a request has, beside methods and bodies.
const REQUEST: Table<Draft> = Table(&[
    key("name", |draft, field, problems| draft.name = problems.keep(field.string())),
    key("description", |draft, field, problems| draft.description = problems.keep(field.string())),
    key("tags", |draft, field, problems| draft.tags = tags(field, problems)),
    key("method", |draft, field, problems| draft.method = problems.keep(method(field))),
    key("url", |draft, field, problems| draft.url = problems.keep(field.text())),
    key("ref", |draft, field, problems| reference::references(&mut draft.references, false, field, problems)),
    key("needs", |draft, field, problems| reference::needs(&mut draft.references, field, problems)),
    key("force_ref", |draft, field, problems| reference::references(&mut draft.references, true, field, problems)),
    key("run", |draft, field, problems| draft.run = Some(problems.keep(reference::target(field)))),
    key("force", |draft, field, problems| draft.force = problems.keep(field.boolean())),
    key("expect", |draft, field, problems| draft.assertions = expectation::read(field, problems)),
    key("capture", |draft, field, problems| draft.captures = expectation::captures(field, problems)),
    key("before", |draft, field, problems| draft.scripts.before = script::read(field, problems)),
    key("after", |draft, field, problems| draft.scripts.after = script::read(field, problems)),
]);

/// What a file says of each of its requests.
pub(super) struct Surroundings<'a> {
    pub(super) tags: &'a [Spanned<String>],
    pub(super) defaults: &'a Defaults,
}

/// Whether a request has a key of this name.
pub(super) fn has_key(name: &str) -> bool {
    names().any(|known| known == name)
}

/// Whether a value is most likely a request: a map that says in short where it goes.
pub(super) fn is_one(value: &Value) -> bool {
    let says_where =
        |(key, value): &(Text, Value)| METHODS.contains(&&*key.value) && matches!(value.node, Node::Text(_));
    matches!(&value.node, Node::Map(entries) if entries.iter().any(says_where))
}

fn names() -> impl Iterator<Item = &'static str> {
    let own = METHODS.iter().copied().chain(REQUEST.names()).chain(VARIABLES.names());
    let own = own.chain(PROTOCOL.names());
    own.chain(BODIES.names()).chain(defaults::names())
}

/// Reads a request; `found` is what was wrong with its tree.
pub(super) fn read(field: Field<'_>, found: Vec<Diagnostic>, surroundings: &Surroundings<'_>) -> Entry {
    let mut problems = Problems::default();
    let mut draft = Draft::default();
    for entry in problems.keep(field.entries()).into_iter().flatten() {
        read_field(&mut draft, entry, &mut problems);
    }
    draft.tags = surroundings.tags.iter().cloned().chain(draft.tags).collect();
    let (name, tags) = (draft.name.clone(), draft.tags.clone());
    let entry = match draft.run.take() {
        Some(target) => draft.run(target, field, &mut problems).map(|run| Entry::Run(Box::new(run))),
        None => draft.request(field, &mut problems).map(|mut request| {
            surroundings.defaults.apply(&mut request);
            Entry::Request(Box::new(request))
        }),
    };
    let mut diagnostics = problems.besides(found);
    match entry {
        Some(entry) if diagnostics.is_empty() => entry,
        _ => {
            sort(&mut diagnostics);
            let must = expectation::must(field);
            Entry::Invalid(Invalid { name, tags, span: field.span().clone(), diagnostics, must })
        }
    }
}

/// Brings problems into the order of their places.
pub(super) fn sort(problems: &mut [Diagnostic]) {
    problems.sort_by_key(|problem| problem.span().map_or(0, |span| span.range().start));
}

fn read_field(draft: &mut Draft, field: Field<'_>, problems: &mut Problems) {
    if METHODS.contains(&field.key.value.as_str()) {
        draft.short.push((field.key.clone(), problems.keep(field.text())));
        return;
    }
    let known = REQUEST.read(draft, field, problems)
        || VARIABLES.read(&mut draft.variables, field, problems)
        || PROTOCOL.read(&mut draft.protocol, field, problems)
        || BODIES.read(&mut draft.bodies, field, problems)
        || defaults::read_field(&mut draft.own, field, problems);
    if !known {
        problems.push(unknown_key(field.key, names()));
    }
}

impl Draft {
    /// What runs in the place of a request.
    fn run(self, target: Option<Target>, field: Field<'_>, problems: &mut Problems) -> Option<Run> {
        problems.extend(field.entries().into_iter().flatten().filter_map(reference::beside_run));
        let force = self.force.is_none_or(|force| force.value);
        let span = field.span().clone();
        Some(Run {
            name: self.name,
            tags: self.tags,
            reference: Reference { target: target?, span, variables: self.variables, force, is_apart: false },
            skip: self.own.flow.skip,
            diagnostics: Vec::new(),
        })
    }

    /// The request, with what else is wrong with it.
    fn request(self, field: Field<'_>, problems: &mut Problems) -> Option<Request> {
        if !matches!(field.value.node, Node::Map(_)) {
            return None;
        }
        problems.extend(self.force.as_ref().map(|force| reference::nothing_to_force(&force.span)));
        let request = self.finish(field, problems)?;
        problems.extend(message::in_vain(&request));
        problems.extend(protocol::saved_in_vain(&request));
        Some(request)
    }

    /// The request, as far as it can be told what it is.
    fn finish(mut self, field: Field<'_>, problems: &mut Problems) -> Option<Request> {
        let span = field.span();
        let Destination { named, method, target } = self.destination(span, problems)?;
        if let (Some(Named::WebSocket), Some((key, _))) = (named, self.bodies.first()) {
            problems.push(no_body(key));
        }
        let protocol = problems.keep(self.protocol.finish(named))?;
        Some(Request {
            name: self.name,
            description: self.description,
            tags: self.tags,
            span: span.clone(),
            protocol,
            method,
            target,
            version: None,
            params: self.own.params,
            headers: self.own.headers,
            header_maps: Vec::new(),
            cookies: self.own.cookies,
            body: body::only(self.bodies, problems).map(Box::new),
            auth: self.own.auth.map(Box::new),
            settings: self.own.settings.into(),
            flow: self.own.flow.into(),
            references: self.references.into(),
            scripts: self.scripts.into(),
            variables: self.variables,
            assertions: self.assertions,
            captures: self.captures,
            diagnostics: Vec::new(),
        })
    }

    /// Method and URL, from `get: URL` or from `method` and `url`; without a method it is a GET.
    fn destination(&mut self, span: &Span, problems: &mut Problems) -> Option<Destination> {
        let mut short = std::mem::take(&mut self.short).into_iter();
        match (short.next(), self.url.take()) {
            (Some((key, url)), None) => {
                let second = short.next().map(|(key, _)| key).or_else(|| self.method.take());
                if let Some(second) = second {
                    problems.push(two_methods(&key, &second));
                }
                Some(Destination::of(key, url?))
            }
            (Some((key, _)), Some(url)) => {
                let message = format!("both `{}` and `url` say where the request goes", key.value);
                problems.push(Diagnostic::error(message).at(&url.span, "").at(&key.span, ""));
                None
            }
            (None, Some(target)) => Some(Destination { named: None, method: self.method.take(), target }),
            (None, None) => {
                problems.push(nowhere(span));
                None
            }
        }
    }
}

/// Where a request goes, and what is spoken there.
struct Destination {
    named: Option<Named>,
    method: Option<Text>,
    target: Text,
}

impl Destination {
    /// What `get: URL` or `websocket: URL` says.
    fn of(key: Text, target: Text) -> Self {
        if key.value == WEBSOCKET {
            return Self { named: Some(Named::WebSocket), method: None, target };
        }
        let method = Spanned { value: key.value.to_ascii_uppercase(), span: key.span };
        Self { named: None, method: Some(Text::new(method, key.format)), target }
    }
}

fn no_body(key: &Text) -> Diagnostic {
    let message = format!("a WebSocket has no body, but messages: `{}`", key.value);
    Diagnostic::error(message).at(&key.span, "").help("send them in its `steps`: `- send: …`, `- send_json: …`")
}

fn two_methods(first: &Text, second: &Text) -> Diagnostic {
    let message = format!("a request has one method, and not both `{}` and `{}`", first.value, second.value);
    Diagnostic::error(message).at(&second.span, "the second").at(&first.span, "the first")
}

fn nowhere(span: &Span) -> Diagnostic {
    let first_line = span.slice(0..span.text().lines().next().map_or(0, str::len));
    let problem = Diagnostic::error("this request does not say where it goes").at(&first_line, "");
    problem.help("write `get: URL`, `post: URL`, …, `websocket: URL`, or `method:` and `url:`")
}

fn method(field: Field<'_>) -> Result<Text, Diagnostic> {
    let text = field.text()?;
    match text.value.parse::<Method>() {
        Err(error) if !text.value.contains("{{") => Err(Diagnostic::error(error.to_string()).at(&text.span, "")),
        _ => Ok(text),
    }
}

/// One tag, or a list of them.
pub(super) fn tags(field: Field<'_>, problems: &mut Problems) -> Vec<Spanned<String>> {
    let tag = |item: Field<'_>| item.string().map_err(|_| item.expected("a tag, or a list of tags"));
    field.one_or_more().filter_map(|item| problems.keep(tag(item))).collect()
}

/// The keys that define variables, of a file and of a request.
pub(crate) const VARIABLES: Table<Vec<Variable>> = Table(&[
    key("variables", |all, field, problems| define(all, Binding::Once, field, problems)),
    key("lazy", |all, field, problems| define(all, Binding::Lazy, field, problems)),
    key("prompt", |all, field, problems| ask(all, Echo::Shown, field, problems)),
    key("secret", |all, field, problems| ask(all, Echo::Hidden, field, problems)),
]);

/// Names with values of any kind.
fn define(all: &mut Vec<Variable>, binding: Binding, field: Field<'_>, problems: &mut Problems) {
    let entries = problems.keep(field.entries()).into_iter().flatten();
    all.extend(entries.map(|entry| Variable {
        name: Spanned { value: entry.key.value.clone(), span: entry.key.span.clone() },
        value: entry.value.clone(),
        binding,
        position: 0,
    }));
}

/// Names with the questions that a person is asked, or with null.
fn ask(all: &mut Vec<Variable>, echo: Echo, field: Field<'_>, problems: &mut Problems) {
    for entry in problems.keep(field.entries()).into_iter().flatten() {
        let nothing = || Text::new(entry.span().clone().with(String::new()), entry.key.format);
        let question = if entry.is_null() { Ok(nothing()) } else { entry.text() };
        let Some(question) = problems.keep(question) else { continue };
        all.push(Variable {
            name: Spanned { value: entry.key.value.clone(), span: entry.key.span.clone() },
            value: Value { span: question.span.clone(), node: Node::Text(question) },
            binding: Binding::Asked(echo),
            position: 0,
        });
    }
}
