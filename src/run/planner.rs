//! Makes plans: spec files are found, read and filtered.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rayon::prelude::*;

use crate::event::{FileOutline, Outline};
use crate::history::{FileHistory, History, of_run};
use crate::parse;
use crate::source::{Root, SourceFile, is_same_file, read_source, walk};
use crate::spec::{Defaults, Dialect, Entry, Format, Spec};

use super::imports::Library;
use super::links::link;
use super::loaded::Loaded;
use super::order::{Order, Rank};
use super::plan::{Plan, PlannedFile};
use super::schemas::Schemas;
use super::select::{self, Changes, FileSelection, Shard};
use super::{Selection, tables};

/// A file, if it has the line that is asked for.
fn holding(source: Arc<SourceFile>, line: Option<usize>) -> Result<Arc<SourceFile>, String> {
    let lines = source.text().lines().count();
    match line {
        Some(line) if !(1..=lines.max(1)).contains(&line) => {
            Err(format!("there is no line {line}: the file has {lines}"))
        }
        _ => Ok(source),
    }
}

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
    /// What holds for every request that does not say otherwise, what counts most first.
    pub defaults: Vec<Defaults>,
    /// Whose rules `.http` files are read by, where editors differ.
    pub dialect: Dialect,
    /// The folder that references between files may not leave: the project's. Without
    /// one it is the folder that is run, or for a file the working directory.
    pub root: Option<Root>,
    /// A folder outside of the root that responses may be saved in.
    pub output: Option<PathBuf>,
    /// The spec files that run before all others, once.
    pub setup: Vec<PathBuf>,
    /// Those that run after all others, once.
    pub teardown: Vec<PathBuf>,
    /// How many times each file is run.
    pub repeat: usize,
    /// The time now, since 1970-01-01T00:00:00Z.
    pub now: Duration,
}

/// A spec file that was found, or named and not found.
struct Found {
    rank: Rank,
    path: PathBuf,
    line: Option<usize>,
    root: Arc<Root>,
    content: Result<Arc<SourceFile>, String>,
}

impl Planner {
    /// Finds and reads the spec files of some paths. What cannot be read becomes an
    /// error case of its own.
    pub fn plan(&self, inputs: &[Input]) -> Plan {
        let schemas = Schemas::default();
        let read = |path: &Path, root: &Root| self.read_referenced(path, root, &schemas);
        let library = Library::new(&read);
        let load = |found: Found| self.load(found, &library, &schemas);
        let found = self.find_all(inputs);
        // Below this many files, waking up a pool costs more than it saves.
        let loaded: Vec<Loaded<'_>> = if found.len() < 16 {
            found.into_iter().filter_map(load).collect()
        } else {
            found.into_par_iter().filter_map(load).collect()
        };
        let (main, around): (Vec<_>, Vec<_>) = loaded.into_iter().partition(|file| file.rank == Rank::Main);
        let found = main.len();
        let chosen = self.ordered(self.shared_out(self.changed(main)));
        let (count, left) = (chosen.len(), found - chosen.len());
        if count == 0 {
            return Plan { left, ..Plan::default() };
        }
        let (setup, teardown): (Vec<_>, Vec<_>) = around.into_iter().partition(|file| file.rank == Rank::Setup);
        let needed = |rank, path: PathBuf, root: &Arc<Root>| self.load_needed(rank, path, root, &library, &schemas);
        let files = self.repeated(link(setup.into_iter().chain(chosen).chain(teardown).collect(), &needed));
        let ranks = files.iter().map(|file| file.rank).collect();
        let (mut planned, outlines): (Vec<_>, Vec<_>) =
            files.into_iter().map(|file| (file.planned, file.outline)).unzip();
        let order = Order::of(&mut planned, &outlines, ranks);
        Plan {
            files: planned,
            outline: Arc::new(Outline { files: outlines, started: self.now }),
            chosen: count,
            left,
            order,
        }
    }

    /// Those that have changed, or concern what has.
    fn changed<'a>(&self, mut files: Vec<Loaded<'a>>) -> Vec<Loaded<'a>> {
        if let Some(changes) = &self.changes {
            files.retain(|file| match file.specs() {
                Some(specs) => changes.concern(specs),
                None => changes.hold(&file.path),
            });
        }
        files
    }

    /// Those of this shard.
    fn shared_out<'a>(&self, mut files: Vec<Loaded<'a>>) -> Vec<Loaded<'a>> {
        if let Some(shard) = self.shard {
            let known = |file: &Loaded<'_>| {
                let elapsed = self.history.of(&file.path).and_then(FileHistory::elapsed);
                select::File { key: self.history.key(&file.path), elapsed }
            };
            let mut taken = shard.takes(&files.iter().map(known).collect::<Vec<_>>()).into_iter();
            files.retain(|_| taken.next().unwrap_or_default());
        }
        files
    }

    fn ordered<'a>(&self, mut files: Vec<Loaded<'a>>) -> Vec<Loaded<'a>> {
        if let Some(seed) = self.order {
            fastrand::Rng::with_seed(seed).shuffle(&mut files);
        }
        files
    }

    /// The files of a run in their order. One that runs before or after all others does not run
    /// with them too, unless it is all that was asked for.
    fn find_all(&self, inputs: &[Input]) -> Vec<Found> {
        let around = |paths: &[PathBuf], rank: Rank| -> Vec<Found> {
            let find = |path: &PathBuf| Found { rank, ..self.find_one(&Input { path: path.clone(), line: None }) };
            paths.iter().map(find).collect()
        };
        let mut found: Vec<Found> = inputs.iter().flat_map(|input| self.find(input)).collect();
        let (setup, teardown) = (around(&self.setup, Rank::Setup), around(&self.teardown, Rank::Teardown));
        let is_around = |one: &Found| setup.iter().chain(&teardown).any(|other| is_same_file(&one.path, &other.path));
        if (!setup.is_empty() || !teardown.is_empty()) && !found.iter().all(is_around) {
            found.retain(|one| !is_around(one));
        }
        setup.into_iter().chain(found).chain(teardown).collect()
    }

    fn root_of(&self, path: &Path) -> Arc<Root> {
        let root = self.root.clone().unwrap_or_else(|| Root::at(root_of(path)));
        Arc::new(root.with_output(self.output.clone()))
    }

    /// A file by its path.
    fn find_one(&self, Input { path, line }: &Input) -> Found {
        let content = match format_of(path) {
            Some(_) => read_source(path).map_err(|error| error.to_string()).and_then(|source| holding(source, *line)),
            None if path.exists() => Err(no_spec(path)),
            None => Err(format!("there is no file or folder {}", path.display())),
        };
        Found { rank: Rank::Main, path: path.clone(), line: *line, root: self.root_of(path), content }
    }

    fn find(&self, input: &Input) -> Vec<Found> {
        let Input { path, line } = input;
        if !path.is_dir() {
            return vec![self.find_one(input)];
        }
        let root = self.root_of(path);
        let found =
            |path: PathBuf, content| Found { rank: Rank::Main, path, line: *line, root: Arc::clone(&root), content };
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

    /// Takes from a file what is to run; nothing at all if none of its requests is.
    fn load(&self, found: Found, library: &Library<'_>, schemas: &Schemas) -> Option<Loaded<'_>> {
        let Found { rank, path, line, root, content } = found;
        let selection = match rank {
            Rank::Main => self.selection.of_file(&path, &self.history)?,
            Rank::Setup | Rank::Teardown => FileSelection::everything(),
        };
        let source = match content {
            Ok(source) => source,
            Err(message) => return Some(Loaded::unreadable(rank, path, root, message)),
        };
        let spec = self.read(&source, format_of(&path).unwrap_or(Format::Yaml), &root, schemas);
        let mut loaded = Loaded::new(rank, path, root, spec, library).asked_for(selection, line);
        match loaded.choose() {
            true => Some(loaded),
            false if rank == Rank::Main => None,
            false => {
                let message = format!("there is no request in {}", loaded.path.display());
                Some(Loaded::unreadable(rank, loaded.path, loaded.root, message))
            }
        }
    }

    /// A file of which nothing runs but what others need.
    fn load_needed(
        &self,
        rank: Rank,
        path: PathBuf,
        root: &Arc<Root>,
        library: &Library<'_>,
        schemas: &Schemas,
    ) -> Loaded<'_> {
        match self.read_referenced(&path, root, schemas) {
            Ok(spec) => Loaded::new(rank, path, Arc::clone(root), spec, library),
            Err(message) => Loaded::unreadable(rank, path, Arc::clone(root), message),
        }
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
                self.defaults.iter().for_each(|defaults| defaults.apply(request));
            }
            tables::fill(entry, root);
            schemas.fill(entry, root);
        }
        spec
    }

    /// Each file as often as it is to run. What a file needs of others is of the same run.
    fn repeated(&self, once: Vec<Loaded<'_>>) -> Vec<Repeated> {
        let is_again = |rank: Rank| rank == Rank::Main && self.repeat > 1;
        let runs = |file: &Loaded<'_>| if is_again(file.rank) { self.repeat } else { 1 };
        let ranks: Vec<Rank> = once.iter().map(|file| file.rank).collect();
        let mut places = Vec::with_capacity(once.len());
        let mut next = 0;
        for file in &once {
            places.push(next);
            next += runs(file);
        }
        let place = |file: usize, run: usize| places[file] + if is_again(ranks[file]) { run } else { 0 };
        let all = once.into_iter().flat_map(|file| {
            let (rank, runs) = (file.rank, runs(&file));
            let (planned, outline) = file.into_parts();
            (0..runs).map(move |run| Repeated { rank, run, planned: planned.clone(), outline: outline.clone() })
        });
        let mut all: Vec<Repeated> = all.collect();
        if next > ranks.len() {
            all.iter_mut().filter(|one| is_again(one.rank)).for_each(|one| one.number(self.repeat));
            all.iter_mut().for_each(|one| one.planned.move_needs(|file| place(file, one.run)));
        }
        all
    }
}

/// A file of the plan, which may run several times.
struct Repeated {
    rank: Rank,
    /// Which of these times it is, from 0.
    run: usize,
    planned: PlannedFile,
    outline: FileOutline,
}

impl Repeated {
    /// Tells it apart from the other times that the file runs.
    fn number(&mut self, runs: usize) {
        let run = self.run + 1;
        let FileOutline { name, cases, diagnostics, .. } = &mut self.outline;
        cases.iter_mut().map(|case| &mut case.name).chain([name]).for_each(|name| *name = of_run(name, run, runs));
        if run > 1 {
            diagnostics.clear();
        }
    }
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
