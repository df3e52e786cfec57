//! Files, scopes and responses for the tests of this room.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use jiff::Zoned;
use serde_json::json;

use crate::client::{Answer, InMemory, Payload, Response, Session};
use crate::diagnostic::Diagnostic;
use crate::http::Status;
use crate::source::{Root, SourceFile, Span};
use crate::spec::{
    Binding, Body, Entry, Flow, Format, HeaderField, Invalid, Node, Protocol, Request, Scripts, Settings, Spec, Text,
    Value, Variable,
};

use super::{CompiledRequest, Engine, FileScope, Scope, Template, Variables};

/// A text that stands by itself in a file.
pub(super) fn text(value: &str, format: Format) -> Text {
    let source = SourceFile::new("spec", value);
    // Without a byte order mark, as what a parser hands on.
    let value = source.text().to_owned();
    Text { span: source.span(0..value.len()), value, format }
}

/// A text as a value.
pub(super) fn value(value: &str, format: Format) -> Value {
    let text = text(value, format);
    Value { span: text.span.clone(), node: Node::Text(text) }
}

/// `name = value`, or `name := value`, below a number of requests.
pub(super) fn variable(definition: &str, position: usize, format: Format) -> Variable {
    let (name, written) = definition.split_once('=').unwrap();
    let (name, binding) = match name.trim_end().strip_suffix(':') {
        Some(name) => (name, Binding::Lazy),
        None => (name, Binding::Once),
    };
    let name = name.trim();
    let source = SourceFile::new("spec", definition);
    Variable {
        name: source.span(0..name.len()).with(name.to_owned()),
        value: value(written.trim(), format),
        binding,
        position,
    }
}

/// A file of a format, with variables, each with its position, and requests of these names.
pub(super) fn spec(format: Format, variables: &[(&str, usize)], requests: &[&str]) -> Spec {
    let mentions: String = requests.iter().map(|name| format!("{name}.response.\n")).collect();
    let source = SourceFile::new("spec", mentions);
    let nowhere: Span = source.span(0..0);
    let request = |name: &&str| {
        let name = Some(nowhere.clone().with((*name).to_owned()));
        Entry::Invalid(Invalid { name, tags: vec![], span: nowhere.clone(), diagnostics: vec![], must: None })
    };
    Spec {
        variables: variables.iter().map(|&(definition, position)| variable(definition, position, format)).collect(),
        requests: requests.iter().map(request).collect(),
        ..Spec::new(&source, format)
    }
}

/// An engine with a seed, at a time that stands still.
pub(super) fn engine() -> Engine {
    let time: Zoned = "2024-03-05T14:07:09.042+01:00[Europe/Paris]".parse().unwrap();
    Engine::new(Some(7)).at(time)
}

/// A file with these variables of the run, and of its own, all above its requests.
pub(super) fn file(variables: Variables, format: Format, own: &[&str]) -> FileScope {
    let own: Vec<_> = own.iter().map(|&definition| (definition, 0)).collect();
    FileScope::new(Arc::new(variables), &spec(format, &own, &["login", "later"]), &Root::at("."), &engine())
}

/// A request with nothing but a target.
pub(super) fn request(target: &str, format: Format) -> Request {
    let target = text(target, format);
    Request {
        name: None,
        description: None,
        tags: vec![],
        span: target.span.clone(),
        protocol: Protocol::Http,
        method: None,
        target,
        version: None,
        params: vec![],
        headers: vec![],
        header_maps: vec![],
        cookies: vec![],
        body: None,
        auth: None,
        settings: Settings::default().into(),
        flow: Flow::default().into(),
        references: Vec::new().into(),
        scripts: Scripts::default().into(),
        variables: vec![],
        assertions: vec![],
        captures: vec![],
        diagnostics: vec![],
    }
}

/// A header field.
pub(super) fn header(name: &str, content: &str, format: Format) -> HeaderField {
    HeaderField { name: text(name, format), value: Some(text(content, format)) }
}

/// What a text of a format renders to in the first request of a file.
pub(super) fn render(file: &FileScope, template: &str, format: Format) -> Result<String, Diagnostic> {
    Template::compile(&text(template, format), file.fixed.rules)?.render(&Scope::new(file, 0, &[]))
}

/// The value that a YAML text has in the first request of a file.
pub(super) fn evaluate(file: &FileScope, template: &str) -> Result<serde_json::Value, Diagnostic> {
    Template::compile(&text(template, Format::Yaml), file.fixed.rules)?.evaluate(&Scope::new(file, 0, &[]))
}

/// A response to a POST.
pub(super) fn response(headers: &[(&str, &str)], body: &[u8]) -> Arc<Response> {
    let created = Answer { body: body.to_vec(), ..Answer::new(Status::new(201).unwrap()) };
    let answer = headers.iter().fold(created, |answer, (name, value)| answer.header(name, value).unwrap());
    let session = Session::with_adapter(InMemory::new(move |_| answer.clone()));
    let request = session.post("http://h/login").header("X-Trace", "t1");
    Arc::new(request.bytes(*br#"{"user":"ada"}"#).send().unwrap())
}

/// The text at the place of an error.
pub(super) fn place(error: &Diagnostic) -> &str {
    error.span().unwrap().text()
}

/// A folder with files, in which a spec stands.
pub(super) struct Folder {
    folder: tempfile::TempDir,
    file: FileScope,
}

impl Folder {
    /// A folder with a few files, and a scope in which `id` is 7.
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in [
            ("data.bin", &b"\xff {{id}}"[..]),
            ("plain.txt", b"<{{id}}>"),
            ("latin1.txt", b"\xe9{{id}}"),
            ("bad.txt", b"a {{nope}}"),
        ] {
            let mut options = std::fs::OpenOptions::new();
            let mut file = options.write(true).create_new(true).open(folder.path().join(name)).unwrap();
            file.write_all(content).unwrap();
        }
        let given = [("id", json!(7)), ("braces", json!("{{id}}")), ("path", json!("data.bin"))];
        let environment = given.map(|(name, value)| (name.to_owned(), value)).to_vec();
        Self { folder, file: file(Variables { environment, ..Variables::default() }, Format::Http, &[]) }
    }

    /// Where a file of it is.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        std::fs::canonicalize(self.folder.path()).unwrap().join(name)
    }

    /// A text of a spec that stands in it.
    pub(super) fn text(&self, written: &str, format: Format) -> Text {
        let source = SourceFile::new(self.folder.path().join("spec.http"), written);
        Text { value: written.to_owned(), span: source.span(0..written.len()), format }
    }

    /// Renders something.
    pub(super) fn in_scope<T>(&self, render: impl FnOnce(&Scope<'_>, &Root) -> T) -> T {
        render(&Scope::new(&self.file, 0, &[]), &Root::at(self.folder.path()))
    }

    /// What a body renders to, and the warnings.
    pub(super) fn payload(&self, body: Body, format: Format) -> Result<(Payload, Vec<Diagnostic>), Diagnostic> {
        let request = Request { body: Some(Box::new(body)), ..request("http://h/", format) };
        let compiled = CompiledRequest::compile(&engine(), &request).map_err(|mut errors| errors.remove(0))?;
        self.in_scope(|scope, root| Ok((compiled.render(scope, root)?.payload, scope.take_warnings())))
    }
}
