//! Environments: named sets of variables, and what else editors keep beside request files.
//!
//! A spec has those of its folder and of the folders above it. Folders that the same files
//! concern share one environment.

mod files;
mod folders;
mod layers;
mod provider;
mod reference;
mod security;
mod settings;
mod tls;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use serde_json::Value as Json;

use crate::diagnostic::Diagnostic;
use crate::source::Spanned;

use super::configuration::Configuration;

use self::files::FolderFiles;
pub(super) use self::files::configured_folder;
use self::folders::Territory;
pub(super) use self::layers::Merged;
use self::layers::SHARED;

/// What environments are looked for.
#[derive(Debug)]
pub(super) struct Search<'a> {
    /// The one that is chosen.
    pub(super) name: Option<&'a Spanned<String>>,
    /// The folder of the project, where it has a configuration.
    pub(super) project: Option<&'a Path>,
    /// The folders that were named.
    pub(super) named: &'a [PathBuf],
    /// The folders of the specs, as their paths name them.
    pub(super) folders: &'a [PathBuf],
    /// Variables that are given otherwise.
    pub(super) given: &'a [(String, Json)],
    pub(super) configuration: &'a Configuration,
}

/// What was found.
#[derive(Debug)]
pub(super) struct Found {
    /// What the project has, or else the folder that was named.
    pub(super) home: Merged,
    /// What other folders have.
    pub(super) others: Vec<(Merged, Vec<PathBuf>)>,
}

/// The files that concern a folder, the nearest first.
struct Stack {
    /// The folders of those that say something.
    folders: Vec<PathBuf>,
    files: Vec<Rc<FolderFiles>>,
}

/// The environments of the folders of specs.
///
/// # Errors
/// Everything that is wrong with their files; that nothing defines the one that is chosen.
pub(super) fn find(search: &Search<'_>) -> Result<Found, Vec<Diagnostic>> {
    let mut reader = Reader::new(search);
    let home = search.project.or(search.named.first().map(PathBuf::as_path)).unwrap_or(Path::new("."));
    let home = reader.stack(home);
    let mut others: Vec<(Stack, Vec<PathBuf>)> = Vec::new();
    for folder in search.folders {
        let stack = reader.stack(folder);
        if stack.folders == home.folders {
            continue;
        }
        match others.iter_mut().find(|(known, _)| known.folders == stack.folders) {
            Some((_, folders)) => folders.push(folder.clone()),
            None => others.push((stack, vec![folder.clone()])),
        }
    }
    reader.check()?;
    let mut problems = Vec::new();
    let mut merge = |stack: Stack| {
        let name = search.name.map(|name| name.value.as_str());
        let merged = layers::merge(&stack.files, name, search.configuration, search.given);
        merged.map_err(|wrong| add_new(&mut problems, wrong)).unwrap_or_default()
    };
    let found = Found {
        home: merge(home),
        others: others.into_iter().map(|(stack, folders)| (merge(stack), folders)).collect(),
    };
    if problems.is_empty() { Ok(found) } else { Err(problems) }
}

/// Adds what several environments may have in common once.
fn add_new(problems: &mut Vec<Diagnostic>, wrong: Vec<Diagnostic>) {
    for problem in wrong {
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
}

/// Reads the files of folders, each once.
struct Reader<'a> {
    search: &'a Search<'a>,
    territory: Territory,
    read: HashMap<PathBuf, Rc<FolderFiles>>,
    /// The folders in the order in which they were read.
    order: Vec<PathBuf>,
    problems: Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    fn new(search: &'a Search<'a>) -> Self {
        let territory = Territory::new(search.project, search.named);
        Self { search, territory, read: HashMap::new(), order: Vec::new(), problems: Vec::new() }
    }

    fn stack(&mut self, folder: &Path) -> Stack {
        let above = self.territory.above(folder);
        let files: Vec<_> = above.into_iter().map(|folder| (self.files(&folder), folder)).collect();
        let (files, folders) = files.into_iter().filter(|(files, _)| !files.is_empty()).unzip();
        Stack { folders, files }
    }

    fn files(&mut self, folder: &Path) -> Rc<FolderFiles> {
        if let Some(files) = self.read.get(folder) {
            return Rc::clone(files);
        }
        let name = self.search.name.map(|name| name.value.as_str());
        let files = FolderFiles::read(folder, name).map_err(|wrong| self.problems.extend(wrong)).unwrap_or_default();
        let files = Rc::new(files);
        self.read.insert(folder.to_owned(), Rc::clone(&files));
        self.order.push(folder.to_owned());
        files
    }

    /// Whether all could be read, and something defines the environment that is chosen.
    fn check(&mut self) -> Result<(), Vec<Diagnostic>> {
        if let Some(name) = self.search.name.filter(|name| self.problems.is_empty() && !self.is_defined(name)) {
            let unknown = self.unknown(name);
            self.problems.push(unknown);
        }
        let problems = std::mem::take(&mut self.problems);
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    fn is_defined(&self, name: &str) -> bool {
        !SHARED.contains(&name)
            && (self.names().any(|known| known == name) || self.read.values().any(|files| files.has_named_dotenv))
    }

    /// The environments that are defined outside of `.env` files.
    fn names(&self) -> impl Iterator<Item = &str> {
        let configured = self.search.configuration.environments.iter().map(|known| known.name.value.as_str());
        let read = self.read.values().flat_map(|files| &files.environments).map(|defined| defined.name.value.as_str());
        configured.chain(read)
    }

    fn unknown(&self, name: &Spanned<String>) -> Diagnostic {
        let of_dotenv: Vec<String> = self.order.iter().flat_map(|folder| files::dotenv_names(folder)).collect();
        let mut known: Vec<&str> = self.names().chain(of_dotenv.iter().map(String::as_str)).collect();
        known.retain(|name| !SHARED.contains(name));
        known.sort_unstable();
        known.dedup();
        let problem = Diagnostic::error(format!("there is no environment `{}`", name.value)).at(&name.span, "");
        if known.is_empty() {
            let help = "define it in `http-client.env.json`, or as one of `environments:` in `rqtest.yaml`";
            return problem.note("no environment is defined").help(help);
        }
        let note = format!("these are defined: {}", known.join(", "));
        problem.note(note).suggest(&name.value, known.iter().copied())
    }
}
