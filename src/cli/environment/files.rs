//! What the files of one folder say of environments.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::cli::configuration::FILE_NAME;
use crate::cli::variables::dotenv;
use crate::diagnostic::Diagnostic;
use crate::parse::yaml;
use crate::source::{ReadError, SourceFile, files_at, read_private_source, read_source};
use crate::spec::{Format, Node, Text, Value};

use super::settings::{self, Settings};

/// Files of JetBrains, Visual Studio, kulala and httpYac that define environments.
const ENVIRONMENTS: &[(&str, Kind)] = &[
    ("http-client.env.json", Kind::Public),
    ("http-client.env.json.user", Kind::Private),
    ("http-client.private.env.json", Kind::Private),
];

/// The settings of VS Code.
const SETTINGS: &str = ".vscode/settings.json";

/// Where JetBrains' editors keep cookies.
const COOKIES: &str = ".idea/httpRequests/http-client.cookies";

/// A folder for `.env` files, as httpYac has it.
const DOTENV_FOLDER: &str = "env";

const DOTENV: &str = ".env";

/// What kind of file defines an environment; one that fewer may see counts more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Settings,
    Public,
    Private,
}

/// An environment as one file defines it.
#[derive(Debug)]
pub(super) struct Defined {
    pub(super) name: Text,
    pub(super) entries: Vec<(Text, Value)>,
    pub(super) kind: Kind,
}

/// What the files of one folder say.
#[derive(Debug, Default)]
pub(super) struct FolderFiles {
    pub(super) environments: Vec<Defined>,
    /// What `.env` files define, the last of a name winning.
    pub(super) dotenv: Vec<(String, String)>,
    /// Whether one of them is that of the environment that was chosen.
    pub(super) has_named_dotenv: bool,
    pub(super) settings: Option<Settings>,
    pub(super) cookies: Option<PathBuf>,
}

impl FolderFiles {
    /// Reads the files of a folder, those that are there.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub(super) fn read(folder: &Path, environment: Option<&str>) -> Result<Self, Vec<Diagnostic>> {
        let mut files = Self::default();
        let mut problems = Vec::new();
        for (name, kind) in ENVIRONMENTS {
            match read_environments(&folder.join(name), *kind) {
                Ok(read) => files.environments.extend(read),
                Err(wrong) => problems.extend(wrong),
            }
        }
        files.read_settings(&folder.join(SETTINGS)).unwrap_or_else(|wrong| problems.extend(wrong));
        for (path, is_named) in dotenv_files(folder, environment) {
            match read_dotenv(&path) {
                Ok(Some(pairs)) => {
                    files.dotenv.extend(pairs);
                    files.has_named_dotenv |= is_named;
                }
                Ok(None) => {}
                Err(wrong) => problems.extend(wrong),
            }
        }
        files.cookies = Some(folder.join(COOKIES)).filter(|path| path.is_file());
        if problems.is_empty() { Ok(files) } else { Err(problems) }
    }

    fn read_settings(&mut self, path: &Path) -> Result<(), Vec<Diagnostic>> {
        if !path.is_file() {
            return Ok(());
        }
        let (environments, settings) = settings::read(&read_json(path, Kind::Settings)?)?;
        self.environments.extend(environments);
        self.settings = Some(settings);
        Ok(())
    }

    /// Whether there is nothing.
    pub(super) fn is_empty(&self) -> bool {
        let Self { environments, dotenv, has_named_dotenv, settings, cookies } = self;
        environments.is_empty() && dotenv.is_empty() && !has_named_dotenv && settings.is_none() && cookies.is_none()
    }
}

/// The folder in and below which a file says something of every spec, if it is of that kind.
pub(in crate::cli) fn configured_folder(file: &Path) -> Option<&Path> {
    let (folder, name) = (file.parent()?, file.file_name()?.to_str()?);
    if let Some(path) = [SETTINGS, COOKIES].iter().find(|path| file.ends_with(path)) {
        return file.ancestors().nth(Path::new(path).components().count());
    }
    let is_dotenv = name == DOTENV || dotenv_name(name).is_some();
    if is_dotenv && folder.ends_with(DOTENV_FOLDER) {
        return folder.parent();
    }
    let is_known = name == FILE_NAME || ENVIRONMENTS.iter().any(|(known, _)| name == *known);
    (is_dotenv || is_known).then_some(folder)
}

/// The names of the environments that `.env` files of a folder define.
pub(super) fn dotenv_names(folder: &Path) -> Vec<String> {
    let folders = [folder.to_owned(), folder.join(DOTENV_FOLDER)];
    let files = folders.iter().filter_map(|folder| files_at(folder).ok()).flatten();
    let name = |path: PathBuf| dotenv_name(path.file_name()?.to_str()?).map(str::to_owned);
    files.filter_map(name).collect()
}

/// The environment that a `.env` file is of, by its name.
fn dotenv_name(file: &str) -> Option<&str> {
    let name = file.strip_prefix(".env.").or_else(|| file.strip_suffix(DOTENV))?;
    (!name.is_empty()).then_some(name)
}

/// The `.env` files that a folder can have, the last counting most, and which are those of the
/// environment.
fn dotenv_files(folder: &Path, environment: Option<&str>) -> impl Iterator<Item = (PathBuf, bool)> {
    let folders = [folder.to_owned(), folder.join(DOTENV_FOLDER)];
    // What is no name of a file is not looked for.
    let environment = environment.filter(|name| !name.contains(['/', '\\']));
    let named = environment.into_iter().flat_map(|name| [format!("{name}{DOTENV}"), format!("{DOTENV}.{name}")]);
    let names: Vec<_> = std::iter::once((DOTENV.to_owned(), false)).chain(named.map(|name| (name, true))).collect();
    folders.into_iter().flat_map(move |folder| {
        let paths = names.iter().map(|(name, is_named)| (folder.join(name), *is_named));
        paths.collect::<Vec<_>>()
    })
}

fn read_dotenv(path: &Path) -> Result<Option<Vec<(String, String)>>, Vec<Diagnostic>> {
    if !path.is_file() {
        return Ok(None);
    }
    let source = read_private_source(path).map_err(|error| unreadable(&error))?;
    dotenv::parse(&source).map(Some)
}

/// Reads a file of environments; there need not be one.
fn read_environments(path: &Path, kind: Kind) -> Result<Vec<Defined>, Vec<Diagnostic>> {
    if !path.is_file() {
        return Ok(Vec::new());
    }
    environments(&read_json(path, kind)?, kind)
}

fn read_json(path: &Path, kind: Kind) -> Result<Value, Vec<Diagnostic>> {
    let read = if kind == Kind::Private { read_private_source } else { read_source };
    let source: Arc<SourceFile> = read(path).map_err(|error| unreadable(&error))?;
    yaml::load_json(&source, Format::Http)
}

/// The environments that a map of them defines.
///
/// # Errors
/// All that are no maps of variables.
pub(super) fn environments(root: &Value, kind: Kind) -> Result<Vec<Defined>, Vec<Diagnostic>> {
    let Node::Map(entries) = &root.node else {
        return Err(vec![Diagnostic::error("environments are a map: `{\"dev\": {…}}`").at(&root.span.slice(0..0), "")]);
    };
    let mut problems = Vec::new();
    let mut environments = Vec::new();
    for (name, value) in entries.iter().filter(|(name, _)| name.value != "$schema") {
        match &value.node {
            Node::Map(entries) => environments.push(Defined { name: name.clone(), entries: entries.clone(), kind }),
            _ => {
                let message = format!("the environment `{}` is not a map of variables", name.value);
                problems.push(Diagnostic::error(message).at(&value.span, ""));
            }
        }
    }
    if problems.is_empty() { Ok(environments) } else { Err(problems) }
}

fn unreadable(error: &ReadError) -> Vec<Diagnostic> {
    vec![Diagnostic::error(error.to_string())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_configures_the_folder_that_it_is_looked_for_from() {
        for (file, folder) in [
            ("/p/rqtest.yaml", Some("/p")),
            ("/p/a/http-client.private.env.json", Some("/p/a")),
            ("/p/.env", Some("/p")),
            ("/p/.env.dev", Some("/p")),
            ("/p/dev.env", Some("/p")),
            ("/p/env/.env", Some("/p")),
            ("/p/env/dev.env", Some("/p")),
            ("/p/env/rqtest.yaml", Some("/p/env")),
            ("/p/.vscode/settings.json", Some("/p")),
            ("/p/.idea/httpRequests/http-client.cookies", Some("/p")),
            ("/p/settings.json", None),
            ("/p/data.yaml", None),
        ] {
            assert_eq!(configured_folder(Path::new(file)), folder.map(Path::new), "{file}");
        }
    }
}
