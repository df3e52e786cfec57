//! Where the variables of a run come from, before any file defines its own.

mod dotenv;
mod environment;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value as Json;

use crate::cli::configuration::Configuration;
use crate::diagnostic::Diagnostic;
use crate::parse::yaml;
use crate::source::{ReadError, SourceFile, read_private_source, read_source};
use crate::template::Variables;

use environment::Environments;

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
    /// The folders whose environment files and `.env` are read; the first to define a name wins.
    pub(crate) folders: &'a [PathBuf],
}

/// The variables of a run.
#[derive(Debug)]
pub(crate) struct Gathered {
    /// By where they come from.
    pub(crate) variables: Variables,
    /// What no output may show.
    pub(crate) secrets: Vec<String>,
}

/// Gathers the variables of a run.
///
/// # Errors
/// Everything that is wrong with what was given, with an environment file, or with a `.env`.
pub(crate) fn gather(given: &Given<'_>, configuration: &Configuration) -> Result<Gathered, Vec<Diagnostic>> {
    let overrides = overrides(given);
    let environment = environment(given, configuration);
    let dotenv = dotenv(given.folders);
    match (overrides, environment, dotenv) {
        (Ok(overrides), Ok((environment, secrets)), Ok(dotenv)) => {
            let project = configuration.variables.iter().map(|(name, value)| (name.value.clone(), value.to_json()));
            let process = given.process.to_vec();
            let variables = Variables { overrides, environment, project: project.collect(), dotenv, process };
            Ok(Gathered { variables, secrets })
        }
        (overrides, environment, dotenv) => {
            let problems = [overrides.err(), environment.err(), dotenv.err()];
            Err(problems.into_iter().flatten().flatten().collect())
        }
    }
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

fn environment(given: &Given<'_>, configuration: &Configuration) -> Result<(Pairs, Vec<String>), Vec<Diagnostic>> {
    let environments = Environments::read(given.folders)?;
    let asked = given.environment.map(|name| {
        let source = SourceFile::new("--env", name);
        source.span(0..source.text().len()).with(name.to_owned())
    });
    let name = asked.as_ref().or(configuration.environment.as_ref());
    environments.choose(name, configuration).map_err(|problem| vec![problem])
}

fn dotenv(folders: &[PathBuf]) -> Result<Vec<(String, String)>, Vec<Diagnostic>> {
    let mut defined = Vec::new();
    let mut problems = Vec::new();
    for path in folders.iter().rev().map(|folder| folder.join(".env")).filter(|path| path.is_file()) {
        let source = read_private_source(&path).map_err(|error| vec![unreadable(&error)]);
        match source.and_then(|source| dotenv::parse(&source)) {
            Ok(pairs) => pairs.into_iter().for_each(|(name, value)| define(&mut defined, &name, value)),
            Err(wrong) => problems.extend(wrong),
        }
    }
    if problems.is_empty() { Ok(defined) } else { Err(problems) }
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
    environment::variables(&root)
        .ok_or_else(|| vec![Diagnostic::error("variables are a map: `name: value`").at(&root.span.slice(0..0), "")])
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
            let mut file =
                std::fs::OpenOptions::new().create(true).append(true).open(folder.path().join(name)).unwrap();
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
        assert_eq!(
            object(&gathered.variables.overrides),
            json!({"a": "p", "b": "v=1", "c": 1, "d": 2, "e": {"f": null}, "g": "y", "h": "1", "i": 1, "z": ""})
        );
        assert_eq!(object(&gathered.variables.project), json!({"project": [1]}));
    }

    #[test]
    fn an_environment_is_private_over_public_over_shared_over_configured() {
        let folder = folder(&[("http-client.env.json", PUBLIC), ("http-client.private.env.json", PRIVATE)]);
        let folders = [folder.path().to_owned()];
        let configuration = configuration("environments: {dev: {a: 0, d: configured}}\n");
        let given = Given { folders: &folders, environment: Some("dev"), ..Given::default() };
        let Gathered { variables, secrets } = gather(&given, &configuration).unwrap();
        assert_eq!(
            object(&variables.environment),
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
        let given = Given { folders: &[folder.path().to_owned()], ..Given::default() };
        let shared = gather(&given, &Configuration::default()).unwrap().variables.environment;
        assert_eq!(object(&shared), json!({"a": "shared", "b": "shared", "c": "shared", "timeout": 5}));
        let prod = gather(&given, &configuration("environment: prod\n")).unwrap().variables.environment;
        assert_eq!(object(&prod)["c"], "prod");
    }

    #[test]
    fn the_first_folder_wins() {
        let near = folder(&[("http-client.env.json", r#"{"dev": {"a": "near"}}"#), (".env", "A=near\n")]);
        let far = folder(&[
            ("http-client.env.json", r#"{"dev": {"a": "far", "b": "far"}}"#),
            (".env", "A=far\nB=far\nB=last\n"),
        ]);
        let folders = [near.path().to_owned(), far.path().to_owned()];
        let given = Given { folders: &folders, environment: Some("dev"), ..Given::default() };
        let variables = gather(&given, &Configuration::default()).unwrap().variables;
        assert_eq!(object(&variables.environment), json!({"a": "near", "b": "far"}));
        let dotenv: Json = variables.dotenv.into_iter().collect();
        assert_eq!(dotenv, json!({"A": "near", "B": "last"}));
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
            folders: &[bad.path().to_owned()],
            ..Given::default()
        };
        let mut shown = lines(&gather(&given, &none).unwrap_err());
        let unknown = |folder: &tempfile::TempDir, name: Option<&str>, configuration: &Configuration| {
            let folders = [folder.path().to_owned()];
            let given = Given { folders: &folders, environment: name, ..Given::default() };
            lines(&gather(&given, configuration).unwrap_err())
        };
        shown.extend(unknown(&good, Some("dve"), &configuration("environments: {local: {}}\n")));
        shown.extend(unknown(&good, Some("$shared"), &none));
        shown.extend(unknown(&good, None, &configuration("environment: production\n")));
        shown.extend(unknown(&folder(&[]), Some("dev"), &none));
        insta::assert_snapshot!(shown.join("\n"));
    }
}
