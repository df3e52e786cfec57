//! `rqtest.yaml`: what holds for every run of a project.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::diagnostic::Diagnostic;
use crate::parse::yaml::{self, Field, Problems, Table, key, read_defaults, refuse, retry};
use crate::run::Browser;
use crate::source::{SourceFile, Span, Spanned};
use crate::spec::{Defaults, Dialect, Node, Retry, Text, Value};

/// The name of the file.
pub(super) const FILE_NAME: &str = "rqtest.yaml";

/// How long a server may take to answer after it was started.
const READY_TIMEOUT: Duration = Duration::from_secs(30);

/// Names with values.
pub(crate) type Named = Vec<(Spanned<String>, Value)>;

/// The configuration of a project.
#[derive(Debug, Default)]
pub(crate) struct Configuration {
    /// The servers that run while the requests do.
    pub(crate) servers: Vec<ServerSpec>,
    /// Defaults of every request.
    pub(crate) defaults: Defaults,
    /// The spec files that run before all others.
    pub(crate) setup: Vec<Spanned<String>>,
    /// Those that run after all others.
    pub(crate) teardown: Vec<Spanned<String>>,
    /// Variables of every request.
    pub(crate) variables: Named,
    /// What holds in an environment alone.
    pub(crate) environments: Vec<EnvironmentSpec>,
    /// The environment that is chosen where the command line chooses none.
    pub(crate) environment: Option<Spanned<String>>,
    /// How many requests are in flight at once.
    pub(crate) jobs: Option<Spanned<NonZeroUsize>>,
    /// Where the JUnit report goes; a path in the file is relative to its folder.
    pub(crate) junit: Option<Spanned<PathBuf>>,
    /// Where the JSON report goes.
    pub(crate) json: Option<Spanned<PathBuf>>,
    /// Where it is kept what passed and what did not: no file, or one of the project's own choice.
    pub(crate) history: Option<Option<PathBuf>>,
    /// Who goes where a person would have to go.
    pub(crate) browser: Option<Browser>,
    /// Whether the run ends with the first failure.
    pub(crate) fail_fast: Option<Spanned<bool>>,
    /// How often a failed request is tried again, where neither it nor its file says so.
    pub(crate) retry: Option<Spanned<Retry>>,
    /// Whose rules `.http` files are read by, where editors differ.
    pub(crate) dialect: Option<Dialect>,
}

/// An environment of a project.
#[derive(Debug)]
pub(crate) struct EnvironmentSpec {
    /// Its name.
    pub(crate) name: Spanned<String>,
    /// Its variables.
    pub(crate) variables: Named,
    /// Defaults of every request, which count more than those of the project.
    pub(crate) defaults: Option<Defaults>,
}

/// A server that runs while the requests do.
#[derive(Debug, PartialEq)]
pub(crate) struct ServerSpec {
    /// The variable that holds its URL.
    pub(crate) name: Spanned<String>,
    /// Where it is described.
    pub(crate) span: Span,
    /// What it is.
    pub(crate) kind: ServerKind,
}

/// What a server is.
#[derive(Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "a project has a handful of servers")]
pub(crate) enum ServerKind {
    /// One of rqtest's own.
    Builtin(Builtin),
    /// A program.
    Command {
        /// The program and its arguments.
        command: Vec<Text>,
        /// A URL that answers once the server is ready.
        ready: Text,
        /// How long it may take to be ready.
        timeout: Duration,
        /// The URL that requests are sent to.
        url: Option<Text>,
        /// The directory that it runs in, relative to the configuration.
        directory: Option<Text>,
        /// Environment variables that it has beside those of rqtest.
        environment: Vec<(Text, Text)>,
    },
}

/// A server of rqtest's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Builtin {
    /// Compatible with httpbin.
    Practice,
}

impl Builtin {
    const NAMES: &[(&str, Self)] = &[("practice", Self::Practice)];
}

/// The keys of the file.
const CONFIGURATION: Table<Configuration> = Table(&[
    key("servers", |configuration, field, problems| configuration.servers = servers(field, problems)),
    key("defaults", |configuration, field, problems| configuration.defaults = read_defaults(field, problems)),
    key("setup", |configuration, field, problems| configuration.setup = files(field, problems)),
    key("teardown", |configuration, field, problems| configuration.teardown = files(field, problems)),
    key("variables", |configuration, field, problems| configuration.variables = named(field, problems)),
    key("environments", |configuration, field, problems| configuration.environments = environments(field, problems)),
    key("environment", |configuration, field, problems| configuration.environment = problems.keep(field.string())),
    key("jobs", |configuration, field, problems| configuration.jobs = problems.keep(jobs(field))),
    key("junit", |configuration, field, problems| configuration.junit = problems.keep(path(field))),
    key("json", |configuration, field, problems| configuration.json = problems.keep(path(field))),
    key("history", |configuration, field, problems| configuration.history = problems.keep(history(field))),
    key("browser", |configuration, field, problems| configuration.browser = problems.keep(browser(field))),
    key("fail_fast", |configuration, field, problems| configuration.fail_fast = problems.keep(field.boolean())),
    key("retry", |configuration, field, problems| configuration.retry = retry(field, problems)),
    key("dialect", |configuration, field, problems| configuration.dialect = problems.keep(dialect(field))),
    key("html", refuse),
    key("tags", refuse),
]);

impl Configuration {
    /// The configuration of a folder or file: `rqtest.yaml` in it, or in the nearest folder above.
    pub(crate) fn find(start: &Path) -> Option<PathBuf> {
        let start = start.canonicalize().ok()?;
        let found = start.ancestors().map(|folder| folder.join(FILE_NAME)).find(|path| path.is_file())?;
        let current = std::env::current_dir().ok();
        let relative = current.and_then(|current| found.strip_prefix(current).ok().map(Path::to_owned));
        Some(relative.unwrap_or(found))
    }

    /// The defaults of the project, and of each environment.
    pub(crate) fn all_defaults(&mut self) -> impl Iterator<Item = &mut Defaults> {
        let environments = self.environments.iter_mut().filter_map(|environment| environment.defaults.as_mut());
        std::iter::once(&mut self.defaults).chain(environments)
    }

    /// Reads the file.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub(crate) fn read(source: &Arc<SourceFile>) -> Result<Self, Vec<Diagnostic>> {
        let root = yaml::load(source)?;
        let mut configuration = Self::default();
        let mut problems = Problems::default();
        match &root.node {
            Node::Null => {}
            Node::Map(entries) => {
                let fields = entries.iter().map(|(key, value)| Field { key, value });
                CONFIGURATION.read_entries(&mut configuration, fields, &mut problems);
            }
            _ => problems.push(Diagnostic::error("a configuration is a map").at(&root.span.slice(0..0), "")),
        }
        problems.into_result(configuration)
    }
}

fn spanned(key: &Text) -> Spanned<String> {
    key.span.clone().with(key.value.clone())
}

fn named(field: Field<'_>, problems: &mut Problems) -> Named {
    let entries = problems.keep(field.entries()).into_iter().flatten();
    entries.map(|entry| (spanned(entry.key), entry.value.clone())).collect()
}

fn environments(field: Field<'_>, problems: &mut Problems) -> Vec<EnvironmentSpec> {
    let entries = problems.keep(field.entries()).into_iter().flatten();
    entries.map(|entry| environment(entry, problems)).collect()
}

/// Variables; the map `defaults` among them holds those of requests, and the map `variables` more variables.
fn environment(field: Field<'_>, problems: &mut Problems) -> EnvironmentSpec {
    let mut environment = EnvironmentSpec { name: spanned(field.key), variables: Named::new(), defaults: None };
    for entry in problems.keep(field.entries()).into_iter().flatten() {
        match (entry.key.value.as_str(), &entry.value.node) {
            ("defaults", Node::Map(_)) => environment.defaults = Some(read_defaults(entry, problems)),
            ("variables", Node::Map(_)) => environment.variables.extend(named(entry, problems)),
            _ => environment.variables.push((spanned(entry.key), entry.value.clone())),
        }
    }
    environment
}

fn jobs(field: Field<'_>) -> Result<Spanned<NonZeroUsize>, Diagnostic> {
    let jobs = field.whole().ok().and_then(|jobs| NonZeroUsize::new(jobs.value));
    jobs.map(|jobs| field.span().clone().with(jobs)).ok_or_else(|| field.expected("a whole number from 1"))
}

/// A path, relative to the folder of the configuration.
fn path(field: Field<'_>) -> Result<Spanned<PathBuf>, Diagnostic> {
    let folder = field.span().source().path().parent().unwrap_or(Path::new(""));
    field.string().map(|path| path.map(|path| folder.join(path)))
}

/// The path of a file, or `false` for none.
fn history(field: Field<'_>) -> Result<Option<PathBuf>, Diagnostic> {
    match field.value.node {
        Node::Bool(false) => Ok(None),
        Node::Text(_) => path(field).map(|path| Some(path.value)),
        _ => Err(field.expected("the path of a file, or `false`")),
    }
}

/// The path of a spec file, or several.
fn files(field: Field<'_>, problems: &mut Problems) -> Vec<Spanned<String>> {
    let file = |item: Field<'_>| item.string().map_err(|_| item.expected("the path of a spec file, or a list of them"));
    field.one_or_more().filter_map(|item| problems.keep(file(item))).collect()
}

/// `follow`, or a program with its arguments.
fn browser(field: Field<'_>) -> Result<Browser, Diagnostic> {
    let wanted = || field.expected("`follow`, a program, or a list: the program and its arguments");
    let words = field.one_or_more().map(|word| word.string().map(|word| word.value).map_err(|_| wanted()));
    let words: Vec<String> = words.collect::<Result<_, _>>()?;
    if words.is_empty() { Err(wanted()) } else { Ok(Browser::named(words)) }
}

fn dialect(field: Field<'_>) -> Result<Dialect, Diagnostic> {
    let names: Vec<&str> = Dialect::NAMES.iter().map(|(name, _)| *name).collect();
    let wanted = || field.expected(&format!("a dialect: {}", names.join(", ")));
    let name = field.string().map_err(|_| wanted())?;
    Dialect::named(&name.value).ok_or_else(|| wanted().suggest(&name.value, names.iter().copied()))
}

/// What the entries of a server have been read into so far.
#[derive(Default)]
struct ServerDraft {
    builtin: Option<Builtin>,
    command: Option<Vec<Text>>,
    ready: Option<Text>,
    timeout: Option<Spanned<Duration>>,
    url: Option<Text>,
    directory: Option<Text>,
    environment: Vec<(Text, Text)>,
}

/// The keys of a server.
const SERVER: Table<ServerDraft> = Table(&[
    key("builtin", |server, field, problems| server.builtin = problems.keep(builtin(field))),
    key("command", |server, field, problems| server.command = problems.keep(command(field))),
    key("ready", |server, field, problems| server.ready = problems.keep(field.text())),
    key("timeout", |server, field, problems| server.timeout = problems.keep(field.duration())),
    key("url", |server, field, problems| server.url = problems.keep(field.text())),
    key("cwd", |server, field, problems| server.directory = problems.keep(field.text())),
    key("env", |server, field, problems| server.environment = field.texts(problems)),
]);

fn servers(field: Field<'_>, problems: &mut Problems) -> Vec<ServerSpec> {
    let entries = problems.keep(field.entries()).into_iter().flatten();
    entries.filter_map(|entry| server(entry, problems)).collect()
}

fn server(field: Field<'_>, problems: &mut Problems) -> Option<ServerSpec> {
    let mut draft = ServerDraft::default();
    SERVER.read_map(&mut draft, field, problems);
    let entries = field.entries().ok()?;
    let has = |name: &str| entries.clone().any(|entry| entry.key.value == name);
    let kind = match (has("builtin"), has("command")) {
        (true, false) => ServerKind::Builtin(draft.builtin?),
        (false, true) => {
            field.require("ready", problems);
            ServerKind::Command {
                command: draft.command?,
                ready: draft.ready?,
                timeout: draft.timeout.map_or(READY_TIMEOUT, |timeout| timeout.value),
                url: draft.url,
                directory: draft.directory,
                environment: draft.environment,
            }
        }
        _ => {
            let problem = Diagnostic::error(format!("`{}`: a server is a `builtin` or a `command`", field.key.value));
            problems
                .push(problem.at(field.span(), "").help("say `{builtin: practice}`, or `{command: […], ready: URL}`"));
            return None;
        }
    };
    Some(ServerSpec { name: spanned(field.key), span: field.span().clone(), kind })
}

fn builtin(field: Field<'_>) -> Result<Builtin, Diagnostic> {
    let name = field.string()?;
    let known = Builtin::NAMES.iter().find(|(known, _)| *known == name.value);
    known.map(|(_, builtin)| *builtin).ok_or_else(|| {
        Diagnostic::error(format!("there is no built-in server `{}`", name.value))
            .at(&name.span, "")
            .suggest(&name.value, Builtin::NAMES.iter().map(|(known, _)| *known))
    })
}

/// The program and its arguments.
fn command(field: Field<'_>) -> Result<Vec<Text>, Diagnostic> {
    let wanted = || field.expected("a list: the program and its arguments");
    let words: Vec<Text> = field.items().map_err(|_| wanted())?.map(Field::text).collect::<Result<_, _>>()?;
    if words.is_empty() { Err(wanted()) } else { Ok(words) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Configuration, Vec<Diagnostic>> {
        Configuration::read(&SourceFile::new("project/rqtest.yaml", text))
    }

    #[test]
    fn reads_every_key() {
        let configuration = read(
            "servers:
  practice: {builtin: practice}
  api:
    command: [cargo, run, '{{ port }}']
    ready: http://localhost:8080/health
    timeout: 5s
    url: http://localhost:8080
    cwd: server
    env: {RUST_LOG: debug, PORT: 8080}
defaults: {timeout: 10s, headers: {Accept: '*/*'}}
setup: [_login.yaml, _seed.http]
teardown: _clear.http
variables: {base: '{{ api }}/v1'}
environments:
  dev: {host: a, port: 1}
  prod: {host: b, variables: {port: 2}, defaults: {base_url: 'https://{{ host }}', timeout: 1s}}
environment: dev
jobs: 4
junit: reports/junit.xml
json: /tmp/report.json
history: target/history.json
fail_fast: true
browser: [xdg-open]
retry: {times: 2, delay: 1s}
",
        )
        .unwrap();
        insta::assert_debug_snapshot!(configuration);
    }

    #[test]
    fn an_empty_file_configures_nothing() {
        assert!(read("# nothing yet\n").unwrap().servers.is_empty());
    }

    #[test]
    fn says_all_that_is_wrong() {
        let problems = read(
            "server: {}
servers:
  a: {builtin: practise}
  b: {command: cargo run, ready: x}
  c: {command: [], ready: x}
  d: {command: [x]}
  e: {url: x}
  f: {builtin: practice, command: [x]}
  g: {builtin: practice, timout: 1s}
  h: practice
defaults: {timeout: soon, expect: {}}
setup: [{get: /login}]
environments: {dev: [a], prod: {defaults: {timout: 1s}}}
jobs: 0
junit: [a]
history: true
fail_fast: 1
browser: []
dialect: standard
",
        )
        .unwrap_err();
        let shown = problems.iter().map(|problem| {
            let help = problem.help.as_ref().map_or(String::new(), |help| format!("; help: {help}"));
            format!("{}: {}{help}\n", problem.span().unwrap(), problem.message)
        });
        insta::assert_snapshot!(shown.collect::<String>());
    }

    #[test]
    fn finds_the_nearest_configuration_above() {
        let folder = tempfile::tempdir().unwrap();
        let specs = folder.path().join("specs/users");
        std::fs::create_dir_all(&specs).unwrap();
        let root = folder.path().canonicalize().unwrap();
        assert_eq!(Configuration::find(&specs), Configuration::find(&root));

        std::fs::copy(file!(), root.join(FILE_NAME)).unwrap();
        assert_eq!(Configuration::find(&specs), Some(root.join(FILE_NAME)));
        std::fs::copy(file!(), specs.join(FILE_NAME)).unwrap();
        assert_eq!(Configuration::find(&specs), Some(root.join("specs/users").join(FILE_NAME)));
    }
}
