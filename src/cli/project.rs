//! The project that a command works on: its configuration, and the specs that were named.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::run::{Environments, Plan};
use crate::secret::Redactor;
use crate::source::{Root, Spanned, read_source};
use crate::spec::{Defaults, Dialect};
use crate::template::{CompiledValue, Engine, FileScope, Scope, Variables};

use super::arguments::{SelectionArguments, VariableArguments};
use super::configuration::Configuration;
use super::exit::Exit;
use super::terminal::Terminal;
use super::variables::{self, Given};

/// A project: the folder of its configuration, or none where it has no configuration.
#[derive(Debug)]
pub(super) struct Project {
    pub(super) configuration: Configuration,
    pub(super) root: Option<Root>,
    /// A folder outside of it that responses may be saved in.
    pub(super) output: Option<PathBuf>,
}

/// Why a command goes no further.
#[derive(Debug)]
pub(super) struct Stop {
    exit: Exit,
    diagnostics: Vec<Diagnostic>,
}

impl Project {
    /// Reads the configuration that was named, or that is found from the first path that leads to one.
    pub(super) fn open(selection: &SelectionArguments) -> Result<Self, Stop> {
        // A path that does not exist has no folder to look in, and must not cost the others theirs.
        let found = || selection.paths.iter().find_map(|input| Configuration::find(&input.path));
        let Some(path) = selection.config.clone().or_else(found) else {
            return Ok(Self { configuration: Configuration::default(), root: None, output: None });
        };
        let source = read_source(&path).map_err(|error| Stop::usage(error.to_string()))?;
        let configuration = Configuration::read(&source)?;
        Ok(Self { configuration, root: Some(Root::at(folder_of(&path))), output: None })
    }

    /// Whose rules `.http` files are read by.
    pub(super) fn dialect(&self, selection: &SelectionArguments) -> Dialect {
        selection.dialect.or(self.configuration.dialect).unwrap_or_default()
    }

    /// The spec files that the configuration names.
    pub(super) fn files(&self, named: &[Spanned<String>]) -> Result<Vec<PathBuf>, Stop> {
        let Some(root) = &self.root else { return Ok(Vec::new()) };
        let file = |path: &Spanned<String>| {
            let found = root.resolve(path.span.source().path(), &path.value);
            found
                .map(|found| root.shown(&found))
                .map_err(|error| Diagnostic::error(error.to_string()).at(&path.span, ""))
        };
        named.iter().map(file).collect::<Result<_, _>>().map_err(|problem| vec![problem].into())
    }

    /// What holds for every request in an environment, what counts most first.
    pub(super) fn defaults(&self, environment: Option<&str>) -> Vec<Defaults> {
        let configured = self.configuration.environment.as_ref().map(|name| name.value.as_str());
        let chosen = environment.or(configured);
        let environments = self.configuration.environments.iter();
        let own = environments.filter(|known| Some(known.name.value.as_str()) == chosen);
        let own = own.filter_map(|known| known.defaults.clone());
        own.chain([self.configuration.defaults.clone()]).collect()
    }

    /// Gathers the variables of a run, by folder; what no output may show is learnt by the redactor.
    pub(super) fn environments(
        &self,
        arguments: &VariableArguments,
        selection: &SelectionArguments,
        plan: &Plan,
        redactor: &Redactor,
    ) -> Result<Environments, Stop> {
        let gathered = variables::gather(
            &Given {
                variables: &arguments.variables,
                files: &arguments.files,
                process: &process_environment(),
                environment: arguments.environment.as_deref(),
                project: self.root.as_ref().map(Root::folder),
                named: &named(selection),
                folders: &plan.folders(),
            },
            &self.configuration,
        )?;
        gathered.secrets.iter().for_each(|secret| redactor.learn(secret));
        Ok(gathered.environments)
    }

    /// Works the configuration's variables out, in order, each from those above it and
    /// from all that is defined already.
    pub(super) fn define_variables(&self, engine: &Engine, variables: &mut Variables) -> Result<(), Stop> {
        for (name, value) in &self.configuration.variables {
            let file = FileScope::of_project(Arc::new(variables.clone()), engine);
            let compiled = CompiledValue::compile(value, engine.rules()).map_err(|problem| vec![problem])?;
            let value = compiled.evaluate(&Scope::new(&file, 0, &[])).map_err(|problem| vec![problem])?;
            variables.project.push((name.value.clone(), value));
        }
        Ok(())
    }
}

/// The folders that are run, and those of the files that are.
fn named(selection: &SelectionArguments) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = selection.paths.iter().map(|input| folder_of(&input.path).to_owned()).collect();
    folders.dedup();
    folders
}

/// A folder itself, or that of a file.
fn folder_of(path: &Path) -> &Path {
    let folder = if path.is_dir() { path } else { path.parent().unwrap_or(Path::new("")) };
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
}

/// What of the process's environment is text.
#[expect(clippy::disallowed_methods, reason = "this is where the environment comes in")]
pub(super) fn process_environment() -> Vec<(String, String)> {
    let text = |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
    std::env::vars_os().filter_map(text).collect()
}

impl Stop {
    /// Bad usage or configuration.
    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, diagnostics: vec![Diagnostic::error(message)] }
    }

    /// Nothing matched.
    pub(super) fn nothing(selection: &SelectionArguments) -> Self {
        let paths: Vec<String> = selection.paths.iter().map(|input| input.path.display().to_string()).collect();
        let given = [("--tag", !selection.tags.is_empty()), ("--name", selection.name.is_some())];
        let given: Vec<&str> = given.iter().filter(|(_, is_given)| *is_given).map(|(flag, _)| *flag).collect();
        let diagnostic = if !given.is_empty() {
            Diagnostic::error(format!("no request in {} matches {}", paths.join(", "), given.join(" and ")))
                .help("`rqtest list` shows the names and tags of all requests")
        } else {
            Diagnostic::error(format!("there is no request to run in {}", paths.join(", ")))
                .help("a spec is a .http or .rest file, or a YAML file with a top-level `requests:`")
        };
        Self { exit: Exit::Nothing, diagnostics: vec![diagnostic] }
    }

    /// Says why, and how the process ends.
    pub(super) fn report(&self, terminal: &Terminal) -> Exit {
        for diagnostic in &self.diagnostics {
            terminal.diagnostic(diagnostic);
        }
        self.exit
    }
}

impl From<Vec<Diagnostic>> for Stop {
    fn from(diagnostics: Vec<Diagnostic>) -> Self {
        Self { exit: Exit::Usage, diagnostics }
    }
}
