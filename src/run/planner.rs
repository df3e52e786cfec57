//! Makes plans: spec files are found, read and filtered.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rayon::prelude::*;

use crate::diagnostic::Diagnostic;
use crate::event::{CaseError, CaseOutline, FileOutline, Outline};
use crate::history::{FileHistory, History};
use crate::parse;
use crate::source::{Root, SourceFile, read_source, walk};
use crate::spec::{Defaults, Dialect, Entry, Format, Spec};

use super::imports::{Library, gather};
use super::plan::{Plan, PlannedFile};
use super::schemas::Schemas;
use super::select::{self, Changes, FileSelection, Shard};
use super::{Selection, cases, tables};

/// A path to run, and the line of the one request in it that is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// A file or a folder.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: Option<usize>,
}

impl Input {
    /// Reads `path` or `path:LINE`; a path that exists as it stands is just that.
    pub fn parse(text: &str) -> Self {
        let whole = Self { path: text.into(), line: None };
        if whole.path.exists() {
            return whole;
        }
        match text.rsplit_once(':').map(|(path, line)| (path, line.parse())) {
            Some((path, Ok(line))) => Self { path: path.into(), line: Some(line) },
            _ => whole,
        }
    }
}

/// Makes plans.
#[derive(Debug, Default)]
pub struct Planner {
    /// Which requests are to run.
    pub selection: Selection,
    /// The files that must have changed, or concern what has; all, where nothing is said.
    pub changes: Option<Changes>,
    /// The share of the files that is to run; all, where nothing is said.
    pub shard: Option<Shard>,
    /// What decides on the order of the files; without it, it is that in which they are found.
    pub order: Option<u64>,
    /// What is known of earlier runs.
    pub history: History,
    /// What holds for every request that does not say otherwise.
    pub defaults: Defaults,
    /// Whose rules `.http` files are read by, where editors differ.
    pub dialect: Dialect,
    /// The folder that references between files may not leave: the project's. Without
    /// one it is the folder that is run, or for a file the working directory.
    pub root: Option<Root>,
    /// A folder outside of the root that responses may be saved in.
    pub output: Option<PathBuf>,
    /// How many times each file is run.
    pub repeat: usize,
    /// The time now, since 1970-01-01T00:00:00Z.
    pub now: Duration,
}

/// A file of the plan, and what reports list of it.
type Loaded = (PlannedFile, FileOutline);

/// A spec file that was found, or named and not found.
struct Found {
    path: PathBuf,
    line: Option<usize>,
    root: Arc<Root>,
    content: Result<Arc<SourceFile>, String>,
}

impl Planner {
    /// Finds and reads the spec files of some paths. What cannot be read becomes an
    /// error case of its own.
    pub fn plan(&self, inputs: &[Input]) -> Plan {
        let found: Vec<Found> = inputs.iter().flat_map(|input| self.find(input)).collect();
        let schemas = Schemas::default();
        let read = |path: &Path, root: &Root| self.read_referenced(path, root, &schemas);
        let library = Library::new(&read);
        let load = |found: &Found| self.load(found, &library, &schemas);
        // Below this many files, waking up a pool costs more than it saves.
        let loaded: Vec<_> = if found.len() < 16 {
            found.iter().filter_map(load).collect()
        } else {
            found.par_iter().filter_map(load).collect()
        };
        let found = loaded.len();
        let chosen = self.ordered(self.shared_out(self.changed(loaded)));
        let left = found - chosen.len();
        let (files, outlines) = self.repeated(chosen).into_iter().unzip();
        Plan { files, outline: Arc::new(Outline { files: outlines, started: self.now }), left }
    }

    /// Those that have changed, or concern what has.
    fn changed(&self, mut files: Vec<Loaded>) -> Vec<Loaded> {
        if let Some(changes) = &self.changes {
            files.retain(|(file, outline)| match file {
                PlannedFile::Spec { specs, .. } => changes.concern(specs),
                PlannedFile::Unreadable(_) => changes.hold(Path::new(&outline.path)),
            });
        }
        files
    }

    /// Those of this shard.
    fn shared_out(&self, mut files: Vec<Loaded>) -> Vec<Loaded> {
        if let Some(shard) = self.shard {
            let known = |(_, outline): &Loaded| {
                let path = Path::new(&outline.path);
                let elapsed = self.history.of(path).and_then(FileHistory::elapsed);
                select::File { key: self.history.key(path), elapsed }
            };
            let mut taken = shard.takes(&files.iter().map(known).collect::<Vec<_>>()).into_iter();
            files.retain(|_| taken.next().unwrap_or_default());
        }
        files
    }

    fn ordered(&self, mut files: Vec<Loaded>) -> Vec<Loaded> {
        if let Some(seed) = self.order {
            fastrand::Rng::with_seed(seed).shuffle(&mut files);
        }
        files
    }

    fn find(&self, input: &Input) -> Vec<Found> {
        let Input { path, line } = input;
        let root = self.root.clone().unwrap_or_else(|| Root::at(root_of(path)));
        let root = Arc::new(root.with_output(self.output.clone()));
        let found = |path: PathBuf, content| Found { path, line: *line, root: Arc::clone(&root), content };
        if !path.is_dir() {
            let content = match format_of(path) {
                Some(_) => read_source(path).map_err(|error| error.to_string()),
                None if path.exists() => Err(no_spec(path)),
                None => Err(format!("there is no file or folder {}", path.display())),
            };
            return vec![found(path.clone(), content)];
        }
        walk(path)
            .filter_map(|entry| match entry {
                Ok(path) => {
                    format_of(&path)?;
                    let path = path.strip_prefix(".").map(Path::to_owned).unwrap_or(path);
                    let content = read_source(&path).map_err(|error| error.to_string());
                    let is_spec = content.as_ref().map_or(true, is_spec);
                    is_spec.then(|| found(path, content))
                }
                Err(message) => Some(found(path.clone(), Err(message))),
            })
            .collect()
    }

    fn load(&self, found: &Found, library: &Library<'_>, schemas: &Schemas) -> Option<Loaded> {
        let selection = self.selection.of_file(&found.path, &self.history)?;
        let source = match &found.content {
            Ok(source) => source,
            Err(message) => return Some(unreadable(found, message.clone())),
        };
        let spec = self.read(source, format_of(&found.path).unwrap_or(Format::Yaml), &found.root, schemas);
        self.select(spec, found, selection, library)
    }

    /// Reads a file that another one refers to.
    fn read_referenced(&self, path: &Path, root: &Root, schemas: &Schemas) -> Result<Spec, String> {
        let format = format_of(path).ok_or_else(|| no_spec(path))?;
        Ok(self.read(&read_source(path).map_err(|error| error.to_string())?, format, root, schemas))
    }

    fn read(&self, source: &Arc<SourceFile>, format: Format, root: &Root, schemas: &Schemas) -> Spec {
        let mut spec = parse::parse(source, format, self.dialect);
        for entry in [&mut spec.setup, &mut spec.requests, &mut spec.teardown].into_iter().flatten() {
            if let Entry::Request(request) = entry {
                self.defaults.apply(request);
            }
            tables::fill(entry, root);
            schemas.fill(entry, root);
        }
        spec
    }

    /// Takes from a file what is to run; nothing at all if none of its requests is.
    fn select(
        &self,
        mut spec: Spec,
        found: &Found,
        selection: FileSelection<'_>,
        library: &Library<'_>,
    ) -> Option<Loaded> {
        let path = found.path.display().to_string();
        let name = spec.name.as_ref().map_or_else(|| path.clone(), |name| name.value.clone());
        let mut diagnostics = std::mem::take(&mut spec.diagnostics);
        let gathered = gather(spec, &found.root, library);
        let chosen = cases::of(&gathered, selection, found.line)?;
        diagnostics.extend(chosen.warnings);
        let (cases, outlines) = chosen.list.into_iter().unzip();
        let file = PlannedFile::Spec { specs: gathered.specs, root: Arc::clone(&found.root), cases };
        Some((file, FileOutline { path, name, cases: outlines, diagnostics }))
    }

    fn repeated(&self, once: Vec<Loaded>) -> Vec<Loaded> {
        if self.repeat <= 1 {
            return once;
        }
        let run_of = |(file, outline): &Loaded, run: usize| {
            let name = |text: &str| format!("{text} [run {run} of {}]", self.repeat);
            let cases = outline.cases.iter();
            let cases = cases.map(|case| CaseOutline { name: name(&case.name), ..case.clone() });
            let outline = FileOutline {
                path: outline.path.clone(),
                name: name(&outline.name),
                cases: cases.collect(),
                diagnostics: if run == 1 { outline.diagnostics.clone() } else { Vec::new() },
            };
            (file.clone(), outline)
        };
        once.iter().flat_map(|file| (1..=self.repeat).map(move |run| run_of(file, run))).collect()
    }
}

fn unreadable(found: &Found, message: String) -> Loaded {
    let path = found.path.display().to_string();
    let case = CaseOutline { name: "read the file".to_owned(), ..CaseOutline::default() };
    let error = CaseError { kind: "read", diagnostics: vec![Diagnostic::error(message)] };
    let outline = FileOutline { name: path.clone(), path, cases: vec![case], diagnostics: Vec::new() };
    (PlannedFile::Unreadable(error), outline)
}

fn no_spec(path: &Path) -> String {
    format!("{} is no spec file: those end in .http, .rest, .yaml or .yml", path.display())
}

fn root_of(path: &Path) -> &Path {
    if path.is_dir() {
        return path;
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if folder.is_relative() && !folder.starts_with("..") { Path::new(".") } else { folder }
}

/// The format that a file's name says that it is in.
fn format_of(path: &Path) -> Option<Format> {
    match path.extension()?.to_str()? {
        "http" | "rest" => Some(Format::Http),
        "yaml" | "yml" => Some(Format::Yaml),
        _ => None,
    }
}

/// Whether a file found in a folder is a spec: a YAML file is, if it has a top-level `requests:`.
fn is_spec(source: &Arc<SourceFile>) -> bool {
    format_of(source.path()) == Some(Format::Http) || parse::yaml::is_spec(source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_what_follows_the_last_colon_of_a_path_that_does_not_exist() {
        for (text, path, line) in [
            ("Cargo.toml", "Cargo.toml", None),
            ("a.http:12", "a.http", Some(12)),
            ("a.http", "a.http", None),
            ("c:/a.http:x", "c:/a.http:x", None),
        ] {
            assert_eq!(Input::parse(text), Input { path: path.into(), line }, "{text}");
        }
    }
}
