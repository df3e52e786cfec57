//! Where the variables of a run come from, before any file defines its own.

pub(super) mod dotenv;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value as Json;

use crate::cli::configuration::Configuration;
use crate::diagnostic::Diagnostic;
use crate::parse::yaml;
use crate::run::{Environment, Environments};
use crate::source::{ReadError, SourceFile, read_source};
use crate::spec::{Node, Value};
use crate::template::Variables;

use super::environment::{self, Merged, Search};

/// What a variable of the process begins with to be one of the run.
const PREFIX: &str = "RQTEST_VAR_";

/// Names with values, each name once.
type Pairs = Vec<(String, Json)>;

/// What a person has given to the run.
#[derive(Debug, Default)]
pub(crate) struct Given<'a> {
    /// `--var name=value`; the last of a name wins.
    pub(crate) variables: &'a [String],
    /// `--vars-file`: JSON, YAML, or lines of `name=value`; the last to define a name wins.
    pub(crate) files: &'a [PathBuf],
    /// The variables of the process.
    pub(crate) process: &'a [(String, String)],
    /// `--env`.
    pub(crate) environment: Option<&'a str>,
    /// The folder of the project, where it has a configuration.
    pub(crate) project: Option<&'a Path>,
    /// The folders that are run, or lie around the files that are.
    pub(crate) named: &'a [PathBuf],
    /// The folders of the specs, as their paths name them.
    pub(crate) folders: &'a [PathBuf],
}

/// The variables of a run.
#[derive(Debug)]
pub(crate) struct Gathered {
    /// By the folders of specs, and by where they come from.
    pub(crate) environments: Environments,
    /// What no output may show.
    pub(crate) secrets: Vec<String>,
}

/// Gathers the variables of a run.
///
/// # Errors
/// Everything that is wrong with what was given, with an environment file, or with a `.env`.
pub(crate) fn gather(given: &Given<'_>, configuration: &Configuration) -> Result<Gathered, Vec<Diagnostic>> {
    let overrides = overrides(given);
    let found = find(given, overrides.as_deref().unwrap_or_default(), configuration);
    match (overrides, found) {
        (Ok(overrides), Ok(environment::Found { home, others })) => {
            let mut secrets = Vec::new();
            let mut complete = |merged: Merged| {
                secrets.extend(merged.secrets.iter().cloned());
                complete(merged, &overrides, given, configuration)
            };
            let mut environments = Environments::new(complete(home));
            for (merged, folders) in others {
                environments.add(complete(merged), folders);
            }
            Ok(Gathered { environments, secrets })
        }
        (overrides, found) => Err([overrides.err(), found.err()].into_iter().flatten().flatten().collect()),
    }
}

fn find(
    given: &Given<'_>,
    overrides: &[(String, Json)],
    configuration: &Configuration,
) -> Result<environment::Found, Vec<Diagnostic>> {
    let asked = given.environment.map(|name| {
        let source = SourceFile::new("--env", name);
        source.span(0..source.text().len()).with(name.to_owned())
    });
    environment::find(&Search {
        name: asked.as_ref().or(configuration.environment.as_ref()),
        project: given.project,
        named: given.named,
        folders: given.folders,
        given: overrides,
        configuration,
    })
}

/// An environment with what is the same in all.
fn complete(merged: Merged, overrides: &Pairs, given: &Given<'_>, configuration: &Configuration) -> Environment {
    let project = configuration.variables.iter().map(|(name, value)| (name.value.clone(), value.to_json()));
    let variables = Variables {
        overrides: overrides.clone(),
        environment: merged.variables,
        derived: merged.derived,
        credentials: merged.credentials,
        project: project.collect(),
        dotenv: merged.dotenv,
        process: given.process.to_vec(),
    };
    let Merged { headers, options, cookies, .. } = merged;
    Environment { variables: Arc::new(variables), headers, options, cookies }
}

/// Process variables, files and single variables, each over the one before it.
fn overrides(given: &Given<'_>) -> Result<Pairs, Vec<Diagnostic>> {
    let mut overrides = Pairs::new();
    let mut problems = Vec::new();
    for (name, value) in given.process {
        if let Some(name) = name.strip_prefix(PREFIX).filter(|name| !name.is_empty()) {
            define(&mut overrides, name, value.as_str().into());
        }
    }
    for path in given.files {
        match read_file(path) {
            Ok(pairs) => pairs.into_iter().for_each(|(name, value)| define(&mut overrides, &name, value)),
            Err(wrong) => problems.extend(wrong),
        }
    }
    for written in given.variables {
        match written.split_once('=').filter(|(name, _)| !name.is_empty()) {
            Some((name, value)) => define(&mut overrides, name, value.into()),
            None => problems.push(not_a_variable(written)),
        }
    }
    if problems.is_empty() { Ok(overrides) } else { Err(problems) }
}

fn not_a_variable(written: &str) -> Diagnostic {
    let source = SourceFile::new("--var", written);
    Diagnostic::error("not `name=value`").at(&source.span(0..source.text().len()), "")
}

/// Gives a name a value, whatever it had before.
fn define<V>(pairs: &mut Vec<(String, V)>, name: &str, value: V) {
    match pairs.iter_mut().find(|(known, _)| known == name) {
        Some((_, known)) => *known = value,
        None => pairs.push((name.to_owned(), value)),
    }
}

/// Reads a `--vars-file`.
fn read_file(path: &Path) -> Result<Pairs, Vec<Diagnostic>> {
    let source = read_source(path).map_err(|error| vec![unreadable(&error)])?;
    if is_tree(&source) { read_tree(&source) } else { read_lines(&source) }
}

/// Whether a file is JSON or YAML, by its name or else by how it begins.
fn is_tree(source: &SourceFile) -> bool {
    match source.path().extension().and_then(|extension| extension.to_str()) {
        Some("json" | "yaml" | "yml") => true,
        _ => source.text().trim_start().starts_with('{'),
    }
}

fn read_tree(source: &Arc<SourceFile>) -> Result<Pairs, Vec<Diagnostic>> {
    let root = yaml::load(source)?;
    variables(&root)
        .ok_or_else(|| vec![Diagnostic::error("variables are a map: `name: value`").at(&root.span.slice(0..0), "")])
}

/// The entries of a map as JSON.
fn variables(value: &Value) -> Option<Pairs> {
    match &value.node {
        Node::Map(entries) => Some(entries.iter().map(|(name, value)| (name.value.clone(), value.to_json())).collect()),
        _ => None,
    }
}

fn read_lines(source: &Arc<SourceFile>) -> Result<Pairs, Vec<Diagnostic>> {
    let lines = dotenv::parse(source)?;
    Ok(lines.into_iter().map(|(name, value)| (name, value.into())).collect())
}

fn unreadable(error: &ReadError) -> Diagnostic {
    Diagnostic::error(error.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A folder with these files.
    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
            std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
        }
        folder
    }

    fn configuration(text: &str) -> Configuration {
        Configuration::read(&SourceFile::new("rqtest.yaml", text)).unwrap()
    }

    fn object(pairs: &[(String, Json)]) -> Json {
        pairs.iter().cloned().collect()
    }

    /// `file:line:column: message`, notes and help, without the folder.
    fn lines(problems: &[Diagnostic]) -> Vec<String> {
        let line = |problem: &Diagnostic| {
            let place = problem.span().map_or(String::new(), |span| {
                let name = span.source().path().file_name().unwrap_or_default().display();
                format!("{name}:{}:{}: ", span.location().line, span.location().column)
            });
            let help = problem.help.as_ref().map_or(String::new(), |help| format!("; help: {help}"));
            format!("{place}{}; {}{help}", problem.message, problem.notes.join("; "))
        };
        problems.iter().map(line).collect()
    }

    const PUBLIC: &str = r#"{
        "$shared": {"a": "shared", "b": "shared", "c": "shared", "timeout": 5},
        "dev": {"b": "public", "c": "public", "nested": {"key": [1]}},
        "prod": {"c": "prod"}
    }"#;
    const PRIVATE: &str = r#"{"dev": {"c": "private", "pin": 123456, "more": ["x", true]}, "prod": {"token": "prod"}}"#;

    #[test]
    fn overrides_win_by_how_near_they_are_written() {
        let folder = folder(&[
            ("a.json", r#"{"c": 1, "d": 1, "e": {"f": null}}"#),
            ("b.yaml", "d: 2\ng: x\n"),
            ("c.env", "h=1\ng=y"),
            ("d", " {\"i\": 1}"),
        ]);
        let files = ["a.json", "b.yaml", "c.env", "d"].map(|name| folder.path().join(name));
        let process =
            [("RQTEST_VAR_a", "p"), ("RQTEST_VAR_b", "p"), ("RQTEST_VAR_c", "p"), ("RQTEST_VAR_", "p"), ("HOME", "p")];
        let given = Given {
            variables: &["b=v=1".to_owned(), "z=1".to_owned(), "z=".to_owned()],
            files: &files,
            process: &process.map(|(name, value)| (name.to_owned(), value.to_owned())),
            ..Given::default()
        };
        let gathered = gather(&given, &configuration("variables: {project: [1]}\n")).unwrap();
        let variables = &gathered.environments.home().variables;
        assert_eq!(
            object(&variables.overrides),
            json!({"a": "p", "b": "v=1", "c": 1, "d": 2, "e": {"f": null}, "g": "y", "h": "1", "i": 1, "z": ""})
        );
        assert_eq!(object(&variables.project), json!({"project": [1]}));
    }

    #[test]
    fn an_environment_is_private_over_public_over_shared_over_configured() {
        let folder = folder(&[("http-client.env.json", PUBLIC), ("http-client.private.env.json", PRIVATE)]);
        let folders = [folder.path().to_owned()];
        let configuration = configuration("environments: {dev: {a: 0, d: configured}}\n");
        let given = Given { named: &folders, environment: Some("dev"), ..Given::default() };
        let Gathered { environments, secrets } = gather(&given, &configuration).unwrap();
        assert_eq!(
            object(&environments.home().variables.environment),
            json!({
                "a": "shared", "b": "public", "c": "private", "d": "configured", "timeout": 5,
                "nested": {"key": [1]}, "pin": 123456, "more": ["x", true],
            })
        );
        assert_eq!(secrets, ["private", "123456", "x"]);
    }

    #[test]
    fn without_a_choice_the_environment_is_what_all_share_or_the_configured_one() {
        let folder = folder(&[("http-client.env.json", PUBLIC)]);
        let given = Given { named: &[folder.path().to_owned()], ..Given::default() };
        let environment = |configuration: &Configuration| {
            object(&gather(&given, configuration).unwrap().environments.home().variables.environment)
        };
        let shared = environment(&Configuration::default());
        assert_eq!(shared, json!({"a": "shared", "b": "shared", "c": "shared", "timeout": 5}));
        assert_eq!(environment(&configuration("environment: prod\n"))["c"], "prod");
    }

    #[test]
    fn the_nearest_folder_wins() {
        let far = folder(&[
            ("http-client.env.json", r#"{"dev": {"a": "far", "b": "far"}}"#),
            (".env", "A=far\nB=far\nB=last\n"),
            ("near/http-client.env.json", r#"{"dev": {"a": "near"}}"#),
            ("near/.env", "A=near\n"),
            ("near/none/a.http", ""),
            ("other/c.http", ""),
        ]);
        let folders = ["near/none", "near", "other"].map(|name| far.path().join(name));
        let named = [far.path().to_owned()];
        let given = Given { named: &named, folders: &folders, environment: Some("dev"), ..Given::default() };
        let environments = gather(&given, &Configuration::default()).unwrap().environments;
        let near = &environments.of(&folders[0].join("a.http")).variables;
        assert!(Arc::ptr_eq(near, &environments.of(&folders[1].join("b.http")).variables));
        assert_eq!(object(&near.environment), json!({"A": "near", "B": "last", "a": "near", "b": "far"}));
        let dotenv: Json = near.dotenv.iter().cloned().collect();
        assert_eq!(dotenv, json!({"A": "near", "B": "last"}));
        let elsewhere = &environments.of(&folders[2].join("c.http")).variables;
        assert_eq!(object(&elsewhere.environment), json!({"A": "far", "B": "last", "a": "far", "b": "far"}));
    }

    #[test]
    fn says_all_that_is_wrong() {
        let bad = folder(&[
            ("http-client.env.json", "{\"dev\": 1}"),
            (".env", "oops"),
            ("list.json", "[1]"),
            ("bad.json", "{"),
        ]);
        let good = folder(&[("http-client.env.json", PUBLIC)]);
        let files = ["list.json", "bad.json"].map(|name| bad.path().join(name));
        let none = Configuration::default();
        let given = Given {
            variables: &["a".to_owned(), "=1".to_owned()],
            files: &files,
            named: &[bad.path().to_owned()],
            ..Given::default()
        };
        let mut shown = lines(&gather(&given, &none).unwrap_err());
        let unknown = |folder: &tempfile::TempDir, name: Option<&str>, configuration: &Configuration| {
            let folders = [folder.path().to_owned()];
            let given = Given { named: &folders, environment: name, ..Given::default() };
            lines(&gather(&given, configuration).unwrap_err())
        };
        shown.extend(unknown(&good, Some("dve"), &configuration("environments: {local: {}}\n")));
        shown.extend(unknown(&good, Some("$shared"), &none));
        shown.extend(unknown(&good, None, &configuration("environment: production\n")));
        shown.extend(unknown(&folder(&[]), Some("dev"), &none));
        insta::assert_snapshot!(shown.join("\n"));
    }
}
