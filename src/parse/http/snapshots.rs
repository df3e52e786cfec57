//! What the fixtures in `tests/inputs/http` are read as, each in a snapshot beside
//! those of the other formats. A fixture named `err_…` must give an invalid entry.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{SourceFile, Span, read_source};
use crate::spec::{
    Auth, Binding, Body, Code, Dialect, Echo, Entry, FileReference, Fragment, GraphQl, GraphQlVariables, Node, Piece,
    Protocol, Reference, Request, Run, Scripts, Spec, Step, Text, Tls, Variable,
};

pub(super) fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/inputs/http");
    let paths = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
    // Its folders hold the corpus of the editors, of which `tests/it/corpus.rs` tells what is sent.
    let mut paths: Vec<_> = paths.filter(|path| path.is_file()).collect();
    paths.sort();
    paths
}

fn read_fixture(path: &Path) -> Spec {
    let name = path.file_name().unwrap();
    super::parse(&SourceFile::new(name, read_source(path).unwrap().text()), Dialect::default())
}

#[test]
fn fixtures_are_read_as_their_snapshots_say() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../../tests/snapshots/http");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for path in fixtures() {
        let spec = read_fixture(&path);
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let is_invalid = entries(&spec).any(|(_, entry)| matches!(entry, Entry::Invalid(_)));
        assert_eq!(is_invalid, stem.starts_with("err_"), "{stem}");
        settings.bind(|| insta::assert_snapshot!(stem, dump(&spec)));
    }
}

/// Every place as `line:column`, every text as it is, with `~` where it is not as it stands.
fn dump(spec: &Spec) -> String {
    let mut out = String::new();
    let mut line = |text: String| writeln!(out, "{text}").unwrap();
    for (label, value) in [("file name", &spec.name), ("file description", &spec.description)] {
        value.iter().for_each(|value| line(format!("{label} {} {:?}", place(&value.span), value.value)));
    }
    spec.imports.iter().for_each(|import| line(format!("import {} {}", place(&import.path.span), import.path.value)));
    spec.variables.iter().for_each(|variable| line(dump_variable(variable)));
    spec.diagnostics.iter().for_each(|diagnostic| line(dump_diagnostic(diagnostic)));
    for (stage, entry) in entries(spec) {
        line(String::new());
        stage.iter().for_each(|stage| line((*stage).to_owned()));
        match entry {
            Entry::Request(request) => dump_request(request).into_iter().for_each(&mut line),
            Entry::Run(run) => dump_run(run).into_iter().for_each(&mut line),
            Entry::Invalid(invalid) => {
                line(format!("invalid {} {:?}", place(&invalid.span), invalid.name.as_deref()));
                invalid.diagnostics.iter().for_each(|diagnostic| line(dump_diagnostic(diagnostic)));
            }
        }
    }
    out
}

/// The entries in the order of the file, those outside of its main part with the part's name.
fn entries(spec: &Spec) -> impl Iterator<Item = (Option<&'static str>, &Entry)> {
    let parts = [(Some("setup"), &spec.setup), (None, &spec.requests), (Some("teardown"), &spec.teardown)];
    parts.into_iter().flat_map(|(part, entries)| entries.iter().map(move |entry| (part, entry)))
}

fn dump_run(run: &Run) -> Vec<String> {
    let mut lines = vec![format!("run {} {:?}", dump_reference(&run.reference), run.name.as_deref())];
    lines.extend(run.tags.iter().map(|tag| format!("  tag {} {:?}", place(&tag.span), tag.value)));
    lines.extend(run.skip.iter().map(|skip| format!("  skip {skip:?}")));
    lines.extend(
        run.reference.variables.iter().map(|variable| format!("  @{} = {:?}", variable.name.value, variable.value)),
    );
    lines.extend(run.diagnostics.iter().map(dump_diagnostic));
    lines
}

fn dump_reference(reference: &Reference) -> String {
    let force = if reference.force { " again" } else { "" };
    format!("{} {:?}{force}", place(&reference.span), reference.target)
}

fn dump_request(request: &Request) -> Vec<String> {
    let mut lines = vec![format!("request {} {:?}", place(&request.span), request.name.as_deref())];
    lines.extend(request.description.iter().map(|text| format!("  description {:?}", text.value)));
    lines.extend(request.tags.iter().map(|tag| format!("  tag {} {:?}", place(&tag.span), tag.value)));
    lines.extend(request.method.iter().map(|method| format!("  method {}", dump_text(method))));
    lines.push(format!("  target {}", dump_text(&request.target)));
    lines.extend(request.version.iter().map(|version| format!("  version {} {}", place(&version.span), version.value)));
    let pairs = [("param", &request.params), ("cookie", &request.cookies)];
    for (label, pairs) in pairs {
        lines.extend(pairs.iter().map(|(name, value)| format!("  {label} {} = {value:?}", dump_text(name))));
    }
    lines.extend(request.variables.iter().map(|variable| format!("  @{} = {:?}", variable.name.value, variable.value)));
    lines.extend(request.headers.iter().map(|field| {
        format!("  header {} = {}", dump_text(&field.name), field.value.as_ref().map_or_else(String::new, dump_text))
    }));
    lines.extend(request.header_maps.iter().map(|map| format!("  headers {}", dump_text(map))));
    lines.extend(request.auth.iter().map(|auth| match &auth.value {
        Auth::Basic { user, password } => format!("  basic {} {}", dump_text(user), dump_text(password)),
        other => format!("  auth {other:?}"),
    }));
    lines.extend(request.references.iter().map(|reference| format!("  needs {}", dump_reference(reference))));
    lines.extend(dump_settings(request));
    lines.extend(dump_protocol(&request.protocol));
    if let Some(Body::Message(_)) = request.body.as_deref() {
        lines.push("  raw".to_owned());
    }
    if let Some(Body::Content(pieces) | Body::Message(pieces)) = request.body.as_deref() {
        lines.extend(pieces.iter().map(|piece| format!("  body {}", dump_piece(piece))));
    }
    if let Some(Body::GraphQl(graphql)) = request.body.as_deref() {
        lines.extend(dump_graphql(graphql));
    }
    lines.extend(dump_scripts(request));
    lines.extend(request.assertions.iter().map(|it| format!("  assert {} {}", place(&it.span), it.text())));
    lines.extend(request.captures.iter().map(|it| format!("  capture {} {}", place(&it.span), it.name.value)));
    lines.extend(request.diagnostics.iter().map(dump_diagnostic));
    lines
}

/// Each script with the moment at which it runs.
fn dump_scripts(request: &Request) -> impl Iterator<Item = String> {
    let Scripts { before, rendered, after } = &*request.scripts;
    let moments = [("before", before), ("rendered", rendered), ("after", after)];
    moments.into_iter().flat_map(|(moment, scripts)| {
        scripts.iter().map(move |script| match &script.code {
            Code::Inline(code) => format!("  {moment} {:?} {}", script.surroundings, dump_text(code)),
            Code::File(path) => format!("  {moment} {:?} file {}", script.surroundings, dump_text(path)),
        })
    })
}

fn dump_graphql(graphql: &GraphQl) -> Vec<String> {
    let mut lines: Vec<_> = graphql.document.iter().map(|piece| format!("  query {}", dump_piece(piece))).collect();
    lines.extend(graphql.operation_name.iter().map(|name| format!("  operation {}", dump_text(name))));
    if let Some(GraphQlVariables::Written(pieces)) = &graphql.variables {
        lines.extend(pieces.iter().map(|piece| format!("  variables {}", dump_piece(piece))));
    }
    for Fragment { name, document } in &graphql.fragments {
        lines.push(format!("  fragment {} {:?}", place(&name.span), name.value));
        lines.extend(document.iter().map(|piece| format!("    {}", dump_piece(piece))));
    }
    lines
}

/// What is spoken, where it is not only a request and a response.
fn dump_protocol(protocol: &Protocol) -> Vec<String> {
    match protocol {
        Protocol::Http => Vec::new(),
        Protocol::Stream(stream) => vec![format!("  stream {stream:?}")],
        Protocol::WebSocket(conversation) => {
            let steps = conversation.steps.iter().map(|step| match &step.value {
                Step::Send { body: Body::Content(pieces), .. } => {
                    format!("  send {}", pieces.iter().map(dump_piece).collect::<Vec<_>>().join(", "))
                }
                other => format!("  step {} {other:?}", place(&step.span)),
            });
            std::iter::once("  websocket".to_owned()).chain(steps).collect()
        }
    }
}

/// The settings that are given, as `Debug` shows them.
fn dump_settings(request: &Request) -> Vec<String> {
    let (settings, flow) = (&request.settings, &request.flow);
    let route = &settings.route;
    let shown = [
        ("output", settings.output.as_ref().map(|it| format!("{:?} {:?}", it.path.value, it.existing))),
        ("timeout", settings.timeout.as_ref().map(|it| format!("{it:?}"))),
        ("connect_timeout", settings.connect_timeout.as_ref().map(|it| format!("{it:?}"))),
        ("read_timeout", settings.read_timeout.as_ref().map(|it| format!("{it:?}"))),
        ("redirects", settings.redirects.as_ref().map(|it| format!("{it:?}"))),
        ("verify", settings.verify.as_ref().map(|it| format!("{it:?}"))),
        ("proxies", Some(&route.proxies).filter(|it| !it.is_empty()).map(|it| format!("{it:?}"))),
        ("unix_socket", route.unix_socket.as_ref().map(|it| format!("{it:?}"))),
        ("resolve", route.resolve.as_ref().map(|it| format!("{it:?}"))),
        ("local_address", route.local_address.as_ref().map(|it| format!("{it:?}"))),
        ("ip_version", route.ip_version.as_ref().map(|it| format!("{it:?}"))),
        ("cert", settings.cert.as_ref().map(|it| format!("{it:?}"))),
        ("tls", (settings.tls != Tls::SILENT).then(|| format!("{:?}", settings.tls))),
        ("http_version", settings.http_version.as_ref().map(|it| format!("{it:?}"))),
        ("decompress", settings.decompress.as_ref().map(|it| format!("{it:?}"))),
        ("encoding", settings.encoding.as_ref().map(|it| format!("{it:?}"))),
        ("cookie_jar", settings.cookie_jar.as_ref().map(|it| format!("{it:?}"))),
        ("max_body", settings.max_body.as_ref().map(|it| format!("{it:?}"))),
        ("jwt", settings.jwt.as_ref().map(|it| format!("{it:?}"))),
        ("skip", flow.skip.as_ref().map(|it| format!("{it:?}"))),
        ("retry", flow.retry.as_ref().map(|it| format!("{it:?}"))),
        ("delay", flow.delay.as_ref().map(|it| format!("{it:?}"))),
        ("if", flow.conditions.as_ref().map(|it| format!("{it:?}"))),
        ("sleep", flow.pause.as_ref().map(|it| format!("{it:?}"))),
        ("rate_limit", flow.rate_limit.as_ref().map(|it| format!("{it:?}"))),
        ("repeat", flow.repetition.as_ref().map(|it| format!("{it:?}"))),
    ];
    shown.into_iter().filter_map(|(name, value)| value.map(|value| format!("  {name} {value}"))).collect()
}

fn dump_variable(variable: &Variable) -> String {
    let Node::Text(value) = &variable.value.node else { panic!("a variable of a `.http` file is a text") };
    let sign = match variable.binding {
        Binding::Once => "=",
        Binding::Lazy => ":=",
        Binding::Asked(Echo::Shown) => "asked",
        Binding::Asked(Echo::Hidden) => "asked in secret",
    };
    let name = &variable.name;
    format!("@{} {} {sign} {} after {}", place(&name.span), name.value, dump_text(value), variable.position)
}

fn dump_piece(piece: &Piece) -> String {
    match piece {
        Piece::Text(text) => dump_text(text),
        Piece::Form { text, space } => format!("form {} {space}", dump_text(text)),
        Piece::Bytes(bytes) => format!("{} {:?}", place(&bytes.span), bytes.value),
        Piece::File(FileReference::Verbatim(path)) => format!("file {}", dump_text(path)),
        Piece::File(FileReference::Rendered { path, encoding }) => {
            format!("rendered file {} {:?}", dump_text(path), encoding.as_deref())
        }
    }
}

fn dump_text(text: &Text) -> String {
    let mark = if text.is_verbatim() { "" } else { "~" };
    format!("{}{mark} {:?}", place(&text.span), text.value)
}

fn dump_diagnostic(diagnostic: &Diagnostic) -> String {
    let severity = match diagnostic.severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    let mut shown = format!("  {severity}: {}", diagnostic.message);
    for label in &diagnostic.labels {
        write!(shown, "\n    {} {}", place(&label.span), label.text).unwrap();
    }
    if let Some(help) = &diagnostic.help {
        write!(shown, "\n    help: {help}").unwrap();
    }
    shown
}

fn place(span: &Span) -> String {
    let location = span.location();
    format!("{}:{}", location.line, location.column)
}
